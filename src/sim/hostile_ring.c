/* SPDX-License-Identifier: MIT
 *
 * The hostile card's lies about descriptors, and its writes to buffers that are no longer its own.
 * All reach memory through the IOMMU, as everything the card does.
 */
#include "sim/card.h"

#define DD         1u
#define EOP        2u
#define LENGTH_MAX UINT64_C(0xffff)
#define LATE_BYTES 64u                 /* at most */
#define DONE       (UINT64_C(1) << 32) /* of a transmit descriptor */

/* Where the second word of a receive descriptor that is written back says what. */
struct format {
    uint32_t length; /* lowest bit of the length, which has 16 */
    uint32_t status; /* ... of the status, with DD and EOP */
    uint64_t errors; /* all of them */
};

static const struct format extended_format = {32, 0, 0xfff00000u};
static const struct format legacy_format = {0, 32, UINT64_C(0xff) << 40};

static const struct format *format_of(bool legacy)
{
    return legacy ? &legacy_format : &extended_format;
}

static uint64_t status(const struct format *format, uint32_t bits)
{
    return (uint64_t)bits << format->status;
}

static uint64_t with_length(const struct format *format, uint64_t word, uint32_t length)
{
    return (word & ~(LENGTH_MAX << format->length)) | (uint64_t)length << format->length;
}

static uint64_t any_word(struct sim_hostile *hostile)
{
    uint64_t high = sim_lies_word(&hostile->lies);

    return high << 32 | sim_lies_word(&hostile->lies);
}

/* Random bits, but often without errors and of a length that can be. */
static uint64_t any_report(struct sim_hostile *hostile, const struct format *format, uint32_t room)
{
    uint64_t word = any_word(hostile);

    if (sim_lies_draw(&hostile->lies, 2) == 0)
        word &= ~format->errors;
    if (sim_lies_draw(&hostile->lies, 2) == 0)
        word = with_length(format, word, sim_lies_draw(&hostile->lies, room + 2u));
    return word | status(format, DD); /* else nothing would have been reported */
}

uint64_t sim_hostile_nothing(struct sim_hostile *hostile, bool legacy)
{
    const struct format *format = format_of(legacy);

    return with_length(format, status(format, DD | EOP),
                       60u + sim_lies_draw(&hostile->lies, 1455u));
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

static void start_flipping(struct sim_card *card, bool legacy, uint32_t queue, uint32_t slot,
                           uint64_t word)
{
    uint32_t place = card->hostile->next_flipping++ % SIM_HOSTILE_RECORDS;
    struct sim_hostile_report *report = &card->hostile->flipping[place];

    sim_hostile_settle(card, report);
    *report = (struct sim_hostile_report){true, legacy, queue, slot, word, word};
}

bool sim_hostile_report(struct sim_card *card, const struct sim_rx_ring *ring, uint32_t queue,
                        uint32_t slot, uint64_t address, uint64_t *word)
{
    const struct format *format = format_of(ring->legacy);
    struct sim_hostile *hostile = card->hostile;
    uint32_t room = ring->room;

    remember_buffer(hostile, address, room);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_ENDLESS))
        *word &= ~status(format, EOP);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_ZERO))
        *word = with_length(format, *word, 0);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_LONG))
        *word = with_length(format, *word,
                            room + 1u + sim_lies_draw(&hostile->lies, UINT16_MAX - room));
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_LONGEST))
        *word = with_length(format, *word, UINT16_MAX);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_RANDOM))
        *word = any_report(hostile, format, room);
    if (sim_hostile_lies(card, SIM_HOSTILE_RX_FLIP))
        start_flipping(card, ring->legacy, queue, slot, *word);
    else if (!hostile->held.on && sim_hostile_lies(card, SIM_HOSTILE_RX_ORDER)) {
        hostile->held = (struct sim_hostile_report){true, ring->legacy, queue, slot, *word, *word};
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
static uint64_t other_report(struct sim_hostile *hostile, const struct sim_hostile_report *report)
{
    const struct format *format = format_of(report->legacy);
    uint64_t honest = report->honest;

    switch (sim_lies_draw(&hostile->lies, 6)) {
    case 0:
        return honest & ~status(format, DD);
    case 1:
        return honest & ~status(format, EOP);
    case 2:
        return with_length(format, honest, UINT16_MAX);
    case 3:
        return with_length(format, honest, 0);
    case 4:
        return with_length(format, honest, sim_lies_draw(&hostile->lies, UINT16_MAX));
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
        report->on = at != NULL && change(at, &report->word, other_report(card->hostile, report));
    }
}

/* Report the descriptor beyond the tail, which is the driver's even in a full ring. A card with a
 * thread of its own cannot know whether one that holds 0 is being lent this moment. */
static void report_unlent(struct sim_card *card, uint32_t queue)
{
    uint64_t *at = report_at(card, queue, atomic_load(&card->queue[queue].tail));
    struct sim_rx_ring ring;
    uint64_t word;
    uint64_t held;

    if (at == NULL)
        return;
    card->part->rx_ring(card, queue, &ring);
    word = sim_hostile_nothing(card->hostile, ring.legacy);
    if (sim_lies_draw(&card->hostile->lies, 2) == 0)
        word = any_report(card->hostile, format_of(ring.legacy), IR_BUFFER_SIZE_MIN);
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
    uint32_t offset = sim_lies_draw(&hostile->lies, buffer->room - length + 1u); /* room >= 256 */
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

/* Report as sent what lies between the head and the tail of a transmit queue: every descriptor,
 * so that it does not matter which of them the driver looks at. */
static void report_unsent(struct sim_card *card, uint32_t queue, uint64_t *ring)
{
    struct sim_queue *at = &card->queue[SIM_TX + queue];
    uint32_t size = atomic_load(&at->size);
    uint32_t tail = atomic_load_explicit(&at->tail, memory_order_acquire);

    for (uint32_t slot = atomic_load(&at->head); slot != tail; slot = (slot + 1u) % size) {
        uint64_t *second = ring + 2u * (size_t)slot + 1u;

        (void)__atomic_fetch_or(second, DONE, __ATOMIC_ACQ_REL);
    }
    atomic_store(&card->hostile->silent[queue], true);
}

bool sim_hostile_done(struct sim_card *card, uint32_t queue, uint64_t *ring, uint32_t slot,
                      uint64_t *word)
{
    struct sim_hostile *hostile = card->hostile;
    struct sim_hostile_report *before = &hostile->sent[queue % SIM_HOSTILE_RECORDS];

    if (sim_hostile_lies(card, SIM_HOSTILE_TX_HUGE))
        *word = any_word(hostile) | DONE;
    if (sim_hostile_lies(card, SIM_HOSTILE_TX_AHEAD))
        report_unsent(card, queue, ring);
    if (before->on && before->queue == queue && sim_hostile_lies(card, SIM_HOSTILE_TX_BACK))
        (void)change(ring + 2u * (size_t)before->slot + 1u, &before->word, before->word & ~DONE);
    *before = (struct sim_hostile_report){true, false, queue, slot, *word, *word};
    return !sim_hostile_lies(card, SIM_HOSTILE_TX_EQUAL);
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
