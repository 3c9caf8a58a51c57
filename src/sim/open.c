/* SPDX-License-Identifier: MIT
 *
 * From a device string to a card that is plugged in and runs. How the string reads is told in
 * options.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/options.h"
#include "sim/sim.h"

/* Each card of a process gets an address of its own, locally administered. */
static void choose_mac(const struct sim_kind *kind, uint8_t mac[IR_MAC_LENGTH])
{
    static _Atomic uint32_t cards;
    uint32_t number = atomic_fetch_add(&cards, 1u) + 1u;

    memcpy(mac, kind->mac, SIM_MAC_PREFIX);
    mac[4] = (uint8_t)(number >> 8 & 0xffu);
    mac[5] = (uint8_t)(number & 0xffu);
}

/* Time 0 of the card in nanoseconds since 1970; a card that is stepped starts in 1970, so that a
 * run can be repeated to the byte. */
static uint64_t epoch(bool real_time)
{
    struct timespec now = {0, 0};

    if (real_time)
        (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail: the clock exists */
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A wire of its own for each direction, or one for both. */
static int open_wires(struct sim_arguments *arguments, struct sim_wire **source,
                      struct sim_wire **sink, char error[IR_ERROR_LENGTH])
{
    int result = 0;

    memcpy(arguments->gen.mac, arguments->mac, IR_MAC_LENGTH);
    if (arguments->rx[0] != '\0')
        result = sim_wire_pcap_source(arguments->rx, arguments->loop, source, error);
    else if (arguments->wire == SIM_WIRE_GEN)
        result = sim_wire_gen(&arguments->gen, source, error);
    else if (arguments->wire == SIM_WIRE_FLOOD)
        result = sim_wire_flood(&arguments->gen, source, error);
    else if (arguments->wire == SIM_WIRE_MEMORY)
        result = sim_wire_memory(source, error);
    else if (arguments->tap[0] != '\0')
        result = sim_wire_tap(arguments->tap, source, error);
    else if (arguments->link[0] != '\0')
        result = sim_wire_link(arguments->link, source, error);
    if (result != 0)
        return result;
    if (arguments->tx[0] == '\0') {
        if (*source != NULL && (*source)->ops->send != NULL)
            *sink = *source;
        return 0;
    }
    result = sim_wire_pcap_sink(arguments->tx, epoch(arguments->threaded || arguments->served),
                                sink, error);
    if (result != 0 && *source != NULL)
        (*source)->ops->close(*source);
    return result;
}

int ir_sim_open(const char *arguments, struct ir_transport **transport, char error[IR_ERROR_LENGTH])
{
    struct sim_arguments *parsed = malloc(sizeof(*parsed));
    struct sim_wire *source = NULL;
    struct sim_wire *sink = NULL;
    struct sim_device *device = NULL;
    char unused[IR_ERROR_LENGTH];
    int result;

    *transport = NULL;
    if (error == NULL)
        error = unused;
    error[0] = '\0';
    if (parsed == NULL) {
        result = -ENOMEM;
        goto report;
    }
    result = sim_arguments_parse(arguments, parsed, error);
    if (result != 0)
        goto report;
    if (!parsed->mac_given)
        choose_mac(parsed->kind, parsed->mac);
    result = open_wires(parsed, &source, &sink, error);
    if (result != 0)
        goto report;
    result = parsed->kind->create(parsed, source, sink, &device);
    if (result != 0)
        goto report;
    device->served = parsed->served;
    result = sim_thread_start(device);
    if (result != 0) {
        device->threaded = false; /* there is none to stop */
        device->transport.ops->close(&device->transport);
        goto report;
    }
    *transport = &device->transport;

report:
    if (result != 0 && error[0] == '\0')
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "sim:%.80s: the simulated card cannot be made (%s); free some memory",
                       arguments, strerror(-result));
    free(parsed);
    return result;
}
