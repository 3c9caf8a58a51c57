/* SPDX-License-Identifier: MIT
 *
 * Split rings (virtio 1.3, section 2.7): a table of descriptors, a ring of the chains that are
 * available, and a ring of those that were used. Indices run freely; a slot is an index modulo the
 * size, a power of two.
 */
#include "softdev/ring_parts.h"

#define RING_INDEX   2u /* bytes into the available and the used ring */
#define RING_ENTRIES 4u
#define USED_ENTRY   8u /* bytes */

/* Parts of a descriptor's second word. */
#define FLAGS_SHIFT 32u
#define NEXT_SHIFT  48u

static uint16_t slot_of(const struct soft_ring *ring, uint32_t index)
{
    return (uint16_t)(index & (ring->size - 1u));
}

/* How many chains are available, or 0 after a breach. */
static uint16_t available(struct soft_ring *ring, const uint8_t *avail)
{
    uint16_t index = soft_load16(avail + RING_INDEX);
    uint16_t count = soft_minus16(index, ring->next_avail);

    if (count + ring->in_flight <= ring->size)
        return count;
    (void)soft_ring_fail(ring, SOFT_RULE_RING_INDEX,
                         "the index went from %u to %u, with %u descriptors of %u in use",
                         ring->next_avail, index, ring->in_flight, ring->size);
    return 0;
}

bool soft_split_any(struct soft_ring *ring)
{
    const uint8_t *avail = soft_ring_area(ring, SOFT_AREA_DRIVER);

    return avail != NULL && available(ring, avail) != 0;
}

/* Where IN_ORDER expects the descriptor after `slots` of this chain. */
static bool out_of_order(const struct soft_ring *ring, uint16_t at, uint16_t slots)
{
    return ring->in_order && at != slot_of(ring, (uint32_t)ring->next_head + slots);
}

/* The chain that begins at the descriptor chain->id. */
static bool walk(struct soft_ring *ring, const uint8_t *table, struct soft_chain *chain)
{
    uint16_t at = chain->id;

    for (;;) {
        uint64_t address = soft_load64(table + (size_t)SOFT_DESC_BYTES * at);
        uint64_t word = soft_load64(table + (size_t)SOFT_DESC_BYTES * at + 8u);
        uint16_t flags = (uint16_t)(word >> FLAGS_SHIFT & 0xffffu);

        if (out_of_order(ring, at, chain->slots))
            return soft_ring_fail(ring, SOFT_RULE_RING_ORDER, "descriptor %u instead of %u", at,
                                  slot_of(ring, (uint32_t)ring->next_head + chain->slots));
        if ((flags & ~(SOFT_DESC_NEXT | SOFT_DESC_WRITE)) != 0)
            return soft_ring_fail(ring, SOFT_RULE_RING_FLAGS, "descriptor %u has flags 0x%04x", at,
                                  flags);
        if (chain->slots == SOFT_CHAIN_MAX || chain->slots == ring->size)
            return soft_ring_fail(ring, SOFT_RULE_RING_LONG, "%u descriptors from %u on",
                                  chain->slots + 1u, chain->id);
        if (!soft_ring_part(ring, chain, address, (uint32_t)(word & UINT32_MAX),
                            (flags & SOFT_DESC_WRITE) != 0))
            return false;
        if ((flags & SOFT_DESC_NEXT) == 0)
            return true;
        at = (uint16_t)(word >> NEXT_SHIFT);
        if (at >= ring->size)
            return soft_ring_fail(ring, SOFT_RULE_RING_NEXT, "%u of %u", at, ring->size);
    }
}

bool soft_split_take(struct soft_ring *ring, struct soft_chain *chain)
{
    const uint8_t *avail = soft_ring_area(ring, SOFT_AREA_DRIVER);
    const uint8_t *table = soft_ring_area(ring, SOFT_AREA_DESC);

    if (avail == NULL || table == NULL)
        return false;
    chain->id = soft_load16(avail + RING_ENTRIES + 2u * (size_t)slot_of(ring, ring->next_avail));
    if (chain->id >= ring->size)
        return soft_ring_fail(ring, SOFT_RULE_RING_HEAD, "%u of %u", chain->id, ring->size);
    if (!walk(ring, table, chain) || !soft_ring_accept(ring, chain))
        return false;
    ring->next_avail = soft_plus16(ring->next_avail, 1u);
    ring->next_head = slot_of(ring, (uint32_t)ring->next_head + chain->slots);
    return true;
}

void soft_split_untake(struct soft_ring *ring, const struct soft_chain *chain)
{
    ring->next_avail = soft_minus16(ring->next_avail, 1u);
    ring->next_head = slot_of(ring, (uint32_t)ring->next_head + ring->size - chain->slots);
}

void soft_split_put(struct soft_ring *ring, uint32_t id, uint32_t length, uint16_t chains)
{
    uint8_t *used = soft_ring_area(ring, SOFT_AREA_DEVICE);
    uint16_t slot = slot_of(ring, (uint32_t)ring->next_used + ring->unpublished);

    if (used == NULL)
        return;
    soft_store32(used + RING_ENTRIES + (size_t)USED_ENTRY * slot, id);
    soft_store32(used + RING_ENTRIES + (size_t)USED_ENTRY * slot + 4u, length);
    ring->unpublished = (uint16_t)(ring->unpublished + chains);
}

void soft_split_publish(struct soft_ring *ring)
{
    uint8_t *used = soft_ring_area(ring, SOFT_AREA_DEVICE);

    ring->next_used = soft_plus16(ring->next_used, ring->unpublished);
    if (used != NULL)
        soft_store16(used + RING_INDEX, ring->next_used);
}

bool soft_split_interrupts(struct soft_ring *ring)
{
    const uint8_t *avail = soft_ring_area(ring, SOFT_AREA_DRIVER);
    uint16_t flags;
    uint16_t event;

    if (avail == NULL)
        return false;
    flags = soft_load16(avail);
    if ((flags & ~(ring->event_idx ? 0u : SOFT_NO_INTERRUPT)) != 0 && !ring->told) {
        ring->told = true;
        soft_breach(ring->memory.breach, ring->memory.context, SOFT_RULE_RING_FLAGS,
                    "queue %u: the available ring has flags 0x%04x", ring->number, flags);
    }
    if (!ring->event_idx)
        return (flags & SOFT_NO_INTERRUPT) == 0;
    event = soft_load16(avail + RING_ENTRIES + 2u * (size_t)ring->size);
    return soft_minus16(ring->next_used, event + 1u) < ring->unsignalled;
}

/* With EVENT_IDX the index of which the driver notified last is behind us, which asks for
 * nothing. */
void soft_split_hush(struct soft_ring *ring)
{
    uint8_t *used = soft_ring_area(ring, SOFT_AREA_DEVICE);

    if (used != NULL && !ring->event_idx)
        soft_store16(used, SOFT_NO_NOTIFY);
}

void soft_split_listen(struct soft_ring *ring)
{
    uint8_t *used = soft_ring_area(ring, SOFT_AREA_DEVICE);

    if (used == NULL)
        return;
    if (ring->event_idx)
        soft_store16(used + RING_ENTRIES + (size_t)USED_ENTRY * ring->size, ring->next_avail);
    else
        soft_store16(used, 0);
}
