/* SPDX-License-Identifier: MIT
 *
 * Rules about registers, status and features, each broken, and what the card does instead of what it was told.
 */
#include "broken.h"

#define MODERN (SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM)
#define AD     (SOFT_ACKNOWLEDGE | SOFT_DRIVER)

static void a_register_that_is_none(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    assert_int_equal(rig_read(&rig, 64, 4), IR_REG_GONE);
    broken(&rig, SOFT_RULE_REGISTER_UNKNOWN, "at 0x0040 of the modern window was read as 4 bytes");
}

static void a_legacy_register_that_is_none(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_write(&rig, 60, 2, 1);
    broken(&rig, SOFT_RULE_REGISTER_UNKNOWN, "at 0x003c of the legacy window was written");
}

static void half_a_register(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    assert_int_equal(rig_read(&rig, R_DEVICE_FEATURE, 2), IR_REG_GONE);
    broken(&rig, SOFT_RULE_REGISTER_WIDTH, "device_feature at 0x0004");
}

static void two_registers_at_once(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_write(&rig, R_STATUS, 2, 1);
    assert_int_equal(rig_status(&rig), 0);
    broken(&rig, SOFT_RULE_REGISTER_WIDTH, "device_status at 0x0014");
}

static void a_field_of_the_configuration_in_bytes(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    (void)rig_read(&rig, SOFT_CONFIG_OFFSET + SOFT_NET_PAIRS, 1);
    broken(&rig, SOFT_RULE_REGISTER_WIDTH, "configuration at 0x2008");
}

static void a_notification_of_four_bytes(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, MODERN);
    rig_write(&rig, SOFT_NOTIFY_OFFSET, 4, 0);
    broken(&rig, SOFT_RULE_REGISTER_WIDTH, "a notification at 0x3000");
}

static void a_register_that_is_read_only(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_write(&rig, R_NUM_QUEUES, 2, 1);
    assert_int_equal(rig_read(&rig, R_NUM_QUEUES, 2), 3);
    broken(&rig, SOFT_RULE_REGISTER_READ_ONLY, "num_queues");
}

static void a_driver_that_does_not_acknowledge(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_DRIVER);
    assert_int_equal(rig_status(&rig), 0);
    broken(&rig, SOFT_RULE_STATUS_ORDER, "status 0x2 while device_status is 0x00");
}

static void driver_ok_without_features_ok(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_set_status(&rig, AD | SOFT_DRIVER_OK);
    assert_int_equal(rig_status(&rig), AD);
    broken(&rig, SOFT_RULE_STATUS_ORDER, "status 0x4 while device_status is 0x03");
}

static void a_status_bit_that_is_taken_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_set_status(&rig, SOFT_DRIVER);
    assert_int_equal(rig_status(&rig), AD);
    broken(&rig, SOFT_RULE_STATUS_CLEAR, "status 0x2 while device_status is 0x03");
}

static void a_status_bit_that_is_unknown(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | 0x20u);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE);
    broken(&rig, SOFT_RULE_STATUS_RESERVED, "status 0x21");
}

static void a_status_bit_that_is_the_devices(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_NEEDS_RESET);
    broken(&rig, SOFT_RULE_STATUS_RESERVED, "status 0x41");
}

static void features_ok_from_a_legacy_driver(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_set_status(&rig, AD | SOFT_FEATURES_OK);
    assert_int_equal(rig_status(&rig), AD);
    broken(&rig, SOFT_RULE_STATUS_RESERVED, "status 0xb");
}

static void a_write_before_the_reset_is_done(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "late=reset:50");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, 0);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    rig_delay(&rig, 50);
    assert_int_equal(rig_status(&rig), 0);
    broken(&rig, SOFT_RULE_RESET_PENDING, "device_status was written, 0x3");
}

static void a_reset_that_is_not_waited_for(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "late=reset:0");
    rig_set_status(&rig, 0);
    rig_delay(&rig, 1);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    broken(&rig, SOFT_RULE_RESET_PENDING, "device_status was written, 0x1");
}

static void a_feature_that_is_not_offered(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_write(&rig, R_DRIVER_FEATURE, 4, (uint32_t)(SOFT_F_CSUM | SOFT_F_MAC));
    assert_int_equal(rig_read(&rig, R_DRIVER_FEATURE, 4), SOFT_F_MAC);
    broken(&rig, SOFT_RULE_FEATURE_OFFERED, "features 0x21");
}

static void a_feature_beyond_all(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_write(&rig, R_DRIVER_SELECT, 4, 2);
    rig_write(&rig, R_DRIVER_FEATURE, 4, 1);
    broken(&rig, SOFT_RULE_FEATURE_OFFERED, "features");
}

static void features_before_the_driver_is_known(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_write(&rig, R_DRIVER_FEATURE, 4, (uint32_t)SOFT_F_MAC);
    assert_int_equal(rig_read(&rig, R_DRIVER_FEATURE, 4), 0);
    broken(&rig, SOFT_RULE_FEATURE_TIME, "features 0x20 while device_status is 0x00");
}

static void features_after_features_ok(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, MODERN);
    rig_write(&rig, R_DRIVER_SELECT, 4, 0);
    rig_write(&rig, R_DRIVER_FEATURE, 4, (uint32_t)SOFT_F_MAC);
    broken(&rig, SOFT_RULE_FEATURE_TIME, "while device_status is 0x0b");
}

/* Accept these features, which the card must refuse. */
static void accept(struct rig *rig, uint64_t features)
{
    rig_set_status(rig, SOFT_ACKNOWLEDGE);
    rig_set_status(rig, AD);
    for (uint32_t word = 0; word < 2u; word++) {
        rig_write(rig, R_DRIVER_SELECT, 4, word);
        rig_write(rig, R_DRIVER_FEATURE, 4, (uint32_t)(features >> (32u * word)));
    }
    rig_set_status(rig, AD | SOFT_FEATURES_OK);
    assert_int_equal(rig_status(rig), AD);
}

static void a_feature_without_what_it_needs(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    accept(&rig, MODERN | SOFT_F_CTRL_RX);
    broken(&rig, SOFT_RULE_FEATURE_DEPENDS, "features 0x300040000");
}

static void an_old_driver_on_modern_registers(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    accept(&rig, SOFT_F_ACCESS_PLATFORM);
    broken(&rig, SOFT_RULE_FEATURE_VERSION, "features 0x200000000");
}

static void features_ok_that_is_not_read_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "platform=off");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_write(&rig, R_DRIVER_SELECT, 4, 1);
    rig_write(&rig, R_DRIVER_FEATURE, 4, 1);
    rig_set_status(&rig, AD | SOFT_FEATURES_OK);
    rig_write(&rig, R_QUEUE_SIZE, 2, 64);
    broken(&rig, SOFT_RULE_FEATURE_UNREAD, "queue_size of queue 0");
}

static void driver_ok_without_reading_features_ok_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "platform=off");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_write(&rig, R_DRIVER_SELECT, 4, 1);
    rig_write(&rig, R_DRIVER_FEATURE, 4, 1);
    rig_set_status(&rig, AD | SOFT_FEATURES_OK);
    rig_set_status(&rig, AD | SOFT_FEATURES_OK | SOFT_DRIVER_OK);
    broken(&rig, SOFT_RULE_FEATURE_UNREAD, "status 0x4 while device_status is 0x0b");
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(SOFT_RULE_REGISTER_UNKNOWN, SOFT_RULE_QUEUE_SELECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_that_is_none),
        cmocka_unit_test(a_legacy_register_that_is_none),
        cmocka_unit_test(half_a_register),
        cmocka_unit_test(two_registers_at_once),
        cmocka_unit_test(a_field_of_the_configuration_in_bytes),
        cmocka_unit_test(a_notification_of_four_bytes),
        cmocka_unit_test(a_register_that_is_read_only),
        cmocka_unit_test(a_driver_that_does_not_acknowledge),
        cmocka_unit_test(driver_ok_without_features_ok),
        cmocka_unit_test(a_status_bit_that_is_taken_back),
        cmocka_unit_test(a_status_bit_that_is_unknown),
        cmocka_unit_test(a_status_bit_that_is_the_devices),
        cmocka_unit_test(features_ok_from_a_legacy_driver),
        cmocka_unit_test(a_write_before_the_reset_is_done),
        cmocka_unit_test(a_reset_that_is_not_waited_for),
        cmocka_unit_test(a_feature_that_is_not_offered),
        cmocka_unit_test(a_feature_beyond_all),
        cmocka_unit_test(features_before_the_driver_is_known),
        cmocka_unit_test(features_after_features_ok),
        cmocka_unit_test(a_feature_without_what_it_needs),
        cmocka_unit_test(an_old_driver_on_modern_registers),
        cmocka_unit_test(features_ok_that_is_not_read_back),
        cmocka_unit_test(driver_ok_without_reading_features_ok_back),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
