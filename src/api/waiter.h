/* SPDX-License-Identifier: MIT
 *
 * The record of a waiter: its devices, and of each vector of these how far it can be trusted.
 */
#ifndef IRONRING_API_WAITER_H
#define IRONRING_API_WAITER_H

#include <ironring/wait.h>

#include "core/driver.h"

/* A vector of a device, as a waiter sees it. A device without vectors has one of these, never armed. */
struct line {
    int fd;           /* eventfd of the vector, in the waiter's epoll set; -1 for none */
    bool used;        /* some queue or link that the waiter waits for has this vector */
    bool heard;       /* the epoll set reports it */
    bool armed;       /* since the last look */
    bool fired;       /* and has interrupted since */
    bool work;        /* something was there at the last look */
    uint8_t idle;     /* interrupts in a row that brought nothing ... */
    uint8_t lost;     /* ... and that should have come and did not */
    uint64_t unheard; /* nanoseconds slept since the last interrupt until work was found without */
    uint64_t timed_until; /* polled at intervals before that time, CLOCK_MONOTONIC nanoseconds */
};

/* A device of a waiter. */
struct waiting {
    struct ir_waiter *waiter;
    struct ir_dev *dev;
    struct waiting *next;        /* of the waiter */
    struct waiting *next_of_dev; /* of the device */
    struct ir_rxq *rx[IR_QUEUES_MAX];
    struct ir_txq *tx[IR_QUEUES_MAX];
    uint32_t rx_count;
    uint32_t tx_count;
    bool link;
    bool link_up;     /* as last told */
    uint64_t link_at; /* when it was looked at */
    uint32_t lines;
    struct line line[IR_VECTORS_MAX];
};

struct ir_waiter {
    int epoll; /* contains the timer and the eventfds of the lines, each reported once an event */
    int timer;
    struct waiting *waiting;
    uint32_t latency; /* microseconds, as in ironring/wait.h; so is the next */
    uint32_t poll;
    uint64_t gap; /* nanoseconds that lately passed before something was there, on average */
    bool armed;   /* somebody may sleep: nothing has been looked at since `armed_at` */
    uint64_t armed_at;
    uint64_t checked_at; /* when devices were asked whether they are well */
    struct ir_wait_stats stats;
};

uint64_t waiter_clock(void);

/* wait_sleep.c */
/* Look at everything; links too when `links`, or when the last look at them was some time ago. Returns for
 * how many queues and links something is there. */
int waiter_look(struct ir_waiter *waiter, uint64_t now, bool links);
/* Let vectors interrupt, and set the timer to `limit` nanoseconds at most. Returns 0, or for how many queues
 * and links something is there already (then nothing is armed), or what timerfd_settime(2) says. */
int waiter_arm(struct ir_waiter *waiter, uint64_t limit);
/* After that: sleep until an event, or see what events there have been; mask the vectors, look, and judge
 * them by what they brought. Returns as waiter_look, or -EINTR. */
int waiter_wake(struct ir_waiter *waiter, bool sleep);

/* The vectors of a device are others from now on: `count` eventfds, or none. */
void waiting_connect(struct waiting *waiting, const int *fd, uint32_t count);

#endif
