/* SPDX-License-Identifier: MIT
 *
 * The registers of the 82599 that have a mind of their own, and what counts as its word that it stopped.
 */
#include "hostile_ixgbe.h"

#include <errno.h>

#include "oracle.h"

/* 82599 section 8.2.3 */
#define CTRL       0x00000u
#define CTRL_GIO   (1u << 2)
#define CTRL_RST   (1u << 26)
#define STATUS     0x00008u
#define STATUS_GIO (1u << 19)
#define EICR       0x00800u
#define RDRXCTL    0x02f00u
#define DMAIDONE   (1u << 3)
#define LINKS      0x042a4u
#define LINKS_10G  0x70000000u
#define SECRXSTAT  0x08d04u
#define RAL        0x0a200u
#define RAH        0x0a204u
#define EEC        0x10010u
#define EEC_ARD    (1u << 9)
#define FWSM       0x10148u

#define RXDCTL_ENABLE (1u << 25)
#define BUS_MASTER    4u

static struct hostile_ixgbe *ixgbe_of(struct hostile *card)
{
    return (struct hostile_ixgbe *)card;
}

static uint32_t honest(struct hostile *base, uint32_t offset, uint32_t width)
{
    const struct hostile_ixgbe *card = ixgbe_of(base);
    uint32_t value = card->value[offset / 4u];

    (void)width;
    switch (offset) {
    case CTRL:
        return value & ~CTRL_RST;
    case STATUS:
        return (card->value[CTRL / 4u] & CTRL_GIO) != 0 ? 0 : STATUS_GIO;
    case EICR:
    case FWSM:
        return 0;
    case RDRXCTL:
        return value | DMAIDONE;
    case LINKS:
        return LINKS_10G;
    case SECRXSTAT:
        return 1u;
    case EEC:
        return EEC_ARD;
    default:
        return value;
    }
}

/* What counts as the card's word that it has stopped: a reset that it came out of (CTRL.RST), or
 * that no access is pending once those were forbidden (STATUS bit 19 after CTRL bit 2). A register
 * that reads as ones says nothing. */
static void answered(struct hostile *base, uint32_t offset, uint32_t value)
{
    struct hostile_ixgbe *card = ixgbe_of(base);
    bool reset = offset == CTRL && base->reset_asked && (value & CTRL_RST) == 0;
    bool idle = offset == STATUS && card->idle_asked && (value & STATUS_GIO) == 0;

    if (!reset && !idle)
        return;
    if (reset) {
        base->reset_asked = false;
        card->idle_asked = false; /* CTRL has its initial value again */
    }
    hostile_confirm(base);
}

static bool is_master(const struct hostile *base)
{
    return (((const struct hostile_ixgbe *)base)->config[4] & BUS_MASTER) != 0;
}

static const struct hostile_kind kind = {honest, answered, is_master, STATUS};

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

/* A queue is turned on: its ring must lie in memory that is mapped. */
static void check_ring(const struct hostile_ixgbe *card, uint32_t base)
{
    const uint32_t *word = &card->value[base / 4u];
    uint64_t iova = word[0] | (uint64_t)word[1] << 32;

    if (hostile_reach(&card->base, iova, word[2]) == NULL)
        fuzz_fail("the queue at 0x%x is enabled with a ring of %u bytes at 0x%llx, which is not "
                  "mapped",
                  base, word[2], (unsigned long long)iova);
    if (base >= 0x6000u) {
        uint64_t head = (word[14] & ~1u) | (uint64_t)word[15] << 32;

        if ((word[14] & 1u) != 0 && hostile_reach(&card->base, head, 4u) == NULL)
            fuzz_fail("the queue at 0x%x writes its head to 0x%llx, which is not mapped", base,
                      (unsigned long long)head);
    }
}

static void write_register(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    struct hostile_ixgbe *card = context;
    bool queue = (offset >= 0x1000u && offset < 0x2000u) || (offset >= 0x6000u && offset < 0x7000u);

    access_register(&card->base, offset, width);
    if (offset == CTRL)
        card->idle_asked = (value & CTRL_GIO) != 0;
    if (offset == CTRL && (value & CTRL_RST) != 0) {
        memset(card->value, 0, sizeof(card->value));
        card->value[RAL / 4u] = 0x59820002u;
        card->value[RAH / 4u] = 0x80000190u;
        card->base.reset_asked = true;
        return;
    }
    if (queue && offset % 0x40u == 0x28u && (value & RXDCTL_ENABLE) != 0) {
        card->base.active = true;
        if ((card->value[offset / 4u] & RXDCTL_ENABLE) == 0)
            check_ring(card, offset - 0x28u);
    }
    card->value[offset / 4u] = value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    const struct hostile_ixgbe *card = ixgbe_of(hostile_of(transport));

    *value = 0;
    if (offset + width > sizeof(card->config))
        return -EINVAL;
    memcpy(value, card->config + offset, width);
    return 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    struct hostile_ixgbe *card = ixgbe_of(hostile_of(transport));

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

void hostile_ixgbe_begin(struct hostile_ixgbe *card, struct input *input)
{
    hostile_init(&card->base, &kind, input);
    memset(card->value, 0, sizeof(card->value));
    memset(card->config, 0, sizeof(card->config));
    card->idle_asked = false;
    card->base.transport.ops = &ops;
    card->base.transport.bars[0].kind = IR_REGS_SIM;
    card->base.transport.bars[0].size = HOSTILE_IXGBE_WINDOW;
    card->base.transport.bars[0].sim = &registers;
    card->base.transport.bars[0].card = card;
    card->base.transport.vendor = 0x8086u;
    card->base.transport.device = 0x10fbu;
}
