/* SPDX-License-Identifier: MIT
 *
 * When the hostile card lies, and its lies about registers; see hostile.h. Those about descriptors
 * are in hostile_ring.c.
 */
#include "sim/hostile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/card.h"

#define GONE_MAX     2000u /* accesses, when drawn */
#define LINK_DOWN_US 500u  /* at most */
#define EVERY_CAUSE  0x7fffffffu

const char *const sim_hostile_names[SIM_HOSTILE_MODE_COUNT] = {
#define SIM_HOSTILE_NAME(id, name, chances, text) [SIM_HOSTILE_##id] = (name),
    SIM_HOSTILE_MODES(SIM_HOSTILE_NAME)
#undef SIM_HOSTILE_NAME
};

const uint32_t sim_hostile_chances[SIM_HOSTILE_MODE_COUNT] = {
#define SIM_HOSTILE_CHANCES(id, name, chances, text) [SIM_HOSTILE_##id] = (chances),
    SIM_HOSTILE_MODES(SIM_HOSTILE_CHANCES)
#undef SIM_HOSTILE_CHANCES
};

const char *sim_hostile_name(uint32_t point, const struct sim_register *registers, size_t count)
{
    if (point < SIM_HOSTILE_MODE_COUNT)
        return sim_hostile_names[point];
    point -= SIM_HOSTILE_MODE_COUNT;
    return point < count ? registers[point].name : NULL;
}

static const char *point_name(uint32_t point)
{
    return sim_hostile_name(point, sim_registers, sim_register_count);
}

const struct sim_lie_list sim_hostile_list = {
    .modes = SIM_HOSTILE_MODE_COUNT,
    .chances = sim_hostile_chances,
    .name = point_name,
};

/* --- When to lie --- */

bool sim_hostile_lies(struct sim_card *card, uint32_t point)
{
    return sim_lies_now(&card->hostile->lies, point);
}

static int make_hostile(struct sim_card *card)
{
    struct sim_hostile *hostile;

    if (card->hostile != NULL)
        return 0;
    hostile = calloc(1, sizeof(*hostile));
    if (hostile == NULL)
        return -ENOMEM;
    sim_lies_init(&hostile->lies, card->part->lies, &card->options.hostile);
    card->hostile = hostile;
    return 0;
}

int sim_hostile_create(struct sim_card *card)
{
    return card->options.hostile.any ? make_hostile(card) : 0;
}

int sim_hostile_turn_on(struct sim_card *card, uint32_t point, uint64_t times, uint64_t after)
{
    int result;

    sim_lock(&card->base);
    result = make_hostile(card);
    if (result == 0)
        sim_lies_turn_on(&card->hostile->lies, point, times, after);
    sim_unlock(&card->base);
    return result;
}

int sim_hostile_draw_from(struct sim_card *card, sim_draw_fn *draw, void *context)
{
    int result;

    sim_lock(&card->base);
    result = make_hostile(card);
    if (result == 0)
        sim_lies_draw_from(&card->hostile->lies, draw, context);
    sim_unlock(&card->base);
    return result;
}

void sim_hostile_turn_off(struct sim_card *card)
{
    sim_lock(&card->base);
    if (card->hostile != NULL) {
        sim_lies_turn_off(&card->hostile->lies);
        for (uint32_t i = 0; i < SIM_HOSTILE_RECORDS; i++)
            sim_hostile_settle(card, &card->hostile->flipping[i]);
        sim_hostile_release(card);
        card->hostile->gone = 0;
    }
    sim_unlock(&card->base);
}

void sim_hostile_reset(struct sim_card *card)
{
    struct sim_hostile *hostile = card->hostile;

    for (uint32_t queue = 0; queue < SIM_QUEUES; queue++)
        atomic_store(&hostile->silent[queue], false);
    memset(hostile->head, 0, sizeof(hostile->head));
    memset(&hostile->held, 0, sizeof(hostile->held));
    memset(hostile->flipping, 0, sizeof(hostile->flipping));
    memset(hostile->sent, 0, sizeof(hostile->sent));
    /* Buffers are not forgotten: a hostile card may write to them even now. */
    sim_excuse_nothing(&card->base.violations);
}

/* --- Lies about registers --- */

bool sim_hostile_gone(struct sim_card *card, bool write)
{
    struct sim_hostile *hostile = card->hostile;

    if (hostile->gone > 0)
        hostile->gone--;
    else if (!sim_hostile_lies(card, SIM_HOSTILE_GONE))
        return false;
    else if (hostile->lies.point[SIM_HOSTILE_GONE].drawn)
        hostile->gone = sim_lies_draw(&hostile->lies, GONE_MAX);
    /* The driver now acts on something that is not so. */
    sim_excuse(&card->base.violations, write ? SIM_EXCUSED_ALL : SIM_EXCUSED_REGISTERS);
    return true;
}

uint32_t sim_hostile_answer(struct sim_card *card, const struct sim_register *reg, uint32_t value)
{
    uint32_t row = (uint32_t)(reg - card->part->registers);
    bool named = sim_hostile_lies(card, SIM_HOSTILE_MODE_COUNT + row);

    if (!sim_hostile_lies(card, SIM_HOSTILE_REGISTER) && !named)
        return value;
    sim_excuse(&card->base.violations, SIM_EXCUSED_REGISTERS);
    return sim_lies_answer(&card->hostile->lies, value);
}

uint32_t sim_hostile_count(struct sim_card *card, uint32_t value)
{
    return sim_hostile_lies(card, SIM_HOSTILE_COUNTER) ? sim_lies_word(&card->hostile->lies)
                                                       : value;
}

uint32_t sim_hostile_cause(struct sim_card *card, uint32_t cause)
{
    return sim_hostile_lies(card, SIM_HOSTILE_EICR) ? EVERY_CAUSE : cause;
}

bool sim_hostile_keeps_silent(struct sim_card *card)
{
    return sim_hostile_lies(card, SIM_HOSTILE_IRQ_LOST);
}

/* Interrupts that nobody asked for, if somebody hears of them. */
static void disturb(struct sim_card *card)
{
    uint32_t vectors = card->base.events;

    if (vectors == 0)
        return;
    if (sim_hostile_lies(card, SIM_HOSTILE_IRQ_STORM))
        for (uint32_t vector = 0; vector < vectors; vector++)
            sim_device_interrupt(&card->base, vector);
    if (sim_hostile_lies(card, SIM_HOSTILE_IRQ_WRONG))
        for (uint32_t vector = 0; vector < vectors; vector++)
            if (!card->part->armed(card, vector))
                sim_device_interrupt(&card->base, vector);
}

bool sim_hostile_tail(struct sim_card *card)
{
    bool lost;

    sim_lock(&card->base);
    lost = sim_hostile_gone(card, false);
    sim_hostile_flip(card);
    sim_unlock(&card->base);
    return lost;
}

void sim_hostile_round(struct sim_card *card)
{
    uint64_t now = sim_now(&card->base);

    sim_hostile_flip(card);
    sim_hostile_receive(card);
    if (now >= card->link_at && sim_hostile_lies(card, SIM_HOSTILE_LINK))
        card->link_at = now + 1u + sim_lies_draw(&card->hostile->lies, LINK_DOWN_US);
    disturb(card);
}
