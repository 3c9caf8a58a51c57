/* SPDX-License-Identifier: MIT
 *
 * Moves of a run of slots: that the books balance when a run's ends are stored, wherever in the ring it
 * begins, and that no run goes around the ring's end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "books.h"
#include "core/run.h"

static void run_ends_where_the_ring_does(void **state)
{
    (void)state;
    assert_int_equal(ir_run_length(0, 64, 0), 0);
    assert_int_equal(ir_run_length(0, 64, 63), 63);
    assert_int_equal(ir_run_length(1, 64, 63), 63);
    assert_int_equal(ir_run_length(2, 64, 63), 62);
    assert_int_equal(ir_run_length(63, 64, 63), 1);
    assert_int_equal(ir_run_length(63, 64, 0), 0);
    assert_int_equal(ir_run_length(64, 64, 5), 0);
}

static void slot_behind_the_last_is_the_first(void **state)
{
    struct ir_ring *ring = books_ring();

    (void)state;
    for (uint64_t slot = 0; slot <= BOOKS_RING; slot++) {
        ir_run_set_head(ring, slot);
        ir_run_set_tail(ring, slot);
        assert_int_equal(ring->head, slot % BOOKS_RING);
        assert_int_equal(ring->tail, slot % BOOKS_RING);
    }
}

/* Lend up to `count` free buffers, in a run. Returns how many. */
static uint64_t lend(struct ir_pool *pool, struct ir_ring *ring, uint64_t count)
{
    const uint64_t tail = ring->tail;
    const uint64_t run = ir_run_length(tail, ring->size, count);

    for (uint64_t i = 0; i < run; i++) {
        uint32_t top = pool->stack[pool->free_count - i - 1];

        assert_int_equal(ir_run_pool_to_ring(pool, pool->free_count - i, ring, tail + i), top);
        assert_int_equal(ring->slot[tail + i], top);
    }
    pool->free_count -= run;
    ir_run_set_tail(ring, tail + run);
    return run;
}

static void run_from_the_pool_and_back_moves_each_buffer_once(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();

    for (uint64_t round = 0; round < 3 * BOOKS_RING; round++) {
        const uint64_t lent = lend(pool, ring, 1 + round % BOOKS_SLOTS);
        const uint64_t head = ring->head;

        books_balance(pool, lent, 0);
        for (uint64_t i = 0; i < lent; i++) {
            ir_run_ring_to_pool(ring, head + i, pool, pool->free_count + i);
            assert_int_equal(pool->stack[pool->free_count + i], ring->slot[head + i]);
        }
        pool->free_count += lent;
        ir_run_set_head(ring, head + lent);
        books_balance(pool, 0, 0);
    }
}

static void run_to_the_application_and_back_makes_packets_and_ends_them(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_ring *ring = books_ring();

    for (uint64_t round = 0; round < 3 * BOOKS_RING; round++) {
        struct ir_pkt pkts[BOOKS_SLOTS];
        const uint64_t lent = lend(pool, ring, 1 + round % BOOKS_SLOTS);
        const uint64_t head = ring->head;
        uint64_t sent;

        for (uint64_t i = 0; i < lent; i++) {
            pkts[i] = ir_run_ring_to_app(ring, head + i, pool, pool->grant_next + i, 60 + i);
            assert_true(ir_pool_holds(pool, pkts[i]));
            assert_int_equal(ir_handle_index(pkts[i]), ring->slot[head + i]);
            assert_int_equal(ir_handle_grant(pkts[i]), pool->grant_next + i);
            assert_int_equal(ir_handle_length(pkts[i]), 60 + i);
        }
        pool->grant_next += lent;
        ir_run_set_head(ring, head + lent);
        books_balance(pool, 0, lent);
        sent = ir_run_length(ring->tail, ring->size, lent);
        for (uint64_t i = 0; i < sent; i++) {
            assert_int_equal(ir_run_app_to_ring(pool, pkts[i], ring, ring->tail + i),
                             ir_handle_index(pkts[i]));
            assert_false(ir_pool_holds(pool, pkts[i]));
        }
        ir_run_set_tail(ring, ring->tail + sent);
        books_balance(pool, sent, lent - sent);
        ir_move_drain(ring, pool);
        for (uint64_t i = sent; i < lent; i++)
            assert_int_equal(ir_pool_return(pool, pkts[i]), 0);
        books_balance(pool, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_ends_where_the_ring_does),
        cmocka_unit_test_setup(slot_behind_the_last_is_the_first, books_open),
        cmocka_unit_test_setup(run_from_the_pool_and_back_moves_each_buffer_once, books_open),
        cmocka_unit_test_setup(run_to_the_application_and_back_makes_packets_and_ends_them,
                               books_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
