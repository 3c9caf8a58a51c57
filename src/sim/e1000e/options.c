/* SPDX-License-Identifier: MIT
 *
 * The keys of a device string that only the 82574 has:
 *
 *   device=          PCI device id
 *   late=FIELD:MICROSECONDS, never=FIELD   when a field that drivers wait for changes; for several
 *   hostile=SEED, hostile=NAME[:TIMES[:AFTER]]   lie, as drawn or in one way; for several ways
 */
#include <string.h>

#include "sim/e1000e/e1000e.h"
#include "sim/options.h"

static const char *const field_names[SIM_FIELD_COUNT] = {
#define FIELD_NAME(id, name, late) [id] = (name),
    SIM_E1000E_FIELDS(FIELD_NAME)
#undef FIELD_NAME
};

static const uint64_t field_delays[SIM_FIELD_COUNT] = {
#define FIELD_DELAY(id, name, late) [id] = (late),
    SIM_E1000E_FIELDS(FIELD_DELAY)
#undef FIELD_DELAY
};

static bool take_device(struct sim_arguments *arguments, const char *value)
{
    return sim_take_id(value, &arguments->card.device);
}

static bool take_late(struct sim_arguments *arguments, const char *value)
{
    return sim_take_late(value, field_names, SIM_FIELD_COUNT, arguments->card.late);
}

static bool take_never(struct sim_arguments *arguments, const char *value)
{
    return sim_take_never(value, field_names, SIM_FIELD_COUNT, arguments->card.late);
}

static bool take_hostile(struct sim_arguments *arguments, const char *value)
{
    return sim_wishes_take(&arguments->card.hostile, sim_part_82574.lies, value);
}

#define FIELD_WORD(id, name, late) " " name
#define FIELDS                     SIM_E1000E_FIELDS(FIELD_WORD)

static const struct sim_key keys[] = {
    {"device", take_device, "four hexadecimal digits such as 10d3", NULL, false},
    {"late", take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL, true},
    {"never", take_never, "one of" FIELDS, NULL, true},
    {"hostile", take_hostile,
     "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or a way to lie of ironring(7)", NULL,
     true},
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= SIM_KEYS_MAX, "each key needs a place");

static void set_defaults(struct sim_arguments *arguments)
{
    arguments->card.device = 0x10d3u;
    memcpy(arguments->card.late, field_delays, sizeof(arguments->card.late));
}

static int create(const struct sim_arguments *arguments, struct sim_wire *source,
                  struct sim_wire *sink, struct sim_device **device)
{
    return sim_card_make(&sim_part_82574, arguments, source, sink, device);
}

const struct sim_kind sim_kind_82574 = {
    .name = "82574",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .mac = {0x02u, 0x82u, 0x57u, 0x40u},
    .defaults = set_defaults,
    .create = create,
};
