/* SPDX-License-Identifier: MIT
 *
 * The data path by itself: a pool, rings that a test writes as a device would, and a register window that
 * counts notifications. No card, and no other part of the driver.
 */
#ifndef IRONRING_TESTS_VIRTIO_BARE_H
#define IRONRING_TESTS_VIRTIO_BARE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "virtio/transfer.h"

#define BARE_BUFFERS 200u
#define BARE_SIZE    2048u
#define BARE_STRIDE  (IR_POOL_HEADROOM + BARE_SIZE)
#define BARE_RING    64u
#define BARE_SLOTS   (BARE_RING - 1u)
#define BARE_IOVA    0x7f0000000u

/* What was agreed upon. */
struct bare_format {
    bool packed, in_order, event_idx, pairs, mergeable;
};

/* Each format that there is. */
extern const struct bare_format bare_formats[];
extern const size_t bare_format_count;

/* A chain that the device has taken. */
struct bare_chain {
    uint32_t id;      /* what the device returns it by */
    uint64_t address; /* of the header */
    uint32_t length;  /* with the header */
    bool writable;
};

/* A queue's rings, and where the device is in them. */
struct bare_ring {
    struct virtio_queue *queue;
    struct virtio_desc desc[2u * BARE_RING];
    struct virtio_used_elem used[2u * BARE_RING];
    volatile ir_device16 avail[2u * BARE_RING];
    volatile ir_device16 event;
    volatile ir_device32 driver;
    volatile ir_device32 device;
    uint32_t next; /* split: available entries taken; packed: descriptor to look at next */
    uint32_t done; /* split: entries used; packed: descriptor to write next */
    bool next_wrap;
    bool done_wrap;
};

struct bare {
    struct ir_pool pool;
    struct virtio_rxq rx;
    struct virtio_txq tx;
    struct bare_ring rx_ring;
    struct bare_ring tx_ring;
    struct ir_regs regs;
    uint32_t status;   /* of the device */
    uint32_t asked;    /* times its status was read */
    uint32_t notified; /* notifications */
};

/* A pool and two queues on it, the receive queue filled. */
struct bare *bare_make(const struct bare_format *format);

/* The device takes the next chain. False when there is none. */
bool bare_take(struct bare_ring *ring, struct bare_chain *chain);
/* It returns one chain, or several in order of which this is the last. */
void bare_return(struct bare_ring *ring, uint32_t id, uint32_t length, uint32_t chains);
/* What is behind a device address, after the header. */
uint8_t *bare_frame(const struct bare_ring *ring, const struct bare_chain *chain);
/* Write a frame of `length` bytes, each of them `tag`, and a header that says that there are so many
 * buffers. */
void bare_fill(const struct bare_ring *ring, const struct bare_chain *chain, uint32_t length,
               uint8_t tag, uint16_t buffers);
/* Take a chain, fill it, and return it. */
void bare_receive(struct bare *bare, uint32_t length, uint8_t tag);
/* Send packets of 60 bytes, each of them `tag` and counting up. */
void bare_send(struct bare *bare, uint32_t count, uint8_t tag);

/* Fail unless each buffer is in exactly one place, and `held` are with the application. */
void bare_balance(const struct bare *bare, uint32_t held);
/* Fail unless the packet consists of bytes `tag`, and free it. */
void bare_expect(struct bare *bare, struct ir_pkt pkt, uint32_t length, uint8_t tag);

#endif
