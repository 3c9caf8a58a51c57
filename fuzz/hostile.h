/* SPDX-License-Identifier: MIT
 *
 * A card that answers what the fuzzer's bytes say: a transport whose register reads are drawn from
 * the input, which writes into the memory it can reach when it likes, and whose time costs none.
 * What an honest card of its kind would do is in the kind's own file.
 */
#ifndef IRONRING_FUZZ_HOSTILE_H
#define IRONRING_FUZZ_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/transport.h"
#include "input.h"

#define HOSTILE_REGIONS 256u
#define HOSTILE_STICKY  8u

struct hostile;

/* A kind of card, and the honest one beneath it. A place is a register, or a field of configuration
 * space, by a number of the kind's own. */
struct hostile_kind {
    uint32_t (*honest)(struct hostile *card, uint32_t place, uint32_t width);
    /* The driver has been answered. */
    void (*answered)(struct hostile *card, uint32_t place, uint32_t value);
    /* Whether it may still read and write memory, by its PCI command register. */
    bool (*is_master)(const struct hostile *card);
    uint32_t presence; /* place that reads as ones of a card that is gone */
};

struct hostile {
    struct ir_transport transport; /* first */
    const struct hostile_kind *kind;
    struct input *input;
    uint32_t honest_reads; /* still to be answered as an honest card does */
    uint64_t clock;        /* microseconds */
    uint64_t accesses;     /* of registers, since the last hostile_call */
    uint64_t clock_before; /* at the last hostile_call */
    struct {
        uint32_t place, value;
    } sticky[HOSTILE_STICKY]; /* places that answer the same from now on */
    uint32_t sticky_count;
    struct ir_dma region[HOSTILE_REGIONS]; /* what is mapped for it */
    uint32_t region_count;
    bool tamed; /* honest from now on */
    bool lied;  /* an honest card would not have done all that it did */
    bool closed;
    bool active; /* a queue was enabled, and the card has not confirmed since that it stopped */
    bool reset_asked;  /* and not seen done since */
    bool confirmed;    /* it has said that it stopped, since the last hostile_call */
    uint64_t unmasked; /* what may interrupt, by bits of the kind's own */
};

/* --- For the life of a device --- */

/* A call into the driver begins: its waits, accesses and confirmations count from here ... */
void hostile_call(struct hostile *card);
/* ... and must not have been more than these when it ends. */
void hostile_returned(const struct hostile *card, const char *what, uint64_t extra_us);

/* Write some bytes of the input into some memory mapped for it. */
void hostile_scribble(struct hostile *card);

/* --- For the kinds --- */

/* Make it the card that draws from `input`; configuration space and windows are the kind's to add. */
void hostile_init(struct hostile *card, const struct hostile_kind *kind, struct input *input);

/* Everything but configuration space: map, unmap, delay, close. */
int hostile_map(struct ir_transport *transport, const struct ir_dma *region);
int hostile_unmap(struct ir_transport *transport, const struct ir_dma *region);
void hostile_delay(struct ir_transport *transport, uint32_t microseconds);
void hostile_close(struct ir_transport *transport);

/* A register is accessed: not after the end, and not for ever. */
void hostile_access(struct hostile *card, uint32_t place);
/* What the driver reads at a place. */
uint32_t hostile_answer(struct hostile *card, uint32_t place, uint32_t width);
/* The card has said that it stopped. */
void hostile_confirm(struct hostile *card);
/* The memory behind `length` bytes at a device address, NULL when it is not mapped for the card. */
uint8_t *hostile_reach(const struct hostile *card, uint64_t iova, uint64_t length);

static inline struct hostile *hostile_of(struct ir_transport *transport)
{
    return (struct hostile *)transport;
}

#endif
