/* SPDX-License-Identifier: MIT
 *
 * The end of a run that found something.
 */
#include "oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
