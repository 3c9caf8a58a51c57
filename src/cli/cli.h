/* SPDX-License-Identifier: MIT
 *
 * What the parts of the ironring tool share: subcommands, their settings, and how they speak to
 * people. Everything about devices is in run.h.
 */
#ifndef IRONRING_CLI_CLI_H
#define IRONRING_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses. */
#define CLI_OK     0
#define CLI_FAILED 1 /* something failed at run time */
#define CLI_USAGE  2 /* the command line is wrong */
#define CLI_DENIED 3 /* the sandbox stopped a system call */

/* Which subcommands take an option. */
#define CLI_FWD     0x01u
#define CLI_GEN     0x02u
#define CLI_CAPTURE 0x04u
#define CLI_ECHO    0x08u
#define CLI_LIST    0x10u
#define CLI_BIND    0x20u
#define CLI_RUNNING (CLI_FWD | CLI_GEN | CLI_CAPTURE | CLI_ECHO)

/* What the options say, or their defaults. */
struct cli_settings {
    uint64_t count;     /* packets to handle, 0 without limit */
    double duration;    /* seconds, 0 without limit */
    double idle;        /* seconds without a packet, 0 without limit */
    uint64_t burst;     /* packets, 1 to CLI_BURST_MAX */
    uint64_t pool;      /* buffers, 0 for as many as the rings need */
    uint64_t ring;      /* descriptors, a power of two */
    uint64_t buffer;    /* bytes a buffer, a power of two */
    uint64_t rate;      /* packets a second, 0 as fast as possible */
    uint64_t size;      /* bytes a frame, without checksum */
    uint64_t flows;     /* 1 to 65536 */
    uint64_t seed;      /* of the generated payload and the order of flows */
    uint64_t snaplen;   /* bytes kept of each captured frame */
    const char *format; /* pcap, pcapng, or null for what the file's name says */
    const char *ip;     /* IPv4 address to answer for, dotted */
    const char *to;     /* destination MAC address, or null */
    const char *user;   /* who may open the device: a name or a number, or null */
    bool status;
    bool yes;
    bool dry_run;
    bool force;
    const char *wait; /* adaptive, interrupt or poll; null for the first */
    bool json;
    bool touch;
    bool no_sandbox;
    bool private_copies;
    bool help;
};

#define CLI_BURST_MAX 256u

struct cli_command {
    const char *name;
    unsigned bit;         /* CLI_FWD ... */
    const char *operands; /* their names, separated by spaces, or "", or "[...]" for any number */
    const char *summary;  /* one line for the tool's help */
    const char *help;     /* everything after the usage line */
    /* Operands are as many as `operands` names, with a null after them. Returns an exit status. */
    int (*run)(const struct cli_command *command, const struct cli_settings *settings,
               char *const *operands);
};

extern const struct cli_command cli_fwd;
extern const struct cli_command cli_gen;
extern const struct cli_command cli_capture;
extern const struct cli_command cli_echo;
extern const struct cli_command cli_list;
extern const struct cli_command cli_bind;

/* Help on the options that each subcommand that moves packets takes. */
#define CLI_RUNNING_HELP                                                                           \
    "  -c, --count N       end after N packets (suffixes k, M and G multiply)\n"                   \
    "  -d, --duration S    end after S seconds\n"                                                  \
    "  -b, --burst N       packets handled at a time, 1 to 256 (32)\n"                             \
    "      --ring N        descriptors a ring, a power of two from 64 to 4096 (512)\n"             \
    "      --pool N        packet buffers, up to 65535 (as many as the rings need)\n"              \
    "      --buffer N      bytes a buffer: 2048, 4096, 8192 or 16384 (2048)\n"                     \
    "      --private       copy packets, so that no device can change one that has come\n"         \
    "      --no-sandbox    keep all rights while packets move\n"                                   \
    "  -j, --json          print a JSON object a second and a summary on standard output\n"        \
    "  -h, --help          print this help\n"

#define CLI_IDLE_HELP                                                                              \
    "      --idle S        end when no packet has come for S seconds\n"                            \
    "      --wait HOW      for packets: adaptive (polls while they are dense, and sleeps until "   \
    "an\n"                                                                                         \
    "                      interrupt otherwise), interrupt or poll (adaptive)\n"

/* Parse argv[1...], the arguments after the subcommand's name argv[0]. On success *operands points
 * at the operands. Returns CLI_OK, or CLI_USAGE after a sentence on standard error. */
int cli_options(const struct cli_command *command, int argc, char **argv,
                struct cli_settings *settings, char *const **operands);

/* Print on standard error. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "ironring: ..." and a newline on standard error. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
