/* SPDX-License-Identifier: MIT
 *
 * For the tests that break the rules of virtio: the end of such a test, and whether none was
 * forgotten.
 */
#ifndef IRONRING_TESTS_SIM_VIRTIO_BROKEN_H
#define IRONRING_TESTS_SIM_VIRTIO_BROKEN_H

#include "rig.h"

/* There is exactly one violation, of this rule, and its sentence contains `text`. Closes the
 * card. */
void broken(struct rig *rig, enum soft_rule rule, const char *text);

/* Fails unless each rule from `first` up to `end` has been broken. */
void broken_all(enum soft_rule first, enum soft_rule end);

#endif
