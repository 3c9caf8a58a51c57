/* SPDX-License-Identifier: MIT
 *
 * compare_captures [--touched] IN OUT: is OUT what a forwarder must make of IN? The same frames in
 * the same order, each padded with zeros to the 60 bytes that a frame has at least, and with
 * --touched byte 48 of each incremented. Prints the result; exit status 1 if not.
 */
#define _GNU_SOURCE
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FRAME_MIN    60u
#define FRAME_MAX    65536u
#define TOUCH_OFFSET 48u

struct capture {
    const char *name;
    pcap_t *pcap;
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    uint64_t count;
};

static bool open_capture(struct capture *capture, const char *name)
{
    char error[PCAP_ERRBUF_SIZE];

    memset(capture, 0, sizeof(*capture));
    capture->name = name;
    capture->pcap = pcap_open_offline(name, error);
    if (capture->pcap == NULL)
        (void)fprintf(stderr, "%s: %s\n", name, error);
    return capture->pcap != NULL;
}

/* Read the next frame. Returns 1, 0 at the end of the file, or -1 after a message. */
static int next(struct capture *capture)
{
    int result = pcap_next_ex(capture->pcap, &capture->header, &capture->bytes);

    if (result == PCAP_ERROR_BREAK)
        return 0;
    if (result != 1 || capture->header->caplen > FRAME_MAX) {
        (void)fprintf(stderr, "%s: %s\n", capture->name, pcap_geterr(capture->pcap));
        return -1;
    }
    capture->count++;
    return 1;
}

static bool equal(const struct capture *in, const struct capture *out, bool touched)
{
    uint8_t expected[FRAME_MAX] = {0};
    uint32_t length = in->header->caplen;

    memcpy(expected, in->bytes, length);
    if (length < FRAME_MIN)
        length = FRAME_MIN;
    if (touched)
        expected[TOUCH_OFFSET]++;
    return out->header->caplen == length && out->header->len == length &&
           memcmp(out->bytes, expected, length) == 0;
}

static int compare(struct capture *in, struct capture *out, bool touched)
{
    uint64_t first_difference = 0;
    int more_in;
    int more_out;

    do {
        more_in = next(in);
        more_out = next(out);
        if (more_in < 0 || more_out < 0)
            return 1;
        if (more_in == 1 && more_out == 1 && first_difference == 0 && !equal(in, out, touched))
            first_difference = in->count;
    } while (more_in == 1 || more_out == 1);
    printf("%ju packets in, %ju out, ", (uintmax_t)in->count, (uintmax_t)out->count);
    if (out->count > in->count)
        printf("%ju too many, ", (uintmax_t)(out->count - in->count));
    else
        printf("%ju lost, ", (uintmax_t)(in->count - out->count));
    if (first_difference != 0)
        printf("packet %ju differs\n", (uintmax_t)first_difference);
    else
        puts(in->count == out->count ? "equal" : "equal as far as they go");
    return first_difference != 0 || in->count != out->count || in->count == 0;
}

int main(int argc, char **argv)
{
    bool touched = argc > 1 && strcmp(argv[1], "--touched") == 0;
    struct capture in;
    struct capture out;
    int status = 1;

    if (argc != (touched ? 4 : 3)) {
        (void)fputs("Usage: compare_captures [--touched] IN OUT\n", stderr);
        return 2;
    }
    if (open_capture(&in, argv[argc - 2])) {
        if (open_capture(&out, argv[argc - 1])) {
            status = compare(&in, &out, touched);
            pcap_close(out.pcap);
        }
        pcap_close(in.pcap);
    }
    return status;
}
