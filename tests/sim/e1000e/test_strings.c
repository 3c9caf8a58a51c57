/* SPDX-License-Identifier: MIT
 *
 * Device strings of the 82574: what the keys take that are its own.
 */
#include <string.h>

#include "bench.h"

static void refuse(const char *arguments, const char *text)
{
    struct ir_transport *transport = NULL;
    char error[IR_ERROR_LENGTH] = "";

    assert_int_equal(ir_sim_open(arguments, &transport, error), -EINVAL);
    assert_null(transport);
    if (strstr(error, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", error, text);
}

static void an_unknown_key_is_named_with_those_that_exist(void **state)
{
    (void)state;
    refuse("82574,packed=on",
           "no key \"packed\"; use one of rx tx loop wire size count rate flows");
    refuse("8257", "\"8257\" is no simulated device; use 82599, 82574 or virtio");
}

static void a_field_is_one_of_this_card(void **state)
{
    (void)state;
    refuse("82574,never=rdrxctl.dmaidone",
           "never=rdrxctl.dmaidone: give one of ctrl.rst status.master eec.auto_rd "
           "eemngctl.cfg_done rctl.en tctl.en status.lu eerd.done mdic.ready swsm.smbi "
           "extcnf_ctrl.mdio");
    refuse("82574,late=status.lu",
           "late=status.lu: give FIELD:MICROSECONDS, with FIELD of ctrl.rst");
    refuse("82599,never=mdic.ready", "never=mdic.ready: give one of ctrl.rst ctrl.lrst");
}

static void a_lie_is_one_of_this_card(void **state)
{
    struct rig rig;

    (void)state;
    refuse("82574,hostile=RXCTRL", "hostile=RXCTRL: give one seed");
    refuse("82599,hostile=RCTL", "hostile=RCTL: give one seed");
    rig_open(&rig, "82574,hostile=RCTL,hostile=rx.zero:2:1,hostile=9");
    rig_close(&rig);
}

static void a_device_id_is_told(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82574,device=10d3");
    assert_int_equal(rig.transport->device, 0x10d3);
    rig_close(&rig);
    refuse("82574,device=10d", "device=10d: give four hexadecimal digits such as 10d3");
}

static void a_card_has_at_most_five_vectors(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    assert_int_equal(rig.transport->vectors, 5);
    rig_close(&rig);
    rig_open(&rig, CARD ",vectors=1");
    assert_int_equal(rig.transport->vectors, 1);
    rig_close(&rig);
}

static void cards_of_one_process_have_different_addresses(void **state)
{
    struct rig one;
    struct rig two;

    (void)state;
    rig_open(&one, CARD);
    rig_open(&two, CARD);
    assert_int_equal(rig_read(&one, E_RAL), 0x40578202);
    assert_int_not_equal(rig_read(&one, E_RAL + 4), rig_read(&two, E_RAL + 4));
    rig_close(&two);
    rig_close(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_key_is_named_with_those_that_exist),
        cmocka_unit_test(a_field_is_one_of_this_card),
        cmocka_unit_test(a_lie_is_one_of_this_card),
        cmocka_unit_test(a_device_id_is_told),
        cmocka_unit_test(a_card_has_at_most_five_vectors),
        cmocka_unit_test(cards_of_one_process_have_different_addresses),
    };

    return RIG_MAIN(tests);
}
