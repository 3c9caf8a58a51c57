/* SPDX-License-Identifier: MIT
 *
 * For tests with a virtio card that lies in one way at a time: frames that it receives, and what becomes of
 * them.
 */
#ifndef IRONRING_TESTS_VIRTIO_LIES_H
#define IRONRING_TESTS_VIRTIO_LIES_H

#include "rig.h"

#define LIES_LENGTH 100u /* of each frame */

/* Each transport and format of rings that makes a difference. */
extern const char *const lies_formats[];
extern const size_t lies_format_count;

/* Whether its rings are packed. */
bool lies_packed(const struct card *card);
/* Put frames with these tags on the wire, and let the card work. */
void lies_put(struct card *card, uint32_t first, uint32_t count);
/* The next packet is frame `tag`. */
void lies_next_is(struct card *card, uint32_t tag);
/* The next packet may be anything that a packet can be: 1, or what ir_rx answers instead. */
int lies_next(struct card *card);
/* The next one is of a buffer that the card did not write: unless the driver notices, it is a packet. The
 * last there is. */
void lies_next_was_not_written(struct card *card);
/* A reset brings the device back once the card is honest. */
void lies_reset(struct card *card);
/* The queue is broken, gives nothing more, and has lost no buffer, until such a reset. */
void lies_broken_until_reset(struct card *card);

#endif
