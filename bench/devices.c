/*
 * The devices of the benches, in C and on epoll, so that the server is the limit and not they. One thread; PDUs are made
 * by hand. Linux.
 *
 * devices messages PORT CONNECTIONS IN_FLIGHT PEERS LOGS_IN WARM_UP_MS MEASURED_MS PASSWORD
 *   Each keeps IN_FLIGHT messages without an ack, each with a seq_num and a text of its own, and confirms what it receives
 *   (0x0302). After logging in an ack must be that of a message in flight, by its seq_num, and say its msg_id. With PEERS 1, connections 0 and 1
 *   talk to each other, 2 and 3, ...; with more, each writes to so many that follow it, in turn. Prints "measuring", and
 *   then "messages N CPU_MS", those acked meanwhile and what they took of a core.
 * devices logins PORT DEVICES DEVICES_PER_USER AT_ONCE USERS_PULLED MOBILES_ONLY PASSWORD
 *   Logs in, so many at once; with USERS_PULLED above 0 each then makes the seven pulls of a first login, asking for the
 *   status of that many users. Prints "measuring", then "logins N", and keeps the connections until its input ends.
 *
 * PASSWORD: the 32 characters that 0x0103 carries. Anything unexpected ends it with exit code 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "pdu.h"

enum { KEPT_MAX = 4096, READ_MAX = 1 << 18, MESSAGE_BYTES = 64, EVENTS_MAX = 512, IN_FLIGHT_MAX = 64 };
/* In the order of the shipped clients; an answer's id is the request's and one more. */
static const int pulls[] = {DEPARTMENTS_REQ, USERS_REQ, GROUPS_REQ, GROUP_INFO_REQ, SESSIONS_REQ, STATUS_REQ, UNREAD_REQ};
enum { PULLS = sizeof pulls / sizeof *pulls };

typedef struct {
  int fd, index, pulled;
  /* How far away the next one is that it writes to. */
  int distance;
  /* Of what was sent last; then those of the messages without an ack, oldest first from `oldest` on, round and round. */
  uint16_t seq_num, awaited[IN_FLIGHT_MAX];
  uint32_t oldest, awaited_count;
  /* Of the PDU that is being read: how much of it is here, and how long it is once its header is. */
  uint32_t have, length;
  /* What the socket did not take. */
  uint8_t *unsent;
  uint32_t unsent_size;
  uint8_t kept[KEPT_MAX];
} device;

typedef struct { uint8_t *bytes; uint32_t size, room; } outgoing;

static int epoll_fd, port, connections, peers, in_flight, logs_in, per_user, users_pulled, mobiles_only;
static uint32_t messages_sent;
static const char *password;
static device *devices;
static uint8_t read_buffer[READ_MAX];
static long acked, logged_in, answered;
static void (*on_pdu)(device *, const uint8_t *pdu, uint32_t length, outgoing *);

static void die(const char *what) { fprintf(stderr, "devices: %s: %s\n", what, strerror(errno)); exit(1); }

static double cpu_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static uint8_t *room_for(outgoing *out, uint32_t size) {
  if (out->size + size > out->room) {
    out->room = (out->size + size) * 2;
    if ((out->bytes = realloc(out->bytes, out->room)) == NULL) die("memory");
  }
  return out->bytes + out->size;
}

/* Ends the PDU of the device whose body runs from start + HEADER to end. */
static void finish(device *by, outgoing *out, uint8_t *start, uint8_t *end, int id) {
  if (++by->seq_num == 0) by->seq_num = 1;
  header(start, end, id, by->seq_num);
  out->size += end - start;
}

static void put_message(device *from, outgoing *out) {
  static char text[MESSAGE_BYTES + 1] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  uint32_t number_of_text = ++messages_sent;
  for (int digit = 7; digit >= 0; digit--, number_of_text >>= 4) text[digit] = "0123456789abcdef"[number_of_text & 15];
  uint8_t *start = room_for(out, 256), *at = start + HEADER;
  int to = peers == 1 ? from->index ^ 1 : (from->index + 1 + from->distance) % connections;
  from->distance = (from->distance + 1) % peers;
  at = number(at, 1, from->index + 1);
  at = number(at, 2, to + 1);
  at = number(at, 3, 0);
  at = number(at, 4, 0);
  at = number(at, 5, 1);
  finish(from, out, start, bytes(at, 6, text, MESSAGE_BYTES), MESSAGE);
  from->awaited[(from->oldest + from->awaited_count++) % IN_FLIGHT_MAX] = from->seq_num;
}

/* Whether a message with that seq_num awaits its ack; it does so no more. */
static int take_awaited(device *by, uint16_t seq_num) {
  for (uint32_t i = 0; i < by->awaited_count; i++) {
    if (by->awaited[(by->oldest + i) % IN_FLIGHT_MAX] != seq_num) continue;
    for (; i > 0; i--) by->awaited[(by->oldest + i) % IN_FLIGHT_MAX] = by->awaited[(by->oldest + i - 1) % IN_FLIGHT_MAX];
    by->oldest = (by->oldest + 1) % IN_FLIGHT_MAX;
    by->awaited_count--;
    return 1;
  }
  return 0;
}

/* 0x0302 as a receiver sends it: user, session, message, kind of session. */
static void put_confirmation(device *by, uint32_t sender_id, uint32_t message_id, outgoing *out) {
  uint8_t *start = room_for(out, 64), *at = start + HEADER;
  at = number(at, 1, by->index + 1);
  at = number(at, 2, sender_id);
  at = number(at, 3, message_id);
  finish(by, out, start, number(at, 4, 1), ACK);
}

static void put_login(device *by, outgoing *out) {
  char name[32];
  int size = snprintf(name, sizeof name, "user%d", by->index / per_user + 1);
  uint8_t *start = room_for(out, 128), *at = start + HEADER;
  at = bytes(at, 1, name, size);
  at = bytes(at, 2, password, 32);
  at = number(at, 3, 1);
  finish(by, out, start, number(at, 4, mobiles_only || by->index % per_user > 0 ? 0x11 : 0x01), LOGIN_REQ);
}

/* The groups of 0x0402 are the second field: of each its id goes into the question, with version 0. */
static uint8_t *put_groups(uint8_t *at, const uint8_t *body, uint32_t size) {
  for (uint32_t i = 0; i < size;) {
    uint8_t tag = body[i++];
    if (tag != 0x12) {
      while (i < size && body[i++] & 0x80);
      continue;
    }
    uint32_t end = i + 1 + body[i], id = 0;
    i += 2;
    for (int shift = 0; i < end; shift += 7) {
      id |= (uint32_t)(body[i] & 0x7f) << shift;
      if (!(body[i++] & 0x80)) break;
    }
    uint8_t group[16];
    at = bytes(at, 2, group, number(number(group, 1, id), 2, 0) - group);
    i = end;
  }
  return at;
}

static void put_pull(device *by, const uint8_t *body, uint32_t size, outgoing *out) {
  int id = pulls[by->pulled];
  uint8_t *start = room_for(out, 1024 + size * 2 + (id == STATUS_REQ ? users_pulled * 6 : 0)), *at = start + HEADER;
  at = number(at, 1, by->index / per_user + 1);
  if (id == DEPARTMENTS_REQ || id == USERS_REQ || id == SESSIONS_REQ) at = number(at, 2, 0);
  if (id == GROUP_INFO_REQ) at = put_groups(at, body, size);
  if (id == STATUS_REQ) for (int user = 1; user <= users_pulled; user++) at = number(at, 2, user);
  finish(by, out, start, at, id);
}

static void write_out(device *to, const uint8_t *from, uint32_t size) {
  ssize_t sent = to->unsent_size > 0 ? 0 : write(to->fd, from, size);
  if (sent < 0 && errno != EAGAIN) die("write");
  if (sent < 0) sent = 0;
  if (sent == (ssize_t)size) return;
  uint32_t left = size - sent;
  if ((to->unsent = realloc(to->unsent, to->unsent_size + left)) == NULL) die("memory");
  memcpy(to->unsent + to->unsent_size, from + sent, left);
  to->unsent_size += left;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = to};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, to->fd, &event);
}

static void write_rest(device *to) {
  ssize_t sent = write(to->fd, to->unsent, to->unsent_size);
  if (sent < 0 && errno != EAGAIN) die("write");
  if (sent < 0) return;
  to->unsent_size -= sent;
  memmove(to->unsent, to->unsent + sent, to->unsent_size);
  if (to->unsent_size > 0) return;
  free(to->unsent);
  to->unsent = NULL;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = to};
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, to->fd, &event);
}

/* Cuts what came into PDUs. The first KEPT_MAX bytes of one that comes in pieces are kept; of longer ones that is enough. */
static void take(device *to, const uint8_t *in, uint32_t size, outgoing *out) {
  while (size > 0) {
    if (to->have == 0 && size >= HEADER) {
      uint32_t length = length_in(in);
      if (length < HEADER) errno = EPROTO, die("length");
      if (length <= size) {
        on_pdu(to, in, length, out);
        in += length;
        size -= length;
        continue;
      }
    }
    uint32_t wanted = (to->have < HEADER ? HEADER : to->length) - to->have;
    uint32_t part = wanted < size ? wanted : size;
    if (to->have < KEPT_MAX) memcpy(to->kept + to->have, in, part < KEPT_MAX - to->have ? part : KEPT_MAX - to->have);
    to->have += part;
    in += part;
    size -= part;
    if (to->have < HEADER) return;
    const uint8_t *kept = to->kept;
    to->length = length_in(kept);
    if (to->have < to->length) continue;
    uint32_t length = to->length < KEPT_MAX ? to->length : KEPT_MAX;
    to->have = 0;
    on_pdu(to, kept, length, out);
  }
}

static void serve_until(double end_ms, long *counted, long enough) {
  static outgoing out;
  struct epoll_event events[EVENTS_MAX];
  for (;;) {
    double left = end_ms - now_ms();
    if (left <= 0 || *counted >= enough) return;
    int ready = epoll_wait(epoll_fd, events, EVENTS_MAX, left < 1000 ? (int)left + 1 : 1000);
    for (int i = 0; i < ready; i++) {
      device *one = events[i].data.ptr;
      if (events[i].events & EPOLLOUT && one->unsent_size > 0) write_rest(one);
      if (!(events[i].events & ~EPOLLOUT)) continue;
      ssize_t size = read(one->fd, read_buffer, READ_MAX);
      if (size < 0 && errno == EAGAIN) continue;
      if (size <= 0) die("the server closed a connection");
      out.size = 0;
      take(one, read_buffer, size, &out);
      if (out.size > 0) write_out(one, out.bytes, out.size);
    }
  }
}

/* Each thousand of connections has its own source address: there are not ports enough for all from one. */
static void open_device(int index) {
  device *one = &devices[index];
  one->index = index;
  one->fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001 + index / 1000)};
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
  int on = 1;
  setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(one->fd, (struct sockaddr *)&from, sizeof from) < 0) die("bind");
  if (connect(one->fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  fcntl(one->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, one->fd, &event) < 0) die("epoll_ctl");
}

static void open_and_log_in(int index) {
  outgoing out = {0};
  open_device(index);
  put_login(&devices[index], &out);
  write_out(&devices[index], out.bytes, out.size);
  free(out.bytes);
}

/* The third number of a 0x0301 or a 0x0302, its msg_id, behind two ids that take as long as they take; 0 without one. */
static uint32_t msg_id_in(const uint8_t *body, uint32_t size, uint32_t *first_id) {
  uint32_t at = 0, field = 0, value = 0;
  while (at < size && field != 3) {
    field = body[at++] >> 3;
    value = 0;
    for (int shift = 0; at < size; shift += 7) {
      value |= (uint32_t)(body[at] & 0x7f) << shift;
      if (!(body[at++] & 0x80)) break;
    }
    if (field == 1) *first_id = value;
  }
  return field == 3 ? value : 0;
}

static void messaging(device *by, const uint8_t *pdu, uint32_t length, outgoing *out) {
  const uint8_t *body = pdu + HEADER;
  uint32_t size = length - HEADER, first_id = 0;
  int id = id_in(pdu);
  if (!has_own_header(pdu, id)) errno = EPROTO, die("header");
  if (id == LOGIN_RES) logged_in++;
  if (id == ACK) {
    /* A bare relay does not say which message it acknowledges. */
    if (logs_in && (!take_awaited(by, seq_num_in(pdu)) || msg_id_in(body, size, &first_id) == 0)) errno = EPROTO, die("ack");
    if (!logs_in) take_awaited(by, by->awaited[by->oldest]);
    acked++;
    put_message(by, out);
  }
  if (id != MESSAGE) return;
  uint32_t msg_id = msg_id_in(body, size, &first_id);
  put_confirmation(by, first_id, msg_id, out);
}

static int devices_total, opened;

static void logging_in(device *by, const uint8_t *pdu, uint32_t length, outgoing *out) {
  const uint8_t *body = pdu + HEADER;
  uint32_t size = length - HEADER;
  int id = id_in(pdu);
  if (id == LOGIN_RES) logged_in++;
  else if (users_pulled == 0 || by->pulled >= PULLS || id != pulls[by->pulled] + 1) return;
  else by->pulled++;
  if (users_pulled > 0 && by->pulled < PULLS) return put_pull(by, body, size, out);
  answered++;
  if (opened < devices_total) open_and_log_in(opened++);
}

static void messages(char **args) {
  outgoing out = {0};
  connections = atoi(args[0]);
  in_flight = atoi(args[1]);
  if (in_flight > IN_FLIGHT_MAX) errno = ERANGE, die("in flight");
  peers = atoi(args[2]);
  logs_in = atoi(args[3]);
  password = args[6];
  per_user = 1;
  devices = calloc(connections, sizeof *devices);
  on_pdu = messaging;
  for (int i = 0; i < connections; i++) open_device(i);
  for (int i = 0; logs_in && i < connections; i++) {
    out.size = 0;
    put_login(&devices[i], &out);
    write_out(&devices[i], out.bytes, out.size);
  }
  if (logs_in) serve_until(now_ms() + 60e3, &logged_in, connections);
  if (logs_in && logged_in < connections) errno = ETIMEDOUT, die("logins");
  for (int i = 0; i < connections; i++) {
    out.size = 0;
    for (int n = 0; n < in_flight; n++) put_message(&devices[i], &out);
    write_out(&devices[i], out.bytes, out.size);
  }
  serve_until(now_ms() + atof(args[4]), &acked, __LONG_MAX__);
  puts("measuring");
  long before = acked;
  double cpu_before = cpu_ms();
  serve_until(now_ms() + atof(args[5]), &acked, __LONG_MAX__);
  printf("messages %ld %.3f\n", acked - before, cpu_ms() - cpu_before);
}

static void logins(char **args) {
  devices_total = atoi(args[0]);
  per_user = atoi(args[1]);
  int at_once = atoi(args[2]);
  users_pulled = atoi(args[3]);
  mobiles_only = atoi(args[4]);
  password = args[5];
  devices = calloc(devices_total, sizeof *devices);
  on_pdu = logging_in;
  puts("measuring");
  while (opened < at_once && opened < devices_total) open_and_log_in(opened++);
  serve_until(now_ms() + 300e3, &answered, devices_total);
  if (answered < devices_total) errno = ETIMEDOUT, die("logins");
  printf("logins %ld\n", answered);
  /* Presence and heartbeats are read meanwhile, so that nobody is dropped for not reading. */
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, 0) == 0) serve_until(now_ms() + 100, &answered, __LONG_MAX__);
}

int main(int count, char **args) {
  if (count != (count > 1 && strcmp(args[1], "messages") == 0 ? 10 : 9)) return fprintf(stderr, "see the head of bench/devices.c\n"), 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  epoll_fd = epoll_create1(0);
  port = atoi(args[2]);
  if (strcmp(args[1], "messages") == 0) messages(args + 3);
  else logins(args + 3);
  return 0;
}
