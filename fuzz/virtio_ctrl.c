/* SPDX-License-Identifier: MIT
 *
 * Fuzz target virtio-ctrl: a device that does anything with its control queue while it is waited for.
 * Each command is a chain as the specification wants it, in memory that is the queue's; each answer follows
 * from what the device wrote last; and nothing is waited for longer than a second.
 */
#include <errno.h>
#include <stdbool.h>

#include "input.h"
#include "oracle.h"
#include "virtio/control.h"

#define STEPS       32u
#define SIZE_MOST   64u
#define IOVA        UINT64_C(0x123456000)
#define ACK_IOVA    (IOVA + VIRTIO_CONTROL_BYTES)
#define NOTIFY      0x3010u
#define NUMBER      6u
#define SECOND_US   1000000u
#define SILENCE     0x5eedu /* a word that mutation does not often come upon */
#define FLAG_NEXT   1u
#define FLAG_WRITE  2u
#define FLAGS_AVAIL 0x0080u
#define FLAGS_USED  0x8000u

/* Memory that driver and device share. */
struct shared {
    ir_device64 desc[2u * SIZE_MOST];
    ir_device32 driver;
    ir_device32 device;
    ir_device32 used[2u * SIZE_MOST];
    ir_device16 avail[SIZE_MOST];
    ir_device8 command[VIRTIO_CONTROL_BYTES + 1u];
};

static struct {
    struct ir_transport transport; /* first */
    struct ir_regs regs;
    struct virtio_control control;
    struct shared memory;
    struct shared before;
    struct virtio_command command;
    struct input input;
    uint32_t size;
    uint32_t count; /* commands before this one, ever */
    bool packed;
    bool event_idx;
    bool broken;
    uint32_t notifications;
    uint32_t quiet;  /* delays for which the device does nothing */
    bool silent;     /* it has let a command wait in vain */
    uint64_t waited; /* microseconds in this call */
} world;

static uint32_t first_descriptor(void)
{
    return 2u * world.count % world.size;
}

/* The wrap counter of a packed ring. */
static bool turn(void)
{
    return 2u * world.count / world.size % 2u == 0;
}

enum outcome { WAITING, FINISHED, BREACH };

/* What the device's memory says of the command. */
static enum outcome outcome(void)
{
    uint64_t word = world.memory.desc[2u * first_descriptor() + 1u];
    uint64_t flags = word >> 48 & (FLAGS_AVAIL | FLAGS_USED);

    if (world.packed) {
        if (flags != (turn() ? FLAGS_AVAIL | FLAGS_USED : 0u))
            return WAITING;
        return (word >> 32 & 0xffffu) == 0 ? FINISHED : BREACH;
    }
    if (world.memory.device >> 16 != ((world.count + 1u) & 0xffffu))
        return WAITING;
    return world.memory.used[2u * (world.count % world.size)] == first_descriptor() ? FINISHED
                                                                                    : BREACH;
}

/* The device returns the command with an answer, as it should. */
static void answer(uint8_t ack)
{
    uint32_t first = first_descriptor();

    world.memory.command[VIRTIO_CONTROL_BYTES] = ack;
    if (world.packed) {
        world.memory.desc[2u * first + 1u] =
            1u | (turn() ? (uint64_t)(FLAGS_AVAIL | FLAGS_USED) << 48 : 0u);
        return;
    }
    world.memory.used[2u * (world.count % world.size)] = first;
    world.memory.used[2u * (world.count % world.size) + 1u] = 1u;
    world.memory.device = (world.memory.device & 0xffffu) | ((world.count + 1u) & 0xffffu) * 65536u;
}

/* The same, but for a command that the device was never given. */
static void answer_another(void)
{
    uint32_t bit = input_below(&world.input, 16);

    answer(VIRTIO_ACK_OK);
    if (world.packed)
        world.memory.desc[2u * first_descriptor() + 1u] ^= UINT64_C(1) << (32u + bit);
    else
        world.memory.used[2u * (world.count % world.size)] ^= 1u << bit;
}

static void scribble(uint8_t kind)
{
    uint32_t at = input_below(&world.input, world.size);

    switch (kind % 6u) {
    case 0:
        world.memory.device = input_32(&world.input);
        break;
    case 1:
        world.memory.used[2u * at] = input_32(&world.input);
        break;
    case 2:
        world.memory.desc[2u * at + 1u] = input_64(&world.input);
        break;
    case 3:
        world.memory.desc[2u * at] = input_64(&world.input);
        break;
    case 4:
        world.memory.avail[at] = input_16(&world.input);
        break;
    default:
        world.memory.command[input_16(&world.input) % sizeof(world.memory.command)] =
            input_8(&world.input);
        break;
    }
}

/* The device has its turn. Past the end of the input it is honest. */
static void act(void)
{
    uint8_t kind;

    if (world.quiet > 0) {
        world.quiet--;
        return;
    }
    kind = input_8(&world.input);
    if (kind >= 0x58u && kind < 0x60u)
        answer_another();
    else if (kind < 0x60u)
        answer((kind & 7u) == 0 ? VIRTIO_ACK_OK : (kind & 7u) == 1u ? VIRTIO_ACK_ERROR : kind);
    else if (kind < 0xd0u)
        scribble(kind);
    else if (kind != 0xffu || world.silent || input_16(&world.input) != SILENCE)
        world.quiet = kind & 0x2fu;
    else
        world.quiet = SECOND_US; /* once at most, because it takes a while */
    world.silent = world.silent || world.quiet == SECOND_US;
}

static void delay(struct ir_transport *transport, uint32_t microseconds)
{
    (void)transport;
    world.waited += microseconds;
    if (world.waited > SECOND_US)
        fuzz_fail("the driver waits for %llu microseconds", (unsigned long long)world.waited);
    if (world.quiet == 0 && outcome() != WAITING)
        fuzz_fail("the driver waits, and the device is done");
    act();
}

static const struct ir_transport_ops ops = {.delay = delay};

static void check_desc(uint32_t at, uint64_t address, uint64_t length, uint64_t flags,
                       uint64_t next)
{
    uint64_t available = turn() ? FLAGS_AVAIL : FLAGS_USED;
    uint64_t rest = length | flags << 32 | next << 48;

    if (world.packed)
        rest = length | (flags | available) << 48;
    if (at >= world.size || world.memory.desc[2u * at] != address ||
        world.memory.desc[2u * at + 1u] != rest)
        fuzz_fail("descriptor %u of a command is 0x%llx, 0x%llx, and should be 0x%llx, 0x%llx", at,
                  world.memory.desc[2u * at], world.memory.desc[2u * at + 1u],
                  (unsigned long long)address, (unsigned long long)rest);
    world.before.desc[2u * at] = address;
    world.before.desc[2u * at + 1u] = rest;
}

/* The device is told of a command: it finds the whole of it, and nothing else has changed. */
static void check_command(void)
{
    uint32_t first = first_descriptor();

    check_desc(first, IOVA, world.command.length, FLAG_NEXT, first + 1u);
    check_desc(first + 1u, ACK_IOVA, 1u, FLAG_WRITE, 0);
    if (!world.packed) {
        world.before.avail[world.count % world.size] = (uint16_t)first;
        world.before.driver = ((world.count + 1u) & 0xffffu) * 65536u + (world.event_idx ? 0u : 1u);
    }
    memcpy(world.before.command, world.command.bytes, world.command.length);
    world.before.command[VIRTIO_CONTROL_BYTES] = VIRTIO_ACK_NONE;
    if (memcmp(&world.memory, &world.before, sizeof(world.memory)) != 0)
        fuzz_fail("a command is not what was sent, or something else was written");
}

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    fuzz_fail("the register at 0x%x is read (%u bytes)", offset, width);
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    if (offset != NOTIFY || width != 2u || value != NUMBER)
        fuzz_fail("%u is written to the register at 0x%x (%u bytes)", value, offset, width);
    world.notifications++;
    check_command();
    act();
}

static const struct ir_regs_sim registers = {read_register, write_register};

/* A queue as after a reset, through which `count` commands have gone. */
static void fresh(uint32_t count, uint32_t window)
{
    struct virtio_control *control = &world.control;

    memset(&world.memory, 0, sizeof(world.memory));
    memset(control, 0, sizeof(*control));
    world.regs.kind = IR_REGS_SIM;
    world.regs.size = window;
    world.regs.sim = &registers;
    world.transport.ops = &ops;
    control->transport = &world.transport;
    control->notify = &world.regs;
    control->desc = (struct virtio_desc *)(void *)world.memory.desc;
    control->used = (struct virtio_used_elem *)(void *)world.memory.used;
    control->avail = world.memory.avail;
    control->driver = &world.memory.driver;
    control->device = &world.memory.device;
    control->command = world.memory.command;
    control->command_iova = IOVA;
    control->size = world.size;
    control->notify_offset = NOTIFY;
    control->number = NUMBER;
    control->packed = world.packed;
    control->event_idx = world.event_idx;
    control->posted = (uint16_t)count;
    control->avail_flag = FLAGS_AVAIL;
    world.memory.device = world.packed ? 0 : count * 65536u;
    world.count = count;
    world.broken = false;
    world.quiet = 0;
}

static void draw_command(void)
{
    uint8_t kind = input_8(&world.input);

    world.command.length =
        2u + (kind < 0xf0u ? kind % 16u : VIRTIO_CONTROL_BYTES - 2u - (kind & 7u));
    memset(world.command.bytes, kind, sizeof(world.command.bytes));
    input_copy(&world.input, world.command.bytes, 4);
}

/* What the call must have answered, by what the device wrote. */
static int expected_answer(void)
{
    uint32_t ack = world.memory.command[VIRTIO_CONTROL_BYTES];

    if (world.notifications == 0 || outcome() != FINISHED) {
        world.broken = true;
        return world.notifications > 0 && outcome() == WAITING ? -ETIMEDOUT : -EIO;
    }
    world.broken = ack > VIRTIO_ACK_ERROR;
    return ack == VIRTIO_ACK_OK ? 0 : -EIO;
}

static void send_command(void)
{
    bool dead = world.broken;
    bool mute = world.regs.size < NOTIFY + 2u;
    int result;

    draw_command();
    world.before = world.memory;
    world.notifications = 0;
    world.waited = 0;
    result = virtio_control_send(&world.control, &world.command);
    if (dead) {
        fuzz_equal("a command to a queue that is broken", result, -EIO);
        fuzz_equal("its notifications", world.notifications, 0);
        if (memcmp(&world.memory, &world.before, sizeof(world.memory)) != 0)
            fuzz_fail("the memory of a queue that is broken is written");
        return;
    }
    fuzz_equal("the notifications of a command", world.notifications, mute ? 0 : 1);
    if (!mute && world.waited < SECOND_US && outcome() == WAITING)
        fuzz_fail("an answer of %d, and the device is not done", result);
    fuzz_equal("the answer to a command", result, expected_answer());
    fuzz_equal("whether the queue is broken", world.control.broken, world.broken);
    world.count++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t sizes[] = {64, 2, 4, 16};
    uint8_t kind;

    world.input = (struct input){data, size};
    kind = input_8(&world.input);
    world.silent = false;
    world.packed = (kind & 1u) != 0;
    world.event_idx = (kind & 2u) != 0;
    world.size = sizes[kind >> 2 & 3u];
    fresh(!world.packed && (kind & 16u) != 0 ? 65472u : 0, kind >> 5 == 7u ? NOTIFY : 0x4000u);
    for (uint32_t i = 0; i < STEPS && world.input.left > 0; i++) {
        uint8_t step = input_8(&world.input);

        if (step < 0xc0u)
            send_command();
        else if (step < 0xe0u)
            scribble(step);
        else
            fresh(0, 0x4000u);
    }
    return 0;
}
