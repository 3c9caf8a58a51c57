/* SPDX-License-Identifier: MIT
 *
 * A receive and a transmit queue on one pool, with plain memory for rings and a register window
 * that only notes the tails; and beside them a model of where each buffer is. Every operation below
 * calls the library, predicts from the datasheet and the headers what it must do, and compares.
 * Everything is static and is reset by what was used, so that an input costs microseconds.
 */
#ifndef IRONRING_FUZZ_STAND_H
#define IRONRING_FUZZ_STAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input.h"
#include "ixgbe/queue.h"

#define STAND_RING        64u
#define STAND_BUFFERS_MAX 160u
#define STAND_BUFFER      2048u
#define STAND_STRIDE      (IR_POOL_HEADROOM + STAND_BUFFER)
#define STAND_IOVA        UINT64_C(0x100000000)
#define STAND_RX_TAIL     0x1018u
#define STAND_TX_TAIL     0x6018u
#define STAND_BURST       64u
#define STAND_KNOWN       64u

enum stand_place { STAND_FREE, STAND_RX, STAND_TX, STAND_APP };

/* A ring as it should be: the buffers in it, oldest first, from slot `head` on. */
struct stand_ring {
    uint16_t buffer[STAND_RING]; /* by slot */
    uint32_t head;
    uint32_t used;
};

struct stand {
    struct ir_pool pool;
    struct ixgbe_rxq rx;
    struct ixgbe_txq tx;
    struct ixgbe_desc rx_desc[STAND_RING];
    struct ixgbe_desc tx_desc[STAND_RING];
    volatile ir_device32 tx_head; /* of the kind that reports there */
    enum ixgbe_tx_kind tx_kind;   /* set before stand_reset */
    struct ir_regs regs;
    /* What the register window saw since the last operation. */
    uint32_t tail_writes;
    uint32_t tail_offset;
    uint32_t tail_value;

    /* The model. */
    uint32_t buffers;
    uint8_t place[STAND_BUFFERS_MAX];   /* enum stand_place */
    uint64_t handle[STAND_BUFFERS_MAX]; /* the handle that holds it, while with the application */
    struct stand_ring rx_model;
    struct stand_ring tx_model;
    bool rx_broken;
    bool tx_broken;
    uint32_t parts; /* of a frame in several parts, so far */
    struct ir_rxq_drops drops;

    /* Handles given out, dead ones included: what a confused application may try again. */
    struct ir_pkt known[STAND_KNOWN];
    uint32_t known_count; /* ever; the last STAND_KNOWN are kept */
};

extern struct stand stand;

/* Begin an input, as its first byte says: some number of free buffers, empty rings, and many or few
 * grants left before their numbers start again. */
void stand_reset(uint8_t start);

/* A handle from the input: one given out (alive or dead), changed in some bits, forged, or of a
 * pool that does not exist. */
struct ir_pkt stand_handle(struct input *input);

/* Handles for a burst, as the input says; returns how many. Of new packets that may well be good, at
 * most STAND_BURST, which the stand remembers; or any, at most `max`. */
uint32_t stand_draw_fresh(struct input *input, struct ir_pkt pkts[STAND_BURST]);
uint32_t stand_draw_any(struct input *input, struct ir_pkt *pkts, uint32_t max);
/* Free some of the handles given out last, alive or dead. */
void stand_free_many(struct input *input);

/* Whether a packet can be so long: an Ethernet header at least, and no more than its buffer. */
bool stand_is_frame(uint32_t length);

/* The application's operations. */
void stand_alloc(uint32_t length);
void stand_free(struct ir_pkt pkt);
void stand_set_length(struct ir_pkt pkt, uint32_t length);
void stand_view(struct ir_pkt pkt, uint32_t offset, uint32_t length);
void stand_field(struct ir_pkt pkt, uint32_t offset, uint32_t width, uint32_t value);
void stand_receive(uint32_t max);
void stand_refill(void);
void stand_send(const struct ir_pkt *pkts, uint32_t count);
void stand_reclaim(void);
/* Take back what is in the ring and start it afresh, as after a reset of the device. */
void stand_restart_rx(void);
void stand_restart_tx(void);

/* Run an input that is about sending: an application that sends anything (dead handles, the same packet
 * twice, lengths that no card takes), and a card that does what the target says, one thing at a time. */
struct stand_card {
    enum ixgbe_tx_kind kind;
    void (*reports)(struct input *input);   /* progress, or lies about it */
    void (*scribbles)(struct input *input); /* into memory that should not matter */
};
void stand_run_sender(const struct stand_card *card, const uint8_t *data, size_t size);

/* Audit: each buffer in exactly one place, the place where the model has it. */
void stand_check(void);
/* The part of it that is the pool's, with as many buffers in receive and transmit rings as these. */
void stand_check_pool(uint32_t receiving, uint32_t sending);

/* --- For the files that make it up --- */
static inline uint32_t stand_index(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits & 0xffffu);
}

static inline uint32_t stand_grant(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits >> 16 & 0xffffffffu);
}

static inline bool stand_held(struct ir_pkt pkt)
{
    uint32_t index = stand_index(pkt);

    return index < stand.buffers && stand.place[index] == STAND_APP &&
           stand.handle[index] == pkt.bits;
}

static inline uint32_t stand_length(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits >> 48);
}

/* The application now holds a buffer that was in `from`: check its handle and remember it. */
void stand_granted(struct ir_pkt pkt, enum stand_place from, uint32_t length);
/* Free buffers by the model. */
uint32_t stand_free_count(void);
void stand_ring_pop(struct stand_ring *ring);
/* Fail unless the tail was written once, with this value; or not at all when `written` is false. */
void stand_tail(bool written, uint32_t offset, uint32_t value);

#endif
