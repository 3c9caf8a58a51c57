/* SPDX-License-Identifier: MIT
 *
 * A card that lies about what it receives, one way at a time: which frames come out all the same,
 * when the queue breaks, and what the driver cannot know.
 */
#include "life.h"

#include <string.h>

#define LENGTH 100u /* of each frame */

static void put_frames(struct card *card, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        card_put(card, LENGTH, first + i);
}

/* The next packet is frame `tag`. */
static void next_is(struct card *card, uint32_t tag)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, LENGTH, tag);
}

static void nothing_comes(struct card *card)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
}

/* The queue is broken, gives nothing more, and has lost no buffer; a reset brings it back once the
 * card is honest. */
static void broken_until_reset(struct card *card)
{
    uint64_t begin = device_time(card);
    struct ir_pkt pkt;

    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
        work(card, 1);
    }
    card_audit(card, 0);
    be_honest(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
    begin = device_time(card);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_true(device_time(card) - begin < PATIENCE);
    card_audit(card, 0);
    card_works(card);
}

/* The driver can only believe it. What it hands out is a packet like any other, with the bytes that
 * were in the buffer before; those around it are complete and in order. */
static void frame_that_was_not_written_is_a_packet_of_old_bytes(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    lie(card, SIM_HOSTILE_RX_EMPTY, 1, 2);
    put_frames(card, 0, 4);
    card_settle(card);
    next_is(card, 0);
    next_is(card, 1);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    readable(card->pool, pkt);
    card_audit(card, 1);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    next_is(card, 2);
    next_is(card, 3);
    nothing_comes(card);
    card_audit(card, 0);
    card_works(card);
}

static void frames_that_were_never_written_lose_no_buffer(void **state)
{
    struct card *card = *state;
    uint32_t honest = 0;

    lie(card, SIM_HOSTILE_RX_EMPTY, 0, 0);
    for (uint32_t i = 0; i < 500; i++) {
        struct ir_pkt pkts[2];

        card_put(card, LENGTH, i);
        work(card, 1);
        assert_int_equal(ir_rx(card->rx, pkts, 2), 2); /* the lie comes first */
        readable(card->pool, pkts[0]);
        assert_int_equal(ir_pkt_free(card->pool, pkts[0]), 0);
        card_expect(card, pkts[1], LENGTH, i);
        honest++;
        card_audit(card, 0);
    }
    assert_int_equal(honest, 500);
}

static void frames_reported_out_of_order_are_received_in_order(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_RX_ORDER, 0, 0);
    for (uint32_t i = 0; i < 300; i += 3) {
        put_frames(card, i, 3);
        work(card, 1);
        nothing_comes(card); /* the second and third are there already */
        work(card, 1);
        next_is(card, i);
        next_is(card, i + 1u);
        next_is(card, i + 2u);
        nothing_comes(card);
        card_audit(card, 0);
    }
}

static void descriptor_beyond_the_tail_is_not_received(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_RX_UNLENT, 0, 0);
    for (uint32_t i = 0; i < 300; i++) {
        work(card, 1);
        nothing_comes(card);
        put_frames(card, i, 1);
        work(card, 1);
        next_is(card, i);
        card_audit(card, 0);
    }
}

/* With no buffer to lend, the ring runs empty and its tail is where its head is. */
static void descriptor_of_an_empty_ring_is_not_received(void **state)
{
    struct card *card = *state;
    struct ir_pkt held[CARD_BUFFERS];
    uint32_t count = 0;

    while (ir_pkt_alloc(card->pool, LENGTH, &held[count]) == 0)
        count++;
    assert_int_equal(count, CARD_BUFFERS - LENT);
    lie(card, SIM_HOSTILE_RX_UNLENT, 0, 0);
    put_frames(card, 0, LENT + 5u); /* the last of them find no descriptor */
    for (uint32_t i = 0; i < LENT; i++, count++) {
        work(card, 1);
        assert_int_equal(ir_rx(card->rx, &held[count], 1), 1);
    }
    for (uint32_t i = 0; i < 100; i++) { /* whether it is reported good or bad */
        work(card, 1);
        nothing_comes(card);
        card_audit(card, CARD_BUFFERS);
    }
    for (uint32_t i = 0; i < LENT; i++)
        card_expect(card, held[CARD_BUFFERS - LENT + i], LENGTH, i);
    for (uint32_t i = 0; i < CARD_BUFFERS - LENT; i++)
        assert_int_equal(ir_pkt_free(card->pool, held[i]), 0);
    nothing_comes(card); /* lends buffers again */
    be_honest(card);
    do /* an 82574 drops nothing for want of descriptors: what is left comes now */
        work(card, 1);
    while (ir_rx(card->rx, held, 1) == 1 && ir_pkt_free(card->pool, held[0]) == 0);
    card_works(card);
}

/* Two frames that seem to be one are longer than a buffer, and dropped as such. */
static void frame_without_an_end_is_dropped_with_the_next_one(void **state)
{
    struct card *card = *state;
    struct ir_rxq_drops drops;

    lie(card, SIM_HOSTILE_RX_ENDLESS, 1, 1);
    put_frames(card, 0, 4);
    card_settle(card);
    next_is(card, 0);
    nothing_comes(card); /* the burst that finds it drops it */
    next_is(card, 3);
    nothing_comes(card);
    ir_rxq_drops(card->rx, &drops);
    assert_int_equal(drops.oversize, 1);
    assert_int_equal(drops.errors, 0);
    card_audit(card, 0);
    card_works(card);
}

static void frames_that_never_end_break_the_queue(void **state)
{
    struct card *card = *state;
    uint32_t bursts = 0;
    struct ir_pkt pkt;
    int received;

    lie(card, SIM_HOSTILE_RX_ENDLESS, 0, 0);
    put_frames(card, 0, 30);
    card_settle(card);
    do {
        received = ir_rx(card->rx, &pkt, 1);
        bursts++;
    } while (received == 0 && bursts < 30u);
    assert_int_equal(received, -EIO);
    broken_until_reset(card);
}

/* The frame before the lie is delivered; the lie, and what comes after it, is not. */
static void breaks_the_queue(struct card *card, enum sim_hostile_mode mode)
{
    for (uint32_t place = 0; place < 40; place += 13) {
        lie(card, mode, 1, place);
        put_frames(card, 0, 45);
        card_settle(card);
        for (uint32_t i = 0; i < place; i++)
            next_is(card, i);
        broken_until_reset(card);
    }
}

static void length_of_zero_breaks_the_queue(void **state)
{
    breaks_the_queue(*state, SIM_HOSTILE_RX_ZERO);
}

static void length_above_the_buffer_breaks_the_queue(void **state)
{
    breaks_the_queue(*state, SIM_HOSTILE_RX_LONG);
}

static void length_of_65535_breaks_the_queue(void **state)
{
    breaks_the_queue(*state, SIM_HOSTILE_RX_LONGEST);
}

/* A lie that comes in a burst ends it: what came before is delivered in one piece. */
static void burst_ends_before_a_lie(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[32];

    lie(card, SIM_HOSTILE_RX_LONGEST, 1, 7);
    put_frames(card, 0, 20);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, pkts, 32), 7);
    for (uint32_t i = 0; i < 7; i++)
        card_expect(card, pkts[i], LENGTH, i);
    broken_until_reset(card);
}

/* What is guaranteed of a packet whose length the card made up: it lies in its buffer. Returns
 * whether the queue still works. */
static bool take_whatever_comes(struct card *card, uint32_t *taken)
{
    struct ir_pkt pkts[8];
    int received = ir_rx(card->rx, pkts, 8);

    assert_true(received >= 0 || received == -EIO);
    for (int i = 0; i < received; i++) {
        readable(card->pool, pkts[i]);
        assert_int_equal(ir_pkt_free(card->pool, pkts[i]), 0);
        ++*taken;
    }
    card_audit(card, 0);
    return received >= 0;
}

static void whatever_comes_stays_in_its_buffer(struct card *card, enum sim_hostile_mode mode)
{
    uint32_t breaches = 0;
    uint32_t taken = 0;

    lie(card, mode, 0, 0);
    for (uint32_t i = 0; i < 600; i++) {
        put_frames(card, i, 4);
        work(card, 2);
        if (!take_whatever_comes(card, &taken)) {
            breaches++;
            assert_int_equal(ir_reset(card->dev), 0);
            card_audit(card, 0);
        }
    }
    assert_true(taken > 0 && breaches > 0); /* both were seen */
    be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    while (ir_sim_step(card->dev) > 0)
        while (take_whatever_comes(card, &taken) && ir_pool_available(card->pool) == 0)
            ;
}

static void report_of_random_bits_stays_in_its_buffer(void **state)
{
    whatever_comes_stays_in_its_buffer(*state, SIM_HOSTILE_RX_RANDOM);
}

static void report_that_changes_stays_in_its_buffer(void **state)
{
    whatever_comes_stays_in_its_buffer(*state, SIM_HOSTILE_RX_FLIP);
}

static void broken_queue_stays_broken_when_the_card_repents(void **state)
{
    struct card *card = *state;
    uint32_t taken = 0;
    uint32_t bursts = 0;

    lie(card, SIM_HOSTILE_RX_FLIP, 0, 0);
    do {
        put_frames(card, bursts, 4);
        work(card, 1);
        assert_true(++bursts < 1000u);
    } while (take_whatever_comes(card, &taken));
    be_honest(card); /* the report that broke the queue is true now */
    broken_until_reset(card);
}

/* A report that has been judged is not looked at again: what changes afterwards changes nothing. The
 * tail that ixgbe_rx_burst writes at its end is the card's occasion to change it. */
static void report_that_changes_after_it_was_read_changes_nothing(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[40];

    put_frames(card, 0, 40);
    card_settle(card);
    lie(card, SIM_HOSTILE_RX_FLIP, 0, 0);
    put_frames(card, 40, 16);
    assert_true(ir_sim_step(card->dev) > 0);
    assert_int_equal(ir_rx(card->rx, pkts, 40), 40); /* tells the card that it lends anew */
    for (uint32_t i = 0; i < 40; i++)
        card_expect(card, pkts[i], LENGTH, i);
    card_audit(card, 0);
    be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    card_works(card);
}

/* Without an IOMMU unmapping between frames nothing can prevent it, and nothing can tell. Only the
 * bytes are at stake: neither the handle, nor its length, nor any other packet. */
static void buffer_written_again_changes_bytes_and_nothing_else(void **state)
{
    struct card *card = *state;
    struct ir_pkt other = card_packet(card, LENGTH, 9);
    struct ir_pkt pkt;
    uint8_t before[2048];

    lie(card, SIM_HOSTILE_RX_LATE, 0, 1);
    card_put(card, sizeof(before), 1);
    work(card, 1);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    memcpy(before, ir_pkt_data(card->pool, pkt, 0, sizeof(before)), sizeof(before));
    work(card, 50);
    assert_int_equal(ir_pkt_length(pkt), sizeof(before));
    assert_non_null(ir_pkt_data(card->pool, pkt, 0, sizeof(before)));
    assert_memory_not_equal(ir_pkt_data(card->pool, pkt, 0, sizeof(before)), before,
                            sizeof(before));
    card_audit(card, 2);
    be_honest(card);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    assert_int_equal(ir_pkt_free(card->pool, pkt), -ESTALE);
    card_expect(card, other, LENGTH, 9);
    card_works(card);
}

int main(int argc, char **argv)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(frame_that_was_not_written_is_a_packet_of_old_bytes),
        STARTED(frames_that_were_never_written_lose_no_buffer),
        STARTED(frames_reported_out_of_order_are_received_in_order),
        STARTED(descriptor_beyond_the_tail_is_not_received),
        STARTED(descriptor_of_an_empty_ring_is_not_received),
        STARTED(frame_without_an_end_is_dropped_with_the_next_one),
        STARTED(frames_that_never_end_break_the_queue),
        STARTED(length_of_zero_breaks_the_queue),
        STARTED(length_above_the_buffer_breaks_the_queue),
        STARTED(length_of_65535_breaks_the_queue),
        STARTED(burst_ends_before_a_lie),
        STARTED(report_of_random_bits_stays_in_its_buffer),
        STARTED(report_that_changes_stays_in_its_buffer),
        STARTED(broken_queue_stays_broken_when_the_card_repents),
        STARTED(report_that_changes_after_it_was_read_changes_nothing),
        STARTED(buffer_written_again_changes_bytes_and_nothing_else),
    };

    card_choose(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
