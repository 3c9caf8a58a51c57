/* SPDX-License-Identifier: MIT
 *
 * Opening devices: each wrong string has its errno and a sentence that names it; nothing is left
 * behind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

static struct ir_domain *domain;

static int make_domain(void **state)
{
    (void)state;
    return ir_domain_create(&domain);
}

/* Fails when a device that did not open left something in the domain. */
static int drop_domain(void **state)
{
    (void)state;
    return ir_domain_destroy(domain);
}

/* Fail unless ir_open answers `expected` with a sentence that contains `part`. */
static void refused(const char *device, int expected, const char *part)
{
    char error[IR_ERROR_LENGTH];
    struct ir_dev *dev = NULL;

    memset(error, 'x', sizeof(error));
    assert_int_equal(ir_open(domain, device, &dev, error), expected);
    assert_null(dev);
    assert_non_null(memchr(error, '\0', sizeof(error)));
    assert_non_null(strstr(error, part));
    assert_int_equal(ir_open(domain, device, &dev, NULL), expected);
}

static void null_arguments_are_refused(void **state)
{
    char error[IR_ERROR_LENGTH];
    struct ir_dev *dev;

    (void)state;
    assert_int_equal(ir_open(NULL, CARD_DEVICE, &dev, error), -EINVAL);
    assert_true(error[0] != '\0');
    assert_int_equal(ir_open(domain, NULL, &dev, error), -EINVAL);
    assert_int_equal(ir_open(domain, CARD_DEVICE, NULL, error), -EINVAL);
}

static void string_that_names_no_kind_of_device_lists_the_forms(void **state)
{
    static const char *const strings[] = {
        "", "eth0", "sim", "pci:0000:03:00.0", "0000:03:00.9", "0000:03:0.0", "0000:03:00.0x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        refused(strings[i], -EINVAL, "0000:03:00.0");
        refused(strings[i], -EINVAL, "sim:82599");
        refused(strings[i], -EINVAL, strings[i]);
    }
}

static void long_nonsense_is_refused_with_a_sentence_that_fits(void **state)
{
    char device[4096];

    (void)state;
    memset(device, 'a', sizeof(device) - 1);
    device[sizeof(device) - 1] = '\0';
    refused(device, -EINVAL, "aaaa");
}

static void pci_address_without_a_device_is_no_device(void **state)
{
    (void)state;
    refused("ffff:ff:1f.7", -ENODEV, "ffff:ff:1f.7");
}

static void unknown_simulated_card_is_refused(void **state)
{
    (void)state;
    refused("sim:", -EINVAL, "sim:");
    refused("sim:nocard", -EINVAL, "nocard");
    refused("sim:82599,nokey=1", -EINVAL, "nokey");
}

static void opened_device_says_what_it_is(void **state)
{
    char error[IR_ERROR_LENGTH];
    struct ir_dev *dev;
    struct ir_info info;

    (void)state;
    assert_int_equal(ir_open(domain, CARD_DEVICE, &dev, error), 0);
    assert_string_equal(error, "");
    memset(&info, 0xff, sizeof(info));
    ir_info(dev, &info);
    assert_string_equal(info.name, CARD_DEVICE);
    assert_string_equal(info.driver, "ixgbe");
    assert_int_equal(info.vendor, 0x8086);
    assert_int_equal(info.rx_queues_max, 16);
    assert_int_equal(info.tx_queues_max, 64);
    assert_int_equal(info.frame_min, IR_FRAME_MIN);
    assert_int_equal(info.frame_max, IR_FRAME_MAX);
    assert_int_equal(ir_domain_destroy(domain), -EBUSY);
    assert_int_equal(ir_close(dev), 0);
}

static void long_device_string_is_shortened_as_a_name(void **state)
{
    static const char device[] = CARD_DEVICE ",late=rxdctl.enable:25,never=swsm.smbi";
    struct ir_dev *dev;
    struct ir_info info;
    char error[IR_ERROR_LENGTH];

    (void)state;
    assert_true(strlen(device) > sizeof(info.name));
    if (ir_open(domain, device, &dev, error) != 0)
        fail_msg("%s", error);
    ir_info(dev, &info);
    assert_int_equal(strlen(info.name), sizeof(info.name) - 1);
    assert_memory_equal(info.name, device, sizeof(info.name) - 1);
    assert_int_equal(ir_close(dev), 0);
}

static void card_that_never_gets_ready_is_refused_saying_what_did_not_happen(void **state)
{
    (void)state;
    refused(CARD_DEVICE ",never=ctrl.rst", -ETIMEDOUT, "CTRL.RST");
    refused(CARD_DEVICE ",never=ctrl.rst", -ETIMEDOUT, CARD_DEVICE);
    refused(CARD_DEVICE ",never=eec.ard", -ETIMEDOUT, "EEPROM");
    refused(CARD_DEVICE ",never=rdrxctl.dmaidone", -ETIMEDOUT, "DMAIDONE");
}

static void card_that_is_slow_to_get_ready_opens(void **state)
{
    static const char *const strings[] = {
        CARD_DEVICE ",late=ctrl.rst:9000",           CARD_DEVICE ",late=eec.ard:900000",
        CARD_DEVICE ",late=rdrxctl.dmaidone:900000", CARD_DEVICE ",late=status.master:90000",
        CARD_DEVICE ",never=status.master",          CARD_DEVICE ",never=links.up",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        char error[IR_ERROR_LENGTH];
        struct ir_dev *dev;
        uint64_t violations;

        if (ir_open(domain, strings[i], &dev, error) != 0)
            fail_msg("%s", error);
        assert_int_equal(ir_sim_violations(dev, &violations), 0);
        assert_int_equal(violations, 0);
        assert_int_equal(ir_close(dev), 0);
    }
}

static void card_without_a_driver_is_refused_with_its_id(void **state)
{
    (void)state;
    refused(CARD_DEVICE ",device=10ed", -ENOTSUP, "8086:10ed");
    refused(CARD_DEVICE ",device=1528", -ENOTSUP, "8086:1528");
}

static void each_card_of_the_family_opens(void **state)
{
    static const char *const ids[] = {
        "10f7", "10f8", "10f9", "10fb", "10fc", "1507", "1514", "1517",
        "151c", "1529", "152a", "154a", "154d", "154f", "1557", "1558",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        char device[] = CARD_DEVICE ",device=0000";
        struct ir_dev *dev;
        struct ir_info info;

        memcpy(device + sizeof(device) - 5, ids[i], 4);
        assert_int_equal(ir_open(domain, device, &dev, NULL), 0);
        ir_info(dev, &info);
        assert_int_equal(info.device, strtoul(ids[i], NULL, 16));
        assert_int_equal(ir_close(dev), 0);
    }
}

static void several_devices_share_a_domain(void **state)
{
    struct ir_dev *devs[4];

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(ir_open(domain, CARD_DEVICE, &devs[i], NULL), 0);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(ir_close(devs[i]), 0);
}

static void closing_no_device_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(ir_close(NULL), 0);
}

int main(void)
{
#define IN_DOMAIN(test) cmocka_unit_test_setup_teardown(test, make_domain, drop_domain)
    const struct CMUnitTest tests[] = {
        IN_DOMAIN(null_arguments_are_refused),
        IN_DOMAIN(string_that_names_no_kind_of_device_lists_the_forms),
        IN_DOMAIN(long_nonsense_is_refused_with_a_sentence_that_fits),
        IN_DOMAIN(pci_address_without_a_device_is_no_device),
        IN_DOMAIN(unknown_simulated_card_is_refused),
        IN_DOMAIN(opened_device_says_what_it_is),
        IN_DOMAIN(long_device_string_is_shortened_as_a_name),
        IN_DOMAIN(card_that_never_gets_ready_is_refused_saying_what_did_not_happen),
        IN_DOMAIN(card_that_is_slow_to_get_ready_opens),
        IN_DOMAIN(card_without_a_driver_is_refused_with_its_id),
        IN_DOMAIN(each_card_of_the_family_opens),
        IN_DOMAIN(several_devices_share_a_domain),
        IN_DOMAIN(closing_no_device_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
