/* SPDX-License-Identifier: MIT
 *
 * The control queue: what commands change in what is received.
 */
#include <string.h>

#include "rig.h"

#define FEATURES (RIG_FEATURES | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR | SOFT_F_MQ)

static const uint8_t own[IR_MAC_LENGTH] = {2, 0, 0, 0, 0, 1};
static const uint8_t other[IR_MAC_LENGTH] = {2, 0, 0, 0, 0, 2};
static const uint8_t group[IR_MAC_LENGTH] = {1, 0, 0x5e, 0, 0, 1};
static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void start(struct rig *rig, const char *arguments, uint64_t features)
{
    rig_open(rig, arguments);
    rig_start(rig, features);
    rig_stock(rig, RIG_SIZE);
}

/* Whether a frame to this address is received. */
static bool received(struct rig *rig, const uint8_t mac[IR_MAC_LENGTH])
{
    uint8_t frame[60] = {0};
    uint32_t id;
    uint32_t length;
    int moved;

    memcpy(frame, mac, IR_MAC_LENGTH);
    assert_int_equal(ir_sim_put(&rig->dev, frame, sizeof(frame)), 0);
    moved = rig_step(rig);
    assert_int_equal(rig_collect(rig, 0, &id, &length), moved == 1);
    return moved == 1;
}

static void filters_let_through_what_they_are_told(void **state)
{
    static const uint8_t on = 1;
    static const uint8_t off = 0;
    struct rig rig;

    (void)state;
    start(&rig, "mac=02:00:00:00:00:01", FEATURES);
    assert_true(received(&rig, own));
    assert_true(received(&rig, broadcast));
    assert_false(received(&rig, other));
    assert_false(received(&rig, group));
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_ALLMULTI, &on, 1), 0);
    assert_true(received(&rig, group));
    assert_false(received(&rig, other));
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), 0);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_ALLMULTI, &off, 1), 0);
    assert_true(received(&rig, other));
    assert_true(received(&rig, group));
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &off, 1), 0);
    assert_false(received(&rig, other));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_device_without_filters_receives_everything(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "control=off,mac=02:00:00:00:00:01", FEATURES);
    assert_true(received(&rig, other));
    assert_true(received(&rig, group));
    rig_close(&rig);
}

static void the_address_can_be_changed(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, "mac=02:00:00:00:00:01", FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MAC, SOFT_CTRL_MAC_ADDR, other, IR_MAC_LENGTH), 0);
    assert_true(received(&rig, other));
    assert_false(received(&rig, own));
    rig_close(&rig);
}

static void a_legacy_driver_writes_the_address(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy,mac=02:00:00:00:00:01");
    rig_negotiate(&rig, SOFT_F_ANY_LAYOUT | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX);
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        rig_write(&rig, L_CONFIG + i, 1, other[i]);
    for (uint16_t i = 0; i < 3u; i++)
        rig_enable(&rig, i);
    rig_driver_ok(&rig);
    rig_stock(&rig, RIG_SIZE);
    assert_true(received(&rig, other));
    assert_false(received(&rig, own));
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        rig_write(&rig, L_CONFIG + i, 1, own[i]);
    assert_true(received(&rig, own));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void tables_let_their_addresses_through(void **state)
{
    uint8_t data[4 + IR_MAC_LENGTH + 4 + IR_MAC_LENGTH] = {1};
    struct rig rig;

    (void)state;
    memcpy(data + 4, other, IR_MAC_LENGTH);
    data[4 + IR_MAC_LENGTH] = 1;
    memcpy(data + 8 + IR_MAC_LENGTH, group, IR_MAC_LENGTH);
    start(&rig, "mac=02:00:00:00:00:01", FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, data, sizeof(data)), 0);
    assert_true(received(&rig, other));
    assert_true(received(&rig, group));
    assert_true(received(&rig, own));
    memset(data, 0, sizeof(data));
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, data, 8), 0);
    assert_false(received(&rig, other));
    assert_false(received(&rig, group));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_table_of_too_many_lets_all_through(void **state)
{
    uint8_t data[8 + 65 * IR_MAC_LENGTH] = {65};
    struct rig rig;

    (void)state;
    start(&rig, "mac=02:00:00:00:00:01", FEATURES);
    for (uint32_t i = 0; i < 65u; i++)
        data[4u + i * IR_MAC_LENGTH] = 2;
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MAC, SOFT_CTRL_MAC_TABLE, data, sizeof(data)), 0);
    assert_true(received(&rig, other));
    assert_false(received(&rig, group));
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_reset_takes_all_of_that_back(void **state)
{
    static const uint8_t on = 1;
    struct rig rig;

    (void)state;
    start(&rig, "mac=02:00:00:00:00:01,pairs=2", FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), 0);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MAC, SOFT_CTRL_MAC_ADDR, other, IR_MAC_LENGTH), 0);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, "\2\0", 2), 0);
    assert_int_equal(rig.card->control.pairs, 2);
    rig_start(&rig, FEATURES);
    rig_stock(&rig, RIG_SIZE);
    assert_int_equal(rig.card->control.pairs, 1);
    assert_true(received(&rig, own));
    assert_false(received(&rig, other));
    rig_close(&rig);
}

static void a_command_may_lie_in_any_pieces(void **state)
{
    struct rig rig;
    struct rig_part parts[5];
    uint8_t *bytes;

    (void)state;
    start(&rig, "packed=on,mac=02:00:00:00:00:01", FEATURES);
    bytes = rig_buffer(&rig, 2, 0);
    bytes[0] = SOFT_CTRL_MAC;
    bytes[1] = SOFT_CTRL_MAC_ADDR;
    memcpy(bytes + 2, other, IR_MAC_LENGTH);
    bytes[8] = 0xffu;
    parts[0] = (struct rig_part){rig_address(2, 0), 1, false};
    parts[1] = (struct rig_part){rig_address(2, 0) + 1u, 3, false};
    parts[2] = (struct rig_part){rig_address(2, 0) + 4u, 1, false};
    parts[3] = (struct rig_part){rig_address(2, 0) + 5u, 3, false};
    parts[4] = (struct rig_part){rig_address(2, 0) + 8u, 1, true};
    (void)rig_offer(&rig, 2, parts, 5);
    rig_notify(&rig, 2);
    (void)rig_step(&rig);
    (void)rig_step(&rig);
    assert_int_equal(bytes[8], SOFT_CTRL_ACK_OK);
    assert_true(received(&rig, other));
    rig_close(&rig);
}

static void the_answer_may_be_late_or_never_come(void **state)
{
    static const uint8_t on = 1;
    struct rig rig;

    (void)state;
    start(&rig, "never=control", FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), -1);
    rig_close(&rig);

    start(&rig, "late=control:1000", FEATURES);
    assert_int_equal(rig_command(&rig, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, &on, 1), -1);
    rig_delay(&rig, 1000);
    (void)rig_step(&rig);
    assert_int_equal(rig_buffer(&rig, 2, 0)[1024], SOFT_CTRL_ACK_OK);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_let_through_what_they_are_told),
        cmocka_unit_test(a_device_without_filters_receives_everything),
        cmocka_unit_test(the_address_can_be_changed),
        cmocka_unit_test(a_legacy_driver_writes_the_address),
        cmocka_unit_test(tables_let_their_addresses_through),
        cmocka_unit_test(a_table_of_too_many_lets_all_through),
        cmocka_unit_test(a_reset_takes_all_of_that_back),
        cmocka_unit_test(a_command_may_lie_in_any_pieces),
        cmocka_unit_test(the_answer_may_be_late_or_never_come),
    };

    return RIG_MAIN(tests);
}
