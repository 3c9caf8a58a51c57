/* SPDX-License-Identifier: MIT
 *
 * Power-on and reset: what each register becomes, what survives, and what the card does by itself
 * afterwards (EEPROM, DMA engine, link).
 */
#include <string.h>

#include "sim/card.h"

#define EEPROM_CHECKSUM 0xbabau /* sum of words 0 to 0x3f */

static void fill_eeprom(struct sim_card *card)
{
    const uint8_t *mac = card->options.mac;
    uint32_t sum = 0;

    for (size_t i = 0; i < IR_MAC_LENGTH / 2u; i++)
        card->eeprom[i] = (uint16_t)(mac[2u * i] | mac[2u * i + 1u] << 8);
    for (uint32_t i = 0; i < SIM_EEPROM_WORDS - 1u; i++)
        sum += card->eeprom[i];
    card->eeprom[SIM_EEPROM_WORDS - 1u] =
        (uint16_t)((EEPROM_CHECKSUM + 0x10000u - (sum & 0xffffu)) & 0xffffu);
}

static void reset_registers(struct sim_card *card, uint32_t survivors)
{
    for (size_t r = 0; r < *card->part->register_count; r++) {
        const struct sim_register *reg = &card->part->registers[r];

        if ((reg->flags & survivors) != 0)
            continue;
        for (uint32_t i = 0; i < reg->count; i++)
            sim_set(card, reg->offset + i * reg->stride, reg->reset);
    }
}

static void reset_queues(struct sim_card *card)
{
    for (uint32_t q = 0; q < 2u * SIM_QUEUES; q++) {
        struct sim_queue *queue = &card->queue[q];

        atomic_store(&queue->size, 0);
        atomic_store(&queue->head, 0);
        atomic_store(&queue->tail, 0);
        queue->wanted = false;
        queue->enabled = false;
        queue->faulty = false;
        queue->base = 0;
        queue->change_at = 0;
    }
    memset(card->running, 0, sizeof(card->running));
}

static void load_address(struct sim_card *card)
{
    const uint8_t *mac = card->options.mac;
    uint32_t ral = card->part->ral;

    sim_set(card, ral,
            (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                (uint32_t)mac[3] << 24);
    sim_set(card, ral + 4u, (uint32_t)mac[4] | (uint32_t)mac[5] << 8 | RAH_AV);
}

static void reset_all(struct sim_card *card, uint32_t survivors)
{
    uint32_t length;

    reset_registers(card, survivors);
    reset_queues(card);
    load_address(card);
    memset(card->pair, 0, sizeof(card->pair));
    while (sim_fifo_peek(&card->loopback, &length) != NULL)
        sim_fifo_drop(&card->loopback);
    card->eeprom_at = sim_due(card, SIM_FIELD_EEC_ARD);
    card->config_at = sim_due(card, SIM_FIELD_EEMNGCTL_DONE);
    card->dma_at = sim_due(card, SIM_FIELD_RDRXCTL_DMAIDONE);
    card->link_at = sim_due(card, SIM_FIELD_LINKS_UP);
    card->semaphore_at = sim_due(card, SIM_FIELD_SWSM_SMBI);
    card->secrx_at = SIM_NEVER;
    card->master_at = SIM_NEVER;
    card->eerd_at = 0;
    card->mdio_at = 0;
    card->owner_at = 0;
    card->link_seen = false;
    card->causes = 0;
    card->sent = 0;
    card->other_sent = 0;
    memset(card->next_at, 0, sizeof(card->next_at));
    if (card->part->reset != NULL)
        card->part->reset(card, survivors == 0);
    if (card->hostile != NULL)
        sim_hostile_reset(card);
}

void sim_power_on(struct sim_card *card)
{
    fill_eeprom(card);
    reset_all(card, 0);
}

void sim_reset(struct sim_card *card)
{
    reset_all(card, SIM_REG_SURVIVES);
}
