/* SPDX-License-Identifier: MIT
 *
 * From a reset device to one whose queues can be started (82599 sections 4.6.7 and 4.6.8):
 * everything that concerns no single queue.
 */
#include "ixgbe/ixgbe.h"

#define LIMIT_SECRX    40000u /* microseconds; frames on their way drain at once */
#define RX_BUFFER_KIB  512u   /* all of it for traffic class 0 */
#define TX_BUFFER_KIB  160u
#define TX_LARGEST_KIB 10u /* a frame of MAXFRS_LARGEST */

/* Tables that a reset leaves as they were: the queue and pool filters. */
/*@ requires dev_window(dev) && card_stopped;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int clear_filters(struct ixgbe_dev *dev)
{
    int result = ixgbe_fill(dev, IXGBE_SAQF(0), IXGBE_FIVE_TUPLE_COUNT, 0);

    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_DAQF(0), IXGBE_FIVE_TUPLE_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_SDPQF(0), IXGBE_FIVE_TUPLE_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_FTQF(0), IXGBE_FIVE_TUPLE_COUNT, 0);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_SYNQF, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_ETQF(0), IXGBE_ETQF_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_ETQS(0), IXGBE_ETQF_COUNT, 0);
    return result;
}

/* The same, by address, VLAN and pool. Those that ixgbe_filters_restore writes are not here. */
/*@ requires dev_window(dev) && card_stopped;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int clear_tables(struct ixgbe_dev *dev)
{
    int result = ixgbe_fill(dev, IXGBE_MPSAR(0), IXGBE_MPSAR_COUNT, 0);

    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_VFTA(0), IXGBE_VFTA_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_PFVLVF(0), IXGBE_PFVLVF_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_PFVLVFB(0), IXGBE_PFVLVFB_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_PFUTA(0), IXGBE_PFUTA_COUNT, 0);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_RAL(1), 2 * (IXGBE_RAR_COUNT - 1), 0);
    if (result == 0)
        result = clear_filters(dev);
    return result;
}

int ixgbe_receive(struct ixgbe_dev *dev, bool on)
{
    int result = ixgbe_modify(dev, IXGBE_SECRXCTRL, 0, IXGBE_SECRXCTRL_RX_DIS);
    int opened;

    if (result == 0)
        result =
            ixgbe_wait_until(dev, IXGBE_SECRXSTAT, IXGBE_SECRXSTAT_READY, IXGBE_SECRXSTAT_READY,
                             LIMIT_SECRX, "the card's receive path did not drain (SECRXSTAT)");
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RXCTRL, IXGBE_RXCTRL_RXEN, on ? IXGBE_RXCTRL_RXEN : 0);
    /* Open the path again in any case: a receiver that could not be changed goes on as before. */
    opened = ixgbe_modify(dev, IXGBE_SECRXCTRL, IXGBE_SECRXCTRL_RX_DIS, 0);
    return result != 0 ? result : opened;
}

/* Section 4.6.7. The receive unit has been off since the reset and stays off. */
/*@ requires dev_window(dev) && card_stopped;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int init_rx(struct ixgbe_dev *dev)
{
    int result = ixgbe_write(dev, IXGBE_RXPBSIZE(0), IXGBE_PBSIZE_KIB(RX_BUFFER_KIB));

    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_RXPBSIZE(1), IXGBE_PBSIZE_COUNT - 1, 0);
    /* The card takes the frame checksum off; both registers must say so. */
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_HLREG0, 0, IXGBE_HLREG0_RXCRCSTRP);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RDRXCTL, IXGBE_RDRXCTL_RSCFRSTSIZE,
                              IXGBE_RDRXCTL_CRCSTRIP | IXGBE_RDRXCTL_RESERVED);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_CTRL_EXT, 0, IXGBE_CTRL_EXT_NS_DIS);
    return result;
}

/* Section 4.6.8. MTQC may change only while the arbiter is off. */
/*@ requires dev_window(dev) && card_stopped;
    assigns card;
    ensures access_answer(\result);
    ensures \result == 0 ==> card_same{Pre, Post};
*/
static int set_queue_mode(struct ixgbe_dev *dev)
{
    int result = ixgbe_modify(dev, IXGBE_RTTDCS, 0, IXGBE_RTTDCS_ARBDIS | IXGBE_RTTDCS_RESERVED);

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_MTQC, 0);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RTTDCS, IXGBE_RTTDCS_ARBDIS, IXGBE_RTTDCS_RESERVED);
    return result;
}

/* No rate limit for any queue: these survive a reset. */
/*@ requires dev_window(dev) && card_stopped;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int clear_rate_limits(struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= queue <= IXGBE_TX_QUEUE_COUNT;
        loop invariant access_answer(result);
        loop assigns queue, result;
        loop variant IXGBE_TX_QUEUE_COUNT - queue;
    */
    for (uint32_t queue = 0; queue < IXGBE_TX_QUEUE_COUNT && result == 0; queue++) {
        result = ixgbe_write(dev, IXGBE_RTTDQSEL, queue);
        if (result == 0)
            result = ixgbe_write(dev, IXGBE_RTTDT1C, 0);
    }
    return result;
}

/* Section 4.6.8. */
/*@ requires dev_window(dev) && card_stopped;
    assigns card;
    ensures access_answer(\result);
    ensures \result == 0 ==> card_same{Pre, Post};
*/
static int init_tx(struct ixgbe_dev *dev)
{
    int result = ixgbe_modify(dev, IXGBE_HLREG0, 0, IXGBE_HLREG0_TXCRCEN | IXGBE_HLREG0_TXPADEN);

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TXPBSIZE(0), IXGBE_PBSIZE_KIB(TX_BUFFER_KIB));
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_TXPBSIZE(1), IXGBE_PBSIZE_COUNT - 1, 0);
    /* Data is fetched while the largest frame still fits. */
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TXPBTHRESH(0), TX_BUFFER_KIB - TX_LARGEST_KIB);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_TXPBTHRESH(1), IXGBE_PBSIZE_COUNT - 1, 0);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_DTXMXSZRQ, IXGBE_DTXMXSZRQ_MAX);
    if (result == 0)
        result = set_queue_mode(dev);
    if (result == 0)
        result = clear_rate_limits(dev);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_DMATXCTL, 0, IXGBE_DMATXCTL_TE);
    return result;
}

int ixgbe_init(struct ixgbe_dev *dev)
{
    int result = clear_tables(dev);

    if (result == 0)
        result = ixgbe_stats_clear(dev);
    if (result == 0)
        result = init_rx(dev);
    if (result == 0)
        result = ixgbe_filters_restore(dev);
    if (result == 0)
        result = init_tx(dev);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_CTRL_EXT, 0, IXGBE_CTRL_EXT_DRV_LOAD);
    if (result == 0)
        result = ixgbe_link_start(dev);
    if (result == 0)
        result = ixgbe_present(dev);
    return result;
}
