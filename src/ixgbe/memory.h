/* SPDX-License-Identifier: MIT
 *
 * Queues with the memory of their rings, as set-up handles them. No register is known here, so that each
 * driver whose card has such rings can use it: ixgbe, and e1000e.
 */
#ifndef IRONRING_IXGBE_MEMORY_H
#define IRONRING_IXGBE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dma.h"
#include "ixgbe/queue.h"

/* A queue, the memory of its descriptor ring, and for transmit queues of some cards the head write-back
 * word. They are part of a device's record rather than allocated one by one: with 64 queues 1 MiB of it,
 * of which a queue that is not set up never touches a page. */
struct ixgbe_rx {
    struct ixgbe_rxq queue;
    struct ir_dma memory;
    uint64_t buffer_size; /* of the pool, bytes */
    bool set_up; /* the queue has a ring and a pool; while false nothing else here means anything */
};

struct ixgbe_tx {
    struct ixgbe_txq queue;
    struct ir_dma memory;
    bool set_up;
};

/* What set-up asks of the data path. Assumed contracts: that queue and pool agree (BALANCED), as each
 * function of the data path leaves them, is not followed through set-up, and neither is what becomes
 * of the pool: set-up reads the size of its buffers only (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid(queue) && \valid(queue->pool);
    requires queue->broken == 0;
    assigns queue->ring.slot[0 .. IR_RING_SIZE_MAX - 1], queue->ring.tail, queue->broken;
*/
void ixgbe_rxq_fill(struct ixgbe_rxq *queue);
/*@ requires \valid(queue) && \valid(queue->pool);
    assigns queue->ring.head;
*/
void ixgbe_rxq_empty(struct ixgbe_rxq *queue);
/*@ requires \valid(queue) && \valid(queue->pool);
    assigns queue->ring.head;
*/
void ixgbe_txq_empty(struct ixgbe_txq *queue);
#else
static inline void ixgbe_rxq_fill(struct ixgbe_rxq *queue)
{
    ixgbe_rx_refill(queue);
}

static inline void ixgbe_rxq_empty(struct ixgbe_rxq *queue)
{
    ixgbe_rx_drain(queue);
}

static inline void ixgbe_txq_empty(struct ixgbe_txq *queue)
{
    ixgbe_tx_drain(queue);
}
#endif

/* Memory for a ring, which the pool is told of. Errors: -ENOMEM, -ENOSPC, or what a device's map
 * answered; nothing is kept then. */
/*@ requires \valid_read(pool) && \valid_read(ring) && \valid(memory);
    assigns *memory;
    ensures \result <= 0;
    ensures \result == 0 ==> memory->iova % 4096 == 0 && memory->size >= size &&
        memory->iova + memory->size <= 18446744073709551615;
*/
int ixgbe_ring_provide(struct ir_domain *domain, struct ir_pool *pool, const struct ir_ring *ring,
                       uint64_t size, struct ir_dma *memory);
/* Take both back; when the device is not quiet, abandon memory and buffers instead. */
/*@ requires \valid(pool) && \valid_read(ring) && \valid_read(memory);
    assigns \nothing;
*/
void ixgbe_ring_release(struct ir_domain *domain, struct ir_pool *pool, const struct ir_ring *ring,
                        const struct ir_dma *memory, bool quiet);
/* An empty ring, before the device sees it. */
/*@ requires \valid(desc + (0 .. size - 1));
    assigns \nothing;
*/
void ixgbe_ring_clear(struct ixgbe_desc *desc, uint64_t size);

/* A queue that is broken until the device is started. `errors` condemn a frame. */
/*@ requires \valid(rx) && \valid_read(pool) && \valid_read(memory);
    requires \separated(rx, pool) && \separated(rx, memory);
    requires (size == 64 || size == 128 || size == 256 || size == 512 || size == 1024 ||
              size == 2048 || size == 4096);
    requires size * 16 <= memory->size;
    assigns *rx;
    ensures rx->queue.pool == pool && rx->queue.broken == 1 && rx->set_up == 1;
    ensures rx->queue.ring.size == size && \valid(rx->queue.desc + (0 .. size - 1));
    ensures rx->memory.iova == memory->iova && rx->memory.size == memory->size;
    ensures rx->buffer_size == pool->buffer_size;
    ensures tail: rx->queue.tail_register == tail_register;
*/
void ixgbe_rx_make(struct ixgbe_rx *rx, const struct ir_regs *regs, struct ir_pool *pool,
                   const struct ir_dma *memory, uint32_t size, uint32_t tail_register,
                   uint64_t errors);
/* The same; `head` is where the device writes its progress, or null when it does not, and `longest` the
 * longest frame that it can send. */
/*@ requires \valid(tx) && \valid_read(pool) && \valid_read(memory);
    requires \separated(tx, pool) && \separated(tx, memory);
    requires (size == 64 || size == 128 || size == 256 || size == 512 || size == 1024 ||
              size == 2048 || size == 4096);
    requires size * 16 <= memory->size && longest <= IR_FRAME_MAX;
    assigns *tx;
    ensures tx->queue.pool == pool && tx->queue.broken == 1 && tx->set_up == 1;
    ensures tx->queue.ring.size == size && \valid(tx->queue.desc + (0 .. size - 1));
    ensures tx->queue.head == head;
    ensures tx->queue.frame_max <= longest && tx->queue.frame_max <= pool->buffer_size;
    ensures tx->memory.iova == memory->iova && tx->memory.size == memory->size;
    ensures tail: tx->queue.tail_register == tail_register;
*/
void ixgbe_tx_make(struct ixgbe_tx *tx, const struct ir_regs *regs, struct ir_pool *pool,
                   const struct ir_dma *memory, uint32_t size, uint32_t tail_register,
                   volatile ir_device32 *head, uint32_t longest);

#endif
