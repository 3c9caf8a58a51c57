/* SPDX-License-Identifier: MIT
 *
 * A card that lies by its registers, its configuration or its answers to commands, one way at a time: it is
 * refused, a call fails, or nothing comes of it. None of it reaches the packets.
 */
#include "lies.h"

#include <stdio.h>
#include <string.h>

/* What ir_open says of a card, and its sentence. */
static int open_card(const char *arguments, char error[IR_ERROR_LENGTH])
{
    char device[RIG_ARGUMENTS_MAX];
    struct ir_domain *domain;
    struct ir_dev *dev = NULL;
    int result;

    (void)snprintf(device, sizeof(device), "sim:virtio,mode=step,%s", arguments);
    error[0] = '\0';
    assert_int_equal(ir_domain_create(&domain), 0);
    result = ir_open(domain, device, &dev, error);
    (void)ir_close(dev);
    assert_int_equal(ir_domain_destroy(domain), 0);
    assert_true(result == 0 || error[0] != '\0');
    return result;
}

/* Frames go through both ways, complete and in order. */
static void forwards(struct card *card, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ir_pkt pkt = card_packet(card, LIES_LENGTH, i);

        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        lies_put(card, i, 1);
        card_expect_sent(card, LIES_LENGTH, i);
        lies_next_is(card, i);
    }
}

static void answer_that_is_none_ends_all_commands(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_ACK_WRONG, 1, 1);
        assert_int_equal(ir_promiscuous(card->dev, true), 0);
        assert_int_equal(ir_promiscuous(card->dev, false), -EIO);
        assert_int_equal(ir_promiscuous(card->dev, false), -EIO);
        assert_int_equal(ir_multicast(card->dev, NULL, 0), -EIO);
        forwards(card, 3);
        lies_reset(card);
        assert_int_equal(ir_promiscuous(card->dev, false), 0);
        rig_close(card);
    }
}

static void command_that_is_refused_is_only_that(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        static const uint8_t other[IR_MAC_LENGTH] = {2, 0, 0, 0, 0, 9};
        struct card *card = rig_start(lies_formats[f]);
        uint8_t mac[IR_MAC_LENGTH];

        rig_lie(card, SIM_VIRTIO_LIE_ACK_ERROR, 1, 0);
        assert_int_equal(ir_mac_set(card->dev, other), -EIO);
        assert_int_equal(ir_mac_get(card->dev, mac), 0);
        assert_memory_equal(mac, rig_sim(card)->mac, IR_MAC_LENGTH);
        assert_int_equal(ir_promiscuous(card->dev, true), 0);
        forwards(card, 3);
        rig_close(card);
    }
}

static void device_that_refuses_commands_does_not_start(void **state)
{
    static const enum sim_virtio_mode modes[] = {SIM_VIRTIO_LIE_ACK_WRONG, SIM_VIRTIO_LIE_ACK_ERROR,
                                                 SIM_VIRTIO_LIE_USED_HUGE};

    (void)state;
    for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
        struct card *card = rig_open("packed=on");

        card_queues(card, 64);
        rig_lie(card, modes[m], 0, 0);
        assert_int_equal(ir_start(card->dev), -EIO);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        card_is_broken(card);
        rig_be_honest(card);
        rig_run(card);
        card_works(card);
        rig_close(card);
    }
}

static void commands_with_a_wrong_completion_fail(void **state)
{
    static const enum sim_virtio_mode modes[] = {
        SIM_VIRTIO_LIE_USED_HUGE,   SIM_VIRTIO_LIE_USED_FOREIGN, SIM_VIRTIO_LIE_USED_TWICE,
        SIM_VIRTIO_LIE_USED_RANDOM, SIM_VIRTIO_LIE_INDEX_AHEAD,  SIM_VIRTIO_LIE_INDEX_BACK};

    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
            uint64_t begin = rig_time(card);
            int result;

            rig_lie(card, modes[m], 1, 0);
            result = ir_promiscuous(card->dev, true);
            assert_true(result == -EIO || result == -ETIMEDOUT || result == 0);
            assert_true(rig_time(card) - begin < 2000000u);
            card_audit(card, 0);
            forwards(card, 2);
            lies_reset(card);
        }
        rig_close(card);
    }
}

static void device_that_needs_a_reset_gets_one(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_NEEDS_RESET, 1, 0);
        assert_int_equal(ir_sim_step(card->dev), 0);
        assert_int_equal(rig_idle(card), -EIO);
        assert_int_equal(lies_next(card), -EIO);
        lies_reset(card);
        rig_close(card);
    }
}

static void features_that_are_not_kept_are_an_error(void **state)
{
    struct card *card = rig_start("");
    char error[IR_ERROR_LENGTH];

    (void)state;
    assert_int_equal(open_card("hostile=features_ok", error), -EIO);
    assert_non_null(strstr(error, "FEATURES_OK"));
    rig_lie(card, SIM_VIRTIO_LIE_FEATURES_OK, 0, 0);
    assert_int_equal(ir_reset(card->dev), -EIO);
    card_is_broken(card);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    lies_reset(card);
    rig_close(card);
}

static void configuration_that_always_changes_is_an_error(void **state)
{
    struct card *card = rig_start("");
    char error[IR_ERROR_LENGTH];
    struct ir_link link;

    (void)state;
    assert_int_equal(open_card("hostile=generation", error), -EIO);
    assert_non_null(strstr(error, "configuration"));
    rig_lie(card, SIM_VIRTIO_LIE_GENERATION, 0, 0);
    assert_int_equal(ir_link(card->dev, &link), -ENODEV);
    forwards(card, 3);
    lies_reset(card);
    rig_lie(card, SIM_VIRTIO_LIE_GENERATION, 3, 0);
    assert_int_equal(ir_link(card->dev, &link), 0);
    assert_true(link.up);
    rig_close(card);
}

/* The address may be any; the rest is refused, or bounds what the device gets. */
static void configuration_that_makes_no_sense_does_no_harm(void **state)
{
    uint32_t refused = 0;

    (void)state;
    for (uint32_t after = 0; after < 30u; after++) {
        char arguments[64];
        char error[IR_ERROR_LENGTH];
        int result;

        (void)snprintf(arguments, sizeof(arguments), "pairs=8,mtu=1500,hostile=config:1:%u", after);
        result = open_card(arguments, error);
        assert_true(result == 0 || result == -EIO);
        refused += result != 0;
    }
    assert_true(refused > 0);
}

static void storm_of_interrupts_changes_nothing(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_ISR, 0, 0);
        forwards(card, 100);
        lies_reset(card);
        rig_close(card);
    }
}

static void capabilities_that_go_in_a_circle_end(void **state)
{
    char error[IR_ERROR_LENGTH];

    (void)state;
    assert_int_equal(open_card("hostile=cap.loop", error), -EIO);
    assert_non_null(strstr(error, "capability"));
    for (uint32_t after = 0; after < 10u; after++) {
        char arguments[64];
        int result;

        (void)snprintf(arguments, sizeof(arguments), "hostile=cap.loop:1:%u", after);
        result = open_card(arguments, error);
        assert_true(result == 0 || result == -EIO);
    }
}

static void capabilities_beyond_their_window_are_not_taken(void **state)
{
    char error[IR_ERROR_LENGTH];

    (void)state;
    assert_int_equal(open_card("hostile=cap.range", error), -EIO);
    assert_non_null(strstr(error, "that lies in a BAR"));
    for (uint32_t after = 0; after < 200u; after++) {
        char arguments[64];
        int result;

        (void)snprintf(arguments, sizeof(arguments), "hostile=cap.range:1:%u", after);
        result = open_card(arguments, error);
        assert_true(result == 0 || result == -EIO || result == -ETIMEDOUT || result == -ENOTSUP);
    }
}

static void capabilities_that_make_no_sense_do_no_harm(void **state)
{
    char error[IR_ERROR_LENGTH];

    (void)state;
    for (uint32_t after = 0; after < 200u; after++) {
        char arguments[64];

        (void)snprintf(arguments, sizeof(arguments), "hostile=cap.random:0:%u", after);
        (void)open_card(arguments, error);
        (void)snprintf(arguments, sizeof(arguments), "hostile=cap.random:1:%u", after);
        (void)open_card(arguments, error);
    }
}

static void device_that_is_gone_from_the_start_is_no_device(void **state)
{
    static const char *const formats[] = {"hostile=gone", "hostile=gone:0:30",
                                          "transport=legacy,hostile=gone"};
    char error[IR_ERROR_LENGTH];

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        assert_int_equal(open_card(formats[f], error), -ENODEV);
        assert_non_null(strstr(error, "all ones"));
    }
}

static void registers_that_make_no_sense_lose_no_buffer(void **state)
{
    (void)state;
    for (uint32_t after = 0; after < 60u; after++) {
        struct card *card = rig_start(lies_formats[after % lies_format_count]);

        rig_lie(card, SIM_VIRTIO_LIE_REGISTER, 1, after);
        for (uint32_t i = 0; i < 3u; i++) {
            struct ir_link link;

            (void)ir_link(card->dev, &link);
            (void)ir_reset(card->dev);
            card_audit(card, 0);
        }
        lies_reset(card);
        rig_close(card);
    }
}

static void field_that_is_late_costs_a_call(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_FIELD, 1, 0);
        assert_int_equal(ir_promiscuous(card->dev, true), -ETIMEDOUT);
        assert_int_equal(ir_promiscuous(card->dev, true), -EIO);
        lies_reset(card);
        rig_lie(card, SIM_VIRTIO_LIE_FIELD, 1, 0);
        assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
        card_is_broken(card);
        card->dev->transport->ops->delay(card->dev->transport, (uint32_t)SIM_VIRTIO_LATE_US);
        lies_reset(card);
        rig_close(card);
    }
}

static void link_that_flaps_is_up_again(void **state)
{
    struct card *card = rig_start("");
    uint32_t down = 0;

    (void)state;
    rig_lie(card, SIM_VIRTIO_LIE_LINK, 0, 0);
    for (uint32_t i = 0; i < 200u; i++) {
        struct ir_link link;

        assert_true(ir_sim_step(card->dev) >= 0);
        assert_int_equal(ir_link(card->dev, &link), 0);
        down += !link.up;
        assert_int_equal(ir_link_wait(card->dev, 20), 0); /* never down for long */
    }
    assert_true(down > 100u);
    rig_be_honest(card);
    assert_int_equal(ir_link_wait(card->dev, 20), 0);
    card_works(card);
    rig_close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer_that_is_none_ends_all_commands),
        cmocka_unit_test(command_that_is_refused_is_only_that),
        cmocka_unit_test(device_that_refuses_commands_does_not_start),
        cmocka_unit_test(commands_with_a_wrong_completion_fail),
        cmocka_unit_test(device_that_needs_a_reset_gets_one),
        cmocka_unit_test(features_that_are_not_kept_are_an_error),
        cmocka_unit_test(configuration_that_always_changes_is_an_error),
        cmocka_unit_test(configuration_that_makes_no_sense_does_no_harm),
        cmocka_unit_test(storm_of_interrupts_changes_nothing),
        cmocka_unit_test(capabilities_that_go_in_a_circle_end),
        cmocka_unit_test(capabilities_beyond_their_window_are_not_taken),
        cmocka_unit_test(capabilities_that_make_no_sense_do_no_harm),
        cmocka_unit_test(device_that_is_gone_from_the_start_is_no_device),
        cmocka_unit_test(registers_that_make_no_sense_lose_no_buffer),
        cmocka_unit_test(field_that_is_late_costs_a_call),
        cmocka_unit_test(link_that_flaps_is_up_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
