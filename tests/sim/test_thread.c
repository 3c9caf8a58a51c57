/* SPDX-License-Identifier: MIT
 *
 * The card with a thread of its own, beside a driver's. Waits end when what they wait for has
 * happened; PATIENCE only bounds them when something is broken.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "rig.h"

#define PATIENCE 60.0 /* seconds */
#define FRAMES   50000u

static double seconds(clockid_t clock)
{
    struct timespec now;

    assert_int_equal(clock_gettime(clock, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void give_way(double since)
{
    if (seconds(CLOCK_MONOTONIC) - since > PATIENCE)
        fail_msg("nothing happened for %.0f seconds", PATIENCE);
    (void)sched_yield();
}

/* Wait for the descriptor in this slot; its length. */
static uint32_t await(struct rig *rig, uint32_t slot)
{
    double since = seconds(CLOCK_MONOTONIC);
    uint64_t hi;

    while (((hi = __atomic_load_n(&rig_rx(rig, slot)[1], __ATOMIC_ACQUIRE)) & RXD_DD) == 0)
        give_way(since);
    return (uint32_t)(hi >> 32 & 0xffffu);
}

static void the_thread_receives_by_itself(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,wire=memory");
    rig_start(&rig);
    rig_put(&rig, 77, 1);
    assert_int_equal(await(&rig, 0), 77);
    rig_close(&rig);
}

static void the_thread_is_the_default_and_cannot_be_stepped(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599");
    assert_int_equal(ir_sim_step(&rig.dev), -EBUSY);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=thread");
    assert_int_equal(ir_sim_step(&rig.dev), -EBUSY);
    rig_close(&rig);
}

/* The card with a program's thread. */
static void *serve(void *context)
{
    struct rig *rig = context;

    while (!atomic_load(&rig->card->base.finished))
        if (ir_sim_step(&rig->dev) < 0)
            return rig;
    return NULL;
}

static void a_thread_of_the_program_serves_a_card_in_real_time(void **state)
{
    double since = seconds(CLOCK_MONOTONIC);
    pthread_t thread;
    struct rig rig;
    void *failed = NULL;

    (void)state;
    rig_open(&rig, "82599,mode=served,wire=flood,rate=1000,count=20");
    rig_start(&rig);
    assert_int_equal(pthread_create(&thread, NULL, serve, &rig), 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(await(&rig, i), 60);
        (void)rig_read(&rig, R_QPRC); /* while it is served */
    }
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_true(seconds(CLOCK_MONOTONIC) - since >= 0.019);
    rig_close(&rig);
}

static void the_thread_sends_by_itself(void **state)
{
    double since = seconds(CLOCK_MONOTONIC);
    struct rig rig;
    uint8_t frame[128];
    int length;

    (void)state;
    rig_open(&rig, "82599,wire=memory");
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(88), 88, 1);
    rig_tx_tail(&rig);
    while ((length = ir_sim_take(&rig.dev, frame, sizeof(frame))) == 0)
        give_way(since);
    assert_int_equal(length, 88);
    while ((__atomic_load_n(&rig_tx(&rig, 0)[1], __ATOMIC_ACQUIRE) & TXD_DD) == 0)
        give_way(since);
    rig_close(&rig);
}

static void many_frames_arrive_complete_and_in_order(void **state)
{
    struct rig rig;
    uint32_t slot = 0;

    (void)state;
    rig_open(&rig, "82599,wire=gen,count=50000,flows=7");
    rig_start(&rig);
    for (uint32_t i = 0; i < FRAMES; i++) {
        const uint8_t *frame = rig_rx_data(&rig, slot);

        assert_int_equal(await(&rig, slot), 60);
        assert_int_equal(frame[46] << 24 | frame[47] << 16 | frame[48] << 8 | frame[49], i);
        slot = (slot + 1) % RIG_RING;
        if (i % 8 == 7)
            rig_lend(&rig, 8);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Frames from one card with head write-back to another, each with its thread. */
static void a_link_between_two_threads_carries_every_frame(void **state)
{
    double since = seconds(CLOCK_MONOTONIC);
    struct rig a;
    struct rig b;
    uint32_t *head;
    uint32_t slot = 0;
    uint32_t sent = 0;

    (void)state;
    rig_open(&a, "82599,link=threads");
    rig_open(&b, "82599,link=threads");
    rig_init(&a);
    rig_write(&a, R_TX + Q_DCA, 0);
    rig_write(&a, R_TX + Q_TDWBAL, (RIG_IOVA + RIG_HEAD) | TDWBAL_ENABLE);
    rig_tx_queue(&a, 0);
    rig_start(&b);
    head = (uint32_t *)(void *)(a.memory.memory + RIG_HEAD);
    for (uint32_t got = 0; got < FRAMES; got++) {
        /* Never more than 32 under way: neither ring overflows. */
        while (sent < FRAMES && sent - got < 32) {
            uint32_t free =
                (__atomic_load_n(head, __ATOMIC_ACQUIRE) + RIG_RING - 1u - a.tx_tail) % RIG_RING;

            if (free == 0) {
                give_way(since);
                continue;
            }
            rig_tx_fill(&a, rig_frame(64), 64, (uint8_t)sent);
            rig_tx_tail(&a);
            sent++;
        }
        assert_int_equal(await(&b, slot), 64);
        assert_int_equal(rig_rx_data(&b, slot)[0], (uint8_t)got);
        assert_int_equal(rig_rx_data(&b, slot)[63], (uint8_t)(got + 63));
        slot = (slot + 1) % RIG_RING;
        rig_lend(&b, 1);
    }
    assert_int_equal(rig_violations(&a), 0);
    assert_int_equal(rig_violations(&b), 0);
    rig_close(&a);
    rig_close(&b);
}

static void registers_can_be_read_and_written_while_frames_move(void **state)
{
    struct rig rig;
    uint64_t counted = 0;
    uint32_t slot = 0;

    (void)state;
    rig_open(&rig, "82599,wire=gen,count=2000");
    rig_start(&rig);
    for (uint32_t i = 0; i < 2000; i++) {
        (void)await(&rig, slot);
        slot = (slot + 1) % RIG_RING;
        rig_lend(&rig, 1);
        counted += rig_read(&rig, R_QPRC);
        rig_write(&rig, R_EIMS, i);
        (void)rig_read(&rig, R_RX + Q_HEAD);
        (void)ir_sim_finished(&rig.dev);
    }
    assert_int_equal(counted + rig_read(&rig, R_QPRC), 2000);
    rig_close(&rig);
}

static void memory_of_a_stopped_queue_can_be_taken_away(void **state)
{
    double since = seconds(CLOCK_MONOTONIC);
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,wire=gen");
    rig_start(&rig);
    (void)await(&rig, 10);
    rig_write(&rig, R_RX + Q_CONTROL, 0);
    while ((rig_read(&rig, R_RX + Q_CONTROL) & XDCTL_ENABLE) != 0)
        give_way(since);
    assert_int_equal(rig.transport->ops->unmap(rig.transport, &rig.memory), 0);
    memset(rig.memory.memory, 0xab, RIG_BYTES); /* nobody else writes here any more */
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_capture_is_finished_when_all_of_it_is_in_descriptors(void **state)
{
    double since = seconds(CLOCK_MONOTONIC);
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,wire=gen,count=64");
    rig_start(&rig);
    (void)await(&rig, 62);
    assert_false(ir_sim_finished(&rig.dev));
    rig_lend(&rig, 1);
    while (!ir_sim_finished(&rig.dev))
        give_way(since);
    assert_int_equal(await(&rig, 63), 60);
    rig_close(&rig);
}

/* Processor time is measured, not elapsed time, so that other load does not count. */
static void an_idle_card_rests(void **state)
{
    struct timespec pause = {1, 0};
    struct rig rig;
    double used;

    (void)state;
    rig_open(&rig, "82599,wire=memory");
    rig_start(&rig);
    used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    while (nanosleep(&pause, &pause) != 0)
        ;
    used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    assert_true(used < 0.3);
    rig_close(&rig);
}

static void a_card_can_be_closed_while_it_works(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        struct rig rig;

        rig_open(&rig, "82599,wire=gen");
        rig_start(&rig);
        (void)await(&rig, i);
        rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_thread_receives_by_itself),
        cmocka_unit_test(the_thread_is_the_default_and_cannot_be_stepped),
        cmocka_unit_test(a_thread_of_the_program_serves_a_card_in_real_time),
        cmocka_unit_test(the_thread_sends_by_itself),
        cmocka_unit_test(many_frames_arrive_complete_and_in_order),
        cmocka_unit_test(a_link_between_two_threads_carries_every_frame),
        cmocka_unit_test(registers_can_be_read_and_written_while_frames_move),
        cmocka_unit_test(memory_of_a_stopped_queue_can_be_taken_away),
        cmocka_unit_test(a_capture_is_finished_when_all_of_it_is_in_descriptors),
        cmocka_unit_test(an_idle_card_rests),
        cmocka_unit_test(a_card_can_be_closed_while_it_works),
    };

    return RIG_MAIN(tests);
}
