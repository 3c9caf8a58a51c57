/* SPDX-License-Identifier: MIT
 *
 * A traffic generator: numbered UDP frames in flows that depend on the seed alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/random.h"
#include "sim/wire.h"

#define HEADERS     42u /* Ethernet, IPv4, UDP */
#define ETHERNET    14u
#define IPV4        20u
#define UDP         8u
#define NS_PER_S    UINT64_C(1000000000)
#define BUFFER_SIZE (512u << 10) /* the card's packet buffer: what it can hold back */

struct flow {
    uint8_t headers[HEADERS]; /* UDP checksum left at 0 */
    uint32_t sum;             /* of the UDP checksum, without the sequence number */
};

struct gen_wire {
    struct sim_wire base;
    struct sim_gen_options options;
    struct flow *flows; /* options.flows of them */
    uint64_t next;      /* number of the next frame */
    uint32_t flow;      /* its flow; < options.flows */
    uint64_t started;   /* time of frame 0, once `running` */
    bool running;
    uint64_t missed; /* frames lost since last asked */
    uint8_t frame[SIM_GEN_SIZE_MAX];
};

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8 & 0xffu);
    at[1] = (uint8_t)(value & 0xffu);
}

static uint32_t sum16(const uint8_t *bytes, uint32_t length)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i + 1u < length; i += 2u)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1u];
    return sum;
}

static uint32_t fold(uint32_t sum)
{
    while (sum > 0xffffu)
        sum = (sum & 0xffffu) + (sum >> 16);
    return sum;
}

/* Addresses out of 198.18.0.0/15, which is reserved for such tests (RFC 2544). */
static void make_flow(const struct sim_gen_options *options, uint64_t *random, struct flow *flow)
{
    uint8_t *ip = flow->headers + ETHERNET;
    uint8_t *udp = ip + IPV4;
    uint64_t bits = sim_random(random);
    uint64_t ports = sim_random(random);
    uint32_t udp_length = options->size - ETHERNET - IPV4;

    memset(flow->headers, 0, sizeof(flow->headers));
    memcpy(flow->headers, options->mac, IR_MAC_LENGTH);
    flow->headers[6] = 0x02u; /* locally administered */
    for (uint32_t i = 0; i < 5u; i++)
        flow->headers[7u + i] = (uint8_t)(bits >> (8u * i) & 0xffu);
    put16(flow->headers + 12, 0x0800u);
    ip[0] = 0x45u;
    put16(ip + 2, options->size - ETHERNET);
    ip[8] = 64u;
    ip[9] = 17u; /* UDP */
    put16(ip + 12, 0xc612u);
    put16(ip + 14, (uint32_t)(bits >> 40 & 0xffffu));
    put16(ip + 16, 0xc613u);
    put16(ip + 18, (uint32_t)(ports & 0xffffu));
    put16(ip + 10, ~fold(sum16(ip, IPV4)) & 0xffffu);
    put16(udp, 1024u + (uint32_t)(ports >> 16 & 0x7fffu));
    put16(udp + 2, 1024u + (uint32_t)(ports >> 32 & 0x7fffu));
    put16(udp + 4, udp_length);
    flow->sum = sum16(ip + 12, 8u) + 17u + udp_length + sum16(udp, 6u);
}

/* Frames due by now and not sent; those the card's packet buffer has no room for are lost. */
static uint64_t due(struct gen_wire *gen, uint64_t now)
{
    uint64_t room = BUFFER_SIZE / gen->options.size;
    uint64_t passed;
    uint64_t total;

    if (!gen->running) {
        gen->running = true;
        gen->started = now;
    }
    passed = now - gen->started;
    total = passed / NS_PER_S * gen->options.rate +
            passed % NS_PER_S * gen->options.rate / NS_PER_S + 1u;
    if (gen->options.count != 0 && total > gen->options.count)
        total = gen->options.count;
    if (total <= gen->next)
        return 0;
    if (total - gen->next > room) {
        gen->missed += total - gen->next - room;
        gen->next = total - room;
        gen->flow = (uint32_t)(gen->next % gen->options.flows);
    }
    return total - gen->next;
}

static bool gen_finished(struct sim_wire *wire)
{
    const struct gen_wire *gen = (const struct gen_wire *)wire;

    return gen->options.count != 0 && gen->next >= gen->options.count;
}

static const uint8_t *gen_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct gen_wire *gen = (struct gen_wire *)wire;
    const struct flow *flow;
    uint32_t sum;

    if (gen_finished(wire) || (gen->options.rate != 0 && due(gen, now) == 0))
        return NULL;
    flow = &gen->flows[gen->flow];
    memcpy(gen->frame, flow->headers, HEADERS);
    for (uint32_t i = 0; i < 8u; i++)
        gen->frame[HEADERS + i] = (uint8_t)(gen->next >> (56u - 8u * i) & 0xffu);
    sum = ~fold(flow->sum + sum16(gen->frame + HEADERS, 8u)) & 0xffffu;
    put16(gen->frame + ETHERNET + IPV4 + 6, sum == 0 ? 0xffffu : sum);
    gen->next++;
    gen->flow = gen->flow + 1u < gen->options.flows ? gen->flow + 1u : 0;
    *length = gen->options.size;
    return gen->frame;
}

static uint64_t gen_missed(struct sim_wire *wire)
{
    struct gen_wire *gen = (struct gen_wire *)wire;
    uint64_t missed = gen->missed;

    gen->missed = 0;
    return missed;
}

static void gen_close(struct sim_wire *wire)
{
    struct gen_wire *gen = (struct gen_wire *)wire;

    free(gen->flows);
    free(gen);
}

static const struct sim_wire_ops gen_ops = {
    .receive = gen_receive,
    .finished = gen_finished,
    .missed = gen_missed,
    .close = gen_close,
};

int sim_wire_gen(const struct sim_gen_options *options, struct sim_wire **wire,
                 char error[IR_ERROR_LENGTH])
{
    struct gen_wire *gen = calloc(1, sizeof(*gen));
    uint64_t random = options->seed;

    if (gen != NULL)
        gen->flows = calloc(options->flows, sizeof(*gen->flows));
    if (gen == NULL || gen->flows == NULL) {
        free(gen);
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "wire=gen: there is no memory for %u flows; use fewer", options->flows);
        return -ENOMEM;
    }
    gen->base.ops = &gen_ops;
    gen->base.patient = options->rate == 0;
    gen->options = *options;
    for (uint32_t i = 0; i < options->flows; i++)
        make_flow(options, &random, &gen->flows[i]);
    /* No leak, as -fanalyzer has it: the wire is the first member of the same object. */
    *wire = &gen->base;
    return 0;
}
