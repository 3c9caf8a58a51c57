/* SPDX-License-Identifier: MIT
 *
 * A receive and a transmit queue of virtio on the pool of stand.h, with plain memory for their rings.
 * The model beside them knows a queue as the device does: which ids are out, and which buffer is
 * behind each. What the driver lends is read from descriptors, as the device reads it, and never
 * from the driver's own records; those are audited afterwards.
 */
#ifndef IRONRING_FUZZ_VIRTIO_STAND_H
#define IRONRING_FUZZ_VIRTIO_STAND_H

#include <stdbool.h>
#include <stdint.h>

#include "input.h"
#include "stand.h"
#include "virtio/transfer.h"

#define VSTAND_IDS     64u  /* positions of a queue, and ids */
#define VSTAND_DESCS   128u /* at most: two for each id */
#define VSTAND_NOBODY  0xffffu
#define VSTAND_STATUS  0x14u   /* offset of the device's status ... */
#define VSTAND_NOTIFY  0x3000u /* ... and of notifications, 4 bytes from one queue to the next */
#define VSTAND_HEADERS 12u     /* bytes of the longest network header */

/* Memory that driver and device share: what a device may write at any time. */
struct vstand_memory {
    ir_device64 desc[2u * VSTAND_DESCS]; /* address, rest, address, rest ... */
    ir_device32 driver;
    ir_device32 device;
    ir_device32 used[2u * VSTAND_DESCS]; /* id, length, id, length ... */
    ir_device16 avail[VSTAND_DESCS];
    ir_device16 event;
};

/* What was negotiated. */
struct vstand_mode {
    bool packed;
    bool in_order;
    bool event_idx;
    bool mergeable;
    bool pairs;
    uint32_t header;
};

/* A queue as it should be. `posted` and `taken` count buffers lent and returned, ever: the indices of a
 * split ring are their low bits, slots and wrap counters of a packed one follow from them too. */
struct vstand_queue {
    struct virtio_queue *driver; /* the driver's */
    struct vstand_memory memory;
    struct vstand_memory before; /* descriptors and available ring as the call found them */
    enum stand_place place;      /* of its buffers */
    uint16_t buffer[VSTAND_IDS]; /* behind each id, or VSTAND_NOBODY */
    uint8_t order[VSTAND_IDS];   /* ids that are out, oldest first ... */
    uint32_t used;               /* ... how many */
    uint32_t posted;
    uint32_t taken;
    uint32_t idle;
    bool broken;
    uint64_t packets;
    uint64_t bytes;
    uint8_t waiting[VSTAND_IDS]; /* ids that an honest device has not returned yet, oldest first */
    uint32_t waiting_count;
    uint32_t returned; /* buffers that it has returned, ever */
};

struct vstand {
    struct vstand_mode mode;
    struct virtio_rxq rxq;
    struct virtio_txq txq;
    struct ir_regs regs;
    struct vstand_queue rx;
    struct vstand_queue tx;
    uint32_t parts; /* still to come of a frame in several buffers */
    struct ir_rxq_drops drops;
    uint8_t status; /* what the device answers for its status */
    /* What the register window saw since the last operation. */
    uint32_t status_reads;
    uint32_t notifications;
    uint32_t notified_offset;
    uint32_t notified_value;
};

extern struct vstand vstand;

/* Begin an input: its first byte as for stand_reset, and as many buffers lent and returned before as
 * `first` says, a multiple of VSTAND_DESCS. `wait`: calls that have found nothing so far. */
void vstand_reset(const struct vstand_mode *mode, uint8_t start, uint32_t first, uint32_t wait);

/* What a device writes into the memory of one queue that no honest one need write. */
typedef void vstand_write_fn(struct input *, struct vstand_queue *);
/* Let device and application take turns as the input says, with an audit after each call of the
 * driver. `refill`: lend buffers first. */
void vstand_run(struct input *input, bool refill, vstand_write_fn *write);

/* --- The application --- */
void vstand_receive(uint32_t max);
void vstand_refill(void);
void vstand_send(const struct ir_pkt *pkts, uint32_t count);
void vstand_reclaim(void);
/* Take back what is in the ring and start it afresh, as after a reset of the device. */
void vstand_restart_rx(void);
void vstand_restart_tx(void);

/* --- The device --- */
/* A length that a device could report of a buffer that it filled, so that inputs get deep; or any. */
uint32_t vstand_draw_length(struct input *input);

/* Audit: each buffer in exactly one place, and driver and model of one mind. */
void vstand_check(void);

/* --- For the files that make it up --- */

/* Elements of the rings. */
static inline uint32_t vstand_elements(void)
{
    return vstand.mode.pairs ? 2u * VSTAND_IDS : VSTAND_IDS;
}

/* The wrap counter of a packed ring, when so many buffers have gone through it. */
static inline bool vstand_wrap(uint32_t count)
{
    return count / VSTAND_IDS % 2u == 0;
}

/* How many ids are before this one; VSTAND_IDS when the device does not have it. */
static inline uint32_t vstand_age(const struct vstand_queue *queue, uint32_t id)
{
    uint32_t age = 0;

    while (age < queue->used && queue->order[age] != id)
        age++;
    return age < queue->used ? age : VSTAND_IDS;
}

static inline uint8_t *vstand_frame(uint32_t buffer)
{
    return stand.pool.data + UINT64_C(1) * buffer * STAND_STRIDE;
}

/* What the device has returned next. */
struct vstand_returned {
    uint32_t id; /* VSTAND_NOBODY or more: none that was lent */
    uint32_t length;
};

/* A call into the driver begins: remember what the device had written. */
void vstand_call(struct vstand_queue *queue);
/* Buffers that were returned, by the device's word; and whether the next one was, as far as
 * that can be told from itself. */
uint32_t vstand_ready(const struct vstand_queue *queue);
bool vstand_next(const struct vstand_queue *queue, struct vstand_returned *next);
/* The driver has taken note of the id: it is out no more. Returns the buffer. */
uint32_t vstand_take(struct vstand_queue *queue, uint32_t id);
/* The buffer goes back to the pool. */
void vstand_release(struct vstand_queue *queue, uint32_t id);
/* At the end of a call that found `taken` buffers: the status may have been read. */
void vstand_found(struct vstand_queue *queue, uint32_t taken);
/* Compare what was lent, `count` buffers, with the rules: the device's view of each descriptor, nothing
 * written anywhere else, and a notification if and only if it is wanted. `pkts` of `count`
 * packets, or NULL for free buffers to receive into. */
void vstand_lent(struct vstand_queue *queue, uint32_t count, const struct ir_pkt *pkts);

#endif
