/* SPDX-License-Identifier: MIT
 *
 * Receiver and transmitter of the 82574: RCTL.EN and TCTL.EN start and stop all rings of a
 * direction (section 4.6.5 and 4.6.6), at which time the card looks at how they were set up.
 */
#include <stdio.h>

#include "sim/e1000e/e1000e.h"

#define DESCRIPTOR_BYTES 16u

/* Bits of registers that the driver must have set, or not, by the time a unit starts. */
struct prescribed {
    uint32_t offset;
    uint32_t mask;
    uint32_t value;
};

static const struct prescribed for_both[] = {
    {E_CTRL, E_CTRL_ZERO, 0},
    {E_CTRL_EXT, E_CTRL_EXT_ONE | E_CTRL_EXT_ZERO, E_CTRL_EXT_ONE},
    {E_GCR, E_GCR_ONE, E_GCR_ONE},
    {E_GCR2, 1u, 1u},
};

static const struct prescribed for_transmit[] = {
    {E_TX + Q_CONTROL, E_TXDCTL_ONE, E_TXDCTL_ONE},
    {E_TX + E_STRIDE + Q_CONTROL, E_TXDCTL_ONE, E_TXDCTL_ONE},
    {E_TX + E_Q_TARC, E_TARC_ONE | E_TARC_ZERO, E_TARC_ONE},
};

static void check_prescribed(struct sim_card *card, const struct prescribed *list, size_t count,
                             const char *unit)
{
    char name[SIM_NAME_LENGTH];

    for (size_t i = 0; i < count; i++) {
        uint32_t value = sim_get(card, list[i].offset);

        if ((value & list[i].mask) == list[i].value)
            continue;
        sim_register_name(card->part, list[i].offset, name);
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "%s at 0x%05x is 0x%08x as %s starts; of 0x%08x it must have 0x%08x", name,
                    list[i].offset, value, unit, list[i].mask, list[i].value);
    }
}

/* FLXBUF counts KiB; without it BSIZE has four sizes, and with BSEX three that are 16 times as
 * large. */
uint32_t sim_e1000e_room(const struct sim_card *card)
{
    uint32_t control = sim_get(card, E_RCTL);
    uint32_t flexible = (control & E_RCTL_FLXBUF) >> 27;
    uint32_t size = (control & E_RCTL_BSIZE) >> 16;

    if (flexible != 0)
        return flexible * 1024u;
    if ((control & E_RCTL_BSEX) == 0)
        return 2048u >> size;
    return size == 0 ? 0 : 32768u >> size;
}

/* The form of receive descriptors and buffers is one that exists, and that this card has. */
static bool check_form(struct sim_card *card)
{
    uint32_t control = sim_get(card, E_RCTL);
    bool good = true;

    if (sim_e1000e_room(card) == 0) {
        sim_violate(&card->base.violations, SIM_RULE_RX_BUFFER_SIZE,
                    "RCTL at 0x%05x is 0x%08x as reception starts", E_RCTL, control);
        good = false;
    }
    if ((control & E_RCTL_DTYP) != 0) {
        sim_violate(&card->base.violations, SIM_RULE_RX_DESCRIPTOR_TYPE,
                    "RCTL at 0x%05x is 0x%08x as reception starts", E_RCTL, control);
        good = false;
    }
    return good;
}

/* The ring is in use from now on. One that is wrong is not, though its registers count as busy. */
static void start_queue(struct sim_card *card, uint32_t number, bool good)
{
    struct sim_queue *queue = &card->queue[number];

    queue->wanted = true;
    if (sim_queue_check(card, number) && good)
        sim_queue_run(card, number, true);
}

/* The ring is in use until what is under way is done. */
static void stop_queue(struct sim_card *card, uint32_t number)
{
    struct sim_queue *queue = &card->queue[number];

    if (!queue->wanted)
        return;
    queue->wanted = false;
    queue->change_at =
        sim_due(card, number >= SIM_TX ? SIM_FIELD_TXDCTL_DISABLE : SIM_FIELD_RXDCTL_DISABLE);
}

void sim_e1000e_settle_units(struct sim_card *card)
{
    uint64_t now = sim_now(&card->base);

    for (uint32_t q = 0; q < E_QUEUES; q++) {
        for (uint32_t number = q; number <= SIM_TX + q; number += SIM_TX) {
            const struct sim_queue *queue = &card->queue[number];

            if (queue->enabled && !queue->wanted && now >= queue->change_at)
                sim_queue_run(card, number, false);
        }
    }
}

/* A ring with a length is one that the driver means to use; queue 0 always is. */
static bool in_use(const struct sim_card *card, uint32_t number)
{
    return number % SIM_QUEUES == 0 || sim_get(card, card->queue[number].regs + Q_LEN) != 0;
}

static void start_receiver(struct sim_card *card)
{
    bool good = check_form(card);

    check_prescribed(card, for_both, sizeof(for_both) / sizeof(for_both[0]), "reception");
    for (uint32_t q = 0; q < E_QUEUES; q++)
        if (in_use(card, q))
            start_queue(card, q, good);
}

/* A transmit ring is arbitrated for as long as its TARC says so. */
static void arbitrate(struct sim_card *card, uint32_t q)
{
    uint32_t number = SIM_TX + q;
    const struct sim_queue *queue = &card->queue[number];
    bool wanted = (sim_get(card, E_TCTL) & E_TCTL_EN) != 0 && in_use(card, number) &&
                  (sim_get(card, queue->regs + E_Q_TARC) & E_TARC_ENABLE) != 0;

    if (wanted && !queue->wanted)
        start_queue(card, number, true);
    else if (!wanted)
        stop_queue(card, number);
}

/* A bit that is reserved was set: it is lost, like one that must not change now. */
static uint32_t check_bits(struct sim_card *card, const struct sim_register *reg, uint32_t value,
                           uint32_t reserved)
{
    if ((value & reserved) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "%s at 0x%05x was set to 0x%08x; 0x%08x must be 0", reg->name, reg->offset,
                    value, value & reserved);
    return value & ~reserved;
}

static uint32_t check_change(struct sim_card *card, const struct sim_register *reg, uint32_t value,
                             uint32_t form)
{
    uint32_t old = sim_get(card, reg->offset);

    if (((old ^ value) & form) == 0 || (sim_get(card, E_RCTL) & E_RCTL_EN) == 0)
        return value;
    sim_violate(&card->base.violations, SIM_RULE_RECEIVE_FORM,
                "%s at 0x%05x was changed from 0x%08x to 0x%08x", reg->name, reg->offset, old,
                value);
    return (value & ~form) | (old & form);
}

void sim_e1000e_write_rctl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    value = check_bits(card, reg, value, E_RCTL_RESERVED);
    if ((value & E_RCTL_EN) != 0)
        value = check_change(card, reg, value, E_RCTL_FORM);
    sim_set(card, reg->offset, value);
    if ((value & E_RCTL_EN) != 0 && (old & E_RCTL_EN) == 0)
        start_receiver(card);
    for (uint32_t q = 0; q < E_QUEUES && (value & E_RCTL_EN) == 0; q++)
        stop_queue(card, q);
}

void sim_e1000e_write_rfctl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                            uint32_t value)
{
    (void)index;
    sim_set(card, reg->offset, check_change(card, reg, value, E_RFCTL_EXTEN));
}

void sim_e1000e_write_tctl(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    uint32_t old = sim_get(card, reg->offset);

    (void)index;
    sim_set(card, reg->offset, check_bits(card, reg, value, E_TCTL_RESERVED));
    if ((value & E_TCTL_EN) != 0 && (old & E_TCTL_EN) == 0) {
        check_prescribed(card, for_both, sizeof(for_both) / sizeof(for_both[0]), "transmission");
        check_prescribed(card, for_transmit, sizeof(for_transmit) / sizeof(for_transmit[0]),
                         "transmission");
    }
    for (uint32_t q = 0; q < E_QUEUES; q++)
        arbitrate(card, q);
}

void sim_e1000e_write_tarc(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                           uint32_t value)
{
    sim_set(card, reg->offset + index * reg->stride, value);
    arbitrate(card, index);
}

/* A ring may be filled before its unit starts, or after it has stopped; it must have room for
 * that. */
void sim_e1000e_tail_stopped(struct sim_card *card, uint32_t number, uint32_t value)
{
    struct sim_queue *queue = &card->queue[number];
    uint32_t size = sim_get(card, queue->regs + Q_LEN) / DESCRIPTOR_BYTES;
    char detail[64];

    if (value == 0 || value < size) {
        atomic_store(&queue->tail, value);
        return;
    }
    (void)snprintf(detail, sizeof(detail), ", ring of %u", size);
    sim_queue_violate(card, SIM_RULE_TAIL_RANGE, queue->regs + Q_TAIL, value, number, detail);
}
