/* SPDX-License-Identifier: MIT
 *
 * Queues on the simulated card: how they are programmed, several of them, and what the driver does
 * with descriptors that the card or something worse has written.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "ixgbe/ixgbe.h"

#define DD  1u
#define EOP 2u

static uint32_t read_register(struct card *card, uint32_t offset)
{
    uint32_t value = 0;

    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, offset, &value), 0);
    return value;
}

/* Write back the descriptor in `slot` as the card would. */
static void write_back(struct card *card, uint32_t slot, uint32_t status, uint32_t length)
{
    struct ixgbe_rxq *queue = (struct ixgbe_rxq *)card->rx;

    queue->desc[slot].hi = status | (uint64_t)length << 32;
}

static struct ir_rxq_drops drops_of(const struct card *card)
{
    struct ir_rxq_drops drops;

    ir_rxq_drops(card->rx, &drops);
    return drops;
}

static void receive_queue_is_programmed_as_documented(void **state)
{
    struct card *card = *state;
    const struct ixgbe_rx *rx = &((struct ixgbe_dev *)card->dev)->rx[0];

    assert_int_equal(read_register(card, IXGBE_RDBAL(0)), rx->memory.iova & 0xffffffff);
    assert_int_equal(read_register(card, IXGBE_RDBAH(0)), rx->memory.iova >> 32);
    assert_int_equal(read_register(card, IXGBE_RDLEN(0)), 64 * 16);
    assert_int_equal(read_register(card, IXGBE_SRRCTL(0)) & IXGBE_SRRCTL_SIZE_MASK, 2);
    assert_int_equal(read_register(card, IXGBE_SRRCTL(0)) & IXGBE_SRRCTL_DESCTYPE_MASK,
                     IXGBE_SRRCTL_ONE_BUFFER);
    assert_true((read_register(card, IXGBE_SRRCTL(0)) & IXGBE_SRRCTL_DROP_EN) != 0);
    assert_true((read_register(card, IXGBE_RXDCTL(0)) & IXGBE_RXDCTL_ENABLE) != 0);
    assert_int_equal(read_register(card, IXGBE_RDT(0)), 63);
    assert_int_equal(read_register(card, IXGBE_MAXFRS) >> 16, 2048 + 4);
    assert_true((read_register(card, IXGBE_RXCTRL) & IXGBE_RXCTRL_RXEN) != 0);
}

static void transmit_queue_is_programmed_as_documented(void **state)
{
    struct card *card = *state;
    const struct ixgbe_tx *tx = &((struct ixgbe_dev *)card->dev)->tx[0];
    uint32_t control = read_register(card, IXGBE_TXDCTL(0));

    assert_int_equal(read_register(card, IXGBE_TDBAL(0)), tx->memory.iova & 0xffffffff);
    assert_int_equal(read_register(card, IXGBE_TDBAH(0)), tx->memory.iova >> 32);
    assert_int_equal(read_register(card, IXGBE_TDLEN(0)), 64 * 16);
    assert_int_equal(read_register(card, IXGBE_TDWBAL(0)),
                     ((tx->memory.iova + 1024) & 0xffffffff) | IXGBE_TDWBAL_ENABLE);
    assert_int_equal(read_register(card, IXGBE_TDWBAH(0)), tx->memory.iova >> 32);
    assert_int_equal(control & IXGBE_TXDCTL_THRESHOLDS, 36 | 8 << 8);
    assert_true((control & IXGBE_TXDCTL_ENABLE) != 0);
    assert_true((read_register(card, IXGBE_DMATXCTL) & IXGBE_DMATXCTL_TE) != 0);
}

/* One frame through each queue: the card puts frames without IP into queue 0, so the others are written back by
 * hand. */
static void all_queues_work_in_both_directions(void **state)
{
    struct card *card = *state;
    struct ir_pool *pool;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    struct ir_txq *tx[IR_QUEUES_MAX];
    struct ir_rxq *none;

    assert_int_equal(ir_pool_create(card->domain, 64 * 64 + 64, 2048, &pool), 0);
    for (uint32_t q = 0; q < IXGBE_RSS_QUEUES; q++)
        assert_int_equal(ir_rxq_setup(card->dev, q, 64, pool, &rx[q]), 0);
    assert_int_equal(ir_rxq_setup(card->dev, IXGBE_RSS_QUEUES, 64, pool, &none), -EINVAL);
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++)
        assert_int_equal(ir_txq_setup(card->dev, q, 64, pool, &tx[q]), 0);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_pool_available(pool), 64 * 64 + 64 - IXGBE_RSS_QUEUES * 63);
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++) {
        uint32_t from = q % IXGBE_RSS_QUEUES;
        struct ir_pkt pkt;
        uint8_t *data;

        card->rx = rx[from];
        write_back(card, q / IXGBE_RSS_QUEUES, DD | EOP, 60 + q);
        assert_int_equal(ir_rx(rx[from], &pkt, 1), 1);
        assert_int_equal(ir_pkt_length(pkt), 60 + q);
        data = ir_pkt_data(pool, pkt, 0, 60 + q);
        assert_non_null(data);
        card_frame(card, data, 60 + q, q);
        assert_int_equal(ir_tx(tx[q], &pkt, 1), 1);
        card_settle(card);
        card_expect_sent(card, 60 + q, q);
        assert_int_equal(ir_tx_reclaim(tx[q]), 0);
    }
    assert_int_equal(ir_pool_audit(pool), 0);
    card_no_violation(card);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_available(pool), 64 * 64 + 64);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

static void largest_ring_works(void **state)
{
    struct card *card = *state;
    struct ir_pool *pool;
    struct ir_pkt pkts[64];

    assert_int_equal(ir_pool_create(card->domain, 8192, 2048, &pool), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 4096, pool, &card->rx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 0, 4096, pool, &card->tx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_pool_available(pool), 8192 - 4095);
    for (uint32_t round = 0; round < 200; round++) {
        for (uint32_t i = 0; i < 50; i++)
            card_put(card, 60, i);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, pkts, 64), 50);
        assert_int_equal(ir_tx(card->tx, pkts, 50), 50);
        card_settle(card);
        for (uint32_t i = 0; i < 50; i++)
            card_expect_sent(card, 60, i);
    }
    card_no_violation(card);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_available(pool), 8192);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

/* A second queue with larger buffers raises the limit of the card, so that frames span descriptors
 * of the first. */
static void frame_spanning_descriptors_is_dropped_whole(void **state)
{
    struct card *card = *state;
    struct ir_pool *large;
    struct ir_rxq *second;
    struct ir_pkt pkts[16];

    assert_int_equal(ir_pool_create(card->domain, 128, 8192, &large), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &card->rx), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, large, &second), 0);
    assert_int_equal(ir_start(card->dev), 0);
    for (uint32_t round = 0; round < 100; round++) {
        card_put(card, 60, 1);
        card_put(card, 2049 + round * 60, 2);
        card_put(card, 61, 3);
        card_settle(card);
        /* A burst ends before what has to be dropped; the next one begins behind it. */
        assert_int_equal(ir_rx(card->rx, pkts, 16), 1);
        card_expect(card, pkts[0], 60, 1);
        assert_int_equal(ir_rx(card->rx, pkts, 16), 1);
        card_expect(card, pkts[0], 61, 3);
        assert_int_equal(drops_of(card).oversize, round + 1);
        assert_int_equal(drops_of(card).errors, 0);
        card_audit(card, 0);
    }
    card_no_violation(card);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_destroy(large), 0);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

static void frame_marked_bad_is_dropped_and_counted(void **state)
{
    static const uint32_t errors[] = {1u << 23, 1u << 24, 1u << 25, 1u << 27, 1u << 28, 1u << 29};
    struct card *card = *state;
    uint32_t count = sizeof(errors) / sizeof(errors[0]);
    struct ir_pkt pkts[8];

    for (uint32_t i = 0; i < count; i++)
        write_back(card, i, DD | EOP | errors[i], 60);
    write_back(card, count, DD | EOP, 77);
    assert_int_equal(ir_rx(card->rx, pkts, 8), 0);
    assert_int_equal(ir_rx(card->rx, pkts, 8), 1);
    assert_int_equal(ir_pkt_length(pkts[0]), 77);
    assert_int_equal(ir_pkt_free(card->pool, pkts[0]), 0);
    assert_int_equal(drops_of(card).errors, count);
    card_audit(card, 0);
}

static void frame_with_a_wrong_ip_or_tcp_checksum_is_received(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[2];

    write_back(card, 0, DD | EOP | 1u << 31, 60);
    write_back(card, 1, DD | EOP | 1u << 30, 60);
    assert_int_equal(ir_rx(card->rx, pkts, 2), 2);
    assert_int_equal(ir_pkt_free(card->pool, pkts[0]), 0);
    assert_int_equal(ir_pkt_free(card->pool, pkts[1]), 0);
}

static void frame_shorter_than_a_header_is_dropped(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    write_back(card, 0, DD | EOP, IR_FRAME_MIN - 1);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
    assert_int_equal(drops_of(card).errors, 1);
}

/* Each descriptor breaks the queue; a reset mends it; no buffer is lost. */
static void impossible_descriptor_breaks_the_queue_until_a_reset(void **state)
{
    static const struct {
        uint32_t status;
        uint32_t length;
    } impossible[] = {
        {DD | EOP, 0}, {DD | EOP, 2049}, {DD | EOP, 0xffff}, {DD, 0}, {DD, 2049},
    };
    struct card *card = *state;
    struct ir_pkt pkt;

    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        write_back(card, 0, impossible[i].status, impossible[i].length);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
        card_audit(card, 0);
        assert_int_equal(ir_reset(card->dev), 0);
        card_put(card, 60, 1);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
        card_expect(card, pkt, 60, 1);
        assert_int_equal(ir_reset(card->dev), 0);
    }
}

static void frame_that_never_ends_breaks_the_queue(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[63];

    for (uint32_t slot = 0; slot < 63; slot++)
        write_back(card, slot, DD, 2048);
    assert_int_equal(ir_rx(card->rx, pkts, 63), -EIO);
    assert_int_equal(ir_reset(card->dev), 0);
    card_audit(card, 0);
}

static void impossible_transmit_head_breaks_the_queue_until_a_reset(void **state)
{
    static const uint32_t heads[] = {3, 63, 64, 4096, UINT32_MAX};
    struct card *card = *state;
    struct ixgbe_dev *dev = (struct ixgbe_dev *)card->dev;

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        struct ir_pkt pkts[2];

        pkts[0] = card_packet(card, 60, 1);
        pkts[1] = card_packet(card, 60, 2);
        assert_int_equal(ir_tx(card->tx, pkts, 2), 2);
        *dev->tx[0].queue.head = heads[i]; /* 2 is the furthest it could be */
        assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
        assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
        pkts[0] = card_packet(card, 60, 3);
        assert_int_equal(ir_tx(card->tx, pkts, 1), -EIO);
        card_audit(card, 1);
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_tx(card->tx, pkts, 1), 1);
        card_settle(card);
        card_expect_sent(card, 60, 3);
        assert_int_equal(ir_tx_reclaim(card->tx), 0);
    }
}

static int refuse_to_map(struct ir_transport *transport, const struct ir_dma *region)
{
    (void)transport;
    (void)region;
    return -ENOMEM;
}

static void queue_whose_memory_cannot_be_mapped_leaves_nothing_behind(void **state)
{
    struct card *card = *state;
    struct ir_transport *transport = card->dev->transport;
    const struct ir_transport_ops *before = transport->ops;
    struct ir_transport_ops refusing = *before;
    struct ir_pool *pool;
    struct ir_rxq *rx = NULL;
    struct ir_txq *tx = NULL;

    assert_int_equal(ir_pool_create(card->domain, 64, 2048, &pool), 0);
    refusing.map = refuse_to_map;
    transport->ops = &refusing;
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, pool, &rx), -ENOMEM);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, pool, &tx), -ENOMEM);
    transport->ops = before;
    assert_null(rx);
    assert_null(tx);
    assert_int_equal(ir_pool_destroy(pool), 0); /* no queue holds it */
    card_queues(card, 64);                      /* the places are free */
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(receive_queue_is_programmed_as_documented),
        STARTED(transmit_queue_is_programmed_as_documented),
        OPENED(all_queues_work_in_both_directions),
        OPENED(largest_ring_works),
        OPENED(frame_spanning_descriptors_is_dropped_whole),
        OPENED(queue_whose_memory_cannot_be_mapped_leaves_nothing_behind),
        STARTED(frame_marked_bad_is_dropped_and_counted),
        STARTED(frame_with_a_wrong_ip_or_tcp_checksum_is_received),
        STARTED(frame_shorter_than_a_header_is_dropped),
        STARTED(impossible_descriptor_breaks_the_queue_until_a_reset),
        STARTED(frame_that_never_ends_breaks_the_queue),
        STARTED(impossible_transmit_head_breaks_the_queue_until_a_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
