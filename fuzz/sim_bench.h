/* SPDX-License-Identifier: MIT
 *
 * A simulated card of Intel's on a bench, for fuzz targets: any register writes, descriptors,
 * mappings and frames. It must touch nothing but what is mapped for it, keep its queues within
 * their rings, do a bounded amount of work, and describe what it objects to.
 */
#ifndef IRONRING_FUZZ_SIM_BENCH_H
#define IRONRING_FUZZ_SIM_BENCH_H

#include <stdbool.h>

#include "input.h"
#include "sim/card.h"

#define SIM_BENCH_IOVA 0x40000000u /* of what is mapped, 16 pages */

/* A kind of card, and the way of a driver with it, so that inputs get deep. */
struct sim_target {
    const char *card;                         /* as in a device string */
    void (*start_card)(void);                 /* everything but the queues */
    void (*start_queue)(struct input *input); /* one of them, but for what the input changes */
    uint64_t descriptor;                      /* for a packet to send, without EOP and length */
    bool payload;                             /* with its length in bits 63:46, too */
};

void sim_bench_run(const struct sim_target *target, const uint8_t *data, size_t size);

/* First register of one of the first three queues; the lowest bit chooses the direction: 1 to
 * send. */
uint32_t sim_bench_queue(uint8_t kind);
/* A value that gets somewhere: an address, a ring's length, an enable; or any. */
uint32_t sim_bench_value(struct input *input);
uint32_t sim_bench_read(uint32_t offset);
void sim_bench_write(uint32_t offset, uint32_t width, uint32_t value);
void sim_bench_delay(uint32_t microseconds);

#endif
