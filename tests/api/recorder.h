/* SPDX-License-Identifier: MIT
 *
 * A transport that only remembers what is mapped, and refuses on demand. It has no device.
 */
#ifndef IRONRING_TESTS_RECORDER_H
#define IRONRING_TESTS_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/transport.h"

#define RECORDER_REGIONS 16u

struct recorder {
    struct ir_transport transport; /* first */
    struct ir_dma mapped[RECORDER_REGIONS];
    uint32_t count;       /* regions mapped now */
    uint32_t maps_left;   /* map refuses with -ENOMEM once this is used up */
    bool refuse_to_unmap; /* answer -EBUSY */
};

void recorder_init(struct recorder *recorder);
bool recorder_has(const struct recorder *recorder, const struct ir_dma *region);

#endif
