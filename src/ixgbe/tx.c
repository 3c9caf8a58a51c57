/* SPDX-License-Identifier: MIT
 *
 * Transmit: take packets from the application, lend their buffers to the device, and return them to
 * the pool as far as the device reports progress (head write-back, 7.2.3.5.2). The reported head is
 * read once, and used only if it lies between what was reported before and what was lent.
 */
#include <errno.h>

#include "ixgbe/queue.h"

/* Slots the device has finished with, by its word `head`; more than are in use when it lies. */
/*@ requires \valid_read(ring) && ring_shape(ring);
    assigns \nothing;
    ensures head >= ring->size ==> \result == ring->size;
    ensures head < ring->size ==> \result == distance(ring->head, ring->size, head);
*/
static inline uint64_t tx_finished(const struct ir_ring *ring, uint32_t head)
{
    if (head >= ring->size)
        return ring->size;
    return head >= ring->head ? head - ring->head : head + ring->size - ring->head;
}

int32_t
ixgbe_tx_reclaim(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pool *pool = queue->pool;
    uint64_t finished = tx_finished(&queue->ring, ir_dma_load32(queue->head));

    if (queue->broken != 0u || finished > ir_ring_used(&queue->ring)) {
        queue->broken = 1u;
        return -EIO;
    }
    /*@ loop invariant 0 <= i <= finished;
        loop invariant used(&queue->ring) == \at(used(&queue->ring), Pre) - i;
        BALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant moves: ring_frees{Pre, Here}(l, tag);
        loop assigns i, pool->free_count, pool->stack[0 .. 65535], queue->ring.head, l->place[0 ..
            65535], l->order[0 .. 65535], l->position[0 .. 65535];
        loop variant finished - i;
    */
    for (uint64_t i = 0; i < finished; i++) {
        /*@ assert window: in_window(&queue->ring, queue->ring.head); */
        ir_move_ring_to_pool(&queue->ring, pool) /*@ ghost (l, tag) */;
    }
    return (int32_t)ir_ring_used(&queue->ring);
}

/* 0 when the packet may be sent, else why not. */
/*@ requires \valid_read(queue) && \valid_read(pool);
    assigns \nothing;
    ensures \result == 0 || \result == -116 || \result == -90;
    ensures \result == 0 <==> held(pool, pkt) && IR_FRAME_MIN <= pkt_size(pkt) <= queue->frame_max;
    ensures \result == -116 <==> !held(pool, pkt);
*/
static inline int32_t tx_check(const struct ixgbe_txq *queue, const struct ir_pool *pool,
                               struct ir_pkt pkt)
{
    uint32_t length = ir_handle_length(pkt);

    if (!ir_pool_holds(pool, pkt))
        return -ESTALE;
    return length >= IR_FRAME_MIN && length <= queue->frame_max ? 0 : -EMSGSIZE;
}

/* Lend the packet's buffer to the device, in the slot at the tail. */
/*@ requires txq_memory(queue, pool, l);
    BALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires used(&queue->ring) < queue->ring.size - 1;
    requires held(pool, pkt) && IR_FRAME_MIN <= pkt_size(pkt) <= queue->frame_max;
    assigns pool->grant[0 .. 65535], queue->ring.slot[queue->ring.tail], queue->ring.tail,
        l->place[0 .. 65535];
    BALANCED(ensures, pool, l, &queue->ring, tag)
    ensures l->place[pkt_index(pkt)] == tag + \old(queue->ring.tail);
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, pkt_index(pkt));
    ensures \forall integer b; 0 <= b < 65536 ==> b != pkt_index(pkt) ==>
        pool->grant[b] == \old(pool->grant[b]);
    ensures used(&queue->ring) == \old(used(&queue->ring)) + 1;
    ensures queue->ring.tail == around(\old(queue->ring.tail) + 1, queue->ring.size);
*/
static inline void tx_lend(struct ixgbe_txq *queue, struct ir_pool *pool, struct ir_pkt pkt)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t slot = queue->ring.tail;
    uint32_t index = ir_move_app_to_ring(pool, pkt, &queue->ring) /*@ ghost (l, tag) */;

    ir_dma_store_address(&queue->desc[slot].lo, ir_pool_iova(pool, index))
        /*@ ghost (pool, l, index, tag, &queue->desc[0].lo) */;
    ir_dma_store_length(&queue->desc[slot].hi, ixgbe_txd_command(ir_handle_length(pkt)))
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
static inline void tx_announce(struct ixgbe_txq *queue, struct ir_pkt last)
{
    uint64_t tail = queue->ring.tail;
    uint64_t slot = tail > 0u ? tail - 1u : queue->ring.size - 1u;

    ir_dma_store_length(&queue->desc[slot].hi,
                        ixgbe_txd_command(ir_handle_length(last)) + IXGBE_TXD_RS)
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
    assigns pool->grant[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, l->place[0 ..
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
        IR_FRAME_MIN <= pkt_size(pkts[0]) <= queue->frame_max);
*/
static inline uint64_t tx_lend_all(struct ixgbe_txq *queue, struct ir_pool *pool,
                                   const struct ir_pkt *pkts, uint64_t count)
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
        loop invariant order: sent_in_order{Pre, Here}(queue, l, pkts, sent, tag);
        loop invariant moves: ring_sends{Pre, Here}(l, tag);
        loop invariant kept: app_keeps{Pre, Here}(pool, l);
        loop invariant none: sent == 0 ==> others_stay{Pre, Here}(l, -1);
        loop assigns sent, pool->grant[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail,
            l->place[0 .. 65535];
        loop variant count - sent;
    */
    while (sent < count) {
        if (tx_check(queue, pool, pkts[sent]) != 0)
            break;
        /*@ assert mine: l->place[pkt_index(pkts[sent])] == PLACE_APP; */
        /*@ assert before: \at(l->place[pkt_index(\at(pkts[sent], Here))], Pre) == PLACE_APP; */
        /*@ assert fresh: \forall integer i; 0 <= i < sent ==>
                pkt_index(pkts[i]) != pkt_index(pkts[sent]); */
        /*@ assert apart: \forall integer i; 0 <= i < count ==>
                \separated(pkts + i, &queue->ring.tail); */
        /*@ ghost checked: ; */
        tx_lend(queue, pool, pkts[sent]) /*@ ghost (l, tag) */;
        /*@ assert same_pkts: \forall integer i; 0 <= i < count ==>
                pkts[i].bits == \at(pkts[i].bits, checked); */
        /*@ assert older: sent_in_order{Pre, Here}(queue, l, pkts, sent, tag); */
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
    assigns pool->grant[0 .. 65535], queue->ring.slot[0 .. 4095], queue->ring.tail, queue->broken,
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
static int32_t tx_send(struct ixgbe_txq *queue, struct ir_pool *pool, const struct ir_pkt *pkts,
                       uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t room = ir_ring_room(&queue->ring);
    uint64_t limit = count < room ? count : room;
    uint64_t sent = tx_lend_all(queue, pool, pkts, limit) /*@ ghost (l, tag) */;

    if (sent == 0u)
        return limit > 0u ? tx_check(queue, pool, pkts[0]) : 0;
    tx_announce(queue, pkts[sent - 1u]);
    return (int32_t)sent;
}

/* Reclaim when it is worth it. Returns 0, or -EIO when the queue is broken. */
/*@ requires txq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head,
        queue->broken, l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == 0 || \result == -5;
    ensures runs: \result == 0 ==> queue->broken == 0;
    ensures stays_broken: \old(queue->broken) != 0 ==> \result == -5 && queue->broken != 0;
    ensures ring_frees{Pre, Post}(l, tag);
*/
static int32_t tx_make_room(struct ixgbe_txq *queue)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t in_use = 0;

    if (queue->broken != 0u || ir_ring_used(&queue->ring) >= IXGBE_GROUP)
        in_use = ixgbe_tx_reclaim(queue) /*@ ghost (l, tag) */;
    return in_use < 0 ? -EIO : 0;
}

int32_t ixgbe_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t result = tx_make_room(queue) /*@ ghost (l, tag) */;

    if (result == 0)
        result = tx_send(queue, queue->pool, pkts, count) /*@ ghost (l, tag) */;
    return result;
}

void ixgbe_tx_drain(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_move_drain(&queue->ring, queue->pool) /*@ ghost (l, tag) */;
}
