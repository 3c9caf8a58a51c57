/* SPDX-License-Identifier: MIT
 *
 * Reset, link, master disable, and configuration space.
 */
#include "rig.h"

static void reset_clears_registers_and_queues(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_RX + Q_CONTROL), 0);
    assert_int_equal(rig_read(&rig, R_RX + Q_BAL), 0);
    assert_int_equal(rig_read(&rig, R_RX + Q_TAIL), 0);
    assert_int_equal(rig_read(&rig, R_RXCTRL), 0);
    assert_int_equal(rig_read(&rig, R_FCTRL), 0);
    assert_int_equal(rig_read(&rig, R_TX + Q_CONTROL), 0);
    rig_put(&rig, 60, 0);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_reset_queue_does_not_hold_up_master_disable(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 100);
    rig_write(&rig, R_CTRL, CTRL_MASTER_DISABLE);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_read(&rig, R_STATUS) & STATUS_MASTER, 0);
    rig_close(&rig);
}

static void after_a_reset_the_link_comes_up_again(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_EICR), EICR_LINK);
    rig_write(&rig, R_CTRL, CTRL_RST);
    assert_int_equal(rig_read(&rig, R_EICR), 0);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_EICR), EICR_LINK);
    rig_close(&rig);
}

static void link_reset_resets_as_well(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_FCTRL, FCTRL_BAM);
    rig_write(&rig, R_CTRL, CTRL_LRST);
    assert_int_equal(rig_read(&rig, R_CTRL), CTRL_LRST);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_CTRL), 0);
    assert_int_equal(rig_read(&rig, R_FCTRL), 0);
    rig_close(&rig);
}

static void tables_that_survive_reset_keep_their_contents(void **state)
{
    static const uint32_t survivors[] = {0xa600, 0xf100, 0xf200, 0xf400, 0xe000, 0xe200,
                                         0xe400, 0xe600, 0xec30, 0x5128, 0xec00};
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    for (size_t i = 0; i < sizeof(survivors) / sizeof(survivors[0]); i++)
        rig_write(&rig, survivors[i], 0x77);
    rig_write(&rig, R_MTA, 0x77);
    rig_write(&rig, R_CTRL, CTRL_RST);
    rig_delay(&rig, 100);
    for (size_t i = 0; i < sizeof(survivors) / sizeof(survivors[0]); i++)
        assert_int_equal(rig_read(&rig, survivors[i]), 0x77);
    assert_int_equal(rig_read(&rig, R_MTA), 0);
    rig_close(&rig);
}

static void the_status_bits_of_rdrxctl_and_eec_cannot_be_written(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_write(&rig, R_RDRXCTL, UINT32_MAX);
    rig_write(&rig, R_EEC, UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_RDRXCTL) & RDRXCTL_DMAIDONE, 0);
    assert_int_equal(rig_read(&rig, R_EEC) & EEC_AUTO_READ_DONE, 0);
    rig_delay(&rig, 10000);
    rig_write(&rig, R_RDRXCTL, 0);
    assert_int_equal(rig_read(&rig, R_RDRXCTL), RDRXCTL_DMAIDONE);
    rig_close(&rig);
}

static void restarting_the_negotiation_takes_the_link_down(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_LINKS), LINKS_UP_10G);
    assert_int_equal(rig_read(&rig, R_STATUS) & STATUS_LINK_UP, STATUS_LINK_UP);
    rig_write(&rig, R_AUTOC, AUTOC_RESTART | 1u << 13);
    assert_int_equal(rig_read(&rig, R_LINKS), 0);
    assert_int_equal(rig_read(&rig, R_AUTOC), 1u << 13);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_LINKS), LINKS_UP_10G);
    rig_close(&rig);
}

static void master_disable_waits_for_receive_queues(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    rig_write(&rig, R_CTRL, CTRL_MASTER_DISABLE);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_read(&rig, R_STATUS) & STATUS_MASTER, STATUS_MASTER);
    rig_write(&rig, R_RX + Q_CONTROL, 0);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_read(&rig, R_RX + Q_CONTROL), 0);
    assert_int_equal(rig_read(&rig, R_STATUS) & STATUS_MASTER, 0);
    rig_close(&rig);
}

static void after_master_disable_nothing_is_transmitted(void **state)
{
    struct rig rig;
    uint8_t frame[64];

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_init(&rig);
    rig_tx_queue(&rig, 0);
    rig_write(&rig, R_CTRL, CTRL_MASTER_DISABLE);
    rig_delay(&rig, 1000);
    rig_tx_fill(&rig, rig_frame(60), 60, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    rig_close(&rig);
}

static void without_bus_mastering_nothing_moves(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 2), 0);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 6), 0);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void without_memory_space_every_register_is_all_ones(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 0), 0);
    rig_write(&rig, R_FCTRL, 1);
    assert_int_equal(rig_read(&rig, R_STATUS), IR_REG_GONE);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 2), 0);
    assert_int_equal(rig_read(&rig, R_FCTRL), 0);
    rig_close(&rig);
}

static void configuration_space_names_the_card(void **state)
{
    struct rig rig;
    uint32_t value = 0;

    (void)state;
    rig_open(&rig, "82599,mode=step,device=10fb");
    assert_int_equal(rig.transport->vendor, 0x8086);
    assert_int_equal(rig.transport->device, 0x10fb);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 0, 4, &value), 0);
    assert_int_equal(value, 0x10fb8086);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 10, 2, &value), 0);
    assert_int_equal(value, 0x0200);
    rig_close(&rig);
}

static void configuration_space_is_bounded_and_mostly_read_only(void **state)
{
    struct rig rig;
    const struct ir_transport_ops *ops;
    uint32_t value = 0;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    ops = rig.transport->ops;
    assert_int_equal(ops->config_read(rig.transport, 256, 1, &value), -EINVAL);
    assert_int_equal(ops->config_read(rig.transport, 2, 4, &value), -EINVAL);
    assert_int_equal(ops->config_read(rig.transport, 0, 3, &value), -EINVAL);
    assert_int_equal(ops->config_read(rig.transport, UINT32_MAX, 1, &value), -EINVAL);
    assert_int_equal(ops->config_write(rig.transport, 254, 4, 0), -EINVAL);
    assert_int_equal(ops->config_write(rig.transport, 0, 4, 0), 0);
    assert_int_equal(ops->config_read(rig.transport, 0, 2, &value), 0);
    assert_int_equal(value, 0x8086);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_clears_registers_and_queues),
        cmocka_unit_test(a_reset_queue_does_not_hold_up_master_disable),
        cmocka_unit_test(after_a_reset_the_link_comes_up_again),
        cmocka_unit_test(link_reset_resets_as_well),
        cmocka_unit_test(tables_that_survive_reset_keep_their_contents),
        cmocka_unit_test(the_status_bits_of_rdrxctl_and_eec_cannot_be_written),
        cmocka_unit_test(restarting_the_negotiation_takes_the_link_down),
        cmocka_unit_test(master_disable_waits_for_receive_queues),
        cmocka_unit_test(after_master_disable_nothing_is_transmitted),
        cmocka_unit_test(without_bus_mastering_nothing_moves),
        cmocka_unit_test(without_memory_space_every_register_is_all_ones),
        cmocka_unit_test(configuration_space_names_the_card),
        cmocka_unit_test(configuration_space_is_bounded_and_mostly_read_only),
    };

    return RIG_MAIN(tests);
}
