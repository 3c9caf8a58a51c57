/* SPDX-License-Identifier: MIT
 *
 * Registers of the 82599 as the simulated card has them: offsets and fields. Written independently
 * of the driver's list, so that a slip in one shows.
 */
#ifndef IRONRING_SIM_REGISTERS_H
#define IRONRING_SIM_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/part.h"
#include "sim/regmap.h"

#define R_CTRL              0x00000u
#define CTRL_MASTER_DISABLE (1u << 2)
#define CTRL_LRST           (1u << 3)
#define CTRL_RST            (1u << 26)
#define R_STATUS            0x00008u
#define STATUS_LINK_UP      (1u << 7)
#define STATUS_MASTER       (1u << 19)
#define R_EICR              0x00800u
#define EICR_RX_MISS        (1u << 17)
#define EICR_LINK           (1u << 20)
#define EICR_OTHER          0x3fff0000u /* causes that a read clears even with GPIE.OCD */
#define R_EICS              0x00808u
#define R_EIMS              0x00880u
#define R_EIMC              0x00888u
#define EIMC_RESERVED       (1u << 31)
#define R_EIAC              0x00810u
#define R_EITR              0x00820u
#define R_EITR_HIGH         0x12300u /* from vector 24 on */
#define EITR_RESERVED       7u
#define EITR_US(v)          (((v) >> 3 & 0x1ffu) * 2u)
#define R_GPIE              0x00898u
#define GPIE_MSIX           (1u << 4)
#define GPIE_OCD            (1u << 5)
#define GPIE_EIAME          (1u << 30)
#define R_IVAR              0x00900u
#define IVAR_VALID          0x80u
#define IVAR_VECTOR         0x3fu
#define IVAR_RESERVED       0x40404040u
#define R_IVAR_MISC         0x00a00u
#define IVAR_MISC_RESERVED  0xffff4040u
#define R_EICS_EX           0x00a90u
#define R_EIMS_EX           0x00aa0u
#define R_EIMC_EX           0x00ab0u
#define R_EIAM_EX           0x00ad0u
#define R_RX                0x01000u /* receive queues 0 to 63 ... */
#define R_RX_HIGH           0x0d000u /* ... and 64 to 127 */
#define R_TX                0x06000u
#define Q_STRIDE            0x40u
#define Q_DCA               0x0cu
#define Q_SRRCTL            0x14u
#define Q_TDWBAL            0x38u
#define Q_TDWBAH            0x3cu
#define DCA_RX_RESERVED     (1u << 12)
#define DCA_TX_RELAXED      (1u << 11)
#define SRRCTL_SIZE         0x1fu
#define SRRCTL_TYPE(v)      ((v) >> 25 & 7u)
#define SRRCTL_DROP_EN      (1u << 28)
#define XDCTL_ENABLE        (1u << 25)
#define TXDCTL_SWFLSH       (1u << 26)
#define TX_DESCRIPTORS_MAX  40u /* a packet, less WTHRESH */
#define TXDCTL_WTHRESH(v)   ((v) >> 16 & 0x7fu)
#define RXDCTL_VME          (1u << 30)
#define TDWBAL_ENABLE       (1u << 0)
#define R_QPRC              0x01030u
#define R_QBRC_L            0x01034u
#define R_QBRC_H            0x01038u
#define R_QPRDC             0x01430u
#define R_RQSMR             0x02300u
#define R_RDRXCTL           0x02f00u
#define RDRXCTL_CRCSTRIP    (1u << 1)
#define RDRXCTL_DMAIDONE    (1u << 3)
#define RDRXCTL_RSCFRSTSIZE (0x1fu << 17)
#define RDRXCTL_ONES        (3u << 25)
#define R_RXDGPC            0x02f50u
#define R_RXCTRL            0x03000u
#define RXCTRL_RXEN         (1u << 0)
#define R_RXPBSIZE          0x03c00u
#define R_MPC               0x03fa0u
#define R_PRC64             0x0405cu /* and five more, by size */
#define R_GPRC              0x04074u
#define R_BPRC              0x04078u
#define R_MPRC              0x0407cu
#define R_GPTC              0x04080u
#define R_GORCL             0x04088u
#define R_GORCH             0x0408cu
#define R_GOTCL             0x04090u
#define R_GOTCH             0x04094u
#define R_RUC               0x040a4u
#define R_ROC               0x040acu
#define R_TORL              0x040c0u
#define R_TORH              0x040c4u
#define R_TOTL              0x040c8u /* not in the 82599 */
#define R_TPR               0x040d0u
#define R_TPT               0x040d4u
#define R_PTC64             0x040d8u
#define R_MPTC              0x040f0u
#define R_BPTC              0x040f4u
#define R_HLREG0            0x04240u
#define HLREG0_TXCRCEN      (1u << 0)
#define HLREG0_RXCRCSTRP    (1u << 1)
#define HLREG0_JUMBOEN      (1u << 2)
#define HLREG0_TXPADEN      (1u << 10)
#define HLREG0_LPBK         (1u << 15)
#define R_MSCA              0x0425cu
#define MSCA_COMMAND        (1u << 30)
#define R_MSRWD             0x04260u
#define R_MAXFRS            0x04268u
#define R_AUTOC             0x042a0u
#define AUTOC_RESTART       (1u << 12)
#define R_LINKS             0x042a4u
#define LINKS_UP_10G        0x70000000u
#define R_RTTDCS            0x04900u
#define RTTDCS_ARBDIS       (1u << 6)
#define R_DMATXCTL          0x04a80u
#define DMATXCTL_TE         (1u << 0)
#define R_FCTRL             0x05080u
#define FCTRL_SBP           (1u << 1)
#define FCTRL_MPE           (1u << 8)
#define FCTRL_UPE           (1u << 9)
#define FCTRL_BAM           (1u << 10)
#define R_VLNCTRL           0x05088u
#define VLNCTRL_VFE         (1u << 30)
#define R_MCSTCTRL          0x05090u
#define MCSTCTRL_MFE        (1u << 2)
#define MCSTCTRL_MO         0x3u
#define R_MTA               0x05200u
#define R_MTQC              0x08120u
#define R_TQSM              0x08600u
#define R_QPTC              0x08680u
#define R_QBTC_L            0x08700u
#define R_QBTC_H            0x08704u
#define R_TXDGPC            0x087a0u
#define R_SECTXCTRL         0x08800u
#define R_SECTXSTAT         0x08804u
#define R_SECRXCTRL         0x08d00u
#define SECRXCTRL_RX_DIS    (1u << 1)
#define R_SECRXSTAT         0x08d04u
#define SECRXSTAT_READY     (1u << 0)
#define R_VFTA              0x0a000u
#define R_RAL               0x0a200u /* RAH follows each */
#define RAH_AV              (1u << 31)
#define RAR_COUNT           128u
#define R_RETA              0x0eb00u
#define R_RSSRK             0x0eb80u
#define R_MRQC              0x0ec80u
#define MRQC_MODE           0xfu
#define MRQC_RSS            1u
#define MRQC_TCP_IPV4       (1u << 16)
#define MRQC_IPV4           (1u << 17)
#define MRQC_IPV6           (1u << 20)
#define MRQC_TCP_IPV6       (1u << 21)
#define MRQC_UDP_IPV4       (1u << 22)
#define MRQC_UDP_IPV6       (1u << 23)
#define RETA_RESERVED       0xf0f0f0f0u
#define R_RXCSUM            0x05000u
#define RXCSUM_PCSD         (1u << 13)
#define R_EEC               0x10010u
#define EEC_PRESENT         (1u << 8)
#define EEC_AUTO_READ_DONE  (1u << 9)
#define R_EERD              0x10014u
#define EERD_START          (1u << 0)
#define EERD_DONE           (1u << 1)
#define R_EEMNGCTL          0x10110u
#define EEMNGCTL_DONE       (3u << 18)
#define R_SWSM              0x10140u
#define SWSM_SMBI           (1u << 0)

extern const struct sim_register sim_registers[];
extern const size_t sim_register_count;

/* The map of the window, SIM_WORDS entries, made at the first call. */
const struct sim_word *sim_map(void);

/* part_82599.c */
extern const struct sim_part sim_part_82599;

/* First register of a queue's block; `queue` counts receive queues from 0, transmit queues from
 * SIM_TX. */
static inline uint32_t sim_queue_base(uint32_t queue)
{
    if (queue >= SIM_TX)
        return R_TX + Q_STRIDE * (queue - SIM_TX);
    return queue < 64u ? R_RX + Q_STRIDE * queue : R_RX_HIGH + Q_STRIDE * (queue - 64u);
}

#endif
