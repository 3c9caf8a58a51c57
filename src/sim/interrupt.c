/* SPDX-License-Identifier: MIT
 *
 * Interrupts (82599 section 7.3): causes, masks, and vectors, of which each may interrupt at most once in
 * the interval of its EITR. With GPIE.MSIX a queue's cause is the vector that IVAR gives it; without,
 * it is a bit of EICR, and all causes interrupt by the first vector.
 */
#include "sim/card.h"

#define EICR_QUEUES 0xffffu
#define HIGH_VECTOR 24u /* from here on EITR has another place */

static uint64_t bit(uint32_t vector)
{
    return UINT64_C(1) << vector;
}

static bool has_vectors(const struct sim_card *card)
{
    return (sim_get(card, R_GPIE) & GPIE_MSIX) != 0;
}

/* --- Which vector interrupts --- */

/* A row of two registers with a bit a vector. */
static uint64_t both(const struct sim_card *card, uint32_t offset)
{
    return sim_get(card, offset) | (uint64_t)sim_get(card, offset + 4u) << 32;
}

static void set_both(struct sim_card *card, uint32_t offset, uint64_t value)
{
    sim_set(card, offset, (uint32_t)(value & UINT32_MAX));
    sim_set(card, offset + 4u, (uint32_t)(value >> 32));
}

/* Vectors by which a cause has appeared that is not masked. */
static uint64_t wanting(const struct sim_card *card)
{
    uint32_t causes = sim_get(card, R_EICR) & sim_get(card, R_EIMS) & ~card->other_sent;
    uint32_t other = sim_get(card, R_IVAR_MISC) >> 8;
    uint64_t vectors;

    if (!has_vectors(card))
        return causes != 0 ? 1u : 0;
    vectors = card->causes & both(card, R_EIMS_EX) & ~card->sent;
    if ((causes & EICR_OTHER) != 0 && (other & IVAR_VALID) != 0)
        vectors |= bit(other & IVAR_VECTOR);
    return vectors;
}

/* What interrupting by the vector does to causes and masks. */
static void settle(struct sim_card *card, uint32_t vector)
{
    uint32_t other = sim_get(card, R_IVAR_MISC) >> 8;

    if (!has_vectors(card)) {
        card->other_sent |= sim_get(card, R_EICR) & sim_get(card, R_EIMS);
        return;
    }
    if ((other & IVAR_VALID) != 0 && (other & IVAR_VECTOR) == vector)
        card->other_sent |= sim_get(card, R_EICR) & sim_get(card, R_EIMS) & EICR_OTHER;
    card->sent |= card->causes & bit(vector);
    if (vector >= 16u || (sim_get(card, R_EIAC) & 1u << vector) != 0) {
        card->causes &= ~bit(vector);
        card->sent &= ~bit(vector);
        sim_set(card, R_EICR, sim_get(card, R_EICR) & ~(uint32_t)(bit(vector) & EICR_QUEUES));
    }
    if ((sim_get(card, R_GPIE) & GPIE_EIAME) != 0)
        set_both(card, R_EIMS_EX, both(card, R_EIMS_EX) & ~(both(card, R_EIAM_EX) & bit(vector)));
}

static uint32_t interval(const struct sim_card *card, uint32_t vector)
{
    uint32_t offset =
        vector < HIGH_VECTOR ? R_EITR + 4u * vector : R_EITR_HIGH + 4u * (vector - HIGH_VECTOR);

    return EITR_US(sim_get(card, offset));
}

void sim_deliver(struct sim_card *card)
{
    uint64_t now = sim_now(&card->base);

    (void)sim_link_up(card); /* a change of it is a cause */
    for (uint64_t left = wanting(card); left != 0; left &= left - 1u) {
        uint32_t vector = (uint32_t)__builtin_ctzll(left);

        if (now < card->next_at[vector])
            continue;
        card->next_at[vector] = now + interval(card, vector);
        settle(card, vector);
        if (card->hostile == NULL || !sim_hostile_keeps_silent(card))
            sim_device_interrupt(&card->base, vector);
    }
}

/* --- Causes --- */

static void raise(struct sim_card *card, uint32_t causes)
{
    sim_set(card, R_EICR, sim_get(card, R_EICR) | causes);
}

static void lower(struct sim_card *card, uint32_t causes)
{
    sim_set(card, R_EICR, sim_get(card, R_EICR) & ~causes);
    card->other_sent &= ~causes;
    card->causes &= ~(uint64_t)(causes & EICR_QUEUES);
    card->sent &= ~(uint64_t)(causes & EICR_QUEUES);
}

void sim_interrupt(struct sim_card *card, uint32_t queue)
{
    uint32_t number = queue % SIM_QUEUES;
    uint32_t shift = 16u * (number & 1u) + (queue >= SIM_TX ? 8u : 0);
    uint32_t entry = sim_get(card, R_IVAR + 4u * (number / 2u)) >> shift & 0xffu;
    uint64_t cause = bit(entry & IVAR_VECTOR);

    if ((entry & IVAR_VALID) == 0)
        return;
    raise(card, (uint32_t)(cause & EICR_QUEUES));
    card->causes |= cause;
}

void sim_event(struct sim_card *card, enum sim_event event)
{
    raise(card, event == SIM_EVENT_LINK ? EICR_LINK : EICR_RX_MISS);
}

uint32_t sim_read_zero(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)card;
    (void)reg;
    (void)index;
    return 0;
}

/* --- Registers --- */

uint32_t sim_read_eicr(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t cause;

    (void)index;
    (void)sim_link_up(card);
    cause = sim_get(card, reg->offset);
    if (card->hostile != NULL)
        cause = sim_hostile_cause(card, cause);
    sim_set(card, reg->offset, cause);
    lower(card, (sim_get(card, R_GPIE) & GPIE_OCD) != 0 ? EICR_OTHER : UINT32_MAX);
    return cause;
}

void sim_write_eicr(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)reg;
    (void)index;
    lower(card, value);
}

void sim_write_eics(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)reg;
    (void)index;
    raise(card, value);
    card->causes |= value & EICR_QUEUES;
    sim_deliver(card);
}

void sim_write_eics_ex(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                       uint32_t value)
{
    (void)reg;
    card->causes |= (uint64_t)value << 32u * index;
    sim_deliver(card);
}

/* The queues' causes of EIMS and EIMC are the first vectors of EIMS_EX and EIMC_EX. A cause that waits
 * interrupts as it is unmasked. */
static void set_masks(struct sim_card *card, uint32_t offset, uint32_t bits, bool on)
{
    uint32_t old = sim_get(card, offset);

    sim_set(card, offset, on ? old | bits : old & ~bits);
}

void sim_write_eims(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t offset = reg->offset + 4u * index;

    set_masks(card, offset, value, true);
    if (offset == R_EIMS)
        set_masks(card, R_EIMS_EX, value & EICR_QUEUES, true);
    else if (index == 0)
        set_masks(card, R_EIMS, value & EICR_QUEUES, true);
    if (offset == R_EIMS)
        card->other_sent &= ~value;
    card->sent &= ~((uint64_t)(offset == R_EIMS ? value & EICR_QUEUES : value) << 32u * index);
    sim_deliver(card);
}

void sim_write_eimc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    if (reg->offset == R_EIMC && (value & EIMC_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "EIMC at 0x%05x was set to 0x%08x; bit 31 must be 0", reg->offset, value);
    set_masks(card, reg->offset == R_EIMC ? R_EIMS : R_EIMS_EX + 4u * index, value, false);
    if (reg->offset == R_EIMC)
        set_masks(card, R_EIMS_EX, value & EICR_QUEUES, false);
    else if (index == 0)
        set_masks(card, R_EIMS, value & EICR_QUEUES, false);
}

/* The first vector of a valid entry that the card does not have, or SIM_QUEUES. */
static uint32_t missing_vector(const struct sim_card *card, uint32_t value)
{
    for (uint32_t shift = 0; shift < 32u; shift += 8u) {
        uint32_t entry = value >> shift;

        if ((entry & IVAR_VALID) != 0 && (entry & IVAR_VECTOR) != 0 &&
            (entry & IVAR_VECTOR) >= card->base.transport.vectors)
            return entry & IVAR_VECTOR;
    }
    return SIM_QUEUES;
}

void sim_write_ivar(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t offset = reg->offset + 4u * index;
    uint32_t reserved = offset == R_IVAR_MISC ? IVAR_MISC_RESERVED : IVAR_RESERVED;
    uint32_t missing = missing_vector(card, value);

    if ((value & reserved) != 0)
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_ROUTE,
                    "%s(%u) at 0x%05x was set to 0x%08x", reg->name, index, offset, value);
    else if (has_vectors(card) && missing != SIM_QUEUES)
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_VECTOR,
                    "%s(%u) at 0x%05x was set to 0x%08x: vector %u of %u", reg->name, index, offset,
                    value, missing, card->base.transport.vectors);
    sim_set(card, offset, value);
}

void sim_write_eitr(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t offset = reg->offset + 4u * index;

    if ((value & EITR_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_INTERVAL,
                    "EITR(%u) at 0x%05x was set to 0x%08x", reg->first + index, offset, value);
    sim_set(card, offset, value);
}
