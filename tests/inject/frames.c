/* SPDX-License-Identifier: MIT
 *
 * Frames and captures of the scenarios. The capture is written byte by byte, so that libpcap is checked
 * too.
 */
#include "frames.h"

#include <stdio.h>
#include <string.h>

#include "engine.h"

#define LENGTH_FIRST 60u /* frame n has 11 bytes more than frame n - 1 */
#define LENGTH_MORE  11u
#define LENGTH_MAX   (LENGTH_FIRST + FRAMES_IN_FILE * LENGTH_MORE)
#define MAGIC_US     0xa1b2c3d4u
#define MAGIC_NS     0xa1b23c4du
#define SNAP         65535u
#define ETHERNET     1u

struct file_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, figures, snap, link;
};

struct frame_header {
    uint32_t seconds, fraction, captured, length;
};

static const uint8_t arp_request[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 9, 0x08, 0x06, /* Ethernet */
    0,    1,    0x08, 0,    6,    4,    0,    1,                         /* ARP request */
    0x02, 0,    0,    0,    0,    9,    10,   0, 0, 1, 0, 0, 0,    0,    /* from 10.0.0.1 */
    0,    0,    10,   0,    0,    2,                                     /* to 10.0.0.2 */
};

void frame_fill(uint8_t *frame, uint32_t length, uint8_t tag)
{
    static const uint8_t head[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
                                   0,    0,    0,    0,    1,    0x88, 0xb5};

    for (uint32_t i = 0; i < length; i++)
        frame[i] = (uint8_t)((tag + i * 7u) & 0xffu);
    memcpy(frame, head, sizeof(head));
}

bool frame_is(const uint8_t *frame, uint32_t length, uint8_t tag)
{
    uint8_t expected[LENGTH_MAX];

    require(length <= sizeof(expected), "a frame of %u bytes", length);
    frame_fill(expected, length, tag);
    return memcmp(frame, expected, length) == 0;
}

/* Frame `number` of the capture. Returns its length. */
static uint32_t frame_of_file(uint8_t *frame, uint32_t number)
{
    uint32_t length = LENGTH_FIRST + number * LENGTH_MORE;

    frame_fill(frame, length, (uint8_t)number);
    if (number == 0) {
        memset(frame, 0, length);
        memcpy(frame, arp_request, sizeof(arp_request));
    }
    return length;
}

void frames_write(const char *path)
{
    struct file_header header = {MAGIC_US, 2, 4, 0, 0, SNAP, ETHERNET};
    FILE *file = fopen(path, "wbe");
    uint8_t frame[LENGTH_MAX];
    bool good;

    require(file != NULL, "%s cannot be made", path);
    good = fwrite(&header, sizeof(header), 1, file) == 1;
    for (uint32_t i = 0; i < FRAMES_IN_FILE && good; i++) {
        uint32_t length = frame_of_file(frame, i);
        struct frame_header head = {i, 0, length, length};

        good = fwrite(&head, sizeof(head), 1, file) == 1 && fwrite(frame, length, 1, file) == 1;
    }
    require(fclose(file) == 0 && good, "%s cannot be written", path);
}

/* Frames in the capture, or -1; `same` becomes false when one is not what frame_of_file gives. */
static int read_frames(const char *path, bool *same)
{
    FILE *file = fopen(path, "rbe");
    struct file_header header;
    struct frame_header head;
    uint8_t expected[LENGTH_MAX];
    uint8_t frame[LENGTH_MAX];
    int count = -1;

    if (file == NULL)
        return -1;
    if (fread(&header, sizeof(header), 1, file) == 1 &&
        (header.magic == MAGIC_US || header.magic == MAGIC_NS) && header.link == ETHERNET)
        count = 0;
    while (count >= 0 && fread(&head, sizeof(head), 1, file) == 1) {
        if (head.captured > sizeof(frame) ||
            fread(frame, 1, head.captured, file) != head.captured) {
            count = -1;
            break;
        }
        *same = *same && count < FRAMES_IN_FILE &&
                head.captured == frame_of_file(expected, (uint32_t)count) &&
                memcmp(frame, expected, head.captured) == 0;
        count++;
    }
    (void)fclose(file); /* only read */
    return count;
}

bool frames_match(const char *path)
{
    bool same = true;

    return read_frames(path, &same) == FRAMES_IN_FILE && same;
}

int frames_count(const char *path)
{
    bool same = true;

    return read_frames(path, &same);
}
