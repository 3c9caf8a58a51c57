/* SPDX-License-Identifier: MIT
 *
 * Rules of the 82574 about registers and the order of configuration, each broken: one violation,
 * whose sentence names the rule and the place.
 */
#include "bench.h"
#include "broken_82574.h"

static void writing_an_unknown_register(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, 0x1fffc, 1);
    broken(&rig, SIM_RULE_REGISTER_UNKNOWN, "at 0x1fffc was written, 4 bytes, 0x00000001");
}

static void writing_status(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_STATUS, 5);
    broken(&rig, SIM_RULE_REGISTER_READ_ONLY, "STATUS at 0x00008 was written, 4 bytes, 0x00000005");
}

static void writing_a_counter(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_MPC, 0);
    broken(&rig, SIM_RULE_REGISTER_READ_ONLY, "MPC at 0x04010");
}

static void writing_half_a_register(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(ir_reg_write(&rig.transport->bars[0], E_TX + Q_TAIL, 2, 3), 0);
    broken(&rig, SIM_RULE_REGISTER_WIDTH, "TDT(0) at 0x03818 was written, 2 bytes");
}

static void writing_a_register_during_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_CTRL, CTRL_RST);
    rig_write(&rig, E_RCTL, 0);
    broken(&rig, SIM_RULE_RESET_PENDING, "RCTL at 0x00100");
}

static void moving_a_tail_during_reset(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_CTRL, CTRL_RST);
    rig_write(&rig, E_RX + Q_TAIL, 0);
    broken(&rig, SIM_RULE_RESET_PENDING, "RDT(0) at 0x02818");
}

static void setting_reserved_bits_of_rctl(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_RCTL, 1u << 24 | E_RCTL_BAM);
    assert_int_equal(rig_read(&rig, E_RCTL), E_RCTL_BAM);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "RCTL at 0x00100 was set to 0x01008000; 0x01000000");
}

static void setting_reserved_bits_of_tctl(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_TCTL, 1u << 2);
    assert_int_equal(rig_read(&rig, E_TCTL), 0);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "TCTL at 0x00400");
}

static void setting_reserved_bits_of_eiac(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_EIAC, UINT32_MAX);
    assert_int_equal(rig_read(&rig, E_EIAC), E_ICR_QUEUES);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, "EIAC at 0x000dc");
}

/* Everything is prescribed but this; both units start. */
static void start_with(uint32_t offset, uint32_t value, bool transmit, const char *text)
{
    struct rig rig;

    bench_open(&rig, CARD);
    rig_write(&rig, offset, value);
    if (transmit)
        bench_transmit(&rig, 0);
    else
        bench_receive(&rig, BENCH_RCTL, true, 0);
    broken(&rig, SIM_RULE_REGISTER_RESERVED, text);
}

static void receiving_with_ctrl_bit_29(void **state)
{
    (void)state;
    start_with(E_CTRL, E_CTRL_SLU | E_CTRL_ZERO, false,
               "CTRL at 0x00000 is 0x20000040 as reception starts; of 0x20000000 it must have "
               "0x00000000");
}

static void receiving_without_ctrl_ext_bit_22(void **state)
{
    (void)state;
    start_with(E_CTRL_EXT, 0, false, "CTRL_EXT at 0x00018");
}

static void sending_with_ctrl_ext_bit_23(void **state)
{
    (void)state;
    start_with(E_CTRL_EXT, E_CTRL_EXT_ONE | E_CTRL_EXT_ZERO, true, "CTRL_EXT at 0x00018");
}

static void sending_without_gcr_bit_22(void **state)
{
    (void)state;
    start_with(E_GCR, 0, true, "GCR at 0x05b00");
}

static void receiving_without_gcr2_bit_0(void **state)
{
    (void)state;
    start_with(E_GCR2, 0, false, "GCR2 at 0x05b64");
}

static void sending_without_txdctl_bit_22(void **state)
{
    (void)state;
    start_with(E_TX + E_STRIDE + Q_CONTROL, 0, true, "TXDCTL(1) at 0x03928");
}

static void sending_without_tarc0_bit_26(void **state)
{
    (void)state;
    start_with(E_TX + E_Q_TARC, E_TARC_ENABLE, true, "TARC(0) at 0x03840");
}

static void sending_with_tarc0_bit_30(void **state)
{
    (void)state;
    start_with(E_TX + E_Q_TARC, E_TARC_ENABLE | E_TARC_ONE | 1u << 30, true, "TARC(0) at 0x03840");
}

static void changing_the_buffer_size_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RCTL, E_RCTL_EN | BENCH_RCTL | 1u << 16);
    assert_int_equal(rig_read(&rig, E_RCTL), E_RCTL_EN | BENCH_RCTL);
    broken(&rig, SIM_RULE_RECEIVE_FORM,
           "RCTL at 0x00100 was changed from 0x0400801a to 0x0401801a");
}

static void changing_the_descriptors_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RFCTL, 0);
    assert_int_equal(rig_read(&rig, E_RFCTL), E_RFCTL_EXTEN);
    broken(&rig, SIM_RULE_RECEIVE_FORM,
           "RFCTL at 0x05008 was changed from 0x00008000 to 0x00000000");
}

static void filters_may_change_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RCTL, E_RCTL_EN | E_RCTL_SECRC | E_RCTL_LPE);
    rig_write(&rig, E_RCTL, BENCH_RCTL | 1u << 16 | 1u << 25); /* with EN gone, so may the size */
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_command_of_mdic_before_the_last_is_ready(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_MDIC, E_MDIC_READ << 26 | 1u << 21);
    rig_write(&rig, E_MDIC, E_MDIC_READ << 26 | 1u << 21 | 2u << 16);
    rig_delay(&rig, 100);
    assert_int_equal(E_MDIC_REGISTER(rig_read(&rig, E_MDIC)), 0);
    broken(&rig, SIM_RULE_COMMAND_PENDING, "MDIC at 0x00020 was set to 0x08220000");
}

static void a_word_of_the_nvm_before_the_last_is_read(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_EERD, EERD_START);
    rig_write(&rig, E_EERD, EERD_START | 1u << 2);
    broken(&rig, SIM_RULE_COMMAND_PENDING, "EERD at 0x00014 was set to 0x00000005");
}

static void a_route_with_bits_that_are_reserved(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_IVAR, 1u << 20);
    broken(&rig, SIM_RULE_INTERRUPT_ROUTE, "IVAR at 0x000e4 was set to 0x00100000");
}

static void a_route_to_a_vector_that_does_not_exist(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_IVAR, (E_IVAR_VALID | 4u) << 16);
    assert_int_equal(rig_violations(&rig), 0);
    rig_write(&rig, E_IVAR, (E_IVAR_VALID | 5u) << 16);
    broken(&rig, SIM_RULE_INTERRUPT_VECTOR, "IVAR at 0x000e4 was set to 0x000d0000: there are 5");
}

static void an_interval_of_more_than_16_bits(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_EITR + 16u, 0x10000);
    broken(&rig, SIM_RULE_INTERRUPT_INTERVAL, "EITR(4) at 0x000f8 was set to 0x00010000");
}

static void every_rule_about_registers_has_been_broken(void **state)
{
    (void)state;
    broken_all_82574(BY_REGISTERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_an_unknown_register),
        cmocka_unit_test(writing_status),
        cmocka_unit_test(writing_a_counter),
        cmocka_unit_test(writing_half_a_register),
        cmocka_unit_test(writing_a_register_during_reset),
        cmocka_unit_test(moving_a_tail_during_reset),
        cmocka_unit_test(setting_reserved_bits_of_rctl),
        cmocka_unit_test(setting_reserved_bits_of_tctl),
        cmocka_unit_test(setting_reserved_bits_of_eiac),
        cmocka_unit_test(receiving_with_ctrl_bit_29),
        cmocka_unit_test(receiving_without_ctrl_ext_bit_22),
        cmocka_unit_test(sending_with_ctrl_ext_bit_23),
        cmocka_unit_test(sending_without_gcr_bit_22),
        cmocka_unit_test(receiving_without_gcr2_bit_0),
        cmocka_unit_test(sending_without_txdctl_bit_22),
        cmocka_unit_test(sending_without_tarc0_bit_26),
        cmocka_unit_test(sending_with_tarc0_bit_30),
        cmocka_unit_test(changing_the_buffer_size_while_receiving),
        cmocka_unit_test(changing_the_descriptors_while_receiving),
        cmocka_unit_test(filters_may_change_while_receiving),
        cmocka_unit_test(a_command_of_mdic_before_the_last_is_ready),
        cmocka_unit_test(a_word_of_the_nvm_before_the_last_is_read),
        cmocka_unit_test(a_route_with_bits_that_are_reserved),
        cmocka_unit_test(a_route_to_a_vector_that_does_not_exist),
        cmocka_unit_test(an_interval_of_more_than_16_bits),
        cmocka_unit_test(every_rule_about_registers_has_been_broken),
    };

    return RIG_MAIN(tests);
}
