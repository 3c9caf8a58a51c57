/* SPDX-License-Identifier: MIT
 *
 * Forwards frames both ways between two devices on one core, touches one byte of each, and prints what a
 * packet cost: for bench/vhost, which lets DPDK do the same. Public functions only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#include <ironring/ironring.h>

#define BURST     32u
#define RING_SIZE 256u
#define BUFFERS   4096u
#define TOUCHED   48u    /* offset of the byte that is incremented */
#define BETWEEN   65536u /* iterations between two looks at the clock */

struct port {
    struct ir_dev *dev;
    struct ir_rxq *rxq;
    struct ir_txq *txq;
};

struct totals {
    uint64_t packets; /* received */
    uint64_t dropped; /* of these: they found the other side's ring full */
    uint64_t cycles;  /* of the time stamp counter, in the calls that received something */
};

static int complain(const char *what, int error)
{
    (void)fprintf(stderr, "vhost_forward: %s: %s\n", what, strerror(-error));
    return -1;
}

static int open_port(struct ir_domain *domain, struct ir_pool *pool, const char *device,
                     struct port *port)
{
    char sentence[IR_ERROR_LENGTH];
    int error = ir_open(domain, device, &port->dev, sentence);

    if (error < 0)
        return complain(sentence, error);
    error = ir_rxq_setup(port->dev, 0, RING_SIZE, pool, &port->rxq);
    if (error == 0)
        error = ir_txq_setup(port->dev, 0, RING_SIZE, pool, &port->txq);
    if (error == 0)
        error = ir_start(port->dev);
    return error < 0 ? complain(device, error) : 0;
}

static int touch_all(struct ir_pool *pool, const struct ir_pkt *pkts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *byte = ir_pkt_data(pool, pkts[i], TOUCHED, 1);

        if (byte == NULL)
            return -1;
        (*byte)++;
    }
    return 0;
}

/* One burst from one port to the other. */
static int forward(struct ir_pool *pool, const struct port *from, const struct port *to,
                   struct totals *totals)
{
    struct ir_pkt pkts[BURST];
    uint64_t start = __rdtsc();
    int received = ir_rx(from->rxq, pkts, BURST);
    int sent;

    if (received <= 0)
        return received;
    if (touch_all(pool, pkts, (uint32_t)received) != 0)
        return -1;
    sent = ir_tx(to->txq, pkts, (uint32_t)received);
    if (sent < 0)
        return sent;
    for (int i = sent; i < received; i++)
        (void)ir_pkt_free(pool, pkts[i]);
    totals->packets += (uint32_t)received;
    totals->dropped += (uint32_t)(received - sent);
    totals->cycles += __rdtsc() - start;
    return 0;
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Forward for so many seconds. */
static int run(struct ir_pool *pool, const struct port port[2], double seconds,
               struct totals *totals, double *elapsed)
{
    double start = now();

    do {
        for (uint32_t i = 0; i < BETWEEN; i++) {
            if (forward(pool, &port[0], &port[1], totals) != 0 ||
                forward(pool, &port[1], &port[0], totals) != 0)
                return complain("a device failed", -EIO);
        }
        *elapsed = now() - start;
    } while (*elapsed < seconds);
    return 0;
}

static int measure(struct ir_domain *domain, struct ir_pool *pool, char **arguments)
{
    struct port port[2] = {0};
    struct totals warm_up = {0}, totals = {0};
    double seconds = strtod(arguments[3], NULL), elapsed = 0;

    if (open_port(domain, pool, arguments[1], &port[0]) != 0 ||
        open_port(domain, pool, arguments[2], &port[1]) != 0)
        return -1;
    (void)printf("forwarding\n");
    (void)fflush(stdout);
    if (run(pool, port, 2.0, &warm_up, &elapsed) != 0 ||
        run(pool, port, seconds, &totals, &elapsed) != 0)
        return -1;
    (void)printf("{\"packets\": %llu, \"dropped\": %llu, \"cycles\": %llu, \"seconds\": %.3f}\n",
                 (unsigned long long)totals.packets, (unsigned long long)totals.dropped,
                 (unsigned long long)totals.cycles, elapsed);
    return ir_close(port[0].dev) != 0 || ir_close(port[1].dev) != 0 || ir_pool_audit(pool) != 0
               ? complain("closing", -EIO)
               : 0;
}

int main(int argc, char **argv)
{
    struct ir_domain *domain;
    struct ir_pool *pool;

    if (argc != 4 || strtod(argv[3], NULL) <= 0) {
        (void)fprintf(stderr, "usage: vhost_forward DEVICE DEVICE SECONDS\n");
        return 2;
    }
    if (ir_domain_create(&domain) < 0 ||
        ir_pool_create(domain, BUFFERS, IR_BUFFER_SIZE_MIN, &pool) < 0) {
        (void)fprintf(stderr, "vhost_forward: no memory\n");
        return 1;
    }
    if (measure(domain, pool, argv) != 0)
        return 1;
    return ir_pool_destroy(pool) != 0 || ir_domain_destroy(domain) != 0;
}
