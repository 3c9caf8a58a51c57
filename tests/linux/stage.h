/* SPDX-License-Identifier: MIT
 *
 * What tests of opening devices have in common: a kernel of their own, whose files they find instead of
 * this machine's, and files that cannot be opened.
 */
#ifndef IRONRING_TESTS_LINUX_STAGE_H
#define IRONRING_TESTS_LINUX_STAGE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/transport.h"
#include "kernel.h"

#define CARD  "0000:03:00.0"
#define OTHER "0000:04:00.0"

extern struct kernel *stage;

/* Set-up and tear-down; the latter fails when a file is still open. */
int stage_begin(void **state);
int stage_end(void **state);

/* From now on the file whose path ends so cannot be opened for this reason, as one can see from
 * outside, or as shows only when it is tried. */
void stage_lock(const char *end, int error);
void stage_lock_open(const char *end, int error);
/* Nothing can be mapped. */
void stage_no_mmap(int error);

/* The limit of locked memory, in bytes. */
void stage_limit(uint64_t soft, uint64_t hard);

struct ir_transport *stage_open(const char *address, uint64_t space);
void stage_close(struct ir_transport *transport);
/* The device cannot be opened: with that error, and that sentence in which %s is the root. */
void stage_refuses(const char *address, int result, const char *sentence);

#endif
