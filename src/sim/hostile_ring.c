/* SPDX-License-Identifier: MIT
 *
 * The hostile card's lies about descriptors, and its writes to buffers that are no longer its own.
 * All reach memory through the IOMMU, as everything the card does.
 */
#include "sim/card.h"

#define STATUS_DD    1u
#define STATUS_EOP   2u
#define ERRORS       0xfff00000u
#define LENGTH_SHIFT 32u
#define LENGTH_MASK  (UINT64_C(0xffff) << LENGTH_SHIFT)
#define LATE_BYTES   64u /* at most */

static uint64_t with_length(uint64_t word, uint32_t length)
{
    return (word & ~LENGTH_MASK) | (uint64_t)length << LENGTH_SHIFT;
}

/* Random bits, but often without errors and of a length that can be. */
static uint64_t any_report(struct sim_hostile *hostile, uint32_t room)
{
    uint64_t word = 0;

    for (uint32_t i = 0; i < 4u; i++)
        word = word << 16 | sim_lies_draw(&hostile->lies, 65536u);
    if (sim_lies_draw(&hostile->lies, 2) == 0)
        word &= ~(uint64_t)ERRORS;
    if (sim_lies_draw(&hostile->lies, 2) == 0)
        word = with_length(word, sim_lies_draw(&hostile->lies, room + 2u));
    return word | STATUS_DD; /* else nothing would have been reported */
}

uint64_t sim_hostile_nothing(struct sim_hostile *hostile)
{
    return with_length(STATUS_DD | STATUS_EOP, 60u + sim_lies_draw(&hostile->lies, 1455u));
}

/* The second word of a descriptor of an enabled receive queue, or NULL. */
static uint64_t *report_at(struct sim_card *card, uint32_t queue, uint32_t slot)
{
    uint64_t *ring = NULL;

    if (card->queue[queue].enabled && slot < atomic_load(&card->queue[queue].size))
        ring = sim_ring(card, queue);
    return ring == NULL ? NULL : ring + 2u * (size_t)slot + 1u;
}

/* Change a word of a descriptor, unless the driver has written it since: a slot that was lent again
 * must not be reported as done, for then the driver could rightly lend more than the ring has. */
static bool change(uint64_t *at, uint64_t *from, uint64_t to)
{
    bool changed =
        __atomic_compare_exchange_n(at, from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);

    if (changed)
        *from = to;
    return changed;
}

void sim_hostile_settle(struct sim_card *card, struct sim_hostile_report *report)
{
    uint64_t *at = report->on ? report_at(card, report->queue, report->slot) : NULL;

    report->on = false;
    if (at != NULL)
        (void)change(at, &report->word, report->honest);
}

/* --- As a frame is reported --- */

static void remember_buffer(struct sim_hostile *hostile, uint64_t address, uint32_t room)
{
    hostile->buffer[hostile->next_buffer % SIM_HOSTILE_RECORDS] =
        (struct sim_hostile_buffer){address, room};
    hostile->next_buffer++;
}

static void start_flipping(struct sim_card *card, uint32_t queue, uint32_t slot, uint64_t word)
{
    uint32_t place = card->hostile->next_flipping++ % SIM_HOSTILE_RECORDS;
    struct sim_hostile_report *report = &card->hostile->flipping[place];

    sim_hostile_settle(card, report);
    *report = (struct sim_hostile_report){true, queue, slot, word, word};
}

bool sim_hostile_report(struct sim_card *card, uint32_t queue, uint32_t slot, uint64_t address,
                        uint32_t room, uint64_t *word)
{
    struct sim_hostile *hostile = card->hostile;

    remember_buffer(hostile, address, room);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_ENDLESS))
        *word &= ~(uint64_t)STATUS_EOP;
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_ZERO))
        *word = with_length(*word, 0);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_LONG))
        *word = with_length(*word, room + 1u + sim_lies_draw(&hostile->lies, UINT16_MAX - room));
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_LONGEST))
        *word = with_length(*word, UINT16_MAX);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_RANDOM))
        *word = any_report(hostile, room);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_FLIP))
        start_flipping(card, queue, slot, *word);
    else if (!hostile->held.on && sim_hostile_lies(card, SIM_HOSTILE_RX_ORDER)) {
        hostile->held = (struct sim_hostile_report){true, queue, slot, *word, *word};
        return false;
    }
    return true;
}

void sim_hostile_release(struct sim_card *card)
{
    struct sim_hostile_report *held = &card->hostile->held;
    uint64_t *at;

    if (!held->on)
        return;
    held->on = false;
    at = report_at(card, held->queue, held->slot);
    if (at != NULL)
        __atomic_store_n(at, held->word, __ATOMIC_RELEASE);
}

/* --- At any time --- */

/* The same frame, reported otherwise. */
static uint64_t other_report(struct sim_hostile *hostile, uint64_t honest)
{
    switch (sim_lies_draw(&hostile->lies, 6)) {
    case 0:
        return honest & ~(uint64_t)STATUS_DD;
    case 1:
        return honest & ~(uint64_t)STATUS_EOP;
    case 2:
        return with_length(honest, UINT16_MAX);
    case 3:
        return with_length(honest, 0);
    case 4:
        return with_length(honest, sim_lies_draw(&hostile->lies, UINT16_MAX));
    default:
        return honest;
    }
}

void sim_hostile_flip(struct sim_card *card)
{
    for (uint32_t i = 0; i < SIM_HOSTILE_RECORDS; i++) {
        struct sim_hostile_report *report = &card->hostile->flipping[i];
        uint64_t *at;

        if (!report->on)
            continue;
        at = report_at(card, report->queue, report->slot);
        report->on =
            at != NULL && change(at, &report->word, other_report(card->hostile, report->honest));
    }
}

/* Report the descriptor beyond the tail, which is the driver's even in a full ring. A card with a
 * thread of its own cannot know whether one that holds 0 is being lent this moment. */
static void report_unlent(struct sim_card *card, uint32_t queue)
{
    uint64_t *at = report_at(card, queue, atomic_load(&card->queue[queue].tail));
    uint64_t word = sim_hostile_nothing(card->hostile);
    uint64_t held;

    if (at == NULL)
        return;
    if (sim_lies_draw(&card->hostile->lies, 2) == 0)
        word = any_report(card->hostile, IR_BUFFER_SIZE_MIN);
    held = __atomic_load_n(at, __ATOMIC_ACQUIRE);
    if (held != 0 || !card->base.threaded)
        (void)change(at, &held, word);
}

/* A device's write is ordered with nothing that the program does, as that of a thread would have to
 * be: it is no data race but the attack itself. */
__attribute__((no_sanitize("thread"))) static void scribble(volatile uint8_t *memory,
                                                            uint32_t length, uint8_t value)
{
    for (uint32_t i = 0; i < length; i++)
        memory[i] = value;
}

static void write_late(struct sim_card *card)
{
    struct sim_hostile *hostile = card->hostile;
    uint32_t known =
        hostile->next_buffer < SIM_HOSTILE_RECORDS ? hostile->next_buffer : SIM_HOSTILE_RECORDS;
    const struct sim_hostile_buffer *buffer =
        &hostile->buffer[sim_lies_draw(&hostile->lies, known)];
    uint32_t length = 1u + sim_lies_draw(&hostile->lies, LATE_BYTES);
    uint32_t offset = sim_lies_draw(&hostile->lies, buffer->room - length + 1u); /* room >= 1 KiB */
    uint8_t *memory =
        soft_iommu_at(&card->base.iommu, &card->data_hint, buffer->address + offset, length);
    if (memory != NULL) /* else the IOMMU has stopped it */
        scribble(memory, length, (uint8_t)sim_lies_draw(&hostile->lies, 256u));
}

void sim_hostile_receive(struct sim_card *card)
{
    bool allowed = sim_dma_allowed(card);

    if (allowed && card->hostile->next_buffer > 0 && sim_hostile_lies(card, SIM_HOSTILE_RX_LATE))
        write_late(card);
    for (uint32_t word = 0; allowed && word < SIM_QUEUES / 64u; word++)
        for (uint64_t left = card->running[word]; left != 0; left &= left - 1u)
            if (sim_hostile_lies(card, SIM_HOSTILE_RX_UNLENT))
                report_unlent(card, word * 64u + (uint32_t)__builtin_ctzll(left));
}

uint32_t sim_hostile_head(struct sim_card *card, uint32_t queue, uint32_t size, uint32_t head)
{
    struct sim_hostile *hostile = card->hostile;
    uint32_t before = hostile->head[queue];
    uint32_t told = head;
    bool lie = true;

    if (sim_hostile_lies(card, SIM_HOSTILE_TX_HUGE))
        told = size + sim_lies_draw(&hostile->lies, 2) * (UINT32_MAX - size);
    else if (sim_hostile_lies(card, SIM_HOSTILE_TX_AHEAD))
        told = (head + 1u + sim_lies_draw(&hostile->lies, size - 1u)) % size;
    else if (sim_hostile_lies(card, SIM_HOSTILE_TX_BACK))
        told = (before + size - 1u - sim_lies_draw(&hostile->lies, size / 2u)) % size;
    else if (sim_hostile_lies(card, SIM_HOSTILE_TX_EQUAL))
        return before;
    else
        lie = false;
    hostile->head[queue] = told < size ? told : before;
    if (lie)
        atomic_store(&hostile->silent[queue], true);
    return told;
}
