/* SPDX-License-Identifier: MIT
 *
 * Stop and reset (82599 sections 4.2.1.7 and 4.6.3). Whatever state a previous driver, or this one,
 * left the device in; nothing here relies on it answering sensibly.
 */
#include <errno.h>

#include "ixgbe/ixgbe.h"

/* Microseconds. Where drivers differ, the longest of theirs: a limit that is too long costs nothing
 * on a device that works. */
#define LIMIT_QUEUE    10000u
#define LIMIT_MASTER   100000u
#define LIMIT_RESET    10000u
#define LIMIT_EEPROM   1000000u
#define LIMIT_DMA      1000000u
#define PAUSE_QUEUES   100u
#define PAUSE_FLUSH    20u
#define PAUSE_RESET_MS 10u /* ixy waits 10 ms, others 1 to 50 */

/*@ requires \valid_read(dev) && \valid_read(dev->base.transport);
    assigns \nothing;
*/
static void pause_us(const struct ixgbe_dev *dev, uint32_t microseconds)
{
    ir_transport_delay(dev->base.transport, microseconds);
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int mask_interrupts(struct ixgbe_dev *dev)
{
    uint32_t cause;
    int result = ixgbe_write(dev, IXGBE_EIMC, IXGBE_EIMC_ALL);

    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_EIMC_EX(0), 2, UINT32_MAX);
    if (result == 0)
        result = ixgbe_read(dev, IXGBE_EICR, &cause); /* clears what is pending */
    return result;
}

/*@ requires queue < IXGBE_RX_QUEUE_COUNT;
    assigns \nothing;
    ensures \result == rxdctl_of(queue) && register_ok(\result);
*/
static uint32_t rxdctl(uint32_t queue)
{
    return queue < 64 ? IXGBE_RXDCTL(queue) : IXGBE_RXDCTL_HIGH(queue);
}

/* Turn an enabled receive queue off. */
/*@ requires dev_window(dev) && card.resetting == 0 && queue < IXGBE_RX_QUEUE_COUNT;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_runs_on{Pre, Post};
*/
static int disable_rx_queue(struct ixgbe_dev *dev, uint32_t queue)
{
    uint32_t offset = rxdctl(queue);
    uint32_t control;
    int result = ixgbe_read(dev, offset, &control);

    if (result != 0 || (control & IXGBE_RXDCTL_ENABLE) == 0)
        return result;
    result = ixgbe_present(dev);
    if (result == 0)
        result = ixgbe_modify(dev, offset, IXGBE_RXDCTL_ENABLE, 0);
    if (result == 0)
        result = ixgbe_wait_until(dev, offset, IXGBE_RXDCTL_ENABLE, 0, LIMIT_QUEUE,
                                  "a receive queue did not stop (RXDCTL.ENABLE)");
    return result;
}

/* Turn each enabled receive queue off. One that does not confirm is no obstacle: the master disable
 * that follows stops it too, and it is what decides. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card_runs_on{Pre, Post};
*/
static int disable_rx_queues(struct ixgbe_dev *dev)
{
    /*@ loop invariant 0 <= queue <= IXGBE_RX_QUEUE_COUNT;
        loop invariant card_runs_on{Pre, Here};
        loop assigns queue, card, dev->trouble;
        loop variant IXGBE_RX_QUEUE_COUNT - queue;
    */
    for (uint32_t queue = 0; queue < IXGBE_RX_QUEUE_COUNT; queue++) {
        int result = disable_rx_queue(dev, queue);

        if (result != 0 && result != -ETIMEDOUT)
            return result;
    }
    pause_us(dev, PAUSE_QUEUES);
    return 0;
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_runs_on{Pre, Post};
*/
static int disable_master(struct ixgbe_dev *dev)
{
    int result = ixgbe_modify(dev, IXGBE_CTRL, 0, IXGBE_CTRL_MASTER_DISABLE);

    if (result == 0)
        result = ixgbe_wait_until(dev, IXGBE_STATUS, IXGBE_STATUS_MASTER, 0, LIMIT_MASTER,
                                  "the card did not stop its memory accesses (STATUS bit 19)");
    return result;
}

/* Section 5.2.5.3.2: requests that never complete are flushed out by looping transmit back to a
 * receiver that is off, and by a second reset afterwards. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card.resetting == 0;
*/
static int flush_requests(struct ixgbe_dev *dev)
{
    int result = ixgbe_modify(dev, IXGBE_HLREG0, 0, IXGBE_HLREG0_LPBK);

    if (result == 0)
        result = ixgbe_receive(dev, false);
    /* A receiver that cannot be turned off in good order is reset all the same. */
    if (result == 0 || result == -ETIMEDOUT)
        result = ixgbe_modify(dev, IXGBE_GCR_EXT, 0, IXGBE_GCR_EXT_BUFFERS_CLR);
    if (result == 0) {
        pause_us(dev, PAUSE_FLUSH);
        result = ixgbe_modify(dev, IXGBE_HLREG0, IXGBE_HLREG0_LPBK, 0);
    }
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_GCR_EXT, IXGBE_GCR_EXT_BUFFERS_CLR, 0);
    return result;
}

/*@ requires dev_window(dev);
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card.resetting == 0;
    ensures \result == 0 && \old(card.resetting) != 0 ==> card_fresh;
*/
static int wait_reset(struct ixgbe_dev *dev)
{
    return ixgbe_wait_until(dev, IXGBE_CTRL, IXGBE_CTRL_RST, 0, LIMIT_RESET,
                            "the card did not come out of reset (CTRL.RST)");
}

/* The link is not reset with it (LRST), as most drivers do not: it would go down for seconds. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card_fresh;
*/
static int software_reset(struct ixgbe_dev *dev)
{
    int result = ixgbe_modify(dev, IXGBE_CTRL, 0, IXGBE_CTRL_RST);

    if (result == 0)
        result = wait_reset(dev);
    if (result == 0)
        pause_us(dev, PAUSE_RESET_MS * 1000);
    return result;
}

/* What the device does by itself after a reset. */
/*@ requires dev_window(dev) && card_fresh;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result) || \result == -5;
    ensures card_fresh;
*/
static int wait_ready(struct ixgbe_dev *dev)
{
    uint32_t firmware;
    int result = ixgbe_wait_until(dev, IXGBE_EEC, IXGBE_EEC_AUTO_RD, IXGBE_EEC_AUTO_RD,
                                  LIMIT_EEPROM, "the card did not read its EEPROM (EEC bit 9)");

    if (result == 0)
        result = ixgbe_read(dev, IXGBE_FWSM, &firmware);
    if (result == 0 && (firmware & IXGBE_FWSM_ERROR_MASK) != 0) {
        dev->trouble = "the card's firmware reports an error (FWSM bits 24:19)";
        result = -EIO;
    }
    if (result == 0)
        result = ixgbe_wait_until(dev, IXGBE_RDRXCTL, IXGBE_RDRXCTL_DMAIDONE,
                                  IXGBE_RDRXCTL_DMAIDONE, LIMIT_DMA,
                                  "the card's DMA engine did not get ready (RDRXCTL.DMAIDONE)");
    return result;
}

/* Make the device stop using memory; *twice when it takes two resets. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires \valid(twice) && \separated(twice, dev, dev->base.transport);
    assigns card, *twice, dev->quiet;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card.resetting == 0;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
*/
static int quieten(struct ixgbe_dev *dev, bool *twice)
{
    int result = disable_rx_queues(dev);

    *twice = false;
    if (result == 0)
        result = disable_master(dev);
    if (result == 0) {
        dev->quiet = true;
    } else if (result == -ETIMEDOUT) {
        *twice = true;
        result = flush_requests(dev);
    }
    return result;
}

int ixgbe_reset(struct ixgbe_dev *dev)
{
    bool twice = false;
    int result = ixgbe_present(dev);

    /* An earlier reset that took too long may still be going on. */
    if (result == 0)
        result = wait_reset(dev);
    if (result == 0)
        result = mask_interrupts(dev);
    if (result == 0)
        result = quieten(dev, &twice);
    if (result == 0)
        result = software_reset(dev);
    if (result == 0 && twice)
        result = software_reset(dev);
    if (result != 0)
        return result;
    dev->quiet = true;

    result = mask_interrupts(dev); /* that the reset masks them is nowhere promised */
    if (result == 0)
        result = wait_ready(dev);
    return result;
}
