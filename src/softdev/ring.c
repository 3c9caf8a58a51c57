/* SPDX-License-Identifier: MIT
 *
 * What is common to both formats of rings.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "softdev/ring_parts.h"

#define SENTENCE 128u

void soft_ring_start(struct soft_ring *ring, const struct soft_function *function, uint16_t queue,
                     const struct soft_memory *memory)
{
    const struct soft_queue *told = &function->queue[queue];
    uint64_t features = soft_features(function);

    memset(ring, 0, sizeof(*ring));
    ring->memory = *memory;
    ring->number = queue;
    ring->size = told->size;
    ring->packed = (features & SOFT_F_RING_PACKED) != 0;
    ring->event_idx = (features & SOFT_F_EVENT_IDX) != 0;
    ring->in_order = (features & SOFT_F_IN_ORDER) != 0;
    ring->desc = told->desc;
    ring->driver = told->driver;
    ring->device = told->device;
    ring->avail_wrap = true;
    ring->used_wrap = true;
    for (uint32_t area = SOFT_AREA_DESC; area < SOFT_AREA_BUFFER && !ring->faulty; area++)
        (void)soft_ring_area(ring, (enum soft_area)area);
}

void soft_ring_stop(struct soft_ring *ring)
{
    ring->size = 0;
}

bool soft_ring_fail(struct soft_ring *ring, enum soft_rule rule, const char *format, ...)
{
    char sentence[SENTENCE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    ring->faulty = true;
    soft_breach(ring->memory.breach, ring->memory.context, rule, "queue %u: %s", ring->number,
                sentence);
    return false;
}

uint8_t *soft_ring_area(struct soft_ring *ring, enum soft_area area)
{
    uint64_t size = ring->size;
    uint64_t address = ring->desc;
    uint64_t length = SOFT_DESC_BYTES * size;
    uint8_t *memory;

    if (area == SOFT_AREA_DRIVER) {
        address = ring->driver;
        length = ring->packed ? 4u : 6u + 2u * size;
    } else if (area == SOFT_AREA_DEVICE) {
        address = ring->device;
        length = ring->packed ? 4u : 6u + 8u * size;
    }
    memory = ring->memory.at(ring->memory.context, &ring->hint[area], address, length);
    if (memory == NULL)
        (void)soft_ring_fail(ring, SOFT_RULE_DMA_UNMAPPED, "%llu bytes of its ring at 0x%llx",
                             (unsigned long long)length, (unsigned long long)address);
    return memory;
}

static bool locate(struct soft_ring *ring, struct soft_part *part)
{
    part->memory = ring->memory.at(ring->memory.context, &ring->hint[SOFT_AREA_BUFFER],
                                   part->address, part->length);
    if (part->memory == NULL)
        return soft_ring_fail(ring, SOFT_RULE_DMA_UNMAPPED, "a buffer of %u bytes at 0x%llx",
                              part->length, (unsigned long long)part->address);
    return true;
}

bool soft_ring_locate(struct soft_ring *ring, struct soft_chain *chain)
{
    for (uint32_t i = 0; i < chain->slots; i++)
        if (!locate(ring, &chain->part[i]))
            return false;
    return true;
}

bool soft_ring_part(struct soft_ring *ring, struct soft_chain *chain, uint64_t address,
                    uint32_t length, bool writable)
{
    struct soft_part *part = &chain->part[chain->slots];

    if (length == 0)
        return soft_ring_fail(ring, SOFT_RULE_RING_LENGTH, "a descriptor for 0x%llx",
                              (unsigned long long)address);
    if (!writable && chain->readable < chain->slots)
        return soft_ring_fail(ring, SOFT_RULE_RING_DIRECTION, "descriptor %u of a chain",
                              chain->slots);
    part->address = address;
    part->length = length;
    if (!locate(ring, part))
        return false;
    if (writable) {
        chain->write_bytes += length;
    } else {
        chain->read_bytes += length;
        chain->readable++;
    }
    chain->slots++;
    return true;
}

static uint64_t taken_bit(uint16_t id)
{
    return UINT64_C(1) << (id % 64u);
}

bool soft_ring_accept(struct soft_ring *ring, const struct soft_chain *chain)
{
    if (ring->in_flight + chain->slots > ring->size)
        return soft_ring_fail(ring, SOFT_RULE_RING_INDEX, "%u descriptors, and %u more",
                              ring->in_flight, chain->slots);
    if (!ring->in_order) {
        if ((ring->taken[chain->id / 64u] & taken_bit(chain->id)) != 0)
            return soft_ring_fail(ring, SOFT_RULE_RING_TAKEN, "chain %u", chain->id);
        ring->taken[chain->id / 64u] |= taken_bit(chain->id);
    }
    ring->in_flight = (uint16_t)(ring->in_flight + chain->slots);
    return true;
}

/* A chain is the driver's again. */
static void forget(struct soft_ring *ring, uint16_t id, uint16_t slots)
{
    ring->taken[id / 64u] &= ~taken_bit(id);
    ring->in_flight = slots < ring->in_flight ? (uint16_t)(ring->in_flight - slots) : 0;
}

static bool usable(const struct soft_ring *ring)
{
    return ring->size != 0 && !ring->faulty;
}

bool soft_ring_any(struct soft_ring *ring)
{
    if (!usable(ring))
        return false;
    return ring->packed ? soft_packed_any(ring) : soft_split_any(ring);
}

bool soft_ring_take(struct soft_ring *ring, struct soft_chain *chain)
{
    chain->slots = 0;
    chain->readable = 0;
    chain->read_bytes = 0;
    chain->write_bytes = 0;
    if (!soft_ring_any(ring))
        return false;
    return ring->packed ? soft_packed_take(ring, chain) : soft_split_take(ring, chain);
}

void soft_ring_untake(struct soft_ring *ring, const struct soft_chain *chain)
{
    forget(ring, chain->id, chain->slots);
    if (ring->packed)
        soft_packed_untake(ring, chain);
    else
        soft_split_untake(ring, chain);
}

struct soft_done soft_ring_done(const struct soft_chain *chain, uint32_t length)
{
    return (struct soft_done){
        .id = chain->id, .slots = chain->slots, .chains = 1u, .length = length};
}

void soft_ring_put_as(struct soft_ring *ring, const struct soft_done *done, uint32_t id,
                      uint32_t length)
{
    if (!usable(ring))
        return;
    forget(ring, done->id, done->slots);
    if (ring->packed)
        soft_packed_put(ring, id, length, done->slots);
    else
        soft_split_put(ring, id, length, done->chains);
}

void soft_ring_put(struct soft_ring *ring, const struct soft_done *done)
{
    soft_ring_put_as(ring, done, done->id, done->length);
}

void soft_ring_publish(struct soft_ring *ring)
{
    if (!usable(ring) || ring->unpublished == 0)
        return;
    if (ring->packed)
        soft_packed_publish(ring);
    else
        soft_split_publish(ring);
    ring->unsignalled = soft_plus16(ring->unsignalled, ring->unpublished);
    ring->unpublished = 0;
}

bool soft_ring_interrupts(struct soft_ring *ring)
{
    bool wanted;

    if (!usable(ring) || ring->unsignalled == 0)
        return false;
    /* The driver enables interrupts, and then looks for what was returned before. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    wanted = ring->packed ? soft_packed_interrupts(ring) : soft_split_interrupts(ring);
    ring->unsignalled = 0;
    return wanted;
}

void soft_ring_hush(struct soft_ring *ring)
{
    if (!usable(ring))
        return;
    if (ring->packed)
        soft_packed_hush(ring);
    else
        soft_split_hush(ring);
}

bool soft_ring_listen(struct soft_ring *ring)
{
    if (!usable(ring))
        return false;
    if (ring->packed)
        soft_packed_listen(ring);
    else
        soft_split_listen(ring);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the driver may have looked before we asked */
    return soft_ring_any(ring);
}

/* The bytes from `offset` on in the parts from *part up to `end`, as far as they lie in one part:
 * how many they are is in *bytes, at most `limit`. Goes on behind them; NULL when there are
 * none. */
static uint8_t *next_piece(const struct soft_part **part, const struct soft_part *end,
                           uint64_t *offset, uint32_t limit, uint32_t *bytes)
{
    while (*part < end && *offset >= (*part)->length) {
        *offset -= (*part)->length;
        (*part)++;
    }
    if (*part == end || limit == 0)
        return NULL;
    *bytes = (*part)->length - (uint32_t)*offset;
    if (*bytes > limit)
        *bytes = limit;
    *offset += *bytes;
    return (*part)->memory + (*offset - *bytes);
}

uint32_t soft_chain_read(const struct soft_chain *chain, uint64_t offset, uint8_t *to,
                         uint32_t length)
{
    const struct soft_part *part = chain->part;
    const struct soft_part *end = part + chain->readable;
    const uint8_t *piece;
    uint32_t done = 0;
    uint32_t bytes;

    while ((piece = next_piece(&part, end, &offset, length - done, &bytes)) != NULL) {
        memcpy(to + done, piece, bytes);
        done += bytes;
    }
    return done;
}

uint32_t soft_chain_write(const struct soft_chain *chain, uint64_t offset, const uint8_t *from,
                          uint32_t length)
{
    const struct soft_part *part = chain->part + chain->readable;
    const struct soft_part *end = chain->part + chain->slots;
    uint8_t *piece;
    uint32_t done = 0;
    uint32_t bytes;

    while ((piece = next_piece(&part, end, &offset, length - done, &bytes)) != NULL) {
        memcpy(piece, from + done, bytes);
        done += bytes;
    }
    return done;
}
