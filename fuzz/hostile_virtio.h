/* SPDX-License-Identifier: MIT
 *
 * The hostile card as a virtio-net device: beneath it the function and the rings that software devices are
 * made of, honest, and between them and the driver what the input says.
 */
#ifndef IRONRING_FUZZ_HOSTILE_VIRTIO_H
#define IRONRING_FUZZ_HOSTILE_VIRTIO_H

#include "hostile.h"
#include "softdev/control.h"
#include "softdev/function.h"
#include "softdev/ring.h"
#include "virtio/window.h"

#define HOSTILE_VIRTIO_PAIRS   3u
#define HOSTILE_VIRTIO_QUEUES  (2u * HOSTILE_VIRTIO_PAIRS + 1u)
#define HOSTILE_VIRTIO_WINDOWS 64u

struct hostile_virtio {
    struct hostile base; /* first */
    struct soft_function function;
    struct soft_memory memory;
    struct soft_control control;
    struct soft_ring ring[HOSTILE_VIRTIO_QUEUES];
    uint8_t told[SOFT_SPACE_BYTES]; /* configuration space as it was answered last */
    struct virtio_window window[HOSTILE_VIRTIO_WINDOWS]; /* windows that it was said to have */
    uint32_t window_count;
    struct virtio_windows in_use; /* those that the driver has chosen; none while it opens */
    uint8_t common[64];           /* what was written to the common one */
    uint32_t legacy_size;         /* of the queue that is selected, as answered last */
    uint32_t offered[2];          /* features, the halves as they were answered last */
    uint16_t control_size;        /* largest size of the control queue; 0: as of the others */
    bool packed;                  /* negotiated */
};

void hostile_virtio_begin(struct hostile_virtio *card, struct input *input);
/* The driver has opened the device, and will use these windows; or is about to open it (NULL). */
void hostile_virtio_opened(struct hostile_virtio *card, const struct virtio_windows *windows,
                           bool packed);

/* hostile_virtio_rings.c: what the honest device does with its rings. */
extern const struct soft_ops hostile_virtio_ops;
void hostile_virtio_stop(struct hostile_virtio *card);

#endif
