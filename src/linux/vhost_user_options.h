/* SPDX-License-Identifier: MIT
 *
 * What a device string says after "vhost-user:": the path of a socket, then keys and values between
 * commas (so a path cannot have a comma). Nothing is opened here.
 *
 *   server=on        listen at the path, and let the back end connect; else connect to it
 *   queues=N         pairs of queues, 1 to 64 (1); the back end must have as many
 *   mrg_rxbuf=, in_order=, packed=   on: the back end must offer it; off: it is not used; by
 *                    default the first two are used when they are offered, and packed rings are not
 *   mac=             address of the device; by default one that is made of the path
 *   timeout_ms=N     how long the back end may take for each answer, and to come (1000)
 */
#ifndef IRONRING_LINUX_VHOST_USER_OPTIONS_H
#define IRONRING_LINUX_VHOST_USER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "linux/vhost_user_socket.h"

#define VU_TIMEOUT_MAX_MS 600000u

struct vu_options {
    char path[VU_PATH_LENGTH];
    bool server;
    uint32_t queues;    /* pairs, 1 to VHOST_USER_PAIRS_MAX */
    uint64_t required;  /* features that the back end must offer */
    uint64_t forbidden; /* features that are not passed on; disjoint from `required` */
    uint8_t mac[IR_MAC_LENGTH];
    uint32_t timeout_ms; /* 1 to VU_TIMEOUT_MAX_MS */
};

/* Read the text, with a sentence in `error` when it cannot be done. Errors: -EINVAL. */
int vu_options_parse(const char *text, struct vu_options *options, char error[IR_ERROR_LENGTH]);

#endif
