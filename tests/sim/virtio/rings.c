/* SPDX-License-Identifier: MIT
 *
 * The driver's side of rings, for the bench of rig.h: no more than a card's test needs.
 */
#include "rig.h"

#include <string.h>

#define AVAIL_INDEX 2u /* bytes */
#define ENTRIES     4u
#define OWNER       (SOFT_DESC_AVAIL | SOFT_DESC_USED)

static void store(uint8_t *memory, uint32_t width, uint64_t value)
{
    if (width == 2u)
        __atomic_store_n((uint16_t *)(void *)memory, (uint16_t)value, __ATOMIC_RELEASE);
    else
        __atomic_store_n((uint64_t *)(void *)memory, value, __ATOMIC_RELEASE);
}

uint64_t rig_address(uint16_t queue, uint16_t slot)
{
    return RIG_IOVA + RIG_BUFFERS + ((uint64_t)queue * RIG_SIZE + slot) * RIG_BUFFER;
}

uint8_t *rig_buffer(const struct rig *rig, uint16_t queue, uint16_t slot)
{
    return rig->memory.memory + (rig_address(queue, slot) - RIG_IOVA);
}

static void make_available(struct rig_queue *queue, uint16_t head)
{
    store(queue->driver + ENTRIES + 2u * (size_t)(queue->next_avail % queue->size), 2, head);
    queue->next_avail = (uint16_t)(queue->next_avail + 1u);
    store(queue->driver + AVAIL_INDEX, 2, queue->next_avail);
}

static void offer_split(struct rig_queue *queue, const struct rig_part *part, uint32_t count)
{
    uint16_t head = queue->next_desc;

    for (uint32_t i = 0; i < count; i++) {
        uint8_t *desc = queue->desc + (size_t)SOFT_DESC_BYTES * queue->next_desc;
        uint16_t next = (uint16_t)((queue->next_desc + 1u) % queue->size);
        uint64_t flags = part[i].writable ? SOFT_DESC_WRITE : 0;

        if (i + 1u < count)
            flags |= SOFT_DESC_NEXT;
        store(desc, 8, part[i].address);
        store(desc + 8, 8, part[i].length | flags << 32 | (uint64_t)next << 48);
        queue->next_desc = next;
    }
    make_available(queue, head);
}

/* The first descriptor's flags come last. */
static void offer_packed(struct rig_queue *queue, const struct rig_part *part, uint32_t count,
                         uint16_t id)
{
    uint16_t head = queue->next_desc;
    uint64_t first = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint8_t *desc = queue->desc + (size_t)SOFT_DESC_BYTES * queue->next_desc;
        uint64_t flags = queue->avail_wrap ? SOFT_DESC_AVAIL : SOFT_DESC_USED;
        uint64_t word;

        if (part[i].writable)
            flags |= SOFT_DESC_WRITE;
        if (i + 1u < count)
            flags |= SOFT_DESC_NEXT;
        word = part[i].length | (uint64_t)id << 32 | flags << 48;
        store(desc, 8, part[i].address);
        if (i == 0)
            first = word;
        else
            store(desc + 8, 8, word);
        if (++queue->next_desc == queue->size) {
            queue->next_desc = 0;
            queue->avail_wrap = !queue->avail_wrap;
        }
    }
    store(queue->desc + (size_t)SOFT_DESC_BYTES * head + 8, 8, first);
}

uint16_t rig_offer(struct rig *rig, uint16_t number, const struct rig_part *part, uint32_t count)
{
    struct rig_queue *queue = &rig->queue[number];
    uint16_t head = queue->next_desc;

    queue->slots[head] = (uint16_t)count;
    if (queue->packed)
        offer_packed(queue, part, count, head);
    else
        offer_split(queue, part, count);
    return head;
}

uint16_t rig_lend(struct rig *rig, uint16_t queue)
{
    struct rig_part part = {rig_address(queue, rig->queue[queue].next_desc), RIG_BUFFER, true};

    return rig_offer(rig, queue, &part, 1);
}

void rig_lend_again(struct rig *rig, uint16_t number, uint16_t id)
{
    struct rig_queue *queue = &rig->queue[number];
    struct rig_part part = {rig_address(number, id), RIG_BUFFER, true};

    if (queue->packed)
        offer_packed(queue, &part, 1, id);
    else
        make_available(queue, id);
}

uint16_t rig_send(struct rig *rig, uint16_t queue, uint32_t length, uint8_t number)
{
    uint16_t slot = rig->queue[queue].next_desc;
    struct rig_part part = {rig_address(queue, slot), rig->header + length, false};

    memset(rig_buffer(rig, queue, slot), 0, rig->header);
    rig_fill_frame(rig_buffer(rig, queue, slot) + rig->header, length, number);
    return rig_offer(rig, queue, &part, 1);
}

void rig_stock(struct rig *rig, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        (void)rig_lend(rig, 0);
    rig_notify(rig, 0);
}

static bool collect_split(struct rig_queue *queue, uint32_t *id, uint32_t *length)
{
    const uint8_t *entry = queue->device + ENTRIES + 8u * (size_t)(queue->next_used % queue->size);

    if (__atomic_load_n((uint16_t *)(void *)(queue->device + 2u), __ATOMIC_ACQUIRE) ==
        queue->next_used)
        return false;
    memcpy(id, entry, sizeof(*id));
    memcpy(length, entry + 4, sizeof(*length));
    queue->next_used = (uint16_t)(queue->next_used + 1u);
    return true;
}

static bool collect_packed(struct rig_queue *queue, uint32_t *id, uint32_t *length)
{
    uint8_t *desc = queue->desc + (size_t)SOFT_DESC_BYTES * queue->next_used;
    uint64_t word = __atomic_load_n((uint64_t *)(void *)(desc + 8), __ATOMIC_ACQUIRE);

    if ((word >> 48 & OWNER) != (queue->used_wrap ? OWNER : 0u))
        return false;
    *id = (uint32_t)(word >> 32 & 0xffffu);
    *length = (uint32_t)word;
    queue->next_used = (uint16_t)(queue->next_used + queue->slots[*id % RIG_SIZE]);
    if (queue->next_used >= queue->size) {
        queue->next_used = (uint16_t)(queue->next_used - queue->size);
        queue->used_wrap = !queue->used_wrap;
    }
    return true;
}

bool rig_collect(struct rig *rig, uint16_t number, uint32_t *id, uint32_t *length)
{
    struct rig_queue *queue = &rig->queue[number];

    return queue->packed ? collect_packed(queue, id, length) : collect_split(queue, id, length);
}

int rig_command(struct rig *rig, uint8_t class, uint8_t command, const void *data, uint32_t size)
{
    uint16_t number = sim_virtio_control(rig->card);
    uint16_t slot = rig->queue[number].next_desc;
    uint64_t address = rig_address(number, slot);
    uint8_t *bytes = rig_buffer(rig, number, slot);
    struct rig_part parts[2] = {{address, 2u + size, false}, {address + 1024u, 1, true}};
    uint32_t id;
    uint32_t length;

    bytes[0] = class;
    bytes[1] = command;
    if (size != 0)
        memcpy(bytes + 2, data, size);
    bytes[1024] = 0xffu;
    (void)rig_offer(rig, number, parts, 2);
    rig_notify(rig, number);
    (void)rig_step(rig);
    (void)rig_step(rig);
    if (!rig_collect(rig, number, &id, &length))
        return -1;
    assert_int_equal(id, slot);
    return bytes[1024];
}
