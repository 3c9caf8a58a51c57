/* SPDX-License-Identifier: MIT
 *
 * Queues as objects: their memory, their pools, how the device is told of them, and their end.
 */
#include <errno.h>
#include <string.h>

#include "api/domain.h"
#include "api/pool.h"
#include "virtio/virtio.h"

#define LEGACY_ALIGN        4096u /* between available and used ring of a legacy device (2.7.2) */
#define CACHE_LINE          64u
#define RX_NUMBER(p)        (2u * (p)) /* 5.1.2 */
#define TX_NUMBER(p)        (2u * (p) + 1u)
#define CONTROL_SIZE        64u
#define QUEUE_SIZE_MAX      32768u
#define ETHERNET_HEADER_MAX 18u /* with one VLAN tag */

/* Where the parts of a queue lie in its memory: bytes from its start. A split ring's used ring
 * begins a page, as a legacy device takes for granted. */
struct layout {
    uint64_t driver, device, total;
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1u) / unit * unit;
}

static struct layout layout_of(const struct virtio_dev *dev, uint64_t size)
{
    struct layout layout;

    layout.driver = size * sizeof(struct virtio_desc);
    if (virtio_has(dev->features, VIRTIO_F_RING_PACKED)) {
        layout.device = round_up(layout.driver + 4u, CACHE_LINE);
        layout.total = layout.device + 4u;
    } else {
        layout.device = round_up(layout.driver + 6u + 2u * size, LEGACY_ALIGN);
        layout.total = layout.device + 6u + sizeof(struct virtio_used_elem) * size;
    }
    return layout;
}

static volatile ir_device32 *word_at(const struct ir_dma *memory, uint64_t offset)
{
    return (volatile ir_device32 *)(void *)(memory->memory + offset);
}

static volatile ir_device16 *half_at(const struct ir_dma *memory, uint64_t offset)
{
    return (volatile ir_device16 *)(void *)(memory->memory + offset);
}

/* What the device offers for the queue's size, or 0. */
static uint32_t size_offered(struct virtio_dev *dev, uint32_t number)
{
    uint32_t offered = 0;

    if (virtio_queue_size(dev, number, &offered) != 0 || offered == 0u ||
        offered > QUEUE_SIZE_MAX || (offered & (offered - 1u)) != 0u)
        return 0u;
    return offered;
}

/* Descriptors that a buffer takes. A legacy device without ANY_LAYOUT wants the header in one of
 * its own. */
static uint32_t descriptors_each(const struct virtio_dev *dev)
{
    return dev->windows.legacy != 0u && !virtio_has(dev->features, VIRTIO_F_ANY_LAYOUT) ? 2u : 1u;
}

/* The size that a queue gets: what is asked for, at most what the device allows; a legacy device
 * leaves no choice. 0 when that is not a size that a ring can have. */
static uint32_t size_for(struct virtio_dev *dev, uint32_t number, uint32_t wanted)
{
    uint32_t offered = size_offered(dev, number);
    uint32_t size = dev->windows.legacy == 0u && wanted < offered ? wanted : offered;
    uint32_t smallest = descriptors_each(dev) * IR_RING_SIZE_MIN;

    return ir_ring_size_legal(size) && size >= smallest ? size : 0u;
}

/* A queue on zeroed memory, broken until the device is started. */
static void make_queue(const struct virtio_dev *dev, struct virtio_queue *queue, uint32_t number,
                       const struct ir_dma *memory, uint32_t size)
{
    struct layout layout = layout_of(dev, size);
    struct ir_transport *transport = dev->base.transport;

    queue->notify = &transport->bars[dev->windows.notify.bar];
    queue->common = &transport->bars[dev->windows.common.bar];
    queue->status_offset = dev->windows.common.offset + virtio_status_offset(&dev->windows);
    queue->number = (uint16_t)number;
    queue->packed = (uint8_t)virtio_has(dev->features, VIRTIO_F_RING_PACKED);
    queue->in_order = (uint8_t)virtio_has(dev->features, VIRTIO_F_IN_ORDER);
    queue->event_idx = (uint8_t)virtio_has(dev->features, VIRTIO_F_EVENT_IDX);
    queue->pairs = descriptors_each(dev) == 2u;
    queue->header = VIRTIO_NET_HDR_LEGACY_BYTES;
    if (virtio_has(dev->features, VIRTIO_NET_F_MRG_RXBUF) ||
        virtio_has(dev->features, VIRTIO_F_VERSION_1))
        queue->header = VIRTIO_NET_HDR_BYTES;
    queue->desc = (struct virtio_desc *)(void *)memory->memory;
    queue->driver = word_at(memory, layout.driver);
    queue->device = word_at(memory, layout.device);
    queue->avail = half_at(memory, layout.driver + 4u);
    queue->used = (struct virtio_used_elem *)(void *)(memory->memory + layout.device + 4u);
    queue->wake = half_at(memory, layout.driver + 4u + 2u * (uint64_t)size);
    queue->event = half_at(memory, layout.total - 2u);
    queue->broken = 1;
    (void)virtio_ring_init(&queue->ring, queue->pairs != 0u ? size / 2u : size);
}

/* Memory for a queue that has none yet, and the queue on it. Errors: -EINVAL the device allows no
 * ring of that size, -ENOMEM, -ENOSPC, or what a device's map answered. */
static int provide(struct virtio_dev *dev, struct virtio_queue *queue, struct ir_dma *memory,
                   uint32_t *size, uint32_t number, uint32_t wanted)
{
    int result;

    *size = size_for(dev, number, wanted);
    if (*size == 0u)
        return -EINVAL;
    result = ir_domain_alloc(dev->base.domain, layout_of(dev, *size).total, memory);
    if (result == 0)
        make_queue(dev, queue, number, memory, *size);
    return result;
}

/* Give memory back that only the device used. */
static void free_memory(struct virtio_dev *dev, struct ir_dma *memory)
{
    ir_domain_free(dev->base.domain, memory);
    memory->size = 0;
}

/* Give a queue to the application, with a pool. Errors: as provide, and -EIO the device has not
 * confirmed that it stopped using the memory that the queue had. */
static int hand_out(struct virtio_dev *dev, struct virtio_queue *queue, struct ir_dma *memory,
                    uint32_t *size, uint32_t number, uint32_t wanted, struct ir_pool *pool)
{
    int result;

    if (memory->size != 0u)
        return -EIO;
    if (!ir_ring_size_legal(wanted) || number / 2u >= dev->pairs_max)
        return -EINVAL;
    result = provide(dev, queue, memory, size, number, wanted);
    if (result != 0)
        return result;
    result = ir_pool_attach(pool, &queue->ring.window);
    if (result != 0) {
        free_memory(dev, memory);
        return result;
    }
    queue->pool = pool;
    return 0;
}

int virtio_rx_create(struct virtio_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct virtio_rx *rx = &dev->rx[index];
    int result =
        hand_out(dev, &rx->rxq.queue, &rx->memory, &rx->size, RX_NUMBER(index), size, pool);

    if (result != 0)
        return result;
    rx->rxq.mergeable = (uint8_t)virtio_has(dev->features, VIRTIO_NET_F_MRG_RXBUF);
    rx->set_up = true;
    return 0;
}

int virtio_tx_create(struct virtio_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct virtio_tx *tx = &dev->tx[index];
    uint32_t longest = virtio_frame_max(dev);
    int result =
        hand_out(dev, &tx->txq.queue, &tx->memory, &tx->size, TX_NUMBER(index), size, pool);

    if (result != 0)
        return result;
    tx->txq.frame_max = pool->buffer_size < longest ? (uint32_t)pool->buffer_size : longest;
    tx->set_up = true;
    return 0;
}

uint32_t virtio_frame_max(const struct virtio_dev *dev)
{
    uint32_t longest = dev->mtu + ETHERNET_HEADER_MAX;

    return dev->mtu != 0u && longest < IR_FRAME_MAX ? longest : IR_FRAME_MAX;
}

void virtio_queues_break(struct virtio_dev *dev)
{
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        dev->rx[p].rxq.queue.broken = 1;
        dev->tx[p].txq.queue.broken = 1;
    }
    dev->control.broken = 1;
}

void virtio_queues_drain(struct virtio_dev *dev)
{
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        if (dev->rx[p].set_up)
            virtio_rx_drain(&dev->rx[p].rxq);
        else
            free_memory(dev, &dev->rx[p].memory);
        if (dev->tx[p].set_up)
            virtio_tx_drain(&dev->tx[p].txq);
        else
            free_memory(dev, &dev->tx[p].memory);
    }
    free_memory(dev, &dev->control_memory);
}

static void release(const struct virtio_dev *dev, const struct virtio_queue *queue, bool set_up,
                    struct ir_dma *memory)
{
    if (set_up && dev->quiet)
        ir_pool_detach(queue->pool, &queue->ring.window);
    else if (set_up)
        ir_pool_abandon(queue->pool, &queue->ring.window);
    if (dev->quiet)
        ir_domain_free(dev->base.domain, memory);
    else
        ir_domain_abandon(dev->base.domain, memory);
    memory->size = 0;
}

void virtio_queues_destroy(struct virtio_dev *dev)
{
    if (dev->quiet)
        virtio_queues_drain(dev);
    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        struct virtio_rx *rx = &dev->rx[p];
        struct virtio_tx *tx = &dev->tx[p];

        release(dev, &rx->rxq.queue, rx->set_up, &rx->memory);
        release(dev, &tx->txq.queue, tx->set_up, &tx->memory);
        rx->set_up = false;
        tx->set_up = false;
    }
    release(dev, NULL, false, &dev->control_memory);
}

uint32_t virtio_pairs_used(const struct virtio_dev *dev)
{
    uint32_t pairs = 0;

    for (uint32_t p = 0; p < VIRTIO_PAIRS_MAX; p++) {
        if (dev->rx[p].set_up || dev->tx[p].set_up)
            pairs = p + 1u;
    }
    return pairs;
}

/* Ask for no interrupts; with EVENT_IDX the flags of an available ring must be 0 (2.7.7.1). */
static void silence(volatile ir_device32 *driver, uint8_t packed, uint8_t event_idx)
{
    if (packed != 0u)
        ir_dma_store32(driver, VIRTQ_EVENT_F_DISABLE * 65536u);
    else if (event_idx == 0u)
        ir_dma_store32(driver, VIRTQ_AVAIL_F_NO_INTERRUPT);
}

/* Rings as a device wants them that is about to start: no buffer, and no interrupts. */
static void clear_rings(struct virtio_queue *queue, const struct ir_dma *memory)
{
    memset(memory->memory, 0, (size_t)memory->size);
    queue->posted = 0;
    queue->taken = 0;
    queue->idle = 0;
    queue->posted_turn = 1;
    queue->taken_turn = 1;
    (void)virtio_ring_init(&queue->ring, queue->ring.window.size);
    virtio_ask(queue, 0u);
}

/* The vector of a queue, the control queue's being none: it is polled. */
static uint32_t vector_of(const struct virtio_dev *dev, uint32_t number)
{
    uint32_t vectors = dev->base.interrupts.vectors;

    if (vectors == 0 || number == dev->control_index)
        return VIRTIO_NO_VECTOR;
    return ir_vector_of_pair(vectors, number / 2u);
}

/* Tell the device where a queue is, which it must still allow at that size. */
static int enable(struct virtio_dev *dev, uint32_t number, const struct ir_dma *memory,
                  uint32_t size, uint32_t *notify_offset)
{
    struct layout layout = layout_of(dev, size);
    const struct virtio_rings rings = {
        .size = size,
        .desc = memory->iova,
        .driver = memory->iova + layout.driver,
        .device = memory->iova + layout.device,
        .vector = vector_of(dev, number),
    };
    uint32_t offered = size_offered(dev, number);
    int result = -EIO;

    if (dev->windows.legacy != 0u ? offered == size : offered >= size)
        result = virtio_queue_enable(dev, number, &rings, notify_offset);
    if (result != 0)
        dev->trouble = "it does not take a queue that it offered";
    return result;
}

static int start_queue(struct virtio_dev *dev, struct virtio_queue *queue, struct ir_dma *memory,
                       uint32_t *size, uint32_t number)
{
    int result = 0;

    if (memory->size == 0u)
        result = provide(dev, queue, memory, size, number, IR_RING_SIZE_MIN);
    if (result != 0)
        return result;
    clear_rings(queue, memory);
    return enable(dev, number, memory, *size, &queue->notify_offset);
}

/* The control queue's record, on memory that begins with its rings. */
static void make_control(struct virtio_dev *dev, uint32_t size)
{
    struct virtio_control *control = &dev->control;
    const struct ir_dma *memory = &dev->control_memory;
    struct layout layout = layout_of(dev, size);
    uint64_t command = round_up(layout.total, CACHE_LINE);

    memset(memory->memory, 0, (size_t)memory->size);
    control->transport = dev->base.transport;
    control->notify = &dev->base.transport->bars[dev->windows.notify.bar];
    control->desc = (struct virtio_desc *)(void *)memory->memory;
    control->driver = word_at(memory, layout.driver);
    control->device = word_at(memory, layout.device);
    control->avail = half_at(memory, layout.driver + 4u);
    control->used = (struct virtio_used_elem *)(void *)(memory->memory + layout.device + 4u);
    control->command = memory->memory + command;
    control->command_iova = memory->iova + command;
    control->size = size;
    control->position = 0;
    control->avail_flag = VIRTQ_DESC_F_AVAIL;
    control->number = (uint16_t)dev->control_index;
    control->posted = 0;
    control->packed = (uint8_t)virtio_has(dev->features, VIRTIO_F_RING_PACKED);
    control->event_idx = (uint8_t)virtio_has(dev->features, VIRTIO_F_EVENT_IDX);
    silence(control->driver, control->packed, control->event_idx);
}

static int start_control(struct virtio_dev *dev)
{
    uint32_t size = size_offered(dev, dev->control_index);
    int result;

    if (dev->windows.legacy == 0u && size > CONTROL_SIZE)
        size = CONTROL_SIZE;
    if (size < 2u) {
        dev->trouble = "it has no control queue, which it offered";
        return -EIO;
    }
    result = ir_domain_alloc(dev->base.domain,
                             round_up(layout_of(dev, size).total, CACHE_LINE) +
                                 VIRTIO_CONTROL_BYTES + 1u,
                             &dev->control_memory);
    if (result != 0)
        return result;
    make_control(dev, size);
    return enable(dev, dev->control_index, &dev->control_memory, size, &dev->control.notify_offset);
}

int virtio_queues_start(struct virtio_dev *dev)
{
    uint32_t vectors = dev->base.interrupts.vectors;
    uint32_t pairs = virtio_pairs_used(dev);
    int result =
        virtio_set_config_vector(dev, vectors == 0 ? VIRTIO_NO_VECTOR : ir_vector_of_link(vectors));

    if (result != 0)
        dev->trouble = "it has no interrupt vector for its configuration";
    for (uint32_t p = 0; p < pairs && result == 0; p++) {
        struct virtio_rx *rx = &dev->rx[p];
        struct virtio_tx *tx = &dev->tx[p];

        rx->rxq.parts = 0;
        result = start_queue(dev, &rx->rxq.queue, &rx->memory, &rx->size, RX_NUMBER(p));
        if (result == 0)
            result = start_queue(dev, &tx->txq.queue, &tx->memory, &tx->size, TX_NUMBER(p));
    }
    if (result == 0 && dev->control_index != VIRTIO_NO_QUEUE)
        result = start_control(dev);
    return result;
}
