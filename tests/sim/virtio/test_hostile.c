/* SPDX-License-Identifier: MIT
 *
 * The hostile virtio card by itself: when it lies, its lies about registers, and which of a
 * driver's breaches are excused by them.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FEATURES (RIG_FEATURES | SOFT_F_CTRL_RX)

static const char *const formats[2] = {"", "packed=on"};

/* A card of this format that lies in this way, with buffers lent. */
static void start(struct rig *rig, uint32_t packed, const char *lie)
{
    char arguments[96];

    (void)snprintf(arguments, sizeof(arguments), "%s%shostile=%s", formats[packed],
                   packed == 0 ? "" : ",", lie);
    rig_open(rig, arguments);
    rig_start(rig, FEATURES);
    rig_stock(rig, RIG_SIZE);
}

static void an_honest_card_has_no_hostile_part(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    assert_null(rig.card->hostile);
    rig_close(&rig);
}

static void commands_are_answered_wrongly(void **state)
{
    static const uint8_t on = 1;
    struct rig rig;

    (void)state;
    start(&rig, 0, "ack.wrong");
    assert_true(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1) > 1);
    rig_close(&rig);
    start(&rig, 0, "ack.error");
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), 1);
    assert_true(rig.card->control.promiscuous);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void features_ok_does_not_stay(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "platform=off,hostile=features_ok");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    rig_write(&rig, R_DRIVER_SELECT, 4, 1);
    rig_write(&rig, R_DRIVER_FEATURE, 4, 1);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    /* The driver that gives up has done nothing wrong, nor one that tries again. */
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FAILED);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static uint32_t changes_of(const char *lie, uint32_t offset, uint32_t width)
{
    struct rig rig;
    uint32_t before;
    uint32_t changes = 0;

    rig_open(&rig, lie);
    before = rig_read(&rig, offset, width);
    for (uint32_t i = 0; i < 50u; i++) {
        uint32_t now = rig_read(&rig, offset, width);

        changes += now != before;
        before = now;
    }
    rig_close(&rig);
    return changes;
}

static void registers_answer_nonsense(void **state)
{
    (void)state;
    assert_true(changes_of("hostile=generation", R_GENERATION, 1) > 40u);
    assert_true(changes_of("hostile=config", SOFT_CONFIG_OFFSET + SOFT_NET_PAIRS, 2) > 20u);
    assert_true(changes_of("hostile=device_feature", R_DEVICE_FEATURE, 4) > 20u);
    assert_true(changes_of("hostile=queue_size", R_QUEUE_SIZE, 2) > 20u);
    assert_true(changes_of("hostile=queue_notify_off", R_NOTIFY_OFF, 2) > 20u);
    assert_true(changes_of("hostile=register", R_NUM_QUEUES, 2) > 20u);
    assert_int_equal(changes_of("hostile=queue_size", R_NUM_QUEUES, 2), 0);
}

static void every_cause_is_pending(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=isr");
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0xff);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0xff);
    rig_close(&rig);
}

static uint32_t space(const struct rig *rig, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    assert_int_equal(rig->transport->ops->config_read(rig->transport, offset, width, &value), 0);
    return value;
}

static void capabilities_go_round_lie_beyond_their_window_or_are_nonsense(void **state)
{
    struct rig rig;
    uint32_t first;
    uint32_t changes = 0;

    (void)state;
    rig_open(&rig, "hostile=cap.loop");
    first = space(&rig, 0x34, 1);
    for (uint32_t at = first, i = 0; i < 10u; i++, at = space(&rig, at + 1u, 1))
        assert_int_equal(at, first);
    rig_close(&rig);

    rig_open(&rig, "hostile=cap.range");
    assert_true(space(&rig, first + 8u, 4) > SOFT_MODERN_BYTES);
    assert_true(space(&rig, first + 12u, 4) > SOFT_MODERN_BYTES);
    rig_close(&rig);

    rig_open(&rig, "hostile=cap.random");
    for (uint32_t i = 0; i < 50u; i++)
        changes += space(&rig, first, 4) != space(&rig, first, 4);
    assert_true(changes > 40u);
    rig_close(&rig);
}

static void a_card_that_is_gone_answers_all_ones_and_takes_no_write(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=gone:3");
    assert_int_equal(space(&rig, 0, 4), UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_STATUS, 1), 0xff);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    assert_int_equal(rig_status(&rig), 0);
    /* What the driver does wrong because of that is forgiven. */
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void fields_change_a_minute_late(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=field:1:1");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, 0);
    rig_delay(&rig, 59999999u);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE);
    rig_delay(&rig, 1);
    assert_int_equal(rig_status(&rig), 0);
    rig_close(&rig);
}

static void the_link_is_lost_for_a_moment(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0, "link:1");
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, SOFT_CONFIG_OFFSET + SOFT_NET_STATUS, 2), 0);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_read(&rig, SOFT_CONFIG_OFFSET + SOFT_NET_STATUS, 2), SOFT_NET_LINK_UP);
    rig_close(&rig);
}

/* A driver that goes by what it read breaks rules that are not held against it, until a reset. */
static void what_follows_from_a_lie_is_excused_until_a_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=queue_size:1");
    rig_negotiate(&rig, FEATURES);
    (void)rig_read(&rig, R_QUEUE_SIZE, 2);
    rig_write(&rig, R_QUEUE_SIZE, 2, 12345);
    assert_int_equal(rig_violations(&rig), 0);
    rig_negotiate(&rig, FEATURES);
    rig_write(&rig, R_QUEUE_SIZE, 2, 12345);
    rig_expect(&rig, SOFT_RULE_QUEUE_SIZE, "queue_size");
    rig_close(&rig);

    /* But what it read of the configuration it may go by for ever. */
    rig_open(&rig, "hostile=config:1");
    (void)rig_read(&rig, SOFT_CONFIG_OFFSET + SOFT_NET_PAIRS, 2);
    rig_negotiate(&rig, FEATURES);
    rig_write(&rig, R_QUEUE_SELECT, 2, 100);
    rig_write(&rig, R_QUEUE_SIZE, 2, 64);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_seed_draws_lies_of_every_kind(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=77");
    for (uint32_t mode = 0; mode < SIM_VIRTIO_LIE_COUNT; mode++) {
        uint32_t lies = 0;

        for (uint32_t chance = 0; chance < 200000u; chance++)
            lies += sim_virtio_lie(rig.card, mode);
        assert_true(lies > 2u);
    }
    rig_close(&rig);
}

static uint32_t draw_nothing(void *context, uint32_t limit)
{
    ++*(uint32_t *)context;
    return limit - 1u;
}

static void lies_can_be_drawn_from_anywhere_and_turned_on_and_off(void **state)
{
    struct rig rig;
    uint32_t draws = 0;

    (void)state;
    rig_open(&rig, "");
    assert_int_equal(sim_virtio_draw_from(rig.card, draw_nothing, &draws), 0);
    assert_int_equal(draws, SIM_VIRTIO_LIE_COUNT);
    sim_virtio_turn_off(rig.card);
    assert_int_equal(sim_virtio_turn_on(rig.card, SIM_VIRTIO_LIE_ISR, 1, 0), 0);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0xff);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_card_has_no_hostile_part),
        cmocka_unit_test(commands_are_answered_wrongly),
        cmocka_unit_test(features_ok_does_not_stay),
        cmocka_unit_test(registers_answer_nonsense),
        cmocka_unit_test(every_cause_is_pending),
        cmocka_unit_test(capabilities_go_round_lie_beyond_their_window_or_are_nonsense),
        cmocka_unit_test(a_card_that_is_gone_answers_all_ones_and_takes_no_write),
        cmocka_unit_test(fields_change_a_minute_late),
        cmocka_unit_test(the_link_is_lost_for_a_moment),
        cmocka_unit_test(what_follows_from_a_lie_is_excused_until_a_reset),
        cmocka_unit_test(a_seed_draws_lies_of_every_kind),
        cmocka_unit_test(lies_can_be_drawn_from_anywhere_and_turned_on_and_off),
    };

    return RIG_MAIN(tests);
}
