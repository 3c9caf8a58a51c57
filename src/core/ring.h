/* SPDX-License-Identifier: MIT
 *
 * The private side of a descriptor ring: which buffer lies in which slot. The slots in use form a
 * window from `head` (oldest) to `tail`, around the end of the ring; at most size - 1 are ever in
 * use, because a card takes head == tail for an empty ring. Nothing the device writes is stored
 * here.
 */
#ifndef IRONRING_CORE_RING_H
#define IRONRING_CORE_RING_H

#include <stdint.h>

#include <ironring/device.h>

struct ir_ring {
    uint64_t size;                   /* slots, 64 to 4096 */
    uint64_t head;                   /* oldest slot in use; < size */
    uint64_t tail;                   /* next slot to fill; < size */
    uint16_t slot[IR_RING_SIZE_MAX]; /* buffer index in each slot of the window */
};

#ifdef __FRAMAC__
#include "window.h"
#endif

/* 1 for 64, 128, ... 4096: the sizes a ring may have. */
/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> size == 64 || size == 128 || size == 256 || size == 512 || size ==
        1024 || size == 2048 || size == 4096;
*/
static inline uint32_t ir_ring_size_legal(uint64_t size)
{
    return size == 64u || size == 128u || size == 256u || size == 512u || size == 1024u ||
           size == 2048u || size == 4096u;
}

/* Make an empty ring of `size` slots. Returns 0, or -EINVAL for a size that is not legal. */
/*@ requires \valid(ring);
    assigns ring->size, ring->head, ring->tail;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> size == 64 || size == 128 || size == 256 || size == 512 || size ==
        1024 || size == 2048 || size == 4096;
    ensures \result == 0 ==> ring_shape(ring) && ring->size == size &&
        ring->head == 0 && ring->tail == 0;
    ensures \result != 0 ==> ring->size == \old(ring->size);
*/
int32_t ir_ring_init(struct ir_ring *ring, uint64_t size);

/* Slot after `slot`, around a ring of `size`. */
/*@ requires slot < size <= 4096;
    assigns \nothing;
    ensures \result == around(slot + 1, size);
*/
static inline uint64_t ir_ring_next(uint64_t slot, uint64_t size)
{
    return slot + 1u < size ? slot + 1u : 0u;
}

/* Slots in use, from head to tail; < size. */
/*@ requires \valid_read(ring) && ring_shape(ring);
    assigns \nothing;
    ensures \result == used(ring) && 0 <= \result < ring->size;
*/
static inline uint64_t ir_ring_used(const struct ir_ring *ring)
{
    return ring->tail >= ring->head ? ring->tail - ring->head
                                    : ring->tail + ring->size - ring->head;
}

/* Slots that can still be filled. */
/*@ requires \valid_read(ring) && ring_shape(ring);
    assigns \nothing;
    ensures \result == ring->size - 1 - used(ring);
*/
static inline uint64_t ir_ring_room(const struct ir_ring *ring)
{
    return ring->size - 1u - ir_ring_used(ring);
}

/* Hand to the slot at the tail. */
/*@ requires \valid(ring) && \valid_read(pool) && \valid(l) && \separated(ring, pool, l);
    RING_BALANCED(requires, pool, l, ring, tag)
    requires TAG_OK(tag);
    requires used(ring) < ring->size - 1;
    requires pool->count <= 65536 && index < pool->count && hand_holds(pool, l, index);
    assigns ring->slot[ring->tail], ring->tail, l->place[0 .. 65535];
    RING_BALANCED(ensures, pool, l, ring, tag)
    ensures hand_empty(pool, l);
    ensures ring->slot[\old(ring->tail)] == index && l->place[index] == tag + \old(ring->tail);
    ensures others_stay{Pre, Post}(l, index);
    ensures used(ring) == \old(used(ring)) + 1;
    ensures ring->tail == around(\old(ring->tail) + 1, ring->size);
*/
static inline void ir_ring_push(struct ir_ring *ring, uint32_t index)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    uint64_t slot = ring->tail;

    ring->slot[slot] = (uint16_t)index;
    ring->tail = ir_ring_next(slot, ring->size);
    /*@ ghost l->place[index] = tag + (int64_t)slot; */
}

/* The oldest slot in use to hand. */
/*@ requires \valid(ring) && \valid_read(pool) && \valid(l) && \separated(ring, pool, l);
    RING_BALANCED(requires, pool, l, ring, tag)
    requires TAG_OK(tag);
    requires used(ring) > 0;
    requires pool->count <= 65536 && hand_empty(pool, l);
    assigns ring->head, l->place[0 .. 65535];
    RING_BALANCED(ensures, pool, l, ring, tag)
    ensures \result == \old(ring->slot[ring->head]) && \result < pool->count;
    ensures \old(l->place[ring->slot[ring->head]]) == tag + \old(ring->head);
    ensures hand_holds(pool, l, \result) && l->place[\result] == PLACE_HAND;
    ensures others_stay{Pre, Post}(l, \result);
    ensures used(ring) == \old(used(ring)) - 1;
    ensures ring->head == around(\old(ring->head) + 1, ring->size);
*/
static inline uint32_t ir_ring_pop(struct ir_ring *ring)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    uint64_t slot = ring->head;
    uint32_t index = ring->slot[slot];

    ring->head = ir_ring_next(slot, ring->size);
    /*@ ghost l->place[index] = PLACE_HAND; */
    return index;
}

#endif
