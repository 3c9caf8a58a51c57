/* SPDX-License-Identifier: MIT
 *
 * Stop and reset (82574 sections 4.2 and 4.6). Whatever state a previous driver, or this one, left the
 * device in; nothing here relies on it answering sensibly.
 */
#include <errno.h>

#include "e1000e/e1000e.h"

/* Microseconds. Where drivers differ, the longest of theirs: a limit that is too long costs nothing
 * on a device that works. */
#define LIMIT_MASTER 100000u
#define LIMIT_RESET  10000u
#define LIMIT_NVM    1000000u
#define PAUSE_DRAIN  10000u
#define PAUSE_RESET  10000u
#define PAUSE_PHY    25000u /* the PHY is configured from the NVM after the rest */

/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    assigns \nothing;
*/
static void pause_us(const struct e1000e_dev *dev, uint32_t microseconds)
{
    ir_transport_delay(dev->base.transport, microseconds);
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int mask_interrupts(struct e1000e_dev *dev)
{
    uint32_t cause;
    int result = e1000e_write(dev, E1000E_IMC, UINT32_MAX);

    if (result == 0)
        result = e1000e_write(dev, E1000E_EIAC, 0);
    if (result == 0)
        result = e1000e_read(dev, E1000E_ICR, &cause); /* clears what is pending */
    return result;
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card.resetting == 0;
*/
static int disable_master(struct e1000e_dev *dev)
{
    int result = e1000e_modify(dev, E1000E_CTRL, 0, E1000E_CTRL_MASTER_DISABLE);

    if (result == 0)
        result = e1000e_wait_until(dev, E1000E_STATUS, E1000E_STATUS_MASTER, 0, LIMIT_MASTER,
                                   "the card did not stop its memory accesses (STATUS bit 19)");
    return result;
}

/* Make the device stop using memory. One that does not confirm is reset all the same, which stops it
 * too. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card, dev->quiet;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card.resetting == 0;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
*/
static int quieten(struct e1000e_dev *dev)
{
    int result = e1000e_modify(dev, E1000E_RCTL, E1000E_RCTL_EN, 0);

    if (result == 0)
        result = e1000e_modify(dev, E1000E_TCTL, E1000E_TCTL_EN, 0);
    if (result == 0) {
        pause_us(dev, PAUSE_DRAIN);
        result = disable_master(dev);
    }
    if (result == 0)
        dev->quiet = true;
    return result == -ETIMEDOUT ? 0 : result;
}

/*@ requires dev_window(dev);
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card.resetting == 0;
    ensures \result == 0 && \old(card.resetting) != 0 ==> card_fresh;
*/
static int wait_reset(struct e1000e_dev *dev)
{
    return e1000e_wait_until(dev, E1000E_CTRL, E1000E_CTRL_RST, 0, LIMIT_RESET,
                             "the card did not come out of reset (CTRL.RST)");
}

/* The PHY must not be in the middle of a transfer of the firmware's, so its registers are taken first;
 * the reset gives them back to the firmware. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card_fresh;
*/
static int software_reset(struct e1000e_dev *dev)
{
    bool owned;
    int result = e1000e_phy_own(dev, &owned);

    if (result == 0)
        result = e1000e_modify(dev, E1000E_CTRL, 0, E1000E_CTRL_RST);
    if (result == 0) {
        /* No access for a microsecond (10.2.2, CTRL). */
        pause_us(dev, PAUSE_RESET);
        result = wait_reset(dev);
    }
    if (result == 0 && owned)
        result = e1000e_phy_release(dev);
    return result;
}

/* What the device does by itself after a reset. */
/*@ requires dev_window(dev) && card_fresh;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_fresh;
*/
static int wait_ready(struct e1000e_dev *dev)
{
    int result = e1000e_wait_until(dev, E1000E_EEC, E1000E_EEC_AUTO_RD, E1000E_EEC_AUTO_RD,
                                   LIMIT_NVM, "the card did not read its NVM (EEC bit 9)");

    if (result == 0)
        pause_us(dev, PAUSE_PHY);
    return result;
}

int e1000e_reset(struct e1000e_dev *dev)
{
    int result = e1000e_present(dev);

    /* An earlier reset that took too long may still be going on. */
    if (result == 0)
        result = wait_reset(dev);
    if (result == 0)
        result = mask_interrupts(dev);
    if (result == 0)
        result = quieten(dev);
    if (result == 0)
        result = software_reset(dev);
    if (result != 0)
        return result;
    dev->quiet = true;

    result = wait_ready(dev);
    if (result == 0)
        result = mask_interrupts(dev); /* that the reset masks them is nowhere promised */
    return result;
}
