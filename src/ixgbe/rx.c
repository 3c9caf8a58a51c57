/* SPDX-License-Identifier: MIT
 *
 * Receive: lend free buffers to the device, take filled ones back for the application.
 * One 64-bit word decides a descriptor. It is read once; nothing the device wrote is used as an
 * index, and its length only after it was found to fit the buffer.
 */
#include <errno.h>

#include "core/compiler.h"
#include "core/counter.h"
#include "ixgbe/queue.h"

/* The largest frame MAXFRS allows (9728 bytes, 8.2.3.22.13) takes five of the smallest buffers. A
 * device that goes on longer without EOP is lying. */
#define IXGBE_PARTS_MAX 8u

/* Lend one free buffer: to slot `tail`, and its address to the descriptor. */
/*@ requires rxq_memory(queue, pool, l) && TAG_OK(tag);
    BALANCED_AT(requires, pool, l, free, &queue->ring, queue->ring.head, tail, tag)
    requires desc == queue->desc && free > 0 && tail < queue->ring.size;
    requires distance(queue->ring.head, queue->ring.size, tail) < queue->ring.size - 1;
    assigns queue->ring.slot[tail], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, free - 1, &queue->ring, queue->ring.head, tail + 1, tag)
    ensures ring_fills{Pre, Post}(l, tag);
*/
static inline void rx_lend(struct ixgbe_rxq *queue, struct ixgbe_desc *desc, struct ir_pool *pool,
                           uint64_t free, uint64_t tail)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_run_pool_to_ring(pool, free, &queue->ring, tail) /*@ ghost (l, tag) */;

    ir_dma_store_address(&desc[tail].lo, ir_pool_iova(pool, index))
        /*@ ghost (pool, l, index, tag, &queue->desc[0].lo) */;
    ir_dma_store64(&desc[tail].hi, 0u);
}

/* Lend `count` free buffers in the slots from the tail on: so many come before the end of the ring. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires count <= pool->free_count && used(&queue->ring) + count <= queue->ring.size - 1;
    requires run: queue->ring.tail + count <= queue->ring.size;
    assigns pool->free_count, queue->ring.slot[0 .. 4095], queue->ring.tail, l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures used(&queue->ring) == \old(used(&queue->ring)) + count;
    ensures pool->free_count == \old(pool->free_count) - count;
    ensures queue->ring.size == \old(queue->ring.size);
    ensures queue->ring.tail == around(\old(queue->ring.tail) + count, queue->ring.size);
    ensures ring_fills{Pre, Post}(l, tag);
*/
static inline void rx_lend_run(struct ixgbe_rxq *queue, struct ir_pool *pool, uint64_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ixgbe_desc *desc = queue->desc;
    const uint64_t start = queue->ring.tail;
    const uint64_t free = pool->free_count;

    /*@ loop invariant 0 <= i <= count;
        loop invariant distance: distance(queue->ring.head, queue->ring.size, start + i) ==
            \at(used(&queue->ring), Pre) + i;
        BALANCED_AT(loop invariant, pool, l, free - i, &queue->ring, queue->ring.head, start + i, tag)
        loop invariant ring_fills{Pre, Here}(l, tag);
        loop assigns i, queue->ring.slot[0 .. 4095], l->place[0 .. 65535];
        loop variant count - i;
    */
    IR_UNROLL
    for (uint64_t i = 0; i < count; i++)
        rx_lend(queue, desc, pool, free - i, start + i) /*@ ghost (l, tag) */;
    ir_run_set_tail(&queue->ring, start + count) /*@ ghost (pool, l, tag) */;
    pool->free_count = free - count;
}

void ixgbe_rx_refill(struct ixgbe_rxq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pool *pool = queue->pool;
    uint64_t room = ir_ring_room(&queue->ring);
    uint64_t count = room < pool->free_count ? room : pool->free_count;
    uint64_t first = ir_run_length(queue->ring.tail, queue->ring.size, count);

    if (count == 0u)
        return;
    rx_lend_run(queue, pool, first) /*@ ghost (l, tag) */;
    if (first < count)
        rx_lend_run(queue, pool, count - first) /*@ ghost (l, tag) */;
    ixgbe_rx_tell(queue);
}

/* Count a part that is not delivered: a bad frame, or one of several parts. */
/*@ requires \valid(queue) && queue->discarded < IXGBE_PARTS_MAX;
    assigns queue->discarded, queue->dropped.errors, queue->dropped.oversize;
    ensures last: (hi & IXGBE_RXD_EOP) != 0 ==> queue->discarded == 0;
    ensures part: (hi & IXGBE_RXD_EOP) == 0 ==> queue->discarded == \old(queue->discarded) + 1;
    ensures errors: queue->dropped.errors == \old(queue->dropped.errors) +
        ((hi & IXGBE_RXD_EOP) != 0 && \old(queue->discarded) == 0 &&
         \old(queue->dropped.errors) < 18446744073709551615 ? 1 : 0);
    ensures oversize: queue->dropped.oversize == \old(queue->dropped.oversize) +
        ((hi & IXGBE_RXD_EOP) != 0 && \old(queue->discarded) > 0 &&
         \old(queue->dropped.oversize) < 18446744073709551615 ? 1 : 0);
*/
static void rx_account_drop(struct ixgbe_rxq *queue, uint64_t hi)
{
    if (!ixgbe_rxd_last(hi)) {
        queue->discarded = (uint8_t)(queue->discarded + 1u);
        return;
    }
    if (queue->discarded > 0u)
        queue->dropped.oversize = ir_counter_next(queue->dropped.oversize);
    else
        queue->dropped.errors = ir_counter_next(queue->dropped.errors);
    queue->discarded = 0u;
}

/* 1 when no honest device writes this word back into a descriptor with such a buffer. A part may be
 * empty only at the end of a frame, where nothing but the frame checksum may have been left. */
/*@ requires \valid_read(queue) && \valid_read(pool);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 0 ==> hi / 4294967296 % 65536 <= pool->buffer_size;
    ensures \result == 0 ==> queue->discarded < IXGBE_PARTS_MAX;
    ensures \result == 0 && hi / 4294967296 % 65536 == 0 ==> queue->discarded > 0;
*/
static inline uint32_t rx_breach(const struct ixgbe_rxq *queue, const struct ir_pool *pool,
                                 uint64_t hi)
{
    uint32_t length = ixgbe_rxd_length(hi);

    return length > pool->buffer_size || queue->discarded >= IXGBE_PARTS_MAX ||
           (length == 0u && (queue->discarded == 0u || !ixgbe_rxd_last(hi)));
}

/* 1 when the word's descriptor begins a frame that can be delivered. */
/*@ requires \valid_read(queue) && \valid_read(pool) && pool_shape(pool);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> queue->discarded == 0 &&
        rxd_decisive(hi, queue->errors) % 4294967296 == IXGBE_RXD_DD + IXGBE_RXD_EOP &&
        frame_fits(pool, rxd_decisive(hi, queue->errors) / 4294967296);
*/
static inline uint32_t rx_deliverable(const struct ixgbe_rxq *queue, const struct ir_pool *pool,
                                      uint64_t hi)
{
    uint64_t decision = ixgbe_rxd_decision(hi, IXGBE_RXD_DECISIVE | queue->errors)
        /*@ ghost (queue->errors) */;

    return queue->discarded == 0u && ixgbe_rxd_good(decision, ir_pool_longest(pool));
}

/* Return the oldest buffer to the pool with what was written into it. When the device broke the
 * protocol, break the queue instead: the buffer stays in its slot until a reset. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires used(&queue->ring) > 0 && queue->broken == 0;
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.head, queue->broken,
        queue->discarded, queue->dropped.errors, queue->dropped.oversize, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures ring_frees{Pre, Post}(l, tag);
    ensures kept: queue->broken != 0 ==> others_stay{Pre, Post}(l, -1);
    ensures taken: queue->broken == 0 ==> used(&queue->ring) == \old(used(&queue->ring)) - 1;
*/
static IR_COLD void rx_drop(struct ixgbe_rxq *queue, struct ir_pool *pool, uint64_t hi)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    /*@ assert window: in_window(&queue->ring, queue->ring.head); */
    if (rx_breach(queue, pool, hi)) {
        queue->broken = 1u;
        return;
    }
    rx_account_drop(queue, hi);
    ir_move_ring_to_pool(&queue->ring, pool) /*@ ghost (l, tag) */;
}

/*@
// Lemmas that stand here because they cost the goals of other files more than they give.
lemma slots_stay{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer tag;
    slot_to_buffer{L1}(p, l, r, tag) ==> others_stay{L1, L2}(l, -1) ==>
    window_stays{L1, L2}(r) ==> \at(r->size, L1) <= 4096 ==>
    \at(p->count, L1) == \at(p->count, L2) <= 65536 ==> slot_to_buffer{L2}(p, l, r, tag);

// What comes from a run, and then from a run behind it, comes in order.
lemma runs_join{L1, L2, L3}:
    \forall struct ixgbe_rxq *q, struct ledger *l, struct ir_pkt *pkts, integer first,
        integer count, integer tag;
    received_run{L1, L3}(q, l, pkts, 0, first, tag) ==>
    received_run{L2, L3}(q, l, pkts, first, count, tag) ==>
    ring_delivers{L1, L2}(l, tag) ==> PLACE_RING <= tag ==> 0 <= first ==>
    \at(q->ring.size, L1) == \at(q->ring.size, L2) <= 4096 ==>
    0 <= \at(q->ring.head, L1) < \at(q->ring.size, L1) ==> count <= \at(q->ring.size, L1) ==>
    \at(q->ring.head, L2) == around(\at(q->ring.head, L1) + first, \at(q->ring.size, L1)) ==>
    received_in_order{L1, L3}(q, l, pkts, count, tag);

// What was with the application before packets were delivered was there all the time since.
lemma app_kept_through{L1, L2, L3}:
    \forall struct ir_pool *p, struct ledger *l, integer tag; PLACE_RING <= tag ==>
    app_keeps{L1, L2}(p, l) ==> ring_delivers{L1, L2}(l, tag) ==>
    app_keeps{L2, L3}(p, l) ==> app_keeps{L1, L3}(p, l);
*/

/* Store a packet in the application's array. A step of its own because the array and the scalars of
 * pool and ring are of one type: here it is proved that none of them changes. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED_AT(requires, pool, l, pool->free_count, &queue->ring, head, queue->ring.tail, tag)
    requires \valid(pkts + (0 .. count));
    requires \separated(pkts + (0 .. count), queue, pool, l);
    requires held(pool, pkt) && IR_FRAME_MIN <= pkt_size(pkt);
    requires all_held(pool, pkts, count);
    assigns pkts[count];
    BALANCED_AT(ensures, pool, l, pool->free_count, &queue->ring, head, queue->ring.tail, tag)
    ensures pkts[count].bits == pkt.bits;
    ensures pkts_stay{Pre, Post}(pkts, count);
    ensures holders_stay{Pre, Post}(pool);
    ensures all_held(pool, pkts, count + 1);
    ensures window_stays{Pre, Post}(&queue->ring);
    ensures pool_scalars_stay{Pre, Post}(pool);
*/
static inline void rx_store(struct ir_pkt *pkts, uint64_t count, struct ir_pkt pkt)
/*@ ghost (struct ixgbe_rxq *queue, struct ir_pool *pool, uint64_t head, struct ledger \ghost *l,
           int64_t tag) */
{
    pkts[count] = pkt;
    /*@ assert same_window: window_stays{Pre, Here}(&queue->ring); */
    /*@ assert same_count: pool->count == \at(pool->count, Pre); */
    /*@ assert same_place: ring_keeps{Pre, Here}(l, -1, tag); */
    /*@ assert older: pkts_stay{Pre, Here}(pkts, count); */
    /*@ assert older_held: all_held(pool, pkts, count); */
    /*@ assert newest: held(pool, pkts[count]); */
}

/* Deliver the buffer in slot `head`, the oldest, as packet `count` of the application's array. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED_AT(requires, pool, l, pool->free_count, &queue->ring, head, queue->ring.tail, tag)
    requires TAG_OK(tag);
    requires head < queue->ring.size;
    requires distance(head, queue->ring.size, queue->ring.tail) > 0;
    requires grant <= 4294967295 && frame_fits(pool, length);
    requires \valid(pkts + (0 .. count));
    requires \separated(pkts + (0 .. count), queue, pool, l);
    requires all_held(pool, pkts, count);
    assigns pkts[count], pool->holder[0 .. 65535], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, pool->free_count, &queue->ring, head + 1, queue->ring.tail, tag)
    ensures pkts_stay{Pre, Post}(pkts, count);
    ensures all_held(pool, pkts, count + 1);
    ensures pkt_index(pkts[count]) == queue->ring.slot[head] && pkt_grant(pkts[count]) == grant;
    ensures \old(l->place[queue->ring.slot[head]]) == tag + head;
    ensures l->place[queue->ring.slot[head]] == PLACE_APP;
    ensures others_stay{Pre, Post}(l, queue->ring.slot[head]);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures window_stays{Pre, Post}(&queue->ring);
    ensures pool_scalars_stay{Pre, Post}(pool);
*/
static inline void rx_deliver(struct ixgbe_rxq *queue, struct ir_pool *pool, uint64_t head,
                              uint64_t grant, struct ir_pkt *pkts, uint64_t count, uint64_t length)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pkt pkt;

    /*@ assert others: \forall integer i; 0 <= i < count ==>
            pkt_index(pkts[i]) != queue->ring.slot[head]; */
    pkt = ir_run_ring_to_app(&queue->ring, head, pool, grant, length) /*@ ghost (l, tag) */;
    ir_pool_prefetch(pool, queue->ring.slot[head]);
    /*@ assert same_pkts: pkts_stay{Pre, Here}(pkts, count); */
    /*@ assert other_holders: \forall integer b; 0 <= b < 65536 ==>
            b != queue->ring.slot[head] ==> pool->holder[b] == \at(pool->holder[b], Pre); */
    /*@ assert range: \forall integer i; 0 <= i < count ==> 0 <= pkt_index(pkts[i]) < 65536; */
    /*@ assert same_held: \forall integer i; 0 <= i < count ==>
            pool->holder[pkt_index(pkts[i])] == pkts[i].bits; */
    /*@ assert older_held: all_held(pool, pkts, count); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    /*@ ghost granted: ; */
    rx_store(pkts, count, pkt) /*@ ghost (queue, pool, head + 1, l, tag) */;
    /*@ assert same_places: others_stay{granted, Here}(l, -1); */
    /*@ assert same_holders: holders_stay{granted, Here}(pool); */
}

/* Store where a run ended: at which head, and with which grant next. A step of its own for the same
 * reason. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED_AT(requires, pool, l, pool->free_count, &queue->ring, head, queue->ring.tail, tag)
    requires TAG_OK(tag) && head <= queue->ring.size;
    requires pool->grant_first <= grant <= pool->grant_last + 1;
    requires \separated(pkts + (0 .. count - 1), queue, pool, l);
    requires all_held(pool, pkts, count);
    assigns queue->ring.head, pool->grant_next;
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures pkts_stay{Pre, Post}(pkts, count);
    ensures holders_stay{Pre, Post}(pool);
    ensures all_held(pool, pkts, count);
    ensures queue->ring.size == \old(queue->ring.size);
    ensures queue->ring.head == around(head, queue->ring.size);
    ensures used(&queue->ring) == distance(head, queue->ring.size, queue->ring.tail);
    ensures pool->grant_next == grant && pool->grant_last == \old(pool->grant_last);
*/
static inline void rx_end_run(struct ixgbe_rxq *queue, struct ir_pool *pool, uint64_t head,
                              uint64_t grant)
/*@ ghost (struct ir_pkt *pkts, uint64_t count, struct ledger \ghost *l, int64_t tag) */
{
    /*@ assert fields_apart: \forall integer i; 0 <= i < count ==>
            \separated(pkts + i, &queue->ring.head, &pool->grant_next); */
    pool->grant_next = grant;
    /*@ assert same_holders: holders_stay{Pre, Here}(pool); */
    /*@ assert same_pkts: pkts_stay{Pre, Here}(pkts, count); */
    ir_run_set_head(&queue->ring, head) /*@ ghost (pool, l, tag) */;
    /*@ assert holders: holders_stay{Pre, Here}(pool); */
    /*@ assert pkts: pkts_stay{Pre, Here}(pkts, count); */
    /*@ assert held: all_held(pool, pkts, count); */
}

/* Take whole frames from the descriptors from the head on, until the first that is none, as packets
 * `from` to `to` - 1: so many come before the end of the ring. Returns how many packets there are now. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires from <= to <= 4095 && to - from <= used(&queue->ring);
    requires run: queue->ring.head + (to - from) <= queue->ring.size;
    requires grants: pool->grant_next + (to - from) <= pool->grant_last + 1;
    requires \valid(pkts + (0 .. to - 1));
    requires \separated(pkts + (0 .. to - 1), queue, pool, l);
    requires all_held(pool, pkts, from);
    assigns pkts[from .. to - 1], pool->holder[0 .. 65535], pool->grant_next, queue->ring.head,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures from <= \result <= to;
    ensures pkts_stay{Pre, Post}(pkts, from);
    ensures all_held(pool, pkts, \result);
    ensures own_grants: granted_run(pkts, from, \result, \old(pool->grant_next));
    ensures received_run{Pre, Post}(queue, l, pkts, from, \result, tag);
    ensures ring_delivers{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures queue->ring.size == \old(queue->ring.size);
    ensures queue->ring.head ==
        around(\old(queue->ring.head) + (\result - from), queue->ring.size);
    ensures used(&queue->ring) == \old(used(&queue->ring)) - (\result - from);
    ensures pool->grant_next == \old(pool->grant_next) + (\result - from);
    ensures pool->grant_last == \old(pool->grant_last);
*/
static inline uint64_t rx_run(struct ixgbe_rxq *queue, struct ir_pool *pool, struct ir_pkt *pkts,
                              uint64_t from, uint64_t to)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ixgbe_desc *desc = queue->desc;
    const uint64_t mask = IXGBE_RXD_DECISIVE | queue->errors;
    const uint64_t longest = ir_pool_longest(pool);
    const uint64_t start = queue->ring.head;
    const uint64_t grant = pool->grant_next;
    uint64_t count = from;

    /*@ loop invariant from <= count <= to;
        BALANCED_AT(loop invariant, pool, l, pool->free_count, &queue->ring, start + (count - from),
                    queue->ring.tail, tag)
        loop invariant window: window_stays{Pre, Here}(&queue->ring);
        loop invariant scalars: pool_scalars_stay{Pre, Here}(pool);
        loop invariant older: pkts_stay{Pre, Here}(pkts, from);
        loop invariant held: all_held(pool, pkts, count);
        loop invariant grants: granted_run(pkts, from, count, grant);
        loop invariant order: received_run{Pre, Here}(queue, l, pkts, from, count, tag);
        loop invariant moves: ring_delivers{Pre, Here}(l, tag);
        loop invariant app: app_keeps{Pre, Here}(pool, l);
        loop assigns count, pkts[from .. to - 1], pool->holder[0 .. 65535],
            l->place[0 .. 65535];
        loop variant to - count;
    */
    IR_UNROLL
    while (count < to) {
        const uint64_t head = start + (count - from);
        uint64_t decision = ixgbe_rxd_decision(ir_dma_load64(&desc[head].hi), mask)
            /*@ ghost (queue->errors) */;

        if (!ixgbe_rxd_good(decision, longest))
            break;
        /*@ assert window: in_window_at(&queue->ring, head, queue->ring.tail, head); */
        /*@ assert oldest: l->place[queue->ring.slot[head]] == tag + head; */
        /*@ assert before: \at(l->place[\at(queue->ring.slot[head], Here)], Pre) == tag + head; */
        /*@ assert fits: frame_fits(pool, decision % 4294967296); */
        /*@ ghost offered: ; */
        rx_deliver(queue, pool, head, grant + (count - from), pkts, count, decision % 4294967296u)
            /*@ ghost (l, tag) */;
        /*@ assert same_pkts: pkts_stay{offered, Here}(pkts, count); */
        /*@ assert app_step: app_keeps{offered, Here}(pool, l); */
        /*@ assert app_now: app_keeps{Pre, Here}(pool, l); */
        /*@ assert newest_order: \at(l->place[pkt_index(\at(pkts[count], Here))], Pre) ==
                tag + around(\at(queue->ring.head, Pre) + (count - from),
                             \at(queue->ring.size, Pre)); */
        /*@ assert still_order: received_run{Pre, Here}(queue, l, pkts, from, count, tag); */
        /*@ assert more_each: \forall integer i; from <= i <= count ==>
                \at(l->place[pkt_index(\at(pkts[i], Here))], Pre) ==
                tag + around(\at(queue->ring.head, Pre) + (i - from),
                             \at(queue->ring.size, Pre)); */
        /*@ assert more_order: received_run{Pre, Here}(queue, l, pkts, from, count + 1, tag); */
        /*@ assert still_grants: granted_run(pkts, from, count, grant); */
        /*@ assert more_grants: granted_run(pkts, from, count + 1, grant); */
        count++;
    }
    /*@ ghost ended: ; */
    rx_end_run(queue, pool, start + (count - from), grant + (count - from))
        /*@ ghost (pkts, count, l, tag) */;
    /*@ assert own: granted_run(pkts, from, count, grant); */
    /*@ assert order: received_run{Pre, Here}(queue, l, pkts, from, count, tag); */
    /*@ assert app_ended: app_keeps{ended, Here}(pool, l); */
    return count;
}

/* rx_take around the end of the ring: a run up to it, and then one from the ring's beginning. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires limit <= used(&queue->ring);
    requires grants: pool->grant_next + limit <= pool->grant_last + 1;
    requires \valid(pkts + (0 .. limit - 1));
    requires \separated(pkts + (0 .. limit - 1), queue, pool, l);
    assigns pkts[0 .. limit - 1], pool->holder[0 .. 65535], pool->grant_next, queue->ring.head,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures 0 <= \result <= limit;
    ensures all_held(pool, pkts, \result);
    ensures received_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures ring_delivers{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures same_size: queue->ring.size == \old(queue->ring.size);
    ensures used: used(&queue->ring) == \old(used(&queue->ring)) - \result;
*/
static IR_APART uint64_t rx_take_around(struct ixgbe_rxq *queue, struct ir_pool *pool,
                                        struct ir_pkt *pkts, uint64_t limit)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t first = ir_run_length(queue->ring.head, queue->ring.size, limit);
    uint64_t count = rx_run(queue, pool, pkts, 0u, first) /*@ ghost (l, tag) */;

    if (count == first) {
        /*@ ghost turned: ; */
        count = rx_run(queue, pool, pkts, first, limit) /*@ ghost (l, tag) */;
        /*@ assert app: app_keeps{turned, Here}(pool, l); */
        /*@ assert first_run: received_run{Pre, Here}(queue, l, pkts, 0, first, tag); */
        /*@ assert second_run: received_run{turned, Here}(queue, l, pkts, first, count, tag); */
        /*@ assert moved: ring_delivers{Pre, turned}(l, tag); */
        /*@ assert turned_head: \at(queue->ring.head, turned) ==
                around(\at(queue->ring.head, Pre) + first, \at(queue->ring.size, Pre)); */
        /*@ assert joined: received_in_order{Pre, Here}(queue, l, pkts, count, tag); */
    }
    return count;
}

/* Take whole frames from up to `limit` descriptors, until the first that is none. Returns the packets
 * stored. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires limit <= used(&queue->ring);
    requires \valid(pkts + (0 .. limit - 1));
    requires \separated(pkts + (0 .. limit - 1), queue, pool, l);
    assigns pkts[0 .. limit - 1], pool->holder[0 .. 65535], pool->grant_next, queue->ring.head,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures 0 <= \result <= limit;
    ensures all_held(pool, pkts, \result);
    ensures received_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures ring_delivers{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures same_size: queue->ring.size == \old(queue->ring.size);
    ensures used: used(&queue->ring) == \old(used(&queue->ring)) - \result;
*/
static inline uint64_t rx_take(struct ixgbe_rxq *queue, struct ir_pool *pool, struct ir_pkt *pkts,
                               uint64_t limit)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_pool_reserve_grants(pool, limit) /*@ ghost (l) */;
    if (queue->ring.head + limit > queue->ring.size)
        return rx_take_around(queue, pool, pkts, limit) /*@ ghost (l, tag) */;
    return rx_run(queue, pool, pkts, 0u, limit) /*@ ghost (l, tag) */;
}

/* Drop what lies before the next frame that can be delivered. */
/*@ requires rxq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.head, queue->broken,
        queue->discarded, queue->dropped.errors, queue->dropped.oversize, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures stays_broken: \old(queue->broken) != 0 ==> queue->broken != 0;
    ensures ring_frees{Pre, Post}(l, tag);
*/
static IR_APART void rx_skip(struct ixgbe_rxq *queue, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    /*@ BALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant ring_frees{Pre, Here}(l, tag);
        loop invariant stays_broken: \at(queue->broken, Pre) != 0 ==> queue->broken != 0;
        loop assigns left, pool->free_count, pool->stack[0 .. 65535], queue->ring.head,
            queue->broken, queue->discarded, queue->dropped.errors, queue->dropped.oversize,
            l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
        loop variant left;
    */
    for (uint64_t left = queue->ring.size; left > 0u; left--) {
        uint64_t hi;

        if (queue->broken != 0u || ir_ring_used(&queue->ring) == 0u)
            break;
        hi = ir_dma_load64(&queue->desc[queue->ring.head].hi);
        if (!ixgbe_rxd_done(hi) || rx_deliverable(queue, pool, hi))
            break;
        rx_drop(queue, pool, hi) /*@ ghost (l, tag) */;
    }
}

/* Lend fresh buffers when enough of the ring's slots are empty; `used` are not. When the next descriptor
 * is none that can be delivered (`stuck`), drop what cannot before that. */
/*@ requires rxq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag) && used == used(&queue->ring);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.slot[0 .. 4095],
        queue->ring.head, queue->ring.tail, queue->broken, queue->discarded,
        queue->dropped.errors, queue->dropped.oversize, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures stays_broken: \old(queue->broken) != 0 ==> queue->broken != 0;
    ensures holders_stay{Pre, Post}(queue->pool);
    ensures ring_recycles{Pre, Post}(l, tag);
*/
static inline void rx_recycle(struct ixgbe_rxq *queue, uint64_t used, uint32_t stuck)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    if (stuck) {
        rx_skip(queue, queue->pool) /*@ ghost (l, tag) */;
        used = ir_ring_used(&queue->ring);
    }
    if (ixgbe_are_many(queue->ring.size - 1u - used, queue->ring.size) && queue->broken == 0u)
        ixgbe_rx_refill(queue) /*@ ghost (l, tag) */;
}

/* How many of the `used` descriptors a burst of `max` may take: none in the middle of a frame that is
 * dropped. */
/*@ requires \valid_read(queue) && used <= 4095;
    assigns \nothing;
    ensures 0 <= \result <= max && \result <= used;
    ensures queue->broken != 0 || queue->discarded != 0 ==> \result == 0;
*/
static inline uint64_t rx_limit(const struct ixgbe_rxq *queue, uint64_t used, uint32_t max)
{
    if (queue->broken != 0u || queue->discarded != 0u)
        return 0u;
    return max < used ? max : used;
}

int32_t ixgbe_rx_burst(struct ixgbe_rxq *queue, struct ir_pkt *pkts, uint32_t max)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pool *pool = queue->pool;
    /*@ assert apart: \forall integer i; 0 <= i < max ==>
            \separated(pkts + i, &queue->ring.head, &queue->ring.tail, &queue->dropped.errors,
                       &queue->dropped.oversize, &queue->pool->free_count); */
    const uint64_t used = ir_ring_used(&queue->ring);
    const uint64_t limit = rx_limit(queue, used, max);
    const uint64_t count = rx_take(queue, pool, pkts, limit) /*@ ghost (l, tag) */;

    ir_dma_acquire();
    /*@ ghost taken: ; */
    rx_recycle(queue, used - count, count == 0u || count < limit) /*@ ghost (l, tag) */;
    /*@ assert same_pkts: pkts_stay{taken, Here}(pkts, count); */
    /*@ assert still_held: all_held(pool, pkts, count); */
    /*@ assert still_order: received_in_order{Pre, Here}(queue, l, pkts, count, tag); */
    /*@ assert kept: app_keeps{taken, Here}(pool, l); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    return count == 0u && queue->broken != 0u ? -EIO : (int32_t)count;
}

void ixgbe_rx_drain(struct ixgbe_rxq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_move_drain(&queue->ring, queue->pool) /*@ ghost (l, tag) */;
}
