/* SPDX-License-Identifier: MIT
 *
 * Letting time pass for a device.
 */
#ifndef IRONRING_LINUX_DELAY_H
#define IRONRING_LINUX_DELAY_H

#include <stdint.h>

#include "core/transport.h"

/* The transport's `delay`: at least that much time passes; short waits do not sleep. */
void ir_delay(struct ir_transport *transport, uint32_t microseconds);

#endif
