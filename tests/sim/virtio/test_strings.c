/* SPDX-License-Identifier: MIT
 *
 * Device strings of virtio cards: what each key takes, and the sentence for each mistake. Keys that
 * all cards have are tested with the 82599.
 */
#include <string.h>

#include "rig.h"

static void refuse(const char *arguments, const char *text)
{
    struct ir_transport *transport = NULL;
    char error[IR_ERROR_LENGTH] = "";

    assert_int_equal(ir_sim_open(arguments, &transport, error), -EINVAL);
    assert_null(transport);
    if (strstr(error, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", error, text);
}

static void accept(const char *arguments)
{
    struct rig rig;

    rig_open_as(&rig, arguments);
    rig_close(&rig);
}

static void the_kind_alone_is_enough(void **state)
{
    (void)state;
    accept("virtio");
    refuse("virtio-net", "\"virtio-net\" is no simulated device; use 82599, 82574 or virtio");
}

static void each_key_takes_what_it_should(void **state)
{
    (void)state;
    accept("virtio,mode=step,transport=modern,packed=on,in_order=on,event_idx=off,mrg_rxbuf=off,"
           "control=off,platform=off,any_layout=off,pairs=64,queue_size=32768,mtu=16270,"
           "speed=2147483647,shuffle=off,poll=off,device=1041");
    accept("virtio,pairs=1,queue_size=1,mtu=68,speed=1,shuffle=on,poll=on,transport=legacy");
}

static void an_unknown_key_is_named_with_those_that_exist(void **state)
{
    (void)state;
    refuse("virtio,queues=2",
           "no key \"queues\"; use one of rx tx loop wire size count rate flows seed tap link mode "
           "vectors mac transport packed in_order event_idx mrg_rxbuf control platform any_layout "
           "pairs "
           "queue_size mtu speed shuffle poll device late never hostile");
    refuse("82599,packed=on", "no key \"packed\"");
}

static void a_bad_value_says_what_is_expected(void **state)
{
    (void)state;
    refuse("virtio,transport=pci", "transport=pci: give modern, legacy or transitional");
    refuse("virtio,packed=1", "packed=1: give on or off");
    refuse("virtio,pairs=0", "pairs=0: give 1 to 64");
    refuse("virtio,pairs=65", "pairs=65: give 1 to 64");
    refuse("virtio,queue_size=48", "queue_size=48: give a power of two up to 32768");
    refuse("virtio,queue_size=65536", "queue_size=65536: give a power of two");
    refuse("virtio,queue_size=0", "queue_size=0: give a power of two");
    refuse("virtio,mtu=67", "mtu=67: give 68 to 16270 bytes");
    refuse("virtio,mtu=16271", "mtu=16271: give 68 to 16270 bytes");
    refuse("virtio,speed=2147483648", "speed=2147483648: give megabits a second");
    refuse("virtio,device=virt", "device=virt: give four hexadecimal digits");
    refuse("virtio,never=ack", "never=ack: give one of reset link control");
    refuse("virtio,late=reset", "late=reset: give FIELD:MICROSECONDS");
    refuse("virtio,hostile=rx.zero", "hostile=rx.zero: give one seed, or NAME");
    refuse("virtio,packed=on,packed=on", "the key packed is given twice");
}

static void lies_have_the_names_of_the_card(void **state)
{
    (void)state;
    accept("virtio,hostile=7,hostile=used.huge,hostile=device_status:3,hostile=cap.loop:1:9");
    accept("virtio,hostile=isr_status,late=reset:1,late=link:2,never=control");
    refuse("82599,hostile=used.huge", "hostile=used.huge");
}

static void each_card_has_an_address_of_its_own(void **state)
{
    struct rig first;
    struct rig second;

    (void)state;
    rig_open(&first, "");
    rig_open(&second, "");
    assert_memory_equal(first.card->mac, "\x02\x1a\xf4\x10", 4);
    assert_memory_not_equal(first.card->mac, second.card->mac, IR_MAC_LENGTH);
    rig_close(&first);
    rig_close(&second);
}

static void a_card_reads_and_writes_captures(void **state)
{
    struct rig rig;
    struct ir_transport *transport = NULL;
    char error[IR_ERROR_LENGTH] = "";

    (void)state;
    assert_int_equal(ir_sim_open("virtio,rx=/nonexistent/file", &transport, error), -ENOENT);
    rig_open_as(&rig, "virtio,mode=step,queue_size=64,wire=gen,count=3,mac=02:00:00:00:00:01");
    rig_start(&rig, RIG_FEATURES);
    rig_stock(&rig, 8);
    assert_false(ir_sim_finished(&rig.dev));
    assert_int_equal(rig_step(&rig), 3);
    assert_true(ir_sim_finished(&rig.dev));
    assert_int_equal(ir_sim_flush(&rig.dev), 0);
    assert_int_equal(ir_sim_put(&rig.dev, (const uint8_t *)"x", 1), -EINVAL);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kind_alone_is_enough),
        cmocka_unit_test(each_key_takes_what_it_should),
        cmocka_unit_test(an_unknown_key_is_named_with_those_that_exist),
        cmocka_unit_test(a_bad_value_says_what_is_expected),
        cmocka_unit_test(lies_have_the_names_of_the_card),
        cmocka_unit_test(each_card_has_an_address_of_its_own),
        cmocka_unit_test(a_card_reads_and_writes_captures),
    };

    return RIG_MAIN(tests);
}
