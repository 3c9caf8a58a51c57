/* SPDX-License-Identifier: MIT
 *
 * Receiving and forwarding: each situation of a receive ring and of a pool.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"

#define RING  64u
#define SLOTS (RING - 1u) /* descriptors that can be in use */

static void put_frames(struct card *card, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        card_put(card, 60 + (first + i) % 1000, first + i);
}

/* Receive exactly `count` frames that put_frames began with `first`, at most `burst` at a time. */
static void expect_frames(struct card *card, uint32_t first, uint32_t count, uint32_t burst)
{
    struct ir_pkt pkts[256];
    uint32_t seen = 0;

    while (seen < count) {
        int got = ir_rx(card->rx, pkts, count - seen < burst ? count - seen : burst);

        assert_true(got > 0);
        for (uint32_t i = 0; i < (uint32_t)got; i++)
            card_expect(card, pkts[i], 60 + (first + seen + i) % 1000, first + seen + i);
        seen += (uint32_t)got;
        card_settle(card);
    }
}

static void expect_nothing(struct card *card)
{
    struct ir_pkt pkt;

    card_settle(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
}

static void frame_on_the_wire_is_received(void **state)
{
    struct card *card = *state;

    put_frames(card, 1, 1);
    card_settle(card);
    expect_frames(card, 1, 1, 1);
    expect_nothing(card);
}

static void longest_packet_of_the_buffer_is_sent_and_received(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 2048, 9);

    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_put(card, 2048, 5);
    card_settle(card);
    card_expect_sent(card, 2048, 9);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, 2048, 5);
}

static void frame_longer_than_the_buffer_is_not_received(void **state)
{
    struct card *card = *state;

    card_put(card, 2049, 5);
    put_frames(card, 7, 1);
    card_settle(card);
    expect_frames(card, 7, 1, 8);
    expect_nothing(card);
}

static void packets_are_forwarded_changed(void **state)
{
    struct card *card = *state;
    uint8_t expected[2048];
    uint8_t sent[2048];

    for (uint32_t i = 0; i < 1000; i++) {
        struct ir_pkt pkt;
        uint8_t byte;

        card_put(card, 60 + i, i);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        assert_int_equal(ir_pkt_read8(card->pool, pkt, 20, &byte), 0);
        assert_int_equal(byte, (i + 20 * 7) & 0xff);
        assert_int_equal(ir_pkt_write8(card->pool, pkt, 20, (uint8_t)(byte ^ 0xffu)), 0);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        card_settle(card);
        card_frame(card, expected, 60 + i, i);
        expected[20] ^= 0xffu;
        assert_int_equal(ir_sim_take(card->dev, sent, sizeof(sent)), 60 + i);
        assert_memory_equal(sent, expected, 60 + i);
    }
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
    card_audit(card, 0);
}

static void empty_receive_ring_gives_nothing(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[8];

    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ir_rx(card->rx, pkts, 8), 0);
}

static void full_receive_ring_is_delivered_in_order(void **state)
{
    struct card *card = *state;

    put_frames(card, 0, SLOTS);
    card_settle(card);
    expect_frames(card, 0, SLOTS, 256);
    expect_nothing(card);
}

static void frames_stay_in_order_around_the_ring_many_times(void **state)
{
    static const uint32_t bursts[] = {1, 7, 31, 32, 33, 63};
    struct card *card = *state;
    uint32_t first = 0;

    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = bursts[round % 6];

        put_frames(card, first, count);
        card_settle(card);
        expect_frames(card, first, count, bursts[(round + 1) % 6]);
        first += count;
    }
    expect_nothing(card);
}

static void receive_burst_larger_than_the_ring_takes_what_is_there(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[256];

    put_frames(card, 0, 40);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, pkts, 256), 40);
    for (uint32_t i = 0; i < 40; i++)
        card_expect(card, pkts[i], 60 + i, i);
}

static void frames_beyond_a_full_receive_ring_are_counted_missed(void **state)
{
    struct card *card = *state;
    struct ir_stats stats;

    put_frames(card, 0, SLOTS + 10);
    card_settle(card);
    expect_frames(card, 0, SLOTS, 256);
    expect_nothing(card);
    assert_int_equal(ir_stats(card->dev, &stats), 0);
    assert_int_equal(stats.rx_packets, SLOTS);
    assert_int_equal(stats.rx_missed, 10);
    put_frames(card, 500, 3);
    card_settle(card);
    expect_frames(card, 500, 3, 8);
}

static void receiving_with_an_empty_pool_goes_on_once_it_has_buffers(void **state)
{
    struct card *card = *state;
    struct ir_pkt held[CARD_BUFFERS];
    uint32_t count = 0;

    while (ir_pkt_alloc(card->pool, 60, &held[count]) == 0)
        count++;
    assert_int_equal(count, CARD_BUFFERS - SLOTS);
    assert_int_equal(ir_pool_available(card->pool), 0);
    /* What is in the ring can still be received; the application keeps it all. */
    put_frames(card, 0, SLOTS);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, held + count, SLOTS), SLOTS);
    card_audit(card, CARD_BUFFERS);
    put_frames(card, 100, 5);
    expect_nothing(card); /* no descriptor: dropped by the card */
    for (uint32_t i = 0; i < CARD_BUFFERS; i++)
        assert_int_equal(ir_pkt_free(card->pool, held[i]), 0);
    expect_nothing(card); /* lends the buffers */
    put_frames(card, 200, 5);
    card_settle(card);
    expect_frames(card, 200, 5, 8);
}

static void device_started_with_an_empty_pool_receives_later(void **state)
{
    struct card *card = *state;
    struct ir_pkt held[CARD_BUFFERS];

    card_queues(card, RING);
    for (uint32_t i = 0; i < CARD_BUFFERS; i++)
        assert_int_equal(ir_pkt_alloc(card->pool, 60, &held[i]), 0);
    assert_int_equal(ir_start(card->dev), 0);
    put_frames(card, 0, 1);
    expect_nothing(card);
    for (uint32_t i = 0; i < CARD_BUFFERS; i++)
        assert_int_equal(ir_pkt_free(card->pool, held[i]), 0);
    expect_nothing(card);
    put_frames(card, 10, 20);
    card_settle(card);
    expect_frames(card, 10, 20, 8);
}

static void pool_smaller_than_the_ring_still_receives(void **state)
{
    struct card *card = *state;
    struct ir_pool *small;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_create(card->domain, 3, 2048, &small), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 0, RING, small, &card->rx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    for (uint32_t i = 0; i < 200; i++) {
        put_frames(card, i, 1);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        assert_int_equal(ir_pkt_length(pkt), 60 + i);
        assert_int_equal(ir_pkt_free(small, pkt), 0);
    }
    assert_int_equal(ir_pool_audit(small), 0);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_pool_audit(small), 0);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_destroy(small), 0);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

static void jumbo_frames_fit_large_buffers(void **state)
{
    struct card *card = *state;
    struct ir_pool *normal = card->pool;
    struct ir_pool *jumbo;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_create(card->domain, 128, 16384, &jumbo), 0);
    card->pool = jumbo;
    card_queues(card, RING);
    assert_int_equal(ir_start(card->dev), 0);
    pkt = card_packet(card, IR_FRAME_MAX, 3);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_put(card, IR_FRAME_MAX, 4);
    card_settle(card);
    card_expect_sent(card, IR_FRAME_MAX, 3);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, IR_FRAME_MAX, 4);
    assert_int_equal(ir_pkt_alloc(jumbo, IR_FRAME_MAX + 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pkt_alloc(jumbo, IR_FRAME_MAX, &pkt), 0);
    assert_int_equal(ir_pkt_set_length(jumbo, &pkt, IR_FRAME_MAX + 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_free(jumbo, pkt), 0);
    card_no_violation(card);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_audit(jumbo), 0);
    assert_int_equal(ir_pool_destroy(jumbo), 0);
    card->pool = normal;
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

static void packet_is_received_by_one_device_and_sent_by_another(void **state)
{
    struct card *card = *state;
    struct card other = *card;
    uint8_t expected[300];
    uint8_t sent[300];
    struct ir_pkt pkt;

    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &other.dev, NULL), 0);
    card_queues(&other, RING);
    assert_int_equal(ir_start(other.dev), 0);
    card_put(card, sizeof(sent), 1);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    assert_int_equal(ir_tx(other.tx, &pkt, 1), 1);
    card_settle(&other);
    assert_int_equal(ir_sim_take(other.dev, sent, sizeof(sent)), sizeof(sent));
    card_frame(card, expected, sizeof(expected), 1);
    assert_memory_equal(sent, expected, sizeof(sent));
    card_no_violation(&other);
    assert_int_equal(ir_close(other.dev), 0);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(frame_on_the_wire_is_received),
        STARTED(longest_packet_of_the_buffer_is_sent_and_received),
        STARTED(frame_longer_than_the_buffer_is_not_received),
        STARTED(packets_are_forwarded_changed),
        STARTED(empty_receive_ring_gives_nothing),
        STARTED(full_receive_ring_is_delivered_in_order),
        STARTED(frames_stay_in_order_around_the_ring_many_times),
        STARTED(receive_burst_larger_than_the_ring_takes_what_is_there),
        STARTED(frames_beyond_a_full_receive_ring_are_counted_missed),
        STARTED(receiving_with_an_empty_pool_goes_on_once_it_has_buffers),
        OPENED(device_started_with_an_empty_pool_receives_later),
        OPENED(pool_smaller_than_the_ring_still_receives),
        OPENED(jumbo_frames_fit_large_buffers),
        STARTED(packet_is_received_by_one_device_and_sent_by_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
