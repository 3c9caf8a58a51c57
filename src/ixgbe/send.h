/* SPDX-License-Identifier: MIT
 *
 * Transmit, as far as it is the same for each card with such rings: packets of the application become lent
 * buffers, and buffers that are done with go back to the pool. How a card tells that it is done with
 * them is the affair of the files that include this: each names its kind, which is known when
 * it is compiled, so that none pays for the other.
 */
#ifndef IRONRING_IXGBE_SEND_H
#define IRONRING_IXGBE_SEND_H

#include <errno.h>

#include "core/compiler.h"
#include "core/range.h"
#include "ixgbe/queue.h"

/* Return the oldest `count` buffers to the pool: so many lie before the end of the ring. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires count <= used(&queue->ring);
    requires run: queue->ring.head + count <= queue->ring.size;
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.head, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures used(&queue->ring) == \old(used(&queue->ring)) - count;
    ensures queue->ring.size == \old(queue->ring.size);
    ensures queue->ring.head == around(\old(queue->ring.head) + count, queue->ring.size);
    ensures pool->free_count == \old(pool->free_count) + count;
    ensures ring_frees{Pre, Post}(l, tag);
*/
static inline void ixgbe_tx_free_run(struct ixgbe_txq *queue, struct ir_pool *pool, uint64_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    const uint64_t start = queue->ring.head;
    const uint64_t free = pool->free_count;

    /*@ loop invariant 0 <= i <= count;
        BALANCED_AT(loop invariant, pool, l, free + i, &queue->ring, start + i, queue->ring.tail, tag)
        loop invariant moves: ring_frees{Pre, Here}(l, tag);
        loop assigns i, pool->stack[0 .. 65535], l->place[0 .. 65535], l->order[0 .. 65535],
            l->position[0 .. 65535];
        loop variant count - i;
    */
    IR_UNROLL
    for (uint64_t i = 0; i < count; i++) {
        /*@ assert window: in_window_at(&queue->ring, start + i, queue->ring.tail, start + i); */
        ir_run_ring_to_pool(&queue->ring, start + i, pool, free + i) /*@ ghost (l, tag) */;
    }
    ir_run_set_head(&queue->ring, start + count) /*@ ghost (pool, l, tag) */;
    pool->free_count = free + count;
}

/* Return the oldest `count` buffers to the pool: the device has finished with them. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires count <= used(&queue->ring);
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.head, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures used(&queue->ring) == \old(used(&queue->ring)) - count;
    ensures ring_frees{Pre, Post}(l, tag);
*/
static inline void ixgbe_tx_free(struct ixgbe_txq *queue, struct ir_pool *pool, uint64_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t first = ir_run_length(queue->ring.head, queue->ring.size, count);

    ixgbe_tx_free_run(queue, pool, first) /*@ ghost (l, tag) */;
    if (first < count)
        ixgbe_tx_free_run(queue, pool, count - first) /*@ ghost (l, tag) */;
}

/* 0 when the packet may be sent, else why not. */
/*@ requires \valid_read(pool) && longest >= IXGBE_TXD_LEGACY_LEAST;
    assigns \nothing;
    ensures \result == 0 || \result == -116 || \result == -90;
    ensures \result == 0 <==> held(pool, pkt) && tx_sendable(kind, pkt_size(pkt), longest);
    ensures \result == -116 <==> !held(pool, pkt);
*/
static inline int32_t ixgbe_tx_refusal(const struct ir_pool *pool, struct ir_pkt pkt,
                                       uint32_t longest, enum ixgbe_tx_kind kind)
{
    if (!ir_pool_holds(pool, pkt))
        return -ESTALE;
    if (kind != IXGBE_TX_LEGACY)
        return 0;
    return ir_in_range(ir_handle_length(pkt), IXGBE_TXD_LEGACY_LEAST, longest) ? 0 : -EMSGSIZE;
}

/* Lend the packet's buffer to the device, in slot `tail`. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED_AT(requires, pool, l, pool->free_count, &queue->ring, queue->ring.head, tail, tag)
    requires TAG_OK(tag);
    requires desc == queue->desc && tail < queue->ring.size;
    requires distance(queue->ring.head, queue->ring.size, tail) < queue->ring.size - 1;
    requires held(pool, pkt) && frame_fits(pool, pkt_size(pkt));
    assigns pool->holder[0 .. 65535], queue->ring.slot[tail], l->place[0 .. 65535];
    BALANCED_AT(ensures, pool, l, pool->free_count, &queue->ring, queue->ring.head, tail + 1, tag)
    ensures l->place[pkt_index(pkt)] == tag + tail;
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, pkt_index(pkt));
    ensures \forall integer b; 0 <= b < 65536 ==> b != pkt_index(pkt) ==>
        pool->holder[b] == \old(pool->holder[b]);
*/
static inline void ixgbe_tx_lend(struct ixgbe_txq *queue, struct ixgbe_desc *desc,
                                 struct ir_pool *pool, struct ir_pkt pkt, uint64_t tail,
                                 enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t index = ir_run_app_to_ring(pool, pkt, &queue->ring, tail) /*@ ghost (l, tag) */;

    ir_dma_store_address(&desc[tail].lo, ir_pool_iova(pool, index))
        /*@ ghost (pool, l, index, tag, &queue->desc[0].lo) */;
    ir_dma_store_length(&desc[tail].hi,
                        ixgbe_txd_word(kind, ir_handle_length(pkt), ixgbe_tx_reports(kind, tail)))
        /*@ ghost (pool) */;
}

/* Ask for a report (RS) once the last packet, in the slot before the tail, is sent, and tell the
 * device to send up to there (TDT). */
/*@ requires \valid(queue) && ring_shape(&queue->ring) && \valid_read(queue->regs);
    requires \valid_read(queue->pool) && frame_fits(queue->pool, pkt_size(last));
    requires \valid(queue->desc + (0 .. queue->ring.size - 1));
    requires runs: queue->broken == 0;
    assigns queue->broken;
*/
static inline void ixgbe_tx_announce(struct ixgbe_txq *queue, struct ir_pkt last,
                                     enum ixgbe_tx_kind kind)
{
    uint64_t tail = queue->ring.tail;
    uint64_t slot = tail > 0u ? tail - 1u : queue->ring.size - 1u;

    ir_dma_store_length(&queue->desc[slot].hi, ixgbe_txd_word(kind, ir_handle_length(last), 1u))
        /*@ ghost (queue->pool) */;
    ixgbe_tx_tell(queue);
}

/* Lend packets `from` to `to` - 1, until one is refused, in the slots from the tail on: so many come
 * before the end of the ring. Returns which packet is the next. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires from <= to <= 4095;
    requires \valid_read(pkts + (0 .. to - 1));
    requires \separated(pkts + (0 .. to - 1), queue, pool, l);
    requires used(&queue->ring) + (to - from) <= queue->ring.size - 1;
    requires run: queue->ring.tail + (to - from) <= queue->ring.size;
    requires lent_before: \forall integer i; 0 <= i < from ==>
        l->place[pkt_index(pkts[i])] >= PLACE_RING && !held(pool, pkts[i]);
    assigns pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, l->place[0 ..
        65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures from <= \result <= to;
    ensures used(&queue->ring) == \old(used(&queue->ring)) + (\result - from);
    ensures queue->ring.size == \old(queue->ring.size);
    ensures queue->ring.tail == around(\old(queue->ring.tail) + (\result - from), queue->ring.size);
    ensures pkts_same: pkts_stay{Pre, Post}(pkts, to);
    ensures order: sent_run{Pre, Post}(queue, l, pkts, from, \result, tag);
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures none_sent: \result == from ==> others_stay{Pre, Post}(l, -1);
    ensures lent: \forall integer i; 0 <= i < \result ==>
        l->place[pkt_index(pkts[i])] >= PLACE_RING && !held(pool, pkts[i]);
    ensures lengths: \forall integer i; from <= i < \result ==>
        frame_fits(pool, pkt_size(pkts[i]));
    ensures refused: \result < to ==> !(held(pool, pkts[\result]) &&
        tx_sendable(kind, pkt_size(pkts[\result]), queue->frame_max));
*/
static inline uint64_t ixgbe_tx_lend_run(struct ixgbe_txq *queue, struct ir_pool *pool,
                                         const struct ir_pkt *pkts, uint64_t from, uint64_t to,
                                         enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ixgbe_desc *desc = queue->desc;
    const uint32_t longest = queue->frame_max;
    const uint64_t start = queue->ring.tail;
    uint64_t sent = from;

    /*@ loop invariant from <= sent <= to;
        BALANCED_AT(loop invariant, pool, l, pool->free_count, &queue->ring, queue->ring.head,
                    start + (sent - from), tag)
        loop invariant distance: distance(queue->ring.head, queue->ring.size, start + (sent - from)) ==
            \at(used(&queue->ring), Pre) + (sent - from);
        loop invariant same: pkts_stay{Pre, Here}(pkts, to);
        loop invariant lengths: \forall integer i; from <= i < sent ==>
            frame_fits(pool, pkt_size(pkts[i]));
        loop invariant dead: \forall integer i; 0 <= i < sent ==> !held(pool, pkts[i]);
        loop invariant lent: \forall integer i; 0 <= i < sent ==>
            l->place[pkt_index(pkts[i])] >= PLACE_RING;
        loop invariant order: sent_run{Pre, Here}(queue, l, pkts, from, sent, tag);
        loop invariant moves: ring_sends{Pre, Here}(l, tag);
        loop invariant kept: app_keeps{Pre, Here}(pool, l);
        loop invariant none: sent == from ==> others_stay{Pre, Here}(l, -1);
        loop assigns sent, pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095],
            l->place[0 .. 65535];
        loop variant to - sent;
    */
    IR_UNROLL
    while (sent < to) {
        struct ir_pkt pkt = pkts[sent];

        if (ixgbe_tx_refusal(pool, pkt, longest, kind) != 0)
            break;
        /*@ assert mine: l->place[pkt_index(pkt)] == PLACE_APP; */
        /*@ assert before: \at(l->place[\at(pkt_index(pkt), Here)], Pre) == PLACE_APP; */
        /*@ assert fresh: \forall integer i; 0 <= i < sent ==>
                pkt_index(pkts[i]) != pkt_index(pkt); */
        /*@ assert fits: frame_fits(pool, pkt_size(pkt)); */
        /*@ ghost checked: ; */
        ixgbe_tx_lend(queue, desc, pool, pkt, start + (sent - from), kind) /*@ ghost (l, tag) */;
        /*@ assert same_pkts: pkts_stay{checked, Here}(pkts, to); */
        /*@ assert older: sent_run{Pre, Here}(queue, l, pkts, from, sent, tag); */
        /*@ assert range: \forall integer i; 0 <= i < sent ==> 0 <= pkt_index(pkts[i]) < 65536; */
        /*@ assert others: \forall integer i; 0 <= i < sent ==> pkt_index(pkts[i]) != pkt_index(pkt); */
        /*@ assert same_place: \forall integer i; 0 <= i < sent ==> l->place[pkt_index(pkts[i])] ==
                \at(l->place[pkt_index(\at(pkts[i], Here))], checked); */
        /*@ assert still_lent: \forall integer i; 0 <= i < sent ==>
                l->place[pkt_index(pkts[i])] >= PLACE_RING; */
        /*@ assert no_holder: \forall integer i; 0 <= i < sent ==>
                pool->holder[pkt_index(pkts[i])] % 65536 != pkt_index(pkts[i]); */
        /*@ assert still_dead: \forall integer i; 0 <= i < sent ==> !held(pool, pkts[i]); */
        /*@ assert newest: l->place[pkt_index(pkts[sent])] ==
                tag + around(\at(queue->ring.tail, Pre) + (sent - from), queue->ring.size); */
        /*@ assert in_place: in_ring(l->place[pkt_index(pkts[sent])], tag); */
        /*@ assert rest_stays: others_stay{checked, Here}(l, pkt_index(pkts[sent])); */
        /*@ assert moved: ring_sends{checked, Here}(l, tag); */
        /*@ assert same_size: pool->buffer_size == \at(pool->buffer_size, checked); */
        /*@ assert older_fit: \forall integer i; from <= i < sent ==>
                frame_fits(pool, pkt_size(pkts[i])); */
        /*@ assert newest_fits: frame_fits(pool, pkt_size(pkts[sent])); */
        sent++;
    }
    ir_run_set_tail(&queue->ring, start + (sent - from)) /*@ ghost (pool, l, tag) */;
    return sent;
}

/* ixgbe_tx_lend_all around the end of the ring: a run up to it, and then one from the ring's
 * beginning. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), queue, pool, l);
    requires count <= queue->ring.size - 1 - used(&queue->ring);
    assigns pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, l->place[0 ..
        65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures \result <= count;
    ensures used(&queue->ring) == \old(used(&queue->ring)) + \result;
    ensures sent_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures none_sent: \result == 0 ==> others_stay{Pre, Post}(l, -1);
    ensures dead: \forall integer i; 0 <= i < \result ==> !held(pool, pkts[i]);
    ensures lengths: \forall integer i; 0 <= i < \result ==>
        frame_fits(pool, pkt_size(pkts[i]));
    ensures refused: \result == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
        tx_sendable(kind, pkt_size(pkts[0]), queue->frame_max));
*/
static IR_APART uint64_t ixgbe_tx_lend_around(struct ixgbe_txq *queue, struct ir_pool *pool,
                                              const struct ir_pkt *pkts, uint64_t count,
                                              enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t first = ir_run_length(queue->ring.tail, queue->ring.size, count);
    uint64_t sent = ixgbe_tx_lend_run(queue, pool, pkts, 0u, first, kind) /*@ ghost (l, tag) */;

    if (sent == first) {
        /*@ ghost turned: ; */
        sent = ixgbe_tx_lend_run(queue, pool, pkts, first, count, kind) /*@ ghost (l, tag) */;
        /*@ assert kept: app_keeps{turned, Here}(pool, l); */
        /*@ assert range: \forall integer i; 0 <= i < sent ==> 0 <= pkt_index(pkts[i]) < 65536; */
        /*@ assert same_pkts: pkts_stay{Pre, Here}(pkts, count); */
        /*@ assert from_app: \forall integer i; first <= i < sent ==>
                \at(l->place[pkt_index(\at(pkts[i], Here))], turned) == PLACE_APP; */
        /*@ assert before: \forall integer i; first <= i < sent ==>
                \at(l->place[pkt_index(\at(pkts[i], Here))], Pre) == PLACE_APP; */
        /*@ assert older: \forall integer i; 0 <= i < first ==>
                \at(l->place[pkt_index(\at(pkts[i], Here))], Pre) == PLACE_APP; */
    }
    return sent;
}

/* Lend up to `count` packets, for which the ring has room, until one is refused. Returns how
 * many. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), queue, pool, l);
    requires count <= queue->ring.size - 1 - used(&queue->ring);
    assigns pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, l->place[0 ..
        65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures \result <= count;
    ensures used(&queue->ring) == \old(used(&queue->ring)) + \result;
    ensures sent_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures none_sent: \result == 0 ==> others_stay{Pre, Post}(l, -1);
    ensures dead: \forall integer i; 0 <= i < \result ==> !held(pool, pkts[i]);
    ensures lengths: \forall integer i; 0 <= i < \result ==>
        frame_fits(pool, pkt_size(pkts[i]));
    ensures refused: \result == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
        tx_sendable(kind, pkt_size(pkts[0]), queue->frame_max));
*/
static inline uint64_t ixgbe_tx_lend_all(struct ixgbe_txq *queue, struct ir_pool *pool,
                                         const struct ir_pkt *pkts, uint64_t count,
                                         enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    if (queue->ring.tail + count > queue->ring.size)
        return ixgbe_tx_lend_around(queue, pool, pkts, count, kind) /*@ ghost (l, tag) */;
    return ixgbe_tx_lend_run(queue, pool, pkts, 0u, count, kind) /*@ ghost (l, tag) */;
}

/* Send up to `count` packets and tell the device (TDT). Returns as ir_tx. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), queue, pool, l);
    requires runs: queue->broken == 0;
    assigns pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, queue->broken,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures \result == -116 || \result == -90 || 0 <= \result <= count;
    ensures sent_dead: \forall integer i; 0 <= i < \result ==> !held(pool, pkts[i]);
    ensures sent_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures nothing_sent: \result <= 0 ==> others_stay{Pre, Post}(l, -1);
    ensures no_silence: \result == 0 ==> count == 0 || used(&queue->ring) == queue->ring.size - 1;
    ensures refused: \result < 0 ==> count > 0 && (\result == -116 <==> !held(pool, pkts[0]));
*/
static inline int32_t ixgbe_tx_send(struct ixgbe_txq *queue, struct ir_pool *pool,
                                    const struct ir_pkt *pkts, uint32_t count,
                                    enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t room = ir_ring_room(&queue->ring);
    uint64_t limit = count < room ? count : room;
    uint64_t sent = ixgbe_tx_lend_all(queue, pool, pkts, limit, kind) /*@ ghost (l, tag) */;
    uint32_t last;

    if (sent == 0u)
        return limit > 0u ? ixgbe_tx_refusal(pool, pkts[0], queue->frame_max, kind) : 0;
    last = (uint32_t)sent - 1u;
    ixgbe_tx_announce(queue, pkts[last], kind);
    return (int32_t)sent;
}

#endif
