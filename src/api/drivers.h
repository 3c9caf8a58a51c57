/* SPDX-License-Identifier: MIT
 *
 * The table of drivers, by PCI id.
 */
#ifndef IRONRING_API_DRIVERS_H
#define IRONRING_API_DRIVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/driver.h"

/* The driver for a PCI id, or NULL. */
const struct ir_driver *ir_driver_find(uint16_t vendor, uint16_t device);

/* True when there is a driver for the id; then *name is its name. */
bool ir_driver_supports(uint16_t vendor, uint16_t device, const char **name);

#endif
