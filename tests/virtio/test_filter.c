/* SPDX-License-Identifier: MIT
 *
 * Which frames are received: own address, broadcast, multicast filter, promiscuous; and that a reset,
 * and a start, tell the device anew.
 */
#include "rig.h"

#include <string.h>

static const uint8_t stranger[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t groups[2][IR_MAC_LENGTH] = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01},
                                                 {0x33, 0x33, 0xff, 0xab, 0xcd, 0xef}};

/* Each way to give commands to a device. */
static const char *const formats[] = {"",
                                      "event_idx=off",
                                      "packed=on",
                                      "in_order=on",
                                      "packed=on,in_order=on,pairs=2",
                                      "packed=on,queue_size=64,poll=on",
                                      "transport=legacy",
                                      "transport=legacy,any_layout=off",
                                      "transport=transitional,event_idx=off"};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

/* True when a frame to that address is received. */
static bool received(struct card *card, const uint8_t *address)
{
    uint8_t frame[60];
    struct ir_pkt pkt;
    int got;

    card_frame(card, frame, sizeof(frame), 1);
    memcpy(frame, address, IR_MAC_LENGTH);
    assert_int_equal(ir_sim_put(card->dev, frame, sizeof(frame)), 0);
    card_settle(card);
    got = ir_rx(card->rx, &pkt, 1);
    assert_in_range(got, 0, 1);
    if (got == 1) {
        assert_memory_equal(ir_pkt_data(card->pool, pkt, 0, sizeof(frame)), frame, sizeof(frame));
        assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    }
    return got == 1;
}

static void reset(struct card *card)
{
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 10), 0);
}

static void own_address_and_broadcast_are_received_by_default(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);
        uint8_t own[IR_MAC_LENGTH];

        assert_int_equal(ir_mac_get(card->dev, own), 0);
        assert_memory_equal(own, rig_sim(card)->mac, IR_MAC_LENGTH);
        assert_true(received(card, own));
        assert_true(received(card, broadcast));
        assert_false(received(card, stranger));
        assert_false(received(card, groups[0]));
        rig_close(card);
    }
}

static void settings_take_effect_and_survive_resets(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);
        uint8_t before[IR_MAC_LENGTH];
        uint8_t after[IR_MAC_LENGTH];

        assert_int_equal(ir_mac_get(card->dev, before), 0);
        assert_int_equal(ir_mac_set(card->dev, stranger), 0);
        assert_int_equal(ir_multicast(card->dev, groups, 1), 0);
        for (uint32_t i = 0; i < 3u; i++) {
            assert_int_equal(ir_mac_get(card->dev, after), 0);
            assert_memory_equal(after, stranger, IR_MAC_LENGTH);
            assert_true(received(card, stranger));
            assert_false(received(card, before));
            assert_true(received(card, groups[0]));
            assert_false(received(card, groups[1]));
            reset(card);
        }
        assert_int_equal(ir_promiscuous(card->dev, true), 0);
        for (uint32_t i = 0; i < 3u; i++) {
            assert_true(received(card, before));
            assert_true(received(card, groups[1]));
            reset(card);
        }
        assert_int_equal(ir_promiscuous(card->dev, false), 0);
        assert_int_equal(ir_multicast(card->dev, NULL, 0), 0);
        for (uint32_t i = 0; i < 3u; i++) {
            assert_false(received(card, before));
            assert_false(received(card, groups[0]));
            reset(card);
        }
        rig_close(card);
    }
}

static void settings_of_a_stopped_device_hold_from_its_start(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_open(formats[f]);

        assert_int_equal(ir_mac_set(card->dev, stranger), 0);
        assert_int_equal(ir_multicast(card->dev, groups, 2), 0);
        assert_int_equal(ir_promiscuous(card->dev, true), 0);
        assert_int_equal(ir_promiscuous(card->dev, false), 0);
        assert_int_equal(ir_reset(card->dev), 0);
        card_queues(card, 64);
        rig_run(card);
        assert_true(received(card, stranger));
        assert_true(received(card, groups[0]));
        assert_true(received(card, groups[1]));
        assert_false(received(card, rig_sim(card)->mac));
        rig_close(card);
    }
}

/* A table has 64 places; beyond that all are received. */
static void more_groups_than_fit_are_all_received(void **state)
{
    struct card *card = rig_start("");
    uint8_t many[VIRTIO_MULTICAST_MAX + 1u][IR_MAC_LENGTH];
    const uint8_t(*macs)[IR_MAC_LENGTH] = (const uint8_t(*)[IR_MAC_LENGTH])many;

    (void)state;
    for (uint32_t i = 0; i <= VIRTIO_MULTICAST_MAX; i++) {
        memcpy(many[i], groups[0], IR_MAC_LENGTH);
        many[i][5] = (uint8_t)i;
    }
    assert_int_equal(ir_multicast(card->dev, macs, VIRTIO_MULTICAST_MAX), 0);
    assert_true(received(card, many[VIRTIO_MULTICAST_MAX - 1u]));
    assert_false(received(card, many[VIRTIO_MULTICAST_MAX]));
    assert_int_equal(ir_multicast(card->dev, macs, VIRTIO_MULTICAST_MAX + 1u), 0);
    for (uint32_t i = 0; i < 2u; i++) {
        assert_true(received(card, many[VIRTIO_MULTICAST_MAX]));
        assert_true(received(card, groups[1]));
        assert_false(received(card, stranger));
        reset(card);
    }
    assert_int_equal(ir_multicast(card->dev, groups, 1), 0);
    assert_true(received(card, groups[0]));
    assert_false(received(card, groups[1]));
    rig_close(card);
}

static void bad_addresses_change_nothing(void **state)
{
    static const uint8_t zero[IR_MAC_LENGTH] = {0};
    struct card *card = rig_start("");

    (void)state;
    assert_int_equal(ir_mac_set(card->dev, zero), -EINVAL);
    assert_int_equal(ir_mac_set(card->dev, groups[0]), -EINVAL);
    assert_int_equal(ir_multicast(card->dev, &stranger, 1), -EINVAL);
    assert_true(received(card, rig_sim(card)->mac));
    assert_false(received(card, groups[0]));
    rig_close(card);
}

/* A device without a control queue filters nothing, and keeps its address. */
static void device_without_commands_receives_everything(void **state)
{
    static const char *const bare[] = {"control=off", "control=off,packed=on",
                                       "control=off,transport=legacy"};

    (void)state;
    for (size_t f = 0; f < sizeof(bare) / sizeof(bare[0]); f++) {
        struct card *card = rig_start(bare[f]);
        uint8_t own[IR_MAC_LENGTH];

        assert_int_equal(ir_mac_set(card->dev, stranger), -ENOTSUP);
        assert_int_equal(ir_promiscuous(card->dev, false), -ENOTSUP);
        assert_int_equal(ir_promiscuous(card->dev, true), 0);
        assert_int_equal(ir_multicast(card->dev, groups, 2), 0);
        assert_int_equal(ir_mac_get(card->dev, own), 0);
        assert_memory_equal(own, rig_sim(card)->mac, IR_MAC_LENGTH);
        assert_true(received(card, stranger));
        assert_true(received(card, groups[0]));
        reset(card);
        assert_true(received(card, stranger));
        rig_close(card);
    }
}

/* Round the control queue's ring, and beyond what 16 bits count. */
static void commands_can_be_given_without_end(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);

        for (uint32_t i = 0; i < 66000u; i++) {
            assert_int_equal(ir_promiscuous(card->dev, i % 3u == 0), 0);
            if (rig_sim(card)->control.promiscuous != (i % 3u == 0))
                fail_msg("%s: command %u", formats[f], i);
        }
        card_works(card);
        rig_close(card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_address_and_broadcast_are_received_by_default),
        cmocka_unit_test(settings_take_effect_and_survive_resets),
        cmocka_unit_test(settings_of_a_stopped_device_hold_from_its_start),
        cmocka_unit_test(more_groups_than_fit_are_all_received),
        cmocka_unit_test(bad_addresses_change_nothing),
        cmocka_unit_test(device_without_commands_receives_everything),
        cmocka_unit_test(commands_can_be_given_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
