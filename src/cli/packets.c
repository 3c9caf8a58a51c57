/* SPDX-License-Identifier: MIT
 *
 * Packets of a run: receiving, sending, freeing and counting them, and what to do when a device breaks
 * the protocol meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <time.h>

#include <ironring/sim.h>

#include "cli/run.h"

#define RESETS_MAX      8u
#define RETURN_S        30u /* in which a back end that went away may come back */
#define RETURN_PAUSE_NS 20000000
#define WIRE_OVERHEAD   24u /* preamble 8, checksum 4, gap 12 bytes */
#define WIRE_FRAME_MIN  60u /* shorter frames are padded */

/* Another process provides the device, and may be started again. */
static bool has_back_end(const struct cli_port *port)
{
    static const char prefix[] = "vhost-user:";

    return strncmp(port->name, prefix, sizeof(prefix) - 1) == 0;
}

/* Reset the device again and again while its back end may still come back. */
static int await_back_end(const struct cli_port *port, int error)
{
    const struct timespec pause = {0, RETURN_PAUSE_NS};
    uint64_t end = cli_clock() + RETURN_S * CLI_NS;

    cli_error("%s: no back end (%s); waiting %u seconds for it to come back", port->name,
              strerror(-error), RETURN_S);
    while (error != 0 && cli_clock() < end && !cli_run_interrupted()) {
        (void)nanosleep(&pause, NULL);
        error = ir_reset(port->dev);
    }
    return error;
}

/* The device broke the ring protocol, or its back end went away: start it afresh. */
static void recover(struct cli_run *run, struct cli_port *port)
{
    int unsent = port->txq != NULL ? ir_tx_reclaim(port->txq) : 0;
    int error;

    if (unsent > 0)
        port->unsent += (uint64_t)unsent;
    if (port->resets == RESETS_MAX) {
        cli_error("%s broke the ring protocol %u times and is given up", port->name,
                  RESETS_MAX + 1);
        run->status = CLI_FAILED;
        return;
    }
    port->resets++;
    cli_error("%s %sbroke the ring protocol and is reset", port->name,
              has_back_end(port) ? "lost its back end or " : "");
    error = ir_reset(port->dev);
    if (error != 0 && has_back_end(port))
        error = await_back_end(port, error);
    if (error != 0)
        (void)cli_run_failed(run, port, "the reset failed", error);
}

uint32_t cli_run_receive(struct cli_run *run, struct cli_port *port, struct ir_pkt *pkts)
{
    uint64_t count = run->settings->count;
    uint64_t max = run->settings->burst;
    int received;

    if (count != 0 && count - run->in < max)
        max = count - run->in;
    if (max == 0)
        return 0;
    received = ir_rx(port->rxq, pkts, (uint32_t)max);
    if (received < 0) {
        recover(run, port);
        return 0;
    }
    run->in += (uint64_t)received;
    return (uint32_t)received;
}

void cli_flow_add(struct cli_flow *flow, uint32_t length)
{
    flow->packets++;
    flow->bytes += length;
    flow->wire_bytes += (length < WIRE_FRAME_MIN ? WIRE_FRAME_MIN : length) + WIRE_OVERHEAD;
}

void cli_run_free(struct cli_run *run, struct ir_pkt pkt)
{
    int error = ir_pkt_free(run->pool, pkt);

    if (error != 0 && run->status == CLI_OK) {
        cli_error("a packet could not be given back to the pool: %s", strerror(-error));
        run->status = CLI_FAILED;
    }
}

uint32_t cli_run_send(struct cli_run *run, struct cli_port *port, struct cli_flow *flow,
                      const struct ir_pkt *pkts, uint32_t *first, uint32_t count)
{
    int sent = ir_tx(port->txq, pkts + *first, count - *first);

    if (sent >= 0) {
        for (int i = 0; i < sent; i++)
            cli_flow_add(flow, ir_pkt_length(pkts[(*first)++]));
        return (uint32_t)sent;
    }
    if (sent == -EIO) {
        recover(run, port);
        return 0;
    }
    /* The first one cannot be sent by this device; it must not hold up the others. */
    run->dropped++;
    cli_run_free(run, pkts[(*first)++]);
    return 0;
}

uint64_t cli_run_deadline(struct cli_run *run)
{
    if (run->deadline == 0)
        run->deadline = cli_clock() + CLI_DRAIN_NS;
    return run->deadline;
}

void cli_run_flush(struct cli_run *run, struct cli_port *port, struct cli_flow *flow,
                   const struct ir_pkt *pkts, uint32_t *first, uint32_t count)
{
    uint64_t end = cli_run_deadline(run);

    run->quiet = 0;
    while (*first < count && run->status == CLI_OK && cli_clock() < end) {
        if (port->steps)
            (void)ir_sim_step(port->dev);
        if (cli_run_send(run, port, flow, pkts, first, count) == 0) {
            run->quiet++;
            cli_run_back_off(run);
        }
    }
    for (; *first < count; (*first)++) {
        run->dropped++;
        cli_run_free(run, pkts[*first]);
    }
}
