/* SPDX-License-Identifier: MIT
 *
 * Sentences of refusals; see refusal.h.
 */
#include "linux/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *remedy(int result)
{
    switch (result) {
    case -EMFILE:
        return "raise the limit of open files: ulimit -n";
    case -ENOMEM:
        return "free some memory";
    default:
        return "see the log of the kernel: dmesg";
    }
}

int ir_refuse_memory(const char *address, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: there is no memory for the device; free some",
                   address);
    return -ENOMEM;
}

int ir_refuse(const char *address, const char *what, int result, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: %s (%s); %s", address, what, strerror(-result),
                   remedy(result));
    return result;
}

int ir_refuse_file(const char *address, const char *path, int result, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: %.80s cannot be opened (%s); %s", address, path,
                   strerror(-result), remedy(result));
    return result;
}
