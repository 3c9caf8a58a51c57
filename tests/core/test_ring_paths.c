/* SPDX-License-Identifier: MIT
 *
 * The private side of a descriptor ring: which sizes it may have, and its window as it goes around.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/moves.h"

#define SIZE 64u

static void ring_may_have_each_power_of_two_from_64_to_4096(void **state)
{
    struct ir_ring ring;

    (void)state;
    for (uint64_t size = 64; size <= 4096; size *= 2) {
        ring.head = 3;
        ring.tail = 5;
        assert_int_equal(ir_ring_init(&ring, size), 0);
        assert_int_equal(ring.size, size);
        assert_int_equal(ring.head, 0);
        assert_int_equal(ring.tail, 0);
    }
}

static void ring_of_any_other_size_is_refused_and_unchanged(void **state)
{
    static const uint64_t sizes[] = {0,    1,    32,   63,         65,        100,
                                     4095, 4097, 8192, UINT64_MAX, 1ull << 38};
    struct ir_ring ring = {.size = 128, .head = 7, .tail = 9};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(ir_ring_init(&ring, sizes[i]), -EINVAL);
        assert_int_equal(ring.size, 128);
        assert_int_equal(ring.head, 7);
        assert_int_equal(ring.tail, 9);
    }
}

static void slot_after_the_last_one_is_the_first(void **state)
{
    (void)state;
    assert_int_equal(ir_ring_next(0, SIZE), 1);
    assert_int_equal(ir_ring_next(SIZE - 2, SIZE), SIZE - 1);
    assert_int_equal(ir_ring_next(SIZE - 1, SIZE), 0);
}

/* For each place of the window: use and room add up, and the order is kept. */
static void window_keeps_its_order_all_the_way_around(void **state)
{
    struct ir_ring ring;
    uint32_t pushed = 0;
    uint32_t popped = 0;

    (void)state;
    assert_int_equal(ir_ring_init(&ring, SIZE), 0);
    for (uint32_t round = 0; round < 3 * SIZE; round++) {
        while (ir_ring_room(&ring) > 0)
            ir_ring_push(&ring, pushed++);
        assert_int_equal(ir_ring_used(&ring), SIZE - 1);
        for (uint32_t i = 0; i < 1 + round % (SIZE - 1); i++) {
            assert_int_equal(ir_ring_pop(&ring), popped);
            popped++;
            assert_int_equal(ir_ring_used(&ring), pushed - popped);
            assert_int_equal(ir_ring_room(&ring), SIZE - 1 - (pushed - popped));
        }
    }
    while (ir_ring_used(&ring) > 0) {
        assert_int_equal(ir_ring_pop(&ring), popped);
        popped++;
    }
    assert_int_equal(popped, pushed);
}

static void drained_ring_gives_each_buffer_back_to_the_pool(void **state)
{
    struct ir_pool *pool = malloc(sizeof(*pool));
    uint8_t *memory = calloc(SIZE, IR_POOL_HEADROOM + 2048);
    struct ir_ring ring;

    (void)state;
    assert_non_null(pool);
    assert_non_null(memory);
    assert_int_equal(ir_pool_init(pool, memory, 0x100000, SIZE, 2048, 1), 0);
    assert_int_equal(ir_ring_init(&ring, SIZE), 0);
    for (uint32_t i = 0; i < SIZE - 1; i++)
        (void)ir_move_pool_to_ring(pool, &ring);
    assert_int_equal(pool->free_count, 1);
    ir_move_drain(&ring, pool);
    assert_int_equal(ir_ring_used(&ring), 0);
    assert_int_equal(pool->free_count, SIZE);
    ir_move_drain(&ring, pool); /* nothing is left to give back */
    assert_int_equal(pool->free_count, SIZE);
    for (uint32_t buffer = 0; buffer < SIZE; buffer++) {
        uint32_t times = 0;

        for (uint32_t i = 0; i < SIZE; i++)
            times += pool->stack[i] == buffer;
        assert_int_equal(times, 1);
    }
    free(memory);
    free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_may_have_each_power_of_two_from_64_to_4096),
        cmocka_unit_test(ring_of_any_other_size_is_refused_and_unchanged),
        cmocka_unit_test(slot_after_the_last_one_is_the_first),
        cmocka_unit_test(window_keeps_its_order_all_the_way_around),
        cmocka_unit_test(drained_ring_gives_each_buffer_back_to_the_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
