/* SPDX-License-Identifier: MIT
 *
 * How a target reports that the code under test did something else than it promises.
 */
#ifndef IRONRING_FUZZ_ORACLE_H
#define IRONRING_FUZZ_ORACLE_H

#include <stdint.h>

#include <ironring/device.h>

/* Print one sentence and abort, which the engine takes for a crash. */
__attribute__((noreturn, cold, format(printf, 1, 2))) void fuzz_fail(const char *format, ...);

/* Fail unless two numbers are equal; `what` names them. */
static inline void fuzz_equal(const char *what, int64_t found, int64_t expected)
{
    if (found != expected)
        fuzz_fail("%s is %lld, and should be %lld", what, (long long)found, (long long)expected);
}

/* Set a device's key and get it back; `expected` is what both answer. */
void fuzz_rss_key(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH], int expected);

#endif
