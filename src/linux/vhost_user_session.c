/* SPDX-License-Identifier: MIT
 *
 * Connecting to a back end, coming to terms with it, and the requests about memory and rings; see
 * vhost_user_session.h.
 */
#define _GNU_SOURCE
#include "linux/vhost_user_session.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "linux/vhost_user_ask.h"
#include "softdev/layout.h"

#define RETRY_NS 20000000 /* between attempts to connect to a back end that is not there yet */
#define PROTOCOL (VHOST_USER_P_MQ | VHOST_USER_P_REPLY_ACK | VHOST_USER_P_STATUS)

void vu_session_drop(struct vu_session *session)
{
    if (session->socket >= 0)
        close(session->socket);
    session->socket = -1;
}

static int cannot_listen(struct vu_session *session, int result)
{
    if (result == -EADDRINUSE)
        return vu_fail(session, result,
                       "somebody listens there already; end that program, or leave server=on out");
    if (result == -ENOTSOCK)
        return vu_fail(session, result,
                       "this is no socket and is not replaced by one; give another path");
    return vu_fail(session, result, "one cannot listen there (%s); give another path",
                   strerror(-result));
}

int vu_session_open(struct vu_session *session, const struct vu_options *options)
{
    memset(session, 0, sizeof(*session));
    session->options = options;
    session->listener = -1;
    session->socket = -1;
    if (!options->server)
        return 0;
    session->listener = vu_listen(options->path);
    return session->listener < 0 ? cannot_listen(session, session->listener) : 0;
}

void vu_session_close(struct vu_session *session)
{
    vu_session_drop(session);
    if (session->listener >= 0)
        vu_unlisten(session->listener, session->options->path);
    session->listener = -1;
}

static int cannot_connect(struct vu_session *session, int result)
{
    uint32_t timeout = session->options->timeout_ms;

    switch (result) {
    case -ENOENT:
        return vu_fail(
            session, -ENODEV,
            "there is no such socket; start the back end first, or add server=on to let it "
            "connect");
    case -ECONNREFUSED:
        return vu_fail(session, -ENODEV,
                       "nobody listens there; start the back end again, or add server=on to let it "
                       "connect");
    case -ENOTSOCK:
    case -EPROTOTYPE:
        return vu_fail(session, -ENOTSOCK,
                       "this is no stream socket; give the path of the back end's socket");
    case -ETIMEDOUT:
        return session->listener < 0
                   ? vu_fail(session, result,
                             "the back end takes no connection within %u ms; restart it, or give a "
                             "longer timeout_ms=",
                             timeout)
                   : vu_fail(session, result,
                             "no back end connects within %u ms; start it as a client, or give a "
                             "longer timeout_ms=",
                             timeout);
    default:
        return vu_fail(
            session, result,
            "no connection (%s); see to its permissions and to the limits of this process",
            strerror(-result));
    }
}

/* Connect, and again until the deadline while nobody is there. */
static int find_back_end(const struct vu_session *session, bool patient)
{
    const struct timespec pause = {0, RETRY_NS};
    uint64_t deadline = vu_deadline(session->options->timeout_ms);

    if (session->listener >= 0)
        return vu_accept(session->listener, deadline);
    for (;;) {
        int result = vu_connect(session->options->path, deadline);

        if ((result != -ENOENT && result != -ECONNREFUSED) || !patient ||
            vu_deadline(0) >= deadline)
            return result;
        (void)nanosleep(&pause, NULL);
    }
}

bool vu_session_stands(struct vu_session *session)
{
    int result = session->socket < 0 ? -ENOTCONN : vu_check(session->socket);

    if (result == -ECONNRESET) {
        session->hung_up = true;
        (void)vu_fail(session, result, "the back end has hung up; restart it");
    } else if (result == -EPROTO) {
        (void)vu_fail(session, result, "the back end sends what nobody asked for; " VU_FOLLOW);
    }
    return result == 0;
}

/* Pairs of queues: one, unless the back end says that there are more. */
static int agree_on_pairs(struct vu_session *session)
{
    uint8_t payload[VHOST_USER_NUMBER];
    int32_t pairs = 1;

    if ((session->protocol & VHOST_USER_P_MQ) != 0) {
        int result = vu_ask_number(session, VHOST_USER_GET_QUEUE_NUM, payload);

        if (result != 0)
            return result;
        pairs = vhost_user_parse_pairs(payload);
    }
    if (pairs < 0)
        return vu_fail(session, pairs, "GET_QUEUE_NUM is answered by 0 queues; " VU_FOLLOW);
    if ((uint32_t)pairs < session->options->queues)
        return vu_fail(session, -ENOTSUP,
                       "queues=%u is more than the back end has; give queues=%d, or start it with "
                       "more",
                       session->options->queues, pairs);
    return 0;
}

static int agree_on_protocol(struct vu_session *session)
{
    uint8_t payload[VHOST_USER_NUMBER];
    int result;

    session->protocol = 0;
    if ((session->features & VHOST_USER_F_PROTOCOL_FEATURES) == 0)
        return 0;
    result = vu_ask_number(session, VHOST_USER_GET_PROTOCOL_FEATURES, payload);
    if (result != 0)
        return result;
    session->protocol = vhost_user_get64(payload) & PROTOCOL;
    return vu_tell_number(session, VHOST_USER_SET_PROTOCOL_FEATURES, session->protocol, -1);
}

/* Whether the back end offers what a device needs, and what the user does. */
static int check_features(struct vu_session *session)
{
    static const struct {
        uint64_t feature;
        const char *key;
    } keys[] = {
        {SOFT_F_MRG_RXBUF, "mrg_rxbuf"},
        {SOFT_F_IN_ORDER, "in_order"},
        {SOFT_F_RING_PACKED, "packed"},
    };
    uint64_t missing = session->options->required & ~session->features;

    if ((session->features & SOFT_F_VERSION_1) == 0)
        return vu_fail(
            session, -ENOTSUP,
            "the back end offers no VERSION_1 (features 0x%llx); use one for virtio 1.0 or "
            "later",
            (unsigned long long)session->features);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if ((missing & keys[i].feature) != 0)
            return vu_fail(
                session, -ENOTSUP,
                "%s=on, but the back end does not offer it (features 0x%llx); leave it out",
                keys[i].key, (unsigned long long)session->features);
    }
    return 0;
}

int vu_session_meet(struct vu_session *session, int socket)
{
    uint8_t bytes[VHOST_USER_LONGEST];
    uint8_t payload[VHOST_USER_NUMBER];
    int result;

    session->socket = socket;
    session->hung_up = false;
    result = vu_ask(session, bytes, vhost_user_build(bytes, VHOST_USER_SET_OWNER, 0), -1, NULL, 0);
    if (result == 0)
        result = vu_ask_number(session, VHOST_USER_GET_FEATURES, payload);
    if (result != 0)
        return result;
    session->features = vhost_user_get64(payload);
    result = check_features(session);
    if (result == 0)
        result = agree_on_protocol(session);
    return result == 0 ? agree_on_pairs(session) : result;
}

int vu_session_connect(struct vu_session *session, bool patient)
{
    int result;

    vu_session_drop(session);
    session->hung_up = false;
    result = find_back_end(session, patient);
    return result < 0 ? cannot_connect(session, result) : vu_session_meet(session, result);
}

int vu_session_status(struct vu_session *session, uint8_t status)
{
    if ((session->protocol & VHOST_USER_P_STATUS) == 0)
        return 0;
    return vu_tell_number(session, VHOST_USER_SET_STATUS, status, -1);
}

int vu_session_features(struct vu_session *session, uint64_t features)
{
    uint64_t known = features & session->features;
    uint8_t payload[VHOST_USER_NUMBER];
    int32_t status;
    int result;

    /* Rings begin disabled, and can be enabled one by one. */
    known |= session->features & VHOST_USER_F_PROTOCOL_FEATURES;
    result = vu_session_status(session, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    if (result == 0)
        result = vu_tell_number(session, VHOST_USER_SET_FEATURES, known, -1);
    if (result != 0 || (session->protocol & VHOST_USER_P_STATUS) == 0)
        return result;
    result = vu_session_status(session, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    if (result == 0)
        result = vu_ask_number(session, VHOST_USER_GET_STATUS, payload);
    if (result != 0)
        return result;
    status = vhost_user_parse_status(payload);
    if (status < 0 || ((uint32_t)status & SOFT_FEATURES_OK) == 0)
        return vu_fail(session, -EPROTO,
                       "the back end refuses the features 0x%llx, which it offered; " VU_FOLLOW,
                       (unsigned long long)known);
    return 0;
}

int vu_session_settle(struct vu_session *session)
{
    uint8_t payload[VHOST_USER_NUMBER];

    /* It answers in order, and each one answers this, whatever it has in the way of a protocol. */
    return vu_ask_number(session, VHOST_USER_GET_FEATURES, payload);
}

int vu_session_memory(struct vu_session *session, int file, uint64_t first, uint64_t size)
{
    uint32_t reply = (session->protocol & VHOST_USER_P_REPLY_ACK) != 0;
    uint8_t bytes[VHOST_USER_LONGEST];
    uint8_t payload[VHOST_USER_NUMBER];
    uint32_t length = vhost_user_build_memory(bytes, reply, first, size);
    int result = vu_ask(session, bytes, length, file, payload, reply != 0 ? sizeof(payload) : 0);

    if (result == 0 && reply != 0 && vhost_user_parse_done(payload) != 0)
        return vu_fail(session, -ENOMEM,
                       "the back end cannot map %llu MiB of memory; see its log and its limits",
                       (unsigned long long)(size >> 20));
    return result;
}

int vu_session_start_ring(struct vu_session *session, const struct vu_ring *ring)
{
    uint32_t index = ring->address.index;
    uint8_t bytes[VHOST_USER_LONGEST];
    int result = vu_session_call_ring(session, index, ring->call);

    if (result == 0)
        result = vu_tell_state(session, VHOST_USER_SET_VRING_NUM, index, ring->size);
    if (result == 0)
        result = vu_tell_state(session, VHOST_USER_SET_VRING_BASE, index, ring->base);
    if (result == 0)
        result =
            vu_ask(session, bytes, vhost_user_build_address(bytes, 0, &ring->address), -1, NULL, 0);
    /* Last: it starts the ring. */
    if (result == 0)
        result = vu_tell_number(session, VHOST_USER_SET_VRING_KICK, index, ring->kick);
    return result;
}

int vu_session_call_ring(struct vu_session *session, uint32_t index, int call)
{
    return vu_tell_number(session, VHOST_USER_SET_VRING_CALL, index, call);
}

int vu_session_enable_ring(struct vu_session *session, uint32_t index, bool enabled)
{
    /* Without the protocol's features a ring is enabled as it is started. */
    if ((session->features & VHOST_USER_F_PROTOCOL_FEATURES) == 0)
        return 0;
    return vu_tell_state(session, VHOST_USER_SET_VRING_ENABLE, index, enabled);
}

int vu_session_stop_ring(struct vu_session *session, uint32_t index)
{
    uint8_t bytes[VHOST_USER_LONGEST];
    uint8_t payload[VHOST_USER_STATE];
    uint32_t length = vhost_user_build_state(bytes, VHOST_USER_GET_VRING_BASE, 0, index, 0);
    int result = vu_ask(session, bytes, length, -1, payload, sizeof(payload));

    if (result == 0 && vhost_user_parse_base(payload, index) != 0)
        return vu_fail(session, -EPROTO,
                       "GET_VRING_BASE of ring %u is answered for another; " VU_FOLLOW, index);
    return result;
}
