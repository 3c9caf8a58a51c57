/* SPDX-License-Identifier: MIT
 *
 * The hostile 82574 by itself: lies in both formats of receive descriptors, and about what it has
 * sent, which it tells by DD. When a card lies is tested with the 82599.
 */
#include <string.h>

#include "bench.h"

static uint64_t status(uint64_t word, bool extended)
{
    return extended ? word & 0xffu : word >> 32 & 0xffu;
}

static uint32_t length(uint64_t word, bool extended)
{
    return (uint32_t)((extended ? word >> 32 : word) & 0xffffu);
}

/* What a card that lies in this way reports of one frame of 77 bytes. */
static uint64_t report(const char *arguments, bool extended)
{
    struct rig rig;
    uint64_t word;

    bench_open(&rig, arguments);
    bench_receive(&rig, BENCH_RCTL, extended, RIG_RING - 1u);
    rig_put(&rig, 77, 1);
    (void)rig_step(&rig);
    word = rig_rx(&rig, 0)[1];
    rig_close(&rig);
    return word;
}

static void a_report_lies_about_what_it_says_in_both_formats(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        bool extended = i == 0;

        assert_int_equal(status(report(CARD, extended), extended), RXD_DD | RXD_EOP);
        assert_int_equal(length(report(CARD, extended), extended), 77);
        assert_int_equal(status(report(CARD ",hostile=rx.endless", extended), extended), RXD_DD);
        assert_int_equal(length(report(CARD ",hostile=rx.zero", extended), extended), 0);
        assert_true(length(report(CARD ",hostile=rx.long", extended), extended) > 2048u);
        assert_int_equal(length(report(CARD ",hostile=rx.longest", extended), extended), 65535);
        assert_int_equal(report(CARD ",hostile=rx.order", extended), 0);
        assert_int_equal(status(report(CARD ",hostile=rx.random", extended), extended) & RXD_DD,
                         RXD_DD);
        assert_int_equal(status(report(CARD ",hostile=rx.empty", extended), extended),
                         RXD_DD | RXD_EOP);
        assert_in_range(length(report(CARD ",hostile=rx.empty", extended), extended), 60, 1514);
    }
}

static void the_descriptor_beyond_the_tail_is_reported_in_both_formats(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        struct rig rig;

        bench_open(&rig, CARD ",hostile=rx.unlent");
        bench_receive(&rig, BENCH_RCTL, i == 0, RIG_RING - 1u);
        (void)rig_step(&rig);
        assert_int_equal(status(rig_rx(&rig, RIG_RING - 1u)[1], i == 0) & RXD_DD, RXD_DD);
        rig_close(&rig);
    }
}

static void a_legacy_report_changes_until_lies_are_turned_off(void **state)
{
    struct rig rig;
    uint64_t honest = 77 | (uint64_t)(RXD_DD | RXD_EOP) << 32;
    uint32_t changes = 0;

    (void)state;
    bench_open(&rig, CARD ",hostile=rx.flip");
    bench_receive(&rig, BENCH_RCTL, false, RIG_RING - 1u);
    rig_put(&rig, 77, 1);
    for (uint32_t i = 0; i < 50; i++) {
        uint64_t before = rig_rx(&rig, 0)[1];

        (void)rig_step(&rig);
        changes += rig_rx(&rig, 0)[1] != before;
        assert_int_equal(rig_rx(&rig, 0)[0], RIG_IOVA + RIG_RX_BUFFER);
    }
    assert_true(changes > 20u);
    sim_hostile_turn_off(rig.card);
    assert_int_equal(rig_rx(&rig, 0)[1], honest);
    rig_close(&rig);
}

/* Two packets are sent, each with RS, and a third waits in the ring. */
static void send_on(struct rig *rig, const char *arguments)
{
    bench_start(rig, arguments);
    for (uint8_t i = 0; i < 2; i++) {
        rig_tx_fill(rig, bench_frame(60), 60, i);
        rig_tx_tail(rig);
        (void)rig_step(rig);
    }
}

static bool done(const struct rig *rig, uint32_t slot)
{
    return (rig_tx(rig, slot)[1] & TXD_DD) != 0;
}

static void what_was_not_sent_is_reported(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",hostile=tx.ahead");
    for (uint8_t i = 0; i < 3; i++)
        rig_tx_fill(&rig, bench_frame(60) & ~(uint64_t)(i == 1 ? TXD_RS : 0), 60, i);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    for (uint32_t i = 0; i < 3; i++)
        assert_true(done(&rig, i));
    /* The driver may believe it; the card neither goes on nor judges tails until a reset. */
    rig_tx_fill(&rig, bench_frame(60), 60, 3);
    rig_write(&rig, E_TX + Q_TAIL, 2);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void what_was_sent_is_not_reported(void **state)
{
    struct rig rig;

    (void)state;
    send_on(&rig, CARD ",hostile=tx.equal:1");
    assert_false(done(&rig, 0));
    assert_true(done(&rig, 1));
    rig_close(&rig);
}

static void a_report_is_taken_back(void **state)
{
    struct rig rig;

    (void)state;
    send_on(&rig, CARD ",hostile=tx.back");
    assert_false(done(&rig, 0));
    assert_true(done(&rig, 1));
    rig_close(&rig);
}

/* The driver has used the slot again: that is its own now, and no business of the card's. */
static void a_report_is_not_taken_back_from_a_slot_in_use(void **state)
{
    struct rig rig;
    uint64_t again = bench_frame(99);

    (void)state;
    bench_start(&rig, CARD ",hostile=tx.back");
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    rig_tx(&rig, 0)[1] = again;
    rig_tx_fill(&rig, bench_frame(60), 60, 2);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(rig_tx(&rig, 0)[1], again);
    rig_close(&rig);
}

static void anything_is_written_into_a_report(void **state)
{
    struct rig rig;

    (void)state;
    send_on(&rig, CARD ",hostile=tx.huge");
    assert_true(done(&rig, 0));
    assert_int_not_equal(rig_tx(&rig, 0)[1] & UINT32_MAX, bench_frame(60));
    rig_close(&rig);
}

static void every_cause_is_pending(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD ",hostile=eicr");
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(rig_read(&rig, E_ICR), 0x7fffffff);
    rig_close(&rig);
}

static void a_register_lies_by_its_name_and_no_other_does(void **state)
{
    struct rig rig;
    uint32_t lies = 0;

    (void)state;
    rig_open(&rig, CARD ",hostile=TIPG");
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(rig_read(&rig, E_VET), 0x8100);
        lies += rig_read(&rig, 0x410) != 0x00602008;
    }
    assert_true(lies > 45u);
    rig_close(&rig);
}

static void a_lie_of_a_register_excuses_what_follows_from_it(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",hostile=RCTL:1");
    (void)rig_read(&rig, E_RCTL);
    rig_write(&rig, E_RFCTL, 0);
    rig_write(&rig, E_MDIC, 0);
    rig_write(&rig, E_MDIC, 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, E_STATUS, 0);
    rig_expect(&rig, SIM_RULE_REGISTER_READ_ONLY, "STATUS");
    rig_close(&rig);
}

static void every_field_that_is_waited_for_can_be_late(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD ",hostile=field");
    rig_delay(&rig, 1000000);
    assert_int_equal(rig_read(&rig, E_EEC) & EEC_AUTO_READ_DONE, 0);
    assert_int_equal(rig_read(&rig, E_EEMNGCTL) & EEMNGCTL_DONE, 0);
    rig_write(&rig, E_MDIC, E_MDIC_READ << 26 | 1u << 21);
    rig_write(&rig, E_EERD, EERD_START);
    rig_write(&rig, E_EXTCNF_CTRL, E_EXTCNF_MDIO_SW);
    rig_delay(&rig, 1000000);
    assert_int_equal(rig_read(&rig, E_MDIC) & E_MDIC_READY, 0);
    assert_int_equal(rig_read(&rig, E_EERD) & EERD_DONE, 0);
    assert_int_equal(rig_read(&rig, E_EXTCNF_CTRL), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_lies_about_what_it_says_in_both_formats),
        cmocka_unit_test(the_descriptor_beyond_the_tail_is_reported_in_both_formats),
        cmocka_unit_test(a_legacy_report_changes_until_lies_are_turned_off),
        cmocka_unit_test(what_was_not_sent_is_reported),
        cmocka_unit_test(what_was_sent_is_not_reported),
        cmocka_unit_test(a_report_is_taken_back),
        cmocka_unit_test(a_report_is_not_taken_back_from_a_slot_in_use),
        cmocka_unit_test(anything_is_written_into_a_report),
        cmocka_unit_test(every_cause_is_pending),
        cmocka_unit_test(a_register_lies_by_its_name_and_no_other_does),
        cmocka_unit_test(a_lie_of_a_register_excuses_what_follows_from_it),
        cmocka_unit_test(every_field_that_is_waited_for_can_be_late),
    };

    return RIG_MAIN(tests);
}
