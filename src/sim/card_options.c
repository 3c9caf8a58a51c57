/* SPDX-License-Identifier: MIT
 *
 * The keys of a device string that only the 82599 has:
 *
 *   device=          PCI device id
 *   late=FIELD:MICROSECONDS, never=FIELD   when a field that drivers wait for changes; for several
 * fields
 *   hostile=SEED, hostile=NAME[:TIMES[:AFTER]]   lie, as drawn or in one way; for several ways
 */
#include <string.h>

#include "sim/options.h"

static bool take_device(struct sim_arguments *arguments, const char *value)
{
    return sim_take_id(value, &arguments->card.device);
}

static bool take_late(struct sim_arguments *arguments, const char *value)
{
    return sim_take_late(value, sim_field_names, SIM_FIELD_COUNT, arguments->card.late);
}

static bool take_never(struct sim_arguments *arguments, const char *value)
{
    return sim_take_never(value, sim_field_names, SIM_FIELD_COUNT, arguments->card.late);
}

static bool take_hostile(struct sim_arguments *arguments, const char *value)
{
    return sim_wishes_take(&arguments->card.hostile, &sim_hostile_list, value);
}

#define FIELD_NAME(id, name, late) " " name
#define FIELDS                     SIM_FIELDS(FIELD_NAME)

static const struct sim_key keys[] = {
    {"device", take_device, "four hexadecimal digits such as 10fb", NULL, false},
    {"late", take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL, true},
    {"never", take_never, "one of" FIELDS, NULL, true},
    {"hostile", take_hostile,
     "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or a way to lie of ironring(7)", NULL,
     true},
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= SIM_KEYS_MAX, "each key needs a place");

static void set_defaults(struct sim_arguments *arguments)
{
    arguments->card.device = 0x10f7u;
    memcpy(arguments->card.late, sim_field_delays, sizeof(arguments->card.late));
}

const struct sim_kind sim_kind_82599 = {
    .name = "82599",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .mac = {0x02u, 0x82u, 0x59u, 0x90u},
    .defaults = set_defaults,
    .create = sim_card_create,
};
