/* SPDX-License-Identifier: MIT
 *
 * The hostile card by itself: when it lies, what a lie is, and which of a driver's breaches are
 * excused by it. What a driver makes of the lies is tested in tests/hostile.
 */
#include <string.h>

#include "rig.h"

#define CARD "82599,mode=step,wire=memory"

static void start(struct rig *rig, const char *arguments)
{
    rig_open(rig, arguments);
    rig_start(rig);
}

static uint64_t report(const struct rig *rig, uint32_t slot)
{
    return rig_rx(rig, slot)[1];
}

static void an_honest_card_has_no_lies(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_null(rig.card->hostile);
    rig_close(&rig);
    rig_open(&rig, CARD ",hostile=rx.zero");
    assert_non_null(rig.card->hostile);
    rig_close(&rig);
}

static void a_card_lies_so_many_times_after_so_many_chances(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD ",hostile=gone:2:3");
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(rig_read(&rig, R_MAXFRS) == IR_REG_GONE, i == 3 || i == 4);
    rig_close(&rig);
}

static void writes_to_a_card_that_is_gone_are_lost(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD ",hostile=gone:1:1");
    rig_write(&rig, R_MAXFRS, 0x07000000);
    rig_write(&rig, R_MAXFRS, 0x08000000);
    assert_int_equal(rig_read(&rig, R_MAXFRS), 0x07000000);
    rig_close(&rig);
}

static void a_tail_written_to_a_card_that_is_gone_is_lost(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD);
    assert_int_equal(sim_hostile_turn_on(rig.card, SIM_HOSTILE_GONE, 1, 0), 0);
    rig_tx_fill(&rig, rig_frame(88), 88, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void a_register_lies_by_its_name_and_no_other_does(void **state)
{
    struct rig rig;
    uint32_t lies = 0;

    (void)state;
    rig_open(&rig, CARD ",hostile=MAXFRS");
    for (uint32_t i = 0; i < 50; i++) {
        assert_int_equal(rig_read(&rig, R_HLREG0), 0x00010403);
        lies += rig_read(&rig, R_MAXFRS) != 1518u << 16;
    }
    assert_true(lies > 45u);
    rig_close(&rig);
}

/* Both halves of the receive queues are called RXDCTL. */
static void all_registers_of_a_name_lie(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD ",hostile=RXDCTL:40");
    for (uint32_t queue = 0; queue < SIM_QUEUES; queue += 64u) {
        uint32_t lies = 0;

        for (uint32_t i = 0; i < 40; i++)
            lies += rig_read(&rig, sim_queue_base(queue) + Q_CONTROL) != 0;
        assert_true(lies > 20u);
    }
    rig_close(&rig);
}

static void the_descriptor_beyond_the_tail_is_reported(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD ",hostile=rx.unlent");
    assert_int_equal(report(&rig, RIG_RING - 1u), 0);
    (void)rig_step(&rig);
    assert_int_equal(report(&rig, RIG_RING - 1u) & RXD_DD, RXD_DD);
    assert_int_equal(report(&rig, 0), 0);
    rig_close(&rig);
}

static void a_report_changes_until_its_slot_is_lent_again(void **state)
{
    struct rig rig;
    uint64_t before;
    uint32_t changes = 0;

    (void)state;
    start(&rig, CARD ",hostile=rx.flip");
    rig_put(&rig, 77, 1);
    (void)rig_step(&rig);
    before = report(&rig, 0);
    for (uint32_t i = 0; i < 50; i++) {
        (void)rig_step(&rig);
        changes += report(&rig, 0) != before;
        before = report(&rig, 0);
    }
    assert_true(changes > 20u);
    rig_tx_tail(&rig); /* a tail is written: a chance as well */
    rig_rx(&rig, 0)[1] = 0;
    for (uint32_t i = 0; i < 50; i++) {
        (void)rig_step(&rig);
        assert_int_equal(report(&rig, 0), 0);
    }
    rig_close(&rig);
}

static void the_truth_is_told_again_when_lies_are_turned_off(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD ",hostile=rx.flip");
    rig_put(&rig, 77, 1);
    for (uint32_t i = 0; i < 20; i++)
        (void)rig_step(&rig);
    sim_hostile_turn_off(rig.card);
    assert_int_equal(report(&rig, 0), RXD_DD | RXD_EOP | UINT64_C(77) << 32);
    rig_close(&rig);
}

/* The whole buffer of slot 0 holds this byte. */
static bool filled(const struct rig *rig, uint8_t byte)
{
    for (uint32_t i = 0; i < RIG_BUFFER; i++)
        if (rig_rx_data(rig, 0)[i] != byte)
            return false;
    return true;
}

/* Memory that is not mapped is not written to, even by a card that has been there before. */
static void a_late_write_ends_at_the_iommu(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD ",hostile=rx.late");
    rig_put(&rig, 77, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig.transport->ops->unmap(rig.transport, &rig.memory), 0);
    memset(rig_rx_data(&rig, 0), 0x5a, RIG_BUFFER);
    for (uint32_t i = 0; i < 100; i++)
        sim_hostile_round(rig.card);
    assert_true(filled(&rig, 0x5a));
    assert_int_equal(rig_violations(&rig), 0); /* it is the card's own doing */
    assert_int_equal(rig.transport->ops->map(rig.transport, &rig.memory), 0);
    for (uint32_t i = 0; i < 100; i++)
        sim_hostile_round(rig.card);
    assert_false(filled(&rig, 0x5a));
    rig_close(&rig);
}

static void violations_count_on_a_card_that_lies_about_descriptors(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD ",hostile=rx.zero,hostile=tx.huge");
    rig_put(&rig, 77, 1);
    (void)rig_step(&rig);
    rig_write(&rig, R_FCTRL, 0);
    rig_expect(&rig, SIM_RULE_FCTRL_RECEIVING, "FCTRL");
    rig_close(&rig);
}

/* Only until the next reset, and only what a driver does by registers. */
static void a_lie_of_a_register_excuses_what_follows_from_it(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD ",hostile=FCTRL:1:1");
    (void)rig_read(&rig, R_FCTRL);
    (void)rig_read(&rig, R_FCTRL); /* the lie */
    rig_write(&rig, R_FCTRL, 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_tx_fill(&rig, rig_frame(88), 88, 1);
    rig_tx(&rig, 0)[0] = 0x1000; /* not mapped */
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    rig_expect(&rig, SIM_RULE_DMA_UNMAPPED, "0x1000");
    rig_close(&rig);

    start(&rig, CARD ",hostile=FCTRL:1");
    (void)rig_read(&rig, R_FCTRL);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 10000);
    rig.rx_tail = 0;
    rig_start(&rig);
    rig_write(&rig, R_FCTRL, 0);
    rig_expect(&rig, SIM_RULE_FCTRL_RECEIVING, "FCTRL");
    rig_close(&rig);
}

static void a_write_that_was_lost_excuses_everything_until_the_reset(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, CARD);
    assert_int_equal(sim_hostile_turn_on(rig.card, SIM_HOSTILE_GONE, 1, 0), 0);
    rig_write(&rig, R_MAXFRS, 0x08000000);
    rig_write(&rig, R_STATUS, 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 10000);
    rig_write(&rig, R_STATUS, 0);
    rig_expect(&rig, SIM_RULE_REGISTER_READ_ONLY, "STATUS");
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_card_has_no_lies),
        cmocka_unit_test(a_card_lies_so_many_times_after_so_many_chances),
        cmocka_unit_test(writes_to_a_card_that_is_gone_are_lost),
        cmocka_unit_test(a_tail_written_to_a_card_that_is_gone_is_lost),
        cmocka_unit_test(a_register_lies_by_its_name_and_no_other_does),
        cmocka_unit_test(all_registers_of_a_name_lie),
        cmocka_unit_test(the_descriptor_beyond_the_tail_is_reported),
        cmocka_unit_test(a_report_changes_until_its_slot_is_lent_again),
        cmocka_unit_test(the_truth_is_told_again_when_lies_are_turned_off),
        cmocka_unit_test(a_late_write_ends_at_the_iommu),
        cmocka_unit_test(violations_count_on_a_card_that_lies_about_descriptors),
        cmocka_unit_test(a_lie_of_a_register_excuses_what_follows_from_it),
        cmocka_unit_test(a_write_that_was_lost_excuses_everything_until_the_reset),
    };

    return RIG_MAIN(tests);
}
