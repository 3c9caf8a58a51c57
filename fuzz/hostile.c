/* SPDX-License-Identifier: MIT
 *
 * The card of hostile.h. Beneath what the input makes of it there is an honest one, just good
 * enough for the driver to come up on, so that inputs can get deep with few bytes.
 */
#include "hostile.h"

#include <errno.h>

#include "oracle.h"

/* Registers with a mind of their own (82599 section 8.2.3). */
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

/* All that the driver may wait for in one call: two resets with 128 queues that do not stop, an
 * EEPROM and a DMA engine that do not get ready, and queues that do not start. */
#define CALL_US_MAX       12000000u
#define CALL_ACCESSES_MAX 2500000u

static struct hostile *card_of(struct ir_transport *transport)
{
    return (struct hostile *)transport;
}

static uint32_t honest(const struct hostile *card, uint32_t offset)
{
    uint32_t value = card->value[offset / 4u];

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

/* Answer the same from now on. */
static uint32_t stick(struct hostile *card, uint32_t offset, uint32_t value)
{
    uint32_t i = card->sticky_count % HOSTILE_STICKY;

    card->sticky[i].offset = offset;
    card->sticky[i].value = value;
    card->sticky_count = i + 1u;
    return value;
}

static uint32_t answer(struct hostile *card, uint32_t offset)
{
    uint32_t good = honest(card, offset);
    uint8_t kind = input_8(card->input);

    if (kind < 0x80u) {
        card->honest_reads = kind * 16u;
        return good;
    }
    switch (kind & 0xfu) {
    case 0:
        return IR_REG_GONE;
    case 1:
        return 0;
    case 2:
        return input_32(card->input);
    case 3:
    case 4:
        return good ^ 1u << (input_8(card->input) % 32u);
    case 5:
        return ~good;
    case 6:
        return stick(card, offset, good);
    case 7:
        return stick(card, offset, good ^ 1u << (input_8(card->input) % 32u));
    case 8:
        return stick(card, offset, IR_REG_GONE);
    case 9:
        return stick(card, offset, input_32(card->input));
    case 10: /* gone for good */
        (void)stick(card, STATUS, IR_REG_GONE);
        return IR_REG_GONE;
    case 11: /* repentance */
        card->sticky_count = 0;
        memset(card->sticky, 0xff, sizeof(card->sticky));
        return good;
    default:
        hostile_scribble(card);
        return good;
    }
}

static void count_access(struct hostile *card, uint32_t offset, uint32_t width)
{
    if (width != 4u)
        fuzz_fail("the driver accesses %u bytes at 0x%x", width, offset);
    if (card->closed)
        fuzz_fail("the driver accesses the register at 0x%x of a card that was closed", offset);
    if (card->accesses++ > CALL_ACCESSES_MAX)
        fuzz_fail("the driver has accessed registers %llu times in one call, last at 0x%x",
                  (unsigned long long)card->accesses, offset);
}

static uint32_t choose(struct hostile *card, uint32_t offset)
{
    for (uint32_t i = 0; i < HOSTILE_STICKY && card->sticky_count > 0; i++) {
        if (card->sticky[i].offset == offset)
            return card->sticky[i].value;
    }
    if (card->honest_reads > 0) {
        card->honest_reads--;
        return honest(card, offset);
    }
    return card->input->left > 0 ? answer(card, offset) : honest(card, offset);
}

/* What counts as the card's word that it has stopped: a reset that it came out of (CTRL.RST), or
 * that no access is pending once those were forbidden (STATUS bit 19 after CTRL bit 2). A register
 * that reads as ones says nothing. */
static void note_confirmation(struct hostile *card, uint32_t offset, uint32_t value)
{
    bool reset = offset == CTRL && card->reset_asked && (value & CTRL_RST) == 0;
    bool idle = offset == STATUS && card->idle_asked && (value & STATUS_GIO) == 0;

    if (!reset && !idle)
        return;
    if (reset) {
        card->reset_asked = false;
        card->idle_asked = false; /* CTRL has its initial value again */
    }
    card->active = false;
    card->confirmed = true;
}

static uint32_t read_register(void *context, uint32_t offset, uint32_t width)
{
    struct hostile *card = context;
    uint32_t value;

    count_access(card, offset, width);
    value = choose(card, offset);
    note_confirmation(card, offset, value);
    return value;
}

/* Whether `length` bytes at a device address are mapped for the card. */
static bool reachable(const struct hostile *card, uint64_t iova, uint64_t length)
{
    for (uint32_t i = 0; i < card->region_count; i++) {
        const struct ir_dma *region = &card->region[i];

        if (iova >= region->iova && length <= region->size &&
            iova - region->iova <= region->size - length)
            return true;
    }
    return false;
}

/* A queue is turned on: its ring must lie in memory that is mapped. */
static void check_ring(const struct hostile *card, uint32_t base)
{
    const uint32_t *word = &card->value[base / 4u];
    uint64_t iova = word[0] | (uint64_t)word[1] << 32;

    if (!reachable(card, iova, word[2]))
        fuzz_fail("the queue at 0x%x is enabled with a ring of %u bytes at 0x%llx, which is not "
                  "mapped",
                  base, word[2], (unsigned long long)iova);
    if (base >= 0x6000u) {
        uint64_t head = (word[14] & ~1u) | (uint64_t)word[15] << 32;

        if ((word[14] & 1u) != 0 && !reachable(card, head, 4u))
            fuzz_fail("the queue at 0x%x writes its head to 0x%llx, which is not mapped", base,
                      (unsigned long long)head);
    }
}

static void write_register(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    struct hostile *card = context;
    bool queue = (offset >= 0x1000u && offset < 0x2000u) || (offset >= 0x6000u && offset < 0x7000u);

    count_access(card, offset, width);
    if (offset == CTRL)
        card->idle_asked = (value & CTRL_GIO) != 0;
    if (offset == CTRL && (value & CTRL_RST) != 0) {
        memset(card->value, 0, sizeof(card->value));
        card->value[RAL / 4u] = 0x59820002u;
        card->value[RAH / 4u] = 0x80000190u;
        card->reset_asked = true;
        return;
    }
    if (queue && offset % 0x40u == 0x28u && (value & RXDCTL_ENABLE) != 0) {
        card->active = true;
        if ((card->value[offset / 4u] & RXDCTL_ENABLE) == 0)
            check_ring(card, offset - 0x28u);
    }
    card->value[offset / 4u] = value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    struct hostile *card = card_of(transport);

    if (card->region_count == HOSTILE_REGIONS)
        return -ENOMEM;
    card->region[card->region_count++] = *region;
    return 0;
}

static int unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    struct hostile *card = card_of(transport);

    for (uint32_t i = 0; i < card->region_count; i++) {
        if (card->region[i].iova == region->iova && card->region[i].size == region->size) {
            if (card->active)
                fuzz_fail("0x%llx, %llu bytes, is taken from a card that did not say it stopped",
                          (unsigned long long)region->iova, (unsigned long long)region->size);
            card->region[i] = card->region[--card->region_count];
            return 0;
        }
    }
    fuzz_fail("0x%llx, %llu bytes, is unmapped and was never mapped",
              (unsigned long long)region->iova, (unsigned long long)region->size);
}

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    const struct hostile *card = card_of(transport);

    *value = 0;
    if (offset + width > sizeof(card->config))
        return -EINVAL;
    memcpy(value, card->config + offset, width);
    return 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    struct hostile *card = card_of(transport);

    if (offset + width > sizeof(card->config))
        return -EINVAL;
    memcpy(card->config + offset, &value, width);
    return 0;
}

static void delay(struct ir_transport *transport, uint32_t microseconds)
{
    card_of(transport)->clock += microseconds;
}

static void close_card(struct ir_transport *transport)
{
    card_of(transport)->closed = true;
}

static const struct ir_transport_ops ops = {
    .map = map,
    .unmap = unmap,
    .config_read = config_read,
    .config_write = config_write,
    .delay = delay,
    .close = close_card,
};

void hostile_begin(struct hostile *card, struct input *input)
{
    memset(card, 0, sizeof(*card));
    memset(card->sticky, 0xff, sizeof(card->sticky)); /* offsets that do not exist */
    card->input = input;
    card->transport.ops = &ops;
    card->transport.bars[0].kind = IR_REGS_SIM;
    card->transport.bars[0].size = HOSTILE_WINDOW;
    card->transport.bars[0].sim = &registers;
    card->transport.bars[0].card = card;
    card->transport.vendor = 0x8086u;
    card->transport.device = 0x10fbu;
}

void hostile_call(struct hostile *card)
{
    card->accesses = 0;
    card->confirmed = false;
    card->clock_before = card->clock;
}

void hostile_returned(const struct hostile *card, const char *what, uint64_t extra_us)
{
    if (card->clock - card->clock_before > CALL_US_MAX + extra_us)
        fuzz_fail("%s let %llu microseconds pass", what,
                  (unsigned long long)(card->clock - card->clock_before));
}

bool hostile_is_master(const struct hostile *card)
{
    return (card->config[4] & BUS_MASTER) != 0;
}

void hostile_scribble(struct hostile *card)
{
    const struct ir_dma *region;
    uint32_t offset;
    uint32_t length;

    if (card->region_count == 0)
        return;
    region = &card->region[input_below(card->input, card->region_count)];
    offset = input_16(card->input) % (uint32_t)region->size;
    length = 1u + input_8(card->input) % 64u;
    if (length > region->size - offset)
        length = (uint32_t)(region->size - offset);
    input_copy(card->input, region->memory + offset, length);
}
