/* SPDX-License-Identifier: MIT
 *
 * One message of a session and the answer to it, and what to say when that goes wrong. Which
 * messages there are and when is session.c's.
 */
#ifndef IRONRING_LINUX_VHOST_USER_ASK_H
#define IRONRING_LINUX_VHOST_USER_ASK_H

#include "linux/vhost_user_session.h"

/* What to do about a back end that breaks the protocol. */
#define VU_FOLLOW "use a back end that follows the protocol"

/* Keep the reason, close the connection, and return `result`. */
__attribute__((format(printf, 3, 4))) int vu_fail(struct vu_session *session, int result,
                                                  const char *format, ...);

/* Send a message, and a descriptor with it unless that is -1; then receive the payload of its
 * answer, unless `size` is 0. Errors: as those of a session. */
int vu_ask(struct vu_session *session, const uint8_t *bytes, uint32_t length, int file,
           uint8_t *payload, uint32_t size);
/* A request without payload that is answered by a number. */
int vu_ask_number(struct vu_session *session, uint32_t request, uint8_t payload[VHOST_USER_NUMBER]);
/* Requests that are not answered. */
int vu_tell_number(struct vu_session *session, uint32_t request, uint64_t value, int file);
int vu_tell_state(struct vu_session *session, uint32_t request, uint32_t index, uint32_t number);

#endif
