/* SPDX-License-Identifier: MIT
 *
 * Null arguments and counts at their limits at the public entry of the data path, and the audit of
 * books that something has overwritten.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/pool.h"
#include "card.h"
#include "core/pool.h"
#include "core/ring.h"

static void packet_functions_refuse_null_arguments(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = {42};

    assert_int_equal(ir_pkt_alloc(NULL, 60, &pkt), -EINVAL);
    assert_int_equal(pkt.bits, 42);
    assert_int_equal(ir_pkt_alloc(card->pool, 60, NULL), -EINVAL);
    assert_int_equal(ir_pkt_free(NULL, pkt), -EINVAL);
    assert_int_equal(ir_pool_audit(NULL), -EINVAL);
}

static void largest_possible_burst_takes_what_there_is(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[64];

    assert_int_equal(ir_rx(card->rx, pkts, UINT32_MAX), 0);
    card_put(card, 60, 1);
    card_put(card, 60, 2);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, pkts, UINT32_MAX), 2);
    pkts[2] = (struct ir_pkt){0}; /* nobody's: the burst ends here */
    assert_int_equal(ir_tx(card->tx, pkts, UINT32_MAX), 2);
    assert_int_equal(ir_tx(card->tx, pkts, UINT32_MAX), -ESTALE);
    card_settle(card);
    card_expect_sent(card, 60, 1);
    card_expect_sent(card, 60, 2);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
}

/* Fail unless the audit finds the value wrong and the one before it right. */
static void is_found(const struct ir_pool *pool, uint64_t *field, uint64_t wrong)
{
    uint64_t before = *field;

    *field = wrong;
    assert_int_equal(ir_pool_audit(pool), -EIO);
    *field = before;
    assert_int_equal(ir_pool_audit(pool), 0);
}

static void audit_finds_a_ring_whose_record_is_overwritten(void **state)
{
    struct card *card = *state;
    struct ir_ring ring;
    uint16_t slot;

    assert_int_equal(ir_ring_init(&ring, 64), 0);
    ir_ring_push(&ring, ir_pool_pop(card->pool));
    assert_int_equal(ir_pool_attach(card->pool, &ring), 0);
    is_found(card->pool, &ring.size, IR_RING_SIZE_MAX + 1);
    is_found(card->pool, &ring.size, 1);
    is_found(card->pool, &ring.head, 64);
    is_found(card->pool, &ring.tail, 64);
    is_found(card->pool, &ring.tail, UINT64_MAX);
    slot = ring.slot[0];
    ring.slot[0] = CARD_BUFFERS; /* there is no such buffer */
    assert_int_equal(ir_pool_audit(card->pool), -EIO);
    ring.slot[0] = slot;
    ir_pool_push(card->pool, ir_ring_pop(&ring));
    ir_pool_detach(card->pool, &ring);
}

static void ring_that_was_never_attached_can_be_detached(void **state)
{
    struct card *card = *state;
    struct ir_ring attached;
    struct ir_ring stranger;

    assert_int_equal(ir_ring_init(&attached, 64), 0);
    ir_pool_detach(card->pool, &stranger);
    assert_int_equal(ir_pool_attach(card->pool, &attached), 0);
    ir_pool_detach(card->pool, &stranger);
    assert_int_equal(ir_pool_destroy(card->pool), -EBUSY); /* the other one is still attached */
    ir_pool_detach(card->pool, &attached);
}

/* A pool of its own, because the buffers stay lost. */
static void audit_finds_a_handle_to_a_buffer_that_a_device_kept(void **state)
{
    struct card *card = *state;
    struct ir_pool *pool;
    struct ir_ring ring;
    uint32_t kept;
    uint32_t other;

    assert_int_equal(ir_pool_create(card->domain, 64, 2048, &pool), 0);
    assert_int_equal(ir_ring_init(&ring, 64), 0);
    kept = ir_pool_pop(pool);
    ir_ring_push(&ring, kept);
    assert_int_equal(ir_pool_attach(pool, &ring), 0);
    ir_pool_abandon(pool, &ring);
    assert_int_equal(ir_pool_audit(pool), 0);
    pool->holder[kept] = ir_handle_make((uint32_t)pool->grant_first, kept, 60).bits;
    assert_int_equal(ir_pool_audit(pool), -EIO);
    pool->holder[kept] = IR_POOL_NOBODY;
    /* Kept by the device, and free once more. */
    other = pool->stack[0];
    pool->stack[0] = (uint16_t)kept;
    assert_int_equal(ir_pool_audit(pool), -EIO);
    pool->stack[0] = (uint16_t)other;
    assert_int_equal(ir_pool_audit(pool), 0);
    assert_int_equal(ir_pool_destroy(pool), 0);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        OPENED(packet_functions_refuse_null_arguments),
        STARTED(largest_possible_burst_takes_what_there_is),
        OPENED(audit_finds_a_ring_whose_record_is_overwritten),
        OPENED(ring_that_was_never_attached_can_be_detached),
        OPENED(audit_finds_a_handle_to_a_buffer_that_a_device_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
