/* SPDX-License-Identifier: MIT
 *
 * Fuzz target virtio-packed: a device that writes anything into the memory of packed rings between any
 * two calls, and an application that does anything with what it gets.
 */
#include "virtio_stand.h"

#define AVAIL_AND_USED (UINT64_C(0x8080) << 48)

/* The next descriptor to be returned, or one after it, with flags of this turn or the other; or any. */
static void write_returned(struct input *input, struct vstand_queue *queue)
{
    uint32_t at = queue->taken + input_below(input, 4);
    uint8_t kind = input_8(input);
    uint64_t id = kind % (VSTAND_IDS + 4u);
    uint64_t flags = vstand_wrap(at) ? AVAIL_AND_USED : 0;

    if (kind >= 0xf0u)
        id = input_16(input);
    if (kind >= 0xd0u)
        flags = (input_64(input) & UINT64_C(0xffff)) << 48;
    queue->memory.desc[2u * (at % VSTAND_IDS) + 1u] = vstand_draw_length(input) | id << 32 | flags;
}

/* Flags alone: a descriptor that looks returned, and was not written otherwise. */
static void flip(struct input *input, struct vstand_queue *queue)
{
    uint32_t at = input_below(input, VSTAND_IDS);

    queue->memory.desc[2u * at + 1u] ^= UINT64_C(1) << (48u + input_8(input) % 16u);
}

/* Which buffer to be notified of: one near the last, in this turn or another; or what makes no sense. */
static void write_event(struct input *input, struct vstand_queue *queue)
{
    uint8_t kind = input_8(input);
    uint32_t at = (queue->posted + kind % 130u) % VSTAND_IDS;
    uint32_t turn = kind >> 7;

    if (kind < 0xf0u)
        queue->memory.device = at | turn << 15 | (uint32_t)VIRTQ_EVENT_F_DESC << 16;
    else
        queue->memory.device = input_32(input);
}

static void write_any(struct input *input, struct vstand_queue *queue)
{
    switch (input_8(input) % 6u) {
    case 0:
        write_returned(input, queue);
        break;
    case 1:
        flip(input, queue);
        break;
    case 2:
        write_event(input, queue);
        break;
    case 3:
        queue->memory.device = (uint32_t)(input_8(input) & 3u) << 16;
        break;
    case 4:
        queue->memory.desc[input_below(input, 2u * VSTAND_IDS)] = input_64(input);
        break;
    default:
        queue->memory.driver = input_32(input);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t start = input_8(&input);
    uint8_t kind = input_8(&input);
    const struct vstand_mode mode = {
        .packed = true,
        .header = 12u,
        .mergeable = (kind & 1u) != 0,
        .in_order = (kind & 2u) != 0,
        .event_idx = (kind & 4u) != 0,
    };

    vstand_reset(&mode, start, 0, (kind & 64u) != 0 ? VIRTIO_IDLE_MAX - (kind >> 7) : 0);
    vstand_run(&input, (start & 0x10u) == 0, write_any);
    return 0;
}
