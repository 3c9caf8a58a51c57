/* SPDX-License-Identifier: MIT
 *
 * The ways through the data path that no card of the simulation takes: a queue by itself, whose
 * descriptors the test writes, in front of a register window that it chooses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ixgbe/queue.h"

#define BUFFERS 128u
#define SIZE    64u
#define BUFFER  2048u

struct bench {
    struct ir_pool *pool;
    uint8_t *memory;
    uint32_t tail[1]; /* the register window: the tail at offset 0 */
    struct ir_regs regs;
    struct ixgbe_desc desc[SIZE];
    ir_device32 head;
    struct ixgbe_rxq rx;
    struct ixgbe_txq tx;
};

static int make_bench(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    *state = bench;
    if (bench == NULL)
        return -1;
    bench->pool = malloc(sizeof(*bench->pool));
    bench->memory = calloc(BUFFERS, IR_POOL_HEADROOM + BUFFER);
    if (bench->pool == NULL || bench->memory == NULL ||
        ir_pool_init(bench->pool, bench->memory, 0x100000, BUFFERS, BUFFER, 1) != 0)
        return -1;
    bench->regs = (struct ir_regs){
        .kind = IR_REGS_MEMORY, .size = 4, .memory = (volatile uint8_t *)bench->tail};
    bench->rx.regs = bench->tx.regs = &bench->regs;
    bench->rx.pool = bench->tx.pool = bench->pool;
    bench->rx.desc = bench->tx.desc = bench->desc;
    bench->rx.errors = IXGBE_RXD_ERRORS;
    bench->tx.head = &bench->head;
    bench->tx.frame_max = BUFFER;
    return ixgbe_rxq_init(&bench->rx, SIZE) != 0 || ixgbe_txq_init(&bench->tx, SIZE) != 0;
}

static int drop_bench(void **state)
{
    struct bench *bench = *state;
    int lost;

    ixgbe_rx_drain(&bench->rx);
    ixgbe_tx_drain(&bench->tx);
    lost = bench->pool->free_count != BUFFERS;
    free(bench->memory);
    free(bench->pool);
    free(bench);
    return lost;
}

/* Write back the descriptor in `slot` as a card would. */
static void write_back(struct bench *bench, uint64_t slot, uint64_t status, uint64_t length)
{
    bench->desc[slot].hi = status | length << 32;
}

static void give_back(struct bench *bench, struct ir_pkt pkt)
{
    assert_int_equal(ir_pool_return(bench->pool, pkt), 0);
}

static void queue_of_an_illegal_size_is_refused(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(ixgbe_rxq_init(&bench->rx, 100), -EINVAL);
    assert_int_equal(ixgbe_txq_init(&bench->tx, 8192), -EINVAL);
}

static void receive_queue_whose_tail_is_no_register_breaks_and_keeps_its_buffers(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkt;

    bench->regs.size = 0;
    ixgbe_rx_refill(&bench->rx);
    assert_int_equal(bench->rx.broken, 1);
    assert_int_equal(bench->pool->free_count, BUFFERS - (SIZE - 1));
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), -EIO);
    ixgbe_rx_drain(&bench->rx);
    assert_int_equal(bench->pool->free_count, BUFFERS);
}

static void queues_whose_status_is_no_register_are_broken_by_a_check(void **state)
{
    struct bench *bench = *state;

    ixgbe_rx_check(&bench->rx);
    ixgbe_tx_check(&bench->tx);
    assert_int_equal(bench->rx.broken, 1);
    assert_int_equal(bench->tx.broken, 1);
}

static void refill_of_a_full_ring_touches_no_register(void **state)
{
    struct bench *bench = *state;

    ixgbe_rx_refill(&bench->rx);
    assert_int_equal(bench->tail[0], SIZE - 1);
    bench->tail[0] = 1234;
    bench->regs.size = 0;
    ixgbe_rx_refill(&bench->rx);
    assert_int_equal(bench->tail[0], 1234);
    assert_int_equal(bench->rx.broken, 0);
}

static void packets_received_before_a_breach_are_still_delivered(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkts[2];

    ixgbe_rx_refill(&bench->rx);
    write_back(bench, 0, IXGBE_RXD_DD | IXGBE_RXD_EOP, 60);
    write_back(bench, 1, IXGBE_RXD_DD | IXGBE_RXD_EOP, BUFFER + 1);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 2), 1);
    give_back(bench, pkts[0]);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 2), -EIO);
}

/* The last part may be empty: nothing but the frame checksum was left for it. */
static void frame_with_an_empty_last_part_is_dropped_whole(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkts[2];

    ixgbe_rx_refill(&bench->rx);
    write_back(bench, 0, IXGBE_RXD_DD, BUFFER);
    write_back(bench, 1, IXGBE_RXD_DD | IXGBE_RXD_EOP, 0);
    write_back(bench, 2, IXGBE_RXD_DD | IXGBE_RXD_EOP, 77);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 2), 0);
    assert_int_equal(bench->rx.dropped.oversize, 1);
    assert_int_equal(bench->rx.dropped.errors, 0);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 2), 1);
    assert_int_equal(ir_pkt_length(pkts[0]), 77);
    give_back(bench, pkts[0]);
}

static void empty_part_in_the_middle_of_a_frame_breaks_the_queue(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bench->rx);
    write_back(bench, 0, IXGBE_RXD_DD, BUFFER);
    write_back(bench, 1, IXGBE_RXD_DD, 0);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), -EIO);
}

/* The end looks like a whole frame, and must not be taken for one. */
static void end_of_a_long_frame_that_comes_later_is_not_delivered(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bench->rx);
    write_back(bench, 0, IXGBE_RXD_DD, BUFFER);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), 0);
    assert_int_equal(bench->rx.discarded, 1);
    write_back(bench, 1, IXGBE_RXD_DD | IXGBE_RXD_EOP, 60);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), 0);
    assert_int_equal(bench->rx.discarded, 0);
    assert_int_equal(bench->rx.dropped.oversize, 1);
}

static void whole_ring_of_bad_frames_is_dropped_in_one_burst(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bench->rx);
    for (uint32_t slot = 0; slot < SIZE - 1; slot++)
        write_back(bench, slot, IXGBE_RXD_DD | IXGBE_RXD_EOP | 1u << 24, 60);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), 0);
    assert_int_equal(bench->rx.dropped.errors, SIZE - 1);
    assert_int_equal(ir_ring_used(&bench->rx.ring), SIZE - 1); /* refilled */
}

static void receive_with_an_empty_pool_delivers_what_is_there_and_goes_on(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt held[BUFFERS - 10];
    struct ir_pkt pkts[16];

    for (uint32_t i = 0; i < BUFFERS - 10; i++)
        assert_int_equal(ir_pool_take(bench->pool, 60, &held[i]), 0);
    ixgbe_rx_refill(&bench->rx);
    assert_int_equal(bench->tail[0], 10);
    for (uint32_t slot = 0; slot < 10; slot++)
        write_back(bench, slot, IXGBE_RXD_DD | IXGBE_RXD_EOP, 60 + slot);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 16), 10);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(ir_pkt_length(pkts[i]), 60 + i);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts + 10, 6), 0); /* nothing lent, no breach */
    for (uint32_t i = 0; i < 10; i++)
        give_back(bench, pkts[i]);
    for (uint32_t i = 0; i < BUFFERS - 10; i++)
        give_back(bench, held[i]);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, pkts, 16), 0);
    assert_int_equal(ir_ring_used(&bench->rx.ring), SIZE - 1);
}

static void count_of_drops_stays_at_its_largest_value(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkt;

    bench->rx.dropped.errors = UINT64_MAX - 1;
    ixgbe_rx_refill(&bench->rx);
    write_back(bench, 0, IXGBE_RXD_DD | IXGBE_RXD_EOP, 1);
    write_back(bench, 1, IXGBE_RXD_DD | IXGBE_RXD_EOP, 1);
    assert_int_equal(ixgbe_rx_burst(&bench->rx, &pkt, 1), 0);
    assert_true(bench->rx.dropped.errors == UINT64_MAX);
}

static void transmit_queue_whose_tail_is_no_register_breaks_and_keeps_its_buffers(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkts[2];

    assert_int_equal(ir_pool_take(bench->pool, 60, &pkts[0]), 0);
    assert_int_equal(ir_pool_take(bench->pool, 60, &pkts[1]), 0);
    bench->regs.size = 0;
    assert_int_equal(ixgbe_tx_burst(&bench->tx, pkts, 1), 1); /* lent: no longer the caller's */
    assert_int_equal(bench->tx.broken, 1);
    assert_int_equal(ir_pool_return(bench->pool, pkts[0]), -ESTALE);
    assert_int_equal(ixgbe_tx_burst(&bench->tx, pkts + 1, 1), -EIO);
    assert_int_equal(ixgbe_tx_reclaim(&bench->tx), -EIO);
    give_back(bench, pkts[1]);
    assert_int_equal(bench->pool->free_count, BUFFERS - 1);
    ixgbe_tx_drain(&bench->tx);
    assert_int_equal(bench->pool->free_count, BUFFERS);
}

/* Send `count` packets, and let the device report that it has sent them all. */
static void send_and_finish(struct bench *bench, uint32_t count)
{
    struct ir_pkt pkts[SIZE];

    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(ir_pool_take(bench->pool, 60, &pkts[i]), 0);
    assert_int_equal(ixgbe_tx_burst(&bench->tx, pkts, count), count);
    assert_int_equal(bench->tail[0], bench->tx.ring.tail);
    bench->head = (ir_device32)bench->tx.ring.tail;
    assert_int_equal(ixgbe_tx_reclaim(&bench->tx), 0);
    assert_int_equal(bench->pool->free_count, BUFFERS);
}

static void report_is_asked_for_on_the_last_packet_wherever_the_ring_ends(void **state)
{
    struct bench *bench = *state;

    for (uint32_t count = 1; count < SIZE; count++) {
        uint64_t last = (bench->tx.ring.tail + count - 1) % SIZE;

        send_and_finish(bench, count);
        assert_true((bench->desc[last].hi & IXGBE_TXD_RS) != 0);
        if (count > 1)
            assert_true((bench->desc[(last + SIZE - 1) % SIZE].hi & IXGBE_TXD_RS) == 0);
    }
}

static void packets_of_each_length_that_a_buffer_holds_go_out(void **state)
{
    struct bench *bench = *state;
    struct ir_pkt pkts[2];

    for (uint32_t length = IR_FRAME_MIN; length < BUFFER; length++) {
        assert_int_equal(ir_pool_take(bench->pool, length, &pkts[0]), 0);
        assert_int_equal(ir_pool_take(bench->pool, length + 1, &pkts[1]), 0);
        assert_int_equal(ixgbe_tx_burst(&bench->tx, pkts, 2), 2);
        *bench->tx.head = (uint32_t)bench->tx.ring.tail;
    }
}

int main(void)
{
#define BENCH(test) cmocka_unit_test_setup_teardown(test, make_bench, drop_bench)
    const struct CMUnitTest tests[] = {
        BENCH(queue_of_an_illegal_size_is_refused),
        BENCH(receive_queue_whose_tail_is_no_register_breaks_and_keeps_its_buffers),
        BENCH(queues_whose_status_is_no_register_are_broken_by_a_check),
        BENCH(refill_of_a_full_ring_touches_no_register),
        BENCH(packets_received_before_a_breach_are_still_delivered),
        BENCH(frame_with_an_empty_last_part_is_dropped_whole),
        BENCH(empty_part_in_the_middle_of_a_frame_breaks_the_queue),
        BENCH(end_of_a_long_frame_that_comes_later_is_not_delivered),
        BENCH(whole_ring_of_bad_frames_is_dropped_in_one_burst),
        BENCH(receive_with_an_empty_pool_delivers_what_is_there_and_goes_on),
        BENCH(count_of_drops_stays_at_its_largest_value),
        BENCH(transmit_queue_whose_tail_is_no_register_breaks_and_keeps_its_buffers),
        BENCH(report_is_asked_for_on_the_last_packet_wherever_the_ring_ends),
        BENCH(packets_of_each_length_that_a_buffer_holds_go_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
