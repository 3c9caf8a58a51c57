/* SPDX-License-Identifier: MIT
 *
 * Fuzz target wire-pcap: any bytes as a capture file. One that is refused gets a sentence. Of one
 * that is accepted, each frame comes from the wire as many times as it should, and through the
 * simulated card and the driver to the application: those that fit, in order, byte for byte. The
 * file is in memory, and has no name in any folder.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "input.h"
#include "oracle.h"
#include "sim/wire.h"

#define BUFFERS    128u
#define RING       64u
#define BURST      32u
#define PCAP_FRAME 262144u /* libpcap's own limit */

static int file = -1;
static char name[64];

static void store(const uint8_t *data, size_t size)
{
    if (file < 0) {
        file = memfd_create("capture", MFD_CLOEXEC);
        if (file < 0)
            fuzz_fail("there is no memory for a file");
        (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        fuzz_fail("the file in memory cannot be written");
}

static struct sim_wire *open_wire(uint64_t loops)
{
    char error[IR_ERROR_LENGTH] = "";
    struct sim_wire *wire = NULL;
    int result = sim_wire_pcap_source(name, loops, &wire, error);

    if (result != 0) {
        if (result != -EINVAL || error[0] == '\0')
            fuzz_fail("the capture is refused with %d and the reason \"%s\"", result, error);
        return NULL;
    }
    if (wire == NULL || !wire->patient)
        fuzz_fail("the capture is accepted, and there is no wire, or one that loses frames");
    return wire;
}

/* The frames of the wire twice over are those of one loop, and again. */
static void check_loops(void)
{
    struct sim_wire *once = open_wire(1);
    struct sim_wire *twice = open_wire(2);
    const uint8_t *frame;
    const uint8_t *same;
    uint32_t length = 0;
    uint32_t same_length = 0;

    if (once == NULL || twice == NULL)
        fuzz_fail("a capture that was accepted is refused the second time");
    for (uint32_t loop = 0; loop < 2u; loop++) {
        while ((frame = once->ops->receive(once, 0, &length)) != NULL) {
            same = twice->ops->receive(twice, 0, &same_length);
            if (length < SIM_WIRE_MIN || length > PCAP_FRAME)
                fuzz_fail("a frame has %u bytes", length);
            if (same == NULL || same_length != length || memcmp(frame, same, length) != 0)
                fuzz_fail("a frame of %u bytes is another in loop %u", length, loop);
        }
        fuzz_equal("whether the wire is finished", once->ops->finished(once), true);
        once->ops->close(once);
        once = open_wire(1);
        if (once == NULL)
            fuzz_fail("a capture that was accepted is refused the third time");
    }
    if (twice->ops->receive(twice, 0, &length) != NULL || !twice->ops->finished(twice))
        fuzz_fail("the wire gives more than two loops");
    once->ops->close(once);
    twice->ops->close(twice);
}

/* The next frame of the wire that the driver can deliver. */
static const uint8_t *next_deliverable(struct sim_wire *wire, uint32_t *length)
{
    const uint8_t *frame;

    do
        frame = wire->ops->receive(wire, 0, length);
    while (frame != NULL && *length > IR_BUFFER_SIZE_MIN);
    return frame;
}

static void expect_frame(struct sim_wire *wire, struct ir_pool *pool, struct ir_pkt pkt)
{
    uint32_t length = 0;
    const uint8_t *frame = next_deliverable(wire, &length);
    const uint8_t *data = ir_pkt_data(pool, pkt, 0, ir_pkt_length(pkt));

    if (frame == NULL)
        fuzz_fail("a packet of %u bytes was received that is not in the capture",
                  ir_pkt_length(pkt));
    fuzz_equal("the length of a packet", ir_pkt_length(pkt), length);
    if (data == NULL || memcmp(data, frame, length) != 0)
        fuzz_fail("a packet of %u bytes is not the frame of the capture", length);
    fuzz_equal("ir_pkt_free", ir_pkt_free(pool, pkt), 0);
}

/* Through the card. */
static void receive_all(struct ir_dev *dev, struct ir_rxq *queue, struct ir_pool *pool)
{
    struct sim_wire *wire = open_wire(1);
    struct ir_pkt pkts[BURST];
    uint64_t violations = 1;
    uint32_t length;
    uint32_t empty = 0;
    bool finished = false;

    if (wire == NULL)
        fuzz_fail("a capture that the card accepted is refused");
    /* A burst may be empty because of a frame that was dropped; two in a row are the end. */
    while (!finished || empty < 2u) {
        int got;

        finished = ir_sim_finished(dev);
        if (ir_sim_step(dev) < 0)
            fuzz_fail("ir_sim_step fails");
        got = ir_rx(queue, pkts, BURST);
        if (got < 0)
            fuzz_fail("ir_rx answers %d", got);
        for (int i = 0; i < got; i++)
            expect_frame(wire, pool, pkts[i]);
        empty = got == 0 ? empty + 1u : 0;
    }
    if (next_deliverable(wire, &length) != NULL)
        fuzz_fail("a frame of %u bytes was never received", length);
    fuzz_equal("ir_sim_violations", ir_sim_violations(dev, &violations), 0);
    if (violations != 0)
        fuzz_fail("the driver broke a rule: %s", ir_sim_violation(dev, 0));
    wire->ops->close(wire);
}

static void check_card(void)
{
    char device[128];
    char error[IR_ERROR_LENGTH] = "";
    struct ir_domain *domain = NULL;
    struct ir_pool *pool = NULL;
    struct ir_rxq *queue = NULL;
    struct ir_dev *dev = NULL;

    (void)snprintf(device, sizeof(device), "sim:82599,mode=step,rx=%s", name);
    fuzz_equal("ir_domain_create", ir_domain_create(&domain), 0);
    fuzz_equal("ir_pool_create", ir_pool_create(domain, BUFFERS, IR_BUFFER_SIZE_MIN, &pool), 0);
    if (ir_open(domain, device, &dev, error) != 0)
        fuzz_fail("%s", error);
    fuzz_equal("ir_rxq_setup", ir_rxq_setup(dev, 0, RING, pool, &queue), 0);
    fuzz_equal("ir_promiscuous", ir_promiscuous(dev, true), 0);
    fuzz_equal("ir_start", ir_start(dev), 0);
    receive_all(dev, queue, pool);
    fuzz_equal("ir_close", ir_close(dev), 0);
    fuzz_equal("the number of free buffers", ir_pool_available(pool), BUFFERS);
    fuzz_equal("ir_pool_destroy", ir_pool_destroy(pool), 0);
    fuzz_equal("ir_domain_destroy", ir_domain_destroy(domain), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sim_wire *wire;

    store(data, size);
    wire = open_wire(1);
    if (wire == NULL)
        return 0;
    wire->ops->close(wire);
    check_loops();
    check_card();
    return 0;
}
