/* SPDX-License-Identifier: MIT
 *
 * The keys of a device string that only Intel's cards have, and the kind that is an 82599:
 *
 *   device=          PCI device id
 *   late=FIELD:MICROSECONDS, never=FIELD   when a field that drivers wait for changes; for several
 *   hostile=SEED, hostile=NAME[:TIMES[:AFTER]]   lie, as drawn or in one way; for several ways
 */
#include <string.h>

#include "sim/options.h"

bool sim_card_take_device(struct sim_arguments *arguments, const char *value)
{
    return sim_take_id(value, &arguments->card.device);
}

bool sim_card_take_late(struct sim_arguments *arguments, const char *value)
{
    return sim_take_late(value, arguments->kind->part->field_names, SIM_FIELD_COUNT,
                         arguments->card.late);
}

bool sim_card_take_never(struct sim_arguments *arguments, const char *value)
{
    return sim_take_never(value, arguments->kind->part->field_names, SIM_FIELD_COUNT,
                          arguments->card.late);
}

bool sim_card_take_hostile(struct sim_arguments *arguments, const char *value)
{
    return sim_wishes_take(&arguments->card.hostile, arguments->kind->part->lies, value);
}

#define FIELD_NAME(id, name, late) " " name
#define FIELDS                     SIM_FIELDS(FIELD_NAME)

static const struct sim_key keys[] = {
    {"device", sim_card_take_device, "four hexadecimal digits such as 10fb", NULL, false},
    {"late", sim_card_take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL, true},
    {"never", sim_card_take_never, "one of" FIELDS, NULL, true},
    {"hostile", sim_card_take_hostile,
     "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or a way to lie of ironring(7)", NULL,
     true},
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= SIM_KEYS_MAX, "each key needs a place");

void sim_card_defaults(struct sim_arguments *arguments)
{
    const struct sim_part *part = arguments->kind->part;

    arguments->card.device = part->device;
    memcpy(arguments->card.late, part->field_delays, sizeof(arguments->card.late));
}

const struct sim_kind sim_kind_82599 = {
    .name = "82599",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .mac = {0x02u, 0x82u, 0x59u, 0x90u},
    .part = &sim_part_82599,
    .defaults = sim_card_defaults,
    .create = sim_card_create,
};
