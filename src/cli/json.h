/* SPDX-License-Identifier: MIT
 *
 * Writing JSON strings. Numbers and structure are printed where they are known.
 */
#ifndef IRONRING_CLI_JSON_H
#define IRONRING_CLI_JSON_H

#include <stdio.h>

/* Write `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD. */
void cli_json_string(FILE *file, const char *text);

#endif
