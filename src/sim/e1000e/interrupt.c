/* SPDX-License-Identifier: MIT
 *
 * Interrupts of the 82574 (sections 7.4 and 10.2.4): causes, masks, and vectors, of which each may
 * interrupt at most once in the interval of its EITR. With a single vector all causes interrupt by
 * that, at most once in the interval of ITR; with several, IVAR gives one to each queue and one to
 * all other causes together.
 */
#include "sim/e1000e/e1000e.h"

#define OTHER_CAUSES (E_ICR_LSC | E_ICR_RXO | E_ICR_MDAC | E_ICR_SRPD | E_ICR_ACK | E_ICR_MNG)
#define ROUTES       5u /* entries of IVAR, each of four bits, for the bits of E_ICR_QUEUES */

static bool has_vectors(const struct sim_card *card)
{
    return card->base.transport.vectors > 1u;
}

/* A cause that is not masked. */
static bool asserted(const struct sim_card *card)
{
    return (sim_get(card, E_ICR) & sim_get(card, E_IMS)) != 0;
}

/* --- Which vector interrupts --- */

/* Causes that interrupt by this vector. */
static uint32_t routed(const struct sim_card *card, uint32_t vector)
{
    uint32_t routes = sim_get(card, E_IVAR);
    uint32_t causes = 0;

    if (!has_vectors(card))
        return vector == 0 ? ~E_ICR_ASSERTED : 0;
    for (uint32_t i = 0; i < ROUTES; i++) {
        uint32_t entry = routes >> (4u * i);

        if ((entry & E_IVAR_VALID) != 0 && (entry & E_IVAR_VECTOR) == vector)
            causes |= E_ICR_RXQ0 << i;
    }
    return causes;
}

/* EIAC takes away what has interrupted, and masks it; IAME leaves the mask to IAM. */
static void settle(struct sim_card *card, uint32_t causes)
{
    uint32_t cleared = has_vectors(card) ? causes & sim_get(card, E_EIAC) : 0;

    card->other_sent |= causes & ~cleared;
    sim_set(card, E_ICR, sim_get(card, E_ICR) & ~cleared);
    if ((sim_get(card, E_CTRL_EXT) & E_CTRL_EXT_IAME) == 0)
        sim_set(card, E_IMS, sim_get(card, E_IMS) & ~cleared);
}

/* Microseconds between two interrupts of a vector; the registers count 256 ns. */
static uint64_t interval(const struct sim_card *card, uint32_t vector)
{
    uint32_t offset = has_vectors(card) ? E_EITR + 4u * vector : E_ITR;

    return (sim_get(card, offset) * UINT64_C(256) + 999u) / 1000u;
}

void sim_e1000e_deliver(struct sim_card *card)
{
    uint64_t now = sim_now(&card->base);

    (void)sim_link_up(card); /* a change of it is a cause */
    for (uint32_t vector = 0; vector < card->base.transport.vectors; vector++) {
        uint32_t causes =
            sim_get(card, E_ICR) & sim_get(card, E_IMS) & ~card->other_sent & routed(card, vector);

        if (causes == 0 || now < card->next_at[vector])
            continue;
        card->next_at[vector] = now + interval(card, vector);
        settle(card, causes);
        if (card->hostile == NULL || !sim_hostile_keeps_silent(card))
            sim_device_interrupt(&card->base, vector);
    }
}

bool sim_e1000e_armed(const struct sim_card *card, uint32_t vector)
{
    return (sim_get(card, E_IMS) & routed(card, vector)) != 0;
}

/* --- Causes --- */

void sim_e1000e_raise(struct sim_card *card, uint32_t causes)
{
    if ((causes & OTHER_CAUSES) != 0)
        causes |= E_ICR_OTHER;
    sim_set(card, E_ICR, sim_get(card, E_ICR) | causes);
}

static void lower(struct sim_card *card, uint32_t causes)
{
    sim_set(card, E_ICR, sim_get(card, E_ICR) & ~causes);
    card->other_sent &= ~causes;
}

/* Whether no more is lent of the ring than the part that RCTL.RDMTS names: a half, a quarter, an
 * eighth. */
static bool at_threshold(const struct sim_card *card, const struct sim_queue *queue)
{
    uint32_t size = atomic_load(&queue->size);
    uint32_t head = atomic_load(&queue->head);
    uint32_t tail = atomic_load(&queue->tail);
    uint32_t lent = tail >= head ? tail - head : tail + size - head;

    return lent <= size >> (E_RCTL_RDMTS(sim_get(card, E_RCTL)) + 1u);
}

void sim_e1000e_interrupt(struct sim_card *card, uint32_t number)
{
    const struct sim_queue *queue = &card->queue[number];

    if (number < SIM_TX) {
        sim_e1000e_raise(card, E_ICR_RXT0 | E_ICR_RXQ0 << number % E_QUEUES |
                                   (at_threshold(card, queue) ? E_ICR_RXDMT0 : 0));
        return;
    }
    sim_e1000e_raise(card,
                     E_ICR_TXDW | E_ICR_TXQ0 << number % E_QUEUES |
                         (atomic_load(&queue->head) == atomic_load(&queue->tail) ? E_ICR_TXQE : 0));
}

void sim_e1000e_event(struct sim_card *card, enum sim_event event)
{
    sim_e1000e_raise(card, event == SIM_EVENT_LINK ? E_ICR_LSC : E_ICR_RXO);
}

/* --- Registers --- */

/* What the driver has looked at, or written to, masks itself when that is so arranged. */
static void mask_automatically(struct sim_card *card)
{
    if ((sim_get(card, E_CTRL_EXT) & E_CTRL_EXT_IAME) != 0)
        sim_set(card, E_IMS, sim_get(card, E_IMS) & ~sim_get(card, E_IAM));
}

/* A read clears all causes when nothing is unmasked or something is asserted; else none. */
uint32_t sim_e1000e_read_icr(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t causes;
    bool asserting;

    (void)index;
    (void)sim_link_up(card);
    causes = sim_get(card, reg->offset);
    if (card->hostile != NULL)
        causes = sim_hostile_cause(card, causes);
    asserting = asserted(card);
    if (asserting || sim_get(card, E_IMS) == 0)
        lower(card, UINT32_MAX);
    if (asserting)
        mask_automatically(card);
    return asserting ? causes | E_ICR_ASSERTED : causes;
}

void sim_e1000e_write_icr(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                          uint32_t value)
{
    (void)reg;
    (void)index;
    if (asserted(card))
        mask_automatically(card);
    lower(card, value);
}

void sim_e1000e_write_ics(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                          uint32_t value)
{
    (void)reg;
    (void)index;
    sim_e1000e_raise(card, value & ~E_ICR_ASSERTED);
    sim_e1000e_deliver(card);
}

/* A cause that waits interrupts as it is unmasked. */
void sim_e1000e_write_ims(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                          uint32_t value)
{
    (void)index;
    sim_set(card, reg->offset, sim_get(card, reg->offset) | (value & ~E_ICR_ASSERTED));
    card->other_sent &= ~value;
    sim_e1000e_deliver(card);
}

void sim_e1000e_write_imc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                          uint32_t value)
{
    (void)reg;
    (void)index;
    sim_set(card, E_IMS, sim_get(card, E_IMS) & ~value);
}

void sim_e1000e_write_eiac(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    (void)index;
    if ((value & ~E_ICR_QUEUES) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "EIAC at 0x%05x was set to 0x%08x; only bits 24:20 can be 1", reg->offset,
                    value);
    sim_set(card, reg->offset, value & E_ICR_QUEUES);
}

/* A valid entry with a vector that the card does not have. */
static bool leads_nowhere(const struct sim_card *card, uint32_t routes)
{
    for (uint32_t i = 0; i < ROUTES; i++) {
        uint32_t entry = routes >> (4u * i);

        if ((entry & E_IVAR_VALID) != 0 && (entry & E_IVAR_VECTOR) >= card->base.transport.vectors)
            return true;
    }
    return false;
}

void sim_e1000e_write_ivar(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    (void)index;
    if ((value & E_IVAR_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_ROUTE,
                    "IVAR at 0x%05x was set to 0x%08x", reg->offset, value);
    else if (has_vectors(card) && leads_nowhere(card, value))
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_VECTOR,
                    "IVAR at 0x%05x was set to 0x%08x: there are %u vectors", reg->offset, value,
                    card->base.transport.vectors);
    sim_set(card, reg->offset, value);
}

void sim_e1000e_write_eitr(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    uint32_t offset = reg->offset + 4u * index;

    if ((value & E_EITR_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_INTERRUPT_INTERVAL,
                    "EITR(%u) at 0x%05x was set to 0x%08x", index, offset, value);
    sim_set(card, offset, value);
}
