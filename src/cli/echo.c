/* SPDX-License-Identifier: MIT
 *
 * ironring echo: be a host that answers ARP and ping. What an answer looks like is in
 * echo_answer.c.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cli/echo_answer.h"
#include "cli/run.h"

struct answers {
    uint32_t first; /* pkts[first] to pkts[count - 1] wait to be sent */
    uint32_t count;
    struct ir_pkt pkts[CLI_BURST_MAX];
};

/* Receive a burst, keep the answers to it and free what has none. Returns the number received. */
static uint32_t receive(struct cli_run *run, const struct echo_host *host, struct answers *answers)
{
    struct ir_pkt pkts[CLI_BURST_MAX];
    uint32_t received = cli_run_receive(run, &run->port[0], pkts);

    answers->first = 0;
    answers->count = 0;
    for (uint32_t i = 0; i < received; i++) {
        if (echo_answer(run->pool, host, &pkts[i]))
            answers->pkts[answers->count++] = pkts[i];
        else
            cli_run_free(run, pkts[i]);
    }
    return received;
}

static void answer(struct cli_run *run, const struct echo_host *host)
{
    struct answers answers = {.first = 0, .count = 0};
    uint32_t moved = 0;
    uint32_t held = 0;

    while (cli_run_continues(run, moved, held)) {
        moved = 0;
        if (answers.first == answers.count)
            moved = receive(run, host, &answers);
        if (answers.first < answers.count)
            moved += cli_run_send(run, &run->port[0], &run->flow[0], answers.pkts, &answers.first,
                                  answers.count);
        held = answers.count - answers.first;
    }
    cli_run_flush(run, &run->port[0], &run->flow[0], answers.pkts, &answers.first, answers.count);
}

static int parse_ip(const struct cli_settings *settings, uint32_t *ip)
{
    struct in_addr address;

    if (settings->ip == NULL) {
        cli_error("which address shall be answered for? Give --ip, such as --ip 10.0.0.2");
        return CLI_USAGE;
    }
    if (inet_pton(AF_INET, settings->ip, &address) == 1) {
        *ip = ntohl(address.s_addr);
        if (*ip >> 24 != 0 && *ip >> 24 != 127 && *ip >> 28 < 14)
            return CLI_OK;
    }
    cli_error("--ip takes the IPv4 address of a host, such as 10.0.0.2, not '%s'", settings->ip);
    return CLI_USAGE;
}

static int run_echo(const struct cli_command *command, const struct cli_settings *settings,
                    char *const *operands)
{
    struct echo_host host;
    struct cli_run run;
    int status = parse_ip(settings, &host.ip);

    if (status != CLI_OK)
        return status;
    if (cli_run_open(&run, command, settings, operands, 1, CLI_RECEIVES | CLI_SENDS, false) !=
            CLI_OK ||
        cli_run_confine(&run) != CLI_OK)
        return cli_run_close(&run);
    run.in_word = "in";
    run.out_word = "answered";
    run.flows = 1;
    run.flow[0].name = "answered";
    status = ir_mac_get(run.port[0].dev, host.mac);
    if (status != 0) {
        cli_error("%s does not tell its MAC address: %s", run.port[0].name, strerror(-status));
        run.status = CLI_FAILED;
    } else if (!settings->json) {
        cli_say("answering for %s at %02x:%02x:%02x:%02x:%02x:%02x\n", settings->ip, host.mac[0],
                host.mac[1], host.mac[2], host.mac[3], host.mac[4], host.mac[5]);
    }
    answer(&run, &host);
    return cli_run_close(&run);
}

const struct cli_command cli_echo = {
    .name = "echo",
    .bit = CLI_ECHO,
    .operands = "DEVICE",
    .summary = "answer ARP and ping",
    .help = "Answer ARP requests and ICMP echo requests (ping) for one IPv4 address, with the MAC "
            "address\n"
            "of the device. Ends when the device's wire has ended, with --count, --duration or "
            "--idle, or\n"
            "on Ctrl-C.\n\n"
            "Options:\n"
            "      --ip ADDRESS    the IPv4 address to answer for (needed)\n" CLI_IDLE_HELP
                CLI_RUNNING_HELP "\nExample:\n"
            "  Be pinged through a Linux interface; in a second terminal: ping 10.0.0.2\n"
            "    ironring echo sim:82599,tap=t0 --ip 10.0.0.2\n"
            "    ip addr add 10.0.0.1/24 dev t0; ip link set t0 up; ping 10.0.0.2\n",
    .run = run_echo,
};
