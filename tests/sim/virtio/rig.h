/* SPDX-License-Identifier: MIT
 *
 * A simulated virtio card on the bench: opened from a device string, with memory mapped for it, and
 * the shortest way to queues that run. The tests then drive it by registers and rings, as a driver
 * would, of either transport and either format of rings.
 */
#ifndef IRONRING_TESTS_SIM_VIRTIO_RIG_H
#define IRONRING_TESTS_SIM_VIRTIO_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ironring/sim.h>

#include "core/driver.h"
#include "sim/random.h"
#include "sim/sim.h"
#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"

#define RIG_BYTES (8u << 20)
#define RIG_IOVA  0x40000000u
#define RIG_BUFFERS                                                                                \
    0x400000u /* offset into the memory of 2 KiB for each descriptor of each queue */
#define RIG_BUFFER 2048u
#define RIG_QUEUES 8u
#define RIG_SIZE   64u /* descriptors of each queue */

/* A ring from the driver's side. */
struct rig_queue {
    uint16_t number;
    uint16_t size;
    bool packed;
    uint8_t *desc;
    uint8_t *driver;
    uint8_t *device;
    uint16_t next_desc;  /* where the next chain is written */
    uint16_t next_avail; /* split: free-running */
    uint16_t next_used;  /* split: free-running; packed: slot */
    bool avail_wrap;
    bool used_wrap;
    uint16_t slots[RIG_SIZE]; /* of the chain with this id */
};

/* One descriptor of a chain to offer. */
struct rig_part {
    uint64_t address;
    uint32_t length;
    bool writable;
};

struct rig {
    struct ir_transport *transport;
    struct sim_virtio *card;
    struct ir_dev dev; /* for the functions of ironring/sim.h */
    struct ir_dma memory;
    bool legacy;
    uint64_t features; /* accepted */
    uint32_t header;   /* bytes before each frame */
    struct rig_queue queue[RIG_QUEUES];
};

/* Open the card (arguments as in a device string after "sim:virtio,") and map the memory. Bus
 * mastering is on, nothing else is set up. */
void rig_open(struct rig *rig, const char *arguments);
/* The same, with all that follows "sim:". */
void rig_open_as(struct rig *rig, const char *text);
void rig_close(struct rig *rig);

uint32_t rig_read(const struct rig *rig, uint32_t offset, uint32_t width);
void rig_write(const struct rig *rig, uint32_t offset, uint32_t width, uint32_t value);
void rig_delay(const struct rig *rig, uint32_t microseconds);
/* device_status, in either window. */
uint8_t rig_status(const struct rig *rig);
void rig_set_status(const struct rig *rig, uint8_t status);
/* Reset, and wait until it is done. */
void rig_reset(struct rig *rig);
/* What the card offers. */
uint64_t rig_offered(const struct rig *rig);
/* Reset, ACKNOWLEDGE, DRIVER, these features of those that are offered, FEATURES_OK. */
void rig_negotiate(struct rig *rig, uint64_t features);
/* Give a queue of RIG_SIZE its place and enable it; the same without a look at the outcome. */
void rig_enable(struct rig *rig, uint16_t number);
void rig_place(struct rig *rig, uint16_t number);
void rig_driver_ok(struct rig *rig);
/* All of that, with each queue there is, and nothing offered yet. */
void rig_start(struct rig *rig, uint64_t features);

/* Device address of the buffer of a descriptor of a queue, and its bytes. */
uint64_t rig_address(uint16_t queue, uint16_t slot);
uint8_t *rig_buffer(const struct rig *rig, uint16_t queue, uint16_t slot);
/* Make a chain available without notifying. Returns its id: its first descriptor. */
uint16_t rig_offer(struct rig *rig, uint16_t queue, const struct rig_part *part, uint32_t count);
/* The same for one whole buffer to write, or for a frame to send of `length` bytes, which are
 * number, number + 1, ... but for a broadcast address; or for the buffer that was returned as `id`,
 * whatever the order it came back in. */
uint16_t rig_lend(struct rig *rig, uint16_t queue);
void rig_lend_again(struct rig *rig, uint16_t queue, uint16_t id);
uint16_t rig_send(struct rig *rig, uint16_t queue, uint32_t length, uint8_t number);
void rig_notify(const struct rig *rig, uint16_t queue);
/* Lend `count` buffers to queue 0 and notify. */
void rig_stock(struct rig *rig, uint32_t count);
/* Take what the card returned next. False when there is nothing. */
bool rig_collect(struct rig *rig, uint16_t queue, uint32_t *id, uint32_t *length);
/* Carry out a command with `size` bytes after class and number; the answer, or -1 without. */
int rig_command(struct rig *rig, uint8_t class, uint8_t command, const void *data, uint32_t size);

/* A broadcast frame, numbered, on the wire. */
void rig_fill_frame(uint8_t *frame, uint32_t length, uint8_t number);
void rig_put(struct rig *rig, uint32_t length, uint8_t number);
int rig_step(struct rig *rig);

uint64_t rig_violations(struct rig *rig);
/* Exactly one violation so far, of this rule, whose sentence contains `text`. */
void rig_expect(struct rig *rig, enum soft_rule rule, const char *text);

/* Features that most tests accept. */
#define RIG_FEATURES                                                                               \
    (SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM | SOFT_F_MRG_RXBUF | SOFT_F_CTRL_VQ |               \
     SOFT_F_ANY_LAYOUT | SOFT_F_RING_PACKED)

/* Offsets of modern registers. */
#define R_DEVICE_SELECT  0u
#define R_DEVICE_FEATURE 4u
#define R_DRIVER_SELECT  8u
#define R_DRIVER_FEATURE 12u
#define R_NUM_QUEUES     18u
#define R_STATUS         20u
#define R_GENERATION     21u
#define R_QUEUE_SELECT   22u
#define R_QUEUE_SIZE     24u
#define R_CONFIG_VECTOR  16u
#define R_QUEUE_VECTOR   26u
#define R_QUEUE_ENABLE   28u
#define R_NOTIFY_OFF     30u
#define R_QUEUE_DESC     32u
#define R_QUEUE_DRIVER   40u
#define R_QUEUE_DEVICE   48u
/* And of the legacy ones. */
#define L_DEVICE_FEATURE 0u
#define L_DRIVER_FEATURE 4u
#define L_QUEUE_PFN      8u
#define L_QUEUE_SIZE     12u
#define L_QUEUE_SELECT   14u
#define L_NOTIFY         16u
#define L_STATUS         18u
#define L_ISR            19u
#define L_CONFIG         20u

/* Run a group of tests that need no set-up. */
#define RIG_MAIN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
