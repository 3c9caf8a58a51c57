/* SPDX-License-Identifier: MIT
 *
 * Values in the device strings of devices made of software. Each function answers false for a text
 * that is no such value.
 */
#ifndef IRONRING_SOFTDEV_VALUES_H
#define IRONRING_SOFTDEV_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

/* Decimal, from `min` to `max`; *value is unchanged when it is not. */
bool soft_take_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);
/* "on" or "off". */
bool soft_take_switch(const char *text, bool *on);
/* Six pairs of hexadecimal digits between colons; not all zero, and no group address. */
bool soft_take_mac(const char *text, uint8_t mac[IR_MAC_LENGTH]);
/* What a hexadecimal digit stands for, or -1. */
int soft_hex_digit(char digit);

#endif
