/* SPDX-License-Identifier: MIT
 *
 * ironring gen: send made-up UDP packets at a given rate. The frames' layout is here and nowhere
 * else.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "core/compiler.h"

#define FLOWS_PER_PORT 256u

/* A frame up to its payload: Ethernet, IPv4, UDP. Offsets of the fields that vary: */
#define HEADERS        42u
#define DESTINATION    0u /* MAC address */
#define SOURCE         6u /* MAC address */
#define IP_LENGTH      16u
#define IP_CHECKSUM    24u
#define IP_SOURCE_LAST 29u /* last byte of the source address */
#define UDP_SOURCE     34u
#define UDP_LENGTH     38u
#define SEQUENCE       42u /* 8 bytes, counts all packets sent */

/* 198.18.0.0/15 is set aside for benchmarks (RFC 2544); port 9 is discard. The UDP checksum of zero
 * means that there is none. */
static const uint8_t template_headers[HEADERS] = {
    0x02, 0,  0, 0, 0,   2,  0, 0, 0,  0,  0, 0, 0x08, 0, /* Ethernet */
    0x45, 0,  0, 0, 0,   0,  0, 0, 64, 17, 0, 0,          /* IPv4 */
    198,  18, 0, 0, 198, 19, 0, 1,                        /* from, to */
    0,    0,  0, 9, 0,   0,  0, 0,                        /* UDP */
};

struct generator {
    uint64_t random; /* state, never 0 */
    uint64_t sequence;
    uint32_t first; /* pkts[first] to pkts[count - 1] wait to be sent */
    uint32_t count;
    struct ir_pkt pkts[CLI_BURST_MAX];
    uint8_t frame[IR_FRAME_MAX];
};

/* xorshift64*: the same seed gives the same packets everywhere. It is defined modulo 2^64. */
IR_WRAPS static uint64_t next_random(struct generator *generator)
{
    generator->random ^= generator->random >> 12;
    generator->random ^= generator->random << 25;
    generator->random ^= generator->random >> 27;
    return generator->random * 0x2545f4914f6cdd1dull;
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void set_ip_checksum(uint8_t *frame)
{
    uint32_t sum = 0;

    put16(frame + IP_CHECKSUM, 0);
    for (uint32_t i = 14; i < 34; i += 2)
        sum += (uint32_t)frame[i] << 8 | frame[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(frame + IP_CHECKSUM, ~sum & 0xffff);
}

static void make_frame(struct generator *generator, const struct cli_settings *settings,
                       const uint8_t source[IR_MAC_LENGTH], const uint8_t *destination)
{
    uint32_t size = (uint32_t)settings->size;

    memcpy(generator->frame, template_headers, HEADERS);
    memcpy(generator->frame + SOURCE, source, IR_MAC_LENGTH);
    if (destination != NULL)
        memcpy(generator->frame + DESTINATION, destination, IR_MAC_LENGTH);
    put16(generator->frame + IP_LENGTH, size - 14);
    put16(generator->frame + UDP_LENGTH, size - 34);
    for (uint32_t i = HEADERS; i < size; i++)
        generator->frame[i] = (uint8_t)(next_random(generator) >> 56);
}

/* Make the next packet's frame out of the last one's. */
static void vary_frame(struct generator *generator, uint64_t flows)
{
    uint32_t flow = flows == 1 ? 0 : (uint32_t)(next_random(generator) % flows);

    generator->frame[IP_SOURCE_LAST] = (uint8_t)(flow % FLOWS_PER_PORT);
    put16(generator->frame + UDP_SOURCE, 1024 + flow / FLOWS_PER_PORT);
    for (unsigned i = 0; i < 8; i++)
        generator->frame[SEQUENCE + i] = (uint8_t)(generator->sequence >> (56 - 8 * i));
    generator->sequence++;
    set_ip_checksum(generator->frame);
}

/* How many packets may be made now: by --count, --burst and --rate. */
static uint32_t allowance(const struct cli_run *run)
{
    const struct cli_settings *settings = run->settings;
    uint64_t most = settings->burst;

    if (settings->count != 0 && settings->count - run->in < most)
        most = settings->count - run->in;
    if (settings->rate != 0) {
        double due = (double)(run->now - run->started) / (double)CLI_NS * (double)settings->rate;

        if (due < (double)(run->in + most))
            most = due > (double)run->in ? (uint64_t)due - run->in : 0;
    }
    return (uint32_t)most;
}

/* Fill buffers with new packets, as far as the pool has any. */
static void make_packets(struct cli_run *run, struct generator *generator)
{
    uint32_t most = allowance(run);
    uint32_t size = (uint32_t)run->settings->size;

    generator->first = 0;
    generator->count = 0;
    while (generator->count < most) {
        struct ir_pkt *pkt = &generator->pkts[generator->count];
        uint8_t *bytes;

        if (ir_pkt_alloc(run->pool, size, pkt) != 0)
            return;
        generator->count++;
        run->in++;
        vary_frame(generator, run->settings->flows);
        bytes = ir_pkt_data(run->pool, *pkt, 0, size);
        if (bytes != NULL)
            memcpy(bytes, generator->frame, size);
    }
}

static bool parse_mac(const char *text, uint8_t mac[IR_MAC_LENGTH])
{
    if (strlen(text) != 3 * IR_MAC_LENGTH - 1)
        return false;
    for (size_t i = 0; i < IR_MAC_LENGTH; i++) {
        const char *byte = text + 3 * i;

        /* two hexadecimal digits, then a colon or the end */
        if (strspn(byte, "0123456789abcdefABCDEF") != 2 ||
            byte[2] != (i + 1 < IR_MAC_LENGTH ? ':' : '\0'))
            return false;
        mac[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return true;
}

static int check_buffer(const struct cli_settings *settings)
{
    uint64_t fitting = IR_BUFFER_SIZE_MIN;

    if (settings->size <= settings->buffer)
        return CLI_OK;
    while (fitting < settings->size)
        fitting *= 2;
    cli_error("--size %" PRIu64 " does not fit in a buffer; give --buffer %" PRIu64
              " or a smaller size",
              settings->size, fitting);
    return CLI_USAGE;
}

static int check_device(const struct cli_run *run)
{
    const struct cli_settings *settings = run->settings;
    struct ir_info info;

    ir_info(run->port[0].dev, &info);
    if (settings->size > info.frame_max) {
        cli_error("--size %" PRIu64 " is more than %s can send; give at most %u", settings->size,
                  run->port[0].name, info.frame_max);
        return CLI_USAGE;
    }
    return CLI_OK;
}

static void generate(struct cli_run *run, struct generator *generator)
{
    uint32_t moved = 0;
    uint32_t held = 0;

    while (cli_run_continues(run, moved, held)) {
        if (generator->first == generator->count)
            make_packets(run, generator);
        moved = 0;
        if (generator->first < generator->count)
            moved = cli_run_send(run, &run->port[0], &run->flow[0], generator->pkts,
                                 &generator->first, generator->count);
        held = generator->count - generator->first;
    }
    cli_run_flush(run, &run->port[0], &run->flow[0], generator->pkts, &generator->first,
                  generator->count);
}

static int run_gen(const struct cli_command *command, const struct cli_settings *settings,
                   char *const *operands)
{
    static struct generator generator;
    uint8_t destination[IR_MAC_LENGTH];
    uint8_t source[IR_MAC_LENGTH];
    struct cli_run run;
    int error;

    if (settings->to != NULL && !parse_mac(settings->to, destination)) {
        cli_error("--to takes a MAC address such as 02:00:00:00:00:02, not '%s'", settings->to);
        return CLI_USAGE;
    }
    if (check_buffer(settings) != CLI_OK)
        return CLI_USAGE;
    if (cli_run_open(&run, command, settings, operands, 1, CLI_SENDS, false) != CLI_OK ||
        cli_run_confine(&run) != CLI_OK)
        return cli_run_close(&run);
    run.in_word = "made";
    run.out_word = "sent";
    run.flows = 1;
    run.flow[0].name = "sent";
    run.status = check_device(&run);
    error = ir_mac_get(run.port[0].dev, source);
    if (error != 0) {
        cli_error("%s does not tell its MAC address: %s", run.port[0].name, strerror(-error));
        run.status = CLI_FAILED;
    }
    if (run.status == CLI_OK) {
        generator.random = settings->seed != 0 ? settings->seed : UINT64_MAX;
        make_frame(&generator, settings, source, settings->to != NULL ? destination : NULL);
        generate(&run, &generator);
    }
    return cli_run_close(&run);
}

const struct cli_command cli_gen = {
    .name = "gen",
    .bit = CLI_GEN,
    .operands = "DEVICE",
    .summary = "send made-up packets",
    .help = "Send UDP packets from 198.18.0.0/24 to 198.19.0.1, port 9. The first 8 bytes of the "
            "payload\n"
            "count the packets, the others follow from the seed. Ends with --count or --duration, "
            "or on\n"
            "Ctrl-C.\n\n"
            "Options:\n"
            "  -r, --rate N        packets a second (as fast as possible)\n"
            "  -s, --size N        bytes a frame without checksum, from 60 on (60)\n"
            "      --flows N       different sources, 1 to 65536 (1)\n"
            "      --seed N        of the payload and the order of the flows (1)\n"
            "      --to MAC        destination MAC address (02:00:00:00:00:02)\n" CLI_RUNNING_HELP
            "\nExamples:\n"
            "  Write a thousand packets to a capture:\n"
            "    ironring gen sim:82599,tx=out.pcap --count 1000\n"
            "  Send 10000 packets a second of 1514 bytes to a Linux interface:\n"
            "    ironring gen sim:82599,tap=t0 --rate 10k --size 1514\n",
    .run = run_gen,
};
