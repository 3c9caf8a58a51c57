/* SPDX-License-Identifier: MIT
 *
 * The device's side of rings and of the control queue by itself, on rings that are written by hand:
 * what the simulated card (tests/sim/virtio), whose queues are small, does not reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "softdev/control.h"

#define BYTES  0x10000u
#define BASE   0x100000u /* device address of the memory */
#define DRIVER 0x4000u   /* offsets */
#define DEVICE 0x6000u
#define BUFFER 0x8000u

struct bench {
    _Alignas(4096) uint8_t memory[BYTES];
    struct soft_function function;
    struct soft_ring ring;
    uint32_t breaches;
    enum soft_rule rule; /* of the last one */
};

static struct bench bench;

static uint8_t *memory_at(void *context, uint32_t *hint, uint64_t iova, uint64_t length)
{
    (void)context;
    (void)hint;
    if (iova < BASE || length > BYTES || iova - BASE > BYTES - length)
        return NULL;
    return bench.memory + (iova - BASE);
}

static void on_breach(void *context, enum soft_rule rule, const char *where)
{
    (void)context;
    assert_true(where[0] != '\0');
    bench.breaches++;
    bench.rule = rule;
}

/* Start the ring of this size, empty, with these features. */
static void start(uint16_t size, uint64_t features)
{
    static const struct soft_memory memory = {memory_at, on_breach, NULL};
    struct soft_queue *queue = &bench.function.queue[1];

    memset(&bench, 0, sizeof(bench));
    bench.function.accepted = features;
    queue->size = size;
    queue->desc = BASE;
    queue->driver = BASE + DRIVER;
    queue->device = BASE + DEVICE;
    soft_ring_start(&bench.ring, &bench.function, 1, &memory);
    assert_int_equal(bench.breaches, 0);
}

static void put(uint32_t offset, const void *bytes, size_t length)
{
    memcpy(bench.memory + offset, bytes, length);
}

/* A descriptor: of a split ring with `last` the next, of a packed one with the id. */
static void describe(uint32_t slot, uint32_t length, uint16_t flags, uint16_t last)
{
    uint64_t low = bench.ring.packed ? last : flags;
    uint64_t high = bench.ring.packed ? flags : last;
    uint64_t words[2] = {BASE + BUFFER, length | low << 32 | high << 48};

    put(SOFT_DESC_BYTES * slot, words, sizeof(words));
}

/* Make the chain that begins there available in a split ring, as entry number `index`. */
static void offer(uint16_t index, uint16_t head)
{
    uint16_t next = (uint16_t)(index + 1u);

    put(DRIVER + 4u + 2u * (index % bench.ring.size), &head, sizeof(head));
    put(DRIVER + 2u, &next, sizeof(next));
}

/* A split chain of `count` descriptors from `head` on. */
static void chain_split(uint16_t head, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++)
        describe(head + i, 10, i + 1u < count ? SOFT_DESC_NEXT : 0, (uint16_t)(head + i + 1u));
}

/* The same in a packed ring, from slot `head` in the first turn, into the second. */
static void chain_packed(uint32_t head, uint32_t count, uint16_t id)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = head + i;
        uint32_t flags = place < bench.ring.size ? SOFT_DESC_AVAIL : SOFT_DESC_USED;

        if (i + 1u < count)
            flags |= SOFT_DESC_NEXT;
        describe(place % bench.ring.size, 10, (uint16_t)flags, id);
    }
}

static void refused(enum soft_rule rule)
{
    struct soft_chain chain;

    assert_false(soft_ring_take(&bench.ring, &chain));
    assert_int_equal(bench.breaches, 1);
    assert_int_equal(bench.rule, rule);
    assert_false(soft_ring_take(&bench.ring, &chain));
    assert_false(soft_ring_any(&bench.ring));
    assert_false(soft_ring_listen(&bench.ring));
    assert_int_equal(bench.breaches, 1); /* once is enough */
}

static void a_chain_of_as_many_as_the_device_takes(void **state)
{
    struct soft_chain chain;

    (void)state;
    start(128, SOFT_F_VERSION_1);
    chain_split(3, SOFT_CHAIN_MAX);
    offer(0, 3);
    assert_true(soft_ring_take(&bench.ring, &chain));
    assert_int_equal(chain.slots, SOFT_CHAIN_MAX);
    assert_int_equal(chain.read_bytes, 10u * SOFT_CHAIN_MAX);

    start(128, SOFT_F_VERSION_1 | SOFT_F_RING_PACKED);
    chain_packed(0, SOFT_CHAIN_MAX, 77);
    assert_true(soft_ring_take(&bench.ring, &chain));
    assert_int_equal(chain.slots, SOFT_CHAIN_MAX);
    assert_int_equal(chain.id, 77);
}

static void a_chain_of_more(void **state)
{
    (void)state;
    start(128, SOFT_F_VERSION_1);
    chain_split(3, SOFT_CHAIN_MAX + 1u);
    offer(0, 3);
    refused(SOFT_RULE_RING_LONG);

    start(128, SOFT_F_VERSION_1 | SOFT_F_RING_PACKED);
    chain_packed(0, SOFT_CHAIN_MAX + 1u, 77);
    refused(SOFT_RULE_RING_LONG);
}

static void chains_that_share_descriptors(void **state)
{
    struct soft_chain chain;

    (void)state;
    start(64, SOFT_F_VERSION_1);
    chain_split(0, 40);
    offer(0, 0);
    offer(1, 1);
    assert_true(soft_ring_take(&bench.ring, &chain));
    refused(SOFT_RULE_RING_INDEX);

    start(64, SOFT_F_VERSION_1 | SOFT_F_RING_PACKED);
    chain_packed(0, 40, 1);
    assert_true(soft_ring_take(&bench.ring, &chain));
    chain_packed(40, 40, 2);
    refused(SOFT_RULE_RING_INDEX);
}

static void a_chain_is_given_back_as_if_it_had_not_been_taken(void **state)
{
    struct soft_chain chain;
    struct soft_done done;
    uint64_t word;

    (void)state;
    start(64, SOFT_F_VERSION_1);
    chain_split(5, 3);
    offer(0, 5);
    for (uint32_t i = 0; i < 3u; i++) {
        assert_true(soft_ring_take(&bench.ring, &chain));
        assert_int_equal(chain.id, 5);
        soft_ring_untake(&bench.ring, &chain);
    }

    /* In a packed ring whose size is no power of two, over the end. */
    start(50, SOFT_F_VERSION_1 | SOFT_F_RING_PACKED);
    chain_packed(0, 49, 0);
    assert_true(soft_ring_take(&bench.ring, &chain));
    done = soft_ring_done(&chain, 0);
    soft_ring_put(&bench.ring, &done);
    soft_ring_publish(&bench.ring);
    chain_packed(49, 3, 9);
    for (uint32_t i = 0; i < 3u; i++) {
        assert_true(soft_ring_take(&bench.ring, &chain));
        assert_int_equal(chain.id, 9);
        assert_int_equal(chain.slots, 3);
        soft_ring_untake(&bench.ring, &chain);
    }
    assert_true(soft_ring_take(&bench.ring, &chain));
    done = soft_ring_done(&chain, 11);
    soft_ring_put(&bench.ring, &done);
    soft_ring_publish(&bench.ring);
    memcpy(&word, bench.memory + SOFT_DESC_BYTES * 49u + 8u, sizeof(word));
    assert_int_equal(word, 11u | UINT64_C(9) << 32 |
                               (uint64_t)(SOFT_DESC_AVAIL | SOFT_DESC_USED | SOFT_DESC_WRITE)
                                   << 48);
    assert_int_equal(bench.ring.next_used, 2);
    assert_false(bench.ring.used_wrap);
    assert_int_equal(bench.breaches, 0);
}

static void what_is_returned_is_visible_all_at_once(void **state)
{
    struct soft_chain chain;
    struct soft_done done;
    uint16_t index;

    (void)state;
    start(64, SOFT_F_VERSION_1 | SOFT_F_RING_PACKED);
    chain_packed(0, 1, 0);
    chain_packed(1, 1, 1);
    for (uint32_t i = 0; i < 2u; i++) {
        assert_true(soft_ring_take(&bench.ring, &chain));
        done = soft_ring_done(&chain, 0);
        soft_ring_put(&bench.ring, &done);
        assert_int_equal(bench.memory[8 + 7], 0); /* the first one's USED */
    }
    soft_ring_publish(&bench.ring);
    assert_int_equal(bench.memory[8 + 7], SOFT_DESC_USED >> 8);
    assert_int_equal(bench.memory[SOFT_DESC_BYTES + 8 + 7], SOFT_DESC_USED >> 8);

    start(64, SOFT_F_VERSION_1);
    chain_split(0, 1);
    offer(0, 0);
    assert_true(soft_ring_take(&bench.ring, &chain));
    done = soft_ring_done(&chain, 0);
    soft_ring_put(&bench.ring, &done);
    memcpy(&index, bench.memory + DEVICE + 2u, sizeof(index));
    assert_int_equal(index, 0);
    soft_ring_publish(&bench.ring);
    memcpy(&index, bench.memory + DEVICE + 2u, sizeof(index));
    assert_int_equal(index, 1);
}

static void a_ring_that_is_stopped_does_nothing(void **state)
{
    struct soft_done done = {.chains = 1, .slots = 1};
    struct soft_chain chain;
    uint8_t before[BYTES];

    (void)state;
    start(64, SOFT_F_VERSION_1);
    chain_split(0, 1);
    offer(0, 0);
    soft_ring_stop(&bench.ring);
    memcpy(before, bench.memory, sizeof(before));
    assert_false(soft_ring_any(&bench.ring));
    assert_false(soft_ring_take(&bench.ring, &chain));
    soft_ring_put(&bench.ring, &done);
    soft_ring_publish(&bench.ring);
    soft_ring_hush(&bench.ring);
    assert_false(soft_ring_listen(&bench.ring));
    assert_false(soft_ring_interrupts(&bench.ring));
    assert_memory_equal(before, bench.memory, sizeof(before));
}

static bool refuse_pairs(void *context, uint16_t pairs)
{
    *(uint16_t *)context = pairs;
    return pairs != 3u;
}

/* Carry out VQ_PAIRS_SET; the answer. */
static uint8_t set_pairs(struct soft_control *control, uint8_t pairs)
{
    const uint8_t command[5] = {SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, pairs, 0, 0xff};
    uint64_t words[4] = {BASE + BUFFER, 4u | (uint64_t)SOFT_DESC_NEXT << 32 | UINT64_C(1) << 48,
                         BASE + BUFFER + 4u, 1u | (uint64_t)SOFT_DESC_WRITE << 32};

    put(0, words, sizeof(words));
    put(BUFFER, command, sizeof(command));
    offer(bench.ring.next_avail, 0);
    assert_int_equal(soft_control_serve(control, &bench.ring), 1);
    return bench.memory[BUFFER + 4u];
}

static void the_user_of_the_control_queue_may_refuse(void **state)
{
    static const uint8_t mac[IR_MAC_LENGTH] = {2};
    struct soft_control control = {0};
    uint16_t asked = 0;

    (void)state;
    start(64, SOFT_F_VERSION_1);
    control.features = SOFT_F_CTRL_VQ | SOFT_F_MQ;
    control.pairs_max = 4;
    control.set_pairs = refuse_pairs;
    control.context = &asked;
    soft_control_reset(&control, mac);
    assert_int_equal(set_pairs(&control, 2), SOFT_CTRL_ACK_OK);
    assert_int_equal(control.pairs, 2);
    assert_int_equal(set_pairs(&control, 3), SOFT_CTRL_ACK_ERROR);
    assert_int_equal(asked, 3);
    assert_int_equal(control.pairs, 2);
    assert_int_equal(bench.breaches, 0);
    assert_int_equal(set_pairs(&control, 5), SOFT_CTRL_ACK_ERROR);
    assert_int_equal(bench.rule, SOFT_RULE_CONTROL_VALUE);
    assert_int_equal(soft_control_serve(&control, &bench.ring), 0);
}

static void features_that_lack_what_they_need_are_taken_out(void **state)
{
    (void)state;
    assert_int_equal(soft_consistent(SOFT_F_MQ | SOFT_F_MAC), SOFT_F_MAC);
    assert_int_equal(soft_consistent(SOFT_F_MQ | SOFT_F_CTRL_VQ), SOFT_F_MQ | SOFT_F_CTRL_VQ);
    assert_int_equal(soft_consistent(UINT64_MAX), UINT64_MAX);
    /* HOST_ECN needs one of HOST_TSO4 and HOST_TSO6, which need CSUM. */
    assert_int_equal(soft_consistent(UINT64_C(1) << 13 | UINT64_C(1) << 12), 0);
    assert_int_equal(soft_consistent(UINT64_C(1) << 13 | UINT64_C(1) << 12 | SOFT_F_CSUM),
                     UINT64_C(1) << 13 | UINT64_C(1) << 12 | SOFT_F_CSUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_as_many_as_the_device_takes),
        cmocka_unit_test(a_chain_of_more),
        cmocka_unit_test(chains_that_share_descriptors),
        cmocka_unit_test(a_chain_is_given_back_as_if_it_had_not_been_taken),
        cmocka_unit_test(what_is_returned_is_visible_all_at_once),
        cmocka_unit_test(a_ring_that_is_stopped_does_nothing),
        cmocka_unit_test(the_user_of_the_control_queue_may_refuse),
        cmocka_unit_test(features_that_lack_what_they_need_are_taken_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
