/* SPDX-License-Identifier: MIT
 *
 * The e1000e driver's own record of a device, and what its files offer each other. Receive is ixgbe's
 * (ixgbe/queue.h), and transmit largely so; registers are in regs.h.
 */
#ifndef IRONRING_E1000E_E1000E_H
#define IRONRING_E1000E_E1000E_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "core/multicast.h"
#include "core/wait.h"
#include "e1000e/regs.h"
#include "ixgbe/memory.h"

#ifdef __FRAMAC__
#include "device_82574.h"
#endif

enum e1000e_state {
    E1000E_DOWN,    /* a reset failed: nothing is written to the device until the next one */
    E1000E_STOPPED, /* reset and set up, neither receiver nor transmitter enabled */
    E1000E_STARTED
};

/* One queue in each direction. The chip has two, for which it needs its receive-side scaling. */
struct e1000e_dev {
    struct ir_dev base; /* first */
    enum e1000e_state state;
    bool quiet; /* confirmed since the last start: the device does not touch memory any more */
    bool run;   /* ir_start succeeded: a reset starts the device again */
    struct ixgbe_rx rx;
    struct ixgbe_tx tx;
    uint8_t mac[IR_MAC_LENGTH];
    bool promiscuous;
    struct ir_multicast multicast; /* the filter, as last written or to be written */
    struct ir_stats totals;        /* bytes still with frame checksums; no rx_dropped */
    const char *trouble;           /* clause that says what failed last, or null */
};

#ifdef __FRAMAC__
#include "record_82574.h"
#endif

/* access.c: registers. The proofs show that each offset is that of a register, and each change legal
 * in the state the card is in; should the window be smaller than it must be, the answer is -EINVAL
 * and nothing is accessed. */
/*@ requires dev_window(dev) && register_ok(offset);
    requires \valid(value) && \separated(value, dev, dev->base.transport);
    assigns *value;
    ensures access_answer(\result);
*/
int e1000e_read(const struct e1000e_dev *dev, uint32_t offset, uint32_t *value);
/*@ requires dev_window(dev) && write_legal(offset, value);
    assigns \nothing;
    ensures access_answer(\result);
*/
int e1000e_write(const struct e1000e_dev *dev, uint32_t offset, uint32_t value);
/* Clear some bits, then set some. */
/*@ requires dev_window(dev) && modify_legal(offset, zeros, ones);
    assigns card;
    ensures access_answer(\result);
    ensures \result == 0 ==> card_modified{Pre, Post}(offset, zeros, ones);
    ensures \result != 0 ==> card_same{Pre, Post};
*/
int e1000e_modify(const struct e1000e_dev *dev, uint32_t offset, uint32_t zeros, uint32_t ones);
/* All of RCTL but EN, UPE and MPE, for a receive queue that is set up. Frames may be as long as a
 * buffer; the chip knows no other limit than 1522 bytes or none, so what is longer takes several
 * buffers, and is dropped as it is taken out of them. */
/*@ requires \valid_read(dev);
    assigns \nothing;
    ensures format: receive_format(E1000E_RCTL_FORMAT, \result);
    ensures two: dev->rx.buffer_size == 2048 ==> \result ==
        E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + E1000E_RCTL_SIZE_2K;
    ensures four: dev->rx.buffer_size == 4096 ==> \result ==
        E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + E1000E_RCTL_SIZE_4K;
    ensures eight: dev->rx.buffer_size == 8192 ==> \result ==
        E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + E1000E_RCTL_SIZE_8K;
    ensures sixteen: dev->rx.buffer_size == 16384 ==> \result ==
        E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + E1000E_RCTL_SIZE_16K;
*/
uint32_t e1000e_receive_format(const struct e1000e_dev *dev);
/* Write `value` to `count` consecutive registers. */
/*@ requires dev_window(dev);
    requires fill_legal(first, count, value);
    assigns \nothing;
    ensures access_answer(\result);
*/
int e1000e_fill(const struct e1000e_dev *dev, uint32_t first, uint32_t count, uint32_t value);
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
int e1000e_wait_until(struct e1000e_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                      uint32_t limit, const char *trouble);
/* Errors: -ENODEV the device is gone: STATUS reads all ones. */
/*@ requires dev_window(dev);
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
int e1000e_present(struct e1000e_dev *dev);

/* ids.c */
/*@ assigns \nothing;
    ensures \result != 0 ==> vendor == 0x8086;
*/
bool e1000e_supports(uint16_t vendor, uint16_t device);

/* phy.c: power the PHY up when an earlier driver has turned it off, and let it negotiate. Errors:
 * -ETIMEDOUT, -ENODEV. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_phy_wake(struct e1000e_dev *dev);
/* Take the registers of the PHY from the firmware, or give them back. Whether it was granted: *owned. A
 * firmware that does not let go is no error. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires \valid(owned) && \separated(owned, dev, dev->base.transport);
    assigns card, *owned;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_phy_own(struct e1000e_dev *dev, bool *owned);
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_phy_release(struct e1000e_dev *dev);

/* reset.c: stop the device and put every register in its initial state. dev->quiet becomes true
 * once the device has confirmed, in one way or another, that it does not touch memory any more;
 * this can be so after a failure too. Errors: -ETIMEDOUT, -ENODEV. */
/*@ requires dev_window(dev);
    assigns card, dev->quiet;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card_fresh && dev->quiet == 1;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
*/
int e1000e_reset(struct e1000e_dev *dev);

/* init.c: everything between a reset and the queues; restores the settings. Errors: -ENODEV,
 * -ETIMEDOUT. */
/*@ requires dev_window(dev) && card_fresh;
    assigns card, dev->totals;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> card_stopped;
*/
int e1000e_init(struct e1000e_dev *dev);

/* link.c */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_link_start(struct e1000e_dev *dev);
/*@ requires dev_window(dev);
    requires \valid(link) && \separated(link, dev, dev->base.transport);
    assigns *link;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures \result == 0 ==> link->up == 0 || link->up == 1;
    ensures \result == 0 ==> (link->speed_mbps == 0 || link->speed_mbps == 10 ||
        link->speed_mbps == 100 || link->speed_mbps == 1000);
    ensures \result == 0 ==> (link->up == 0 <==> link->speed_mbps == 0);
*/
int e1000e_link(struct e1000e_dev *dev, struct ir_link *link);

/* filter.c: each as the public function; the last writes all of them after a reset. */
/*@ requires dev_window(dev);
    requires \valid(mac + (0 .. 5));
    requires \separated(mac + (0 .. 5), dev->base.transport);
    assigns mac[0 .. 5];
    ensures access_answer(\result);
*/
int e1000e_mac_read(struct e1000e_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
/*@ requires dev_window(dev) && dev_agrees(dev);
    requires \valid_read(mac + (0 .. 5)) && \separated(mac + (0 .. 5), dev);
    assigns dev->mac[0 .. 5], card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures card_same{Pre, Post};
    ensures kept: \result == 0 ==> \forall integer i; 0 <= i < 6 ==> dev->mac[i] == mac[i];
*/
int e1000e_mac_set(struct e1000e_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
/*@ requires dev_window(dev) && dev_agrees(dev);
    assigns dev->promiscuous, card;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures kept: dev->promiscuous == on || (\result == -19 || \result == -22);
    ensures card_same{Pre, Post};
*/
int e1000e_promiscuous(struct e1000e_dev *dev, bool on);
/*@ requires dev_window(dev) && dev_agrees(dev);
    requires \valid_read(macs + (0 .. count - 1));
    requires \separated(macs + (0 .. count - 1), dev);
    assigns dev->multicast;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
int e1000e_multicast(struct e1000e_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_filters_restore(struct e1000e_dev *dev);

/* stats.c: add what the device has counted since the last call to dev->totals. Errors: -ENODEV. */
/*@ requires dev_window(dev);
    assigns dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures totals_grow{Pre, Post}(dev);
*/
int e1000e_stats_collect(struct e1000e_dev *dev);
/* Throw away what the device has counted so far. */
/*@ requires dev_window(dev);
    assigns dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures dev->totals == \old(dev->totals);
*/
int e1000e_stats_clear(struct e1000e_dev *dev);
/*@ requires dev_window(dev);
    requires \valid(stats) && \separated(stats, dev, dev->base.transport);
    assigns *stats, dev->totals;
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
*/
int e1000e_stats(struct e1000e_dev *dev, struct ir_stats *stats);

/* rings.c: queues as objects; no register is touched. A queue is made broken, until the device is
 * started. Errors as ir_rxq_setup. */
/*@ DEV_OK(requires, dev)
    requires dev->rx.set_up == 0;
    requires \valid(pool) && pool_shape(pool) && \separated(pool, dev);
    assigns dev->rx;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->rx.set_up != 0;
    ensures \result == 0 ==> dev->rx.queue.tail_register == E1000E_RDT;
    DEV_MADE(dev)
*/
int e1000e_rx_create(struct e1000e_dev *dev, uint32_t size, struct ir_pool *pool);
/*@ DEV_OK(requires, dev)
    requires dev->tx.set_up == 0;
    requires \valid(pool) && pool_shape(pool) && \separated(pool, dev);
    assigns dev->tx;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->tx.set_up != 0;
    ensures \result == 0 ==> dev->tx.queue.tail_register == E1000E_TDT;
    DEV_MADE(dev)
*/
int e1000e_tx_create(struct e1000e_dev *dev, uint32_t size, struct ir_pool *pool);
/* Return the buffers of each queue to its pool. Only while the device is quiet. */
/*@ requires dev_window(dev) && dev_queues(dev) && dev->quiet == 1;
    assigns RINGS_DRAINED(dev);
    ensures dev_queues(dev);
*/
void e1000e_rings_drain(struct e1000e_dev *dev);
/* Release all queues; when the device is not quiet, abandon their memory and buffers. */
/*@ requires dev_window(dev) && dev_queues(dev);
    assigns RINGS_DRAINED(dev), dev->rx.set_up, dev->tx.set_up;
    ensures dev->rx.set_up == 0 && dev->tx.set_up == 0;
*/
void e1000e_rings_destroy(struct e1000e_dev *dev);

/* start.c: the steps of a start. When one fails the device must be reset. */
/* Describe the empty ring to the device, and enable the transmitter. */
/*@ requires dev_window(dev) && tx_whole(dev) && card.resetting == 0 && card.sending == 0;
    assigns card, dev->tx.queue.broken, dev->tx.queue.ring.size, dev->tx.queue.ring.head,
        dev->tx.queue.ring.tail;
    ensures access_answer(\result);
    ensures \result == 0 ==> card.sending == 1 && dev->tx.queue.broken == 0;
    ensures dev->tx.queue.ring.size == \old(dev->tx.queue.ring.size);
    ensures card.resetting == 0 && card.receiving == \old(card.receiving);
    ensures card.extended == \old(card.extended);
*/
int e1000e_start_tx(struct e1000e_dev *dev);
/* The same, with the receiver; the ring is still empty then, and frames wait in the device. */
/*@ requires dev_window(dev) && rx_whole(dev) && card.resetting == 0 && card.receiving == 0;
    requires card.extended == 1;
    assigns card, dev->rx.queue.broken, dev->rx.queue.discarded, dev->rx.queue.ring.size,
        dev->rx.queue.ring.head, dev->rx.queue.ring.tail;
    ensures access_answer(\result);
    ensures \result == 0 ==> card.receiving == 1 && dev->rx.queue.broken == 0;
    ensures dev->rx.queue.ring.size == \old(dev->rx.queue.ring.size);
    ensures card.resetting == 0 && card.sending == \old(card.sending);
    ensures card.extended == \old(card.extended);
*/
int e1000e_start_rx(struct e1000e_dev *dev);

/* tx.c: the data path of transmit, but for what is in ixgbe/send.h; see ir_tx and ir_tx_reclaim. */
/*@ requires txq_memory(queue, queue->pool, l);
    requires queue->ring.size % IXGBE_TXD_LEGACY_GROUP == 0;
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), queue, queue->pool, l);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->pool->holder[0 .. 65535],
        queue->ring.slot[0 .. 4095], queue->ring.head, queue->ring.tail,
        queue->broken, l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == -5 || \result == -116 || \result == -90 || 0 <= \result <= count;
    ensures stays_broken: \old(queue->broken) != 0 ==> \result == -5 && queue->broken != 0;
    ensures sent_dead: \forall integer i; 0 <= i < \result ==> !held(queue->pool, pkts[i]);
    ensures sent_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures moves: tx_moves{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(queue->pool, l);
    ensures nothing_sent: \result <= 0 ==> ring_frees{Pre, Post}(l, tag);
    ensures no_silence: \result == 0 ==> count == 0 || used(&queue->ring) == queue->ring.size - 1;
    ensures refused: \result == -116 || \result == -90 ==> count > 0;
    ensures refused_dead: \result == -116 ==> !held(queue->pool, pkts[0]);
    ensures refused_size: \result == -90 ==> held(queue->pool, pkts[0]);
*/
int32_t e1000e_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;
/*@ requires txq_memory(queue, queue->pool, l);
    requires queue->ring.size % IXGBE_TXD_LEGACY_GROUP == 0;
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == -5 || \result == used(&queue->ring);
    ensures \result == -5 <==> queue->broken != 0;
    ensures used(&queue->ring) <= \old(used(&queue->ring));
    ensures ring_frees{Pre, Post}(l, tag);
*/
int32_t
e1000e_tx_reclaim(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;
/* As ixgbe_tx_pending. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring);
    requires queue->ring.size % IXGBE_TXD_LEGACY_GROUP == 0;
    requires \valid(queue->desc + (0 .. queue->ring.size - 1));
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures broken: queue->broken != 0 ==> \result == 1;
    ensures nothing_lent: queue->broken == 0 && used(&queue->ring) == 0 ==> \result == 0;
*/
uint32_t e1000e_tx_pending(const struct ixgbe_txq *queue);

/* device.c: the device's life. Each of these keeps DEV_OK, whatever the device does; what it may be
 * told when is contracts/device_82574.h's affair, and proved. */
/* Reset and set up a device that was just found. Errors: -EIO, -ENODEV, -ETIMEDOUT; dev->trouble
 * says why. */
/*@ DEV_OK(requires, dev)
    requires dev->state == E1000E_DOWN && queues_broken(dev);
    assigns card, dev->quiet, dev->state, dev->totals, dev->mac[0 .. 5];
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == E1000E_STOPPED;
    DEV_OK(ensures, dev)
*/
int e1000e_bring_up(struct e1000e_dev *dev);
/* As ir_start. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->run, dev->state, dev->totals, RINGS_STARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> dev->state == E1000E_STARTED;
    ensures \result == -16 <==> \old(dev->state) == E1000E_STARTED;
    DEV_OK(ensures, dev)
*/
int e1000e_start(struct e1000e_dev *dev);
/* As ir_reset. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->state, dev->totals, RINGS_STARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> dev->state == (dev->run != 0 ? E1000E_STARTED : E1000E_STOPPED);
    DEV_OK(ensures, dev)
*/
int e1000e_restart(struct e1000e_dev *dev);
/* Stop the device for good and release its queues; the record is the caller's to free. Errors as
 * ir_close. */
/*@ DEV_OK(requires, dev)
    assigns card, dev->quiet, dev->state, RINGS_DRAINED(dev), dev->rx.set_up, dev->tx.set_up;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    DEV_OK(ensures, dev)
    ensures dev->state == E1000E_DOWN;
*/
int e1000e_shut_down(struct e1000e_dev *dev);

/* driver.c */
extern const struct ir_driver e1000e_driver;

#endif
