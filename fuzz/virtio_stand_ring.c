/* SPDX-License-Identifier: MIT
 *
 * The rings of the stand for virtio, as the specification has them (2.7 split, 2.8 packed): read from the
 * device's side where the driver has written, and from the driver's where the device has.
 */
#include "oracle.h"
#include "virtio_stand.h"

#define SPLIT_NEXT  UINT64_C(0x0000000100000000)
#define SPLIT_WRITE UINT64_C(0x0000000200000000)

void vstand_call(struct vstand_queue *queue)
{
    memcpy(queue->before.desc, queue->memory.desc,
           vstand_elements() * 2u * sizeof(queue->memory.desc[0]));
    memcpy(queue->before.avail, queue->memory.avail,
           vstand_elements() * sizeof(queue->memory.avail[0]));
    queue->before.driver = queue->memory.driver;
}

uint32_t vstand_ready(const struct vstand_queue *queue)
{
    if (vstand.mode.packed)
        return queue->used;
    return (queue->memory.device / 65536u + 65536u - (queue->taken & 0xffffu)) & 0xffffu;
}

bool vstand_next(const struct vstand_queue *queue, struct vstand_returned *next)
{
    uint32_t slot = queue->taken % vstand_elements();
    uint64_t flags = vstand_wrap(queue->taken) ? UINT64_C(0x8080) << 48 : 0;
    uint64_t word = queue->before.desc[2u * slot + 1u];

    if (vstand.mode.packed) {
        next->id = (uint32_t)(word >> 32 & 0xffffu);
        next->length = (uint32_t)(word & 0xffffffffu);
        return (word & UINT64_C(0x8080) << 48) == flags;
    }
    next->id = queue->memory.used[2u * slot];
    next->length = queue->memory.used[2u * slot + 1u];
    if (vstand.mode.pairs)
        next->id = next->id % 2u == 0 ? next->id / 2u : UINT32_MAX;
    return true;
}

/* Remove a number from a list. */
static void remove_id(uint8_t *list, uint32_t *count, uint32_t id)
{
    uint32_t at = 0;

    while (at < *count && list[at] != id)
        at++;
    if (at == *count)
        return;
    memmove(list + at, list + at + 1u, *count - at - 1u);
    (*count)--;
}

uint32_t vstand_take(struct vstand_queue *queue, uint32_t id)
{
    uint32_t buffer = queue->buffer[id];

    remove_id(queue->order, &queue->used, id);
    remove_id(queue->waiting, &queue->waiting_count, id);
    queue->buffer[id] = VSTAND_NOBODY;
    queue->taken++;
    return buffer;
}

void vstand_release(struct vstand_queue *queue, uint32_t id)
{
    stand.place[vstand_take(queue, id)] = STAND_FREE;
}

void vstand_found(struct vstand_queue *queue, uint32_t taken)
{
    bool asks = taken == 0 && queue->idle == VIRTIO_IDLE_MAX;

    fuzz_equal("the number of reads of the status", vstand.status_reads, asks ? 1 : 0);
    vstand.status_reads = 0;
    queue->idle = taken > 0 || asks ? 0 : queue->idle + 1u;
    if (asks && (vstand.status & VIRTIO_STATUS_NEEDS_RESET) != 0)
        queue->broken = true;
    fuzz_equal("whether a queue is broken after a call", queue->driver->broken, queue->broken);
}

/* Whether the device must be notified of the last `count` buffers, and whether it may. */
static void wanted(const struct vstand_queue *queue, uint32_t count, bool *must, bool *may)
{
    uint32_t word = queue->memory.device;
    uint32_t to = queue->posted;
    uint32_t event = queue->memory.event;

    if (!vstand.mode.packed) {
        *must = (word & VIRTQ_USED_F_NO_NOTIFY) == 0;
        if (vstand.mode.event_idx)
            *must = ((to + 65535u - event) & 0xffffu) < count;
        *may = *must;
        return;
    }
    *must = word >> 16 == VIRTQ_EVENT_F_ENABLE;
    *may = (word >> 16 & 3u) != VIRTQ_EVENT_F_DISABLE;
    event = word & 0x7fffu;
    if (word >> 16 == VIRTQ_EVENT_F_DESC && event < VSTAND_IDS) {
        to = queue->posted % VSTAND_IDS + VSTAND_IDS;
        if ((word >> 15 & 1u) == (vstand_wrap(queue->posted) ? 1u : 0u))
            event += VSTAND_IDS;
        *must = event < to && to - event <= count;
    }
}

static void expect_notified(const struct vstand_queue *queue, uint32_t count)
{
    bool must = false;
    bool may = false;

    if (count > 0)
        wanted(queue, count, &must, &may);
    if (vstand.notifications > 1u || (vstand.notifications == 0 && must) ||
        (vstand.notifications == 1u && !may))
        fuzz_fail("%u buffers were lent up to %u with %u notifications; the device's word is 0x%x, "
                  "its event %u",
                  count, queue->posted, vstand.notifications, queue->memory.device,
                  queue->memory.event);
    if (vstand.notifications == 1u) {
        fuzz_equal("the register written", vstand.notified_offset, queue->driver->notify_offset);
        fuzz_equal("the queue notified of", vstand.notified_value, queue->driver->number);
    }
    vstand.notifications = 0;
}

/* The id under which buffer number `posted` was lent: one that was not out, and with IN_ORDER the next. */
static uint32_t id_lent(const struct vstand_queue *queue)
{
    uint32_t head = queue->memory.avail[queue->posted % vstand_elements()];
    uint32_t id = vstand.mode.pairs ? head / 2u : head;

    if (vstand.mode.packed)
        id = (uint32_t)(queue->memory.desc[2u * (queue->posted % VSTAND_IDS) + 1u] >> 32 & 0xffffu);
    else if (vstand.mode.pairs && head % 2u != 0)
        fuzz_fail("descriptor %u is made available, and begins no pair", head);
    if (id >= VSTAND_IDS || queue->buffer[id] != VSTAND_NOBODY)
        fuzz_fail("buffer number %u was lent with the id %u, which is %s", queue->posted, id,
                  id >= VSTAND_IDS ? "none" : "out");
    if (vstand.mode.in_order && !vstand.mode.packed)
        fuzz_equal("the descriptor used with IN_ORDER", id, queue->posted % VSTAND_IDS);
    return id;
}

/* A descriptor as it should be; what it was is of no importance any more. */
static void check_desc(struct vstand_queue *queue, uint32_t at, uint64_t address, uint64_t rest)
{
    const ir_device64 *desc = queue->memory.desc + 2u * at;

    if (desc[0] != address || desc[1] != rest)
        fuzz_fail("descriptor %u is 0x%llx, 0x%llx, and should be 0x%llx, 0x%llx", at, desc[0],
                  desc[1], (unsigned long long)address, (unsigned long long)rest);
    queue->before.desc[2u * at] = address;
    queue->before.desc[2u * at + 1u] = rest;
}

/* The chain that lends a buffer: header and `length` bytes. */
static void check_chain(struct vstand_queue *queue, uint32_t id, uint32_t buffer, uint64_t length)
{
    uint64_t frame = STAND_IOVA + IR_POOL_HEADROOM + UINT64_C(1) * buffer * STAND_STRIDE;
    uint64_t header = vstand.mode.header;
    uint64_t flags = queue->place == STAND_RX ? SPLIT_WRITE : 0;
    uint64_t available = vstand_wrap(queue->posted) ? 0x0080u : 0x8000u;

    if (vstand.mode.packed) {
        check_desc(queue, queue->posted % VSTAND_IDS, frame - header,
                   (header + length) | (uint64_t)id << 32 | available << 48 | flags << 16);
        return;
    }
    if (vstand.mode.pairs) {
        check_desc(queue, 2u * id, frame - header,
                   header | flags | SPLIT_NEXT | (uint64_t)(2u * id + 1u) << 48);
        check_desc(queue, 2u * id + 1u, frame, length | flags);
    } else {
        check_desc(queue, id, frame - header, (header + length) | flags);
    }
    queue->before.avail[queue->posted % vstand_elements()] =
        queue->memory.avail[queue->posted % vstand_elements()];
}

/* The buffer behind the descriptor that the device finds: one of the pool's, whose frame it would be. */
static uint32_t buffer_lent(const struct vstand_queue *queue, uint32_t id)
{
    uint32_t at = vstand.mode.packed  ? queue->posted % VSTAND_IDS
                  : vstand.mode.pairs ? 2u * id
                                      : id;
    uint64_t address = queue->memory.desc[2u * at] + vstand.mode.header;
    uint64_t first = STAND_IOVA + IR_POOL_HEADROOM;
    uint64_t past = address < first ? UINT64_MAX : address - first;

    if (past % STAND_STRIDE != 0 || past / STAND_STRIDE >= stand.buffers)
        fuzz_fail("descriptor %u has the address 0x%llx, which is that of no buffer", at,
                  (unsigned long long)address);
    return (uint32_t)(past / STAND_STRIDE);
}

static void check_header(uint32_t buffer)
{
    for (uint32_t i = 1; i <= VSTAND_HEADERS; i++)
        fuzz_equal("a byte of the header of a packet that is sent", *(vstand_frame(buffer) - i), 0);
}

static void lent_one(struct vstand_queue *queue, const struct ir_pkt *pkt)
{
    uint32_t id = id_lent(queue);
    uint32_t buffer = buffer_lent(queue, id);

    if (pkt == NULL && stand.place[buffer] != STAND_FREE)
        fuzz_fail("buffer %u was lent, and was not free", buffer);
    if (pkt != NULL && stand_index(*pkt) != buffer)
        fuzz_fail("buffer %u was lent for the packet 0x%llx", buffer,
                  (unsigned long long)pkt->bits);
    check_chain(queue, id, buffer, pkt == NULL ? STAND_BUFFER : stand_length(*pkt));
    if (pkt != NULL)
        check_header(buffer);
    stand.place[buffer] = (uint8_t)queue->place;
    queue->buffer[id] = (uint16_t)buffer;
    queue->order[queue->used++] = (uint8_t)id;
    queue->waiting[queue->waiting_count++] = (uint8_t)id;
    queue->posted++;
}

void vstand_lent(struct vstand_queue *queue, uint32_t count, const struct ir_pkt *pkts)
{
    uint32_t elements = vstand_elements();

    for (uint32_t i = 0; i < count; i++)
        lent_one(queue, pkts == NULL ? NULL : &pkts[i]);
    if (!vstand.mode.packed && count > 0)
        queue->before.driver = (queue->posted & 0xffffu) * 65536u +
                               (vstand.mode.event_idx ? 0 : (uint32_t)VIRTQ_AVAIL_F_NO_INTERRUPT);
    if (queue->memory.driver != queue->before.driver)
        fuzz_fail("the driver's word is 0x%x, and should be 0x%x", queue->memory.driver,
                  queue->before.driver);
    if (memcmp(queue->memory.desc, queue->before.desc,
               elements * 2u * sizeof(queue->memory.desc[0])) != 0)
        fuzz_fail("a descriptor was written that lends nothing");
    if (memcmp(queue->memory.avail, queue->before.avail,
               elements * sizeof(queue->memory.avail[0])) != 0)
        fuzz_fail("an element of the available ring was written that lends nothing");
    expect_notified(queue, count);
}
