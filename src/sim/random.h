/* SPDX-License-Identifier: MIT
 *
 * Pseudo-random numbers that are the same everywhere for the same seed.
 */
#ifndef IRONRING_SIM_RANDOM_H
#define IRONRING_SIM_RANDOM_H

#include <stdint.h>

#include "core/compiler.h"

/* splitmix64: each state, zero included, gives one well-mixed number. It is defined modulo 2^64. */
IR_WRAPS static inline uint64_t sim_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
