/* SPDX-License-Identifier: MIT
 *
 * What is the 82599's alone: which bits of its registers ask for what.
 */
#include "sim/card.h"

static bool receives(const struct sim_card *card)
{
    return (sim_get(card, R_RXCTRL) & RXCTRL_RXEN) != 0 &&
           (sim_get(card, R_SECRXCTRL) & SECRXCTRL_RX_DIS) == 0;
}

static void rx_mode(const struct sim_card *card, struct sim_rx_mode *mode)
{
    uint32_t control = sim_get(card, R_HLREG0);

    mode->longest = (control & HLREG0_JUMBOEN) != 0 ? sim_get(card, R_MAXFRS) >> 16 : 1518u;
    mode->tag_on_top = true;
    mode->bad_too = (sim_get(card, R_FCTRL) & FCTRL_SBP) != 0;
    mode->keep_crc = (control & HLREG0_RXCRCSTRP) == 0;
}

static void rx_ring(const struct sim_card *card, uint32_t queue, struct sim_rx_ring *ring)
{
    uint32_t base = sim_queue_base(queue);
    uint32_t srrctl = sim_get(card, base + Q_SRRCTL);

    ring->room = (srrctl & SRRCTL_SIZE) * 1024u;
    ring->legacy = SRRCTL_TYPE(srrctl) == 0;
    ring->drop = (srrctl & SRRCTL_DROP_EN) != 0;
    ring->strip_vlan = (sim_get(card, base + Q_CONTROL) & RXDCTL_VME) != 0;
    ring->vlan = sim_get(card, R_VLNCTRL) & 0xffffu;
}

/* MO chooses which 12 bits of the address: 0 for bits 47:36, then 46:35, 45:34 and 43:32. */
static void filters(const struct sim_card *card, struct sim_filters *filters)
{
    static const uint32_t shifts[] = {4, 3, 2, 0};
    uint32_t control = sim_get(card, R_FCTRL);
    uint32_t multicast = sim_get(card, R_MCSTCTRL);
    uint32_t vlan = sim_get(card, R_VLNCTRL);

    filters->unicast = (control & FCTRL_UPE) != 0;
    filters->multicast = (control & FCTRL_MPE) != 0;
    filters->broadcast = (control & FCTRL_BAM) != 0;
    filters->table = (multicast & MCSTCTRL_MFE) != 0;
    filters->shift = shifts[multicast & MCSTCTRL_MO];
    filters->vlan_table = (vlan & VLNCTRL_VFE) != 0;
    filters->vlan = vlan & 0xffffu;
}

static bool transmits(const struct sim_card *card)
{
    return (sim_get(card, R_DMATXCTL) & DMATXCTL_TE) != 0;
}

static void tx_mode(const struct sim_card *card, struct sim_tx_mode *mode)
{
    uint32_t control = sim_get(card, R_HLREG0);

    mode->pad = (control & HLREG0_TXPADEN) != 0;
    mode->checksum = (control & HLREG0_TXCRCEN) != 0;
}

static uint32_t tx_descriptors(const struct sim_card *card, uint32_t queue)
{
    uint32_t wthresh = TXDCTL_WTHRESH(sim_get(card, sim_queue_base(queue) + Q_CONTROL));

    return wthresh < TX_DESCRIPTORS_MAX ? TX_DESCRIPTORS_MAX - wthresh : 1u;
}

static bool loopback(const struct sim_card *card)
{
    return (sim_get(card, R_HLREG0) & HLREG0_LPBK) != 0;
}

static bool armed(const struct sim_card *card, uint32_t vector)
{
    return (sim_get(card, R_EIMS_EX + vector / 32u * 4u) >> vector % 32u & 1u) != 0;
}

static uint32_t queue_base(uint32_t queue)
{
    return sim_queue_base(queue);
}

const struct sim_part sim_part_82599 = {
    .device = 0x10f7u,
    .field_names = sim_field_names,
    .field_delays = sim_field_delays,
    .registers = sim_registers,
    .register_count = &sim_register_count,
    .map = sim_map,
    .lies = &sim_hostile_list,
    .status_link_up = STATUS_LINK_UP,
    .stop_first = true,
    .bar = 0x0cu, /* 64 bits, prefetchable */
    .queues = SIM_QUEUES,
    .queue_base = queue_base,
    .ring_align = 128u,
    .ring_bytes_max = 128u << 10,
    .tail_stopped = sim_tail_stopped,
    .receives = receives,
    .rx_mode = rx_mode,
    .rx_ring = rx_ring,
    .oversize = 1u << 28,
    .undersize = 1u << 29,
    .filters = filters,
    .spread = sim_rss,
    .ral = R_RAL,
    .ral_count = RAR_COUNT,
    .rah_mask = RAH_AV | 0xffffu,
    .vfta = R_VFTA,
    .transmits = transmits,
    .tx_mode = tx_mode,
    .tx_descriptors = tx_descriptors,
    .descriptors_max = TX_DESCRIPTORS_MAX,
    .tx_format =
        {.data = 3u, .context = 2u, .length = 0xffffu, .segment = 1u << 31, .payload = true},
    .loopback = loopback,
    .frame_max = SIM_MAXFRS_MAX,
    .vectors = IR_VECTORS_MAX,
    .deliver = sim_deliver,
    .armed = armed,
    .interrupt = sim_interrupt,
    .event = sim_event,
    .mpc = R_MPC,
    .pair_max = (UINT64_C(1) << 36) - 1u,
    .queue_counters = true,
};
