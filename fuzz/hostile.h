/* SPDX-License-Identifier: MIT
 *
 * A card that answers what the fuzzer's bytes say: a transport whose register reads are drawn from
 * the input, which writes into the memory it can reach when it likes, and whose time costs none.
 */
#ifndef IRONRING_FUZZ_HOSTILE_H
#define IRONRING_FUZZ_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/transport.h"
#include "input.h"

#define HOSTILE_REGIONS 256u
#define HOSTILE_STICKY  8u
#define HOSTILE_WINDOW  0x20000u

struct hostile {
    struct ir_transport transport; /* first */
    struct input *input;
    uint32_t honest_reads; /* still to be answered as an honest card does */
    uint64_t clock;        /* microseconds */
    uint64_t accesses;     /* of registers, since the last hostile_call */
    uint64_t clock_before; /* at the last hostile_call */
    uint32_t value[HOSTILE_WINDOW / 4u];
    struct {
        uint32_t offset, value;
    } sticky[HOSTILE_STICKY]; /* registers that answer the same from now on */
    uint32_t sticky_count;
    struct ir_dma region[HOSTILE_REGIONS]; /* what is mapped for it */
    uint32_t region_count;
    uint8_t config[64];
    bool closed;
    bool active; /* a queue was enabled, and the card has not confirmed since that it stopped */
    bool reset_asked; /* CTRL.RST was written, and not seen clear since */
    bool idle_asked;  /* CTRL was last written with bit 2 set: no accesses any more */
    bool confirmed;   /* it has said that it stopped, since the last hostile_call */
};

/* Make it the card that draws from `input`. */
void hostile_begin(struct hostile *card, struct input *input);

/* A call into the driver begins: its waits, accesses and confirmations count from here ... */
void hostile_call(struct hostile *card);
/* ... and must not have been more than these when it ends. */
void hostile_returned(const struct hostile *card, const char *what, uint64_t extra_us);

/* Whether it may still read and write memory, by its PCI command register. */
bool hostile_is_master(const struct hostile *card);

/* Write some bytes of the input into some memory mapped for it. */
void hostile_scribble(struct hostile *card);

#endif
