/* SPDX-License-Identifier: MIT
 *
 * Inputs about sending: the steps of an application that sends anything, with a card that the target
 * brings along.
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

static void step(const struct stand_card *card, struct input *input)
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
        card->reports(input);
        break;
    case 5:
        stand_reclaim();
        break;
    case 6:
        card->scribbles(input);
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

void stand_run_sender(const struct stand_card *card, const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    stand.tx_kind = card->kind;
    stand_reset(input_8(&input));
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(card, &input);
        stand_check();
    }
}
