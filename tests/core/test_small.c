/* SPDX-License-Identifier: MIT
 *
 * The parts of the core that hold no state: translation of addresses, handles, counters.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/counter.h"
#include "core/dma.h"
#include "core/handle.h"
#include "core/interrupt.h"
#include "core/range.h"

static void range_within_a_region_is_translated(void **state)
{
    static const struct {
        uint64_t offset;
        uint64_t length;
    } ranges[] = {{0, 0}, {0, 1}, {0, 4096}, {16, 4080}, {4095, 1}, {4096, 0}};
    const struct ir_dma region = {NULL, 0x7000, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint64_t iova = 1;

        assert_int_equal(ir_dma_iova(&region, ranges[i].offset, ranges[i].length, &iova), 0);
        assert_int_equal(iova, 0x7000 + ranges[i].offset);
    }
}

static void range_that_leaves_its_region_is_refused(void **state)
{
    static const struct {
        uint64_t offset;
        uint64_t length;
    } ranges[] = {
        {0, 4097}, {1, 4096}, {4095, 2},          {4096, 1},          {4097, 0},
        {5000, 1}, {4, 4095}, {UINT64_MAX, 4096}, {2, UINT64_MAX},    {UINT64_MAX, 1},
        {4097, 1}, {8192, 0}, {1, UINT64_MAX},    {UINT64_MAX, 4097}, {0, UINT64_MAX},
    };
    const struct ir_dma region = {NULL, 0x7000, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint64_t iova = 1;

        assert_int_equal(ir_dma_iova(&region, ranges[i].offset, ranges[i].length, &iova), -EINVAL);
        assert_int_equal(iova, 1);
    }
}

static void handle_gives_back_what_was_packed_into_it(void **state)
{
    static const uint32_t grants[] = {1, 0xffff, 0x10000, 0x80000000, UINT32_MAX};
    static const uint32_t shorts[] = {0, 1, 255, 256, 4096, 32767, 32768, 65535};

    (void)state;
    for (size_t g = 0; g < sizeof(grants) / sizeof(grants[0]); g++) {
        for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
            for (size_t n = 0; n < sizeof(shorts) / sizeof(shorts[0]); n++) {
                struct ir_pkt pkt = ir_handle_make(grants[g], shorts[i], shorts[n]);

                assert_int_equal(ir_handle_grant(pkt), grants[g]);
                assert_int_equal(ir_handle_index(pkt), shorts[i]);
                assert_int_equal(ir_handle_length(pkt), shorts[n]);
                assert_int_equal(ir_pkt_length(pkt), shorts[n]);
            }
        }
    }
}

static void handle_has_its_fields_where_they_are_documented(void **state)
{
    (void)state;
    assert_true(ir_handle_make(0x12345678, 0x9abc, 0xdef0).bits == 0xdef0123456789abcu);
}

static void counter_counts_one_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(ir_counter_next(0), 1);
    assert_int_equal(ir_counter_next(UINT32_MAX), 4294967296u);
}

static void counter_stays_at_its_largest_value(void **state)
{
    (void)state;
    assert_true(ir_counter_next(UINT64_MAX - 1) == UINT64_MAX);
    assert_true(ir_counter_next(UINT64_MAX) == UINT64_MAX);
}

static void sum_stays_at_the_largest_value_too(void **state)
{
    (void)state;
    assert_int_equal(ir_counter_add(7, 9), 16);
    assert_true(ir_counter_add(UINT64_MAX - 5, 5) == UINT64_MAX);
    assert_true(ir_counter_add(UINT64_MAX - 5, 6) == UINT64_MAX);
    assert_true(ir_counter_add(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

static void each_pair_has_a_vector_and_the_link_the_last(void **state)
{
    (void)state;
    assert_int_equal(ir_vectors_used(0, 5), 0);
    assert_int_equal(ir_vectors_used(1, 5), 1);
    assert_int_equal(ir_vectors_used(5, 5), 5);
    assert_int_equal(ir_vectors_used(64, 5), 6);
    assert_int_equal(ir_vectors_used(1000, 64), IR_VECTORS_MAX);
    assert_int_equal(ir_vector_of_pair(1, 63), 0);
    assert_int_equal(ir_vector_of_link(1), 0);
    for (uint32_t vectors = 2; vectors <= IR_VECTORS_MAX; vectors++) {
        assert_int_equal(ir_vector_of_link(vectors), vectors - 1);
        for (uint32_t pair = 0; pair < IR_QUEUES_MAX; pair++)
            assert_int_equal(ir_vector_of_pair(vectors, pair), pair % (vectors - 1));
    }
}

static void a_vector_is_changed_where_it_is_in_use(void **state)
{
    struct ir_interrupts asked = {.vectors = 2};

    (void)state;
    assert_int_equal(ir_vector_check(&asked, true, 5, 1), 0);
    assert_int_equal(ir_vector_check(&asked, true, 2, 1), 0);
    assert_int_equal(ir_vector_check(&asked, true, 5, 2), -EINVAL);
    assert_int_equal(ir_vector_check(&asked, true, 1, 0), -EINVAL);
    assert_int_equal(ir_vector_check(&asked, false, 5, 1), -EIO);
    asked.vectors = 0;
    assert_int_equal(ir_vector_check(&asked, true, 5, 0), -EINVAL);
}

static void range_has_both_its_ends_and_nothing_beside_them(void **state)
{
    static const uint64_t ends[][2] = {
        {0, 0}, {14, 2048}, {0, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}, {1, UINT64_MAX - 1}};

    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const uint64_t low = ends[i][0];
        const uint64_t high = ends[i][1];

        assert_int_equal(ir_in_range(low, low, high), 1);
        assert_int_equal(ir_in_range(low + (high - low) / 2, low, high), 1);
        assert_int_equal(ir_in_range(high, low, high), 1);
        if (low > 0) {
            assert_int_equal(ir_in_range(low - 1, low, high), 0);
            assert_int_equal(ir_in_range(0, low, high), 0);
        }
        if (high < UINT64_MAX) {
            assert_int_equal(ir_in_range(high + 1, low, high), 0);
            assert_int_equal(ir_in_range(UINT64_MAX, low, high), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_has_a_vector_and_the_link_the_last),
        cmocka_unit_test(a_vector_is_changed_where_it_is_in_use),
        cmocka_unit_test(range_within_a_region_is_translated),
        cmocka_unit_test(range_that_leaves_its_region_is_refused),
        cmocka_unit_test(handle_gives_back_what_was_packed_into_it),
        cmocka_unit_test(handle_has_its_fields_where_they_are_documented),
        cmocka_unit_test(counter_counts_one_at_a_time),
        cmocka_unit_test(counter_stays_at_its_largest_value),
        cmocka_unit_test(range_has_both_its_ends_and_nothing_beside_them),
        cmocka_unit_test(sum_stays_at_the_largest_value_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
