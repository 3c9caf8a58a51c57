/* SPDX-License-Identifier: MIT
 *
 * Device strings: what each key takes, and the sentence for each mistake. Also the public
 * functions on devices that are no simulated cards.
 */
#include <string.h>

#include "rig.h"

/* Opening this fails with `expected` and a sentence that contains `text`. */
static void refuse(const char *arguments, int expected, const char *text)
{
    struct ir_transport untouched;
    struct ir_transport *transport = &untouched;
    char error[IR_ERROR_LENGTH] = "";

    assert_int_equal(ir_sim_open(arguments, &transport, error), expected);
    assert_null(transport);
    if (strstr(error, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", error, text);
}

static void accept(const char *arguments)
{
    struct rig rig;

    rig_open(&rig, arguments);
    rig_close(&rig);
}

static void the_model_alone_is_enough(void **state)
{
    (void)state;
    accept("82599");
}

static void another_model_is_refused(void **state)
{
    (void)state;
    refuse("", -EINVAL, "\"\" is no simulated device; use 82599, 82574 or virtio");
    refuse("8259", -EINVAL, "\"8259\" is no simulated device");
    refuse("825999", -EINVAL, "\"825999\" is no simulated device");
    refuse("x550,mode=step", -EINVAL, "\"x550\" is no simulated device");
}

static void an_unknown_key_is_named_with_those_that_exist(void **state)
{
    (void)state;
    refuse("82599,speed=10", -EINVAL,
           "no key \"speed\"; use one of rx tx loop wire size count rate flows seed tap link mode "
           "vectors mac "
           "device late never hostile");
    refuse("82599,", -EINVAL, "no key \"\"");
    refuse("82599,modes=step", -EINVAL, "no key \"modes\"");
    refuse("82599,mod=step", -EINVAL, "no key \"mod\"");
}

static void a_repeated_key_is_named(void **state)
{
    (void)state;
    refuse("82599,mode=step,mode=step", -EINVAL, "the key mode is given twice; give it once");
}

static void a_key_without_value_says_what_it_takes(void **state)
{
    (void)state;
    refuse("82599,mode", -EINVAL, "mode=: give thread, step or served");
    refuse("82599,rx=", -EINVAL, "rx=: give the name of a capture file");
    refuse("82599,tap=", -EINVAL, "tap=: give the name of an interface");
    refuse("82599,link=", -EINVAL, "link=: give a name that two cards share");
}

static void a_bad_value_says_what_is_expected(void **state)
{
    (void)state;
    refuse("82599,mode=fast", -EINVAL, "mode=fast: give thread, step or served");
    refuse("82599,wire=copper", -EINVAL, "wire=copper: give none, gen, flood or memory");
    refuse("82599,wire=gen,size=59", -EINVAL, "size=59: give 60 to 9724 bytes");
    refuse("82599,wire=gen,size=9725", -EINVAL, "size=9725: give 60 to 9724 bytes");
    refuse("82599,wire=gen,size=60x", -EINVAL, "size=60x");
    refuse("82599,wire=gen,count=-1", -EINVAL, "count=-1: give a number of frames");
    refuse("82599,wire=gen,count=18446744073709551616", -EINVAL, "count=18446744073709551616");
    refuse("82599,wire=gen,rate=1000000001", -EINVAL, "rate=1000000001: give frames a second");
    refuse("82599,wire=gen,flows=0", -EINVAL, "flows=0: give 1 to 65536");
    refuse("82599,wire=gen,flows=65537", -EINVAL, "flows=65537: give 1 to 65536");
    refuse("82599,wire=gen,seed=abc", -EINVAL, "seed=abc: give a number");
    refuse("82599,device=10f", -EINVAL, "device=10f: give four hexadecimal digits");
    refuse("82599,device=10fg", -EINVAL, "device=10fg");
}

static void an_address_must_be_unicast(void **state)
{
    (void)state;
    accept("82599,mac=02:aB:cD:00:00:01");
    refuse("82599,mac=01:00:00:00:00:01", -EINVAL, "mac=01:00:00:00:00:01: give a unicast address");
    refuse("82599,mac=00:00:00:00:00:00", -EINVAL, "give a unicast address");
    refuse("82599,mac=02:00:00:00:00", -EINVAL, "give a unicast address");
    refuse("82599,mac=02-00-00-00-00-01", -EINVAL, "give a unicast address");
    refuse("82599,mac=02:00:00:00:00:0g", -EINVAL, "give a unicast address");
}

static void fields_that_are_late_are_named_with_those_that_exist(void **state)
{
    (void)state;
    accept("82599,late=ctrl.rst:10,late=links.up:20,never=secrxstat,never=eec.ard");
    refuse("82599,never=ctrl.reset", -EINVAL, "never=ctrl.reset: give one of ctrl.rst ctrl.lrst");
    refuse("82599,late=ctrl.rst", -EINVAL, "late=ctrl.rst: give FIELD:MICROSECONDS");
    refuse("82599,late=ctrl.rst:", -EINVAL, "late=ctrl.rst:: give FIELD:MICROSECONDS");
    refuse("82599,late=ctrl.rst:soon", -EINVAL, "late=ctrl.rst:soon");
    refuse("82599,late=ctrl:5", -EINVAL, "late=ctrl:5");
}

static void lies_are_named_with_those_that_exist(void **state)
{
    (void)state;
    accept("82599,hostile=0");
    accept("82599,hostile=18446744073709551615,hostile=rx.zero,hostile=rx.zero:3,hostile=gone:0:9");
    accept("82599,hostile=LINKS,hostile=RXDCTL:5,hostile=GPRC:0:2");
    refuse("82599,hostile", -EINVAL, "hostile=: give one seed, or NAME[:TIMES[:AFTER]], with NAME");
    refuse("82599,hostile=links", -EINVAL, "hostile=links: give one seed");
    refuse("82599,hostile=rx", -EINVAL, "a register or a way to lie of ironring(7)");
    refuse("82599,hostile=1,hostile=2", -EINVAL, "hostile=2: give one seed");
    refuse("82599,hostile=18446744073709551616", -EINVAL, "hostile=18446744073709551616");
    refuse("82599,hostile=7:1", -EINVAL, "hostile=7:1");
    refuse("82599,hostile=gone:", -EINVAL, "hostile=gone:");
    refuse("82599,hostile=gone:1:", -EINVAL, "hostile=gone:1:");
    refuse("82599,hostile=gone:1:2:3", -EINVAL, "hostile=gone:1:2:3");
    refuse("82599,hostile=gone:-1", -EINVAL, "hostile=gone:-1");
}

static void keys_of_a_generator_need_one(void **state)
{
    (void)state;
    refuse("82599,size=60", -EINVAL,
           "size= means nothing without wire=gen or wire=flood; add that");
    refuse("82599,wire=memory,seed=1", -EINVAL, "seed= means nothing without wire=gen");
    refuse("82599,wire=none,flows=2", -EINVAL,
           "flows= means nothing without wire=gen or wire=flood; add that");
    refuse("82599,wire=flood,tx=out.pcap", -EINVAL, "tx= cannot be given as well");
    refuse("82599,loop=2", -EINVAL, "loop= means nothing without rx");
}

static void a_card_has_one_wire(void **state)
{
    (void)state;
    refuse("82599,rx=a.pcap,wire=gen", -EINVAL, "rx= and wire= exclude each other; leave one out");
    refuse("82599,tap=t0,link=l", -EINVAL, "tap= and link= exclude each other");
    refuse("82599,tx=a.pcap,link=l", -EINVAL, "sent goes to the wire of link=");
    refuse("82599,wire=memory,tx=a.pcap", -EINVAL, "sent goes to the wire of wire=");
}

static void a_value_of_any_length_is_refused_in_good_order(void **state)
{
    char arguments[4096] = "82599,rx=";

    (void)state;
    memset(arguments + strlen(arguments), 'a', 3000);
    refuse(arguments, -EINVAL, "give the name of a capture file");
    memset(arguments, 'b', 4000);
    refuse(arguments, -EINVAL, "is no simulated device");
}

static void errors_need_no_sentence(void **state)
{
    struct ir_transport *transport;

    (void)state;
    assert_int_equal(ir_sim_open("x", &transport, NULL), -EINVAL);
}

static void a_device_that_is_no_simulated_card_is_not_supported(void **state)
{
    struct ir_transport_ops ops = {0};
    struct ir_transport transport = {.ops = &ops};
    struct ir_dev dev = {.transport = &transport};
    struct ir_dev nothing = {0};
    uint8_t frame[60] = {0};
    uint64_t count = 0;

    (void)state;
    assert_int_equal(ir_sim_step(&dev), -ENOTSUP);
    assert_int_equal(ir_sim_step(&nothing), -ENOTSUP);
    assert_int_equal(ir_sim_step(NULL), -ENOTSUP);
    assert_int_equal(ir_sim_flush(&dev), -ENOTSUP);
    assert_int_equal(ir_sim_flush(NULL), -ENOTSUP);
    assert_int_equal(ir_sim_violations(&dev, &count), -ENOTSUP);
    assert_int_equal(ir_sim_put(&dev, frame, sizeof(frame)), -ENOTSUP);
    assert_int_equal(ir_sim_take(&dev, frame, sizeof(frame)), -ENOTSUP);
    assert_null(ir_sim_violation(&dev, 0));
    assert_false(ir_sim_finished(&dev));
}

static void arguments_of_the_public_functions_are_checked(void **state)
{
    struct rig rig;
    uint8_t frame[60] = {0};

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    assert_int_equal(ir_sim_violations(&rig.dev, NULL), -EINVAL);
    assert_int_equal(ir_sim_put(&rig.dev, NULL, 60), -EINVAL);
    assert_int_equal(ir_sim_put(&rig.dev, frame, 0), -EINVAL);
    assert_int_equal(ir_sim_put(&rig.dev, frame, 16289), -EINVAL);
    assert_int_equal(ir_sim_take(&rig.dev, NULL, 1), -EINVAL);
    assert_int_equal(ir_sim_take(&rig.dev, NULL, 0), 0);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=step,wire=gen");
    assert_int_equal(ir_sim_put(&rig.dev, frame, 60), -EINVAL);
    assert_int_equal(ir_sim_take(&rig.dev, frame, 60), -EINVAL);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(ir_sim_put(&rig.dev, frame, 60), -EINVAL);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_alone_is_enough),
        cmocka_unit_test(another_model_is_refused),
        cmocka_unit_test(an_unknown_key_is_named_with_those_that_exist),
        cmocka_unit_test(a_repeated_key_is_named),
        cmocka_unit_test(a_key_without_value_says_what_it_takes),
        cmocka_unit_test(a_bad_value_says_what_is_expected),
        cmocka_unit_test(an_address_must_be_unicast),
        cmocka_unit_test(fields_that_are_late_are_named_with_those_that_exist),
        cmocka_unit_test(lies_are_named_with_those_that_exist),
        cmocka_unit_test(keys_of_a_generator_need_one),
        cmocka_unit_test(a_card_has_one_wire),
        cmocka_unit_test(a_value_of_any_length_is_refused_in_good_order),
        cmocka_unit_test(errors_need_no_sentence),
        cmocka_unit_test(a_device_that_is_no_simulated_card_is_not_supported),
        cmocka_unit_test(arguments_of_the_public_functions_are_checked),
    };

    return RIG_MAIN(tests);
}
