/* SPDX-License-Identifier: MIT
 *
 * The multicast filter that Intel's cards share: a table of 4096 bits, of which an address selects one.
 */
#ifndef IRONRING_CORE_MULTICAST_H
#define IRONRING_CORE_MULTICAST_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#define IR_MULTICAST_WORDS 128u

struct ir_multicast {
    uint32_t word[IR_MULTICAST_WORDS];
    bool any; /* some bit is set */
};

/* Set the bits of `count` addresses, and no others: bits 47:36 of an address, as it lies in the
 * frame. */
/*@ requires \valid(table) && \valid_read(macs + (0 .. count - 1));
    requires \separated(macs + (0 .. count - 1), table);
    assigns *table;
*/
void ir_multicast_set(struct ir_multicast *table, const uint8_t (*macs)[IR_MAC_LENGTH],
                      uint32_t count);

#endif
