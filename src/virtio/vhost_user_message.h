/* SPDX-License-Identifier: MIT
 *
 * Messages of the vhost-user protocol, as its front end sends and receives them. Pure functions on
 * bytes: sockets and descriptors are not known here. Numbers are little-endian, as on each machine
 * that Ironring is for; a back end runs on the same one.
 */
#ifndef IRONRING_VIRTIO_VHOST_USER_MESSAGE_H
#define IRONRING_VIRTIO_VHOST_USER_MESSAGE_H

#include <stdint.h>

/* Requests */
#define VHOST_USER_GET_FEATURES          1u
#define VHOST_USER_SET_FEATURES          2u
#define VHOST_USER_SET_OWNER             3u
#define VHOST_USER_SET_MEM_TABLE         5u
#define VHOST_USER_SET_VRING_NUM         8u
#define VHOST_USER_SET_VRING_ADDR        9u
#define VHOST_USER_SET_VRING_BASE        10u
#define VHOST_USER_GET_VRING_BASE        11u
#define VHOST_USER_SET_VRING_KICK        12u
#define VHOST_USER_SET_VRING_CALL        13u
#define VHOST_USER_GET_PROTOCOL_FEATURES 15u
#define VHOST_USER_SET_PROTOCOL_FEATURES 16u
#define VHOST_USER_GET_QUEUE_NUM         17u
#define VHOST_USER_SET_VRING_ENABLE      18u
#define VHOST_USER_SET_STATUS            39u
#define VHOST_USER_GET_STATUS            40u

/* Feature 30 says that there are protocol features; it means nothing to virtio. */
#define VHOST_USER_F_PROTOCOL_FEATURES 1073741824u /* 1 << 30 */
/* Protocol features */
#define VHOST_USER_P_MQ        1u     /* bit 0: GET_QUEUE_NUM, more than one pair of queues */
#define VHOST_USER_P_REPLY_ACK 8u     /* bit 3: a request can ask for a reply */
#define VHOST_USER_P_STATUS    65536u /* bit 16: SET_STATUS, GET_STATUS */

/* Flags in a header: the version in bits 1:0, whether it is a reply, and whether one is wanted. */
#define VHOST_USER_VERSION    1u
#define VHOST_USER_VERSIONS   4u /* that have a number */
#define VHOST_USER_REPLY      4u
#define VHOST_USER_NEED_REPLY 8u

/* Bytes: request, flags and size of the payload come first, each of 32 bits. */
#define VHOST_USER_HEADER  12u
#define VHOST_USER_NONE    0u
#define VHOST_USER_NUMBER  8u  /* a payload of 64 bits */
#define VHOST_USER_STATE   8u  /* a queue and a number of 32 bits each */
#define VHOST_USER_ADDRESS 40u /* of the parts of a ring */
#define VHOST_USER_MEMORY  40u /* a table of one region */
#define VHOST_USER_LONGEST 52u /* message that is built here */

#define VHOST_USER_PAIRS_MAX 64u
#define VHOST_USER_RING_MAX  32768u

/* What is wrong with a header. */
#define VHOST_USER_FINE        0u
#define VHOST_USER_BAD_VERSION 1u /* no vhost-user, or another version of it */
#define VHOST_USER_BAD_REQUEST 2u /* an answer to something else */
#define VHOST_USER_NO_REPLY    3u /* a request of its own */
#define VHOST_USER_BAD_SIZE    4u

struct vhost_user_header {
    uint32_t request;
    uint32_t flags;
    uint32_t size; /* of the payload, bytes */
};

/* Where the parts of a ring are, in the addresses of the memory table. */
struct vhost_user_ring {
    uint32_t index;
    uint64_t desc;   /* descriptor table, or packed ring */
    uint64_t driver; /* available ring, or the driver's event suppression */
    uint64_t device; /* used ring, or the device's event suppression */
};

/* The vocabulary of the contracts. */
/*@
logic integer le32{L}(uint8_t *b) = b[0] + b[1] * 256 + b[2] * 65536 + b[3] * 16777216;

logic integer le64{L}(uint8_t *b) = le32(b) + le32(b + 4) * 4294967296;

predicate header_is{L}(uint8_t *b, integer request, integer flags, integer size) =
    le32(b) == request && le32(b + 4) == flags && le32(b + 8) == size;
*/

/* --- Numbers --- */

/*@ requires \valid(to + (0 .. 3));
    assigns to[0 .. 3];
    ensures le32(to) == value;
*/
void vhost_user_put32(uint8_t *to, uint32_t value);
/*@ requires \valid(to + (0 .. 7));
    assigns to[0 .. 7];
    ensures le64(to) == value;
*/
void vhost_user_put64(uint8_t *to, uint64_t value);
/*@ requires \valid_read(from + (0 .. 3));
    assigns \nothing;
    ensures \result == le32(from);
*/
uint32_t vhost_user_get32(const uint8_t *from);
/*@ requires \valid_read(from + (0 .. 7));
    assigns \nothing;
    ensures \result == le64(from);
*/
uint64_t vhost_user_get64(const uint8_t *from);

/* --- Building. `bytes` has room for VHOST_USER_LONGEST; each returns how many there are. --- */

/*@ requires \valid(bytes + (0 .. VHOST_USER_LONGEST - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER - 1];
    ensures \result == VHOST_USER_HEADER;
    ensures header_is(bytes, request, VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY,
        VHOST_USER_NONE);
*/
uint32_t vhost_user_build(uint8_t *bytes, uint32_t request, uint32_t reply);
/*@ requires \valid(bytes + (0 .. VHOST_USER_LONGEST - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER + VHOST_USER_NUMBER - 1];
    ensures \result == VHOST_USER_HEADER + VHOST_USER_NUMBER;
    ensures header_is(bytes, request, VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY,
        VHOST_USER_NUMBER);
    ensures le64(bytes + 12) == value;
*/
uint32_t vhost_user_build_number(uint8_t *bytes, uint32_t request, uint32_t reply, uint64_t value);
/*@ requires \valid(bytes + (0 .. VHOST_USER_LONGEST - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER + VHOST_USER_STATE - 1];
    ensures \result == VHOST_USER_HEADER + VHOST_USER_STATE;
    ensures header_is(bytes, request, VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY,
        VHOST_USER_STATE);
    ensures le32(bytes + 12) == index && le32(bytes + 16) == number;
*/
uint32_t vhost_user_build_state(uint8_t *bytes, uint32_t request, uint32_t reply, uint32_t index,
                                uint32_t number);
/*@ requires \valid(bytes + (0 .. VHOST_USER_LONGEST - 1)) && \valid_read(ring);
    requires \separated(ring, bytes + (0 .. VHOST_USER_LONGEST - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER + VHOST_USER_ADDRESS - 1];
    ensures \result == VHOST_USER_HEADER + VHOST_USER_ADDRESS;
    ensures header_is(bytes, VHOST_USER_SET_VRING_ADDR,
        VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY, VHOST_USER_ADDRESS);
    ensures le32(bytes + 12) == ring->index && le32(bytes + 16) == 0;
    ensures le64(bytes + 20) == ring->desc && le64(bytes + 28) == ring->device;
    ensures le64(bytes + 36) == ring->driver && le64(bytes + 44) == 0;
*/
uint32_t vhost_user_build_address(uint8_t *bytes, uint32_t reply,
                                  const struct vhost_user_ring *ring);
/* A table of one region, whose device addresses are also what ring addresses are given in, and that
 * begins where the file does. */
/*@ requires \valid(bytes + (0 .. VHOST_USER_LONGEST - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER + VHOST_USER_MEMORY - 1];
    ensures \result == VHOST_USER_HEADER + VHOST_USER_MEMORY;
    ensures header_is(bytes, VHOST_USER_SET_MEM_TABLE,
        VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY, VHOST_USER_MEMORY);
    ensures le32(bytes + 12) == 1 && le32(bytes + 16) == 0;
    ensures le64(bytes + 20) == address && le64(bytes + 28) == size;
    ensures le64(bytes + 36) == address && le64(bytes + 44) == 0;
*/
uint32_t vhost_user_build_memory(uint8_t *bytes, uint32_t reply, uint64_t address, uint64_t size);

/* --- Judging what came --- */

/*@ requires \valid_read(bytes + (0 .. VHOST_USER_HEADER - 1));
    assigns \nothing;
    ensures header_is(bytes, \result.request, \result.flags, \result.size);
*/
struct vhost_user_header vhost_user_parse(const uint8_t *bytes);

/* Whether it begins the answer to `request`, with a payload of exactly `size` bytes. */
/*@ requires \valid_read(header);
    assigns \nothing;
    ensures \result <= VHOST_USER_BAD_SIZE;
    ensures \result == VHOST_USER_FINE <==> header->request == request && header->size == size &&
        header->flags % VHOST_USER_VERSIONS == VHOST_USER_VERSION &&
        header->flags / VHOST_USER_REPLY % 2 == 1;
    ensures \result == VHOST_USER_BAD_VERSION <==>
        header->flags % VHOST_USER_VERSIONS != VHOST_USER_VERSION;
*/
uint32_t vhost_user_judge(const struct vhost_user_header *header, uint32_t request, uint32_t size);

/* Pairs of queues, of which more than VHOST_USER_PAIRS_MAX are not used. Errors: -EPROTO none. */
/*@ requires \valid_read(payload + (0 .. VHOST_USER_NUMBER - 1));
    assigns \nothing;
    ensures \result == -71 || 1 <= \result <= VHOST_USER_PAIRS_MAX;
    ensures \result == -71 <==> le64(payload) == 0;
    ensures 0 < le64(payload) <= VHOST_USER_PAIRS_MAX ==> \result == le64(payload);
*/
int32_t vhost_user_parse_pairs(const uint8_t *payload);
/* device_status. Errors: -EPROTO more than eight bits. */
/*@ requires \valid_read(payload + (0 .. VHOST_USER_NUMBER - 1));
    assigns \nothing;
    ensures \result == -71 || 0 <= \result <= 255;
    ensures \result == -71 <==> le64(payload) > 255;
    ensures \result >= 0 ==> \result == le64(payload);
*/
int32_t vhost_user_parse_status(const uint8_t *payload);
/* A reply that was asked for by VHOST_USER_NEED_REPLY. Errors: -EPROTO the request has failed. */
/*@ requires \valid_read(payload + (0 .. VHOST_USER_NUMBER - 1));
    assigns \nothing;
    ensures \result == 0 || \result == -71;
    ensures \result == 0 <==> le64(payload) == 0;
*/
int32_t vhost_user_parse_done(const uint8_t *payload);
/* The answer to GET_VRING_BASE. Errors: -EPROTO it is about another queue. */
/*@ requires \valid_read(payload + (0 .. VHOST_USER_STATE - 1));
    assigns \nothing;
    ensures \result == 0 || \result == -71;
    ensures \result == 0 <==> le32(payload) == index;
*/
int32_t vhost_user_parse_base(const uint8_t *payload, uint32_t index);

/* Bytes of the table's one region, so that it reaches at least to `used` and seldom has to grow:
 * the next power of two from 64 MiB on. Not more: a back end that locks its memory pays for all of
 * it. */
/*@ requires used <= 1099511627776;
    assigns \nothing;
    ensures used <= \result && 67108864 <= \result <= 1099511627776;
    ensures used <= 67108864 ==> \result == 67108864;
    ensures used > 67108864 ==> \result < 2 * used;
*/
uint64_t vhost_user_memory_size(uint64_t used);

#endif
