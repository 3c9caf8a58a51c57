/* SPDX-License-Identifier: MIT
 *
 * Fuzz target tx: a card that reports any progress at any time, and an application that sends
 * anything: dead handles, the same packet twice, lengths that no card takes.
 */
#include "stand.h"

#define STEPS 192u

static void send_fresh(struct input *input)
{
    struct ir_pkt pkts[STAND_BURST];

    stand_send(pkts, stand_draw_fresh(input, pkts));
}

static void send_any(struct input *input)
{
    struct ir_pkt pkts[8];

    stand_send(pkts, stand_draw_any(input, pkts, 8));
}

/* Progress of an honest card, up to what was lent; or a step back, or beyond. */
static void card_reports(struct input *input)
{
    uint8_t kind = input_8(input);

    if (kind < 0xc0u)
        stand.tx_head = (stand.tx_model.head + kind % (stand.tx_model.used + 1u)) % STAND_RING;
    else if (kind < 0xf0u)
        stand.tx_head = kind;
    else
        stand.tx_head = input_32(input);
}

/* The card may write to its descriptors too; the driver must not care. */
static void card_scribbles(struct input *input)
{
    uint32_t count = 1u + input_below(input, STAND_RING);

    for (uint32_t i = 0; i < count; i++) {
        stand.tx_desc[i].lo = UINT64_MAX;
        stand.tx_desc[i].hi = input_8(input);
    }
}

static void step(struct input *input)
{
    switch (input_8(input) % 10u) {
    case 0:
    case 1:
        send_fresh(input);
        break;
    case 2:
        send_any(input);
        break;
    case 3:
    case 4:
        card_reports(input);
        break;
    case 5:
        stand_reclaim();
        break;
    case 6:
        card_scribbles(input);
        break;
    case 7:
        stand_alloc(input_16(input) & 0xfffu);
        break;
    case 8:
        if ((input_8(input) & 1u) != 0) {
            struct ir_pkt pkt = stand_handle(input);

            stand_set_length(pkt, input_16(input));
        } else {
            stand_free(stand_handle(input));
        }
        break;
    default:
        stand_restart_tx();
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    stand_reset(input_8(&input));
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(&input);
        stand_check();
    }
    return 0;
}
