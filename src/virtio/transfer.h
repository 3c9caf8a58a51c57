/* SPDX-License-Identifier: MIT
 *
 * The data path of virtio-net: what the rest of the driver calls.
 */
#ifndef IRONRING_VIRTIO_TRANSFER_H
#define IRONRING_VIRTIO_TRANSFER_H

#include "virtio/queue.h"

#ifdef __FRAMAC__
#include "burst.h"
#endif

/*@
// The handles [0, count) of an array are held, each as a frame (that fits its buffer: holder_ok).
predicate vall_held{L}(struct ir_pool *p, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==>
        held(p, pkts[i]) && IR_FRAME_MIN <= pkt_size(pkts[i]);

// None of the handles [0, count) of an array is held.
predicate vall_dead{L}(struct ir_pool *p, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==> !held(p, pkts[i]);

// The packets were with the device.
predicate received_from{L1, L2}(struct ledger *l, struct ir_pkt *pkts, integer count, integer tag) =
    \forall integer i; 0 <= i < count ==>
        in_ring(\at(l->place[pkt_index(\at(pkts[i], L2))], L1), tag);
*/

/* Lend as many free buffers to the device as the ring and the pool allow, and tell it.
 * Called by virtio_rx_burst as needed, and once at the start. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(&rxq->queue, rxq->queue.notify);
    assigns rxq->queue.pool->free_count, rxq->queue.ring.window.slot[0 .. 4095],
        rxq->queue.ring.window.tail, rxq->queue.posted_turn, rxq->queue.posted,
        rxq->queue.broken, l->place[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures full: used(&rxq->queue.ring.window) == rxq->queue.ring.window.size - 1 ||
        rxq->queue.pool->free_count == 0;
    ensures ring_fills{Pre, Post}(l, tag);
*/
void virtio_rx_refill(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* See ir_rx. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, rxq->queue.pool, l);
    requires \separated(&rxq->queue, rxq->queue.notify, rxq->queue.common, rxq->queue.device);
    requires \valid(pkts + (0 .. max - 1));
    requires \separated(pkts + (0 .. max - 1), rxq, rxq->queue.pool, l);
    assigns pkts[0 .. max - 1], rxq->queue.pool->free_count,
        rxq->queue.pool->stack[0 .. 65535], rxq->queue.pool->holder[0 .. 65535],
        rxq->queue.pool->grant_next, rxq->queue.ring.window.head, rxq->queue.ring.window.tail,
        rxq->queue.ring.window.slot[0 .. 4095], rxq->queue.ring.id_at[0 .. 4095],
        rxq->queue.ring.position_of[0 .. 4095], rxq->queue.taken_turn,
        rxq->queue.posted_turn, rxq->queue.posted, rxq->queue.taken, rxq->queue.idle,
        rxq->queue.broken, rxq->parts, rxq->packets, rxq->bytes, rxq->dropped.errors,
        rxq->dropped.oversize, l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures \result == -5 || 0 <= \result <= max;
    ensures reported: \result == -5 ==> rxq->queue.broken != 0;
    ensures stays_broken: \old(rxq->queue.broken) != 0 ==> rxq->queue.broken != 0;
    ensures no_silence: \result == 0 ==> rxq->queue.broken == 0;
    ensures vall_held(rxq->queue.pool, pkts, \result);
    ensures received_from{Pre, Post}(l, pkts, \result, tag);
    ensures moves: vrx_moves{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(rxq->queue.pool, l);
*/
int32_t virtio_rx_burst(struct virtio_rxq *rxq, struct ir_pkt *pkts, uint32_t max)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* See ir_tx. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, txq->queue.pool, l)
    VBALANCED(requires, txq->queue.pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    requires txq->frame_max <= txq->queue.pool->buffer_size;
    requires \separated(txq, txq->queue.pool, l);
    requires \separated(&txq->queue, txq->queue.notify, txq->queue.common, txq->queue.device);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), txq, txq->queue.pool, l);
    assigns txq->queue.pool->free_count, txq->queue.pool->stack[0 .. 65535],
        txq->queue.pool->holder[0 .. 65535], txq->queue.ring.window.head,
        txq->queue.ring.window.tail, txq->queue.ring.window.slot[0 .. 4095],
        txq->queue.ring.id_at[0 .. 4095], txq->queue.ring.position_of[0 .. 4095],
        txq->queue.taken_turn, txq->queue.posted_turn, txq->queue.posted, txq->queue.taken,
        txq->queue.idle, txq->queue.broken, txq->packets, txq->bytes, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &txq->queue, txq->queue.pool, l)
    VBALANCED(ensures, txq->queue.pool, l, &txq->queue.ring, tag)
    ensures \result == -5 || \result == -116 || \result == -90 || 0 <= \result <= count;
    ensures stays_broken: \old(txq->queue.broken) != 0 ==>
        \result == -5 && txq->queue.broken != 0;
    ensures sent_dead: vall_dead(txq->queue.pool, pkts, \result);
    ensures moves: vtx_moves{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(txq->queue.pool, l);
    ensures nothing_sent: \result <= 0 ==> vring_frees{Pre, Post}(l, tag);
    ensures no_silence: \result == 0 ==> count == 0 ||
        used(&txq->queue.ring.window) == txq->queue.ring.window.size - 1;
    ensures refused: \result == -116 || \result == -90 ==> count > 0;
    ensures refused_dead: \result == -116 ==> !held(txq->queue.pool, pkts[0]);
    ensures refused_size: \result == -90 ==> held(txq->queue.pool, pkts[0]);
*/
int32_t virtio_tx_burst(struct virtio_txq *txq, const struct ir_pkt *pkts, uint32_t count)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* See ir_tx_reclaim. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, txq->queue.pool, l)
    VBALANCED(requires, txq->queue.pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(txq, txq->queue.pool, l);
    requires \separated(&txq->queue, txq->queue.common, txq->queue.device);
    assigns txq->queue.pool->free_count, txq->queue.pool->stack[0 .. 65535],
        txq->queue.ring.window.head, txq->queue.ring.window.slot[0 .. 4095],
        txq->queue.ring.id_at[0 .. 4095], txq->queue.ring.position_of[0 .. 4095],
        txq->queue.taken_turn, txq->queue.taken, txq->queue.idle, txq->queue.broken,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &txq->queue, txq->queue.pool, l)
    VBALANCED(ensures, txq->queue.pool, l, &txq->queue.ring, tag)
    ensures \result == -5 || \result == used(&txq->queue.ring.window);
    ensures \result == -5 <==> txq->queue.broken != 0;
    ensures stays_broken: \old(txq->queue.broken) != 0 ==> \result == -5;
    ensures vring_frees{Pre, Post}(l, tag);
*/
int32_t virtio_tx_reclaim(struct virtio_txq *txq)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* For somebody who waits, as in core/driver.h. */
/*@ requires \valid_read(rxq) && ring_shape(&rxq->queue.ring.window);
    requires \valid(rxq->queue.device) && \valid_read(rxq->queue.pool);
    requires queue_arrays(&rxq->queue) && queue_kind(&rxq->queue) && queue_turns(&rxq->queue);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures broken: rxq->queue.broken != 0 ==> \result == 1;
    ensures hungry: used(&rxq->queue.ring.window) == 0 && rxq->queue.pool->free_count > 0 ==>
        \result == 1;
*/
uint32_t virtio_rx_pending(const struct virtio_rxq *rxq);

/* Return each buffer in the ring to the pool. Only once the device has stopped using it. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    assigns rxq->queue.pool->free_count, rxq->queue.pool->stack[0 .. 65535],
        rxq->queue.ring.window.head, l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures used(&rxq->queue.ring.window) == 0;
    ensures ring_frees{Pre, Post}(l, tag);
*/
void virtio_rx_drain(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, txq->queue.pool, l)
    VBALANCED(requires, txq->queue.pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    assigns txq->queue.pool->free_count, txq->queue.pool->stack[0 .. 65535],
        txq->queue.ring.window.head, l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    VBALANCED(ensures, txq->queue.pool, l, &txq->queue.ring, tag)
    ensures used(&txq->queue.ring.window) == 0;
    ensures ring_frees{Pre, Post}(l, tag);
*/
void virtio_tx_drain(struct virtio_txq *txq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
