/* SPDX-License-Identifier: MIT
 *
 * A session with a back end of the tests.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "session_stand.h"

int stand_set_up(void **state)
{
    static struct stand stand;
    char error[IR_ERROR_LENGTH];

    memset(&stand, 0, sizeof(stand));
    stand.files = open_files();
    backend_init(&stand.backend);
    assert_int_equal(vu_options_parse(stand.backend.path, &stand.options, error), 0);
    stand.options.timeout_ms = SLACK_MS;
    *state = &stand;
    return 0;
}

int stand_tear_down(void **state)
{
    struct stand *stand = *state;

    backend_remove(&stand->backend);
    assert_int_equal(open_files(), stand->files);
    return 0;
}

uint64_t milliseconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

int connect_session(struct stand *stand)
{
    int result;

    backend_start(&stand->backend);
    assert_int_equal(vu_session_open(&stand->session, &stand->options), 0);
    result = vu_session_connect(&stand->session, false);
    assert_true(result == 0 || stand->session.socket < 0);
    assert_true(result != 0 || stand->session.socket >= 0);
    return result;
}

void end_session(struct stand *stand)
{
    vu_session_close(&stand->session);
    backend_stop(&stand->backend);
}

void expect_why(const struct stand *stand, const char *text)
{
    if (strstr(stand->session.why, text) == NULL)
        fail_msg("the sentence \"%s\" does not contain \"%s\"", stand->session.why, text);
    if (strstr(stand->session.why, "; ") == NULL)
        fail_msg("the sentence \"%s\" has no remedy", stand->session.why);
}

void refuse(struct stand *stand, uint32_t at, enum backend_fault fault, uint64_t value,
            int expected, const char *text)
{
    uint64_t begin = milliseconds();

    stand->backend.at = at;
    stand->backend.fault = fault;
    stand->backend.value = value;
    stand->options.timeout_ms = expected == -ETIMEDOUT ? TIMEOUT_MS : SLACK_MS;
    assert_int_equal(connect_session(stand), expected);
    assert_true(milliseconds() - begin < 4u * TIMEOUT_MS + SLACK_MS);
    expect_why(stand, text);
    end_session(stand);
}
