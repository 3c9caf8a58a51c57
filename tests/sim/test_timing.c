/* SPDX-License-Identifier: MIT
 *
 * Each field that a driver waits for: not at once, after its time, later on demand, and never
 * on demand.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"

struct wait {
    const char *field;
    /* Do what makes the field change. */
    void (*begin)(struct rig *rig);
    uint32_t offset;
    uint32_t mask;
    uint32_t value; /* of the bits in mask once it has changed */
};

static void nothing(struct rig *rig)
{
    (void)rig;
}

static void reset(struct rig *rig)
{
    rig_write(rig, R_CTRL, CTRL_RST);
}

static void link_reset(struct rig *rig)
{
    rig_write(rig, R_CTRL, CTRL_LRST);
}

static void disable_master(struct rig *rig)
{
    rig_write(rig, R_CTRL, CTRL_MASTER_DISABLE);
}

static void set_ring(struct rig *rig, uint32_t queue)
{
    uint32_t base = sim_queue_base(queue);

    rig_write(rig, base + Q_BAL, RIG_IOVA);
    rig_write(rig, base + Q_LEN, 1024);
    rig_write(rig, base + Q_DCA, 0);
    rig_write(rig, base + Q_CONTROL, XDCTL_ENABLE);
}

static void enable_rx(struct rig *rig)
{
    set_ring(rig, 5);
}

static void enable_tx(struct rig *rig)
{
    set_ring(rig, SIM_TX + 5);
}

static void disable_rx(struct rig *rig)
{
    set_ring(rig, 5);
    rig_delay(rig, 100);
    assert_int_equal(rig_read(rig, R_RX + 5 * Q_STRIDE + Q_CONTROL), XDCTL_ENABLE);
    rig_write(rig, R_RX + 5 * Q_STRIDE + Q_CONTROL, 0);
}

static void disable_tx(struct rig *rig)
{
    set_ring(rig, SIM_TX + 5);
    rig_delay(rig, 100);
    assert_int_equal(rig_read(rig, R_TX + 5 * Q_STRIDE + Q_CONTROL), XDCTL_ENABLE);
    rig_write(rig, R_TX + 5 * Q_STRIDE + Q_CONTROL, 0);
}

static void restart_link(struct rig *rig)
{
    rig_write(rig, R_AUTOC, AUTOC_RESTART);
}

static void hold_frames(struct rig *rig)
{
    rig_write(rig, R_SECRXCTRL, SECRXCTRL_RX_DIS);
}

static void read_eeprom(struct rig *rig)
{
    rig_write(rig, R_EERD, EERD_START);
}

static void ask_phy(struct rig *rig)
{
    rig_write(rig, R_MSCA, MSCA_COMMAND);
}

static struct wait waits[] = {
    {"ctrl.rst", reset, R_CTRL, CTRL_RST, 0},
    {"ctrl.lrst", link_reset, R_CTRL, CTRL_LRST, 0},
    {"status.master", disable_master, R_STATUS, STATUS_MASTER, 0},
    {"eec.ard", nothing, R_EEC, EEC_AUTO_READ_DONE, EEC_AUTO_READ_DONE},
    {"eemngctl.done", nothing, R_EEMNGCTL, EEMNGCTL_DONE, EEMNGCTL_DONE},
    {"rdrxctl.dmaidone", nothing, R_RDRXCTL, RDRXCTL_DMAIDONE, RDRXCTL_DMAIDONE},
    {"rxdctl.enable", enable_rx, R_RX + 5 * Q_STRIDE + Q_CONTROL, XDCTL_ENABLE, XDCTL_ENABLE},
    {"rxdctl.disable", disable_rx, R_RX + 5 * Q_STRIDE + Q_CONTROL, XDCTL_ENABLE, 0},
    {"txdctl.enable", enable_tx, R_TX + 5 * Q_STRIDE + Q_CONTROL, XDCTL_ENABLE, XDCTL_ENABLE},
    {"txdctl.disable", disable_tx, R_TX + 5 * Q_STRIDE + Q_CONTROL, XDCTL_ENABLE, 0},
    {"links.up", restart_link, R_LINKS, LINKS_UP_10G, LINKS_UP_10G},
    {"secrxstat", hold_frames, R_SECRXSTAT, SECRXSTAT_READY, SECRXSTAT_READY},
    {"eerd.done", read_eeprom, R_EERD, EERD_DONE, EERD_DONE},
    {"msca.command", ask_phy, R_MSCA, MSCA_COMMAND, 0},
    {"swsm.smbi", nothing, R_SWSM, SWSM_SMBI, 0},
};

#define WAITS (sizeof(waits) / sizeof(waits[0]))

static bool changed(struct rig *rig, const struct wait *wait)
{
    return (rig_read(rig, wait->offset) & wait->mask) == wait->value;
}

static void a_field_changes_after_a_while_and_not_at_once(void **state)
{
    const struct wait *wait = *state;
    struct rig rig;

    rig_open(&rig, "82599,mode=step");
    wait->begin(&rig);
    if (strcmp(wait->field, "swsm.smbi") != 0) /* free from the start */
        assert_false(changed(&rig, wait));
    rig_delay(&rig, 10000);
    assert_true(changed(&rig, wait));
    rig_close(&rig);
}

static void a_field_can_be_made_late(void **state)
{
    const struct wait *wait = *state;
    char arguments[64];
    struct rig rig;

    (void)snprintf(arguments, sizeof(arguments), "82599,mode=step,late=%s:50000", wait->field);
    rig_open(&rig, arguments);
    wait->begin(&rig);
    rig_delay(&rig, 49999);
    assert_false(changed(&rig, wait));
    rig_delay(&rig, 1);
    assert_true(changed(&rig, wait));
    rig_close(&rig);
}

static void a_field_can_be_made_never_to_change(void **state)
{
    const struct wait *wait = *state;
    char arguments[64];
    struct rig rig;

    (void)snprintf(arguments, sizeof(arguments), "82599,mode=step,never=%s", wait->field);
    rig_open(&rig, arguments);
    wait->begin(&rig);
    for (uint32_t i = 0; i < 1000; i++)
        rig_delay(&rig, UINT32_MAX);
    assert_false(changed(&rig, wait));
    rig_close(&rig);
}

static void every_field_is_tested_here(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIM_FIELD_COUNT; i++) {
        if (i < WAITS)
            assert_string_equal(waits[i].field, sim_field_names[i]);
        else
            assert_null(sim_field_names[i]); /* one of another card */
    }
}

static void a_queue_that_nobody_looks_at_does_not_run(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    enable_rx(&rig);
    rig_delay(&rig, 10000);
    rig_write(&rig, R_RX + 5 * Q_STRIDE + Q_TAIL, 1);
    rig_expect(&rig, SIM_RULE_TAIL_EARLY, "RDT(5)");
    rig_close(&rig);
}

static void a_step_lets_time_pass(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,late=links.up:100");
    for (uint32_t i = 0; i < 9; i++)
        (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_LINKS), 0);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_LINKS), LINKS_UP_10G);
    rig_close(&rig);
}

int main(void)
{
    struct CMUnitTest tests[3 * WAITS + 3];
    char names[3 * WAITS][80];
    size_t count = 0;

    memset(tests, 0, sizeof(tests));
    for (size_t i = 0; i < WAITS; i++) {
        const struct CMUnitTest kinds[] = {
            cmocka_unit_test(a_field_changes_after_a_while_and_not_at_once),
            cmocka_unit_test(a_field_can_be_made_late),
            cmocka_unit_test(a_field_can_be_made_never_to_change),
        };

        for (size_t k = 0; k < 3; k++) {
            (void)snprintf(names[count], sizeof(names[count]), "%s: %s", waits[i].field,
                           kinds[k].name);
            tests[count] = kinds[k];
            tests[count].name = names[count];
            tests[count].initial_state = &waits[i];
            count++;
        }
    }
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_field_is_tested_here);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_queue_that_nobody_looks_at_does_not_run);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_step_lets_time_pass);
    return RIG_MAIN(tests);
}
