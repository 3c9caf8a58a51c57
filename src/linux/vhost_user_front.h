/* SPDX-License-Identifier: MIT
 *
 * A front end: the virtio function that the driver sees (front.c), and the transport it comes
 * through (vhost_user.c).
 */
#ifndef IRONRING_LINUX_VHOST_USER_FRONT_H
#define IRONRING_LINUX_VHOST_USER_FRONT_H

#include <pthread.h>

#include "core/interrupt.h"
#include "core/transport.h"
#include "linux/vhost_user_session.h"
#include "softdev/control.h"
#include "softdev/iommu.h"

#define VU_RINGS_MAX (2u * VHOST_USER_PAIRS_MAX) /* without that of commands */

struct vu_front {
    struct ir_transport transport; /* first */
    struct vu_options options;
    int call;               /* eventfds, which live as long as the front end: from the device ... */
    int kick[VU_RINGS_MAX]; /* ... and to it; 2 * options.queues of them */
    pthread_mutex_t lock;   /* everything below */
    uint32_t events;        /* vectors that are connected, and to which eventfds */
    int event[IR_VECTORS_MAX];
    struct vu_session session;
    struct soft_function function;
    struct soft_control control; /* commands are carried out here */
    struct soft_ring commands;
    struct soft_iommu regions; /* where commands are */
    int file;                  /* the memory of all regions, and the device address it begins at */
    uint64_t first;
    uint64_t end;               /* no region reaches beyond this device address */
    uint64_t shared;            /* bytes of the file that the back end knows */
    bool at_work[VU_RINGS_MAX]; /* rings that the back end may be using */
};

/* Make the function that the driver sees, of what the session has come to; the session is connected
 * and everything else is zero. */
void vu_front_init(struct vu_front *front);
/* Before a register is read: see whether the back end is still there. */
void vu_front_look(struct vu_front *front);
/* A region has been added. */
void vu_front_grow(struct vu_front *front);
/* Other eventfds are connected: what the back end signals changes while it is at work. Errors: as
 * vu_session_call_ring. */
int vu_front_call(struct vu_front *front);
/* Stop what is at work. Returns whether the back end has confirmed that, or is gone. */
bool vu_front_stop(struct vu_front *front);

#endif
