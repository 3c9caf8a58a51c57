/* SPDX-License-Identifier: MIT
 *
 * Registers of the 82574: what they read after reset, which have a second address, and those that
 * answer for something else: NVM, PHY, link, semaphores.
 */
#include <string.h>

#include "bench.h"

#define PHY_READ(n)         (E_MDIC_READ << 26 | 1u << 21 | (n) << 16)
#define PHY_WRITE(n, value) (E_MDIC_WRITE << 26 | 1u << 21 | (n) << 16 | (value))

static void every_register_reads_its_reset_value(void **state)
{
    static const uint32_t values[][2] = {
        {0x00000, 0x00000201}, {0x00038, 0x00008100}, {0x01000, 0x00140014}, {0x02828, 0x00010000},
        {0x02928, 0x00010000}, {0x03840, 0x00000403}, {0x03940, 0x00000403}, {0x00100, 0},
        {0x00400, 0},          {0x000d0, 0},          {0x000e4, 0},          {0x05008, 0},
    };
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    for (uint32_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        assert_int_equal(rig_read(&rig, values[i][0]), values[i][1]);
    rig_close(&rig);
}

static void a_plain_register_keeps_what_is_written(void **state)
{
    struct rig rig;
    uint32_t kept = 0;

    (void)state;
    rig_open(&rig, CARD);
    for (size_t r = 0; r < sim_e1000e_register_count; r++) {
        const struct sim_register *reg = &sim_e1000e_registers[r];

        if (reg->read != NULL || reg->write != NULL || (reg->flags & SIM_REG_READ_ONLY) != 0 ||
            strcmp(reg->name, "RDT") == 0 || strcmp(reg->name, "TDT") == 0)
            continue;
        for (uint32_t i = 0; i < reg->count; i++) {
            rig_write(&rig, reg->offset + i * reg->stride, 0x12345678u + i);
            kept++;
        }
        for (uint32_t i = 0; i < reg->count; i++)
            assert_int_equal(rig_read(&rig, reg->offset + i * reg->stride), 0x12345678u + i);
    }
    assert_true(kept > 300u);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* What is written at one address is read at the other. */
static void expect_alias(uint32_t offset, uint32_t target, uint32_t value)
{
    struct rig rig;

    rig_open(&rig, CARD);
    bench_rx_ring(&rig);
    bench_tx_ring(&rig);
    rig_write(&rig, offset, value);
    assert_int_equal(rig_read(&rig, target), value);
    assert_int_equal(rig_read(&rig, offset), value);
    rig_close(&rig);
}

static void registers_of_older_parts_have_second_addresses(void **state)
{
    (void)state;
    expect_alias(0x0004, E_CTRL, 0x1240);
    expect_alias(0x0040, E_RAL, 0x33221102);
    expect_alias(0x00bc, E_RAL + 8u * 15u + 4u, E_RAH_AV);
    expect_alias(0x0110, E_RX + Q_BAL, RIG_IOVA);
    expect_alias(0x0118, E_RX + Q_LEN, 256);
    expect_alias(0x0120, E_RX + Q_HEAD, 3);
    expect_alias(0x0128, E_RX + Q_TAIL, 5);
    expect_alias(0x03fc, E_MTA + 4u * 127u, 1);
    expect_alias(0x0420, E_TX + Q_BAL, RIG_IOVA);
    expect_alias(0x0438, E_TX + Q_TAIL, 5);
    expect_alias(0x07fc, E_VFTA + 4u * 127u, 1);
}

static void a_register_has_a_name_with_its_number(void **state)
{
    char name[SIM_NAME_LENGTH];

    (void)state;
    sim_register_name(&sim_part_82574, 0x3918, name);
    assert_string_equal(name, "TDT(1)");
    sim_register_name(&sim_part_82574, 0x00128, name);
    assert_string_equal(name, "RDT(0)");
    sim_register_name(&sim_part_82574, 0x00f00, name);
    assert_string_equal(name, "EXTCNF_CTRL");
    sim_register_name(&sim_part_82574, 0x1fffc, name);
    assert_string_equal(name, "unknown register");
}

static void rst_clears_itself_and_resets_registers(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",mac=02:11:22:33:44:55");
    rig_write(&rig, E_RAL, 0);
    rig_write(&rig, E_CTRL, CTRL_RST);
    assert_int_equal(rig_read(&rig, E_CTRL) & CTRL_RST, CTRL_RST);
    assert_int_equal(rig_read(&rig, E_EEC) & EEC_AUTO_READ_DONE, 0);
    rig_delay(&rig, 10);
    assert_int_equal(rig_read(&rig, E_CTRL), 0x201);
    assert_int_equal(rig_read(&rig, E_RCTL), 0);
    assert_int_equal(rig_read(&rig, E_RX + Q_LEN), 0);
    assert_int_equal(rig_read(&rig, E_RX + Q_TAIL), 0);
    rig_delay(&rig, 2000);
    assert_int_equal(rig_read(&rig, E_EEC) & EEC_AUTO_READ_DONE, EEC_AUTO_READ_DONE);
    assert_int_equal(rig_read(&rig, E_RAL), 0x33221102);
    assert_int_equal(rig_read(&rig, E_RAL + 4), E_RAH_AV | 0x5544);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static uint32_t nvm_word(struct rig *rig, uint32_t address)
{
    uint32_t value;

    rig_write(rig, E_EERD, address << 2 | EERD_START);
    assert_int_equal(rig_read(rig, E_EERD) & EERD_DONE, 0);
    rig_delay(rig, 10);
    value = rig_read(rig, E_EERD);
    assert_int_equal(value & EERD_DONE, EERD_DONE);
    return value >> 16;
}

static void the_nvm_adds_up_and_holds_the_address(void **state)
{
    struct rig rig;
    uint32_t sum = 0;

    (void)state;
    rig_open(&rig, CARD ",mac=02:11:22:33:44:55");
    for (uint32_t i = 0; i <= 0x3f; i++)
        sum += nvm_word(&rig, i);
    assert_int_equal(sum & 0xffff, 0xbaba);
    assert_int_equal(nvm_word(&rig, 0), 0x1102);
    assert_int_equal(nvm_word(&rig, 2), 0x5544);
    rig_close(&rig);
}

static uint32_t phy(struct rig *rig, uint32_t command)
{
    uint32_t value;

    rig_write(rig, E_MDIC, command);
    assert_int_equal(rig_read(rig, E_MDIC) & E_MDIC_READY, 0);
    rig_delay(rig, 10);
    value = rig_read(rig, E_MDIC);
    assert_int_equal(value & E_MDIC_READY, E_MDIC_READY);
    return value;
}

static void the_phy_says_who_it_is(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(phy(&rig, PHY_READ(2u)) & E_MDIC_DATA, 0x0141);
    assert_int_equal(phy(&rig, PHY_READ(3u)) & E_MDIC_DATA, 0x0cb1);
    rig_close(&rig);
}

static void a_register_of_the_phy_keeps_what_is_written(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(phy(&rig, PHY_WRITE(4u, 0x1e1u)) & E_MDIC_ERROR, 0);
    (void)phy(&rig, PHY_WRITE(2u, 0x5555u)); /* it cannot be written */
    assert_int_equal(phy(&rig, PHY_READ(4u)) & E_MDIC_DATA, 0x1e1);
    assert_int_equal(phy(&rig, PHY_READ(2u)) & E_MDIC_DATA, 0x0141);
    (void)phy(&rig, PHY_WRITE(0u, 1u << 15)); /* a reset of its own */
    assert_int_equal(phy(&rig, PHY_READ(4u)) & E_MDIC_DATA, 0xde1);
    rig_close(&rig);
}

static void there_is_one_phy_and_two_commands(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(phy(&rig, E_MDIC_READ << 26 | 2u << 21) & E_MDIC_ERROR, E_MDIC_ERROR);
    assert_int_equal(phy(&rig, 1u << 21) & E_MDIC_ERROR, E_MDIC_ERROR);
    assert_int_equal(phy(&rig, 3u << 26 | 1u << 21) & E_MDIC_ERROR, E_MDIC_ERROR);
    assert_int_equal(phy(&rig, PHY_READ(0u)) & E_MDIC_ERROR, 0);
    rig_close(&rig);
}

static void software_has_the_phy_once_its_bit_reads_as_1(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_EXTCNF_CTRL, E_EXTCNF_MDIO_SW);
    assert_int_equal(rig_read(&rig, E_EXTCNF_CTRL), 0);
    rig_delay(&rig, 10);
    assert_int_equal(rig_read(&rig, E_EXTCNF_CTRL), E_EXTCNF_MDIO_SW);
    rig_write(&rig, E_EXTCNF_CTRL, 0);
    assert_int_equal(rig_read(&rig, E_EXTCNF_CTRL), 0);
    rig_close(&rig);
}

static bool link_up(struct rig *rig)
{
    return (rig_read(rig, E_STATUS) & E_STATUS_LU) != 0;
}

static void the_link_needs_slu_and_some_time(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_delay(&rig, 100);
    assert_false(link_up(&rig));
    rig_write(&rig, E_CTRL, E_CTRL_SLU);
    assert_int_equal(rig_read(&rig, E_STATUS) & 0xc3, 0x83); /* up, full duplex, 1000 Mbit/s */
    rig_write(&rig, E_CTRL, E_CTRL_SLU | E_CTRL_PHY_RST);
    rig_delay(&rig, 100);
    assert_false(link_up(&rig));
    rig_write(&rig, E_CTRL, E_CTRL_SLU);
    assert_false(link_up(&rig));
    rig_delay(&rig, 100);
    assert_true(link_up(&rig));
    rig_close(&rig);
}

static void the_link_follows_the_phy(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    assert_true(link_up(&rig));
    assert_int_equal(phy(&rig, PHY_READ(1u)) & 0x24, 0x24); /* negotiated, up */
    rig_write(&rig, E_MDIC, PHY_WRITE(0u, 1u << 12 | 1u << 9));
    assert_false(link_up(&rig)); /* it negotiates anew */
    rig_delay(&rig, 100);
    assert_true(link_up(&rig));
    (void)phy(&rig, PHY_WRITE(0u, 1u << 11)); /* power down ... */
    rig_delay(&rig, 100);
    assert_false(link_up(&rig));
    assert_int_equal(phy(&rig, PHY_READ(1u)) & 0x24, 0);
    rig_write(&rig, E_CTRL, CTRL_RST);
    rig_delay(&rig, 100);
    rig_write(&rig, E_CTRL, E_CTRL_SLU);
    assert_false(link_up(&rig)); /* ... which a reset of the card does not end */
    (void)phy(&rig, PHY_WRITE(0u, 1u << 12));
    rig_delay(&rig, 100);
    assert_true(link_up(&rig));
    rig_close(&rig);
}

static void master_disable_takes_effect_some_time_later(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, STATUS_MASTER);
    rig_write(&rig, E_CTRL, CTRL_MASTER_DISABLE);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, STATUS_MASTER);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, 0);
    rig_write(&rig, E_CTRL, 0);
    assert_int_equal(rig_read(&rig, E_STATUS) & STATUS_MASTER, STATUS_MASTER);
    rig_close(&rig);
}

static void the_first_reader_of_swsm_holds_the_semaphore(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(rig_read(&rig, E_SWSM) & SWSM_SMBI, 0);
    assert_int_equal(rig_read(&rig, E_SWSM) & SWSM_SMBI, SWSM_SMBI);
    rig_write(&rig, E_SWSM, 0);
    assert_int_equal(rig_read(&rig, E_SWSM) & SWSM_SMBI, 0);
    rig_close(&rig);
}

static void configuration_space_tells_of_an_82574(void **state)
{
    struct rig rig;
    uint32_t value = 0;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 0, 4, &value), 0);
    assert_int_equal(value, 0x10d38086);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 0x10, 4, &value), 0);
    assert_int_equal(value, 0); /* memory, 32 bits */
    assert_int_equal(rig.transport->device, 0x10d3);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_reads_its_reset_value),
        cmocka_unit_test(a_plain_register_keeps_what_is_written),
        cmocka_unit_test(registers_of_older_parts_have_second_addresses),
        cmocka_unit_test(a_register_has_a_name_with_its_number),
        cmocka_unit_test(rst_clears_itself_and_resets_registers),
        cmocka_unit_test(the_nvm_adds_up_and_holds_the_address),
        cmocka_unit_test(the_phy_says_who_it_is),
        cmocka_unit_test(a_register_of_the_phy_keeps_what_is_written),
        cmocka_unit_test(there_is_one_phy_and_two_commands),
        cmocka_unit_test(software_has_the_phy_once_its_bit_reads_as_1),
        cmocka_unit_test(the_link_needs_slu_and_some_time),
        cmocka_unit_test(the_link_follows_the_phy),
        cmocka_unit_test(master_disable_takes_effect_some_time_later),
        cmocka_unit_test(the_first_reader_of_swsm_holds_the_semaphore),
        cmocka_unit_test(configuration_space_tells_of_an_82574),
    };

    return RIG_MAIN(tests);
}
