/* SPDX-License-Identifier: MIT
 *
 * The simulated card as its model: register accesses, configuration space, and its beginning and
 * end. What an access does is looked up in the map of its part.
 */
#include "sim/card.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/options.h"

#define CONFIG_COMMAND        0x04u
#define CONFIG_COMMAND_BITS   0x0547u /* those that can be written */
#define CONFIG_COMMAND_MEMORY 0x0002u
#define CONFIG_CACHE_LINE     0x0cu
#define CONFIG_INTERRUPT_LINE 0x3cu

const char *const sim_field_names[SIM_FIELD_COUNT] = {
#define SIM_FIELD_NAME(id, name, late) [id] = (name),
    SIM_FIELDS(SIM_FIELD_NAME)
#undef SIM_FIELD_NAME
};

const uint64_t sim_field_delays[SIM_FIELD_COUNT] = {
#define SIM_FIELD_DELAY(id, name, late) [id] = (late),
    SIM_FIELDS(SIM_FIELD_DELAY)
#undef SIM_FIELD_DELAY
};

uint64_t sim_due(struct sim_card *card, enum sim_field field)
{
    uint64_t late = card->options.late[field];

    if (card->hostile != NULL && sim_hostile_lies(card, SIM_HOSTILE_FIELD))
        return sim_now(&card->base) + SIM_HOSTILE_LATE_US;
    return late == SIM_NEVER ? SIM_NEVER : sim_now(&card->base) + late;
}

static void settle(struct sim_card *card)
{
    if (card->part->settle != NULL)
        card->part->settle(card);
}

static uint32_t read_register(void *context, uint32_t offset, uint32_t width)
{
    struct sim_card *card = context;
    const struct sim_word *word = &card->map[offset / 4u % SIM_WORDS];
    uint32_t value = 0;

    if (width != 4u || offset % 4u != 0) {
        char name[SIM_NAME_LENGTH];

        sim_register_name(card->part, offset / 4u * 4u % SIM_WINDOW, name);
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_WIDTH,
                    "%s at 0x%05x was read as %u bytes", name, offset, width);
        return IR_REG_GONE;
    }
    sim_lock(&card->base);
    settle(card);
    if ((card->config[CONFIG_COMMAND] & CONFIG_COMMAND_MEMORY) == 0 ||
        (card->hostile != NULL && sim_hostile_gone(card, false))) {
        value = IR_REG_GONE; /* nobody answers */
    } else if (word->reg != 0) {
        const struct sim_register *reg = &card->part->registers[word->reg - 1u];
        uint32_t index = (word->canonical * 4u - reg->offset) / reg->stride;

        value = reg->read != NULL ? reg->read(card, reg, index) : card->value[word->canonical];
        if (card->hostile != NULL)
            value = sim_hostile_answer(card, reg, value);
    }
    sim_unlock(&card->base);
    return value;
}

/* A write that may not be: false, and a violation. */
static bool write_allowed(struct sim_card *card, const struct sim_word *word, uint32_t offset,
                          uint32_t width, uint32_t value)
{
    enum sim_rule rule;
    char name[SIM_NAME_LENGTH];

    if (width != 4u || offset % 4u != 0)
        rule = SIM_RULE_REGISTER_WIDTH;
    else if (word->reg == 0)
        rule = SIM_RULE_REGISTER_UNKNOWN;
    else if ((card->part->registers[word->reg - 1u].flags & SIM_REG_READ_ONLY) != 0)
        rule = SIM_RULE_REGISTER_READ_ONLY;
    else if (sim_resetting(card))
        rule = SIM_RULE_RESET_PENDING;
    else
        return true;
    sim_register_name(card->part, offset / 4u * 4u % SIM_WINDOW, name);
    sim_violate(&card->base.violations, rule, "%s at 0x%05x was written, %u bytes, 0x%08x", name,
                offset, width, value);
    return false;
}

static void write_register(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    struct sim_card *card = context;
    const struct sim_word *word = &card->map[offset / 4u % SIM_WORDS];

    if (word->tail != 0 && width == 4u && offset % 4u == 0) {
        sim_tail_write(card, word->tail - 1u, value);
        return;
    }
    sim_lock(&card->base);
    settle(card);
    if ((card->config[CONFIG_COMMAND] & CONFIG_COMMAND_MEMORY) != 0 &&
        (card->hostile == NULL || !sim_hostile_gone(card, true)) &&
        write_allowed(card, word, offset, width, value)) {
        const struct sim_register *reg = &card->part->registers[word->reg - 1u];
        uint32_t index = (word->canonical * 4u - reg->offset) / reg->stride;
        uint32_t old = card->value[word->canonical];

        value = (old & reg->fixed) | (value & ~reg->fixed);
        if (reg->write != NULL)
            reg->write(card, reg, index, value);
        else
            card->value[word->canonical] = value;
    }
    sim_unlock(&card->base);
}

static const struct ir_regs_sim register_access = {read_register, write_register};

static struct sim_card *card_of(struct sim_device *device)
{
    return (struct sim_card *)device;
}

static bool config_legal(const struct sim_card *card, uint32_t offset, uint32_t width)
{
    return (width == 1u || width == 2u || width == 4u) && offset % width == 0 &&
           offset <= sizeof(card->config) - width;
}

static int card_config_read(struct sim_device *device, uint32_t offset, uint32_t width,
                            uint32_t *value)
{
    struct sim_card *card = card_of(device);

    if (!config_legal(card, offset, width))
        return -EINVAL;
    *value = 0;
    for (uint32_t i = 0; i < width; i++)
        *value |= (uint32_t)card->config[offset + i] << (8u * i);
    return 0;
}

/* Bits of the byte at `offset` of configuration space that can be written. */
static uint8_t config_writable(uint32_t offset)
{
    switch (offset) {
    case CONFIG_COMMAND:
        return CONFIG_COMMAND_BITS & 0xffu;
    case CONFIG_COMMAND + 1u:
        return CONFIG_COMMAND_BITS >> 8;
    case CONFIG_CACHE_LINE:
    case CONFIG_INTERRUPT_LINE:
        return 0xffu;
    default:
        return 0;
    }
}

static int card_config_write(struct sim_device *device, uint32_t offset, uint32_t width,
                             uint32_t value)
{
    struct sim_card *card = card_of(device);

    if (!config_legal(card, offset, width))
        return -EINVAL;
    for (uint32_t i = 0; i < width; i++) {
        uint8_t mask = config_writable(offset + i);
        uint8_t byte = (uint8_t)(value >> (8u * i) & 0xffu);

        card->config[offset + i] =
            (uint8_t)((card->config[offset + i] & (uint8_t)~mask) | (byte & mask));
    }
    return 0;
}

static uint32_t card_round(struct sim_device *device, uint32_t limit)
{
    struct sim_card *card = card_of(device);
    uint32_t moved;

    settle(card);
    moved = sim_transmit(card, limit);
    moved += sim_receive(card, limit);
    if (card->hostile != NULL)
        sim_hostile_round(card);
    card->part->deliver(card);
    return moved;
}

static void card_waited(struct sim_device *device)
{
    struct sim_card *card = card_of(device);

    card->part->deliver(card);
}

static bool card_idle(struct sim_device *device)
{
    struct sim_card *card = card_of(device);
    uint32_t length;

    if (card->arrival.data != NULL || sim_fifo_peek(&card->loopback, &length) != NULL)
        return false;
    return card->hostile == NULL || !card->hostile->held.on;
}

static void card_destroy(struct sim_device *device)
{
    struct sim_card *card = card_of(device);

    sim_device_release(device);
    sim_fifo_release(&card->loopback);
    free(card->hostile);
    free(card);
}

static const struct sim_model card_model = {
    .config_read = card_config_read,
    .config_write = card_config_write,
    .round = card_round,
    .waited = card_waited,
    .idle = card_idle,
    .destroy = card_destroy,
};

static void fill_config(struct sim_card *card)
{
    uint8_t *config = card->config;

    config[0x00] = 0x86u;
    config[0x01] = 0x80u;
    config[0x02] = (uint8_t)(card->options.device & 0xffu);
    config[0x03] = (uint8_t)(card->options.device >> 8);
    config[CONFIG_COMMAND] = CONFIG_COMMAND_MEMORY;
    config[0x08] = 0x01u; /* revision */
    config[0x0b] = 0x02u; /* class: network, Ethernet */
    config[0x10] = card->part->bar;
    memcpy(config + 0x2cu, config, 4u); /* subsystem */
}

/* The register window as the transport has it, and where its queues' registers are. */
static void fill_window(struct sim_card *card)
{
    struct ir_regs *window = &card->base.transport.bars[0];

    window->kind = IR_REGS_SIM;
    window->size = SIM_WINDOW;
    window->sim = &register_access;
    window->card = card;
    card->map = card->part->map();
    for (uint32_t q = 0; q < card->part->queues; q++) {
        card->queue[q].regs = card->part->queue_base(q);
        card->queue[SIM_TX + q].regs = card->part->queue_base(SIM_TX + q);
    }
}

int sim_card_create(const struct sim_arguments *arguments, struct sim_wire *source,
                    struct sim_wire *sink, struct sim_device **device)
{
    const struct sim_part *part = arguments->kind->part;
    struct sim_card *new = calloc(1, sizeof(*new));

    *device = NULL;
    if (new == NULL)
        goto fail;
    if (sim_fifo_init(&new->loopback) != 0)
        goto free_card;
    if (sim_device_init(&new->base, &card_model, &sim_rules, arguments->threaded, source, sink) !=
        0)
        goto free_loopback;
    new->part = part;
    new->options = arguments->card;
    memcpy(new->options.mac, arguments->mac, IR_MAC_LENGTH);
    fill_window(new);
    new->base.transport.vendor = 0x8086u;
    new->base.transport.device = new->options.device;
    new->base.transport.vectors =
        arguments->vectors < part->vectors ? arguments->vectors : part->vectors;
    if (sim_hostile_create(new) != 0) {
        card_destroy(&new->base);
        return -ENOMEM;
    }
    fill_config(new);
    sim_power_on(new);
    *device = &new->base;
    return 0;

free_loopback:
    sim_fifo_release(&new->loopback);
free_card:
    free(new);
fail:
    sim_wires_close(source, sink);
    return -ENOMEM;
}
