/* SPDX-License-Identifier: MIT
 *
 * Waiting for devices that interrupt all the time, never, or by the wrong vector: neither is the caller kept
 * busy by them, nor does it miss anything.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "core/driver.h"
#include "sim/card.h"
#include "wait_stand.h"

#define LATENCY_US 1000u
#define RUN_US     300000u

#define CARDS 7u
#define NICS  2u /* the first of them, where one of a kind is enough */
static const char *const cards[CARDS] = {"82599",
                                         "82574",
                                         "82599,vectors=1",
                                         "82574,vectors=1",
                                         "virtio",
                                         "virtio,packed=on",
                                         "virtio,transport=legacy"};

/* A card that works by itself, with these keys. */
static void stand_open(struct wait_stand *stand, const char *card, const char *keys)
{
    char device[128];

    (void)snprintf(device, sizeof(device), "sim:%s,%s", card, keys);
    assert_int_equal(card_open_device(&stand->card_state, device), 0);
    stand->card = stand->card_state;
    assert_int_equal(ir_promiscuous(stand->card->dev, true), 0);
    card_queues(stand->card, 64);
    assert_int_equal(ir_start(stand->card->dev), 0);
    assert_int_equal(ir_link_wait(stand->card->dev, 5000), 0);
    assert_int_equal(ir_waiter_create(&stand->waiter), 0);
    assert_int_equal(ir_waiter_poll(stand->waiter, 0), 0);
    assert_int_equal(ir_waiter_latency(stand->waiter, LATENCY_US), 0);
    assert_int_equal(ir_waiter_rx(stand->waiter, stand->card->rx), 0);
}

/* Wait for what never comes. */
static void wait_in_vain(const struct wait_stand *stand)
{
    assert_int_equal(ir_wait(stand->waiter, RUN_US), 0);
}

/* Receive all that the wire gives, and sleep in between. A slow machine may lose some of it: the wire has a
 * clock. What may not be is that the waiter sleeps over a frame. */
static void receive(const struct wait_stand *stand)
{
    struct ir_pkt pkts[32];
    uint32_t received = 0;
    int got = 0;

    while (got != 0 || !ir_sim_finished(stand->card->dev)) {
        if (got == 0)
            assert_true(ir_wait(stand->waiter, 5000000) > 0 || ir_sim_finished(stand->card->dev));
        got = ir_rx(stand->card->rx, pkts, 32);
        assert_true(got >= 0);
        for (int i = 0; i < got; i++)
            assert_int_equal(ir_pkt_free(stand->card->pool, pkts[i]), 0);
        received += (uint32_t)got;
    }
    assert_true(received > 0);
}

static void a_storm_is_answered_by_polling(void **state)
{
    (void)state;
    for (size_t i = 0; i < CARDS; i++) {
        struct wait_stand stand;
        struct ir_wait_stats before;
        struct ir_wait_stats after;

        stand_open(&stand, cards[i], "hostile=irq.storm");
        for (uint32_t n = 0; n < 1000 && wait_stats(&stand).spurious < 4; n++)
            assert_int_equal(ir_wait(stand.waiter, 5000), 0);
        before = wait_stats(&stand);
        assert_int_equal(before.spurious, 4);
        assert_int_equal(before.wakes, 4);
        wait_in_vain(&stand);
        after = wait_stats(&stand);
        /* The timer alone from here on; a late one only makes it fewer. */
        assert_int_equal(after.wakes, 4);
        assert_true(after.sleeps > before.sleeps);
        assert_true(after.sleeps <= before.sleeps + RUN_US / LATENCY_US + 1);
        assert_int_equal(after.timed - before.timed, after.sleeps - before.sleeps);
        wait_close(&stand);
    }
}

static void a_storm_loses_no_frame(void **state)
{
    (void)state;
    for (size_t i = 0; i < NICS; i++) {
        struct wait_stand stand;

        stand_open(&stand, cards[i], "wire=gen,count=200,rate=5000,hostile=irq.storm");
        receive(&stand);
        wait_close(&stand);
    }
}

static void a_device_that_never_interrupts_is_polled(void **state)
{
    (void)state;
    for (size_t i = 0; i < CARDS; i++) {
        struct wait_stand stand;
        struct ir_wait_stats stats;

        stand_open(&stand, cards[i], "wire=gen,count=200,rate=1000,hostile=irq.lost");
        receive(&stand);
        stats = wait_stats(&stand);
        assert_int_equal(stats.wakes, 0);
        assert_int_equal(stats.lost, 2);
        assert_true(stats.timed > 0);
        wait_close(&stand);
    }
}

static void interrupts_of_masked_vectors_wake_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < NICS; i++) {
        struct wait_stand stand;

        stand_open(&stand, cards[i], "hostile=irq.wrong");
        wait_in_vain(&stand);
        assert_int_equal(wait_stats(&stand).wakes, 0);
        assert_int_equal(wait_stats(&stand).timed, 0);
        wait_close(&stand);
    }
}

static void a_device_without_vectors_is_polled(void **state)
{
    (void)state;
    for (size_t i = 0; i < NICS; i++) {
        struct ir_wait_stats stats;
        struct wait_stand stand;

        stand_open(&stand, cards[i], "vectors=0,wire=gen,count=50,rate=1000");
        receive(&stand);
        stats = wait_stats(&stand);
        assert_int_equal(stats.wakes, 0);
        assert_int_equal(stats.lost, 0);
        assert_int_equal(stats.sleeps, stats.timed);
        assert_true(stats.sleeps > 0);
        wait_close(&stand);
    }
}

static void a_device_that_is_gone_ends_the_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < NICS; i++) {
        struct wait_stand stand;
        struct sim_card *card;
        struct ir_pkt pkt;

        stand_open(&stand, cards[i], "mode=step");
        assert_int_equal(ir_waiter_tx(stand.waiter, stand.card->tx), 0);
        assert_int_equal(ir_wait(stand.waiter, 20000), 0);
        card = (struct sim_card *)stand.card->dev->transport;
        assert_int_equal(sim_hostile_turn_on(card, SIM_HOSTILE_GONE, UINT64_MAX, 0), 0);
        assert_int_equal(ir_wait(stand.waiter, 5000000), 2);
        assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), -EIO);
        assert_int_equal(ir_tx_reclaim(stand.card->tx), -EIO);
        sim_hostile_turn_off(card);
        assert_int_equal(ir_reset(stand.card->dev), 0);
        assert_int_equal(ir_wait(stand.waiter, 20000), 0);
        wait_close(&stand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_is_answered_by_polling),
        cmocka_unit_test(a_storm_loses_no_frame),
        cmocka_unit_test(a_device_that_never_interrupts_is_polled),
        cmocka_unit_test(interrupts_of_masked_vectors_wake_nobody),
        cmocka_unit_test(a_device_without_vectors_is_polled),
        cmocka_unit_test(a_device_that_is_gone_ends_the_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
