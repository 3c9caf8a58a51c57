/* SPDX-License-Identifier: MIT
 *
 * Queues as objects: their memory, their pools, their end. No register is touched here.
 */
#include <errno.h>

#include "api/domain.h"
#include "api/pool.h"
#include "ixgbe/ixgbe.h"

/* The head write-back word has a cache line of its own after the ring. It must be 16-byte aligned.
 */
#define HEAD_LINE 64u

/* Descriptors and the head write-back word, as what they are in memory of a domain. Assumed contracts:
 * the memory is a mapping of its own, aligned to pages, and as long as it says (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid_read(region) && count <= IR_RING_SIZE_MAX && count * 16 <= region->size;
    assigns \result \from region->memory;
    ensures \valid(\result + (0 .. count - 1));
*/
static struct ixgbe_desc *ring_at(const struct ir_dma *region, uint64_t count);
/*@ requires \valid_read(region) && offset % 4 == 0 && offset + 4 <= region->size;
    assigns \result \from region->memory, offset;
    ensures \valid(\result);
*/
static volatile ir_device32 *head_at(const struct ir_dma *region, uint64_t offset);
#else
static struct ixgbe_desc *ring_at(const struct ir_dma *region, uint64_t count)
{
    (void)count;
    return (struct ixgbe_desc *)(void *)region->memory;
}

static volatile ir_device32 *head_at(const struct ir_dma *region, uint64_t offset)
{
    return (volatile ir_device32 *)(void *)(region->memory + offset);
}
#endif

/* Memory for a ring, which the pool is told of. Errors: -ENOMEM, -ENOSPC, or what a device's map
 * answered; nothing is kept then. */
/*@ requires \valid_read(dev) && \valid_read(pool) && \valid_read(ring);
    requires \valid(memory) && \separated(memory, dev);
    assigns *memory;
    ensures \result <= 0;
    ensures \result == 0 ==> memory->iova % 4096 == 0 && memory->size >= size &&
        memory->iova + memory->size <= 18446744073709551615;
*/
static int provide(const struct ixgbe_dev *dev, struct ir_pool *pool, const struct ir_ring *ring,
                   uint64_t size, struct ir_dma *memory)
{
    int result = ir_domain_alloc(dev->base.domain, size, memory);

    if (result != 0)
        return result;
    result = ir_pool_attach(pool, ring);
    if (result != 0)
        ir_domain_free(dev->base.domain, memory);
    return result;
}

/* A queue that is broken until the device is started. */
/*@ requires \valid(rx) && \valid_read(pool) && \valid_read(memory);
    requires \separated(rx, pool) && \separated(rx, memory);
    requires (size == 64 || size == 128 || size == 256 || size == 512 || size == 1024 ||
              size == 2048 || size == 4096) && index < IR_QUEUES_MAX;
    requires size * 16 <= memory->size;
    assigns *rx;
    ensures rx->queue.pool == pool && rx->queue.broken == 1 && rx->set_up == 1;
    ensures rx->queue.ring.size == size && \valid(rx->queue.desc + (0 .. size - 1));
    ensures rx->memory.iova == memory->iova && rx->memory.size == memory->size;
    ensures rx->buffer_size == pool->buffer_size;
    ensures tail: rx->queue.tail_register == IXGBE_RDT(0) + 64 * index;
*/
static void make_rx(struct ixgbe_rx *rx, const struct ir_regs *regs, struct ir_pool *pool,
                    const struct ir_dma *memory, uint32_t index, uint32_t size)
{
    (void)ixgbe_rxq_init(&rx->queue, size);
    rx->queue.regs = regs;
    rx->queue.pool = pool;
    rx->queue.desc = ring_at(memory, size);
    rx->queue.tail_register = IXGBE_RDT(index);
    rx->queue.dropped.errors = 0;
    rx->queue.dropped.oversize = 0;
    rx->queue.broken = 1;
    rx->memory.memory = memory->memory;
    rx->memory.iova = memory->iova;
    rx->memory.size = memory->size;
    rx->buffer_size = pool->buffer_size;
    rx->set_up = true;
}

/*@ requires \valid(tx) && \valid_read(pool) && \valid_read(memory);
    requires \separated(tx, pool) && \separated(tx, memory);
    requires (size == 64 || size == 128 || size == 256 || size == 512 || size == 1024 ||
              size == 2048 || size == 4096) && index < IR_QUEUES_MAX;
    requires size * 16 + 4 <= memory->size;
    assigns *tx;
    ensures tx->queue.pool == pool && tx->queue.broken == 1 && tx->set_up == 1;
    ensures tx->queue.ring.size == size && \valid(tx->queue.desc + (0 .. size - 1));
    ensures \valid(tx->queue.head);
    ensures tx->queue.frame_max <= IR_FRAME_MAX && tx->queue.frame_max <= pool->buffer_size;
    ensures tx->memory.iova == memory->iova && tx->memory.size == memory->size;
    ensures tail: tx->queue.tail_register == IXGBE_TDT(0) + 64 * index;
*/
static void make_tx(struct ixgbe_tx *tx, const struct ir_regs *regs, struct ir_pool *pool,
                    const struct ir_dma *memory, uint32_t index, uint32_t size)
{
    (void)ixgbe_txq_init(&tx->queue, size);
    tx->queue.regs = regs;
    tx->queue.pool = pool;
    tx->queue.desc = ring_at(memory, size);
    tx->queue.head = head_at(memory, (uint64_t)size * IXGBE_DESC_BYTES);
    tx->queue.tail_register = IXGBE_TDT(index);
    tx->queue.frame_max =
        pool->buffer_size < IR_FRAME_MAX ? (uint32_t)pool->buffer_size : IR_FRAME_MAX;
    tx->queue.broken = 1;
    tx->memory.memory = memory->memory;
    tx->memory.iova = memory->iova;
    tx->memory.size = memory->size;
    tx->set_up = true;
}

int ixgbe_rx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct ixgbe_rx *rx = &dev->rx[index];
    struct ir_dma memory = {0};
    int result;

    if (!ir_ring_size_legal(size))
        return -EINVAL;
    result = provide(dev, pool, &rx->queue.ring, (uint64_t)size * IXGBE_DESC_BYTES, &memory);
    if (result != 0)
        return result;
    /*@ ghost provided: ; */
    make_rx(rx, &dev->base.transport->bars[0], pool, &memory, index, size);
    /*@ assert others_apart: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            \separated(rx, &dev->rx[q]); */
    /*@ assert others: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            rx_fixed{provided, Here}(dev, q) &&
            dev->rx[q].queue.broken == \at(dev->rx[q].queue.broken, provided); */
    /*@ assert apart: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> \separated(rx, &dev->tx[q]); */
    /*@ assert tx_numbers: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            dev->tx[q].queue.ring.size == \at(dev->tx[q].queue.ring.size, provided) &&
            dev->tx[q].memory.size == \at(dev->tx[q].memory.size, provided) &&
            dev->tx[q].memory.iova == \at(dev->tx[q].memory.iova, provided); */
    /*@ assert tx_same: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            tx_fixed{provided, Here}(dev, q); */
    /*@ assert tx_broken: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            dev->tx[q].queue.broken == \at(dev->tx[q].queue.broken, provided); */
    /*@ assert whole: rx_whole(dev, index); */
    /*@ assert base: dev->base.transport == \at(dev->base.transport, provided); */
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return 0;
}

int ixgbe_tx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct ixgbe_tx *tx = &dev->tx[index];
    struct ir_dma memory = {0};
    int result;

    if (!ir_ring_size_legal(size))
        return -EINVAL;
    result =
        provide(dev, pool, &tx->queue.ring, (uint64_t)size * IXGBE_DESC_BYTES + HEAD_LINE, &memory);
    if (result != 0)
        return result;
    /*@ ghost provided: ; */
    make_tx(tx, &dev->base.transport->bars[0], pool, &memory, index, size);
    /*@ assert others_apart: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            \separated(tx, &dev->tx[q]); */
    /*@ assert others_numbers: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            dev->tx[q].queue.ring.size == \at(dev->tx[q].queue.ring.size, provided) &&
            dev->tx[q].queue.frame_max == \at(dev->tx[q].queue.frame_max, provided) &&
            dev->tx[q].memory.size == \at(dev->tx[q].memory.size, provided) &&
            dev->tx[q].memory.iova == \at(dev->tx[q].memory.iova, provided) &&
            dev->tx[q].set_up == \at(dev->tx[q].set_up, provided); */
    /*@ assert others: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            tx_fixed{provided, Here}(dev, q) &&
            dev->tx[q].queue.broken == \at(dev->tx[q].queue.broken, provided); */
    /*@ assert apart: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> \separated(tx, &dev->rx[q]); */
    /*@ assert rx_numbers: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            dev->rx[q].queue.ring.size == \at(dev->rx[q].queue.ring.size, provided) &&
            dev->rx[q].memory.size == \at(dev->rx[q].memory.size, provided) &&
            dev->rx[q].memory.iova == \at(dev->rx[q].memory.iova, provided); */
    /*@ assert rx_same: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            rx_fixed{provided, Here}(dev, q); */
    /*@ assert rx_broken: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            dev->rx[q].queue.broken == \at(dev->rx[q].queue.broken, provided); */
    /*@ assert whole: tx_whole(dev, index); */
    /*@ assert base: dev->base.transport == \at(dev->base.transport, provided); */
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    /*@ assert rx_agree: \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
            dev->rx[q].set_up != 0 ==> rx_agrees(dev, q); */
    /*@ assert tx_agree: \forall integer q; 0 <= q < IR_QUEUES_MAX ==> q != index ==>
            dev->tx[q].set_up != 0 ==> tx_agrees(dev, q); */
    return 0;
}

void ixgbe_rings_break(struct ixgbe_dev *dev)
{
    /*@ loop invariant 0 <= q <= IR_QUEUES_MAX;
        loop invariant \forall integer k; 0 <= k < q ==>
            dev->rx[k].queue.broken == 1 && dev->tx[k].queue.broken == 1;
        loop assigns q, dev->rx[0 .. IR_QUEUES_MAX - 1].queue.broken,
            dev->tx[0 .. IR_QUEUES_MAX - 1].queue.broken;
        loop variant IR_QUEUES_MAX - q;
    */
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++) {
        dev->rx[q].queue.broken = 1;
        dev->tx[q].queue.broken = 1;
    }
}

/*@ requires dev_window(dev) && dev_queues(dev) && q < IR_QUEUES_MAX && dev->rx[q].set_up != 0;
    assigns dev->rx[q].queue.ring.head;
    ensures dev_queues(dev);
*/
static void drain_rx(struct ixgbe_dev *dev, uint32_t q)
{
    ixgbe_rxq_empty(&dev->rx[q].queue);
    /*@ assert fixed: queues_fixed{Pre, Here}(dev); */
}

/*@ requires dev_window(dev) && dev_queues(dev) && q < IR_QUEUES_MAX && dev->tx[q].set_up != 0;
    assigns dev->tx[q].queue.ring.head;
    ensures dev_queues(dev);
*/
static void drain_tx(struct ixgbe_dev *dev, uint32_t q)
{
    ixgbe_txq_empty(&dev->tx[q].queue);
    /*@ assert fixed: queues_fixed{Pre, Here}(dev); */
}

void ixgbe_rings_drain(struct ixgbe_dev *dev)
{
    /*@ loop invariant 0 <= q <= IR_QUEUES_MAX;
        loop invariant dev_queues(dev);
        loop assigns q, DRAINED_BY_RINGS(dev);
        loop variant IR_QUEUES_MAX - q;
    */
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++) {
        if (dev->rx[q].set_up)
            drain_rx(dev, q);
        if (dev->tx[q].set_up)
            drain_tx(dev, q);
    }
}

/*@ requires \valid_read(dev) && \valid(pool) && \valid_read(ring) && \valid_read(memory);
    assigns \nothing;
*/
static void release(const struct ixgbe_dev *dev, struct ir_pool *pool, const struct ir_ring *ring,
                    const struct ir_dma *memory)
{
    if (dev->quiet) {
        ir_pool_detach(pool, ring);
        ir_domain_free(dev->base.domain, memory);
    } else {
        ir_pool_abandon(pool, ring);
        ir_domain_abandon(dev->base.domain, memory);
    }
}

void ixgbe_rings_destroy(struct ixgbe_dev *dev)
{
    if (dev->quiet)
        ixgbe_rings_drain(dev);
    /*@ loop invariant 0 <= q <= IR_QUEUES_MAX;
        loop invariant \forall integer k; 0 <= k < q ==>
            dev->rx[k].set_up == 0 && dev->tx[k].set_up == 0;
        loop invariant dev_queues(dev);
        loop assigns q, dev->rx[0 .. IR_QUEUES_MAX - 1].set_up,
            dev->tx[0 .. IR_QUEUES_MAX - 1].set_up;
        loop variant IR_QUEUES_MAX - q;
    */
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++) {
        struct ixgbe_rx *rx = &dev->rx[q];
        struct ixgbe_tx *tx = &dev->tx[q];

        if (rx->set_up)
            release(dev, rx->queue.pool, &rx->queue.ring, &rx->memory);
        if (tx->set_up)
            release(dev, tx->queue.pool, &tx->queue.ring, &tx->memory);
        rx->set_up = false;
        tx->set_up = false;
    }
}
