/* SPDX-License-Identifier: MIT
 *
 * Fuzz target rx: a card that writes anything into receive descriptors at any time, and an
 * application that does anything with what it gets, sending it on another queue included.
 */
#include "stand.h"

#define STEPS 192u

/* A word that an honest card could write, so that inputs get deep; or any. */
static uint64_t draw_word(struct input *input)
{
    uint8_t kind = input_8(input);

    switch (kind & 7u) {
    case 0: /* not done yet */
        return input_64(input) & ~UINT64_C(1);
    case 1: /* a part of a frame */
        return 1u | (uint64_t)STAND_BUFFER << 32;
    case 2: /* a frame that is bad, short, empty or too long */
        return 3u | (uint64_t)input_16(input) << 32 | (uint64_t)(kind >> 3) << 23;
    case 3:
        return input_64(input);
    default:
        return 3u | (uint64_t)(60u + 47u * (kind >> 3)) << 32;
    }
}

/* The card fills descriptors from the oldest on: the same word in each. */
static void card_fills(struct input *input)
{
    uint32_t count = 1u + input_below(input, STAND_RING);
    uint64_t word = draw_word(input);

    for (uint32_t i = 0; i < count; i++) {
        struct ixgbe_desc *desc = &stand.rx_desc[(stand.rx_model.head + i) % STAND_RING];

        desc->hi = word;
        desc->lo = word ^ i;
    }
}

static void card_scribbles(struct input *input)
{
    struct ixgbe_desc *desc = &stand.rx_desc[input_below(input, STAND_RING)];

    desc->lo = input_16(input);
    desc->hi = draw_word(input);
}

static void send_some(struct input *input)
{
    struct ir_pkt pkts[4];

    stand_send(pkts, stand_draw_any(input, pkts, 4));
}

static void step(struct input *input)
{
    switch (input_8(input) % 16u) {
    case 0:
    case 1:
        card_fills(input);
        break;
    case 2:
        card_scribbles(input);
        break;
    case 3:
    case 4:
        stand_receive(input_below(input, STAND_BURST + 1u));
        break;
    case 5:
        stand_refill();
        break;
    case 6:
        stand_free(stand_handle(input));
        break;
    case 7:
        stand_free_many(input);
        break;
    case 8: {
        struct ir_pkt pkt = stand_handle(input);

        stand_view(pkt, input_16(input), input_16(input));
        break;
    }
    case 9: {
        struct ir_pkt pkt = stand_handle(input);
        uint32_t offset = input_16(input);

        stand_field(pkt, offset == UINT16_MAX ? UINT32_MAX : offset, 1u << input_below(input, 3),
                    input_32(input));
        break;
    }
    case 10: {
        struct ir_pkt pkt = stand_handle(input);

        stand_set_length(pkt, input_16(input));
        break;
    }
    case 11:
        stand_alloc(input_16(input) & 0xfffu);
        break;
    case 12:
        send_some(input);
        break;
    case 13: /* an honest transmitter */
        stand.tx_head = (uint32_t)stand.tx.ring.tail;
        stand_reclaim();
        break;
    case 14:
        stand_restart_rx();
        break;
    default:
        stand_restart_tx();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t start = input_8(&input);

    stand_reset(start);
    if ((start & 0x10u) == 0)
        stand_refill();
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(&input);
        stand_check();
    }
    return 0;
}
