/* SPDX-License-Identifier: MIT
 *
 * What becomes of waiters when devices are reset and closed, and what all misuse is answered with.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "wait_stand.h"

/* --- Resets --- */

static void interrupts_are_there_again_after_a_reset(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct wait_stand stand;
        struct ir_pkt pkt;

        wait_open(&stand, wait_devices[i]);
        for (uint32_t n = 0; n < 3; n++) {
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(ir_reset(stand.card->dev), 0);
            assert_int_equal(ir_link_wait(stand.card->dev, 1000), 0);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            (void)wait_interrupts(&stand);
            card_put(stand.card, 64, n);
            assert_in_range(wait_step(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
            card_expect(stand.card, pkt, 64, n);
        }
        wait_close(&stand);
    }
}

/* A ring that ran dry wants to be filled as soon as there are buffers again: no interrupt tells of that. */
static void a_dry_ring_is_something_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct ir_pkt held[CARD_BUFFERS];
        struct wait_stand stand;
        uint32_t count = 0;

        wait_open(&stand, wait_devices[i]);
        for (int got = 1; got > 0; count += (uint32_t)got) {
            for (uint32_t n = 0; n < 63; n++)
                card_put(stand.card, 64, n);
            card_settle(stand.card);
            got = ir_rx(stand.card->rx, &held[count], 64);
            assert_true(got >= 0);
        }
        assert_int_equal(count, CARD_BUFFERS);
        assert_int_equal(ir_wait(stand.waiter, WAIT_SHORT_US), 0);
        assert_int_equal(ir_pkt_free(stand.card->pool, held[0]), 0);
        assert_int_equal(ir_wait(stand.waiter, WAIT_SHORT_US), 1);
        assert_true(ir_rx(stand.card->rx, held, 1) >= 0);
        for (uint32_t n = 1; n < count; n++)
            assert_int_equal(ir_pkt_free(stand.card->pool, held[n]), 0);
        ir_waiter_destroy(stand.waiter);
        stand.waiter = NULL;
        assert_int_equal(ir_reset(stand.card->dev), 0);
        wait_close(&stand);
    }
}

/* --- Misuse --- */

static void waiters_refuse_what_makes_no_sense(void **state)
{
    struct ir_waiter *other;
    struct ir_wait_stats stats;
    struct wait_stand stand;

    (void)state;
    wait_open(&stand, wait_devices[0]);
    assert_int_equal(ir_waiter_create(NULL), -EINVAL);
    ir_waiter_destroy(NULL);
    assert_int_equal(ir_waiter_create(&other), 0);
    assert_int_equal(ir_waiter_rx(NULL, stand.card->rx), -EINVAL);
    assert_int_equal(ir_waiter_rx(other, NULL), -EINVAL);
    assert_int_equal(ir_waiter_rx(other, stand.card->rx), -EBUSY);
    assert_int_equal(ir_waiter_rx(stand.waiter, stand.card->rx), -EBUSY);
    assert_int_equal(ir_waiter_tx(NULL, stand.card->tx), -EINVAL);
    assert_int_equal(ir_waiter_tx(other, NULL), -EINVAL);
    assert_int_equal(ir_waiter_tx(other, stand.card->tx), 0);
    assert_int_equal(ir_waiter_tx(stand.waiter, stand.card->tx), -EBUSY);
    assert_int_equal(ir_waiter_link(NULL, stand.card->dev), -EINVAL);
    assert_int_equal(ir_waiter_link(other, NULL), -EINVAL);
    assert_int_equal(ir_waiter_link(other, stand.card->dev), 0);
    assert_int_equal(ir_waiter_link(stand.waiter, stand.card->dev), -EBUSY);
    ir_waiter_destroy(other);
    assert_int_equal(ir_waiter_tx(stand.waiter, stand.card->tx), 0);
    assert_int_equal(ir_waiter_latency(NULL, 5), -EINVAL);
    assert_int_equal(ir_waiter_latency(stand.waiter, 0), -EINVAL);
    assert_int_equal(ir_waiter_latency(stand.waiter, IR_WAIT_LATENCY_MAX + 1), -EINVAL);
    assert_int_equal(ir_waiter_poll(NULL, 5), -EINVAL);
    assert_int_equal(ir_waiter_poll(stand.waiter, IR_WAIT_LATENCY_MAX + 1), -EINVAL);
    assert_int_equal(ir_wait(NULL, 5), -EINVAL);
    assert_int_equal(ir_waiter_fd(NULL), -EINVAL);
    assert_int_equal(ir_waiter_arm(NULL), -EINVAL);
    assert_int_equal(ir_waiter_stats(NULL, &stats), -EINVAL);
    assert_int_equal(ir_waiter_stats(stand.waiter, NULL), -EINVAL);
    wait_close(&stand);
}

static void a_waiter_without_anything_to_wait_for_does_not_sleep(void **state)
{
    struct ir_waiter *waiter;

    (void)state;
    assert_int_equal(ir_waiter_create(&waiter), 0);
    assert_int_equal(ir_wait(waiter, WAIT_LONG_US), -EINVAL);
    assert_int_equal(ir_waiter_arm(waiter), -EINVAL);
    ir_waiter_destroy(waiter);
}

static void a_device_that_is_closed_leaves_its_waiters(void **state)
{
    struct wait_stand stand;

    (void)state;
    wait_open(&stand, wait_devices[0]);
    assert_int_equal(ir_waiter_arm(stand.waiter), 0);
    assert_int_equal(card_close(&stand.card_state), 0);
    assert_int_equal(ir_wait(stand.waiter, WAIT_LONG_US), -EINVAL);
    ir_waiter_destroy(stand.waiter);
}

static void a_device_that_is_not_started_has_something_to_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAIT_DEVICES; i++) {
        struct ir_waiter *waiter;
        void *card_state = NULL;
        struct card *card;
        struct ir_pkt pkt;

        assert_int_equal(card_open_device(&card_state, wait_devices[i]), 0);
        card = card_state;
        card_queues(card, 64);
        assert_int_equal(ir_waiter_create(&waiter), 0);
        assert_int_equal(ir_waiter_rx(waiter, card->rx), 0);
        assert_int_equal(ir_waiter_tx(waiter, card->tx), 0);
        assert_int_equal(ir_wait(waiter, WAIT_LONG_US), 2);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
        assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
        assert_int_equal(ir_start(card->dev), 0);
        assert_int_equal(ir_link_wait(card->dev, 1000), 0);
        assert_int_equal(ir_waiter_arm(waiter), 0);
        card_put(card, 64, 1);
        card_settle(card);
        assert_int_equal(ir_wait(waiter, 0), 1);
        ir_waiter_destroy(waiter);
        assert_int_equal(card_close(&card_state), 0);
    }
}

/* Four pairs on as many vectors as the device has: those that are waited for wake, and no others. */
static void each_queue_pair_wakes_for_itself(void **state)
{
    static const char *const several[] = {
        "sim:82599,mode=step,wire=memory", "sim:82599,mode=step,wire=memory,vectors=3",
        "sim:virtio,mode=step,wire=memory,pairs=4",
        "sim:virtio,mode=step,wire=memory,pairs=4,vectors=3,packed=on"};

    (void)state;
    for (size_t i = 0; i < sizeof(several) / sizeof(several[0]); i++) {
        struct wait_stand stand = {0};
        struct ir_txq *txq[4];
        uint8_t frame[64];

        assert_int_equal(card_open_device(&stand.card_state, several[i]), 0);
        stand.card = stand.card_state;
        card_queues(stand.card, 64);
        txq[0] = stand.card->tx;
        assert_int_equal(ir_waiter_create(&stand.waiter), 0);
        assert_int_equal(ir_waiter_rx(stand.waiter, stand.card->rx), 0);
        for (uint32_t q = 1; q < 4; q++) {
            struct ir_rxq *rxq;

            assert_int_equal(ir_rxq_setup(stand.card->dev, q, 64, stand.card->pool, &rxq), 0);
            assert_int_equal(ir_waiter_rx(stand.waiter, rxq), 0);
            assert_int_equal(ir_txq_setup(stand.card->dev, q, 64, stand.card->pool, &txq[q]), 0);
            if (q >= 2)
                assert_int_equal(ir_waiter_tx(stand.waiter, txq[q]), 0);
        }
        assert_int_equal(ir_start(stand.card->dev), 0);
        assert_int_equal(ir_link_wait(stand.card->dev, 1000), 0);
        for (uint32_t q = 0; q < 4; q++) {
            struct ir_pkt pkt = card_packet(stand.card, 64, q);

            (void)wait_interrupts(&stand);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(ir_tx(txq[q], &pkt, 1), 1);
            for (uint32_t n = 0; n < 20; n++)
                (void)ir_sim_step(stand.card->dev);
            assert_int_equal(wait_interrupts(&stand), q >= 2);
            assert_int_equal(ir_wait(stand.waiter, 0), q >= 2);
            assert_int_equal(ir_tx_reclaim(txq[q]), 0);
            assert_int_equal(ir_sim_take(stand.card->dev, frame, sizeof(frame)), 64);
        }
        wait_close(&stand);
    }
}

static void on_signal(int number)
{
    (void)number;
}

static void a_signal_ends_the_sleep(void **state)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct itimerval when = {{0, 1000}, {0, 1000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    struct wait_stand stand;
    int result = 0;

    (void)state;
    wait_open(&stand, wait_devices[0]);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &when, NULL), 0);
    for (uint32_t n = 0; n < 1000 && result == 0; n++)
        result = ir_wait(stand.waiter, 100000);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(result, -EINTR);
    wait_close(&stand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interrupts_are_there_again_after_a_reset),
        cmocka_unit_test(a_dry_ring_is_something_to_do),
        cmocka_unit_test(waiters_refuse_what_makes_no_sense),
        cmocka_unit_test(a_waiter_without_anything_to_wait_for_does_not_sleep),
        cmocka_unit_test(a_device_that_is_closed_leaves_its_waiters),
        cmocka_unit_test(a_device_that_is_not_started_has_something_to_say),
        cmocka_unit_test(each_queue_pair_wakes_for_itself),
        cmocka_unit_test(a_signal_ends_the_sleep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
