/* SPDX-License-Identifier: MIT
 *
 * Transmission of the 82574: descriptors of each kind, completion, padding, and when it runs.
 */
#include "bench.h"

/* Length of the next frame on the wire, whose first byte is `first`. */
static void expect_frame(struct rig *rig, uint32_t length, uint8_t first)
{
    uint8_t frame[SIM_FRAME_MAX];

    assert_int_equal(ir_sim_take(&rig->dev, frame, sizeof(frame)), length);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(frame[i], (uint8_t)(first + i));
}

static void an_extended_descriptor_is_sent(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, bench_frame(100), 100, 5);
    assert_int_equal(rig_step(&rig), 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 100, 5);
    assert_int_equal(rig_tx(&rig, 0)[1], bench_frame(100) | TXD_DD);
    assert_int_equal(rig_read(&rig, E_TX + Q_HEAD), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_legacy_descriptor_is_sent(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, 80 | TXD_EOP | TXD_FCS | TXD_RS, 80, 3);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 80, 3);
    assert_int_equal(rig_tx(&rig, 0)[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void dd_is_set_on_descriptors_with_rs_only(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, bench_frame(60) & ~(uint64_t)TXD_RS, 60, 1);
    rig_tx_fill(&rig, bench_frame(60), 60, 2);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_tx(&rig, 0)[1] & TXD_DD, 0);
    assert_int_equal(rig_tx(&rig, 1)[1] & TXD_DD, TXD_DD);
    rig_close(&rig);
}

static void a_packet_of_several_descriptors_is_gathered(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, TXD_EXTENDED | TXD_FCS | 50, 50, 0);
    rig_tx_fill(&rig, TXD_EXTENDED | 30, 30, 50);
    rig_tx_fill(&rig, TXD_EXTENDED | TXD_EOP | TXD_RS | 40, 40, 80);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 120, 0);
    assert_int_equal(rig_tx(&rig, 2)[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_read(&rig, E_TX + Q_HEAD), 3);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_packet_whose_end_is_not_lent_yet_waits(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, TXD_EXTENDED | TXD_FCS | 50, 50, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_tx_fill(&rig, TXD_EXTENDED | TXD_EOP | TXD_RS | 50, 50, 50);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 100, 0);
    rig_close(&rig);
}

static void a_context_descriptor_is_consumed(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, 1u << 29 | TXD_RS, 0, 0);
    rig_tx_fill(&rig, bench_frame(60), 60, 4);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 60, 4);
    assert_int_equal(rig_tx(&rig, 0)[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_read(&rig, E_TX + Q_HEAD), 2);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void the_longest_frame_is_sent(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, bench_frame(9230), 9230, 4);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 9230, 4);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Bytes of the frame that comes of one of 20 bytes. */
static int length_of_short(uint32_t tctl)
{
    struct rig rig;
    uint8_t frame[64];
    int length;

    bench_open(&rig, CARD);
    bench_transmit(&rig, tctl);
    rig_tx_fill(&rig, bench_frame(20), 20, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    length = ir_sim_take(&rig.dev, frame, sizeof(frame));
    rig_close(&rig);
    return length;
}

static void psp_pads_short_packets(void **state)
{
    (void)state;
    assert_int_equal(length_of_short(E_TCTL_PSP), 60);
    assert_int_equal(length_of_short(0), 20);
}

static void a_ring_without_tarc_enable_rests(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_TX + E_Q_TARC, E_TARC_ONE);
    bench_transmit(&rig, 0);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_write(&rig, E_TX + E_Q_TARC, E_TARC_ONE | E_TARC_ENABLE);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void both_queues_send(void **state)
{
    struct rig rig;
    uint32_t second = E_TX + E_STRIDE;
    uint64_t *words;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, second + Q_BAL, RIG_IOVA + RIG_HEAD);
    rig_write(&rig, second + Q_LEN, 128);
    bench_transmit(&rig, 0);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    words = (uint64_t *)(void *)(rig.memory.memory + RIG_HEAD);
    words[0] = RIG_IOVA + RIG_TX_BUFFER;
    words[1] = bench_frame(60);
    rig_write(&rig, second + Q_TAIL, 1);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(words[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void the_transmitter_stops_some_time_after_it_is_off(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",late=tctl.en:25");
    rig_write(&rig, E_TCTL, 0);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    rig_delay(&rig, 20);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_extended_descriptor_is_sent),
        cmocka_unit_test(a_legacy_descriptor_is_sent),
        cmocka_unit_test(dd_is_set_on_descriptors_with_rs_only),
        cmocka_unit_test(a_packet_of_several_descriptors_is_gathered),
        cmocka_unit_test(a_packet_whose_end_is_not_lent_yet_waits),
        cmocka_unit_test(a_context_descriptor_is_consumed),
        cmocka_unit_test(the_longest_frame_is_sent),
        cmocka_unit_test(psp_pads_short_packets),
        cmocka_unit_test(a_ring_without_tarc_enable_rests),
        cmocka_unit_test(both_queues_send),
        cmocka_unit_test(the_transmitter_stops_some_time_after_it_is_off),
    };

    return RIG_MAIN(tests);
}
