/* SPDX-License-Identifier: MIT
 *
 * Several pairs of queues: how many are used, and which flow goes to which.
 */
#include "rig.h"

/* Features of a card with several pairs. */
#define PAIRS (SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM | SOFT_F_CTRL_VQ | SOFT_F_MQ)

static int set_pairs(struct rig *rig, uint8_t pairs)
{
    const uint8_t data[2] = {pairs, 0};

    return rig_command(rig, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, data, sizeof(data));
}

/* Lend 16 buffers to a pair. */
static void stock_pair(struct rig *rig, uint16_t pair)
{
    for (uint32_t i = 0; i < 16u; i++)
        (void)rig_lend(rig, sim_virtio_rx(pair));
    rig_notify(rig, sim_virtio_rx(pair));
}

/* How many frames were received by a pair. */
static uint32_t received_by(struct rig *rig, uint16_t pair)
{
    uint32_t count = 0;
    uint32_t id;
    uint32_t length;

    while (rig_collect(rig, sim_virtio_rx(pair), &id, &length))
        count++;
    return count;
}

/* 16 flows, which differ in this byte of a frame of this type; how many the second pair had. */
static uint32_t second_pairs_share(struct rig *rig, uint8_t high, uint8_t low, uint32_t byte)
{
    uint8_t frame[80] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint32_t second;

    frame[12] = high;
    frame[13] = low;
    stock_pair(rig, 0);
    stock_pair(rig, 1);
    for (uint8_t flow = 0; flow < 16u; flow++) {
        frame[byte] = flow;
        assert_int_equal(ir_sim_put(&rig->dev, frame, sizeof(frame)), 0);
    }
    assert_int_equal(rig_step(rig), 16);
    second = received_by(rig, 1);
    assert_int_equal(received_by(rig, 0), 16u - second);
    return second;
}

static void flows_are_spread_over_the_pairs_that_are_enabled(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "pairs=2");
    rig_start(&rig, PAIRS);
    assert_int_equal(second_pairs_share(&rig, 0x08, 0, 29), 0);
    rig_start(&rig, PAIRS);
    assert_int_equal(set_pairs(&rig, 2), 0);
    assert_in_range(second_pairs_share(&rig, 0x08, 0, 29), 3, 13);
    rig_start(&rig, PAIRS);
    assert_int_equal(set_pairs(&rig, 2), 0);
    assert_in_range(second_pairs_share(&rig, 0x86, 0xdd, 57), 3, 13);
    rig_start(&rig, PAIRS);
    assert_int_equal(set_pairs(&rig, 2), 0);
    assert_int_equal(second_pairs_share(&rig, 0x88, 0xb5, 57), 0); /* no flows that it knows */
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_frame_that_waits_for_a_pair_goes_to_another_when_that_is_disabled(void **state)
{
    struct rig rig;

    (void)state;
    rig_open_as(&rig, "virtio,mode=step,queue_size=64,pairs=2,mac=02:00:00:00:00:01,"
                      "wire=gen,count=16,flows=16");
    rig_start(&rig, PAIRS);
    assert_int_equal(set_pairs(&rig, 2), 0);
    stock_pair(&rig, 0);
    assert_true(rig_step(&rig) < 16); /* pair 1 has no buffers, and holds up the wire */
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(set_pairs(&rig, 1), 0);
    (void)rig_step(&rig);
    assert_int_equal(received_by(&rig, 0), 16);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_are_spread_over_the_pairs_that_are_enabled),
        cmocka_unit_test(a_frame_that_waits_for_a_pair_goes_to_another_when_that_is_disabled),
    };

    return RIG_MAIN(tests);
}
