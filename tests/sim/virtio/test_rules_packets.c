/* SPDX-License-Identifier: MIT
 *
 * Rules about packets and commands, each broken.
 */
#include <string.h>

#include "broken.h"

#define CONTROL (SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR | SOFT_F_MQ)

static void check_rx_buffer(uint64_t features, uint32_t length, bool writable)
{
    struct rig_part part = {rig_address(0, 0), length, writable};
    struct rig rig;

    rig_open(&rig, "");
    rig_start(&rig, SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM | features);
    (void)rig_offer(&rig, 0, &part, 1);
    rig_notify(&rig, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_status(&rig) & SOFT_NEEDS_RESET, SOFT_NEEDS_RESET);
    broken(&rig, SOFT_RULE_NET_RX_BUFFER, "queue 0: ");
}

static void a_receive_buffer_that_is_not_writable(void **state)
{
    (void)state;
    check_rx_buffer(0, 2048, false);
}

static void a_receive_buffer_that_is_too_small(void **state)
{
    (void)state;
    check_rx_buffer(0, 1525, true);
    check_rx_buffer(SOFT_F_MRG_RXBUF, 11, true);
}

/* Send this chain on a card with these keys. */
static void send_on(struct rig *rig, const char *keys, const struct rig_part *parts, uint32_t count)
{
    rig_open(rig, keys);
    rig_start(rig, SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM);
    (void)rig_offer(rig, 1, parts, count);
    rig_notify(rig, 1);
    assert_int_equal(rig_step(rig), 1); /* the chain is returned, whether it is sent or not */
}

static void send(struct rig *rig, const struct rig_part *parts, uint32_t count)
{
    send_on(rig, "", parts, count);
}

static void a_packet_that_is_shorter_than_its_header(void **state)
{
    struct rig_part part = {rig_address(1, 0), 11, false};
    struct rig rig;

    (void)state;
    send(&rig, &part, 1);
    broken(&rig, SOFT_RULE_NET_TX_HEADER, "queue 1: 11 bytes to read, 0 to write");
}

static void a_packet_to_send_that_is_writable(void **state)
{
    struct rig_part part = {rig_address(1, 0), 100, true};
    struct rig rig;

    (void)state;
    send(&rig, &part, 1);
    broken(&rig, SOFT_RULE_NET_TX_HEADER, "queue 1: 0 bytes to read, 100 to write");
}

static void a_frame_without_an_ethernet_header(void **state)
{
    struct rig_part part = {rig_address(1, 0), 12 + 13, false};
    struct rig rig;

    (void)state;
    send(&rig, &part, 1);
    broken(&rig, SOFT_RULE_NET_TX_FRAME, "queue 1: 13 bytes");
}

static void a_frame_beyond_the_mtu(void **state)
{
    struct rig_part part = {rig_address(1, 0), 12 + 1519, false};
    struct rig rig;
    uint8_t frame[60];

    (void)state;
    send_on(&rig, "mtu=1500", &part, 1);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    broken(&rig, SOFT_RULE_NET_TX_FRAME, "queue 1: 1519 bytes");
}

/* What the driver was not told of, it cannot keep to. */
static void a_card_without_an_mtu_sends_what_it_can_hold(void **state)
{
    struct rig_part part = {rig_address(1, 0), 12 + SIM_FRAME_MAX, false};
    struct rig rig;
    uint8_t frame[60];

    (void)state;
    send(&rig, &part, 1);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), SIM_FRAME_MAX);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
    part.length++;
    send(&rig, &part, 1);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    broken(&rig, SOFT_RULE_NET_TX_FRAME, "queue 1: 16289 bytes");
}

static void a_legacy_driver_with_the_header_before_the_frame(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy,any_layout=off");
    rig_start(&rig, SOFT_F_ANY_LAYOUT);
    (void)rig_send(&rig, 1, 60, 1);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SOFT_RULE_NET_LAYOUT, "queue 1: the first has 70 bytes");
}

static void a_legacy_driver_with_one_descriptor_to_receive(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy,any_layout=off");
    rig_start(&rig, 0);
    rig_stock(&rig, 1);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SOFT_RULE_NET_LAYOUT, "queue 0: the first has 2048 bytes");
}

static void check_offload(uint32_t byte)
{
    struct rig rig;
    uint16_t slot;

    rig_open(&rig, "");
    rig_start(&rig, SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM);
    slot = rig_send(&rig, 1, 60, 1);
    rig_buffer(&rig, 1, slot)[byte] = 1;
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SOFT_RULE_NET_TX_OFFLOAD, "queue 1: flags ");
}

static void a_header_that_asks_for_something(void **state)
{
    (void)state;
    check_offload(0);  /* a checksum */
    check_offload(1);  /* segmentation */
    check_offload(10); /* buffers */
}

static void a_pair_that_is_not_enabled(void **state)
{
    struct rig rig;
    uint8_t frame[60];

    (void)state;
    rig_open(&rig, "pairs=2");
    rig_start(&rig, RIG_FEATURES | SOFT_F_MQ);
    (void)rig_send(&rig, 3, 60, 1);
    rig_notify(&rig, 3);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    broken(&rig, SOFT_RULE_NET_PAIR, "queue 3 sends, of 1 pairs");
}

/* The card refuses the command. */
static void refused(enum soft_rule rule, uint8_t class, uint8_t command, const void *data,
                    uint32_t size)
{
    struct rig rig;

    rig_open(&rig, "pairs=2");
    rig_start(&rig, RIG_FEATURES | CONTROL);
    assert_int_equal(rig_command(&rig, class, command, data, size), SOFT_CTRL_ACK_ERROR);
    broken(&rig, rule, "class ");
}

static void commands_of_the_wrong_length(void **state)
{
    static const uint8_t bytes[20] = {1, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0};

    (void)state;
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, bytes, 2);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_RX, SOFT_CTRL_RX_ALLMULTI, bytes, 0);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MAC, SOFT_CTRL_MAC_ADDR, bytes, 5);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, bytes, 1);
    /* Tables: cut off in a count, in an address, without a second one, and with more than both. */
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, bytes, 3);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, bytes, 9);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, bytes, 10);
    refused(SOFT_RULE_CONTROL_FORMAT, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, bytes, 15);
}

static void a_command_without_place_for_the_answer(void **state)
{
    struct rig rig;
    struct rig_part part;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, RIG_FEATURES | CONTROL);
    part = (struct rig_part){rig_address(2, 0), 3, false};
    (void)rig_offer(&rig, 2, &part, 1);
    rig_notify(&rig, 2);
    (void)rig_step(&rig);
    (void)rig_step(&rig);
    broken(&rig, SOFT_RULE_CONTROL_FORMAT, "3 bytes to read and 0 to write");
}

static void commands_that_do_not_exist(void **state)
{
    static const uint8_t on = 1;

    (void)state;
    refused(SOFT_RULE_CONTROL_UNKNOWN, SOFT_CTRL_RX, 2, &on, 1); /* RX_EXTRA */
    refused(SOFT_RULE_CONTROL_UNKNOWN, SOFT_CTRL_MAC, 2, &on, 1);
    refused(SOFT_RULE_CONTROL_UNKNOWN, 2, 0, "\0\0", 2); /* VLAN */
    refused(SOFT_RULE_CONTROL_UNKNOWN, SOFT_CTRL_MQ, 1, &on, 1);
    refused(SOFT_RULE_CONTROL_UNKNOWN, 200, 0, &on, 1);
}

static void a_command_that_was_not_negotiated(void **state)
{
    static const uint8_t on = 1;
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, RIG_FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), 1);
    broken(&rig, SOFT_RULE_CONTROL_UNKNOWN, "class 0, command 0");
}

static void values_that_do_not_exist(void **state)
{
    static const uint8_t group[IR_MAC_LENGTH] = {1, 2, 3, 4, 5, 6};
    static const uint8_t none[IR_MAC_LENGTH] = {0};
    static const uint8_t two = 2;

    (void)state;
    refused(SOFT_RULE_CONTROL_VALUE, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &two, 1);
    refused(SOFT_RULE_CONTROL_VALUE, SOFT_CTRL_MAC, SOFT_CTRL_MAC_ADDR, group, 6);
    refused(SOFT_RULE_CONTROL_VALUE, SOFT_CTRL_MAC, SOFT_CTRL_MAC_ADDR, none, 6);
    refused(SOFT_RULE_CONTROL_VALUE, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, "\0\0", 2);
    refused(SOFT_RULE_CONTROL_VALUE, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, "\3\0", 2);
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(SOFT_RULE_NET_RX_BUFFER, SOFT_RULE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receive_buffer_that_is_not_writable),
        cmocka_unit_test(a_receive_buffer_that_is_too_small),
        cmocka_unit_test(a_packet_that_is_shorter_than_its_header),
        cmocka_unit_test(a_packet_to_send_that_is_writable),
        cmocka_unit_test(a_frame_without_an_ethernet_header),
        cmocka_unit_test(a_frame_beyond_the_mtu),
        cmocka_unit_test(a_card_without_an_mtu_sends_what_it_can_hold),
        cmocka_unit_test(a_legacy_driver_with_the_header_before_the_frame),
        cmocka_unit_test(a_legacy_driver_with_one_descriptor_to_receive),
        cmocka_unit_test(a_header_that_asks_for_something),
        cmocka_unit_test(a_pair_that_is_not_enabled),
        cmocka_unit_test(commands_of_the_wrong_length),
        cmocka_unit_test(a_command_without_place_for_the_answer),
        cmocka_unit_test(commands_that_do_not_exist),
        cmocka_unit_test(a_command_that_was_not_negotiated),
        cmocka_unit_test(values_that_do_not_exist),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
