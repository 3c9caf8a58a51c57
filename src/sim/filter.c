/* SPDX-License-Identifier: MIT
 *
 * Which frames a card takes (82599 section 7.1.1, 82574 section 7.1.1). Only decisions: counting and
 * storing are elsewhere.
 */
#include <string.h>

#include "sim/card.h"

#define ETHERTYPE_OFFSET 12u
#define VLAN_ID_MASK     0xfffu

static bool is_broadcast(const uint8_t *mac)
{
    static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    return memcmp(mac, broadcast, sizeof(broadcast)) == 0;
}

static bool in_multicast_table(const struct sim_card *card, const struct sim_filters *filters,
                               const uint8_t *mac)
{
    uint32_t bits = (uint32_t)mac[4] | (uint32_t)mac[5] << 8;
    uint32_t vector = bits >> filters->shift & 0xfffu;

    if (!filters->table)
        return false;
    return (sim_get(card, R_MTA + 4u * (vector / 32u)) >> (vector % 32u) & 1u) != 0;
}

static bool in_address_table(const struct sim_card *card, const uint8_t *mac)
{
    uint32_t low =
        (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 | (uint32_t)mac[3] << 24;
    uint32_t high = (uint32_t)mac[4] | (uint32_t)mac[5] << 8 | RAH_AV;
    uint32_t ral = card->part->ral;

    for (uint32_t i = 0; i < card->part->ral_count; i++)
        if (sim_get(card, ral + 8u * i) == low &&
            (sim_get(card, ral + 8u * i + 4u) & card->part->rah_mask) == high)
            return true;
    return false;
}

static bool accepts_address(const struct sim_card *card, const struct sim_filters *filters,
                            const uint8_t *mac)
{
    if ((mac[0] & 1u) == 0)
        return filters->unicast || in_address_table(card, mac);
    if (filters->multicast)
        return true;
    if (is_broadcast(mac))
        return filters->broadcast;
    return in_multicast_table(card, filters, mac) || in_address_table(card, mac);
}

static bool accepts_vlan(const struct sim_card *card, const struct sim_filters *filters,
                         const uint8_t *frame, uint32_t length)
{
    uint32_t type = (uint32_t)frame[ETHERTYPE_OFFSET] << 8 | frame[ETHERTYPE_OFFSET + 1u];
    uint32_t id;

    if (!filters->vlan_table || type != filters->vlan || length < 18u)
        return true;
    id =
        ((uint32_t)frame[ETHERTYPE_OFFSET + 2u] << 8 | frame[ETHERTYPE_OFFSET + 3u]) & VLAN_ID_MASK;
    return (sim_get(card, card->part->vfta + 4u * (id / 32u)) >> (id % 32u) & 1u) != 0;
}

bool sim_accepts(const struct sim_card *card, const uint8_t *frame, uint32_t length)
{
    struct sim_filters filters;

    card->part->filters(card, &filters);
    return accepts_address(card, &filters, frame) && accepts_vlan(card, &filters, frame, length);
}
