/* SPDX-License-Identifier: MIT
 *
 * Which frames are received: the device's own address, broadcast, the multicast table, or
 * everything. What is set here is remembered in the device's record and written again after a
 * reset.
 */
#include "ixgbe/ixgbe.h"

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_mac(struct ixgbe_dev *dev)
{
    const uint8_t *mac = dev->mac;
    uint32_t low = mac[0] + mac[1] * 256u + mac[2] * 65536u + mac[3] * 16777216u;
    uint32_t high = mac[4] + mac[5] * 256u;
    int result = ixgbe_write(dev, IXGBE_RAL(0), low);

    /* Without AV the entry would match nothing. */
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RAH(0), IXGBE_RAH_ADDRESS_MASK, high | IXGBE_RAH_AV);
    return result;
}

int ixgbe_mac_read(struct ixgbe_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    uint32_t low;
    uint32_t high;
    int result = ixgbe_read(dev, IXGBE_RAL(0), &low);

    if (result == 0)
        result = ixgbe_read(dev, IXGBE_RAH(0), &high);
    if (result != 0)
        return result;
    /*@ loop invariant 0 <= i <= 4;
        loop assigns i, mac[0 .. 3];
        loop variant 4 - i;
    */
    for (uint32_t i = 0; i < 4; i++)
        mac[i] = (uint8_t)(low >> (8 * i) & 0xffu);
    mac[4] = (uint8_t)(high & 0xffu);
    mac[5] = (uint8_t)(high >> 8 & 0xffu);
    return 0;
}

/* Settings of a device that is down are kept for the reset that brings it up. */
/*@ requires dev_window(dev);
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
static int present_or_down(struct ixgbe_dev *dev)
{
    return dev->state == IXGBE_DOWN ? 0 : ixgbe_present(dev);
}

int ixgbe_mac_set(struct ixgbe_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    int result = present_or_down(dev);

    if (result != 0)
        return result;
    /*@ loop invariant 0 <= i <= IR_MAC_LENGTH;
        loop invariant \forall integer k; 0 <= k < i ==> dev->mac[k] == mac[k];
        loop assigns i, dev->mac[0 .. 5];
        loop variant IR_MAC_LENGTH - i;
    */
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        dev->mac[i] = mac[i];
    return dev->state == IXGBE_DOWN ? 0 : write_mac(dev);
}

/* Only while the receive unit is off. */
/*@ requires dev_window(dev) && card.resetting == 0 && card.receiving == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_fctrl(struct ixgbe_dev *dev)
{
    uint32_t everything = IXGBE_FCTRL_MPE | IXGBE_FCTRL_UPE;

    return ixgbe_modify(dev, IXGBE_FCTRL, everything,
                        IXGBE_FCTRL_BAM | (dev->promiscuous ? everything : 0));
}

int ixgbe_promiscuous(struct ixgbe_dev *dev, bool on)
{
    bool receiving = dev->state == IXGBE_STARTED && dev->rx[0].set_up;
    int result = present_or_down(dev);

    if (result != 0)
        return result;
    dev->promiscuous = on;
    if (dev->state == IXGBE_DOWN)
        return 0;
    if (receiving)
        result = ixgbe_receive(dev, false);
    if (result == 0)
        result = write_fctrl(dev);
    if (result == 0 && receiving)
        result = ixgbe_receive(dev, true);
    return result;
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_multicast(struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= i <= IR_MULTICAST_WORDS;
        loop invariant access_answer(result);
        loop assigns i, result;
        loop variant IR_MULTICAST_WORDS - i;
    */
    for (uint32_t i = 0; i < IR_MULTICAST_WORDS && result == 0; i++)
        result = ixgbe_write(dev, IXGBE_MTA(i), dev->multicast.word[i]);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_MCSTCTRL, IXGBE_MCSTCTRL_MO_MASK | IXGBE_MCSTCTRL_MFE,
                              dev->multicast.any ? IXGBE_MCSTCTRL_MFE : 0);
    return result;
}

int ixgbe_multicast(struct ixgbe_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    int result = present_or_down(dev);

    if (result != 0)
        return result;
    ir_multicast_set(&dev->multicast, macs, count);
    return dev->state == IXGBE_DOWN ? 0 : write_multicast(dev);
}

int ixgbe_filters_restore(struct ixgbe_dev *dev)
{
    int result = write_mac(dev);

    if (result == 0)
        result = write_multicast(dev);
    if (result == 0)
        result = write_fctrl(dev);
    return result;
}
