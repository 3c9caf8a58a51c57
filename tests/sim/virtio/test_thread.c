/* SPDX-License-Identifier: MIT
 *
 * The card with a thread of its own, beside a driver's. Waits end when what they wait for has
 * happened; PATIENCE only bounds them when something is broken.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rig.h"

#define PATIENCE 60.0 /* seconds */
#define FRAMES   20000u

static const struct {
    const char *text;
    uint64_t features;
} cards[] = {
    {"virtio,queue_size=64", RIG_FEATURES},
    {"virtio,queue_size=64", RIG_FEATURES | SOFT_F_EVENT_IDX},
    {"virtio,queue_size=64,packed=on", RIG_FEATURES},
    {"virtio,queue_size=64,packed=on", RIG_FEATURES | SOFT_F_EVENT_IDX},
    {"virtio,queue_size=64,poll=on", RIG_FEATURES},
    {"virtio,queue_size=64,shuffle=on", RIG_FEATURES},
    {"virtio,queue_size=64,transport=legacy", RIG_FEATURES},
};

#define CARDS (sizeof(cards) / sizeof(cards[0]))

static double seconds(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void give_way(double since)
{
    if (seconds() - since > PATIENCE)
        fail_msg("nothing happened for %.0f seconds", PATIENCE);
    (void)sched_yield();
}

/* Whether the card wants to be notified of what has just been made available in this queue. Here
 * the driver asks after each chain, so that an event is the place of the last one or not. */
static bool wanted(const struct rig *rig, uint16_t number)
{
    const struct rig_queue *queue = &rig->queue[number];
    bool event_idx = (rig->features & SOFT_F_EVENT_IDX) != 0;
    uint16_t *words = (uint16_t *)(void *)queue->device;

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (queue->packed) {
        uint16_t flags = __atomic_load_n(&words[1], __ATOMIC_ACQUIRE);
        uint16_t place = __atomic_load_n(&words[0], __ATOMIC_ACQUIRE);
        uint16_t last = (uint16_t)((queue->next_desc + RIG_SIZE - 1u) % RIG_SIZE);

        return flags == SOFT_EVENT_ENABLE ||
               (flags == SOFT_EVENT_SPECIFIC && (place & 0x7fffu) == last);
    }
    if (event_idx)
        return (uint16_t)(__atomic_load_n(&words[2u + 4u * RIG_SIZE], __ATOMIC_ACQUIRE) + 1u) ==
               queue->next_avail;
    return __atomic_load_n(&words[0], __ATOMIC_ACQUIRE) == 0;
}

static void tell(const struct rig *rig, uint16_t queue)
{
    if (wanted(rig, queue))
        rig_notify(rig, queue);
}

/* Wait for what is returned next. */
static void await(struct rig *rig, uint16_t queue, uint32_t *id, uint32_t *length)
{
    double since = seconds();

    while (!rig_collect(rig, queue, id, length))
        give_way(since);
}

static void open_card(struct rig *rig, size_t card, const char *wire)
{
    char text[128];

    (void)snprintf(text, sizeof(text), "%s,%s", cards[card].text, wire);
    rig_open_as(rig, text);
    rig_start(rig, cards[card].features);
}

static void every_generated_frame_is_received_in_order(void **state)
{
    (void)state;
    for (size_t card = 0; card < CARDS; card++) {
        struct rig rig;
        char wire[64];

        (void)snprintf(wire, sizeof(wire), "wire=gen,count=%u,mac=02:00:00:00:00:01", FRAMES);
        open_card(&rig, card, wire);
        for (uint32_t i = 0; i < RIG_SIZE; i++) {
            (void)rig_lend(&rig, 0);
            tell(&rig, 0);
        }
        for (uint64_t frame = 0; frame < FRAMES; frame++) {
            uint64_t number;
            uint32_t id = 0;
            uint32_t length = 0;

            await(&rig, 0, &id, &length);
            assert_int_equal(length, rig.header + 60u);
            memcpy(&number, rig_buffer(&rig, 0, (uint16_t)id) + rig.header + 42, sizeof(number));
            assert_int_equal(number, __builtin_bswap64(frame));
            rig_lend_again(&rig, 0, (uint16_t)id);
            tell(&rig, 0);
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void every_frame_that_is_sent_is_returned(void **state)
{
    (void)state;
    for (size_t card = 0; card < CARDS; card++) {
        struct rig rig;

        open_card(&rig, card, "wire=none");
        for (uint32_t frame = 0; frame < FRAMES; frame++) {
            uint32_t id = 0;
            uint32_t length = 0;

            (void)rig_send(&rig, 1, 60, 1);
            tell(&rig, 1);
            await(&rig, 1, &id, &length);
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void the_card_cannot_be_stepped(void **state)
{
    struct rig rig;

    (void)state;
    rig_open_as(&rig, "virtio");
    assert_int_equal(ir_sim_step(&rig.dev), -EBUSY);
    rig_close(&rig);
}

/* A busy machine may not run the card's thread for as long as a driver waits, which counts what it has waited. */
static void
a_command_is_answered_while_its_driver_waits_though_the_thread_does_not_run(void **state)
{
    static const uint8_t command[] = {SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, 1};
    struct rig rig;
    uint16_t control;
    struct rig_part parts[2] = {{0, sizeof(command), false}, {0, 1, true}};
    uint32_t id = 0;
    uint32_t length = 0;

    (void)state;
    rig_open_as(&rig, "virtio");
    rig_start(&rig, RIG_FEATURES | SOFT_F_CTRL_RX);
    sim_thread_stop(&rig.card->base);
    control = sim_virtio_control(rig.card);
    memcpy(rig_buffer(&rig, control, 0), command, sizeof(command));
    parts[0].address = rig_address(control, 0);
    parts[1].address = rig_address(control, 1);
    (void)rig_offer(&rig, control, parts, 2);
    rig_notify(&rig, control);
    rig_delay(&rig, 10);
    rig_delay(&rig, 10);
    assert_true(rig_collect(&rig, control, &id, &length));
    assert_true(rig.card->control.promiscuous);
    assert_int_equal(rig_violations(&rig), 0);
    rig.card->base.threaded = false; /* it has been stopped */
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_generated_frame_is_received_in_order),
        cmocka_unit_test(every_frame_that_is_sent_is_returned),
        cmocka_unit_test(the_card_cannot_be_stepped),
        cmocka_unit_test(
            a_command_is_answered_while_its_driver_waits_though_the_thread_does_not_run),
    };

    return RIG_MAIN(tests);
}
