/* SPDX-License-Identifier: MIT
 *
 * ironring fwd: forward packets between two devices, both ways, without copying them.
 */
#include <string.h>

#include "cli/run.h"

/* The byte that --touch increments, as published benchmarks of such drivers do. */
#define TOUCH_OFFSET 48u

/* One way from a device to the other. Packets that the sender does not take yet wait here, and
 * while they do nothing more is received: the receiving card is the queue. */
struct way {
    struct cli_port *from;
    struct cli_port *to;
    struct cli_flow *flow;
    uint32_t first; /* pkts[first] to pkts[count - 1] wait */
    uint32_t count;
    struct ir_pkt pkts[CLI_BURST_MAX];
};

/* Increment one byte of each packet: the one at TOUCH_OFFSET, or the last of a shorter one. */
static void touch(const struct cli_run *run, const struct way *way)
{
    for (uint32_t i = 0; i < way->count; i++) {
        uint32_t length = ir_pkt_length(way->pkts[i]);
        uint32_t offset = length > TOUCH_OFFSET ? TOUCH_OFFSET : length - 1;
        uint8_t *byte = ir_pkt_data(run->pool, way->pkts[i], offset, 1);

        if (byte != NULL)
            (*byte)++;
    }
}

/* Returns the number of packets moved. */
static uint32_t forward(struct cli_run *run, struct way *way)
{
    uint32_t received = 0;
    uint32_t sent = 0;

    if (way->first == way->count) {
        way->first = 0;
        way->count = cli_run_receive(run, way->from, way->pkts);
        received = way->count;
        if (run->settings->touch)
            touch(run, way);
    }
    if (way->first < way->count)
        sent = cli_run_send(run, way->to, way->flow, way->pkts, &way->first, way->count);
    return received + sent;
}

static int run_fwd(const struct cli_command *command, const struct cli_settings *settings,
                   char *const *operands)
{
    struct cli_run run;
    struct way ways[2];
    uint32_t moved = 0;
    uint32_t held = 0;

    if (cli_run_open(&run, command, settings, operands, 2, CLI_RECEIVES | CLI_SENDS, true) !=
            CLI_OK ||
        cli_run_confine(&run) != CLI_OK)
        return cli_run_close(&run);
    run.in_word = "in";
    run.out_word = "out";
    run.flows = 2;
    run.flow[0].name = "A to B";
    run.flow[1].name = "B to A";
    memset(ways, 0, sizeof(ways));
    for (unsigned i = 0; i < 2; i++) {
        ways[i].from = &run.port[i];
        ways[i].to = &run.port[1 - i];
        ways[i].flow = &run.flow[i];
    }
    while (cli_run_continues(&run, moved, held)) {
        moved = forward(&run, &ways[0]);
        moved += forward(&run, &ways[1]);
        held = ways[0].count - ways[0].first + ways[1].count - ways[1].first;
    }
    for (unsigned i = 0; i < 2; i++)
        cli_run_flush(&run, ways[i].to, ways[i].flow, ways[i].pkts, &ways[i].first, ways[i].count);
    return cli_run_close(&run);
}

const struct cli_command cli_fwd = {
    .name = "fwd",
    .bit = CLI_FWD,
    .operands = "A B",
    .summary = "forward packets between two devices, both ways",
    .help =
        "Forward packets from device A to device B and from B to A. Ends when the wires of both\n"
        "devices have ended, with --count, --duration or --idle, or on Ctrl-C.\n\n"
        "Options:\n"
        "      --touch         increment one byte of each packet on the way: byte 48, or the "
        "last\n" CLI_IDLE_HELP CLI_RUNNING_HELP "\nExamples:\n"
        "  Replay a capture through two simulated cards:\n"
        "    ironring fwd sim:82599,rx=in.pcap sim:82599,tx=out.pcap\n"
        "  Connect two Linux interfaces:\n"
        "    ironring fwd sim:82599,tap=t0 sim:82599,tap=t1\n",
    .run = run_fwd,
};
