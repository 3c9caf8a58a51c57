/* SPDX-License-Identifier: MIT
 *
 * The helpers of rig.h.
 */
#include "rig.h"

#include <stdio.h>

#define BURST_MAX 64u

const char *const rig_formats[] = {
    "mrg_rxbuf=on",
    "mrg_rxbuf=off",
    "event_idx=off",
    "event_idx=off,poll=on",
    "poll=on",
    "shuffle=on",
    "in_order=on",
    "in_order=on,event_idx=off,mrg_rxbuf=off",
    "packed=on",
    "packed=on,event_idx=off",
    "packed=on,mrg_rxbuf=off,poll=on",
    "packed=on,shuffle=on",
    "packed=on,in_order=on",
    "platform=off,control=off",
    "pairs=4",
    "queue_size=64",
    "packed=on,queue_size=64,pairs=2",
    "transport=transitional",
    "transport=legacy",
    "transport=legacy,mrg_rxbuf=off",
    "transport=legacy,event_idx=off,control=off",
    "transport=legacy,shuffle=on",
    "transport=legacy,any_layout=off",
    "transport=legacy,any_layout=off,mrg_rxbuf=off,event_idx=off",
    "transport=legacy,any_layout=off,shuffle=on,queue_size=128",
};

const size_t rig_format_count = sizeof(rig_formats) / sizeof(rig_formats[0]);

struct card *rig_open(const char *arguments)
{
    char device[RIG_ARGUMENTS_MAX];
    void *state = NULL;
    int written = snprintf(device, sizeof(device), "sim:virtio,mode=step,wire=memory%s%s",
                           arguments[0] != '\0' ? "," : "", arguments);

    assert_in_range(written, 1, sizeof(device) - 1u);
    if (card_open_device(&state, device) != 0)
        fail_msg("%s cannot be opened", device);
    return state;
}

void rig_run(struct card *card)
{
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 1000), 0);
}

struct card *rig_start(const char *arguments)
{
    struct card *card = rig_open(arguments);

    card_queues(card, 64);
    rig_run(card);
    return card;
}

int rig_teardown(void **state)
{
    return card_close(state);
}

void rig_close(struct card *card)
{
    void *state = card;

    assert_int_equal(rig_teardown(&state), 0);
}

struct sim_virtio *rig_sim(const struct card *card)
{
    return (struct sim_virtio *)card->dev->transport;
}

struct virtio_dev *rig_driver(const struct card *card)
{
    return (struct virtio_dev *)card->dev;
}

uint64_t rig_time(const struct card *card)
{
    return rig_sim(card)->base.clock;
}

uint32_t rig_lent(const struct card *card)
{
    return (uint32_t)ir_ring_used(&((const struct virtio_rxq *)card->rx)->queue.ring.window);
}

uint32_t rig_tx_room(const struct ir_txq *queue)
{
    return (uint32_t)((const struct virtio_txq *)queue)->queue.ring.window.size - 1u;
}

void rig_expect_all(struct card *card, uint32_t first, uint32_t count, uint32_t length,
                    uint32_t burst)
{
    uint32_t received = 0;

    assert_in_range(burst, 1, BURST_MAX);
    while (received < count) {
        struct ir_pkt pkts[BURST_MAX];
        int more = ir_rx(card->rx, pkts, burst);

        assert_in_range(more, 1, burst);
        card_audit(card, more);
        for (int i = 0; i < more; i++)
            card_expect(card, pkts[i], length, first + received + (uint32_t)i);
        received += (uint32_t)more;
    }
    assert_int_equal(received, count);
}

void rig_lie(struct card *card, enum sim_virtio_mode mode, uint64_t times, uint64_t after)
{
    assert_int_equal(sim_virtio_turn_on(rig_sim(card), mode, times, after), 0);
}

void rig_be_honest(struct card *card)
{
    sim_virtio_turn_off(rig_sim(card));
}

int rig_idle(struct card *card)
{
    int result = 0;

    for (uint32_t i = 0; i <= VIRTIO_IDLE_MAX + 1u && result == 0; i++) {
        struct ir_pkt pkt;

        result = ir_rx(card->rx, &pkt, 1);
    }
    return result;
}
