/* SPDX-License-Identifier: MIT
 *
 * A card's counters: which frame counts where, and what reading them does (82599 section 8.2.3.23,
 * 82574 section 10.2.7). Those that are not of a queue have the same place in all parts. Lengths
 * are without the checksum; the card counts it.
 */
#include "sim/card.h"

void sim_count(struct sim_card *card, uint32_t offset, uint64_t amount)
{
    uint64_t sum = sim_get(card, offset) + amount;

    if (card->part->sticky && sum > UINT32_MAX)
        sum = UINT32_MAX;
    sim_set(card, offset, (uint32_t)(sum & UINT32_MAX));
}

static uint64_t pair_value(const struct sim_card *card, uint32_t low)
{
    return sim_get(card, low) | (uint64_t)sim_get(card, low + 4u) << 32;
}

static void set_pair(struct sim_card *card, uint32_t low, uint64_t value)
{
    sim_set(card, low, (uint32_t)(value & UINT32_MAX));
    sim_set(card, low + 4u, (uint32_t)((value & card->part->pair_max) >> 32));
}

void sim_count_pair(struct sim_card *card, uint32_t low, uint64_t amount)
{
    set_pair(card, low, pair_value(card, low) + amount);
}

uint32_t sim_read_counter(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t offset = reg->offset + index * reg->stride;
    uint32_t value = sim_get(card, offset);

    sim_set(card, offset, 0);
    return card->hostile == NULL ? value : sim_hostile_count(card, value);
}

/* Where the latch of a pair is kept. */
static uint64_t *latch(struct sim_card *card, uint32_t low, uint32_t index)
{
    switch (low) {
    case R_GORCL:
        return &card->pair[0];
    case R_GOTCL:
        return &card->pair[1];
    case R_TORL:
        return &card->pair[2];
    case R_TOTL:
        return &card->pair[35];
    case R_QBRC_L:
        return &card->pair[3u + index];
    default:
        return &card->pair[19u + index];
    }
}

/* Reading the low half holds the high half for the read that follows, which clears what was read.
 */
uint32_t sim_read_pair_low(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint64_t value = pair_value(card, reg->offset + index * reg->stride);

    *latch(card, reg->offset, index) = value;
    if (card->hostile != NULL)
        return sim_hostile_count(card, (uint32_t)(value & UINT32_MAX));
    return (uint32_t)(value & UINT32_MAX);
}

uint32_t sim_read_pair_high(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t low = reg->offset - 4u + index * reg->stride;
    uint64_t *held = latch(card, reg->offset - 4u, index);
    uint64_t value = *held;

    set_pair(card, low, pair_value(card, low) - value);
    *held = 0;
    if (card->hostile != NULL)
        return sim_hostile_count(card, (uint32_t)(value >> 32));
    return (uint32_t)(value >> 32);
}

/* Offset of the counter for a frame of this size, of the six from `first`. */
static uint32_t by_size(uint32_t first, uint32_t length)
{
    static const uint32_t limits[] = {64, 127, 255, 511, 1023};
    uint32_t i = 0;

    while (i < sizeof(limits) / sizeof(limits[0]) && length + SIM_CRC > limits[i])
        i++;
    return first + 4u * i;
}

/* Which of the 16 queue counters a queue is mapped to, in RQSMR or TQSM: 8 bits for each queue. */
static uint32_t queue_counter(const struct sim_card *card, uint32_t map, uint32_t queue)
{
    return sim_get(card, map + queue / 4u * 4u) >> (8u * (queue % 4u)) & 0xfu;
}

static void count_cast(struct sim_card *card, const uint8_t *frame, uint64_t frames,
                       uint32_t multicast, uint32_t broadcast)
{
    if ((frame[0] & 1u) == 0)
        return;
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++) {
        if (frame[i] != 0xffu) {
            sim_count(card, multicast, frames);
            return;
        }
    }
    sim_count(card, broadcast, frames);
}

void sim_count_arrival(struct sim_card *card, uint32_t length, uint64_t frames)
{
    sim_count(card, R_TPR, frames);
    sim_count_pair(card, R_TORL, ((uint64_t)length + SIM_CRC) * frames);
}

void sim_count_received(struct sim_card *card, const uint8_t *frame, uint32_t length,
                        uint64_t frames)
{
    sim_count(card, R_GPRC, frames);
    sim_count_pair(card, R_GORCL, ((uint64_t)length + SIM_CRC) * frames);
    sim_count(card, by_size(R_PRC64, length), frames);
    count_cast(card, frame, frames, R_MPRC, R_BPRC);
}

void sim_count_placed(struct sim_card *card, uint32_t queue, uint32_t length, uint64_t frames)
{
    uint32_t counter = queue_counter(card, R_RQSMR, queue);

    if (!card->part->queue_counters)
        return;
    sim_count(card, R_RXDGPC, frames);
    sim_count(card, R_QPRC + 0x40u * counter, frames);
    sim_count_pair(card, R_QBRC_L + 0x40u * counter, ((uint64_t)length + SIM_CRC) * frames);
}

void sim_count_dropped(struct sim_card *card, uint32_t queue)
{
    sim_count(card, R_QPRDC + 0x40u * queue_counter(card, R_RQSMR, queue), 1u);
}

void sim_count_sent(struct sim_card *card, uint32_t queue, const uint8_t *frame, uint32_t length,
                    uint64_t frames)
{
    uint32_t counter = queue_counter(card, R_TQSM, queue);
    uint64_t bytes = ((uint64_t)length + SIM_CRC) * frames;

    sim_count(card, R_TPT, frames);
    sim_count(card, R_GPTC, frames);
    sim_count_pair(card, R_GOTCL, bytes);
    sim_count(card, by_size(R_PTC64, length), frames);
    count_cast(card, frame, frames, R_MPTC, R_BPTC);
    if (card->part->total_sent)
        sim_count_pair(card, R_TOTL, bytes);
    if (!card->part->queue_counters)
        return;
    sim_count(card, R_TXDGPC, frames);
    sim_count(card, R_QPTC + 4u * counter, frames);
    sim_count_pair(card, R_QBTC_L + 8u * counter, bytes);
}
