/* SPDX-License-Identifier: MIT
 *
 * The table of drivers: a new family of cards is a row here and a folder beside src/ixgbe.
 */
#include "api/drivers.h"

#include <stddef.h>

#include "e1000e/e1000e.h"
#include "ixgbe/ixgbe.h"
#include "virtio/virtio.h"

static const struct ir_driver *const drivers[] = {
    &ixgbe_driver,
    &e1000e_driver,
    &virtio_driver,
};

const struct ir_driver *ir_driver_find(uint16_t vendor, uint16_t device)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (drivers[i]->supports(vendor, device))
            return drivers[i];
    }
    return NULL;
}

bool ir_driver_supports(uint16_t vendor, uint16_t device, const char **name)
{
    const struct ir_driver *driver = ir_driver_find(vendor, device);

    if (driver != NULL)
        *name = driver->name;
    return driver != NULL;
}
