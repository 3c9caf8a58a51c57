/* SPDX-License-Identifier: MIT
 *
 * Coming to terms with back ends that are not right: what is said of each. Everything ends in time and
 * closes what it opened.
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

        (void)snprintf(text, sizeof(text), "no answer to %s within 300 ms; restart the back end",
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
