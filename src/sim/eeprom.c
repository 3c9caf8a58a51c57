/* SPDX-License-Identifier: MIT
 *
 * What a driver asks of the card's surroundings: EEPROM words, the semaphore it shares with
 * firmware, and the registers of the PHY.
 */
#include "sim/card.h"

static bool reached(const struct sim_card *card, uint64_t time)
{
    return sim_now(&card->base) >= time;
}

uint32_t sim_read_eec(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)index;
    return sim_get(card, reg->offset) | EEC_PRESENT |
           (reached(card, card->eeprom_at) ? EEC_AUTO_READ_DONE : 0);
}

uint32_t sim_read_eemngctl(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)index;
    return sim_get(card, reg->offset) | (reached(card, card->config_at) ? EEMNGCTL_DONE : 0);
}

void sim_write_eerd(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)index;
    if ((value & EERD_START) == 0)
        return;
    card->eerd_at = sim_due(card, SIM_FIELD_EERD_DONE);
    sim_set(card, reg->offset, value & 0xfffcu);
}

/* Address from bit 2, data in bits 31:16 once DONE reads 1. */
uint32_t sim_read_eerd(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t value = sim_get(card, reg->offset);
    uint32_t address = value >> 2 & 0x3fffu;

    (void)index;
    if (card->eerd_at == 0 || !reached(card, card->eerd_at))
        return value;
    value |= EERD_DONE;
    if (address < SIM_EEPROM_WORDS)
        value |= (uint32_t)card->eeprom[address] << 16;
    return value;
}

/* The first reader sees SMBI 0 and thereby holds the semaphore, until it writes 0. */
uint32_t sim_read_swsm(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t value = sim_get(card, reg->offset);

    (void)index;
    if (!reached(card, card->semaphore_at))
        return value | SWSM_SMBI;
    sim_set(card, reg->offset, value | SWSM_SMBI);
    return value;
}

/* No PHY answers: reads of it are all ones. */
void sim_write_msca(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)index;
    if ((value & MSCA_COMMAND) != 0) {
        card->mdio_at = sim_due(card, SIM_FIELD_MSCA_COMMAND);
        sim_set(card, R_MSRWD, (sim_get(card, R_MSRWD) & 0xffffu) | 0xffff0000u);
    }
    sim_set(card, reg->offset, value & ~MSCA_COMMAND);
}

uint32_t sim_read_msca(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)index;
    return sim_get(card, reg->offset) |
           (card->mdio_at != 0 && !reached(card, card->mdio_at) ? MSCA_COMMAND : 0);
}
