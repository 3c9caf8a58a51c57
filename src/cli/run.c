/* SPDX-License-Identifier: MIT
 *
 * Opening, running and closing devices for the subcommands. What is printed regularly is in
 * output.c.
 */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <ironring/sim.h>

#define LINK_WAIT_MS   2000u
#define CLOCK_INTERVAL 32u /* rounds between looks at the clock, while packets come */

static _Atomic bool interrupted; /* the signal may come to the thread of a simulated card */

static void on_signal(int number)
{
    (void)number;
    interrupted = true;
}

bool cli_run_interrupted(void)
{
    return interrupted;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

uint64_t cli_clock(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * CLI_NS + (uint64_t)time.tv_nsec;
}

int cli_run_failed(struct cli_run *run, const struct cli_port *port, const char *what, int error)
{
    cli_error("%s: %s: %s", port->name, what, strerror(-error));
    run->status = CLI_FAILED;
    return CLI_FAILED;
}

/* As many buffers as fill every ring, and two bursts on their way. */
static uint64_t buffers_needed(const struct cli_settings *settings, unsigned ports,
                               unsigned directions)
{
    uint64_t rings = (uint64_t)ports * (directions == (CLI_RECEIVES | CLI_SENDS) ? 2 : 1);

    return rings * settings->ring + 2ull * CLI_BURST_MAX;
}

static uint64_t pool_size(const struct cli_settings *settings, unsigned ports, unsigned directions)
{
    return settings->pool != 0 ? settings->pool : buffers_needed(settings, ports, directions);
}

/* With fewer buffers, one receive ring could take them all and starve the other. */
static int check_pool(const struct cli_settings *settings, unsigned ports, unsigned directions)
{
    uint64_t least =
        settings->burst + ((directions & CLI_RECEIVES) != 0 ? (uint64_t)ports * settings->ring : 0);
    uint64_t count = pool_size(settings, ports, directions);

    if (count >= least)
        return CLI_OK;
    cli_error("--pool %" PRIu64 " is too small: with --ring %" PRIu64 " and --burst %" PRIu64
              " give at least %" PRIu64,
              count, settings->ring, settings->burst, least);
    return CLI_USAGE;
}

static int make_domain(struct cli_run *run)
{
    int error = ir_domain_create(&run->domain);

    if (error == 0)
        return CLI_OK;
    cli_error("the memory for a pool of buffers cannot be made: %s; raise the limits of open "
              "files (ulimit -n) and of their size (ulimit -f)",
              strerror(-error));
    return CLI_FAILED;
}

static int make_pool(struct cli_run *run, uint64_t count)
{
    const struct cli_settings *settings = run->settings;
    char why[IR_ERROR_LENGTH];
    int error = (settings->private_copies ? ir_pool_create_private : ir_pool_create)(
        run->domain, (uint32_t)count, (uint32_t)settings->buffer, &run->pool);

    if (error == 0)
        return CLI_OK;
    ir_domain_why(run->domain, why);
    if (why[0] != '\0')
        cli_error("a pool of %" PRIu64 " buffers of %" PRIu64 " bytes cannot be made: %s", count,
                  settings->buffer, why);
    else
        cli_error("a pool of %" PRIu64 " buffers of %" PRIu64
                  " bytes cannot be made: %s; give a smaller --pool or --buffer",
                  count, settings->buffer, strerror(-error));
    return CLI_FAILED;
}

static int open_port(struct cli_run *run, struct cli_port *port)
{
    char sentence[IR_ERROR_LENGTH] = "";
    int error = ir_open(run->domain, port->name, &port->dev, sentence);

    if (error == 0)
        return CLI_OK;
    port->dev = NULL;
    if (sentence[0] == '\0')
        return cli_run_failed(run, port, "the device cannot be opened", error);
    cli_error("%s", sentence);
    return CLI_FAILED;
}

/* Something that takes memory failed: say for want of what. */
static int out_of_memory(struct cli_run *run, const struct cli_port *port, const char *what,
                         int error)
{
    char why[IR_ERROR_LENGTH];

    ir_domain_why(run->domain, why);
    if (why[0] == '\0')
        return cli_run_failed(run, port, what, error);
    cli_error("%s: %s: %s", port->name, what, why);
    return CLI_FAILED;
}

static int start_port(struct cli_run *run, struct cli_port *port, unsigned directions,
                      bool promiscuous)
{
    uint32_t ring = (uint32_t)run->settings->ring;
    int error = 0;

    if ((directions & CLI_RECEIVES) != 0)
        error = ir_rxq_setup(port->dev, 0, ring, run->pool, &port->rxq);
    if (error == 0 && (directions & CLI_SENDS) != 0)
        error = ir_txq_setup(port->dev, 0, ring, run->pool, &port->txq);
    if (error == -EINVAL) {
        cli_error("%s: its queues take no rings of %u to %u descriptors; give the device queues of "
                  "such a size",
                  port->name, IR_RING_SIZE_MIN, IR_RING_SIZE_MAX);
        return CLI_FAILED;
    }
    if (error != 0)
        return out_of_memory(run, port, "its queues cannot be set up", error);
    if (promiscuous) {
        error = ir_promiscuous(port->dev, true);
        if (error != 0)
            return cli_run_failed(run, port, "it does not take frames for all addresses", error);
    }
    error = ir_start(port->dev);
    if (error != 0)
        return out_of_memory(run, port, "the device does not start", error);
    port->steps = ir_sim_step(port->dev) >= 0;
    return CLI_OK;
}

/* Devices first: what kind of memory the pool needs is known only then. */
static int open_all(struct cli_run *run, char *const *devices, unsigned ports, unsigned directions,
                    bool promiscuous)
{
    int status = check_pool(run->settings, ports, directions);

    if (status == CLI_OK)
        status = make_domain(run);
    for (unsigned i = 0; status == CLI_OK && i < ports; i++) {
        run->port[i].name = devices[i];
        run->ports = i + 1;
        status = open_port(run, &run->port[i]);
    }
    if (status == CLI_OK)
        status = make_pool(run, pool_size(run->settings, ports, directions));
    for (unsigned i = 0; status == CLI_OK && i < ports; i++)
        status = start_port(run, &run->port[i], directions, promiscuous);
    return status;
}

int cli_run_open(struct cli_run *run, const struct cli_command *command,
                 const struct cli_settings *settings, char *const *devices, unsigned ports,
                 unsigned directions, bool promiscuous)
{
    memset(run, 0, sizeof(*run));
    run->command = command;
    run->settings = settings;
    catch_signals();
    run->status = cli_wait_mode(settings->wait, &run->wait);
    if (run->status == CLI_OK)
        run->status = open_all(run, devices, ports, directions, promiscuous);
    for (unsigned i = 0; run->status == CLI_OK && i < ports; i++) {
        if (ir_link_wait(run->port[i].dev, LINK_WAIT_MS) != 0)
            cli_error("%s has no link; going on without", run->port[i].name);
    }
    if (run->status == CLI_OK && (directions & CLI_RECEIVES) != 0)
        run->status = cli_wait_open(run);
    if (run->status != CLI_OK)
        return run->status;
    run->started = cli_clock();
    run->now = run->started;
    run->reported = run->started;
    run->last_packet = run->started;
    return run->status;
}

static bool past(const struct cli_run *run, uint64_t since, double seconds)
{
    return seconds > 0 && (double)(run->now - since) >= seconds * (double)CLI_NS;
}

/* Everything has come that ever will: all wires have ended, and a whole ring's worth of polls, each
 * of which may have been spent on a frame that the driver dropped, brought nothing. */
static bool all_received(struct cli_run *run)
{
    bool all = true;

    for (unsigned i = 0; i < run->ports; i++) {
        struct cli_port *port = &run->port[i];

        if (!port->finished && ir_sim_finished(port->dev)) {
            port->finished = true;
            run->quiet = 0; /* look once more at what came before the end */
        }
        all = all && port->finished && port->rxq != NULL;
    }
    run->finished = all;
    return all && run->quiet > run->settings->ring;
}

/* Things to do between rounds without a packet. */
static bool quiet_round(struct cli_run *run, uint32_t held)
{
    run->quiet++;
    if (held == 0 && all_received(run))
        return false;
    for (unsigned i = 0; i < run->ports; i++) {
        /* Sent packets give their buffers back even when nothing new is sent. */
        if (run->port[i].txq != NULL)
            (void)ir_tx_reclaim(run->port[i].txq);
    }
    if (held == 0)
        cli_wait(run);
    else
        cli_run_back_off(run);
    return true;
}

bool cli_run_continues(struct cli_run *run, uint32_t moved, uint32_t held)
{
    const struct cli_settings *settings = run->settings;

    for (unsigned i = 0; i < run->ports; i++) {
        if (run->port[i].steps)
            (void)ir_sim_step(run->port[i].dev);
    }
    if (run->status != CLI_OK)
        return false;
    run->begun = true;
    if (interrupted || (settings->count != 0 && run->in >= settings->count && held == 0))
        return false;
    if (moved != 0)
        run->quiet = 0;
    else if (!quiet_round(run, held))
        return false;
    if (++run->polls % CLOCK_INTERVAL != 0 && run->quiet < 2u)
        return true;
    run->now = cli_clock();
    if (run->quiet < 2u)
        run->last_packet = run->now;
    if (run->now - run->reported >= CLI_NS)
        cli_print_interval(run);
    return !past(run, run->started, settings->duration) &&
           !past(run, run->last_packet, settings->idle);
}

static bool all_sent(struct cli_run *run)
{
    bool all = true;

    for (unsigned i = 0; i < run->ports; i++) {
        struct cli_port *port = &run->port[i];

        if (port->steps)
            (void)ir_sim_step(port->dev);
        all = all && (port->txq == NULL || ir_tx_reclaim(port->txq) <= 0);
    }
    return all;
}

static void drain(struct cli_run *run)
{
    uint64_t end = cli_run_deadline(run);

    run->quiet = 0;
    while (!all_sent(run) && cli_clock() < end) {
        run->quiet++;
        cli_run_back_off(run);
    }
    for (unsigned i = 0; i < run->ports; i++) {
        struct cli_port *port = &run->port[i];
        int unsent = port->txq != NULL ? ir_tx_reclaim(port->txq) : 0;

        if (unsent <= 0)
            continue;
        port->unsent += (uint64_t)unsent;
        cli_error("%s did not send its last %d packets within %d seconds", port->name, unsent,
                  (int)(CLI_DRAIN_NS / CLI_NS));
        run->status = CLI_FAILED;
    }
    run->now = cli_clock();
}

/* What a simulated card sent may wait to be written to a file. */
static void flush_wires(struct cli_run *run)
{
    for (unsigned i = 0; i < run->ports; i++) {
        int error = ir_sim_flush(run->port[i].dev);

        if (error != 0 && error != -ENOTSUP)
            (void)cli_run_failed(run, &run->port[i], "what was sent cannot be written", error);
    }
}

/* No buffer may be anywhere but in a ring or free, and after closing the devices all are free. */
static void check_buffers(struct cli_run *run, int held)
{
    if (held == 0)
        return;
    if (held < 0)
        cli_error("the books of the packet pool do not balance");
    else
        cli_error("%d packet buffers were lost", held);
    run->status = CLI_FAILED;
}

static void close_ports(struct cli_run *run)
{
    for (unsigned i = 0; i < run->ports; i++) {
        struct cli_port *port = &run->port[i];
        int error = ir_close(port->dev);

        if (error != 0)
            (void)cli_run_failed(run, port, "closing the device failed", error);
        port->dev = NULL;
    }
}

int cli_run_close(struct cli_run *run)
{
    if (run->begun) {
        drain(run);
        flush_wires(run);
        cli_print_summary(run);
    }
    cli_wait_close(run);
    if (run->pool != NULL)
        check_buffers(run, ir_pool_audit(run->pool));
    close_ports(run);
    if (run->pool != NULL) {
        check_buffers(run, ir_pool_audit(run->pool));
        (void)ir_pool_destroy(run->pool);
    }
    (void)ir_domain_destroy(run->domain);
    return run->status;
}
