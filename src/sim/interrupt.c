/* SPDX-License-Identifier: MIT
 *
 * Interrupt causes and masks. The card raises causes; nothing delivers them yet but a read of EICR.
 */
#include "sim/card.h"

#define IVAR_VALID  0x80u
#define IVAR_VECTOR 0x3fu

/* A queue has something to report: raise the cause that IVAR gives it. */
void sim_interrupt(struct sim_card *card, uint32_t queue)
{
    uint32_t number = queue % SIM_QUEUES;
    uint32_t shift = 16u * (number & 1u) + (queue >= SIM_TX ? 8u : 0);
    uint32_t entry = sim_get(card, R_IVAR + 4u * (number / 2u)) >> shift & 0xffu;

    if ((entry & IVAR_VALID) != 0 && (entry & IVAR_VECTOR) < 16u)
        sim_set(card, R_EICR, sim_get(card, R_EICR) | 1u << (entry & IVAR_VECTOR));
}

uint32_t sim_read_zero(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)card;
    (void)reg;
    (void)index;
    return 0;
}

uint32_t sim_read_eicr(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t cause;

    (void)index;
    (void)sim_link_up(card);
    cause = sim_get(card, reg->offset);
    if (card->hostile != NULL)
        cause = sim_hostile_cause(card, cause);
    sim_set(card, reg->offset, (sim_get(card, R_GPIE) & GPIE_OCD) != 0 ? cause & ~EICR_OTHER : 0);
    return cause;
}

void sim_write_eicr(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)index;
    sim_set(card, reg->offset, sim_get(card, reg->offset) & ~value);
}

void sim_write_eics(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)reg;
    (void)index;
    sim_set(card, R_EICR, sim_get(card, R_EICR) | value);
}

void sim_write_eims(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t offset = reg->offset + 4u * index;

    sim_set(card, offset, sim_get(card, offset) | value);
}

void sim_write_eimc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t mask = reg->offset == R_EIMC ? R_EIMS : R_EIMS_EX + 4u * index;

    if (reg->offset == R_EIMC && (value & EIMC_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "EIMC at 0x%05x was set to 0x%08x; bit 31 must be 0", reg->offset, value);
    sim_set(card, mask, sim_get(card, mask) & ~value);
}
