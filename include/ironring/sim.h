/* SPDX-License-Identifier: MIT
 *
 * Simulated cards, for those who test a program against one: advance it by hand, put frames on its
 * wire, and read what the driver or the program did wrong. Every function answers -ENOTSUP for a
 * real device.
 */
#ifndef IRONRING_SIM_H
#define IRONRING_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ironring/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A card opened with mode=step does nothing by itself. Let it do one round of work: take frames
 * from the wire into receive descriptors, and put transmitted frames on the wire, as far as rings
 * and wire allow. With mode=served a round is that of a card with a thread of its own, 64 frames
 * each way, its clock is the machine's, and one thread of the program may serve several cards, while
 * other threads use them. Returns the number of frames moved, or -EBUSY when the card runs in its
 * own thread. */
int ir_sim_step(struct ir_dev *dev);

/* True when the card's wire will never give another frame (an ended capture, a generator that has
 * sent its count) and each frame it gave is in a receive descriptor or has been dropped. */
bool ir_sim_finished(struct ir_dev *dev);

/* Write out what the card has sent so far: with tx=FILE it is in the file afterwards. Errors: what
 * lost a frame, the first such error of all: -ENOSPC, -EIO, ... The file ends before that frame. */
int ir_sim_flush(struct ir_dev *dev);

/* Illegal register writes, addresses outside each mapping, and breaches of the ring protocol. */
int ir_sim_violations(struct ir_dev *dev, uint64_t *count);
/* The sentence of violation `index` (the first 64 are kept), or NULL. Valid until the device is
 * closed. */
const char *ir_sim_violation(struct ir_dev *dev, uint64_t index);

/* With wire=memory: put a frame on the wire towards the card, or take the oldest frame that the
 * card has sent. ir_sim_take returns its length (0: none) after copying at most `size` bytes.
 * Errors: -EINVAL no memory wire or length not 1 to 16288, -ENOBUFS. */
int ir_sim_put(struct ir_dev *dev, const uint8_t *frame, size_t length);
int ir_sim_take(struct ir_dev *dev, uint8_t *frame, size_t size);

/* With wire=flood: from now on, store for how many nanoseconds each frame that the card sends was under way,
 * since the time at which it was due on the wire of the card that received it (at most 2^32 - 1), until
 * there are `count`; that memory must stay until then, or until a call with count 0. And how many there are
 * so far. Only frames from such a wire carry a time. Errors: -EINVAL no such wire. */
int ir_sim_record(struct ir_dev *dev, uint32_t *delays, size_t count);
int ir_sim_recorded(struct ir_dev *dev, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
