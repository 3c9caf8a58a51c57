/* SPDX-License-Identifier: MIT
 *
 * Statistics: what they count, and that reading, resetting and reopening treat them as promised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "ixgbe/ixgbe.h"

static void exchange(struct card *card, uint32_t received, uint32_t sent)
{
    struct ir_pkt pkt;

    for (uint32_t i = 0; i < received; i++) {
        card_put(card, 100, i);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        card_expect(card, pkt, 100, i);
    }
    for (uint32_t i = 0; i < sent; i++) {
        pkt = card_packet(card, 200, i);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        card_settle(card);
        card_expect_sent(card, 200, i);
    }
}

static struct ir_stats read_stats(struct card *card)
{
    struct ir_stats stats;

    memset(&stats, 0xff, sizeof(stats));
    assert_int_equal(ir_stats(card->dev, &stats), 0);
    return stats;
}

static void statistics_begin_at_zero(void **state)
{
    static const struct ir_stats zero = {0};
    struct ir_stats stats = read_stats(*state);

    assert_memory_equal(&stats, &zero, sizeof(zero));
}

static void packets_and_bytes_are_counted_without_the_frame_checksum(void **state)
{
    struct ir_stats stats;

    exchange(*state, 7, 5);
    stats = read_stats(*state);
    assert_int_equal(stats.rx_packets, 7);
    assert_int_equal(stats.rx_bytes, 700);
    assert_int_equal(stats.tx_packets, 5);
    assert_int_equal(stats.tx_bytes, 1000);
    assert_int_equal(stats.rx_missed, 0);
    assert_int_equal(stats.rx_errors, 0);
    assert_int_equal(stats.rx_dropped, 0);
}

static void padding_counts_as_sent(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 20, 1);

    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 20, 1);
    assert_int_equal(read_stats(card).tx_bytes, 60);
}

static void totals_go_on_although_reading_clears_the_card(void **state)
{
    for (uint32_t i = 1; i <= 4; i++) {
        struct ir_stats stats;

        exchange(*state, 2, 3);
        stats = read_stats(*state);
        assert_int_equal(stats.rx_packets, 2 * i);
        assert_int_equal(stats.rx_bytes, 200 * i);
        assert_int_equal(stats.tx_packets, 3 * i);
        assert_int_equal(stats.tx_bytes, 600 * i);
        stats = read_stats(*state);
        assert_int_equal(stats.rx_packets, 2 * i);
    }
}

static void totals_survive_a_reset(void **state)
{
    struct card *card = *state;

    exchange(card, 3, 4);
    assert_int_equal(ir_reset(card->dev), 0);
    exchange(card, 2, 1);
    assert_int_equal(read_stats(card).rx_packets, 5);
    assert_int_equal(read_stats(card).tx_packets, 5);
}

static void frames_without_a_descriptor_are_missed(void **state)
{
    struct card *card = *state;
    struct ir_stats stats;

    for (uint32_t i = 0; i < 70; i++)
        card_put(card, 60, i);
    card_settle(card);
    stats = read_stats(card);
    assert_int_equal(stats.rx_packets, 63);
    assert_int_equal(stats.rx_missed, 7);
}

static void frame_longer_than_accepted_is_an_error(void **state)
{
    struct card *card = *state;
    struct ir_stats stats;

    card_put(card, 2049, 1);
    card_settle(card);
    stats = read_stats(card);
    assert_int_equal(stats.rx_packets, 0);
    assert_int_equal(stats.rx_errors, 1);
}

/* The driver's own drops: a frame that the card marks bad, in the descriptor. */
static void frames_dropped_by_the_driver_are_counted(void **state)
{
    struct card *card = *state;
    struct ixgbe_rxq *queue = (struct ixgbe_rxq *)card->rx;

    queue->dropped.errors = 3;
    queue->dropped.oversize = 4;
    assert_int_equal(read_stats(card).rx_dropped, 7);
}

/* A device may answer anything: the sum must not start again from zero. */
static void totals_stop_at_the_largest_value(void **state)
{
    struct card *card = *state;
    struct ixgbe_dev *dev = (struct ixgbe_dev *)card->dev;

    dev->totals.rx_packets = UINT64_MAX - 1;
    exchange(card, 3, 0);
    assert_true(read_stats(card).rx_packets == UINT64_MAX);
    assert_int_equal(read_stats(card).rx_bytes, 0); /* fewer bytes than so many checksums */
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(statistics_begin_at_zero),
        STARTED(packets_and_bytes_are_counted_without_the_frame_checksum),
        STARTED(padding_counts_as_sent),
        STARTED(totals_go_on_although_reading_clears_the_card),
        STARTED(totals_survive_a_reset),
        STARTED(frames_without_a_descriptor_are_missed),
        STARTED(frame_longer_than_accepted_is_an_error),
        STARTED(frames_dropped_by_the_driver_are_counted),
        STARTED(totals_stop_at_the_largest_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
