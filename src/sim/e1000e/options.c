/* SPDX-License-Identifier: MIT
 *
 * The kind of card that is an 82574: what its keys (card_options.c) take.
 */
#include "sim/options.h"
#include "sim/e1000e/e1000e.h"

#define FIELD_WORD(id, name, late) " " name
#define FIELDS                     SIM_E1000E_FIELDS(FIELD_WORD)

static const struct sim_key keys[] = {
    {"device", sim_card_take_device, "four hexadecimal digits such as 10d3", NULL, false},
    {"late", sim_card_take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL, true},
    {"never", sim_card_take_never, "one of" FIELDS, NULL, true},
    {"hostile", sim_card_take_hostile,
     "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or a way to lie of ironring(7)", NULL,
     true},
};

_Static_assert(sizeof(keys) / sizeof(keys[0]) <= SIM_KEYS_MAX, "each key needs a place");

const struct sim_kind sim_kind_82574 = {
    .name = "82574",
    .keys = keys,
    .key_count = sizeof(keys) / sizeof(keys[0]),
    .mac = {0x02u, 0x82u, 0x57u, 0x40u},
    .part = &sim_part_82574,
    .defaults = sim_card_defaults,
    .create = sim_card_create,
};
