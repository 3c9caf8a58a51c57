/* SPDX-License-Identifier: MIT
 *
 * Forwards bursts of 60-byte frames from one simulated card to another and touches one byte of each, for
 * bench/run to count the instructions of. The cards work only between bursts (mode=step), so what
 * forward_burst costs is the driver's cost, but for the register accesses that reach the card's model.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#define BURST_MAX     256u
#define RING_SIZE     512u
#define BUFFERS       4096u
#define TOUCHED       48u /* offset of the byte that is incremented */
#define WARM_UP       ((uint64_t)4 * RING_SIZE)
#define INTO_ERRORS   (-1)
#define DEVICE_LENGTH 256u

struct path {
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *in, *out;
    struct ir_rxq *rxq;
    struct ir_txq *txq;
};

/* One receive, one touch of each packet, one transmit. Returns the packets sent, or a negative errno. */
static inline __attribute__((always_inline)) int forward(const struct path *path, uint32_t burst)
{
    const struct ir_pool *pool = path->pool;
    struct ir_pkt pkts[BURST_MAX];
    int received = ir_rx(path->rxq, pkts, burst);

    for (int i = 0; i < received; i++) {
        uint8_t *byte = ir_pkt_data(pool, pkts[i], TOUCHED, 1);

        if (byte != NULL)
            (*byte)++;
    }
    return received > 0 ? ir_tx(path->txq, pkts, (uint32_t)received) : received;
}

/* What is counted, and the same under a name that is not. */
__attribute__((noinline)) static int forward_burst(const struct path *path, uint32_t burst)
{
    return forward(path, burst);
}

__attribute__((noinline)) static int warm_up_burst(const struct path *path, uint32_t burst)
{
    return forward(path, burst);
}

static int open_port(struct path *path, const char *device, struct ir_dev **dev)
{
    char error[IR_ERROR_LENGTH];
    int status = ir_open(path->domain, device, dev, error);

    if (status < 0)
        (void)fprintf(stderr, "forward: %s\n", error);
    return status;
}

/* Ports are set up in both directions, as a forwarder's are. */
static int start_port(struct path *path, struct ir_dev *dev, struct ir_rxq **rxq,
                      struct ir_txq **txq)
{
    int status = ir_rxq_setup(dev, 0, RING_SIZE, path->pool, rxq);

    if (status == 0)
        status = ir_txq_setup(dev, 0, RING_SIZE, path->pool, txq);
    if (status == 0)
        status = ir_start(dev);
    return status;
}

/* `card` is a device string without wires, such as sim:82599. `private`: on a private pool, so that each
 * packet is copied twice. */
static int set_up(struct path *path, const char *card, bool private)
{
    char in[DEVICE_LENGTH], out[DEVICE_LENGTH];
    struct ir_rxq *unused_rxq;
    struct ir_txq *unused_txq;

    (void)snprintf(in, sizeof(in), "%s,mode=step,wire=gen,size=60", card);
    (void)snprintf(out, sizeof(out), "%s,mode=step", card);
    if (ir_domain_create(&path->domain) < 0 ||
        (private ? ir_pool_create_private : ir_pool_create)(path->domain, BUFFERS,
                                                            IR_BUFFER_SIZE_MIN, &path->pool) < 0 ||
        open_port(path, in, &path->in) < 0 || open_port(path, out, &path->out) < 0)
        return INTO_ERRORS;
    if (start_port(path, path->in, &path->rxq, &unused_txq) < 0 ||
        start_port(path, path->out, &unused_rxq, &path->txq) < 0)
        return INTO_ERRORS;
    return 0;
}

static int tear_down(struct path *path)
{
    uint64_t in = 0, out = 0;
    int status = 0;

    if (ir_sim_violations(path->in, &in) < 0 || ir_sim_violations(path->out, &out) < 0 ||
        in + out != 0)
        status = INTO_ERRORS;
    if (ir_close(path->in) < 0 || ir_close(path->out) < 0 || ir_pool_audit(path->pool) != 0 ||
        ir_pool_destroy(path->pool) < 0 || ir_domain_destroy(path->domain) < 0)
        status = INTO_ERRORS;
    return status;
}

/* Full bursts only: anything else would be another measurement. */
static int run(const struct path *path, uint32_t burst, uint64_t packets,
               int (*one)(const struct path *path, uint32_t burst))
{
    for (uint64_t done = 0; done < packets; done += burst) {
        int sent;

        if (ir_sim_step(path->in) < 0 || ir_sim_step(path->out) < 0)
            return INTO_ERRORS;
        sent = one(path, burst);
        if (sent != (int)burst) {
            (void)fprintf(stderr, "forward: a burst of %d instead of %u\n", sent, burst);
            return INTO_ERRORS;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct path path = {0};
    uint64_t burst, packets;

    if (argc != 4 && (argc != 5 || strcmp(argv[4], "private") != 0)) {
        (void)fprintf(stderr, "usage: forward BURST PACKETS CARD [private]\n");
        return 2;
    }
    burst = strtoull(argv[1], NULL, 10);
    packets = strtoull(argv[2], NULL, 10);
    if (burst == 0 || burst > BURST_MAX || packets == 0 || packets % burst != 0) {
        (void)fprintf(stderr, "forward: BURST is 1 to %u, PACKETS a multiple of it\n", BURST_MAX);
        return 2;
    }
    if (set_up(&path, argv[3], argc == 5) < 0 ||
        run(&path, (uint32_t)burst, WARM_UP - WARM_UP % burst, warm_up_burst) < 0 ||
        run(&path, (uint32_t)burst, packets, forward_burst) < 0 || tear_down(&path) < 0) {
        (void)fprintf(stderr, "forward: failed\n");
        return 1;
    }
    (void)printf("%llu packets\n", (unsigned long long)packets);
    return 0;
}
