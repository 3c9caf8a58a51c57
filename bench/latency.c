/* SPDX-License-Identifier: MIT
 *
 * How long frames are under way from the wire of one simulated card, through the driver, to the wire of the
 * other, for bench/run: prints as JSON how often each number of nanoseconds came. A frame's time begins when
 * it is due on the wire, whether or not anybody had time for it then, so that no delay hides another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define NAME     "latency"
#define BETWEEN  256u       /* rounds between two looks at the clock */
#define ASK      0.02       /* seconds between two questions of how many are recorded */
#define WARM_UP  0.2        /* seconds */
#define COUNTERS (4u << 20) /* nanoseconds that are counted one by one */
#define PATIENCE 120.0      /* seconds in which all must be recorded */

/* Rounds of the driver. */
static int forward(const struct stand *stand, const struct bench_options *options,
                   uint64_t *dropped)
{
    for (uint32_t i = 0; i < BETWEEN; i++) {
        int received = 0;

        for (uint32_t from = 0; from < stand_ways(stand) && received >= 0; from++)
            received |= stand_burst(stand, from, (uint32_t)options->burst, dropped);
        if (received == 0)
            received = stand_idle(stand);
        if (received < 0)
            return stand_complain(NAME, "a card failed", received);
    }
    return 0;
}

/* Forward until so many seconds have passed, or the card that sends has recorded so many. That question stops
 * the card, and so is rare. */
static int forward_until(const struct stand *stand, const struct bench_options *options,
                         double seconds, size_t frames, uint64_t *dropped)
{
    double start = stand_seconds(), now = start, asked = start;
    size_t recorded = 0;

    while (recorded < frames && now - start < seconds) {
        if (forward(stand, options, dropped) != 0)
            return -1;
        now = stand_seconds();
        if (now - asked < ASK)
            continue;
        asked = now;
        if (ir_sim_recorded(stand->card[1].dev, &recorded) < 0)
            return stand_complain(NAME, "the card does not record; use --wire flood", 0);
    }
    return 0;
}

/* [nanoseconds, how often]. The few that are above all counters come one by one, in no order. */
static void print_counts(const uint32_t *delays, size_t count)
{
    static uint32_t counts[COUNTERS];
    const char *comma = "";

    for (size_t i = 0; i < count; i++)
        if (delays[i] < COUNTERS)
            counts[delays[i]]++;
    (void)printf("\"counts\": [");
    for (uint32_t i = 0; i < COUNTERS; i++) {
        if (counts[i] == 0)
            continue;
        (void)printf("%s[%u, %u]", comma, i, counts[i]);
        comma = ", ";
    }
    for (size_t i = 0; i < count; i++) {
        if (delays[i] < COUNTERS)
            continue;
        (void)printf("%s[%u, 1]", comma, delays[i]);
        comma = ", ";
    }
    (void)printf("]}\n");
}

static int run(struct stand *stand, const struct bench_options *options, uint32_t *delays)
{
    struct ir_stats before, after;
    uint64_t dropped = 0;
    size_t recorded = 0;
    struct stand_cpu cpu;
    double start, line_cycles;

    if (forward_until(stand, options, WARM_UP, SIZE_MAX, &dropped) != 0)
        return -1;
    dropped = 0;
    line_cycles = stand_line_cycles(stand);
    cpu = stand_cpu(stand);
    start = stand_seconds();
    if (ir_stats(stand->card[0].dev, &before) < 0 ||
        ir_sim_record(stand->card[1].dev, delays, options->frames) < 0 ||
        forward_until(stand, options, PATIENCE, options->frames, &dropped) != 0 ||
        ir_sim_recorded(stand->card[1].dev, &recorded) < 0 ||
        ir_sim_record(stand->card[1].dev, NULL, 0) < 0 || ir_stats(stand->card[0].dev, &after) < 0)
        return stand_complain(NAME, "a card failed", 0);
    start = stand_seconds() - start;
    line_cycles = stand_line_cycles_since(stand, line_cycles);
    if (recorded < options->frames)
        return stand_complain(NAME, "too few frames came in time; ask for fewer, or more often", 0);
    (void)printf(
        "{\"offered_mpps\": %.4f, \"received_mpps\": %.4f, \"missed\": %llu, "
        "\"dropped\": %llu, \"seconds\": %.4f, \"core_share\": %.3f, \"line_cycles\": %.1f, ",
        (double)options->stand.rate * stand_ways(stand) / 1e6,
        (double)(after.rx_packets - before.rx_packets) * stand_ways(stand) / start / 1e6,
        (unsigned long long)(after.rx_missed - before.rx_missed), (unsigned long long)dropped,
        start, stand_cpu_share(stand, &cpu, start), line_cycles);
    print_counts(delays, recorded);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench_options options;
    struct stand stand;
    uint32_t *delays;
    int status = options_parse(NAME, argc, argv, &options);

    if (status != 0)
        return status > 0 ? 0 : 2;
    if (options.stand.rate == 0 || options.stand.way > STAND_FORWARD) {
        (void)stand_complain(NAME, "give --rate, and --way both or forward", 0);
        return 2;
    }
    delays = malloc(options.frames * sizeof(*delays));
    if (delays == NULL)
        return stand_complain(NAME, "no memory for what is recorded; ask for fewer frames", 0) != 0;
    memset(delays, 0xff, options.frames * sizeof(*delays)); /* the card must not wait for pages */
    status = stand_open(&stand, &options.stand);
    if (status == 0)
        status = run(&stand, &options, delays);
    status = stand_close(&stand) != 0 || status != 0;
    free(delays);
    return status;
}
