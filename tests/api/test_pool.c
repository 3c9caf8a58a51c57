/* SPDX-License-Identifier: MIT
 *
 * Pools: their limits, their numbers, the audit of their books, and rings attached to them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/domain.h"
#include "api/pool.h"
#include "core/pool.h"
#include "recorder.h"

#define BUFFERS 256u

struct fixture {
    struct ir_domain *domain;
    struct ir_pool *pool;
};

static struct fixture fixture;

static int make_pool(void **state)
{
    *state = &fixture;
    if (ir_domain_create(&fixture.domain) != 0)
        return -1;
    return ir_pool_create(fixture.domain, BUFFERS, 2048, &fixture.pool);
}

static int drop_pool(void **state)
{
    (void)state;
    return ir_pool_destroy(fixture.pool) != 0 || ir_domain_destroy(fixture.domain) != 0;
}

/* A ring that holds `count` buffers of the pool. */
static void fill_ring(struct ir_ring *ring, uint32_t count)
{
    assert_int_equal(ir_ring_init(ring, 64), 0);
    for (uint32_t i = 0; i < count; i++)
        ir_ring_push(ring, ir_pool_pop(fixture.pool));
}

static void drain_ring(struct ir_ring *ring)
{
    while (ir_ring_used(ring) > 0)
        ir_pool_push(fixture.pool, ir_ring_pop(ring));
}

static void pool_sizes_out_of_range_are_refused(void **state)
{
    struct ir_pool *pool;

    (void)state;
    assert_int_equal(ir_pool_create(NULL, 1, 2048, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, NULL), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 0, 2048, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 65536, 2048, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 0, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 1024, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 3072, &pool), -EINVAL);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 32768, &pool), -EINVAL);
}

static void smallest_and_largest_pools_are_made(void **state)
{
    struct ir_pool *pool;

    (void)state;
    assert_int_equal(ir_pool_create(fixture.domain, 1, 16384, &pool), 0);
    assert_int_equal(ir_pool_available(pool), 1);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_pool_create(fixture.domain, 65535, 2048, &pool), 0);
    assert_int_equal(ir_pool_available(pool), 65535);
    assert_int_equal(ir_pool_audit(pool), 0);
    assert_int_equal(ir_pool_destroy(pool), 0);
}

static void sixty_three_pools_exist_at_a_time(void **state)
{
    struct ir_pool *pools[IR_POOL_NUMBER_MAX];
    struct ir_pool *extra;

    (void)state;
    for (uint32_t i = 1; i < IR_POOL_NUMBER_MAX; i++)
        assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &pools[i]), 0);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &extra), -ENOSPC);
    assert_int_equal(ir_pool_destroy(pools[17]), 0);
    assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &pools[17]), 0);
    for (uint32_t i = 1; i < IR_POOL_NUMBER_MAX; i++)
        assert_int_equal(ir_pool_destroy(pools[i]), 0);
}

static void pools_have_disjoint_grants(void **state)
{
    struct ir_pool *other;

    (void)state;
    assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &other), 0);
    assert_true(other->grant_first > fixture.pool->grant_last ||
                other->grant_last < fixture.pool->grant_first);
    assert_int_equal(ir_pool_destroy(other), 0);
}

static void pool_that_a_device_cannot_map_is_not_made(void **state)
{
    struct recorder device;
    struct ir_pool *pool;

    (void)state;
    recorder_init(&device);
    assert_int_equal(ir_domain_attach(fixture.domain, &device.transport), 0);
    device.maps_left = 0;
    /* More often than there are numbers: a failure keeps none. */
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &pool), -ENOMEM);
    device.maps_left = 1;
    assert_int_equal(ir_pool_create(fixture.domain, 1, 2048, &pool), 0);
    assert_int_equal(ir_pool_destroy(pool), 0);
    ir_domain_detach(fixture.domain, &device.transport, true);
}

static void destroying_no_pool_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(ir_pool_destroy(NULL), 0);
}

static void no_pool_has_nothing_available(void **state)
{
    (void)state;
    assert_int_equal(ir_pool_available(NULL), 0);
    assert_int_equal(ir_pool_audit(NULL), -EINVAL);
}

static void available_counts_free_buffers(void **state)
{
    struct ir_pkt pkt;

    (void)state;
    assert_int_equal(ir_pool_available(fixture.pool), BUFFERS);
    assert_int_equal(ir_pkt_alloc(fixture.pool, 60, &pkt), 0);
    assert_int_equal(ir_pool_available(fixture.pool), BUFFERS - 1);
    assert_int_equal(ir_pkt_free(fixture.pool, pkt), 0);
    assert_int_equal(ir_pool_available(fixture.pool), BUFFERS);
}

static void audit_counts_what_the_application_holds(void **state)
{
    struct ir_pkt pkts[BUFFERS];

    (void)state;
    for (uint32_t i = 0; i < BUFFERS; i++) {
        assert_int_equal(ir_pool_audit(fixture.pool), i);
        assert_int_equal(ir_pkt_alloc(fixture.pool, 60, &pkts[i]), 0);
    }
    assert_int_equal(ir_pool_audit(fixture.pool), BUFFERS);
    for (uint32_t i = 0; i < BUFFERS; i++)
        assert_int_equal(ir_pkt_free(fixture.pool, pkts[i]), 0);
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
}

static void audit_sees_buffers_in_attached_rings(void **state)
{
    struct ir_ring ring;

    (void)state;
    fill_ring(&ring, 63);
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO); /* 63 buffers nowhere */
    assert_int_equal(ir_pool_attach(fixture.pool, &ring), 0);
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
    drain_ring(&ring);
    ir_pool_detach(fixture.pool, &ring);
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
}

static void audit_follows_a_window_around_the_end_of_a_ring(void **state)
{
    struct ir_ring ring;

    (void)state;
    fill_ring(&ring, 63);
    assert_int_equal(ir_pool_attach(fixture.pool, &ring), 0);
    for (uint32_t i = 0; i < 40; i++)
        ir_pool_push(fixture.pool, ir_ring_pop(&ring));
    for (uint32_t i = 0; i < 30; i++)
        ir_ring_push(&ring, ir_pool_pop(fixture.pool));
    assert_true(ring.tail < ring.head);
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
    drain_ring(&ring);
    ir_pool_detach(fixture.pool, &ring);
}

static void audit_finds_a_buffer_free_twice(void **state)
{
    uint16_t before = fixture.pool->stack[7];

    (void)state;
    fixture.pool->stack[7] = fixture.pool->stack[8];
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->stack[7] = before;
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
}

static void audit_finds_a_free_buffer_that_does_not_exist(void **state)
{
    uint16_t before = fixture.pool->stack[7];

    (void)state;
    fixture.pool->stack[7] = BUFFERS;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->stack[7] = before;
}

static void audit_finds_more_free_buffers_than_there_are(void **state)
{
    (void)state;
    fixture.pool->free_count = BUFFERS + 1;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->free_count = BUFFERS;
}

static uint32_t grant_of_pool(void)
{
    return (uint32_t)fixture.pool->grant_first;
}

static void audit_finds_a_buffer_both_free_and_held(void **state)
{
    (void)state;
    fixture.pool->holder[3] = ir_handle_make(grant_of_pool(), 3, 60).bits;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->holder[3] = IR_POOL_NOBODY;
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
}

static void audit_finds_a_handle_of_no_buffer(void **state)
{
    (void)state;
    fixture.pool->holder[BUFFERS] = ir_handle_make(grant_of_pool(), BUFFERS, 60).bits;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->holder[BUFFERS] = IR_POOL_NOBODY;
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
    fixture.pool->holder[65535] = IR_POOL_NOBODY; /* which would be a handle of it */
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->holder[65535] = 0;
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
}

static void is_no_holder(uint32_t index, uint64_t word)
{
    uint64_t before = fixture.pool->holder[index];

    fixture.pool->holder[index] = word;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    fixture.pool->holder[index] = before;
}

static void audit_finds_a_holder_that_is_no_handle_of_its_buffer(void **state)
{
    struct ir_pool *pool = fixture.pool;
    uint32_t grant = grant_of_pool();
    struct ir_pkt pkt;
    uint32_t index;

    (void)state;
    assert_int_equal(ir_pkt_alloc(pool, 60, &pkt), 0);
    index = ir_handle_index(pkt);
    is_no_holder(index, 0);
    is_no_holder(index, IR_POOL_NOBODY); /* the buffer is nowhere then */
    is_no_holder(index, pkt.bits ^ 1u);
    is_no_holder(index, ir_handle_make(grant, 65535, 60).bits);
    is_no_holder(index, ir_handle_make(grant, index, 2049).bits);
    is_no_holder(index, ir_handle_make(0, index, 60).bits);
    is_no_holder(index, ir_handle_make(grant - 1u, index, 60).bits);
    is_no_holder(index, ir_handle_make((uint32_t)pool->grant_last + 1u, index, 60).bits);
    assert_int_equal(ir_pool_audit(pool), 1);
    assert_int_equal(ir_pkt_free(pool, pkt), 0);
    is_no_holder(index, 0);
    is_no_holder(index, pkt.bits ^ 1u);
    is_no_holder(index, ir_handle_make(grant, 65535, 60).bits);
    assert_int_equal(ir_pool_audit(pool), 0);
}

static void audit_finds_a_buffer_in_two_slots(void **state)
{
    struct ir_ring ring;
    uint16_t before;

    (void)state;
    fill_ring(&ring, 2);
    assert_int_equal(ir_pool_attach(fixture.pool, &ring), 0);
    before = ring.slot[0];
    ring.slot[0] = ring.slot[1];
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    ring.slot[0] = before;
    assert_int_equal(ir_pool_audit(fixture.pool), 0);
    drain_ring(&ring);
    ir_pool_detach(fixture.pool, &ring);
}

static void audit_finds_a_ring_whose_window_does_not_add_up(void **state)
{
    struct ir_ring ring = {0}; /* the audit looks at a slot that was never filled */

    (void)state;
    fill_ring(&ring, 2);
    assert_int_equal(ir_pool_attach(fixture.pool, &ring), 0);
    ring.tail = 3;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    ring.tail = 2;
    ring.head = 64;
    assert_int_equal(ir_pool_audit(fixture.pool), -EIO);
    ring.head = 0;
    drain_ring(&ring);
    ir_pool_detach(fixture.pool, &ring);
}

static void pool_with_a_ring_is_busy(void **state)
{
    struct ir_ring ring;

    (void)state;
    fill_ring(&ring, 0);
    assert_int_equal(ir_pool_attach(fixture.pool, &ring), 0);
    assert_int_equal(ir_pool_destroy(fixture.pool), -EBUSY);
    ir_pool_detach(fixture.pool, &ring);
}

/* Torn down by drop_pool, which the lost buffers must not prevent. */
static void buffers_of_an_abandoned_ring_are_lost_but_accounted_for(void **state)
{
    uint8_t *memory = fixture.pool->data;
    struct ir_pool *pool = fixture.pool;
    struct ir_ring ring;

    (void)state;
    fill_ring(&ring, 10);
    assert_int_equal(ir_pool_attach(pool, &ring), 0);
    ir_pool_abandon(pool, &ring);
    assert_int_equal(ir_pool_audit(pool), 0);
    assert_int_equal(ir_pool_available(pool), BUFFERS - 10);
    fixture.pool = NULL;
    assert_int_equal(ir_pool_destroy(pool), 0);
    memset(memory, 0xff, (size_t)BUFFERS * 2048); /* as the device may */
}

static void pool_knows_its_domain(void **state)
{
    (void)state;
    assert_ptr_equal(ir_pool_domain(fixture.pool), fixture.domain);
    assert_int_equal(ir_domain_destroy(fixture.domain), -EBUSY);
}

int main(void)
{
#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, make_pool, drop_pool)
    const struct CMUnitTest tests[] = {
        WITH_POOL(pool_sizes_out_of_range_are_refused),
        WITH_POOL(smallest_and_largest_pools_are_made),
        WITH_POOL(sixty_three_pools_exist_at_a_time),
        WITH_POOL(pools_have_disjoint_grants),
        WITH_POOL(pool_that_a_device_cannot_map_is_not_made),
        cmocka_unit_test(destroying_no_pool_is_allowed),
        cmocka_unit_test(no_pool_has_nothing_available),
        WITH_POOL(available_counts_free_buffers),
        WITH_POOL(audit_counts_what_the_application_holds),
        WITH_POOL(audit_sees_buffers_in_attached_rings),
        WITH_POOL(audit_follows_a_window_around_the_end_of_a_ring),
        WITH_POOL(audit_finds_a_buffer_free_twice),
        WITH_POOL(audit_finds_a_free_buffer_that_does_not_exist),
        WITH_POOL(audit_finds_more_free_buffers_than_there_are),
        WITH_POOL(audit_finds_a_buffer_both_free_and_held),
        WITH_POOL(audit_finds_a_handle_of_no_buffer),
        WITH_POOL(audit_finds_a_holder_that_is_no_handle_of_its_buffer),
        WITH_POOL(audit_finds_a_buffer_in_two_slots),
        WITH_POOL(audit_finds_a_ring_whose_window_does_not_add_up),
        WITH_POOL(pool_with_a_ring_is_busy),
        WITH_POOL(buffers_of_an_abandoned_ring_are_lost_but_accounted_for),
        WITH_POOL(pool_knows_its_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
