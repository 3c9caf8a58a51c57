/* SPDX-License-Identifier: MIT
 *
 * The control queue: commands are carried out some time after the card was notified of them.
 */
#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"

void sim_virtio_command(struct sim_virtio *card)
{
    uint16_t queue = sim_virtio_control(card);
    struct soft_chain chain;
    uint32_t commands = 0;

    if (!card->options.control || !sim_virtio_attend(card, queue))
        return;
    if (card->control_at == SIM_NEVER && soft_ring_any(&card->ring[queue]))
        card->control_at = sim_virtio_due(card, SIM_VIRTIO_CONTROL);
    if (sim_now(&card->base) >= card->control_at) {
        card->control_at = SIM_NEVER;
        while (soft_ring_take(&card->ring[queue], &chain)) {
            uint8_t answer = soft_control_run(&card->control, &card->ring[queue], &chain);
            struct soft_done done;

            if (card->hostile != NULL)
                answer = sim_virtio_ack(card, answer);
            done = soft_ring_done(&chain, soft_chain_write(&chain, 0, &answer, 1u));
            sim_virtio_return(card, queue, &done);
            sim_virtio_publish(card, queue);
            commands++;
        }
    }
    if (card->control_at == SIM_NEVER)
        sim_virtio_rest(card, queue, commands);
}
