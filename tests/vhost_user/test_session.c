/* SPDX-License-Identifier: MIT
 *
 * Coming to terms with a back end that is right, over each kind of path and in both roles. Everything
 * ends in time and closes what it opened.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "session_stand.h"

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

    stand->options.timeout_ms = TIMEOUT_MS;
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, true), -ENODEV);
    assert_true(milliseconds() - begin >= TIMEOUT_MS);
    stand->options.timeout_ms = SLACK_MS;
    backend_start(&stand->backend);
    assert_int_equal(vu_session_connect(&stand->session, true), 0);
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
    stand->options.timeout_ms = TIMEOUT_MS;
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    assert_int_equal(vu_session_connect(&stand->session, true), -ETIMEDOUT);
    expect_why(stand, "no back end connects within 300 ms; start it as a client, or give a longer");
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
    const struct CMUnitTest tests[] = {
        ON_STAND(a_right_back_end_is_met_with_these_messages),
        ON_STAND(protocol_features_that_are_unknown_are_not_accepted),
        ON_STAND(a_back_end_without_protocol_features_is_not_asked_for_them),
        ON_STAND(an_answer_in_many_pieces_is_put_together),
        ON_STAND(a_path_without_socket_is_named_as_such),
        ON_STAND(a_file_is_no_socket),
        ON_STAND(a_socket_at_which_nobody_listens_is_named_as_such),
        ON_STAND(a_patient_front_end_waits_for_one_that_comes_late),
        ON_STAND(a_back_end_that_vanishes_is_noticed),
        ON_STAND(a_server_lets_the_back_end_connect_again_and_again),
        ON_STAND(a_server_waits_for_nobody_for_ever),
        ON_STAND(a_server_replaces_a_socket_that_nobody_uses_and_no_other),
        ON_STAND(a_folder_that_is_missing_cannot_be_listened_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
