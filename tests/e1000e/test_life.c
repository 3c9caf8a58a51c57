/* SPDX-License-Identifier: MIT
 *
 * From open to close: what the card is told when, and where the buffers are meanwhile.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "window.h"

#define LENT (WINDOW_RING - 1u)

static void card_that_was_opened_is_set_up_and_off(void **state)
{
    struct window *window = *state;
    struct ir_info info;

    assert_int_equal(*window_at(window, E1000E_IMC), UINT32_MAX);
    assert_int_equal(*window_at(window, E1000E_EIAC), 0);
    assert_int_equal(*window_at(window, E1000E_RFCTL), 1u << 15 | 1u << 12);
    assert_int_equal(*window_at(window, E1000E_RCTL), 0);
    assert_int_equal(*window_at(window, E1000E_TCTL), 1u << 24 | 63u << 12 | 15u << 4 | 1u << 3);
    assert_int_equal(*window_at(window, E1000E_CTRL), 1u << 6);
    assert_int_equal(*window_at(window, E1000E_CTRL_EXT), 1u << 28 | 1u << 22);
    assert_int_equal(*window_at(window, E1000E_GCR), 1u << 22);
    assert_int_equal(*window_at(window, E1000E_GCR2), 1);
    assert_int_equal(*window_at(window, E1000E_TARC0), 1u << 26);
    assert_int_equal(window->command & 4u, 4u);
    ir_info(window->dev, &info);
    assert_string_equal(info.driver, "e1000e");
    assert_int_equal(info.rx_queues_max, 1);
    assert_int_equal(info.tx_queues_max, 1);
    assert_int_equal(info.frame_min, 17);
    assert_int_equal(info.frame_max, 9230);
}

static void start_describes_rings_and_fills_the_receive_ring(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = window_record(window);

    assert_int_equal(*window_at(window, E1000E_RDBAL), dev->rx.memory.iova & 0xffffffffu);
    assert_int_equal(*window_at(window, E1000E_RDBAH), dev->rx.memory.iova >> 32);
    assert_int_equal(*window_at(window, E1000E_RDLEN), WINDOW_RING * 16);
    assert_int_equal(*window_at(window, E1000E_RDT), LENT);
    assert_int_equal(*window_at(window, E1000E_RXDCTL), 1u << 24 | 4u << 8 | 32u);
    assert_int_equal(*window_at(window, E1000E_RCTL), 1u << 26 | 1u << 15 | 1u << 5 | 1u << 1);
    assert_int_equal(*window_at(window, E1000E_TDBAL), dev->tx.memory.iova & 0xffffffffu);
    assert_int_equal(*window_at(window, E1000E_TDBAH), dev->tx.memory.iova >> 32);
    assert_int_equal(*window_at(window, E1000E_TDLEN), WINDOW_RING * 16);
    assert_int_equal(*window_at(window, E1000E_TDT), 0);
    assert_int_equal(*window_at(window, E1000E_TXDCTL(0)), 1u << 24 | 1u << 22 | 1u << 8 | 31u);
    assert_int_equal(*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN, E1000E_TCTL_EN);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS - LENT);
    assert_int_equal(ir_start(window->dev), -EBUSY);
}

/* Heads and tails that a reset has left as they were. */
static void start_begins_rings_at_their_first_slot(void **state)
{
    struct window *window = *state;

    *window_at(window, E1000E_RDH) = 7;
    *window_at(window, E1000E_RDT) = 9;
    *window_at(window, E1000E_TDH) = 11;
    *window_at(window, E1000E_TDT) = 13;
    window_queues(window);
    assert_int_equal(ir_start(window->dev), 0);
    assert_int_equal(*window_at(window, E1000E_RDH), 0);
    assert_int_equal(*window_at(window, E1000E_RDT), LENT);
    assert_int_equal(*window_at(window, E1000E_TDH), 0);
    assert_int_equal(*window_at(window, E1000E_TDT), 0);
}

static void frames_go_both_ways(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = window_record(window);
    struct ir_rxq_drops drops;
    struct ir_pkt pkt;

    dev->rx.queue.desc[0].hi = 3 | 60ull << 32;
    assert_int_equal(ir_rx(window->rx, &pkt, 1), 1);
    assert_int_equal(ir_pkt_length(pkt), 60);
    assert_int_equal(ir_tx(window->tx, &pkt, 1), 1);
    assert_int_equal(*window_at(window, E1000E_TDT), 1);
    assert_int_equal(ir_tx_reclaim(window->tx), 1);
    dev->tx.queue.desc[0].hi |= 1ull << 32;
    assert_int_equal(ir_tx_reclaim(window->tx), 0);
    dev->rx.queue.desc[1].hi = 3 | 1ull << 24 | 60ull << 32;
    assert_int_equal(ir_rx(window->rx, &pkt, 1), 0);
    ir_rxq_drops(window->rx, &drops);
    assert_int_equal(drops.errors, 1);
}

/* As somebody who waits asks (core/driver.h). */
static void queues_tell_what_is_worth_a_call(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = window_record(window);
    struct ir_pkt pkt;

    assert_int_equal(window->rx->pending(window->rx), 0);
    dev->rx.queue.desc[0].hi = 3 | 60ull << 32;
    assert_int_equal(window->rx->pending(window->rx), 1);
    assert_int_equal(ir_rx(window->rx, &pkt, 1), 1);
    assert_int_equal(window->tx->pending(window->tx), 0);
    assert_int_equal(ir_tx(window->tx, &pkt, 1), 1);
    assert_int_equal(window->tx->pending(window->tx), 0);
    dev->tx.queue.desc[0].hi |= 1ull << 32;
    assert_int_equal(window->tx->pending(window->tx), 1);
    assert_int_equal(ir_tx_reclaim(window->tx), 0);
    assert_int_equal(window->tx->pending(window->tx), 0);
}

static void queues_of_a_card_that_is_gone_are_found_broken(void **state)
{
    struct window *window = *state;

    window->rx->check(window->rx);
    window->tx->check(window->tx);
    assert_int_equal(window->rx->pending(window->rx), 0);
    assert_int_equal(window->tx->pending(window->tx), 0);
    window->fault = WINDOW_GONE;
    window->rx->check(window->rx);
    window->tx->check(window->tx);
    assert_int_equal(window->rx->pending(window->rx), 1);
    assert_int_equal(window->tx->pending(window->tx), 1);
    window->fault = WINDOW_NONE;
}

/* Each size of buffer is told as RCTL.BSIZE and BSEX (10.2.5), and bounds the frames that are sent. */
static void buffers_of_each_size_are_described(void **state)
{
    static const struct {
        uint32_t bytes, field, frame_max;
    } sizes[] = {{2048, 0, 2048},
                 {4096, 3u << 16 | 1u << 25, 4096},
                 {8192, 2u << 16 | 1u << 25, 8192},
                 {16384, 1u << 16 | 1u << 25, 9230}};
    struct window *window = *state;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct ir_pool *pool;
        char error[IR_ERROR_LENGTH];

        assert_int_equal(ir_pool_create(window->domain, 100, sizes[i].bytes, &pool), 0);
        assert_int_equal(window_bring_up(window, error), 0);
        assert_int_equal(ir_rxq_setup(window->dev, 0, 64, pool, &window->rx), 0);
        assert_int_equal(ir_txq_setup(window->dev, 0, 64, pool, &window->tx), 0);
        assert_int_equal(ir_start(window->dev), 0);
        assert_int_equal(*window_at(window, E1000E_RCTL) & (3u << 16 | 1u << 25), sizes[i].field);
        assert_int_equal(window_record(window)->tx.queue.frame_max, sizes[i].frame_max);
        assert_int_equal(window->dev->ops->close(window->dev), 0);
        window->dev = NULL;
        assert_int_equal(ir_pool_destroy(pool), 0);
    }
}

static void queues_are_set_up_once_and_while_stopped(void **state)
{
    struct window *window = *state;
    struct ir_rxq *rx;
    struct ir_txq *tx;

    assert_int_equal(ir_start(window->dev), -EINVAL);
    assert_int_equal(ir_rxq_setup(window->dev, 1, 64, window->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(window->dev, 1, 64, window->pool, &tx), -EINVAL);
    window_queues(window);
    assert_int_equal(ir_rxq_setup(window->dev, 0, 64, window->pool, &rx), -EBUSY);
    assert_int_equal(ir_txq_setup(window->dev, 0, 64, window->pool, &tx), -EBUSY);
    /* Sizes that the public functions refuse do not reach the driver; it refuses them too. */
    assert_int_equal(e1000e_rx_create(window_record(window), 100, window->pool), -EINVAL);
    assert_int_equal(e1000e_tx_create(window_record(window), 100, window->pool), -EINVAL);
}

static void card_with_one_direction_runs_only_that(void **state)
{
    struct window *window = *state;

    assert_int_equal(ir_txq_setup(window->dev, 0, 64, window->pool, &window->tx), 0);
    assert_int_equal(ir_start(window->dev), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL) & E1000E_RCTL_EN, 0);
    assert_int_equal(*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN, E1000E_TCTL_EN);
    assert_int_equal(window->dev->ops->close(window->dev), 0);
    window->dev = NULL;
    assert_int_equal(window_bring_up(window, (char[IR_ERROR_LENGTH]){0}), 0);
    assert_int_equal(ir_rxq_setup(window->dev, 0, 64, window->pool, &window->rx), 0);
    assert_int_equal(ir_start(window->dev), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL) & E1000E_RCTL_EN, E1000E_RCTL_EN);
    assert_int_equal(*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN, 0);
}

static void reset_brings_a_broken_device_back(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = window_record(window);
    struct ir_pkt pkt;

    dev->rx.queue.desc[0].hi = 3 | 2049ull << 32; /* longer than its buffer */
    assert_int_equal(ir_rx(window->rx, &pkt, 1), -EIO);
    *window_at(window, E1000E_GPTC) = 7;
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(dev->state, E1000E_STARTED);
    assert_int_equal(dev->totals.tx_packets, 7);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS - LENT);
    frames_go_both_ways(state);
}

static void device_that_was_never_started_is_stopped_after_a_reset(void **state)
{
    struct window *window = *state;

    window_queues(window);
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(window_record(window)->state, E1000E_STOPPED);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS);
}

static void broken_until_reset(struct window *window)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_rx(window->rx, &pkt, 1), -EIO);
    assert_int_equal(ir_pkt_alloc(window->pool, 60, &pkt), 0);
    assert_int_equal(ir_tx(window->tx, &pkt, 1), -EIO);
    assert_int_equal(ir_tx_reclaim(window->tx), -EIO);
    assert_int_equal(ir_pkt_free(window->pool, pkt), 0);
}

/* The memory stays the card's until it is known to leave it alone. */
static void reset_that_fails_keeps_the_buffers_until_one_succeeds(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_GONE;
    assert_int_equal(ir_reset(window->dev), -ENODEV);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS - LENT);
    broken_until_reset(window);
    assert_int_equal(ir_start(window->dev), -EIO);
    window->fault = WINDOW_NONE;
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(window_record(window)->state, E1000E_STARTED);
    frames_go_both_ways((void **)&window);
}

/* A card that confirms that it is quiet, and then does not come back: its buffers are free. */
static void reset_that_fails_late_returns_the_buffers(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_NO_NVM;
    assert_int_equal(ir_reset(window->dev), -ETIMEDOUT);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS);
    broken_until_reset(window);
    window->fault = WINDOW_NONE;
}

static void start_of_a_card_that_is_gone_fails(void **state)
{
    struct window *window = *state;

    window_queues(window);
    window->fault = WINDOW_GONE;
    assert_int_equal(ir_start(window->dev), -ENODEV);
    broken_until_reset(window);
    window->fault = WINDOW_NONE;
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(window_record(window)->state, E1000E_STOPPED);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS);
}

static void closing_a_card_that_is_gone_gives_its_buffers_up(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_GONE;
    assert_int_equal(window->dev->ops->close(window->dev), -ENODEV);
    window->dev = NULL;
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS - LENT);
}

static int close_lost(void **state)
{
    return window_close(state) != 0 ? 0 : -1; /* the buffers given up are missing */
}

static void closed_card_is_off(void **state)
{
    struct window *window = *state;

    assert_int_equal(window->dev->ops->close(window->dev), 0);
    window->dev = NULL;
    assert_int_equal(*window_at(window, E1000E_RCTL) & E1000E_RCTL_EN, 0);
    assert_int_equal(*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN, 0);
    assert_int_equal(*window_at(window, E1000E_CTRL_EXT) & E1000E_CTRL_EXT_DRV_LOAD, 0);
    assert_int_equal(window->command & 4u, 0);
    assert_int_equal(ir_pool_available(window->pool), WINDOW_BUFFERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH_DRIVER(test)  cmocka_unit_test_setup_teardown(test, window_driven, window_close)
#define WITH_TRAFFIC(test) cmocka_unit_test_setup_teardown(test, window_started, window_close)
        WITH_DRIVER(card_that_was_opened_is_set_up_and_off),
        WITH_TRAFFIC(start_describes_rings_and_fills_the_receive_ring),
        WITH_DRIVER(start_begins_rings_at_their_first_slot),
        WITH_TRAFFIC(frames_go_both_ways),
        WITH_TRAFFIC(queues_tell_what_is_worth_a_call),
        WITH_TRAFFIC(queues_of_a_card_that_is_gone_are_found_broken),
        cmocka_unit_test_setup_teardown(buffers_of_each_size_are_described, window_open,
                                        window_close),
        WITH_DRIVER(queues_are_set_up_once_and_while_stopped),
        WITH_DRIVER(card_with_one_direction_runs_only_that),
        WITH_TRAFFIC(reset_brings_a_broken_device_back),
        WITH_DRIVER(device_that_was_never_started_is_stopped_after_a_reset),
        WITH_TRAFFIC(reset_that_fails_keeps_the_buffers_until_one_succeeds),
        WITH_TRAFFIC(reset_that_fails_late_returns_the_buffers),
        WITH_DRIVER(start_of_a_card_that_is_gone_fails),
        cmocka_unit_test_setup_teardown(closing_a_card_that_is_gone_gives_its_buffers_up,
                                        window_started, close_lost),
        WITH_TRAFFIC(closed_card_is_off),
#undef WITH_DRIVER
#undef WITH_TRAFFIC
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
