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
#include "sim/options.h"
#include "sim/random.h"

#define NO_END       UINT64_MAX
#define GONE_MAX     2000u /* accesses, when drawn */
#define LINK_DOWN_US 500u  /* at most */
#define EVERY_CAUSE  0x7fffffffu

const char *const sim_hostile_names[SIM_HOSTILE_MODE_COUNT] = {
#define SIM_HOSTILE_NAME(id, name, chances, text) [SIM_HOSTILE_##id] = (name),
    SIM_HOSTILE_MODES(SIM_HOSTILE_NAME)
#undef SIM_HOSTILE_NAME
};

/* Chances for each lie, on average. */
static const uint32_t chances_per_lie[SIM_HOSTILE_MODE_COUNT] = {
#define SIM_HOSTILE_CHANCES(id, name, chances, text) [SIM_HOSTILE_##id] = (chances),
    SIM_HOSTILE_MODES(SIM_HOSTILE_CHANCES)
#undef SIM_HOSTILE_CHANCES
};

/* --- What a device string wants --- */

/* TIMES or TIMES:AFTER. */
static bool take_times(char *text, struct sim_hostile_wish *wish)
{
    char *colon = strchr(text, ':');

    if (colon != NULL) {
        *colon = '\0';
        if (!sim_take_number(colon + 1, 0, UINT64_MAX - 1u, &wish->after))
            return false;
    }
    return sim_take_number(text, 0, UINT64_MAX - 1u, &wish->times);
}

/* Name of a point. */
static const char *point_name(size_t point)
{
    return point < SIM_HOSTILE_MODE_COUNT ? sim_hostile_names[point]
                                          : sim_registers[point - SIM_HOSTILE_MODE_COUNT].name;
}

bool sim_hostile_take(struct sim_hostile_options *options, const char *value)
{
    struct sim_hostile_wish wish = {.on = true};
    char name[SIM_VALUE_LENGTH];
    bool found = false;
    char *colon;

    options->any = true;
    if (value[0] >= '0' && value[0] <= '9') {
        bool first = !options->drawn;

        options->drawn = true;
        return first && sim_take_number(value, 0, UINT64_MAX, &options->seed);
    }
    if (strlen(value) >= sizeof(name))
        return false;
    memcpy(name, value, strlen(value) + 1u);
    colon = strchr(name, ':');
    if (colon != NULL) {
        *colon = '\0';
        if (!take_times(colon + 1, &wish))
            return false;
    }
    /* Several rows of registers may have one name. */
    for (size_t i = 0; i < SIM_HOSTILE_MODE_COUNT + sim_register_count; i++) {
        if (strcmp(name, point_name(i)) == 0) {
            options->wish[i] = wish;
            found = true;
        }
    }
    return found;
}

/* --- When to lie --- */

/* The generator of a seed. */
static uint32_t draw_seeded(void *context, uint32_t limit)
{
    return (uint32_t)(sim_random(context) >> 32) % limit;
}

uint32_t sim_hostile_draw(struct sim_hostile *hostile, uint32_t limit)
{
    uint32_t drawn = hostile->draw(hostile->context, limit);

    return drawn < limit ? drawn : drawn % limit;
}

static uint64_t draw_wait(struct sim_hostile *hostile, uint32_t mode)
{
    return sim_hostile_draw(hostile, 2u * chances_per_lie[mode]);
}

bool sim_hostile_lies(struct sim_card *card, uint32_t point)
{
    struct sim_hostile_point *at = &card->hostile->point[point];

    if (!at->on)
        return false;
    if (at->wait > 0) {
        at->wait--;
        return false;
    }
    if (at->drawn)
        at->wait = draw_wait(card->hostile, point);
    else if (at->left != NO_END && --at->left == 0)
        at->on = false;
    return true;
}

static int make_hostile(struct sim_card *card)
{
    struct sim_hostile *hostile;

    if (card->hostile != NULL)
        return 0;
    hostile = calloc(1, sizeof(*hostile));
    if (hostile == NULL)
        return -ENOMEM;
    hostile->draw = draw_seeded;
    hostile->context = &hostile->state;
    hostile->state = card->options.hostile.seed;
    card->hostile = hostile;
    return 0;
}

static void turn_on(struct sim_hostile *hostile, uint32_t point, uint64_t times, uint64_t after)
{
    hostile->point[point] = (struct sim_hostile_point){
        .on = true,
        .wait = after,
        .left = times == 0 ? NO_END : times,
    };
}

static void draw_all(struct sim_hostile *hostile)
{
    for (uint32_t mode = 0; mode < SIM_HOSTILE_MODE_COUNT; mode++)
        hostile->point[mode] = (struct sim_hostile_point){
            .on = true,
            .drawn = true,
            .wait = draw_wait(hostile, mode),
        };
}

int sim_hostile_create(struct sim_card *card)
{
    const struct sim_hostile_options *options = &card->options.hostile;

    if (!options->any)
        return 0;
    if (make_hostile(card) != 0)
        return -ENOMEM;
    if (options->drawn)
        draw_all(card->hostile);
    for (uint32_t i = 0; i < SIM_HOSTILE_POINTS; i++)
        if (options->wish[i].on)
            turn_on(card->hostile, i, options->wish[i].times, options->wish[i].after);
    return 0;
}

int sim_hostile_turn_on(struct sim_card *card, uint32_t point, uint64_t times, uint64_t after)
{
    int result;

    sim_lock(card);
    result = make_hostile(card);
    if (result == 0)
        turn_on(card->hostile, point, times, after);
    sim_unlock(card);
    return result;
}

int sim_hostile_draw_from(struct sim_card *card, sim_draw_fn *draw, void *context)
{
    int result;

    sim_lock(card);
    result = make_hostile(card);
    if (result == 0) {
        card->hostile->draw = draw;
        card->hostile->context = context;
        draw_all(card->hostile);
    }
    sim_unlock(card);
    return result;
}

void sim_hostile_turn_off(struct sim_card *card)
{
    sim_lock(card);
    if (card->hostile != NULL) {
        for (uint32_t i = 0; i < SIM_HOSTILE_POINTS; i++)
            card->hostile->point[i].on = false;
        for (uint32_t i = 0; i < SIM_HOSTILE_RECORDS; i++)
            sim_hostile_settle(card, &card->hostile->flipping[i]);
        sim_hostile_release(card);
        card->hostile->gone = 0;
    }
    sim_unlock(card);
}

void sim_hostile_reset(struct sim_card *card)
{
    struct sim_hostile *hostile = card->hostile;

    for (uint32_t queue = 0; queue < SIM_QUEUES; queue++)
        atomic_store(&hostile->silent[queue], false);
    memset(hostile->head, 0, sizeof(hostile->head));
    memset(&hostile->held, 0, sizeof(hostile->held));
    memset(hostile->flipping, 0, sizeof(hostile->flipping));
    /* Buffers are not forgotten: a hostile card may write to them even now. */
    atomic_store(&card->violations.excused, SIM_EXCUSED_NOTHING);
}

/* --- Lies about registers --- */

/* The driver now acts on something that is not so: it cannot be blamed for what comes of that. */
static void excuse(struct sim_card *card, uint32_t what)
{
    if (atomic_load(&card->violations.excused) < what)
        atomic_store(&card->violations.excused, what);
}

bool sim_hostile_gone(struct sim_card *card, bool write)
{
    struct sim_hostile *hostile = card->hostile;

    if (hostile->gone > 0)
        hostile->gone--;
    else if (!sim_hostile_lies(card, SIM_HOSTILE_GONE))
        return false;
    else if (hostile->point[SIM_HOSTILE_GONE].drawn)
        hostile->gone = sim_hostile_draw(hostile, GONE_MAX);
    excuse(card, write ? SIM_EXCUSED_ALL : SIM_EXCUSED_REGISTERS);
    return true;
}

static uint32_t any_word(struct sim_hostile *hostile)
{
    uint32_t high = sim_hostile_draw(hostile, 65536u);

    return high << 16 | sim_hostile_draw(hostile, 65536u);
}

uint32_t sim_hostile_answer(struct sim_card *card, const struct sim_register *reg, uint32_t value)
{
    struct sim_hostile *hostile = card->hostile;
    uint32_t row = (uint32_t)(reg - sim_registers);
    bool named = sim_hostile_lies(card, SIM_HOSTILE_MODE_COUNT + row);

    if (!sim_hostile_lies(card, SIM_HOSTILE_REGISTER) && !named)
        return value;
    excuse(card, SIM_EXCUSED_REGISTERS);
    switch (sim_hostile_draw(hostile, 4)) {
    case 0:
        return IR_REG_GONE;
    case 1:
        return 0;
    case 2:
        return value ^ UINT32_C(1) << sim_hostile_draw(hostile, 32);
    default:
        return any_word(hostile);
    }
}

uint32_t sim_hostile_count(struct sim_card *card, uint32_t value)
{
    return sim_hostile_lies(card, SIM_HOSTILE_COUNTER) ? any_word(card->hostile) : value;
}

uint32_t sim_hostile_cause(struct sim_card *card, uint32_t cause)
{
    return sim_hostile_lies(card, SIM_HOSTILE_EICR) ? EVERY_CAUSE : cause;
}

bool sim_hostile_tail(struct sim_card *card)
{
    bool lost;

    sim_lock(card);
    lost = sim_hostile_gone(card, false);
    sim_hostile_flip(card);
    sim_unlock(card);
    return lost;
}

void sim_hostile_round(struct sim_card *card)
{
    uint64_t now = sim_now(card);

    sim_hostile_flip(card);
    sim_hostile_receive(card);
    if (now >= card->link_at && sim_hostile_lies(card, SIM_HOSTILE_LINK))
        card->link_at = now + 1u + sim_hostile_draw(card->hostile, LINK_DOWN_US);
}
