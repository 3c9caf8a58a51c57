/* SPDX-License-Identifier: MIT
 *
 * An 82574 that lies about what it has sent, which it tells by DD in the last descriptor of a group
 * (RS). What it does send is exactly what it was given; where the buffers are is known after each
 * lie, and at worst the driver waits for a report that does not come.
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

static void packets_that_are_reported_and_not_sent_come_back(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_TX_AHEAD, 1, 0);
    send_frames(card, 0, 20);
    work(card, 1);
    /* The card has gone silent; what it had taken by then is sent, the others are lost. */
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    card_audit(card, 0);
    send_frames(card, 20, 5);
    work(card, 5);
    assert_int_equal(ir_tx_reclaim(card->tx), 5);
    while (ir_sim_take(card->dev, (uint8_t[LENGTH]){0}, LENGTH) != 0)
        ;
    recovers(card);
}

static void packets_that_are_not_reported_wait(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_TX_EQUAL, 0, 0);
    send_frames(card, 0, 40);
    work(card, 1);
    sent_are(card, 0, 40);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(ir_tx_reclaim(card->tx), 40);
    card_audit(card, 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT - 40u);
    recovers(card);
}

static void report_that_is_taken_back_counts_when_it_was_read(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_TX_BACK, 0, 0);
    for (uint32_t i = 0; i < 100; i++) {
        send_frames(card, i, 1);
        work(card, 1);
        sent_are(card, i, 1);
        assert_int_equal(ir_tx_reclaim(card->tx), 0);
        card_audit(card, 0);
    }
    recovers(card);
}

/* The driver reads nothing of what it has written into a descriptor, and nobody else may write
 * to it. */
static void descriptor_of_random_bits_that_is_done_is_no_more_than_done(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_TX_HUGE, 0, 0);
    for (uint32_t i = 0; i < 100; i++) {
        send_frames(card, i, 3);
        work(card, 1);
        sent_are(card, i, 3);
        assert_int_equal(ir_tx_reclaim(card->tx), 0);
        card_audit(card, 0);
    }
    recovers(card);
}

int main(int argc, char **argv)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(packets_that_are_reported_and_not_sent_come_back),
        STARTED(packets_that_are_not_reported_wait),
        STARTED(report_that_is_taken_back_counts_when_it_was_read),
        STARTED(descriptor_of_random_bits_that_is_done_is_no_more_than_done),
    };

    card_choose(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
