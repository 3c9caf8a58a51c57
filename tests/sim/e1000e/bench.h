/* SPDX-License-Identifier: MIT
 *
 * The 82574 on the bench of rig.h: the shortest way to rings that run.
 */
#ifndef IRONRING_TESTS_SIM_E1000E_BENCH_H
#define IRONRING_TESTS_SIM_E1000E_BENCH_H

#include "rig.h"
#include "sim/e1000e/registers.h"

#define CARD "82574,mode=step,wire=memory"

/* An extended data descriptor. */
#define TXD_EXTENDED (1u << 29 | 1u << 20)

/* Every filter open, no checksums received, extended descriptors. */
#define BENCH_RCTL (E_RCTL_UPE | E_RCTL_MPE | E_RCTL_BAM | E_RCTL_SECRC)

/* Open the card, set what is prescribed, and wait until the link is up. */
void bench_open(struct rig *rig, const char *arguments);
/* The rings of queue 0 in a direction, of RIG_RING descriptors. Nothing is lent or enabled. */
void bench_rx_ring(struct rig *rig);
void bench_tx_ring(struct rig *rig);
/* Reception with these bits of RCTL besides EN, and `lent` descriptors: extended, or legacy. */
void bench_receive(struct rig *rig, uint32_t rctl, bool extended, uint32_t lent);
/* Transmission with these bits of TCTL besides EN. */
void bench_transmit(struct rig *rig, uint32_t tctl);
/* All of the above, with RIG_RING - 1 receive buffers lent. */
void bench_start(struct rig *rig, const char *arguments);

/* A transmit descriptor for a whole frame. */
uint64_t bench_frame(uint32_t length);

/* Of an extended receive descriptor. */
uint32_t bench_status(const struct rig *rig, uint32_t slot);
uint32_t bench_errors(const struct rig *rig, uint32_t slot);
uint32_t bench_length(const struct rig *rig, uint32_t slot);

#endif
