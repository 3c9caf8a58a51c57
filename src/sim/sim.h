/* SPDX-License-Identifier: MIT
 *
 * The way into the simulated devices for the rest of the library: open one from a device string.
 * What can be done with it beyond a transport is public, in ironring/sim.h.
 */
#ifndef IRONRING_SIM_SIM_H
#define IRONRING_SIM_SIM_H

#include <ironring/device.h>

#include "core/transport.h"

/* Open the simulated card that `arguments`, what follows "sim:" in a device string, describes; the
 * keys are explained in open.c. On success the transport is the caller's, who closes it; on an
 * error `error` is one sentence for people. Errors: -EINVAL unknown, repeated or bad key or value,
 * or a capture that cannot be used, -EBUSY the link has two ends already, -ENOMEM, or what opening
 * the file or interface said (-ENOENT, -EACCES, -EPERM ...). */
int ir_sim_open(const char *arguments, struct ir_transport **transport,
                char error[IR_ERROR_LENGTH]);

#endif
