/* SPDX-License-Identifier: MIT
 *
 * Domains: device addresses, mapping for each device, and what happens when a device refuses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "empty_domain.h"
#include "recorder.h"

static void domain_needs_a_place_to_be_stored(void **state)
{
    (void)state;
    assert_int_equal(ir_domain_create(NULL), -EINVAL);
}

static void destroying_no_domain_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(ir_domain_destroy(NULL), 0);
}

static void region_is_zeroed_whole_pages(void **state)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct ir_dma region;

    assert_int_equal(ir_domain_alloc(*state, page + 1, &region), 0);
    assert_int_equal(region.size, 2 * page);
    assert_int_equal(region.iova % page, 0);
    assert_int_equal((uintptr_t)region.memory % page, 0);
    for (uint64_t i = 0; i < region.size; i++)
        assert_int_equal(region.memory[i], 0);
    ir_domain_free(*state, &region);
}

static void device_addresses_start_at_4_gib_and_ascend_with_a_gap(void **state)
{
    struct ir_dma first;
    struct ir_dma second;

    assert_int_equal(ir_domain_alloc(*state, 5000, &first), 0);
    assert_int_equal(ir_domain_alloc(*state, 100, &second), 0);
    assert_true(first.iova == UINT64_C(0x100000000));
    assert_true(second.iova >= first.iova + first.size + IR_DOMAIN_GUARD);
    ir_domain_free(*state, &first);
    ir_domain_free(*state, &second);
}

static void large_region_can_be_translated_in_large_pages(void **state)
{
    const uint64_t large = UINT64_C(0x200000);
    struct ir_dma small;
    struct ir_dma first;
    struct ir_dma second;

    assert_int_equal(ir_domain_alloc(*state, 4096, &small), 0);
    assert_int_equal(ir_domain_alloc(*state, large, &first), 0);
    assert_int_equal(ir_domain_alloc(*state, 3 * large + 4096, &second), 0);
    assert_int_equal(first.iova % large, 0);
    assert_int_equal((uintptr_t)first.memory % large, 0);
    assert_int_equal(second.iova % large, 0);
    assert_int_equal((uintptr_t)second.memory % large, 0);
    assert_true(second.iova >= first.iova + first.size + IR_DOMAIN_GUARD);
    memset(second.memory, 1, (size_t)second.size);
    ir_domain_free(*state, &small);
    ir_domain_free(*state, &first);
    ir_domain_free(*state, &second);
}

static void freed_device_address_is_not_used_again_soon(void **state)
{
    struct ir_dma first;
    struct ir_dma second;

    assert_int_equal(ir_domain_alloc(*state, 4096, &first), 0);
    ir_domain_free(*state, &first);
    assert_int_equal(ir_domain_alloc(*state, 4096, &second), 0);
    assert_true(second.iova > first.iova);
    ir_domain_free(*state, &second);
}

static void device_addresses_are_used_again_when_all_have_been(void **state)
{
    const uint64_t size = UINT64_C(1) << 28; /* never touched, so it costs nothing */
    uint64_t highest = 0;
    bool wrapped = false;
    struct ir_dma kept;

    assert_int_equal(ir_domain_alloc(*state, 4096, &kept), 0);
    for (uint32_t i = 0; i < 2100; i++) {
        struct ir_dma region;

        assert_int_equal(ir_domain_alloc(*state, size, &region), 0);
        assert_true(region.iova >= kept.iova + kept.size + IR_DOMAIN_GUARD);
        assert_true(region.iova + region.size <= IR_DOMAIN_END);
        wrapped = wrapped || region.iova < highest;
        highest = region.iova > highest ? region.iova : highest;
        ir_domain_free(*state, &region);
    }
    assert_true(wrapped);
    ir_domain_free(*state, &kept);
}

static void region_of_no_bytes_is_refused(void **state)
{
    struct ir_dma region;

    assert_int_equal(ir_domain_alloc(*state, 0, &region), -EINVAL);
}

static void region_larger_than_all_device_addresses_is_refused(void **state)
{
    struct ir_dma region;

    assert_int_equal(ir_domain_alloc(*state, IR_DOMAIN_END, &region), -ENOSPC);
    assert_int_equal(ir_domain_alloc(*state, UINT64_MAX, &region), -ENOSPC);
}

static void region_is_mapped_for_devices_before_and_after(void **state)
{
    struct recorder early;
    struct recorder late;
    struct ir_dma region;

    recorder_init(&early);
    recorder_init(&late);
    assert_int_equal(ir_domain_attach(*state, &early.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_attach(*state, &late.transport), 0);
    assert_true(recorder_has(&early, &region));
    assert_true(recorder_has(&late, &region));
    ir_domain_free(*state, &region);
    assert_int_equal(early.count, 0);
    assert_int_equal(late.count, 0);
    ir_domain_detach(*state, &early.transport, true);
    ir_domain_detach(*state, &late.transport, true);
}

static void domain_with_a_region_or_device_is_busy(void **state)
{
    struct recorder device;
    struct ir_dma region;

    recorder_init(&device);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_destroy(*state), -EBUSY);
    ir_domain_free(*state, &region);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    assert_int_equal(ir_domain_destroy(*state), -EBUSY);
    ir_domain_detach(*state, &device.transport, true);
}

static void region_refused_by_one_device_is_mapped_for_none(void **state)
{
    struct recorder willing;
    struct recorder full;
    struct ir_dma region = {0};

    recorder_init(&willing);
    recorder_init(&full);
    full.maps_left = 0;
    /* Both orders: the list of devices has one of them first. */
    assert_int_equal(ir_domain_attach(*state, &full.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &willing.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), -ENOMEM);
    assert_int_equal(region.size, 0);
    assert_int_equal(willing.count, 0);
    ir_domain_detach(*state, &full.transport, true);
    assert_int_equal(ir_domain_attach(*state, &full.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), -ENOMEM);
    assert_int_equal(willing.count, 0);
    ir_domain_detach(*state, &full.transport, true);
    ir_domain_detach(*state, &willing.transport, true);
}

static void device_that_refuses_a_region_does_not_join(void **state)
{
    struct recorder device;
    struct ir_dma first;
    struct ir_dma second;

    recorder_init(&device);
    device.maps_left = 1;
    assert_int_equal(ir_domain_alloc(*state, 4096, &first), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &second), 0);
    assert_int_equal(ir_domain_attach(*state, &device.transport), -ENOMEM);
    assert_int_equal(device.count, 0);
    ir_domain_free(*state, &first);
    ir_domain_free(*state, &second);
}

static void leaving_device_loses_its_mappings(void **state)
{
    struct recorder device;
    struct ir_dma region;

    recorder_init(&device);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    ir_domain_detach(*state, &device.transport, true);
    assert_int_equal(device.count, 0);
    ir_domain_free(*state, &region);
}

static void device_that_may_be_at_work_keeps_its_mappings(void **state)
{
    struct recorder device;
    struct ir_dma region;

    recorder_init(&device);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    ir_domain_detach(*state, &device.transport, false);
    assert_true(recorder_has(&device, &region));
    ir_domain_free(*state, &region);
}

/* The memory is written after it was given up: it must still be there. */
static void abandoned_region_stays_and_does_not_hold_the_domain(void **state)
{
    struct recorder device;
    struct ir_dma region;
    struct ir_dma next;

    recorder_init(&device);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    ir_domain_abandon(*state, &region);
    ir_domain_free(*state, &region);
    assert_true(recorder_has(&device, &region));
    memset(region.memory, 0xff, (size_t)region.size);
    assert_int_equal(ir_domain_alloc(*state, 4096, &next), 0);
    assert_true(next.iova != region.iova);
    ir_domain_free(*state, &next);
    ir_domain_detach(*state, &device.transport, true);
    assert_true(recorder_has(&device, &region));
}

static void region_that_a_device_keeps_is_abandoned(void **state)
{
    struct recorder device;
    struct ir_dma region;

    recorder_init(&device);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    device.refuse_to_unmap = true;
    ir_domain_free(*state, &region);
    memset(region.memory, 0xff, (size_t)region.size);
    assert_true(recorder_has(&device, &region));
    ir_domain_detach(*state, &device.transport, true);
}

static void region_never_allocated_can_be_freed(void **state)
{
    struct ir_dma none = {0};

    ir_domain_free(*state, &none);
    ir_domain_abandon(*state, &none);
}

int main(void)
{
#define IN_DOMAIN(test) cmocka_unit_test_setup_teardown(test, make_domain, drop_domain)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domain_needs_a_place_to_be_stored),
        cmocka_unit_test(destroying_no_domain_is_allowed),
        IN_DOMAIN(region_is_zeroed_whole_pages),
        IN_DOMAIN(device_addresses_start_at_4_gib_and_ascend_with_a_gap),
        IN_DOMAIN(large_region_can_be_translated_in_large_pages),
        IN_DOMAIN(freed_device_address_is_not_used_again_soon),
        IN_DOMAIN(device_addresses_are_used_again_when_all_have_been),
        IN_DOMAIN(region_of_no_bytes_is_refused),
        IN_DOMAIN(region_larger_than_all_device_addresses_is_refused),
        IN_DOMAIN(region_is_mapped_for_devices_before_and_after),
        IN_DOMAIN(domain_with_a_region_or_device_is_busy),
        IN_DOMAIN(region_refused_by_one_device_is_mapped_for_none),
        IN_DOMAIN(device_that_refuses_a_region_does_not_join),
        IN_DOMAIN(leaving_device_loses_its_mappings),
        IN_DOMAIN(device_that_may_be_at_work_keeps_its_mappings),
        IN_DOMAIN(abandoned_region_stays_and_does_not_hold_the_domain),
        IN_DOMAIN(region_that_a_device_keeps_is_abandoned),
        IN_DOMAIN(region_never_allocated_can_be_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
