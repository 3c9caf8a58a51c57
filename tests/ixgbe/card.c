/* SPDX-License-Identifier: MIT
 *
 * The simulated card that tests start from.
 */
#include "card.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONGEST_FRAME 16384u
#define MINIMUM_SENT  60u

/* Two at a time at most. */
static struct card cards[2];
static const char *kind = "82599";

void card_choose(int argc, char **argv)
{
    if (argc > 1)
        kind = argv[1];
}

const char *card_kind(void)
{
    return kind;
}

int card_open_device(void **state, const char *device)
{
    struct card *card = cards[0].dev == NULL ? &cards[0] : &cards[1];
    char error[IR_ERROR_LENGTH];

    *state = card;
    memset(card, 0, sizeof(*card));
    if (ir_domain_create(&card->domain) != 0)
        return -1;
    if (ir_pool_create(card->domain, CARD_BUFFERS, 2048, &card->pool) != 0)
        return -1;
    if (ir_open(card->domain, device, &card->dev, error) != 0) {
        print_error("%s\n", error);
        return -1;
    }
    return 0;
}

int card_open(void **state)
{
    char device[64];

    (void)snprintf(device, sizeof(device), "sim:%s,mode=step,wire=memory", kind);
    return card_open_device(state, device);
}

int card_start(void **state)
{
    if (card_open(state) != 0)
        return -1;
    card_queues(*state, 64);
    return ir_start(((struct card *)*state)->dev);
}

static int release(struct card *card)
{
    int audit = ir_pool_audit(card->pool);
    int pool = ir_pool_destroy(card->pool);
    int domain = ir_domain_destroy(card->domain);

    if (audit != 0)
        print_error("the pool's audit answers %d\n", audit);
    return audit != 0 || pool != 0 || domain != 0;
}

int card_close(void **state)
{
    struct card *card = *state;
    int closed;

    card_no_violation(card);
    closed = ir_close(card->dev);
    card->dev = NULL;
    if (closed != 0)
        print_error("ir_close answers %d\n", closed);
    if (ir_pool_available(card->pool) != CARD_BUFFERS) {
        print_error("%u buffers are free\n", ir_pool_available(card->pool));
        closed = -1;
    }
    return release(card) != 0 || closed != 0;
}

void card_queues(struct card *card, uint32_t size)
{
    assert_int_equal(ir_rxq_setup(card->dev, 0, size, card->pool, &card->rx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 0, size, card->pool, &card->tx), 0);
}

void card_frame(const struct card *card, uint8_t *frame, uint32_t length, uint32_t tag)
{
    static const uint8_t sender_and_type[] = {0x02, 0, 0, 0, 0, 0x01, 0x88, 0xb5};

    for (uint32_t i = 0; i < length; i++)
        frame[i] = (uint8_t)((tag + i * 7u) & 0xffu);
    assert_true(length >= IR_FRAME_MIN);
    assert_int_equal(ir_mac_get(card->dev, frame), 0);
    memcpy(frame + IR_MAC_LENGTH, sender_and_type, sizeof(sender_and_type));
}

void card_put(struct card *card, uint32_t length, uint32_t tag)
{
    uint8_t frame[LONGEST_FRAME];

    card_frame(card, frame, length, tag);
    assert_int_equal(ir_sim_put(card->dev, frame, length), 0);
}

void card_settle(struct card *card)
{
    int moved;

    do {
        moved = ir_sim_step(card->dev);
        assert_true(moved >= 0);
    } while (moved > 0);
}

void card_expect(struct card *card, struct ir_pkt pkt, uint32_t length, uint32_t tag)
{
    uint8_t frame[LONGEST_FRAME];
    const uint8_t *data = ir_pkt_data(card->pool, pkt, 0, length);

    card_frame(card, frame, length, tag);
    assert_int_equal(ir_pkt_length(pkt), length);
    assert_non_null(data);
    assert_memory_equal(data, frame, length);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
}

struct ir_pkt card_packet(struct card *card, uint32_t length, uint32_t tag)
{
    struct ir_pkt pkt;
    uint8_t *data;

    assert_int_equal(ir_pkt_alloc(card->pool, length, &pkt), 0);
    data = ir_pkt_data(card->pool, pkt, 0, length);
    assert_non_null(data);
    card_frame(card, data, length, tag);
    return pkt;
}

void card_expect_sent(struct card *card, uint32_t length, uint32_t tag)
{
    uint8_t frame[LONGEST_FRAME] = {0};
    uint8_t sent[LONGEST_FRAME];
    uint32_t on_wire = length < MINIMUM_SENT ? MINIMUM_SENT : length;

    card_frame(card, frame, length, tag);
    assert_int_equal(ir_sim_take(card->dev, sent, sizeof(sent)), on_wire);
    assert_memory_equal(sent, frame, on_wire);
}

void card_works(struct card *card)
{
    struct ir_pkt pkt;

    card_put(card, 100, 3);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, 100, 3);
    pkt = card_packet(card, 80, 4);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 80, 4);
}

void card_is_broken(struct card *card)
{
    struct ir_pkt pkt = card_packet(card, 80, 4);
    struct ir_pkt received;

    assert_int_equal(ir_rx(card->rx, &received, 1), -EIO);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), -EIO);
    assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
}

void card_no_violation(struct card *card)
{
    uint64_t count;

    assert_int_equal(ir_sim_violations(card->dev, &count), 0);
    if (count > 0)
        fail_msg("%s", ir_sim_violation(card->dev, 0));
}

void card_audit(const struct card *card, int held)
{
    assert_int_equal(ir_pool_audit(card->pool), held);
}
