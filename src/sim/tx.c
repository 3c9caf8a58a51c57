/* SPDX-License-Identifier: MIT
 *
 * Transmit: packets from descriptors to the wire (82599 sections 7.2.1 to 7.2.3, 82574 sections
 * 7.2.3 to 7.2.5). The driver's memory is reached through the IOMMU only; descriptor words are
 * read once.
 */
#include <string.h>

#include "sim/card.h"

#define CMD_EOP    (1u << 24)
#define CMD_IFCS   (1u << 25)
#define CMD_IC     (1u << 26) /* in a descriptor without extension */
#define CMD_RS     (1u << 27)
#define CMD_DEXT   (1u << 29)
#define CMD_VLE    (1u << 30)
#define POPTS(hi)  ((uint32_t)((hi) >> 40 & 0x3fu))
#define PAYLEN(hi) ((uint32_t)((hi) >> 46))
#define DONE       (UINT64_C(1) << 32)

/* The descriptors of one packet, as read. */
struct packet {
    uint64_t lo[SIM_DESCRIPTORS_MAX];
    uint64_t hi[SIM_DESCRIPTORS_MAX];
    uint32_t count;
    uint32_t first;  /* slot of the first */
    uint32_t length; /* bytes */
    bool bad;        /* breaks a rule: is not sent */
};

/* A transmit queue in the course of one round. */
struct round {
    uint64_t *ring;
    uint32_t number; /* among all queues */
    uint32_t base;   /* of its registers */
    uint32_t size;
    uint32_t limit;     /* descriptors a packet */
    uint32_t reported;  /* head to write back */
    bool report;        /* a descriptor with RS has completed since the last write-back */
    uint32_t writeback; /* TDWBAL */
};

static uint32_t command(uint64_t hi)
{
    return (uint32_t)(hi & UINT32_MAX);
}

static bool is_extended(uint64_t hi)
{
    return (command(hi) & CMD_DEXT) != 0;
}

static bool is_data(const struct sim_tx_format *format, uint64_t hi)
{
    return !is_extended(hi) || (command(hi) >> 20 & 0xfu) == format->data;
}

static bool is_context(const struct sim_tx_format *format, uint64_t hi)
{
    return is_extended(hi) && (command(hi) >> 20 & 0xfu) == format->context;
}

static uint32_t data_length(const struct sim_tx_format *format, uint64_t hi)
{
    return command(hi) & (is_extended(hi) ? format->length : 0xffffu);
}

static void violate(struct sim_card *card, const struct round *round, enum sim_rule rule,
                    uint32_t slot, uint64_t lo, uint64_t hi)
{
    sim_violate(&card->base.violations, rule,
                "transmit queue %u, slot %u: descriptor 0x%016llx 0x%016llx",
                round->number % SIM_QUEUES, slot, (unsigned long long)lo, (unsigned long long)hi);
}

/* Read the descriptors from `slot` up to the packet's end. False when the driver has not lent all
 * of them yet. */
static bool fetch(struct sim_card *card, const struct round *round, uint32_t slot, uint32_t tail,
                  struct packet *packet)
{
    packet->count = 0;
    packet->first = slot;
    packet->length = 0;
    packet->bad = false;
    while (slot != tail) {
        uint64_t lo = __atomic_load_n(round->ring + 2u * (size_t)slot, __ATOMIC_RELAXED);
        uint64_t hi = __atomic_load_n(round->ring + 2u * (size_t)slot + 1u, __ATOMIC_RELAXED);

        packet->lo[packet->count] = lo;
        packet->hi[packet->count] = hi;
        packet->count++;
        if (is_context(&card->part->tx_format, hi) && packet->count == 1u)
            return true;
        if ((command(hi) & CMD_EOP) != 0)
            return true;
        if (packet->count >= round->limit) {
            violate(card, round, SIM_RULE_TX_DESCRIPTORS, slot, lo, hi);
            packet->bad = true;
            return true;
        }
        slot = slot + 1u < round->size ? slot + 1u : 0;
    }
    return false;
}

/* Each descriptor of a packet: false when one is none. */
static bool check_each(struct sim_card *card, const struct round *round, struct packet *packet)
{
    const struct sim_tx_format *format = &card->part->tx_format;
    bool good = true;

    for (uint32_t i = 0; i < packet->count; i++) {
        uint32_t slot = (packet->first + i) % round->size;
        uint32_t length = data_length(format, packet->hi[i]);
        bool data = is_data(format, packet->hi[i]);

        packet->length += length;
        if (data && length != 0)
            continue;
        violate(card, round, data ? SIM_RULE_TX_LENGTH_ZERO : SIM_RULE_TX_TYPE, slot, packet->lo[i],
                packet->hi[i]);
        good = false;
    }
    return good;
}

/* What may not be in a packet, apart from its addresses. */
static void check(struct sim_card *card, const struct round *round, struct packet *packet)
{
    const struct sim_tx_format *format = &card->part->tx_format;
    uint64_t first = packet->hi[0];
    uint64_t last = packet->hi[packet->count - 1u];
    uint32_t end = (packet->first + packet->count - 1u) % round->size;
    bool extended = is_extended(first);
    struct sim_tx_mode mode;

    packet->bad = !check_each(card, round, packet);
    if (packet->bad)
        return;
    if (packet->length > card->part->frame_max - SIM_CRC) {
        violate(card, round, SIM_RULE_TX_FRAME, end, packet->lo[packet->count - 1u], last);
        packet->bad = true;
        return;
    }
    if (extended && format->payload && PAYLEN(first) != packet->length)
        violate(card, round, SIM_RULE_TX_PAYLEN, packet->first, packet->lo[0], first);
    if ((command(first) & CMD_VLE) != 0 ||
        (extended && ((command(first) & format->segment) != 0 || POPTS(first) != 0)) ||
        (!extended && (command(first) & CMD_IC) != 0))
        violate(card, round, SIM_RULE_TX_UNMODELLED, packet->first, packet->lo[0], first);
    card->part->tx_mode(card, &mode);
    if ((command(first) & CMD_IFCS) == 0 && !mode.checksum)
        violate(card, round, SIM_RULE_TX_CHECKSUM, packet->first, packet->lo[0], first);
    if (round->limit < card->part->descriptors_max && (command(last) & CMD_RS) == 0)
        violate(card, round, SIM_RULE_TX_THRESHOLD_RS, end, packet->lo[packet->count - 1u], last);
}

static void put_on_wire(struct sim_card *card, uint64_t now, const uint8_t *frame, uint32_t length)
{
    if (card->part->loopback(card)) {
        if (!sim_fifo_put(&card->loopback, frame, length))
            sim_count(card, card->part->mpc, 1u);
        return;
    }
    if (card->base.sink != NULL)
        card->base.sink->ops->send(card->base.sink, now, frame, length);
}

/* Gather the packet's bytes, pad them, and send them. Nothing is sent when one address is wrong. */
static bool emit(struct sim_card *card, const struct round *round, const struct packet *packet,
                 uint64_t now)
{
    const uint8_t *frame = card->tx_scratch;
    struct sim_tx_mode mode;
    uint32_t length = 0;
    bool pad;

    card->part->tx_mode(card, &mode);
    pad = mode.pad && packet->length < SIM_WIRE_MIN;
    for (uint32_t i = 0; i < packet->count; i++) {
        uint32_t part = data_length(&card->part->tx_format, packet->hi[i]);
        const uint8_t *memory =
            soft_iommu_at(&card->base.iommu, &card->data_hint, packet->lo[i], part);

        if (memory == NULL) {
            sim_violate(&card->base.violations, SIM_RULE_DMA_UNMAPPED,
                        "transmit queue %u, slot %u: %u bytes at 0x%llx",
                        round->number % SIM_QUEUES, (packet->first + i) % round->size, part,
                        (unsigned long long)packet->lo[i]);
            return false;
        }
        if (packet->count == 1u && !pad) {
            frame = memory;
        } else {
            memcpy(card->tx_scratch + length, memory, part);
        }
        length += part;
    }
    if (pad) {
        memset(card->tx_scratch + length, 0, SIM_WIRE_MIN - length);
        length = SIM_WIRE_MIN;
    }
    sim_count_sent(card, round->number % SIM_QUEUES, frame, length, 1u);
    memcpy(card->tx_to, frame, IR_MAC_LENGTH);
    put_on_wire(card, now, frame, length);
    return true;
}

/* Report each descriptor of the packet that asks for it (RS): by DD, or later by the head. The head
 * register is ahead of what the driver can see, so that the driver never lends past it. */
static void complete(struct sim_card *card, struct round *round, const struct packet *packet)
{
    uint32_t head = (packet->first + packet->count) % round->size;

    atomic_store_explicit(&card->queue[round->number].head, head, memory_order_release);
    for (uint32_t i = 0; i < packet->count; i++) {
        uint32_t slot = (packet->first + i) % round->size;
        uint64_t word = (packet->hi[i] & UINT32_MAX) | DONE;

        if ((command(packet->hi[i]) & CMD_RS) == 0)
            continue;
        round->report = true;
        round->reported = (slot + 1u) % round->size;
        if ((round->writeback & TDWBAL_ENABLE) == 0 &&
            (card->hostile == NULL ||
             sim_hostile_done(card, round->number % SIM_QUEUES, round->ring, slot, &word)))
            __atomic_store_n(round->ring + 2u * (size_t)slot + 1u, word, __ATOMIC_RELEASE);
    }
}

static void write_head_back(struct sim_card *card, const struct round *round)
{
    uint64_t address =
        (uint64_t)sim_get(card, round->base + Q_TDWBAH) << 32 | (round->writeback & ~UINT32_C(0xf));
    uint32_t head = round->reported;
    uint8_t *memory;

    if ((round->writeback & TDWBAL_ENABLE) == 0)
        return;
    if (card->hostile != NULL)
        head = sim_hostile_head(card, round->number % SIM_QUEUES, round->size, head);
    memory = soft_iommu_at(&card->base.iommu, &card->ring_hint, address, sizeof(uint32_t));
    if (memory == NULL)
        sim_violate(&card->base.violations, SIM_RULE_DMA_UNMAPPED,
                    "transmit queue %u: head write-back to 0x%llx", round->number % SIM_QUEUES,
                    (unsigned long long)address);
    else
        __atomic_store_n((uint32_t *)(void *)memory, head, __ATOMIC_RELEASE);
}

/* Send a packet, unless it is none, and report it. Returns whether it was sent. */
static bool send_one(struct sim_card *card, struct round *round, struct packet *packet,
                     uint64_t now)
{
    bool sent = false;

    if (!is_context(&card->part->tx_format, packet->hi[0]) && !packet->bad) {
        check(card, round, packet);
        sent = !packet->bad && emit(card, round, packet, now);
    }
    complete(card, round, packet);
    return sent;
}

/* Packets that are looked up together, so that the memory of all is under way while the first is waited for. */
#define TOGETHER 16u

/* Where packets in one descriptor are that are like one that broke no rule: those of up to `count` from `slot`
 * on whose second word is the same but for RS, so that what was found of that one is true of each, and whose
 * address is mapped. Stops at the first that is not. Returns how many. */
static uint32_t find_alike(struct sim_card *card, const struct round *round, uint64_t second,
                           uint32_t slot, uint32_t count, const uint8_t **frame, uint64_t *words)
{
    uint64_t same = round->limit < card->part->descriptors_max ? UINT64_MAX : ~(uint64_t)CMD_RS;
    uint32_t length = data_length(&card->part->tx_format, second);
    bool blind = card->base.sink->blind;
    uint32_t found = 0;

    for (; found < count; found++) {
        uint64_t address = __atomic_load_n(round->ring + 2u * (size_t)slot, __ATOMIC_RELAXED);

        words[found] = __atomic_load_n(round->ring + 2u * (size_t)slot + 1u, __ATOMIC_RELAXED);
        frame[found] = soft_iommu_at(&card->base.iommu, &card->data_hint, address, length);
        if (((words[found] ^ second) & same) != 0 || frame[found] == NULL)
            break;
        if (!blind)
            __builtin_prefetch(frame[found]);
        slot = slot + 1u < round->size ? slot + 1u : 0;
    }
    return found;
}

/* To a wire on which the card may be lean: send on, up to `limit` times, what follows such a packet and is like
 * it. Whatever else comes goes the way of all packets. Returns how many. */
static uint32_t send_alike(struct sim_card *card, struct round *round, uint64_t second,
                           uint32_t tail, uint32_t limit, uint64_t now)
{
    struct sim_wire *sink = card->base.sink;
    uint32_t length = data_length(&card->part->tx_format, second);
    uint32_t slot = atomic_load_explicit(&card->queue[round->number].head, memory_order_relaxed);
    uint32_t left = tail >= slot ? tail - slot : tail + round->size - slot;
    uint32_t sent = 0;
    uint32_t found = TOGETHER;

    if (sink == NULL || !sink->lean || card->hostile != NULL || length < SIM_WIRE_MIN ||
        card->part->loopback(card))
        return 0;
    if (left > limit)
        left = limit;
    while (found == TOGETHER) {
        const uint8_t *frame[TOGETHER];
        struct packet packet = {.count = 1u};
        uint64_t words[TOGETHER];
        uint32_t count = left - sent < TOGETHER ? left - sent : TOGETHER;

        found = find_alike(card, round, second, slot, count, frame, words);
        for (uint32_t i = 0; i < found; i++) {
            if (!sink->blind)
                sink->ops->send(sink, now, frame[i], length);
            packet.first = slot;
            packet.hi[0] = words[i];
            complete(card, round, &packet);
            slot = slot + 1u < round->size ? slot + 1u : 0;
        }
        sent += found;
    }
    if (sent != 0)
        sim_count_sent(card, round->number % SIM_QUEUES, card->tx_to, length, sent);
    return sent;
}

/* What a queue does in one round: at most `limit` packets. Returns the number sent. */
static uint32_t transmit_queue(struct sim_card *card, uint32_t number, uint32_t limit, uint64_t now)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t base = queue->regs;
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    struct round round = {
        .ring = NULL,
        .number = number,
        .base = base,
        .size = atomic_load_explicit(&queue->size, memory_order_relaxed),
        .limit = card->part->tx_descriptors(card, number),
        .writeback = sim_get(card, base + Q_TDWBAL),
    };
    uint32_t sent = 0;
    struct packet packet;

    if (head == tail || head >= round.size || tail >= round.size)
        return 0;
    if (card->hostile != NULL && atomic_load(&card->hostile->silent[number - SIM_TX]))
        return 0;
    round.ring = sim_ring(card, number);
    if (round.ring == NULL)
        return 0;
    for (uint32_t i = 0; i < limit && fetch(card, &round, head, tail, &packet); i++) {
        uint64_t before = atomic_load(&card->base.violations.count);
        bool done = send_one(card, &round, &packet, now);

        sent += done;
        head = (packet.first + packet.count) % round.size;
        if (done && packet.count == 1u && atomic_load(&card->base.violations.count) == before) {
            uint32_t alike = send_alike(card, &round, packet.hi[0], tail, limit - i - 1u, now);

            head = (head + alike) % round.size;
            sent += alike;
            i += alike;
        }
    }
    if (round.report) {
        write_head_back(card, &round);
        card->part->interrupt(card, number);
    }
    return sent;
}

uint32_t sim_transmit(struct sim_card *card, uint32_t limit)
{
    uint32_t sent = 0;
    uint64_t now;

    if (!card->part->transmits(card) || !sim_link_up(card) || !sim_dma_allowed(card))
        return 0;
    now = sim_now_ns(&card->base);
    for (uint32_t word = SIM_TX / 64u; word < 2u * SIM_QUEUES / 64u; word++) {
        for (uint64_t left = card->running[word]; left != 0; left &= left - 1u)
            sent += transmit_queue(card, word * 64u + (uint32_t)__builtin_ctzll(left), limit, now);
    }
    return sent;
}
