/* SPDX-License-Identifier: MIT
 *
 * The life of a device (3.1.1): brought up, started, reset, shut down.
 */
#include <errno.h>

#include "core/counter.h"
#include "core/pci.h"
#include "core/wait.h"
#include "virtio/virtio.h"

#define PCI_VENDOR      0u
#define PCI_VENDOR_NONE 0xffffu

/* Reset the device, and wait until it says that it has been (2.4.1). Errors: -ETIMEDOUT, -ENODEV,
 * -EIO; dev->quiet becomes true once it has. */
static int reset_device(struct virtio_dev *dev)
{
    uint32_t status = VIRTIO_STATUS_GONE;
    uint32_t waited = 0;
    int result = virtio_set_status(dev, 0u);

    if (result == 0)
        result = virtio_get_status(dev, &status);
    while (result == 0 && status != 0u && waited < VIRTIO_WAIT_MAX) {
        uint32_t pause = ir_wait_pause(waited, VIRTIO_WAIT_MAX);

        ir_transport_delay(dev->base.transport, pause);
        waited += pause;
        result = virtio_get_status(dev, &status);
    }
    if (result == 0 && status == 0u) {
        dev->quiet = true;
        return 0;
    }
    dev->trouble = "its status does not become 0 after a reset";
    if (result == 0 && status == VIRTIO_STATUS_GONE) {
        dev->trouble = "it does not answer any more: its status reads all ones";
        return -ENODEV;
    }
    return result != 0 ? -EIO : -ETIMEDOUT;
}

/* Agree upon features; after the first time it must be the same ones, since the queues are laid out
 * for them. A device without ACCESS_PLATFORM takes device addresses for the machine's own (6.1), so
 * where these are an IOMMU's, it would write to memory that is not its driver's. Errors: -EIO,
 * -ENOTSUP. */
static int negotiate(struct virtio_dev *dev, bool first)
{
    uint64_t offered = 0;
    uint64_t accepted = 0;
    uint32_t status = 0;
    int result = virtio_get_features(dev, &offered);

    if (result == 0)
        result = virtio_choose_features(offered, dev->windows.legacy, &accepted, &dev->trouble);
    if (result != 0)
        return result == -ENOTSUP ? -ENOTSUP : -EIO;
    if (dev->base.transport->translated && virtio_has(accepted, VIRTIO_F_ACCESS_PLATFORM) == 0u) {
        dev->trouble = "it reaches memory around the IOMMU (no ACCESS_PLATFORM)";
        return -ENOTSUP;
    }
    if (!first && (accepted & dev->features) != dev->features) {
        dev->trouble = "it no longer offers the features that it offered before";
        return -EIO;
    }
    if (first)
        dev->features = accepted;
    if (virtio_set_features(dev, dev->features) != 0)
        return -EIO;
    if (dev->windows.legacy != 0u)
        return 0; /* it has no FEATURES_OK */
    status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK;
    if (virtio_set_status(dev, status) != 0 || virtio_get_status(dev, &status) != 0 ||
        (status & VIRTIO_STATUS_FEATURES_OK) == 0u || status == VIRTIO_STATUS_GONE) {
        dev->trouble = "it does not accept a subset of the features that it offers (FEATURES_OK)";
        return -EIO;
    }
    return 0;
}

/* Read how many queues there are, and the MTU; after the first time they must be the same, since
 * the queues are laid out for them. Errors: -EIO. */
static int read_limits(struct virtio_dev *dev, bool first)
{
    uint32_t pairs_max = dev->pairs_max;
    uint32_t control_index = dev->control_index;
    uint32_t mtu = dev->mtu;

    dev->trouble = "its configuration has a value that makes no sense, or changes all the time";
    if (virtio_config_limits(dev) != 0)
        return -EIO;
    if (first ||
        (dev->pairs_max == pairs_max && dev->control_index == control_index && dev->mtu == mtu))
        return 0;
    dev->pairs_max = pairs_max;
    dev->control_index = control_index;
    dev->mtu = mtu;
    dev->trouble = "its configuration is no longer what it was before";
    return -EIO;
}

/* From a reset to FEATURES_OK. */
static int set_up(struct virtio_dev *dev, bool first)
{
    uint32_t mac_known = 0;
    int result = virtio_set_status(dev, VIRTIO_STATUS_ACKNOWLEDGE);

    if (result == 0)
        result = virtio_set_status(dev, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
    if (result == 0)
        result = negotiate(dev, first);
    if (result == 0)
        result = read_limits(dev, first);
    if (result != 0)
        return result;
    mac_known = virtio_has(dev->features, VIRTIO_NET_F_MAC);
    if (first && mac_known != 0u && virtio_config_mac(dev, dev->mac) != 0)
        return -EIO;
    dev->state = VIRTIO_STOPPED;
    return 0;
}

/* A device without an address of its own gets one that is locally administered (5.1.5), told apart
 * by the place of its record. */
static void choose_mac(struct virtio_dev *dev)
{
    bool usable = false;

    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        usable = usable || dev->mac[i] != 0u;
    if (usable && dev->mac[0] % 2u == 0u)
        return;
    dev->mac[0] = 0x02u;
    for (uint32_t i = 1; i < IR_MAC_LENGTH; i++)
        dev->mac[i] = (uint8_t)((uintptr_t)dev >> (8u * i) & 0xffu);
}

/* The registers of a legacy device are in its first BAR, and its configuration follows them. */
static int legacy_windows(struct virtio_dev *dev)
{
    struct virtio_windows *windows = &dev->windows;
    uint32_t size = dev->base.transport->bars[0].size;

    if (dev->base.transport->device != VIRTIO_PCI_NET_TRANSITIONAL || size <= VIRTIO_LEGACY_BYTES) {
        return -EIO;
    }
    windows->legacy = 1u;
    windows->common = (struct virtio_window){0, 0, VIRTIO_LEGACY_BYTES};
    windows->notify = (struct virtio_window){0, VIRTIO_LEGACY_NOTIFY, 2u};
    windows->device = (struct virtio_window){0, VIRTIO_LEGACY_BYTES, size - VIRTIO_LEGACY_BYTES};
    windows->isr = (struct virtio_window){0, VIRTIO_LEGACY_ISR, 1u};
    return 0;
}

/* Whether the device answers nothing any more, not even who made it. */
static bool is_gone(struct ir_transport *transport)
{
    uint32_t vendor = 0;

    return ir_transport_config_read(transport, PCI_VENDOR, 2u, &vendor) == 0 &&
           vendor == PCI_VENDOR_NONE;
}

int virtio_bring_up(struct virtio_dev *dev)
{
    struct ir_transport *transport = dev->base.transport;
    int result = ir_pci_bus_master(transport, true);

    if (result != 0) {
        dev->trouble = "its PCI command register cannot be written";
        return result;
    }
    result = virtio_find_windows(transport, &dev->windows, &dev->trouble);
    if (result == -ENOENT)
        result = legacy_windows(dev);
    if (result == 0)
        result = reset_device(dev);
    if (result == 0)
        result = set_up(dev, true);
    if (result == 0) {
        choose_mac(dev);
        return 0;
    }
    (void)ir_pci_bus_master(transport, false);
    if (!is_gone(transport))
        return result;
    dev->trouble = "it does not answer: its configuration space reads all ones";
    return -ENODEV;
}

/* The counters of the queues are part of the totals from now on. */
static void save_statistics(struct virtio_dev *dev)
{
    (void)virtio_stats(dev, &dev->totals);
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        dev->rx[p].rxq.packets = 0;
        dev->rx[p].rxq.bytes = 0;
        dev->tx[p].txq.packets = 0;
        dev->tx[p].txq.bytes = 0;
    }
}

/* No queue takes packets from here on; the device is reset, and all buffers are back in their pools
 * when it says so. */
static int stop(struct virtio_dev *dev)
{
    int result;

    virtio_queues_break(dev);
    dev->state = VIRTIO_DOWN;
    result = reset_device(dev);
    if (dev->quiet)
        virtio_queues_drain(dev);
    if (result == 0)
        result = set_up(dev, false);
    return result;
}

/* Tell the device of filters and of how many queues there are, and only then let it have buffers to
 * receive into: it may not be told before it runs. */
static int go(struct virtio_dev *dev)
{
    uint32_t pairs = virtio_pairs_used(dev);
    int result = 0;

    dev->control.broken = dev->control_index == VIRTIO_NO_QUEUE;
    if (pairs > 1u)
        result = virtio_pairs_set(dev, pairs);
    if (result == 0)
        result = virtio_filters_restore(dev);
    dev->trouble = "its control queue does not do what it is told";
    for (uint32_t p = 0; p < pairs && result == 0; p++) {
        dev->tx[p].txq.queue.broken = !dev->tx[p].set_up;
        dev->rx[p].rxq.queue.broken = !dev->rx[p].set_up;
        if (dev->rx[p].set_up)
            virtio_rx_refill(&dev->rx[p].rxq);
    }
    return result;
}

/* As ir_start wants it: at least one queue, and no gap in either direction. */
static int check_queues(const struct virtio_dev *dev)
{
    bool rx_ended = false;
    bool tx_ended = false;

    if (!dev->rx[0].set_up && !dev->tx[0].set_up)
        return -EINVAL;
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        if ((rx_ended && dev->rx[p].set_up) || (tx_ended && dev->tx[p].set_up))
            return -EINVAL;
        rx_ended = !dev->rx[p].set_up;
        tx_ended = !dev->tx[p].set_up;
    }
    return 0;
}

/* The last step of set-up (3.1.1). A device that wants to be reset at once says so in its status,
 * before anyone waits for its packets. */
static int let_run(struct virtio_dev *dev)
{
    uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK |
                      (dev->windows.legacy != 0u ? 0u : VIRTIO_STATUS_FEATURES_OK);

    if (virtio_set_status(dev, status) == 0 && virtio_get_status(dev, &status) == 0 &&
        (status & VIRTIO_STATUS_DRIVER_OK) != 0u && (status & VIRTIO_STATUS_NEEDS_RESET) == 0u)
        return 0;
    dev->trouble = "it does not start: its status lacks DRIVER_OK, or says that it needs a reset";
    return -EIO;
}

static int start_or_stop(struct virtio_dev *dev)
{
    int result = check_queues(dev);

    if (result != 0)
        return result;
    dev->quiet = false;
    result = virtio_queues_start(dev);
    if (result == 0)
        result = let_run(dev);
    if (result == 0)
        result = go(dev);
    if (result == 0)
        dev->state = VIRTIO_STARTED;
    else
        (void)stop(dev); /* the first failure is what the caller hears of */
    return result;
}

int virtio_start(struct virtio_dev *dev)
{
    int result;

    if (dev->state == VIRTIO_STARTED)
        return -EBUSY;
    if (dev->state == VIRTIO_DOWN)
        return -EIO;
    result = start_or_stop(dev);
    dev->run = result == 0;
    return result;
}

int virtio_restart(struct virtio_dev *dev)
{
    int result;

    save_statistics(dev);
    result = stop(dev);
    if (result == 0 && dev->run)
        result = start_or_stop(dev);
    return result;
}

int virtio_shut_down(struct virtio_dev *dev)
{
    int result;

    virtio_queues_break(dev);
    dev->state = VIRTIO_DOWN;
    result = reset_device(dev);
    (void)ir_pci_bus_master(dev->base.transport, false);
    virtio_queues_destroy(dev);
    return dev->quiet ? 0 : result;
}

int virtio_stats(struct virtio_dev *dev, struct ir_stats *stats)
{
    struct ir_stats sum = dev->totals;

    sum.rx_dropped = 0;
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        const struct virtio_rxq *rxq = &dev->rx[p].rxq;
        const struct virtio_txq *txq = &dev->tx[p].txq;

        sum.rx_packets = ir_counter_add(sum.rx_packets, rxq->packets);
        sum.rx_bytes = ir_counter_add(sum.rx_bytes, rxq->bytes);
        sum.tx_packets = ir_counter_add(sum.tx_packets, txq->packets);
        sum.tx_bytes = ir_counter_add(sum.tx_bytes, txq->bytes);
        sum.rx_dropped = ir_counter_add(sum.rx_dropped, rxq->dropped.errors);
        sum.rx_dropped = ir_counter_add(sum.rx_dropped, rxq->dropped.oversize);
    }
    *stats = sum;
    return 0;
}
