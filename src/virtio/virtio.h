/* SPDX-License-Identifier: MIT
 *
 * The virtio-net driver's own record of a device, and what its files offer each other. The data
 * path is not here but in transfer.h; numbers of the specification are in spec.h.
 */
#ifndef IRONRING_VIRTIO_VIRTIO_H
#define IRONRING_VIRTIO_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "virtio/control.h"
#include "virtio/features.h"
#include "virtio/transfer.h"
#include "virtio/window.h"

#define VIRTIO_PAIRS_MAX IR_QUEUES_MAX
#define VIRTIO_NO_QUEUE  0xffffffffu
#define VIRTIO_NO_VECTOR 0xffffu

/* Nothing is waited for longer than this many microseconds of the device's time. */
#define VIRTIO_WAIT_MAX 1000000u

/* A virtqueue and the memory of its rings. The device wants both queues of a pair (DPDK does), so
 * one that the application does not use gets a ring without a buffer. */
struct virtio_rx {
    struct virtio_rxq rxq;
    struct ir_dma memory; /* size 0 while there is none */
    uint32_t size;        /* descriptors */
    bool set_up;          /* by the application; then the queue has a pool */
};

struct virtio_tx {
    struct virtio_txq txq;
    struct ir_dma memory;
    uint32_t size;
    bool set_up;
};

enum virtio_state {
    VIRTIO_DOWN,    /* a reset failed: nothing is written to the device until the next one */
    VIRTIO_STOPPED, /* reset, and the features agreed upon */
    VIRTIO_STARTED
};

struct virtio_dev {
    struct ir_dev base; /* first */
    enum virtio_state state;
    bool quiet; /* confirmed since the last start: the device does not touch memory any more */
    bool run;   /* ir_start succeeded: a reset starts the device again */
    struct virtio_windows windows;
    uint64_t features;      /* agreed upon */
    uint32_t pairs_max;     /* queue pairs that the device has, 1 to VIRTIO_PAIRS_MAX ... */
    uint32_t control_index; /* ... and the number of its control queue, or VIRTIO_NO_QUEUE */
    uint32_t mtu;           /* 0: not told */
    struct virtio_rx rx[VIRTIO_PAIRS_MAX];
    struct virtio_tx tx[VIRTIO_PAIRS_MAX];
    struct virtio_control control;
    struct ir_dma control_memory;
    uint8_t mac[IR_MAC_LENGTH];
    bool mac_chosen; /* by ir_mac_set: told again after a reset */
    bool promiscuous;
    uint32_t multicast_count; /* addresses in `multicast`; more than fit: all are received */
    uint8_t multicast[VIRTIO_MULTICAST_MAX][IR_MAC_LENGTH];
    struct ir_stats totals; /* of queues that a reset has emptied; the rest is in the queues */
    const char *trouble;    /* clause that says what failed last, or null */
};

/* ids.c */
/*@ assigns \nothing;
    ensures \result != 0 ==> vendor == 0x1af4;
*/
bool virtio_supports(uint16_t vendor, uint16_t device);

/* registers.c: the common configuration of a modern device (4.1.4.3), and the registers of a legacy
 * one (4.1.4.10). Errors of each: -EINVAL outside of the window. */
int virtio_get_status(const struct virtio_dev *dev, uint32_t *status);
int virtio_set_status(const struct virtio_dev *dev, uint32_t status);
int virtio_get_features(const struct virtio_dev *dev, uint64_t *features);
int virtio_set_features(const struct virtio_dev *dev, uint64_t features);
/* Largest size of a queue that the device allows, 0 when it has no such queue. */
int virtio_queue_size(const struct virtio_dev *dev, uint32_t number, uint32_t *size);
/* Tell the device where a queue's rings are, and enable it. *notify_offset is where, in the window
 * of notifications, to announce new buffers. Errors: -EIO the device gives a place outside of it,
 * or no such queue, or it has no such vector. */
struct virtio_rings {
    uint32_t size;
    uint64_t desc, driver, device; /* device addresses */
    uint32_t vector;               /* to interrupt by, or VIRTIO_NO_VECTOR */
};
int virtio_queue_enable(const struct virtio_dev *dev, uint32_t number,
                        const struct virtio_rings *rings, uint32_t *notify_offset);

/* Interrupt by this vector when the configuration changes. Errors: -EIO it has no such vector. */
int virtio_set_config_vector(const struct virtio_dev *dev, uint32_t vector);
/* Read what a device without vectors of its own has interrupted for, which takes INTx back (4.1.4.5). */
int virtio_read_isr(const struct virtio_dev *dev);

/* config.c: the device's own configuration (5.1.4). Fields that were not agreed upon are not read.
 * Errors: -EINVAL outside of the window, -EIO it changes all the time. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires \valid(up) && \separated(up, dev, dev->base.transport);
    assigns *up;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures \result != 0 ==> *up == \old(*up);
*/
int virtio_config_link(const struct virtio_dev *dev, bool *up);
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires \valid(mac + (0 .. IR_MAC_LENGTH - 1));
    requires \separated(mac + (0 .. IR_MAC_LENGTH - 1), dev, dev->base.transport);
    assigns mac[0 .. IR_MAC_LENGTH - 1];
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures \result != 0 ==> \forall integer i; 0 <= i < IR_MAC_LENGTH ==> mac[i] == \old(mac[i]);
*/
int virtio_config_mac(const struct virtio_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
/* How many queue pairs there are, the control queue's number, and the MTU. Error besides: -EIO a
 * value that the specification does not allow. */
/*@ requires \valid(dev) && \valid_read(dev->base.transport);
    requires \separated(dev, dev->base.transport);
    assigns dev->pairs_max, dev->control_index, dev->mtu;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures pairs: \result == 0 ==> 1 <= dev->pairs_max <= VIRTIO_PAIRS_MAX;
    ensures control: \result == 0 ==> dev->control_index == VIRTIO_NO_QUEUE ||
        (2 <= dev->control_index <= 65534 && dev->control_index % 2 == 0);
    ensures mtu: \result == 0 ==> dev->mtu == 0 || 68 <= dev->mtu <= 65535;
    ensures refused: \result != 0 ==> dev->pairs_max == \old(dev->pairs_max) &&
        dev->control_index == \old(dev->control_index) && dev->mtu == \old(dev->mtu);
*/
int virtio_config_limits(struct virtio_dev *dev);

/* filter.c: as the public functions, and all of them after a reset. */
int virtio_mac_set(struct virtio_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
int virtio_promiscuous(struct virtio_dev *dev, bool on);
int virtio_multicast(struct virtio_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);
int virtio_filters_restore(struct virtio_dev *dev);
/* Let the device use this many queue pairs. Errors: -EIO it refuses, -ETIMEDOUT. */
int virtio_pairs_set(struct virtio_dev *dev, uint32_t pairs);

/* queues.c: queues as objects; no register is touched but at the end. */
int virtio_rx_create(struct virtio_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
int virtio_tx_create(struct virtio_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
void virtio_queues_break(struct virtio_dev *dev);
void virtio_queues_drain(struct virtio_dev *dev);
void virtio_queues_destroy(struct virtio_dev *dev);
/* Describe all queues, those that fill up pairs and the control queue among them, to the device. */
int virtio_queues_start(struct virtio_dev *dev);
/* Longest frame that may be sent. */
uint32_t virtio_frame_max(const struct virtio_dev *dev);
/* Queue pairs with at least one queue that the application uses. */
uint32_t virtio_pairs_used(const struct virtio_dev *dev);

/* device.c: the device's life, as in ironring/device.h. */
int virtio_bring_up(struct virtio_dev *dev);
int virtio_start(struct virtio_dev *dev);
int virtio_restart(struct virtio_dev *dev);
int virtio_shut_down(struct virtio_dev *dev);
int virtio_stats(struct virtio_dev *dev, struct ir_stats *stats);

extern const struct ir_driver virtio_driver;

#endif
