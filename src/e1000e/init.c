/* SPDX-License-Identifier: MIT
 *
 * From a reset device to one whose queues can be started (82574 sections 4.6.5 and 4.6.6): everything that
 * concerns no ring.
 */
#include "e1000e/e1000e.h"

#define COLLISION_THRESHOLD                                                                        \
    15u /* recommended values, 10.2.6 TCTL; of interest at half duplex only */
#define COLLISION_DISTANCE 63u

/* Bits that the chip wants otherwise than a reset leaves them; without those of GCR and GCR2 PCIe
 * completions are lost when the link sleeps (ASPM), and the transmitter hangs (82574 specification
 * update). */
/*@ requires dev_window(dev) && card_fresh;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int set_prescribed_bits(struct e1000e_dev *dev)
{
    int result = e1000e_modify(dev, E1000E_TXDCTL(0), 0, E1000E_TXDCTL_ONE);

    if (result == 0)
        result = e1000e_modify(dev, E1000E_TXDCTL(1), 0, E1000E_TXDCTL_ONE);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_TARC0, E1000E_TARC0_ZERO, E1000E_TARC0_ONE);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_CTRL_EXT, E1000E_CTRL_EXT_ZERO, E1000E_CTRL_EXT_ONE);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_GCR, 0, E1000E_GCR_ONE);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_GCR2, 0, E1000E_GCR2_ONE);
    return result;
}

/* Tables that a reset may leave as they were, but for those that e1000e_filters_restore writes. */
/*@ requires dev_window(dev) && card_fresh;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int clear_tables(struct e1000e_dev *dev)
{
    int result = e1000e_fill(dev, E1000E_VFTA(0), E1000E_VFTA_COUNT, 0);

    if (result == 0)
        result = e1000e_fill(dev, E1000E_RAL(1), 2 * (E1000E_RAR_COUNT - 1), 0);
    return result;
}

/* Extended descriptors; all frames to queue 0, and no checksums judged. Without ACK_DIS, TCP would wake whoever
 * waits for the link: the causes of OTHER cannot be told apart before it interrupts. */
/*@ requires dev_window(dev) && card_fresh;
    assigns card;
    ensures access_answer(\result);
    ensures \result == 0 ==> card_stopped;
*/
static int init_rx(struct e1000e_dev *dev)
{
    int result = e1000e_write(dev, E1000E_MRQC, 0);

    if (result == 0)
        result = e1000e_write(dev, E1000E_RXCSUM, 0);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_RFCTL, 0, E1000E_RFCTL_EXTEN + E1000E_RFCTL_ACK_DIS);
    return result;
}

/*@ requires dev_window(dev) && card_stopped;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int init_tx(struct e1000e_dev *dev)
{
    return e1000e_modify(dev, E1000E_TCTL, E1000E_TCTL_COLLISIONS,
                         E1000E_TCTL_CT(COLLISION_THRESHOLD) +
                             E1000E_TCTL_COLD(COLLISION_DISTANCE) + E1000E_TCTL_PSP +
                             E1000E_TCTL_RTLC);
}

/*@ requires dev_window(dev) && card_stopped;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same{Pre, Post};
*/
static int init_link(struct e1000e_dev *dev)
{
    int result = e1000e_modify(dev, E1000E_CTRL_EXT, 0, E1000E_CTRL_EXT_DRV_LOAD);

    if (result == 0)
        result = e1000e_phy_wake(dev);
    if (result == 0)
        result = e1000e_link_start(dev);
    if (result == 0)
        result = e1000e_present(dev);
    return result;
}

int e1000e_init(struct e1000e_dev *dev)
{
    int result = set_prescribed_bits(dev);

    if (result == 0)
        result = clear_tables(dev);
    if (result == 0)
        result = e1000e_stats_clear(dev);
    if (result == 0)
        result = init_rx(dev);
    if (result == 0)
        result = e1000e_filters_restore(dev);
    if (result == 0)
        result = init_tx(dev);
    if (result == 0)
        result = init_link(dev);
    return result;
}
