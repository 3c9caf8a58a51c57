/* SPDX-License-Identifier: MIT
 *
 * Register access: what is let through to the window, and what is refused before it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/regs.h"

/* The last access that reached the window. */
struct access {
    uint32_t count;
    uint32_t offset;
    uint32_t width;
    uint32_t value;
};

static uint32_t note_read(void *card, uint32_t offset, uint32_t width)
{
    struct access *access = card;

    access->count++;
    access->offset = offset;
    access->width = width;
    return 0x12345678;
}

static void note_write(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    struct access *access = card;

    access->count++;
    access->offset = offset;
    access->width = width;
    access->value = value;
}

static const struct ir_regs_sim noting = {note_read, note_write};

static void expect_access(uint32_t size, uint32_t offset, uint32_t width)
{
    struct access access = {0};
    const struct ir_regs regs = {
        .kind = IR_REGS_SIM, .size = size, .sim = &noting, .card = &access};
    uint32_t value = 0;

    assert_int_equal(ir_reg_read(&regs, offset, width, &value), 0);
    assert_int_equal(value, 0x12345678);
    assert_int_equal(access.count, 1);
    assert_int_equal(access.offset, offset);
    assert_int_equal(access.width, width);
    assert_int_equal(ir_reg_write(&regs, offset, width, 0x9abcdef0), 0);
    assert_int_equal(access.count, 2);
    assert_int_equal(access.offset, offset);
    assert_int_equal(access.width, width);
    assert_int_equal(access.value, 0x9abcdef0);
}

static void expect_refusal(uint32_t size, uint32_t offset, uint32_t width)
{
    struct access access = {0};
    const struct ir_regs regs = {
        .kind = IR_REGS_SIM, .size = size, .sim = &noting, .card = &access};
    uint32_t value = 77;

    assert_int_equal(ir_reg_read(&regs, offset, width, &value), -EINVAL);
    assert_int_equal(value, 77);
    assert_int_equal(ir_reg_write(&regs, offset, width, 1), -EINVAL);
    assert_int_equal(access.count, 0);
}

static void registers_in_the_window_are_read_and_written(void **state)
{
    (void)state;
    for (uint32_t width = 1; width <= 4; width *= 2) {
        expect_access(64, 0, width);
        expect_access(64, width, width);
        expect_access(64, 64 - width, width);
        expect_access(width, 0, width);
        expect_access(UINT32_MAX, 0x80000000, width);
    }
}

static void registers_outside_of_the_window_are_refused(void **state)
{
    (void)state;
    for (uint32_t width = 1; width <= 4; width *= 2) {
        expect_refusal(64, 64, width);
        expect_refusal(64, 68, width);
        expect_refusal(64, 0x80000000, width);
        expect_refusal(64, UINT32_MAX - width + 1, width);
        expect_refusal(0, 0, width);
        expect_refusal(width - 1, 0, width);
        expect_refusal(width - 1, 8, width);
    }
    expect_refusal(66, 64, 4);
}

static void registers_across_a_boundary_are_refused(void **state)
{
    (void)state;
    expect_refusal(64, 1, 2);
    expect_refusal(64, 1, 4);
    expect_refusal(64, 2, 4);
    expect_refusal(64, 63, 2);
}

static void widths_that_no_access_has_are_refused(void **state)
{
    static const uint32_t widths[] = {0, 3, 5, 6, 7, 8, 16, 64, 0x80000000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        expect_refusal(64, 0, widths[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_in_the_window_are_read_and_written),
        cmocka_unit_test(registers_outside_of_the_window_are_refused),
        cmocka_unit_test(registers_across_a_boundary_are_refused),
        cmocka_unit_test(widths_that_no_access_has_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
