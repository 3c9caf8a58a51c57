/* SPDX-License-Identifier: MIT
 *
 * The simulated virtio-net card: its beginning and end, its registers, and what becomes of it when
 * the driver resets or starts it.
 */
#include "sim/virtio/card.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/options.h"
#include "sim/virtio/hostile.h"

#define FULL_DUPLEX 1u

static struct sim_virtio *card_of(struct sim_device *device)
{
    return (struct sim_virtio *)device;
}

uint64_t sim_virtio_due(struct sim_virtio *card, enum sim_virtio_field field)
{
    uint64_t late = card->options.late[field];

    if (card->hostile != NULL && sim_virtio_lie(card, SIM_VIRTIO_LIE_FIELD))
        return sim_now(&card->base) + SIM_VIRTIO_LATE_US;
    return late == SIM_NEVER ? SIM_NEVER : sim_now(&card->base) + late;
}

/* --- Registers --- */

/* Let happen what is due. */
static void settle(struct sim_virtio *card)
{
    uint64_t now = sim_now(&card->base);
    bool up = now >= card->link_at;

    if (now >= card->reset_at) {
        card->reset_at = SIM_NEVER;
        soft_reset_done(&card->function);
    }
    if (up != ((card->function.config[SOFT_NET_STATUS] & SOFT_NET_LINK_UP) != 0))
        soft_set_config(&card->function, SOFT_NET_STATUS, 2, up ? SOFT_NET_LINK_UP : 0);
}

static uint32_t read_register(struct sim_virtio *card, enum soft_window window, uint32_t offset,
                              uint32_t width)
{
    uint32_t value;

    sim_lock(&card->base);
    settle(card);
    if (card->hostile != NULL && sim_virtio_gone(card, false)) {
        value = IR_REG_GONE >> (32u - 8u * width);
    } else {
        value = soft_read(&card->function, window, offset, width);
        if (card->hostile != NULL)
            value = sim_virtio_answer(card, soft_find(window, offset), width, value);
    }
    sim_unlock(&card->base);
    return value;
}

static void write_register(struct sim_virtio *card, enum soft_window window, uint32_t offset,
                           uint32_t width, uint32_t value)
{
    if (card->hostile == NULL && soft_notify(&card->function, window, offset, width, value))
        return;
    sim_lock(&card->base);
    settle(card);
    if (card->hostile == NULL || !sim_virtio_gone(card, true)) {
        soft_write(&card->function, window, offset, width, value);
        if (soft_find(window, offset) == SOFT_R_CONFIG &&
            (card->control.features & SOFT_F_CTRL_MAC_ADDR) == 0)
            memcpy(card->control.mac, card->function.config + SOFT_NET_MAC, IR_MAC_LENGTH);
    }
    sim_unlock(&card->base);
}

static uint32_t read_modern(void *context, uint32_t offset, uint32_t width)
{
    return read_register(context, SOFT_MODERN, offset, width);
}

static void write_modern(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    write_register(context, SOFT_MODERN, offset, width, value);
}

static uint32_t read_legacy(void *context, uint32_t offset, uint32_t width)
{
    return read_register(context, SOFT_LEGACY, offset, width);
}

static void write_legacy(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    write_register(context, SOFT_LEGACY, offset, width, value);
}

static const struct ir_regs_sim modern_access = {read_modern, write_modern};
static const struct ir_regs_sim legacy_access = {read_legacy, write_legacy};

static int config_read(struct sim_device *device, uint32_t offset, uint32_t width, uint32_t *value)
{
    struct sim_virtio *card = card_of(device);
    int result;

    settle(card);
    result = soft_config_read(&card->function, offset, width, value);
    if (result == 0 && card->hostile != NULL)
        *value = sim_virtio_space(card, offset, width, *value);
    return result;
}

static int config_write(struct sim_device *device, uint32_t offset, uint32_t width, uint32_t value)
{
    struct sim_virtio *card = card_of(device);

    settle(card);
    return soft_config_write(&card->function, offset, width, value);
}

/* --- What the driver does to the device; called with the lock, but for `notified` --- */

static void stop(struct sim_virtio *card)
{
    for (uint32_t i = 0; i < card->queues; i++) {
        soft_ring_stop(&card->ring[i]);
        atomic_store(&card->queue[i].kicked, false);
        card->queue[i].awake = false;
    }
    for (uint32_t i = 0; card->stash != NULL && i < card->pairs; i++)
        card->stash[i].count = 0;
    card->control_at = SIM_NEVER;
    card->control.features = 0;
    soft_control_reset(&card->control, card->mac);
    memcpy(card->function.config + SOFT_NET_MAC, card->mac, IR_MAC_LENGTH);
}

static bool on_reset(void *context)
{
    struct sim_virtio *card = context;

    stop(card);
    if (card->hostile != NULL)
        sim_virtio_hostile_reset(card);
    /* The status keeps its value meanwhile: with 0 there would be nothing to wait for. */
    if (atomic_load(&card->function.status) == 0)
        return true;
    card->reset_at = sim_virtio_due(card, SIM_VIRTIO_RESET);
    return false;
}

/* A device behind an IOMMU cannot work with a driver that does not know of it. */
static bool on_features(void *context, uint64_t features)
{
    const struct sim_virtio *card = context;

    return !card->options.platform || (features & SOFT_F_ACCESS_PLATFORM) != 0;
}

static void on_queue(void *context, uint16_t queue, bool enabled)
{
    struct sim_virtio *card = context;

    if (!enabled)
        soft_ring_stop(&card->ring[queue]);
}

static void on_started(void *context)
{
    struct sim_virtio *card = context;

    card->control.features = soft_features(&card->function);
    soft_control_reset(&card->control, card->function.config + SOFT_NET_MAC);
    for (uint16_t i = 0; i < card->queues; i++) {
        if (!atomic_load(&card->function.queue[i].enabled))
            continue;
        soft_ring_start(&card->ring[i], &card->function, i, &card->memory);
        card->queue[i].awake = card->options.poll;
        if (card->options.poll)
            soft_ring_hush(&card->ring[i]);
    }
}

static void on_notified(void *context, uint16_t queue)
{
    struct sim_virtio *card = context;

    atomic_store(&card->queue[queue].kicked, true);
}

static void on_breach(void *context, enum soft_rule rule, const char *where)
{
    struct sim_virtio *card = context;

    sim_violate(&card->base.violations, rule, "%s", where);
}

static void on_interrupt(void *context, uint16_t vector)
{
    struct sim_virtio *card = context;

    if (card->hostile == NULL || !sim_virtio_lie(card, SIM_VIRTIO_LIE_IRQ_LOST))
        sim_device_interrupt(&card->base, vector);
}

static const struct soft_ops device_ops = {
    .reset = on_reset,
    .features = on_features,
    .queue = on_queue,
    .started = on_started,
    .notified = on_notified,
    .interrupt = on_interrupt,
    .breach = on_breach,
};

static uint8_t *memory_at(void *context, uint32_t *hint, uint64_t iova, uint64_t length)
{
    struct sim_virtio *card = context;

    return soft_iommu_at(&card->base.iommu, hint, iova, length);
}

/* --- The card --- */

static const char *rule_text(uint32_t rule)
{
    return soft_rule_text((enum soft_rule)rule);
}

/* What comes of a lie about descriptors is no excuse, nor is it one for them. */
static bool follows_from_registers(uint32_t rule)
{
    return rule < SOFT_RULE_RING_INDEX || rule == SOFT_RULE_NET_TX_FRAME ||
           rule == SOFT_RULE_NET_PAIR || rule == SOFT_RULE_CONTROL_UNKNOWN ||
           rule == SOFT_RULE_CONTROL_VALUE;
}

static const struct sim_rulebook rules = {rule_text, follows_from_registers};

static uint32_t card_round(struct sim_device *device, uint32_t limit)
{
    settle(card_of(device));
    return sim_virtio_round(card_of(device), limit);
}

static void card_waited(struct sim_device *device)
{
    settle(card_of(device));
    sim_virtio_wait(card_of(device));
}

static bool card_idle(struct sim_device *device)
{
    return card_of(device)->arrival.data == NULL;
}

static void card_unmask(struct sim_device *device)
{
    soft_unmask(&card_of(device)->function);
}

static void card_destroy(struct sim_device *device)
{
    struct sim_virtio *card = card_of(device);

    sim_device_release(device);
    free(card->ring);
    free(card->queue);
    free(card->stash);
    free(card->hostile);
    free(card);
}

static const struct sim_model card_model = {
    .config_read = config_read,
    .config_write = config_write,
    .round = card_round,
    .waited = card_waited,
    .unmask = card_unmask,
    .idle = card_idle,
    .destroy = card_destroy,
};

static uint64_t offered(const struct sim_virtio_options *options)
{
    uint64_t features = SOFT_F_MAC | SOFT_F_STATUS;

    if (options->modern)
        features |= SOFT_F_VERSION_1;
    if (options->modern && options->platform)
        features |= SOFT_F_ACCESS_PLATFORM;
    if (options->modern && options->packed)
        features |= SOFT_F_RING_PACKED;
    if (options->modern && options->in_order)
        features |= SOFT_F_IN_ORDER;
    if (options->modern && options->speed != 0)
        features |= SOFT_F_SPEED_DUPLEX;
    if (options->legacy && options->any_layout)
        features |= SOFT_F_ANY_LAYOUT;
    if (options->event_idx)
        features |= SOFT_F_EVENT_IDX;
    if (options->mrg_rxbuf)
        features |= SOFT_F_MRG_RXBUF;
    if (options->mtu != 0)
        features |= SOFT_F_MTU;
    if (options->control)
        features |= SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR;
    if (options->control && options->pairs > 1u)
        features |= SOFT_F_MQ;
    return features;
}

static void fill_function(struct sim_virtio *card)
{
    const struct sim_virtio_options *options = &card->options;
    uint16_t device = options->legacy ? SOFT_DEVICE_LEGACY : SOFT_DEVICE_MODERN;
    struct soft_options soft = {
        .modern = options->modern,
        .legacy = options->legacy,
        .device = options->device == 0 ? device : options->device,
        .queues = card->queues,
        .size = options->queue_size,
        .vectors = (uint16_t)card->base.transport.vectors,
        .features = offered(options),
    };

    soft_init(&card->function, &soft, &device_ops, card);
    memcpy(card->function.config + SOFT_NET_MAC, card->mac, IR_MAC_LENGTH);
    soft_set_config(&card->function, SOFT_NET_PAIRS, 2, options->pairs);
    soft_set_config(&card->function, SOFT_NET_MTU, 2, options->mtu);
    soft_set_config(&card->function, SOFT_NET_SPEED, 4, options->speed);
    soft_set_config(&card->function, SOFT_NET_DUPLEX, 1, FULL_DUPLEX);
}

/* What a card needs for its queues. Errors: -ENOMEM. */
static int make_queues(struct sim_virtio *card)
{
    card->pairs = card->options.pairs;
    card->queues = (uint16_t)(2u * card->pairs + (card->options.control ? 1u : 0u));
    card->ring = calloc(card->queues, sizeof(*card->ring));
    card->queue = calloc(card->queues, sizeof(*card->queue));
    if (card->options.shuffle)
        card->stash = calloc(card->pairs, sizeof(*card->stash));
    if (card->ring == NULL || card->queue == NULL || (card->options.shuffle && card->stash == NULL))
        return -ENOMEM;
    return 0;
}

int sim_virtio_create(const struct sim_arguments *arguments, struct sim_wire *source,
                      struct sim_wire *sink, struct sim_device **device)
{
    struct sim_virtio *card = calloc(1, sizeof(*card));

    *device = NULL;
    if (card == NULL)
        goto fail;
    if (sim_device_init(&card->base, &card_model, &rules, arguments->threaded, source, sink) != 0)
        goto free_card;
    card->options = arguments->virtio;
    memcpy(card->mac, arguments->mac, IR_MAC_LENGTH);
    card->base.transport.vectors = arguments->vectors;
    if (!card->options.modern && arguments->vectors > 1u)
        card->base.transport.vectors = 1;
    card->memory = (struct soft_memory){memory_at, on_breach, card};
    card->control.pairs_max = card->options.pairs;
    card->reset_at = SIM_NEVER;
    if (make_queues(card) != 0 || sim_virtio_hostile_create(card) != 0) {
        card_destroy(&card->base);
        return -ENOMEM;
    }
    fill_function(card);
    stop(card);
    card->link_at = sim_virtio_due(card, SIM_VIRTIO_LINK);
    soft_plug(&card->function, &card->base.transport, &modern_access, &legacy_access, card);
    *device = &card->base;
    return 0;

free_card:
    free(card);
fail:
    sim_wires_close(source, sink);
    return -ENOMEM;
}
