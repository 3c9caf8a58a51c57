/* SPDX-License-Identifier: MIT
 *
 * A domain without a device address left: half a terabyte of mappings, more than valgrind can keep.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "empty_domain.h"

#define REGION_SIZE (UINT64_C(1) << 28) /* never touched, so it costs nothing */
#define REGIONS_MAX 2100u

static void gap_between_regions_is_used_when_it_is_all_that_is_left(void **state)
{
    static struct ir_dma regions[REGIONS_MAX];
    struct ir_dma more = {0};
    uint32_t count = 0;
    int result;

    do {
        assert_true(count < REGIONS_MAX);
        result = ir_domain_alloc(*state, REGION_SIZE, &regions[count]);
        count += result == 0;
    } while (result == 0);
    assert_int_equal(result, -ENOSPC);
    assert_true(count > 1000);
    for (uint32_t hole = 1; hole < count; hole += count / 4) {
        uint64_t iova = regions[hole].iova;

        ir_domain_free(*state, &regions[hole]);
        assert_int_equal(ir_domain_alloc(*state, 2 * REGION_SIZE, &more), -ENOSPC);
        assert_int_equal(more.size, 0);
        assert_int_equal(ir_domain_alloc(*state, REGION_SIZE, &regions[hole]), 0);
        assert_true(regions[hole].iova == iova);
    }
    for (uint32_t i = 0; i < count; i++)
        ir_domain_free(*state, &regions[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gap_between_regions_is_used_when_it_is_all_that_is_left,
                                        make_domain, drop_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
