/* SPDX-License-Identifier: MIT
 *
 * Waiters: what they wait for, and how long they poll before they sleep. How they sleep is in
 * wait_sleep.c.
 */
#include <ironring/wait.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "api/events.h"
#include "api/waiter.h"

#define NS_PER_US 1000u
#define GAP_MAX   16u /* times the longest polling: how far back a waiter remembers */

/* Nanoseconds. */
static uint64_t longest_poll(const struct ir_waiter *waiter)
{
    return (uint64_t)waiter->poll * NS_PER_US;
}

int ir_waiter_create(struct ir_waiter **waiter)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    struct ir_waiter *new;
    int error;

    if (waiter == NULL)
        return -EINVAL;
    new = calloc(1, sizeof(*new));
    if (new == NULL)
        return -ENOMEM;
    new->latency = IR_WAIT_LATENCY;
    new->poll = IR_WAIT_POLL;
    new->gap = GAP_MAX *longest_poll(new);
    new->timer = -1;
    new->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (new->epoll >= 0)
        new->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (new->timer >= 0 && epoll_ctl(new->epoll, EPOLL_CTL_ADD, new->timer, &event) == 0) {
        *waiter = new;
        return 0;
    }
    error = errno;
    if (new->timer >= 0)
        (void)close(new->timer);
    if (new->epoll >= 0)
        (void)close(new->epoll);
    free(new);
    return -error;
}

void ir_waiter_destroy(struct ir_waiter *waiter)
{
    if (waiter == NULL)
        return;
    if (waiter->armed)
        (void)waiter_wake(waiter, false);
    while (waiter->waiting != NULL) {
        struct waiting *one = waiter->waiting;

        waiter->waiting = one->next;
        ir_events_leave(one);
        free(one);
    }
    (void)close(waiter->timer);
    (void)close(waiter->epoll);
    free(waiter);
}

/* The waiter's record of the device, made if need be. Errors: as ir_events_join. */
static int record_of(struct ir_waiter *waiter, struct ir_dev *dev, struct waiting **record)
{
    struct waiting *one = waiter->waiting;
    int result;

    while (one != NULL && one->dev != dev)
        one = one->next;
    *record = one;
    if (one != NULL)
        return 0;
    one = calloc(1, sizeof(*one));
    if (one == NULL)
        return -ENOMEM;
    one->waiter = waiter;
    one->dev = dev;
    result = ir_events_join(dev, one);
    if (result != 0) {
        free(one);
        return result;
    }
    one->next = waiter->waiting;
    waiter->waiting = one;
    *record = one;
    return 0;
}

int ir_waiter_rx(struct ir_waiter *waiter, struct ir_rxq *queue)
{
    struct waiting *record;
    int result;

    if (waiter == NULL || queue == NULL)
        return -EINVAL;
    if (queue->dev->interrupts.rx[queue->index])
        return -EBUSY;
    result = record_of(waiter, queue->dev, &record);
    if (result != 0)
        return result;
    record->rx[record->rx_count] = queue;
    record->rx_count++;
    queue->dev->interrupts.rx[queue->index] = true;
    ir_events_ask(record);
    return 0;
}

int ir_waiter_tx(struct ir_waiter *waiter, struct ir_txq *queue)
{
    struct waiting *record;
    int result;

    if (waiter == NULL || queue == NULL)
        return -EINVAL;
    if (queue->dev->interrupts.tx[queue->index])
        return -EBUSY;
    result = record_of(waiter, queue->dev, &record);
    if (result != 0)
        return result;
    record->tx[record->tx_count] = queue;
    record->tx_count++;
    queue->dev->interrupts.tx[queue->index] = true;
    ir_events_ask(record);
    return 0;
}

int ir_waiter_link(struct ir_waiter *waiter, struct ir_dev *dev)
{
    struct waiting *record;
    struct ir_link link;
    int result;

    if (waiter == NULL || dev == NULL)
        return -EINVAL;
    if (dev->interrupts.link)
        return -EBUSY;
    result = dev->ops->link(dev, &link);
    if (result == 0)
        result = record_of(waiter, dev, &record);
    if (result != 0)
        return result;
    record->link = true;
    record->link_up = link.up;
    record->link_at = waiter_clock();
    dev->interrupts.link = true;
    ir_events_ask(record);
    return 0;
}

int ir_waiter_latency(struct ir_waiter *waiter, uint32_t microseconds)
{
    if (waiter == NULL || microseconds == 0 || microseconds > IR_WAIT_LATENCY_MAX)
        return -EINVAL;
    waiter->latency = microseconds;
    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        ir_events_route(one->dev);
    return 0;
}

int ir_waiter_poll(struct ir_waiter *waiter, uint32_t microseconds)
{
    if (waiter == NULL || microseconds > IR_WAIT_LATENCY_MAX)
        return -EINVAL;
    waiter->poll = microseconds;
    waiter->gap = GAP_MAX * longest_poll(waiter);
    return 0;
}

/* The time that passed until something was there, or none of what was waited for. */
static void remember(struct ir_waiter *waiter, uint64_t gap)
{
    uint64_t most = GAP_MAX * longest_poll(waiter);

    waiter->gap = (7u * waiter->gap + (gap < most ? gap : most)) / 8u;
}

/* How long polling is worth while: twice the time that passed lately before something was there, but not
 * at all when that is more than the longest polling. */
static uint64_t worth_polling(const struct ir_waiter *waiter)
{
    uint64_t most = longest_poll(waiter);

    if (waiter->gap > most)
        return 0;
    return 2u * waiter->gap < most ? 2u * waiter->gap : most;
}

/* Poll until something is there or `end`; *now is the time after it. */
static int poll_until(struct ir_waiter *waiter, uint64_t end, uint64_t *now)
{
    int found = 0;

    while (found == 0 && *now < end) {
        (void)sched_yield(); /* who has a core alone loses little; a simulated card needs one */
        found = waiter_look(waiter, *now, false);
        *now = waiter_clock();
    }
    waiter->stats.polls += found != 0;
    return found;
}

/* Sleep until something is there or `end`. */
static int sleep_until(struct ir_waiter *waiter, uint64_t end, uint64_t *now)
{
    int found = 0;

    while (found == 0 && *now < end) {
        found = waiter_arm(waiter, end - *now);
        if (found == 0)
            found = waiter_wake(waiter, true);
        *now = waiter_clock();
    }
    return found;
}

int ir_wait(struct ir_waiter *waiter, uint32_t timeout_us)
{
    uint64_t start;
    uint64_t now;
    uint64_t end;
    uint64_t polling;
    int found;

    if (waiter == NULL || waiter->waiting == NULL)
        return -EINVAL;
    start = waiter_clock();
    now = start;
    end = start + (uint64_t)timeout_us * NS_PER_US;
    if (waiter->armed) {
        found = waiter_wake(waiter, false);
    } else {
        found = waiter_look(waiter, now, false);
        waiter->stats.polls += found != 0;
    }
    if (timeout_us == 0)
        return found;
    polling = worth_polling(waiter);
    if (found == 0)
        found = poll_until(waiter, start + polling < end ? start + polling : end, &now);
    if (found == 0)
        found = sleep_until(waiter, end, &now);
    remember(waiter, now - start);
    return found;
}

int ir_waiter_fd(const struct ir_waiter *waiter)
{
    return waiter == NULL ? -EINVAL : waiter->epoll;
}

int ir_waiter_arm(struct ir_waiter *waiter)
{
    int found = 0;

    if (waiter == NULL || waiter->waiting == NULL)
        return -EINVAL;
    if (waiter->armed)
        found = waiter_wake(waiter, false);
    return found != 0 ? found : waiter_arm(waiter, UINT64_MAX);
}

int ir_waiter_stats(const struct ir_waiter *waiter, struct ir_wait_stats *stats)
{
    if (waiter == NULL || stats == NULL)
        return -EINVAL;
    *stats = waiter->stats;
    return 0;
}
