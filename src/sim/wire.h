/* SPDX-License-Identifier: MIT
 *
 * What a simulated card can be plugged into. Each kind of wire is one file; the card knows none of
 * them. A wire is used by one card, and by that card's thread alone unless a function says
 * otherwise.
 */
#ifndef IRONRING_SIM_WIRE_H
#define IRONRING_SIM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ironring/device.h>

struct sim_wire;

/* A source has `receive` and `finished`, a sink `send`, both have `close`; `missed` and
 * `flush` may be null.
 * Times are nanoseconds of the card's clock. */
struct sim_wire_ops {
    /* The next frame towards the card, or NULL when there is none now. It is gone from the wire,
     * and its bytes stay until the next call. */
    const uint8_t *(*receive)(struct sim_wire *wire, uint64_t now, uint32_t *length);
    /* Of a lean wire: how many frames, at least, of those to come are like the last one in length and in all that
     * a card judges by, and lie at the same place. */
    uint32_t (*alike)(const struct sim_wire *wire);
    /* Put a frame that the card sends on the wire; what the wire cannot take is lost. */
    void (*send)(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length);
    /* True when `receive` will never give another frame. */
    bool (*finished)(struct sim_wire *wire);
    /* Frames that arrived since the last call and were lost because the card did not take them. */
    uint64_t (*missed)(struct sim_wire *wire);
    /* Pass on what was sent so far. Returns 0, or the negative errno that lost the first frame. */
    int (*flush)(struct sim_wire *wire);
    void (*close)(struct sim_wire *wire);
};

struct sim_wire {
    const struct sim_wire_ops *ops;
    /* The wire has no clock of its own: it offers a frame only when the card has room for it, so
     * none is lost for want of descriptors. */
    bool patient;
    /* The card may be lean, both ways: many frames that come are like the one before, which `alike` tells of;
     * what is sent the card counts as it counted the one before. */
    bool lean;
    /* ... nor does the wire just now: it need not be given what is sent. */
    bool blind;
};

/* Shortest frame without its checksum. Senders pad: captures and interfaces often show less. */
#define SIM_WIRE_MIN 60u

/* Each of these makes a wire. Errors: as ir_sim_open, with a sentence in `error`. */

/* Frames of a capture file, `loops` times (0: for ever). */
int sim_wire_pcap_source(const char *file, uint64_t loops, struct sim_wire **wire,
                         char error[IR_ERROR_LENGTH]);
/* A capture file of what the card sends; `epoch` is the card's time 0 in nanoseconds since 1970. */
int sim_wire_pcap_sink(const char *file, uint64_t epoch, struct sim_wire **wire,
                       char error[IR_ERROR_LENGTH]);

#define SIM_GEN_SIZE_MIN  60u
#define SIM_GEN_SIZE_MAX  9724u
#define SIM_GEN_FLOWS_MAX 65536u
#define SIM_GEN_RATE_MAX  1000000000u

struct sim_gen_options {
    uint32_t size;  /* bytes a frame without checksum */
    uint64_t count; /* frames, 0 for endless */
    uint64_t rate;  /* frames a second, at most SIM_GEN_RATE_MAX, 0 for as fast as it goes */
    uint32_t flows; /* 1 to SIM_GEN_FLOWS_MAX */
    uint64_t seed;
    uint8_t mac[IR_MAC_LENGTH]; /* destination */
};
/* UDP frames, numbered from 0 in the first eight bytes of their payload. */
int sim_wire_gen(const struct sim_gen_options *options, struct sim_wire **wire,
                 char error[IR_ERROR_LENGTH]);

/* For benchmarks: the frame of a flow, over and over, as long and as often as the options say, with the time at
 * which it was due in the first eight bytes of its payload; where there are several flows, 64 of each in turn.
 * Takes what is sent, and can tell how long it was under way. */
int sim_wire_flood(const struct sim_gen_options *options, struct sim_wire **wire,
                   char error[IR_ERROR_LENGTH]);
/* From the next frame that is sent on, store for how many nanoseconds each was under way, until there are
 * `count`; and how many there are. With the card's lock. Errors: -EINVAL no such wire. */
int sim_wire_flood_record(struct sim_wire *wire, uint32_t *delays, size_t count);
int sim_wire_flood_recorded(struct sim_wire *wire, size_t *count);

/* The Linux TAP interface of that name, which is made when it does not exist. */
int sim_wire_tap(const char *name, struct sim_wire **wire, char error[IR_ERROR_LENGTH]);

/* One of the two ends of the link of that name. */
int sim_wire_link(const char *name, struct sim_wire **wire, char error[IR_ERROR_LENGTH]);

/* Frames are put and taken by the program. */
int sim_wire_memory(struct sim_wire **wire, char error[IR_ERROR_LENGTH]);
/* Any thread may call these. Errors: -EINVAL no memory wire, -ENOBUFS. */
int sim_wire_memory_put(struct sim_wire *wire, const uint8_t *frame, uint32_t length);
/* Length of the oldest frame, of which at most `size` bytes are copied; 0 for none. */
int sim_wire_memory_take(struct sim_wire *wire, uint8_t *frame, size_t size);

#endif
