/* SPDX-License-Identifier: MIT
 *
 * Which frames are received: the device's own address, broadcast, the multicast table, or
 * everything. What is set here is remembered in the device's record and written again after a
 * reset. Each may change while the receiver runs, which is not turned off for it: the 82574 may not come
 * back.
 */
#include "e1000e/e1000e.h"

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_mac(struct e1000e_dev *dev)
{
    const uint8_t *mac = dev->mac;
    uint32_t low = mac[0] + mac[1] * 256u + mac[2] * 65536u + mac[3] * 16777216u;
    uint32_t high = mac[4] + mac[5] * 256u;
    int result = e1000e_write(dev, E1000E_RAL(0), low);

    /* Without AV the entry would match nothing. */
    if (result == 0)
        result = e1000e_modify(dev, E1000E_RAH(0), E1000E_RAH_ADDRESS_MASK, high | E1000E_RAH_AV);
    return result;
}

int e1000e_mac_read(struct e1000e_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    uint32_t low;
    uint32_t high;
    int result = e1000e_read(dev, E1000E_RAL(0), &low);

    if (result == 0)
        result = e1000e_read(dev, E1000E_RAH(0), &high);
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
static int present_or_down(struct e1000e_dev *dev)
{
    return dev->state == E1000E_DOWN ? 0 : e1000e_present(dev);
}

int e1000e_mac_set(struct e1000e_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
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
    return dev->state == E1000E_DOWN ? 0 : write_mac(dev);
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_promiscuous(struct e1000e_dev *dev)
{
    return e1000e_modify(dev, E1000E_RCTL, E1000E_RCTL_UPE + E1000E_RCTL_MPE,
                         dev->promiscuous ? E1000E_RCTL_UPE + E1000E_RCTL_MPE : 0);
}

int e1000e_promiscuous(struct e1000e_dev *dev, bool on)
{
    int result = present_or_down(dev);

    if (result != 0)
        return result;
    dev->promiscuous = on;
    return dev->state == E1000E_DOWN ? 0 : write_promiscuous(dev);
}

/* RCTL.MO stays 0, so the table is one of bits 47:36 (10.2.5, RCTL). */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_multicast(struct e1000e_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= i <= IR_MULTICAST_WORDS;
        loop invariant access_answer(result);
        loop assigns i, result;
        loop variant IR_MULTICAST_WORDS - i;
    */
    for (uint32_t i = 0; i < IR_MULTICAST_WORDS && result == 0; i++)
        result = e1000e_write(dev, E1000E_MTA(i), dev->multicast.word[i]);
    return result;
}

int e1000e_multicast(struct e1000e_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    int result = present_or_down(dev);

    if (result != 0)
        return result;
    ir_multicast_set(&dev->multicast, macs, count);
    return dev->state == E1000E_DOWN ? 0 : write_multicast(dev);
}

int e1000e_filters_restore(struct e1000e_dev *dev)
{
    int result = write_mac(dev);

    if (result == 0)
        result = write_multicast(dev);
    if (result == 0)
        result = write_promiscuous(dev);
    return result;
}
