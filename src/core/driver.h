/* SPDX-License-Identifier: MIT
 *
 * What a NIC driver offers, and the parts of a device and its queues that are the same for each
 * driver. A driver's own device and queue structures begin with these.
 */
#ifndef IRONRING_CORE_DRIVER_H
#define IRONRING_CORE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "core/interrupt.h"
#include "core/transport.h"

struct ir_rxq {
    int (*burst)(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max);
    void (*drops)(const struct ir_rxq *queue, struct ir_rxq_drops *drops);
    /* 1 when a burst is worth while: the next descriptor has been written back, the queue is broken, or
     * its ring wants buffers that the pool has again. Reads at most one word of the device, and changes
     * nothing. */
    uint32_t (*pending)(const struct ir_rxq *queue);
    /* Ask the device, by a register, whether it is there and well; if not, the queue is broken. For
     * somebody who waits and hears nothing. */
    void (*check)(struct ir_rxq *queue);
    /* Let the device interrupt for this queue, or not; null when masking the vector is all that there is.
     * By the queue's own thread, as bursts are. Off until first called, and after a reset. */
    void (*ask)(struct ir_rxq *queue, bool on);
    struct ir_dev *dev;
    uint32_t index;
};

struct ir_txq {
    int (*burst)(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count);
    int (*reclaim)(struct ir_txq *queue);
    /* 1 when a reclaim is worth while: the device has finished with a packet, or the queue is broken. */
    uint32_t (*pending)(const struct ir_txq *queue);
    void (*check)(struct ir_txq *queue); /* as above, so is the next */
    void (*ask)(struct ir_txq *queue, bool on);
    struct ir_dev *dev;
    uint32_t index;
};

/* Each as the public function of the same name; arguments have been checked for null. */
struct ir_dev_ops {
    int (*rxq_setup)(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_rxq **queue);
    int (*txq_setup)(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_txq **queue);
    int (*start)(struct ir_dev *dev);
    int (*reset)(struct ir_dev *dev);
    int (*close)(struct ir_dev *dev); /* frees dev; leaves the transport and domain to the caller */
    int (*link)(struct ir_dev *dev, struct ir_link *link);
    int (*mac_get)(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
    int (*mac_set)(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
    int (*promiscuous)(struct ir_dev *dev, bool on);
    int (*multicast)(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);
    /* Both null where the device chooses by itself, or has one receive queue. The library sets a random key
     * when it has opened the device. */
    void (*rss_key_get)(const struct ir_dev *dev, uint8_t key[IR_RSS_KEY_LENGTH]);
    void (*rss_key_set)(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH]);
    int (*stats)(struct ir_dev *dev, struct ir_stats *stats);
    void (*info)(const struct ir_dev *dev, struct ir_info *info);
    /* Interrupts. Start and reset route them as `dev->interrupts` says and leave each vector masked: nothing
     * interrupts before it is armed. */
    /* `dev->interrupts` has changed, but for the number of vectors, while the device runs: do as it
     * says. Vectors may be masked by it. Errors: -EIO the device is down. */
    int (*route)(struct ir_dev *dev);
    /* Let the vector interrupt for what it is asked to tell of. It does so once, or is masked by the
     * caller's first look. What came before need not interrupt: the caller looks at `pending` after
     * this. Forgets what the device reported as the cause of the last interrupt. Errors: -EIO. */
    int (*arm)(struct ir_dev *dev, uint32_t vector);
    /* No interrupt from the vector, but for one that is on its way. Errors: -EIO. */
    int (*mask)(struct ir_dev *dev, uint32_t vector);
};

struct ir_dev {
    const struct ir_dev_ops *ops;
    struct ir_domain *domain;
    struct ir_transport *transport;
    uint32_t vectors_max; /* that the driver can use, set by its open: 0 to IR_VECTORS_MAX */
    uint32_t pairs;       /* queue pairs of which a queue is set up */
    struct ir_interrupts interrupts;
    struct ir_private *private_queues; /* src/api/private.c's, or null */
    struct ir_events *events;          /* who waits, src/api/events.h; null while nobody does */
    char name[64];                     /* the device string, shortened when longer */
};

/* One row in the table of drivers. */
struct ir_driver {
    const char *name;
    bool (*supports)(uint16_t vendor, uint16_t device);
    /* Allocate and reset the device behind the transport. Errors as ir_open, then with a clause for
     * people (what did not work, without the device's name) in `error`; nothing is left behind. */
    int (*open)(struct ir_domain *domain, struct ir_transport *transport, struct ir_dev **dev,
                char error[IR_ERROR_LENGTH]);
};

#endif
