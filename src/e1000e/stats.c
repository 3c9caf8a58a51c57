/* SPDX-License-Identifier: MIT
 *
 * Statistics: the card's counters start again when they are read, so each reading is added to
 * 64-bit totals. Whatever the card answers, only figures depend on it.
 */
#include "core/counter.h"
#include "e1000e/e1000e.h"

#define CRC_BYTES 4u /* the card counts the frame checksum */

/*@ requires dev_window(dev) && register_ok(offset);
    requires \valid(total) && \separated(total, dev->base.transport);
    assigns *total;
    ensures access_answer(\result);
    ensures *total >= \old(*total);
*/
static int add_counter(struct e1000e_dev *dev, uint32_t offset, uint64_t *total)
{
    uint32_t value;
    int result = e1000e_read(dev, offset, &value);

    if (result == 0)
        *total = ir_counter_add(*total, value);
    return result;
}

/* The high half follows the low one. */
/*@ requires dev_window(dev) && register_ok(offset) && register_ok(offset + 4);
    requires \valid(total) && \separated(total, dev->base.transport);
    assigns *total;
    ensures access_answer(\result);
    ensures *total >= \old(*total);
*/
static int add_pair(struct e1000e_dev *dev, uint32_t offset, uint64_t *total)
{
    uint32_t low;
    uint32_t high;
    int result = e1000e_read(dev, offset, &low);

    if (result == 0)
        result = e1000e_read(dev, offset + 4u, &high);
    if (result == 0)
        *total = ir_counter_add(*total, high * 4294967296u + low);
    return result;
}

/*@ requires dev_window(dev);
    assigns dev->totals.rx_errors;
    ensures access_answer(\result);
    ensures dev->totals.rx_errors >= \old(dev->totals.rx_errors);
*/
static int collect_rx_errors(struct e1000e_dev *dev)
{
    uint64_t *errors = &dev->totals.rx_errors;
    int result = add_counter(dev, E1000E_CRCERRS, errors);

    if (result == 0)
        result = add_counter(dev, E1000E_ALGNERRC, errors);
    if (result == 0)
        result = add_counter(dev, E1000E_RXERRC, errors);
    if (result == 0)
        result = add_counter(dev, E1000E_RUC, errors);
    if (result == 0)
        result = add_counter(dev, E1000E_RFC, errors);
    if (result == 0)
        result = add_counter(dev, E1000E_ROC, errors);
    if (result == 0)
        result = add_counter(dev, E1000E_RJC, errors);
    return result;
}

/* Good packets do not include those that were missed (10.2.7, GPRC). */
/*@ requires dev_window(dev);
    assigns dev->totals.rx_packets, dev->totals.rx_bytes, dev->totals.rx_missed,
        dev->totals.tx_packets, dev->totals.tx_bytes;
    ensures access_answer(\result);
    ensures totals_grow{Pre, Post}(dev);
*/
static int collect_traffic(struct e1000e_dev *dev)
{
    int result = add_counter(dev, E1000E_GPRC, &dev->totals.rx_packets);

    if (result == 0)
        result = add_pair(dev, E1000E_GORCL, &dev->totals.rx_bytes);
    if (result == 0)
        result = add_counter(dev, E1000E_MPC, &dev->totals.rx_missed);
    if (result == 0)
        result = add_counter(dev, E1000E_GPTC, &dev->totals.tx_packets);
    if (result == 0)
        result = add_pair(dev, E1000E_GOTCL, &dev->totals.tx_bytes);
    return result;
}

int e1000e_stats_collect(struct e1000e_dev *dev)
{
    int result = e1000e_present(dev);

    if (result == 0)
        result = collect_rx_errors(dev);
    if (result == 0)
        result = collect_traffic(dev);
    return result;
}

int e1000e_stats_clear(struct e1000e_dev *dev)
{
    struct ir_stats before = dev->totals;
    int result = e1000e_stats_collect(dev);

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

int e1000e_stats(struct e1000e_dev *dev, struct ir_stats *stats)
{
    int result = dev->state == E1000E_DOWN ? 0 : e1000e_stats_collect(dev);

    if (result != 0)
        return result;
    *stats = dev->totals;
    stats->rx_bytes = without_crc(stats->rx_bytes, stats->rx_packets);
    stats->tx_bytes = without_crc(stats->tx_bytes, stats->tx_packets);
    stats->rx_dropped = 0;
    if (dev->rx.set_up)
        stats->rx_dropped =
            ir_counter_add(dev->rx.queue.dropped.errors, dev->rx.queue.dropped.oversize);
    return 0;
}
