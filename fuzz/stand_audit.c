/* SPDX-License-Identifier: MIT
 *
 * The audit of the stand: the pool and the rings against the model, buffer by buffer.
 */
#include "oracle.h"
#include "stand.h"

static void check_ring(const char *name, const struct ir_ring *ring, const struct stand_ring *model,
                       enum stand_place place)
{
    fuzz_equal("the size of a ring", (int64_t)ring->size, STAND_RING);
    if (ring->head != model->head || ring->tail != (model->head + model->used) % STAND_RING)
        fuzz_fail("the %s ring is in use from %llu to %llu, and should be from %u, %u slots", name,
                  (unsigned long long)ring->head, (unsigned long long)ring->tail, model->head,
                  model->used);
    for (uint32_t i = 0; i < model->used; i++) {
        uint32_t slot = (model->head + i) % STAND_RING;
        uint32_t buffer = model->buffer[slot];

        if (ring->slot[slot] != buffer)
            fuzz_fail("slot %u of the %s ring has buffer %u, and should have %u", slot, name,
                      ring->slot[slot], buffer);
        if (stand.place[buffer] != (uint8_t)place)
            fuzz_fail("buffer %u is in the %s ring, and in place %u as well", buffer, name,
                      stand.place[buffer]);
    }
}

static void check_free(void)
{
    uint64_t seen[(STAND_BUFFERS_MAX + 63u) / 64u] = {0};

    for (uint64_t i = 0; i < stand.pool.free_count; i++) {
        uint32_t buffer = stand.pool.stack[i];

        if (buffer >= stand.buffers || stand.place[buffer] != STAND_FREE)
            fuzz_fail("buffer %u is on the free stack, and should not be", buffer);
        if ((seen[buffer / 64u] >> (buffer % 64u) & 1u) != 0)
            fuzz_fail("buffer %u is on the free stack twice", buffer);
        seen[buffer / 64u] |= UINT64_C(1) << (buffer % 64u);
    }
}

void stand_check_pool(uint32_t receiving, uint32_t sending)
{
    const struct ir_pool *pool = &stand.pool;
    uint32_t in[4] = {0}; /* buffers, by place */

    for (uint32_t b = 0; b < stand.buffers; b++) {
        uint32_t place = stand.place[b];
        uint64_t holder = place == STAND_APP ? stand.handle[b] : IR_POOL_NOBODY;

        in[place]++;
        if (pool->holder[b] != holder)
            fuzz_fail("buffer %u is in place %u and held by 0x%llx, and should be by 0x%llx", b,
                      place, (unsigned long long)pool->holder[b], (unsigned long long)holder);
    }
    fuzz_equal("the number of free buffers", ir_pool_available(pool), in[STAND_FREE]);
    fuzz_equal("the number of buffers in the receive ring", in[STAND_RX], receiving);
    fuzz_equal("the number of buffers in the transmit ring", in[STAND_TX], sending);
    check_free();
    if (pool->grant_next < pool->grant_first || pool->grant_next > pool->grant_last + 1u)
        fuzz_fail("the next grant, %llu, is not the pool's", (unsigned long long)pool->grant_next);
}

void stand_check(void)
{
    stand_check_pool(stand.rx_model.used, stand.tx_model.used);
    check_ring("receive", &stand.rx.ring, &stand.rx_model, STAND_RX);
    check_ring("transmit", &stand.tx.ring, &stand.tx_model, STAND_TX);
    fuzz_equal("whether the receive queue is broken", stand.rx.broken, stand.rx_broken);
    fuzz_equal("whether the transmit queue is broken", stand.tx.broken, stand.tx_broken);
    fuzz_equal("the count of bad frames", (int64_t)stand.rx.dropped.errors,
               (int64_t)stand.drops.errors);
    fuzz_equal("the count of frames too large", (int64_t)stand.rx.dropped.oversize,
               (int64_t)stand.drops.oversize);
    fuzz_equal("the number of tail writes that nobody expected", stand.tail_writes, 0);
}
