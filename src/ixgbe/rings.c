/* SPDX-License-Identifier: MIT
 *
 * Queues as objects: their memory, their pools, their end. No register is touched here.
 */
#include <errno.h>

#include "ixgbe/ixgbe.h"

/* The head write-back word has a cache line of its own after the ring. It must be 16-byte aligned.
 */
#define HEAD_LINE 64u

/* The head write-back word, as what it is in memory of a domain. Assumed contract: the memory is a mapping
 * of its own, aligned to pages, and as long as it says (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid_read(region) && offset % 4 == 0 && offset + 4 <= region->size;
    assigns \result \from region->memory, offset;
    ensures \valid(\result);
*/
static volatile ir_device32 *head_at(const struct ir_dma *region, uint64_t offset);
#else
static volatile ir_device32 *head_at(const struct ir_dma *region, uint64_t offset)
{
    return (volatile ir_device32 *)(void *)(region->memory + offset);
}
#endif

int ixgbe_rx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct ixgbe_rx *rx = &dev->rx[index];
    struct ir_dma memory = {0};
    int result;

    if (!ir_ring_size_legal(size))
        return -EINVAL;
    result = ixgbe_ring_provide(dev->base.domain, pool, &rx->queue.ring,
                                (uint64_t)size * IXGBE_DESC_BYTES, &memory);
    if (result != 0)
        return result;
    /*@ ghost provided: ; */
    ixgbe_rx_make(rx, &dev->base.transport->bars[0], pool, &memory, size, IXGBE_RDT(index),
                  IXGBE_RXD_ERRORS);
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
    result = ixgbe_ring_provide(dev->base.domain, pool, &tx->queue.ring,
                                (uint64_t)size * IXGBE_DESC_BYTES + HEAD_LINE, &memory);
    if (result != 0)
        return result;
    /*@ ghost provided: ; */
    ixgbe_tx_make(tx, &dev->base.transport->bars[0], pool, &memory, size, IXGBE_TDT(index),
                  head_at(&memory, (uint64_t)size * IXGBE_DESC_BYTES), IR_FRAME_MAX);
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
            ixgbe_ring_release(dev->base.domain, rx->queue.pool, &rx->queue.ring, &rx->memory,
                               dev->quiet);
        if (tx->set_up)
            ixgbe_ring_release(dev->base.domain, tx->queue.pool, &tx->queue.ring, &tx->memory,
                               dev->quiet);
        rx->set_up = false;
        tx->set_up = false;
    }
}
