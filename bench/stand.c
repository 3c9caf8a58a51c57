/* SPDX-License-Identifier: MIT
 *
 * The stand of stand.h.
 */
#define _GNU_SOURCE
#include "stand.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define TOUCHED       52u /* offset of the byte that is incremented; behind the time that frames carry */
#define DEVICE_LENGTH 256u
#define FLOWS         256u /* to spread over several queues */
#define TRIPS         16u  /* of the ball that are timed together, each there and back */

int stand_complain(const char *name, const char *what, int error)
{
    (void)fprintf(stderr, "%s: %s%s%s\n", name, what, error != 0 ? ": " : "",
                  error != 0 ? strerror(-error) : "");
    return -1;
}

/* Pin the calling thread to the core that is number `wanted` of those allowed. */
static int pin(const cpu_set_t *allowed, uint32_t wanted)
{
    cpu_set_t one;

    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, allowed) || wanted-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return -pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
    }
    return -ENODEV;
}

static double clock_seconds(clockid_t clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now); /* cannot fail: the thread exists */
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double stand_seconds(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
}

struct stand_cpu stand_cpu(const struct stand *stand)
{
    struct stand_cpu cpu = {.driver = clock_seconds(CLOCK_THREAD_CPUTIME_ID)};
    clockid_t clock;

    if (pthread_getcpuclockid(stand->thread, &clock) == 0)
        cpu.cards = clock_seconds(clock);
    return cpu;
}

double stand_cpu_share(const struct stand *stand, const struct stand_cpu *then, double seconds)
{
    struct stand_cpu now = stand_cpu(stand);
    double driver = (now.driver - then->driver) / seconds;
    double cards = (now.cards - then->cards) / seconds;

    return driver < cards ? driver : cards;
}

static void add(_Atomic uint64_t *counter, uint64_t amount)
{
    uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, now + amount, memory_order_relaxed);
}

/* Wait for that number. */
static void catch_ball(struct stand_ball *ball, uint32_t number)
{
    while (atomic_load_explicit(&ball->number, memory_order_acquire) != number)
        ;
}

static void throw_ball(struct stand_ball *ball, uint32_t number)
{
    atomic_store_explicit(&ball->number, number, memory_order_release);
}

/* The cards' thread has seen a first ball: send it back, and those that follow. */
static void return_balls(struct stand_ball *ball)
{
    for (uint32_t trip = 0; trip <= TRIPS; trip++) {
        catch_ball(ball, 2u * trip + 1u);
        throw_ball(ball, 2u * trip + 2u);
    }
}

double stand_line_cycles(struct stand *stand)
{
    uint64_t start = 0;

    /* The first waits until the cards' thread looks, and is not timed. */
    for (uint32_t trip = 0; trip <= TRIPS; trip++) {
        throw_ball(&stand->ball, 2u * trip + 1u);
        catch_ball(&stand->ball, 2u * trip + 2u);
        if (trip == 0)
            start = __rdtsc();
    }
    return (double)(__rdtsc() - start) / TRIPS;
}

double stand_line_cycles_since(struct stand *stand, double before)
{
    double now = stand_line_cycles(stand);

    return now > before ? now : before;
}

/* The cards' thread. Time between two rounds belongs to the second. */
static void *serve(void *context)
{
    struct stand *stand = context;
    uint64_t before = __rdtsc();

    while (!atomic_load_explicit(&stand->stop, memory_order_relaxed)) {
        if (atomic_load_explicit(&stand->ball.number, memory_order_relaxed) == 1u) {
            return_balls(&stand->ball);
            before = __rdtsc();
        }
        for (uint32_t i = 0; i < PEER_CARDS; i++) {
            int moved = card_serve(&stand->card[i]);
            uint64_t now = __rdtsc();

            if (moved > 0) {
                add(&stand->time.moved, (uint64_t)moved);
                add(&stand->time.busy, now - before);
            }
            before = now;
        }
    }
    return NULL;
}

/* Start the cards' thread on the second core, where it inherits its place from, and go to the first. */
static int share_out_cores(struct stand *stand, const cpu_set_t *allowed)
{
    int error = pin(allowed, 1);

    if (error == -ENODEV)
        return stand_complain(stand->name, "two cores are needed, one for the cards", 0);
    if (error == 0)
        error = -pthread_create(&stand->thread, NULL, serve, stand);
    stand->serving = error == 0;
    if (error == 0)
        error = pin(allowed, 0);
    return error != 0 ? stand_complain(stand->name, "cannot give the cards a core", error) : 0;
}

int stand_open(struct stand *stand, const struct stand_options *options)
{
    char text[PEER_CARDS][DEVICE_LENGTH];
    const char *devices[PEER_CARDS];
    cpu_set_t allowed;

    memset(stand, 0, sizeof(*stand));
    stand->name = options->name;
    stand->way = options->way;
    /* Not later: a peer may go to a core of its own. */
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return stand_complain(stand->name, "cannot tell the cores", -errno);
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        devices[i] = text[i];
        /* A card that only sends gets one frame: then its wire is as lean as the other's. */
        (void)snprintf(
            text[i], DEVICE_LENGTH, "%s,mode=served,wire=%s,size=%llu,rate=%llu,count=%u,flows=%u",
            options->card, options->wire, (unsigned long long)options->size,
            (unsigned long long)options->rate, i > 0 && options->way != STAND_BOTH ? 1u : 0u,
            options->queues > 1 ? FLOWS : 1u);
    }
    if (peer_open(&stand->peer, options, devices, stand->card) != 0 ||
        share_out_cores(stand, &allowed) != 0)
        return -1;
    return peer_begin(stand->peer, options);
}

int stand_close(struct stand *stand)
{
    int status = 0;

    atomic_store(&stand->stop, true);
    if (stand->serving)
        (void)pthread_join(stand->thread, NULL);
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        const char *sentence = card_violation(&stand->card[i]);

        if (sentence != NULL)
            status = stand_complain(stand->name, sentence, 0);
    }
    return peer_close(stand->peer) != 0 || status != 0 ? -1 : 0;
}

int stand_burst(const struct stand *stand, uint32_t from, uint32_t burst, uint64_t *dropped)
{
    union peer_packets packets;
    int count = stand->way == STAND_SEND ? peer_make(stand->peer, &packets, burst)
                                         : peer_receive(stand->peer, from, &packets, burst);
    int sent = 0;

    if (count <= 0)
        return count;
    peer_touch(stand->peer, &packets, (uint32_t)count, TOUCHED);
    if (stand->way != STAND_RECEIVE) {
        sent = peer_send(stand->peer, 1u - from, &packets, (uint32_t)count);
        if (sent < 0)
            return sent;
        *dropped += (uint64_t)(count - sent);
    }
    if (sent < count)
        peer_free(stand->peer, &packets, (uint32_t)sent, (uint32_t)count);
    return count;
}

int stand_idle(const struct stand *stand)
{
    return peer_idle(stand->peer);
}
