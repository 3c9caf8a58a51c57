/* SPDX-License-Identifier: MIT
 *
 * The device's side of a virtqueue, split or packed: chains are taken, their buffers translated,
 * and they are returned, in any order unless IN_ORDER was negotiated. The ring is the driver's
 * memory: each word is read once and judged before it is used, so that no driver can harm the
 * device.
 */
#ifndef IRONRING_SOFTDEV_RING_H
#define IRONRING_SOFTDEV_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "softdev/function.h"

/* The driver's memory. */
struct soft_memory {
    /* What is behind the `length` bytes at device address `iova`, or NULL unless all of it lies in
     * one mapping. `hint` is kept for like addresses. Good until the memory is unmapped. */
    uint8_t *(*at)(void *context, uint32_t *hint, uint64_t iova, uint64_t length);
    soft_breach_fn *breach;
    void *context; /* first argument of both */
};

#define SOFT_CHAIN_MAX 64u /* descriptors of a chain that this device takes */

struct soft_part {
    uint8_t *memory;
    uint64_t address;
    uint32_t length; /* > 0 */
};

/* A chain that has been taken: some descriptors to read, then some to write. */
struct soft_chain {
    uint16_t id;       /* what names it when it is returned */
    uint16_t slots;    /* descriptors, and places that it has in a packed ring */
    uint16_t readable; /* the first of `part`; the others are writable */
    uint64_t read_bytes;
    uint64_t write_bytes;
    struct soft_part part[SOFT_CHAIN_MAX]; /* `slots` of them */
};

/* What is returned: a chain; with IN_ORDER the last of several that are returned as one. */
struct soft_done {
    uint16_t id;
    uint16_t slots;  /* of all the chains */
    uint16_t chains; /* how many they are, 1 but for IN_ORDER */
    uint32_t length; /* bytes that were written */
};

struct soft_ring {
    struct soft_memory memory;
    uint16_t number; /* of the queue, for sentences */
    uint16_t size;   /* 0: the ring is stopped */
    bool packed;
    bool event_idx;
    bool in_order;
    bool told;   /* of flags that make no sense */
    bool faulty; /* the driver broke a rule that leaves nothing to go on with */
    uint64_t desc;
    uint64_t driver;
    uint64_t device;
    uint32_t hint[4]; /* of the three parts, and of buffers */

    uint16_t next_avail; /* split: free-running; packed: slot, < size */
    uint16_t next_used;
    bool avail_wrap; /* packed */
    bool used_wrap;
    uint16_t in_flight;   /* slots that are taken and not returned; <= size */
    uint16_t next_head;   /* IN_ORDER in a split ring: where the next chain must begin */
    uint16_t unpublished; /* used entries (packed: slots) that are not visible yet */
    uint64_t first_word;  /* packed: what makes them visible, for ... */
    uint16_t first_slot;
    uint16_t unsignalled; /* used entries (packed: slots) since the last interrupt was considered */
    uint64_t taken[65536u / 64u]; /* bit for each id that is in flight, but with IN_ORDER */
};

/* Begin with what the driver has told of the queue and the features in force. */
void soft_ring_start(struct soft_ring *ring, const struct soft_function *function, uint16_t queue,
                     const struct soft_memory *memory);
void soft_ring_stop(struct soft_ring *ring);

/* Take the next chain. False when there is none, or the ring is stopped or faulty. */
bool soft_ring_take(struct soft_ring *ring, struct soft_chain *chain);
/* Give back the chain that was taken last, as if it had not been (the chain is as it was filled).
 * Nothing has been returned meanwhile. */
void soft_ring_untake(struct soft_ring *ring, const struct soft_chain *chain);
/* Translate the buffers of a chain anew, which was taken some time ago. False when they are not
 * mapped any more; then the ring is faulty. */
bool soft_ring_locate(struct soft_ring *ring, struct soft_chain *chain);
/* Whether a chain is available. */
bool soft_ring_any(struct soft_ring *ring);

/* Return chains; the driver sees it after soft_ring_publish, all at once. */
void soft_ring_put(struct soft_ring *ring, const struct soft_done *done);
/* The same, but the driver is told another id and length (a packed ring has 16 bits for the id). */
void soft_ring_put_as(struct soft_ring *ring, const struct soft_done *done, uint32_t id,
                      uint32_t length);
void soft_ring_publish(struct soft_ring *ring);
/* What to return for one chain. */
struct soft_done soft_ring_done(const struct soft_chain *chain, uint32_t length);
/* Whether the driver wants an interrupt for what was published since this was asked last. */
bool soft_ring_interrupts(struct soft_ring *ring);

/* Ask the driver not to notify; or to notify of the next chain, and tell whether there is one
 * already, of which it may not notify. */
void soft_ring_hush(struct soft_ring *ring);
bool soft_ring_listen(struct soft_ring *ring);

/* Copy between a chain and a buffer: `length` bytes from byte `offset` of the readable part, or to
 * the writable one. Returns how many there were. */
uint32_t soft_chain_read(const struct soft_chain *chain, uint64_t offset, uint8_t *to,
                         uint32_t length);
uint32_t soft_chain_write(const struct soft_chain *chain, uint64_t offset, const uint8_t *from,
                          uint32_t length);

#endif
