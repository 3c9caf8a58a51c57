/* SPDX-License-Identifier: MIT
 *
 * Who wants to be told of what: notifications that the card asks for, and interrupts that the
 * driver does.
 */
#include <string.h>

#include "rig.h"

#define EVENT (RIG_FEATURES | SOFT_F_EVENT_IDX)

static uint16_t get16(const uint8_t *memory)
{
    uint16_t value;

    memcpy(&value, memory, sizeof(value));
    return value;
}

static void set16(uint8_t *memory, uint16_t value)
{
    memcpy(memory, &value, sizeof(value));
}

/* Send so many packets, each with a notification; whether an interrupt came of it. */
static bool interrupts(struct rig *rig, uint32_t count)
{
    uint32_t id;
    uint32_t length;

    for (uint32_t i = 0; i < count; i++)
        (void)rig_send(rig, 1, 60, 1);
    rig_notify(rig, 1);
    assert_int_equal(rig_step(rig), count);
    for (uint32_t i = 0; i < count; i++)
        assert_true(rig_collect(rig, 1, &id, &length));
    return (rig_read(rig, SOFT_ISR_OFFSET, 1) & SOFT_ISR_QUEUE) != 0;
}

static void a_split_ring_interrupts_unless_told_not_to(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, RIG_FEATURES);
    assert_true(interrupts(&rig, 1));
    set16(rig.queue[1].driver, SOFT_NO_INTERRUPT);
    assert_false(interrupts(&rig, 3));
    set16(rig.queue[1].driver, 0);
    assert_true(interrupts(&rig, 1));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_split_ring_interrupts_when_it_passes_the_event(void **state)
{
    struct rig rig;
    uint8_t *event;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, EVENT);
    event = rig.queue[1].driver + 4u + 2u * RIG_SIZE;
    set16(event, 4);
    assert_false(interrupts(&rig, 4)); /* 0 to 3 */
    assert_true(interrupts(&rig, 1));
    assert_false(interrupts(&rig, 1));
    set16(event, 10);
    assert_true(interrupts(&rig, 20));
    assert_false(interrupts(&rig, 20));
    /* Round the end of the index. */
    for (uint32_t i = 46u; i < 65530u; i += 61u)
        (void)interrupts(&rig, i + 61u <= 65530u ? 61u : 65530u - i);
    set16(event, 2);
    assert_false(interrupts(&rig, 8));
    assert_true(interrupts(&rig, 1));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_packed_ring_interrupts_unless_told_not_to(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "packed=on");
    rig_start(&rig, RIG_FEATURES);
    assert_true(interrupts(&rig, 1));
    set16(rig.queue[1].driver + 2, SOFT_EVENT_DISABLE);
    assert_false(interrupts(&rig, 3));
    set16(rig.queue[1].driver + 2, SOFT_EVENT_ENABLE);
    assert_true(interrupts(&rig, 1));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_packed_ring_interrupts_when_it_passes_the_event(void **state)
{
    struct rig rig;
    uint8_t *event;

    (void)state;
    rig_open(&rig, "packed=on");
    rig_start(&rig, EVENT);
    event = rig.queue[1].driver;
    set16(event, 0x8000u | 4u);
    set16(event + 2, SOFT_EVENT_SPECIFIC);
    assert_false(interrupts(&rig, 4));
    assert_true(interrupts(&rig, 1));
    assert_false(interrupts(&rig, 50)); /* to 55 */
    set16(event, 3);                    /* in the next turn */
    assert_false(interrupts(&rig, 12)); /* to 3 of that */
    assert_true(interrupts(&rig, 1));
    set16(event, 60);
    assert_false(interrupts(&rig, 56)); /* 4 to 59 */
    assert_true(interrupts(&rig, 10));  /* over the end again */
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_card_that_polls_wants_no_notifications(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "poll=on");
    rig_start(&rig, RIG_FEATURES);
    assert_int_equal(get16(rig.queue[1].device), SOFT_NO_NOTIFY);
    (void)rig_send(&rig, 1, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);

    rig_open(&rig, "poll=on,packed=on");
    rig_start(&rig, RIG_FEATURES);
    assert_int_equal(get16(rig.queue[1].device + 2), SOFT_EVENT_DISABLE);
    rig_close(&rig);
}

static void a_card_that_sleeps_wants_a_notification_of_the_next_chain(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, RIG_FEATURES);
    assert_true(interrupts(&rig, 5));
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(get16(rig.queue[1].device), 0);
    rig_close(&rig);

    rig_open(&rig, "");
    rig_start(&rig, EVENT);
    assert_true(interrupts(&rig, 5));
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(get16(rig.queue[1].device), 0);
    assert_int_equal(get16(rig.queue[1].device + 4u + 8u * RIG_SIZE), 5);
    rig_close(&rig);

    rig_open(&rig, "packed=on");
    rig_start(&rig, RIG_FEATURES);
    assert_true(interrupts(&rig, 5));
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(get16(rig.queue[1].device + 2), SOFT_EVENT_ENABLE);
    rig_close(&rig);

    rig_open(&rig, "packed=on");
    rig_start(&rig, EVENT);
    for (uint32_t i = 0; i < 3u; i++)
        assert_true(interrupts(&rig, 23));
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(get16(rig.queue[1].device), 5); /* of the second turn */
    assert_int_equal(get16(rig.queue[1].device + 2), SOFT_EVENT_SPECIFIC);
    rig_close(&rig);
}

static void a_card_that_waits_for_buffers_wants_to_know_of_them(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, RIG_FEATURES);
    rig_stock(&rig, 1);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(get16(rig.queue[0].device), SOFT_NO_NOTIFY); /* it is awake */
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(get16(rig.queue[0].device), 0);
    rig_stock(&rig, 1);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_split_ring_interrupts_unless_told_not_to),
        cmocka_unit_test(a_split_ring_interrupts_when_it_passes_the_event),
        cmocka_unit_test(a_packed_ring_interrupts_unless_told_not_to),
        cmocka_unit_test(a_packed_ring_interrupts_when_it_passes_the_event),
        cmocka_unit_test(a_card_that_polls_wants_no_notifications),
        cmocka_unit_test(a_card_that_sleeps_wants_a_notification_of_the_next_chain),
        cmocka_unit_test(a_card_that_waits_for_buffers_wants_to_know_of_them),
    };

    return RIG_MAIN(tests);
}
