/* SPDX-License-Identifier: MIT
 *
 * The device's own configuration (5.1.4). Each field is the device's word: it is bounded before use, and
 * what belongs together is read between two equal generations (2.5.3).
 */
#include <errno.h>

#include "virtio/virtio.h"

#define CONFIG_MAC    0u
#define CONFIG_STATUS 6u
#define CONFIG_PAIRS  8u
#define CONFIG_MTU    10u

#define CONFIG_GENERATION 21u /* in the common window */
#define STATUS_LINK_UP    1u
#define MTU_MIN           68u
#define TRIES_MAX         16u

/* Read `count` bytes, at most 8, that belong together. Errors: -EINVAL outside of the window, -EIO they
 * change all the time. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport) && 1 <= count <= 8;
    requires offset <= 16 && \valid(bytes + (0 .. count - 1));
    requires \separated(bytes + (0 .. count - 1), dev, dev->base.transport);
    assigns bytes[0 .. count - 1];
    ensures \result == 0 || \result == -22 || \result == -5;
*/
static int config_bytes(const struct virtio_dev *dev, uint32_t offset, uint32_t count,
                        uint8_t *bytes)
{
    const struct ir_transport *transport = dev->base.transport;
    const struct virtio_windows *windows = &dev->windows;
    uint32_t before = 0;
    uint32_t after = 0;

    /*@ loop invariant 0 <= left <= TRIES_MAX;
        loop assigns left, before, after, bytes[0 .. count - 1];
        loop variant left;
    */
    for (uint32_t left = TRIES_MAX; left > 0u; left--) {
        if (windows->legacy == 0u &&
            virtio_read(transport, &windows->common, CONFIG_GENERATION, 1u, &before) != 0)
            return -EINVAL;
        /*@ loop invariant 0 <= i <= count;
            loop assigns i, bytes[0 .. count - 1];
            loop variant count - i;
        */
        for (uint32_t i = 0; i < count; i++) {
            uint32_t value = 0;

            if (virtio_read(transport, &windows->device, offset + i, 1u, &value) != 0)
                return -EINVAL;
            bytes[i] = (uint8_t)(value % 256u);
        }
        if (windows->legacy == 0u &&
            virtio_read(transport, &windows->common, CONFIG_GENERATION, 1u, &after) != 0)
            return -EINVAL;
        if (before == after)
            return 0;
    }
    return -EIO;
}

/* A field of 16 bits, little-endian as on this machine; a legacy device's are in its own order. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport) && offset <= 16;
    requires \valid(value) && \separated(value, dev, dev->base.transport);
    assigns *value;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures \result == 0 ==> *value <= 65535;
*/
static int config_16(const struct virtio_dev *dev, uint32_t offset, uint32_t *value)
{
    uint8_t bytes[2] = {0, 0};
    int result = config_bytes(dev, offset, 2u, bytes);

    if (result == 0)
        *value = bytes[0] + 256u * bytes[1];
    return result;
}

int virtio_config_link(const struct virtio_dev *dev, bool *up)
{
    uint32_t status = STATUS_LINK_UP;
    int result = 0;

    if (virtio_has(dev->features, VIRTIO_NET_F_STATUS))
        result = config_16(dev, CONFIG_STATUS, &status);
    if (result == 0)
        *up = status % 2u == STATUS_LINK_UP;
    return result;
}

int virtio_config_mac(const struct virtio_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    return config_bytes(dev, CONFIG_MAC, IR_MAC_LENGTH, mac);
}

int virtio_config_limits(struct virtio_dev *dev)
{
    uint32_t pairs = 1;
    uint32_t mtu = 0;
    int result = 0;

    if (virtio_has(dev->features, VIRTIO_NET_F_MQ))
        result = config_16(dev, CONFIG_PAIRS, &pairs);
    if (result == 0 && virtio_has(dev->features, VIRTIO_NET_F_MTU))
        result = config_16(dev, CONFIG_MTU, &mtu);
    if (result != 0)
        return result;
    if (pairs == 0u || pairs > 0x8000u ||
        (virtio_has(dev->features, VIRTIO_NET_F_MTU) && mtu < MTU_MIN))
        return -EIO;
    dev->control_index = VIRTIO_NO_QUEUE;
    if (virtio_has(dev->features, VIRTIO_NET_F_CTRL_VQ))
        dev->control_index = 2u * pairs; /* even of pairs that are not used (5.1.2) */
    dev->pairs_max = pairs < VIRTIO_PAIRS_MAX ? pairs : VIRTIO_PAIRS_MAX;
    dev->mtu = mtu;
    return 0;
}
