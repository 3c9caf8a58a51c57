/* SPDX-License-Identifier: MIT
 *
 * Packets: an eight-byte handle, and checked views of the bytes behind it.
 * The handle is passed by value. It never gives access by itself: each view checks it against the
 * pool, so a stale, forged, foreign or twice-used handle is an error and never a wrong access.
 */
#ifndef IRONRING_PACKET_H
#define IRONRING_PACKET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ir_pool;

/* A packet the application holds. Opaque; zero is never a valid handle, nor is any but the whole one that
 * was given out last. Bits 15:0 buffer index, 47:16 grant number, 63:48 length in bytes. */
struct ir_pkt {
    uint64_t bits;
};

/* Shortest packet: an Ethernet header. The card pads frames to 60 bytes. */
#define IR_FRAME_MIN 14u
/* Longest packet: a frame, without its checksum, on any supported card (82599 section 8.2.3.22.13,
 * MAXFRS). */
#define IR_FRAME_MAX 9724u

/* Take a buffer out of the pool for a new packet of `length` bytes: IR_FRAME_MIN to the pool's buffer
 * size, and no more than IR_FRAME_MAX. So each packet has the length of a frame, and none needs to be
 * looked at when it is sent. The bytes are whatever was there before. The caller holds *pkt until it is
 * sent or freed. Errors: -ENOBUFS the pool is empty, -EMSGSIZE no such length, -EINVAL null argument. */
int ir_pkt_alloc(struct ir_pool *pool, uint32_t length, struct ir_pkt *pkt);

/* Give the packet back to its pool; the handle is dead afterwards.
 * Errors: -ESTALE the caller does not hold this packet, -EINVAL null pool. */
int ir_pkt_free(struct ir_pool *pool, struct ir_pkt pkt);

/* Change the length of the packet, within the same limits. *pkt is replaced, and copies of the old
 * handle are dead. Errors: -ESTALE, -EMSGSIZE (then *pkt is unchanged, and not dead). */
int ir_pkt_set_length(struct ir_pool *pool, struct ir_pkt *pkt, uint32_t length);

/* The packet's `length` bytes that begin `offset` bytes into it, or NULL when the caller does not
 * hold the packet or the range does not lie within it. The pointer is valid for exactly that range,
 * until the packet is sent or freed. Here and below the pool must be one from ir_pool_create.
 * (Defined in view.h.) */
static inline uint8_t *ir_pkt_data(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset,
                                   uint32_t length);

/* Read or write a big-endian (network order) field at `offset`.
 * Errors: -ESTALE the caller does not hold the packet, -EINVAL the field does not lie within it;
 * nothing is changed then. Contracts of all these stand with their definitions, in
 * src/core/packet.c. */
int ir_pkt_read8(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint8_t *value);
int ir_pkt_read16(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint16_t *value);
int ir_pkt_read32(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint32_t *value);
int ir_pkt_write8(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint8_t value);
int ir_pkt_write16(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint16_t value);
int ir_pkt_write32(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint32_t value);

#ifdef __cplusplus
}
#endif

#include <ironring/view.h>

#endif
