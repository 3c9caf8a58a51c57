/* SPDX-License-Identifier: MIT
 *
 * Rules about rings and their chains, each broken in both formats where both have it. The card
 * stops and wants a reset then, but for those that do no harm.
 */
#include <string.h>

#include "broken.h"

static const char *const formats[2] = {"", "packed=on"};

/* A card that runs, with a transmit queue for what follows. */
static void open_format(struct rig *rig, uint32_t packed, uint64_t features)
{
    rig_open(rig, formats[packed]);
    rig_start(rig, RIG_FEATURES | features);
}

/* The device has looked, and will do no more. */
static void stopped(struct rig *rig, enum soft_rule rule, const char *text)
{
    rig_notify(rig, 1);
    assert_int_equal(rig_step(rig), 0);
    assert_int_equal(rig_status(rig) & SOFT_NEEDS_RESET, SOFT_NEEDS_RESET);
    rig_reset(rig);
    broken(rig, rule, text);
}

static struct rig_part readable(uint16_t slot, uint32_t length)
{
    return (struct rig_part){rig_address(1, slot), length, false};
}

/* Bytes of a descriptor of queue 1. */
static uint8_t *desc(struct rig *rig, uint16_t slot)
{
    return rig->queue[1].desc + (size_t)SOFT_DESC_BYTES * slot;
}

static void set16(uint8_t *memory, uint16_t value)
{
    memcpy(memory, &value, sizeof(value));
}

static void more_chains_than_the_ring_has(void **state)
{
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    set16(rig.queue[1].driver + 2, RIG_SIZE + 1u);
    stopped(&rig, SOFT_RULE_RING_INDEX, "queue 1: the index went from 0 to 65");
}

static void an_index_that_goes_back(void **state)
{
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    set16(rig.queue[1].driver + 2, 0xffffu);
    stopped(&rig, SOFT_RULE_RING_INDEX, "queue 1: the index went from 0 to 65535");
}

static void a_head_beyond_the_table(void **state)
{
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    (void)rig_send(&rig, 1, 60, 0);
    set16(rig.queue[1].driver + 4, RIG_SIZE);
    stopped(&rig, SOFT_RULE_RING_HEAD, "queue 1: 64 of 64");
}

static void a_next_beyond_the_table(void **state)
{
    struct rig_part parts[2] = {readable(0, 100), readable(1, 100)};
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    (void)rig_offer(&rig, 1, parts, 2);
    set16(desc(&rig, 0) + 14, 1000);
    stopped(&rig, SOFT_RULE_RING_NEXT, "queue 1: 1000 of 64");
}

static void a_chain_that_goes_round_in_a_circle(void **state)
{
    struct rig_part parts[2] = {readable(0, 100), readable(1, 100)};
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    (void)rig_offer(&rig, 1, parts, 2);
    set16(desc(&rig, 1) + 12, SOFT_DESC_NEXT);
    set16(desc(&rig, 1) + 14, 0);
    stopped(&rig, SOFT_RULE_RING_LONG, "queue 1: 65 descriptors from 0 on");
}

static void a_packed_chain_without_end(void **state)
{
    struct rig_part parts[RIG_SIZE];
    struct rig rig;

    (void)state;
    for (uint16_t i = 0; i < RIG_SIZE; i++)
        parts[i] = readable(i, 10);
    open_format(&rig, 1, 0);
    (void)rig_offer(&rig, 1, parts, RIG_SIZE);
    set16(desc(&rig, RIG_SIZE - 1u) + 14, SOFT_DESC_AVAIL | SOFT_DESC_NEXT);
    /* After the last comes the first, which is not available another time. */
    stopped(&rig, SOFT_RULE_RING_WHOLE, "queue 1: descriptor 0");
}

static void a_chain_that_the_card_has_already(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig rig;

        open_format(&rig, packed, 0);
        /* Both are taken before the first is returned. */
        (void)rig_send(&rig, 1, 60, 0);
        (void)rig_send(&rig, 1, 60, 0);
        if (packed == 0)
            set16(rig.queue[1].driver + 6, 0);
        else
            set16(desc(&rig, 1) + 12, 0);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(rig_status(&rig) & SOFT_NEEDS_RESET, SOFT_NEEDS_RESET);
        broken(&rig, SOFT_RULE_RING_TAKEN, "queue 1: chain 0");
    }
}

static void a_chain_out_of_order(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "in_order=on");
    rig_start(&rig, RIG_FEATURES | SOFT_F_IN_ORDER);
    (void)rig_send(&rig, 1, 60, 0);
    set16(rig.queue[1].driver + 4, 5);
    stopped(&rig, SOFT_RULE_RING_ORDER, "queue 1: descriptor 5 instead of 0");
}

static void a_readable_descriptor_after_a_writable_one(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig_part parts[2] = {readable(0, 100), readable(1, 100)};
        struct rig rig;

        parts[0].writable = true;
        open_format(&rig, packed, 0);
        (void)rig_offer(&rig, 1, parts, 2);
        stopped(&rig, SOFT_RULE_RING_DIRECTION, "queue 1: descriptor 1 of a chain");
    }
}

static void an_indirect_table_that_was_not_negotiated(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig rig;

        open_format(&rig, packed, 0);
        (void)rig_send(&rig, 1, 60, 0);
        set16(desc(&rig, 0) + (packed == 0 ? 12 : 14),
              (uint16_t)(SOFT_DESC_INDIRECT | (packed == 0 ? 0u : SOFT_DESC_AVAIL)));
        stopped(&rig, SOFT_RULE_RING_FLAGS, "queue 1: descriptor 0 has flags");
    }
}

static void flags_of_the_available_ring_with_event_idx(void **state)
{
    struct rig rig;

    (void)state;
    open_format(&rig, 0, SOFT_F_EVENT_IDX);
    for (uint32_t i = 0; i < 2u; i++) { /* twice, but one sentence */
        set16(rig.queue[1].driver, SOFT_NO_INTERRUPT);
        (void)rig_send(&rig, 1, 60, 0);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 1);
    }
    broken(&rig, SOFT_RULE_RING_FLAGS, "queue 1: the available ring has flags 0x0001");
}

static void a_descriptor_of_no_length(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig_part part = readable(0, 0);
        struct rig rig;

        open_format(&rig, packed, 0);
        (void)rig_offer(&rig, 1, &part, 1);
        stopped(&rig, SOFT_RULE_RING_LENGTH, "queue 1: a descriptor for 0x4042");
    }
}

/* What the driver's event suppression structure says, once a packet was sent. */
static void check_event(uint64_t features, uint16_t place, uint16_t flags)
{
    struct rig rig;

    open_format(&rig, 1, features);
    set16(rig.queue[1].driver, place);
    set16(rig.queue[1].driver + 2, flags);
    (void)rig_send(&rig, 1, 60, 0);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SOFT_RULE_RING_EVENT, "queue 1: flags ");
}

static void an_event_that_makes_no_sense(void **state)
{
    (void)state;
    check_event(0, 0, 3);
    check_event(0, 0, SOFT_EVENT_SPECIFIC);
    check_event(SOFT_F_EVENT_IDX, RIG_SIZE, SOFT_EVENT_SPECIFIC);
}

static void half_a_packed_chain(void **state)
{
    struct rig_part parts[2] = {readable(0, 100), readable(1, 100)};
    struct rig rig;

    (void)state;
    open_format(&rig, 1, 0);
    (void)rig_offer(&rig, 1, parts, 2);
    set16(desc(&rig, 1) + 14, 0);
    stopped(&rig, SOFT_RULE_RING_WHOLE, "queue 1: descriptor 1 has flags 0x0000");
}

static void a_buffer_that_is_not_mapped(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig_part part = {RIG_IOVA + RIG_BYTES - 50u, 100, false};
        struct rig rig;

        open_format(&rig, packed, 0);
        (void)rig_offer(&rig, 1, &part, 1);
        stopped(&rig, SOFT_RULE_DMA_UNMAPPED, "queue 1: a buffer of 100 bytes at 0x407fffce");
    }
}

static void a_ring_that_is_not_mapped(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_negotiate(&rig, RIG_FEATURES);
    rig_write(&rig, R_QUEUE_SELECT, 2, 1);
    rig_write(&rig, R_QUEUE_DRIVER, 4, RIG_IOVA);
    rig_write(&rig, R_QUEUE_DEVICE, 4, RIG_IOVA);
    rig_write(&rig, R_QUEUE_ENABLE, 2, 1);
    rig_driver_ok(&rig);
    broken(&rig, SOFT_RULE_DMA_UNMAPPED, "queue 1: 1024 bytes of its ring at 0x0");
}

static void memory_that_is_unmapped_while_the_card_uses_it(void **state)
{
    struct rig rig;

    (void)state;
    open_format(&rig, 0, 0);
    (void)rig_send(&rig, 1, 60, 0);
    rig_notify(&rig, 1);
    assert_int_equal(rig.transport->ops->unmap(rig.transport, &rig.memory), 0);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SOFT_RULE_DMA_UNMAPPED, "queue 1: ");
}

static void buffers_that_are_unmapped_while_they_wait(void **state)
{
    struct ir_dma half;
    struct rig rig;

    (void)state;
    rig_open(&rig, "shuffle=on");
    rig_start(&rig, RIG_FEATURES);
    rig_stock(&rig, 8);
    rig_put(&rig, 60, 0);
    assert_int_equal(rig_step(&rig), 1); /* seven are kept */
    half = rig.memory;
    half.size = RIG_BUFFERS;
    assert_int_equal(rig.transport->ops->unmap(rig.transport, &rig.memory), 0);
    assert_int_equal(rig.transport->ops->map(rig.transport, &half), 0);
    rig_notify(&rig, 0);
    rig_put(&rig, 60, 0);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SOFT_RULE_DMA_UNMAPPED, "queue 0: a buffer of 2048 bytes");
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(SOFT_RULE_RING_INDEX, SOFT_RULE_NET_RX_BUFFER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_chains_than_the_ring_has),
        cmocka_unit_test(an_index_that_goes_back),
        cmocka_unit_test(a_head_beyond_the_table),
        cmocka_unit_test(a_next_beyond_the_table),
        cmocka_unit_test(a_chain_that_goes_round_in_a_circle),
        cmocka_unit_test(a_packed_chain_without_end),
        cmocka_unit_test(a_chain_that_the_card_has_already),
        cmocka_unit_test(a_chain_out_of_order),
        cmocka_unit_test(a_readable_descriptor_after_a_writable_one),
        cmocka_unit_test(an_indirect_table_that_was_not_negotiated),
        cmocka_unit_test(flags_of_the_available_ring_with_event_idx),
        cmocka_unit_test(a_descriptor_of_no_length),
        cmocka_unit_test(an_event_that_makes_no_sense),
        cmocka_unit_test(half_a_packed_chain),
        cmocka_unit_test(a_buffer_that_is_not_mapped),
        cmocka_unit_test(a_ring_that_is_not_mapped),
        cmocka_unit_test(memory_that_is_unmapped_while_the_card_uses_it),
        cmocka_unit_test(buffers_that_are_unmapped_while_they_wait),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
