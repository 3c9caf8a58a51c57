/* SPDX-License-Identifier: MIT
 *
 * Values in device strings; see values.h.
 */
#include "softdev/values.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool soft_take_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    char *end = NULL;
    unsigned long long number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < min || number > max)
        return false;
    *value = number;
    return true;
}

bool soft_take_switch(const char *text, bool *on)
{
    *on = strcmp(text, "on") == 0;
    return *on || strcmp(text, "off") == 0;
}

int soft_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool soft_take_mac(const char *text, uint8_t mac[IR_MAC_LENGTH])
{
    uint32_t any = 0;

    if (strlen(text) != 3u * IR_MAC_LENGTH - 1u)
        return false;
    for (size_t i = 0; i < IR_MAC_LENGTH; i++) {
        int high = soft_hex_digit(text[3u * i]);
        int low = soft_hex_digit(text[3u * i + 1u]);

        if (high < 0 || low < 0 || (i + 1u < IR_MAC_LENGTH && text[3u * i + 2u] != ':'))
            return false;
        mac[i] = (uint8_t)(high * 16 + low);
        any |= mac[i];
    }
    return any != 0 && (mac[0] & 1u) == 0;
}
