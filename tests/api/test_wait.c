/* SPDX-License-Identifier: MIT
 *
 * Waiting on each kind of simulated card: what wakes and when, and in which loops.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "wait_stand.h"

/* --- What wakes --- */

static void nothing_comes_and_the_time_is_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;

        wait_open(&stand, wait_devices[i]);
        assert_int_equal(ir_wait(stand.waiter, 0), 0);
        assert_int_equal(ir_wait(stand.waiter, WAIT_SHORT_US), 0);
        assert_true(wait_stats(&stand).sleeps > 0);
        assert_int_equal(wait_stats(&stand).timed, 0);
        wait_close(&stand);
    }
}

static void a_frame_that_is_there_is_found_without_sleep(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;

        wait_open(&stand, wait_devices[i]);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_wait(stand.waiter, WAIT_LONG_US), 1);
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(ir_waiter_arm(stand.waiter), 1);
        assert_int_equal(wait_stats(&stand).sleeps, 0);
        assert_int_equal(wait_stats(&stand).polls, 3);
        wait_close(&stand);
    }
}

static void a_frame_wakes_who_sleeps(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;
        struct ir_pkt pkt;

        wait_open(&stand, wait_devices[i]);
        for (uint32_t n = 0; n < 100; n++) {
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(wait_interrupts(&stand), 0);
            card_put(stand.card, 64, n);
            assert_in_range(wait_step(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
            assert_true(wait_readable(&stand));
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
            card_expect(stand.card, pkt, 64, n);
        }
        assert_true(wait_stats(&stand).wakes > 0);
        assert_int_equal(wait_stats(&stand).spurious, 0);
        wait_close(&stand);
    }
}

/* A card that has something to tell from before interrupts as soon as it is armed. */
static void a_frame_that_was_taken_before_does_not_hide_the_next(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;
        struct ir_pkt pkt;

        wait_open(&stand, wait_devices[i]);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
        card_expect(stand.card, pkt, 64, 1);
        assert_int_equal(ir_waiter_arm(stand.waiter), 0);
        (void)wait_interrupts(&stand);
        card_put(stand.card, 64, 2);
        assert_in_range(wait_step(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
        assert_true(wait_readable(&stand));
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(wait_stats(&stand).wakes, 1);
        assert_int_equal(wait_stats(&stand).spurious, 0);
        wait_close(&stand);
    }
}

/* How long the card's time goes on, in microseconds, between two interrupts with a frame a step. */
static uint32_t interval_between_interrupts(struct wait_stand *stand)
{
    uint32_t waited = 0;
    struct ir_pkt pkts[64];

    for (uint32_t rounds = 0; rounds < 2; rounds++) {
        while (ir_rx(stand->card->rx, pkts, 1) == 1)
            assert_int_equal(ir_pkt_free(stand->card->pool, pkts[0]), 0);
        assert_int_equal(ir_waiter_arm(stand->waiter), 0);
        for (waited = 0; wait_interrupts(stand) == 0; waited += WAIT_STEP_US) {
            assert_true(waited <= 2u * IR_WAIT_LATENCY_MAX);
            card_put(stand->card, 64, 1);
            (void)ir_sim_step(stand->card->dev);
        }
        assert_true(ir_wait(stand->waiter, 0) > 0);
    }
    return waited;
}

static void interrupts_are_as_far_apart_as_the_latency_allows(void **state)
{
    static const uint32_t bounds[] = {50, 100, 400};

    (void)state;
    for (size_t i = 0; i < WAIT_CARDS; i++) {
        for (size_t b = 0; b < sizeof(bounds) / sizeof(bounds[0]); b++) {
            struct wait_stand stand;

            wait_open(&stand, wait_devices[i]);
            assert_int_equal(ir_waiter_latency(stand.waiter, bounds[b]), 0);
            assert_in_range(interval_between_interrupts(&stand), bounds[b] - 2u * WAIT_STEP_US,
                            bounds[b]);
            wait_close(&stand);
        }
    }
}

static void a_vector_stays_masked_until_it_is_armed_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;

        wait_open(&stand, wait_devices[i]);
        assert_int_equal(ir_waiter_arm(stand.waiter), 0);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(wait_interrupts(&stand), 1);
        for (uint32_t n = 0; n < 200; n++) {
            if (n % 8u == 0)
                card_put(stand.card, 64, 1);
            (void)ir_sim_step(stand.card->dev);
        }
        assert_int_equal(wait_interrupts(&stand), 0);
        wait_close(&stand);
    }
}

static void sent_packets_wake_who_waits_for_them_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;
        struct ir_pkt pkt;
        uint8_t frame[64];

        wait_open(&stand, wait_devices[i]);
        for (uint32_t both = 0; both < 2; both++) {
            if (both != 0)
                assert_int_equal(ir_waiter_tx(stand.waiter, stand.card->tx), 0);
            pkt = card_packet(stand.card, 64, 3);
            assert_int_equal(ir_tx(stand.card->tx, &pkt, 1), 1);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            for (uint32_t n = 0; n < 20; n++)
                (void)ir_sim_step(stand.card->dev);
            assert_int_equal(wait_interrupts(&stand), both);
            assert_int_equal(ir_wait(stand.waiter, 0), both);
            assert_int_equal(ir_tx_reclaim(stand.card->tx), 0);
            assert_int_equal(ir_sim_take(stand.card->dev, frame, sizeof(frame)), 64);
        }
        wait_close(&stand);
    }
}

static void a_link_that_goes_down_and_up_wakes_each_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;
        char device[128];

        (void)snprintf(device, sizeof(device), "%s,hostile=link:1:40", wait_devices[i]);
        wait_open(&stand, device);
        assert_int_equal(ir_waiter_link(stand.waiter, stand.card->dev), 0);
        for (uint32_t up = 0; up < 2; up++) {
            struct ir_link link;

            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_in_range(wait_step(&stand, 5000), 0, 5000);
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_link(stand.card->dev, &link), 0);
            assert_int_equal(link.up, up);
        }
        wait_close(&stand);
    }
}

/* --- Own loops --- */

static void the_descriptor_sits_in_an_epoll_loop(void **state)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct wait_stand stand;
    struct ir_pkt pkt;
    int epoll = epoll_create1(0);
    uint32_t received = 0;

    (void)state;
    wait_open(&stand, wait_devices[0]);
    assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, ir_waiter_fd(stand.waiter), &event), 0);
    for (uint32_t n = 0; received < 10 && n < 1000; n++) {
        if (n % 16u == 0)
            card_put(stand.card, 64, received);
        if (ir_waiter_arm(stand.waiter) == 0) {
            (void)ir_sim_step(stand.card->dev);
            if (epoll_wait(epoll, &event, 1, 0) != 1)
                continue;
            assert_true(ir_wait(stand.waiter, 0) >= 0);
        }
        if (ir_rx(stand.card->rx, &pkt, 1) == 1)
            card_expect(stand.card, pkt, 64, received++);
    }
    assert_int_equal(received, 10);
    wait_close(&stand);
    (void)close(epoll);
}

static void two_devices_wake_one_waiter(void **state)
{
    struct wait_stand stand[2];
    struct ir_pkt pkt;

    (void)state;
    wait_open(&stand[0], wait_devices[0]);
    wait_open(&stand[1], wait_devices[WAIT_CARDS]);
    ir_waiter_destroy(stand[1].waiter);
    stand[1].waiter = NULL;
    assert_int_equal(ir_waiter_rx(stand[0].waiter, stand[1].card->rx), 0);
    for (uint32_t n = 0; n < 8; n++) {
        struct card *card = stand[n % 2u].card;

        assert_int_equal(ir_waiter_arm(stand[0].waiter), 0);
        card_put(card, 64, n);
        assert_in_range(wait_step(&stand[n % 2u], IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
        assert_true(wait_readable(&stand[0]));
        assert_int_equal(ir_wait(stand[0].waiter, 0), 1);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        card_expect(card, pkt, 64, n);
    }
    wait_close(&stand[1]);
    assert_int_equal(ir_wait(stand[0].waiter, WAIT_SHORT_US), 0);
    wait_close(&stand[0]);
}

static void a_device_of_its_own_thread_is_waited_for(void **state)
{
    struct ir_pkt pkts[32];
    void *card_state = NULL;
    struct card *card;
    struct ir_waiter *waiter;
    int got = 0;

    (void)state;
    assert_int_equal(card_open_device(&card_state, "sim:82599,wire=gen,count=500,rate=20000"), 0);
    card = card_state;
    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    card_queues(card, 64);
    assert_int_equal(ir_waiter_create(&waiter), 0);
    assert_int_equal(ir_waiter_rx(waiter, card->rx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    while (got != 0 || !ir_sim_finished(card->dev)) {
        if (got == 0)
            assert_true(ir_wait(waiter, WAIT_LONG_US) > 0 || ir_sim_finished(card->dev));
        got = ir_rx(card->rx, pkts, 32);
        assert_true(got >= 0);
        for (int i = 0; i < got; i++)
            assert_int_equal(ir_pkt_free(card->pool, pkts[i]), 0);
    }
    ir_waiter_destroy(waiter);
    assert_int_equal(card_close(&card_state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_and_the_time_is_over),
        cmocka_unit_test(a_frame_that_is_there_is_found_without_sleep),
        cmocka_unit_test(a_frame_wakes_who_sleeps),
        cmocka_unit_test(a_frame_that_was_taken_before_does_not_hide_the_next),
        cmocka_unit_test(interrupts_are_as_far_apart_as_the_latency_allows),
        cmocka_unit_test(a_vector_stays_masked_until_it_is_armed_again),
        cmocka_unit_test(sent_packets_wake_who_waits_for_them_alone),
        cmocka_unit_test(a_link_that_goes_down_and_up_wakes_each_time),
        cmocka_unit_test(the_descriptor_sits_in_an_epoll_loop),
        cmocka_unit_test(two_devices_wake_one_waiter),
        cmocka_unit_test(a_device_of_its_own_thread_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
