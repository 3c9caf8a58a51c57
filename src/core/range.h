/* SPDX-License-Identifier: MIT
 *
 * Whether a number lies in a range, with one comparison.
 */
#ifndef IRONRING_CORE_RANGE_H
#define IRONRING_CORE_RANGE_H

#include <stdint.h>

#include "core/compiler.h"

/* 1 when low <= value <= high, else 0. A value below `low` wraps to one far above all others. The provers take
 * a wrap for a mistake, so they are given the contract; that it follows from the code is proved for all words
 * of 64 bits in contracts/in_range.smt2. */
#ifdef __FRAMAC__
/*@ requires low <= high;
    assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> low <= value <= high;
*/
uint32_t ir_in_range(uint64_t value, uint64_t low, uint64_t high);
#else
IR_WRAPS static inline uint32_t ir_in_range(uint64_t value, uint64_t low, uint64_t high)
{
    return value - low <= high - low;
}
#endif

#endif
