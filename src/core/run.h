/* SPDX-License-Identifier: MIT
 *
 * The moves of moves.h for a run of slots: some that follow each other and do not go around the end of
 * the ring. A loop over a run keeps in local variables, and so in processor registers, where the
 * window ends, how many buffers are free and which grant is next, and stores them when it is done: an
 * array that it writes could otherwise be those very fields for all the compiler knows. Between two
 * moves the invariants hold with these variables in place of the fields (BALANCED_AT).
 */
#ifndef IRONRING_CORE_RUN_H
#define IRONRING_CORE_RUN_H

#include "core/moves.h"

/*@
// Each buffer of the ring but one lies in the slot that the ledger says, which is not slot `but`.
predicate others_in_slots{L}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer head,
                             integer tail, integer index, integer but, integer tag) =
    \forall integer b; 0 <= b < p->count ==> b != index ==> in_ring(l->place[b], tag) ==>
        l->place[b] - tag != but && in_window_at(r, head, tail, l->place[b] - tag) &&
        r->slot[l->place[b] - tag] == b;

predicate slots_stay_but{L1, L2}(struct ir_ring *r, integer but) =
    \at(r->size, L2) == \at(r->size, L1) && \at(r->head, L2) == \at(r->head, L1) &&
    \at(r->tail, L2) == \at(r->tail, L1) &&
    (\forall integer s; 0 <= s < 4096 ==> s != but ==>
        \at(r->slot[s], L2) == \at(r->slot[s], L1));

lemma taken_from_slots{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer head, integer tail,
        integer index, integer but, integer tag;
    others_in_slots{L1}(p, l, r, head, tail, index, but, tag) ==>
    ring_keeps{L1, L2}(l, index, tag) ==> slots_stay_but{L1, L2}(r, but) ==>
    \at(p->count, L1) == \at(p->count, L2) <= 65536 ==> \at(r->size, L1) <= 4096 ==>
    buffer_to_slot_at{L2}(p, l, r, head, tail, tag);

lemma put_into_slots{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer head, integer tail,
        integer index, integer but, integer tag;
    others_in_slots{L1}(p, l, r, head, tail, index, but, tag) ==>
    others_stay{L1, L2}(l, index) ==> slots_stay_but{L1, L2}(r, but) ==>
    \at(l->place[index], L2) == tag + but ==> \at(r->slot[but], L2) == index ==>
    in_window_at{L2}(r, head, tail, but) ==>
    \at(p->count, L1) == \at(p->count, L2) <= 65536 ==> \at(r->size, L1) <= 4096 ==>
    buffer_to_slot_at{L2}(p, l, r, head, tail, tag);
*/

/* How many of `count` slots from `slot` on come before the end of a ring of `size`. */
/*@ requires slot <= size <= 4096;
    assigns \nothing;
    ensures \result <= count && slot + \result <= size;
    ensures \result == count || slot + \result == size;
*/
static inline uint64_t ir_run_length(uint64_t slot, uint64_t size, uint64_t count)
{
    return size - slot < count ? size - slot : count;
}

/* The window begins at slot `head`; the size means slot 0. */
/*@ requires \valid(ring) && \valid_read(pool) && \valid(l) && \separated(ring, pool, l);
    requires ring_shape(ring) && head <= ring->size && TAG_OK(tag) && pool->count <= 65536;
    requires slots: slot_to_buffer_at(pool, l, ring, head, ring->tail, tag);
    requires buffers: buffer_to_slot_at(pool, l, ring, head, ring->tail, tag);
    assigns ring->head;
    RING_BALANCED(ensures, pool, l, ring, tag)
    ensures ring->head == around(head, ring->size);
    ensures used(ring) == distance(head, ring->size, ring->tail);
*/
static inline void ir_run_set_head(struct ir_ring *ring, uint64_t head)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    ring->head = head < ring->size ? head : 0u;
}

/* The window ends before slot `tail`; the size means slot 0. */
/*@ requires \valid(ring) && \valid_read(pool) && \valid(l) && \separated(ring, pool, l);
    requires ring_shape(ring) && tail <= ring->size && TAG_OK(tag) && pool->count <= 65536;
    requires not_full: distance(ring->head, ring->size, tail) < ring->size;
    requires slots: slot_to_buffer_at(pool, l, ring, ring->head, tail, tag);
    requires buffers: buffer_to_slot_at(pool, l, ring, ring->head, tail, tag);
    assigns ring->tail;
    RING_BALANCED(ensures, pool, l, ring, tag)
    ensures ring->tail == around(tail, ring->size);
    ensures used(ring) == distance(ring->head, ring->size, tail);
*/
static inline void ir_run_set_tail(struct ir_ring *ring, uint64_t tail)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    ring->tail = tail < ring->size ? tail : 0u;
}

/* The last of the `free` free buffers to slot `tail`. Returns the buffer. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED_AT(requires, pool, l, free, ring, ring->head, tail, tag)
    requires free > 0 && tail < ring->size;
    requires distance(ring->head, ring->size, tail) < ring->size - 1;
    assigns ring->slot[tail], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, free - 1, ring, ring->head, tail + 1, tag)
    ensures \result < pool->count && l->place[\result] == tag + tail;
    ensures \old(l->place[\result]) == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, \result);
*/
static inline uint32_t ir_run_pool_to_ring(const struct ir_pool *pool, uint64_t free,
                                           struct ir_ring *ring, uint64_t tail)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = pool->stack[free - 1u];

    /*@ assert mine: l->place[index] == PLACE_FREE && l->position[index] == free - 1; */
    /*@ assert top: \forall integer b; 0 <= b < pool->count ==> l->position[b] == free - 1 ==>
            b == index; */
    /*@ assert wider: \forall integer s; in_window_at(ring, ring->head, tail, s) ==> s != tail &&
            in_window_at(ring, ring->head, tail + 1, s); */
    /*@ assert others: others_in_slots(pool, l, ring, ring->head, tail + 1, index, tail, tag); */
    ring->slot[tail] = (uint16_t)index;
    /*@ ghost l->place[index] = tag + (int64_t)tail; */
    /*@ assert rest: others_stay{Pre, Here}(l, index); */
    /*@ assert slots: slots_stay_but{Pre, Here}(ring, tail); */
    /*@ assert newest: in_window_at(ring, ring->head, tail + 1, tail); */
    /*@ assert placed: l->place[index] == tag + tail && ring->slot[tail] == index; */
    /*@ assert buffers: buffer_to_slot_at(pool, l, ring, ring->head, tail + 1, tag); */
    return index;
}

/* The buffer in slot `head`, the oldest, to the top of the `free` free buffers. */
/*@ requires \valid_read(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED_AT(requires, pool, l, free, ring, head, ring->tail, tag)
    requires head < ring->size && distance(head, ring->size, ring->tail) > 0;
    assigns pool->stack[0 .. 65535], l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    BALANCED_AT(ensures, pool, l, free + 1, ring, head + 1, ring->tail, tag)
    ensures \old(l->place[ring->slot[head]]) == tag + head;
    ensures l->place[ring->slot[head]] == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, ring->slot[head]);
*/
static inline void ir_run_ring_to_pool(const struct ir_ring *ring, uint64_t head,
                                       struct ir_pool *pool, uint64_t free)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ring->slot[head];

    /*@ assert oldest: in_window_at(ring, head, ring->tail, head); */
    /*@ assert mine: index < pool->count && l->place[index] == tag + head; */
    /*@ assert narrower: \forall integer s; in_window_at(ring, head, ring->tail, s) ==> s != head ==>
            in_window_at(ring, head + 1, ring->tail, s); */
    /*@ assert in_slot: \forall integer b; 0 <= b < pool->count ==> l->place[b] == tag + head ==>
            in_ring(l->place[b], tag) && ring->slot[l->place[b] - tag] == b; */
    /*@ assert only: \forall integer b; 0 <= b < pool->count ==> l->place[b] == tag + head ==>
            ring->slot[head] == b; */
    /*@ assert others: \forall integer b; 0 <= b < pool->count ==> b != index ==>
            l->place[b] != tag + head; */
    /*@ assert in_others: others_in_slots(pool, l, ring, head + 1, ring->tail, index, head, tag); */
    ir_pool_stack(pool, free, index) /*@ ghost (l) */;
    /*@ assert ring_kept: ring_keeps{Pre, Here}(l, index, tag); */
    /*@ assert slots: slots_stay_but{Pre, Here}(ring, head); */
    /*@ assert buffers: buffer_to_slot_at(pool, l, ring, head + 1, ring->tail, tag); */
}

/* The buffer in slot `head`, the oldest, to the application, as a packet of `length` bytes that
 * `grant` makes the only one. */
/*@ requires \valid_read(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED_AT(requires, pool, l, pool->free_count, ring, head, ring->tail, tag)
    requires head < ring->size && distance(head, ring->size, ring->tail) > 0;
    requires frame_fits(pool, length) && grant <= 4294967295;
    assigns pool->holder[ring->slot[head]], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, pool->free_count, ring, head + 1, ring->tail, tag)
    ensures held(pool, \result) && pkt_size(\result) == length;
    ensures pkt_index(\result) == ring->slot[head] && pkt_grant(\result) == grant;
    ensures \old(l->place[ring->slot[head]]) == tag + head;
    ensures l->place[ring->slot[head]] == PLACE_APP;
    ensures others_stay{Pre, Post}(l, ring->slot[head]);
*/
static inline struct ir_pkt ir_run_ring_to_app(const struct ir_ring *ring, uint64_t head,
                                               struct ir_pool *pool, uint64_t grant,
                                               uint64_t length)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t index = ring->slot[head];
    struct ir_pkt pkt = ir_handle_make(grant, index, length);

    /*@ assert oldest: in_window_at(ring, head, ring->tail, head); */
    /*@ assert mine: index < pool->count && l->place[index] == tag + head; */
    /*@ assert narrower: \forall integer s; in_window_at(ring, head, ring->tail, s) ==> s != head ==>
            in_window_at(ring, head + 1, ring->tail, s); */
    /*@ assert in_slot: \forall integer b; 0 <= b < pool->count ==> l->place[b] == tag + head ==>
            in_ring(l->place[b], tag) && ring->slot[l->place[b] - tag] == b; */
    /*@ assert only: \forall integer b; 0 <= b < pool->count ==> l->place[b] == tag + head ==>
            ring->slot[head] == b; */
    /*@ assert others: \forall integer b; 0 <= b < pool->count ==> b != index ==>
            l->place[b] != tag + head; */
    /*@ assert in_others: others_in_slots(pool, l, ring, head + 1, ring->tail, index, head, tag); */
    pool->holder[index] = pkt.bits;
    /*@ ghost l->place[index] = PLACE_APP; */
    /*@ assert ring_kept: ring_keeps{Pre, Here}(l, index, tag); */
    /*@ assert slots: slots_stay_but{Pre, Here}(ring, head); */
    /*@ assert buffers: buffer_to_slot_at(pool, l, ring, head + 1, ring->tail, tag); */
    return pkt;
}

/* A packet the application holds to slot `tail`; its handle is dead. Returns the buffer. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED_AT(requires, pool, l, pool->free_count, ring, ring->head, tail, tag)
    requires held(pool, pkt) && tail < ring->size;
    requires distance(ring->head, ring->size, tail) < ring->size - 1;
    assigns pool->holder[0 .. 65535], ring->slot[tail], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, pool->free_count, ring, ring->head, tail + 1, tag)
    ensures \result == pkt_index(pkt) && \result < pool->count;
    ensures l->place[\result] == tag + tail;
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, \result);
    ensures \forall integer b; 0 <= b < 65536 ==> b != \result ==>
        pool->holder[b] == \old(pool->holder[b]);
*/
static inline uint32_t ir_run_app_to_ring(struct ir_pool *pool, struct ir_pkt pkt,
                                          struct ir_ring *ring, uint64_t tail)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_handle_index(pkt);

    /*@ assert mine: index < pool->count && l->place[index] == PLACE_APP; */
    /*@ assert wider: \forall integer s; in_window_at(ring, ring->head, tail, s) ==> s != tail &&
            in_window_at(ring, ring->head, tail + 1, s); */
    /*@ assert others: others_in_slots(pool, l, ring, ring->head, tail + 1, index, tail, tag); */
    pool->holder[index] = IR_POOL_NOBODY;
    ring->slot[tail] = (uint16_t)index;
    /*@ ghost l->place[index] = tag + (int64_t)tail; */
    /*@ assert rest: others_stay{Pre, Here}(l, index); */
    /*@ assert slots: slots_stay_but{Pre, Here}(ring, tail); */
    /*@ assert newest: in_window_at(ring, ring->head, tail + 1, tail); */
    /*@ assert placed: l->place[index] == tag + tail && ring->slot[tail] == index; */
    /*@ assert buffers: buffer_to_slot_at(pool, l, ring, ring->head, tail + 1, tag); */
    return index;
}

#endif
