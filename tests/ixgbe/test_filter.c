/* SPDX-License-Identifier: MIT
 *
 * Which frames are received: own address, broadcast, multicast table, promiscuous; and that a reset
 * keeps these settings.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "ixgbe/ixgbe.h"

static const uint8_t stranger[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t group_a[IR_MAC_LENGTH] = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
static const uint8_t group_b[IR_MAC_LENGTH] = {0x33, 0x33, 0xff, 0xab, 0xcd, 0xef};

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
    assert_true(got == 0 || got == 1);
    if (got == 1) {
        assert_memory_equal(ir_pkt_data(card->pool, pkt, 0, sizeof(frame)), frame, sizeof(frame));
        assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    }
    return got == 1;
}

static uint32_t read_register(struct card *card, uint32_t offset)
{
    uint32_t value = 0;

    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, offset, &value), 0);
    return value;
}

static void own_address_and_broadcast_are_received_by_default(void **state)
{
    struct card *card = *state;
    uint8_t own[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(card->dev, own), 0);
    assert_int_equal(own[0] & 1, 0);
    assert_true(received(card, own));
    assert_true(received(card, broadcast));
    assert_false(received(card, stranger));
    assert_false(received(card, group_a));
    assert_false(received(card, group_b));
}

static void new_address_replaces_the_old_one(void **state)
{
    struct card *card = *state;
    uint8_t before[IR_MAC_LENGTH];
    uint8_t after[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(card->dev, before), 0);
    assert_int_equal(ir_mac_set(card->dev, stranger), 0);
    assert_int_equal(ir_mac_get(card->dev, after), 0);
    assert_memory_equal(after, stranger, IR_MAC_LENGTH);
    assert_true(received(card, stranger));
    assert_false(received(card, before));
}

static void setting_the_address_keeps_its_entry_valid(void **state)
{
    struct card *card = *state;

    assert_int_equal(ir_mac_set(card->dev, stranger), 0);
    assert_int_equal(read_register(card, IXGBE_RAL(0)), 0x33221102);
    assert_int_equal(read_register(card, IXGBE_RAH(0)), 0x80005544);
}

static void refused_address_changes_nothing(void **state)
{
    struct card *card = *state;
    uint8_t before[IR_MAC_LENGTH];
    uint8_t after[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(card->dev, before), 0);
    assert_int_equal(ir_mac_set(card->dev, group_a), -EINVAL);
    assert_int_equal(ir_mac_get(card->dev, after), 0);
    assert_memory_equal(after, before, IR_MAC_LENGTH);
    assert_true(received(card, before));
}

static void promiscuous_mode_receives_everything_until_turned_off(void **state)
{
    struct card *card = *state;

    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    assert_true(received(card, stranger));
    assert_true(received(card, group_a));
    assert_int_equal(ir_promiscuous(card->dev, false), 0);
    assert_false(received(card, stranger));
    assert_false(received(card, group_a));
    assert_true(received(card, broadcast));
}

static void promiscuous_mode_can_be_set_before_the_start(void **state)
{
    struct card *card = *state;

    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), 0);
    assert_true(received(card, stranger));
}

static void multicast_filter_receives_its_groups_only(void **state)
{
    static const uint8_t first[1][IR_MAC_LENGTH] = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}};
    static const uint8_t both[2][IR_MAC_LENGTH] = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01},
                                                   {0x33, 0x33, 0xff, 0xab, 0xcd, 0xef}};
    struct card *card = *state;

    assert_int_equal(ir_multicast(card->dev, first, 1), 0);
    assert_true(received(card, group_a));
    assert_false(received(card, group_b));
    assert_false(received(card, stranger));
    assert_int_equal(ir_multicast(card->dev, both, 2), 0);
    assert_true(received(card, group_a));
    assert_true(received(card, group_b));
    assert_int_equal(ir_multicast(card->dev, both + 1, 1), 0);
    assert_false(received(card, group_a));
    assert_true(received(card, group_b));
    assert_int_equal(ir_multicast(card->dev, NULL, 0), 0);
    assert_false(received(card, group_a));
    assert_false(received(card, group_b));
}

/* MO = 0: bits 47:36, that is the last byte and the upper half of the one before. */
static void multicast_hash_is_taken_from_the_upper_bits(void **state)
{
    static const uint8_t macs[1][IR_MAC_LENGTH] = {{0x33, 0x33, 0xff, 0xab, 0xcd, 0xef}};
    struct card *card = *state;
    const uint32_t vector = 0xefc;

    assert_int_equal(ir_multicast(card->dev, macs, 1), 0);
    for (uint32_t i = 0; i < IR_MULTICAST_WORDS; i++) {
        uint32_t expected = i == vector / 32 ? UINT32_C(1) << (vector % 32) : 0;

        assert_int_equal(read_register(card, IXGBE_MTA(i)), expected);
    }
    assert_int_equal(read_register(card, IXGBE_MCSTCTRL), IXGBE_MCSTCTRL_MFE);
}

static void reset_keeps_address_promiscuous_mode_and_groups(void **state)
{
    static const uint8_t groups[1][IR_MAC_LENGTH] = {{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}};
    struct card *card = *state;
    uint8_t mac[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_set(card->dev, stranger), 0);
    assert_int_equal(ir_multicast(card->dev, groups, 1), 0);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_mac_get(card->dev, mac), 0);
    assert_memory_equal(mac, stranger, IR_MAC_LENGTH);
    assert_true(received(card, stranger));
    assert_true(received(card, group_a));
    assert_false(received(card, group_b));
    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_true(received(card, group_b));
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(own_address_and_broadcast_are_received_by_default),
        STARTED(new_address_replaces_the_old_one),
        STARTED(setting_the_address_keeps_its_entry_valid),
        STARTED(refused_address_changes_nothing),
        STARTED(promiscuous_mode_receives_everything_until_turned_off),
        OPENED(promiscuous_mode_can_be_set_before_the_start),
        STARTED(multicast_filter_receives_its_groups_only),
        STARTED(multicast_hash_is_taken_from_the_upper_bits),
        STARTED(reset_keeps_address_promiscuous_mode_and_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
