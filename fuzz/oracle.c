/* SPDX-License-Identifier: MIT
 *
 * The end of a run that found something, and what several targets look at in the same way.
 */
#include "oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)fputs("fuzz: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputs("\n", stderr);
    va_end(arguments);
    abort();
}

void fuzz_rss_key(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH], int expected)
{
    uint8_t back[IR_RSS_KEY_LENGTH];

    memset(back, ~key[0], sizeof(back));
    fuzz_equal("ir_rss_key_set", ir_rss_key_set(dev, key), expected);
    fuzz_equal("ir_rss_key_get", ir_rss_key_get(dev, back), expected);
    if (expected == 0)
        fuzz_equal("the key that was set", memcmp(back, key, sizeof(back)), 0);
}
