/* SPDX-License-Identifier: MIT
 *
 * Registers and configuration space of the hostile virtio device, and what is watched there: each access
 * lies in a window that the device said to have; rings that are enabled lie in memory that is mapped;
 * and only a status that reads as 0 after 0 was written to it says that the device has stopped.
 */
#include "hostile_virtio.h"

#include <errno.h>

#include "oracle.h"

/* Places: registers of the modern window, of the legacy one, and configuration space. */
#define MODERN 0u
#define LEGACY 0x10000u
#define SPACE  0x20000u

#define COMMON_OFFERS  0u /* select; the offer itself is next, and so it is with ... */
#define COMMON_ACCEPTS 8u /* ... what the driver accepts */
#define COMMON_SIZE    24u
#define COMMON_ENABLE  28u
#define COMMON_DESC    32u
#define COMMON_DRIVER  40u
#define COMMON_DEVICE  48u
#define LEGACY_OFFERS  0u
#define LEGACY_ACCEPTS 4u
#define LEGACY_PFN     8u
#define LEGACY_SIZE    12u
#define MANY_PAIRS     0x7fffu /* more than there are, and as many as leave a number for control */
#define PCI_COMMAND    4u
#define VENDOR         9u /* capabilities */
#define CAP_BAR        4u
#define CAP_OFFSET     8u
#define CAP_LENGTH     12u
#define FIRST_CAP      0x40u

static struct hostile_virtio *virtio_of(struct hostile *card)
{
    return (struct hostile_virtio *)card;
}

static uint32_t bar_of(uint32_t place)
{
    return place >= LEGACY ? SOFT_LEGACY_BAR : SOFT_MODERN_BAR;
}

static uint32_t honest(struct hostile *base, uint32_t place, uint32_t width)
{
    struct hostile_virtio *card = virtio_of(base);
    uint32_t value = 0;

    if (place >= SPACE)
        (void)soft_config_read(&card->function, place - SPACE, width, &value);
    else if (place >= LEGACY)
        value = soft_read(&card->function, SOFT_LEGACY, place - LEGACY, width);
    else
        value = soft_read(&card->function, SOFT_MODERN, place, width);
    return value;
}

/* Where in the common window a place is; past its end when it is not in it. */
static uint32_t in_common(const struct hostile_virtio *card, uint32_t place)
{
    const struct virtio_window *common = &card->in_use.common;
    uint32_t offset = place % LEGACY;

    if (place >= SPACE || common->bar != bar_of(place) || offset < common->offset ||
        offset - common->offset >= common->length)
        return UINT32_MAX;
    return offset - common->offset;
}

static uint32_t told_32(const struct hostile_virtio *card, uint32_t at)
{
    return card->told[at] | (uint32_t)card->told[at + 1u] << 8 |
           (uint32_t)card->told[at + 2u] << 16 | (uint32_t)card->told[at + 3u] << 24;
}

/* The length of a capability was read, the last that is needed to know of a window. */
static void note_window(struct hostile_virtio *card, uint32_t at)
{
    struct virtio_window *window = &card->window[card->window_count % HOSTILE_VIRTIO_WINDOWS];

    window->bar = card->told[at + CAP_BAR];
    window->offset = told_32(card, at + CAP_OFFSET);
    window->length = told_32(card, at + CAP_LENGTH);
    card->window_count++;
}

static void answered(struct hostile *base, uint32_t place, uint32_t value)
{
    struct hostile_virtio *card = virtio_of(base);
    uint32_t offset = in_common(card, place);

    if (offset == virtio_status_offset(&card->in_use) && base->reset_asked && value == 0) {
        base->reset_asked = false;
        hostile_confirm(base);
    }
    if (card->in_use.legacy != 0 && offset == LEGACY_SIZE)
        card->legacy_size = value;
    if (card->in_use.legacy != 0 && offset == LEGACY_OFFERS)
        card->offered[0] = value;
    if (card->in_use.legacy == 0 && offset == COMMON_OFFERS + 4u)
        card->offered[card->common[COMMON_OFFERS] & 1u] = value;
}

static bool is_master(const struct hostile *base)
{
    return soft_dma_allowed(&((const struct hostile_virtio *)base)->function);
}

static const struct hostile_kind kind = {honest, answered, is_master,
                                         MODERN + VIRTIO_COMMON_STATUS};

static bool described(const struct hostile_virtio *card, uint32_t bar, uint32_t offset,
                      uint32_t width)
{
    uint32_t count =
        card->window_count < HOSTILE_VIRTIO_WINDOWS ? card->window_count : HOSTILE_VIRTIO_WINDOWS;

    for (uint32_t i = 0; i < count; i++) {
        const struct virtio_window *window = &card->window[i];

        if (window->bar == bar && offset >= window->offset &&
            (uint64_t)offset + width <= (uint64_t)window->offset + window->length)
            return true;
    }
    return bar == SOFT_LEGACY_BAR && card->base.transport.device == SOFT_DEVICE_LEGACY;
}

static void access_register(struct hostile_virtio *card, uint32_t place, uint32_t width)
{
    hostile_access(&card->base, place);
    if (!described(card, bar_of(place), place % LEGACY, width))
        fuzz_fail("the driver accesses %u bytes at 0x%x of BAR %u, which are in no window", width,
                  place % LEGACY, bar_of(place));
}

static uint64_t written_64(const struct hostile_virtio *card, uint32_t at)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < 8u; i++)
        value |= (uint64_t)card->common[at + i] << (8u * i);
    return value;
}

static void check_part(const struct hostile_virtio *card, const char *name, uint64_t iova,
                       uint64_t length)
{
    if (hostile_reach(&card->base, iova, length) == NULL)
        fuzz_fail("a queue is enabled whose %s, %llu bytes at 0x%llx, is not mapped", name,
                  (unsigned long long)length, (unsigned long long)iova);
}

/* A queue is turned on: its rings must lie in memory that is mapped. */
static void check_rings(const struct hostile_virtio *card)
{
    uint64_t size = card->common[COMMON_SIZE] + 256u * card->common[COMMON_SIZE + 1u];

    check_part(card, "descriptor ring", written_64(card, COMMON_DESC), 16u * size);
    check_part(card, "available ring", written_64(card, COMMON_DRIVER),
               card->packed ? 4u : 6u + 2u * size);
    check_part(card, "used ring", written_64(card, COMMON_DEVICE),
               card->packed ? 4u : 6u + 8u * size);
}

static void check_legacy_rings(const struct hostile_virtio *card, uint64_t page)
{
    uint64_t size = card->legacy_size;
    uint64_t used = (18u * size + 6u + SOFT_LEGACY_PAGE - 1u) / SOFT_LEGACY_PAGE * SOFT_LEGACY_PAGE;

    check_part(card, "memory", page * SOFT_LEGACY_PAGE, used + 6u + 8u * size);
}

/* After it was opened, a device may offer other features than before: what it does not is not accepted. */
static void check_features(const struct hostile_virtio *card, uint32_t offset, uint32_t value)
{
    bool legacy = card->in_use.legacy != 0;
    uint32_t half = legacy ? 0 : card->common[COMMON_ACCEPTS] & 1u;

    if (offset == (legacy ? LEGACY_ACCEPTS : COMMON_ACCEPTS + 4u) &&
        (value & ~card->offered[half]) != 0)
        fuzz_fail("the driver accepts 0x%x of the features 0x%x", value, card->offered[half]);
}

/* What the driver writes to the common window that it has chosen. */
static void note_write(struct hostile_virtio *card, uint32_t place, uint32_t width, uint32_t value)
{
    uint32_t offset = in_common(card, place);
    bool legacy = card->in_use.legacy != 0;

    if (offset == virtio_status_offset(&card->in_use)) {
        card->base.reset_asked = value == 0;
        card->base.active = card->base.active || (value & SOFT_DRIVER_OK) != 0;
    }
    if (offset < sizeof(card->common) && width <= sizeof(card->common) - offset)
        memcpy(card->common + offset, &value, width);
    check_features(card, offset, value);
    if (legacy && offset == LEGACY_PFN && value != 0)
        check_legacy_rings(card, value);
    if (!legacy && offset == COMMON_ENABLE && value != 0)
        check_rings(card);
    if (offset == (legacy ? LEGACY_PFN : COMMON_ENABLE) && value != 0)
        card->base.active = true;
}

static void write_place(struct hostile_virtio *card, enum soft_window window, uint32_t place,
                        uint32_t width, uint32_t value)
{
    access_register(card, place, width);
    note_write(card, place, width, value);
    if (!soft_notify(&card->function, window, place % LEGACY, width, value))
        soft_write(&card->function, window, place % LEGACY, width, value);
}

static uint32_t read_modern(void *context, uint32_t offset, uint32_t width)
{
    access_register(context, MODERN + offset, width);
    return hostile_answer(context, MODERN + offset, width);
}

static void write_modern(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    write_place(context, SOFT_MODERN, MODERN + offset, width, value);
}

static uint32_t read_legacy(void *context, uint32_t offset, uint32_t width)
{
    access_register(context, LEGACY + offset, width);
    return hostile_answer(context, LEGACY + offset, width);
}

static void write_legacy(void *context, uint32_t offset, uint32_t width, uint32_t value)
{
    write_place(context, SOFT_LEGACY, LEGACY + offset, width, value);
}

static const struct ir_regs_sim modern = {read_modern, write_modern};
static const struct ir_regs_sim legacy = {read_legacy, write_legacy};

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    struct hostile_virtio *card = virtio_of(hostile_of(transport));

    if (offset + width > SOFT_SPACE_BYTES)
        fuzz_fail("%u bytes at 0x%x of configuration space are read", width, offset);
    hostile_access(&card->base, SPACE + offset);
    *value = hostile_answer(&card->base, SPACE + offset, width);
    memcpy(card->told + offset, value, width);
    if (width == 4u && offset >= FIRST_CAP + CAP_LENGTH &&
        card->told[offset - CAP_LENGTH] == VENDOR)
        note_window(card, offset - CAP_LENGTH);
    return 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    if (offset != PCI_COMMAND || width != 2u)
        fuzz_fail("%u bytes at 0x%x of configuration space are written", width, offset);
    return soft_config_write(&virtio_of(hostile_of(transport))->function, offset, width, value);
}

static const struct ir_transport_ops ops = {
    .map = hostile_map,
    .unmap = hostile_unmap,
    .config_read = config_read,
    .config_write = config_write,
    .delay = hostile_delay,
    .close = hostile_close,
};

static uint8_t *memory_at(void *context, uint32_t *hint, uint64_t iova, uint64_t length)
{
    const struct hostile_virtio *card = context;

    (void)hint;
    return hostile_reach(&card->base, iova, length);
}

/* What the device is: modern, transitional or legacy; what it offers, and how large its queues are. */
static struct soft_options draw_options(struct input *input)
{
    static const uint16_t sizes[] = {256, 64, 128, 32, 2, 4096, 8192, 1};
    uint8_t shape = input_8(input);
    uint8_t offer = input_8(input);
    struct soft_options options = {
        .modern = (shape & 3u) != 3u,
        .legacy = (shape & 2u) != 0,
        .size = sizes[shape >> 2 & 7u],
        .queues = (offer & 1u) != 0 ? HOSTILE_VIRTIO_QUEUES : 3u,
        .features =
            SOFT_F_MAC | SOFT_F_STATUS | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR,
    };

    options.device = options.legacy ? SOFT_DEVICE_LEGACY : SOFT_DEVICE_MODERN;
    if (options.modern)
        options.features |= SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM;
    options.features |= (offer & 1u) != 0 ? SOFT_F_MQ : 0;
    options.features |= (offer & 2u) != 0 ? SOFT_F_MRG_RXBUF : 0;
    options.features |= (offer & 4u) != 0 ? SOFT_F_EVENT_IDX : 0;
    options.features |= options.modern && (offer & 8u) != 0 ? SOFT_F_RING_PACKED : 0;
    options.features |= options.modern && (offer & 16u) != 0 ? SOFT_F_IN_ORDER : 0;
    options.features |= options.legacy && (offer & 32u) != 0 ? SOFT_F_ANY_LAYOUT : 0;
    options.features |= (offer & 64u) != 0 ? SOFT_F_MTU : 0;
    return options;
}

/* A BAR may be smaller than its capabilities say, or not there. */
static void draw_size(struct hostile_virtio *card, struct ir_regs *bar)
{
    uint8_t draw = input_8(card->base.input);

    if (draw < 0xf0u || bar->size == 0)
        return;
    card->base.lied = true;
    bar->size = draw < 0xf8u ? bar->size >> (draw & 7u) : input_16(card->base.input) % bar->size;
}

void hostile_virtio_begin(struct hostile_virtio *card, struct input *input)
{
    struct ir_transport *transport = &card->base.transport;
    struct soft_options options = draw_options(input);
    uint8_t control = input_8(input);
    bool many = control >= 0x80u && control < 0xa0u;

    hostile_init(&card->base, &kind, input);
    transport->ops = &ops;
    card->memory = (struct soft_memory){memory_at, hostile_virtio_ops.breach, card};
    card->control.set_pairs = NULL;
    card->control.pairs_max = HOSTILE_VIRTIO_PAIRS;
    card->base.lied = many;
    card->control_size = control >= 0xf0u ? (uint16_t)(1u << (control & 3u)) : 0;
    soft_init(&card->function, &options, &hostile_virtio_ops, card);
    hostile_virtio_stop(card);
    soft_set_config(&card->function, SOFT_NET_PAIRS, 2, many ? MANY_PAIRS : options.queues / 2u);
    soft_set_config(&card->function, SOFT_NET_MTU, 2, 1500u);
    soft_set_config(&card->function, SOFT_NET_STATUS, 2, SOFT_NET_LINK_UP);
    soft_plug(&card->function, transport, &modern, &legacy, card);
    draw_size(card, &transport->bars[SOFT_MODERN_BAR]);
    draw_size(card, &transport->bars[SOFT_LEGACY_BAR]);
    memset(card->told, 0, sizeof(card->told));
    hostile_virtio_opened(card, NULL, false);
}

void hostile_virtio_opened(struct hostile_virtio *card, const struct virtio_windows *windows,
                           bool packed)
{
    memset(card->common, 0, sizeof(card->common));
    memset(&card->in_use, 0, sizeof(card->in_use));
    card->legacy_size = 0;
    memset(card->offered, 0, sizeof(card->offered));
    card->packed = packed;
    if (windows != NULL)
        card->in_use = *windows;
    else
        card->window_count = 0;
}
