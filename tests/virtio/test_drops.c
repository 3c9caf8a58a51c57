/* SPDX-License-Identifier: MIT
 *
 * Frames that a device received into several buffers are dropped whole and counted, and the others are
 * delivered as they were.
 */
#include "rig.h"

#define LENGTH 60u
#define LONG   2049u /* does not fit in one buffer */

static const char *const formats[] = {
    "mtu=9000",
    "mtu=9000,event_idx=off",
    "mtu=9000,shuffle=on",
    "mtu=9000,in_order=on",
    "mtu=9000,packed=on",
    "mtu=9000,packed=on,shuffle=on",
    "mtu=9000,packed=on,in_order=on",
    "mtu=9000,transport=legacy",
    "mtu=9000,transport=legacy,any_layout=off",
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static uint64_t oversize(const struct card *card)
{
    struct ir_rxq_drops drops;

    ir_rxq_drops(card->rx, &drops);
    assert_int_equal(drops.errors, 0);
    return drops.oversize;
}

/* Receive the next frame, however many bursts are empty before it. */
static void expect_next(struct card *card, uint32_t length, uint32_t tag)
{
    struct ir_pkt pkts[8];
    int received = 0;

    for (uint32_t i = 0; i < 4u && received == 0; i++)
        received = ir_rx(card->rx, pkts, 1);
    assert_int_equal(received, 1);
    card_audit(card, 1);
    card_expect(card, pkts[0], length, tag);
}

static void frame_in_several_buffers_is_dropped(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);
        struct ir_pkt pkt;

        for (uint32_t length = LONG; length <= 9018u; length += 531u) {
            card_put(card, length, length);
            card_settle(card);
            assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
            card_audit(card, 0);
        }
        assert_int_equal(oversize(card), (9018u - LONG) / 531u + 1u);
        card_works(card);
        rig_close(card);
    }
}

static void frames_around_it_are_delivered(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);

        for (uint32_t turn = 0; turn < 100u; turn++) {
            uint32_t length = LONG + 71u * turn % 6900u;

            card_put(card, LENGTH, turn);
            card_put(card, length, turn);
            card_put(card, LENGTH + 1u, turn);
            card_put(card, length, turn + 1u);
            card_put(card, length, turn + 2u);
            card_put(card, 2047u, turn);
            card_settle(card);
            expect_next(card, LENGTH, turn);
            expect_next(card, LENGTH + 1u, turn);
            expect_next(card, 2047u, turn);
            assert_int_equal(oversize(card), 3u * (turn + 1u));
            card_audit(card, 0);
        }
        rig_close(card);
    }
}

/* A burst ends before what has to be dropped. */
static void burst_ends_before_a_drop(void **state)
{
    struct card *card = rig_start("mtu=9000");
    struct ir_pkt pkts[8];

    (void)state;
    card_put(card, LENGTH, 1);
    card_put(card, LENGTH, 2);
    card_put(card, 5000, 3);
    card_put(card, LENGTH, 4);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, pkts, 8), 2);
    card_expect(card, pkts[0], LENGTH, 1);
    card_expect(card, pkts[1], LENGTH, 2);
    assert_int_equal(oversize(card), 1);
    assert_int_equal(ir_rx(card->rx, pkts, 8), 1);
    card_expect(card, pkts[0], LENGTH, 4);
    rig_close(card);
}

static void drops_are_in_the_statistics_and_survive_a_reset(void **state)
{
    struct card *card = rig_start("mtu=9000");
    struct ir_stats stats;
    struct ir_pkt pkt;

    (void)state;
    card_works(card);
    card_put(card, LONG, 1);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
    for (uint32_t i = 1; i <= 2u; i++) {
        assert_int_equal(ir_stats(card->dev, &stats), 0);
        assert_int_equal(stats.rx_packets, i);
        assert_int_equal(stats.rx_bytes, 100u * i);
        assert_int_equal(stats.tx_packets, i);
        assert_int_equal(stats.tx_bytes, 80u * i);
        assert_int_equal(stats.rx_dropped, 1);
        assert_int_equal(stats.rx_errors, 0);
        assert_int_equal(stats.rx_missed, 0);
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_link_wait(card->dev, 10), 0);
        card_works(card);
    }
    assert_int_equal(oversize(card), 1);
    rig_close(card);
}

/* The rest of a frame that a reset cut off is not taken for one. */
static void reset_forgets_a_frame_that_is_half_dropped(void **state)
{
    struct card *card = rig_start("mtu=9000");
    struct virtio_rxq *queue = (struct virtio_rxq *)card->rx;

    (void)state;
    queue->parts = 3;
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 10), 0);
    card_works(card);
    assert_int_equal(oversize(card), 0);
    rig_close(card);
}

static void larger_buffers_take_it_whole(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_open(formats[f]);
        struct ir_pool *small = card->pool;
        struct ir_pkt pkt;

        assert_int_equal(ir_pool_create(card->domain, CARD_BUFFERS, 16384, &card->pool), 0);
        card_queues(card, 64);
        rig_run(card);
        card_put(card, 9018, 7);
        card_settle(card);
        rig_expect_all(card, 7, 1, 9018, 1);
        pkt = card_packet(card, 9018, 8);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        card_settle(card);
        card_expect_sent(card, 9018, 8);
        assert_int_equal(oversize(card), 0);
        card_no_violation(card);
        assert_int_equal(ir_close(card->dev), 0);
        assert_int_equal(ir_pool_destroy(small), 0);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        assert_int_equal(ir_pool_destroy(card->pool), 0);
        assert_int_equal(ir_domain_destroy(card->domain), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_in_several_buffers_is_dropped),
        cmocka_unit_test(frames_around_it_are_delivered),
        cmocka_unit_test(burst_ends_before_a_drop),
        cmocka_unit_test(drops_are_in_the_statistics_and_survive_a_reset),
        cmocka_unit_test(reset_forgets_a_frame_that_is_half_dropped),
        cmocka_unit_test(larger_buffers_take_it_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
