/* SPDX-License-Identifier: MIT
 *
 * Rules about setting up queues, notifying them, and the device's configuration, each broken, and
 * what the card does instead of what it was told.
 */
#include "broken.h"

#define MODERN (SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM)

static void a_queue_that_is_absent(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, MODERN);
    rig_write(&rig, R_QUEUE_SELECT, 2, 3);
    assert_int_equal(rig_read(&rig, R_QUEUE_SIZE, 2), 0); /* to ask is allowed */
    rig_write(&rig, R_QUEUE_SIZE, 2, 64);
    broken(&rig, SOFT_RULE_QUEUE_SELECT, "queue_size of queue 3");
}

static void a_legacy_queue_that_is_absent(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_negotiate(&rig, SOFT_F_ANY_LAYOUT);
    rig_write(&rig, L_QUEUE_SELECT, 2, 3);
    rig_write(&rig, L_QUEUE_PFN, 4, 1);
    broken(&rig, SOFT_RULE_QUEUE_SELECT, "page 0x1 was given to queue 3");
}

static void check_size(const char *arguments, uint32_t size)
{
    struct rig rig;

    rig_open(&rig, arguments);
    rig_negotiate(&rig, MODERN | SOFT_F_RING_PACKED);
    rig_write(&rig, R_QUEUE_SIZE, 2, size);
    assert_int_equal(rig_read(&rig, R_QUEUE_SIZE, 2), 64);
    broken(&rig, SOFT_RULE_QUEUE_SIZE, "queue_size of queue 0");
}

static void a_queue_of_no_size(void **state)
{
    (void)state;
    check_size("", 0);
    check_size("packed=on", 0);
}

static void a_queue_larger_than_offered(void **state)
{
    (void)state;
    check_size("", 128);
    check_size("packed=on", 65);
}

static void a_split_ring_whose_size_is_no_power_of_two(void **state)
{
    struct rig rig;

    (void)state;
    check_size("", 48);
    rig_open(&rig, "packed=on");
    rig_negotiate(&rig, MODERN | SOFT_F_RING_PACKED);
    rig_write(&rig, R_QUEUE_SIZE, 2, 48);
    assert_int_equal(rig_read(&rig, R_QUEUE_SIZE, 2), 48);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* One of the parts is off by so much. */
static void check_align(const char *arguments, uint32_t part, uint32_t by)
{
    struct rig rig;

    rig_open(&rig, arguments);
    rig_negotiate(&rig, MODERN | SOFT_F_RING_PACKED);
    rig_write(&rig, part, 4, RIG_IOVA + by);
    rig_write(&rig, R_QUEUE_ENABLE, 2, 1);
    assert_int_equal(rig_read(&rig, R_QUEUE_ENABLE, 2), 0);
    broken(&rig, SOFT_RULE_QUEUE_ALIGN, "queue 0: ");
}

static void parts_that_are_not_aligned(void **state)
{
    (void)state;
    check_align("", R_QUEUE_DESC, 8);
    check_align("", R_QUEUE_DRIVER, 1);
    check_align("", R_QUEUE_DEVICE, 2);
    check_align("packed=on", R_QUEUE_DRIVER, 2);
}

static void queue_enable_is_written_as_0(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, MODERN);
    rig_write(&rig, R_QUEUE_ENABLE, 2, 0);
    broken(&rig, SOFT_RULE_QUEUE_DISABLE, "queue_enable of queue 0 was written, 0x0");
}

static void a_queue_that_is_enabled_already(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, MODERN);
    rig_enable(&rig, 0);
    rig_write(&rig, R_QUEUE_DESC, 4, 0);
    assert_int_equal(rig_read(&rig, R_QUEUE_DESC, 4), RIG_IOVA);
    broken(&rig, SOFT_RULE_QUEUE_BUSY, "queue_desc of queue 0");
}

static void a_legacy_queue_that_is_placed_already(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_negotiate(&rig, SOFT_F_ANY_LAYOUT);
    rig_enable(&rig, 0);
    rig_write(&rig, L_QUEUE_PFN, 4, 1);
    broken(&rig, SOFT_RULE_QUEUE_BUSY, "page 0x1 was given to queue 0");
}

static void a_queue_before_features_ok(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_write(&rig, R_QUEUE_SIZE, 2, 32);
    assert_int_equal(rig_read(&rig, R_QUEUE_SIZE, 2), 64);
    broken(&rig, SOFT_RULE_QUEUE_TIME, "queue_size of queue 0");
}

static void a_queue_after_driver_ok(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_negotiate(&rig, SOFT_F_ANY_LAYOUT);
    rig_driver_ok(&rig);
    rig_write(&rig, L_QUEUE_PFN, 4, 1);
    assert_int_equal(rig_read(&rig, L_QUEUE_PFN, 4), 0);
    broken(&rig, SOFT_RULE_QUEUE_TIME, "page 0x1 was given to queue 0");
}

static void a_vector_that_the_device_does_not_have(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "vectors=2");
    rig_negotiate(&rig, MODERN);
    rig_write(&rig, R_CONFIG_VECTOR, 2, 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, R_QUEUE_VECTOR, 2, 2);
    assert_int_equal(rig_read(&rig, R_QUEUE_VECTOR, 2), SOFT_NO_VECTOR);
    broken(&rig, SOFT_RULE_INTERRUPT_VECTOR, "queue_msix_vector of queue 0 was written, 2 of 2");
}

static void a_notification_before_driver_ok(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, MODERN);
    rig_enable(&rig, 1);
    rig_notify(&rig, 1);
    broken(&rig, SOFT_RULE_NOTIFY_EARLY, "0x1 was written at 0x3004");
}

static void a_notification_for_another_queue(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, MODERN);
    rig_write(&rig, SOFT_NOTIFY_OFFSET, 2, 1);
    broken(&rig, SOFT_RULE_NOTIFY_QUEUE, "0x1 was written at 0x3000");
}

static void a_notification_for_a_queue_that_is_off(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_negotiate(&rig, SOFT_F_ANY_LAYOUT);
    rig_driver_ok(&rig);
    rig_notify(&rig, 0);
    broken(&rig, SOFT_RULE_NOTIFY_QUEUE, "0x0 was written at 0x0010");
}

static void the_configuration_is_written(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "mac=02:00:00:00:00:07");
    rig_write(&rig, SOFT_CONFIG_OFFSET + 5u, 1, 9);
    assert_int_equal(rig_read(&rig, SOFT_CONFIG_OFFSET + 5u, 1), 7);
    broken(&rig, SOFT_RULE_CONFIG_WRITE, "configuration at 0x2005");
}

static void more_than_the_address_of_a_legacy_configuration(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "transport=legacy,mac=02:00:00:00:00:07");
    rig_write(&rig, L_CONFIG + 5u, 1, 9);
    assert_int_equal(rig_read(&rig, L_CONFIG + 5u, 1), 9);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, L_CONFIG + 6u, 2, 0);
    broken(&rig, SOFT_RULE_CONFIG_WRITE, "byte 6");
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(SOFT_RULE_QUEUE_SELECT, SOFT_RULE_RING_INDEX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_that_is_absent),
        cmocka_unit_test(a_legacy_queue_that_is_absent),
        cmocka_unit_test(a_queue_of_no_size),
        cmocka_unit_test(a_queue_larger_than_offered),
        cmocka_unit_test(a_split_ring_whose_size_is_no_power_of_two),
        cmocka_unit_test(parts_that_are_not_aligned),
        cmocka_unit_test(queue_enable_is_written_as_0),
        cmocka_unit_test(a_queue_that_is_enabled_already),
        cmocka_unit_test(a_legacy_queue_that_is_placed_already),
        cmocka_unit_test(a_queue_before_features_ok),
        cmocka_unit_test(a_queue_after_driver_ok),
        cmocka_unit_test(a_vector_that_the_device_does_not_have),
        cmocka_unit_test(a_notification_before_driver_ok),
        cmocka_unit_test(a_notification_for_another_queue),
        cmocka_unit_test(a_notification_for_a_queue_that_is_off),
        cmocka_unit_test(the_configuration_is_written),
        cmocka_unit_test(more_than_the_address_of_a_legacy_configuration),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
