/* SPDX-License-Identifier: MIT
 *
 * Registers of one ring: where it is, whether it runs, and its tail. What lies in the ring is the
 * business of rx.c and tx.c.
 */
#include "sim/card.h"

#include <stdio.h>

#define DESCRIPTOR_BYTES 16u
#define RING_UNIT        128u
#define RING_BYTES_MAX   (128u << 10)

const char *sim_queue_name(uint32_t queue, char name[SIM_QUEUE_NAME])
{
    (void)snprintf(name, SIM_QUEUE_NAME, "%s queue %u", queue >= SIM_TX ? "transmit" : "receive",
                   queue % SIM_QUEUES);
    return name;
}

/* Number of the queue that register `index` of this row belongs to. */
static uint32_t queue_of(const struct sim_register *reg, uint32_t index)
{
    uint32_t number = reg->first + index;

    return reg->offset >= R_TX && reg->offset < R_TX + SIM_QUEUES * Q_STRIDE ? SIM_TX + number
                                                                             : number;
}

/* Name, place and value of a register of a queue, as part of a violation. */
static void violate_write(struct sim_card *card, enum sim_rule rule, uint32_t offset,
                          uint32_t value, uint32_t queue, const char *detail)
{
    char name[SIM_NAME_LENGTH];
    char which[SIM_QUEUE_NAME];

    sim_register_name(offset, name);
    sim_violate(&card->base.violations, rule, "%s at 0x%05x was set to 0x%x (%s)%s", name, offset,
                value, sim_queue_name(queue, which), detail);
}

uint32_t sim_read_head(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    return atomic_load(&card->queue[queue_of(reg, index)].head);
}

uint32_t sim_read_tail(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    return atomic_load(&card->queue[queue_of(reg, index)].tail);
}

/* Base, length, head, SRRCTL, TDWBAL, TDWBAH. */
void sim_write_ring(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t number = queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    uint32_t offset = reg->offset + index * reg->stride;
    uint32_t part = offset - sim_queue_base(number);

    if (queue->wanted || queue->enabled) {
        violate_write(card, SIM_RULE_RING_BUSY, offset, value, number, " while it is enabled");
        return;
    }
    if (part == Q_BAL && value % RING_UNIT != 0)
        violate_write(card, SIM_RULE_RING_BASE, offset, value, number, "");
    if (part == Q_TDWBAL && (value & TDWBAL_ENABLE) != 0 && value % 16u != TDWBAL_ENABLE)
        violate_write(card, SIM_RULE_TX_WRITEBACK_ALIGN, offset, value, number, "");
    if (part == Q_HEAD)
        atomic_store(&queue->head, value & 0xffffu);
    sim_set(card, offset, part == Q_BAL ? value / RING_UNIT * RING_UNIT : value);
}

/* What must hold of a receive or a transmit queue apart from its ring. */
static bool check_receive(struct sim_card *card, uint32_t number)
{
    uint32_t base = sim_queue_base(number);
    uint32_t srrctl = sim_get(card, base + Q_SRRCTL);
    uint32_t kib = srrctl & SRRCTL_SIZE;
    uint32_t dca = sim_get(card, base + Q_DCA);
    bool good = true;

    if ((dca & DCA_RX_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "DCA_RXCTRL(%u) at 0x%05x is 0x%08x as the queue is enabled; bit 12 must be 0",
                    number, base + Q_DCA, dca);
    if (kib < 1u || kib > 16u) {
        violate_write(card, SIM_RULE_RX_BUFFER_SIZE, base + Q_SRRCTL, srrctl, number, "");
        good = false;
    }
    if (SRRCTL_TYPE(srrctl) > 1u) {
        violate_write(card, SIM_RULE_RX_DESCRIPTOR_TYPE, base + Q_SRRCTL, srrctl, number, "");
        good = false;
    }
    return good;
}

static bool check_transmit(struct sim_card *card, uint32_t number, uint32_t control)
{
    uint32_t base = sim_queue_base(number);

    if ((sim_get(card, base + Q_TDWBAL) & TDWBAL_ENABLE) == 0)
        return true;
    if (TXDCTL_WTHRESH(control) != 0)
        violate_write(card, SIM_RULE_TX_WRITEBACK_THRESHOLD, base + Q_CONTROL, control, number, "");
    if ((sim_get(card, base + Q_DCA) & DCA_TX_RELAXED) != 0)
        violate_write(card, SIM_RULE_TX_WRITEBACK_ORDER, base + Q_DCA, sim_get(card, base + Q_DCA),
                      number, "");
    return true;
}

/* A queue whose ring is wrong is not enabled, however long the driver waits. */
static bool check_ring(struct sim_card *card, uint32_t number)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t base = sim_queue_base(number);
    uint32_t bytes = sim_get(card, base + Q_LEN);
    uint32_t size = bytes / DESCRIPTOR_BYTES;
    char name[SIM_QUEUE_NAME];

    queue->base = sim_get(card, base + Q_BAL) | (uint64_t)sim_get(card, base + Q_BAH) << 32;
    if (bytes == 0 || bytes % RING_UNIT != 0 || bytes > RING_BYTES_MAX) {
        violate_write(card, SIM_RULE_RING_LENGTH, base + Q_LEN, bytes, number, "");
        return false;
    }
    if (atomic_load(&queue->head) >= size || atomic_load(&queue->tail) >= size) {
        sim_violate(&card->base.violations, SIM_RULE_RING_HEAD,
                    "%s has head %u and tail %u, ring of %u", sim_queue_name(number, name),
                    atomic_load(&queue->head), atomic_load(&queue->tail), size);
        return false;
    }
    if (soft_iommu_at(&card->base.iommu, &card->ring_hint, queue->base, bytes) == NULL) {
        sim_violate(&card->base.violations, SIM_RULE_DMA_UNMAPPED,
                    "the ring of %s, %u bytes at 0x%llx, as it is enabled",
                    sim_queue_name(number, name), bytes, (unsigned long long)queue->base);
        return false;
    }
    return true;
}

static void start_queue(struct sim_card *card, uint32_t number, uint32_t control)
{
    bool transmit = number >= SIM_TX;
    bool good = transmit ? check_transmit(card, number, control) : check_receive(card, number);

    good = check_ring(card, number) && good;
    card->queue[number].wanted = true;
    card->queue[number].change_at =
        good ? sim_due(card, transmit ? SIM_FIELD_TXDCTL_ENABLE : SIM_FIELD_RXDCTL_ENABLE)
             : SIM_NEVER;
}

static void stop_queue(struct sim_card *card, uint32_t number, uint32_t control)
{
    struct sim_queue *queue = &card->queue[number];
    bool transmit = number >= SIM_TX;
    uint32_t head = atomic_load(&queue->head);
    uint32_t tail = atomic_load(&queue->tail);
    char name[SIM_QUEUE_NAME];

    if (transmit && queue->enabled && head != tail && (control & TXDCTL_SWFLSH) == 0)
        sim_violate(&card->base.violations, SIM_RULE_TX_DISABLE_BUSY,
                    "TXDCTL(%u) at 0x%05x was set to 0x%08x while %s had head %u and tail %u",
                    number % SIM_QUEUES, sim_queue_base(number) + Q_CONTROL, control,
                    sim_queue_name(number, name), head, tail);
    queue->wanted = false;
    queue->change_at =
        sim_due(card, transmit ? SIM_FIELD_TXDCTL_DISABLE : SIM_FIELD_RXDCTL_DISABLE);
}

void sim_write_control(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                       uint32_t value)
{
    uint32_t number = queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    bool wanted = (value & XDCTL_ENABLE) != 0;

    sim_set(card, reg->offset + index * reg->stride, value & ~(XDCTL_ENABLE | TXDCTL_SWFLSH));
    if (wanted && !queue->wanted)
        start_queue(card, number, value);
    else if (!wanted && queue->wanted)
        stop_queue(card, number, value);
    else if (wanted && number >= SIM_TX)
        (void)check_transmit(card, number, value);
}

/* ENABLE changes when its time has come and the driver looks: one that does not look waits in vain.
 */
uint32_t sim_read_control(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t number = queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    uint32_t base = sim_queue_base(number);

    if (queue->wanted != queue->enabled && sim_now(&card->base) >= queue->change_at) {
        uint64_t bit = UINT64_C(1) << (number % 64u);

        queue->enabled = queue->wanted;
        queue->faulty = false;
        if (queue->enabled)
            card->running[number / 64u] |= bit;
        else
            card->running[number / 64u] &= ~bit;
        atomic_store(&queue->size,
                     queue->enabled ? sim_get(card, base + Q_LEN) / DESCRIPTOR_BYTES : 0);
    }
    return sim_get(card, base + Q_CONTROL) | (queue->enabled ? XDCTL_ENABLE : 0);
}

/* A stopped queue's tail may be set to 0; anything else comes too early and is lost. */
static void tail_write_stopped(struct sim_card *card, uint32_t number, uint32_t value)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t offset = sim_queue_base(number) + Q_TAIL;

    sim_lock(&card->base);
    if (sim_resetting(card))
        violate_write(card, SIM_RULE_RESET_PENDING, offset, value, number, "");
    else if (value != 0 || queue->wanted || queue->enabled)
        violate_write(card, SIM_RULE_TAIL_EARLY, offset, value, number, "");
    else
        atomic_store(&queue->tail, 0);
    sim_unlock(&card->base);
}

/* Slots from `from` to `to` in a ring of `size`; both < size. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t size)
{
    return to >= from ? to - from : to + size - from;
}

/* The driver may believe that the card has sent more than it has. */
static bool lied_about_head(struct sim_card *card, uint32_t number)
{
    return card->hostile != NULL && number >= SIM_TX &&
           atomic_load(&card->hostile->silent[number - SIM_TX]);
}

void sim_tail_write(struct sim_card *card, uint32_t number, uint32_t value)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t offset = sim_queue_base(number) + Q_TAIL;
    uint32_t size = atomic_load_explicit(&queue->size, memory_order_acquire);
    uint32_t head;
    uint32_t tail;
    char detail[64];

    if (card->hostile != NULL && sim_hostile_tail(card))
        return;
    if (size == 0) {
        tail_write_stopped(card, number, value);
        return;
    }
    if (value >= size) {
        (void)snprintf(detail, sizeof(detail), ", ring of %u", size);
        violate_write(card, SIM_RULE_TAIL_RANGE, offset, value, number, detail);
        return;
    }
    head = atomic_load_explicit(&queue->head, memory_order_acquire);
    tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    if (head < size && tail < size && !lied_about_head(card, number) &&
        distance(head, tail, size) + distance(tail, value, size) >= size) {
        (void)snprintf(detail, sizeof(detail), ", tail was %u, head is %u, ring of %u", tail, head,
                       size);
        violate_write(card, SIM_RULE_TAIL_OVERRUN, offset, value, number, detail);
        return;
    }
    atomic_store_explicit(&queue->tail, value, memory_order_release);
}

uint64_t *sim_ring(struct sim_card *card, uint32_t number)
{
    struct sim_queue *queue = &card->queue[number];
    uint64_t bytes = (uint64_t)atomic_load(&queue->size) * DESCRIPTOR_BYTES;
    uint8_t *memory;
    char name[SIM_QUEUE_NAME];

    if (queue->faulty)
        return NULL;
    memory = soft_iommu_at(&card->base.iommu, &card->ring_hint, queue->base, bytes);
    if (memory == NULL) {
        queue->faulty = true;
        sim_violate(&card->base.violations, SIM_RULE_DMA_UNMAPPED,
                    "the ring of %s, %llu bytes at 0x%llx, is no longer mapped",
                    sim_queue_name(number, name), (unsigned long long)bytes,
                    (unsigned long long)queue->base);
    }
    return (uint64_t *)(void *)memory; /* pages and rings are aligned to more than 8 bytes */
}
