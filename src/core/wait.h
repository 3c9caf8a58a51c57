/* SPDX-License-Identifier: MIT
 *
 * How to wait for a device: how long to pause between looks at it. Who looks at what, and what it means
 * that nothing has come, is the drivers' business.
 */
#ifndef IRONRING_CORE_WAIT_H
#define IRONRING_CORE_WAIT_H

#include <stdint.h>

/* Microseconds until the next look, after `waited` of at most `limit`: more the longer it takes, so
 * that a device that is late is asked a hundred times and not a hundred thousand, and what has come
 * is noticed not much more than an eighth later. The sum of all pauses is `limit`. */
/*@ requires waited < limit;
    assigns \nothing;
    ensures 1 <= \result <= limit - waited;
*/
static inline uint32_t ir_wait_pause(uint32_t waited, uint32_t limit)
{
    uint32_t pause = 10u + waited / 8u;

    return pause < limit - waited ? pause : limit - waited;
}

#endif
