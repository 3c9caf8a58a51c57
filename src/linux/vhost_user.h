/* SPDX-License-Identifier: MIT
 *
 * A virtio network device that another process provides over a vhost-user socket (DPDK, OVS-DPDK,
 * VPP). To its driver it is a virtio PCI function like any other: the function is made of software,
 * and the rings, in memory that both processes share, are the back end's.
 */
#ifndef IRONRING_LINUX_VHOST_USER_H
#define IRONRING_LINUX_VHOST_USER_H

#include <ironring/device.h>

#include "core/transport.h"

/* Open what the text after "vhost-user:" says (vhost_user_options.h). *transport is null after an
 * error, and `error` a sentence for people. Errors: -EINVAL bad string, -ENODEV nobody is there,
 * -ENOTSOCK, -EADDRINUSE, -EACCES, -ETIMEDOUT, -EIO it hung up, -EPROTO it broke the protocol,
 * -ENOTSUP it lacks something, -ENOMEM, or what socket(2), bind(2) and eventfd(2) say. */
int ir_vhost_user_open(const char *text, struct ir_transport **transport,
                       char error[IR_ERROR_LENGTH]);

#endif
