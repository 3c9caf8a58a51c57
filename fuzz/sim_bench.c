/* SPDX-License-Identifier: MIT
 *
 * What sim_bench.h offers.
 */
#define _GNU_SOURCE
#include "sim_bench.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ironring/sim.h>

#include "core/driver.h"
#include "oracle.h"
#include "sim/options.h"

#define PAGES  ((size_t)18) /* the first and the last are never mapped for the card */
#define BYTES  (PAGES * SOFT_PAGE)
#define INSIDE (BYTES - 2u * SOFT_PAGE)
#define STEPS  256u
#define ROUND  64u /* frames each way a step */
#define FRAMES 8u
#define QUEUES 3u /* of each direction, the first ones */

/* The wire: frames that the input put on it, and what the card sends, looked at and forgotten. */
struct bench_wire {
    struct sim_wire base;
    uint8_t frame[FRAMES][SIM_FRAME_MAX + 2u];
    uint32_t length[FRAMES];
    uint32_t put;   /* frames ever */
    uint32_t taken; /* of these, by the card */
    uint64_t sum;   /* of the bytes sent, so that each is read */
};

static struct {
    struct sim_card *card;
    struct sim_card *fresh; /* the card as it was when it was made */
    struct ir_dev dev;      /* for the functions of ironring/sim.h */
    uint8_t *memory;
    bool mapped;
    uint64_t violations;
    struct bench_wire wire;
} bench;

static const uint8_t *wire_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    uint32_t i = bench.wire.taken % FRAMES;

    (void)wire;
    (void)now;
    if (bench.wire.taken == bench.wire.put)
        return NULL;
    bench.wire.taken++;
    *length = bench.wire.length[i];
    return bench.wire.frame[i];
}

static void wire_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    (void)wire;
    (void)now;
    if (length == 0 || length > SIM_FRAME_MAX)
        fuzz_fail("the card sends a frame of %u bytes", length);
    for (uint32_t i = 0; i < length; i++)
        bench.wire.sum ^= frame[i];
}

static bool wire_finished(struct sim_wire *wire)
{
    (void)wire;
    return bench.wire.taken == bench.wire.put;
}

static void wire_close(struct sim_wire *wire)
{
    (void)wire;
}

static const struct sim_wire_ops wire_ops = {
    .receive = wire_receive,
    .send = wire_send,
    .finished = wire_finished,
    .close = wire_close,
};

/* The page before and the page after what the card can reach. */
static const uint8_t *fence(uint32_t i)
{
    return bench.memory + (i == 0 ? 0 : BYTES - SOFT_PAGE);
}

static struct ir_dma mapping(void)
{
    return (struct ir_dma){bench.memory + SOFT_PAGE, SIM_BENCH_IOVA, INSIDE};
}

static void set_up_once(const char *card)
{
    struct sim_arguments *arguments = malloc(sizeof(*arguments));
    char error[IR_ERROR_LENGTH];
    struct sim_device *device = NULL;
    struct ir_dma dma;

    bench.memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bench.fresh = malloc(sizeof(*bench.fresh));
    bench.wire.base.ops = &wire_ops;
    if (bench.memory == MAP_FAILED || bench.fresh == NULL || arguments == NULL)
        fuzz_fail("there is no memory for the bench");
    fuzz_equal("the parser", sim_arguments_parse(card, arguments, error), 0);
    fuzz_equal("making the card",
               arguments->kind->create(arguments, &bench.wire.base, &bench.wire.base, &device), 0);
    bench.card = (struct sim_card *)device;
    free(arguments);
    bench.dev.transport = &bench.card->base.transport;
    dma = mapping();
    fuzz_equal("mapping memory",
               bench.card->base.transport.ops->map(&bench.card->base.transport, &dma), 0);
    fuzz_equal("a configuration write",
               bench.card->base.transport.ops->config_write(&bench.card->base.transport, 4, 2, 6),
               0);
    memcpy(bench.fresh, bench.card, sizeof(*bench.fresh));
}

/* The card is made once, and put back as it was for each input: making one takes as long as
 * hundreds of inputs. Its list of mappings has room for more than an input makes, so it stays where
 * it is. */
static void begin(const char *card)
{
    struct ir_dma dma;

    if (bench.card == NULL)
        set_up_once(card);
    memcpy(bench.card, bench.fresh, sizeof(*bench.card));
    dma = mapping();
    bench.card->base.iommu.regions[0] = dma;
    memset(bench.memory, 0, BYTES);
    bench.mapped = true;
    bench.violations = 0;
    bench.wire.put = 0;
    bench.wire.taken = 0;
}

uint32_t sim_bench_queue(uint8_t kind)
{
    const struct sim_part *part = bench.card->part;
    uint32_t queues = part->queues < QUEUES ? part->queues : QUEUES;
    uint32_t number = (uint32_t)(kind >> 1) % queues;

    return part->queue_base((kind & 1u) != 0 ? SIM_TX + number : number);
}

/* A register of one of the first queues, any that exists, or any offset. */
static uint32_t draw_register(struct input *input)
{
    uint8_t kind = input_8(input);

    const struct sim_part *part = bench.card->part;

    if (kind < 0xa0u)
        return sim_bench_queue(kind) + 4u * (kind >> 4) +
               ((kind & 8u) != 0 ? 0x28u - 4u * (kind >> 4) : 0);
    if (kind < 0xf0u) {
        const struct sim_register *reg =
            &part->registers[input_below(input, (uint32_t)*part->register_count)];

        return reg->offset + reg->stride * (kind % reg->count);
    }
    return input_32(input) % (SIM_WINDOW + 64u);
}

/* Values that get somewhere: addresses, ring lengths, enables; or any. */
uint32_t sim_bench_value(struct input *input)
{
    uint8_t kind = input_8(input);

    switch (kind & 7u) {
    case 0:
        return SIM_BENCH_IOVA + 128u * (kind >> 3) * 16u;
    case 1:
        return 128u * (kind >> 3);
    case 2:
        return XDCTL_ENABLE;
    case 3:
        return kind >> 3;
    case 4:
        return UINT32_C(1) << (kind >> 3);
    case 5:
        return input_16(input);
    case 6:
        return 2u | 1u << 25; /* SRRCTL: buffers of 2 KiB, one a descriptor */
    default:
        return input_32(input);
    }
}

void sim_bench_write(uint32_t offset, uint32_t width, uint32_t value)
{
    /* What is beyond the window never gets to the card. */
    (void)ir_reg_write(&bench.card->base.transport.bars[0], offset, width, value);
}

uint32_t sim_bench_read(uint32_t offset)
{
    uint32_t value = 0;

    (void)ir_reg_read(&bench.card->base.transport.bars[0], offset, 4, &value);
    return value;
}

static void access_register(struct input *input)
{
    static const uint32_t widths[] = {4, 4, 4, 4, 4, 4, 2, 1};
    uint8_t how = input_8(input);
    uint32_t offset = draw_register(input);

    if ((how & 0x80u) != 0)
        (void)sim_bench_read(offset);
    else
        sim_bench_write(offset, widths[how & 7u], sim_bench_value(input));
}

void sim_bench_delay(uint32_t microseconds)
{
    bench.card->base.transport.ops->delay(&bench.card->base.transport, microseconds);
}

static void write_descriptor(const struct sim_target *target, struct input *input)
{
    uint64_t *words =
        (uint64_t *)(void *)(bench.memory + SOFT_PAGE) + 2u * (size_t)input_below(input, 768u);
    uint8_t kind = input_8(input);
    uint64_t length = input_16(input) % 4096u;

    words[0] = (kind & 1u) != 0 ? input_64(input) : SIM_BENCH_IOVA + 0x4000u + 2048u * (kind >> 4);
    if ((kind & 2u) != 0)
        words[1] = input_64(input);
    else /* a data descriptor, without EOP now and then */
        words[1] =
            target->descriptor | (kind & 4u) << 22 | length | (target->payload ? length << 46 : 0);
}

static void put_frame(struct input *input)
{
    uint32_t length = input_16(input) % (SIM_FRAME_MAX + 1u);
    uint32_t i = bench.wire.put % FRAMES;

    if (bench.wire.put - bench.wire.taken == FRAMES - 1u) /* the card may still look at one more */
        return;
    memset(bench.wire.frame[i], 0, length);
    input_copy(input, bench.wire.frame[i], length < 18u ? length : 18u);
    bench.wire.length[i] = length;
    bench.wire.put++;
}

static void work(struct input *input)
{
    uint32_t limit = input_8(input) % ROUND;
    uint32_t moved;

    sim_lock(&bench.card->base);
    atomic_fetch_add(&bench.card->base.clock, SIM_STEP_US);
    moved = sim_round(&bench.card->base, limit);
    sim_unlock(&bench.card->base);
    if (moved > limit * (bench.card->part->queues + 1u))
        fuzz_fail("a round of at most %u frames moved %u", limit, moved);
}

static void change_mapping(struct input *input)
{
    struct ir_transport *transport = &bench.card->base.transport;
    struct ir_dma dma = mapping();
    uint8_t kind = input_8(input);

    if ((kind & 1u) != 0) { /* one that is wrong in some way, or overlaps */
        dma.iova += input_32(input);
        dma.size = input_32(input) % (2u * BYTES);
        if ((kind & 2u) != 0)
            dma.memory = NULL;
        if (dma.size <= INSIDE && transport->ops->map(transport, &dma) == 0)
            fuzz_equal("unmapping what was mapped", transport->ops->unmap(transport, &dma), 0);
        return;
    }
    if (bench.mapped)
        fuzz_equal("unmapping", transport->ops->unmap(transport, &dma), 0);
    else
        fuzz_equal("mapping again", transport->ops->map(transport, &dma), 0);
    bench.mapped = !bench.mapped;
}

static void configure(struct input *input)
{
    struct ir_transport *transport = &bench.card->base.transport;
    uint32_t offset = input_16(input);
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

static void step(const struct sim_target *target, struct input *input)
{
    switch (input_8(input) % 12u) {
    case 0:
        target->start_card();
        break;
    case 1:
        target->start_queue(input);
        break;
    case 2:
        put_frame(input);
        break;
    case 3:
    case 4:
        write_descriptor(target, input);
        break;
    case 5:
    case 6:
        work(input);
        break;
    case 7:
        bench.card->base.transport.ops->delay(&bench.card->base.transport, input_16(input));
        break;
    case 8:
        if ((input_8(input) & 3u) == 0)
            change_mapping(input);
        else
            configure(input);
        break;
    default:
        access_register(input);
        break;
    }
}

/* What the card must keep true whatever was done to it. */
static void check(void)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < 2u * QUEUES; i++) {
        const struct sim_queue *queue = &bench.card->queue[i < QUEUES ? i : SIM_TX + i - QUEUES];
        uint32_t size = atomic_load(&queue->size);

        if (size > bench.card->part->ring_bytes_max / 16u ||
            (size != 0 && (atomic_load(&queue->head) >= size || atomic_load(&queue->tail) >= size)))
            fuzz_fail("queue %u of %u descriptors has head %u and tail %u", i, size,
                      atomic_load(&queue->head), atomic_load(&queue->tail));
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

static void check_fences(void)
{
    for (uint32_t i = 0; i < 2u; i++) {
        for (uint32_t at = 0; at < SOFT_PAGE; at += 8u) {
            uint64_t word;

            memcpy(&word, fence(i) + at, sizeof(word));
            if (word != 0)
                fuzz_fail("the card wrote to page %u, %u, beside its memory", i, at);
        }
    }
}

void sim_bench_run(const struct sim_target *target, const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    begin(target->card);
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(target, &input);
        check();
    }
    check_fences();
}
