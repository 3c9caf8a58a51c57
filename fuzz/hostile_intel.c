/* SPDX-License-Identifier: MIT
 *
 * What hostile cards of Intel's have in common: registers that keep what is written, a configuration
 * space, a reset, and the card's word that it stopped.
 */
#include "hostile_intel.h"

#include <errno.h>

#include "oracle.h"

#define BUS_MASTER 4u

/* What counts as the card's word that it has stopped: a reset that it came out of (CTRL.RST), or
 * that no access is pending once those were forbidden (STATUS bit 19 after CTRL bit 2). A register
 * that reads as ones says nothing. */
void hostile_intel_answered(struct hostile *base, uint32_t offset, uint32_t value)
{
    struct hostile_intel *card = hostile_intel_of(base);
    bool reset =
        offset == HOSTILE_INTEL_CTRL && base->reset_asked && (value & HOSTILE_INTEL_CTRL_RST) == 0;
    bool idle = offset == HOSTILE_INTEL_STATUS && card->idle_asked &&
                (value & HOSTILE_INTEL_STATUS_MASTER) == 0;

    if (!reset && !idle)
        return;
    if (reset) {
        base->reset_asked = false;
        card->idle_asked = false; /* CTRL has its initial value again */
    }
    hostile_confirm(base);
}

bool hostile_intel_is_master(const struct hostile *base)
{
    return (((const struct hostile_intel *)base)->config[4] & BUS_MASTER) != 0;
}

void hostile_intel_check_ring(const struct hostile_intel *card, uint32_t first)
{
    const uint32_t *word = &card->value[first / 4u];
    uint64_t iova = word[0] | (uint64_t)word[1] << 32;

    if (hostile_reach(&card->base, iova, word[2]) == NULL)
        fuzz_fail("the queue at 0x%x is enabled with a ring of %u bytes at 0x%llx, which is not "
                  "mapped",
                  first, word[2], (unsigned long long)iova);
}

static void access_register(struct hostile *card, uint32_t offset, uint32_t width)
{
    if (width != 4u)
        fuzz_fail("the driver accesses %u bytes at 0x%x", width, offset);
    hostile_access(card, offset);
}

static uint32_t read_register(void *context, uint32_t offset, uint32_t width)
{
    access_register(context, offset, width);
    return hostile_answer(context, offset, width);
}

/* That a reset masks interrupts is promised nowhere, so this card leaves them as they were. */
static void reset(struct hostile_intel *card)
{
    memset(card->value, 0, sizeof(card->value));
    card->value[card->kind->address / 4u] = 0x59820002u;
    card->value[card->kind->address / 4u + 1u] = 0x80000190u;
    card->base.reset_asked = true;
}

static void write_register(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    struct hostile_intel *card = context;

    access_register(&card->base, offset, width);
    if (offset == HOSTILE_INTEL_CTRL)
        card->idle_asked = (value & HOSTILE_INTEL_CTRL_MASTER) != 0;
    if (offset == HOSTILE_INTEL_CTRL && (value & HOSTILE_INTEL_CTRL_RST) != 0) {
        reset(card);
        return;
    }
    card->kind->written(card, offset, value);
    card->value[offset / 4u] = value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    const struct hostile_intel *card = hostile_intel_of(hostile_of(transport));

    *value = 0;
    if (offset + width > sizeof(card->config))
        return -EINVAL;
    memcpy(value, card->config + offset, width);
    return 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    struct hostile_intel *card = hostile_intel_of(hostile_of(transport));

    if (offset + width > sizeof(card->config))
        return -EINVAL;
    memcpy(card->config + offset, &value, width);
    return 0;
}

static const struct ir_transport_ops ops = {
    .map = hostile_map,
    .unmap = hostile_unmap,
    .config_read = config_read,
    .config_write = config_write,
    .delay = hostile_delay,
    .close = hostile_close,
};

void hostile_intel_begin(struct hostile_intel *card, const struct hostile_intel_kind *kind,
                         struct input *input)
{
    hostile_init(&card->base, &kind->card, input);
    memset(card->value, 0, sizeof(card->value));
    memset(card->config, 0, sizeof(card->config));
    card->kind = kind;
    card->idle_asked = false;
    card->base.transport.ops = &ops;
    card->base.transport.bars[0].kind = IR_REGS_SIM;
    card->base.transport.bars[0].size = HOSTILE_INTEL_WINDOW;
    card->base.transport.bars[0].sim = &registers;
    card->base.transport.bars[0].card = card;
    card->base.transport.vendor = 0x8086u;
    card->base.transport.device = kind->device;
}
