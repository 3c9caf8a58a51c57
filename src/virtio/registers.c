/* SPDX-License-Identifier: MIT
 *
 * The registers through which a virtio device is set up: the common configuration of a modern one,
 * and the few registers of a legacy one, whose rings lie where the size that it dictates says.
 */
#include <errno.h>

#include "virtio/virtio.h"

/* struct virtio_pci_common_cfg, 4.1.4.3 */
#define DEVICE_FEATURE_SELECT 0u
#define DEVICE_FEATURE        4u
#define DRIVER_FEATURE_SELECT 8u
#define DRIVER_FEATURE        12u
#define CONFIG_MSIX_VECTOR    16u
#define QUEUE_SELECT          22u
#define QUEUE_SIZE            24u
#define QUEUE_MSIX_VECTOR     26u
#define QUEUE_ENABLE          28u
#define QUEUE_NOTIFY_OFF      30u
#define QUEUE_DESC            32u
#define QUEUE_DRIVER          40u
#define QUEUE_DEVICE          48u

/* Legacy registers, 4.1.4.10 */
#define LEGACY_HOST_FEATURES  0u
#define LEGACY_GUEST_FEATURES 4u
#define LEGACY_QUEUE_PFN      8u
#define LEGACY_QUEUE_SIZE     12u
#define LEGACY_QUEUE_SELECT   14u
#define LEGACY_PAGE           4096u

static int get(const struct virtio_dev *dev, uint32_t offset, uint32_t width, uint32_t *value)
{
    return virtio_read(dev->base.transport, &dev->windows.common, offset, width, value);
}

static int set(const struct virtio_dev *dev, uint32_t offset, uint32_t width, uint32_t value)
{
    return virtio_write(dev->base.transport, &dev->windows.common, offset, width, value);
}

/* A 64-bit field, as two halves (4.1.3.1). */
static int set64(const struct virtio_dev *dev, uint32_t offset, uint64_t value)
{
    int result = set(dev, offset, 4u, (uint32_t)(value % 4294967296u));

    return result != 0 ? result : set(dev, offset + 4u, 4u, (uint32_t)(value / 4294967296u));
}

int virtio_get_status(const struct virtio_dev *dev, uint32_t *status)
{
    return get(dev, virtio_status_offset(&dev->windows), 1u, status);
}

int virtio_set_status(const struct virtio_dev *dev, uint32_t status)
{
    return set(dev, virtio_status_offset(&dev->windows), 1u, status);
}

int virtio_get_features(const struct virtio_dev *dev, uint64_t *features)
{
    uint32_t half[2] = {0, 0};
    int result = 0;

    if (dev->windows.legacy != 0u)
        result = get(dev, LEGACY_HOST_FEATURES, 4u, &half[0]);
    for (uint32_t i = 0; i < 2u && result == 0 && dev->windows.legacy == 0u; i++) {
        result = set(dev, DEVICE_FEATURE_SELECT, 4u, i);
        if (result == 0)
            result = get(dev, DEVICE_FEATURE, 4u, &half[i]);
    }
    *features = half[0] + half[1] * UINT64_C(4294967296);
    return result;
}

int virtio_set_features(const struct virtio_dev *dev, uint64_t features)
{
    const uint32_t half[2] = {(uint32_t)(features % 4294967296u),
                              (uint32_t)(features / 4294967296u)};
    int result = 0;

    if (dev->windows.legacy != 0u)
        return set(dev, LEGACY_GUEST_FEATURES, 4u, half[0]);
    for (uint32_t i = 0; i < 2u && result == 0; i++) {
        result = set(dev, DRIVER_FEATURE_SELECT, 4u, i);
        if (result == 0)
            result = set(dev, DRIVER_FEATURE, 4u, half[i]);
    }
    return result;
}

/* Choose the queue that the other queue registers are about. */
static int select_queue(const struct virtio_dev *dev, uint32_t number)
{
    return set(dev, dev->windows.legacy != 0u ? LEGACY_QUEUE_SELECT : QUEUE_SELECT, 2u, number);
}

int virtio_queue_size(const struct virtio_dev *dev, uint32_t number, uint32_t *size)
{
    int result = select_queue(dev, number);

    if (result != 0)
        return result;
    return get(dev, dev->windows.legacy != 0u ? LEGACY_QUEUE_SIZE : QUEUE_SIZE, 2u, size);
}

/* A legacy device has a single place for all notifications, and finds available and used ring
 * behind the descriptors by itself. */
static int legacy_enable(const struct virtio_dev *dev, const struct virtio_rings *rings,
                         uint32_t *notify_offset)
{
    uint64_t page = rings->desc / LEGACY_PAGE;

    if (page > UINT32_MAX)
        return -EINVAL;
    *notify_offset = dev->windows.notify.offset;
    return set(dev, LEGACY_QUEUE_PFN, 4u, (uint32_t)page);
}

/* Where in its BAR the selected queue is notified: inside of the window, whatever the device
 * says. */
static int find_notify_offset(const struct virtio_dev *dev, uint32_t *offset)
{
    const struct virtio_window *window = &dev->windows.notify;
    uint64_t at;
    uint32_t off = 0;
    int result = get(dev, QUEUE_NOTIFY_OFF, 2u, &off);

    if (result != 0)
        return result;
    at = (uint64_t)off * dev->windows.notify_multiplier;
    if (at + 2u > window->length)
        return -EIO;
    *offset = window->offset + (uint32_t)at;
    return 0;
}

/* Write a vector. A device that cannot have it says so by another answer (4.1.5.1.2.2). One with a single
 * vector may have no MSI-X at all, and interrupts all the same. */
static int set_vector(const struct virtio_dev *dev, uint32_t offset, uint32_t vector)
{
    uint32_t answer = vector;
    int result = set(dev, offset, 2u, vector);

    if (result == 0 && dev->base.interrupts.vectors > 1u)
        result = get(dev, offset, 2u, &answer);
    return result == 0 && answer != vector ? -EIO : result;
}

int virtio_set_config_vector(const struct virtio_dev *dev, uint32_t vector)
{
    return dev->windows.legacy != 0u ? 0 : set_vector(dev, CONFIG_MSIX_VECTOR, vector);
}

int virtio_read_isr(const struct virtio_dev *dev)
{
    uint32_t isr = 0;

    if (dev->windows.isr.length == 0u)
        return 0;
    return virtio_read(dev->base.transport, &dev->windows.isr, 0u, 1u, &isr);
}

int virtio_queue_enable(const struct virtio_dev *dev, uint32_t number,
                        const struct virtio_rings *rings, uint32_t *notify_offset)
{
    int result = select_queue(dev, number);

    if (result == 0 && dev->windows.legacy != 0u)
        return legacy_enable(dev, rings, notify_offset);
    if (result == 0)
        result = find_notify_offset(dev, notify_offset);
    if (result == 0)
        result = set(dev, QUEUE_SIZE, 2u, rings->size);
    if (result == 0)
        result = set_vector(dev, QUEUE_MSIX_VECTOR, rings->vector);
    if (result == 0)
        result = set64(dev, QUEUE_DESC, rings->desc);
    if (result == 0)
        result = set64(dev, QUEUE_DRIVER, rings->driver);
    if (result == 0)
        result = set64(dev, QUEUE_DEVICE, rings->device);
    if (result == 0)
        result = set(dev, QUEUE_ENABLE, 2u, 1u);
    return result;
}
