/* SPDX-License-Identifier: MIT
 *
 * Device strings of vhost-user: what each key takes, and the sentence for each mistake.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux/vhost_user_options.h"
#include "softdev/layout.h"

static struct vu_options accept(const char *text)
{
    struct vu_options options;
    char error[IR_ERROR_LENGTH] = "";

    if (vu_options_parse(text, &options, error) != 0)
        fail_msg("%s", error);
    return options;
}

static void refuse(const char *text, const char *sentence)
{
    struct vu_options options;
    char error[IR_ERROR_LENGTH] = "";

    assert_int_equal(vu_options_parse(text, &options, error), -EINVAL);
    assert_string_equal(error, sentence);
}

static void a_path_is_enough(void **state)
{
    struct vu_options options = accept("/run/x.sock");

    (void)state;
    assert_string_equal(options.path, "/run/x.sock");
    assert_false(options.server);
    assert_int_equal(options.queues, 1);
    assert_int_equal(options.timeout_ms, 1000);
    assert_true(options.required == 0);
    assert_true(options.forbidden == SOFT_F_RING_PACKED);
}

static void each_key_is_taken(void **state)
{
    struct vu_options options = accept("s,server=on,queues=64,mrg_rxbuf=off,packed=on,in_order=on,"
                                       "mac=02:00:00:00:aB:01,timeout_ms=600000");
    static const uint8_t mac[] = {2, 0, 0, 0, 0xab, 1};

    (void)state;
    assert_string_equal(options.path, "s");
    assert_true(options.server);
    assert_int_equal(options.queues, 64);
    assert_int_equal(options.timeout_ms, 600000);
    assert_true(options.required == (SOFT_F_RING_PACKED | SOFT_F_IN_ORDER));
    assert_true(options.forbidden == SOFT_F_MRG_RXBUF);
    assert_memory_equal(options.mac, mac, sizeof(mac));
}

static void a_path_has_an_address_of_its_own(void **state)
{
    struct vu_options one = accept("/run/1");
    struct vu_options same = accept("/run/1,queues=2");
    struct vu_options other = accept("/run/2");

    (void)state;
    assert_int_equal(one.mac[0] & 3, 2); /* unicast, and of no vendor */
    assert_memory_equal(one.mac, same.mac, sizeof(one.mac));
    assert_memory_not_equal(one.mac, other.mac, sizeof(one.mac));
}

static void a_path_is_needed(void **state)
{
    (void)state;
    refuse("", "\"vhost-user:\" names no socket; give its path, as in vhost-user:/run/x.sock");
    refuse(",queues=2",
           "\"vhost-user:\" names no socket; give its path, as in vhost-user:/run/x.sock");
}

static void a_path_must_fit_into_an_address(void **state)
{
    char path[200];

    (void)state;
    memset(path, 'x', sizeof(path));
    path[107] = '\0';
    assert_string_equal(accept(path).path, path);
    path[107] = 'x';
    path[108] = '\0';
    refuse(path, "vhost-user:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...: the "
                 "path has 108 characters, and that of a socket at most 107; use a shorter one, "
                 "such as a relative one");
}

static void a_key_that_is_unknown_is_named_with_those_that_exist(void **state)
{
    (void)state;
    refuse("/s,queue=1", "vhost-user:/s: there is no key \"queue\"; use one of server queues "
                         "mrg_rxbuf in_order packed mac timeout_ms");
    refuse("/s,", "vhost-user:/s: there is no key \"\"; use one of server queues mrg_rxbuf "
                  "in_order packed mac timeout_ms");
    refuse("/s,queues=2,queues=2", "vhost-user:/s: the key queues is given twice; give it once");
}

static void a_bad_value_says_what_is_expected(void **state)
{
    (void)state;
    refuse("/s,server", "vhost-user:/s: server=: give on or off");
    refuse("/s,server=yes", "vhost-user:/s: server=yes: give on or off");
    refuse("/s,queues=0", "vhost-user:/s: queues=0: give 1 to 64 pairs of queues");
    refuse("/s,queues=65", "vhost-user:/s: queues=65: give 1 to 64 pairs of queues");
    refuse("/s,queues=1x", "vhost-user:/s: queues=1x: give 1 to 64 pairs of queues");
    refuse("/s,queues=-1", "vhost-user:/s: queues=-1: give 1 to 64 pairs of queues");
    refuse("/s,queues=99999999999999999999",
           "vhost-user:/s: queues=99999999999999999999: give 1 to 64 pairs of queues");
    refuse("/s,mrg_rxbuf=1", "vhost-user:/s: mrg_rxbuf=1: give on or off");
    refuse("/s,in_order=", "vhost-user:/s: in_order=: give on or off");
    refuse("/s,packed=ON", "vhost-user:/s: packed=ON: give on or off");
    refuse("/s,timeout_ms=0", "vhost-user:/s: timeout_ms=0: give 1 to 600000 milliseconds");
    refuse("/s,timeout_ms=600001",
           "vhost-user:/s: timeout_ms=600001: give 1 to 600000 milliseconds");
    refuse("/s,queues=11111111111111111111111111111111",
           "vhost-user:/s: queues=: give 1 to 64 pairs of queues"); /* not even kept */
}

static void an_address_must_be_unicast(void **state)
{
    static const char *const bad[] = {"01:00:00:00:00:01", "00:00:00:00:00:00", "02:00:00:00:00",
                                      "02-00-00-00-00-01", "02:00:00:00:00:0g", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[64] = "/s,mac=";
        char sentence[128] = "vhost-user:/s: mac=";

        (void)strcat(text, bad[i]);
        (void)strcat(strcat(sentence, bad[i]),
                     ": give a unicast address such as 02:00:00:00:00:01");
        refuse(text, sentence);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_enough),
        cmocka_unit_test(each_key_is_taken),
        cmocka_unit_test(a_path_has_an_address_of_its_own),
        cmocka_unit_test(a_path_is_needed),
        cmocka_unit_test(a_path_must_fit_into_an_address),
        cmocka_unit_test(a_key_that_is_unknown_is_named_with_those_that_exist),
        cmocka_unit_test(a_bad_value_says_what_is_expected),
        cmocka_unit_test(an_address_must_be_unicast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
