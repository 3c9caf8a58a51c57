/* SPDX-License-Identifier: MIT
 *
 * Memory that a device changes between two reads, however close they are: each access of the
 * program to a page traps, and right after it the test may change what was read.
 */
#ifndef IRONRING_TESTS_HOSTILE_WATCH_H
#define IRONRING_TESTS_HOSTILE_WATCH_H

#include <stdint.h>

/* Called after each instruction of the program that has read or written `address` in the page. */
typedef void watch_fn(uint8_t *address);

/* Watch the page that begins at `page`, one at a time, until the end. Not for a card with a thread
 * of its own. */
void watch_begin(uint8_t *page, watch_fn *accessed);
/* Returns the number of accesses. */
uint32_t watch_end(void);

#endif
