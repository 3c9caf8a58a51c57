/* SPDX-License-Identifier: MIT
 *
 * The data path by itself.
 */
#include "bare.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct bare the_bare;
static uint8_t memory[BARE_BUFFERS * BARE_STRIDE];

static uint32_t read_nothing(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    (void)offset;
    (void)width;
    return 0;
}

static void note_tail(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    struct bare *bare = card;

    assert_int_equal(width, 4);
    assert_true(offset == BARE_RX_TAIL || offset == BARE_TX_TAIL);
    if (offset == BARE_RX_TAIL)
        bare->rx_tail = value;
    else
        bare->tx_tail = value;
    bare->tail_writes++;
}

struct bare *bare_make(uint32_t buffers)
{
    static const struct ir_regs_sim window = {read_nothing, note_tail};
    struct bare *bare = &the_bare;

    memset(bare, 0, sizeof(*bare));
    bare->regs.kind = IR_REGS_SIM;
    bare->regs.size = 0x20000;
    bare->regs.sim = &window;
    bare->regs.card = bare;
    bare->rx.regs = &bare->regs;
    bare->rx.pool = &bare->pool;
    bare->rx.desc = bare->rx_desc;
    bare->rx.errors = IXGBE_RXD_ERRORS;
    bare->rx.tail_register = BARE_RX_TAIL;
    bare->tx.regs = &bare->regs;
    bare->tx.pool = &bare->pool;
    bare->tx.desc = bare->tx_desc;
    bare->tx.head = &bare->head;
    bare->tx.tail_register = BARE_TX_TAIL;
    bare->tx.frame_max = BARE_SIZE;
    bare->rx.broken = bare->rx.discarded = bare->tx.broken = 1;
    assert_int_equal(ir_pool_init(&bare->pool, memory, BARE_IOVA, buffers, BARE_SIZE, 9), 0);
    assert_int_equal(ixgbe_rxq_init(&bare->rx, BARE_RING), 0);
    assert_int_equal(ixgbe_txq_init(&bare->tx, BARE_RING), 0);
    return bare;
}

int bare_open(void **state)
{
    *state = bare_make(BARE_BUFFERS);
    return 0;
}

static void count_ring(const struct ir_ring *ring, uint32_t *places)
{
    assert_true(ring->head < BARE_RING && ring->tail < BARE_RING);
    for (uint64_t slot = ring->head; slot != ring->tail; slot = (slot + 1) % BARE_RING) {
        assert_true(ring->slot[slot] < BARE_BUFFERS);
        places[ring->slot[slot]]++;
    }
}

void bare_balance(const struct bare *bare, uint32_t held)
{
    uint32_t places[BARE_BUFFERS] = {0};
    uint32_t granted = 0;

    assert_true(bare->pool.free_count <= bare->pool.count);
    for (uint64_t i = 0; i < bare->pool.free_count; i++) {
        assert_true(bare->pool.stack[i] < bare->pool.count);
        places[bare->pool.stack[i]]++;
    }
    count_ring(&bare->rx.ring, places);
    count_ring(&bare->tx.ring, places);
    for (uint32_t b = 0; b < bare->pool.count; b++) {
        if (bare->pool.holder[b] % IR_POOL_INDICES == b) {
            granted++;
            places[b]++;
        }
        assert_int_equal(places[b], 1);
    }
    assert_int_equal(granted, held);
}

uint32_t bare_buffer(const struct ixgbe_desc *desc)
{
    uint64_t address = desc->lo;

    assert_true(address >= BARE_IOVA && address < BARE_IOVA + BARE_BUFFERS * BARE_STRIDE);
    assert_int_equal((address - BARE_IOVA) % BARE_STRIDE, IR_POOL_HEADROOM);
    return (uint32_t)((address - BARE_IOVA) / BARE_STRIDE);
}

static void take(struct bare *bare, struct ir_pkt *pkts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(ir_pool_take(&bare->pool, 60, &pkts[i]), 0);
}

void bare_refused_around_the_end(
    struct bare *bare, int32_t (*burst)(struct ixgbe_txq *, const struct ir_pkt *, uint32_t),
    int32_t (*reclaim)(struct ixgbe_txq *), void (*finish)(struct bare *))
{
    enum { COUNT = 10, FIRST = BARE_RING - COUNT / 2 };

    for (uint32_t refused = 0; refused < COUNT; refused++) {
        struct ir_pkt pkts[FIRST];

        assert_int_equal(ixgbe_txq_init(&bare->tx, BARE_RING), 0);
        bare->head = 0;
        take(bare, pkts, FIRST);
        assert_int_equal(burst(&bare->tx, pkts, FIRST), FIRST);
        finish(bare);
        assert_int_equal(reclaim(&bare->tx), 0);
        take(bare, pkts, COUNT);
        assert_int_equal(ir_pool_return(&bare->pool, pkts[refused]), 0);
        assert_int_equal(burst(&bare->tx, pkts, COUNT), refused > 0 ? (int32_t)refused : -ESTALE);
        assert_int_equal(bare->tx.ring.tail, (FIRST + refused) % BARE_RING);
        bare_balance(bare, COUNT - 1 - refused);
        for (uint32_t i = refused + 1; i < COUNT; i++)
            assert_int_equal(ir_pool_return(&bare->pool, pkts[i]), 0);
        finish(bare);
        assert_int_equal(reclaim(&bare->tx), 0);
        bare_balance(bare, 0);
    }
}
