/* SPDX-License-Identifier: MIT
 *
 * Receive filters and queue pairs: commands of the control queue (5.1.6.5). A device without
 * CTRL_RX filters nothing that it could be told.
 */
#include <errno.h>
#include <string.h>

#include "virtio/virtio.h"

/* A command with `length` bytes of data, at most VIRTIO_CONTROL_BYTES - 2. */
static int command(struct virtio_dev *dev, uint8_t class, uint8_t number, const uint8_t *data,
                   uint32_t length)
{
    struct virtio_command command = {.length = 2u + length};

    command.bytes[0] = class;
    command.bytes[1] = number;
    memcpy(command.bytes + 2, data, length);
    return virtio_control_send(&dev->control, &command);
}

static int command_rx(struct virtio_dev *dev, uint8_t number, bool on)
{
    uint8_t data = on;

    return command(dev, VIRTIO_NET_CTRL_RX, number, &data, 1u);
}

static bool filters(const struct virtio_dev *dev)
{
    return virtio_has(dev->features, VIRTIO_NET_F_CTRL_RX) != 0u;
}

/* The table of addresses: none that is unicast, and those of `multicast` (5.1.6.5.2). */
static int tell_table(struct virtio_dev *dev)
{
    uint8_t data[VIRTIO_CONTROL_BYTES - 2u] = {0};
    uint32_t count = dev->multicast_count <= VIRTIO_MULTICAST_MAX ? dev->multicast_count : 0u;
    int result =
        command_rx(dev, VIRTIO_NET_CTRL_RX_ALLMULTI, dev->multicast_count > VIRTIO_MULTICAST_MAX);

    data[4] = (uint8_t)count;
    for (uint32_t i = 0; i < count; i++)
        memcpy(data + 8u + (size_t)i * IR_MAC_LENGTH, dev->multicast[i], IR_MAC_LENGTH);
    if (result == 0)
        result = command(dev, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, data,
                         8u + count * IR_MAC_LENGTH);
    return result;
}

int virtio_mac_set(struct virtio_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    int result = 0;

    if (!virtio_has(dev->features, VIRTIO_NET_F_CTRL_MAC_ADDR))
        return -ENOTSUP;
    if (dev->state == VIRTIO_STARTED)
        result =
            command(dev, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, mac, IR_MAC_LENGTH);
    if (result == 0) {
        memcpy(dev->mac, mac, IR_MAC_LENGTH);
        dev->mac_chosen = true;
    }
    return result;
}

int virtio_promiscuous(struct virtio_dev *dev, bool on)
{
    int result = 0;

    if (!filters(dev) && !on)
        return -ENOTSUP;
    if (filters(dev) && dev->state == VIRTIO_STARTED)
        result = command_rx(dev, VIRTIO_NET_CTRL_RX_PROMISC, on);
    if (result == 0)
        dev->promiscuous = on;
    return result;
}

int virtio_multicast(struct virtio_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    dev->multicast_count = count;
    for (uint32_t i = 0; i < count && i < VIRTIO_MULTICAST_MAX; i++)
        memcpy(dev->multicast[i], macs[i], IR_MAC_LENGTH);
    return filters(dev) && dev->state == VIRTIO_STARTED ? tell_table(dev) : 0;
}

int virtio_filters_restore(struct virtio_dev *dev)
{
    int result = 0;

    if (filters(dev))
        result = command_rx(dev, VIRTIO_NET_CTRL_RX_PROMISC, dev->promiscuous);
    if (result == 0 && filters(dev) && dev->multicast_count > 0u)
        result = tell_table(dev);
    if (result == 0 && dev->mac_chosen)
        result = command(dev, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, dev->mac,
                         IR_MAC_LENGTH);
    return result;
}

int virtio_pairs_set(struct virtio_dev *dev, uint32_t pairs)
{
    const uint8_t data[2] = {(uint8_t)(pairs % 256u), (uint8_t)(pairs / 256u)};

    return command(dev, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, data, 2u);
}
