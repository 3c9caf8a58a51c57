/* SPDX-License-Identifier: MIT
 *
 * Transmit rings: descriptors of each kind, completion in each way, padding. Packets that
 * break a rule are in test_rules.c.
 */
#include "rig.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

static void start(struct rig *rig)
{
    rig_open(rig, ARGUMENTS);
    rig_start(rig);
}

/* Length of the next frame on the wire, whose first byte is `first`. */
static void expect_frame(struct rig *rig, uint32_t length, uint8_t first)
{
    uint8_t frame[SIM_FRAME_MAX];

    assert_int_equal(ir_sim_take(&rig->dev, frame, sizeof(frame)), length);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(frame[i], (uint8_t)(first + i));
}

static void a_packet_in_one_descriptor_is_sent(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(100), 100, 5);
    assert_int_equal(rig_step(&rig), 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 100, 5);
    assert_int_equal(rig_read(&rig, R_TX + Q_HEAD), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void dd_is_set_on_descriptors_with_rs_only(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(60) & ~(uint64_t)TXD_RS, 60, 1);
    rig_tx_fill(&rig, rig_frame(60), 60, 2);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_tx(&rig, 0)[1] & TXD_DD, 0);
    assert_int_equal(rig_tx(&rig, 1)[1], (rig_frame(60) & UINT32_MAX) | TXD_DD);
    rig_close(&rig);
}

static void a_legacy_descriptor_is_sent(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, 80 | TXD_EOP | TXD_FCS | TXD_RS, 80, 3);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 80, 3);
    assert_int_equal(rig_tx(&rig, 0)[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_packet_of_several_descriptors_is_gathered(void **state)
{
    struct rig rig;
    uint64_t middle = TXD_ADV | TXD_FCS | (uint64_t)120 << 46;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, middle | 50, 50, 0);
    rig_tx_fill(&rig, middle | 30, 30, 50);
    rig_tx_fill(&rig, middle | TXD_EOP | TXD_RS | 40, 40, 80);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 120, 0);
    assert_int_equal(rig_tx(&rig, 2)[1] & TXD_DD, TXD_DD);
    assert_int_equal(rig_read(&rig, R_TX + Q_HEAD), 3);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void forty_descriptors_are_one_packet(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    for (uint32_t i = 0; i < 40; i++)
        rig_tx_fill(&rig,
                    TXD_ADV | TXD_FCS | 2 | (uint64_t)80 << 46 | (i == 39 ? TXD_EOP | TXD_RS : 0),
                    2, (uint8_t)(2 * i));
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 80, 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_packet_whose_end_is_not_lent_yet_waits(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, TXD_ADV | TXD_FCS | 50 | (uint64_t)100 << 46, 50, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_tx_fill(&rig, TXD_ADV | TXD_FCS | TXD_EOP | 50 | (uint64_t)100 << 46, 50, 50);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 100, 0);
    rig_close(&rig);
}

static void a_context_descriptor_is_consumed(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, 1u << 29 | 2u << 20, 0, 0);
    rig_tx_fill(&rig, rig_frame(60), 60, 4);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 60, 4);
    assert_int_equal(rig_read(&rig, R_TX + Q_HEAD), 2);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_short_packet_is_padded_to_60_bytes(void **state)
{
    struct rig rig;
    uint8_t frame[128];

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(20), 20, 0xf0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 60);
    assert_int_equal(frame[19], 0x03);
    for (uint32_t i = 20; i < 60; i++)
        assert_int_equal(frame[i], 0);
    rig_close(&rig);
}

static void without_txpaden_a_short_packet_stays_short(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) & ~HLREG0_TXPADEN);
    rig_tx_fill(&rig, rig_frame(20), 20, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    expect_frame(&rig, 20, 1);
    rig_close(&rig);
}

static void packets_are_sent_in_order_around_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    for (uint32_t i = 0; i < 3 * RIG_RING; i++) {
        rig_tx_fill(&rig, rig_frame(60 + i % 7), 60 + i % 7, (uint8_t)i);
        rig_tx_tail(&rig);
        assert_int_equal(rig_step(&rig), 1);
        expect_frame(&rig, 60 + i % 7, (uint8_t)i);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_step_goes_around_the_end_of_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    for (uint32_t round = 0; round < 5; round++) {
        for (uint32_t i = 0; i < 40; i++)
            rig_tx_fill(&rig, rig_frame(60 + i), 60 + i, (uint8_t)i);
        rig_tx_tail(&rig);
        assert_int_equal(rig_step(&rig), 40);
        for (uint32_t i = 0; i < 40; i++)
            expect_frame(&rig, 60 + i, (uint8_t)i);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Queue 0 with head write-back. */
static void start_writeback(struct rig *rig)
{
    rig_open(rig, ARGUMENTS);
    rig_init(rig);
    rig_write(rig, R_TX + Q_DCA, 0);
    rig_write(rig, R_TX + Q_TDWBAH, 0);
    rig_write(rig, R_TX + Q_TDWBAL, (RIG_IOVA + RIG_HEAD) | TDWBAL_ENABLE);
    rig_tx_queue(rig, 0);
}

static uint32_t *head_word(const struct rig *rig)
{
    return (uint32_t *)(void *)(rig->memory.memory + RIG_HEAD);
}

static void with_head_writeback_the_head_is_written_and_no_dd(void **state)
{
    struct rig rig;

    (void)state;
    start_writeback(&rig);
    *head_word(&rig) = 0x5555;
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_fill(&rig, rig_frame(60), 60, 2);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(*head_word(&rig), 2);
    assert_int_equal(rig_tx(&rig, 1)[1] & TXD_DD, 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void the_head_is_written_for_descriptors_with_rs_only(void **state)
{
    struct rig rig;

    (void)state;
    start_writeback(&rig);
    *head_word(&rig) = 0x5555;
    rig_tx_fill(&rig, rig_frame(60) & ~(uint64_t)TXD_RS, 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(*head_word(&rig), 0x5555);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_fill(&rig, rig_frame(60) & ~(uint64_t)TXD_RS, 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(*head_word(&rig), 2);
    rig_close(&rig);
}

static void the_written_head_wraps_to_0(void **state)
{
    struct rig rig;

    (void)state;
    start_writeback(&rig);
    for (uint32_t i = 0; i < RIG_RING - 1u; i++)
        rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), RIG_RING - 1);
    assert_int_equal(*head_word(&rig), RIG_RING - 1);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(*head_word(&rig), 0);
    rig_close(&rig);
}

static void nothing_is_sent_while_dmatxctl_te_is_0(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, R_DMATXCTL, 0);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_write(&rig, R_DMATXCTL, DMATXCTL_TE);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void queues_are_served_beside_each_other(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_tx_queue(&rig, 127);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_write(&rig, R_TX + 127 * Q_STRIDE + Q_TAIL, 1);
    assert_int_equal(rig_step(&rig), 1);
    expect_frame(&rig, 60, 1);
    rig_close(&rig);
}

static void a_sent_packet_raises_the_cause_of_its_queue(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, R_IVAR, (0x80u | 4u) << 8);
    (void)rig_read(&rig, R_EICR);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_EICR), 1u << 4);
    rig_close(&rig);
}

static void an_odd_queue_has_the_upper_half_of_its_ivar(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_IVAR + 4, (0x80u | 6u) << 24);
    rig_tx_queue(&rig, 3);
    (void)rig_read(&rig, R_EICR);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_write(&rig, R_TX + 3 * Q_STRIDE + Q_TAIL, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_EICR), 1u << 6);
    rig_close(&rig);
}

static void a_flushed_queue_may_be_disabled_with_packets_in_it(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    rig_write(&rig, R_TX + Q_CONTROL, TXDCTL_SWFLSH);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_TX + Q_CONTROL), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_in_one_descriptor_is_sent),
        cmocka_unit_test(dd_is_set_on_descriptors_with_rs_only),
        cmocka_unit_test(a_legacy_descriptor_is_sent),
        cmocka_unit_test(a_packet_of_several_descriptors_is_gathered),
        cmocka_unit_test(forty_descriptors_are_one_packet),
        cmocka_unit_test(a_packet_whose_end_is_not_lent_yet_waits),
        cmocka_unit_test(a_context_descriptor_is_consumed),
        cmocka_unit_test(a_short_packet_is_padded_to_60_bytes),
        cmocka_unit_test(without_txpaden_a_short_packet_stays_short),
        cmocka_unit_test(packets_are_sent_in_order_around_the_ring),
        cmocka_unit_test(a_step_goes_around_the_end_of_the_ring),
        cmocka_unit_test(with_head_writeback_the_head_is_written_and_no_dd),
        cmocka_unit_test(the_head_is_written_for_descriptors_with_rs_only),
        cmocka_unit_test(the_written_head_wraps_to_0),
        cmocka_unit_test(nothing_is_sent_while_dmatxctl_te_is_0),
        cmocka_unit_test(queues_are_served_beside_each_other),
        cmocka_unit_test(a_sent_packet_raises_the_cause_of_its_queue),
        cmocka_unit_test(an_odd_queue_has_the_upper_half_of_its_ivar),
        cmocka_unit_test(a_flushed_queue_may_be_disabled_with_packets_in_it),
    };

    return RIG_MAIN(tests);
}
