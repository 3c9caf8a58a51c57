/* SPDX-License-Identifier: MIT
 *
 * What drives the card: a round of work, called by ir_sim_step or over and over by the card's own
 * thread, which rests when there is nothing to do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include "sim/device.h"

#define ROUND_FRAMES 64u
#define EAGER_ROUNDS 200u /* without work, before the thread sleeps */
#define SLEEP_MIN_NS 5000u
#define SLEEP_MAX_NS 500000u

uint32_t sim_round(struct sim_device *device, uint32_t limit)
{
    const struct sim_wire *source = device->source;
    uint32_t moved;
    bool finished;

    if (sim_in_real_time(device))
        device->round_ns = sim_real_ns();
    moved = device->model->round(device, limit);
    device->round_ns = 0;
    finished =
        device->model->idle(device) && (source == NULL || source->ops->finished(device->source));
    atomic_store_explicit(&device->finished, finished, memory_order_release);
    return moved;
}

/* Sleep for longer and longer, so that an idle card costs little and a busy one is quick. */
static void rest(uint32_t idle_rounds, uint32_t *sleep_ns)
{
    struct timespec pause = {0, 0};

    if (idle_rounds < EAGER_ROUNDS) {
        *sleep_ns = SLEEP_MIN_NS;
        (void)sched_yield();
        return;
    }
    pause.tv_nsec = (long)*sleep_ns;
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL); /* waking early does no harm */
    *sleep_ns = *sleep_ns * 2u < SLEEP_MAX_NS ? *sleep_ns * 2u : SLEEP_MAX_NS;
}

uint32_t sim_serve(struct sim_device *device)
{
    uint32_t moved;

    /* Mutexes are not fair: without this a register access could wait for ever. */
    while (atomic_load(&device->waiting) != 0)
        (void)sched_yield();
    (void)pthread_mutex_lock(&device->lock);
    moved = sim_round(device, ROUND_FRAMES);
    (void)pthread_mutex_unlock(&device->lock);
    return moved;
}

static void *serve(void *context)
{
    struct sim_device *device = context;
    uint32_t sleep_ns = SLEEP_MIN_NS;
    uint32_t idle = 0;

    (void)prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL); /* without it, sleeps are only longer */
    while (!atomic_load_explicit(&device->stop, memory_order_relaxed)) {
        if (sim_serve(device) != 0) {
            idle = 0;
            continue;
        }
        rest(idle, &sleep_ns);
        if (idle < EAGER_ROUNDS)
            idle++;
    }
    return NULL;
}

int sim_thread_start(struct sim_device *device)
{
    return device->threaded ? -pthread_create(&device->thread, NULL, serve, device) : 0;
}

void sim_thread_stop(struct sim_device *device)
{
    if (!device->threaded)
        return;
    atomic_store(&device->stop, true);
    (void)pthread_join(device->thread, NULL);
}
