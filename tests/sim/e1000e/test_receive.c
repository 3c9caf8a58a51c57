/* SPDX-License-Identifier: MIT
 *
 * Reception of the 82574: both formats of descriptors, sizes of buffers and frames, what waits, and
 * when it ends.
 */
#include <string.h>

#include "bench.h"

static void a_frame_arrives_in_an_extended_descriptor(void **state)
{
    struct rig rig;
    uint8_t expected[100];

    (void)state;
    bench_start(&rig, CARD);
    rig_put(&rig, 100, 7);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_rx(&rig, 0)[0], 0);
    assert_int_equal(rig_rx(&rig, 0)[1], RXD_DD | RXD_EOP | UINT64_C(100) << 32);
    rig_fill_frame(expected, sizeof(expected), 7);
    assert_memory_equal(rig_rx_data(&rig, 0), expected, sizeof(expected));
    assert_int_equal(rig_rx_data(&rig, 0)[100], 0);
    assert_int_equal(rig_read(&rig, E_RX + Q_HEAD), 1);
    assert_int_equal(bench_status(&rig, 1), 0);
    rig_close(&rig);
}

static void a_legacy_descriptor_keeps_its_address(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL, false, 4);
    rig_put(&rig, 64, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_rx(&rig, 0)[0], RIG_IOVA + RIG_RX_BUFFER);
    assert_int_equal(rig_rx(&rig, 0)[1], 64 | (uint64_t)(RXD_DD | RXD_EOP) << 32);
    assert_int_equal(rig_rx_data(&rig, 0)[6], 7);
    rig_close(&rig);
}

static void frames_arrive_in_order_around_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    for (uint32_t i = 0; i < 3 * RIG_RING; i++) {
        rig_put(&rig, 60 + i % 50, (uint8_t)i);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(bench_length(&rig, i % RIG_RING), 60 + i % 50);
        assert_int_equal(rig_rx_data(&rig, i % RIG_RING)[6], (uint8_t)(i + 6));
        rig_lend(&rig, 1);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* With these bits of RCTL a long frame takes buffers of `room` bytes. */
static void expect_room(uint32_t bits, uint32_t room)
{
    struct rig rig;

    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | E_RCTL_LPE | bits, true, RIG_RING - 1u);
    rig_put(&rig, 9000, 3);
    assert_int_equal(rig_step(&rig), 1);
    for (uint32_t slot = 0, left = 9000; left > 0; slot++) {
        uint32_t length = left < room ? left : room;

        left -= length;
        assert_int_equal(bench_length(&rig, slot), length);
        assert_int_equal(bench_status(&rig, slot), RXD_DD | (left == 0 ? RXD_EOP : 0));
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void bsize_has_four_sizes(void **state)
{
    (void)state;
    expect_room(0, 2048);
    expect_room(1u << 16, 1024);
    expect_room(2u << 16, 512);
    expect_room(3u << 16, 256);
}

static void bsex_makes_three_of_them_larger(void **state)
{
    (void)state;
    expect_room(E_RCTL_BSEX | 1u << 16, 16384);
    expect_room(E_RCTL_BSEX | 2u << 16, 8192);
    expect_room(E_RCTL_BSEX | 3u << 16, 4096);
}

static void flxbuf_counts_kib(void **state)
{
    (void)state;
    expect_room(3u << 27, 3072);
    expect_room(9u << 27 | 3u << 16, 9216);
}

static void a_frame_of_exactly_one_buffer_takes_one_descriptor(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | 1u << 16, true, 2);
    rig_put(&rig, 1024, 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(bench_status(&rig, 0), RXD_DD | RXD_EOP);
    assert_int_equal(rig_read(&rig, E_RX + Q_HEAD), 1);
    rig_close(&rig);
}

/* Whether a frame of this length, without its checksum, is received. */
static void expect_received(uint32_t bits, uint32_t length, bool received)
{
    struct rig rig;

    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | bits, true, RIG_RING - 1u);
    rig_put(&rig, length, 1);
    assert_int_equal(rig_step(&rig), received);
    assert_int_equal(rig_read(&rig, R_ROC), !received);
    rig_close(&rig);
}

static void frames_of_1522_bytes_pass_without_lpe(void **state)
{
    (void)state;
    expect_received(0, 1518, true);
    expect_received(0, 1519, false);
}

static void frames_of_9234_bytes_pass_with_lpe(void **state)
{
    (void)state;
    expect_received(E_RCTL_LPE, 1519, true);
    expect_received(E_RCTL_LPE, 9230, true);
    expect_received(E_RCTL_LPE, 9231, false);
}

static void bad_frames_are_received_and_marked_with_sbp(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | E_RCTL_SBP, true, RIG_RING - 1u);
    rig_put(&rig, 1519, 1);
    rig_put(&rig, 40, 1);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(bench_errors(&rig, 0), 1u << 31);
    assert_int_equal(bench_errors(&rig, 1), 1u << 31);
    assert_int_equal(rig_read(&rig, R_RUC), 1);
    assert_int_equal(rig_read(&rig, R_GPRC), 0);
    rig_close(&rig);
}

static void without_secrc_the_checksum_is_received(void **state)
{
    static const uint8_t zeros[60];
    struct rig rig;
    uint8_t frame[60] = {0};

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, E_RCTL_UPE, true, 2);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(bench_length(&rig, 0), 64);
    assert_memory_equal(rig_rx_data(&rig, 0), zeros, sizeof(zeros));
    /* CRC-32 of 60 zero bytes, low byte first. */
    assert_memory_equal(rig_rx_data(&rig, 0) + 60, "\x08\x89\x12\x04", 4);
    rig_close(&rig);
}

static void vme_takes_vlan_tags_out(void **state)
{
    struct rig rig;
    uint8_t frame[80] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,    2, 2,
                         2,    2,    2,    0x81, 0,    0x21, 0x43, 8, 0};

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_CTRL, E_CTRL_SLU | E_CTRL_VME);
    bench_receive(&rig, BENCH_RCTL, true, 2);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_rx(&rig, 0)[1],
                     RXD_DD | RXD_EOP | RXD_VP | UINT64_C(76) << 32 | UINT64_C(0x2143) << 48);
    assert_int_equal(rig_rx_data(&rig, 0)[12], 8);
    rig_close(&rig);
}

static void without_a_descriptor_a_frame_waits(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL, true, 1);
    rig_put(&rig, 3000, 1);
    rig_put(&rig, 60, 1);
    rig_put(&rig, 61, 2);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(rig_step(&rig), i == 0);
    assert_int_equal(rig_read(&rig, E_RNBC), 1);
    rig_lend(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(bench_length(&rig, 1), 61);
    assert_int_equal(rig_read(&rig, E_MPC), 0);
    rig_close(&rig);
}

static void what_a_wire_cannot_hold_back_is_missed(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, "82574,mode=step,wire=gen,size=1024,rate=1000000,count=10000");
    (void)rig_step(&rig);
    (void)rig_read(&rig, E_ICR);
    rig_delay(&rig, 10000); /* 10000 frames, of which the packet buffer holds 512 */
    (void)rig_step(&rig);
    assert_in_range(rig_read(&rig, E_MPC), 9000, 9500);
    assert_int_equal(rig_read(&rig, R_GPRC), RIG_RING); /* one of them waits */
    assert_int_equal(rig_read(&rig, E_RNBC), 1);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_RXO, E_ICR_RXO);
    rig_close(&rig);
}

static void a_frame_that_needs_more_descriptors_than_are_lent_waits_for_all(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | 1u << 16, true, 1);
    rig_put(&rig, 1514, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(bench_status(&rig, 0), 0);
    rig_lend(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void the_second_queue_receives_nothing_without_rss(void **state)
{
    struct rig rig;
    uint32_t second = E_RX + E_STRIDE;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, second + Q_BAL, RIG_IOVA + RIG_HEAD);
    rig_write(&rig, second + Q_LEN, 128);
    rig_write(&rig, second + Q_TAIL, 7);
    bench_receive(&rig, BENCH_RCTL, true, 4);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, second + Q_HEAD), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void the_receiver_goes_on_for_a_while_after_it_is_off(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",late=rctl.en:25");
    rig_write(&rig, E_RCTL, BENCH_RCTL);
    assert_int_equal(rig_read(&rig, E_RCTL) & E_RCTL_EN, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_delay(&rig, 20);
    rig_put(&rig, 60, 2);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void without_the_bus_nothing_is_received(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",late=status.master:15");
    rig_put(&rig, 60, 1);
    rig_put(&rig, 60, 2);
    rig_write(&rig, E_CTRL, E_CTRL_SLU | CTRL_MASTER_DISABLE);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, STATUS_MASTER);
    assert_int_equal(rig_step(&rig), 2);
    rig_put(&rig, 60, 3);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, 0);
    rig_put(&rig, 60, 4);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void without_a_link_nothing_is_received(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",never=status.lu");
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void in_loopback_what_is_sent_comes_back(void **state)
{
    struct rig rig;
    uint8_t frame[64];

    (void)state;
    bench_open(&rig, CARD);
    bench_transmit(&rig, 0);
    bench_receive(&rig, BENCH_RCTL | E_RCTL_LBM_MAC, true, 4);
    rig_put(&rig, 60, 1);
    rig_tx_fill(&rig, bench_frame(64), 64, 9);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(bench_length(&rig, 0), 64);
    assert_int_equal(rig_rx_data(&rig, 0)[0], 9);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_arrives_in_an_extended_descriptor),
        cmocka_unit_test(a_legacy_descriptor_keeps_its_address),
        cmocka_unit_test(frames_arrive_in_order_around_the_ring),
        cmocka_unit_test(bsize_has_four_sizes),
        cmocka_unit_test(bsex_makes_three_of_them_larger),
        cmocka_unit_test(flxbuf_counts_kib),
        cmocka_unit_test(a_frame_of_exactly_one_buffer_takes_one_descriptor),
        cmocka_unit_test(frames_of_1522_bytes_pass_without_lpe),
        cmocka_unit_test(frames_of_9234_bytes_pass_with_lpe),
        cmocka_unit_test(bad_frames_are_received_and_marked_with_sbp),
        cmocka_unit_test(without_secrc_the_checksum_is_received),
        cmocka_unit_test(vme_takes_vlan_tags_out),
        cmocka_unit_test(without_a_descriptor_a_frame_waits),
        cmocka_unit_test(what_a_wire_cannot_hold_back_is_missed),
        cmocka_unit_test(a_frame_that_needs_more_descriptors_than_are_lent_waits_for_all),
        cmocka_unit_test(the_second_queue_receives_nothing_without_rss),
        cmocka_unit_test(the_receiver_goes_on_for_a_while_after_it_is_off),
        cmocka_unit_test(without_the_bus_nothing_is_received),
        cmocka_unit_test(without_a_link_nothing_is_received),
        cmocka_unit_test(in_loopback_what_is_sent_comes_back),
    };

    return RIG_MAIN(tests);
}
