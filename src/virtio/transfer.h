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
// The handles [0, count) of an array are held, each as a frame that fits its buffer.
predicate vall_held{L}(struct ir_pool *p, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==>
        held(p, pkts[i]) && IR_FRAME_MIN <= pkt_size(pkts[i]) <= p->buffer_size;

// The packets were with the device.
predicate received_from{L1, L2}(struct ledger *l, struct ir_pkt *pkts, integer count, integer tag) =
    \forall integer i; 0 <= i < count ==>
        in_ring(\at(l->place[pkt_index(\at(pkts[i], L2))], L1), tag);
*/

/* Lend as many free buffers to the device as the ring and the pool allow, and tell it.
 * Called by virtio_rx_burst as needed, and once at the start. */
/*@ requires \valid(rxq) && queue_memory(&rxq->queue, rxq->queue.pool, l);
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(&rxq->queue, rxq->queue.notify);
    assigns rxq->queue.pool->free_count, rxq->queue.ring.window.slot[0 .. 4095],
        rxq->queue.ring.window.tail, rxq->queue.posted_flags, rxq->queue.posted,
        rxq->queue.broken, l->place[0 .. 65535];
    ensures queue_memory(&rxq->queue, rxq->queue.pool, l);
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures full: used(&rxq->queue.ring.window) == rxq->queue.ring.window.size - 1 ||
        rxq->queue.pool->free_count == 0;
    ensures ring_fills{Pre, Post}(l, tag);
*/
void virtio_rx_refill(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
