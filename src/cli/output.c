/* SPDX-License-Identifier: MIT
 *
 * What a run prints regularly and at its end: lines for people on standard error, or with --json
 * one object a line on standard output. Reading the devices' statistics is the only other thing
 * done here.
 */
#include <inttypes.h>
#include <stdio.h>

#include <ironring/sim.h>

#include "cli/json.h"
#include "cli/run.h"

#define MEGA 1e6

/* Packets that a card or its driver dropped on receive. */
static uint64_t port_dropped(const struct cli_port *port)
{
    if (port->rxq == NULL)
        return 0;
    return port->stats.rx_missed + port->stats.rx_errors + port->stats.rx_dropped;
}

static void read_stats(struct cli_run *run)
{
    for (unsigned i = 0; i < run->ports; i++) {
        struct ir_stats stats;

        if (ir_stats(run->port[i].dev, &stats) == 0)
            run->port[i].stats = stats;
    }
}

/* Packets that came to a card and were not handled, or were to be sent and were not. */
static uint64_t count_lost(const struct cli_run *run)
{
    uint64_t lost = run->dropped;

    for (unsigned i = 0; i < run->ports; i++)
        lost += port_dropped(&run->port[i]) + run->port[i].unsent;
    return lost;
}

static double mpps(const struct cli_flow *flow, double seconds)
{
    return (double)(flow->packets - flow->last_packets) / seconds / MEGA;
}

static double mbits(const struct cli_flow *flow, double seconds)
{
    return (double)(flow->wire_bytes - flow->last_wire_bytes) * 8 / seconds / MEGA;
}

static void print_flows_json(const struct cli_run *run, double seconds)
{
    printf("\"flows\":[");
    for (unsigned i = 0; i < run->flows; i++) {
        const struct cli_flow *flow = &run->flow[i];

        printf("%s{\"name\":", i == 0 ? "" : ",");
        cli_json_string(stdout, flow->name);
        printf(",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
               ",\"mpps\":%.6f,\"mbit_per_second\":%.3f}",
               flow->packets - flow->last_packets, flow->bytes - flow->last_bytes,
               mpps(flow, seconds), mbits(flow, seconds));
    }
    printf("]");
}

void cli_print_interval(struct cli_run *run)
{
    double seconds = (double)(run->now - run->reported) / (double)CLI_NS;
    double total = (double)(run->now - run->started) / (double)CLI_NS;

    read_stats(run);
    if (run->settings->json) {
        printf("{\"type\":\"interval\",\"time\":%.3f,\"seconds\":%.3f,", total, seconds);
        print_flows_json(run, seconds);
        printf(",\"lost_so_far\":%" PRIu64 "}\n", count_lost(run));
        if (fflush(stdout) != 0)
            run->status = CLI_FAILED; /* main says it */
    } else {
        cli_say("%7.1f s", total);
        for (unsigned i = 0; i < run->flows; i++)
            cli_say("   %s %.3f Mpps %.1f Mbit/s", run->flow[i].name, mpps(&run->flow[i], seconds),
                    mbits(&run->flow[i], seconds));
        cli_say("   %" PRIu64 " lost\n", count_lost(run));
    }
    for (unsigned i = 0; i < run->flows; i++) {
        struct cli_flow *flow = &run->flow[i];

        flow->last_packets = flow->packets;
        flow->last_bytes = flow->bytes;
        flow->last_wire_bytes = flow->wire_bytes;
    }
    run->reported = run->now;
}

/* The totals of a run, as both forms of the summary show them. */
struct totals {
    double seconds;
    uint64_t in, out, lost, violations;
};

static uint64_t count_violations(const struct cli_port *port)
{
    uint64_t count = 0;

    return ir_sim_violations(port->dev, &count) == 0 ? count : 0;
}

static struct totals count_totals(struct cli_run *run)
{
    struct totals totals = {
        .seconds = (double)(run->now - run->started) / (double)CLI_NS,
        .in = run->in,
        .lost = count_lost(run),
    };

    for (unsigned i = 0; i < run->flows; i++) {
        /* the rates of the summary are over the whole run */
        run->flow[i].last_packets = 0;
        run->flow[i].last_bytes = 0;
        run->flow[i].last_wire_bytes = 0;
        totals.out += run->flow[i].packets;
    }
    for (unsigned i = 0; i < run->ports; i++) {
        totals.in += port_dropped(&run->port[i]);
        totals.out -= run->port[i].unsent;
        totals.violations += count_violations(&run->port[i]);
    }
    return totals;
}

static void print_port_json(const struct cli_port *port)
{
    const struct ir_stats *stats = &port->stats;
    const char *separator = "";
    const char *violation;

    printf("{\"name\":");
    cli_json_string(stdout, port->name);
    printf(",\"rx_packets\":%" PRIu64 ",\"rx_bytes\":%" PRIu64 ",\"rx_missed\":%" PRIu64
           ",\"rx_errors\":%" PRIu64 ",\"rx_dropped\":%" PRIu64 ",\"tx_packets\":%" PRIu64
           ",\"tx_bytes\":%" PRIu64 ",\"tx_unsent\":%" PRIu64 ",\"resets\":%u"
           ",\"violation_count\":%" PRIu64 ",\"violations\":[",
           stats->rx_packets, stats->rx_bytes, stats->rx_missed, stats->rx_errors,
           stats->rx_dropped, stats->tx_packets, stats->tx_bytes, port->unsent, port->resets,
           count_violations(port));
    for (uint64_t i = 0; (violation = ir_sim_violation(port->dev, i)) != NULL; i++) {
        printf("%s", separator);
        cli_json_string(stdout, violation);
        separator = ",";
    }
    printf("]}");
}

static void print_wait_json(const struct cli_run *run)
{
    struct ir_wait_stats stats;

    if (run->waiter == NULL || ir_waiter_stats(run->waiter, &stats) != 0)
        return;
    printf(",\"wait\":{\"polls\":%" PRIu64 ",\"sleeps\":%" PRIu64 ",\"wakes\":%" PRIu64
           ",\"spurious\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"timed\":%" PRIu64 "}",
           stats.polls, stats.sleeps, stats.wakes, stats.spurious, stats.lost, stats.timed);
}

static void print_summary_json(const struct cli_run *run, const struct totals *totals)
{
    printf("{\"type\":\"summary\",\"command\":\"%s\",\"seconds\":%.3f,\"packets_in\":%" PRIu64
           ",\"packets_out\":%" PRIu64 ",\"packets_lost\":%" PRIu64 ",\"violations\":%" PRIu64 ",",
           run->command->name, totals->seconds, totals->in, totals->out, totals->lost,
           totals->violations);
    print_flows_json(run, totals->seconds);
    printf(",\"devices\":[");
    for (unsigned i = 0; i < run->ports; i++) {
        printf("%s", i == 0 ? "" : ",");
        print_port_json(&run->port[i]);
    }
    printf("]");
    print_wait_json(run);
    printf("}\n");
}

static void print_port(const struct cli_port *port)
{
    const struct ir_stats *stats = &port->stats;
    uint64_t violations = count_violations(port);
    const char *violation;
    uint64_t i;

    cli_say("  %s: ", port->name);
    if (port->rxq != NULL)
        cli_say("received %" PRIu64 ", missed %" PRIu64 ", bad %" PRIu64 ", dropped %" PRIu64 "%s",
                stats->rx_packets, stats->rx_missed, stats->rx_errors, stats->rx_dropped,
                port->txq != NULL ? "; " : "");
    if (port->txq != NULL)
        cli_say("sent %" PRIu64, stats->tx_packets);
    cli_say("\n");
    for (i = 0; (violation = ir_sim_violation(port->dev, i)) != NULL; i++)
        cli_say("    violation: %s\n", violation);
    if (violations > i)
        cli_say("    and %" PRIu64 " more violations\n", violations - i);
}

static void print_summary_text(const struct cli_run *run, const struct totals *totals)
{
    cli_say("%" PRIu64 " packets %s, ", totals->in, run->in_word);
    cli_say("%" PRIu64 " %s, %" PRIu64 " lost, %" PRIu64 " violations, in %.3f seconds\n",
            totals->out, run->out_word, totals->lost, totals->violations, totals->seconds);
    for (unsigned i = 0; run->flows > 1 && i < run->flows; i++)
        cli_say("  %s: %" PRIu64 " packets, %" PRIu64 " bytes\n", run->flow[i].name,
                run->flow[i].packets, run->flow[i].bytes);
    for (unsigned i = 0; i < run->ports; i++)
        print_port(&run->port[i]);
}

/* Frames that did not fit are a failure with a remedy. A card counts them with the damaged ones. */
static void judge_bad_frames(struct cli_run *run, const struct cli_port *port)
{
    uint64_t buffer = run->settings->buffer;
    struct ir_rxq_drops drops = {0, 0};
    struct ir_info info;
    uint64_t bad;

    if (port->rxq == NULL)
        return;
    ir_info(port->dev, &info);
    ir_rxq_drops(port->rxq, &drops);
    bad = port->stats.rx_errors + drops.oversize + drops.errors;
    if (bad == 0)
        return;
    if (buffer < IR_FRAME_MAX)
        cli_error("%s: %" PRIu64 " frame%s dropped: damaged, or longer than the buffers of %" PRIu64
                  " bytes; a larger --buffer takes longer ones",
                  port->name, bad, bad == 1 ? " was" : "s were", buffer);
    else
        cli_error("%s: %" PRIu64 " frame%s dropped: damaged, or longer than the %u bytes that "
                  "the card takes at most",
                  port->name, bad, bad == 1 ? " was" : "s were", info.frame_max);
    run->status = CLI_FAILED;
}

void cli_print_summary(struct cli_run *run)
{
    struct totals totals;

    read_stats(run);
    totals = count_totals(run);
    if (run->settings->json)
        print_summary_json(run, &totals);
    else
        print_summary_text(run, &totals);
    for (unsigned i = 0; i < run->ports; i++)
        judge_bad_frames(run, &run->port[i]);
    if (totals.violations != 0) {
        cli_error("%" PRIu64 " violation%s of the card's rules; this is a defect of the driver",
                  totals.violations, totals.violations == 1 ? "" : "s");
        run->status = CLI_FAILED;
    }
}
