/* SPDX-License-Identifier: MIT
 *
 * The virtio driver on a simulated card, on each transport and with each format of rings: what its
 * tests have in common beyond card.h.
 */
#ifndef IRONRING_TESTS_VIRTIO_RIG_H
#define IRONRING_TESTS_VIRTIO_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"
#include "sim/virtio/hostile.h"
#include "virtio/virtio.h"

/* What follows "sim:virtio,mode=step,wire=memory" in a device string: each transport, each format of
 * rings, each order of completions, and both ways to ask for notifications. */
extern const char *const rig_formats[];
extern const size_t rig_format_count;

#define RIG_ARGUMENTS_MAX 200u

/* Open the card that the arguments describe. */
struct card *rig_open(const char *arguments);
/* The same, with queue 0 in both directions, rings of 64, started, and the link up. */
struct card *rig_start(const char *arguments);
/* Start it, and wait for the link. */
void rig_run(struct card *card);
/* Fail when a buffer was lost or the card saw a violation, and close it. */
void rig_close(struct card *card);
/* The same as a cmocka teardown function. */
int rig_teardown(void **state);

struct sim_virtio *rig_sim(const struct card *card);
struct virtio_dev *rig_driver(const struct card *card);
/* The card's time in microseconds. */
uint64_t rig_time(const struct card *card);
/* Buffers that the device has to receive into, and those that a transmit ring takes. */
uint32_t rig_lent(const struct card *card);
uint32_t rig_tx_room(const struct ir_txq *queue);

/* Receive frames first to first + count - 1, which were put with these tags and `length`, in bursts
 * of at most `burst`. */
void rig_expect_all(struct card *card, uint32_t first, uint32_t count, uint32_t length,
                    uint32_t burst);
/* From now on the card lies in this way, `times` times (0: without end) after `after` chances. */
void rig_lie(struct card *card, enum sim_virtio_mode mode, uint64_t times, uint64_t after);
void rig_be_honest(struct card *card);
/* Receive nothing, until the device is asked for its status, and that it is fine or not. */
int rig_idle(struct card *card);

#endif
