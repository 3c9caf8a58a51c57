/* SPDX-License-Identifier: MIT
 *
 * The options of the benchmarks on two cores: one list for all programs.
 */
#ifndef IRONRING_BENCH_OPTIONS_H
#define IRONRING_BENCH_OPTIONS_H

#include "stand.h"

#define OPTIONS_REPEATS_MAX 1000u

struct bench_options {
    struct stand_options stand;
    uint64_t burst;   /* packets, 1 to STAND_BURST_MAX */
    uint64_t ms;      /* milliseconds of what goes as fast as it can, 0 for none */
    uint64_t repeats; /* of the count of cycles, 0 to OPTIONS_REPEATS_MAX */
    uint64_t frames;  /* whose latency is recorded */
};

/* Read them, each with a default. Returns 0; or 1 after printing the help that was asked for, or -1 after a
 * message. */
int options_parse(const char *name, int argc, char **argv, struct bench_options *options);

#endif
