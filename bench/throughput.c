/* SPDX-License-Identifier: MIT
 *
 * Forwards between two simulated cards that have a core of their own (stand.h), for bench/run, and prints
 * as JSON how many packets went through, and what one cost the driver and the card in cycles of the time
 * stamp counter.
 */
#include <stdio.h>
#include <string.h>
#include <x86intrin.h>

#include "options.h"

#define NAME         "throughput"
#define BETWEEN      1024u /* rounds between two looks at the clock */
#define WARM_UP      0.1   /* seconds */
#define PAUSE_CYCLES 400u /* for each packet: in that time the cards have long filled their rings */
#define PIECES       201u /* of which the median is taken, since an interrupt spoils some */
#define PAUSE_MAX    (UINT64_C(1) << 26)
#define TRIES_MAX    5000u

struct speed {
    uint64_t received;
    uint64_t dropped; /* of these: they found the other ring full */
    uint64_t cycles;
    uint64_t card_moved;
    uint64_t card_busy;
    double seconds;
    double share;       /* of these in which driver and cards had their cores */
    double line_cycles; /* of stand_line_cycles_since */
};

/* One burst each way. */
static int work(const struct stand *stand, const struct bench_options *options, struct speed *speed)
{
    uint64_t before = speed->received;
    int error = 0;

    for (uint32_t from = 0; from < stand_ways(stand) && error >= 0; from++) {
        error = stand_burst(stand, from, (uint32_t)options->burst, &speed->dropped);
        speed->received += error > 0 ? (uint32_t)error : 0;
    }
    if (error >= 0 && speed->received == before)
        error = stand_idle(stand);
    return error < 0 ? stand_complain(NAME, "a card failed", error) : 0;
}

/* As fast as it goes, for some seconds. */
static int measure_speed(struct stand *stand, const struct bench_options *options, double seconds,
                         struct speed *speed)
{
    double line_cycles = stand_line_cycles(stand);
    struct stand_cpu cpu = stand_cpu(stand);
    double start = stand_seconds();
    uint64_t cycles = __rdtsc();
    uint64_t moved = atomic_load(&stand->time.moved), busy = atomic_load(&stand->time.busy);

    memset(speed, 0, sizeof(*speed));
    do {
        for (uint32_t i = 0; i < BETWEEN; i++)
            if (work(stand, options, speed) != 0)
                return -1;
        speed->seconds = stand_seconds() - start;
    } while (speed->seconds < seconds);
    speed->cycles = __rdtsc() - cycles;
    speed->share = stand_cpu_share(stand, &cpu, speed->seconds);
    speed->card_moved = atomic_load(&stand->time.moved) - moved;
    speed->card_busy = atomic_load(&stand->time.busy) - busy;
    speed->line_cycles = stand_line_cycles_since(stand, line_cycles);
    return 0;
}

static void pause_cycles(uint64_t cycles)
{
    uint64_t start = __rdtsc();

    while (__rdtsc() - start < cycles)
        _mm_pause();
}

/* What is timed in one piece, each way, but for what is no full burst. */
static uint32_t piece(const struct bench_options *options)
{
    return (uint32_t)options->stand.ring / 2u;
}

/* Let the cards fill their rings, then forward full bursts in one piece. Returns its cycles, 0 when a
 * burst was not full (then it would be another measurement), or a negative number when a card failed. */
static int64_t time_once(const struct stand *stand, const struct bench_options *options,
                         uint64_t pause)
{
    uint32_t burst = (uint32_t)options->burst;
    uint64_t dropped = 0, start;
    bool full = true;

    pause_cycles(pause);
    start = __rdtsc();
    for (uint32_t i = 0; i < piece(options) / burst; i++) {
        for (uint32_t from = 0; from < stand_ways(stand); from++) {
            int received = stand_burst(stand, from, burst, &dropped);

            if (received < 0)
                return stand_complain(NAME, "a card failed", received);
            full = full && received == (int)burst;
        }
    }
    return full && dropped == 0 ? (int64_t)(__rdtsc() - start) : 0;
}

/* What is printed of a repeat, for others to take medians of: a number for each piece. */
struct repeat {
    double driver_cycles[PIECES]; /* a packet */
    double line_cycles[PIECES];   /* of stand_line_cycles, just after the piece */
};

static int measure_repeat(struct stand *stand, const struct bench_options *options,
                          struct repeat *repeat)
{
    uint64_t packets = piece(options) / options->burst * options->burst * stand_ways(stand);
    uint64_t enough = (uint64_t)PAUSE_CYCLES * piece(options) * stand_ways(stand), pause = enough;
    uint32_t found = 0;

    for (uint32_t tries = 0; found < PIECES; tries++) {
        int64_t took = time_once(stand, options, pause);

        if (took < 0)
            return -1;
        if (tries == TRIES_MAX)
            return stand_complain(NAME, "the cards do not fill the bursts", 0);
        /* On a busy machine the cards may need longer than they need alone. */
        pause = took != 0 ? enough : pause < PAUSE_MAX ? pause * 2u : pause;
        if (took == 0)
            continue;
        repeat->driver_cycles[found] = (double)took / (double)packets;
        repeat->line_cycles[found] = stand_line_cycles(stand);
        found++;
    }
    return 0;
}

static void print_pieces(const char *name, const double values[PIECES])
{
    (void)printf("\"%s\": [", name);
    for (uint32_t i = 0; i < PIECES; i++)
        (void)printf("%s%.2f", i == 0 ? "" : ", ", values[i]);
    (void)printf("]");
}

static int measure_cycles(struct stand *stand, const struct bench_options *options)
{
    struct repeat repeat;

    (void)printf("\"repeats\": [");
    for (uint32_t i = 0; i < options->repeats; i++) {
        if (measure_repeat(stand, options, &repeat) != 0)
            return -1;
        (void)printf("%s{", i == 0 ? "" : ", ");
        print_pieces("driver_cycles", repeat.driver_cycles);
        (void)printf(", ");
        print_pieces("line_cycles", repeat.line_cycles);
        (void)printf("}");
    }
    (void)printf("]");
    return 0;
}

static void print_speed(const struct speed *speed)
{
    double hertz = (double)speed->cycles / speed->seconds;
    double card = speed->card_moved != 0 ? (double)speed->card_busy / (double)speed->card_moved : 0;

    (void)printf("\"packets\": %llu, \"dropped\": %llu, \"seconds\": %.4f, \"mpps\": %.4f, "
                 "\"tsc_hertz\": %.0f, \"card_cycles_per_frame\": %.2f, \"card_busy_share\": %.4f, "
                 "\"card_mframes\": %.2f, \"core_share\": %.3f, \"line_cycles\": %.1f",
                 (unsigned long long)speed->received, (unsigned long long)speed->dropped,
                 speed->seconds, (double)(speed->received - speed->dropped) / speed->seconds / 1e6,
                 hertz, card, (double)speed->card_busy / (double)speed->cycles,
                 card > 0 ? hertz / card / 1e6 : 0, speed->share, speed->line_cycles);
}

static int run(struct stand *stand, const struct bench_options *options)
{
    struct speed speed;

    if (measure_speed(stand, options, WARM_UP, &speed) != 0 ||
        (options->ms != 0 && measure_speed(stand, options, (double)options->ms / 1e3, &speed) != 0))
        return -1;
    (void)printf("{\"driver\": \"%s\", ", peer_about(stand->peer));
    print_speed(&speed);
    (void)printf(", ");
    if (measure_cycles(stand, options) != 0)
        return -1;
    (void)printf("}\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct bench_options options;
    struct stand stand;
    int status = options_parse(NAME, argc, argv, &options);

    if (status != 0)
        return status > 0 ? 0 : 2;
    status = stand_open(&stand, &options.stand);
    if (status == 0)
        status = run(&stand, &options);
    return stand_close(&stand) != 0 || status != 0;
}
