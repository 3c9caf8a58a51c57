/* SPDX-License-Identifier: MIT
 *
 * The bench of bench.h.
 */
#include "bench.h"

void bench_open(struct rig *rig, const char *arguments)
{
    rig_open(rig, arguments);
    rig_write(rig, E_CTRL, rig_read(rig, E_CTRL) | E_CTRL_SLU);
    rig_write(rig, E_CTRL_EXT, E_CTRL_EXT_ONE);
    rig_write(rig, E_GCR, E_GCR_ONE);
    rig_write(rig, E_GCR2, 1);
    for (uint32_t q = 0; q < E_QUEUES; q++)
        rig_write(rig, E_TX + E_STRIDE * q + Q_CONTROL, E_TXDCTL_ONE);
    rig_write(rig, E_TX + E_Q_TARC, E_TARC_ENABLE | E_TARC_ONE | 3u);
    rig_delay(rig, 100);
}

void bench_rx_ring(struct rig *rig)
{
    rig_write(rig, E_RX + Q_BAL, RIG_IOVA + RIG_RX_RING);
    rig_write(rig, E_RX + Q_BAH, 0);
    rig_write(rig, E_RX + Q_LEN, RIG_RING * 16u);
}

void bench_tx_ring(struct rig *rig)
{
    rig_write(rig, E_TX + Q_BAL, RIG_IOVA + RIG_TX_RING);
    rig_write(rig, E_TX + Q_BAH, 0);
    rig_write(rig, E_TX + Q_LEN, RIG_RING * 16u);
}

void bench_receive(struct rig *rig, uint32_t rctl, bool extended, uint32_t lent)
{
    bench_rx_ring(rig);
    rig_write(rig, E_RFCTL, extended ? E_RFCTL_EXTEN : 0);
    rig_write(rig, E_RCTL, E_RCTL_EN | rctl);
    if (lent != 0)
        rig_lend(rig, lent);
}

void bench_transmit(struct rig *rig, uint32_t tctl)
{
    bench_tx_ring(rig);
    rig_write(rig, E_TCTL, E_TCTL_EN | tctl);
}

void bench_start(struct rig *rig, const char *arguments)
{
    bench_open(rig, arguments);
    bench_transmit(rig, E_TCTL_PSP);
    bench_receive(rig, BENCH_RCTL, true, RIG_RING - 1u);
    assert_int_equal(rig_violations(rig), 0);
}

uint64_t bench_frame(uint32_t length)
{
    return TXD_EXTENDED | TXD_EOP | TXD_FCS | TXD_RS | length;
}

uint32_t bench_status(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] & 0xfffffu);
}

uint32_t bench_errors(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] & 0xfff00000u);
}

uint32_t bench_length(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] >> 32 & 0xffffu);
}
