/* SPDX-License-Identifier: MIT
 *
 * Hints to compiler and processor, which the provers do not need to see.
 */
#ifndef IRONRING_CORE_COMPILER_H
#define IRONRING_CORE_COMPILER_H

#include <stdint.h>

/* A function for what honest devices do not do: kept out of the loops that call it. */
#ifdef __FRAMAC__
#define IR_COLD
#else
#define IR_COLD __attribute__((noinline, cold))
#endif

/* A function that is kept apart from one that seldom calls it, which so has the processor's registers to
 * itself. */
#ifdef __FRAMAC__
#define IR_APART
#else
#define IR_APART __attribute__((noinline))
#endif

/* Before a loop over the packets of a burst: do eight rounds without the steps that only count them. */
#ifdef __FRAMAC__
#define IR_UNROLL
#else
#define IR_UNROLL _Pragma("GCC unroll 8")
#endif

/* Ask for the line of memory at an address that will be read soon. The processor is free to ignore it. */
/*@ assigns \nothing; */
static inline void ir_prefetch(const uint8_t *address)
{
#ifdef __FRAMAC__
    (void)address;
#else
    __builtin_prefetch(address);
#endif
}

/* A function whose unsigned arithmetic wraps on purpose; the reason stands beside it. Only clang's
 * sanitizer looks (sanitize/ubsan.ini). */
#ifdef __clang__
#define IR_WRAPS __attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base")))
#else
#define IR_WRAPS
#endif

#endif
