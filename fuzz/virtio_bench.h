/* SPDX-License-Identifier: MIT
 *
 * The bench of target sim-virtio: a card in memory of its own, between two pages that it must not
 * touch, on a wire that the target fills; and what a driver does to come up and to offer chains.
 */
#ifndef IRONRING_FUZZ_VIRTIO_BENCH_H
#define IRONRING_FUZZ_VIRTIO_BENCH_H

#include <stdbool.h>

#include "core/driver.h"
#include "input.h"
#include "sim/virtio/card.h"

#define PAGES   ((size_t)34) /* the first and the last are never mapped for the card */
#define BYTES   (PAGES * SOFT_PAGE)
#define INSIDE  (BYTES - 2u * SOFT_PAGE)
#define IOVA    0x40000000u
#define QUEUES  5u
#define SIZE    32u  /* of each queue */
#define DRIVER  512u /* bytes into the two pages of a queue, as legacy drivers must have it */
#define DEVICE  4096u
#define BUFFERS 0xa000u /* bytes into the memory, behind the rings */
#define POOL    40u     /* of 2 KiB each */
#define FRAMES  8u

struct virtio_bench {
    struct sim_virtio *card;
    struct ir_dev dev; /* for the functions of ironring/sim.h */
    uint8_t *memory;
    bool mapped;
    uint64_t violations;
    struct input draws;         /* what a hostile card draws from */
    uint16_t next_desc[QUEUES]; /* of chains as a driver would write them */
    uint16_t next_avail[QUEUES];
    uint8_t frame[FRAMES][SIM_FRAME_MAX];
    uint32_t length[FRAMES];
    uint32_t put;   /* frames ever */
    uint32_t taken; /* of these, by the card */
    uint64_t sum;   /* of the bytes sent, so that each is read */
};

extern struct virtio_bench bench;

/* A card for this input, which also says what kind of card. */
void bench_begin(struct input *input);
struct ir_dma bench_mapping(void);

/* What is beyond a window never gets to the card. */
void bench_write(bool legacy, uint32_t offset, uint32_t width, uint32_t value);
uint32_t bench_read(bool legacy, uint32_t offset, uint32_t width);
void bench_delay(uint32_t microseconds);
/* Come up as a driver does, with the features that the input wants of those that are offered. */
void bench_start(struct input *input);

/* The two pages of a queue. */
uint8_t *bench_ring(uint32_t queue);
/* Make a chain available as a driver would, of either format, but for what the input says. */
void bench_offer(struct input *input);
/* A command on the control queue. */
void bench_command(struct input *input);

#endif
