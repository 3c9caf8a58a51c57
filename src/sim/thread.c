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

#include "sim/card.h"

#define ROUND_FRAMES 64u
#define EAGER_ROUNDS 200u /* without work, before the thread sleeps */
#define SLEEP_MIN_NS 5000u
#define SLEEP_MAX_NS 500000u

/* Nothing waits, and nothing will come. */
static bool finished(struct sim_card *card)
{
    uint32_t length;

    if (card->arrival.data != NULL || sim_fifo_peek(&card->loopback, &length) != NULL)
        return false;
    if (card->hostile != NULL && card->hostile->held.on)
        return false;
    return card->source == NULL || card->source->ops->finished(card->source);
}

uint32_t sim_round(struct sim_card *card, uint32_t limit)
{
    uint32_t moved = sim_transmit(card, limit);

    moved += sim_receive(card, limit);
    if (card->hostile != NULL)
        sim_hostile_round(card);
    atomic_store_explicit(&card->finished, finished(card), memory_order_release);
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

static void *serve(void *context)
{
    struct sim_card *card = context;
    uint32_t sleep_ns = SLEEP_MIN_NS;
    uint32_t idle = 0;

    (void)prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL); /* without it, sleeps are only longer */
    while (!atomic_load_explicit(&card->stop, memory_order_relaxed)) {
        uint32_t moved;

        /* Mutexes are not fair: without this a register access could wait for ever. */
        while (atomic_load(&card->waiting) != 0)
            (void)sched_yield();
        (void)pthread_mutex_lock(&card->lock);
        moved = sim_round(card, ROUND_FRAMES);
        (void)pthread_mutex_unlock(&card->lock);
        if (moved != 0) {
            idle = 0;
            continue;
        }
        rest(idle, &sleep_ns);
        if (idle < EAGER_ROUNDS)
            idle++;
    }
    return NULL;
}

int sim_thread_start(struct sim_card *card)
{
    return card->options.thread ? -pthread_create(&card->thread, NULL, serve, card) : 0;
}

void sim_thread_stop(struct sim_card *card)
{
    if (!card->options.thread)
        return;
    atomic_store(&card->stop, true);
    (void)pthread_join(card->thread, NULL);
}
