/* SPDX-License-Identifier: MIT
 *
 * The record of a pool: what it may be made of, who holds which buffer, and its grant numbers until
 * they run out and start again.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/pool.h"

#define BUFFERS 8u
#define SIZE    2048u
#define STRIDE  (IR_POOL_HEADROOM + SIZE)
#define IOVA    UINT64_C(0x100000000)

static uint8_t memory[BUFFERS * STRIDE];

static int make_pool(void **state)
{
    struct ir_pool *pool = malloc(sizeof(*pool));

    *state = pool;
    return pool == NULL ? -1 : ir_pool_init(pool, memory, IOVA, BUFFERS, SIZE, 1);
}

static int drop_pool(void **state)
{
    free(*state);
    return 0;
}

static void new_pool_has_all_buffers_free_and_no_handle(void **state)
{
    struct ir_pool *pool = *state;

    assert_int_equal(pool->free_count, BUFFERS);
    for (uint32_t i = 0; i < BUFFERS; i++)
        assert_int_equal(pool->stack[i], i);
    for (uint32_t i = 0; i < IR_POOL_INDICES; i++)
        assert_int_not_equal(pool->holder[i] % IR_POOL_INDICES, i);
    assert_int_equal(pool->grant_next, pool->grant_first);
    for (uint32_t i = 0; i < BUFFERS; i++)
        assert_true(ir_pool_iova(pool, i) == IOVA + IR_POOL_HEADROOM + i * STRIDE);
}

static void pool_may_have_each_documented_size(void **state)
{
    struct ir_pool *pool = *state;

    for (uint64_t size = 2048; size <= 16384; size *= 2) {
        assert_int_equal(ir_pool_init(pool, memory, 0, 1, size, 1), 0);
        assert_int_equal(pool->buffer_size, size);
        assert_int_equal(ir_pool_init(pool, memory, 0, 65535, size, 63), 0);
        assert_int_equal(pool->count, 65535);
        assert_int_equal(pool->free_count, 65535);
    }
}

static void pool_with_one_value_out_of_range_is_refused(void **state)
{
    static const struct {
        uint64_t iova, count, size, number;
    } wrong[] = {
        {IOVA, 0, SIZE, 1},          {IOVA, 65536, SIZE, 1},
        {IOVA, UINT64_MAX, SIZE, 1}, {IOVA, BUFFERS, 0, 1},
        {IOVA, BUFFERS, 1024, 1},    {IOVA, BUFFERS, 2049, 1},
        {IOVA, BUFFERS, 32768, 1},   {IOVA, BUFFERS, SIZE, 0},
        {IOVA, BUFFERS, SIZE, 64},   {UINT64_MAX - BUFFERS * STRIDE + 1, BUFFERS, SIZE, 1},
        {UINT64_MAX, 1, SIZE, 1},
    };
    struct ir_pool *pool = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(ir_pool_init(pool, memory, wrong[i].iova, wrong[i].count, wrong[i].size,
                                      wrong[i].number),
                         -EINVAL);
        assert_int_equal(pool->count, BUFFERS);
        assert_true(pool->iova == IOVA + IR_POOL_HEADROOM);
    }
}

static void pool_may_end_at_the_last_device_address(void **state)
{
    struct ir_pool *pool = *state;
    uint64_t last = UINT64_MAX - BUFFERS * STRIDE;

    assert_int_equal(ir_pool_init(pool, memory, last, BUFFERS, SIZE, 1), 0);
    assert_true(ir_pool_iova(pool, BUFFERS - 1) ==
                last + IR_POOL_HEADROOM + (BUFFERS - 1) * STRIDE);
}

static void grants_of_two_pools_are_never_the_same(void **state)
{
    struct ir_pool *pool = *state;
    uint64_t last = 0;

    for (uint64_t number = 1; number <= IR_POOL_NUMBER_MAX; number++) {
        assert_int_equal(ir_pool_init(pool, memory, IOVA, BUFFERS, SIZE, number), 0);
        assert_true(pool->grant_first > last);
        assert_true(pool->grant_last >= pool->grant_first + 65535);
        last = pool->grant_last;
    }
    assert_true(last <= UINT32_MAX);
}

static void packet_longer_than_a_buffer_is_refused(void **state)
{
    struct ir_pkt pkt = {42};

    assert_int_equal(ir_pool_take(*state, IR_FRAME_MIN - 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_take(*state, SIZE + 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_take(*state, UINT32_MAX, &pkt), -EMSGSIZE);
    assert_int_equal(pkt.bits, 42);
    assert_int_equal(ir_pool_take(*state, SIZE, &pkt), 0);
    assert_int_equal(ir_handle_length(pkt), SIZE);
}

static void empty_pool_gives_nothing_until_a_packet_is_returned(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkts[BUFFERS];
    struct ir_pkt more = {42};

    for (uint32_t i = 0; i < BUFFERS; i++) {
        assert_int_equal(ir_pool_take(pool, IR_FRAME_MIN + i, &pkts[i]), 0);
        assert_int_equal(ir_handle_length(pkts[i]), IR_FRAME_MIN + i);
        assert_int_equal(ir_pool_holds(pool, pkts[i]), 1);
    }
    assert_int_equal(ir_pool_take(pool, 60, &more), -ENOBUFS);
    assert_int_equal(more.bits, 42);
    assert_int_equal(ir_pool_return(pool, pkts[3]), 0);
    assert_int_equal(ir_pool_take(pool, 60, &more), 0);
    assert_int_equal(ir_handle_index(more), ir_handle_index(pkts[3]));
    assert_int_not_equal(more.bits, pkts[3].bits);
}

static void handle_that_holds_nothing_cannot_be_returned(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;
    struct ir_pkt wrong[7];

    assert_int_equal(ir_pool_take(pool, 60, &pkt), 0);
    wrong[0] = (struct ir_pkt){0};                          /* never valid */
    wrong[1] = ir_handle_make(0, ir_handle_index(pkt), 60); /* without a grant */
    wrong[2] = ir_handle_make(ir_handle_grant(pkt) + 1, ir_handle_index(pkt), 60);
    wrong[3] = ir_handle_make(ir_handle_grant(pkt), 65535, 60); /* no such buffer */
    wrong[4] = ir_handle_make(ir_handle_grant(pkt), ir_handle_index(pkt), 59);
    wrong[5] = ir_handle_make(ir_handle_grant(pkt), ir_handle_index(pkt), 61);
    wrong[6] = (struct ir_pkt){UINT64_MAX};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(ir_pool_return(pool, wrong[i]), -ESTALE);
    assert_int_equal(pool->free_count, BUFFERS - 1);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
    assert_int_equal(ir_pool_return(pool, pkt), -ESTALE); /* a second time */
    assert_int_equal(pool->free_count, BUFFERS);
}

static void grants_start_again_with_the_first_once_the_last_is_given(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt last;
    struct ir_pkt first;

    pool->grant_next = pool->grant_last;
    assert_int_equal(ir_pool_take(pool, 60, &last), 0);
    assert_int_equal(ir_handle_grant(last), pool->grant_last);
    assert_int_equal(ir_pool_take(pool, 60, &first), 0);
    assert_int_equal(ir_handle_grant(first), pool->grant_first);
    assert_int_equal(ir_pool_return(pool, last), 0);
    assert_int_equal(ir_pool_return(pool, first), 0);
}

static void handle_gives_back_what_it_was_made_of(void **state)
{
    static const uint32_t values[] = {0, 1, 255, 256, 32767, 32768, 65535};
    static const uint32_t grants[] = {0, 1, 65535, 65536, INT32_MAX, UINT32_MAX};

    (void)state;
    for (size_t g = 0; g < sizeof(grants) / sizeof(grants[0]); g++) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
                struct ir_pkt pkt = ir_handle_make(grants[g], values[i], values[j]);

                assert_int_equal(ir_handle_grant(pkt), grants[g]);
                assert_int_equal(ir_handle_index(pkt), values[i]);
                assert_int_equal(ir_handle_length(pkt), values[j]);
            }
        }
    }
}

int main(void)
{
#define POOL(test) cmocka_unit_test_setup_teardown(test, make_pool, drop_pool)
    const struct CMUnitTest tests[] = {
        POOL(new_pool_has_all_buffers_free_and_no_handle),
        POOL(pool_may_have_each_documented_size),
        POOL(pool_with_one_value_out_of_range_is_refused),
        POOL(pool_may_end_at_the_last_device_address),
        POOL(grants_of_two_pools_are_never_the_same),
        POOL(packet_longer_than_a_buffer_is_refused),
        POOL(empty_pool_gives_nothing_until_a_packet_is_returned),
        POOL(handle_that_holds_nothing_cannot_be_returned),
        POOL(grants_start_again_with_the_first_once_the_last_is_given),
        cmocka_unit_test(handle_gives_back_what_it_was_made_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
