/* SPDX-License-Identifier: MIT
 *
 * Giving up, for the rest of the process, whatever a program that only moves packets has no use for.
 * This is for the tool, which knows that it has opened everything: the library leaves its caller alone,
 * and has nothing of this linked to it.
 */
#ifndef IRONRING_LINUX_SANDBOX_H
#define IRONRING_LINUX_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <ironring/device.h>

#include "linux/vhost_user_socket.h"

/* What has to be possible beyond reading, writing and closing what is open, memory, time and threads
 * that run. */
#define IR_SANDBOX_CONNECT 0x1u /* to the socket of a back end that may come back */
#define IR_SANDBOX_ACCEPT                                                                          \
    0x2u /* a back end that comes back, at a socket that goes when the run ends */
#define IR_SANDBOX_PCI  0x4u /* requests to VFIO, and configuration space */
#define IR_SANDBOX_WAIT 0x8u /* for interrupts, by a waiter (ir_wait) */

#define IR_SANDBOX_NAMES_MAX 2u

struct ir_sandbox {
    uint32_t needs; /* IR_SANDBOX_CONNECT ... */
    uint32_t
        names; /* sockets of its own, which it must be able to remove; <= IR_SANDBOX_NAMES_MAX */
    char name[IR_SANDBOX_NAMES_MAX][VU_PATH_LENGTH];
    bool change_user; /* to these, and to no other group */
    uid_t user;
    gid_t group;
};

/* What the kernel does not have, so that the rest has to do. */
#define IR_SANDBOX_LACKS_LANDLOCK 0x1u
#define IR_SANDBOX_LACKS_SECCOMP  0x2u

/* Note in the sandbox what the device of this string needs once it is open. Strings that ir_open does
 * not take are ignored, and so are more sockets than there is room for. */
void ir_sandbox_add_device(struct ir_sandbox *sandbox, const char *device);

/* Take from every thread of the process, and for ever: capabilities, groups and the way to new ones,
 * core dumps and new processes, the file system and the network, and each system call that is not in
 * the list of src/linux/sandbox_calls.c. Such a call then raises SIGSYS, and is not made. On success
 * *lacks says what the kernel could not do. On an error something may have been given up already, and
 * `error` receives a clause for people: what did not work and why.
 * Errors: what the system says; -ETIMEDOUT a thread blocks all signals. */
int ir_sandbox_enter(const struct ir_sandbox *sandbox, uint32_t *lacks,
                     char error[IR_ERROR_LENGTH]);

/* True when this build has a runtime that makes calls of its own (sanitizers, coverage, valgrind; see
 * sandbox_runtime.c), so that files and processes stay within reach. */
bool ir_sandbox_is_instrumented(void);

#endif
