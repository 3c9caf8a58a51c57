/* SPDX-License-Identifier: MIT
 *
 * The four ways a buffer goes into and out of a ring, each a whole: before and after, no buffer is
 * in the driver's hand. Drivers move buffers with these and with nothing else, so what is proved
 * here about ownership holds for each of them.
 */
#ifndef IRONRING_CORE_MOVES_H
#define IRONRING_CORE_MOVES_H

#include "core/pool.h"
#include "core/ring.h"

/* Free stack to the slot at the tail. Returns the buffer. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    requires pool->free_count > 0 && used(ring) < ring->size - 1;
    assigns pool->free_count, ring->slot[ring->tail], ring->tail, l->place[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures \result < pool->count && l->place[\result] == tag + \old(ring->tail);
    ensures \old(l->place[\result]) == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, \result);
    ensures pool->free_count == \old(pool->free_count) - 1;
    ensures used(ring) == \old(used(ring)) + 1;
    ensures ring->tail == around(\old(ring->tail) + 1, ring->size);
*/
static inline uint32_t ir_move_pool_to_ring(struct ir_pool *pool, struct ir_ring *ring)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_pool_pop(pool) /*@ ghost (l) */;

    /*@ assert ring_kept: ring_keeps{Pre, Here}(l, index, tag); */
    /*@ assert window_kept: window_stays{Pre, Here}(ring); */
    /*@ assert slots: slot_to_buffer(pool, l, ring, tag); */
    /*@ assert buffers: buffer_to_slot(pool, l, ring, tag); */
    ir_ring_push(ring, index) /*@ ghost (pool, l, tag) */;
    return index;
}

/* The oldest slot's buffer to the free stack. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    requires used(ring) > 0;
    assigns pool->free_count, pool->stack[0 .. 65535], ring->head, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures \old(l->place[ring->slot[ring->head]]) == tag + \old(ring->head);
    ensures l->place[\old(ring->slot[ring->head])] == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, \old(ring->slot[ring->head]));
    ensures pool->free_count == \old(pool->free_count) + 1;
    ensures used(ring) == \old(used(ring)) - 1;
    ensures ring->head == around(\old(ring->head) + 1, ring->size);
*/
static inline void ir_move_ring_to_pool(struct ir_ring *ring, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_ring_pop(ring) /*@ ghost (pool, l, tag) */;

    /*@ assert shape: pool_shape(pool); */
    /*@ assert free: free_ok(pool, l); */
    /*@ assert holders: holder_ok(pool, l); */
    /*@ ghost popped: ; */
    ir_pool_push(pool, index) /*@ ghost (l) */;
    /*@ assert ring_kept: ring_keeps{popped, Here}(l, index, tag); */
    /*@ assert window_kept: window_stays{popped, Here}(ring); */
    /*@ assert buffers: buffer_to_slot(pool, l, ring, tag); */
}

/* The oldest slot's buffer to the application, as a packet of `length` bytes. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    requires used(ring) > 0 && frame_fits(pool, length);
    requires pool->grant_next <= pool->grant_last;
    assigns pool->holder[ring->slot[ring->head]], pool->grant_next, ring->head, l->place[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures held(pool, \result) && pkt_size(\result) == length;
    ensures pkt_index(\result) == \old(ring->slot[ring->head]);
    ensures next: pkt_grant(\result) == \old(pool->grant_next);
    ensures \old(l->place[ring->slot[ring->head]]) == tag + \old(ring->head);
    ensures l->place[\old(ring->slot[ring->head])] == PLACE_APP;
    ensures pool->grant_next == \old(pool->grant_next) + 1;
    ensures others_stay{Pre, Post}(l, \old(ring->slot[ring->head]));
    ensures used(ring) == \old(used(ring)) - 1;
    ensures ring->head == around(\old(ring->head) + 1, ring->size);
*/
static inline struct ir_pkt ir_move_ring_to_app(struct ir_ring *ring, struct ir_pool *pool,
                                                uint32_t length)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_ring_pop(ring) /*@ ghost (pool, l, tag) */;

    struct ir_pkt pkt;

    /*@ assert shape: pool_shape(pool); */
    /*@ assert free: free_ok(pool, l); */
    /*@ assert holders: holder_ok(pool, l); */
    /*@ assert fits: frame_fits(pool, length); */
    /*@ ghost popped: ; */
    pkt = ir_pool_grant(pool, index, length) /*@ ghost (l) */;
    /*@ assert ring_kept: ring_keeps{popped, Here}(l, index, tag); */
    /*@ assert window_kept: window_stays{popped, Here}(ring); */
    /*@ assert buffers: buffer_to_slot(pool, l, ring, tag); */
    return pkt;
}

/* A packet the application holds to the slot at the tail; its handle is dead. Returns the buffer.
 */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    requires held(pool, pkt) && used(ring) < ring->size - 1;
    assigns pool->holder[0 .. 65535], ring->slot[ring->tail], ring->tail, l->place[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures \result == pkt_index(pkt) && \result < pool->count;
    ensures l->place[\result] == tag + \old(ring->tail);
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, \result);
    ensures \forall integer b; 0 <= b < 65536 ==> b != \result ==>
        pool->holder[b] == \old(pool->holder[b]);
    ensures used(ring) == \old(used(ring)) + 1;
    ensures ring->tail == around(\old(ring->tail) + 1, ring->size);
*/
static inline uint32_t ir_move_app_to_ring(struct ir_pool *pool, struct ir_pkt pkt,
                                           struct ir_ring *ring)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_pool_revoke(pool, pkt) /*@ ghost (l) */;

    /*@ assert ring_kept: ring_keeps{Pre, Here}(l, index, tag); */
    /*@ assert window_kept: window_stays{Pre, Here}(ring); */
    /*@ assert slots: slot_to_buffer(pool, l, ring, tag); */
    /*@ assert buffers: buffer_to_slot(pool, l, ring, tag); */
    ir_ring_push(ring, index) /*@ ghost (pool, l, tag) */;
    return index;
}

/* Every slot's buffer to the free stack: when the device has stopped using them. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    assigns pool->free_count, pool->stack[0 .. 65535], ring->head, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures used(ring) == 0;
    ensures pool->free_count == \old(pool->free_count) + \old(used(ring));
    ensures ring_frees{Pre, Post}(l, tag);
*/
void ir_move_drain(struct ir_ring *ring, struct ir_pool *pool)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
