/* SPDX-License-Identifier: MIT
 *
 * Sentences that say why a device cannot be opened, and what can be done about it, as far as several
 * parts of this folder need the same. Each returns its error, so that a caller can return it.
 */
#ifndef IRONRING_LINUX_REFUSAL_H
#define IRONRING_LINUX_REFUSAL_H

#include <ironring/device.h>

#include "linux/pci.h"

/* -ENOMEM. */
int ir_refuse_memory(const char *address, char error[IR_ERROR_LENGTH]);

/* Something about the device failed as the kernel says in `result`; `what` is a clause. */
int ir_refuse(const char *address, const char *what, int result, char error[IR_ERROR_LENGTH]);

/* The file at `path` cannot be opened for a reason that has no remedy of its own. */
int ir_refuse_file(const char *address, const char *path, int result, char error[IR_ERROR_LENGTH]);

/* The kernel uses another device of its IOMMU group, so that none is given away: -EBUSY. */
int ir_refuse_group(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char error[IR_ERROR_LENGTH]);

#endif
