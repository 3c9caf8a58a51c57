/* SPDX-License-Identifier: MIT
 *
 * A card that does not do what it is waited for: each wait ends, with an error that says what was missing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "window.h"

static void bring_up_fails(struct window *window, int result, const char *clause)
{
    char error[IR_ERROR_LENGTH];

    assert_int_equal(window_bring_up(window, error), result);
    assert_non_null(strstr(error, clause));
    assert_null(window->dev);
    assert_int_equal(window->command & 4u, 0); /* no bus master */
}

static void other_cards_are_not_taken(void **state)
{
    (void)state;
    assert_true(e1000e_supports(0x8086, 0x10d3));
    assert_false(e1000e_supports(0x8086, 0x10d4));
    assert_false(e1000e_supports(0x8086, 0x10fb));
    assert_false(e1000e_supports(0x1af4, 0x10d3));
}

static void card_that_is_gone_is_no_device(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_GONE;
    bring_up_fails(window, -ENODEV, "does not answer");
}

/* Pulled out after any number of accesses: never anything but -ENODEV or, at the end, a device. */
static void card_that_goes_away_on_the_way_is_no_device(void **state)
{
    struct window *window = *state;
    char error[IR_ERROR_LENGTH];
    uint32_t needed;

    assert_int_equal(window_bring_up(window, error), 0);
    needed = window->accesses;
    assert_int_equal(window->dev->ops->close(window->dev), 0);
    window->dev = NULL;
    for (uint32_t after = 1; after < needed; after++) {
        struct ir_dev *dev = NULL;

        window->accesses = 0;
        window->gone_after = after;
        assert_int_equal(e1000e_driver.open(window->domain, &window->transport, &dev, error),
                         -ENODEV);
        assert_null(dev);
    }
    window->gone_after = 0;
    window->early = 0; /* what a card that was away missed */
}

static void reset_that_does_not_end_is_an_error(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_STUCK_RESET;
    bring_up_fails(window, -ETIMEDOUT, "did not come out of reset");
    assert_true(window->waited < 1000000);
    /* The next attempt finds it still in reset, and writes nothing. */
    bring_up_fails(window, -ETIMEDOUT, "did not come out of reset");
    assert_int_equal(window->resets, 1);
    assert_int_equal(window->early, 0);
}

static void nvm_that_is_not_read_is_an_error(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_NO_NVM;
    bring_up_fails(window, -ETIMEDOUT, "did not read its NVM");
}

static void phy_that_does_not_answer_is_an_error(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_NO_PHY;
    bring_up_fails(window, -ETIMEDOUT, "PHY does not answer");
    assert_int_equal(*window_at(window, E1000E_EXTCNF_CTRL) & E1000E_EXTCNF_CTRL_MDIO_SW, 0);
}

static void firmware_that_keeps_the_phy_is_left_alone(void **state)
{
    struct window *window = *state;
    char error[IR_ERROR_LENGTH];

    window->fault = WINDOW_FIRMWARE_MDIO;
    window->phy_control = E1000E_PHY_CONTROL_OFF;
    assert_int_equal(window_bring_up(window, error), 0);
    assert_int_equal(window->phy_writes, 0);
    assert_int_equal(*window_at(window, E1000E_MDIC), 0);
}

static void phy_that_was_turned_off_is_turned_on(void **state)
{
    struct window *window = *state;
    char error[IR_ERROR_LENGTH];

    window->phy_control = E1000E_PHY_CONTROL_OFF | 0x40;
    assert_int_equal(window_bring_up(window, error), 0);
    assert_int_equal(window->phy_writes, 1);
    assert_int_equal(window->phy_control, 0x1200); /* negotiate, anew */
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(window->phy_writes, 1);
    assert_int_equal(*window_at(window, E1000E_EXTCNF_CTRL) & E1000E_EXTCNF_CTRL_MDIO_SW, 0);
}

static void card_that_does_not_let_go_of_memory_is_reset_all_the_same(void **state)
{
    struct window *window = *state;
    char error[IR_ERROR_LENGTH];

    window->fault = WINDOW_STUCK_MASTER;
    assert_int_equal(window_bring_up(window, error), 0);
    assert_int_equal(window->resets, 1);
}

static void card_without_a_usable_address_is_an_error(void **state)
{
    struct window *window = *state;

    *window_at(window, E1000E_RAL(0)) = 0x12345603; /* multicast */
    bring_up_fails(window, -EIO, "no valid MAC address");
    *window_at(window, E1000E_RAL(0)) = 0;
    *window_at(window, E1000E_RAH(0)) = 0;
    bring_up_fails(window, -EIO, "no valid MAC address");
}

static void window_that_is_too_small_is_not_touched(void **state)
{
    struct window *window = *state;

    window->transport.bars[0].size = E1000E_WINDOW - 4;
    bring_up_fails(window, -EIO, "too small for an 82574");
    assert_int_equal(window->accesses, 0);
}

static void configuration_space_that_cannot_be_written_is_an_error(void **state)
{
    struct window *window = *state;

    window->config_fails = true;
    bring_up_fails(window, -EIO, "PCI command register");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_cards_are_not_taken),
#define WITH_WINDOW(test) cmocka_unit_test_setup_teardown(test, window_open, window_close)
        WITH_WINDOW(card_that_is_gone_is_no_device),
        WITH_WINDOW(card_that_goes_away_on_the_way_is_no_device),
        WITH_WINDOW(reset_that_does_not_end_is_an_error),
        WITH_WINDOW(nvm_that_is_not_read_is_an_error),
        WITH_WINDOW(phy_that_does_not_answer_is_an_error),
        WITH_WINDOW(firmware_that_keeps_the_phy_is_left_alone),
        WITH_WINDOW(phy_that_was_turned_off_is_turned_on),
        WITH_WINDOW(card_that_does_not_let_go_of_memory_is_reset_all_the_same),
        WITH_WINDOW(card_without_a_usable_address_is_an_error),
        WITH_WINDOW(window_that_is_too_small_is_not_touched),
        WITH_WINDOW(configuration_space_that_cannot_be_written_is_an_error),
#undef WITH_WINDOW
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
