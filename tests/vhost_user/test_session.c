/* SPDX-License-Identifier: MIT
 *
 * Coming to terms with back ends: the messages of one that is right, and what is said of each that is
 * not. Everything ends in time and closes what it opened.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"
#include "files.h"
#include "linux/vhost_user_session.h"

#define TIMEOUT_MS 150u
#define SLACK_MS   4000u /* of a machine that does something else as well */

struct stand {
    struct backend backend;
    struct vu_options options;
    struct vu_session session;
    int files; /* open before */
};

static int set_up(void **state)
{
    static struct stand stand;
    char error[IR_ERROR_LENGTH];

    memset(&stand, 0, sizeof(stand));
    stand.files = open_files();
    backend_init(&stand.backend);
    assert_int_equal(vu_options_parse(stand.backend.path, &stand.options, error), 0);
    stand.options.timeout_ms = TIMEOUT_MS;
    *state = &stand;
    return 0;
}

static int tear_down(void **state)
{
    struct stand *stand = *state;

    backend_remove(&stand->backend);
    assert_int_equal(open_files(), stand->files);
    return 0;
}

static uint64_t milliseconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

static int connect_session(struct stand *stand)
{
    int result;

    backend_start(&stand->backend);
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    result = vu_session_connect(&stand->session, false);
    assert_true(result == 0 || stand->session.socket < 0);
    assert_true(result != 0 || stand->session.socket >= 0);
    return result;
}

static void end_session(struct stand *stand)
{
    vu_session_close(&stand->session);
    backend_stop(&stand->backend);
}

static void expect_why(const struct stand *stand, const char *text)
{
    if (strstr(stand->session.why, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", stand->session.why, text);
    if (strstr(stand->session.why, "; ") == NULL)
        fail_msg("the sentence \"%s\" has no remedy", stand->session.why);
}

/* Connecting to a back end with this fault fails in time, with the error and the words. */
static void refuse(struct stand *stand, uint32_t at, enum backend_fault fault, uint64_t value,
                   int expected, const char *text)
{
    uint64_t begin = milliseconds();

    stand->backend.at = at;
    stand->backend.fault = fault;
    stand->backend.value = value;
    assert_int_equal(connect_session(stand), expected);
    assert_true(milliseconds() - begin < 4u * TIMEOUT_MS + SLACK_MS);
    expect_why(stand, text);
    end_session(stand);
}

static void a_right_back_end_is_met_with_these_messages(void **state)
{
    struct stand *stand = *state;
    const struct backend_message *message;

    assert_int_equal(connect_session(stand), 0);
    backend_message(&stand->backend, 0, VHOST_USER_SET_OWNER);
    backend_message(&stand->backend, 1, VHOST_USER_GET_FEATURES);
    backend_message(&stand->backend, 2, VHOST_USER_GET_PROTOCOL_FEATURES);
    message = backend_message(&stand->backend, 3, VHOST_USER_SET_PROTOCOL_FEATURES);
    assert_true(vhost_user_get64(message->payload) == BACKEND_PROTOCOL);
    backend_message(&stand->backend, 4, VHOST_USER_GET_QUEUE_NUM);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(stand->backend.message[i].flags, VHOST_USER_VERSION);
        assert_int_equal(stand->backend.message[i].files, 0);
    }
    assert_true(stand->session.features == BACKEND_FEATURES);
    assert_true(vu_session_stands(&stand->session));
    end_session(stand);
}

static void protocol_features_that_are_unknown_are_not_accepted(void **state)
{
    struct stand *stand = *state;

    stand->backend.protocol = UINT64_MAX;
    assert_int_equal(connect_session(stand), 0);
    assert_true(
        vhost_user_get64(
            backend_message(&stand->backend, 3, VHOST_USER_SET_PROTOCOL_FEATURES)->payload) ==
        BACKEND_PROTOCOL);
    end_session(stand);
}

static void a_back_end_without_protocol_features_is_not_asked_for_them(void **state)
{
    struct stand *stand = *state;

    stand->backend.features &= ~(uint64_t)VHOST_USER_F_PROTOCOL_FEATURES;
    assert_int_equal(connect_session(stand), 0);
    assert_int_equal(vu_session_features(&stand->session, SOFT_F_VERSION_1), 0);
    assert_true(
        vhost_user_get64(backend_message(&stand->backend, 2, VHOST_USER_SET_FEATURES)->payload) ==
        SOFT_F_VERSION_1);
    assert_int_equal(vu_session_enable_ring(&stand->session, 0, true), 0);
    assert_int_equal(vu_session_stop_ring(&stand->session, 0), 0);
    backend_message(&stand->backend, 3, VHOST_USER_GET_VRING_BASE);
    end_session(stand);
}

static void an_answer_in_many_pieces_is_put_together(void **state)
{
    struct stand *stand = *state;

    stand->backend.at = VHOST_USER_GET_FEATURES;
    stand->backend.fault = BACKEND_SLOWLY;
    assert_int_equal(connect_session(stand), 0);
    assert_true(stand->session.features == BACKEND_FEATURES);
    end_session(stand);
}

static void a_path_without_socket_is_named_as_such(void **state)
{
    struct stand *stand = *state;

    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, false), -ENODEV);
    expect_why(stand, "there is no such socket; start the back end first");
    vu_session_close(&stand->session);
}

static void a_file_is_no_socket(void **state)
{
    struct stand *stand = *state;
    FILE *file = fopen(stand->options.path, "we");

    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, false), -ENOTSOCK);
    expect_why(stand, "this is no stream socket; give the path");
    vu_session_close(&stand->session);
    stand->options.server = true;
    assert_int_equal(vu_session_open(&stand->session, &stand->options), -ENOTSOCK);
    expect_why(stand, "this is no socket and is not replaced by one; give another path");
    assert_int_equal(access(stand->options.path, F_OK), 0); /* it is still there */
}

static void a_socket_at_which_nobody_listens_is_named_as_such(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    backend_stop(&stand->backend);
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, false), -ENODEV);
    expect_why(stand, "nobody listens there; start the back end again");
    vu_session_close(&stand->session);
}

static void a_patient_front_end_waits_for_one_that_comes_late(void **state)
{
    struct stand *stand = *state;
    uint64_t begin = milliseconds();

    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, true), -ENODEV);
    assert_true(milliseconds() - begin >= TIMEOUT_MS);
    stand->options.timeout_ms = SLACK_MS;
    backend_start(&stand->backend);
    assert_int_equal(vu_session_connect(&stand->session, true), 0);
    end_session(stand);
}

static void another_version_is_another_protocol(void **state)
{
    static const uint32_t versions[] = {0, 2, 3};

    for (size_t i = 0; i < 3; i++)
        refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_VERSION, versions[i], -EPROTO,
               "is not of version 1 of vhost-user; give the socket of a vhost-user back end");
}

static void another_protocol_is_named_as_such(void **state)
{
    refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_TEXT, 0, -EPROTO,
           "the answer to GET_FEATURES has the flags 0x");
}

static void an_answer_to_something_else_is_named(void **state)
{
    refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_REQUEST, 15, -EPROTO,
           "GET_FEATURES is answered as if it were request 15; use a back end that follows");
    refuse(*state, VHOST_USER_GET_QUEUE_NUM, BACKEND_REQUEST, 0xffffffff, -EPROTO,
           "GET_QUEUE_NUM is answered as if it were request 4294967295");
}

static void a_request_in_place_of_an_answer_is_named(void **state)
{
    refuse(*state, VHOST_USER_GET_PROTOCOL_FEATURES, BACKEND_NO_REPLY, 0, -EPROTO,
           "GET_PROTOCOL_FEATURES is answered by a request, 15");
}

static void an_answer_of_another_size_is_named(void **state)
{
    static const uint64_t sizes[] = {0, 4, 7, 9, 16, 0xffffffff};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[80];

        (void)snprintf(text, sizeof(text), "the answer to GET_FEATURES has %u bytes instead of 8",
                       (uint32_t)sizes[i]);
        refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_SIZE, sizes[i], -EPROTO, text);
    }
}

static void no_answer_ends_in_time(void **state)
{
    static const uint32_t requests[] = {VHOST_USER_GET_FEATURES, VHOST_USER_GET_PROTOCOL_FEATURES,
                                        VHOST_USER_GET_QUEUE_NUM};
    static const char *const names[] = {"GET_FEATURES", "GET_PROTOCOL_FEATURES", "GET_QUEUE_NUM"};

    for (size_t i = 0; i < 3; i++) {
        char text[80];

        (void)snprintf(text, sizeof(text), "no answer to %s within 150 ms; restart the back end",
                       names[i]);
        refuse(*state, requests[i], BACKEND_SILENT, 0, -ETIMEDOUT, text);
    }
}

static void an_answer_that_stops_ends_in_time(void **state)
{
    static const uint64_t sizes[] = {1, 11, 12, 13, 19};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char text[80];

        (void)snprintf(text, sizeof(text), "the answer to GET_FEATURES stops after %u bytes",
                       (uint32_t)sizes[i]);
        refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_STOPS, sizes[i], -ETIMEDOUT, text);
    }
}

static void a_back_end_that_hangs_up_is_named_as_such(void **state)
{
    struct stand *stand = *state;

    refuse(stand, VHOST_USER_GET_FEATURES, BACKEND_HANGS_UP, 0, -EIO,
           "the back end hung up at GET_FEATURES; see its log");
    assert_true(stand->session.hung_up);
    for (uint64_t size = 0; size < 20; size += 4)
        refuse(stand, VHOST_USER_GET_FEATURES, BACKEND_CUT, size, -EIO,
               "the back end hung up at GET_FEATURES");
}

static void descriptors_that_come_with_an_answer_are_closed(void **state)
{
    static const uint64_t counts[] = {1, 2, 8, 9, 40};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_FILES, counts[i], -EPROTO,
               "the answer to GET_FEATURES brings file descriptors, and none belong there");
}

static void a_legacy_back_end_is_refused(void **state)
{
    refuse(*state, VHOST_USER_GET_FEATURES, BACKEND_VALUE, SOFT_F_MRG_RXBUF, -ENOTSUP,
           "the back end offers no VERSION_1 (features 0x8000); use one for virtio 1.0 or later");
}

static void queues_that_it_does_not_have_are_named(void **state)
{
    struct stand *stand = *state;

    refuse(stand, VHOST_USER_GET_QUEUE_NUM, BACKEND_VALUE, 0, -EPROTO,
           "GET_QUEUE_NUM is answered by 0 queues");
    stand->options.queues = 5;
    refuse(stand, 0, BACKEND_FINE, 0, -ENOTSUP,
           "queues=5 is more than the back end has; give queues=4, or start it with more");
    stand->backend.protocol &= ~(uint64_t)VHOST_USER_P_MQ;
    refuse(stand, 0, BACKEND_FINE, 0, -ENOTSUP,
           "queues=5 is more than the back end has; give queues=1");
    stand->backend.protocol |= VHOST_USER_P_MQ;
    stand->options.queues = 64;
    stand->backend.pairs = UINT64_MAX;
    assert_int_equal(connect_session(stand), 0);
    end_session(stand);
}

static void a_feature_that_the_user_wants_must_be_offered(void **state)
{
    struct stand *stand = *state;

    stand->options.required = SOFT_F_RING_PACKED;
    assert_int_equal(connect_session(stand), 0);
    end_session(stand);
    refuse(stand, VHOST_USER_GET_FEATURES, BACKEND_VALUE, SOFT_F_VERSION_1, -ENOTSUP,
           "packed=on, but the back end does not offer it (features 0x100000000); leave it out");
    stand->options.required = SOFT_F_MRG_RXBUF;
    refuse(stand, VHOST_USER_GET_FEATURES, BACKEND_VALUE, SOFT_F_VERSION_1, -ENOTSUP,
           "mrg_rxbuf=on, but the back end does not offer it");
    stand->options.required = SOFT_F_IN_ORDER;
    refuse(stand, VHOST_USER_GET_FEATURES, BACKEND_VALUE, SOFT_F_VERSION_1, -ENOTSUP,
           "in_order=on, but the back end does not offer it");
}

static void features_that_are_refused_are_named(void **state)
{
    struct stand *stand = *state;

    stand->backend.at = VHOST_USER_GET_STATUS;
    stand->backend.fault = BACKEND_VALUE;
    stand->backend.value = SOFT_ACKNOWLEDGE | SOFT_DRIVER;
    assert_int_equal(connect_session(stand), 0);
    assert_int_equal(vu_session_features(&stand->session, SOFT_F_VERSION_1 | SOFT_F_MAC), -EPROTO);
    expect_why(stand, "the back end refuses the features 0x140000000, which it offered");
    assert_int_equal(vu_session_features(&stand->session, SOFT_F_VERSION_1), -ENOTCONN);
    assert_int_equal(vu_session_connect(&stand->session, false), 0);
    stand->backend.value = 0x100;
    assert_int_equal(vu_session_features(&stand->session, SOFT_F_VERSION_1), -EPROTO);
    end_session(stand);
}

static void memory_that_cannot_be_mapped_is_named(void **state)
{
    struct stand *stand = *state;

    atomic_store(&stand->backend.refuse_memory, true);
    assert_int_equal(connect_session(stand), 0);
    assert_int_equal(
        vu_session_memory(&stand->session, STDIN_FILENO, BACKEND_BASE, UINT64_C(1) << 30), -ENOMEM);
    expect_why(stand, "the back end cannot map 1024 MiB of memory");
    end_session(stand);
}

static void without_replies_memory_is_not_confirmed(void **state)
{
    struct stand *stand = *state;
    const struct backend_message *message;

    stand->backend.protocol = 0;
    assert_int_equal(connect_session(stand), 0);
    assert_int_equal(
        vu_session_memory(&stand->session, STDIN_FILENO, BACKEND_BASE, UINT64_C(1) << 30), 0);
    message = backend_message(&stand->backend, 4, VHOST_USER_SET_MEM_TABLE);
    assert_int_equal(message->flags, VHOST_USER_VERSION);
    assert_int_equal(message->files, 1);
    assert_int_equal(vu_session_status(&stand->session, 7), 0); /* it does not want to know */
    assert_int_equal(vu_session_enable_ring(&stand->session, 3, true), 0);
    message = backend_message(&stand->backend, 5, VHOST_USER_SET_VRING_ENABLE);
    assert_int_equal(vhost_user_get32(message->payload), 3);
    assert_int_equal(vhost_user_get32(message->payload + 4), 1);
    end_session(stand);
}

static void a_ring_that_does_not_stop_is_not_stopped(void **state)
{
    struct stand *stand = *state;

    stand->backend.at = VHOST_USER_GET_VRING_BASE;
    stand->backend.fault = BACKEND_OTHER_RING;
    assert_int_equal(connect_session(stand), 0);
    assert_int_equal(vu_session_stop_ring(&stand->session, 2), -EPROTO);
    expect_why(stand, "GET_VRING_BASE of ring 2 is answered for another");
    assert_false(stand->session.hung_up);
    end_session(stand);
}

static void what_nobody_asked_for_ends_the_connection(void **state)
{
    struct stand *stand = *state;

    assert_int_equal(connect_session(stand), 0);
    assert_true(vu_session_stands(&stand->session));
    backend_send(&stand->backend, "x", 1);
    assert_false(vu_session_stands(&stand->session));
    assert_int_equal(stand->session.socket, -1);
    assert_false(stand->session.hung_up);
    expect_why(stand, "the back end sends what nobody asked for");
    assert_false(vu_session_stands(&stand->session));
    end_session(stand);
}

static void a_back_end_that_vanishes_is_noticed(void **state)
{
    struct stand *stand = *state;

    assert_int_equal(connect_session(stand), 0);
    backend_stop(&stand->backend);
    assert_false(vu_session_stands(&stand->session));
    assert_true(stand->session.hung_up);
    expect_why(stand, "the back end has hung up");
    vu_session_close(&stand->session);
}

static void a_server_lets_the_back_end_connect_again_and_again(void **state)
{
    struct stand *stand = *state;

    stand->options.server = true;
    stand->options.timeout_ms = SLACK_MS;
    stand->backend.client = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
        for (int j = 0; j < 2; j++) {
            backend_start(&stand->backend);
            assert_int_equal(vu_session_connect(&stand->session, false), 0);
            assert_true(vu_session_stands(&stand->session));
            backend_stop(&stand->backend);
            assert_false(vu_session_stands(&stand->session));
        }
        vu_session_close(&stand->session);
        assert_int_equal(access(stand->options.path, F_OK), -1);
    }
}

static void a_server_waits_for_nobody_for_ever(void **state)
{
    struct stand *stand = *state;

    stand->options.server = true;
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, true), -ETIMEDOUT);
    expect_why(stand, "no back end connects within 150 ms; start it as a client, or give a longer");
    vu_session_close(&stand->session);
}

static void a_server_replaces_a_socket_that_nobody_uses_and_no_other(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    stand->options.server = true;
    assert_int_equal(vu_session_open(&stand->session, &stand->options), -EADDRINUSE);
    expect_why(stand, "somebody listens there already; end that program, or leave server=on out");
    backend_stop(&stand->backend); /* its socket stays behind */
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    vu_session_close(&stand->session);
}

static void a_folder_that_is_missing_cannot_be_listened_in(void **state)
{
    struct stand *stand = *state;

    stand->options.server = true;
    (void)strcpy(stand->options.path, "/nonexistent/socket");
    assert_int_equal(vu_session_open(&stand->session, &stand->options), -ENOENT);
    expect_why(stand, "one cannot listen there (No such file or directory); give another path");
}

int main(void)
{
#define ON_STAND(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_STAND(a_right_back_end_is_met_with_these_messages),
        ON_STAND(protocol_features_that_are_unknown_are_not_accepted),
        ON_STAND(a_back_end_without_protocol_features_is_not_asked_for_them),
        ON_STAND(an_answer_in_many_pieces_is_put_together),
        ON_STAND(a_path_without_socket_is_named_as_such),
        ON_STAND(a_file_is_no_socket),
        ON_STAND(a_socket_at_which_nobody_listens_is_named_as_such),
        ON_STAND(a_patient_front_end_waits_for_one_that_comes_late),
        ON_STAND(another_version_is_another_protocol),
        ON_STAND(another_protocol_is_named_as_such),
        ON_STAND(an_answer_to_something_else_is_named),
        ON_STAND(a_request_in_place_of_an_answer_is_named),
        ON_STAND(an_answer_of_another_size_is_named),
        ON_STAND(no_answer_ends_in_time),
        ON_STAND(an_answer_that_stops_ends_in_time),
        ON_STAND(a_back_end_that_hangs_up_is_named_as_such),
        ON_STAND(descriptors_that_come_with_an_answer_are_closed),
        ON_STAND(a_legacy_back_end_is_refused),
        ON_STAND(queues_that_it_does_not_have_are_named),
        ON_STAND(a_feature_that_the_user_wants_must_be_offered),
        ON_STAND(features_that_are_refused_are_named),
        ON_STAND(memory_that_cannot_be_mapped_is_named),
        ON_STAND(without_replies_memory_is_not_confirmed),
        ON_STAND(a_ring_that_does_not_stop_is_not_stopped),
        ON_STAND(what_nobody_asked_for_ends_the_connection),
        ON_STAND(a_back_end_that_vanishes_is_noticed),
        ON_STAND(a_server_lets_the_back_end_connect_again_and_again),
        ON_STAND(a_server_waits_for_nobody_for_ever),
        ON_STAND(a_server_replaces_a_socket_that_nobody_uses_and_no_other),
        ON_STAND(a_folder_that_is_missing_cannot_be_listened_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
