/* SPDX-License-Identifier: MIT
 *
 * A card that lies about what it has sent. What it does send is exactly what it was given; where
 * the buffers are is known after each lie.
 */
#include "life.h"

#define LENGTH 80u /* of each frame */

/* Give the card `count` frames, the first of them `first`. */
static void send_frames(struct card *card, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ir_pkt pkt = card_packet(card, LENGTH, first + i);

        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    }
}

/* Nothing but these frames is on the wire, in this order. */
static void sent_are(struct card *card, uint32_t first, uint32_t count)
{
    uint8_t more[64];

    for (uint32_t i = 0; i < count; i++)
        card_expect_sent(card, LENGTH, first + i);
    assert_int_equal(ir_sim_take(card->dev, more, sizeof(more)), 0);
}

static void recovers(struct card *card)
{
    uint64_t begin = device_time(card);

    be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_true(device_time(card) - begin < PATIENCE);
    card_audit(card, 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    card_works(card);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
}

/* The queue is broken, and as many buffers are free as before. */
static void is_broken(struct card *card, uint32_t free)
{
    struct ir_pkt pkt = card_packet(card, LENGTH, 0);

    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), -EIO);
        work(card, 1);
    }
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    card_audit(card, 0);
    assert_int_equal(ir_pool_available(card->pool), free);
}

static void head_beyond_the_ring_breaks_the_queue(void **state)
{
    struct card *card = *state;

    for (uint32_t i = 0; i < 20; i++) { /* both of what the card may answer */
        uint32_t free = ir_pool_available(card->pool);

        lie(card, SIM_HOSTILE_TX_HUGE, 1, 0);
        send_frames(card, i, 10);
        work(card, 1);
        sent_are(card, i, 10);
        is_broken(card, free - 10u);
        assert_int_equal(ir_reset(card->dev), 0); /* so that head 0 would be no news */
    }
    recovers(card);
}

static void head_that_goes_backwards_breaks_the_queue(void **state)
{
    struct card *card = *state;

    for (uint32_t i = 0; i < 20; i++) {
        uint32_t free = ir_pool_available(card->pool);

        send_frames(card, i, 20);
        work(card, 1);
        sent_are(card, i, 20);
        assert_int_equal(ir_tx_reclaim(card->tx), 0); /* the driver has seen it at 20 */
        lie(card, SIM_HOSTILE_TX_BACK, 1, 0);
        send_frames(card, i, 10);
        work(card, 1);
        sent_are(card, i, 10);
        is_broken(card, free - 10u);
        recovers(card);
    }
}

/* The head stays where it was: the ring fills up, which is no breach. */
static void head_without_progress_fills_the_ring(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    lie(card, SIM_HOSTILE_TX_EQUAL, 0, 0);
    send_frames(card, 0, LENT);
    work(card, 1);
    sent_are(card, 0, LENT);
    pkt = card_packet(card, LENGTH, 0);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 0);
        assert_int_equal(ir_tx_reclaim(card->tx), LENT);
        work(card, 1);
    }
    card_audit(card, 1);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    recovers(card);
}

static void progress_that_was_not_reported_is_with_the_next_report(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_TX_EQUAL, 1, 0);
    send_frames(card, 0, 20);
    work(card, 1);
    sent_are(card, 0, 20);
    assert_int_equal(ir_tx_reclaim(card->tx), 20);
    send_frames(card, 20, 5);
    work(card, 1);
    sent_are(card, 20, 5);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
    card_audit(card, 0);
    card_works(card);
}

/* Some of these lies cannot be told from progress: then the buffers of packets that the card still
 * has are the pool's again, and what it would send of them is not guaranteed. Each buffer is in one
 * place all the same. The others break the queue. */
static void head_ahead_is_believed_or_breaks_the_queue(void **state)
{
    struct card *card = *state;
    uint32_t believed = 0;
    uint32_t broken = 0;

    for (uint32_t i = 0; i < 60; i++) {
        uint32_t free = ir_pool_available(card->pool);
        int with_the_card;

        lie(card, SIM_HOSTILE_TX_AHEAD, 1, 0);
        send_frames(card, i, 10);
        work(card, 1);
        sent_are(card, i, 10);
        send_frames(card, i + 10u, 20); /* before the driver has looked at the head */
        with_the_card = ir_tx_reclaim(card->tx);
        if (with_the_card < 0) {
            broken++;
            is_broken(card, free - 30u);
        } else {
            believed++;
            assert_in_range(with_the_card, 0, 30);
            card_audit(card, 0);
            assert_int_equal(ir_pool_available(card->pool), free - (uint32_t)with_the_card);
        }
        work(card, 1);
        sent_are(card, 0, 0);
        recovers(card);
    }
    assert_true(believed > 0 && broken > 0);
}

/* The card takes no more, for ever: the caller is told so at once, each time. */
static void card_that_stops_sending_blocks_nobody(void **state)
{
    struct card *card = *state;
    uint32_t given = 0;
    struct ir_pkt pkt;
    int sent = 1;

    lie(card, SIM_HOSTILE_TX_AHEAD, 1, 0);
    send_frames(card, 0, 1);
    work(card, 1);
    pkt = card_packet(card, LENGTH, 1);
    for (uint32_t i = 0; i < 300 && sent == 1; i++) {
        sent = ir_tx(card->tx, &pkt, 1);
        if (sent == 1) {
            given++;
            pkt = card_packet(card, LENGTH, 1);
        }
        work(card, 1);
        card_audit(card, 1);
    }
    assert_true(sent == 0 || sent == -EIO);
    assert_in_range(given, 1, 2u * 64u);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    card_expect_sent(card, LENGTH, 0);
    sent_are(card, 0, 0);
    recovers(card);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(head_beyond_the_ring_breaks_the_queue),
        STARTED(head_that_goes_backwards_breaks_the_queue),
        STARTED(head_without_progress_fills_the_ring),
        STARTED(progress_that_was_not_reported_is_with_the_next_report),
        STARTED(head_ahead_is_believed_or_breaks_the_queue),
        STARTED(card_that_stops_sending_blocks_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
