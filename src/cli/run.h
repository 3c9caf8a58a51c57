/* SPDX-License-Identifier: MIT
 *
 * A run of the tool: its devices and pool, when it ends, and what it counts. The subcommands' loops
 * are while (cli_run_continues(&run, moved, held)) moved = ...; Single-threaded: everything here
 * belongs to the main thread.
 */
#ifndef IRONRING_CLI_RUN_H
#define IRONRING_CLI_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>

#include "cli/cli.h"

#define CLI_PORTS_MAX 2u
#define CLI_NS        1000000000ull /* nanoseconds a second */
#define CLI_DRAIN_NS  (2 * CLI_NS)  /* how long cards may take to send what is left */

struct cli_port {
    const char *name; /* the device string */
    struct ir_dev *dev;
    struct ir_rxq *rxq;    /* null when the run does not receive */
    struct ir_txq *txq;    /* null when the run does not send */
    struct ir_stats stats; /* the last ones that could be read */
    uint64_t unsent;       /* packets that were accepted but never left the card */
    unsigned resets;       /* after the device broke the protocol */
    bool finished;         /* a simulated card whose wire gives no more */
    bool steps;            /* a simulated card that advances only when told */
};

/* Packets that went one way. */
struct cli_flow {
    const char *name;
    uint64_t packets;
    uint64_t bytes;
    uint64_t wire_bytes;   /* with padding, checksum, preamble and gap */
    uint64_t last_packets; /* as of the last line printed */
    uint64_t last_bytes;
    uint64_t last_wire_bytes;
};

/* How a run waits while nothing comes. */
enum cli_wait { CLI_WAIT_ADAPTIVE, CLI_WAIT_INTERRUPT, CLI_WAIT_POLL };

struct cli_run {
    const struct cli_command *command;
    const struct cli_settings *settings;
    const char *in_word; /* how the summary calls what came in and went out */
    const char *out_word;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct cli_port port[CLI_PORTS_MAX];
    unsigned ports;
    enum cli_wait wait;
    struct ir_waiter *waiter; /* for all receive queues; null when the run polls */
    struct cli_flow flow[CLI_PORTS_MAX];
    unsigned flows;
    uint64_t in;      /* packets handled, for --count */
    uint64_t dropped; /* by the tool: could not be sent or written */
    uint64_t started; /* all times: nanoseconds, CLOCK_MONOTONIC */
    uint64_t now;
    uint64_t reported;
    uint64_t last_packet;
    uint64_t deadline; /* for sending what is left at the end, 0 before it */
    uint32_t quiet;    /* polls in a row without a packet */
    uint32_t polls;
    bool begun;    /* the devices are open and the first round has been allowed */
    bool finished; /* all wires have ended */
    int status;    /* exit status so far */
};

#define CLI_RECEIVES 1u
#define CLI_SENDS    2u

/* Open the devices and start them with one queue in each direction asked for, all on one pool.
 * `promiscuous`: take frames for every address. Returns an exit status, after a sentence when it is
 * not CLI_OK; cli_run_close is to be called in any case. */
int cli_run_open(struct cli_run *run, const struct cli_command *command,
                 const struct cli_settings *settings, char *const *devices, unsigned ports,
                 unsigned directions, bool promiscuous);

/* sandbox.c: give up all that the run does not need any more, now that all is open, unless the user does
 * not want that. Returns an exit status, and makes the run fail when it is not CLI_OK. */
int cli_run_confine(struct cli_run *run);

/* Whether the user wants the run to end. */
bool cli_run_interrupted(void);

/* Called between rounds with the number of packets the last one moved, and of those received that
 * could not be sent yet. Prints the line a second, lets simulated cards and other threads work when
 * nothing moves, and says whether to go on. */
bool cli_run_continues(struct cli_run *run, uint32_t moved, uint32_t held);

/* Receive at most a burst, and not beyond --count. A device that broke the protocol is reset, one
 * whose back end went away once that is back; when that does not help the run fails and ends.
 * Returns the number of packets, 0 on an error. */
uint32_t cli_run_receive(struct cli_run *run, struct cli_port *port, struct ir_pkt *pkts);

/* Send what can be sent of pkts[*first] to pkts[count - 1] and advance *first past what was sent or
 * had to be dropped. Counts into `flow`. Returns the number sent. */
uint32_t cli_run_send(struct cli_run *run, struct cli_port *port, struct cli_flow *flow,
                      const struct ir_pkt *pkts, uint32_t *first, uint32_t count);

/* When the end of a run must be over: CLI_DRAIN_NS after the first call. */
uint64_t cli_run_deadline(struct cli_run *run);
/* At the end of a run: try to send the rest until that deadline, then free it as dropped. */
void cli_run_flush(struct cli_run *run, struct cli_port *port, struct cli_flow *flow,
                   const struct ir_pkt *pkts, uint32_t *first, uint32_t count);

void cli_flow_add(struct cli_flow *flow, uint32_t length);
/* Give a packet back to the pool. */
void cli_run_free(struct cli_run *run, struct ir_pkt pkt);

/* Wait until that deadline, or until the cards have sent everything; print the summary; check that no
 * buffer was lost; close everything. The caller has sent or freed each packet it held.
 * Returns the exit status of the run. */
int cli_run_close(struct cli_run *run);

/* waiting.c */
/* What --wait says, null being the default. Returns CLI_OK, or CLI_USAGE after a sentence. */
int cli_wait_mode(const char *text, enum cli_wait *mode);
/* Wait for the ports' receive queues from now on, unless the run polls. Returns an exit status, after a
 * sentence when it is not CLI_OK. */
int cli_wait_open(struct cli_run *run);
void cli_wait_close(struct cli_run *run);
/* Let time pass until a packet comes, or it is time to look at clocks and wires. */
void cli_wait(struct cli_run *run);
/* Let time pass when there is nothing to do, without waiting for anything in particular: first offer the
 * processor to the threads of simulated cards, then sleep, so that an idle run does not keep a core
 * busy, unless it is to poll. */
void cli_run_back_off(const struct cli_run *run);
/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t cli_clock(void);
/* Say what of the port did not work, and make the run fail. Returns CLI_FAILED. */
int cli_run_failed(struct cli_run *run, const struct cli_port *port, const char *what, int error);

/* output.c */
void cli_print_interval(struct cli_run *run);
void cli_print_summary(struct cli_run *run);

#endif
