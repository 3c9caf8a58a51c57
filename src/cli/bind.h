/* SPDX-License-Identifier: MIT
 *
 * What the files of ironring bind share.
 */
#ifndef IRONRING_CLI_BIND_H
#define IRONRING_CLI_BIND_H

#include "cli/cli.h"
#include "linux/bind.h"

#define CLI_USER_LENGTH 64u

/* The kernel's folders on this machine. */
extern const struct ir_bind_roots cli_bind_roots;

/* What was asked for. */
struct cli_bind_wish {
    const struct cli_settings *settings;
    char *const *operands;                    /* with a null after them */
    char (*addresses)[IR_PCI_ADDRESS_LENGTH]; /* those of the operands, in full */
    size_t count;
    struct ir_bind_request request;
};

/* What the defaults of every command lock: two ports with two rings each of 512 descriptors, as many
 * buffers of 2 KiB as fill them, and bursts on their way; rounded up. */
#define CLI_MEMLOCK_KB 8192u

/* The user's name, or the number when there is none. */
const char *cli_bind_user_name(uid_t user, char name[CLI_USER_LENGTH]);

/* Print the devices in a table, or with --json as an object: those at `addresses`, or all network
 * devices when there are none (`count` is 0). Returns an exit status. */
int cli_bind_status(const struct cli_settings *settings, char (*addresses)[IR_PCI_ADDRESS_LENGTH],
                    size_t count);

/* Show the plan, ask, take its steps and tell how the devices are bound then, as far as the settings
 * want it. Returns an exit status. */
int cli_bind_follow(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan);

/* Say why there is no plan, and what to do about it. */
void cli_bind_say_refusal(const struct ir_bind_plan *plan);

#endif
