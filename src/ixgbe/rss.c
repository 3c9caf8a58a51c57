/* SPDX-License-Identifier: MIT
 *
 * Receive-side scaling (82599 section 7.1.2.8): frames are spread over the receive queues that are set up,
 * by a hash of their addresses and ports, so that all frames of a flow come by the same queue.
 */
#include "ixgbe/ixgbe.h"

/* How many receive queues are set up, of those that the redirection table can name. */
/*@ requires \valid_read(dev);
    assigns \nothing;
    ensures \result <= IXGBE_RSS_QUEUES;
    ensures set_up: \forall integer q; 0 <= q < \result ==> dev->rx[q].set_up != 0;
    ensures all: \result < IXGBE_RSS_QUEUES ==> dev->rx[\result].set_up == 0;
*/
static uint32_t count_queues(const struct ixgbe_dev *dev)
{
    uint32_t queues = 0;

    /*@ loop invariant 0 <= queues <= IXGBE_RSS_QUEUES;
        loop invariant \forall integer q; 0 <= q < queues ==> dev->rx[q].set_up != 0;
        loop assigns queues;
        loop variant IXGBE_RSS_QUEUES - queues;
    */
    while (queues < IXGBE_RSS_QUEUES && dev->rx[queues].set_up)
        queues++;
    return queues;
}

/* The key is 40 bytes, the first in the low bits of the first register. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_key(const struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= i <= IXGBE_RSSRK_COUNT;
        loop invariant access_answer(result);
        loop assigns i, result;
        loop variant IXGBE_RSSRK_COUNT - i;
    */
    for (uint32_t i = 0; i < IXGBE_RSSRK_COUNT && result == 0; i++) {
        const uint8_t *key = dev->rss_key + (size_t)4 * i;
        uint32_t word = key[0] + key[1] * 256u + key[2] * 65536u + key[3] * 16777216u;

        result = ixgbe_write(dev, IXGBE_RSSRK(i), word);
    }
    return result;
}

/* A register of the table: entries `n` to n + 3, the first in the low bits. Each names one of so many queues. */
/*@ requires 0 < queues <= IXGBE_RSS_QUEUES && n < IXGBE_RETA_COUNT * IXGBE_RETA_ENTRIES;
    assigns \nothing;
    ensures confined: \result % 256 < queues && \result / 256 % 256 < queues &&
        \result / 65536 % 256 < queues && \result / 16777216 < queues;
    ensures in_turn: \result % 256 == n % queues;
*/
static uint32_t four_entries(uint32_t n, uint32_t queues)
{
    uint32_t first = n % queues;
    uint32_t second = (n + 1u) % queues;
    uint32_t third = (n + 2u) % queues;
    uint32_t fourth = (n + 3u) % queues;

    return first + second * 256u + third * 65536u + fourth * 16777216u;
}

/* The queues in turn, so that each has as many entries as any other, or one less. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires 0 < queues <= IXGBE_RSS_QUEUES;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_table(const struct ixgbe_dev *dev, uint32_t queues)
{
    int result = 0;

    /*@ loop invariant 0 <= i <= IXGBE_RETA_COUNT;
        loop invariant access_answer(result);
        loop assigns i, result;
        loop variant IXGBE_RETA_COUNT - i;
    */
    for (uint32_t i = 0; i < IXGBE_RETA_COUNT && result == 0; i++)
        result = ixgbe_write(dev, IXGBE_RETA(i), four_entries(IXGBE_RETA_ENTRIES * i, queues));
    return result;
}

/* Ports are hashed too, where a packet has them: those of a fragment it has not, so that the fragments of a
 * UDP datagram may come by another queue than whole datagrams of the same flow. */
/*@ requires dev_window(dev) && card.resetting == 0 && card.receiving == 0;
    requires 0 < queues <= IXGBE_RSS_QUEUES;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int spread(struct ixgbe_dev *dev, uint32_t queues)
{
    int result = write_key(dev);

    if (result == 0)
        result = write_table(dev, queues);
    /* The hash takes the place of a fragment's checksum in descriptors: each excludes the other. */
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RXCSUM, 0, IXGBE_RXCSUM_PCSD);
    if (result == 0)
        result =
            ixgbe_write(dev, IXGBE_MRQC,
                        IXGBE_MRQC_RSS + IXGBE_MRQC_TCP_IPV4 + IXGBE_MRQC_IPV4 + IXGBE_MRQC_IPV6 +
                            IXGBE_MRQC_TCP_IPV6 + IXGBE_MRQC_UDP_IPV4 + IXGBE_MRQC_UDP_IPV6);
    return result;
}

int ixgbe_rss_start(struct ixgbe_dev *dev)
{
    uint32_t queues = count_queues(dev);

    /* All frames go to queue 0. */
    if (queues <= 1u)
        return ixgbe_write(dev, IXGBE_MRQC, 0);
    return spread(dev, queues);
}

void ixgbe_rss_key_set(struct ixgbe_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH])
{
    /*@ loop invariant 0 <= i <= IR_RSS_KEY_LENGTH;
        loop invariant \forall integer k; 0 <= k < i ==> dev->rss_key[k] == key[k];
        loop assigns i, dev->rss_key[0 .. 39];
        loop variant IR_RSS_KEY_LENGTH - i;
    */
    for (uint32_t i = 0; i < IR_RSS_KEY_LENGTH; i++)
        dev->rss_key[i] = key[i];
}
