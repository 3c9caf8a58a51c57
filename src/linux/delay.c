/* SPDX-License-Identifier: MIT
 *
 * Waiting as long as a device takes; see delay.h.
 */
#define _GNU_SOURCE
#include "linux/delay.h"

#include <sched.h>
#include <time.h>

#define US_PER_S  1000000u
#define NS_PER_US 1000
#define SLEEP_US  1000u /* delays from here on are slept */

static uint64_t nanoseconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * US_PER_S * NS_PER_US + (uint64_t)time.tv_nsec;
}

/* Short ones are not slept: the system would make many times as much of them, and a wait of a
 * second is made of many. */
void ir_delay(struct ir_transport *transport, uint32_t microseconds)
{
    const struct timespec time = {(time_t)(microseconds / US_PER_S),
                                  (long)(microseconds % US_PER_S) * NS_PER_US};
    uint64_t end = nanoseconds() + (uint64_t)microseconds * NS_PER_US;

    (void)transport;
    if (microseconds >= SLEEP_US) {
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
        return;
    }
    while (nanoseconds() < end)
        (void)sched_yield();
}
