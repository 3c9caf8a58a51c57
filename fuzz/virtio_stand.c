/* SPDX-License-Identifier: MIT
 *
 * The stand for virtio: its reset and its audit.
 */
#include "virtio_stand.h"

#include "oracle.h"

struct vstand vstand;

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    if (offset != VSTAND_STATUS || width != 1u)
        fuzz_fail("the data path reads the register at 0x%x (%u bytes)", offset, width);
    vstand.status_reads++;
    return vstand.status;
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    if (width != 2u)
        fuzz_fail("the data path writes %u bytes to the register at 0x%x", width, offset);
    vstand.notifications++;
    vstand.notified_offset = offset;
    vstand.notified_value = value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

static void prepare(struct vstand_queue *queue, struct virtio_queue *driver, uint16_t number)
{
    queue->driver = driver;
    queue->place = number == 0 ? STAND_RX : STAND_TX;
    driver->notify = &vstand.regs;
    driver->common = &vstand.regs;
    driver->pool = &stand.pool;
    driver->desc = (struct virtio_desc *)(void *)queue->memory.desc;
    driver->used = (struct virtio_used_elem *)(void *)queue->memory.used;
    driver->avail = queue->memory.avail;
    driver->event = &queue->memory.event;
    driver->driver = &queue->memory.driver;
    driver->device = &queue->memory.device;
    driver->number = number;
    driver->notify_offset = VSTAND_NOTIFY + 4u * number;
    driver->status_offset = VSTAND_STATUS;
}

/* A queue without a buffer, through which `start` of them have gone. */
static void fresh(struct vstand_queue *queue, uint32_t start, uint32_t wait)
{
    struct virtio_queue *driver = queue->driver;
    bool wrap = vstand_wrap(start);

    memset(&queue->memory, 0, sizeof(queue->memory));
    memset(queue->buffer, 0xff, sizeof(queue->buffer));
    queue->used = 0;
    queue->posted = start;
    queue->taken = start;
    queue->returned = start;
    queue->waiting_count = 0;
    queue->idle = wait;
    queue->broken = false;
    queue->memory.device = (start & 0xffffu) * 65536u;
    queue->memory.driver = queue->memory.device;
    if (vstand.mode.packed) {
        queue->memory.device = 0;
        queue->memory.driver = VIRTQ_EVENT_F_DISABLE * 65536u;
    }
    fuzz_equal("the answer of virtio_ring_init", virtio_ring_init(&driver->ring, VSTAND_IDS), 0);
    driver->posted = (uint16_t)(start & 0xffffu);
    driver->taken = driver->posted;
    driver->posted_turn = wrap;
    driver->taken_turn = wrap;
    driver->header = (uint8_t)vstand.mode.header;
    driver->packed = vstand.mode.packed;
    driver->in_order = vstand.mode.in_order;
    driver->event_idx = vstand.mode.event_idx;
    driver->pairs = vstand.mode.pairs;
    driver->idle = wait;
    driver->broken = 0;
}

void vstand_reset(const struct vstand_mode *mode, uint8_t start, uint32_t first, uint32_t wait)
{
    stand_reset(start);
    vstand.mode = *mode;
    vstand.regs.kind = IR_REGS_SIM;
    vstand.regs.size = 0x4000u;
    vstand.regs.sim = &registers;
    prepare(&vstand.rx, &vstand.rxq.queue, 0);
    prepare(&vstand.tx, &vstand.txq.queue, 1);
    fresh(&vstand.rx, first, wait);
    fresh(&vstand.tx, first, wait);
    vstand.rxq.mergeable = mode->mergeable;
    vstand.rxq.parts = 0;
    vstand.rxq.packets = vstand.rx.packets = 0;
    vstand.rxq.bytes = vstand.rx.bytes = 0;
    vstand.txq.packets = vstand.tx.packets = 0;
    vstand.txq.bytes = vstand.tx.bytes = 0;
    vstand.drops = (struct ir_rxq_drops){0, 0};
    vstand.rxq.dropped = vstand.drops;
    vstand.txq.frame_max = STAND_BUFFER;
    vstand.parts = 0;
    vstand.status = VIRTIO_STATUS_DRIVER_OK;
    vstand.status_reads = 0;
    vstand.notifications = 0;
}

static void give_up(struct vstand_queue *queue)
{
    while (queue->used > 0)
        vstand_release(queue, queue->order[0]);
    fresh(queue, 0, 0);
}

void vstand_restart_rx(void)
{
    virtio_rx_drain(&vstand.rxq);
    vstand.rxq.parts = 0;
    vstand.parts = 0;
    give_up(&vstand.rx);
}

void vstand_restart_tx(void)
{
    virtio_tx_drain(&vstand.txq);
    give_up(&vstand.tx);
}

/* Ids and positions are permutations of each other, and in the window are the buffers that are out. */
static void check_window(const struct vstand_queue *queue)
{
    const struct virtio_ring *ring = &queue->driver->ring;

    for (uint32_t p = 0; p < VSTAND_IDS; p++) {
        uint32_t id = (uint32_t)ring->id_at[p];

        if (id >= VSTAND_IDS || (uint32_t)ring->position_of[id] != p)
            fuzz_fail("position %u has the id %u, and that is not where it stands", p, id);
    }
    for (uint32_t i = 0; i < queue->used; i++) {
        uint32_t position = (queue->taken + i) % VSTAND_IDS;
        uint32_t id = (uint32_t)ring->id_at[position];
        uint32_t buffer = queue->buffer[id];

        if (ring->window.slot[position] != buffer)
            fuzz_fail("position %u, id %u, has buffer %u, and the device has buffer %u", position,
                      id, ring->window.slot[position], buffer);
        if (stand.place[buffer] != (uint8_t)queue->place)
            fuzz_fail("buffer %u is in a ring, and in place %u as well", buffer,
                      stand.place[buffer]);
    }
}

static void check_queue(const char *name, const struct vstand_queue *queue)
{
    const struct virtio_queue *driver = queue->driver;
    const struct ir_ring *window = &driver->ring.window;

    if (window->size != VSTAND_IDS || window->head != queue->taken % VSTAND_IDS ||
        window->tail != queue->posted % VSTAND_IDS)
        fuzz_fail("the %s queue is in use from %llu to %llu, and should be from %u to %u", name,
                  (unsigned long long)window->head, (unsigned long long)window->tail,
                  queue->taken % VSTAND_IDS, queue->posted % VSTAND_IDS);
    if (!vstand.mode.packed) {
        fuzz_equal("the index up to which was lent", (int64_t)driver->posted,
                   queue->posted & 0xffffu);
        fuzz_equal("the index up to which was taken", (int64_t)driver->taken,
                   queue->taken & 0xffffu);
    }
    check_window(queue);
    fuzz_equal("whether a queue is broken", driver->broken, queue->broken);
    fuzz_equal("the number of calls that found nothing", (int64_t)driver->idle, queue->idle);
}

void vstand_check(void)
{
    stand_check_pool(vstand.rx.used, vstand.tx.used);
    check_queue("receive", &vstand.rx);
    check_queue("transmit", &vstand.tx);
    fuzz_equal("the parts of a frame to come", (int64_t)vstand.rxq.parts, vstand.parts);
    fuzz_equal("the count of bad frames", (int64_t)vstand.rxq.dropped.errors,
               (int64_t)vstand.drops.errors);
    fuzz_equal("the count of frames too large", (int64_t)vstand.rxq.dropped.oversize,
               (int64_t)vstand.drops.oversize);
    fuzz_equal("the frames received", (int64_t)vstand.rxq.packets, (int64_t)vstand.rx.packets);
    fuzz_equal("the bytes received", (int64_t)vstand.rxq.bytes, (int64_t)vstand.rx.bytes);
    fuzz_equal("the frames sent", (int64_t)vstand.txq.packets, (int64_t)vstand.tx.packets);
    fuzz_equal("the bytes sent", (int64_t)vstand.txq.bytes, (int64_t)vstand.tx.bytes);
    fuzz_equal("the number of notifications that nobody expected", vstand.notifications, 0);
    fuzz_equal("the number of reads of the status that nobody expected", vstand.status_reads, 0);
}
