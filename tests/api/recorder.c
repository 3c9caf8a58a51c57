/* SPDX-License-Identifier: MIT
 *
 * A transport that only remembers what is mapped.
 */
#include "recorder.h"

#include <errno.h>
#include <string.h>

static struct recorder *recorder_of(struct ir_transport *transport)
{
    return (struct recorder *)transport;
}

static int record_map(struct ir_transport *transport, const struct ir_dma *region)
{
    struct recorder *recorder = recorder_of(transport);

    if (recorder->maps_left == 0 || recorder->count == RECORDER_REGIONS)
        return -ENOMEM;
    recorder->maps_left--;
    recorder->mapped[recorder->count] = *region;
    recorder->count++;
    return 0;
}

static int record_unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    struct recorder *recorder = recorder_of(transport);

    if (recorder->refuse_to_unmap)
        return -EBUSY;
    for (uint32_t i = 0; i < recorder->count; i++) {
        if (recorder->mapped[i].iova == region->iova) {
            recorder->count--;
            recorder->mapped[i] = recorder->mapped[recorder->count];
            return 0;
        }
    }
    return -ENOENT;
}

static const struct ir_transport_ops recorder_ops = {
    .map = record_map,
    .unmap = record_unmap,
};

void recorder_init(struct recorder *recorder)
{
    memset(recorder, 0, sizeof(*recorder));
    recorder->transport.ops = &recorder_ops;
    recorder->maps_left = UINT32_MAX;
}

bool recorder_has(const struct recorder *recorder, const struct ir_dma *region)
{
    for (uint32_t i = 0; i < recorder->count; i++) {
        if (recorder->mapped[i].iova == region->iova && recorder->mapped[i].size == region->size &&
            recorder->mapped[i].memory == region->memory)
            return true;
    }
    return false;
}
