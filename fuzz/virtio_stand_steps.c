/* SPDX-License-Identifier: MIT
 *
 * What an honest device and an application do on the stand for virtio, step by step from the input.
 */
#include "oracle.h"
#include "virtio_stand.h"

#define STEPS 128u

static struct vstand_queue *choose(struct input *input)
{
    return input_below(input, 4) != 0 ? &vstand.rx : &vstand.tx;
}

uint32_t vstand_draw_length(struct input *input)
{
    uint8_t kind = input_8(input);

    switch (kind & 7u) {
    case 0:
        return input_32(input);
    case 1: /* a frame that is short, or a header that is */
        return (kind >> 3) % (vstand.mode.header + 16u);
    case 2: /* as long as the buffer, or longer */
        return vstand.mode.header + STAND_BUFFER + (kind >> 3) % 4u;
    default:
        return vstand.mode.header + 60u + 47u * (kind >> 3);
    }
}

/* Return one buffer, in an element that stands for `count` of them. */
static void give_back(struct vstand_queue *queue, uint32_t id, uint32_t length, uint32_t count)
{
    uint32_t slot = queue->returned % vstand_elements();
    uint64_t flags = vstand_wrap(queue->returned) ? 0x8080u : 0;

    if (vstand.mode.packed) {
        queue->memory.desc[2u * slot + 1u] = length | (uint64_t)id << 32 | flags << 48;
    } else {
        queue->memory.used[2u * slot] = vstand.mode.pairs ? 2u * id : id;
        queue->memory.used[2u * slot + 1u] = length;
    }
    queue->returned += count;
}

/* The device fills a buffer: with a header that says of how many its frame consists, or with what
 * follows in a frame that has begun. */
static void fill(const struct vstand_queue *queue, uint32_t id, uint32_t buffers, uint8_t byte)
{
    uint8_t *frame = vstand_frame(queue->buffer[id]);

    if (queue->place != STAND_RX)
        return;
    memset(frame - vstand.mode.header, byte, VSTAND_HEADERS);
    if (buffers > 0 && vstand.mode.header == VSTAND_HEADERS) {
        frame[-2] = (uint8_t)buffers;
        frame[-1] = 0;
    }
}

/* Return buffers as the rules have it, in any order that was agreed upon, with any lengths. */
static void device_returns(struct input *input)
{
    struct vstand_queue *queue = choose(input);
    uint32_t count = 1u + input_below(input, VSTAND_IDS);
    uint8_t kind = input_8(input);
    uint32_t length = vstand_draw_length(input);
    uint32_t merged = vstand.mode.mergeable && (kind & 3u) == 0 ? 2u + (kind >> 6) : 1u;
    bool batch = vstand.mode.in_order && (kind & 0xcu) == 0; /* one element for all of them */
    uint32_t id = 0;

    if (count > queue->waiting_count)
        count = queue->waiting_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = vstand.mode.in_order ? 0 : (kind >> 4) * 5u % queue->waiting_count;

        id = queue->waiting[at];
        queue->waiting_count--;
        memmove(queue->waiting + at, queue->waiting + at + 1u, queue->waiting_count - at);
        fill(queue, id, i % merged == 0 ? merged : 0, kind);
        if (!batch)
            give_back(queue, id, length, 1u);
    }
    if (batch && count > 0)
        give_back(queue, id, length, count);
    if (!vstand.mode.packed)
        queue->memory.device =
            (queue->memory.device & 0xffffu) | (queue->returned & 0xffffu) * 65536u;
}

/* Write into the header of a buffer that was lent for receiving. */
static void device_writes_header(struct input *input)
{
    uint32_t id = input_below(input, VSTAND_IDS);
    uint8_t *frame;

    if (vstand.rx.buffer[id] == VSTAND_NOBODY)
        return;
    frame = vstand_frame(vstand.rx.buffer[id]);
    frame[-2] = input_8(input);
    frame[-1] = (uint8_t)(input_8(input) & 0x83u);
}

static void send_fresh(struct input *input)
{
    struct ir_pkt pkts[STAND_BURST];

    vstand_send(pkts, stand_draw_fresh(input, pkts));
}

static void send_any(struct input *input)
{
    struct ir_pkt pkts[8];

    vstand_send(pkts, stand_draw_any(input, pkts, 8));
}

static void use_packet(struct input *input)
{
    struct ir_pkt pkt = stand_handle(input);
    uint8_t kind = input_8(input);

    if ((kind & 3u) == 0)
        stand_set_length(pkt, input_16(input));
    else if ((kind & 3u) == 1u)
        stand_view(pkt, input_16(input), input_16(input));
    else
        stand_free(pkt);
}

static void application(struct input *input)
{
    switch (input_8(input) % 10u) {
    case 0:
    case 1:
    case 2:
        vstand_receive(input_below(input, STAND_BURST + 1u));
        break;
    case 3:
        vstand_refill();
        break;
    case 4:
        use_packet(input);
        break;
    case 5:
        stand_free_many(input);
        break;
    case 6:
        send_fresh(input);
        break;
    case 7:
        send_any(input);
        break;
    case 8:
        vstand_reclaim();
        break;
    default:
        if ((input_8(input) & 1u) != 0)
            vstand_restart_rx();
        else
            vstand_restart_tx();
        break;
    }
}

static void device(struct input *input, vstand_write_fn *write)
{
    switch (input_8(input) % 8u) {
    case 0:
    case 1:
    case 2:
        device_returns(input);
        break;
    case 3:
        device_writes_header(input);
        break;
    case 4:
        vstand.status = input_8(input);
        break;
    default:
        write(input, choose(input));
        break;
    }
}

void vstand_run(struct input *input, bool refill, vstand_write_fn *write)
{
    if (refill)
        vstand_refill();
    for (uint32_t i = 0; i < STEPS && input->left > 0; i++) {
        if ((input_8(input) & 1u) != 0) {
            device(input, write);
        } else {
            application(input);
            vstand_check();
        }
    }
}
