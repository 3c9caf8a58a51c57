/* SPDX-License-Identifier: MIT
 *
 * The ixgbe driver's own record of a device, and what its files offer each other. The data path is
 * not here but in queue.h; registers are in regs.h.
 */
#ifndef IRONRING_IXGBE_IXGBE_H
#define IRONRING_IXGBE_IXGBE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "ixgbe/queue.h"
#include "ixgbe/regs.h"

/* A queue, the memory of its descriptor ring, and for transmit queues the head write-back word. */
struct ixgbe_rx {
    struct ixgbe_rxq queue; /* first */
    struct ir_dma memory;
};

struct ixgbe_tx {
    struct ixgbe_txq queue; /* first */
    struct ir_dma memory;
    volatile uint32_t *head; /* the driver's own view of queue.head, to zero it */
};

enum ixgbe_state {
    IXGBE_DOWN,    /* a reset failed: nothing is written to the device until the next one */
    IXGBE_STOPPED, /* reset and set up, no queue enabled */
    IXGBE_STARTED
};

struct ixgbe_dev {
    struct ir_dev base; /* first */
    enum ixgbe_state state;
    bool quiet; /* confirmed since the last start: the device does not touch memory any more */
    bool run;   /* ir_start succeeded: a reset starts the device again */
    struct ixgbe_rx *rx[IR_QUEUES_MAX];
    struct ixgbe_tx *tx[IR_QUEUES_MAX];
    uint8_t mac[IR_MAC_LENGTH];
    bool promiscuous;
    bool multicast;                /* some bit of mta is set */
    uint32_t mta[IXGBE_MTA_COUNT]; /* the filter, as last written or to be written */
    struct ir_stats totals;        /* bytes still with frame checksums; no rx_dropped */
    const char *trouble;           /* clause that says what failed last, or null */
};

/* access.c: registers. Errors: -EINVAL no such register. */
int ixgbe_read(const struct ixgbe_dev *dev, uint32_t offset, uint32_t *value);
int ixgbe_write(const struct ixgbe_dev *dev, uint32_t offset, uint32_t value);
/* Clear some bits, then set some. */
int ixgbe_modify(const struct ixgbe_dev *dev, uint32_t offset, uint32_t clear, uint32_t set);
/* Write `value` to `count` consecutive registers. */
int ixgbe_fill(const struct ixgbe_dev *dev, uint32_t first, uint32_t count, uint32_t value);
/* Wait until the bits of `mask` read as `value`, at most `limit` microseconds of the device's time.
 * `trouble` says what it means that they did not. Errors: -ETIMEDOUT, -ENODEV the device is gone.
 */
int ixgbe_wait_until(struct ixgbe_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                     uint32_t limit, const char *trouble);
/* Errors: -ENODEV the device is gone: STATUS reads all ones. */
int ixgbe_present(struct ixgbe_dev *dev);

/* ids.c */
bool ixgbe_supports(uint16_t vendor, uint16_t device);

/* reset.c: stop the device and put every register in its initial state. dev->quiet becomes true
 * once the device has confirmed, in one way or another, that it does not touch memory any more;
 * this can be so after a failure too. Errors: -ETIMEDOUT, -ENODEV, -EIO. */
int ixgbe_reset(struct ixgbe_dev *dev);

/* init.c: everything between a reset and the queues; restores the settings. Errors: -ENODEV. */
int ixgbe_init(struct ixgbe_dev *dev);
/* Turn the receive unit on or off. Errors: -ETIMEDOUT, -ENODEV. */
int ixgbe_receive(struct ixgbe_dev *dev, bool on);

/* link.c */
int ixgbe_link_start(struct ixgbe_dev *dev);
int ixgbe_link(struct ixgbe_dev *dev, struct ir_link *link);

/* filter.c: each as the public function; the last writes all of them after a reset. */
int ixgbe_mac_read(struct ixgbe_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
int ixgbe_mac_set(struct ixgbe_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
int ixgbe_promiscuous(struct ixgbe_dev *dev, bool on);
int ixgbe_multicast(struct ixgbe_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);
int ixgbe_filters_restore(struct ixgbe_dev *dev);

/* stats.c: add what the device has counted since the last call to dev->totals. Errors: -ENODEV. */
int ixgbe_stats_collect(struct ixgbe_dev *dev);
/* Throw away what the device has counted so far. */
int ixgbe_stats_clear(struct ixgbe_dev *dev);
int ixgbe_stats(struct ixgbe_dev *dev, struct ir_stats *stats);

/* rings.c: queues as objects. Errors as ir_rxq_setup. */
int ixgbe_rx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
int ixgbe_tx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
/* Make each queue answer -EIO. */
void ixgbe_rings_break(struct ixgbe_dev *dev);
/* Return the buffers of each queue to its pool. Only while the device is quiet. */
void ixgbe_rings_drain(struct ixgbe_dev *dev);
/* Release all queues; when the device is not quiet, abandon their memory and buffers. */
void ixgbe_rings_destroy(struct ixgbe_dev *dev);

/* start.c: enable all queues, then the receive unit. On an error the device must be reset.
 * Errors: -EINVAL a gap or no queue (nothing was touched), -ETIMEDOUT, -ENODEV. */
int ixgbe_start(struct ixgbe_dev *dev);

/* device.c */
extern const struct ir_driver ixgbe_driver;

#endif
