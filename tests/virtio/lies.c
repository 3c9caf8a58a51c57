/* SPDX-License-Identifier: MIT
 *
 * The helpers of lies.h.
 */
#include "lies.h"

const char *const lies_formats[] = {
    "mrg_rxbuf=on",     "event_idx=off,mrg_rxbuf=off",
    "shuffle=on",       "in_order=on",
    "packed=on",        "packed=on,shuffle=on",
    "transport=legacy", "transport=legacy,any_layout=off,queue_size=128",
};

const size_t lies_format_count = sizeof(lies_formats) / sizeof(lies_formats[0]);

bool lies_packed(const struct card *card)
{
    return virtio_has(rig_driver(card)->features, VIRTIO_F_RING_PACKED) != 0;
}

void lies_put(struct card *card, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        card_put(card, LIES_LENGTH, first + i);
    card_settle(card);
}

void lies_next_is(struct card *card, uint32_t tag)
{
    rig_expect_all(card, tag, 1, LIES_LENGTH, 1);
}

int lies_next(struct card *card)
{
    volatile uint8_t sum = 0;
    struct ir_pkt pkt;
    uint32_t length;
    const uint8_t *data;
    int result = ir_rx(card->rx, &pkt, 1);

    card_audit(card, result == 1 ? 1 : 0);
    if (result != 1)
        return result;
    length = ir_pkt_length(pkt);
    assert_in_range(length, IR_FRAME_MIN, card->pool->buffer_size);
    data = ir_pkt_data(card->pool, pkt, 0, length);
    assert_non_null(data);
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + data[i]);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    return 1;
}

void lies_next_was_not_written(struct card *card)
{
    int result = lies_next(card);

    assert_true(result == 1 || result == -EIO);
    assert_int_equal(lies_next(card), result == 1 ? 0 : -EIO);
}

void lies_reset(struct card *card)
{
    uint64_t begin = rig_time(card);

    rig_be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_true(rig_time(card) - begin < 3000000u);
    card_audit(card, 0);
    assert_int_equal(ir_link_wait(card->dev, 10), 0);
    card_works(card);
}

/* The queue is broken, gives nothing more, and has lost no buffer; a reset brings it back once the
 * card is honest. */
void lies_broken_until_reset(struct card *card)
{
    for (uint32_t i = 0; i < 3u; i++) {
        assert_int_equal(lies_next(card), -EIO);
        lies_put(card, 0, 1);
    }
    rig_be_honest(card);
    assert_int_equal(lies_next(card), -EIO);
    lies_reset(card);
}
