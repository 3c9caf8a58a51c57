/* SPDX-License-Identifier: MIT
 *
 * Words that change right after the driver has read them: what it has judged is what it uses.
 */
#include "life.h"
#include "watch.h"

#include "ixgbe/ixgbe.h"

#define LENGTH 100u /* of each frame */
#define FRAMES 40u  /* more than a group that is lent at a time */

static const struct ixgbe_dev *driver_of(const struct card *card)
{
    return (const struct ixgbe_dev *)card->dev;
}

/* What a report becomes once it has been read; the second words of descriptors are the reports. */
static uint64_t (*lie_about)(uint64_t word);

static void change_report(uint8_t *address)
{
    uint64_t *word = (uint64_t *)(void *)address;

    if ((uintptr_t)address % 16u == 8u && (*word & 1u) != 0)
        *word = lie_about(*word);
}

static uint64_t longest(uint64_t word)
{
    return word | UINT64_C(0xffff) << 32;
}

static uint64_t empty(uint64_t word)
{
    return word & ~(UINT64_C(0xffff) << 32);
}

static uint64_t longer(uint64_t word) /* and within the buffer */
{
    return word + (UINT64_C(1000) << 32);
}

static uint64_t endless(uint64_t word)
{
    return word & ~UINT64_C(2);
}

static uint64_t damaged(uint64_t word)
{
    return word | 1u << 29;
}

static uint64_t undone(uint64_t word)
{
    return word & ~UINT64_C(1);
}

static uint64_t (*const lies[])(uint64_t) = {longest, empty, longer, endless, damaged, undone};

static void report_is_read_once_and_only_that_is_used(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[FRAMES];

    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        uint32_t accesses;
        int received;

        for (uint32_t frame = 0; frame < FRAMES; frame++)
            card_put(card, LENGTH, frame);
        card_settle(card);
        lie_about = lies[i];
        watch_begin(driver_of(card)->rx[0].memory.memory, change_report);
        received = ir_rx(card->rx, pkts, FRAMES);
        accesses = watch_end();
        assert_int_equal(received, FRAMES);
        assert_true(accesses >= FRAMES); /* each was seen and changed */
        for (uint32_t frame = 0; frame < FRAMES; frame++)
            card_expect(card, pkts[frame], LENGTH, frame);
        card_audit(card, 0);
        assert_int_equal(ir_reset(card->dev), 0);
    }
    card_works(card);
}

/* A report that is refused at first and good at the second look: it may be dropped or delivered,
 * but as a whole. Here errors are taken back. */
static uint64_t repaired(uint64_t word)
{
    return word & ~(UINT64_C(0xfff) << 20);
}

static void report_that_is_repaired_is_delivered_or_dropped_as_a_whole(void **state)
{
    struct card *card = *state;
    struct ixgbe_desc *ring = driver_of(card)->rx[0].queue.desc;
    struct ir_rxq_drops drops;
    struct ir_pkt pkt;
    int received;

    card_put(card, LENGTH, 1);
    card_put(card, LENGTH, 2);
    card_settle(card);
    ring[0].hi |= 1u << 29;
    lie_about = repaired;
    watch_begin(driver_of(card)->rx[0].memory.memory, change_report);
    received = ir_rx(card->rx, &pkt, 1);
    (void)watch_end();
    assert_true(received == 0 || received == 1);
    ir_rxq_drops(card->rx, &drops);
    if (received == 1)
        card_expect(card, pkt, LENGTH, 1);
    else if (drops.errors == 0) {
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        card_expect(card, pkt, LENGTH, 1);
    }
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, LENGTH, 2);
    card_audit(card, 0);
    card_works(card);
}

static uint8_t *head_word;
static uint32_t head_lie;

static void change_head(uint8_t *address)
{
    if (address == head_word)
        *(uint32_t *)(void *)address = head_lie;
}

static void head_is_read_once_and_only_that_is_used(void **state)
{
    static const uint32_t heads[] = {UINT32_MAX, 64, 63, 40, 0};
    struct card *card = *state;

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        int left;

        for (uint32_t frame = 0; frame < 20; frame++) {
            struct ir_pkt pkt = card_packet(card, LENGTH, frame);

            assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        }
        card_settle(card);
        for (uint32_t frame = 0; frame < 20; frame++)
            card_expect_sent(card, LENGTH, frame);
        head_word = (uint8_t *)(uintptr_t)driver_of(card)->tx[0].queue.head;
        head_lie = heads[i];
        watch_begin(driver_of(card)->tx[0].memory.memory, change_head);
        left = ir_tx_reclaim(card->tx);
        assert_true(watch_end() > 0);
        assert_int_equal(left, 0);
        card_audit(card, 0);
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    }
    card_works(card);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(report_is_read_once_and_only_that_is_used),
        STARTED(report_that_is_repaired_is_delivered_or_dropped_as_a_whole),
        STARTED(head_is_read_once_and_only_that_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
