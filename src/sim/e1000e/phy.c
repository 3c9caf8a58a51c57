/* SPDX-License-Identifier: MIT
 *
 * The PHY of the 82574 and the way to it: MDIC, whose turn it is (EXTCNF_CTRL), and its reset. Its
 * registers are those of IEEE 802.3, clause 22, as far as they tell of a link.
 */
#include <string.h>

#include "sim/e1000e/e1000e.h"

#define PHY_ADDRESS 1u

#define PHY_CONTROL          0u
#define CONTROL_RESTART      (1u << 9)
#define CONTROL_POWER_DOWN   (1u << 11)
#define CONTROL_AUTO         (1u << 12)
#define CONTROL_RESET        (1u << 15)
#define CONTROL_SELF_CLEARED (CONTROL_RESTART | CONTROL_RESET)
#define PHY_STATUS           1u
#define STATUS_LINK          (1u << 2)
#define STATUS_NEGOTIATED    (1u << 5)
#define PHY_PARTNER          5u

/* After a reset: 1000BASE-T, negotiating; the identifier of the 82574's PHY. */
static const uint16_t defaults[SIM_PHY_REGISTERS] = {
    [PHY_CONTROL] = CONTROL_AUTO | 1u << 8 | 1u << 6,
    [PHY_STATUS] = 0x7949u,
    [2] = 0x0141u,
    [3] = 0x0cb1u,
    [4] = 0x0de1u,
    [PHY_PARTNER] = 0,
    [9] = 0x0300u,
    [15] = 0x3000u,
};

/* Registers that only the PHY itself changes. */
static bool read_only(uint32_t number)
{
    return (number >= PHY_STATUS && number <= 3u) || number == PHY_PARTNER || number == 10u ||
           number == 15u;
}

static void reset_phy(struct sim_card *card)
{
    memcpy(card->phy, defaults, sizeof(card->phy));
}

/* The link is lost, and negotiated anew; with the PHY off it is not. */
static void negotiate(struct sim_card *card)
{
    bool off = (card->phy[PHY_CONTROL] & CONTROL_POWER_DOWN) != 0;

    (void)sim_link_up(card);
    card->link_at = off ? SIM_NEVER : sim_due(card, SIM_FIELD_LINKS_UP);
}

void sim_e1000e_reset(struct sim_card *card, bool power_on)
{
    if (power_on)
        reset_phy(card);
    else if ((card->phy[PHY_CONTROL] & CONTROL_POWER_DOWN) != 0)
        card->link_at = SIM_NEVER;
}

static uint16_t phy_read(struct sim_card *card, uint32_t number)
{
    bool up = sim_now(&card->base) >= card->link_at;

    if (number == PHY_STATUS && up)
        return card->phy[number] | STATUS_LINK | STATUS_NEGOTIATED;
    return card->phy[number];
}

static void phy_write(struct sim_card *card, uint32_t number, uint16_t value)
{
    uint16_t old = card->phy[number];

    if (read_only(number))
        return;
    if (number != PHY_CONTROL) {
        card->phy[number] = value;
        return;
    }
    if ((value & CONTROL_RESET) != 0)
        reset_phy(card);
    else
        card->phy[number] = value & (uint16_t)~CONTROL_SELF_CLEARED;
    if ((value & CONTROL_SELF_CLEARED) != 0 || ((old ^ value) & CONTROL_POWER_DOWN) != 0)
        negotiate(card);
}

void sim_e1000e_settle_phy(struct sim_card *card)
{
    uint32_t command = sim_get(card, E_MDIC);

    if (card->mdio_at == 0 || sim_now(&card->base) < card->mdio_at)
        return;
    card->mdio_at = 0;
    sim_set(card, E_MDIC, command | E_MDIC_READY);
    if ((command & E_MDIC_INTERRUPT) != 0)
        sim_e1000e_raise(card, E_ICR_MDAC);
}

/* The command takes effect at once, and says later that it has. */
void sim_e1000e_write_mdic(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    uint32_t number = E_MDIC_REGISTER(value);

    (void)index;
    if (card->mdio_at != 0) {
        sim_violate(&card->base.violations, SIM_RULE_COMMAND_PENDING,
                    "MDIC at 0x%05x was set to 0x%08x before it was READY", reg->offset, value);
        return;
    }
    value &= ~(E_MDIC_READY | E_MDIC_ERROR);
    if (E_MDIC_PHY(value) != PHY_ADDRESS ||
        (E_MDIC_OP(value) != E_MDIC_READ && E_MDIC_OP(value) != E_MDIC_WRITE))
        value |= E_MDIC_ERROR;
    else if (E_MDIC_OP(value) == E_MDIC_READ)
        value = (value & ~E_MDIC_DATA) | phy_read(card, number);
    else
        phy_write(card, number, (uint16_t)(value & E_MDIC_DATA));
    sim_set(card, reg->offset, value);
    card->mdio_at = sim_due(card, SIM_FIELD_MSCA_COMMAND);
}

/* Software asks for the registers of the PHY by setting its bit, and has them once it reads as
 * 1. */
uint32_t sim_e1000e_read_extcnf(struct sim_card *card, const struct sim_register *reg,
                                uint32_t index)
{
    uint32_t value = sim_get(card, reg->offset);

    (void)index;
    return sim_now(&card->base) >= card->owner_at ? value : value & ~E_EXTCNF_MDIO_SW;
}

void sim_e1000e_write_extcnf(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                             uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    if ((value & E_EXTCNF_MDIO_SW) != 0 && (old & E_EXTCNF_MDIO_SW) == 0)
        card->owner_at = sim_due(card, SIM_FIELD_MDIO_OWNER);
    sim_set(card, reg->offset, value);
}

void sim_e1000e_write_eerd(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    if (card->eerd_at != 0 && sim_now(&card->base) < card->eerd_at)
        sim_violate(&card->base.violations, SIM_RULE_COMMAND_PENDING,
                    "EERD at 0x%05x was set to 0x%08x before it was done", reg->offset, value);
    else
        sim_write_eerd(card, reg, index, value);
}

/* The PHY is held in reset as long as PHY_RST is 1. */
void sim_e1000e_write_ctrl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    sim_write_ctrl(card, reg, index, value & ~E_CTRL_LRST);
    if ((value & E_CTRL_PHY_RST) != 0) {
        reset_phy(card);
        (void)sim_link_up(card);
        card->link_at = SIM_NEVER;
    } else if ((old & E_CTRL_PHY_RST) != 0) {
        negotiate(card);
    }
    (void)sim_link_up(card); /* SLU may have changed */
}
