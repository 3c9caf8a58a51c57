/* SPDX-License-Identifier: MIT
 *
 * One message and its answer; see vhost_user_ask.h.
 */
#include "linux/vhost_user_ask.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Keep the reason, and end what it is about. */
int vu_fail(struct vu_session *session, int result, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(session->why, sizeof(session->why), format, arguments);
    va_end(arguments);
    vu_session_drop(session);
    return result;
}

static const char *name_of(uint32_t request)
{
    static const char *const names[] = {
        [VHOST_USER_GET_FEATURES] = "GET_FEATURES",
        [VHOST_USER_SET_FEATURES] = "SET_FEATURES",
        [VHOST_USER_SET_OWNER] = "SET_OWNER",
        [VHOST_USER_SET_MEM_TABLE] = "SET_MEM_TABLE",
        [VHOST_USER_SET_VRING_NUM] = "SET_VRING_NUM",
        [VHOST_USER_SET_VRING_ADDR] = "SET_VRING_ADDR",
        [VHOST_USER_SET_VRING_BASE] = "SET_VRING_BASE",
        [VHOST_USER_GET_VRING_BASE] = "GET_VRING_BASE",
        [VHOST_USER_SET_VRING_KICK] = "SET_VRING_KICK",
        [VHOST_USER_SET_VRING_CALL] = "SET_VRING_CALL",
        [VHOST_USER_GET_PROTOCOL_FEATURES] = "GET_PROTOCOL_FEATURES",
        [VHOST_USER_SET_PROTOCOL_FEATURES] = "SET_PROTOCOL_FEATURES",
        [VHOST_USER_GET_QUEUE_NUM] = "GET_QUEUE_NUM",
        [VHOST_USER_SET_VRING_ENABLE] = "SET_VRING_ENABLE",
        [VHOST_USER_SET_STATUS] = "SET_STATUS",
        [VHOST_USER_GET_STATUS] = "GET_STATUS",
    };

    return names[request];
}

/* The request was not taken, or not answered, because of `result`. */
static int cut_off(struct vu_session *session, uint32_t request, int result, uint32_t got)
{
    const char *name = name_of(request);

    switch (result) {
    case -ETIMEDOUT:
        if (got > 0)
            return vu_fail(session, result,
                           "the answer to %s stops after %u bytes; restart the back end", name,
                           got);
        return vu_fail(session, result,
                       "no answer to %s within %u ms; restart the back end, or give a longer "
                       "timeout_ms=",
                       name, session->options->timeout_ms);
    case -ECONNRESET:
    case -EPIPE:
        session->hung_up = true;
        return vu_fail(session, -EIO, "the back end hung up at %s; see its log, and restart it",
                       name);
    case -EMFILE:
        return vu_fail(
            session, -EPROTO,
            "the answer to %s brings file descriptors, and none belong there; " VU_FOLLOW, name);
    default:
        return vu_fail(session, result, "%s failed (%s); restart the back end", name,
                       strerror(-result));
    }
}

static int flawed(struct vu_session *session, uint32_t request, uint32_t flaw,
                  const struct vhost_user_header *header, uint32_t size)
{
    const char *name = name_of(request);

    switch (flaw) {
    case VHOST_USER_BAD_VERSION:
        return vu_fail(
            session, -EPROTO,
            "the answer to %s has the flags 0x%x, and is not of version 1 of vhost-user; "
            "give the socket of a vhost-user back end",
            name, header->flags);
    case VHOST_USER_BAD_REQUEST:
        return vu_fail(session, -EPROTO, "%s is answered as if it were request %u; " VU_FOLLOW,
                       name, header->request);
    case VHOST_USER_NO_REPLY:
        return vu_fail(session, -EPROTO, "%s is answered by a request, %u; " VU_FOLLOW, name,
                       header->request);
    default:
        return vu_fail(session, -EPROTO, "the answer to %s has %u bytes instead of %u; " VU_FOLLOW,
                       name, header->size, size);
    }
}

/* Send a message, and a descriptor with it unless that is -1; then receive the payload of its
 * answer, unless `size` is 0. */
int vu_ask(struct vu_session *session, const uint8_t *bytes, uint32_t length, int file,
           uint8_t *payload, uint32_t size)
{
    uint32_t request = vhost_user_get32(bytes);
    uint64_t deadline = vu_deadline(session->options->timeout_ms);
    uint8_t begin[VHOST_USER_HEADER];
    struct vhost_user_header header;
    uint32_t got = 0;
    uint32_t flaw;
    int result;

    if (session->socket < 0)
        return -ENOTCONN;
    result = vu_send(session->socket, bytes, length, file, deadline);
    if (result == 0 && size == 0)
        return 0;
    if (result == 0)
        result = vu_receive(session->socket, begin, sizeof(begin), &got, deadline);
    if (result != 0)
        return cut_off(session, request, result, got);
    header = vhost_user_parse(begin);
    flaw = vhost_user_judge(&header, request, size);
    if (flaw != VHOST_USER_FINE)
        return flawed(session, request, flaw, &header, size);
    result = vu_receive(session->socket, payload, size, &got, deadline);
    return result != 0 ? cut_off(session, request, result, got + VHOST_USER_HEADER) : 0;
}

/* A request without payload that is answered by a number. */
int vu_ask_number(struct vu_session *session, uint32_t request, uint8_t payload[VHOST_USER_NUMBER])
{
    uint8_t bytes[VHOST_USER_LONGEST];
    uint32_t length = vhost_user_build(bytes, request, 0);

    return vu_ask(session, bytes, length, -1, payload, VHOST_USER_NUMBER);
}

int vu_tell_number(struct vu_session *session, uint32_t request, uint64_t value, int file)
{
    uint8_t bytes[VHOST_USER_LONGEST];
    uint32_t length = vhost_user_build_number(bytes, request, 0, value);

    return vu_ask(session, bytes, length, file, NULL, 0);
}

int vu_tell_state(struct vu_session *session, uint32_t request, uint32_t index, uint32_t number)
{
    uint8_t bytes[VHOST_USER_LONGEST];
    uint32_t length = vhost_user_build_state(bytes, request, 0, index, number);

    return vu_ask(session, bytes, length, -1, NULL, 0);
}
