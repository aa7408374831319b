/*
 * The server of bench/generator.ts, in C and on epoll, so that whoever sends is the limit and not it: what a msg_server
 * says to devices, without any rule of its own. One thread; Linux.
 *
 * echo-server
 *   Prints its port. Logs in anybody called user1, user2, ... (0x0103), as often as it asks, answers the seven pulls with empty lists, echoes
 *   heartbeats (0x0701), acks messages (0x0302) and delivers them to the receiver's devices and the sender's other ones
 *   (0x0301), tells those of what one has read (0x0304), answers logouts. Everything else it reads and says nothing. Answers to what was read together leave together.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "pdu.h"

enum { READ_MAX = 1 << 18, EVENTS_MAX = 512, PDU_MAX = 1 << 16, USERS_MAX = 1 << 20, UNSENT_MAX = 1 << 26 };

typedef struct connection {
  int fd, is_dirty, is_gone, waits_to_write;
  uint32_t user;
  /* The user's other devices. */
  struct connection *next;
  /* The beginning of a PDU whose rest has not come. */
  uint8_t *kept;
  uint32_t kept_size;
  uint8_t *out;
  uint32_t out_size, out_room;
} connection;

static int epoll_fd;
static uint32_t last_msg_id;
static connection *devices_of[USERS_MAX], *dirty[USERS_MAX];
static int dirty_count;
static uint8_t in_buffer[READ_MAX + PDU_MAX];

static void die(const char *what) { fprintf(stderr, "echo-server: %s: %s\n", what, strerror(errno)); exit(1); }

static void soil(connection *one) {
  if (one->is_dirty) return;
  one->is_dirty = 1;
  dirty[dirty_count++] = one;
}

static uint8_t *room_for(connection *to, uint32_t size) {
  if (to->out_size + size > to->out_room) {
    to->out_room = (to->out_size + size) * 2;
    if ((to->out = realloc(to->out, to->out_room)) == NULL) die("memory");
  }
  return to->out + to->out_size;
}

static void finish(connection *to, uint8_t *start, uint8_t *end, int id, int seq_num) {
  header(start, end, id, seq_num);
  to->out_size += end - start;
  soil(to);
}

static void forget(connection *one) {
  for (connection **at = &devices_of[one->user]; *at != NULL; at = &(*at)->next) {
    if (*at != one) continue;
    *at = one->next;
    return;
  }
}

static void drop(connection *one) {
  if (one->is_gone) return;
  one->is_gone = 1;
  if (one->user > 0) forget(one);
  close(one->fd);
  soil(one);
}

/* 0x0104: user17 has the id 17. */
static void log_in(connection *one, const uint8_t *body, uint32_t size, int seq_num) {
  uint32_t user = 0;
  for (uint32_t at = 2; at < size && at < 2u + body[1]; at++) if (body[at] >= '0' && body[at] <= '9') user = user * 10 + body[at] - '0';
  if (user == 0 || user >= USERS_MAX || (one->user > 0 && one->user != user)) return drop(one);
  if (one->user == 0) {
    one->user = user;
    one->next = devices_of[user];
    devices_of[user] = one;
  }
  uint8_t info[128], *end = number(number(info, 1, user), 2, 1);
  static const char nick[] = "nick";
  end = bytes(bytes(end, 3, nick, 4), 4, "", 0);
  end = bytes(number(end, 5, 1), 6, "", 0);
  end = bytes(bytes(bytes(end, 7, nick, 4), 8, "", 0), 9, "", 0);
  end = number(end, 10, 0);
  uint8_t *start = room_for(one, 256), *at = start + HEADER;
  at = number(number(at, 1, time(NULL)), 2, 0);
  at = number(bytes(at, 3, "ok", 2), 4, 1);
  finish(one, start, bytes(at, 5, info, end - info), LOGIN_RES, seq_num);
}

/* Reads a number field if it is the next one. */
static const uint8_t *take_number(const uint8_t *at, const uint8_t *end, int field, uint32_t *value) {
  if (at >= end || *at != field << 3) return end;
  *value = 0;
  at++;
  for (int shift = 0; at < end && shift < 35; shift += 7) {
    *value |= (uint32_t)(*at & 0x7f) << shift;
    if (!(*at++ & 0x80)) break;
  }
  return at;
}

static void deliver(connection *to, const uint8_t *body, uint32_t before, const uint8_t *after, uint32_t rest, uint32_t msg_id) {
  uint8_t *start = room_for(to, HEADER + before + 8 + rest), *at = start + HEADER;
  memcpy(at, body, before);
  at = number(at + before, 3, msg_id);
  memcpy(at, after, rest);
  finish(to, start, at + rest, MESSAGE, 0);
}

static void message(connection *from, const uint8_t *body, uint32_t size, int seq_num) {
  const uint8_t *end = body + size;
  uint32_t sender = 0, receiver = 0, none = 0;
  const uint8_t *before = take_number(take_number(body, end, 1, &sender), end, 2, &receiver);
  const uint8_t *after = take_number(before, end, 3, &none);
  if (after >= end || receiver >= USERS_MAX || sender >= USERS_MAX) return;
  uint32_t msg_id = ++last_msg_id;
  uint8_t *start = room_for(from, 64), *at = start + HEADER;
  at = number(number(at, 1, sender), 2, receiver);
  finish(from, start, number(number(at, 3, msg_id), 4, 1), ACK, seq_num);
  for (connection *to = devices_of[receiver]; to != NULL; to = to->next) deliver(to, body, before - body, after, end - after, msg_id);
  if (sender == receiver) return;
  for (connection *to = devices_of[sender]; to != NULL; to = to->next)
    if (to != from) deliver(to, body, before - body, after, end - after, msg_id);
}

/* 0x0304 has the fields of 0x0303. */
static void read_by(connection *one, const uint8_t *body, uint32_t size) {
  for (connection *to = devices_of[one->user]; to != NULL; to = to->next) {
    if (to == one) continue;
    uint8_t *start = room_for(to, HEADER + size);
    memcpy(start + HEADER, body, size);
    finish(to, start, start + HEADER + size, READ_NOTIFY, 0);
  }
}

/* The answer's id is the request's and one more; of those with a second field that must be there it is 0. */
static void pull(connection *one, int id, int seq_num) {
  uint8_t *start = room_for(one, 64), *at = number(start + HEADER, 1, one->user);
  if (id == DEPARTMENTS_REQ || id == USERS_REQ || id == UNREAD_REQ) at = number(at, 2, 0);
  finish(one, start, at, id + 1, seq_num);
}

static void on_pdu(connection *one, const uint8_t *pdu, uint32_t length) {
  int id = id_in(pdu), seq_num = seq_num_in(pdu);
  uint8_t *start;
  switch (id) {
    case LOGIN_REQ: return log_in(one, pdu + HEADER, length - HEADER, seq_num);
    case MESSAGE: return message(one, pdu + HEADER, length - HEADER, seq_num);
    case READ_ACK: return read_by(one, pdu + HEADER, length - HEADER);
    case HEARTBEAT:
      start = room_for(one, HEADER);
      return finish(one, start, start + HEADER, HEARTBEAT, seq_num);
    case LOGOUT_REQ:
      start = room_for(one, 64);
      return finish(one, start, number(start + HEADER, 1, 0), LOGOUT_REQ + 1, seq_num);
    case DEPARTMENTS_REQ: case USERS_REQ: case GROUPS_REQ: case GROUP_INFO_REQ: case SESSIONS_REQ: case STATUS_REQ:
    case UNREAD_REQ: return pull(one, id, seq_num);
  }
}

static void readable(connection *one) {
  if (one->kept_size > 0) memcpy(in_buffer, one->kept, one->kept_size);
  ssize_t got = read(one->fd, in_buffer + one->kept_size, READ_MAX);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return drop(one);
  uint32_t size = one->kept_size + got, at = 0;
  while (size - at >= HEADER && !one->is_gone) {
    uint32_t length = length_in(in_buffer + at);
    if (length < HEADER || length > PDU_MAX) return drop(one);
    if (length > size - at) break;
    on_pdu(one, in_buffer + at, length);
    at += length;
  }
  one->kept_size = size - at;
  if (one->kept_size == 0) return;
  if (one->kept == NULL && (one->kept = malloc(PDU_MAX)) == NULL) die("memory");
  memcpy(one->kept, in_buffer + at, one->kept_size);
}

static void listen_for(connection *one, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = one};
  one->waits_to_write = (events & EPOLLOUT) != 0;
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, one->fd, &event);
}

static void write_out(connection *one) {
  ssize_t sent = send(one->fd, one->out, one->out_size, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return drop(one);
  if (sent < 0) sent = 0;
  one->out_size -= sent;
  if (one->out_size > UNSENT_MAX) return drop(one);
  if (one->out_size > 0) {
    memmove(one->out, one->out + sent, one->out_size);
    if (!one->waits_to_write) listen_for(one, EPOLLIN | EPOLLOUT);
  } else if (one->waits_to_write) listen_for(one, EPOLLIN);
}

/* Whoever goes while this runs is put behind the others, so the list may grow meanwhile. */
static void write_all(void) {
  for (int i = 0; i < dirty_count; i++) {
    connection *one = dirty[i];
    one->is_dirty = 0;
    if (!one->is_gone && one->out_size > 0) write_out(one);
    if (!one->is_gone || one->is_dirty) continue;
    free(one->kept);
    free(one->out);
    free(one);
  }
  dirty_count = 0;
}

static void accept_all(int listener) {
  int fd, on = 1;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    connection *one = calloc(1, sizeof *one);
    if (one == NULL) die("memory");
    one->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  }
  if (errno != EAGAIN && errno != ECONNABORTED) die("accept");
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  epoll_fd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS_MAX];
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) {
      connection *one = events[i].data.ptr;
      if (one == NULL) accept_all(listener);
      else {
        if (events[i].events & EPOLLOUT) soil(one);
        if (events[i].events & ~EPOLLOUT) readable(one);
      }
    }
    write_all();
  }
}
