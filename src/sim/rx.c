/* SPDX-License-Identifier: MIT
 *
 * Receive: frames from the wire, through the filters, into descriptors (82599 sections 7.1.5 and
 * 7.1.6, 82574 sections 7.1.4 and 7.1.5). The driver's memory is reached through the IOMMU only;
 * descriptor words are read once.
 */
#include <string.h>

#include "sim/card.h"

#define ETHERNET_HEADER 14u
#define RUNT            60u /* shorter frames, without checksum, are undersized */
#define VLAN_TAG        4u

#define STATUS_DD    1u
#define STATUS_EOP   2u
#define STATUS_VP    8u
#define ERRORS_SHIFT 20u /* legacy descriptors have errors 31:24 as 8 bits */

/* A frame on its way into descriptors. */
struct part {
    const uint8_t *data;
    uint32_t length;
    uint32_t status; /* of the last descriptor */
    uint32_t errors;
    uint32_t vlan;
};

/* CRC-32 of Ethernet, as it stands after the frame. */
static uint32_t frame_crc(const uint8_t *data, uint32_t length)
{
    uint32_t crc = UINT32_MAX;

    for (uint32_t i = 0; i < length; i++) {
        crc ^= data[i];
        for (uint32_t bit = 0; bit < 8u; bit++)
            crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* Longest frame with its checksum that is no error. */
static uint32_t longest(const struct sim_rx_mode *mode, const uint8_t *frame)
{
    bool tagged = frame[12] == 0x81u && frame[13] == 0;

    return tagged && mode->tag_on_top ? mode->longest + VLAN_TAG : mode->longest;
}

static uint32_t add_crc(struct sim_card *card, const uint8_t *frame, uint32_t length)
{
    uint32_t crc = frame_crc(frame, length);

    memmove(card->rx_scratch, frame, length); /* in loopback it is there already */
    for (uint32_t i = 0; i < SIM_CRC; i++)
        card->rx_scratch[length + i] = (uint8_t)(crc >> (8u * i) & 0xffu);
    return length + SIM_CRC;
}

static void choose_queue(struct sim_card *card, const uint8_t *frame, uint32_t length)
{
    struct sim_spread spread = {0};

    if (card->part->spread != NULL)
        card->part->spread(card, frame, length, &spread);
    card->arrival.queue = spread.queue;
    card->arrival.first = spread.type | (uint64_t)spread.hash << 32;
}

/* Judge a frame from the wire. When it is to be received it becomes the card's arrival. */
static void arrive(struct sim_card *card, const uint8_t *frame, uint32_t length, bool patient)
{
    struct sim_rx_mode mode;
    uint32_t errors = 0;

    if (length < ETHERNET_HEADER || length > card->part->frame_max - SIM_CRC) {
        sim_count(card, length < ETHERNET_HEADER ? R_RUC : R_ROC, 1u);
        return;
    }
    card->part->rx_mode(card, &mode);
    if (length < RUNT) {
        sim_count(card, R_RUC, 1u);
        errors = card->part->undersize;
    } else if (length + SIM_CRC > longest(&mode, frame)) {
        sim_count(card, R_ROC, 1u);
        errors = card->part->oversize;
    }
    sim_count_arrival(card, length, 1u);
    if ((errors != 0 && !mode.bad_too) || !sim_accepts(card, frame, length))
        return;
    if (errors == 0)
        sim_count_received(card, frame, length, 1u);
    choose_queue(card, frame, length);
    card->arrival.errors = errors;
    card->arrival.patient = patient;
    card->arrival.counted = false;
    card->arrival.length = length;
    card->arrival.data = frame;
    if (mode.keep_crc) {
        card->arrival.length = add_crc(card, frame, length);
        card->arrival.data = card->rx_scratch;
    }
}

/* Take the next frame from the wire, or from the transmitter in loopback. False when there is none.
 */
static bool next_frame(struct sim_card *card, uint64_t now)
{
    uint32_t length = 0;
    const uint8_t *frame;

    if (card->part->loopback(card)) {
        frame = sim_fifo_peek(&card->loopback, &length);
        if (frame == NULL || length > sizeof(card->rx_scratch) - SIM_CRC)
            return false;
        memcpy(card->rx_scratch, frame, length);
        sim_fifo_drop(&card->loopback);
        arrive(card, card->rx_scratch, length, false);
        return true;
    }
    if (card->base.source == NULL)
        return false;
    frame = card->base.source->ops->receive(card->base.source, now, &length);
    if (frame == NULL)
        return false;
    arrive(card, frame, length, card->base.source->patient);
    return true;
}

/* Take the VLAN tag out when the queue asks for it. Leaves the frame as it is in memory. */
static void strip_vlan(struct sim_card *card, const struct sim_rx_ring *ring, struct part *part)
{
    uint32_t type = (uint32_t)part->data[12] << 8 | part->data[13];

    if (!ring->strip_vlan || part->length < ETHERNET_HEADER + VLAN_TAG || type != ring->vlan)
        return;
    part->vlan = (uint32_t)part->data[14] << 8 | part->data[15];
    part->status |= STATUS_VP;
    memmove(card->rx_scratch + 12u, part->data + 16u, part->length - 16u);
    memmove(card->rx_scratch, part->data, 12u);
    part->data = card->rx_scratch;
    part->length -= VLAN_TAG;
}

/* The second word of a descriptor that is written back. */
static uint64_t report(const struct sim_rx_ring *ring, uint32_t status, uint32_t errors,
                       uint32_t length, uint32_t vlan)
{
    if (ring->legacy)
        return length | (uint64_t)status << 32 | (uint64_t)(errors >> (ERRORS_SHIFT + 4u)) << 40 |
               (uint64_t)vlan << 48;
    return (status | errors) | (uint64_t)length << 32 | (uint64_t)vlan << 48;
}

/* Fill one descriptor's buffer and write the descriptor back. */
static void fill(struct sim_card *card, uint64_t *descriptor, uint32_t slot,
                 const struct sim_rx_ring *ring, const struct part *part, uint32_t length,
                 bool last)
{
    uint64_t address = __atomic_load_n(&descriptor[0], __ATOMIC_RELAXED);
    uint64_t second = __atomic_load_n(&descriptor[1], __ATOMIC_RELAXED);
    uint32_t number = card->arrival.queue;
    uint8_t *memory = soft_iommu_at(&card->base.iommu, &card->data_hint, address, ring->room);
    uint64_t word = report(ring, STATUS_DD | (last ? STATUS_EOP | part->status : 0),
                           last ? part->errors : 0, length, last ? part->vlan : 0);

    if (memory != NULL)
        memcpy(memory, part->data, length);
    else /* the write is lost on its way, and the card does not know */
        sim_violate(&card->base.violations, SIM_RULE_DMA_UNMAPPED,
                    "receive queue %u, slot %u: buffer of %u bytes at 0x%llx", number, slot,
                    ring->room, (unsigned long long)address);
    if (!ring->legacy && (second & 1u) != 0)
        sim_violate(&card->base.violations, SIM_RULE_RX_HEADER_BIT,
                    "receive queue %u, slot %u: second word 0x%llx", number, slot,
                    (unsigned long long)second);
    if (card->hostile != NULL && !sim_hostile_report(card, ring, number, slot, address, &word))
        return;
    if (!ring->legacy)
        __atomic_store_n(&descriptor[0], last ? card->arrival.first : 0, __ATOMIC_RELAXED);
    __atomic_store_n(&descriptor[1], word, __ATOMIC_RELEASE);
}

/* Report the first of `lent` descriptors without a frame. Returns how many are left. */
static uint32_t report_nothing(struct sim_card *card, struct sim_queue *queue,
                               const struct sim_rx_ring *mode, uint64_t *ring, uint32_t size,
                               uint32_t lent)
{
    uint32_t slot = atomic_load_explicit(&queue->head, memory_order_relaxed);

    atomic_store_explicit(&queue->head, (slot + 1u) % size, memory_order_release);
    __atomic_store_n(ring + 2u * (size_t)slot + 1u,
                     sim_hostile_nothing(card->hostile, mode->legacy), __ATOMIC_RELEASE);
    return lent - 1u;
}

enum placed { PLACED, WAITING, DROPPED };

/* There are too few descriptors for the arrival. */
static enum placed find_no_room(struct sim_card *card, const struct sim_rx_ring *mode)
{
    struct sim_arrival *arrival = &card->arrival;

    if (arrival->patient)
        return WAITING;
    if (card->part->rnbc != 0 && !arrival->counted)
        sim_count(card, card->part->rnbc, 1u);
    arrival->counted = true;
    if (!mode->drop)
        return WAITING;
    sim_count_dropped(card, arrival->queue);
    return DROPPED;
}

/* Put the arrival into descriptors of the ring, from `head` on. */
static void scatter(struct sim_card *card, struct sim_queue *queue, uint64_t *ring,
                    const struct sim_rx_ring *mode, uint32_t head)
{
    struct sim_arrival *arrival = &card->arrival;
    uint32_t size = atomic_load_explicit(&queue->size, memory_order_relaxed);
    struct part part = {arrival->data, arrival->length, 0, arrival->errors, 0};

    strip_vlan(card, mode, &part);
    sim_count_placed(card, arrival->queue, arrival->length, 1u);
    for (bool last = false; !last;) {
        uint32_t length = part.length < mode->room ? part.length : mode->room;
        uint32_t slot = head;

        last = length == part.length;
        head = head + 1u < size ? head + 1u : 0;
        /* First the head, so that a driver that has seen DD never lends past a head it has passed.
         */
        atomic_store_explicit(&queue->head, head, memory_order_release);
        fill(card, ring + 2u * (size_t)slot, slot, mode, &part, length, last);
        part.data += length;
        part.length -= length;
    }
}

/* Put the arrival into its queue's descriptors: all that it needs, or none. */
static enum placed place(struct sim_card *card)
{
    struct sim_arrival *arrival = &card->arrival;
    struct sim_queue *queue = &card->queue[arrival->queue];
    uint32_t size = atomic_load_explicit(&queue->size, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    struct sim_rx_ring mode;
    uint64_t *ring;
    uint32_t lent;

    card->part->rx_ring(card, arrival->queue, &mode);
    if (!queue->enabled || mode.room == 0 || head >= size || tail >= size)
        return WAITING;
    ring = sim_ring(card, arrival->queue);
    lent = tail >= head ? tail - head : tail + size - head;
    if (ring == NULL)
        return WAITING;
    if (card->hostile != NULL && lent > 0 && sim_hostile_lies(card, SIM_HOSTILE_RX_EMPTY)) {
        lent = report_nothing(card, queue, &mode, ring, size, lent);
        head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    }
    if (lent * mode.room < arrival->length)
        return find_no_room(card, &mode);
    scatter(card, queue, ring, &mode, head);
    card->part->interrupt(card, arrival->queue);
    return PLACED;
}

/* What a wire with a clock of its own could not hold back. */
static void count_missed(struct sim_card *card)
{
    uint64_t missed = 0;

    if (card->base.source != NULL && card->base.source->ops->missed != NULL)
        missed = card->base.source->ops->missed(card->base.source);
    if (missed == 0)
        return;
    sim_count(card, card->part->mpc, missed);
    if (card->part->queue_counters) /* the 82599 counts them as good, too */
        sim_count(card, R_GPRC, missed);
    card->part->event(card, SIM_EVENT_MISSED);
}

/* Descriptors that are filled together, so that the memory of all is under way while the first is waited for. */
#define TOGETHER 64u

/* Where the buffers of up to `count` descriptors from `slot` on are: as many as can be filled like any
 * other. The first that cannot goes the way of all frames. */
static uint32_t find_buffers(struct sim_card *card, const uint64_t *ring, uint32_t size,
                             uint32_t slot, uint32_t room, uint32_t count, uint8_t **buffer)
{
    uint32_t found = 0;

    for (; found < count; found++) {
        const uint64_t *descriptor = ring + 2u * (size_t)slot;
        uint64_t address = __atomic_load_n(&descriptor[0], __ATOMIC_RELAXED);

        buffer[found] = soft_iommu_at(&card->base.iommu, &card->data_hint, address, room);
        if (buffer[found] == NULL || (__atomic_load_n(&descriptor[1], __ATOMIC_RELAXED) & 1u) != 0)
            break;
        __builtin_prefetch(buffer[found], 1);
        slot = slot + 1u < size ? slot + 1u : 0;
    }
    return found;
}

/* The slot `count` <= size after one in a ring of `size`. */
static uint32_t after(uint32_t slot, uint32_t count, uint32_t size)
{
    return slot + count < size ? slot + count : slot + count - size;
}

/* Take up to `count` frames from the wire into these buffers, then write their descriptors back. These are done
 * together because the driver looks at the first of them all the time, and would take the cache line away
 * between any two. */
static uint32_t fill_alike(struct sim_card *card, struct sim_queue *queue, uint64_t *ring,
                           uint32_t size, uint8_t *const *buffer, uint32_t count, uint64_t now)
{
    struct sim_wire *source = card->base.source;
    uint32_t slot = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t length = 0;
    uint32_t filled = 0;
    const uint8_t *frame;

    while (filled < count && (frame = source->ops->receive(source, now, &length)) != NULL)
        memcpy(buffer[filled++], frame, length);
    atomic_store_explicit(&queue->head, after(slot, filled, size), memory_order_release);
    for (uint32_t i = 0; i < filled; i++) {
        uint64_t *descriptor = ring + 2u * (size_t)slot;

        __atomic_store_n(&descriptor[0], card->arrival.first, __ATOMIC_RELAXED);
        __atomic_store_n(&descriptor[1], (STATUS_DD | STATUS_EOP) | (uint64_t)length << 32,
                         __ATOMIC_RELEASE);
        slot = slot + 1u < size ? slot + 1u : 0;
    }
    return filled;
}

/* From a lean wire: receive, up to `limit` times, what would be received as the arrival was that has just been
 * placed, with what that has shown. Returns how many. */
static uint32_t receive_alike(struct sim_card *card, uint32_t limit, uint64_t now)
{
    const struct sim_arrival *arrival = &card->arrival;
    struct sim_queue *queue = &card->queue[arrival->queue];
    uint32_t size = atomic_load_explicit(&queue->size, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&queue->tail, memory_order_acquire);
    uint32_t moved = 0;
    uint32_t alike;
    struct sim_rx_ring mode;
    uint64_t *ring;

    if (card->base.source == NULL || !card->base.source->lean || card->hostile != NULL ||
        card->part->loopback(card) || arrival->errors != 0 || arrival->data == card->rx_scratch)
        return 0;
    alike = card->base.source->ops->alike(card->base.source);
    limit = limit < alike ? limit : alike;
    card->part->rx_ring(card, arrival->queue, &mode);
    ring = sim_ring(card, arrival->queue);
    if (ring == NULL || mode.legacy || mode.strip_vlan || arrival->length > mode.room ||
        head >= size || tail >= size)
        return 0;
    while (moved < limit) {
        uint32_t lent = tail >= head ? tail - head : tail + size - head;
        uint32_t count = lent < limit - moved ? lent : limit - moved;
        uint8_t *buffer[TOGETHER];
        uint32_t filled;

        count = find_buffers(card, ring, size, head, mode.room, count < TOGETHER ? count : TOGETHER,
                             buffer);
        filled = fill_alike(card, queue, ring, size, buffer, count, now);
        moved += filled;
        head = after(head, filled, size);
        if (filled < TOGETHER)
            break;
    }
    if (moved != 0) {
        sim_count_arrival(card, arrival->length, moved);
        sim_count_received(card, arrival->data, arrival->length, moved);
        sim_count_placed(card, arrival->queue, arrival->length, moved);
    }
    return moved;
}

static bool receiving(struct sim_card *card)
{
    return card->part->receives(card) && sim_link_up(card) && sim_dma_allowed(card);
}

uint32_t sim_receive(struct sim_card *card, uint32_t limit)
{
    uint32_t moved = 0;
    uint64_t now;

    if (!receiving(card))
        return 0;
    if (card->hostile != NULL)
        sim_hostile_release(card);
    now = sim_now_ns(&card->base);
    for (uint32_t frames = 0; frames < limit; frames++) {
        enum placed placed;

        if (card->arrival.data == NULL && !next_frame(card, now))
            break;
        if (card->arrival.data == NULL)
            continue; /* filtered */
        placed = place(card);
        if (placed == WAITING)
            break;
        if (placed == PLACED) {
            uint32_t alike = receive_alike(card, limit - frames - 1u, now);

            moved += alike + 1u;
            frames += alike;
        }
        card->arrival.data = NULL;
    }
    count_missed(card);
    return moved;
}
