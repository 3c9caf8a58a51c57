/* SPDX-License-Identifier: MIT
 *
 * A driver that does anything at all: registers, notifications and rings at random, on each kind of
 * card. The card must come through, touch nothing but what is mapped, and never take long. Best run
 * under the sanitizers.
 */
#include <string.h>

#include "rig.h"

#define ROUNDS 4000u

static const char *const cards[] = {
    "packed=on,mtu=9000",          "packed=on,shuffle=on,pairs=3",
    "in_order=on,pairs=2",         "packed=on,in_order=on,poll=on",
    "transport=legacy,shuffle=on", "transport=transitional,mrg_rxbuf=off",
    "packed=on,pairs=2,hostile=3", "shuffle=on,hostile=4",
    "transport=legacy,hostile=5",
};

static uint64_t random_state;

static uint32_t draw(uint32_t limit)
{
    random_state = sim_random(&random_state);
    return (uint32_t)(random_state >> 33) % limit;
}

/* Values that get somewhere: addresses in and near the memory, sizes, bits. */
static uint32_t draw_value(void)
{
    switch (draw(5)) {
    case 0:
        return RIG_IOVA + draw(RIG_BYTES + 8192u);
    case 1:
        return draw(10);
    case 2:
        return draw(130);
    case 3:
        return 1u << draw(32);
    default:
        return draw(65536) << 16 | draw(65536);
    }
}

static void touch_register(struct rig *rig)
{
    uint32_t width = 1u << draw(3);
    uint32_t bytes = rig->legacy ? SOFT_LEGACY_BYTES : SOFT_MODERN_BYTES;
    uint32_t offset = draw(8) == 0 ? draw(bytes) : draw(64);

    offset -= offset % width;
    if (draw(2) == 0)
        (void)rig_read(rig, offset, width);
    else
        rig_write(rig, offset, width, width == 1u ? draw_value() % 256u : draw_value());
}

/* A descriptor that gets somewhere, or just bits, anywhere in a ring. */
static void scribble(struct rig *rig)
{
    struct rig_queue *queue = &rig->queue[draw(rig->card->queues) % RIG_QUEUES];
    uint8_t *areas[3] = {queue->desc, queue->driver, queue->device};
    uint8_t *memory = areas[draw(3)];
    uint64_t word = RIG_IOVA + draw(RIG_BYTES);

    if (memory == NULL)
        return;
    if (draw(3) == 0)
        word = draw(3000) | (uint64_t)draw(8) << 32 | (uint64_t)draw(66) << 48;
    else if (draw(3) == 0)
        word = (uint64_t)draw_value() << 32 | draw_value();
    memcpy(memory + 8u * draw(RIG_SIZE * 2u), &word, draw(2) == 0 ? sizeof(word) : 2u);
}

/* A chain as it should be, or nearly. */
static void offer(struct rig *rig)
{
    uint16_t queue = (uint16_t)(draw(rig->card->queues) % RIG_QUEUES);
    struct rig_part parts[4];
    uint32_t count = 1u + draw(4);
    uint32_t readable = draw(count + 1u);

    if (rig->queue[queue].size == 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        parts[i] = (struct rig_part){RIG_IOVA + RIG_BUFFERS + draw(RIG_BYTES - RIG_BUFFERS),
                                     draw(20) == 0 ? draw_value() : 1u + draw(3000), i >= readable};
    (void)rig_offer(rig, queue, parts, count);
    rig_notify(rig, queue);
}

static void put_something(struct rig *rig)
{
    uint8_t frame[SIM_FRAME_MAX] = {0};
    uint32_t length = draw(3) == 0 ? 1u + draw(SIM_FRAME_MAX) : 1u + draw(200);

    rig_fill_frame(frame, length, 0);
    (void)ir_sim_put(&rig->dev, frame, length);
}

/* Come up as a driver does, as far as the card lets it. */
static void start(struct rig *rig)
{
    uint64_t features = (uint64_t)draw_value() << 32 | draw_value() | RIG_FEATURES;

    memset(rig->memory.memory, 0, RIG_BUFFERS);
    rig_set_status(rig, 0);
    rig_delay(rig, 100);
    rig_set_status(rig, SOFT_ACKNOWLEDGE);
    rig_set_status(rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    rig->features = rig->card->function.options.features & features;
    if (draw(2) == 0)
        rig->features &= ~SOFT_F_RING_PACKED;
    rig->header = soft_net_header(rig->features);
    for (uint32_t word = 0; word < 2u && !rig->legacy; word++) {
        rig_write(rig, R_DRIVER_SELECT, 4, word);
        rig_write(rig, R_DRIVER_FEATURE, 4, (uint32_t)(rig->features >> (32u * word) & UINT32_MAX));
    }
    if (rig->legacy)
        rig_write(rig, L_DRIVER_FEATURE, 4, (uint32_t)(rig->features & UINT32_MAX));
    else
        rig_set_status(rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    for (uint16_t i = 0; i < rig->card->queues && i < RIG_QUEUES; i++)
        rig_place(rig, i);
    rig_set_status(rig, rig_status(rig) | SOFT_DRIVER_OK);
}

static void act(struct rig *rig)
{
    uint8_t frame[64];

    switch (draw(14)) {
    case 0:
        put_something(rig);
        break;
    case 1:
        (void)ir_sim_take(&rig->dev, frame, sizeof(frame));
        break;
    case 2:
        rig_delay(rig, draw(3000));
        break;
    case 3:
        scribble(rig);
        break;
    case 4:
        touch_register(rig);
        break;
    case 5:
    case 6:
        assert_true(ir_sim_step(&rig->dev) >= 0);
        break;
    case 7:
        if (draw(4) == 0)
            start(rig);
        break;
    default:
        offer(rig);
        break;
    }
}

static void a_card_survives_any_driver(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(cards) / sizeof(cards[0]); c++) {
        struct rig rig;
        uint64_t violations = 0;

        random_state = c;
        rig_open(&rig, cards[c]);
        for (uint32_t round = 0; round < ROUNDS; round++)
            act(&rig);
        /* It found fault with that, and works for a driver that knows how. */
        assert_int_equal(ir_sim_violations(&rig.dev, &violations), 0);
        assert_true(violations > 0);
        sim_virtio_turn_off(rig.card);
        while (ir_sim_take(&rig.dev, NULL, 0) > 0)
            continue;
        rig_delay(&rig, 70000000u);
        rig_negotiate(&rig, RIG_FEATURES);
        for (uint16_t i = 0; i < rig.card->queues; i++)
            rig_enable(&rig, i);
        rig_driver_ok(&rig);
        (void)rig_send(&rig, 1, 60, 1);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(ir_sim_take(&rig.dev, NULL, 0), 60);
        rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_survives_any_driver),
    };

    return RIG_MAIN(tests);
}
