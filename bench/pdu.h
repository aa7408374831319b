/* PDUs by hand, for the programs in C of the benches: protobuf's varints and fields, and the 16-byte header. */
#ifndef TTK_BENCH_PDU_H
#define TTK_BENCH_PDU_H
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

enum { HEADER = 16 };
enum {
  LOGIN_REQ = 0x0103, LOGIN_RES = 0x0104, LOGOUT_REQ = 0x0105, SESSIONS_REQ = 0x0201, USERS_REQ = 0x0208,
  STATUS_REQ = 0x020a, DEPARTMENTS_REQ = 0x0210, MESSAGE = 0x0301, ACK = 0x0302, READ_ACK = 0x0303,
  READ_NOTIFY = 0x0304, UNREAD_REQ = 0x0307, GROUPS_REQ = 0x0401, GROUPS_RES = 0x0402,
  GROUP_INFO_REQ = 0x0403, HEARTBEAT = 0x0701,
};

static inline double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static inline uint8_t *varint(uint8_t *at, uint32_t value) {
  for (; value > 0x7f; value >>= 7) *at++ = value | 0x80;
  *at++ = value;
  return at;
}
static inline uint8_t *number(uint8_t *at, int field, uint32_t value) { return varint(varint(at, field << 3), value); }
static inline uint8_t *bytes(uint8_t *at, int field, const void *value, uint32_t size) {
  at = varint(varint(at, field << 3 | 2), size);
  memcpy(at, value, size);
  return at + size;
}

static inline uint32_t length_in(const uint8_t *pdu) {
  return (uint32_t)pdu[0] << 24 | pdu[1] << 16 | pdu[2] << 8 | pdu[3];
}
static inline int id_in(const uint8_t *pdu) { return pdu[10] << 8 | pdu[11]; }
static inline int seq_num_in(const uint8_t *pdu) { return pdu[12] << 8 | pdu[13]; }

/* Version 1, no flag, the command's service. */
static inline int has_own_header(const uint8_t *pdu, int id) {
  return (pdu[4] << 8 | pdu[5]) == 1 && (pdu[6] | pdu[7]) == 0 && (pdu[8] << 8 | pdu[9]) == id >> 8;
}

static inline void header(uint8_t *start, const uint8_t *end, int id, int seq_num) {
  uint32_t length = htonl(end - start);
  uint16_t rest[6] = {htons(1), 0, htons(id >> 8), htons(id), htons(seq_num), 0};
  memcpy(start, &length, 4);
  memcpy(start + 4, rest, 12);
}
#endif
