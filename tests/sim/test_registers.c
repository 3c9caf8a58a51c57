/* SPDX-License-Identifier: MIT
 *
 * Registers: what reading and writing them does, first values, aliases. Rings and frames are
 * elsewhere.
 */
#include "rig.h"

static void every_register_with_a_reset_value_reads_it(void **state)
{
    static const uint32_t expected[][2] = {
        {R_HLREG0, 0x00010403},
        {R_RDRXCTL, 8u << 17},
        {0x03c00, 512u << 10},
        {0x03c04, 0},
        {0x0cc00, 160u << 10},
        {0x08100, 0x10},
        {R_RX + Q_DCA, 1u << 12},
        {R_TX + Q_DCA, 1u << 11},
        {R_RX + Q_SRRCTL, 0x402},
        {R_MAXFRS, 1518u << 16},
        {R_STATUS, 1u << 19},
        {R_EEC, 1u << 8},
        {R_AUTOC, 1u << 13},
        {R_CTRL, 0},
        {0x10148, 0},
    };
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(rig_read(&rig, expected[i][0]), expected[i][1]);
    rig_close(&rig);
}

static void a_plain_register_keeps_what_is_written(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, 0x00018, 0x12345678);
    assert_int_equal(rig_read(&rig, 0x00018), 0x12345678);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Write through one address of a register, read through the other, and back. */
static void check_alias(uint32_t offset, uint32_t alias)
{
    struct rig rig;

    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, alias, 0x01020304);
    assert_int_equal(rig_read(&rig, offset), 0x01020304);
    rig_write(&rig, offset, 0x0a0b0c0d);
    assert_int_equal(rig_read(&rig, alias), 0x0a0b0c0d);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

#define ALIAS_TEST(name, offset, alias)                                                            \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check_alias(offset, alias);                                                                \
    }
ALIAS_TEST(srrctl_of_queue_0_has_an_alias, 0x1014, 0x2100)
ALIAS_TEST(srrctl_of_queue_15_has_an_alias, 0x1014 + 15 * 0x40, 0x2100 + 15 * 4)
ALIAS_TEST(dca_rxctrl_of_queue_0_has_an_alias, 0x100c, 0x2200)
ALIAS_TEST(dca_rxctrl_of_queue_15_has_an_alias, 0x100c + 15 * 0x40, 0x2200 + 15 * 4)
ALIAS_TEST(ral_0_has_an_alias, 0xa200, 0x5400)
ALIAS_TEST(rah_15_has_an_alias, 0xa204 + 15 * 8, 0x5404 + 15 * 8)
ALIAS_TEST(mrqc_has_an_alias, 0xec80, 0x5818)
ALIAS_TEST(reta_0_has_an_alias, 0xeb00, 0x5c00)
ALIAS_TEST(reta_31_has_an_alias, 0xeb00 + 31 * 4, 0x5c00 + 31 * 4)
ALIAS_TEST(rssrk_0_has_an_alias, 0xeb80, 0x5c80)
ALIAS_TEST(rssrk_9_has_an_alias, 0xeb80 + 9 * 4, 0x5c80 + 9 * 4)
ALIAS_TEST(psrtype_has_an_alias, 0xea00, 0x5480)

static void queue_16_has_no_srrctl_alias(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, 0x2100 + 16 * 4, 1);
    rig_expect(&rig, SIM_RULE_REGISTER_UNKNOWN, "at 0x02140");
    rig_close(&rig);
}

static void queues_above_63_have_their_registers_elsewhere(void **state)
{
    struct rig rig;
    char name[SIM_NAME_LENGTH];

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, 0xd000 + 0x08, 0x1000);
    assert_int_equal(rig_read(&rig, 0xd008), 0x1000);
    sim_register_name(&sim_part_82599, 0xd008, name);
    assert_string_equal(name, "RDLEN(64)");
    sim_register_name(&sim_part_82599, 0xdfd8, name);
    assert_string_equal(name, "RDT(127)");
    sim_register_name(&sim_part_82599, 0x7fd8, name);
    assert_string_equal(name, "TDT(127)");
    rig_close(&rig);
}

static void reading_eicr_clears_it(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_EICS, 0x10005);
    assert_int_equal(rig_read(&rig, R_EICR), 0x10005);
    assert_int_equal(rig_read(&rig, R_EICR), 0);
    rig_close(&rig);
}

static void with_gpie_ocd_reading_eicr_keeps_the_queues(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_GPIE, GPIE_OCD);
    rig_write(&rig, R_EICS, 0x10005);
    assert_int_equal(rig_read(&rig, R_EICR), 0x10005);
    assert_int_equal(rig_read(&rig, R_EICR), 0x5);
    rig_close(&rig);
}

static void writing_ones_to_eicr_clears_those_bits(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_EICS, 0x7);
    rig_write(&rig, R_EICR, 0x2);
    assert_int_equal(rig_read(&rig, R_EICR), 0x5);
    rig_close(&rig);
}

static void eims_sets_and_eimc_clears_the_mask(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_EIMS, 0x3);
    rig_write(&rig, R_EIMS, 0x4);
    assert_int_equal(rig_read(&rig, R_EIMS), 0x7);
    rig_write(&rig, R_EIMS, 0);
    assert_int_equal(rig_read(&rig, R_EIMS), 0x7);
    rig_write(&rig, R_EIMC, 0x5);
    assert_int_equal(rig_read(&rig, R_EIMS), 0x2);
    assert_int_equal(rig_read(&rig, R_EIMC), 0);
    rig_close(&rig);
}

static void eims_ex_and_eimc_ex_do_so_for_each_half(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_EIMS_EX + 4, 0xf0);
    rig_write(&rig, R_EIMC_EX + 4, 0x30);
    assert_int_equal(rig_read(&rig, R_EIMS_EX + 4), 0xc0);
    assert_int_equal(rig_read(&rig, R_EIMS_EX), 0);
    rig_close(&rig);
}

static void a_link_that_comes_up_raises_a_cause(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(rig_read(&rig, R_EICR), 0);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_EICR), EICR_LINK);
    rig_close(&rig);
}

static void the_first_reader_of_swsm_holds_the_semaphore(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(rig_read(&rig, R_SWSM) & SWSM_SMBI, 0);
    assert_int_equal(rig_read(&rig, R_SWSM) & SWSM_SMBI, SWSM_SMBI);
    rig_write(&rig, R_SWSM, 0);
    assert_int_equal(rig_read(&rig, R_SWSM) & SWSM_SMBI, 0);
    rig_close(&rig);
}

static uint32_t eeprom_word(struct rig *rig, uint32_t address)
{
    uint32_t value;

    rig_write(rig, R_EERD, address << 2 | EERD_START);
    assert_int_equal(rig_read(rig, R_EERD) & EERD_DONE, 0);
    rig_delay(rig, 10);
    value = rig_read(rig, R_EERD);
    assert_int_equal(value & EERD_DONE, EERD_DONE);
    return value >> 16;
}

static void the_eeprom_adds_up_and_holds_the_address(void **state)
{
    struct rig rig;
    uint32_t sum = 0;

    (void)state;
    rig_open(&rig, "82599,mode=step,mac=02:11:22:33:44:55");
    for (uint32_t i = 0; i <= 0x3f; i++)
        sum += eeprom_word(&rig, i);
    assert_int_equal(sum & 0xffff, 0xbaba);
    assert_int_equal(eeprom_word(&rig, 0), 0x1102);
    assert_int_equal(eeprom_word(&rig, 2), 0x5544);
    assert_int_equal(eeprom_word(&rig, 0x40), 0);
    assert_int_equal(eeprom_word(&rig, 0x3fff), 0);
    rig_close(&rig);
}

static void the_address_is_in_ral_0_with_av_after_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,mac=02:11:22:33:44:55");
    rig_write(&rig, R_RAL, 0);
    rig_write(&rig, R_RAL + 4, 0);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_RAL), 0x33221102);
    assert_int_equal(rig_read(&rig, R_RAL + 4), 0x80005544);
    rig_close(&rig);
}

static void cards_of_one_process_have_different_addresses(void **state)
{
    struct rig one;
    struct rig two;

    (void)state;
    rig_open(&one, "82599,mode=step");
    rig_open(&two, "82599,mode=step");
    assert_int_not_equal(rig_read(&one, R_RAL + 4), rig_read(&two, R_RAL + 4));
    rig_close(&two);
    rig_close(&one);
}

static void a_phy_command_is_busy_for_a_while_and_reads_ones(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_MSCA, MSCA_COMMAND | 3u << 26);
    assert_int_equal(rig_read(&rig, R_MSCA) & MSCA_COMMAND, MSCA_COMMAND);
    rig_delay(&rig, 10);
    assert_int_equal(rig_read(&rig, R_MSCA), 3u << 26);
    assert_int_equal(rig_read(&rig, R_MSRWD) >> 16, 0xffff);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_with_a_reset_value_reads_it),
        cmocka_unit_test(a_plain_register_keeps_what_is_written),
        cmocka_unit_test(srrctl_of_queue_0_has_an_alias),
        cmocka_unit_test(srrctl_of_queue_15_has_an_alias),
        cmocka_unit_test(dca_rxctrl_of_queue_0_has_an_alias),
        cmocka_unit_test(dca_rxctrl_of_queue_15_has_an_alias),
        cmocka_unit_test(ral_0_has_an_alias),
        cmocka_unit_test(rah_15_has_an_alias),
        cmocka_unit_test(mrqc_has_an_alias),
        cmocka_unit_test(reta_0_has_an_alias),
        cmocka_unit_test(reta_31_has_an_alias),
        cmocka_unit_test(rssrk_0_has_an_alias),
        cmocka_unit_test(rssrk_9_has_an_alias),
        cmocka_unit_test(psrtype_has_an_alias),
        cmocka_unit_test(queue_16_has_no_srrctl_alias),
        cmocka_unit_test(queues_above_63_have_their_registers_elsewhere),
        cmocka_unit_test(reading_eicr_clears_it),
        cmocka_unit_test(with_gpie_ocd_reading_eicr_keeps_the_queues),
        cmocka_unit_test(writing_ones_to_eicr_clears_those_bits),
        cmocka_unit_test(eims_sets_and_eimc_clears_the_mask),
        cmocka_unit_test(eims_ex_and_eimc_ex_do_so_for_each_half),
        cmocka_unit_test(a_link_that_comes_up_raises_a_cause),
        cmocka_unit_test(the_first_reader_of_swsm_holds_the_semaphore),
        cmocka_unit_test(the_eeprom_adds_up_and_holds_the_address),
        cmocka_unit_test(the_address_is_in_ral_0_with_av_after_reset),
        cmocka_unit_test(cards_of_one_process_have_different_addresses),
        cmocka_unit_test(a_phy_command_is_busy_for_a_while_and_reads_ones),
    };

    return RIG_MAIN(tests);
}
