/* SPDX-License-Identifier: MIT
 *
 * What the driver writes for interrupts, with several vectors and with one. Whether a card then interrupts is
 * tests/api's affair.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "e1000e/interrupt.h"
#include "window.h"

#define SELF  (1u << 31 | 1u << 24) /* of CTRL_EXT: pending bits, and causes that mask themselves */
#define QUEUE 0x00f00000u
#define OTHER 0x01070244u /* in ICR: OTHER and what it stands for */

/* Somebody waits for everything, with so many vectors. */
static struct e1000e_dev *all_asked(struct window *window, uint32_t vectors)
{
    struct e1000e_dev *dev = window_record(window);

    dev->base.interrupts.vectors = vectors;
    dev->base.interrupts.throttle = 100;
    dev->base.interrupts.rx[0] = true;
    dev->base.interrupts.tx[0] = true;
    dev->base.interrupts.link = true;
    return dev;
}

static void queues_have_the_first_vector_and_the_rest_the_last(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 2);

    *window_at(window, E1000E_CTRL_EXT) |= 1u << 27;
    *window_at(window, E1000E_IMC) = 0;
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(*window_at(window, E1000E_IMC), UINT32_MAX);
    assert_int_equal(*window_at(window, E1000E_IVAR), 0x00090808);
    assert_int_equal(*window_at(window, E1000E_CTRL_EXT) & (SELF | 1u << 27), SELF);
    assert_int_equal(*window_at(window, E1000E_EIAC), QUEUE);
    assert_int_equal(*window_at(window, E1000E_IAM), QUEUE);
    assert_int_equal(*window_at(window, E1000E_EITR(0)), 390); /* times 256 ns */
    assert_int_equal(*window_at(window, E1000E_EITR(1)), 390);
    assert_int_equal(*window_at(window, E1000E_EITR(2)), 0);
    all_asked(window, 5);
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(*window_at(window, E1000E_IVAR), 0x000c0808);
    assert_int_equal(*window_at(window, E1000E_EITR(4)), 390);
}

static void a_vector_is_armed_for_what_is_asked_alone(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 2);

    assert_int_equal(e1000e_interrupt_arm(dev, 0), 0);
    assert_int_equal(*window_at(window, E1000E_ICR), 1u << 20 | 1u << 22);
    assert_int_equal(*window_at(window, E1000E_IMS), 1u << 20 | 1u << 22);
    assert_int_equal(e1000e_interrupt_arm(dev, 1), 0);
    assert_int_equal(*window_at(window, E1000E_ICR), OTHER);
    assert_int_equal(*window_at(window, E1000E_IMS), 1u << 24 | 1u << 2);
    assert_int_equal(e1000e_interrupt_mask(dev, 1), 0);
    assert_int_equal(*window_at(window, E1000E_IMC), 1u << 24 | 1u << 2);
    dev->base.interrupts.tx[0] = false;
    dev->base.interrupts.link = false;
    assert_int_equal(e1000e_interrupt_mask(dev, 0), 0);
    assert_int_equal(*window_at(window, E1000E_IMC), 1u << 20);
    assert_int_equal(e1000e_interrupt_arm(dev, 1), 0);
    assert_int_equal(*window_at(window, E1000E_IMS), 0);
}

static void a_single_vector_tells_of_everything(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 1);
    uint32_t all = 1u << 24 | 1u << 22 | 1u << 20 | 1u << 7 | 1u << 2 | 1u << 0;

    *window_at(window, E1000E_CTRL_EXT) |= SELF;
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(*window_at(window, E1000E_IVAR), 0x00080808);
    assert_int_equal(*window_at(window, E1000E_CTRL_EXT) & SELF, 0);
    assert_int_equal(*window_at(window, E1000E_EIAC), 0);
    assert_int_equal(*window_at(window, E1000E_IAM), 0);
    assert_int_equal(*window_at(window, E1000E_ITR), 390);
    assert_int_equal(e1000e_interrupt_arm(dev, 0), 0);
    assert_int_equal(*window_at(window, E1000E_ICR), all | OTHER);
    assert_int_equal(*window_at(window, E1000E_IMS), all);
    assert_int_equal(e1000e_interrupt_mask(dev, 0), 0);
    assert_int_equal(*window_at(window, E1000E_IMC), all);
}

static void the_longest_interval_is_that_of_the_register(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 2);

    dev->base.interrupts.throttle = UINT32_MAX;
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(*window_at(window, E1000E_EITR(0)), 0xffff);
    dev->base.interrupts.throttle = 1;
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(*window_at(window, E1000E_EITR(0)), 3);
}

static void vectors_that_do_not_exist_are_refused(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 6);

    assert_int_equal(e1000e_interrupt_change(dev), -EINVAL);
    assert_int_equal(e1000e_interrupt_arm(dev, 0), -EINVAL);
    all_asked(window, 2);
    assert_int_equal(e1000e_interrupt_arm(dev, 2), -EINVAL);
    assert_int_equal(e1000e_interrupt_mask(dev, 2), -EINVAL);
    all_asked(window, 0);
    assert_int_equal(e1000e_interrupt_change(dev), 0);
    assert_int_equal(e1000e_interrupt_mask(dev, 0), -EINVAL);
}

static void a_device_that_is_not_started_is_left_alone(void **state)
{
    struct window *window = *state;
    struct e1000e_dev *dev = all_asked(window, 2);
    uint32_t accesses = window->accesses;

    for (uint32_t down = 0; down < 2; down++) {
        dev->state = down != 0 ? E1000E_DOWN : E1000E_STOPPED;
        assert_int_equal(e1000e_interrupt_change(dev), down != 0 ? -EIO : 0);
        assert_int_equal(e1000e_interrupt_arm(dev, 0), -EIO);
        assert_int_equal(e1000e_interrupt_mask(dev, 0), -EIO);
        assert_int_equal(window->accesses, accesses);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STARTED(test) cmocka_unit_test_setup_teardown(test, window_started, window_close)
        STARTED(queues_have_the_first_vector_and_the_rest_the_last),
        STARTED(a_vector_is_armed_for_what_is_asked_alone),
        STARTED(a_single_vector_tells_of_everything),
        STARTED(the_longest_interval_is_that_of_the_register),
        STARTED(vectors_that_do_not_exist_are_refused),
        STARTED(a_device_that_is_not_started_is_left_alone),
#undef STARTED
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
