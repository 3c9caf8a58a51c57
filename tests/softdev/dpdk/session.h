/* SPDX-License-Identifier: MIT
 *
 * As much of a vhost-user back end as DPDK's front end asks of one: features, the memory of the
 * other process, and where its rings are. What it says is believed: it is a test's.
 */
#ifndef IRONRING_TESTS_SOFTDEV_SESSION_H
#define IRONRING_TESTS_SOFTDEV_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#define SESSION_RINGS   2u
#define SESSION_REGIONS 8u

struct session_region {
    uint64_t device; /* address in descriptors */
    uint64_t user;   /* address in the other process, in which rings are told */
    uint64_t size;
    uint8_t *memory;
};

struct session_ring {
    uint16_t size;
    bool enabled;
    uint64_t desc; /* device addresses */
    uint64_t driver;
    uint64_t device;
    int kick; /* -1 until it is given; so is the next */
    int call;
};

struct session {
    int socket;
    uint64_t offered;
    uint64_t accepted;
    uint32_t regions;
    struct session_region region[SESSION_REGIONS];
    struct session_ring ring[SESSION_RINGS];
    uint16_t stopped_at[SESSION_RINGS]; /* what a ring that is stopped answers; set by the user */
};

/* Listen at the path, and wait for a front end. */
void session_open(struct session *session, const char *path, uint64_t features);
/* Answer what was asked, if anything. False when the front end has gone. */
bool session_serve(struct session *session);
/* Whether the ring can be used. */
bool session_ready(const struct session *session, uint32_t ring);
/* The memory behind a device address, or NULL. */
uint8_t *session_at(const struct session *session, uint64_t address, uint64_t length);

#endif
