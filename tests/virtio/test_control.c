/* SPDX-License-Identifier: MIT
 *
 * The control queue by itself: what it writes for the device, and devices that answer wrongly, late, or not
 * at all.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio/control.h"

#define LARGEST 64u
#define IOVA    0x7f0000000u
#define NUMBER  6u
#define NOTIFY  0x18u
#define NONE    UINT32_MAX

/* The queue, and a device that answers during a delay. */
static struct {
    struct ir_transport transport; /* first */
    struct virtio_control control;
    struct ir_regs notify;
    struct virtio_desc desc[LARGEST];
    struct virtio_used_elem used[LARGEST];
    volatile ir_device16 avail[LARGEST];
    volatile ir_device32 driver;
    volatile ir_device32 device;
    volatile ir_device8 command[VIRTIO_CONTROL_BYTES + 1u];

    uint32_t notified;
    uint64_t waited;  /* microseconds */
    uint64_t late;    /* when it answers, or UINT64_MAX */
    uint32_t answer;  /* ack byte, or NONE */
    uint32_t id;      /* completed instead of the true one, or NONE */
    uint32_t more;    /* completions too many */
    bool answered;    /* since the last notification */
    uint64_t used_at; /* packed: descriptor; split: commands completed */
    bool wrap;
    bool stale; /* packed: what it has used bears the flags of another lap */
    uint8_t seen[VIRTIO_CONTROL_BYTES]; /* the last command */
    uint32_t seen_length;
} it;

static uint32_t read_nothing(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    (void)offset;
    (void)width;
    return 0;
}

static void note(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    assert_int_equal(offset, NOTIFY);
    assert_int_equal(width, 2);
    assert_int_equal(value, NUMBER);
    it.notified++;
    it.answered = false;
}

static void check_pair(const struct virtio_desc *first, const struct virtio_desc *second)
{
    it.seen_length = (uint32_t)(first->rest % 4294967296u);
    assert_int_equal(first->address, IOVA);
    assert_in_range(it.seen_length, 2, VIRTIO_CONTROL_BYTES);
    assert_int_equal(second->address, IOVA + VIRTIO_CONTROL_BYTES);
    assert_int_equal(second->rest % 4294967296u, 1);
    assert_int_equal(it.command[VIRTIO_CONTROL_BYTES], VIRTIO_ACK_NONE);
    for (uint32_t i = 0; i < it.seen_length; i++)
        it.seen[i] = it.command[i];
}

static void answer_split(void)
{
    uint64_t at = it.used_at % it.control.size;
    uint32_t head = it.avail[at];

    assert_true(head + 1u < it.control.size);
    assert_int_equal(it.driver / 65536u, (it.used_at + 1u) % 65536u);
    assert_int_equal(it.driver % 65536u, it.control.event_idx != 0 ? 0 : 1);
    check_pair(&it.desc[head], &it.desc[head + 1u]);
    assert_int_equal(it.desc[head].rest >> 32, 1u | (head + 1u) << 16);
    assert_int_equal(it.desc[head + 1u].rest >> 32, 2);
    it.used[at].id = it.id != NONE ? it.id : head;
    it.used_at++;
    it.device = (uint32_t)((it.used_at + it.more) % 65536u * 65536u);
}

static void answer_packed(void)
{
    struct virtio_desc *desc = &it.desc[it.used_at];
    uint64_t available = it.wrap ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
    uint64_t used = it.wrap != it.stale ? VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED : 0;

    check_pair(desc, desc + 1);
    assert_int_equal(desc->rest >> 48, available | VIRTQ_DESC_F_NEXT);
    assert_int_equal((desc + 1)->rest >> 48, available | VIRTQ_DESC_F_WRITE);
    desc->rest = 1u + (uint64_t)(it.id != NONE ? it.id : 0u) * 4294967296u + (used << 48);
    it.used_at += 2u;
    if (it.used_at == it.control.size) {
        it.used_at = 0;
        it.wrap = !it.wrap;
    }
}

static void delay(struct ir_transport *transport, uint32_t microseconds)
{
    assert_ptr_equal(transport, &it.transport);
    it.waited += microseconds;
    assert_true(it.waited < 2000000u); /* at most a second, and some */
    if (it.answered || it.waited < it.late)
        return;
    it.answered = true;
    if (it.control.packed != 0)
        answer_packed();
    else
        answer_split();
    if (it.answer != NONE)
        it.command[VIRTIO_CONTROL_BYTES] = (uint8_t)it.answer;
}

static const struct ir_transport_ops ops = {.delay = delay};
static const struct ir_regs_sim notify_window = {read_nothing, note};

static void make(uint32_t size, bool packed)
{
    memset((void *)&it, 0, sizeof(it));
    it.transport.ops = &ops;
    it.notify = (struct ir_regs){.kind = IR_REGS_SIM, .size = 0x20, .sim = &notify_window};
    it.control = (struct virtio_control){
        .transport = &it.transport,
        .notify = &it.notify,
        .desc = it.desc,
        .used = it.used,
        .avail = it.avail,
        .driver = &it.driver,
        .device = &it.device,
        .command = it.command,
        .command_iova = IOVA,
        .size = size,
        .avail_flag = VIRTQ_DESC_F_AVAIL,
        .notify_offset = NOTIFY,
        .number = NUMBER,
        .packed = packed,
    };
    it.wrap = true;
    it.id = NONE;
}

static int send(uint32_t length)
{
    struct virtio_command command = {.length = length};

    for (uint32_t i = 0; i < length; i++)
        command.bytes[i] = (uint8_t)(i * 3u + length);
    it.waited = 0;
    return virtio_control_send(&it.control, &command);
}

/* Both formats of rings, with the fewest descriptors and with more. */
static const struct {
    uint32_t size;
    bool packed;
} shapes[] = {{2, false}, {2, true}, {64, false}, {64, true}, {8, true}};

#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void command_reaches_the_device_whole(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        make(shapes[s].size, shapes[s].packed);
        for (uint32_t length = 2; length <= VIRTIO_CONTROL_BYTES; length++) {
            assert_int_equal(send(length), 0);
            assert_int_equal(it.seen_length, length);
            for (uint32_t i = 0; i < length; i++)
                assert_int_equal(it.seen[i], (i * 3u + length) % 256u);
        }
        assert_int_equal(it.notified, VIRTIO_CONTROL_BYTES - 1u);
    }
}

static void commands_go_round_the_ring(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        make(shapes[s].size, shapes[s].packed);
        it.control.event_idx = s % 2u;
        for (uint32_t i = 0; i < 70000u; i++)
            assert_int_equal(send(3), 0);
    }
}

static void refused_command_is_an_error_and_the_next_is_sent(void **state)
{
    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        make(shapes[s].size, shapes[s].packed);
        it.answer = VIRTIO_ACK_ERROR;
        assert_int_equal(send(3), -EIO);
        it.answer = VIRTIO_ACK_OK;
        assert_int_equal(send(3), 0);
    }
}

/* Nothing is sent any more. */
static void is_stuck(void)
{
    uint32_t notified = it.notified;

    it.answer = VIRTIO_ACK_OK;
    it.id = NONE;
    it.more = 0;
    it.late = 0;
    for (uint32_t i = 0; i < 3u; i++)
        assert_int_equal(send(3), -EIO);
    assert_int_equal(it.notified, notified);
    assert_int_equal(it.control.broken, 1);
}

static void answer_that_is_none_breaks_the_queue(void **state)
{
    static const uint32_t answers[] = {2, 3, 0x80, 0xfe, 0xff, NONE};

    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        for (size_t a = 0; a < sizeof(answers) / sizeof(answers[0]); a++) {
            make(shapes[s].size, shapes[s].packed);
            it.answer = answers[a];
            assert_int_equal(send(3), -EIO);
            is_stuck();
        }
    }
}

static void completion_of_something_else_breaks_the_queue(void **state)
{
    static const uint32_t ids[] = {1, 2, 63, 64, 65535};

    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            make(shapes[s].size, shapes[s].packed);
            it.id = ids[i];
            assert_int_equal(send(3), -EIO);
            is_stuck();
        }
    }
    make(64, false);
    it.id = 65536; /* its low half would do */
    assert_int_equal(send(3), -EIO);
    is_stuck();
}

/* The index never comes to what it should be. */
static void too_many_completions_are_none(void **state)
{
    (void)state;
    make(64, false);
    it.more = 1;
    assert_int_equal(send(3), -ETIMEDOUT);
    is_stuck();
}

static void completion_of_another_lap_is_none(void **state)
{
    (void)state;
    for (uint32_t laps = 0; laps < 3u; laps++) {
        make(2, true);
        for (uint32_t lap = 0; lap < laps; lap++)
            assert_int_equal(send(3), 0);
        it.stale = true;
        assert_int_equal(send(3), -ETIMEDOUT);
        is_stuck();
    }
}

static void answer_may_take_a_second(void **state)
{
    static const uint64_t times[] = {10, 1000, 999000, 999980};

    (void)state;
    for (size_t s = 0; s < SHAPES; s++) {
        for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
            make(shapes[s].size, shapes[s].packed);
            it.late = times[t];
            assert_int_equal(send(3), 0);
            assert_in_range(it.waited, times[t], times[t] + times[t] / 8u + 10u);
        }
        make(shapes[s].size, shapes[s].packed);
        it.late = UINT64_MAX;
        assert_int_equal(send(3), -ETIMEDOUT);
        assert_int_equal(it.waited, 1000000);
        is_stuck();
    }
}

static void notification_that_is_not_possible_breaks_the_queue(void **state)
{
    (void)state;
    make(64, false);
    it.notify.size = NOTIFY;
    assert_int_equal(send(3), -EIO);
    assert_int_equal(it.waited, 0);
    is_stuck();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_reaches_the_device_whole),
        cmocka_unit_test(commands_go_round_the_ring),
        cmocka_unit_test(refused_command_is_an_error_and_the_next_is_sent),
        cmocka_unit_test(answer_that_is_none_breaks_the_queue),
        cmocka_unit_test(completion_of_something_else_breaks_the_queue),
        cmocka_unit_test(too_many_completions_are_none),
        cmocka_unit_test(completion_of_another_lap_is_none),
        cmocka_unit_test(answer_may_take_a_second),
        cmocka_unit_test(notification_that_is_not_possible_breaks_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
