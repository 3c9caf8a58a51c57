/* SPDX-License-Identifier: MIT
 *
 * A driver that does anything at all: registers, tails and memory at random. The card must
 * come through, touch nothing but what is mapped, and never take long. Best run under the
 * sanitizers.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "rig.h"

#define ROUNDS 6000u

static uint64_t random_state;

static uint32_t draw(uint32_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33) % limit;
}

/* Values that get somewhere: addresses in and near the memory, ring sizes, enables; or just
 * bits. */
static uint32_t draw_value(void)
{
    switch (draw(6)) {
    case 0:
        return RIG_IOVA + draw(RIG_BYTES + 8192u);
    case 1:
        return draw(300);
    case 2:
        return XDCTL_ENABLE | draw(64) << 16;
    case 3:
        return 128u * draw(1100);
    case 4:
        return 1u << draw(32);
    default:
        return draw(65536) << 16 | draw(65536);
    }
}

/* A register that exists, one of the first queues more often than not. */
static uint32_t draw_register(void)
{
    const struct sim_register *reg;

    if (draw(2) == 0)
        return sim_queue_base(draw(2) == 0 ? draw(3) : SIM_TX + draw(3)) + 4u * draw(16);
    reg = &sim_registers[draw((uint32_t)sim_register_count)];
    return draw(50) == 0 ? 4u * draw(SIM_WORDS) : reg->offset + reg->stride * draw(reg->count);
}

/* Descriptors that get somewhere, or just bits. */
static void scribble(struct rig *rig)
{
    uint32_t at = draw(8) == 0 ? draw(RIG_BYTES / 16u) : draw(256);
    uint64_t *words = (uint64_t *)(void *)rig->memory.memory + 2 * (size_t)at;

    words[0] =
        draw(4) == 0 ? (uint64_t)draw_value() << 32 | draw_value() : RIG_IOVA + draw(RIG_BYTES);
    words[1] = draw(2) == 0 ? (uint64_t)draw_value() << 32 | draw_value()
                            : rig_frame(draw(3000)) & ~(uint64_t)(draw(2) << 24);
}

static void put_something(struct rig *rig)
{
    uint8_t frame[SIM_FRAME_MAX] = {0};
    uint32_t length = draw(3) == 0 ? 1u + draw(SIM_FRAME_MAX) : 1u + draw(200);

    frame[0] = (uint8_t)draw(256);
    frame[12] = draw(2) == 0 ? 0x81 : 0x08;
    (void)ir_sim_put(&rig->dev, frame, length);
}

static void act(struct rig *rig)
{
    uint8_t frame[64];

    switch (draw(12)) {
    case 0:
        put_something(rig);
        break;
    case 1:
        (void)ir_sim_take(&rig->dev, frame, sizeof(frame));
        break;
    case 2:
        rig_delay(rig, draw(3000));
        break;
    case 3:
    case 4:
        scribble(rig);
        break;
    case 5:
        (void)rig_read(rig, draw_register());
        break;
    case 6:
        assert_true(ir_sim_step(&rig->dev) >= 0);
        break;
    case 7:
        if (draw(40) == 0)
            rig_write(rig, R_CTRL, draw_value() | CTRL_RST);
        break;
    default:
        rig_write(rig, draw_register(), draw_value());
        /* A queue starts only when its driver looks. */
        for (uint32_t q = 0; q < 3; q++) {
            (void)rig_read(rig, R_RX + q * Q_STRIDE + Q_CONTROL);
            (void)rig_read(rig, R_TX + q * Q_STRIDE + Q_CONTROL);
        }
        break;
    }
}

static void abuse(uint64_t seed, bool started)
{
    struct rig rig;

    random_state = seed;
    rig_open(&rig, "82599,mode=step,wire=memory");
    if (started) /* rings that run, so that abuse goes deeper than configuration */
        rig_start(&rig);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        /* RST and its wait must not keep the card busy for ever. */
        if ((rig_read(&rig, R_CTRL) & (CTRL_RST | CTRL_LRST)) != 0)
            rig_delay(&rig, 10);
        act(&rig);
    }
    for (uint32_t q = 0; q < 2 * SIM_QUEUES; q++) {
        uint32_t size = atomic_load(&rig.card->queue[q].size);

        if (size != 0) {
            assert_true(size <= 8192);
            assert_true(atomic_load(&rig.card->queue[q].head) < size);
            assert_true(atomic_load(&rig.card->queue[q].tail) < size);
        }
    }
    rig_close(&rig);
}

static void a_driver_that_writes_anything_does_no_harm(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        abuse(seed, false);
}

static void a_driver_that_goes_wrong_while_running_does_no_harm(void **state)
{
    (void)state;
    for (uint64_t seed = 101; seed <= 140; seed++)
        abuse(seed, true);
}

static void memory_beside_the_mapping_is_not_touched(void **state)
{
    struct rig rig;
    uint8_t *before;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    before = mmap(NULL, 3 * SOFT_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(before, MAP_FAILED);
    {
        struct ir_dma page = {before + SOFT_PAGE, 0x10000, SOFT_PAGE};

        assert_int_equal(rig.transport->ops->map(rig.transport, &page), 0);
    }
    for (uint32_t offset = 0; offset < 3 * SOFT_PAGE; offset += 64) {
        uint64_t *words = rig_rx(&rig, 0);

        words[0] = 0x10000 - SOFT_PAGE + offset;
        words[1] = 0;
        rig_put(&rig, 1514, 1);
        (void)rig_step(&rig);
        rig_lend(&rig, 1);
        for (uint32_t i = 1; i < RIG_RING; i++) { /* bring slot 0 to the front again */
            rig_put(&rig, 60, 1);
            (void)rig_step(&rig);
            rig_lend(&rig, 1);
        }
    }
    for (uint32_t i = 0; i < SOFT_PAGE; i++) {
        assert_int_equal(before[i], 0);
        assert_int_equal(before[2 * SOFT_PAGE + i], 0);
    }
    assert_int_not_equal(before[SOFT_PAGE], 0);
    rig_close(&rig);
    assert_int_equal(munmap(before, 3 * SOFT_PAGE), 0);
}

/* All of memory is the same descriptor, and every queue runs over it. */
static void every_queue_at_once_is_bounded_work(void **state)
{
    struct rig rig;
    uint64_t *words;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen");
    rig_init(&rig);
    words = (uint64_t *)(void *)rig.memory.memory;
    for (uint32_t i = 0; i < (128u << 10) / 8u; i += 2) {
        words[i] = RIG_IOVA + RIG_TX_BUFFER;
        words[i + 1] = rig_frame(60) & ~(uint64_t)TXD_RS;
    }
    for (uint32_t q = 0; q < SIM_QUEUES; q++) {
        uint32_t base = sim_queue_base(SIM_TX + q);

        rig_write(&rig, base + Q_BAL, RIG_IOVA);
        rig_write(&rig, base + Q_LEN, 128u << 10);
        rig_enable(&rig, base + Q_CONTROL);
        rig_write(&rig, base + Q_TAIL, 8191);
    }
    assert_int_equal(rig_step(&rig), SIM_QUEUES * 8191);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_driver_that_writes_anything_does_no_harm),
        cmocka_unit_test(a_driver_that_goes_wrong_while_running_does_no_harm),
        cmocka_unit_test(memory_beside_the_mapping_is_not_touched),
        cmocka_unit_test(every_queue_at_once_is_bounded_work),
    };

    return RIG_MAIN(tests);
}
