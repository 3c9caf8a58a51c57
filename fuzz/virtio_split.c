/* SPDX-License-Identifier: MIT
 *
 * Fuzz target virtio-split: a device that writes anything into the memory of split rings between any
 * two calls, and an application that does anything with what it gets.
 */
#include "virtio_stand.h"

/* An index near where it should be, or any. */
static void write_index(struct input *input, struct vstand_queue *queue)
{
    uint8_t kind = input_8(input);
    uint32_t index = kind < 0xf0u ? (queue->taken + kind % 80u) & 0xffffu : input_16(input);

    queue->memory.device = (queue->memory.device & 0xffffu) | index * 65536u;
}

static void write_element(struct input *input, struct vstand_queue *queue)
{
    uint32_t ahead = input_below(input, 4);
    uint32_t slot = (queue->taken + ahead) % vstand_elements();
    uint8_t kind = input_8(input);

    queue->memory.used[2u * slot] =
        kind < 0xf0u ? kind % (vstand_elements() + 4u) : input_32(input);
    queue->memory.used[2u * slot + 1u] = vstand_draw_length(input);
}

/* Where a device has no business to write. */
static void write_elsewhere(struct input *input, struct vstand_queue *queue)
{
    uint32_t at = input_below(input, VSTAND_DESCS);

    switch (input_8(input) % 4u) {
    case 0:
        queue->memory.desc[2u * at] = input_64(input);
        break;
    case 1:
        queue->memory.desc[2u * at + 1u] = input_64(input);
        break;
    case 2:
        queue->memory.avail[at] = input_16(input);
        break;
    default:
        queue->memory.driver = input_32(input);
        break;
    }
}

static void write_any(struct input *input, struct vstand_queue *queue)
{
    switch (input_8(input) % 5u) {
    case 0:
        write_index(input, queue);
        break;
    case 1:
        write_element(input, queue);
        break;
    case 2:
        queue->memory.device = (queue->memory.device & 0xffff0000u) | input_16(input);
        break;
    case 3:
        queue->memory.event =
            (uint16_t)((queue->posted + 65472u + input_8(input) % 130u) & 0xffffu);
        break;
    default:
        write_elsewhere(input, queue);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vstand_mode shapes[] = {
        {.header = 12u},                    /* modern, or legacy with MRG_RXBUF ... */
        {.header = 12u, .mergeable = true}, /* ... which this has accepted */
        {.header = 10u},                    /* legacy */
        {.header = 10u, .pairs = true},     /* without ANY_LAYOUT */
        {.header = 12u, .mergeable = true, .pairs = true},
    };
    struct input input = {data, size};
    uint8_t start = input_8(&input);
    uint8_t kind = input_8(&input);
    struct vstand_mode mode = shapes[(kind & 7u) % 5u];

    mode.in_order = (kind & 8u) != 0;
    mode.event_idx = (kind & 16u) != 0;
    vstand_reset(&mode, start, (kind & 32u) != 0 ? 65536u - VSTAND_DESCS : 0,
                 (kind & 64u) != 0 ? VIRTIO_IDLE_MAX - (kind >> 7) : 0);
    vstand_run(&input, (start & 0x10u) == 0, write_any);
    return 0;
}
