/* SPDX-License-Identifier: MIT
 *
 * Waiting on each kind of simulated card: what wakes, when, and what all misuse is answered with. The
 * cards are advanced by hand and their clocks with them, and interrupts are counted by their eventfds, which
 * a waiter never reads: nothing here depends on how fast the machine is.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/events.h"
#include "card.h"

#define SHORT_US 2000u    /* for waiting in vain */
#define LONG_US  5000000u /* for what is there, or comes at once */
#define STEP_US  10u      /* of the card's time, with each step */

/* A card of the device string with a waiter for both of its queues. */
struct stand {
    void *card_state;
    struct card *card;
    struct ir_waiter *waiter;
    uint64_t interrupts; /* as last counted */
};

static void stand_open(struct stand *stand, const char *device)
{
    assert_int_equal(card_open_device(&stand->card_state, device), 0);
    stand->card = stand->card_state;
    card_queues(stand->card, 64);
    assert_int_equal(ir_start(stand->card->dev), 0);
    assert_int_equal(ir_link_wait(stand->card->dev, 1000), 0);
    assert_int_equal(ir_waiter_create(&stand->waiter), 0);
    assert_int_equal(ir_waiter_poll(stand->waiter, 0), 0);
    assert_int_equal(ir_waiter_rx(stand->waiter, stand->card->rx), 0);
    stand->interrupts = 0;
}

static void stand_close(struct stand *stand)
{
    ir_waiter_destroy(stand->waiter);
    assert_int_equal(card_close(&stand->card_state), 0);
}

static struct ir_wait_stats stats_of(const struct stand *stand)
{
    struct ir_wait_stats stats;

    assert_int_equal(ir_waiter_stats(stand->waiter, &stats), 0);
    return stats;
}

static bool readable(const struct stand *stand)
{
    struct pollfd one = {.fd = ir_waiter_fd(stand->waiter), .events = POLLIN};

    assert_in_range(poll(&one, 1, 0), 0, 1);
    return (one.revents & POLLIN) != 0;
}

/* What the counter of an eventfd says, without taking it away. */
static uint64_t count_of(int event)
{
    char line[128];
    unsigned long long count = 0;
    bool found = false;
    FILE *file;

    (void)snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", event);
    file = fopen(line, "r");
    assert_non_null(file);
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = sscanf(line, "eventfd-count: %llx", &count) == 1;
    (void)fclose(file);
    assert_true(found);
    return count;
}

/* Interrupts of the card since this was asked last. */
static uint64_t interrupts_of(struct stand *stand)
{
    const struct ir_events *events = stand->card->dev->events;
    uint64_t before = stand->interrupts;

    stand->interrupts = 0;
    for (uint32_t i = 0; i < events->count; i++)
        stand->interrupts += count_of(events->fd[i]);
    return stand->interrupts - before;
}

/* Let the card's time pass until it interrupts, at most that long. Returns how long it took, or more. */
static uint32_t step_until_interrupt(struct stand *stand, uint32_t most_us)
{
    uint32_t waited = 0;

    while (interrupts_of(stand) == 0 && waited <= most_us) {
        (void)ir_sim_step(stand->card->dev);
        waited += STEP_US;
    }
    return waited;
}

static const char *const devices[] = {
    "sim:82599,mode=step,wire=memory",
    "sim:82599,mode=step,wire=memory,vectors=1",
    "sim:82599,mode=step,wire=memory,vectors=2",
    "sim:virtio,mode=step,wire=memory",
    "sim:virtio,mode=step,wire=memory,event_idx=off",
    "sim:virtio,mode=step,wire=memory,packed=on",
    "sim:virtio,mode=step,wire=memory,packed=on,vectors=1",
    "sim:virtio,mode=step,wire=memory,transport=legacy,any_layout=off,event_idx=off",
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))
#define CARDS   3u /* those of them that hold interrupts back: a virtio device does not */

/* --- What wakes --- */

static void nothing_comes_and_the_time_is_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;

        stand_open(&stand, devices[i]);
        assert_int_equal(ir_wait(stand.waiter, 0), 0);
        assert_int_equal(ir_wait(stand.waiter, SHORT_US), 0);
        assert_true(stats_of(&stand).sleeps > 0);
        assert_int_equal(stats_of(&stand).timed, 0);
        stand_close(&stand);
    }
}

static void a_frame_that_is_there_is_found_without_sleep(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;

        stand_open(&stand, devices[i]);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_wait(stand.waiter, LONG_US), 1);
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(ir_waiter_arm(stand.waiter), 1);
        assert_int_equal(stats_of(&stand).sleeps, 0);
        assert_int_equal(stats_of(&stand).polls, 3);
        stand_close(&stand);
    }
}

static void a_frame_wakes_who_sleeps(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;
        struct ir_pkt pkt;

        stand_open(&stand, devices[i]);
        for (uint32_t n = 0; n < 100; n++) {
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(interrupts_of(&stand), 0);
            card_put(stand.card, 64, n);
            assert_in_range(step_until_interrupt(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
            assert_true(readable(&stand));
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
            card_expect(stand.card, pkt, 64, n);
        }
        assert_true(stats_of(&stand).wakes > 0);
        assert_int_equal(stats_of(&stand).spurious, 0);
        stand_close(&stand);
    }
}

/* A card that has something to tell from before interrupts as soon as it is armed. */
static void a_frame_that_was_taken_before_does_not_hide_the_next(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;
        struct ir_pkt pkt;

        stand_open(&stand, devices[i]);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
        card_expect(stand.card, pkt, 64, 1);
        assert_int_equal(ir_waiter_arm(stand.waiter), 0);
        (void)interrupts_of(&stand);
        card_put(stand.card, 64, 2);
        assert_in_range(step_until_interrupt(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
        assert_true(readable(&stand));
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(stats_of(&stand).wakes, 1);
        assert_int_equal(stats_of(&stand).spurious, 0);
        stand_close(&stand);
    }
}

/* How long the card's time goes on, in microseconds, between two interrupts with a frame a step. */
static uint32_t interval_between_interrupts(struct stand *stand)
{
    uint32_t waited = 0;
    struct ir_pkt pkts[64];

    for (uint32_t rounds = 0; rounds < 2; rounds++) {
        while (ir_rx(stand->card->rx, pkts, 1) == 1)
            assert_int_equal(ir_pkt_free(stand->card->pool, pkts[0]), 0);
        assert_int_equal(ir_waiter_arm(stand->waiter), 0);
        for (waited = 0; interrupts_of(stand) == 0; waited += STEP_US) {
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
    for (size_t i = 0; i < CARDS; i++) {
        for (size_t b = 0; b < sizeof(bounds) / sizeof(bounds[0]); b++) {
            struct stand stand;

            stand_open(&stand, devices[i]);
            assert_int_equal(ir_waiter_latency(stand.waiter, bounds[b]), 0);
            assert_in_range(interval_between_interrupts(&stand), bounds[b] - 2u * STEP_US,
                            bounds[b]);
            stand_close(&stand);
        }
    }
}

static void a_vector_stays_masked_until_it_is_armed_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;

        stand_open(&stand, devices[i]);
        assert_int_equal(ir_waiter_arm(stand.waiter), 0);
        card_put(stand.card, 64, 1);
        card_settle(stand.card);
        assert_int_equal(ir_wait(stand.waiter, 0), 1);
        assert_int_equal(interrupts_of(&stand), 1);
        for (uint32_t n = 0; n < 200; n++) {
            if (n % 8u == 0)
                card_put(stand.card, 64, 1);
            (void)ir_sim_step(stand.card->dev);
        }
        assert_int_equal(interrupts_of(&stand), 0);
        stand_close(&stand);
    }
}

static void sent_packets_wake_who_waits_for_them_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;
        struct ir_pkt pkt;
        uint8_t frame[64];

        stand_open(&stand, devices[i]);
        for (uint32_t both = 0; both < 2; both++) {
            if (both != 0)
                assert_int_equal(ir_waiter_tx(stand.waiter, stand.card->tx), 0);
            pkt = card_packet(stand.card, 64, 3);
            assert_int_equal(ir_tx(stand.card->tx, &pkt, 1), 1);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            for (uint32_t n = 0; n < 20; n++)
                (void)ir_sim_step(stand.card->dev);
            assert_int_equal(interrupts_of(&stand), both);
            assert_int_equal(ir_wait(stand.waiter, 0), both);
            assert_int_equal(ir_tx_reclaim(stand.card->tx), 0);
            assert_int_equal(ir_sim_take(stand.card->dev, frame, sizeof(frame)), 64);
        }
        stand_close(&stand);
    }
}

static void a_link_that_goes_down_and_up_wakes_each_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;
        char device[128];

        (void)snprintf(device, sizeof(device), "%s,hostile=link:1:40", devices[i]);
        stand_open(&stand, device);
        assert_int_equal(ir_waiter_link(stand.waiter, stand.card->dev), 0);
        for (uint32_t up = 0; up < 2; up++) {
            struct ir_link link;

            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_in_range(step_until_interrupt(&stand, 5000), 0, 5000);
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_link(stand.card->dev, &link), 0);
            assert_int_equal(link.up, up);
        }
        stand_close(&stand);
    }
}

/* --- Own loops --- */

static void the_descriptor_sits_in_an_epoll_loop(void **state)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct stand stand;
    struct ir_pkt pkt;
    int epoll = epoll_create1(0);
    uint32_t received = 0;

    (void)state;
    stand_open(&stand, devices[0]);
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
    stand_close(&stand);
    (void)close(epoll);
}

static void two_devices_wake_one_waiter(void **state)
{
    struct stand stand[2];
    struct ir_pkt pkt;

    (void)state;
    stand_open(&stand[0], devices[0]);
    stand_open(&stand[1], devices[3]);
    ir_waiter_destroy(stand[1].waiter);
    stand[1].waiter = NULL;
    assert_int_equal(ir_waiter_rx(stand[0].waiter, stand[1].card->rx), 0);
    for (uint32_t n = 0; n < 8; n++) {
        struct card *card = stand[n % 2u].card;

        assert_int_equal(ir_waiter_arm(stand[0].waiter), 0);
        card_put(card, 64, n);
        assert_in_range(step_until_interrupt(&stand[n % 2u], IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
        assert_true(readable(&stand[0]));
        assert_int_equal(ir_wait(stand[0].waiter, 0), 1);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        card_expect(card, pkt, 64, n);
    }
    stand_close(&stand[1]);
    assert_int_equal(ir_wait(stand[0].waiter, SHORT_US), 0);
    stand_close(&stand[0]);
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
            assert_true(ir_wait(waiter, LONG_US) > 0 || ir_sim_finished(card->dev));
        got = ir_rx(card->rx, pkts, 32);
        assert_true(got >= 0);
        for (int i = 0; i < got; i++)
            assert_int_equal(ir_pkt_free(card->pool, pkts[i]), 0);
    }
    ir_waiter_destroy(waiter);
    assert_int_equal(card_close(&card_state), 0);
}

/* --- Resets --- */

static void interrupts_are_there_again_after_a_reset(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct stand stand;
        struct ir_pkt pkt;

        stand_open(&stand, devices[i]);
        for (uint32_t n = 0; n < 3; n++) {
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(ir_reset(stand.card->dev), 0);
            assert_int_equal(ir_link_wait(stand.card->dev, 1000), 0);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            (void)interrupts_of(&stand);
            card_put(stand.card, 64, n);
            assert_in_range(step_until_interrupt(&stand, IR_WAIT_LATENCY), 0, IR_WAIT_LATENCY);
            assert_int_equal(ir_wait(stand.waiter, 0), 1);
            assert_int_equal(ir_rx(stand.card->rx, &pkt, 1), 1);
            card_expect(stand.card, pkt, 64, n);
        }
        stand_close(&stand);
    }
}

/* A ring that ran dry wants to be filled as soon as there are buffers again: no interrupt tells of that. */
static void a_dry_ring_is_something_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct ir_pkt held[CARD_BUFFERS];
        struct stand stand;
        uint32_t count = 0;

        stand_open(&stand, devices[i]);
        for (int got = 1; got > 0; count += (uint32_t)got) {
            for (uint32_t n = 0; n < 63; n++)
                card_put(stand.card, 64, n);
            card_settle(stand.card);
            got = ir_rx(stand.card->rx, &held[count], 64);
            assert_true(got >= 0);
        }
        assert_int_equal(count, CARD_BUFFERS);
        assert_int_equal(ir_wait(stand.waiter, SHORT_US), 0);
        assert_int_equal(ir_pkt_free(stand.card->pool, held[0]), 0);
        assert_int_equal(ir_wait(stand.waiter, SHORT_US), 1);
        assert_true(ir_rx(stand.card->rx, held, 1) >= 0);
        for (uint32_t n = 1; n < count; n++)
            assert_int_equal(ir_pkt_free(stand.card->pool, held[n]), 0);
        ir_waiter_destroy(stand.waiter);
        stand.waiter = NULL;
        assert_int_equal(ir_reset(stand.card->dev), 0);
        stand_close(&stand);
    }
}

/* --- Misuse --- */

static void waiters_refuse_what_makes_no_sense(void **state)
{
    struct ir_waiter *other;
    struct ir_wait_stats stats;
    struct stand stand;

    (void)state;
    stand_open(&stand, devices[0]);
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
    stand_close(&stand);
}

static void a_waiter_without_anything_to_wait_for_does_not_sleep(void **state)
{
    struct ir_waiter *waiter;

    (void)state;
    assert_int_equal(ir_waiter_create(&waiter), 0);
    assert_int_equal(ir_wait(waiter, LONG_US), -EINVAL);
    assert_int_equal(ir_waiter_arm(waiter), -EINVAL);
    ir_waiter_destroy(waiter);
}

static void a_device_that_is_closed_leaves_its_waiters(void **state)
{
    struct stand stand;

    (void)state;
    stand_open(&stand, devices[0]);
    assert_int_equal(ir_waiter_arm(stand.waiter), 0);
    assert_int_equal(card_close(&stand.card_state), 0);
    assert_int_equal(ir_wait(stand.waiter, LONG_US), -EINVAL);
    ir_waiter_destroy(stand.waiter);
}

static void a_device_that_is_not_started_has_something_to_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++) {
        struct ir_waiter *waiter;
        void *card_state = NULL;
        struct card *card;
        struct ir_pkt pkt;

        assert_int_equal(card_open_device(&card_state, devices[i]), 0);
        card = card_state;
        card_queues(card, 64);
        assert_int_equal(ir_waiter_create(&waiter), 0);
        assert_int_equal(ir_waiter_rx(waiter, card->rx), 0);
        assert_int_equal(ir_waiter_tx(waiter, card->tx), 0);
        assert_int_equal(ir_wait(waiter, LONG_US), 2);
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
        struct stand stand = {0};
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

            (void)interrupts_of(&stand);
            assert_int_equal(ir_waiter_arm(stand.waiter), 0);
            assert_int_equal(ir_tx(txq[q], &pkt, 1), 1);
            for (uint32_t n = 0; n < 20; n++)
                (void)ir_sim_step(stand.card->dev);
            assert_int_equal(interrupts_of(&stand), q >= 2);
            assert_int_equal(ir_wait(stand.waiter, 0), q >= 2);
            assert_int_equal(ir_tx_reclaim(txq[q]), 0);
            assert_int_equal(ir_sim_take(stand.card->dev, frame, sizeof(frame)), 64);
        }
        stand_close(&stand);
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
    struct stand stand;
    int result = 0;

    (void)state;
    stand_open(&stand, devices[0]);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &when, NULL), 0);
    for (uint32_t n = 0; n < 1000 && result == 0; n++)
        result = ir_wait(stand.waiter, 100000);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(result, -EINTR);
    stand_close(&stand);
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
