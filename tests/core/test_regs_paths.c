/* SPDX-License-Identifier: MIT
 *
 * Register windows of each kind: what a legal access of each width does, and that an illegal one
 * does nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/regs.h"

#define SIZE 16u

static const uint32_t widths[] = {1, 2, 4};
static const uint32_t masks[] = {0xff, 0xffff, 0xffffffff}; /* of those widths */

/* The last access to a simulated card. */
static struct {
    uint32_t reads;
    uint32_t writes;
    uint32_t place; /* offset */
    uint32_t width;
    uint32_t value;
} seen;

static uint32_t sim_read(void *card, uint32_t offset, uint32_t width)
{
    assert_ptr_equal(card, &seen);
    seen.reads++;
    seen.place = offset;
    seen.width = width;
    return 0x89abcdef;
}

static void sim_write(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    assert_ptr_equal(card, &seen);
    seen.writes++;
    seen.place = offset;
    seen.width = width;
    seen.value = value;
}

static const struct ir_regs_sim sim = {sim_read, sim_write};
static const struct ir_regs sim_window = {
    .kind = IR_REGS_SIM, .size = SIZE, .sim = &sim, .card = &seen};

/* ir_reg_write_inline as doorbells call it: with each width as a constant. */
static int32_t ring_doorbell(const struct ir_regs *regs, uint32_t offset, uint32_t width,
                             uint32_t value)
{
    switch (width) {
    case 1:
        return ir_reg_write_inline(regs, offset, 1, value);
    case 2:
        return ir_reg_write_inline(regs, offset, 2, value);
    case 4:
        return ir_reg_write_inline(regs, offset, 4, value);
    default:
        return ir_reg_write_inline(regs, offset, width, value);
    }
}

static int forget_accesses(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    return 0;
}

static void simulated_card_sees_offset_width_and_value(void **state)
{
    uint32_t value = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        assert_int_equal(ir_reg_read(&sim_window, SIZE - widths[i], widths[i], &value), 0);
        assert_int_equal(value, 0x89abcdef);
        assert_int_equal(seen.place, SIZE - widths[i]);
        assert_int_equal(seen.width, widths[i]);
        assert_int_equal(ir_reg_write(&sim_window, 0, widths[i], 0x76543210), 0);
        assert_int_equal(seen.place, 0);
        assert_int_equal(seen.width, widths[i]);
        assert_int_equal(seen.value, 0x76543210);
        assert_int_equal(ring_doorbell(&sim_window, SIZE - widths[i], widths[i], 0x01234567), 0);
        assert_int_equal(seen.place, SIZE - widths[i]);
        assert_int_equal(seen.width, widths[i]);
        assert_int_equal(seen.value, 0x01234567);
    }
    assert_int_equal(seen.reads, 3);
    assert_int_equal(seen.writes, 6);
}

/* Fail unless the access is refused and nothing has happened. */
static void is_illegal(uint32_t size, uint32_t offset, uint32_t width)
{
    struct ir_regs window = sim_window;
    uint32_t value = 42;

    window.size = size;
    assert_int_equal(ir_reg_legal(&window, offset, width), 0);
    assert_int_equal(ir_reg_read(&window, offset, width, &value), -EINVAL);
    assert_int_equal(ir_reg_write(&window, offset, width, 1), -EINVAL);
    assert_int_equal(ring_doorbell(&window, offset, width, 1), -EINVAL);
    assert_int_equal(value, 42);
    assert_int_equal(seen.reads, 0);
    assert_int_equal(seen.writes, 0);
}

static void register_of_another_width_is_illegal(void **state)
{
    static const uint32_t others[] = {0, 3, 5, 8, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        is_illegal(SIZE, 0, others[i]);
}

static void register_at_an_odd_place_is_illegal(void **state)
{
    (void)state;
    is_illegal(SIZE, 1, 2);
    is_illegal(SIZE, 3, 2);
    is_illegal(SIZE, 1, 4);
    is_illegal(SIZE, 2, 4);
    is_illegal(SIZE, 3, 4);
}

static void register_beyond_the_window_is_illegal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        is_illegal(SIZE, SIZE, widths[i]);
        is_illegal(SIZE, UINT32_MAX - widths[i] + 1, widths[i]); /* its end wraps to 0 */
        is_illegal(0, 0, widths[i]);
    }
    is_illegal(SIZE - 1, SIZE - 4, 4); /* its last byte is outside */
    is_illegal(1, 0, 2);
    is_illegal(3, 0, 4); /* wider than the window */
}

static void each_register_in_the_window_is_legal(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        for (uint32_t offset = 0; offset <= SIZE - widths[i]; offset += widths[i])
            assert_int_equal(ir_reg_legal(&sim_window, offset, widths[i]), 1);
    }
}

static void memory_window_is_accessed_in_the_width_asked_for(void **state)
{
    uint32_t words[SIZE / 4];
    struct ir_regs window = {
        .kind = IR_REGS_MEMORY, .size = SIZE, .memory = (volatile uint8_t *)words};

    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        uint8_t expected[SIZE];
        uint32_t value = 0;
        uint32_t part = 0x12345678 & masks[i];

        memset(words, 0xee, sizeof(words));
        memset(expected, 0xee, sizeof(expected));
        memcpy(expected + 8, &part, widths[i]); /* both are of this machine's order */
        assert_int_equal(ir_reg_write(&window, 8, widths[i], 0x12345678 & masks[i]), 0);
        assert_memory_equal(words, expected, sizeof(expected));
        assert_int_equal(ir_reg_read(&window, 8, widths[i], &value), 0);
        assert_int_equal(value, 0x12345678 & masks[i]);
        assert_int_equal(ir_reg_read(&window, 4, widths[i], &value), 0);
        assert_int_equal(value, 0xeeeeeeee & masks[i]);
    }
}

static void doorbell_in_memory_writes_its_own_bytes_alone(void **state)
{
    uint32_t words[SIZE / 4];
    struct ir_regs window = {
        .kind = IR_REGS_MEMORY, .size = SIZE, .memory = (volatile uint8_t *)words};

    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        uint8_t expected[SIZE];
        uint32_t part = 0x12345678 & masks[i];

        memset(words, 0xee, sizeof(words));
        memset(expected, 0xee, sizeof(expected));
        memcpy(expected + SIZE - widths[i], &part, widths[i]);
        assert_int_equal(ring_doorbell(&window, SIZE - widths[i], widths[i], part), 0);
        assert_int_equal(ring_doorbell(&window, SIZE, widths[i], part), -EINVAL);
        assert_memory_equal(words, expected, sizeof(expected));
    }
}

/* Fail unless a doorbell of this width is rung exactly when all of it lies in the window. */
static void doorbell_is_checked(uint32_t size, uint32_t offset, uint32_t width)
{
    struct ir_regs window = sim_window;
    int legal = offset % width == 0 && (uint64_t)offset + width <= size;

    window.size = size;
    memset(&seen, 0, sizeof(seen));
    assert_int_equal(ring_doorbell(&window, offset, width, 7), legal ? 0 : -EINVAL);
    assert_int_equal(seen.writes, legal);
    if (legal)
        assert_int_equal(seen.place, offset);
}

static void doorbell_is_rung_only_inside_of_windows_of_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        for (uint32_t size = 0; size <= 12; size++) {
            for (uint32_t offset = 0; offset <= 16; offset++) {
                doorbell_is_checked(size, offset, widths[i]);
                doorbell_is_checked(size, UINT32_MAX - offset, widths[i]);
                doorbell_is_checked(UINT32_MAX - size, UINT32_MAX - offset, widths[i]);
                doorbell_is_checked(0x80000000 + size, 0x80000000 + offset, widths[i]);
            }
        }
    }
}

static void window_of_an_unknown_kind_answers_ones_and_takes_nothing(void **state)
{
    struct ir_regs window = sim_window;
    uint32_t value = 0;

    (void)state;
    window.kind = (enum ir_regs_kind)(IR_REGS_SIM + 1);
    assert_int_equal(ir_reg_read(&window, 0, 4, &value), 0);
    assert_int_equal(value, IR_REG_GONE);
    assert_int_equal(ir_reg_write(&window, 0, 4, 1), 0);
    assert_int_equal(ring_doorbell(&window, 0, 4, 1), 0);
    assert_int_equal(seen.reads, 0);
    assert_int_equal(seen.writes, 0);
}

int main(void)
{
#define WINDOW(test) cmocka_unit_test_setup(test, forget_accesses)
    const struct CMUnitTest tests[] = {
        WINDOW(simulated_card_sees_offset_width_and_value),
        WINDOW(register_of_another_width_is_illegal),
        WINDOW(register_at_an_odd_place_is_illegal),
        WINDOW(register_beyond_the_window_is_illegal),
        WINDOW(each_register_in_the_window_is_legal),
        WINDOW(memory_window_is_accessed_in_the_width_asked_for),
        WINDOW(doorbell_in_memory_writes_its_own_bytes_alone),
        WINDOW(doorbell_is_rung_only_inside_of_windows_of_any_size),
        WINDOW(window_of_an_unknown_kind_answers_ones_and_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
