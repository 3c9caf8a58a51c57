/* SPDX-License-Identifier: MIT
 *
 * The keys of a device string that only a virtio card has:
 *
 *   transport=modern|legacy|transitional    which registers there are
 *   packed=, in_order=, event_idx=, mrg_rxbuf=, control=, platform=, any_layout=   on or off: the
 *                    features that are offered
 *   pairs=, queue_size=, mtu=, speed=       what the configuration says
 *   shuffle=on       use buffers out of order                 poll=on  never ask for notifications
 *   device=          PCI device id
 *   late=FIELD:MICROSECONDS, never=FIELD    when fields that drivers wait for change
 *   hostile=SEED, hostile=NAME[:TIMES[:AFTER]]   lie, as drawn or in one way
 * The last three can be given several times.
 */
#include <string.h>

#include "sim/options.h"
#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"
#include "softdev/values.h"

#define MTU_MIN   68u
#define MTU_MAX   16270u /* a frame then has SIM_FRAME_MAX bytes, with a VLAN tag */
#define SPEED_MAX 0x7fffffffu

static const char *const field_names[SIM_VIRTIO_FIELD_COUNT] = {
#define SIM_VIRTIO_FIELD_NAME(id, name, late) [id] = (name),
    SIM_VIRTIO_FIELDS(SIM_VIRTIO_FIELD_NAME)
#undef SIM_VIRTIO_FIELD_NAME
};

static const uint64_t field_delays[SIM_VIRTIO_FIELD_COUNT] = {
#define SIM_VIRTIO_FIELD_DELAY(id, name, late) [id] = (late),
    SIM_VIRTIO_FIELDS(SIM_VIRTIO_FIELD_DELAY)
#undef SIM_VIRTIO_FIELD_DELAY
};

static bool take_packed(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.packed);
}

static bool take_in_order(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.in_order);
}

static bool take_event_idx(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.event_idx);
}

static bool take_mrg_rxbuf(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.mrg_rxbuf);
}

static bool take_control(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.control);
}

static bool take_platform(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.platform);
}

static bool take_any_layout(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.any_layout);
}

static bool take_shuffle(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.shuffle);
}

static bool take_poll(struct sim_arguments *arguments, const char *value)
{
    return soft_take_switch(value, &arguments->virtio.poll);
}

static bool take_transport(struct sim_arguments *arguments, const char *value)
{
    bool both = strcmp(value, "transitional") == 0;

    arguments->virtio.modern = both || strcmp(value, "modern") == 0;
    arguments->virtio.legacy = both || strcmp(value, "legacy") == 0;
    return arguments->virtio.modern || arguments->virtio.legacy;
}

static bool take_pairs(struct sim_arguments *arguments, const char *value)
{
    uint64_t pairs;

    if (!soft_take_number(value, 1, SOFT_PAIRS_MAX, &pairs))
        return false;
    arguments->virtio.pairs = (uint16_t)pairs;
    return true;
}

static bool take_queue_size(struct sim_arguments *arguments, const char *value)
{
    uint64_t size;

    if (!soft_take_number(value, 1, SOFT_RING_MAX, &size) || (size & (size - 1u)) != 0)
        return false;
    arguments->virtio.queue_size = (uint16_t)size;
    return true;
}

static bool take_mtu(struct sim_arguments *arguments, const char *value)
{
    uint64_t mtu;

    if (!soft_take_number(value, MTU_MIN, MTU_MAX, &mtu))
        return false;
    arguments->virtio.mtu = (uint16_t)mtu;
    return true;
}

static bool take_speed(struct sim_arguments *arguments, const char *value)
{
    uint64_t speed;

    if (!soft_take_number(value, 1, SPEED_MAX, &speed))
        return false;
    arguments->virtio.speed = (uint32_t)speed;
    return true;
}

static bool take_device(struct sim_arguments *arguments, const char *value)
{
    return sim_take_id(value, &arguments->virtio.device);
}

static bool take_late(struct sim_arguments *arguments, const char *value)
{
    return sim_take_late(value, field_names, SIM_VIRTIO_FIELD_COUNT, arguments->virtio.late);
}

static bool take_never(struct sim_arguments *arguments, const char *value)
{
    return sim_take_never(value, field_names, SIM_VIRTIO_FIELD_COUNT, arguments->virtio.late);
}

static bool take_hostile(struct sim_arguments *arguments, const char *value)
{
    return sim_wishes_take(&arguments->virtio.hostile, &sim_virtio_lies, value);
}

#define FIELD_NAME(id, name, late) " " name
#define FIELDS                     SIM_VIRTIO_FIELDS(FIELD_NAME)

static const struct sim_key keys[] = {
    {"transport", take_transport, "modern, legacy or transitional", NULL, false},
    {"packed", take_packed, "on or off", NULL, false},
    {"in_order", take_in_order, "on or off", NULL, false},
    {"event_idx", take_event_idx, "on or off", NULL, false},
    {"mrg_rxbuf", take_mrg_rxbuf, "on or off", NULL, false},
    {"control", take_control, "on or off", NULL, false},
    {"platform", take_platform, "on or off", NULL, false},
    {"any_layout", take_any_layout, "on or off", NULL, false},
    {"pairs", take_pairs, "1 to 64", NULL, false},
    {"queue_size", take_queue_size, "a power of two up to 32768", NULL, false},
    {"mtu", take_mtu, "68 to 16270 bytes", NULL, false},
    {"speed", take_speed, "megabits a second", NULL, false},
    {"shuffle", take_shuffle, "on or off", NULL, false},
    {"poll", take_poll, "on or off", NULL, false},
    {"device", take_device, "four hexadecimal digits such as 1041", NULL, false},
    {"late", take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL, true},
    {"never", take_never, "one of" FIELDS, NULL, true},
    {"hostile", take_hostile,
     "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or a way to lie of ironring(7)", NULL,
     true},
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= SIM_KEYS_MAX, "each key needs a place");

static void set_defaults(struct sim_arguments *arguments)
{
    struct sim_virtio_options *options = &arguments->virtio;

    options->modern = true;
    options->event_idx = true;
    options->mrg_rxbuf = true;
    options->control = true;
    options->platform = true;
    options->any_layout = true;
    options->pairs = 1u;
    options->queue_size = 256u;
    memcpy(options->late, field_delays, sizeof(options->late));
}

const struct sim_kind sim_kind_virtio = {
    .name = "virtio",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .mac = {0x02u, 0x1au, 0xf4u, 0x10u},
    .defaults = set_defaults,
    .create = sim_virtio_create,
};
