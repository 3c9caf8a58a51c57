/* SPDX-License-Identifier: MIT
 *
 * Registers of one ring: where it is, its head, and its tail. When it runs is each card's:
 * enable.c for the 82599. What lies in the ring is the business of rx.c and tx.c.
 */
#include "sim/card.h"

#include <stdio.h>

#define DESCRIPTOR_BYTES 16u
#define RING_UNIT        128u /* of its length */

const char *sim_queue_name(uint32_t queue, char name[SIM_QUEUE_NAME])
{
    (void)snprintf(name, SIM_QUEUE_NAME, "%s queue %u", queue >= SIM_TX ? "transmit" : "receive",
                   queue % SIM_QUEUES);
    return name;
}

uint32_t sim_queue_of(const struct sim_register *reg, uint32_t index)
{
    return reg->first + index + ((reg->flags & SIM_REG_TRANSMIT) != 0 ? SIM_TX : 0);
}

void sim_queue_violate(struct sim_card *card, enum sim_rule rule, uint32_t offset, uint32_t value,
                       uint32_t queue, const char *detail)
{
    char name[SIM_NAME_LENGTH];
    char which[SIM_QUEUE_NAME];

    sim_register_name(card->part, offset, name);
    sim_violate(&card->base.violations, rule, "%s at 0x%05x was set to 0x%x (%s)%s", name, offset,
                value, sim_queue_name(queue, which), detail);
}

uint32_t sim_read_head(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    return atomic_load(&card->queue[sim_queue_of(reg, index)].head);
}

uint32_t sim_read_tail(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    return atomic_load(&card->queue[sim_queue_of(reg, index)].tail);
}

/* Base, length, head, and what else must not change while the queue runs. */
void sim_write_ring(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t number = sim_queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    uint32_t offset = reg->offset + index * reg->stride;
    uint32_t part = offset - queue->regs;
    uint32_t align = card->part->ring_align;

    if (queue->wanted || queue->enabled) {
        sim_queue_violate(card, SIM_RULE_RING_BUSY, offset, value, number, " while it is enabled");
        return;
    }
    if (part == Q_BAL && value % align != 0)
        sim_queue_violate(card, SIM_RULE_RING_BASE, offset, value, number, "");
    if (part == Q_TDWBAL && (value & TDWBAL_ENABLE) != 0 && value % 16u != TDWBAL_ENABLE)
        sim_queue_violate(card, SIM_RULE_TX_WRITEBACK_ALIGN, offset, value, number, "");
    if (part == Q_HEAD)
        atomic_store(&queue->head, value & 0xffffu);
    sim_set(card, offset, part == Q_BAL ? value / align * align : value);
}

/* A queue whose ring is wrong is not enabled, however long the driver waits. */
bool sim_queue_check(struct sim_card *card, uint32_t number)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t base = queue->regs;
    uint32_t bytes = sim_get(card, base + Q_LEN);
    uint32_t size = bytes / DESCRIPTOR_BYTES;
    char name[SIM_QUEUE_NAME];

    queue->base = sim_get(card, base + Q_BAL) | (uint64_t)sim_get(card, base + Q_BAH) << 32;
    if (bytes == 0 || bytes % RING_UNIT != 0 || bytes > card->part->ring_bytes_max) {
        sim_queue_violate(card, SIM_RULE_RING_LENGTH, base + Q_LEN, bytes, number, "");
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

void sim_queue_run(struct sim_card *card, uint32_t number, bool on)
{
    struct sim_queue *queue = &card->queue[number];
    uint64_t bit = UINT64_C(1) << (number % 64u);

    queue->enabled = on;
    queue->faulty = false;
    if (on)
        card->running[number / 64u] |= bit;
    else
        card->running[number / 64u] &= ~bit;
    atomic_store(&queue->seen, atomic_load(&queue->head));
    atomic_store(&queue->size, on ? sim_get(card, queue->regs + Q_LEN) / DESCRIPTOR_BYTES : 0);
}

static void tail_write_stopped(struct sim_card *card, uint32_t number, uint32_t value)
{
    sim_lock(&card->base);
    if (sim_resetting(card))
        sim_queue_violate(card, SIM_RULE_RESET_PENDING, card->queue[number].regs + Q_TAIL, value,
                          number, "");
    else
        card->part->tail_stopped(card, number, value);
    sim_unlock(&card->base);
}

/* Slots from `from` to `to` in a ring of `size`; both < size. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t size)
{
    return to >= from ? to - from : to + size - from;
}

/* Whether a tail set to `value` passes the head. A head that is not of the ring is none. */
static bool overruns(uint32_t head, uint32_t tail, uint32_t value, uint32_t size)
{
    return head < size && tail < size &&
           distance(head, tail, size) + distance(tail, value, size) >= size;
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
    uint32_t offset = queue->regs + Q_TAIL;
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
        sim_queue_violate(card, SIM_RULE_TAIL_RANGE, offset, value, number, detail);
        return;
    }
    head = atomic_load_explicit(&queue->seen, memory_order_relaxed);
    tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    if (overruns(head, tail, value, size)) {
        head = atomic_load_explicit(&queue->head, memory_order_acquire);
        atomic_store_explicit(&queue->seen, head, memory_order_relaxed);
    }
    if (overruns(head, tail, value, size) && !lied_about_head(card, number)) {
        (void)snprintf(detail, sizeof(detail), ", tail was %u, head is %u, ring of %u", tail, head,
                       size);
        sim_queue_violate(card, SIM_RULE_TAIL_OVERRUN, offset, value, number, detail);
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
