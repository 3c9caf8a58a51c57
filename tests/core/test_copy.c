/* SPDX-License-Identifier: MIT
 *
 * Packets made of bytes that lie elsewhere.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "books.h"
#include "core/copy.h"

#define BEFORE 0xa5u /* in each byte of the pool */

static uint8_t source[BOOKS_SIZE + 1];

static void begin(struct ir_pool *pool)
{
    for (uint32_t i = 0; i < sizeof(source); i++)
        source[i] = (uint8_t)(i * 7u);
    memset(pool->data, BEFORE, BOOKS_BUFFERS * BOOKS_STRIDE - IR_POOL_HEADROOM);
}

/* No byte but those of the packet is another than before. */
static void assert_only(const struct ir_pool *pool, struct ir_pkt pkt)
{
    const uint8_t *bytes = ir_pkt_data(pool, pkt, 0, ir_pkt_length(pkt));

    /* no view, no packet: then none at all */
    for (uint64_t i = 0; i < BOOKS_BUFFERS * BOOKS_STRIDE - IR_POOL_HEADROOM; i++) {
        if (bytes == NULL || pool->data + i < bytes || pool->data + i >= bytes + ir_pkt_length(pkt))
            assert_int_equal(pool->data[i], BEFORE);
    }
}

static void copy_has_each_byte_and_touches_no_other(void **state)
{
    static const uint32_t lengths[] = {IR_FRAME_MIN, 15, 60, 1514, BOOKS_SIZE};
    struct ir_pool *pool = *state;

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct ir_pkt pkt = {0};

        begin(pool);
        assert_int_equal(ir_pool_copy(pool, source, lengths[i], &pkt), 0);
        assert_int_equal(ir_pkt_length(pkt), lengths[i]);
        assert_non_null(ir_pkt_data(pool, pkt, 0, lengths[i]));
        assert_memory_equal(ir_pkt_data(pool, pkt, 0, lengths[i]), source, lengths[i]);
        assert_only(pool, pkt);
        books_balance(pool, 0, 1);
        assert_int_equal(ir_pool_return(pool, pkt), 0);
    }
}

static void copy_stays_when_its_source_changes(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt;
    uint8_t byte;

    begin(pool);
    assert_int_equal(ir_pool_copy(pool, source, 60, &pkt), 0);
    memset(source, 0xff, sizeof(source));
    assert_int_equal(ir_pkt_read8(pool, pkt, 59, &byte), 0);
    assert_int_equal(byte, (uint8_t)(59 * 7));
    assert_int_equal(ir_pool_return(pool, pkt), 0);
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = {42};

    begin(pool);
    assert_int_equal(ir_pool_copy(pool, source, BOOKS_SIZE + 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pool_copy(pool, source, IR_FRAME_MIN - 1, &pkt), -EMSGSIZE);
    assert_int_equal(pkt.bits, 42);
    books_balance(pool, 0, 0);
    assert_only(pool, pkt);
}

static void empty_pool_refuses_and_changes_nothing(void **state)
{
    static struct ir_pkt held[BOOKS_BUFFERS];
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = {42};

    begin(pool);
    for (uint32_t i = 0; i < BOOKS_BUFFERS; i++)
        assert_int_equal(ir_pool_take(pool, 60, &held[i]), 0);
    assert_int_equal(ir_pool_copy(pool, source, 60, &pkt), -ENOBUFS);
    assert_int_equal(pkt.bits, 42);
    books_balance(pool, 0, BOOKS_BUFFERS);
    assert_only(pool, pkt);
    for (uint32_t i = 0; i < BOOKS_BUFFERS; i++)
        assert_int_equal(ir_pool_return(pool, held[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(copy_has_each_byte_and_touches_no_other, books_open),
        cmocka_unit_test_setup(copy_stays_when_its_source_changes, books_open),
        cmocka_unit_test_setup(what_does_not_fit_is_refused_and_changes_nothing, books_open),
        cmocka_unit_test_setup(empty_pool_refuses_and_changes_nothing, books_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
