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

/*@ assigns \nothing;
    ensures counter + amount <= 18446744073709551615 ==> \result == counter + amount;
    ensures counter + amount > 18446744073709551615 ==> \result == 18446744073709551615;
*/
static inline uint64_t ir_counter_add(uint64_t counter, uint64_t amount)
{
    return amount > UINT64_MAX - counter ? UINT64_MAX : counter + amount;
}

#endif
