/* SPDX-License-Identifier: MIT
 *
 * A session with a back end of the tests.
 */
#ifndef IRONRING_TESTS_VHOST_USER_SESSION_STAND_H
#define IRONRING_TESTS_VHOST_USER_SESSION_STAND_H

#include "backend.h"
#include "files.h"
#include "linux/vhost_user_session.h"

#define TIMEOUT_MS 300u  /* where the back end shall be too late */
#define SLACK_MS   4000u /* of a machine that does something else as well */

struct stand {
    struct backend backend;
    struct vu_options options;
    struct vu_session session;
    int files; /* open before */
};

/* Before and after each test; no file stays open. */
int stand_set_up(void **state);
int stand_tear_down(void **state);
uint64_t milliseconds(void);
/* Start the back end and come to terms with it, as vu_session_connect answers; and end both. */
int connect_session(struct stand *stand);
void end_session(struct stand *stand);
/* Fail unless the sentence has this text, and a remedy. */
void expect_why(const struct stand *stand, const char *text);
/* Connecting to a back end with this fault fails in time, with the error and the words. */
void refuse(struct stand *stand, uint32_t at, enum backend_fault fault, uint64_t value,
            int expected, const char *text);

#define ON_STAND(test) cmocka_unit_test_setup_teardown(test, stand_set_up, stand_tear_down)

#endif
