/* SPDX-License-Identifier: MIT
 *
 * A pool and a ring by themselves, and the check of their books.
 */
#include "books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct ir_pool the_pool;
static struct ir_ring the_ring;
static uint8_t memory[BOOKS_BUFFERS * BOOKS_STRIDE];

int books_open(void **state)
{
    memset(&the_pool, 0xff, sizeof(the_pool));
    memset(&the_ring, 0xff, sizeof(the_ring));
    for (uint32_t i = 0; i < sizeof(memory); i++)
        memory[i] = (uint8_t)(i % 251u);
    *state = &the_pool;
    return ir_ring_init(&the_ring, BOOKS_RING) != 0 ||
           ir_pool_init(&the_pool, memory, BOOKS_IOVA, BOOKS_BUFFERS, BOOKS_SIZE, BOOKS_NUMBER) !=
               0;
}

struct ir_ring *books_ring(void)
{
    return &the_ring;
}

void books_balance(const struct ir_pool *pool, uint64_t in_ring, uint64_t held)
{
    uint32_t places[BOOKS_BUFFERS] = {0};
    uint64_t granted = 0;
    uint64_t slots = 0;

    assert_true(pool->free_count <= BOOKS_BUFFERS);
    for (uint64_t i = 0; i < pool->free_count; i++) {
        assert_true(pool->stack[i] < BOOKS_BUFFERS);
        places[pool->stack[i]]++;
    }
    assert_true(the_ring.head < BOOKS_RING && the_ring.tail < BOOKS_RING);
    for (uint64_t slot = the_ring.head; slot != the_ring.tail; slot = (slot + 1) % BOOKS_RING) {
        assert_true(the_ring.slot[slot] < BOOKS_BUFFERS);
        places[the_ring.slot[slot]]++;
        slots++;
    }
    for (uint32_t b = 0; b < BOOKS_BUFFERS; b++) {
        if (pool->holder[b] % IR_POOL_INDICES == b) {
            granted++;
            places[b]++;
        }
        assert_int_equal(places[b], 1);
    }
    assert_int_equal(slots, in_ring);
    assert_int_equal(granted, held);
}
