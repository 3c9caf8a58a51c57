/* SPDX-License-Identifier: MIT
 *
 * The hostile card as an 82599.
 */
#ifndef IRONRING_FUZZ_HOSTILE_IXGBE_H
#define IRONRING_FUZZ_HOSTILE_IXGBE_H

#include "hostile.h"

#define HOSTILE_IXGBE_WINDOW 0x20000u

struct hostile_ixgbe {
    struct hostile base; /* first */
    uint32_t value[HOSTILE_IXGBE_WINDOW / 4u];
    uint8_t config[64];
    bool idle_asked; /* CTRL was last written with bit 2 set: no accesses any more */
};

void hostile_ixgbe_begin(struct hostile_ixgbe *card, struct input *input);

#endif
