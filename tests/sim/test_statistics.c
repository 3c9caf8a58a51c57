/* SPDX-License-Identifier: MIT
 *
 * Counters: what they count, and that reading clears them.
 */
#include "rig.h"

static void start(struct rig *rig)
{
    rig_open(rig, "82599,mode=step,wire=memory");
    rig_start(rig);
}

static void received_frames_and_bytes_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    rig_put(&rig, 100, 1);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_read(&rig, R_GPRC), 2);
    assert_int_equal(rig_read(&rig, R_QPRC), 2);
    assert_int_equal(rig_read(&rig, R_TPR), 2);
    assert_int_equal(rig_read(&rig, R_RXDGPC), 2);
    assert_int_equal(rig_read(&rig, R_BPRC), 2);
    assert_int_equal(rig_read(&rig, R_MPRC), 0);
    /* Bytes include the checksum. */
    assert_int_equal(rig_read(&rig, R_GORCL), 168);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    assert_int_equal(rig_read(&rig, R_QBRC_L), 168);
    assert_int_equal(rig_read(&rig, R_TORL), 168);
    rig_close(&rig);
}

static void sent_frames_and_bytes_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(20), 20, 1); /* a group address, padded to 60 */
    rig_tx_fill(&rig, rig_frame(200), 200, 2);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_read(&rig, R_GPTC), 2);
    assert_int_equal(rig_read(&rig, R_QPTC), 2);
    assert_int_equal(rig_read(&rig, R_TPT), 2);
    assert_int_equal(rig_read(&rig, R_TXDGPC), 2);
    assert_int_equal(rig_read(&rig, R_MPTC), 1);
    assert_int_equal(rig_read(&rig, R_BPTC), 0);
    assert_int_equal(rig_read(&rig, R_GOTCL), 64 + 204);
    assert_int_equal(rig_read(&rig, R_GOTCH), 0);
    assert_int_equal(rig_read(&rig, R_QBTC_L), 64 + 204);
    rig_close(&rig);
}

static void frames_are_counted_by_size(void **state)
{
    static const uint32_t lengths[] = {60, 61, 123, 124, 251, 252, 507, 508, 1019, 1020, 1514};
    static const uint32_t expected[] = {1, 2, 2, 2, 2, 2};
    struct rig rig;

    (void)state;
    start(&rig);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        rig_put(&rig, lengths[i], 1);
        rig_tx_fill(&rig, rig_frame(lengths[i]), lengths[i], 1);
    }
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(rig_read(&rig, R_PRC64 + 4 * i), expected[i]);
        assert_int_equal(rig_read(&rig, R_PTC64 + 4 * i), expected[i]);
    }
    rig_close(&rig);
}

static void reading_a_counter_clears_it(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GPRC), 1);
    assert_int_equal(rig_read(&rig, R_GPRC), 0);
    assert_int_equal(rig_read(&rig, R_QPRC), 1);
    rig_close(&rig);
}

static void reading_the_high_half_of_a_pair_clears_it(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GORCL), 64);
    assert_int_equal(rig_read(&rig, R_GORCL), 64);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    assert_int_equal(rig_read(&rig, R_GORCL), 0);
    rig_close(&rig);
}

static void what_arrives_between_the_halves_of_a_pair_is_not_lost(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GORCL), 64);
    rig_put(&rig, 96, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    assert_int_equal(rig_read(&rig, R_GORCL), 100);
    rig_close(&rig);
}

static void a_high_half_without_its_low_half_clears_nothing(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GORCL), 64);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    rig_put(&rig, 96, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    assert_int_equal(rig_read(&rig, R_GORCL), 100);
    rig_close(&rig);
}

static void a_pair_has_36_bits(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    sim_lock(&rig.card->base);
    sim_count_pair(rig.card, R_GORCL, UINT64_C(0xfffffffff));
    sim_unlock(&rig.card->base);
    assert_int_equal(rig_read(&rig, R_GORCL), UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_GORCH), 0xf);
    sim_lock(&rig.card->base);
    sim_count_pair(rig.card, R_GORCL, UINT64_C(0xfffffffff));
    sim_count_pair(rig.card, R_GORCL, 6);
    sim_unlock(&rig.card->base);
    assert_int_equal(rig_read(&rig, R_GORCL), 5);
    assert_int_equal(rig_read(&rig, R_GORCH), 0);
    rig_close(&rig);
}

static void rqsmr_and_tqsm_choose_the_queue_counters(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, R_RQSMR, 7);
    rig_write(&rig, R_TQSM, 9);
    rig_put(&rig, 60, 1);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_QPRC), 0);
    assert_int_equal(rig_read(&rig, R_QPRC + 0x40 * 7), 1);
    assert_int_equal(rig_read(&rig, R_QBRC_L + 0x40 * 7), 64);
    assert_int_equal(rig_read(&rig, R_QPTC + 4 * 9), 1);
    assert_int_equal(rig_read(&rig, R_QBTC_L + 8 * 9), 64);
    rig_close(&rig);
}

static void each_queue_has_its_own_byte_of_tqsm(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_init(&rig);
    rig_write(&rig, R_TQSM + 4, 0x04030201);
    rig_tx_queue(&rig, 6);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_write(&rig, R_TX + 6 * Q_STRIDE + Q_TAIL, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_QPTC + 4 * 3), 1);
    rig_close(&rig);
}

static void qptc_has_two_addresses(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, 0x6030), 1);
    assert_int_equal(rig_read(&rig, R_QPTC), 0);
    rig_close(&rig);
}

static void a_filtered_frame_counts_in_the_total_only(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_receive(&rig, false);
    rig_write(&rig, R_FCTRL, 0);
    rig_receive(&rig, true);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, R_TPR), 1);
    assert_int_equal(rig_read(&rig, R_GPRC), 0);
    rig_close(&rig);
}

static void frames_that_a_timed_wire_loses_are_missed(void **state)
{
    struct rig rig;
    uint32_t missed;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen,size=1024,rate=1000000,count=10000");
    rig_start(&rig);
    (void)rig_step(&rig);
    (void)rig_read(&rig, R_EICR);
    rig_delay(&rig, 10000); /* 10000 frames, of which the packet buffer holds 512 */
    (void)rig_step(&rig);
    missed = rig_read(&rig, R_MPC);
    assert_true(missed > 9000 && missed < 9500);
    assert_true(rig_read(&rig, R_GPRC) > missed);
    assert_int_equal(rig_read(&rig, R_EICR) & EICR_RX_MISS, EICR_RX_MISS);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(received_frames_and_bytes_are_counted),
        cmocka_unit_test(sent_frames_and_bytes_are_counted),
        cmocka_unit_test(frames_are_counted_by_size),
        cmocka_unit_test(reading_a_counter_clears_it),
        cmocka_unit_test(reading_the_high_half_of_a_pair_clears_it),
        cmocka_unit_test(what_arrives_between_the_halves_of_a_pair_is_not_lost),
        cmocka_unit_test(a_high_half_without_its_low_half_clears_nothing),
        cmocka_unit_test(a_pair_has_36_bits),
        cmocka_unit_test(rqsmr_and_tqsm_choose_the_queue_counters),
        cmocka_unit_test(each_queue_has_its_own_byte_of_tqsm),
        cmocka_unit_test(qptc_has_two_addresses),
        cmocka_unit_test(a_filtered_frame_counts_in_the_total_only),
        cmocka_unit_test(frames_that_a_timed_wire_loses_are_missed),
    };

    return RIG_MAIN(tests);
}
