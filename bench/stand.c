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

#include "linux/sandbox.h"

#define TOUCHED       52u /* offset of the byte that is incremented; behind the time that frames carry */
#define DEVICE_LENGTH 256u
#define WAIT_US       100000u /* much longer than any packet is awaited */

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

/* The cards' thread. Time between two rounds belongs to the second. */
static void *serve(void *context)
{
    struct stand *stand = context;
    uint64_t before = __rdtsc();

    while (!atomic_load_explicit(&stand->stop, memory_order_relaxed)) {
        for (uint32_t i = 0; i < 2u; i++) {
            int moved = ir_sim_step(stand->port[i].dev);
            uint64_t now = __rdtsc();

            if (moved > 0) {
                add(&stand->card.moved, (uint64_t)moved);
                add(&stand->card.busy, now - before);
            }
            before = now;
        }
    }
    return NULL;
}

/* Start the cards' thread on the second core, where it inherits its place from, and go to the first. */
static int share_out_cores(struct stand *stand)
{
    cpu_set_t allowed;
    int error = sched_getaffinity(0, sizeof(allowed), &allowed) != 0 ? -errno : 0;

    if (error == 0)
        error = pin(&allowed, 1);
    if (error == -ENODEV)
        return stand_complain(stand->name, "two cores are needed, one for the cards", 0);
    if (error == 0)
        error = -pthread_create(&stand->thread, NULL, serve, stand);
    stand->serving = error == 0;
    if (error == 0)
        error = pin(&allowed, 0);
    return error != 0 ? stand_complain(stand->name, "cannot give the cards a core", error) : 0;
}

static int open_port(struct stand *stand, const struct stand_options *options, uint32_t number)
{
    char device[DEVICE_LENGTH], sentence[IR_ERROR_LENGTH];
    int error;

    /* A card that only sends gets one frame: then its wire is as lean as the other's. */
    (void)snprintf(device, sizeof(device), "%s,mode=served,wire=%s,size=%llu,rate=%llu,count=%u",
                   options->card, options->wire, (unsigned long long)options->size,
                   (unsigned long long)options->rate,
                   number > 0 && options->way != STAND_BOTH ? 1u : 0u);
    error = ir_open(stand->domain, device, &stand->port[number].dev, sentence);
    return error < 0 ? stand_complain(stand->name, sentence, 0) : 0;
}

static int start_port(struct stand *stand, const struct stand_options *options, uint32_t number)
{
    struct stand_port *port = &stand->port[number];
    int error = ir_rxq_setup(port->dev, 0, (uint32_t)options->ring, stand->pool, &port->rxq);

    if (error == 0)
        error = ir_txq_setup(port->dev, 0, (uint32_t)options->ring, stand->pool, &port->txq);
    if (error == 0)
        error = ir_start(port->dev);
    return error < 0 ? stand_complain(stand->name, "a card does not start", error) : 0;
}

/* Those who wait do so for each queue that packets come from. */
static int start_waiting(struct stand *stand)
{
    int error = ir_waiter_create(&stand->waiter);

    for (uint32_t i = 0; i < stand_ways(stand) && error == 0; i++)
        error = ir_waiter_rx(stand->waiter, stand->port[i].rxq);
    if (error == 0)
        error = ir_waiter_poll(stand->waiter, 0);
    if (error == 0)
        error = ir_waiter_latency(stand->waiter, 1u);
    return error < 0 ? stand_complain(stand->name, "cannot wait for the cards", error) : 0;
}

static int enter_sandbox(const struct stand *stand)
{
    struct ir_sandbox sandbox = {.needs = stand->waiter != NULL ? IR_SANDBOX_WAIT : 0};
    char why[IR_ERROR_LENGTH] = "";
    uint32_t lacks = 0;

    if (ir_sandbox_enter(&sandbox, &lacks, why) < 0)
        return stand_complain(stand->name, why, 0);
    return lacks != 0 ? stand_complain(stand->name, "this kernel has no whole sandbox", 0) : 0;
}

int stand_open(struct stand *stand, const struct stand_options *options)
{
    int error;

    memset(stand, 0, sizeof(*stand));
    stand->name = options->name;
    stand->way = options->way;
    error = ir_domain_create(&stand->domain);
    if (error == 0)
        error = (options->private ? ir_pool_create_private : ir_pool_create)(
            stand->domain, (uint32_t)options->buffers, IR_BUFFER_SIZE_MIN, &stand->pool);
    if (error < 0)
        return stand_complain(stand->name, "no memory for the packets", error);
    for (uint32_t i = 0; i < 2u; i++)
        if (open_port(stand, options, i) != 0 || start_port(stand, options, i) != 0)
            return -1;
    if ((options->wait && start_waiting(stand) != 0) || share_out_cores(stand) != 0)
        return -1;
    return options->sandbox ? enter_sandbox(stand) : 0;
}

/* What the cards say that the driver did wrong: must be nothing. */
static int violations(const struct stand *stand)
{
    for (uint32_t i = 0; i < 2u; i++) {
        uint64_t count = 0;

        if (stand->port[i].dev == NULL || ir_sim_violations(stand->port[i].dev, &count) < 0 ||
            count == 0)
            continue;
        return stand_complain(stand->name, ir_sim_violation(stand->port[i].dev, 0), 0);
    }
    return 0;
}

int stand_close(struct stand *stand)
{
    int status;

    atomic_store(&stand->stop, true);
    if (stand->serving)
        (void)pthread_join(stand->thread, NULL);
    status = violations(stand);
    ir_waiter_destroy(stand->waiter);
    for (uint32_t i = 0; i < 2u; i++)
        if (ir_close(stand->port[i].dev) < 0)
            status = stand_complain(stand->name, "a card does not stop", 0);
    if (stand->pool != NULL && ir_pool_audit(stand->pool) != 0)
        status = stand_complain(stand->name, "packets are lost", 0);
    if (ir_pool_destroy(stand->pool) < 0 || ir_domain_destroy(stand->domain) < 0)
        status = stand_complain(stand->name, "pool or domain is still in use", 0);
    return status;
}

static void free_all(const struct stand *stand, const struct ir_pkt *pkts, int from, int to)
{
    for (int i = from; i < to; i++)
        (void)ir_pkt_free(stand->pool,
                          pkts[i]); /* what is not ours shows when the pool is audited */
}

static void touch_all(const struct stand *stand, const struct ir_pkt *pkts, int count)
{
    for (int i = 0; i < count; i++) {
        uint8_t *byte = ir_pkt_data(stand->pool, pkts[i], TOUCHED, 1);

        if (byte != NULL)
            (*byte)++;
    }
}

/* Packets to send that nobody has received. Returns how many there are. */
static int make(const struct stand *stand, struct ir_pkt *pkts, uint32_t burst)
{
    int made = 0;

    while (made < (int)burst && ir_pkt_alloc(stand->pool, 60u, &pkts[made]) == 0)
        made++;
    return made;
}

int stand_burst(const struct stand *stand, uint32_t from, uint32_t burst, uint64_t *dropped)
{
    struct ir_pkt pkts[STAND_BURST_MAX];
    int count = stand->way == STAND_SEND ? make(stand, pkts, burst)
                                         : ir_rx(stand->port[from].rxq, pkts, burst);
    int sent = 0;

    if (count <= 0)
        return count;
    touch_all(stand, pkts, count);
    if (stand->way != STAND_RECEIVE) {
        sent = ir_tx(stand->port[1u - from].txq, pkts, (uint32_t)count);
        if (sent < 0)
            return sent;
        *dropped += (uint64_t)(count - sent);
    }
    free_all(stand, pkts, sent, count);
    return count;
}

int stand_idle(const struct stand *stand)
{
    int ready = stand->waiter != NULL ? ir_wait(stand->waiter, WAIT_US) : 0;

    return ready < 0 ? ready : 0;
}
