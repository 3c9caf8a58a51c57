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

#include "core/transport.h"

struct ir_rxq {
    int (*burst)(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max);
    void (*drops)(const struct ir_rxq *queue, struct ir_rxq_drops *drops);
};

struct ir_txq {
    int (*burst)(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count);
    int (*reclaim)(struct ir_txq *queue);
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
    int (*stats)(struct ir_dev *dev, struct ir_stats *stats);
    void (*info)(const struct ir_dev *dev, struct ir_info *info);
};

struct ir_dev {
    const struct ir_dev_ops *ops;
    struct ir_domain *domain;
    struct ir_transport *transport;
    char name[64]; /* the device string, shortened when longer */
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
