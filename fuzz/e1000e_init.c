/* SPDX-License-Identifier: MIT
 *
 * Fuzz target e1000e-init: the whole life of a device on an 82574 whose every register read is drawn from
 * the input.
 */
#include <errno.h>

#include "e1000e/e1000e.h"
#include "hostile_intel.h"
#include "life.h"

static struct hostile_intel card;

static struct hostile *begin(struct input *input)
{
    hostile_e1000e_begin(&card, input);
    return &card.base;
}

static const struct e1000e_dev *record_of(const struct ir_dev *dev)
{
    return (const struct e1000e_dev *)dev;
}

static const struct ir_ring *ring(const struct ir_dev *dev, bool transmit, uint32_t queue)
{
    const struct e1000e_dev *record = record_of(dev);

    if (queue > 0)
        return NULL;
    if (transmit)
        return record->tx.set_up ? &record->tx.queue.ring : NULL;
    return record->rx.set_up ? &record->rx.queue.ring : NULL;
}

static uint32_t memories(const struct ir_dev *dev, struct ir_dma memory[LIFE_MEMORIES])
{
    const struct e1000e_dev *record = record_of(dev);
    uint32_t count = 0;

    if (record->rx.set_up)
        memory[count++] = record->rx.memory;
    if (record->tx.set_up)
        memory[count++] = record->tx.memory;
    return count;
}

static bool quiet(const struct ir_dev *dev)
{
    return record_of(dev)->quiet;
}

static bool started(const struct ir_dev *dev)
{
    return record_of(dev)->state == E1000E_STARTED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int open_errors[] = {-ENODEV, -ETIMEDOUT, -EIO, 0};
    static const int start_errors[] = {-EINVAL, -ETIMEDOUT, -EIO, -ENODEV, 0};
    static const int filter_errors[] = {-ENODEV, 0};
    static const struct life_kind kind = {
        .driver = &e1000e_driver,
        .begin = begin,
        .ring = ring,
        .memories = memories,
        .quiet = quiet,
        .started = started,
        .queues = 1,
        .open_errors = open_errors,
        .start_errors = start_errors,
        .promiscuous_errors = filter_errors,
        .multicast_errors = filter_errors,
        .tells_speed = true,
        .interrupts = true,
    };

    life_run(&kind, data, size);
    return 0;
}
