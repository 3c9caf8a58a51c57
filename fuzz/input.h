/* SPDX-License-Identifier: MIT
 *
 * The bytes of a fuzzer as a stream of small decisions. Past its end every value is zero, so a
 * target stops when nothing is left rather than when a value could not be read.
 */
#ifndef IRONRING_FUZZ_INPUT_H
#define IRONRING_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a fuzzing engine calls, once for each input. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *next;
    size_t left; /* bytes */
};

static inline uint64_t input_number(struct input *input, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes && input->left > 0; i++) {
        value |= (uint64_t)input->next[0] << (8u * i);
        input->next++;
        input->left--;
    }
    return value;
}

static inline uint8_t input_8(struct input *input)
{
    return (uint8_t)input_number(input, 1);
}

static inline uint16_t input_16(struct input *input)
{
    return (uint16_t)input_number(input, 2);
}

static inline uint32_t input_32(struct input *input)
{
    return (uint32_t)input_number(input, 4);
}

static inline uint64_t input_64(struct input *input)
{
    return input_number(input, 8);
}

/* A number below `limit`, which is not zero, from as few bytes as can say it. */
static inline uint32_t input_below(struct input *input, uint32_t limit)
{
    size_t bytes = limit <= 256u ? 1u : limit <= 65536u ? 2u : 4u;

    return (uint32_t)(input_number(input, bytes) % limit);
}

/* Fill `bytes` from the input; zeros where it ends. */
static inline void input_copy(struct input *input, uint8_t *bytes, size_t size)
{
    size_t given = size < input->left ? size : input->left;

    if (given > 0)
        memcpy(bytes, input->next, given);
    memset(bytes + given, 0, size - given);
    input->next += given;
    input->left -= given;
}

#endif
