/* SPDX-License-Identifier: MIT
 *
 * Packed rings (virtio 1.3, section 2.8): one ring, in which the driver makes descriptors available
 * and the device overwrites them as used. Two bits of a descriptor's flags tell the sides apart,
 * read by wrap counters that each turn around the ring inverts.
 */
#include "softdev/ring_parts.h"

/* Parts of a descriptor's second word. */
#define ID_SHIFT    32u
#define FLAGS_SHIFT 48u

/* Of an event suppression structure: offset and wrap counter, flags. */
#define EVENT_OFFSET 0x7fffu
#define EVENT_WRAP   0x8000u
#define EVENT_FLAGS  2u /* offset of the flags in bytes */

#define OWNER (SOFT_DESC_AVAIL | SOFT_DESC_USED)

static uint16_t flags_of(uint64_t word)
{
    return (uint16_t)(word >> FLAGS_SHIFT);
}

static uint64_t load_word(const uint8_t *table, uint32_t slot)
{
    return soft_load64(table + (size_t)SOFT_DESC_BYTES * slot + 8u);
}

/* Whether the flags are those of an available descriptor where the driver's counter is `wrap`. */
static bool is_available(uint16_t flags, bool wrap)
{
    return (flags & OWNER) == (wrap ? SOFT_DESC_AVAIL : SOFT_DESC_USED);
}

/* Go `count` slots on, at most the size. */
static void advance(const struct soft_ring *ring, uint16_t *slot, bool *wrap, uint32_t count)
{
    uint32_t next = *slot + count;

    if (next >= ring->size) {
        next -= ring->size;
        *wrap = !*wrap;
    }
    *slot = (uint16_t)next;
}

bool soft_packed_any(struct soft_ring *ring)
{
    const uint8_t *table = soft_ring_area(ring, SOFT_AREA_DESC);

    return table != NULL &&
           is_available(flags_of(load_word(table, ring->next_avail)), ring->avail_wrap);
}

bool soft_packed_take(struct soft_ring *ring, struct soft_chain *chain)
{
    const uint8_t *table = soft_ring_area(ring, SOFT_AREA_DESC);
    uint16_t slot = ring->next_avail;
    bool wrap = ring->avail_wrap;
    uint16_t flags = SOFT_DESC_NEXT;

    if (table == NULL)
        return false;
    while ((flags & SOFT_DESC_NEXT) != 0) {
        uint64_t word = load_word(table, slot);
        uint64_t address = soft_load64(table + (size_t)SOFT_DESC_BYTES * slot);

        flags = flags_of(word);
        if (!is_available(flags, wrap))
            return soft_ring_fail(ring, SOFT_RULE_RING_WHOLE, "descriptor %u has flags 0x%04x",
                                  slot, flags);
        if ((flags & ~(OWNER | SOFT_DESC_NEXT | SOFT_DESC_WRITE)) != 0)
            return soft_ring_fail(ring, SOFT_RULE_RING_FLAGS, "descriptor %u has flags 0x%04x",
                                  slot, flags);
        if (chain->slots == SOFT_CHAIN_MAX || chain->slots == ring->size)
            return soft_ring_fail(ring, SOFT_RULE_RING_LONG, "%u descriptors from %u on",
                                  chain->slots + 1u, ring->next_avail);
        if (!soft_ring_part(ring, chain, address, (uint32_t)(word & UINT32_MAX),
                            (flags & SOFT_DESC_WRITE) != 0))
            return false;
        chain->id = (uint16_t)(word >> ID_SHIFT & 0xffffu); /* that of the last one counts */
        advance(ring, &slot, &wrap, 1u);
    }
    if (!soft_ring_accept(ring, chain))
        return false;
    ring->next_avail = slot;
    ring->avail_wrap = wrap;
    return true;
}

void soft_packed_untake(struct soft_ring *ring, const struct soft_chain *chain)
{
    if (chain->slots > ring->next_avail)
        ring->avail_wrap = !ring->avail_wrap;
    ring->next_avail =
        (uint16_t)(((uint32_t)ring->next_avail + ring->size - chain->slots) % ring->size);
}

void soft_packed_put(struct soft_ring *ring, uint32_t id, uint32_t length, uint16_t slots)
{
    uint8_t *table = soft_ring_area(ring, SOFT_AREA_DESC);
    uint16_t slot = ring->next_used;
    bool wrap = ring->used_wrap;
    uint32_t flags;
    uint64_t word;

    if (table == NULL)
        return;
    advance(ring, &slot, &wrap, ring->unpublished);
    flags = (wrap ? OWNER : 0u) | (length != 0 ? SOFT_DESC_WRITE : 0u);
    word = length | (uint64_t)(id & 0xffffu) << ID_SHIFT | (uint64_t)flags << FLAGS_SHIFT;
    /* The first is held back: the driver reads the ring in order, so it hides all that follow. */
    if (ring->unpublished == 0) {
        ring->first_word = word;
        ring->first_slot = slot;
    } else {
        soft_store64(table + (size_t)SOFT_DESC_BYTES * slot + 8u, word);
    }
    ring->unpublished = (uint16_t)(ring->unpublished + slots);
}

void soft_packed_publish(struct soft_ring *ring)
{
    uint8_t *table = soft_ring_area(ring, SOFT_AREA_DESC);

    if (table != NULL)
        soft_store64(table + (size_t)SOFT_DESC_BYTES * ring->first_slot + 8u, ring->first_word);
    advance(ring, &ring->next_used, &ring->used_wrap, ring->unpublished);
}

bool soft_packed_interrupts(struct soft_ring *ring)
{
    const uint8_t *driver = soft_ring_area(ring, SOFT_AREA_DRIVER);
    uint32_t word;
    uint32_t flags;
    uint32_t event;

    if (driver == NULL)
        return false;
    word = soft_load32(driver);
    flags = word >> 16;
    event = word & EVENT_OFFSET;
    if (flags == SOFT_EVENT_ENABLE || flags == SOFT_EVENT_DISABLE)
        return flags == SOFT_EVENT_ENABLE;
    if (flags != SOFT_EVENT_SPECIFIC || !ring->event_idx || event >= ring->size) {
        if (!ring->told)
            soft_breach(ring->memory.breach, ring->memory.context, SOFT_RULE_RING_EVENT,
                        "queue %u: flags %u, slot %u", ring->number, flags, event);
        ring->told = true;
        return true;
    }
    /* A counter other than ours means the slot as it was one turn ago. */
    if (((word & EVENT_WRAP) != 0) != ring->used_wrap)
        return soft_minus16((uint32_t)ring->next_used + ring->size, event + 1u) < ring->unsignalled;
    return soft_minus16(ring->next_used, event + 1u) < ring->unsignalled;
}

void soft_packed_hush(struct soft_ring *ring)
{
    uint8_t *device = soft_ring_area(ring, SOFT_AREA_DEVICE);

    if (device != NULL)
        soft_store16(device + EVENT_FLAGS, SOFT_EVENT_DISABLE);
}

void soft_packed_listen(struct soft_ring *ring)
{
    uint8_t *device = soft_ring_area(ring, SOFT_AREA_DEVICE);
    uint16_t place = ring->next_avail;

    if (device == NULL)
        return;
    if (!ring->event_idx) {
        soft_store16(device + EVENT_FLAGS, SOFT_EVENT_ENABLE);
        return;
    }
    if (ring->avail_wrap)
        place |= EVENT_WRAP;
    soft_store16(device, place);
    soft_store16(device + EVENT_FLAGS, SOFT_EVENT_SPECIFIC);
}
