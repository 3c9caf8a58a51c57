/* SPDX-License-Identifier: MIT
 *
 * Domains with a device that no IOMMU is before: their regions have the machine's own addresses. And
 * domains whose devices reach only some addresses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ironring/pool.h>

#include "empty_domain.h"
#include "huge_stage.h"
#include "recorder.h"

#define MIB UINT64_C(0x100000)

static struct recorder direct; /* the device without an IOMMU */
static struct recorder other;

static int begin(void **state)
{
    huge_begin();
    huge_descending(100 * MIB, 8);
    recorder_init(&direct);
    direct.transport.physical = true;
    recorder_init(&other);
    return make_domain(state);
}

static int end(void **state)
{
    huge_end();
    return drop_domain(state);
}

static void regions_have_the_addresses_of_the_machine(void **state)
{
    struct ir_dma small;
    struct ir_dma next;
    struct ir_dma large;

    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &other.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 5000, &small), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &next), 0);
    assert_int_equal(small.iova, 100 * MIB);
    assert_int_equal(small.size, 8192);
    assert_int_equal(next.iova, 100 * MIB + 8192); /* of the same page */
    assert_ptr_equal(next.memory, small.memory + 8192);
    huge_descending(50 * MIB, 8);
    assert_int_equal(ir_domain_alloc(*state, 3 * MIB, &large), 0);
    assert_int_equal(large.iova, 48 * MIB);
    assert_int_equal((uintptr_t)large.memory % (2 * MIB), 0);
    assert_true(recorder_has(&direct, &large) && recorder_has(&other, &large));
    memset(large.memory, 1, (size_t)large.size);
    ir_domain_free(*state, &small);
    ir_domain_free(*state, &large);
    ir_domain_free(*state, &next);
    ir_domain_detach(*state, &other.transport, true);
    ir_domain_detach(*state, &direct.transport, true);
}

static void page_that_is_used_again_is_zeroed(void **state)
{
    struct ir_dma kept;
    struct ir_dma region;

    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &kept), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    memset(region.memory, 0xff, (size_t)region.size);
    ir_domain_free(*state, &region);
    assert_int_equal(ir_domain_alloc(*state, 8192, &region), 0);
    assert_int_equal(region.iova, kept.iova + 4096);
    for (uint64_t i = 0; i < region.size; i++)
        assert_int_equal(region.memory[i], 0);
    ir_domain_free(*state, &region);
    ir_domain_free(*state, &kept);
    ir_domain_detach(*state, &direct.transport, true);
}

static void abandoned_region_keeps_its_page(void **state)
{
    struct ir_dma region;
    struct ir_dma next;

    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    ir_domain_abandon(*state, &region);
    assert_int_equal(ir_domain_alloc(*state, 4096, &next), 0);
    assert_int_not_equal(next.iova, region.iova);
    ir_domain_free(*state, &next);
    memset(region.memory, 0xff, (size_t)region.size);
    ir_domain_detach(*state, &direct.transport, true);
}

static void domain_says_for_want_of_what_there_is_no_memory(void **state)
{
    char why[IR_ERROR_LENGTH] = "as it was";
    struct ir_pool *pool = NULL;
    struct ir_dma region;

    ir_domain_why(NULL, why);
    ir_domain_why(*state, NULL);
    assert_string_equal(why, "as it was");
    ir_domain_why(*state, why);
    assert_string_equal(why, "");
    huge.free[0] = 1;
    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_pool_create(*state, 1024, 2048, &pool), -ENOMEM);
    ir_domain_why(*state, why);
    assert_string_equal(
        why,
        "a device without an IOMMU needs 2 huge pages of 2 MiB, and 1 are free; reserve more as "
        "root: echo 1 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    ir_domain_why(*state, why);
    assert_string_equal(why, "");
    ir_domain_free(*state, &region);
    ir_domain_detach(*state, &direct.transport, true);
}

static void explain(struct ir_transport *transport, const struct ir_dma *region, int result,
                    char error[IR_ERROR_LENGTH])
{
    (void)transport;
    assert_int_equal(region->size, 4096);
    assert_int_equal(result, -ENOMEM);
    (void)strcpy(error, "because");
}

static void device_explains_why_it_does_not_map(void **state)
{
    struct ir_transport_ops ops = *other.transport.ops;
    char why[IR_ERROR_LENGTH];
    struct ir_dma region;

    ops.explain = explain;
    other.transport.ops = &ops;
    other.maps_left = 0;
    assert_int_equal(ir_domain_attach(*state, &other.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), -ENOMEM);
    ir_domain_why(*state, why);
    assert_string_equal(why, "because");
    ir_domain_detach(*state, &other.transport, true);
}

static void share(struct ir_transport *transport, int file, uint64_t first)
{
    (void)transport;
    (void)file;
    (void)first;
}

static void memory_of_two_kinds_is_refused(void **state)
{
    struct ir_transport_ops ops = *other.transport.ops;
    struct ir_dma region;

    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), -EXDEV);
    ir_domain_free(*state, &region);
    ops.share = share; /* like a device that is another process */
    other.transport.ops = &ops;
    assert_int_equal(ir_domain_attach(*state, &other.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), -EXDEV);
    ir_domain_detach(*state, &other.transport, true);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &other.transport), -EXDEV);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    ir_domain_detach(*state, &direct.transport, true);
    assert_int_equal(ir_domain_attach(*state, &other.transport), -EXDEV);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0); /* it is for these */
    ir_domain_free(*state, &region);
    ir_domain_detach(*state, &direct.transport, true);
}

static void reach(struct recorder *device, uint64_t first, uint64_t last)
{
    device->transport.iova_first = first;
    device->transport.iova_last = last;
}

static void regions_lie_where_all_devices_reach_them(void **state)
{
    struct ir_dma before;
    struct ir_dma region;

    direct.transport.physical = false;
    reach(&direct, 0x200000000, 0x2ffffffff);
    reach(&other, 0x100000000, 0x27fffffff);
    assert_int_equal(ir_domain_attach(*state, &other.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &before), 0);
    assert_int_equal(before.iova, 0x100000000);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), -ENOSPC);
    ir_domain_free(*state, &before);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(region.iova, 0x200000000);
    assert_int_equal(ir_domain_alloc(*state, 0x80000000, &before), -ENOSPC);
    assert_int_equal(ir_domain_alloc(*state, 0x80000001, &before), -ENOSPC);
    assert_int_equal(ir_domain_alloc(*state, 0x70000000, &before), 0);
    assert_true(before.iova + before.size <= 0x280000000);
    ir_domain_free(*state, &before);
    ir_domain_free(*state, &region);
    ir_domain_detach(*state, &direct.transport, true);
    ir_domain_detach(*state, &other.transport, true);
}

static void devices_that_reach_nothing_together_are_refused(void **state)
{
    direct.transport.physical = false;
    reach(&direct, 0x200000000, 0x2ffffffff);
    reach(&other, 0x300000000, 0x3ffffffff);
    assert_int_equal(ir_domain_attach(*state, &other.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), -ENOSPC);
    reach(&direct, 0x1000, 0xffffffff);
    assert_int_equal(ir_domain_attach(*state, &direct.transport), -ENOSPC);
    ir_domain_detach(*state, &other.transport, true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(regions_have_the_addresses_of_the_machine),
        TEST(page_that_is_used_again_is_zeroed),
        TEST(abandoned_region_keeps_its_page),
        TEST(domain_says_for_want_of_what_there_is_no_memory),
        TEST(device_explains_why_it_does_not_map),
        TEST(memory_of_two_kinds_is_refused),
        TEST(regions_lie_where_all_devices_reach_them),
        TEST(devices_that_reach_nothing_together_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
