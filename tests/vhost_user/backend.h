/* SPDX-License-Identifier: MIT
 *
 * A vhost-user back end in a thread, that answers as it is told to: right, or wrong in one way. It
 * keeps each message that it gets. What it does with rings is a test's: their memory is mapped.
 */
#ifndef IRONRING_TESTS_VHOST_USER_BACKEND_H
#define IRONRING_TESTS_VHOST_USER_BACKEND_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "softdev/layout.h"
#include "virtio/vhost_user_message.h"

#define BACKEND_MESSAGES 512u
#define BACKEND_RINGS    16u
#define BACKEND_BASE     UINT64_C(0x100000000) /* device address that its memory begins at */

/* What a DPDK back end would offer. */
#define BACKEND_FEATURES                                                                           \
    (SOFT_F_CSUM | SOFT_F_MRG_RXBUF | SOFT_F_CTRL_VQ | SOFT_F_MQ | SOFT_F_INDIRECT |               \
     SOFT_F_EVENT_IDX | SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM | SOFT_F_RING_PACKED |           \
     SOFT_F_IN_ORDER | VHOST_USER_F_PROTOCOL_FEATURES)
#define BACKEND_PROTOCOL (VHOST_USER_P_MQ | VHOST_USER_P_REPLY_ACK | VHOST_USER_P_STATUS)

/* What it does wrong, once, when the request `at` comes. */
enum backend_fault {
    BACKEND_FINE,
    BACKEND_SILENT,     /* no answer */
    BACKEND_HANGS_UP,   /* instead of an answer */
    BACKEND_VERSION,    /* the flags say version `value` */
    BACKEND_REQUEST,    /* the answer is to request `value` */
    BACKEND_NO_REPLY,   /* it is not marked as an answer */
    BACKEND_SIZE,       /* its payload has `value` bytes */
    BACKEND_STOPS,      /* after `value` bytes, and stays */
    BACKEND_CUT,        /* after `value` bytes, and hangs up */
    BACKEND_FILES,      /* `value` descriptors come with it */
    BACKEND_VALUE,      /* the number in it is `value` */
    BACKEND_OTHER_RING, /* the ring in it is another */
    BACKEND_TEXT,       /* another protocol */
    BACKEND_SLOWLY,     /* byte by byte; this is no fault */
};

struct backend_message {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    uint32_t files; /* descriptors that came with it */
    uint8_t payload[64];
};

struct backend {
    char path[108];
    bool client; /* connects, instead of listening */
    /* What it offers, and what it does wrong; any of it may change at any time. */
    _Atomic uint64_t features;
    _Atomic uint64_t protocol;
    _Atomic uint64_t pairs;
    _Atomic enum backend_fault fault;
    _Atomic uint32_t at;
    _Atomic uint64_t value;

    pthread_t thread;
    int listener;
    pthread_mutex_t lock; /* the next */
    int peer;             /* -1 while there is none */
    int wake[2];          /* closing the second ends the thread */
    _Atomic uint32_t connections;
    _Atomic uint32_t count; /* messages that are complete */
    struct backend_message message[BACKEND_MESSAGES];
    _Atomic bool refuse_memory; /* SET_MEM_TABLE fails */

    /* Its side of what it was given. */
    uint8_t *memory; /* null until there is a table */
    uint64_t memory_size;
    _Atomic int kick[BACKEND_RINGS]; /* -1 until it is given */
    _Atomic int call[BACKEND_RINGS];
    uint64_t status;
};

/* A right one, at a path in a new folder. */
void backend_init(struct backend *backend);
void backend_start(struct backend *backend);
/* End it and give back everything but the folder. */
void backend_stop(struct backend *backend);
void backend_remove(struct backend *backend);

/* Wait until there are `count` messages; fails the test when they do not come. */
void backend_wait(struct backend *backend, uint32_t count);
/* The message `number`; fails the test unless it is that request. */
const struct backend_message *backend_message(struct backend *backend, uint32_t number,
                                              uint32_t request);
/* Messages of that request so far. */
uint32_t backend_count(struct backend *backend, uint32_t request);
/* Whether the ring has been kicked since this was asked last; waits for that. */
bool backend_kicked(struct backend *backend, uint32_t ring);
/* Send bytes that nobody asked for. */
void backend_send(struct backend *backend, const void *bytes, size_t length);

#endif
