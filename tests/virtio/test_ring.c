/* SPDX-License-Identifier: MIT
 *
 * The private side of a virtqueue: positions, ids, and those that are completed early.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "virtio/ring.h"

#define SIZE 64u

static struct virtio_ring ring;

static int make(void **state)
{
    *state = &ring;
    return virtio_ring_init(&ring, SIZE);
}

/* Ids and positions are inverse to each other. */
static void ids_are_whole(void)
{
    for (uint32_t i = 0; i < ring.window.size; i++) {
        assert_in_range(ring.id_at[i], 0, ring.window.size - 1);
        assert_int_equal(ring.position_of[ring.id_at[i]], i);
        assert_int_equal(ring.id_at[ring.position_of[i]], i);
    }
}

static void lend(uint32_t count, uint32_t first)
{
    for (uint32_t i = 0; i < count; i++)
        ir_ring_push(&ring.window, first + i);
}

static void ring_begins_empty_with_each_id_at_its_own_position(void **state)
{
    static const uint64_t sizes[] = {64, 128, 256, 512, 1024, 2048, 4096};

    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        assert_int_equal(virtio_ring_init(&ring, sizes[s]), 0);
        assert_int_equal(ring.window.size, sizes[s]);
        assert_int_equal(ir_ring_used(&ring.window), 0);
        for (uint32_t i = 0; i < sizes[s]; i++)
            assert_int_equal(ring.id_at[i], i);
        ids_are_whole();
    }
}

static void other_sizes_are_refused(void **state)
{
    static const uint64_t sizes[] = {0, 1, 32, 63, 65, 96, 4095, 4097, 8192, UINT64_MAX};

    (void)state;
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
        assert_int_equal(virtio_ring_init(&ring, sizes[s]), -EINVAL);
}

static void distance_is_counted_from_the_oldest(void **state)
{
    /* Volatile, or compilers find accesses there that cannot happen. */
    static const volatile uint32_t beyond[] = {SIZE, SIZE + 1u, 4096, 65536, UINT32_MAX};

    (void)state;
    for (uint32_t head = 0; head < SIZE; head++) {
        for (uint32_t id = 0; id < SIZE; id++)
            assert_int_equal(virtio_ring_distance(&ring, id), (id + SIZE - head) % SIZE);
        for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
            assert_int_equal(virtio_ring_distance(&ring, beyond[i]), SIZE);
        lend(1, 0);
        (void)ir_ring_pop(&ring.window);
    }
}

static void id_that_is_not_outstanding_is_refused_and_nothing_changes(void **state)
{
    static const uint32_t ids[] = {5, 6, 63, 64, 65, 4095, 4096, 65535, 65536, UINT32_MAX};

    (void)state;
    assert_int_equal(virtio_ring_forward(&ring, 0), 0);
    lend(5, 100);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        assert_int_equal(virtio_ring_forward(&ring, ids[i]), 0);
    for (uint32_t i = 0; i < 5u; i++) {
        assert_int_equal(ring.id_at[i], i);
        assert_int_equal(ring.window.slot[i], 100u + i);
    }
    assert_int_equal(ir_ring_pop(&ring.window), 100);
    assert_int_equal(virtio_ring_forward(&ring, 0), 0); /* it was completed */
    ids_are_whole();
}

static void id_that_comes_early_changes_places_with_the_oldest(void **state)
{
    (void)state;
    lend(5, 100);
    assert_int_equal(virtio_ring_forward(&ring, 3), 1);
    ids_are_whole();
    assert_int_equal(ring.id_at[0], 3);
    assert_int_equal(ring.id_at[3], 0);
    assert_int_equal(ring.window.slot[0], 103);
    assert_int_equal(ring.window.slot[3], 100);
    assert_int_equal(virtio_ring_forward(&ring, 3), 1); /* it is the oldest now */
    assert_int_equal(ir_ring_pop(&ring.window), 103);
    assert_int_equal(virtio_ring_forward(&ring, 3), 0);
    assert_int_equal(virtio_ring_forward(&ring, 0), 1);
    assert_int_equal(ir_ring_pop(&ring.window), 100);
    assert_int_equal(virtio_ring_distance(&ring, 2), 0);
    assert_int_equal(virtio_ring_distance(&ring, 1), 1); /* it changed places with 0 */
    ids_are_whole();
}

static void any_order_returns_each_buffer_once(void **state)
{
    uint32_t held[SIZE] = {0}; /* buffer lent under each id, or 0 */
    uint32_t next = 1;
    uint32_t outstanding = 0;
    uint64_t random = 1;

    (void)state;
    for (uint32_t round = 0; round < 200000u; round++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        if ((random >> 40) % 2u == 0 && outstanding < SIZE - 1u) {
            uint64_t tail = ring.window.tail;

            assert_int_equal(held[ring.id_at[tail]], 0); /* the id is free */
            held[ring.id_at[tail]] = next;
            ir_ring_push(&ring.window, next);
            next = next % 60000u + 1u;
            outstanding++;
        } else {
            uint32_t id = (uint32_t)(random >> 50) % SIZE;

            assert_int_equal(virtio_ring_forward(&ring, id), held[id] != 0);
            if (held[id] == 0)
                continue;
            assert_int_equal(ir_ring_pop(&ring.window), held[id]);
            held[id] = 0;
            outstanding--;
        }
        assert_int_equal(ir_ring_used(&ring.window), outstanding);
    }
    ids_are_whole();
}

int main(void)
{
#define EMPTY(test) cmocka_unit_test_setup(test, make)
    const struct CMUnitTest tests[] = {
        EMPTY(ring_begins_empty_with_each_id_at_its_own_position),
        EMPTY(other_sizes_are_refused),
        EMPTY(distance_is_counted_from_the_oldest),
        EMPTY(id_that_is_not_outstanding_is_refused_and_nothing_changes),
        EMPTY(id_that_comes_early_changes_places_with_the_oldest),
        EMPTY(any_order_returns_each_buffer_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
