/* SPDX-License-Identifier: MIT
 *
 * Queues and the memory of their rings, apart from any card.
 */
#include "ixgbe/memory.h"

#include "api/domain.h"
#include "api/pool.h"

/* Descriptors, as what they are in memory of a domain. Assumed contract: the memory is a mapping of its
 * own, aligned to pages, and as long as it says (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid_read(region) && count <= IR_RING_SIZE_MAX && count * 16 <= region->size;
    assigns \result \from region->memory;
    ensures \valid(\result + (0 .. count - 1));
*/
static struct ixgbe_desc *ring_at(const struct ir_dma *region, uint64_t count);
#else
static struct ixgbe_desc *ring_at(const struct ir_dma *region, uint64_t count)
{
    (void)count;
    return (struct ixgbe_desc *)(void *)region->memory;
}
#endif

int ixgbe_ring_provide(struct ir_domain *domain, struct ir_pool *pool, const struct ir_ring *ring,
                       uint64_t size, struct ir_dma *memory)
{
    int result = ir_domain_alloc(domain, size, memory);

    if (result != 0)
        return result;
    result = ir_pool_attach(pool, ring);
    if (result != 0)
        ir_domain_free(domain, memory);
    return result;
}

void ixgbe_ring_release(struct ir_domain *domain, struct ir_pool *pool, const struct ir_ring *ring,
                        const struct ir_dma *memory, bool quiet)
{
    if (quiet) {
        ir_pool_detach(pool, ring);
        ir_domain_free(domain, memory);
    } else {
        ir_pool_abandon(pool, ring);
        ir_domain_abandon(domain, memory);
    }
}

void ixgbe_ring_clear(struct ixgbe_desc *desc, uint64_t size)
{
    /*@ loop invariant 0 <= i <= size;
        loop assigns i;
        loop variant size - i;
    */
    for (uint64_t i = 0; i < size; i++) {
        ir_dma_store64(&desc[i].lo, 0);
        ir_dma_store64(&desc[i].hi, 0);
    }
}

void ixgbe_rx_make(struct ixgbe_rx *rx, const struct ir_regs *regs, struct ir_pool *pool,
                   const struct ir_dma *memory, uint32_t size, uint32_t tail_register,
                   uint64_t errors)
{
    (void)ixgbe_rxq_init(&rx->queue, size);
    rx->queue.regs = regs;
    rx->queue.pool = pool;
    rx->queue.desc = ring_at(memory, size);
    rx->queue.errors = errors;
    rx->queue.tail_register = tail_register;
    rx->queue.dropped.errors = 0;
    rx->queue.dropped.oversize = 0;
    rx->queue.broken = 1;
    rx->memory.memory = memory->memory;
    rx->memory.iova = memory->iova;
    rx->memory.size = memory->size;
    rx->buffer_size = pool->buffer_size;
    rx->set_up = true;
}

void ixgbe_tx_make(struct ixgbe_tx *tx, const struct ir_regs *regs, struct ir_pool *pool,
                   const struct ir_dma *memory, uint32_t size, uint32_t tail_register,
                   volatile ir_device32 *head, uint32_t longest)
{
    (void)ixgbe_txq_init(&tx->queue, size);
    tx->queue.regs = regs;
    tx->queue.pool = pool;
    tx->queue.desc = ring_at(memory, size);
    tx->queue.head = head;
    tx->queue.tail_register = tail_register;
    tx->queue.frame_max = pool->buffer_size < longest ? (uint32_t)pool->buffer_size : longest;
    tx->queue.broken = 1;
    tx->memory.memory = memory->memory;
    tx->memory.iova = memory->iova;
    tx->memory.size = memory->size;
    tx->set_up = true;
}
