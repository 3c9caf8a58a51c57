/* SPDX-License-Identifier: MIT
 *
 * The ixgbe driver's own record of a device, and what its files offer each other. The data path is
 * not here but in queue.h; registers are in regs.h.
 */
#ifndef IRONRING_IXGBE_IXGBE_H
#define IRONRING_IXGBE_IXGBE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "core/multicast.h"
#include "core/wait.h"
#include "ixgbe/memory.h"
#include "ixgbe/regs.h"

#ifdef __FRAMAC__
#include "device.h"
#endif

enum ixgbe_state {
    IXGBE_DOWN,    /* a reset failed: nothing is written to the device until the next one */
    IXGBE_STOPPED, /* reset and set up, no queue enabled */
    IXGBE_STARTED
};

struct ixgbe_dev {
    struct ir_dev base; /* first */
    enum ixgbe_state state;
    bool quiet; /* confirmed since the last start: the device does not touch memory any more */
    bool run;   /* ir_start succeeded: a reset starts the device again */
    struct ixgbe_rx rx[IR_QUEUES_MAX];
    struct ixgbe_tx tx[IR_QUEUES_MAX];
    uint8_t mac[IR_MAC_LENGTH];
    bool promiscuous;
    uint8_t rss_key[IR_RSS_KEY_LENGTH];
    struct ir_multicast multicast; /* the filter, as last written or to be written */
    struct ir_stats totals;        /* bytes still with frame checksums; no rx_dropped */
    const char *trouble;           /* clause that says what failed last, or null */
};

#ifdef __FRAMAC__
#include "record.h"
#endif

/* access.c: registers. The proofs show that each offset is that of a register, and each change legal
 * in the state the card is in; should the window be smaller than it must be, the answer is -EINVAL
 * and nothing is accessed. */
/*@ requires dev_window(dev) && register_ok(offset);
    requires \valid(value) && \separated(value, dev, dev->base.transport);
    assigns *value;
    ensures access_answer(\result);
*/
int ixgbe_read(const struct ixgbe_dev *dev, uint32_t offset, uint32_t *value);
/*@ requires dev_window(dev) && write_legal(offset, value);
    assigns \nothing;
    ensures access_answer(\result);
*/
int ixgbe_write(const struct ixgbe_dev *dev, uint32_t offset, uint32_t value);
/* Clear some bits, then set some. */
/*@ requires dev_window(dev) && modify_legal(offset, zeros, ones);
    assigns card;
    ensures access_answer(\result);
    ensures \result == 0 ==> card_modified{Pre, Post}(offset, zeros, ones);
    ensures \result != 0 ==> card_same{Pre, Post};
*/
int ixgbe_modify(const struct ixgbe_dev *dev, uint32_t offset, uint32_t zeros, uint32_t ones);
/* Write `value` to `count` consecutive registers. */
/*@ requires dev_window(dev);
    requires fill_legal(first, count, value);
    assigns \nothing;
    ensures access_answer(\result);
*/
int ixgbe_fill(const struct ixgbe_dev *dev, uint32_t first, uint32_t count, uint32_t value);
/* Wait until the bits of `mask` read as `value`, at most `limit` microseconds of the device's time.
 * `trouble` says what it means that they did not. Errors: -ETIMEDOUT, -ENODEV the device is gone.
 */
/*@ requires dev_window(dev) && register_ok(offset) && limit <= IR_WAIT_MAX;
    assigns card;
    assigns dev->trouble \from trouble;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card_seen{Pre, Post}(offset, mask, value);
    ensures \result != 0 ==> card_same{Pre, Post};
*/
int ixgbe_wait_until(struct ixgbe_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                     uint32_t limit, const char *trouble);
/* Errors: -ENODEV the device is gone: STATUS reads all ones. */
/*@ requires dev_window(dev);
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
int ixgbe_present(struct ixgbe_dev *dev);

/* Bit n of a register, by halving: the provers know too little of shifts by a variable. */
/*@ requires n < 32;
    assigns \nothing;
    ensures \result <= 2147483648;
*/
static inline uint32_t ixgbe_bit(uint32_t n)
{
    uint32_t bit = 2147483648u;

    /*@ loop invariant n <= i <= 31;
        loop invariant bit <= 2147483648;
        loop assigns i, bit;
        loop variant i;
    */
    for (uint32_t i = 31u; i > n; i--)
        bit /= 2u;
    return bit;
}

/* ids.c */
/*@ assigns \nothing;
    ensures \result != 0 ==> vendor == 0x8086;
*/
bool ixgbe_supports(uint16_t vendor, uint16_t device);

/* reset.c: stop the device and put every register in its initial state. dev->quiet becomes true
 * once the device has confirmed, in one way or another, that it does not touch memory any more;
 * this can be so after a failure too. Errors: -ETIMEDOUT, -ENODEV, -EIO. */
/*@ requires dev_window(dev);
    assigns card, dev->quiet;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result) || \result == -5;
    ensures \result == 0 ==> card_stopped && dev->quiet == 1;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
*/
int ixgbe_reset(struct ixgbe_dev *dev);

/* init.c: everything between a reset and the queues; restores the settings. Errors: -ENODEV. */
/*@ requires dev_window(dev) && card_stopped;
    assigns card, dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures \result == 0 ==> card_stopped;
*/
int ixgbe_init(struct ixgbe_dev *dev);
/* Turn the receive unit on or off. Errors: -ETIMEDOUT, -ENODEV. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card.resetting == 0 && card.arbiter == \old(card.arbiter) && queues_same{Pre, Post};
    ensures \result == 0 ==> card.receiving == on;
    ensures card.receiving == \old(card.receiving) || card.receiving == on;
*/
int ixgbe_receive(struct ixgbe_dev *dev, bool on);

/* link.c */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int ixgbe_link_start(struct ixgbe_dev *dev);
/*@ requires dev_window(dev);
    requires \valid(link) && \separated(link, dev, dev->base.transport);
    assigns *link;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures \result == 0 ==> link->up == 0 || link->up == 1;
    ensures \result == 0 ==> (link->speed_mbps == 0 || link->speed_mbps == 100 ||
        link->speed_mbps == 1000 || link->speed_mbps == 10000);
    ensures \result == 0 ==> (link->up == 0 <==> link->speed_mbps == 0);
*/
int ixgbe_link(struct ixgbe_dev *dev, struct ir_link *link);

/* filter.c: each as the public function; the last writes all of them after a reset. */
/*@ requires dev_window(dev);
    requires \valid(mac + (0 .. 5));
    requires \separated(mac + (0 .. 5), dev->base.transport);
    assigns mac[0 .. 5];
    ensures access_answer(\result);
*/
int ixgbe_mac_read(struct ixgbe_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
/*@ requires dev_window(dev) && dev_agrees(dev);
    requires \valid_read(mac + (0 .. 5)) && \separated(mac + (0 .. 5), dev);
    assigns dev->mac[0 .. 5], card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures dev_agrees(dev);
    ensures kept: \result == 0 ==> \forall integer i; 0 <= i < 6 ==> dev->mac[i] == mac[i];
*/
int ixgbe_mac_set(struct ixgbe_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
/*@ requires dev_window(dev) && dev_agrees(dev);
    assigns dev->promiscuous, card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures kept: dev->promiscuous == on || (\result == -19 || \result == -22);
    ensures dev_agrees(dev);
*/
int ixgbe_promiscuous(struct ixgbe_dev *dev, bool on);
/*@ requires dev_window(dev) && dev_agrees(dev);
    requires \valid_read(macs + (0 .. count - 1));
    requires \separated(macs + (0 .. count - 1), dev);
    assigns dev->multicast, card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures dev_agrees(dev);
*/
int ixgbe_multicast(struct ixgbe_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);
/*@ requires dev_window(dev) && card.resetting == 0 && card.receiving == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int ixgbe_filters_restore(struct ixgbe_dev *dev);

/* rss.c: spread frames over the receive queues that are set up, by the key. */
/*@ requires dev_window(dev) && card.resetting == 0 && card.receiving == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int ixgbe_rss_start(struct ixgbe_dev *dev);
/* As the public function. */
/*@ requires \valid(dev) && \valid_read(key + (0 .. 39)) && \separated(key + (0 .. 39), dev);
    assigns dev->rss_key[0 .. 39];
    ensures kept: \forall integer i; 0 <= i < 40 ==> dev->rss_key[i] == key[i];
*/
void ixgbe_rss_key_set(struct ixgbe_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH]);

/* stats.c: add what the device has counted since the last call to dev->totals. Errors: -ENODEV. */
/*@ requires dev_window(dev);
    assigns dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures totals_grow{Pre, Post}(dev);
*/
int ixgbe_stats_collect(struct ixgbe_dev *dev);
/* Throw away what the device has counted so far. */
/*@ requires dev_window(dev);
    assigns dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures dev->totals == \old(dev->totals);
*/
int ixgbe_stats_clear(struct ixgbe_dev *dev);
/*@ requires dev_window(dev);
    requires \valid(stats) && \separated(stats, dev, dev->base.transport);
    assigns *stats, dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
int ixgbe_stats(struct ixgbe_dev *dev, struct ir_stats *stats);

/* rings.c: queues as objects; no register is touched. A queue is made broken, until the device is
 * started. Errors as ir_rxq_setup. */
/*@ DEV_OK(requires, dev)
    requires index < IR_QUEUES_MAX && dev->rx[index].set_up == 0;
    requires \valid(pool) && pool_shape(pool) && \separated(pool, dev);
    assigns dev->rx[index];
    ensures \result <= 0;
    ensures \result == 0 <==> dev->rx[index].set_up != 0;
    ensures tail: \result == 0 ==> dev->rx[index].queue.tail_register == IXGBE_RDT(0) + 64 * index;
    DEV_OK(ensures, dev)
*/
int ixgbe_rx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
/*@ DEV_OK(requires, dev)
    requires index < IR_QUEUES_MAX && dev->tx[index].set_up == 0;
    requires \valid(pool) && pool_shape(pool) && \separated(pool, dev);
    assigns dev->tx[index];
    ensures \result <= 0;
    ensures \result == 0 <==> dev->tx[index].set_up != 0;
    ensures tail: \result == 0 ==> dev->tx[index].queue.tail_register == IXGBE_TDT(0) + 64 * index;
    DEV_OK(ensures, dev)
*/
int ixgbe_tx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool);
/* Make each queue answer -EIO. */
/*@ requires \valid(dev);
    assigns dev->rx[0 .. IR_QUEUES_MAX - 1].queue.broken, dev->tx[0 .. IR_QUEUES_MAX - 1].queue.broken;
    ensures \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
        dev->rx[q].queue.broken == 1 && dev->tx[q].queue.broken == 1;
*/
void ixgbe_rings_break(struct ixgbe_dev *dev);
/* Return the buffers of each queue to its pool. Only while the device is quiet. */
/*@ requires dev_window(dev) && dev_queues(dev) && dev->quiet == 1;
    assigns DRAINED_BY_RINGS(dev);
    ensures dev_queues(dev);
*/
void ixgbe_rings_drain(struct ixgbe_dev *dev);
/* Release all queues; when the device is not quiet, abandon their memory and buffers. */
/*@ requires dev_window(dev) && dev_queues(dev);
    assigns DRAINED_BY_RINGS(dev), dev->rx[0 .. IR_QUEUES_MAX - 1].set_up,
        dev->tx[0 .. IR_QUEUES_MAX - 1].set_up;
    ensures dev_queues(dev);
    ensures \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
        dev->rx[q].set_up == 0 && dev->tx[q].set_up == 0;
*/
void ixgbe_rings_destroy(struct ixgbe_dev *dev);

/* interrupt.c: vectors, by what dev->base.interrupts asks for. While it asks for none of them, and after a
 * reset, no vector interrupts. */
/* Route queues and link to vectors, set how far apart interrupts are, and mask all vectors. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
int ixgbe_interrupt_route(const struct ixgbe_dev *dev);
/* As the driver's operations of these names. Before a start there is nothing to change yet. Errors: -EIO the
 * device is down, or not started; -EINVAL no such vector. */
/*@ DEV_OK(requires, dev)
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state == IXGBE_DOWN <==> \result == -5;
*/
int ixgbe_interrupt_change(const struct ixgbe_dev *dev);
/*@ DEV_OK(requires, dev)
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state != IXGBE_STARTED ==> \result == -5;
*/
int ixgbe_interrupt_arm(const struct ixgbe_dev *dev, uint32_t vector);
/*@ DEV_OK(requires, dev)
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state != IXGBE_STARTED ==> \result == -5;
*/
int ixgbe_interrupt_mask(const struct ixgbe_dev *dev, uint32_t vector);

/* start.c: the steps of a start. When one fails the device must be reset, but for the first. */
/* At least one queue, and those of each direction numbered from 0 without a gap, or -EINVAL. */
/*@ requires \valid_read(dev);
    assigns \nothing;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 ==> dev->rx[0].set_up != 0 || dev->tx[0].set_up != 0;
    ensures \result == 0 ==> \forall integer i; 0 < i < IR_QUEUES_MAX ==>
        (dev->rx[i].set_up != 0 ==> dev->rx[i - 1].set_up != 0) &&
        (dev->tx[i].set_up != 0 ==> dev->tx[i - 1].set_up != 0);
*/
int ixgbe_check_queues(const struct ixgbe_dev *dev);
/* Accept and send frames as long as the largest buffer of any queue. A queue with smaller buffers
 * drops what does not fit. */
/*@ requires dev_window(dev) && dev_queues(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int ixgbe_set_frame_limit(struct ixgbe_dev *dev);
/* Describe the empty ring to the device and enable the queue. A receive queue may be refilled after
 * that: a tail written earlier would be lost. Errors: -ETIMEDOUT, -ENODEV. */
/*@ requires dev_window(dev) && q < IR_QUEUES_MAX && rx_whole(dev, q);
    requires card.resetting == 0 && card.rx[q] == QUEUE_OFF;
    assigns card, dev->rx[q].queue.broken, dev->rx[q].queue.discarded,
        dev->rx[q].queue.ring.size, dev->rx[q].queue.ring.head, dev->rx[q].queue.ring.tail;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card.rx[q] == QUEUE_ON && dev->rx[q].queue.broken == 0;
    ensures dev->rx[q].queue.ring.size == \old(dev->rx[q].queue.ring.size);
    ensures card_same_but{Pre, Post}(q, -1);
*/
int ixgbe_start_rx_queue(struct ixgbe_dev *dev, uint32_t q);
/*@ requires dev_window(dev) && q < IR_QUEUES_MAX && tx_whole(dev, q);
    requires card.resetting == 0 && card.tx[q] == QUEUE_OFF;
    assigns card, dev->tx[q].queue.broken, dev->tx[q].queue.ring.size,
        dev->tx[q].queue.ring.head, dev->tx[q].queue.ring.tail;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card.tx[q] == QUEUE_ON && dev->tx[q].queue.broken == 0;
    ensures dev->tx[q].queue.ring.size == \old(dev->tx[q].queue.ring.size);
    ensures card_same_but{Pre, Post}(-1, q);
*/
int ixgbe_start_tx_queue(struct ixgbe_dev *dev, uint32_t q);

/* device.c: the device's life. Each of these keeps DEV_OK, whatever the device does; what it may be
 * told when is contracts/device.h's affair, and proved. */
/* Reset and set up a device that was just found. Errors: -EIO, -ENODEV, -ETIMEDOUT; dev->trouble
 * says why. */
/*@ DEV_OK(requires, dev)
    requires dev->state == IXGBE_DOWN && queues_broken(dev);
    assigns card, dev->quiet, dev->state, dev->totals, dev->mac[0 .. 5];
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == IXGBE_STOPPED;
    DEV_OK(ensures, dev)
*/
int ixgbe_bring_up(struct ixgbe_dev *dev);
/* As ir_start. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->run, dev->state, dev->totals, TX_RESTARTED(dev),
        RX_RESTARTED(dev), DRAINED_BY_RINGS(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> dev->state == IXGBE_STARTED;
    ensures \result == -16 <==> \old(dev->state) == IXGBE_STARTED;
    DEV_OK(ensures, dev)
*/
int ixgbe_start(struct ixgbe_dev *dev);
/* As ir_reset. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->state, dev->totals, TX_RESTARTED(dev),
        RX_RESTARTED(dev), DRAINED_BY_RINGS(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> dev->state == (dev->run != 0 ? IXGBE_STARTED : IXGBE_STOPPED);
    DEV_OK(ensures, dev)
*/
int ixgbe_restart(struct ixgbe_dev *dev);
/* Stop the device for good and release its queues; the record is the caller's to free. Errors as
 * ir_close. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->state, DRAINED_BY_RINGS(dev),
        dev->rx[0 .. IR_QUEUES_MAX - 1].set_up, dev->tx[0 .. IR_QUEUES_MAX - 1].set_up;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    DEV_OK(ensures, dev)
    ensures dev->state == IXGBE_DOWN;
*/
int ixgbe_shut_down(struct ixgbe_dev *dev);

/* driver.c: let the library call what there is of a receive queue, whose record begins with this: a struct
 * ixgbe_rxq, which e1000e's are too. */
void ixgbe_rx_offer(struct ir_rxq *base);
extern const struct ir_driver ixgbe_driver;

#endif
