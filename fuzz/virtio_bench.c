/* SPDX-License-Identifier: MIT
 *
 * The bench of virtio_bench.h.
 */
#define _GNU_SOURCE
#include "virtio_bench.h"

#include <string.h>
#include <sys/mman.h>

#include "oracle.h"
#include "sim/options.h"
#include "sim/virtio/hostile.h"

static const char *const cards[] = {
    "virtio,mode=step,queue_size=32,packed=on,pairs=2",
    "virtio,mode=step,queue_size=32,packed=on,in_order=on,poll=on",
    "virtio,mode=step,queue_size=32,shuffle=on,mtu=9000,platform=off",
    "virtio,mode=step,queue_size=32,in_order=on,mrg_rxbuf=off",
    "virtio,mode=step,queue_size=32,transport=legacy",
    "virtio,mode=step,queue_size=32,transport=transitional,packed=on,shuffle=on",
};

struct virtio_bench bench;

static const uint8_t *wire_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    uint32_t i = bench.taken % FRAMES;

    (void)wire;
    (void)now;
    if (bench.taken == bench.put)
        return NULL;
    bench.taken++;
    *length = bench.length[i];
    return bench.frame[i];
}

static void wire_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    (void)wire;
    (void)now;
    if (length == 0 || length > SIM_FRAME_MAX)
        fuzz_fail("the card sends a frame of %u bytes", length);
    for (uint32_t i = 0; i < length; i++)
        bench.sum ^= frame[i];
}

static bool wire_finished(struct sim_wire *wire)
{
    (void)wire;
    return bench.taken == bench.put;
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

static struct sim_wire wire = {.ops = &wire_ops};

struct ir_dma bench_mapping(void)
{
    return (struct ir_dma){bench.memory + SOFT_PAGE, IOVA, INSIDE};
}

static uint32_t draw(void *context, uint32_t limit)
{
    return input_below(context, limit);
}

void bench_begin(struct input *input)
{
    static struct sim_arguments arguments;
    struct sim_device *device = NULL;
    char error[IR_ERROR_LENGTH];
    uint8_t kind = input_8(input);
    struct ir_dma dma;

    if (bench.memory == NULL)
        bench.memory =
            mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bench.memory == MAP_FAILED)
        fuzz_fail("there is no memory for the bench");
    memset(bench.memory, 0, BYTES);
    fuzz_equal(
        "the parser",
        sim_arguments_parse(cards[kind % (sizeof(cards) / sizeof(cards[0]))], &arguments, error),
        0);
    arguments.mac[0] = 2;
    fuzz_equal("sim_virtio_create", sim_virtio_create(&arguments, &wire, &wire, &device), 0);
    bench.card = (struct sim_virtio *)device;
    bench.dev.transport = &device->transport;
    dma = bench_mapping();
    fuzz_equal("mapping memory", device->transport.ops->map(&device->transport, &dma), 0);
    fuzz_equal("a configuration write",
               device->transport.ops->config_write(&device->transport, 4, 2, 7), 0);
    bench.mapped = true;
    bench.violations = 0;
    bench.put = 0;
    bench.taken = 0;
    memset(bench.next_desc, 0, sizeof(bench.next_desc));
    memset(bench.next_avail, 0, sizeof(bench.next_avail));
    if ((kind & 0x80u) != 0) {
        bench.draws = *input;
        fuzz_equal("making it hostile", sim_virtio_draw_from(bench.card, draw, &bench.draws), 0);
    }
}

static const struct ir_regs *window(bool legacy)
{
    return &bench.dev.transport->bars[legacy ? SOFT_LEGACY_BAR : SOFT_MODERN_BAR];
}

static bool has_modern(void)
{
    return window(false)->size != 0;
}

void bench_write(bool legacy, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)ir_reg_write(window(legacy), offset, width, value);
}

uint32_t bench_read(bool legacy, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    (void)ir_reg_read(window(legacy), offset, width, &value);
    return value;
}

void bench_delay(uint32_t microseconds)
{
    bench.dev.transport->ops->delay(bench.dev.transport, microseconds);
}

static void place_queue(bool legacy, uint32_t queue)
{
    uint32_t address = IOVA + queue * 2u * (uint32_t)SOFT_PAGE;

    if (legacy) {
        bench_write(true, 14, 2, queue);
        bench_write(true, 8, 4, address / (uint32_t)SOFT_PAGE);
        return;
    }
    bench_write(false, 22, 2, queue);
    bench_write(false, 24, 2, SIZE);
    bench_write(false, 32, 4, address);
    bench_write(false, 40, 4, address + DRIVER);
    bench_write(false, 48, 4, address + DEVICE);
    bench_write(false, 28, 2, 1);
}

void bench_start(struct input *input)
{
    bool legacy = !has_modern() || (input_8(input) & 7u) == 7u;
    uint32_t status = legacy ? 18u : 20u;
    uint64_t features = bench.card->function.options.features & ~input_64(input);

    memset(bench.memory + SOFT_PAGE, 0, QUEUES * 2u * SOFT_PAGE);
    memset(bench.next_desc, 0, sizeof(bench.next_desc));
    memset(bench.next_avail, 0, sizeof(bench.next_avail));
    bench_write(legacy, status, 1, 0);
    bench_delay(10u);
    (void)bench_read(legacy, status, 1);
    bench_write(legacy, status, 1, SOFT_ACKNOWLEDGE);
    bench_write(legacy, status, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    if (legacy)
        bench_write(true, 4, 4, (uint32_t)(features & UINT32_MAX));
    for (uint32_t word = 0; word < 2u && !legacy; word++) {
        bench_write(false, 8, 4, word);
        bench_write(false, 12, 4, (uint32_t)(features >> (32u * word) & UINT32_MAX));
    }
    bench_write(legacy, status, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    for (uint32_t queue = 0; queue < QUEUES; queue++)
        place_queue(legacy, queue);
    bench_write(legacy, status, 1, bench_read(legacy, status, 1) % 0x40u | SOFT_DRIVER_OK);
    bench_delay(10u);
}

uint8_t *bench_ring(uint32_t queue)
{
    return bench.memory + SOFT_PAGE + queue * 2u * SOFT_PAGE;
}

static bool is_packed(void)
{
    return (bench.card->function.accepted & SOFT_F_RING_PACKED) != 0;
}

/* Write the descriptor that comes next in a queue; `more` when the chain goes on. */
static void describe(uint32_t queue, uint64_t address, uint32_t length, bool writable, bool more,
                     uint16_t head)
{
    uint32_t at = bench.next_desc[queue] % SIZE;
    bool turn = bench.next_desc[queue] / SIZE % 2u != 0;
    uint64_t flags = (more ? SOFT_DESC_NEXT : 0u) | (writable ? SOFT_DESC_WRITE : 0u);
    uint64_t words[2] = {address, length};

    if (is_packed())
        words[1] |= (flags | (turn ? SOFT_DESC_USED : SOFT_DESC_AVAIL)) << 48 | (uint64_t)head
                                                                                    << 32;
    else
        words[1] |= flags << 32 | (uint64_t)((at + 1u) % SIZE) << 48;
    memcpy(bench_ring(queue) + (size_t)SOFT_DESC_BYTES * at, words, sizeof(words));
    bench.next_desc[queue] = (uint16_t)((bench.next_desc[queue] + 1u) % (2u * SIZE));
}

/* The chain that begins there is written: tell the card. */
static void make_available(uint32_t queue, uint16_t head)
{
    uint16_t next = (uint16_t)((bench.next_avail[queue] + 1u) & 0xffffu);
    uint8_t *avail = bench_ring(queue) + DRIVER;

    if (!is_packed()) {
        memcpy(avail + 4u + 2u * (size_t)(bench.next_avail[queue] % SIZE), &head, sizeof(head));
        memcpy(avail + 2u, &next, sizeof(next));
        bench.next_avail[queue] = next;
    }
    if (has_modern())
        bench_write(false, SOFT_NOTIFY_OFFSET + queue * SOFT_NOTIFY_STEP, 2, queue);
    else
        bench_write(true, 16, 2, queue);
}

void bench_offer(struct input *input)
{
    uint32_t queue = input_8(input) % QUEUES;
    uint8_t kind = input_8(input);
    uint32_t count = 1u + (kind & 3u);
    uint16_t head = bench.next_desc[queue] % SIZE;
    bool receive = queue % 2u == 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t address = IOVA + BUFFERS + 2048u * (uint64_t)((head + i) % POOL);
        uint32_t length = (kind & 4u) != 0 ? input_16(input) : 1600u;

        if ((kind & 0x80u) != 0)
            address = input_64(input);
        describe(queue, address, length, receive != ((kind & 8u) != 0), i + 1u < count, head);
    }
    make_available(queue, head);
}

void bench_command(struct input *input)
{
    uint32_t queue = sim_virtio_control(bench.card);
    uint16_t head = bench.next_desc[queue] % SIZE;
    uint64_t address = IOVA + BUFFERS;
    uint8_t length = input_8(input) % 64u;

    input_copy(input, bench.memory + SOFT_PAGE + BUFFERS, length);
    describe(queue, address, length, false, true, head);
    describe(queue, address + 2048u, 1, true, false, head);
    make_available(queue, head);
}
