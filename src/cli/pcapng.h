/* SPDX-License-Identifier: MIT
 *
 * Writing pcapng: one section, one Ethernet interface, nanoseconds. As in the IETF draft
 * draft-ietf-opsawg-pcapng, sections 4.1 to 4.3.
 */
#ifndef IRONRING_CLI_PCAPNG_H
#define IRONRING_CLI_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Each returns false when the file could not be written; then errno says why. */
/* The blocks that begin a file; frames are cut to `snaplen` bytes. */
bool pcapng_begin(FILE *file, uint32_t snaplen);
/* One frame of `length` bytes on the wire, of which `captured` are given. Time in ns since 1970. */
bool pcapng_frame(FILE *file, uint64_t time, const uint8_t *bytes, uint32_t captured,
                  uint32_t length);

#endif
