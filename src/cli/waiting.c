/* SPDX-License-Identifier: MIT
 *
 * How a run lets time pass while nothing comes: by a waiter, or by polling.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>
#include <time.h>

#include "cli/run.h"

#define WAIT_US     10000u /* until the run looks at clocks and wires again */
#define QUIET_YIELD 64u    /* polls without a packet before the processor is offered to others */
#define QUIET_SLEEP 2048u  /* ... and before sleeping between polls */
#define SLEEP_NS    50000

int cli_wait_mode(const char *text, enum cli_wait *mode)
{
    static const char *const names[] = {"adaptive", "interrupt", "poll"};

    *mode = CLI_WAIT_ADAPTIVE;
    if (text == NULL)
        return CLI_OK;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *mode = (enum cli_wait)i;
        if (strcmp(text, names[i]) == 0)
            return CLI_OK;
    }
    cli_error("--wait takes adaptive, interrupt or poll, not '%s'", text);
    return CLI_USAGE;
}

/* A card that advances only when it is told to does nothing while anybody sleeps. */
static bool any_steps(const struct cli_run *run)
{
    bool any = false;

    for (unsigned i = 0; i < run->ports; i++)
        any = any || run->port[i].steps;
    return any;
}

int cli_wait_open(struct cli_run *run)
{
    int error;

    if (run->wait == CLI_WAIT_POLL || any_steps(run))
        return CLI_OK;
    error = ir_waiter_create(&run->waiter);
    if (error != 0) {
        cli_error(
            "waiting for packets is not possible: %s; raise the limit of open files (ulimit -n), "
            "or give --wait poll",
            strerror(-error));
        return CLI_FAILED;
    }
    if (run->wait == CLI_WAIT_INTERRUPT)
        (void)ir_waiter_poll(run->waiter, 0);
    for (unsigned i = 0; i < run->ports; i++) {
        struct cli_port *port = &run->port[i];

        if (port->rxq != NULL)
            error = ir_waiter_rx(run->waiter, port->rxq);
        if (error != 0) {
            cli_error("%s: its interrupts cannot be had: %s; give --wait poll", port->name,
                      strerror(-error));
            return CLI_FAILED;
        }
    }
    return CLI_OK;
}

void cli_wait_close(struct cli_run *run)
{
    ir_waiter_destroy(run->waiter);
    run->waiter = NULL;
}

void cli_wait(struct cli_run *run)
{
    if (run->waiter == NULL || run->finished)
        cli_run_back_off(run);
    else if (run->quiet > 1u)
        (void)ir_wait(run->waiter, WAIT_US); /* whatever ends it: the run looks for itself */
}

void cli_run_back_off(const struct cli_run *run)
{
    const struct timespec pause = {0, SLEEP_NS};

    if (run->quiet > QUIET_SLEEP && !run->finished && run->wait != CLI_WAIT_POLL)
        (void)nanosleep(&pause, NULL);
    else if (run->quiet > QUIET_YIELD)
        (void)sched_yield();
}
