/* SPDX-License-Identifier: MIT
 *
 * Capture files: one whose frames arrive at the card, one that keeps what the card sends. A capture
 * is read and checked whole when it is opened, so that a damaged one is refused before anything
 * starts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/wire.h"

#define SNAP_LENGTH 262144
#define NS_PER_S    1000000000u

struct source {
    struct sim_wire base;
    uint8_t *bytes;  /* frames, one after the other, each padded to SIM_WIRE_MIN */
    size_t used;     /* bytes in use */
    size_t capacity; /* bytes allocated */
    uint32_t *length;
    size_t count;           /* frames */
    size_t length_capacity; /* lengths allocated */
    size_t next;            /* frame to give next; <= count */
    size_t at;              /* its first byte */
    uint64_t loops;         /* times still to go through the file, if not for ever */
    bool forever;
};

struct sink {
    struct sim_wire base;
    pcap_t *format;
    pcap_dumper_t *dump;
    uint64_t epoch;
    int error; /* negative errno of the first write that failed; nothing is written after it */
};

static const uint8_t *source_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct source *source = (struct source *)wire;
    const uint8_t *frame;

    (void)now;
    if (source->next == source->count) {
        if (source->count == 0 || (!source->forever && source->loops <= 1u))
            return NULL;
        source->loops -= source->forever ? 0 : 1u;
        source->next = 0;
        source->at = 0;
    }
    frame = source->bytes + source->at;
    *length = source->length[source->next];
    source->at += *length;
    source->next++;
    return frame;
}

static bool source_finished(struct sim_wire *wire)
{
    const struct source *source = (const struct source *)wire;

    return source->next == source->count &&
           (source->count == 0 || (!source->forever && source->loops <= 1u));
}

static void source_close(struct sim_wire *wire)
{
    struct source *source = (struct source *)wire;

    free(source->length);
    free(source->bytes);
    free(source);
}

static const struct sim_wire_ops source_ops = {
    .receive = source_receive,
    .finished = source_finished,
    .close = source_close,
};

/* Room for one more frame of `length` bytes. */
static int reserve(struct source *source, size_t length)
{
    if (source->count == source->length_capacity) {
        size_t capacity = source->length_capacity == 0 ? 256u : source->length_capacity * 2u;
        uint32_t *lengths = reallocarray(source->length, capacity, sizeof(*lengths));

        if (lengths == NULL)
            return -ENOMEM;
        source->length = lengths;
        source->length_capacity = capacity;
    }
    if (source->capacity - source->used < length) {
        size_t capacity = (source->capacity + length) * 2u;
        uint8_t *bytes = realloc(source->bytes, capacity);

        if (bytes == NULL)
            return -ENOMEM;
        source->bytes = bytes;
        source->capacity = capacity;
    }
    return 0;
}

static int add_frame(struct source *source, const uint8_t *frame, uint32_t captured)
{
    uint32_t length = captured < SIM_WIRE_MIN ? SIM_WIRE_MIN : captured;

    if (reserve(source, length) != 0)
        return -ENOMEM;
    /* -fanalyzer misses that there is room: `length` is at least SIM_WIRE_MIN. */
    memcpy(source->bytes + source->used, frame, captured);
    memset(source->bytes + source->used + captured, 0, length - captured);
    source->used += length;
    source->length[source->count++] = length;
    return 0;
}

static int read_frames(struct source *source, pcap_t *capture, const char *file,
                       char error[IR_ERROR_LENGTH])
{
    struct pcap_pkthdr *header = NULL;
    const uint8_t *frame = NULL;
    int more;

    while ((more = pcap_next_ex(capture, &header, &frame)) == 1) {
        if (add_frame(source, frame, header->caplen) != 0) {
            (void)snprintf(error, IR_ERROR_LENGTH,
                           "rx=%.80s: the capture does not fit in memory; use a shorter one", file);
            return -ENOMEM;
        }
    }
    if (more == PCAP_ERROR_BREAK) /* the end of the file */
        return 0;
    (void)snprintf(error, IR_ERROR_LENGTH,
                   "rx=%.80s: the capture is damaged after %zu frames (%.80s); use a complete file",
                   file, source->count, pcap_geterr(capture));
    return -EINVAL;
}

static int check_link_type(pcap_t *capture, const char *file, char error[IR_ERROR_LENGTH])
{
    int type = pcap_datalink(capture);
    const char *name = pcap_datalink_val_to_name(type);

    if (type == DLT_EN10MB)
        return 0;
    (void)snprintf(
        error, IR_ERROR_LENGTH,
        "rx=%.80s: its link type is %d (%.40s), and a network card receives Ethernet only; "
        "use a capture of an Ethernet interface",
        file, type, name == NULL ? "unknown" : name);
    return -EINVAL;
}

static int load(struct source *source, const char *file, char error[IR_ERROR_LENGTH])
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    FILE *stream = fopen(file, "rbe");
    pcap_t *capture;
    int result;

    if (stream == NULL) {
        result = -errno;
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "rx=%.80s: the capture cannot be opened (%s); give a file that can be read",
                       file, strerror(-result));
        return result;
    }
    capture = pcap_fopen_offline(stream, reason);
    if (capture == NULL) {
        (void)fclose(stream); /* only read */
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "rx=%.80s: it cannot be read as a capture (%.80s); use a pcap or pcapng file", file,
            reason);
        return -EINVAL;
    }
    result = check_link_type(capture, file, error);
    if (result == 0)
        result = read_frames(source, capture, file, error);
    pcap_close(capture);
    return result;
}

int sim_wire_pcap_source(const char *file, uint64_t loops, struct sim_wire **wire,
                         char error[IR_ERROR_LENGTH])
{
    struct source *source = calloc(1, sizeof(*source));
    int result;

    if (source == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "rx=%.80s: there is no memory for it; free some",
                       file);
        return -ENOMEM;
    }
    source->base.ops = &source_ops;
    source->base.patient = true;
    source->loops = loops;
    source->forever = loops == 0;
    result = load(source, file, error);
    if (result != 0) {
        source_close(&source->base); /* frees all of it, which -fanalyzer does not see */
        return result;
    }
    /* No leak, as -fanalyzer has it: the wire is the first member of the same object. */
    *wire = &source->base;
    return 0;
}

/* After a write that failed: keep the reason. */
static void note_failure(struct sink *sink)
{
    sink->error = errno != 0 ? -errno : -EIO;
}

static void sink_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    struct sink *sink = (struct sink *)wire;
    uint64_t stamp = sink->epoch + now;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(stamp / NS_PER_S), .tv_usec = (suseconds_t)(stamp % NS_PER_S)},
        .caplen = length,
        .len = length,
    };

    if (sink->error != 0)
        return;
    errno = 0;
    pcap_dump((u_char *)sink->dump, &header, frame);
    if (ferror(pcap_dump_file(sink->dump)))
        note_failure(sink);
}

static int sink_flush(struct sim_wire *wire)
{
    struct sink *sink = (struct sink *)wire;

    errno = 0;
    if (sink->error == 0 && fflush(pcap_dump_file(sink->dump)) != 0)
        note_failure(sink);
    return sink->error;
}

static void sink_close(struct sim_wire *wire)
{
    struct sink *sink = (struct sink *)wire;

    pcap_dump_close(sink->dump); /* flushes; who wants to know whether that worked flushes before */
    pcap_close(sink->format);
    free(sink);
}

static const struct sim_wire_ops sink_ops = {
    .send = sink_send,
    .flush = sink_flush,
    .close = sink_close,
};

int sim_wire_pcap_sink(const char *file, uint64_t epoch, struct sim_wire **wire,
                       char error[IR_ERROR_LENGTH])
{
    struct sink *sink = calloc(1, sizeof(*sink));
    FILE *stream = NULL;
    int result = -ENOMEM;

    if (sink == NULL)
        goto fail;
    sink->base.ops = &sink_ops;
    sink->epoch = epoch;
    sink->format =
        pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAP_LENGTH, PCAP_TSTAMP_PRECISION_NANO);
    if (sink->format == NULL)
        goto free_sink;
    stream = fopen(file, "wbe");
    if (stream == NULL) {
        result = -errno;
        goto close_format;
    }
    sink->dump = pcap_dump_fopen(sink->format, stream);
    if (sink->dump == NULL) { /* the header could not be written; the stream is closed */
        result = -EIO;
        goto close_format;
    }
    /* No leak, as -fanalyzer has it: the wire is the first member of the same object. */
    *wire = &sink->base;
    return 0;

close_format:
    pcap_close(sink->format);
free_sink:
    free(sink);
fail:
    (void)snprintf(error, IR_ERROR_LENGTH,
                   "tx=%.80s: the capture cannot be written (%s); give a file that can be created",
                   file, strerror(-result));
    return result;
}
