/* SPDX-License-Identifier: MIT
 *
 * Fuzz target init: the whole life of a device on an 82599 whose every register read is drawn from the
 * input.
 */
#include <errno.h>

#include "hostile_intel.h"
#include "ixgbe/ixgbe.h"
#include "life.h"

static struct hostile_intel card;

static struct hostile *begin(struct input *input)
{
    hostile_ixgbe_begin(&card, input);
    return &card.base;
}

static const struct ixgbe_dev *record_of(const struct ir_dev *dev)
{
    return (const struct ixgbe_dev *)dev;
}

static const struct ir_ring *ring(const struct ir_dev *dev, bool transmit, uint32_t queue)
{
    const struct ixgbe_dev *record = record_of(dev);

    if (transmit)
        return record->tx[queue].set_up ? &record->tx[queue].queue.ring : NULL;
    return record->rx[queue].set_up ? &record->rx[queue].queue.ring : NULL;
}

static uint32_t memories(const struct ir_dev *dev, struct ir_dma memory[LIFE_MEMORIES])
{
    const struct ixgbe_dev *record = record_of(dev);
    uint32_t count = 0;

    for (uint32_t q = 0; q < LIFE_QUEUES; q++) {
        if (record->rx[q].set_up)
            memory[count++] = record->rx[q].memory;
        if (record->tx[q].set_up)
            memory[count++] = record->tx[q].memory;
    }
    return count;
}

static bool quiet(const struct ir_dev *dev)
{
    return record_of(dev)->quiet;
}

static bool started(const struct ir_dev *dev)
{
    return record_of(dev)->state == IXGBE_STARTED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int open_errors[] = {-ENODEV, -ETIMEDOUT, -EIO, 0};
    static const int start_errors[] = {-EINVAL, -ETIMEDOUT, -EIO, -ENODEV, 0};
    static const int promiscuous_errors[] = {-ENODEV, -ETIMEDOUT, 0};
    static const int multicast_errors[] = {-ENODEV, 0};
    static const struct life_kind kind = {
        .driver = &ixgbe_driver,
        .begin = begin,
        .ring = ring,
        .memories = memories,
        .quiet = quiet,
        .started = started,
        .queues = LIFE_QUEUES,
        .open_errors = open_errors,
        .start_errors = start_errors,
        .promiscuous_errors = promiscuous_errors,
        .multicast_errors = multicast_errors,
        .rss_key = true,
        .tells_speed = true,
        .interrupts = true,
    };

    life_run(&kind, data, size);
    return 0;
}
