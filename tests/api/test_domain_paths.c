/* SPDX-License-Identifier: MIT
 *
 * Domains in a corner: devices that refuse twice, and regions and devices that were never there.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "empty_domain.h"
#include "recorder.h"

/* The first device has it and keeps it, so that its address is not used again. */
static void region_that_one_device_refuses_and_another_keeps_is_abandoned(void **state)
{
    struct recorder keeping;
    struct recorder full;
    struct ir_dma region = {0};
    struct ir_dma next;

    recorder_init(&keeping);
    recorder_init(&full);
    assert_int_equal(ir_domain_attach(*state, &full.transport), 0);
    assert_int_equal(ir_domain_attach(*state, &keeping.transport), 0);
    full.maps_left = 0;
    keeping.refuse_to_unmap = true;
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), -ENOMEM);
    assert_int_equal(region.size, 0);
    assert_int_equal(keeping.count, 1);
    full.maps_left = 1;
    assert_int_equal(ir_domain_alloc(*state, 4096, &next), 0);
    assert_true(next.iova >= keeping.mapped[0].iova + keeping.mapped[0].size + IR_DOMAIN_GUARD);
    keeping.refuse_to_unmap = false;
    ir_domain_free(*state, &next);
    ir_domain_detach(*state, &full.transport, true);
    ir_domain_detach(*state, &keeping.transport, true);
    assert_int_equal(keeping.count, 1); /* the abandoned one stays mapped */
}

static void region_that_two_devices_keep_is_abandoned_once(void **state)
{
    struct recorder devices[2];
    struct ir_dma region;

    for (uint32_t i = 0; i < 2; i++) {
        recorder_init(&devices[i]);
        assert_int_equal(ir_domain_attach(*state, &devices[i].transport), 0);
    }
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    for (uint32_t i = 0; i < 2; i++)
        devices[i].refuse_to_unmap = true;
    ir_domain_free(*state, &region);
    ir_domain_free(*state, &region); /* nothing more happens */
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(recorder_has(&devices[i], &region));
        ir_domain_detach(*state, &devices[i].transport, true);
    }
}

static void device_that_refuses_one_region_and_keeps_another_makes_that_abandoned(void **state)
{
    struct recorder device;
    struct recorder later;
    struct ir_dma first;
    struct ir_dma second;

    recorder_init(&device);
    recorder_init(&later);
    assert_int_equal(ir_domain_alloc(*state, 4096, &first), 0);
    assert_int_equal(ir_domain_alloc(*state, 4096, &second), 0);
    device.maps_left = 1;
    device.refuse_to_unmap = true;
    assert_int_equal(ir_domain_attach(*state, &device.transport), -ENOMEM);
    assert_true(recorder_has(&device, &first));
    assert_int_equal(ir_domain_attach(*state, &later.transport), 0);
    assert_false(recorder_has(&later, &first)); /* given up: nobody else gets it */
    assert_true(recorder_has(&later, &second));
    ir_domain_detach(*state, &later.transport, true);
    assert_int_equal(later.count, 0);
    ir_domain_free(*state, &second);
}

static void leaving_device_that_keeps_a_region_makes_it_abandoned(void **state)
{
    struct recorder device;
    struct ir_dma region;

    recorder_init(&device);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    device.refuse_to_unmap = true;
    ir_domain_detach(*state, &device.transport, true);
    assert_true(recorder_has(&device, &region));
    region.memory[0] = 1; /* as the device may */
    ir_domain_free(*state, &region);
    region.memory[0] = 2; /* still there */
}

static void region_of_another_domain_is_ignored(void **state)
{
    struct ir_dma mine;
    struct ir_dma foreign;

    assert_int_equal(ir_domain_alloc(*state, 4096, &mine), 0);
    foreign = mine;
    foreign.iova += UINT64_C(1) << 32;
    ir_domain_free(*state, &foreign);
    ir_domain_abandon(*state, &foreign);
    assert_int_equal(ir_domain_destroy(*state), -EBUSY); /* mine is still there, not given up */
    ir_domain_free(*state, &mine);
}

static void device_that_never_joined_can_leave(void **state)
{
    struct recorder member;
    struct recorder stranger;
    struct ir_dma region;

    recorder_init(&member);
    recorder_init(&stranger);
    ir_domain_detach(*state, &stranger.transport, true);
    assert_int_equal(ir_domain_attach(*state, &member.transport), 0);
    ir_domain_detach(*state, &stranger.transport, true);
    assert_int_equal(ir_domain_alloc(*state, 4096, &region), 0);
    assert_true(recorder_has(&member, &region)); /* still a member */
    ir_domain_free(*state, &region);
    ir_domain_detach(*state, &member.transport, true);
}

int main(void)
{
#define IN_DOMAIN(test) cmocka_unit_test_setup_teardown(test, make_domain, drop_domain)
    const struct CMUnitTest tests[] = {
        IN_DOMAIN(region_that_one_device_refuses_and_another_keeps_is_abandoned),
        IN_DOMAIN(region_that_two_devices_keep_is_abandoned_once),
        IN_DOMAIN(device_that_refuses_one_region_and_keeps_another_makes_that_abandoned),
        IN_DOMAIN(leaving_device_that_keeps_a_region_makes_it_abandoned),
        IN_DOMAIN(region_of_another_domain_is_ignored),
        IN_DOMAIN(device_that_never_joined_can_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
