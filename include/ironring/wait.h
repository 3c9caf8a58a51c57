/* SPDX-License-Identifier: MIT
 *
 * Waiting for packets. A waiter is one thread's: it waits for receive queues, transmit queues and links
 * of one or several devices together, by interrupts where a device has them. It polls first while that
 * is worthwhile, sleeps otherwise, and what it adds to the time a packet takes has a bound, whatever a
 * device does. Nothing is received or sent here: when something may be there the caller calls ir_rx,
 * ir_tx_reclaim or ir_link.
 *
 *   while (...) {
 *       if (ir_rx(rxq, pkts, 32) == 0)
 *           (void)ir_wait(waiter, 100000);
 *   }
 *
 * In an epoll loop of one's own, wait for ir_waiter_fd (EPOLLIN) instead:
 *
 *   ready = ir_waiter_arm(waiter);
 *   if (ready == 0 && epoll_wait(...) says that it is readable)
 *       ready = ir_wait(waiter, 0);
 */
#ifndef IRONRING_WAIT_H
#define IRONRING_WAIT_H

#include <stdint.h>

#include <ironring/device.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ir_waiter;

#define IR_WAIT_LATENCY     100u /* microseconds, unless told otherwise; so is the next */
#define IR_WAIT_POLL        100u
#define IR_WAIT_LATENCY_MAX 1000u /* of both */

/* Make a waiter that waits for nothing yet. It holds two file descriptors, and one more for each
 * vector of a device that is waited for. Errors: -EINVAL, -ENOMEM, or what epoll_create1(2) and
 * timerfd_create(2) say (-EMFILE, -ENFILE). */
int ir_waiter_create(struct ir_waiter **waiter);
/* Its queues can be given to another waiter then. Null is allowed. */
void ir_waiter_destroy(struct ir_waiter *waiter);

/* Wait for packets in a receive queue; for sent packets of a transmit queue that can be reclaimed; for
 * the link to go up or down. For as long as both exist: a device that is closed leaves its waiters.
 * Calls for one device must not overlap each other or a call that starts, resets or closes it. Errors:
 * -EINVAL, -EBUSY it is waited for already, -ENOMEM, or what eventfd(2), the system's connection of
 * interrupts and the device's driver say. */
int ir_waiter_rx(struct ir_waiter *waiter, struct ir_rxq *queue);
int ir_waiter_tx(struct ir_waiter *waiter, struct ir_txq *queue);
int ir_waiter_link(struct ir_waiter *waiter, struct ir_dev *dev);

/* The longest time in microseconds, besides what the system takes to wake a thread, that a packet may
 * lie before the waiter says so (1 to IR_WAIT_LATENCY_MAX): that long a device is asked to hold its
 * next interrupt back, and in that interval a device without interrupts is polled. The smallest one counts
 * when several waiters wait for a device. Errors: -EINVAL, or what the device's driver says. */
int ir_waiter_latency(struct ir_waiter *waiter, uint32_t microseconds);
/* The longest time in microseconds (0 to IR_WAIT_LATENCY_MAX) that ir_wait polls before it sleeps. It
 * does so as long as packets have come closer together than that. 0: never. Errors: -EINVAL. */
int ir_waiter_poll(struct ir_waiter *waiter, uint32_t microseconds);

/* Wait until something may be there, at most `timeout_us` microseconds; 0: only look. A queue that is
 * broken counts. Returns for how many queues and links that is so, or 0 when the time is over. Errors:
 * -EINVAL there is nothing to wait for, -EINTR a signal came, or what timerfd_settime(2) says. */
int ir_wait(struct ir_waiter *waiter, uint32_t timeout_us);

/* A descriptor that is readable when ir_wait(waiter, 0) should be called, for poll(2) and epoll(7). It
 * belongs to the waiter. Errors: -EINVAL. */
int ir_waiter_fd(const struct ir_waiter *waiter);
/* Before sleeping on that descriptor, and after the last burst: let devices interrupt. Returns 0, or for
 * how many queues and links something is there already: then do not sleep. Errors: -EINVAL as
 * ir_wait, or what the system says. */
int ir_waiter_arm(struct ir_waiter *waiter);

/* Since ir_waiter_create. Four interrupts in a row that brought nothing, and two that should have come and
 * did not, have the same consequence: for a second the vector stays masked and its queues are polled, at
 * the interval of ir_waiter_latency. After it, one more of them is enough. No sleep is longer than ten
 * milliseconds: then at the latest is noticed what a device has not said. */
struct ir_wait_stats {
    uint64_t polls;    /* something was there without sleeping */
    uint64_t sleeps;   /* slept, or let the caller sleep (ir_waiter_arm) */
    uint64_t wakes;    /* ... until an interrupt, of one or several vectors, came */
    uint64_t spurious; /* interrupts that brought nothing */
    uint64_t lost;     /* ... that should have come and did not */
    uint64_t timed;    /* sleeps while some queue is polled at intervals */
};
/* Errors: -EINVAL. */
int ir_waiter_stats(const struct ir_waiter *waiter, struct ir_wait_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
