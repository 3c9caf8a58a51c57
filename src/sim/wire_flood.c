/* SPDX-License-Identifier: MIT
 *
 * The wire of benchmarks: a frame of each flow, made once by the generator, over and over in trains, and a
 * sink that looks at nothing but the time a frame carries, if that. Nothing here costs more than a few
 * instructions a frame.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/wire.h"

#define TRAIN        64u /* frames of a flow that follow each other, where there are several */
#define STAMP        42u /* where the payload begins; behind Ethernet, IPv4 and UDP */
#define UDP_CHECKSUM 40u
#define NS_PER_S     UINT64_C(1000000000)
#define BUFFER_SIZE  (512u << 10) /* the card's packet buffer: what it can hold back */

struct flood_wire {
    struct sim_wire base;
    uint8_t *frames; /* one of each flow, `size` bytes each */
    uint32_t flows;
    uint32_t flow;  /* the present one; < flows */
    uint32_t train; /* its frames that are still to come before the next one's */
    uint32_t size;
    uint64_t rate;    /* frames a second, 0 for as fast as they are taken */
    uint64_t left;    /* frames still to come */
    uint64_t next;    /* number of the next frame of those that are due at some time */
    uint64_t credit;  /* frames that are due */
    uint64_t missed;  /* frames lost since last asked */
    double interval;  /* nanoseconds from one to the next */
    uint64_t started; /* card's clock at frame 0, once `running` */
    bool running;

    uint64_t now;    /* the card's clock as last given ... */
    uint64_t offset; /* ... and what to add to it for that of the machine, at that time */

    uint32_t *delays; /* the program's, NULL for none */
    size_t wanted;
    size_t recorded; /* <= wanted */
};

/* The clock is read once in a round of the card: that is how exact the times are. */
static void tell_time(struct flood_wire *flood, uint64_t now)
{
    struct timespec time;

    if (now == flood->now && flood->running)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail: the clock exists */
    flood->now = now;
    flood->offset = (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec - now;
    if (!flood->running) {
        flood->running = true;
        flood->started = now;
    }
}

/* Frames due by now; those the card's packet buffer has no room for are lost. */
static void become_due(struct flood_wire *flood, uint64_t now)
{
    uint64_t passed = now - flood->started;
    uint64_t room = BUFFER_SIZE / flood->size;
    uint64_t total =
        passed / NS_PER_S * flood->rate + passed % NS_PER_S * flood->rate / NS_PER_S + 1u;

    flood->credit = total > flood->next ? total - flood->next : 0;
    if (flood->credit > flood->left)
        flood->credit = flood->left;
    if (flood->credit > room) {
        uint64_t lost = flood->credit - room;

        flood->missed += lost;
        flood->left -= lost;
        flood->next += lost;
        flood->credit = room;
    }
}

/* The next frame's place. */
static uint8_t *next_place(struct flood_wire *flood)
{
    if (flood->train == 0) {
        flood->flow = flood->flow + 1u < flood->flows ? flood->flow + 1u : 0;
        flood->train = TRAIN;
    }
    if (flood->flows > 1u)
        flood->train--;
    return flood->frames + (size_t)flood->flow * flood->size;
}

static uint32_t flood_alike(const struct sim_wire *wire)
{
    const struct flood_wire *flood = (const struct flood_wire *)wire;

    return flood->flows > 1u ? flood->train : UINT32_MAX;
}

static const uint8_t *flood_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct flood_wire *flood = (struct flood_wire *)wire;
    uint64_t due = now;
    uint8_t *frame;

    tell_time(flood, now);
    if (flood->left == 0)
        return NULL;
    if (flood->rate != 0) {
        if (flood->credit == 0)
            become_due(flood, now);
        if (flood->credit == 0)
            return NULL;
        flood->credit--;
        due = flood->started + (uint64_t)((double)flood->next * flood->interval);
        flood->next++;
    }
    flood->left--;
    due += flood->offset;
    frame = next_place(flood);
    memcpy(frame + STAMP, &due, sizeof(due));
    *length = flood->size;
    return frame;
}

static void flood_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    struct flood_wire *flood = (struct flood_wire *)wire;
    uint64_t due;
    uint64_t delay;

    flood->base.blind = flood->recorded == flood->wanted;
    if (flood->base.blind || length < STAMP + sizeof(due))
        return;
    tell_time(flood, now);
    memcpy(&due, frame + STAMP, sizeof(due));
    delay = now + flood->offset - due;
    flood->delays[flood->recorded++] = delay < UINT32_MAX ? (uint32_t)delay : UINT32_MAX;
}

static bool flood_finished(struct sim_wire *wire)
{
    const struct flood_wire *flood = (const struct flood_wire *)wire;

    return flood->left == 0;
}

static uint64_t flood_missed(struct sim_wire *wire)
{
    struct flood_wire *flood = (struct flood_wire *)wire;
    uint64_t missed = flood->missed;

    flood->missed = 0;
    return missed;
}

static void flood_close(struct sim_wire *wire)
{
    free(((struct flood_wire *)wire)->frames);
    free(wire);
}

static const struct sim_wire_ops flood_ops = {
    .receive = flood_receive,
    .alike = flood_alike,
    .send = flood_send,
    .finished = flood_finished,
    .missed = flood_missed,
    .close = flood_close,
};

/* The generator's first frame of each flow, without the checksum, which the time would change. */
static int make_frames(const struct sim_gen_options *options, struct flood_wire *flood,
                       char error[IR_ERROR_LENGTH])
{
    struct sim_gen_options first = *options;
    struct sim_wire *gen = NULL;
    int result;

    first.rate = 0;
    first.count = 0;
    result = sim_wire_gen(&first, &gen, error);
    if (result != 0)
        return result;
    for (uint32_t flow = 0; flow < flood->flows; flow++) {
        uint8_t *frame = flood->frames + (size_t)flow * flood->size;
        uint32_t length = 0;

        memcpy(frame, gen->ops->receive(gen, 0, &length), flood->size);
        memset(frame + UDP_CHECKSUM, 0, 2);
    }
    gen->ops->close(gen);
    return 0;
}

static int make_flood(const struct sim_gen_options *options, struct flood_wire *flood,
                      char error[IR_ERROR_LENGTH])
{
    flood->frames = malloc((size_t)options->flows * options->size);
    if (flood->frames == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "wire=flood: there is no memory for %u flows; use fewer", options->flows);
        return -ENOMEM;
    }
    flood->flows = options->flows;
    flood->train = TRAIN;
    flood->size = options->size;
    return make_frames(options, flood, error);
}

int sim_wire_flood(const struct sim_gen_options *options, struct sim_wire **wire,
                   char error[IR_ERROR_LENGTH])
{
    struct flood_wire *flood = calloc(1, sizeof(*flood));
    int result;

    if (flood == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "wire=flood: there is no memory for it; free some");
        return -ENOMEM;
    }
    result = make_flood(options, flood, error);
    if (result != 0) {
        free(flood->frames);
        free(flood);
        return result;
    }
    flood->base.ops = &flood_ops;
    flood->base.patient = options->rate == 0;
    flood->base.lean = true;
    flood->base.blind = true;
    flood->rate = options->rate;
    flood->left = options->count == 0 ? UINT64_MAX : options->count;
    if (options->rate != 0)
        flood->interval = (double)NS_PER_S / (double)options->rate;
    /* No leak, as -fanalyzer has it: the wire is the first member of the same object. */
    *wire = &flood->base;
    return 0;
}

int sim_wire_flood_record(struct sim_wire *wire, uint32_t *delays, size_t count)
{
    struct flood_wire *flood = (struct flood_wire *)wire;

    if (wire->ops != &flood_ops)
        return -EINVAL;
    flood->delays = delays;
    flood->wanted = count;
    flood->recorded = 0;
    flood->base.blind = count == 0;
    return 0;
}

int sim_wire_flood_recorded(struct sim_wire *wire, size_t *count)
{
    const struct flood_wire *flood = (const struct flood_wire *)wire;

    if (wire->ops != &flood_ops)
        return -EINVAL;
    *count = flood->recorded;
    return 0;
}
