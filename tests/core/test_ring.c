/* SPDX-License-Identifier: MIT
 *
 * The private side of a ring: sizes, the window, and the order of what goes through it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/ring.h"

static struct ir_ring ring;

static void only_powers_of_two_from_64_to_4096_are_sizes(void **state)
{
    static const uint64_t sizes[] = {64, 128, 256, 512, 1024, 2048, 4096};
    size_t next = 0;

    (void)state;
    for (uint64_t size = 0; size <= 9000; size++) {
        int legal = next < sizeof(sizes) / sizeof(sizes[0]) && size == sizes[next];

        assert_int_equal(ir_ring_init(&ring, size), legal ? 0 : -EINVAL);
        next += (size_t)legal;
    }
    assert_int_equal(next, sizeof(sizes) / sizeof(sizes[0]));
    assert_int_equal(ir_ring_init(&ring, 4294967296u + 64u), -EINVAL);
    assert_int_equal(ir_ring_init(&ring, UINT64_MAX), -EINVAL);
}

static void new_ring_is_empty_whatever_it_held_before(void **state)
{
    (void)state;
    assert_int_equal(ir_ring_init(&ring, 128), 0);
    for (uint32_t i = 0; i < 60; i++)
        ir_ring_push(&ring, i);
    (void)ir_ring_pop(&ring);
    assert_int_equal(ir_ring_init(&ring, 64), 0);
    assert_int_equal(ring.size, 64);
    assert_int_equal(ring.head, 0);
    assert_int_equal(ring.tail, 0);
    assert_int_equal(ir_ring_used(&ring), 0);
    assert_int_equal(ir_ring_room(&ring), 63);
}

static void slot_after_the_last_is_the_first(void **state)
{
    (void)state;
    assert_int_equal(ir_ring_next(0, 64), 1);
    assert_int_equal(ir_ring_next(62, 64), 63);
    assert_int_equal(ir_ring_next(63, 64), 0);
    assert_int_equal(ir_ring_next(4095, 4096), 0);
}

/* From each place around the ring, with each number of buffers in it. */
static void used_and_room_are_right_everywhere_around_the_ring(void **state)
{
    (void)state;
    assert_int_equal(ir_ring_init(&ring, 64), 0);
    for (uint64_t head = 0; head < 64; head++) {
        for (uint64_t count = 0; count < 64; count++) {
            ring.head = head;
            ring.tail = (head + count) % 64;
            assert_int_equal(ir_ring_used(&ring), count);
            assert_int_equal(ir_ring_room(&ring), 63 - count);
        }
    }
}

static void what_is_pushed_is_popped_in_order_around_the_ring(void **state)
{
    uint32_t in = 0;
    uint32_t out = 0;

    (void)state;
    assert_int_equal(ir_ring_init(&ring, 64), 0);
    for (uint32_t round = 0; round < 200; round++) {
        while (ir_ring_room(&ring) > round % 7) {
            uint64_t tail = ring.tail;

            ir_ring_push(&ring, (in * 977) % 65536);
            assert_int_equal(ring.slot[tail], (in * 977) % 65536);
            assert_int_equal(ring.tail, (tail + 1) % 64);
            in++;
        }
        while (ir_ring_used(&ring) > round % 11) {
            uint64_t head = ring.head;

            assert_int_equal(ir_ring_pop(&ring), (out * 977) % 65536);
            assert_int_equal(ring.head, (head + 1) % 64);
            out++;
        }
        assert_int_equal(ir_ring_used(&ring), in - out);
    }
    assert_true(in > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_powers_of_two_from_64_to_4096_are_sizes),
        cmocka_unit_test(new_ring_is_empty_whatever_it_held_before),
        cmocka_unit_test(slot_after_the_last_is_the_first),
        cmocka_unit_test(used_and_room_are_right_everywhere_around_the_ring),
        cmocka_unit_test(what_is_pushed_is_popped_in_order_around_the_ring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
