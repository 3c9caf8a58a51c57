/* SPDX-License-Identifier: MIT
 *
 * Translation from a place in a region to its device address, at and beyond each end.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/dma.h"

#define UNTOUCHED UINT64_C(0x5555)

static const struct ir_dma region = {NULL, UINT64_C(0x100000000), 4096};

static void range_in_a_region_has_a_device_address(void **state)
{
    uint64_t iova = UNTOUCHED;

    (void)state;
    assert_int_equal(ir_dma_iova(&region, 0, 4096, &iova), 0);
    assert_true(iova == region.iova);
    assert_int_equal(ir_dma_iova(&region, 4095, 1, &iova), 0);
    assert_true(iova == region.iova + 4095);
    assert_int_equal(ir_dma_iova(&region, 16, 0, &iova), 0);
    assert_true(iova == region.iova + 16);
}

static void empty_range_at_the_end_of_a_region_lies_within_it(void **state)
{
    uint64_t iova = UNTOUCHED;

    (void)state;
    assert_int_equal(ir_dma_iova(&region, 4096, 0, &iova), 0);
    assert_true(iova == region.iova + 4096);
}

static void range_that_begins_outside_a_region_has_no_device_address(void **state)
{
    uint64_t iova = UNTOUCHED;

    (void)state;
    assert_int_equal(ir_dma_iova(&region, 4097, 0, &iova), -EINVAL);
    assert_int_equal(ir_dma_iova(&region, UINT64_MAX, 1, &iova), -EINVAL);
    assert_true(iova == UNTOUCHED);
}

static void range_that_ends_outside_a_region_has_no_device_address(void **state)
{
    uint64_t iova = UNTOUCHED;

    (void)state;
    assert_int_equal(ir_dma_iova(&region, 4096, 1, &iova), -EINVAL);
    assert_int_equal(ir_dma_iova(&region, 1, 4096, &iova), -EINVAL);
    assert_true(iova == UNTOUCHED);
}

/* offset + length is 16 in 64 bits. */
static void range_whose_end_wraps_has_no_device_address(void **state)
{
    uint64_t iova = UNTOUCHED;

    (void)state;
    assert_int_equal(ir_dma_iova(&region, 32, UINT64_MAX - 15, &iova), -EINVAL);
    assert_true(iova == UNTOUCHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(range_in_a_region_has_a_device_address),
        cmocka_unit_test(empty_range_at_the_end_of_a_region_lies_within_it),
        cmocka_unit_test(range_that_begins_outside_a_region_has_no_device_address),
        cmocka_unit_test(range_that_ends_outside_a_region_has_no_device_address),
        cmocka_unit_test(range_whose_end_wraps_has_no_device_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
