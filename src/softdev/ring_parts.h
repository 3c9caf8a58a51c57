/* SPDX-License-Identifier: MIT
 *
 * What the two formats of rings share. Device-visible words are loaded here, once each.
 */
#ifndef IRONRING_SOFTDEV_RING_PARTS_H
#define IRONRING_SOFTDEV_RING_PARTS_H

#include <stddef.h>

#include "softdev/ring.h"

/* Free-running indices wrap at 65536. */
static inline uint16_t soft_plus16(uint32_t index, uint32_t count)
{
    return (uint16_t)((index + count) & 0xffffu);
}

static inline uint16_t soft_minus16(uint32_t index, uint32_t count)
{
    return (uint16_t)((index + 2u * 65536u - count) & 0xffffu);
}

static inline uint16_t soft_load16(const uint8_t *memory)
{
    return __atomic_load_n((const uint16_t *)(const void *)memory, __ATOMIC_ACQUIRE);
}

static inline uint32_t soft_load32(const uint8_t *memory)
{
    return __atomic_load_n((const uint32_t *)(const void *)memory, __ATOMIC_ACQUIRE);
}

static inline uint64_t soft_load64(const uint8_t *memory)
{
    return __atomic_load_n((const uint64_t *)(const void *)memory, __ATOMIC_ACQUIRE);
}

static inline void soft_store16(uint8_t *memory, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)memory, value, __ATOMIC_RELEASE);
}

static inline void soft_store32(uint8_t *memory, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)memory, value, __ATOMIC_RELEASE);
}

static inline void soft_store64(uint8_t *memory, uint64_t value)
{
    __atomic_store_n((uint64_t *)(void *)memory, value, __ATOMIC_RELEASE);
}

enum soft_area { SOFT_AREA_DESC, SOFT_AREA_DRIVER, SOFT_AREA_DEVICE, SOFT_AREA_BUFFER };

/* --- ring.c --- */
/* The whole of one of the first three areas, or NULL with a breach: then the ring is faulty. */
uint8_t *soft_ring_area(struct soft_ring *ring, enum soft_area area);
/* The driver broke a rule that leaves nothing to go on with: false. */
__attribute__((format(printf, 3, 4))) bool
soft_ring_fail(struct soft_ring *ring, enum soft_rule rule, const char *format, ...);
/* Add a buffer to the chain, judged but for its flags. */
bool soft_ring_part(struct soft_ring *ring, struct soft_chain *chain, uint64_t address,
                    uint32_t length, bool writable);
/* A chain has been read whole: it is the device's from now on. */
bool soft_ring_accept(struct soft_ring *ring, const struct soft_chain *chain);

/* --- ring_split.c and ring_packed.c: as those of ring.h --- */
bool soft_split_any(struct soft_ring *ring);
bool soft_split_take(struct soft_ring *ring, struct soft_chain *chain);
void soft_split_untake(struct soft_ring *ring, const struct soft_chain *chain);
void soft_split_put(struct soft_ring *ring, uint32_t id, uint32_t length, uint16_t chains);
void soft_split_publish(struct soft_ring *ring);
bool soft_split_interrupts(struct soft_ring *ring);
void soft_split_hush(struct soft_ring *ring);
void soft_split_listen(struct soft_ring *ring);

bool soft_packed_any(struct soft_ring *ring);
bool soft_packed_take(struct soft_ring *ring, struct soft_chain *chain);
void soft_packed_untake(struct soft_ring *ring, const struct soft_chain *chain);
void soft_packed_put(struct soft_ring *ring, uint32_t id, uint32_t length, uint16_t slots);
void soft_packed_publish(struct soft_ring *ring);
bool soft_packed_interrupts(struct soft_ring *ring);
void soft_packed_hush(struct soft_ring *ring);
void soft_packed_listen(struct soft_ring *ring);

#endif
