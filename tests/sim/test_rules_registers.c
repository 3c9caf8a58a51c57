/* SPDX-License-Identifier: MIT
 *
 * Rules about registers and the order of configuration, each broken: one violation, whose
 * sentence names the rule and the place.
 */
#include <string.h>

#include "broken.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

static void writing_an_unknown_register(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, 0x1fffc, 1);
    assert_int_equal(rig_read(&rig, 0x1fffc), 0);
    broken(&rig, SIM_RULE_REGISTER_UNKNOWN, "at 0x1fffc was written, 4 bytes, 0x00000001");
}

static void writing_a_read_only_register(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_STATUS, 5);
    broken(&rig, SIM_RULE_REGISTER_READ_ONLY, "STATUS at 0x00008 was written, 4 bytes, 0x00000005");
}

static void writing_a_counter(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_QPRC + 0x40, 5);
    broken(&rig, SIM_RULE_REGISTER_READ_ONLY, "QPRC(1) at 0x01070");
}

static void reading_half_a_register(void **state)
{
    struct rig rig;
    uint32_t value = 0;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    assert_int_equal(ir_reg_read(&rig.transport->bars[0], R_STATUS + 2, 2, &value), 0);
    assert_int_equal(value, IR_REG_GONE);
    broken(&rig, SIM_RULE_REGISTER_WIDTH, "STATUS at 0x0000a was read as 2 bytes");
}

static void writing_a_byte_of_a_tail(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    assert_int_equal(ir_reg_write(&rig.transport->bars[0], R_TX + Q_TAIL, 1, 3), 0);
    assert_int_equal(rig_read(&rig, R_TX + Q_TAIL), 0);
    broken(&rig, SIM_RULE_REGISTER_WIDTH, "TDT(0) at 0x06018 was written, 1 bytes");
}

static void setting_bit_31_of_eimc(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_EIMC, UINT32_MAX);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "EIMC at 0x00888");
}

static void setting_a_reserved_bit_of_ivar(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_IVAR + 8, 0x00408000);
    broken(&rig, SIM_RULE_INTERRUPT_ROUTE, "IVAR(2) at 0x00908 was set to 0x00408000");
}

static void setting_the_upper_half_of_ivar_misc(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_IVAR_MISC, 0x00018000);
    broken(&rig, SIM_RULE_INTERRUPT_ROUTE, "IVAR_MISC(0) at 0x00a00 was set to 0x00018000");
}

static void routing_an_interrupt_to_a_vector_that_is_not_there(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS ",vectors=5");
    rig_write(&rig, R_GPIE, GPIE_MSIX);
    rig_write(&rig, R_IVAR, 0x84);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, R_IVAR, 0x8584);
    broken(&rig, SIM_RULE_INTERRUPT_VECTOR, "was set to 0x00008584: vector 5 of 5");
}

static void setting_a_reserved_bit_of_eitr(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_EITR_HIGH + 4, 0x80000ff8);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, R_EITR_HIGH + 4, 4);
    broken(&rig, SIM_RULE_INTERRUPT_INTERVAL, "EITR(25) at 0x12304 was set to 0x00000004");
}

static void enabling_a_queue_with_dca_rxctrl_bit_12(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RX + Q_LEN, 1024);
    rig_write(&rig, R_RX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_RX + Q_CONTROL, XDCTL_ENABLE);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "DCA_RXCTRL(0) at 0x0100c");
}

static void receiving_with_rscfrstsize_set(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_RDRXCTL, RDRXCTL_CRCSTRIP | RDRXCTL_ONES | 8u << 17);
    rig_receive(&rig, true);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "RDRXCTL at 0x02f00");
}

static void receiving_without_rscackc(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_RDRXCTL, RDRXCTL_CRCSTRIP | 1u << 26);
    rig_receive(&rig, true);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "bits 26:25 1");
}

static void writing_a_register_during_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_write(&rig, R_FCTRL, 1);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_FCTRL), 0);
    broken(&rig, SIM_RULE_RESET_PENDING, "FCTRL at 0x05080");
}

static void writing_a_tail_during_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_write(&rig, R_RX + Q_TAIL, 0);
    broken(&rig, SIM_RULE_RESET_PENDING, "RDT(0) at 0x01018");
}

static void changing_fctrl_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_FCTRL, rig_read(&rig, R_FCTRL)); /* no change */
    rig_write(&rig, R_FCTRL, 0);
    broken(&rig, SIM_RULE_FCTRL_RECEIVING,
           "FCTRL at 0x05080 was changed from 0x00000700 to 0x00000000");
}

static void starting_reception_without_holding_frames_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_RXCTRL, RXCTRL_RXEN);
    broken(&rig, SIM_RULE_RXEN_UNGUARDED, "RXCTRL at 0x03000 was set to 0x00000001");
}

static void stopping_reception_without_holding_frames_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_RXCTRL, 0);
    broken(&rig, SIM_RULE_RXEN_UNGUARDED, "RXCTRL at 0x03000 was set to 0x00000000");
}

static void writing_rxctrl_without_a_change_is_allowed(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_RXCTRL, RXCTRL_RXEN);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void changing_the_mode_of_mrqc_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_MRQC, 1u << 16); /* a field, not the mode */
    rig_write(&rig, R_MRQC, 1u << 16 | 1u);
    broken(&rig, SIM_RULE_MRQC_RECEIVING, "MRQC at 0x0ec80");
}

static void an_entry_of_reta_that_is_no_queue(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RETA + 4u * 31u, 0x0f0f0f0fu);
    rig_write(&rig, R_RETA + 4u * 31u, 0x100f0f0fu);
    broken(&rig, SIM_RULE_RETA_ENTRY, "RETA(31) at 0x0eb7c was set to 0x100f0f0f");
}

static void changing_mtqc_while_the_arbiter_is_on(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RTTDCS, RTTDCS_ARBDIS);
    rig_write(&rig, R_MTQC, 1);
    rig_write(&rig, R_RTTDCS, 0);
    rig_write(&rig, R_MTQC, 1);
    rig_write(&rig, R_MTQC, 0);
    broken(&rig, SIM_RULE_MTQC_ARBITER, "MTQC at 0x08120 was changed from 0x00000001");
}

static void starting_reception_with_different_crc_stripping(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_RDRXCTL, RDRXCTL_ONES);
    rig_receive(&rig, true);
    broken(&rig, SIM_RULE_CRC_STRIP, "HLREG0 = 0x00010403");
}

static void changing_crc_stripping_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) & ~HLREG0_RXCRCSTRP);
    broken(&rig, SIM_RULE_CRC_STRIP, "HLREG0 = 0x00010401");
}

static void starting_reception_with_a_table_from_power_on(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, 0xe600 + 4 * 100, SIM_STALE);
    rig_receive(&rig, true);
    broken(&rig, SIM_RULE_TABLE_STALE, "FTQF(100) at 0x0e790");
}

static void the_first_64_sentences_are_kept_and_all_are_counted(void **state)
{
    struct rig rig;
    uint64_t count = 0;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    for (uint32_t i = 0; i < 100; i++)
        rig_write(&rig, R_STATUS, i);
    assert_int_equal(ir_sim_violations(&rig.dev, &count), 0);
    assert_int_equal(count, 100);
    assert_non_null(strstr(ir_sim_violation(&rig.dev, 63), "0x0000003f"));
    assert_null(ir_sim_violation(&rig.dev, 64));
    assert_null(ir_sim_violation(&rig.dev, UINT64_MAX));
    rig_close(&rig);
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(BY_REGISTERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_an_unknown_register),
        cmocka_unit_test(writing_a_read_only_register),
        cmocka_unit_test(writing_a_counter),
        cmocka_unit_test(reading_half_a_register),
        cmocka_unit_test(writing_a_byte_of_a_tail),
        cmocka_unit_test(setting_bit_31_of_eimc),
        cmocka_unit_test(setting_a_reserved_bit_of_ivar),
        cmocka_unit_test(setting_the_upper_half_of_ivar_misc),
        cmocka_unit_test(routing_an_interrupt_to_a_vector_that_is_not_there),
        cmocka_unit_test(setting_a_reserved_bit_of_eitr),
        cmocka_unit_test(enabling_a_queue_with_dca_rxctrl_bit_12),
        cmocka_unit_test(receiving_with_rscfrstsize_set),
        cmocka_unit_test(receiving_without_rscackc),
        cmocka_unit_test(writing_a_register_during_reset),
        cmocka_unit_test(writing_a_tail_during_reset),
        cmocka_unit_test(changing_fctrl_while_receiving),
        cmocka_unit_test(starting_reception_without_holding_frames_back),
        cmocka_unit_test(stopping_reception_without_holding_frames_back),
        cmocka_unit_test(writing_rxctrl_without_a_change_is_allowed),
        cmocka_unit_test(changing_the_mode_of_mrqc_while_receiving),
        cmocka_unit_test(an_entry_of_reta_that_is_no_queue),
        cmocka_unit_test(changing_mtqc_while_the_arbiter_is_on),
        cmocka_unit_test(starting_reception_with_different_crc_stripping),
        cmocka_unit_test(changing_crc_stripping_while_receiving),
        cmocka_unit_test(starting_reception_with_a_table_from_power_on),
        cmocka_unit_test(the_first_64_sentences_are_kept_and_all_are_counted),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
