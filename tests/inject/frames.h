/* SPDX-License-Identifier: MIT
 *
 * Frames that the scenarios send, and a small capture file of them.
 */
#ifndef IRONRING_TESTS_INJECT_FRAMES_H
#define IRONRING_TESTS_INJECT_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define FRAMES_IN_FILE 5

/* A broadcast frame whose content depends on the tag. */
void frame_fill(uint8_t *frame, uint32_t length, uint8_t tag);
bool frame_is(const uint8_t *frame, uint32_t length, uint8_t tag);

/* Write a capture of FRAMES_IN_FILE frames, the first of which is an ARP request for 10.0.0.2. */
void frames_write(const char *path);
/* Whether the capture has exactly these frames. */
bool frames_match(const char *path);
/* Number of frames in the capture, or -1 when it is damaged. */
int frames_count(const char *path);

#endif
