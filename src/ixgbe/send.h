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

#include "ixgbe/queue.h"

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
    /*@ loop invariant 0 <= i <= count;
        loop invariant used(&queue->ring) == \at(used(&queue->ring), Pre) - i;
        BALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant moves: ring_frees{Pre, Here}(l, tag);
        loop assigns i, pool->free_count, pool->stack[0 .. 65535], queue->ring.head, l->place[0 ..
            65535], l->order[0 .. 65535], l->position[0 .. 65535];
        loop variant count - i;
    */
    for (uint64_t i = 0; i < count; i++) {
        /*@ assert window: in_window(&queue->ring, queue->ring.head); */
        ir_move_ring_to_pool(&queue->ring, pool) /*@ ghost (l, tag) */;
    }
}

/* 0 when the packet may be sent, else why not. */
/*@ requires \valid_read(queue) && \valid_read(pool);
    assigns \nothing;
    ensures \result == 0 || \result == -116 || \result == -90;
    ensures \result == 0 <==>
        held(pool, pkt) && tx_least(kind) <= pkt_size(pkt) <= queue->frame_max;
    ensures \result == -116 <==> !held(pool, pkt);
*/
static inline int32_t ixgbe_tx_refusal(const struct ixgbe_txq *queue, const struct ir_pool *pool,
                                       struct ir_pkt pkt, enum ixgbe_tx_kind kind)
{
    uint32_t length = ir_handle_length(pkt);

    if (!ir_pool_holds(pool, pkt))
        return -ESTALE;
    return length >= ixgbe_tx_least(kind) && length <= queue->frame_max ? 0 : -EMSGSIZE;
}

/* Lend the packet's buffer to the device, in the slot at the tail. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires used(&queue->ring) < queue->ring.size - 1;
    requires held(pool, pkt) && IR_FRAME_MIN <= pkt_size(pkt) <= queue->frame_max;
    assigns pool->holder[0 .. 65535], queue->ring.slot[queue->ring.tail], queue->ring.tail,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures l->place[pkt_index(pkt)] == tag + \old(queue->ring.tail);
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, pkt_index(pkt));
    ensures \forall integer b; 0 <= b < 65536 ==> b != pkt_index(pkt) ==>
        pool->holder[b] == \old(pool->holder[b]);
    ensures used(&queue->ring) == \old(used(&queue->ring)) + 1;
    ensures queue->ring.tail == around(\old(queue->ring.tail) + 1, queue->ring.size);
*/
static inline void ixgbe_tx_lend(struct ixgbe_txq *queue, struct ir_pool *pool, struct ir_pkt pkt,
                                 enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t slot = queue->ring.tail;
    uint32_t index = ir_move_app_to_ring(pool, pkt, &queue->ring) /*@ ghost (l, tag) */;

    ir_dma_store_address(&queue->desc[slot].lo, ir_pool_iova(pool, index))
        /*@ ghost (pool, l, index, tag, &queue->desc[0].lo) */;
    ir_dma_store_length(&queue->desc[slot].hi,
                        ixgbe_txd_word(kind, ir_handle_length(pkt), ixgbe_tx_reports(kind, slot)))
        /*@ ghost (pool) */;
}

/* Ask for a report (RS) once the last packet, in the slot before the tail, is sent, and tell the
 * device to send up to there (TDT). */
/*@ requires \valid(queue) && ring_shape(&queue->ring) && \valid_read(queue->regs);
    requires IR_FRAME_MIN <= pkt_size(last) <= IR_FRAME_MAX;
    requires \valid_read(queue->pool) && pkt_size(last) <= queue->pool->buffer_size;
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
        IR_FRAME_MIN <= pkt_size(pkts[i]) <= queue->frame_max;
    ensures refused: \result == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
        tx_least(kind) <= pkt_size(pkts[0]) <= queue->frame_max);
*/
static inline uint64_t ixgbe_tx_lend_all(struct ixgbe_txq *queue, struct ir_pool *pool,
                                         const struct ir_pkt *pkts, uint64_t count,
                                         enum ixgbe_tx_kind kind)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t sent = 0u;

    /*@ loop invariant 0 <= sent <= count;
        BALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used(&queue->ring) == \at(used(&queue->ring), Pre) + sent;
        loop invariant tail: queue->ring.tail ==
            around(\at(queue->ring.tail, Pre) + sent, queue->ring.size);
        loop invariant lengths: \forall integer i; 0 <= i < sent ==>
            IR_FRAME_MIN <= pkt_size(pkts[i]) <= queue->frame_max;
        loop invariant dead: \forall integer i; 0 <= i < sent ==> !held(pool, pkts[i]);
        loop invariant lent: \forall integer i; 0 <= i < sent ==>
            l->place[pkt_index(pkts[i])] >= PLACE_RING;
        loop invariant order: sent_in_order{Pre, Here}(queue, l, pkts, sent, tag);
        loop invariant moves: ring_sends{Pre, Here}(l, tag);
        loop invariant kept: app_keeps{Pre, Here}(pool, l);
        loop invariant none: sent == 0 ==> others_stay{Pre, Here}(l, -1);
        loop assigns sent, pool->holder[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail,
            l->place[0 .. 65535];
        loop variant count - sent;
    */
    while (sent < count) {
        if (ixgbe_tx_refusal(queue, pool, pkts[sent], kind) != 0)
            break;
        /*@ assert mine: l->place[pkt_index(pkts[sent])] == PLACE_APP; */
        /*@ assert before: \at(l->place[pkt_index(\at(pkts[sent], Here))], Pre) == PLACE_APP; */
        /*@ assert fresh: \forall integer i; 0 <= i < sent ==>
                pkt_index(pkts[i]) != pkt_index(pkts[sent]); */
        /*@ assert apart: \forall integer i; 0 <= i < count ==>
                \separated(pkts + i, &queue->ring.tail); */
        /*@ ghost checked: ; */
        ixgbe_tx_lend(queue, pool, pkts[sent], kind) /*@ ghost (l, tag) */;
        /*@ assert same_pkts: \forall integer i; 0 <= i < count ==>
                pkts[i].bits == \at(pkts[i].bits, checked); */
        /*@ assert older: sent_in_order{Pre, Here}(queue, l, pkts, sent, tag); */
        /*@ assert still_lent: \forall integer i; 0 <= i < sent ==>
                l->place[pkt_index(pkts[i])] >= PLACE_RING; */
        /*@ assert range: \forall integer i; 0 <= i < sent ==> 0 <= pkt_index(pkts[i]) < 65536; */
        /*@ assert no_holder: \forall integer i; 0 <= i < sent ==>
                pool->holder[pkt_index(pkts[i])] % 65536 != pkt_index(pkts[i]); */
        /*@ assert still_dead: \forall integer i; 0 <= i < sent ==> !held(pool, pkts[i]); */
        /*@ assert newest: l->place[pkt_index(pkts[sent])] ==
                tag + around(\at(queue->ring.tail, Pre) + sent, queue->ring.size); */
        /*@ assert in_place: in_ring(l->place[pkt_index(pkts[sent])], tag); */
        /*@ assert rest_stays: others_stay{checked, Here}(l, pkt_index(pkts[sent])); */
        /*@ assert moved: ring_sends{checked, Here}(l, tag); */
        sent++;
    }
    return sent;
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

    if (sent == 0u)
        return limit > 0u ? ixgbe_tx_refusal(queue, pool, pkts[0], kind) : 0;
    ixgbe_tx_announce(queue, pkts[sent - 1u], kind);
    return (int32_t)sent;
}

#endif
