/* SPDX-License-Identifier: MIT
 *
 * Event counters: they stay at the largest value instead of starting again.
 */
#ifndef IRONRING_CORE_COUNTER_H
#define IRONRING_CORE_COUNTER_H

#include <stdint.h>

/*@ assigns \nothing;
    ensures \result == (counter == 18446744073709551615 ? counter : counter + 1);
*/
static inline uint64_t ir_counter_next(uint64_t counter)
{
    return counter == UINT64_MAX ? counter : counter + 1u;
}

#endif
