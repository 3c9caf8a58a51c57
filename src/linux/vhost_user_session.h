/* SPDX-License-Identifier: MIT
 *
 * A front end's conversation with a vhost-user back end: connecting, coming to terms, and one
 * function a request. The back end is not trusted: each answer is judged, each wait has an end, and
 * after the first thing that is wrong the connection is closed. What rings and memory are for is
 * not known here.
 */
#ifndef IRONRING_LINUX_VHOST_USER_SESSION_H
#define IRONRING_LINUX_VHOST_USER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "linux/vhost_user_options.h"
#include "virtio/vhost_user_message.h"

struct vu_session {
    const struct vu_options *options; /* borrowed */
    int listener;                     /* in the server role, else -1 */
    int socket;                       /* -1 while there is no connection */
    bool hung_up;                     /* it was the back end that ended the last connection */
    uint64_t features;                /* what the back end offers, with the bit of the protocol */
    uint64_t protocol;                /* protocol features in force */
    char why[IR_ERROR_LENGTH];        /* after an error: what is wrong, and the remedy */
};

/* A ring as the back end gets it. */
struct vu_ring {
    struct vhost_user_ring address;
    uint32_t size;
    uint32_t base; /* where it begins, as the protocol has it for its format */
    int kick;      /* eventfds, borrowed: the driver has something for the device ... */
    int call;      /* ... and the device for the driver */
};

/* In the server role, listen. Errors: as vu_listen, with `why`. */
int vu_session_open(struct vu_session *session, const struct vu_options *options);
void vu_session_close(struct vu_session *session);

/* Begin afresh: connect, or wait for the back end to connect, and come to terms. With `patient` a
 * back end that is not there yet may come within the time-out. Errors (no connection, `why` is
 * set): -ENODEV not there, -ENOTSOCK, -EACCES, -ETIMEDOUT, -EIO it hung up, -EPROTO it broke the
 * protocol, -ENOTSUP it lacks something, or what socket(2) says. */
int vu_session_connect(struct vu_session *session, bool patient);
/* The second half of that: come to terms with who is at the other end of a socket, which is the
 * session's from now on. */
int vu_session_meet(struct vu_session *session, int socket);
/* Close the connection. */
void vu_session_drop(struct vu_session *session);
/* Whether the connection stands. One that the back end has closed, or on which it has sent what
 * nobody asked for, is closed. Never waits. */
bool vu_session_stands(struct vu_session *session);

/* Errors of all requests: -ENOTCONN there was no connection, or as vu_session_connect; there is
 * none any more. */

/* Accept features; those that the back end did not offer are not passed on. */
int vu_session_features(struct vu_session *session, uint64_t features);
/* Share `size` bytes from the beginning of the file, under device addresses from `first` on. */
int vu_session_memory(struct vu_session *session, int file, uint64_t first, uint64_t size);
int vu_session_start_ring(struct vu_session *session, const struct vu_ring *ring);
/* Let the back end signal another eventfd for a ring. */
int vu_session_call_ring(struct vu_session *session, uint32_t index, int call);
int vu_session_enable_ring(struct vu_session *session, uint32_t index, bool enabled);
/* Returns when the back end confirms that it does not use the ring any more. */
int vu_session_stop_ring(struct vu_session *session, uint32_t index);
/* Tell device_status to a back end that wants to know. */
int vu_session_status(struct vu_session *session, uint8_t status);
/* Returns when the back end has done everything that it was told before. */
int vu_session_settle(struct vu_session *session);

#endif
