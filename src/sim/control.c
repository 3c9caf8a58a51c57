/* SPDX-License-Identifier: MIT
 *
 * Registers with side effects that concern no single queue: reset, master disable, link, and the
 * order in which the receive unit may be configured.
 */
#include "sim/card.h"

#define CONFIG_BUS_MASTER 0x04u

/* The link is down after a reset or a restart of its negotiation, for a while. */
bool sim_link_up(struct sim_card *card)
{
    uint32_t needed = card->part->link_control;
    bool up = sim_now(&card->base) >= card->link_at && (sim_get(card, R_CTRL) & needed) == needed;

    if (up != card->link_seen) {
        card->part->event(card, SIM_EVENT_LINK);
        card->link_seen = up;
    }
    return up;
}

static bool receive_queue_enabled(const struct sim_card *card)
{
    for (uint32_t i = 0; i < SIM_QUEUES / 64u; i++)
        if (card->running[i] != 0)
            return true;
    return false;
}

/* Master disable takes effect after a while. */
static bool master_off(const struct sim_card *card)
{
    return (sim_get(card, R_CTRL) & CTRL_MASTER_DISABLE) != 0 &&
           sim_now(&card->base) >= card->master_at &&
           !(card->part->stop_first && receive_queue_enabled(card));
}

bool sim_dma_allowed(const struct sim_card *card)
{
    if ((card->config[4] & CONFIG_BUS_MASTER) == 0)
        return false;
    return (sim_get(card, R_CTRL) & CTRL_MASTER_DISABLE) == 0 || !master_off(card);
}

bool sim_resetting(const struct sim_card *card)
{
    uint64_t now = sim_now(&card->base);

    return now < card->reset_at || now < card->link_reset_at;
}

uint32_t sim_read_ctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint64_t now = sim_now(&card->base);
    uint32_t value = sim_get(card, reg->offset);

    (void)index;
    if (now < card->reset_at)
        value |= CTRL_RST;
    if (now < card->link_reset_at)
        value |= CTRL_LRST;
    return value;
}

void sim_write_ctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    if ((value & CTRL_LRST) != 0)
        card->link_reset_at = sim_due(card, SIM_FIELD_CTRL_LRST);
    if ((value & CTRL_RST) != 0)
        card->reset_at = sim_due(card, SIM_FIELD_CTRL_RST);
    if ((value & (CTRL_RST | CTRL_LRST)) != 0) {
        sim_reset(card);
        return;
    }
    if ((value & CTRL_MASTER_DISABLE) != 0 && (old & CTRL_MASTER_DISABLE) == 0)
        card->master_at = sim_due(card, SIM_FIELD_STATUS_MASTER);
    sim_set(card, reg->offset, value);
}

uint32_t sim_read_status(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t value = sim_get(card, reg->offset);

    (void)index;
    if (sim_link_up(card))
        value |= card->part->status_link_up;
    if (!master_off(card))
        value |= STATUS_MASTER;
    return value;
}

uint32_t sim_read_links(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)reg;
    (void)index;
    return sim_link_up(card) ? LINKS_UP_10G : 0;
}

void sim_write_autoc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                     uint32_t value)
{
    (void)index;
    if ((value & AUTOC_RESTART) != 0) {
        (void)sim_link_up(card);
        card->link_at = sim_due(card, SIM_FIELD_LINKS_UP);
    }
    sim_set(card, reg->offset, value & ~AUTOC_RESTART);
}

void sim_write_secrxctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                         uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    if ((value & SECRXCTRL_RX_DIS) == 0)
        card->secrx_at = SIM_NEVER;
    else if ((old & SECRXCTRL_RX_DIS) == 0)
        card->secrx_at = sim_due(card, SIM_FIELD_SECRXSTAT);
    sim_set(card, reg->offset, value);
}

uint32_t sim_read_secrxstat(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)reg;
    (void)index;
    return sim_now(&card->base) >= card->secrx_at ? SECRXSTAT_READY : 0;
}

uint32_t sim_read_rdrxctl(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    (void)index;
    return sim_get(card, reg->offset) |
           (sim_now(&card->base) >= card->dma_at ? RDRXCTL_DMAIDONE : 0);
}

static void check_crc_strip(struct sim_card *card)
{
    bool mac = (sim_get(card, R_HLREG0) & HLREG0_RXCRCSTRP) != 0;
    bool dma = (sim_get(card, R_RDRXCTL) & RDRXCTL_CRCSTRIP) != 0;

    if (mac != dma && (sim_get(card, R_RXCTRL) & RXCTRL_RXEN) != 0)
        sim_violate(&card->base.violations, SIM_RULE_CRC_STRIP, "HLREG0 = 0x%08x, RDRXCTL = 0x%08x",
                    sim_get(card, R_HLREG0), sim_get(card, R_RDRXCTL));
}

void sim_write_crcstrip(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                        uint32_t value)
{
    (void)index;
    sim_set(card, reg->offset, value);
    check_crc_strip(card);
}

static void check_tables(struct sim_card *card)
{
    for (size_t r = 0; r < sim_register_count; r++) {
        const struct sim_register *reg = &sim_registers[r];

        if ((reg->flags & SIM_REG_STALE) == 0)
            continue;
        for (uint32_t i = 0; i < reg->count; i++) {
            uint32_t offset = reg->offset + i * reg->stride;

            if (sim_get(card, offset) == SIM_STALE) {
                sim_violate(&card->base.violations, SIM_RULE_TABLE_STALE,
                            "%s(%u) at 0x%05x still holds 0x%08x from power-on", reg->name, i,
                            offset, SIM_STALE);
                break;
            }
        }
    }
}

void sim_write_rxctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                      uint32_t value)
{
    uint32_t changed = (sim_get(card, reg->offset) ^ value) & RXCTRL_RXEN;
    uint32_t dma = sim_get(card, R_RDRXCTL);

    (void)index;
    sim_set(card, reg->offset, value);
    if (changed == 0)
        return;
    if ((sim_get(card, R_SECRXCTRL) & SECRXCTRL_RX_DIS) == 0)
        sim_violate(&card->base.violations, SIM_RULE_RXEN_UNGUARDED,
                    "RXCTRL at 0x%05x was set to 0x%08x with SECRXCTRL = 0x%08x", reg->offset,
                    value, sim_get(card, R_SECRXCTRL));
    if ((value & RXCTRL_RXEN) == 0)
        return;
    check_crc_strip(card);
    check_tables(card);
    if ((dma & RDRXCTL_RSCFRSTSIZE) != 0 || (dma & RDRXCTL_ONES) != RDRXCTL_ONES)
        sim_violate(
            &card->base.violations, SIM_RULE_REGISTER_RESERVED,
            "RDRXCTL at 0x%05x is 0x%08x as reception starts; bits 21:17 must be 0, bits 26:25 1",
            R_RDRXCTL, dma);
}

/* The registers whose change is a violation while the receive unit is on. */
static void write_while_off(struct sim_card *card, const struct sim_register *reg, uint32_t value,
                            uint32_t mask, enum sim_rule rule)
{
    uint32_t old = sim_get(card, reg->offset);

    if (((old ^ value) & mask) != 0 && (sim_get(card, R_RXCTRL) & RXCTRL_RXEN) != 0)
        sim_violate(&card->base.violations, rule, "%s at 0x%05x was changed from 0x%08x to 0x%08x",
                    reg->name, reg->offset, old, value);
    sim_set(card, reg->offset, value);
}

void sim_write_fctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                     uint32_t value)
{
    (void)index;
    write_while_off(card, reg, value, UINT32_MAX, SIM_RULE_FCTRL_RECEIVING);
}

void sim_write_mrqc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    (void)index;
    write_while_off(card, reg, value, MRQC_MODE, SIM_RULE_MRQC_RECEIVING);
}

void sim_write_mtqc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    if (old != value && (sim_get(card, R_RTTDCS) & RTTDCS_ARBDIS) == 0)
        sim_violate(&card->base.violations, SIM_RULE_MTQC_ARBITER,
                    "MTQC at 0x%05x was changed from 0x%08x to 0x%08x with RTTDCS = 0x%08x",
                    reg->offset, old, value, sim_get(card, R_RTTDCS));
    sim_set(card, reg->offset, value);
}
