/* SPDX-License-Identifier: MIT
 *
 * Registers of the 82574 as the simulated card has them (Intel 82574 GbE Controller Family
 * Datasheet, section 10.2): offsets and fields. Written independently of the driver's list, so
 * that a slip in one shows.
 */
#ifndef IRONRING_SIM_E1000E_REGISTERS_H
#define IRONRING_SIM_E1000E_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/part.h"
#include "sim/regmap.h"

#define E_QUEUES  2u /* in each direction */
#define E_VECTORS 5u /* of MSI-X */

/* 10.2.2 General */
#define E_CTRL              0x00000u
#define E_CTRL_FD           (1u << 0)
#define E_CTRL_LRST         (1u << 3) /* of other parts */
#define E_CTRL_SLU          (1u << 6)
#define E_CTRL_SPEED_1000   (2u << 8)
#define E_CTRL_ZERO         (1u << 29) /* reserved, must be 0 */
#define E_CTRL_VME          (1u << 30)
#define E_CTRL_PHY_RST      (1u << 31)
#define E_STATUS            0x00008u
#define E_STATUS_FD         (1u << 0)
#define E_STATUS_LU         (1u << 1)
#define E_STATUS_SPEED_1000 (2u << 6)
#define E_EEC               0x00010u
#define E_EERD              0x00014u
#define E_CTRL_EXT          0x00018u
#define E_CTRL_EXT_ONE      (1u << 22) /* reserved, must be 1 */
#define E_CTRL_EXT_ZERO     (1u << 23) /* reserved, must be 0 */
#define E_CTRL_EXT_IAME     (1u << 27)
#define E_MDIC              0x00020u
#define E_MDIC_DATA         0xffffu
#define E_MDIC_REGISTER(v)  ((v) >> 16 & 0x1fu)
#define E_MDIC_PHY(v)       ((v) >> 21 & 0x1fu)
#define E_MDIC_OP(v)        ((v) >> 26 & 3u)
#define E_MDIC_WRITE        1u
#define E_MDIC_READ         2u
#define E_MDIC_READY        (1u << 28)
#define E_MDIC_INTERRUPT    (1u << 29)
#define E_MDIC_ERROR        (1u << 30)
#define E_VET               0x00038u
#define E_EXTCNF_CTRL       0x00f00u
#define E_EXTCNF_MDIO_SW    (1u << 5)
#define E_PBA               0x01000u
#define E_EEMNGCTL          0x01010u

/* 10.2.3 PCIe */
#define E_GCR     0x05b00u
#define E_GCR_ONE (1u << 22) /* reserved, must be 1 */
#define E_SWSM    0x05b50u
#define E_GCR2    0x05b64u

/* 10.2.4 Interrupts */
#define E_ICR           0x000c0u
#define E_ICR_TXDW      (1u << 0)
#define E_ICR_TXQE      (1u << 1)
#define E_ICR_LSC       (1u << 2)
#define E_ICR_RXDMT0    (1u << 4)
#define E_ICR_RXO       (1u << 6)
#define E_ICR_RXT0      (1u << 7)
#define E_ICR_MDAC      (1u << 9)
#define E_ICR_SRPD      (1u << 16)
#define E_ICR_ACK       (1u << 17)
#define E_ICR_MNG       (1u << 18)
#define E_ICR_RXQ0      (1u << 20)
#define E_ICR_TXQ0      (1u << 22)
#define E_ICR_OTHER     (1u << 24)
#define E_ICR_ASSERTED  (1u << 31)
#define E_ICR_QUEUES    0x01f00000u /* those that IVAR gives a vector, from bit 20 on */
#define E_ITR           0x000c4u
#define E_ICS           0x000c8u
#define E_IMS           0x000d0u
#define E_IMC           0x000d8u
#define E_EIAC          0x000dcu
#define E_IAM           0x000e0u
#define E_IVAR          0x000e4u
#define E_IVAR_VALID    8u
#define E_IVAR_VECTOR   7u
#define E_IVAR_RESERVED 0x7ff00000u
#define E_EITR_RESERVED 0xffff0000u
#define E_EITR          0x000e8u

/* 10.2.5 Receive */
#define E_RCTL          0x00100u
#define E_RCTL_EN       (1u << 1)
#define E_RCTL_SBP      (1u << 2)
#define E_RCTL_UPE      (1u << 3)
#define E_RCTL_MPE      (1u << 4)
#define E_RCTL_LPE      (1u << 5)
#define E_RCTL_LBM      (3u << 6)
#define E_RCTL_LBM_MAC  (1u << 6)
#define E_RCTL_RDMTS(v) ((v) >> 8 & 3u)
#define E_RCTL_DTYP     (3u << 10)
#define E_RCTL_MO(v)    ((v) >> 12 & 3u)
#define E_RCTL_BAM      (1u << 15)
#define E_RCTL_BSIZE    (3u << 16)
#define E_RCTL_VFE      (1u << 18)
#define E_RCTL_BSEX     (1u << 25)
#define E_RCTL_SECRC    (1u << 26)
#define E_RCTL_FLXBUF   (15u << 27)
#define E_RCTL_RESERVED (1u << 0 | 1u << 14 | 1u << 21 | 1u << 24 | 1u << 31)
/* What shapes buffers and descriptors. */
#define E_RCTL_FORM                                                                                \
    (E_RCTL_LBM | E_RCTL_DTYP | E_RCTL_BSIZE | E_RCTL_BSEX | E_RCTL_SECRC | E_RCTL_FLXBUF)
#define E_RX          0x02800u
#define E_TX          0x03800u
#define E_STRIDE      0x100u
#define E_RFCTL       0x05008u
#define E_RFCTL_EXTEN (1u << 15)
#define E_MTA         0x05200u
#define E_RAL         0x05400u
#define E_RAR_COUNT   16u
#define E_RAH_AV      (1u << 31)
#define E_RAH_SELECT  (3u << 16) /* 0 for the destination */
#define E_VFTA        0x05600u

/* 10.2.6 Transmit */
#define E_TCTL          0x00400u
#define E_TCTL_EN       (1u << 1)
#define E_TCTL_PSP      (1u << 3)
#define E_TCTL_RESERVED (1u << 0 | 1u << 2)
#define E_TXDCTL_ONE    (1u << 22) /* reserved, must be 1 */
#define E_Q_TARC        0x40u
#define E_TARC_ENABLE   (1u << 10)
#define E_TARC_ONE      (1u << 26)   /* reserved, must be 1 in TARC0 */
#define E_TARC_ZERO     (0xfu << 27) /* reserved, must be 0 in TARC0 */

/* 10.2.7 Statistics */
#define E_MPC  0x04010u
#define E_RNBC 0x040a0u

#define E_FRAME_MAX 9234u /* with its checksum */

struct sim_card;

extern const struct sim_register sim_e1000e_registers[];
extern const size_t sim_e1000e_register_count;
extern const struct sim_part sim_part_82574; /* part.c */
const struct sim_word *sim_e1000e_map(void);

/* First register of a queue's block; transmit queues count from SIM_TX. */
static inline uint32_t sim_e1000e_queue_base(uint32_t queue)
{
    return queue >= SIM_TX ? E_TX + E_STRIDE * (queue - SIM_TX) : E_RX + E_STRIDE * queue;
}

#endif
