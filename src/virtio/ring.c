/* SPDX-License-Identifier: MIT
 *
 * Set-up of a virtqueue's private side, and completions out of order.
 */
#include "virtio/ring.h"

int32_t virtio_ring_init(struct virtio_ring *ring, uint64_t size)
{
    int32_t result = ir_ring_init(&ring->window, size);

    if (result != 0)
        return result;
    /*@ loop invariant 0 <= i <= size;
        loop invariant \forall integer p; 0 <= p < i ==> ring->id_at[p] == p;
        loop invariant \forall integer p; 0 <= p < i ==> ring->position_of[p] == p;
        loop assigns i, ring->id_at[0 .. 4095], ring->position_of[0 .. 4095];
        loop variant size - i;
    */
    for (uint64_t i = 0; i < size; i++) {
        ring->id_at[i] = (int16_t)i;
        ring->position_of[i] = (int16_t)i;
    }
    return 0;
}

/* Let two ids change places, but not yet the buffers. */
/*@ requires \valid(ring) && ring_shape(&ring->window);
    requires a < ring->window.size && b < ring->window.size;
    VRING_OK(requires, ring)
    assigns ring->id_at[0 .. 4095], ring->position_of[0 .. 4095];
    VRING_OK(ensures, ring)
    ensures ring->id_at[a] == \old(ring->id_at[b]) && ring->id_at[b] == \old(ring->id_at[a]);
    ensures slots: \forall integer s; 0 <= s < 4096 ==>
        ring->window.slot[s] == \old(ring->window.slot[s]);
*/
static void swap_ids(struct virtio_ring *ring, uint64_t a, uint64_t b)
{
    int16_t id_a = ring->id_at[a];
    int16_t id_b = ring->id_at[b];

    /*@ assert ids: a == b <==> id_a == id_b; */
    ring->id_at[a] = id_b;
    ring->id_at[b] = id_a;
    /*@ assert others: \forall integer p; 0 <= p < ring->window.size ==> p != a ==> p != b ==>
            ring->id_at[p] == \at(ring->id_at[p], Pre); */
    ring->position_of[id_b] = (int16_t)a;
    ring->position_of[id_a] = (int16_t)b;
    /*@ assert other_ids: \forall integer i; 0 <= i < ring->window.size ==> i != id_a ==>
            i != id_b ==> ring->position_of[i] == \at(ring->position_of[i], Pre); */
}

/*@
// The buffers at two positions have changed places, and nothing else has.
predicate exchanged{L1, L2}(struct ledger *l, struct ir_ring *r, integer a, integer b, integer tag) =
    \at(r->size, L2) == \at(r->size, L1) && \at(r->head, L2) == \at(r->head, L1) &&
    \at(r->tail, L2) == \at(r->tail, L1) &&
    \at(r->slot[a], L2) == \at(r->slot[b], L1) && \at(r->slot[b], L2) == \at(r->slot[a], L1) &&
    (\forall integer s; 0 <= s < 4096 ==> s != a ==> s != b ==>
        \at(r->slot[s], L2) == \at(r->slot[s], L1)) &&
    \at(l->place[\at(r->slot[b], L1)], L2) == tag + a &&
    \at(l->place[\at(r->slot[a], L1)], L2) == tag + b &&
    (\forall integer x; 0 <= x < 65536 ==> x != \at(r->slot[a], L1) ==>
        x != \at(r->slot[b], L1) ==> \at(l->place[x], L2) == \at(l->place[x], L1));

// The same of two positions in the window, and of a pool: one term that provers find the lemmas by.
predicate swapped{L1, L2}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer a,
                          integer b, integer tag) =
    exchanged{L1, L2}(l, r, a, b, tag) && in_window{L1}(r, a) && in_window{L1}(r, b) &&
    \at(r->size, L1) <= 4096 && \at(p->count, L1) == \at(p->count, L2) <= 65536;

// As in contracts/window.h, lemmas keep the two directions of ownership out of one context.
lemma buffers_exchanged{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer a, b, tag;
    buffer_to_slot{L1}(p, l, r, tag) ==> swapped{L1, L2}(p, l, r, a, b, tag) ==>
    buffer_to_slot{L2}(p, l, r, tag);

lemma slots_exchanged{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer a, b, tag;
    slot_to_buffer{L1}(p, l, r, tag) ==> swapped{L1, L2}(p, l, r, a, b, tag) ==>
    slot_to_buffer{L2}(p, l, r, tag);
*/

/* Let two buffers in the window change places. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    BALANCED(requires, pool, l, ring, tag)
    requires in_window(ring, a) && in_window(ring, b);
    assigns ring->slot[0 .. 4095], l->place[0 .. 65535];
    BALANCED(ensures, pool, l, ring, tag)
    ensures slots: ring->slot[a] == \old(ring->slot[b]) && ring->slot[b] == \old(ring->slot[a]);
    ensures ring_shuffles{Pre, Post}(l, tag);
*/
static void swap_buffers(struct ir_ring *ring, uint64_t a, uint64_t b)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    uint16_t buffer_a = ring->slot[a];
    uint16_t buffer_b = ring->slot[b];

    /*@ assert places: l->place[buffer_a] == tag + a && l->place[buffer_b] == tag + b; */
    /*@ assert one: a == b <==> buffer_a == buffer_b; */
    ring->slot[a] = buffer_b;
    ring->slot[b] = buffer_a;
    /*@ ghost
        l->place[buffer_b] = tag + (int64_t)a;
        l->place[buffer_a] = tag + (int64_t)b;
    */
    /*@ assert slots_now: ring->slot[a] == buffer_b && ring->slot[b] == buffer_a; */
    /*@ assert other_slots: \forall integer s; 0 <= s < 4096 ==> s != a ==> s != b ==>
            ring->slot[s] == \at(ring->slot[s], Pre); */
    /*@ assert places_now: l->place[buffer_b] == tag + a && l->place[buffer_a] == tag + b; */
    /*@ assert other_places: \forall integer x; 0 <= x < 65536 ==> x != buffer_a ==>
            x != buffer_b ==> l->place[x] == \at(l->place[x], Pre); */
    /*@ assert done: exchanged{Pre, Here}(l, ring, a, b, tag); */
    /*@ assert both: swapped{Pre, Here}(pool, l, ring, a, b, tag); */
    /*@ assert slots: slot_to_buffer(pool, l, ring, tag); */
    /*@ assert buffers: buffer_to_slot(pool, l, ring, tag); */
}

uint32_t virtio_ring_forward(struct virtio_ring *ring, uint32_t id)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    uint64_t head = ring->window.head;
    uint64_t position;

    if (virtio_ring_distance(ring, id) >= ir_ring_used(&ring->window))
        return 0u;
    position = (uint64_t)ring->position_of[id];
    /*@ assert in: in_window(&ring->window, position) && in_window(&ring->window, head); */
    swap_buffers(&ring->window, head, position) /*@ ghost (pool, l, tag) */;
    /*@ assert ids: ids_ok(ring); */
    /*@ assert positions: positions_ok(ring); */
    /*@ ghost swapped: ; */
    swap_ids(ring, head, position);
    /*@ assert window: window_stays{swapped, Here}(&ring->window); */
    /*@ assert stack: \forall integer i; 0 <= i < 65536 ==>
            pool->stack[i] == \at(pool->stack[i], swapped); */
    return 1u;
}
