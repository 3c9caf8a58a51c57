/* SPDX-License-Identifier: MIT
 *
 * The 82574 as a part of the family: where its registers are, which bits of them ask for what, and which keys
 * (card_options.c) its cards take.
 */
#include "sim/e1000e/e1000e.h"

#include "sim/options.h"

#define ERROR_RXE                                                                                  \
    (1u << 31)        /* of a receive descriptor: the only one for a frame of a wrong length */
#define LONGEST 1522u /* frame without LPE */

#define FIELD_WORD(id, name, late) " " name
#define FIELDS                     SIM_E1000E_FIELDS(FIELD_WORD)

static bool receives(const struct sim_card *card)
{
    return card->queue[0].enabled || card->queue[1].enabled;
}

static void rx_mode(const struct sim_card *card, struct sim_rx_mode *mode)
{
    uint32_t control = sim_get(card, E_RCTL);

    mode->longest = (control & E_RCTL_LPE) != 0 ? E_FRAME_MAX : LONGEST;
    mode->tag_on_top = false;
    mode->bad_too = (control & E_RCTL_SBP) != 0;
    mode->keep_crc = (control & E_RCTL_SECRC) == 0;
}

static void rx_ring(const struct sim_card *card, uint32_t queue, struct sim_rx_ring *ring)
{
    (void)queue;
    ring->room = sim_e1000e_room(card);
    ring->legacy = (sim_get(card, E_RFCTL) & E_RFCTL_EXTEN) == 0;
    ring->drop = false;
    ring->strip_vlan = (sim_get(card, E_CTRL) & E_CTRL_VME) != 0;
    ring->vlan = sim_get(card, E_VET) & 0xffffu;
}

/* MO chooses which 12 bits of the address: 0 for bits 47:36, then 46:35, 45:34 and 43:32. */
static void filters(const struct sim_card *card, struct sim_filters *filters)
{
    static const uint32_t shifts[] = {4, 3, 2, 0};
    uint32_t control = sim_get(card, E_RCTL);

    filters->unicast = (control & E_RCTL_UPE) != 0;
    filters->multicast = (control & E_RCTL_MPE) != 0;
    filters->broadcast = (control & E_RCTL_BAM) != 0;
    filters->table = true;
    filters->shift = shifts[E_RCTL_MO(control)];
    filters->vlan_table = (control & E_RCTL_VFE) != 0;
    filters->vlan = sim_get(card, E_VET) & 0xffffu;
}

static bool transmits(const struct sim_card *card)
{
    return card->queue[SIM_TX].enabled || card->queue[SIM_TX + 1u].enabled;
}

static void tx_mode(const struct sim_card *card, struct sim_tx_mode *mode)
{
    mode->pad = (sim_get(card, E_TCTL) & E_TCTL_PSP) != 0;
    mode->checksum = false;
}

static uint32_t tx_descriptors(const struct sim_card *card, uint32_t queue)
{
    (void)card;
    (void)queue;
    return SIM_DESCRIPTORS_MAX;
}

static bool loopback(const struct sim_card *card)
{
    return (sim_get(card, E_RCTL) & E_RCTL_LBM) == E_RCTL_LBM_MAC;
}

static void settle(struct sim_card *card)
{
    sim_e1000e_settle_units(card);
    sim_e1000e_settle_phy(card);
}

static const char *point_name(uint32_t point)
{
    return sim_hostile_name(point, sim_e1000e_registers, sim_e1000e_register_count);
}

static const struct sim_lie_list lies = {
    .modes = SIM_HOSTILE_MODE_COUNT,
    .chances = sim_hostile_chances,
    .name = point_name,
};

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

const struct sim_part sim_part_82574 = {
    .device = 0x10d3u,
    .field_names = field_names,
    .field_delays = field_delays,
    .registers = sim_e1000e_registers,
    .register_count = &sim_e1000e_register_count,
    .map = sim_e1000e_map,
    .lies = &lies,
    .status_link_up = E_STATUS_LU | E_STATUS_FD | E_STATUS_SPEED_1000,
    .link_control = E_CTRL_SLU,
    .settle = settle,
    .reset = sim_e1000e_reset,
    .queues = E_QUEUES,
    .queue_base = sim_e1000e_queue_base,
    .ring_align = 16u,
    .ring_bytes_max = (1u << 20) - 128u,
    .tail_stopped = sim_e1000e_tail_stopped,
    .receives = receives,
    .rx_mode = rx_mode,
    .rx_ring = rx_ring,
    .oversize = ERROR_RXE,
    .undersize = ERROR_RXE,
    .filters = filters,
    .ral = E_RAL,
    .ral_count = E_RAR_COUNT,
    .rah_mask = E_RAH_AV | E_RAH_SELECT | 0xffffu,
    .vfta = E_VFTA,
    .transmits = transmits,
    .tx_mode = tx_mode,
    .tx_descriptors = tx_descriptors,
    .descriptors_max = SIM_DESCRIPTORS_MAX,
    .tx_format = {.data = 1u, .context = 0, .length = 0xfffffu, .segment = 1u << 26},
    .loopback = loopback,
    .frame_max = E_FRAME_MAX,
    .vectors = E_VECTORS,
    .deliver = sim_e1000e_deliver,
    .armed = sim_e1000e_armed,
    .interrupt = sim_e1000e_interrupt,
    .event = sim_e1000e_event,
    .mpc = E_MPC,
    .rnbc = E_RNBC,
    .pair_max = UINT64_MAX,
    .sticky = true,
    .total_sent = true,
};

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
