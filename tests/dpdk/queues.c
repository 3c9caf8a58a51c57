/* SPDX-License-Identifier: MIT
 *
 * queues DEVICE PAIRS FRAMES: send so many frames on each of several pairs of queues to a device that
 * sends each frame back on the queue it came from, and see that all come back, once each and in order.
 * Prints the result; exit status 1 if not. Public functions only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ironring/ironring.h>

#define PAIRS_MAX 8u
#define RING      256u
#define BURST     16u
#define LENGTH    100u
#define SECONDS   30
#define IN_FLIGHT 64u /* frames of a queue that are on their way: fewer than any ring takes */

struct pair {
    struct ir_rxq *rx;
    struct ir_txq *tx;
    uint32_t sent;
    uint32_t received;
};

struct run {
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev;
    uint32_t pairs;
    uint32_t frames; /* of each pair */
    struct pair pair[PAIRS_MAX];
};

static int complain(const char *what, int error)
{
    (void)fprintf(stderr, "queues: %s: %s\n", what, strerror(-error));
    return -1;
}

static int open_device(struct run *run, const char *device)
{
    char sentence[IR_ERROR_LENGTH] = "";
    int error = ir_domain_create(&run->domain);

    if (error == 0)
        error = ir_pool_create(run->domain, 2 * run->pairs * RING + BURST, 2048, &run->pool);
    if (error != 0)
        return complain("no memory", error);
    error = ir_open(run->domain, device, &run->dev, sentence);
    if (error != 0)
        return complain(sentence, error);
    for (uint32_t i = 0; i < run->pairs && error == 0; i++) {
        error = ir_rxq_setup(run->dev, i, RING, run->pool, &run->pair[i].rx);
        if (error == 0)
            error = ir_txq_setup(run->dev, i, RING, run->pool, &run->pair[i].tx);
    }
    if (error != 0)
        return complain("the queues cannot be set up", error);
    error = ir_start(run->dev);
    return error != 0 ? complain("the device does not start", error) : 0;
}

/* Frame `number` of the pair: numbered behind an Ethernet header that is no group's. */
static void fill(uint8_t *frame, uint32_t pair, uint32_t number)
{
    static const uint8_t header[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

    memset(frame, (int)(number & 0xffu), LENGTH);
    memcpy(frame, header, sizeof(header));
    frame[14] = (uint8_t)pair;
    memcpy(frame + 16, &number, sizeof(number));
}

static int send_one(struct run *run, uint32_t index)
{
    struct pair *pair = &run->pair[index];
    struct ir_pkt pkt;
    uint8_t *bytes;
    int sent;

    (void)ir_tx_reclaim(pair->tx);
    if (ir_pkt_alloc(run->pool, LENGTH, &pkt) != 0)
        return 0;
    bytes = ir_pkt_data(run->pool, pkt, 0, LENGTH);
    if (bytes == NULL)
        return complain("no bytes", -EINVAL);
    fill(bytes, index, pair->sent);
    sent = ir_tx(pair->tx, &pkt, 1);
    if (sent < 0)
        return complain("sending", sent);
    if (sent == 0)
        return ir_pkt_free(run->pool, pkt);
    pair->sent++;
    return 0;
}

static int check(struct run *run, uint32_t index, struct ir_pkt pkt)
{
    uint32_t number = run->pair[index].received;
    const uint8_t *bytes = ir_pkt_data(run->pool, pkt, 0, LENGTH);
    uint8_t expected[LENGTH];

    fill(expected, index, number);
    /* The device exchanges the two addresses. */
    if (bytes == NULL || ir_pkt_length(pkt) != LENGTH || memcmp(bytes, expected + 6, 6) != 0 ||
        memcmp(bytes + 6, expected, 6) != 0 ||
        memcmp(bytes + 12, expected + 12, LENGTH - 12) != 0) {
        (void)fprintf(stderr, "queues: queue %u: frame %u is not the one that was sent\n", index,
                      number);
        return -1;
    }
    run->pair[index].received++;
    return ir_pkt_free(run->pool, pkt);
}

static int receive(struct run *run, uint32_t index)
{
    struct ir_pkt pkts[BURST];
    int count = ir_rx(run->pair[index].rx, pkts, BURST);

    if (count < 0)
        return complain("receiving", count);
    for (int i = 0; i < count; i++) {
        if (check(run, index, pkts[i]) != 0)
            return -1;
    }
    return 0;
}

static bool all_back(const struct run *run)
{
    for (uint32_t i = 0; i < run->pairs; i++) {
        if (run->pair[i].received < run->frames)
            return false;
    }
    return true;
}

static int exchange(struct run *run)
{
    time_t end = time(NULL) + SECONDS;

    while (!all_back(run)) {
        for (uint32_t i = 0; i < run->pairs; i++) {
            const struct pair *pair = &run->pair[i];

            if (pair->sent < run->frames && pair->sent - pair->received < IN_FLIGHT &&
                send_one(run, i) != 0)
                return -1;
            if (receive(run, i) != 0)
                return -1;
        }
        if (time(NULL) > end) {
            for (uint32_t i = 0; i < run->pairs; i++)
                (void)fprintf(stderr, "queues: queue %u: %u sent, %u back\n", i, run->pair[i].sent,
                              run->pair[i].received);
            return -1;
        }
    }
    return 0;
}

static int close_device(struct run *run)
{
    int status = 0;

    if (ir_close(run->dev) != 0)
        status = complain("closing", -EIO);
    if (run->pool != NULL && ir_pool_audit(run->pool) != 0)
        status = complain("buffers were lost", -EIO);
    if (ir_pool_destroy(run->pool) != 0 || ir_domain_destroy(run->domain) != 0)
        status = complain("the memory is still in use", -EBUSY);
    return status;
}

int main(int argc, char **argv)
{
    struct run run = {0};
    int status;

    if (argc == 4) {
        run.pairs = (uint32_t)strtoul(argv[2], NULL, 10);
        run.frames = (uint32_t)strtoul(argv[3], NULL, 10);
    }
    if (run.pairs == 0 || run.pairs > PAIRS_MAX || run.frames == 0) {
        (void)fprintf(stderr, "usage: queues DEVICE PAIRS FRAMES\n");
        return 2;
    }
    status = open_device(&run, argv[1]);
    if (status == 0)
        status = exchange(&run);
    if (close_device(&run) != 0)
        status = -1;
    if (status == 0)
        (void)printf("%u frames on each of %u pairs of queues\n", run.frames, run.pairs);
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
