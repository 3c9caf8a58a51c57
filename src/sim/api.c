/* SPDX-License-Identifier: MIT
 *
 * The public functions of ironring/sim.h.
 */
#include <ironring/sim.h>

#include <errno.h>

#include "core/driver.h"
#include "sim/device.h"

#define STEP_FRAMES 16384u /* more than the largest ring; bounds what an endless wire can do */

/* The card behind the device, or NULL when it is a real one. */
static struct sim_device *card_of(struct ir_dev *dev)
{
    if (dev == NULL || dev->transport == NULL || dev->transport->ops != &sim_transport_ops)
        return NULL;
    return (struct sim_device *)dev->transport;
}

int ir_sim_step(struct ir_dev *dev)
{
    struct sim_device *card = card_of(dev);
    uint32_t moved;

    if (card == NULL)
        return -ENOTSUP;
    if (card->threaded)
        return -EBUSY;
    if (card->served)
        return (int)sim_serve(card);
    sim_lock(card);
    atomic_fetch_add(&card->clock, SIM_STEP_US);
    moved = sim_round(card, STEP_FRAMES);
    sim_unlock(card);
    return (int)moved;
}

bool ir_sim_finished(struct ir_dev *dev)
{
    struct sim_device *card = card_of(dev);

    return card != NULL && atomic_load(&card->finished);
}

int ir_sim_flush(struct ir_dev *dev)
{
    struct sim_device *card = card_of(dev);
    int result = 0;

    if (card == NULL)
        return -ENOTSUP;
    sim_lock(card);
    if (card->sink != NULL && card->sink->ops->flush != NULL)
        result = card->sink->ops->flush(card->sink);
    sim_unlock(card);
    return result;
}

int ir_sim_violations(struct ir_dev *dev, uint64_t *count)
{
    struct sim_device *card = card_of(dev);

    if (card == NULL)
        return -ENOTSUP;
    if (count == NULL)
        return -EINVAL;
    *count = atomic_load(&card->violations.count);
    return 0;
}

const char *ir_sim_violation(struct ir_dev *dev, uint64_t index)
{
    struct sim_device *card = card_of(dev);

    return card == NULL ? NULL : sim_violation(&card->violations, index);
}

int ir_sim_record(struct ir_dev *dev, uint32_t *delays, size_t count)
{
    struct sim_device *card = card_of(dev);
    int result;

    if (card == NULL)
        return -ENOTSUP;
    if (card->source == NULL || (delays == NULL && count != 0))
        return -EINVAL;
    sim_lock(card);
    result = sim_wire_flood_record(card->source, delays, count);
    sim_unlock(card);
    return result;
}

int ir_sim_recorded(struct ir_dev *dev, size_t *count)
{
    struct sim_device *card = card_of(dev);
    int result;

    if (card == NULL)
        return -ENOTSUP;
    if (card->source == NULL || count == NULL)
        return -EINVAL;
    sim_lock(card);
    result = sim_wire_flood_recorded(card->source, count);
    sim_unlock(card);
    return result;
}

int ir_sim_put(struct ir_dev *dev, const uint8_t *frame, size_t length)
{
    struct sim_device *card = card_of(dev);

    if (card == NULL)
        return -ENOTSUP;
    if (frame == NULL || length == 0 || length > SIM_FRAME_MAX || card->source == NULL)
        return -EINVAL;
    return sim_wire_memory_put(card->source, frame, (uint32_t)length);
}

int ir_sim_take(struct ir_dev *dev, uint8_t *frame, size_t size)
{
    struct sim_device *card = card_of(dev);

    if (card == NULL)
        return -ENOTSUP;
    if ((frame == NULL && size != 0) || card->source == NULL)
        return -EINVAL;
    return sim_wire_memory_take(card->source, frame, size);
}
