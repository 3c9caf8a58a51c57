/* SPDX-License-Identifier: MIT
 *
 * Fuzz target virtio-config: the whole life of a device on a virtio card whose registers and
 * configuration space answer what the input says.
 */
#include <errno.h>

#include "hostile_virtio.h"
#include "life.h"
#include "oracle.h"
#include "virtio/virtio.h"

static struct hostile_virtio card;

static struct hostile *begin(struct input *input)
{
    hostile_virtio_begin(&card, input);
    return &card.base;
}

static const struct virtio_dev *record_of(const struct ir_dev *dev)
{
    return (const struct virtio_dev *)dev;
}

static void opened(const struct ir_dev *dev)
{
    const struct virtio_dev *record = dev == NULL ? NULL : record_of(dev);

    if (record == NULL)
        hostile_virtio_opened(&card, NULL, false);
    else
        hostile_virtio_opened(&card, &record->windows,
                              virtio_has(record->features, VIRTIO_F_RING_PACKED) != 0);
}

static const struct ir_ring *ring(const struct ir_dev *dev, bool transmit, uint32_t queue)
{
    const struct virtio_dev *record = record_of(dev);

    if (transmit)
        return record->tx[queue].set_up ? &record->tx[queue].txq.queue.ring.window : NULL;
    return record->rx[queue].set_up ? &record->rx[queue].rxq.queue.ring.window : NULL;
}

/* Those of queues that the application does not use are among them. */
static uint32_t memories(const struct ir_dev *dev, struct ir_dma memory[LIFE_MEMORIES])
{
    const struct virtio_dev *record = record_of(dev);
    uint32_t count = 0;

    for (uint32_t q = 0; q < LIFE_QUEUES; q++) {
        if (record->rx[q].memory.size != 0)
            memory[count++] = record->rx[q].memory;
        if (record->tx[q].memory.size != 0)
            memory[count++] = record->tx[q].memory;
    }
    if (record->control_memory.size != 0)
        memory[count++] = record->control_memory;
    return count;
}

static bool quiet(const struct ir_dev *dev)
{
    return record_of(dev)->quiet;
}

static bool started(const struct ir_dev *dev)
{
    return record_of(dev)->state == VIRTIO_STARTED;
}

/* The device may not have that queue, or none of that size; or it is down. */
static void check_setup(bool free, bool legal, int result)
{
    if (!legal)
        fuzz_equal("setting up a queue of a size that is not legal", result, -EINVAL);
    else if (!free)
        fuzz_equal("setting up a queue that is there, or of a device that runs", result, -EBUSY);
    else if (result != 0 && result != -EINVAL && result != -EIO)
        fuzz_fail("setting up a queue answers %d", result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int open_errors[] = {-ENODEV, -ETIMEDOUT, -EIO, -ENOTSUP, 0};
    static const int start_errors[] = {-EINVAL, -ETIMEDOUT, -EIO, -ENODEV, -ENOTSUP, 0};
    static const int promiscuous_errors[] = {-EIO, -ETIMEDOUT, -ENOTSUP, 0};
    static const int multicast_errors[] = {-EIO, -ETIMEDOUT, 0};
    static const struct life_kind kind = {
        .driver = &virtio_driver,
        .begin = begin,
        .opened = opened,
        .ring = ring,
        .memories = memories,
        .quiet = quiet,
        .started = started,
        .check_setup = check_setup,
        .queues = LIFE_QUEUES,
        .open_errors = open_errors,
        .start_errors = start_errors,
        .promiscuous_errors = promiscuous_errors,
        .multicast_errors = multicast_errors,
    };

    life_run(&kind, data, size);
    return 0;
}
