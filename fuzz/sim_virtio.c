/* SPDX-License-Identifier: MIT
 *
 * Fuzz target sim-virtio: any register accesses, rings, mappings and frames against the simulated
 * virtio card, honest or not. It must touch nothing but what is mapped for it, keep account of what
 * it has of each ring, do a bounded amount of work, and describe what it objects to.
 */
#include <errno.h>

#include <ironring/sim.h>

#include "oracle.h"
#include "virtio_bench.h"

#define STEPS 200u
#define ROUND 64u /* frames each way a step */

/* Values that get somewhere, or any. */
static uint32_t draw_value(struct input *input)
{
    uint8_t kind = input_8(input);

    switch (kind & 3u) {
    case 0:
        return kind >> 2;
    case 1:
        return IOVA + 256u * (kind >> 2);
    case 2:
        return input_16(input);
    default:
        return input_32(input);
    }
}

static void access_register(struct input *input)
{
    uint8_t how = input_8(input);
    uint32_t reg = input_8(input);
    bool legacy = (how & 1u) != 0;
    uint32_t width = 1u << ((how >> 1) & 3u) % 3u;
    uint32_t offset = reg & 0x3fu;

    if (!legacy && (reg & 0xc0u) != 0) /* the other parts of the modern window */
        offset += (reg & 0xc0u) / 0x40u * 0x1000u;
    if ((how & 0x80u) != 0)
        (void)bench_read(legacy, offset, width);
    else
        bench_write(legacy, offset, width, draw_value(input));
}

/* Any bytes in a ring, or in a buffer: headers and commands. */
static void scribble(struct input *input)
{
    uint32_t kind = input_8(input);
    size_t at = (kind & 1u) != 0 ? BUFFERS + 2048u * (size_t)((kind >> 2) % POOL)
                                 : input_16(input) % (QUEUES * 2u * SOFT_PAGE);
    size_t length = 1u + (kind >> 1) % 16u;

    input_copy(input, bench.memory + SOFT_PAGE + at, length);
}

static void put_frame(struct input *input)
{
    uint32_t length = input_16(input) % (SIM_FRAME_MAX + 1u);
    uint32_t i = bench.put % FRAMES;

    if (bench.put - bench.taken == FRAMES - 1u) /* the card may still look at one more */
        return;
    memset(bench.frame[i], 0, length);
    if ((length & 1u) == 0) /* a broadcast, which no filter stops */
        memset(bench.frame[i], 0xff, length < 6u ? length : 6u);
    else
        input_copy(input, bench.frame[i], length < 40u ? length : 40u);
    bench.length[i] = length;
    bench.put++;
}

static void work(struct input *input)
{
    struct sim_device *device = &bench.card->base;
    uint32_t limit = input_8(input) % ROUND;
    uint32_t moved;

    sim_lock(device);
    atomic_fetch_add(&device->clock, SIM_STEP_US);
    moved = sim_round(device, limit);
    sim_unlock(device);
    if (moved > limit * (bench.card->pairs + 1u))
        fuzz_fail("a round of at most %u frames moved %u", limit, moved);
}

static void configure(struct input *input)
{
    struct ir_transport *transport = bench.dev.transport;
    uint32_t offset = input_16(input) % 260u;
    uint32_t width = input_8(input) % 6u;
    uint32_t value = input_16(input);
    bool legal = (width == 1u || width == 2u || width == 4u) && offset % width == 0 &&
                 offset + width <= 256u;
    uint32_t back = 0;

    fuzz_equal("a configuration write",
               transport->ops->config_write(transport, offset, width, value), legal ? 0 : -EINVAL);
    fuzz_equal("a configuration read", transport->ops->config_read(transport, offset, width, &back),
               legal ? 0 : -EINVAL);
}

static void change_mapping(void)
{
    struct ir_transport *transport = bench.dev.transport;
    struct ir_dma dma = bench_mapping();

    if (bench.mapped)
        fuzz_equal("unmapping", transport->ops->unmap(transport, &dma), 0);
    else
        fuzz_equal("mapping again", transport->ops->map(transport, &dma), 0);
    bench.mapped = !bench.mapped;
}

static void step(struct input *input)
{
    switch (input_8(input) % 16u) {
    case 0:
        bench_start(input);
        break;
    case 1:
    case 2:
        put_frame(input);
        break;
    case 3:
        bench_command(input);
        break;
    case 4:
        scribble(input);
        break;
    case 5:
    case 6:
    case 7:
        work(input);
        break;
    case 8:
        bench_delay(input_16(input));
        break;
    case 9:
        if ((input_8(input) & 3u) == 0)
            change_mapping();
        else
            configure(input);
        break;
    case 10:
    case 11:
        access_register(input);
        break;
    default:
        bench_offer(input);
        break;
    }
}

/* What the card must keep true whatever was done to it. */
static void check(void)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < bench.card->queues; i++) {
        const struct soft_ring *ring = &bench.card->ring[i];

        if (ring->size > SIZE || (ring->size != 0 && ring->in_flight > ring->size) ||
            (ring->packed && ring->size != 0 &&
             (ring->next_avail >= ring->size || ring->next_used >= ring->size)))
            fuzz_fail("queue %u of %u has %u in flight, goes on at %u and %u", i, ring->size,
                      ring->in_flight, ring->next_avail, ring->next_used);
    }
    fuzz_equal("ir_sim_violations", ir_sim_violations(&bench.dev, &count), 0);
    if (count < bench.violations)
        fuzz_fail("the number of violations went down");
    for (; bench.violations < count; bench.violations++) {
        const char *sentence = ir_sim_violation(&bench.dev, bench.violations);

        if ((sentence != NULL) != (bench.violations < SIM_SENTENCES))
            fuzz_fail("violation %llu %s", (unsigned long long)bench.violations,
                      sentence == NULL ? "is not described" : "is described");
        if (sentence != NULL && (sentence[0] == '\0' || strlen(sentence) >= SIM_SENTENCE_LENGTH))
            fuzz_fail("violation %llu has no proper sentence",
                      (unsigned long long)bench.violations);
    }
}

/* The pages before and after what the card can reach. */
static void check_fences(void)
{
    for (size_t at = 0; at < SOFT_PAGE; at++)
        if (bench.memory[at] != 0 || bench.memory[BYTES - SOFT_PAGE + at] != 0)
            fuzz_fail("the card wrote to byte %zu of a page beside its memory", at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    bench_begin(&input);
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(&input);
        check();
    }
    check_fences();
    bench.dev.transport->ops->close(bench.dev.transport);
    return 0;
}
