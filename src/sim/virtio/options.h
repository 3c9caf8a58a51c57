/* SPDX-License-Identifier: MIT
 *
 * What a device string asks of a simulated virtio-net card, beyond the wires.
 */
#ifndef IRONRING_SIM_VIRTIO_OPTIONS_H
#define IRONRING_SIM_VIRTIO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/lies.h"

/* Fields that change some time after what causes it: identifier, name in a device string,
 * microseconds. */
#define SIM_VIRTIO_FIELDS(X)                                                                       \
    X(SIM_VIRTIO_RESET, "reset", 5)                                                                \
    X(SIM_VIRTIO_LINK, "link", 10)                                                                 \
    X(SIM_VIRTIO_CONTROL, "control", 5)

enum sim_virtio_field {
#define SIM_VIRTIO_FIELD_ID(id, name, late) id,
    SIM_VIRTIO_FIELDS(SIM_VIRTIO_FIELD_ID)
#undef SIM_VIRTIO_FIELD_ID
        SIM_VIRTIO_FIELD_COUNT
};

struct sim_virtio_options {
    bool modern;
    bool legacy;
    bool packed;
    bool in_order;
    bool event_idx;
    bool mrg_rxbuf;
    bool control;
    bool platform;
    bool any_layout;
    bool shuffle; /* use buffers out of order */
    bool poll;    /* never ask to be notified */
    uint16_t device;
    uint16_t pairs;
    uint16_t queue_size;
    uint16_t mtu;                          /* 0: not told */
    uint32_t speed;                        /* megabits a second, 0: not told */
    uint64_t late[SIM_VIRTIO_FIELD_COUNT]; /* microseconds, or SIM_NEVER */
    struct sim_wishes hostile;
};

#endif
