/* SPDX-License-Identifier: MIT
 *
 * How a waiter looks, arms, sleeps, and judges what woke it. Nothing here relies on a device that
 * interrupts when it should, or only then: each sleep has an end, and a vector that wakes for nothing, or
 * not at all, is not listened to for a while.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "api/waiter.h"

#define NS_PER_US   1000u
#define NS_PER_S    1000000000u
#define TICK        10000000u /* nanoseconds; longest sleep, and time between looks at links */
#define BACKSTOP_MS 20        /* longest sleep should the timer fail */
#define TRUST_AGAIN NS_PER_S  /* how long a vector is not listened to */
#define IDLE_MAX    4u        /* interrupts without work in a row */
#define LOST_MAX    2u        /* ticks without interrupt, but with work */
#define ARMINGS     2u /* how often a vector is armed that interrupts at once, and for nothing */
#define EVENTS      16

uint64_t waiter_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: the clock exists */
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Looking --- */

static struct line *line_of_pair(struct waiting *waiting, uint32_t pair)
{
    return &waiting->line[ir_vector_of_pair(waiting->lines, pair)];
}

static struct line *line_of_link(struct waiting *waiting)
{
    return &waiting->line[ir_vector_of_link(waiting->lines)];
}

/* 1 when the link is not as it was last told, or the device is gone. */
static int look_at_link(struct waiting *waiting, uint64_t now)
{
    struct ir_link link = {.up = !waiting->link_up};
    int result = waiting->dev->ops->link(waiting->dev, &link);

    waiting->link_at = now;
    if (result == 0 && link.up == waiting->link_up)
        return 0;
    waiting->link_up = link.up;
    line_of_link(waiting)->work = true;
    return 1;
}

static int look_at(struct waiting *waiting, uint64_t now, bool links)
{
    int found = 0;

    for (uint32_t i = 0; i < waiting->lines; i++)
        waiting->line[i].work = false;
    for (uint32_t i = 0; i < waiting->rx_count; i++) {
        if (waiting->rx[i]->pending(waiting->rx[i])) {
            line_of_pair(waiting, waiting->rx[i]->index)->work = true;
            found++;
        }
    }
    for (uint32_t i = 0; i < waiting->tx_count; i++) {
        if (waiting->tx[i]->pending(waiting->tx[i])) {
            line_of_pair(waiting, waiting->tx[i]->index)->work = true;
            found++;
        }
    }
    if (waiting->link && (links || now - waiting->link_at >= TICK))
        found += look_at_link(waiting, now);
    return found;
}

int waiter_look(struct ir_waiter *waiter, uint64_t now, bool links)
{
    int found = 0;

    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        found += look_at(one, now, links);
    return found;
}

/* Once in a while somebody who hears nothing asks the devices whether they are there. Returns as
 * waiter_look. */
static int check(struct ir_waiter *waiter, uint64_t now)
{
    if (now - waiter->checked_at < TICK)
        return 0;
    waiter->checked_at = now;
    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next) {
        for (uint32_t i = 0; i < one->rx_count; i++)
            one->rx[i]->check(one->rx[i]);
        for (uint32_t i = 0; i < one->tx_count; i++)
            one->tx[i]->check(one->tx[i]);
    }
    return waiter_look(waiter, now, false);
}

/* --- Vectors --- */

/* Let the epoll set report the line, or not. False when it cannot be had. */
static bool hear(struct ir_waiter *waiter, struct line *line, bool on)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = line};

    if (line->heard == on)
        return true;
    if (epoll_ctl(waiter->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, line->fd, &event) != 0)
        return false;
    line->heard = on;
    return true;
}

void waiting_connect(struct waiting *waiting, const int *fd, uint32_t count)
{
    for (uint32_t i = 0; i < waiting->lines; i++)
        (void)hear(waiting->waiter, &waiting->line[i], false);
    memset(waiting->line, 0, sizeof(waiting->line));
    waiting->lines = count != 0 ? count : 1u;
    for (uint32_t i = 0; i < waiting->lines; i++)
        waiting->line[i].fd = count != 0 ? fd[i] : -1;
    for (uint32_t i = 0; i < waiting->rx_count; i++)
        line_of_pair(waiting, waiting->rx[i]->index)->used = true;
    for (uint32_t i = 0; i < waiting->tx_count; i++)
        line_of_pair(waiting, waiting->tx[i]->index)->used = true;
    if (waiting->link)
        line_of_link(waiting)->used = true;
}

/* Listen to a device's lines, as far as they are trusted. Returns whether all that are used are. */
static bool listen_to(struct waiting *waiting, uint64_t now)
{
    bool all = true;

    for (uint32_t i = 0; i < waiting->lines; i++) {
        struct line *line = &waiting->line[i];

        line->armed = false;
        if (!line->used)
            continue;
        if (line->fd >= 0 && now >= line->timed_until && hear(waiting->waiter, line, true)) {
            line->armed = true;
            continue;
        }
        all = false;
        if (line->fd >= 0)
            (void)hear(waiting->waiter, line, false);
    }
    return all;
}

/* Tell those queues of lines that are armed whose device wants to be told by the queue. */
static void ask(struct waiting *waiting, bool on)
{
    for (uint32_t i = 0; i < waiting->rx_count; i++)
        if (waiting->rx[i]->ask != NULL && line_of_pair(waiting, waiting->rx[i]->index)->armed)
            waiting->rx[i]->ask(waiting->rx[i], on);
    for (uint32_t i = 0; i < waiting->tx_count; i++)
        if (waiting->tx[i]->ask != NULL && line_of_pair(waiting, waiting->tx[i]->index)->armed)
            waiting->tx[i]->ask(waiting->tx[i], on);
}

/* Let the lines interrupt that are listened to. A device that cannot be told so is down, and so has
 * something to tell by itself. */
static void arm(struct waiting *waiting)
{
    struct ir_dev *dev = waiting->dev;

    for (uint32_t i = 0; i < waiting->lines; i++) {
        if (!waiting->line[i].armed)
            continue;
        (void)dev->ops->arm(dev, i);
        if (dev->transport->ops->unmask != NULL)
            (void)dev->transport->ops->unmask(dev->transport);
    }
    ask(waiting, true);
}

static void mask(struct ir_waiter *waiter)
{
    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next) {
        ask(one, false);
        for (uint32_t i = 0; i < one->lines; i++)
            if (one->line[i].armed)
                (void)one->dev->ops->mask(one->dev, i);
    }
    waiter->armed = false;
}

/* --- Sleeping --- */

/* Take what the epoll set reports. Returns whether the timer is among it, or -EINTR. */
static int take_events(struct ir_waiter *waiter, int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int timer = 0;
    int count;

    do {
        count = epoll_wait(waiter->epoll, events, EVENTS, timeout_ms);
        if (count < 0)
            return -EINTR; /* there is no other error that this set can have */
        for (int i = 0; i < count; i++) {
            struct line *line = events[i].data.ptr;

            if (line == NULL)
                timer = 1;
            else
                line->fired = true;
        }
        timeout_ms = 0;
    } while (count == EVENTS);
    return timer;
}

static int set_timer(struct ir_waiter *waiter, uint64_t period)
{
    struct itimerspec when = {{0, 0}, {(time_t)(period / NS_PER_S), (long)(period % NS_PER_S)}};

    return timerfd_settime(waiter->timer, 0, &when, NULL) == 0 ? 0 : -errno;
}

/* Nothing has interrupted yet. */
static void forget_events(struct ir_waiter *waiter)
{
    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        for (uint32_t i = 0; i < one->lines; i++)
            one->line[i].fired = false;
}

static bool any_fired(const struct ir_waiter *waiter)
{
    for (const struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        for (uint32_t i = 0; i < one->lines; i++)
            if (one->line[i].armed && one->line[i].fired)
                return true;
    return false;
}

/* Arm what is listened to. Returns for how many queues and links something is there. What came before need
 * not interrupt, and is seen here. But a vector may interrupt at once for what was taken before, and be masked
 * by that: it is armed again, or nobody would hear of what comes next. */
static int arm_all(struct ir_waiter *waiter, uint64_t now)
{
    int found;
    uint32_t armings = 0;

    do {
        forget_events(waiter);
        for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
            arm(one);
        (void)take_events(waiter, 0);
        found = waiter_look(waiter, now, true);
        armings++;
    } while (found == 0 && any_fired(waiter) && armings < ARMINGS);
    return found;
}

int waiter_arm(struct ir_waiter *waiter, uint64_t limit)
{
    uint64_t now = waiter_clock();
    uint64_t period = TICK;
    bool all = true;
    int result;

    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        all = listen_to(one, now) && all;
    if (!all)
        period = (uint64_t)waiter->latency * NS_PER_US;
    result = set_timer(waiter, period < limit ? period : limit);
    if (result != 0)
        return result;
    waiter->armed = true;
    waiter->armed_at = now;
    result = arm_all(waiter, now);
    if (result != 0) {
        mask(waiter);
        waiter->stats.polls++;
        return result;
    }
    waiter->stats.sleeps++;
    waiter->stats.timed += !all;
    return 0;
}

/* Poll the line at intervals, for a while. */
static void distrust(struct line *line, uint64_t now)
{
    line->timed_until = now + TRUST_AGAIN;
    line->idle = IDLE_MAX - 1u;
    line->lost = LOST_MAX - 1u;
}

/* An interrupt that brought nothing. */
static void judge_idle(struct ir_waiter *waiter, struct line *line, uint64_t now)
{
    waiter->stats.spurious++;
    line->idle++;
    if (line->idle >= IDLE_MAX)
        distrust(line, now);
}

/* Work that was found when the time was over, after `slept`. One interrupt may have been on its way, or held
 * back until then; not for as long as a tick. */
static void judge_silent(struct ir_waiter *waiter, struct line *line, uint64_t now, uint64_t slept)
{
    line->unheard += slept;
    if (line->unheard < TICK)
        return;
    line->unheard = 0;
    waiter->stats.lost++;
    line->lost++;
    if (line->lost >= LOST_MAX)
        distrust(line, now);
}

static void judge(struct ir_waiter *waiter, struct waiting *waiting, uint64_t now, bool timer)
{
    for (uint32_t i = 0; i < waiting->lines; i++) {
        struct line *line = &waiting->line[i];

        if (!line->armed)
            continue;
        if (line->fired && !line->work) {
            judge_idle(waiter, line, now);
        } else if (line->fired) {
            line->idle = 0;
            line->lost = 0;
            line->unheard = 0;
        } else if (line->work && timer) {
            judge_silent(waiter, line, now, now - waiter->armed_at);
        }
    }
}

int waiter_wake(struct ir_waiter *waiter, bool sleep)
{
    int timer = take_events(waiter, sleep ? BACKSTOP_MS : 0);
    uint64_t now = waiter_clock();
    int found;

    mask(waiter);
    if (timer < 0)
        return timer;
    waiter->stats.wakes += any_fired(waiter);
    found = waiter_look(waiter, now, true);
    for (struct waiting *one = waiter->waiting; one != NULL; one = one->next)
        judge(waiter, one, now, timer != 0);
    return found != 0 ? found : check(waiter, now);
}
