/* SPDX-License-Identifier: MIT
 *
 * Writing JSON strings.
 */
#include "cli/json.h"

#include <stddef.h>
#include <stdint.h>

/* Length of the UTF-8 sequence at `text`, or 0 when it is none: RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t length;

    if (text[0] < 0x80)
        return 1;
    if (text[0] >= 0xc2 && text[0] <= 0xdf)
        length = 2;
    else if (text[0] >= 0xe0 && text[0] <= 0xef)
        length = 3;
    else if (text[0] >= 0xf0 && text[0] <= 0xf4)
        length = 4;
    else
        return 0;
    if (text[0] == 0xe0)
        low = 0xa0; /* shorter forms exist */
    else if (text[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (text[0] == 0xf0)
        low = 0x90;
    else if (text[0] == 0xf4)
        high = 0x8f; /* beyond U+10FFFF */
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    }
    return length;
}

void cli_json_string(FILE *file, const char *text)
{
    const unsigned char *next = (const unsigned char *)text;

    (void)fputc('"', file);
    while (*next != '\0') {
        size_t length = utf8_length(next);

        if (length == 0) {
            (void)fputs("\\ufffd", file);
            length = 1;
        } else if (*next == '"' || *next == '\\') {
            (void)fprintf(file, "\\%c", *next);
        } else if (*next < 0x20 || *next == 0x7f) {
            (void)fprintf(file, "\\u%04x", *next);
        } else {
            (void)fwrite(next, 1, length, file);
        }
        next += length;
    }
    (void)fputc('"', file);
}
