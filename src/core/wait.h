/* SPDX-License-Identifier: MIT
 *
 * How to wait for a device: with a limit, with pauses that grow, and not for one that is gone.
 */
#ifndef IRONRING_CORE_WAIT_H
#define IRONRING_CORE_WAIT_H

#include <stdint.h>

#include "core/transport.h"

/* Nothing is waited for longer than this many microseconds. */
#define IR_WAIT_MAX 1000000u

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

/* Whether the device behind BAR 0 is still there, by its register `status`, which is never all ones.
 * Errors: -ENODEV it is gone, -EINVAL no such register. */
/*@ requires \valid_read(transport);
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -19;
*/
int ir_wait_present(const struct ir_transport *transport, uint32_t status);

/* Wait until the bits of `mask` of the register at `offset` of BAR 0 read as `value`, at most `limit`
 * microseconds of the device's time. Errors: -ETIMEDOUT, and as ir_wait_present. */
/*@ requires \valid_read(transport) && limit <= IR_WAIT_MAX;
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -19 || \result == -110;
*/
int ir_wait_until(struct ir_transport *transport, uint32_t offset, uint32_t mask, uint32_t value,
                  uint32_t limit, uint32_t status);

#endif
