/* SPDX-License-Identifier: MIT
 *
 * Statistics: the card's counters start again when they are read, so each reading is added to
 * 64-bit totals. Whatever the card answers, only figures depend on it.
 */
#include <string.h>

#include "ixgbe/ixgbe.h"

#define CRC_BYTES       4u   /* the card counts the frame checksum */
#define PAIR_HIGH_MASK  0xfu /* a pair of registers holds 36 bits */
#define MISSED_COUNTERS 8u

static const uint32_t error_counters[] = {
    IXGBE_CRCERRS, IXGBE_RLEC, IXGBE_RUC, IXGBE_RFC, IXGBE_ROC, IXGBE_RJC,
};

/* Totals stop at the top rather than start again; a device that lies gets there in 2^28 readings.
 */
static void add(uint64_t *total, uint64_t value)
{
    *total = value > UINT64_MAX - *total ? UINT64_MAX : *total + value;
}

static int add_counter(struct ixgbe_dev *dev, uint32_t offset, uint64_t *total)
{
    uint32_t value;
    int result = ixgbe_read(dev, offset, &value);

    if (result == 0)
        add(total, value);
    return result;
}

static int add_pair(struct ixgbe_dev *dev, uint32_t low_offset, uint32_t high_offset,
                    uint64_t *total)
{
    uint32_t low;
    uint32_t high;
    int result = ixgbe_read(dev, low_offset, &low);

    if (result == 0)
        result = ixgbe_read(dev, high_offset, &high);
    if (result == 0)
        add(total, (uint64_t)(high & PAIR_HIGH_MASK) << 32 | low);
    return result;
}

/* Packets received are summed from the queues: the count of good packets at the port (GPRC)
 * includes those that were missed. */
static int collect_rx(struct ixgbe_dev *dev)
{
    struct ir_stats *totals = &dev->totals;
    int result = 0;

    for (uint32_t i = 0; i < IXGBE_QUEUE_COUNTERS && result == 0; i++) {
        result = add_counter(dev, IXGBE_QPRC(i), &totals->rx_packets);
        if (result == 0)
            result = add_pair(dev, IXGBE_QBRC_L(i), IXGBE_QBRC_H(i), &totals->rx_bytes);
        if (result == 0)
            result = add_counter(dev, IXGBE_QPRDC(i), &totals->rx_missed);
    }
    for (uint32_t i = 0; i < MISSED_COUNTERS && result == 0; i++)
        result = add_counter(dev, IXGBE_MPC(i), &totals->rx_missed);
    for (size_t i = 0; i < sizeof(error_counters) / sizeof(error_counters[0]) && result == 0; i++)
        result = add_counter(dev, error_counters[i], &totals->rx_errors);
    return result;
}

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
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i] != NULL) {
            add(&stats->rx_dropped, dev->rx[i]->queue.dropped.errors);
            add(&stats->rx_dropped, dev->rx[i]->queue.dropped.oversize);
        }
    }
    return 0;
}
