/* SPDX-License-Identifier: MIT
 *
 * Pools by themselves: how they begin, and how buffers go to the application and back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "books.h"

static struct ir_pool other_pool;

static void pool_of_impossible_size_is_refused(void **state)
{
    uint8_t *memory = ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM;

    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 0, 2048, 1), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 65536, 2048, 1), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 4294967297u, 2048, 1), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 65535, 2048, 1), 0);
    for (uint64_t size = 0; size <= 40000; size++) {
        int legal = size == 2048 || size == 4096 || size == 8192 || size == 16384;

        if (!legal)
            assert_int_equal(ir_pool_init(&other_pool, memory, 0, 1, size, 1), -EINVAL);
    }
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 1, 16384, 1), 0);
}

static void pool_with_a_number_out_of_range_is_refused(void **state)
{
    uint8_t *memory = ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM;

    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 1, 2048, 0), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 1, 2048, 64), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, 0, 1, 2048, 63), 0);
    assert_true(other_pool.grant_last <= UINT32_MAX);
}

static void pool_whose_device_addresses_wrap_is_refused(void **state)
{
    uint8_t *memory = ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM;
    uint64_t last = UINT64_MAX - 3 * (IR_POOL_HEADROOM + 4096);

    assert_int_equal(ir_pool_init(&other_pool, memory, last, 3, 4096, 1), 0);
    assert_int_equal(ir_pool_init(&other_pool, memory, last + 1, 3, 4096, 1), -EINVAL);
    assert_int_equal(ir_pool_init(&other_pool, memory, UINT64_MAX, 1, 2048, 1), -EINVAL);
}

static void pools_have_grants_of_their_own(void **state)
{
    uint64_t last = 0;

    for (uint64_t number = 1; number <= IR_POOL_NUMBER_MAX; number++) {
        assert_int_equal(ir_pool_init(&other_pool,
                                      ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM, 0, 1,
                                      2048, number),
                         0);
        assert_true(other_pool.grant_first > last);
        assert_true(other_pool.grant_last - other_pool.grant_first >= 65535);
        assert_int_equal(other_pool.grant_next, other_pool.grant_first);
        last = other_pool.grant_last;
    }
    assert_int_equal(last, UINT32_MAX);
}

static void handle_of_one_pool_is_stale_in_another(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt mine;
    struct ir_pkt foreign;

    assert_int_equal(ir_pool_init(&other_pool, pool->data - IR_POOL_HEADROOM, BOOKS_IOVA,
                                  BOOKS_BUFFERS, BOOKS_SIZE, 6),
                     0);
    assert_int_equal(ir_pool_take(&other_pool, 60, &foreign), 0);
    assert_int_equal(ir_pool_take(pool, 60, &mine), 0);
    assert_int_equal(ir_handle_index(mine), ir_handle_index(foreign));
    assert_int_equal(ir_pool_return(pool, foreign), -ESTALE);
    assert_int_equal(ir_pool_return(&other_pool, mine), -ESTALE);
    books_balance(pool, 0, 1);
    assert_int_equal(ir_pool_return(pool, mine), 0);
}

static void new_pool_has_all_its_buffers_free(void **state)
{
    const struct ir_pool *pool = *state;

    assert_int_equal(pool->count, BOOKS_BUFFERS);
    assert_int_equal(pool->buffer_size, BOOKS_SIZE);
    assert_int_equal(pool->iova, BOOKS_IOVA + IR_POOL_HEADROOM);
    assert_int_equal(pool->stride, BOOKS_STRIDE);
    assert_int_equal(pool->free_count, BOOKS_BUFFERS);
    for (uint32_t b = 0; b < IR_POOL_BUFFERS_MAX; b++)
        assert_int_equal(pool->holder[b], IR_POOL_NOBODY);
    assert_int_equal(pool->holder[IR_POOL_BUFFERS_MAX], 0);
    books_balance(pool, 0, 0);
}

static void device_address_of_each_buffer_lies_in_the_pool(void **state)
{
    static const uint64_t sizes[] = {2048, 4096, 8192, 16384};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(ir_pool_init(&other_pool,
                                      ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM,
                                      BOOKS_IOVA, 65535, sizes[i], 1),
                         0);
        for (uint32_t b = 0; b < 65535; b++)
            assert_int_equal(ir_pool_iova(&other_pool, b),
                             BOOKS_IOVA + IR_POOL_HEADROOM + b * (IR_POOL_HEADROOM + sizes[i]));
    }
}

static void each_buffer_is_handed_out_once(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkts[BOOKS_BUFFERS];
    struct ir_pkt more = {77};

    for (uint32_t i = 0; i < BOOKS_BUFFERS; i++) {
        assert_int_equal(ir_pool_take(pool, IR_FRAME_MIN + i, &pkts[i]), 0);
        assert_int_equal(ir_handle_length(pkts[i]), IR_FRAME_MIN + i);
        assert_true(ir_pool_holds(pool, pkts[i]));
        books_balance(pool, 0, i + 1);
    }
    assert_int_equal(ir_pool_take(pool, 60, &more), -ENOBUFS);
    assert_int_equal(more.bits, 77);
    for (uint32_t i = 0; i < BOOKS_BUFFERS; i++) {
        assert_int_equal(ir_pool_return(pool, pkts[i]), 0);
        books_balance(pool, 0, BOOKS_BUFFERS - 1 - i);
    }
}

static void packet_of_no_frames_length_is_refused(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = {77};

    assert_int_equal(ir_pool_take(pool, 0, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_take(pool, IR_FRAME_MIN - 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_take(pool, BOOKS_SIZE + 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_take(pool, UINT32_MAX, &pkt), -EMSGSIZE);
    assert_int_equal(pkt.bits, 77);
    books_balance(pool, 0, 0);
    assert_int_equal(ir_pool_take(pool, BOOKS_SIZE, &pkt), 0);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
}

static void packet_can_be_freed_once(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
    assert_false(ir_pool_holds(pool, pkt));
    assert_int_equal(ir_pool_return(pool, pkt), -ESTALE);
    books_balance(pool, 0, 0);
}

/* The buffer freed last is handed out next, so the old handle names it with each new owner. */
static void old_handle_stays_stale_when_its_buffer_has_a_new_owner(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt old;
    struct ir_pkt now;

    assert_int_equal(ir_pool_take(pool, 60, &old), 0);
    assert_int_equal(ir_pool_return(pool, old), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(ir_pool_take(pool, 60, &now), 0);
        assert_int_equal(ir_handle_index(now), ir_handle_index(old));
        assert_false(ir_pool_holds(pool, old));
        assert_int_equal(ir_pool_return(pool, old), -ESTALE);
        assert_int_equal(ir_pool_return(pool, now), 0);
    }
    books_balance(pool, 0, 0);
}

static void forged_handles_hold_nothing(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
    for (uint32_t b = 0; b < IR_POOL_INDICES; b++) {
        assert_false(ir_pool_holds(pool, ir_handle_make(0, b, 60)));
        assert_int_equal(ir_pool_return(pool, ir_handle_make(0, b, 60)), -ESTALE);
    }
    for (uint32_t bit = 0; bit < 64; bit++)
        assert_false(ir_pool_holds(pool, (struct ir_pkt){pkt.bits ^ (uint64_t)1 << bit}));
    books_balance(pool, 0, 1);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
}

/* What stands in the pool for a buffer that nobody holds is no handle of any buffer. */
static void handles_of_zeros_and_of_ones_hold_nothing(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
    for (uint32_t b = 0; b < IR_POOL_INDICES; b++) {
        struct ir_pkt zeros = ir_handle_make(0, b, 0);
        struct ir_pkt ones = ir_handle_make(UINT32_MAX, b, 65535);

        assert_false(ir_pool_holds(pool, zeros));
        assert_false(ir_pool_holds(pool, ones));
        assert_int_equal(ir_pool_return(pool, zeros), -ESTALE);
        assert_int_equal(ir_pool_return(pool, ones), -ESTALE);
    }
    books_balance(pool, 0, 1);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
    assert_int_equal(ir_pool_return(pool, (struct ir_pkt){IR_POOL_NOBODY}), -ESTALE);
    books_balance(pool, 0, 0);
}

static void handle_with_another_length_holds_nothing(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
    for (uint32_t length = 0; length <= 65535; length++) {
        struct ir_pkt other = ir_handle_make(ir_handle_grant(pkt), ir_handle_index(pkt), length);

        if (length != 60)
            assert_int_equal(ir_pool_return(pool, other), -ESTALE);
    }
    books_balance(pool, 0, 1);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
}

static void each_buffer_of_the_largest_pool_can_be_held(void **state)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_init(&other_pool, ((struct ir_pool *)*state)->data - IR_POOL_HEADROOM,
                                  0, 65535, 2048, 1),
                     0);
    for (uint32_t b = 65535; b-- > 0;) {
        assert_int_equal(ir_pool_take(&other_pool, 60, &pkt), 0);
        assert_int_equal(ir_handle_index(pkt), b);
        assert_int_equal(other_pool.holder[b], pkt.bits);
    }
    assert_int_equal(ir_pool_take(&other_pool, 60, &pkt), -ENOBUFS);
    for (uint32_t b = 0; b < 65535; b++)
        assert_int_equal(ir_pool_return(&other_pool, (struct ir_pkt){other_pool.holder[b]}), 0);
    assert_int_equal(other_pool.free_count, 65535);
    assert_int_equal(ir_pool_return(&other_pool, (struct ir_pkt){0}), -ESTALE);
    assert_int_equal(ir_pool_return(&other_pool, (struct ir_pkt){UINT64_MAX}), -ESTALE);
}

static void grants_start_again_with_the_first_after_the_last(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;

    pool->grant_next = pool->grant_last - 1;
    for (uint32_t i = 0; i < 4; i++) {
        static const uint64_t expected[] = {IR_POOL_GRANTS - 2, IR_POOL_GRANTS - 1, 0, 1};

        assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
        assert_int_equal(ir_handle_grant(pkt), pool->grant_first + expected[i]);
        assert_int_equal(ir_pool_return(pool, pkt), 0);
    }
}

static void grants_are_reserved_up_to_the_last(void **state)
{
    struct ir_pool *pool = *state;

    for (uint64_t left = 0; left < 70; left++) {
        pool->grant_next = pool->grant_last + 1 - left;
        ir_pool_reserve_grants(pool, 64);
        assert_int_equal(pool->grant_next,
                         left < 64 ? pool->grant_first : pool->grant_last + 1 - left);
    }
}

int main(void)
{
#define BOOKED(test) cmocka_unit_test_setup(test, books_open)
    const struct CMUnitTest tests[] = {
        BOOKED(pool_of_impossible_size_is_refused),
        BOOKED(pool_with_a_number_out_of_range_is_refused),
        BOOKED(pool_whose_device_addresses_wrap_is_refused),
        BOOKED(pools_have_grants_of_their_own),
        BOOKED(handle_of_one_pool_is_stale_in_another),
        BOOKED(new_pool_has_all_its_buffers_free),
        BOOKED(device_address_of_each_buffer_lies_in_the_pool),
        BOOKED(each_buffer_is_handed_out_once),
        BOOKED(packet_of_no_frames_length_is_refused),
        BOOKED(packet_can_be_freed_once),
        BOOKED(old_handle_stays_stale_when_its_buffer_has_a_new_owner),
        BOOKED(forged_handles_hold_nothing),
        BOOKED(handles_of_zeros_and_of_ones_hold_nothing),
        BOOKED(handle_with_another_length_holds_nothing),
        BOOKED(each_buffer_of_the_largest_pool_can_be_held),
        BOOKED(grants_start_again_with_the_first_after_the_last),
        BOOKED(grants_are_reserved_up_to_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
