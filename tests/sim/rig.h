/* SPDX-License-Identifier: MIT
 *
 * A simulated card on the bench: opened from a device string, with memory mapped for it, and
 * the shortest way to rings that run. The tests then drive it by registers and descriptors, as
 * a driver would.
 */
#ifndef IRONRING_TESTS_SIM_RIG_H
#define IRONRING_TESTS_SIM_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ironring/sim.h>

#include "core/driver.h"
#include "sim/card.h"
#include "sim/sim.h"

#define RIG_BYTES     (8u << 20)
#define RIG_IOVA      0x40000000u
#define RIG_RX_RING   0x000000u /* offsets into the memory */
#define RIG_TX_RING   0x040000u
#define RIG_HEAD      0x080000u /* where the head is written back */
#define RIG_RX_BUFFER 0x100000u /* 2 KiB for each slot */
#define RIG_TX_BUFFER 0x300000u
#define RIG_RING      64u /* descriptors */
#define RIG_BUFFER    2048u

/* Descriptor bits, as the datasheet has them. */
#define RXD_DD  1u
#define RXD_EOP 2u
#define RXD_VP  8u
#define TXD_EOP (1u << 24)
#define TXD_FCS (1u << 25)
#define TXD_RS  (1u << 27)
#define TXD_ADV (1u << 29 | 3u << 20)
#define TXD_DD  (UINT64_C(1) << 32)

struct rig {
    struct ir_transport *transport;
    struct sim_card *card;
    struct ir_dev dev; /* for the functions of ironring/sim.h */
    struct ir_dma memory;
    uint32_t rx_tail;
    uint32_t tx_tail;
};

/* Open the card (arguments as in a device string after "sim:") and map the memory. Bus
 * mastering is on, nothing else is set up. */
void rig_open(struct rig *rig, const char *arguments);
void rig_close(struct rig *rig);

uint32_t rig_read(const struct rig *rig, uint32_t offset);
void rig_write(const struct rig *rig, uint32_t offset, uint32_t value);
void rig_delay(const struct rig *rig, uint32_t microseconds);

/* What a driver does between reset and the first ring: tables cleared, CRC stripping, everything
 * accepted, transmitter on. Reception is not started. */
void rig_init(struct rig *rig);
/* RXEN, guarded as it must be. */
void rig_receive(struct rig *rig, bool on);
/* Advanced descriptors, RIG_RING of them; the queue runs afterwards. No descriptor is lent. */
void rig_rx_queue(struct rig *rig, uint32_t queue);
void rig_tx_queue(struct rig *rig, uint32_t queue);
/* All of the above with queue 0 each way and RIG_RING - 1 receive buffers lent. */
void rig_start(struct rig *rig);

/* Set ENABLE and wait until it reads so. */
void rig_enable(struct rig *rig, uint32_t control);
/* Write the next `count` receive descriptors and the tail. */
void rig_lend(struct rig *rig, uint32_t count);

/* The two words of a descriptor of queue 0. */
uint64_t *rig_rx(const struct rig *rig, uint32_t slot);
uint64_t *rig_tx(const struct rig *rig, uint32_t slot);
uint8_t *rig_rx_data(const struct rig *rig, uint32_t slot);
/* Fill the next transmit descriptor for the buffer of its slot, without the tail. The buffer
 * gets the bytes first, first + 1, ... */
void rig_tx_fill(struct rig *rig, uint64_t hi, uint32_t length, uint8_t first);
/* An advanced descriptor for a whole frame. */
uint64_t rig_frame(uint32_t length);
void rig_tx_tail(struct rig *rig);
int rig_step(struct rig *rig);

/* A broadcast frame of `length` bytes, numbered. */
void rig_fill_frame(uint8_t *frame, uint32_t length, uint8_t number);
void rig_put(struct rig *rig, uint32_t length, uint8_t number);

uint64_t rig_violations(struct rig *rig);
/* Exactly one violation so far, of this rule, whose sentence contains `text`. */
void rig_expect(struct rig *rig, enum sim_rule rule, const char *text);

/* Run a group of tests that need no set-up. */
#define RIG_MAIN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
