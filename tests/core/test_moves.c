/* SPDX-License-Identifier: MIT
 *
 * The moves of buffers into and out of a ring, and that the books balance after each.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "books.h"
#include "core/moves.h"

static void ring_is_filled_from_the_pool_and_emptied_into_it(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();

    for (uint32_t round = 0; round < 5; round++) {
        for (uint32_t i = 0; i < BOOKS_SLOTS; i++) {
            uint64_t tail = ring->tail;
            uint32_t index = ir_move_pool_to_ring(pool, ring);

            assert_int_equal(ring->slot[tail], index);
            books_balance(pool, i + 1, 0);
        }
        assert_int_equal(ir_ring_room(ring), 0);
        for (uint32_t i = 0; i < BOOKS_SLOTS; i++) {
            uint32_t oldest = ring->slot[ring->head];

            ir_move_ring_to_pool(ring, pool);
            assert_int_equal(pool->stack[pool->free_count - 1], oldest);
            books_balance(pool, BOOKS_SLOTS - 1 - i, 0);
        }
    }
}

static void packet_out_of_the_ring_has_its_length_and_its_buffer(void **state)
{
    static const uint32_t lengths[] = {0, 1, 14, 255, 256, 300, 2048};
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        uint32_t index = ir_move_pool_to_ring(pool, ring);
        struct ir_pkt pkt = ir_move_ring_to_app(ring, pool, lengths[i]);

        assert_int_equal(ir_handle_index(pkt), index);
        assert_int_equal(ir_handle_length(pkt), lengths[i]);
        assert_true(ir_pool_holds(pool, pkt));
        books_balance(pool, 0, i + 1);
    }
}

static void packet_into_the_ring_is_no_longer_the_applications(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();
    struct ir_pkt pkts[BOOKS_SLOTS];

    for (uint32_t i = 0; i < BOOKS_SLOTS; i++)
        assert_int_equal(ir_pool_take(pool, 60, &pkts[i]), 0);
    for (uint32_t i = 0; i < BOOKS_SLOTS; i++) {
        assert_int_equal(ir_move_app_to_ring(pool, pkts[i], ring), ir_handle_index(pkts[i]));
        assert_int_equal(ring->slot[i], ir_handle_index(pkts[i]));
        assert_false(ir_pool_holds(pool, pkts[i]));
        assert_int_equal(ir_pool_return(pool, pkts[i]), -ESTALE);
        books_balance(pool, i + 1, BOOKS_SLOTS - 1 - i);
    }
}

static void packets_pass_through_a_ring_in_order(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();
    uint32_t expected[1000];
    uint32_t in = 0;

    for (uint32_t out = 0; out < 1000; out++) {
        while (in < 1000 && ir_ring_room(ring) > out % 50 && pool->free_count > 0)
            expected[in++] = ir_move_pool_to_ring(pool, ring);
        struct ir_pkt pkt = ir_move_ring_to_app(ring, pool, 60);

        assert_int_equal(ir_handle_index(pkt), expected[out]);
        assert_int_equal(ir_pool_return(pool, pkt), 0);
    }
}

static void drained_ring_is_empty_and_its_buffers_are_free(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();

    for (uint32_t count = 0; count <= BOOKS_SLOTS; count++) {
        for (uint32_t i = 0; i < count; i++)
            (void)ir_move_pool_to_ring(pool, ring);
        ir_move_drain(ring, pool);
        assert_int_equal(ir_ring_used(ring), 0);
        assert_int_equal(pool->free_count, BOOKS_BUFFERS);
        books_balance(pool, 0, 0);
    }
}

int main(void)
{
#define BOOKED(test) cmocka_unit_test_setup(test, books_open)
    const struct CMUnitTest tests[] = {
        BOOKED(ring_is_filled_from_the_pool_and_emptied_into_it),
        BOOKED(packet_out_of_the_ring_has_its_length_and_its_buffer),
        BOOKED(packet_into_the_ring_is_no_longer_the_applications),
        BOOKED(packets_pass_through_a_ring_in_order),
        BOOKED(drained_ring_is_empty_and_its_buffers_are_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
