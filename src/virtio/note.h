/* SPDX-License-Identifier: MIT
 *
 * What both directions do after they have looked for completions.
 */
#ifndef IRONRING_VIRTIO_NOTE_H
#define IRONRING_VIRTIO_NOTE_H

#include "virtio/transfer.h"

/* Remember that `taken` completions have been read, and mind a device that is silent. A step that changes
 * neither ring nor pool, nor the packets. */
/*@ requires TAG_OK(tag) && taken <= 65535;
    QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires \separated(queue, queue->common);
    requires \separated(pkts + (0 .. count - 1), queue, pool, l);
    assigns queue->taken, queue->idle, queue->broken;
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures vholders_stay{Pre, Post}(pool);
    ensures pool->buffer_size == \old(pool->buffer_size);
*/
static inline void virtio_note(struct virtio_queue *queue, uint64_t taken)
/*@ ghost (struct ir_pkt *pkts, uint64_t count, struct ir_pool *pool, struct ledger \ghost *l,
           int64_t tag) */
{
    /*@ assert holders_apart:
            \separated(pool->holder + (0 .. 65535), &queue->taken, &queue->idle); */
    if (taken > 0u)
        virtio_taken(queue, taken);
    else
        virtio_idle(queue);
    /*@ assert window: window_stays{Pre, Here}(&queue->ring.window); */
    /*@ assert size: pool->count == \at(pool->count, Pre) && pool->iova == \at(pool->iova, Pre) &&
            pool->buffer_size == \at(pool->buffer_size, Pre); */
    /*@ assert free: pool->free_count == \at(pool->free_count, Pre); */
}

#endif
