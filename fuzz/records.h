/* SPDX-License-Identifier: MIT
 *
 * The memory of devices' records, which is kept from one input to the next.
 */
#ifndef IRONRING_FUZZ_RECORDS_H
#define IRONRING_FUZZ_RECORDS_H

#include <stdint.h>

/* How many records are allocated, of at most four: none when an input ends. The leak sanitizer does
 * not see them. */
uint32_t fuzz_records_in_use(void);

#endif
