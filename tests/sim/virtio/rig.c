/* SPDX-License-Identifier: MIT
 *
 * The bench of rig.h: how a driver comes up, and how the card's wire is used. Rings are in rings.c.
 */
#define _GNU_SOURCE
#include "rig.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define ARGUMENTS   256u
#define RING_BYTES  0x10000u /* of the memory for each queue's rings */
#define DRIVER_AREA 0x4000u
#define DEVICE_AREA 0x8000u
#define PAGE        4096u

void rig_open(struct rig *rig, const char *arguments)
{
    char text[ARGUMENTS];

    (void)snprintf(text, sizeof(text), "virtio,mode=step,wire=memory,queue_size=64%s%s",
                   arguments[0] == '\0' ? "" : ",", arguments);
    rig_open_as(rig, text);
}

void rig_open_as(struct rig *rig, const char *text)
{
    char error[IR_ERROR_LENGTH];

    memset(rig, 0, sizeof(*rig));
    if (ir_sim_open(text, &rig->transport, error) != 0)
        fail_msg("sim:%s: %s", text, error);
    rig->card = (struct sim_virtio *)rig->transport;
    rig->legacy = rig->transport->bars[SOFT_MODERN_BAR].size == 0;
    rig->dev.transport = rig->transport;
    rig->memory.size = RIG_BYTES;
    rig->memory.iova = RIG_IOVA;
    rig->memory.memory =
        mmap(NULL, RIG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(rig->memory.memory, MAP_FAILED);
    assert_int_equal(rig->transport->ops->map(rig->transport, &rig->memory), 0);
    assert_int_equal(rig->transport->ops->config_write(rig->transport, 4, 2, 7), 0);
    rig_delay(rig, 100);
}

void rig_close(struct rig *rig)
{
    rig->transport->ops->close(rig->transport);
    assert_int_equal(munmap(rig->memory.memory, RIG_BYTES), 0);
}

static const struct ir_regs *window(const struct rig *rig)
{
    return &rig->transport->bars[rig->legacy ? SOFT_LEGACY_BAR : SOFT_MODERN_BAR];
}

uint32_t rig_read(const struct rig *rig, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    assert_int_equal(ir_reg_read(window(rig), offset, width, &value), 0);
    return value;
}

void rig_write(const struct rig *rig, uint32_t offset, uint32_t width, uint32_t value)
{
    assert_int_equal(ir_reg_write(window(rig), offset, width, value), 0);
}

void rig_delay(const struct rig *rig, uint32_t microseconds)
{
    rig->transport->ops->delay(rig->transport, microseconds);
}

uint8_t rig_status(const struct rig *rig)
{
    return (uint8_t)rig_read(rig, rig->legacy ? L_STATUS : R_STATUS, 1);
}

void rig_set_status(const struct rig *rig, uint8_t status)
{
    rig_write(rig, rig->legacy ? L_STATUS : R_STATUS, 1, status);
}

void rig_reset(struct rig *rig)
{
    rig_set_status(rig, 0);
    rig_delay(rig, 100);
    assert_int_equal(rig_status(rig), 0);
    memset(rig->queue, 0, sizeof(rig->queue));
    memset(rig->memory.memory, 0, RIG_QUEUES * RING_BYTES);
}

uint64_t rig_offered(const struct rig *rig)
{
    uint64_t features;

    if (rig->legacy)
        return rig_read(rig, L_DEVICE_FEATURE, 4);
    rig_write(rig, R_DEVICE_SELECT, 4, 1);
    features = (uint64_t)rig_read(rig, R_DEVICE_FEATURE, 4) << 32;
    rig_write(rig, R_DEVICE_SELECT, 4, 0);
    return features | rig_read(rig, R_DEVICE_FEATURE, 4);
}

void rig_negotiate(struct rig *rig, uint64_t features)
{
    rig_reset(rig);
    rig_set_status(rig, SOFT_ACKNOWLEDGE);
    rig_set_status(rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    rig->features = rig_offered(rig) & features;
    rig->header = soft_net_header(rig->features);
    if (rig->legacy) {
        rig_write(rig, L_DRIVER_FEATURE, 4, (uint32_t)rig->features);
        return;
    }
    for (uint32_t word = 0; word < 2u; word++) {
        rig_write(rig, R_DRIVER_SELECT, 4, word);
        rig_write(rig, R_DRIVER_FEATURE, 4, (uint32_t)(rig->features >> (32u * word)));
    }
    rig_set_status(rig, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    assert_int_equal(rig_status(rig), SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
}

static void write_address(const struct rig *rig, uint32_t offset, const uint8_t *memory)
{
    uint64_t address = RIG_IOVA + (uint64_t)(memory - rig->memory.memory);

    rig_write(rig, offset, 4, (uint32_t)address);
    rig_write(rig, offset + 4u, 4, (uint32_t)(address >> 32));
}

void rig_place(struct rig *rig, uint16_t number)
{
    struct rig_queue *queue = &rig->queue[number];
    uint8_t *memory = rig->memory.memory + (size_t)number * RING_BYTES;

    *queue = (struct rig_queue){
        .number = number,
        .size = RIG_SIZE,
        .packed = (rig->features & SOFT_F_RING_PACKED) != 0,
        .desc = memory,
        .driver = memory + (rig->legacy ? SOFT_DESC_BYTES * RIG_SIZE : DRIVER_AREA),
        .device = memory + (rig->legacy ? PAGE : DEVICE_AREA),
        .avail_wrap = true,
        .used_wrap = true,
    };
    if (rig->legacy) {
        rig_write(rig, L_QUEUE_SELECT, 2, number);
        rig_write(rig, L_QUEUE_PFN, 4, (RIG_IOVA + number * RING_BYTES) / PAGE);
        return;
    }
    rig_write(rig, R_QUEUE_SELECT, 2, number);
    rig_write(rig, R_QUEUE_SIZE, 2, RIG_SIZE);
    write_address(rig, R_QUEUE_DESC, queue->desc);
    write_address(rig, R_QUEUE_DRIVER, queue->driver);
    write_address(rig, R_QUEUE_DEVICE, queue->device);
    rig_write(rig, R_QUEUE_ENABLE, 2, 1);
}

void rig_enable(struct rig *rig, uint16_t number)
{
    rig_place(rig, number);
    if (rig->legacy)
        assert_int_equal(rig_read(rig, L_QUEUE_SIZE, 2), RIG_SIZE);
    else
        assert_int_equal(rig_read(rig, R_QUEUE_ENABLE, 2), 1);
}

void rig_driver_ok(struct rig *rig)
{
    rig_set_status(rig, rig_status(rig) | SOFT_DRIVER_OK);
}

void rig_start(struct rig *rig, uint64_t features)
{
    rig_negotiate(rig, features);
    for (uint16_t i = 0; i < rig->card->queues; i++)
        rig_enable(rig, i);
    rig_driver_ok(rig);
    assert_int_equal(rig_violations(rig), 0);
}

void rig_notify(const struct rig *rig, uint16_t queue)
{
    if (rig->legacy)
        rig_write(rig, L_NOTIFY, 2, queue);
    else
        rig_write(rig, SOFT_NOTIFY_OFFSET + queue * SOFT_NOTIFY_STEP, 2, queue);
}

void rig_fill_frame(uint8_t *frame, uint32_t length, uint8_t number)
{
    for (uint32_t i = 0; i < length; i++)
        frame[i] = i < IR_MAC_LENGTH ? 0xffu : (uint8_t)(number + i);
}

void rig_put(struct rig *rig, uint32_t length, uint8_t number)
{
    uint8_t frame[SIM_FRAME_MAX];

    rig_fill_frame(frame, length, number);
    assert_int_equal(ir_sim_put(&rig->dev, frame, length), 0);
}

int rig_step(struct rig *rig)
{
    int moved = ir_sim_step(&rig->dev);

    assert_true(moved >= 0);
    return moved;
}

uint64_t rig_violations(struct rig *rig)
{
    uint64_t count = UINT64_MAX;

    assert_int_equal(ir_sim_violations(&rig->dev, &count), 0);
    if (count != 0)
        print_message("first violation: %s\n", ir_sim_violation(&rig->dev, 0));
    return count;
}

void rig_expect(struct rig *rig, enum soft_rule rule, const char *text)
{
    const char *sentence = ir_sim_violation(&rig->dev, 0);
    uint64_t count = 0;

    assert_int_equal(ir_sim_violations(&rig->dev, &count), 0);
    if (sentence == NULL)
        fail_msg("no violation; expected \"%s ... %s\"", soft_rule_text(rule), text);
    if (count != 1u || strncmp(sentence, soft_rule_text(rule), strlen(soft_rule_text(rule))) != 0 ||
        strstr(sentence, text) == NULL)
        fail_msg("%u violations; expected \"%s ... %s\", first is \"%s\"", (unsigned)count,
                 soft_rule_text(rule), text, sentence);
}
