/* SPDX-License-Identifier: MIT
 *
 * Statistics: the card's counters start again when they are read, so each reading is added to
 * 64-bit totals. Whatever the card answers, only figures depend on it.
 */
#include "ixgbe/ixgbe.h"

#define CRC_BYTES       4u  /* the card counts the frame checksum */
#define PAIR_HIGH       16u /* a pair of registers holds 36 bits, four of them in the high half */
#define MISSED_COUNTERS 8u

/* Totals stop at the top rather than start again; a device that lies gets there in 2^28 readings.
 */
/*@ requires \valid(total);
    assigns *total;
    ensures *total == (\old(*total) + value > 18446744073709551615 ? 18446744073709551615
                                                                   : \old(*total) + value);
*/
static void add_to_total(uint64_t *total, uint64_t value)
{
    *total = value > UINT64_MAX - *total ? UINT64_MAX : *total + value;
}

/*@ requires dev_window(dev) && register_ok(offset);
    requires \valid(total) && \separated(total, dev->base.transport);
    assigns *total;
    ensures access_answer(\result);
    ensures *total >= \old(*total);
*/
static int add_counter(struct ixgbe_dev *dev, uint32_t offset, uint64_t *total)
{
    uint32_t value;
    int result = ixgbe_read(dev, offset, &value);

    if (result == 0)
        add_to_total(total, value);
    return result;
}

/*@ requires dev_window(dev) && register_ok(low_offset) && register_ok(high_offset);
    requires \valid(total) && \separated(total, dev->base.transport);
    assigns *total;
    ensures access_answer(\result);
    ensures *total >= \old(*total);
*/
static int add_pair(struct ixgbe_dev *dev, uint32_t low_offset, uint32_t high_offset,
                    uint64_t *total)
{
    uint32_t low;
    uint32_t high;
    int result = ixgbe_read(dev, low_offset, &low);

    if (result == 0)
        result = ixgbe_read(dev, high_offset, &high);
    if (result == 0)
        add_to_total(total, high % PAIR_HIGH * 4294967296u + low);
    return result;
}

/*@ requires dev_window(dev);
    assigns dev->totals.rx_errors;
    ensures access_answer(\result);
    ensures dev->totals.rx_errors >= \old(dev->totals.rx_errors);
*/
static int collect_rx_errors(struct ixgbe_dev *dev)
{
    uint64_t *errors = &dev->totals.rx_errors;
    int result = add_counter(dev, IXGBE_CRCERRS, errors);

    if (result == 0)
        result = add_counter(dev, IXGBE_RLEC, errors);
    if (result == 0)
        result = add_counter(dev, IXGBE_RUC, errors);
    if (result == 0)
        result = add_counter(dev, IXGBE_RFC, errors);
    if (result == 0)
        result = add_counter(dev, IXGBE_ROC, errors);
    if (result == 0)
        result = add_counter(dev, IXGBE_RJC, errors);
    return result;
}

/* Packets received are summed from the queues: the count of good packets at the port (GPRC)
 * includes those that were missed. */
/*@ requires dev_window(dev);
    assigns dev->totals.rx_packets, dev->totals.rx_bytes, dev->totals.rx_missed;
    ensures access_answer(\result);
    ensures totals_grow{Pre, Post}(dev);
*/
static int collect_rx(struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= i <= IXGBE_QUEUE_COUNTERS;
        loop invariant access_answer(result);
        loop invariant totals_grow{Pre, Here}(dev);
        loop assigns i, result, dev->totals.rx_packets, dev->totals.rx_bytes, dev->totals.rx_missed;
        loop variant IXGBE_QUEUE_COUNTERS - i;
    */
    for (uint32_t i = 0; i < IXGBE_QUEUE_COUNTERS && result == 0; i++) {
        result = add_counter(dev, IXGBE_QPRC(i), &dev->totals.rx_packets);
        if (result == 0)
            result = add_pair(dev, IXGBE_QBRC_L(i), IXGBE_QBRC_H(i), &dev->totals.rx_bytes);
        if (result == 0)
            result = add_counter(dev, IXGBE_QPRDC(i), &dev->totals.rx_missed);
    }
    /*@ loop invariant 0 <= i <= MISSED_COUNTERS;
        loop invariant access_answer(result);
        loop invariant totals_grow{Pre, Here}(dev);
        loop assigns i, result, dev->totals.rx_missed;
        loop variant MISSED_COUNTERS - i;
    */
    for (uint32_t i = 0; i < MISSED_COUNTERS && result == 0; i++)
        result = add_counter(dev, IXGBE_MPC(i), &dev->totals.rx_missed);
    return result;
}

/*@ requires dev_window(dev);
    assigns dev->totals.tx_packets, dev->totals.tx_bytes;
    ensures access_answer(\result);
    ensures totals_grow{Pre, Post}(dev);
*/
static int collect_tx(struct ixgbe_dev *dev)
{
    int result = add_counter(dev, IXGBE_GPTC, &dev->totals.tx_packets);

    if (result == 0)
        result = add_pair(dev, IXGBE_GOTCL, IXGBE_GOTCH, &dev->totals.tx_bytes);
    return result;
}

int ixgbe_stats_collect(struct ixgbe_dev *dev)
{
    int result = ixgbe_present(dev);

    if (result == 0)
        result = collect_rx(dev);
    if (result == 0)
        result = collect_rx_errors(dev);
    if (result == 0)
        result = collect_tx(dev);
    return result;
}

int ixgbe_stats_clear(struct ixgbe_dev *dev)
{
    struct ir_stats before = dev->totals;
    int result = ixgbe_stats_collect(dev);

    dev->totals = before;
    return result;
}

/*@ assigns \nothing;
    ensures \result <= bytes;
    ensures \result == 0 || \result == bytes - 4 * packets;
*/
static uint64_t without_crc(uint64_t bytes, uint64_t packets)
{
    return packets > bytes / CRC_BYTES ? 0 : bytes - packets * CRC_BYTES;
}

int ixgbe_stats(struct ixgbe_dev *dev, struct ir_stats *stats)
{
    int result = dev->state == IXGBE_DOWN ? 0 : ixgbe_stats_collect(dev);

    if (result != 0)
        return result;
    *stats = dev->totals;
    stats->rx_bytes = without_crc(stats->rx_bytes, stats->rx_packets);
    stats->tx_bytes = without_crc(stats->tx_bytes, stats->tx_packets);
    stats->rx_dropped = 0;
    /*@ loop invariant 0 <= i <= IR_QUEUES_MAX;
        loop assigns i, stats->rx_dropped;
        loop variant IR_QUEUES_MAX - i;
    */
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i].set_up) {
            add_to_total(&stats->rx_dropped, dev->rx[i].queue.dropped.errors);
            add_to_total(&stats->rx_dropped, dev->rx[i].queue.dropped.oversize);
        }
    }
    return 0;
}
