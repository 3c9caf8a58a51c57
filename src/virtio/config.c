/* SPDX-License-Identifier: MIT
 *
 * The device's own configuration (5.1.4). Each field is the device's word: it is bounded before
 * use, and what belongs together is read between two equal generations (2.5.3).
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
#define PAIRS_MAX         0x7fffu /* with one more the control queue would have no number */
#define TRIES_MAX         16u

/* Read the generation: what is read between two equal ones belongs together. A legacy device has
 * none. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires \valid(generation) && \separated(generation, dev, dev->base.transport);
    assigns *generation;
    ensures \result == 0 || \result == -22;
*/
static int read_generation(const struct virtio_dev *dev, uint32_t *generation)
{
    if (dev->windows.legacy != 0u)
        return 0;
    return virtio_read(dev->base.transport, &dev->windows.common, CONFIG_GENERATION, 1u,
                       generation);
}

/* Read `count` fields of `width` bytes, one after the other, each at its own width (4.1.3.1). */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires 1 <= count <= 6 && 1 <= width <= 2 && offset <= 16;
    requires \valid(fields + (0 .. count - 1));
    requires \separated(fields + (0 .. count - 1), dev, dev->base.transport);
    assigns fields[0 .. count - 1];
    ensures \result == 0 || \result == -22;
    ensures range: \result == 0 ==> \forall integer i; 0 <= i < count ==> fields[i] <= 65535;
*/
static int read_fields(const struct virtio_dev *dev, uint32_t offset, uint32_t width,
                       uint32_t count, uint32_t *fields)
{
    /*@ loop invariant 0 <= i <= count;
        loop invariant \forall integer k; 0 <= k < i ==> fields[k] <= 65535;
        loop assigns i, fields[0 .. count - 1];
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = 0;

        if (virtio_read(dev->base.transport, &dev->windows.device, offset + i * width, width,
                        &value) != 0)
            return -EINVAL;
        fields[i] = value % 65536u;
    }
    return 0;
}

/* The same for what belongs together. Errors: -EINVAL outside of the window, -EIO it changes all
 * the time. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires 1 <= count <= 6 && 1 <= width <= 2 && offset <= 16;
    requires \valid(fields + (0 .. count - 1));
    requires \separated(fields + (0 .. count - 1), dev, dev->base.transport);
    assigns fields[0 .. count - 1];
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures range: \result == 0 ==> \forall integer i; 0 <= i < count ==> fields[i] <= 65535;
*/
static int config_fields(const struct virtio_dev *dev, uint32_t offset, uint32_t width,
                         uint32_t count, uint32_t *fields)
{
    /*@ loop invariant 0 <= left <= TRIES_MAX;
        loop assigns left, fields[0 .. count - 1];
        loop variant left;
    */
    for (uint32_t left = TRIES_MAX; left > 0u; left--) {
        uint32_t before = 0;
        uint32_t after = 0;

        if (read_generation(dev, &before) != 0 ||
            read_fields(dev, offset, width, count, fields) != 0 ||
            read_generation(dev, &after) != 0)
            return -EINVAL;
        if (before == after)
            return 0;
    }
    return -EIO;
}

/* Read the field of two bytes at `offset` when the feature it needs was agreed upon; if not, *value
 * stays. */
/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    requires feature > 0 && offset <= 16;
    requires \valid(value) && \separated(value, dev, dev->base.transport);
    assigns *value;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures range: \result == 0 ==> *value <= 65535 || *value == \old(*value);
    ensures absent: !has(dev->features, feature) ==> \result == 0 && *value == \old(*value);
*/
static int config_field(const struct virtio_dev *dev, uint64_t feature, uint32_t offset,
                        uint32_t *value)
{
    if (!virtio_has(dev->features, feature))
        return 0;
    return config_fields(dev, offset, 2u, 1u, value);
}

int virtio_config_link(const struct virtio_dev *dev, bool *up)
{
    uint32_t status = STATUS_LINK_UP;
    int result = config_field(dev, VIRTIO_NET_F_STATUS, CONFIG_STATUS, &status);

    if (result == 0)
        *up = status % 2u == STATUS_LINK_UP;
    return result;
}

int virtio_config_mac(const struct virtio_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    uint32_t bytes[IR_MAC_LENGTH] = {0};
    int result = config_fields(dev, CONFIG_MAC, 1u, IR_MAC_LENGTH, bytes);

    if (result != 0)
        return result;
    /*@ loop invariant 0 <= i <= IR_MAC_LENGTH;
        loop assigns i, mac[0 .. IR_MAC_LENGTH - 1];
        loop variant IR_MAC_LENGTH - i;
    */
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        mac[i] = (uint8_t)(bytes[i] % 256u);
    return 0;
}

/* 1 when the specification allows these (5.1.4.1). */
/*@ requires \valid_read(dev);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> 1 <= pairs <= PAIRS_MAX &&
        (mtu >= MTU_MIN || !has(dev->features, VIRTIO_NET_F_MTU));
*/
static uint32_t legal(const struct virtio_dev *dev, uint32_t pairs, uint32_t mtu)
{
    return pairs >= 1u && pairs <= PAIRS_MAX &&
           (mtu >= MTU_MIN || !virtio_has(dev->features, VIRTIO_NET_F_MTU));
}

/* The control queue comes after the receive and transmit queues, even of pairs that are not used
 * (5.1.2). */
/*@ requires \valid_read(dev) && 1 <= pairs <= PAIRS_MAX;
    assigns \nothing;
    ensures has(dev->features, VIRTIO_NET_F_CTRL_VQ) ==> \result == 2 * pairs;
    ensures !has(dev->features, VIRTIO_NET_F_CTRL_VQ) ==> \result == VIRTIO_NO_QUEUE;
*/
static uint32_t control_index(const struct virtio_dev *dev, uint32_t pairs)
{
    return virtio_has(dev->features, VIRTIO_NET_F_CTRL_VQ) ? 2u * pairs : VIRTIO_NO_QUEUE;
}

int virtio_config_limits(struct virtio_dev *dev)
{
    uint32_t pairs = 1;
    uint32_t mtu = 0;
    int result = config_field(dev, VIRTIO_NET_F_MQ, CONFIG_PAIRS, &pairs);

    if (result == 0)
        result = config_field(dev, VIRTIO_NET_F_MTU, CONFIG_MTU, &mtu);
    if (result != 0)
        return result;
    if (!legal(dev, pairs, mtu))
        return -EIO;
    dev->control_index = control_index(dev, pairs);
    dev->pairs_max = pairs < VIRTIO_PAIRS_MAX ? pairs : VIRTIO_PAIRS_MAX;
    dev->mtu = mtu;
    return 0;
}
