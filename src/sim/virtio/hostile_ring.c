/* SPDX-License-Identifier: MIT
 *
 * The hostile card's lies about rings, and its writes to memory that is not its own to write. All
 * reach memory through the IOMMU, as everything the card does.
 */
#include "sim/virtio/hostile.h"

#define USED_INDEX    2u /* bytes into the used ring */
#define RING_ENTRIES  4u /* bytes into the available and used rings */
#define USED_ENTRY    8u
#define PACKED_OWNER  (SOFT_DESC_AVAIL | SOFT_DESC_USED)
#define PACKED_ID     32u /* bits of a descriptor's second word */
#define PACKED_FLAGS  48u
#define LATE_BYTES    64u /* at most */
#define LENGTH_MIN    60u /* of an invented frame */
#define LENGTH_SPREAD 1455u
#define AHEAD_MAX     30000u

bool sim_virtio_silent(const struct sim_virtio *card, uint16_t queue)
{
    return card->hostile->silent[queue];
}

static uint8_t *memory_at(struct sim_virtio *card, uint64_t address, uint64_t length)
{
    uint32_t hint = 0;

    return soft_iommu_at(&card->base.iommu, &hint, address, length);
}

/* --- Words of a ring --- */

static uint64_t load(const uint8_t *memory, uint32_t width)
{
    if (width == 2u)
        return __atomic_load_n((const uint16_t *)(const void *)memory, __ATOMIC_ACQUIRE);
    if (width == 4u)
        return __atomic_load_n((const uint32_t *)(const void *)memory, __ATOMIC_ACQUIRE);
    return __atomic_load_n((const uint64_t *)(const void *)memory, __ATOMIC_ACQUIRE);
}

/* Write a word of memory, unless somebody has written it since it was `from`. */
static bool change(uint8_t *memory, uint32_t width, uint64_t from, uint64_t to)
{
    uint16_t from16 = (uint16_t)(from & UINT16_MAX);
    uint32_t from32 = (uint32_t)(from & UINT32_MAX);

    if (width == 2u)
        return __atomic_compare_exchange_n((uint16_t *)(void *)memory, &from16,
                                           (uint16_t)(to & UINT16_MAX), false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE);
    if (width == 4u)
        return __atomic_compare_exchange_n((uint32_t *)(void *)memory, &from32,
                                           (uint32_t)(to & UINT32_MAX), false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE);
    return __atomic_compare_exchange_n((uint64_t *)(void *)memory, &from, to, false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static uint64_t any_word(struct sim_virtio *card, uint32_t width)
{
    struct sim_lies *lies = &card->hostile->lies;
    uint64_t word = sim_lies_word(lies);

    if (width == 8u)
        word = word << 32 | sim_lies_word(lies);
    return width == 2u ? word & UINT16_MAX : word;
}

static void put_right(struct sim_virtio *card, struct sim_virtio_scribble *scribble)
{
    uint8_t *memory = memory_at(card, scribble->address, scribble->width);

    scribble->on = false;
    if (memory != NULL)
        (void)change(memory, scribble->width, scribble->word, scribble->honest);
}

void sim_virtio_restore(struct sim_virtio *card, bool all)
{
    for (uint32_t i = 0; i < SIM_VIRTIO_RECORDS; i++) {
        struct sim_virtio_scribble *scribble = &card->hostile->scribble[i];

        if (scribble->on && (all || !scribble->flipping))
            put_right(card, scribble);
    }
}

/* Write any word over the one at `address`, and remember what it was. */
static void deface(struct sim_virtio *card, uint64_t address, uint32_t width, bool flipping)
{
    uint32_t place = card->hostile->next_scribble++ % SIM_VIRTIO_RECORDS;
    struct sim_virtio_scribble *scribble = &card->hostile->scribble[place];
    uint8_t *memory = memory_at(card, address, width);

    if (scribble->on)
        put_right(card, scribble);
    if (memory == NULL)
        return;
    scribble->honest = load(memory, width);
    scribble->word = any_word(card, width);
    scribble->address = address;
    scribble->width = width;
    scribble->flipping = flipping;
    scribble->on = change(memory, width, scribble->honest, scribble->word);
}

void sim_virtio_flip(struct sim_virtio *card)
{
    for (uint32_t i = 0; i < SIM_VIRTIO_RECORDS; i++) {
        struct sim_virtio_scribble *scribble = &card->hostile->scribble[i];
        bool truth = sim_lies_draw(&card->hostile->lies, 2u) == 0;
        uint8_t *memory;
        uint64_t word;

        if (!scribble->on || !scribble->flipping)
            continue;
        memory = memory_at(card, scribble->address, scribble->width);
        word = truth ? scribble->honest : any_word(card, scribble->width);
        scribble->on = memory != NULL && change(memory, scribble->width, scribble->word, word);
        scribble->word = word;
    }
}

/* --- As a chain is returned --- */

static void remember_buffer(struct sim_virtio *card, const struct soft_chain *chain)
{
    struct sim_virtio_hostile *hostile = card->hostile;
    const struct soft_part *part = &chain->part[chain->readable];

    hostile->buffer[hostile->next_buffer % SIM_VIRTIO_RECORDS] =
        (struct sim_virtio_buffer){part->address, part->length};
    hostile->next_buffer++;
}

void sim_virtio_header(struct sim_virtio *card, uint8_t header[SOFT_NET_HEADER], uint16_t buffers)
{
    struct sim_lies *lies = &card->hostile->lies;

    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_HEADER))
        for (uint32_t i = 0; i < SOFT_NET_BUFFERS; i++)
            header[i] = (uint8_t)sim_lies_draw(lies, 256u);
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_BUFFERS_ZERO))
        buffers = 0;
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_BUFFERS_MANY))
        buffers = sim_lies_draw(lies, 2u) == 0 ? UINT16_MAX : (uint16_t)(buffers + 1u);
    header[SOFT_NET_BUFFERS] = (uint8_t)(buffers & 0xffu);
    header[SOFT_NET_BUFFERS + 1u] = (uint8_t)(buffers >> 8);
}

void sim_virtio_received(struct sim_virtio *card, const struct soft_chain *chain,
                         struct soft_done *done)
{
    struct sim_lies *lies = &card->hostile->lies;
    uint32_t room = (uint32_t)(chain->write_bytes & UINT16_MAX);

    remember_buffer(card, chain);
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_LEN_ZERO))
        done->length = 0;
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_LEN_SHORT))
        done->length = 1u + sim_lies_draw(lies, SOFT_NET_HEADER - 1u);
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_LEN_LONG))
        done->length = room + 1u + sim_lies_draw(lies, UINT16_MAX);
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_LEN_MAX))
        done->length = UINT32_MAX;
}

uint32_t sim_virtio_invent(struct sim_virtio *card, const struct soft_chain *chain)
{
    uint32_t header = soft_net_header(soft_features(&card->function));
    uint32_t length = header + LENGTH_MIN + sim_lies_draw(&card->hostile->lies, LENGTH_SPREAD);

    return length < chain->write_bytes ? length : (uint32_t)chain->write_bytes;
}

/* An id that the card does not have in this ring. */
static uint32_t foreign_id(struct sim_virtio *card, const struct soft_ring *ring)
{
    uint32_t id = sim_lies_draw(&card->hostile->lies, ring->size);

    for (uint32_t tries = 0; tries < ring->size; tries++) {
        if ((ring->taken[id / 64u] & UINT64_C(1) << (id % 64u)) == 0)
            return id;
        id = (id + 1u) % ring->size;
    }
    return ring->size;
}

void sim_virtio_return_lying(struct sim_virtio *card, uint16_t queue, const struct soft_done *done)
{
    struct sim_lies *lies = &card->hostile->lies;
    struct soft_ring *ring = &card->ring[queue];
    uint32_t length = done->length;
    uint32_t id = done->id;
    bool twice = sim_virtio_lie(card, SIM_VIRTIO_LIE_USED_TWICE);
    bool lie = true;

    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_USED_HUGE))
        id = sim_lies_draw(lies, 2u) == 0 ? UINT32_MAX : ring->size + sim_lies_draw(lies, 32768u);
    else if (sim_virtio_lie(card, SIM_VIRTIO_LIE_USED_FOREIGN))
        id = foreign_id(card, ring);
    else if (sim_virtio_lie(card, SIM_VIRTIO_LIE_USED_RANDOM)) {
        id = sim_lies_draw(lies, 2u) == 0 ? sim_lies_draw(lies, ring->size) : sim_lies_word(lies);
        length = sim_lies_word(lies);
    } else {
        lie = twice;
    }
    soft_ring_put_as(ring, done, id, length);
    if (twice)
        soft_ring_put_as(ring, done, id, length);
    if (lie)
        card->hostile->silent[queue] = true;
}

/* The device address of an entry that has just become visible: the last, or in a packed ring the
 * first, the word with its id and length. */
static uint64_t entry_address(const struct soft_ring *ring)
{
    uint32_t slot = (ring->next_used + 65536u - 1u) % ring->size;

    if (ring->packed)
        return ring->desc + (uint64_t)SOFT_DESC_BYTES * ring->first_slot + 8u;
    return ring->device + RING_ENTRIES + (uint64_t)USED_ENTRY * slot;
}

/* Say, by the index, that `count` more have been returned than have; it may be negative as 16 bits
 * have it. */
static void move_index(struct sim_virtio *card, const struct soft_ring *ring, uint32_t count)
{
    uint8_t *memory = memory_at(card, ring->device + USED_INDEX, 2u);

    if (memory != NULL)
        __atomic_store_n((uint16_t *)(void *)memory,
                         (uint16_t)((ring->next_used + count) & UINT16_MAX), __ATOMIC_RELEASE);
}

/* The same in a packed ring: make the next slot look used, or the last one not. */
static void move_owner(struct sim_virtio *card, const struct soft_ring *ring, bool ahead)
{
    uint32_t slot = ahead ? ring->next_used : ring->first_slot;
    bool used = ring->used_wrap == ahead;
    uint8_t *memory = memory_at(card, ring->desc + (uint64_t)SOFT_DESC_BYTES * slot + 8u, 8u);
    uint64_t word;

    if (memory == NULL)
        return;
    word = load(memory, 8u);
    (void)change(memory, 8u, word,
                 (word & ~((uint64_t)PACKED_OWNER << PACKED_FLAGS)) |
                     (used ? (uint64_t)PACKED_OWNER << PACKED_FLAGS : 0));
}

void sim_virtio_published(struct sim_virtio *card, uint16_t queue)
{
    struct sim_lies *lies = &card->hostile->lies;
    const struct soft_ring *ring = &card->ring[queue];
    bool lie = true;

    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_INDEX_AHEAD)) {
        if (ring->packed)
            move_owner(card, ring, true);
        else if (sim_lies_draw(lies, 2u) == 0)
            move_index(card, ring, 1u);
        else
            move_index(card, ring, ring->size + 1u + sim_lies_draw(lies, AHEAD_MAX));
    } else if (sim_virtio_lie(card, SIM_VIRTIO_LIE_INDEX_BACK)) {
        if (ring->packed)
            move_owner(card, ring, false);
        else
            move_index(card, ring, UINT16_MAX - sim_lies_draw(lies, ring->size));
    } else if (sim_virtio_lie(card, SIM_VIRTIO_LIE_USED_FLIP)) {
        uint64_t half = ring->packed ? 0 : UINT64_C(4) * sim_lies_draw(lies, 2u);

        deface(card, entry_address(ring) + half, ring->packed ? 8u : 4u, true);
    } else {
        lie = false;
    }
    if (lie)
        card->hostile->silent[queue] = true;
}

/* --- At any time --- */

/* A device's write is ordered with nothing that the program does, as that of a thread would have to
 * be: it is no data race but the attack itself. */
__attribute__((no_sanitize("thread"))) static void smear(volatile uint8_t *memory, uint32_t length,
                                                         uint8_t value)
{
    for (uint32_t i = 0; i < length; i++)
        memory[i] = value;
}

static void write_late(struct sim_virtio *card)
{
    struct sim_virtio_hostile *hostile = card->hostile;
    uint32_t known =
        hostile->next_buffer < SIM_VIRTIO_RECORDS ? hostile->next_buffer : SIM_VIRTIO_RECORDS;
    const struct sim_virtio_buffer *buffer = &hostile->buffer[sim_lies_draw(&hostile->lies, known)];
    uint32_t length = 1u + sim_lies_draw(&hostile->lies, LATE_BYTES);
    uint32_t offset = 0;
    uint8_t *memory;

    if (length < buffer->room)
        offset = sim_lies_draw(&hostile->lies, buffer->room - length);
    else
        length = buffer->room;
    memory = memory_at(card, buffer->address + offset, length);
    if (memory == NULL) /* the IOMMU has stopped it */
        return;
    hostile->smeared = true;
    smear(memory, length, (uint8_t)sim_lies_draw(&hostile->lies, 256u));
}

/* Write to descriptors; in a packed ring they are where chains are returned as well, so that it is
 * out of step from then on. */
static void deface_descriptor(struct sim_virtio *card, uint16_t queue)
{
    const struct soft_ring *ring = &card->ring[queue];
    uint64_t slot = sim_lies_draw(&card->hostile->lies, ring->size);
    uint64_t half = UINT64_C(8) * sim_lies_draw(&card->hostile->lies, 2u);

    deface(card, ring->desc + SOFT_DESC_BYTES * slot + half, 8u, false);
    if (ring->packed)
        card->hostile->silent[queue] = true;
}

static void deface_available(struct sim_virtio *card, uint16_t queue)
{
    const struct soft_ring *ring = &card->ring[queue];

    if (!ring->packed) /* flags, index, or an entry */
        deface(card,
               ring->driver + UINT64_C(2) * sim_lies_draw(&card->hostile->lies, ring->size + 2u),
               2u, false);
}

void sim_virtio_scribble(struct sim_virtio *card)
{
    if (card->hostile->next_buffer > 0 && sim_virtio_lie(card, SIM_VIRTIO_LIE_RX_LATE))
        write_late(card);
    for (uint16_t queue = 0; queue < card->queues; queue++) {
        const struct soft_ring *ring = &card->ring[queue];

        if (ring->size == 0 || ring->faulty || card->hostile->silent[queue])
            continue;
        if (sim_virtio_lie(card, SIM_VIRTIO_LIE_RING_DESC))
            deface_descriptor(card, queue);
        if (sim_virtio_lie(card, SIM_VIRTIO_LIE_RING_AVAIL))
            deface_available(card, queue);
    }
}
