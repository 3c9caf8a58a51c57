/* SPDX-License-Identifier: MIT
 *
 * The order in which things are given up; see sandbox.h. How is in the other files of this name.
 */
#define _GNU_SOURCE
#include "linux/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux/pci.h"
#include "linux/sandbox_parts.h"
#include "linux/vhost_user_options.h"

int ir_sandbox_fail(char error[IR_ERROR_LENGTH], const char *what, int result)
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s (%s)", what, strerror(-result));
    return result;
}

void ir_sandbox_add_device(struct ir_sandbox *sandbox, const char *device)
{
    static const char prefix[] = "vhost-user:";
    char unread[IR_ERROR_LENGTH];
    char address[IR_PCI_ADDRESS_LENGTH];
    struct vu_options options;

    if (ir_pci_address(device, address)) {
        sandbox->needs |= IR_SANDBOX_PCI;
        return;
    }
    if (strncmp(device, prefix, sizeof(prefix) - 1) != 0 ||
        vu_options_parse(device + sizeof(prefix) - 1, &options, unread) != 0)
        return;
    if (!options.server) {
        sandbox->needs |= IR_SANDBOX_CONNECT;
        return;
    }
    sandbox->needs |= IR_SANDBOX_ACCEPT;
    if (sandbox->names < IR_SANDBOX_NAMES_MAX)
        memcpy(sandbox->name[sandbox->names++], options.path, sizeof(options.path));
}

/* A core dump would have packets in it; more processes than there are nobody needs. Lowering a limit
 * is always allowed. */
static int lower_limits(char error[IR_ERROR_LENGTH])
{
    static const struct rlimit none = {0, 0};

    if (ir_sandbox_runtime.files)
        return 0;
    if (setrlimit(RLIMIT_CORE, &none) != 0 || setrlimit(RLIMIT_NPROC, &none) != 0)
        return ir_sandbox_fail(error, "limits cannot be lowered", -errno);
    return 0;
}

int ir_sandbox_enter(const struct ir_sandbox *sandbox, uint32_t *lacks, char error[IR_ERROR_LENGTH])
{
    struct sandbox_drop drop = {sandbox->change_user, sandbox->user, sandbox->group, 0, -1};
    bool lacking = false;
    int result;

    /* Root that lacks it could not go back to a socket that another user's back end made. */
    if ((sandbox->needs & IR_SANDBOX_CONNECT) != 0)
        drop.keep = UINT64_C(1) << CAP_DAC_OVERRIDE;
    *lacks = 0;
    error[0] = '\0';
    result = lower_limits(error);
    if (result == 0)
        result = ir_sandbox_ruleset(sandbox, &drop.ruleset, error);
    if (result != 0)
        return result;
    if (drop.ruleset < 0 && !ir_sandbox_runtime.files)
        *lacks |= IR_SANDBOX_LACKS_LANDLOCK;
    result = ir_sandbox_drop(&drop, error);
    if (drop.ruleset >= 0)
        close(drop.ruleset);
    if (result != 0)
        return result;
    result = ir_sandbox_filter(sandbox, &lacking, error);
    if (lacking && !ir_sandbox_runtime.files) /* valgrind does not know of filters */
        *lacks |= IR_SANDBOX_LACKS_SECCOMP;
    return result;
}

bool ir_sandbox_is_instrumented(void)
{
    return ir_sandbox_runtime.files;
}
