/* SPDX-License-Identifier: MIT
 *
 * Waiting for a register.
 */
#include "core/wait.h"

#include <errno.h>

int ir_wait_present(const struct ir_transport *transport, uint32_t status)
{
    uint32_t value;
    int result = ir_reg_read(&transport->bars[0], status, 4, &value);

    return result == 0 && value == IR_REG_GONE ? -ENODEV : result;
}

int ir_wait_until(struct ir_transport *transport, uint32_t offset, uint32_t mask, uint32_t value,
                  uint32_t limit, uint32_t status)
{
    uint32_t waited = 0;

    /*@ loop invariant waited <= limit;
        loop assigns waited;
        loop variant limit - waited;
    */
    for (;;) {
        uint32_t now;
        uint32_t pause;
        int result = ir_reg_read(&transport->bars[0], offset, 4, &now);

        if (result == 0 && now == IR_REG_GONE)
            result = ir_wait_present(transport, status);
        if (result != 0 || (now & mask) == value)
            return result;
        if (waited >= limit)
            return -ETIMEDOUT;
        pause = ir_wait_pause(waited, limit);
        ir_transport_delay(transport, pause);
        waited += pause;
    }
}
