/* SPDX-License-Identifier: MIT
 *
 * Registers of the 82574 that the driver uses, grouped as in its datasheet (Intel 82574 GbE Controller
 * Family, section 10.2). Offsets, fields and nothing else.
 */
#ifndef IRONRING_E1000E_REGS_H
#define IRONRING_E1000E_REGS_H

/* Bytes of BAR 0 that hold the registers below. */
#define E1000E_WINDOW 0x20000u

/* 10.2.2 General */
#define E1000E_CTRL                0x00000u
#define E1000E_CTRL_MASTER_DISABLE (1u << 2)
#define E1000E_CTRL_SLU            (1u << 6)  /* let the PHY bring the link up */
#define E1000E_CTRL_FRCSPD         (1u << 11) /* 0: speed and duplex are the PHY's to say */
#define E1000E_CTRL_FRCDPLX        (1u << 12)
#define E1000E_CTRL_RST            (1u << 26) /* clears itself */
#define E1000E_CTRL_RESERVED       (1u << 29) /* must be 0 */
#define E1000E_CTRL_VME            (1u << 30) /* take VLAN tags off */
#define E1000E_CTRL_PHY_RST        (1u << 31)
#define E1000E_STATUS              0x00008u /* read only */
#define E1000E_STATUS_LU           (1u << 1)
#define E1000E_STATUS_SPEED(s)     ((s) >> 6 & 3u) /* 0: 10, 1: 100, others: 1000 Mbit/s */
#define E1000E_STATUS_MASTER       (1u << 19)      /* bus master requests are enabled or pending */
#define E1000E_EEC                 0x00010u
#define E1000E_EEC_AUTO_RD         (1u << 9) /* configuration loaded, or no NVM to load from */
#define E1000E_CTRL_EXT            0x00018u
#define E1000E_CTRL_EXT_ONE        (1u << 22) /* must be 1 */
#define E1000E_CTRL_EXT_ZERO       (1u << 23) /* must be 0 */
#define E1000E_CTRL_EXT_EIAME      (1u << 24) /* causes of IAM are masked as their vector is sent */
#define E1000E_CTRL_EXT_IAME       (1u << 27) /* ... as ICR is read or written */
#define E1000E_CTRL_EXT_DRV_LOAD   (1u << 28) /* tells the firmware that a driver is in charge */
#define E1000E_CTRL_EXT_PBA        (1u << 31) /* a cause that is unmasked takes back a pending vector */
#define E1000E_MDIC                0x00020u
#define E1000E_MDIC_DATA_MASK      0xffffu
#define E1000E_MDIC_REGISTER(n)    ((n) << 16)
#define E1000E_MDIC_PHY            (1u << 21) /* address 1, the PHY on the chip */
#define E1000E_MDIC_WRITE          (1u << 26)
#define E1000E_MDIC_READ           (2u << 26)
#define E1000E_MDIC_READY          (1u << 28)
#define E1000E_MDIC_ERROR          (1u << 30)
#define E1000E_EXTCNF_CTRL         0x00f00u
#define E1000E_EXTCNF_CTRL_MDIO_SW (1u << 5) /* software owns the PHY's registers */

/* Registers of the PHY (IEEE 802.3, 22.2.4) */
#define E1000E_PHY_CONTROL         0u
#define E1000E_PHY_CONTROL_RESTART (1u << 9)
#define E1000E_PHY_CONTROL_OFF     (1u << 11)
#define E1000E_PHY_CONTROL_AUTO    (1u << 12)

/* 10.2.3 PCIe */
#define E1000E_GCR      0x05b00u
#define E1000E_GCR_ONE  (1u << 22) /* must be 1 */
#define E1000E_GCR2     0x05b64u
#define E1000E_GCR2_ONE (1u << 0)

/* 10.2.4 Interrupts */
#define E1000E_ICR          0x000c0u /* read clears, so does writing a 1; the same bits in IMS and IMC */
#define E1000E_ICR_TXDW     (1u << 0)
#define E1000E_ICR_LSC      (1u << 2)
#define E1000E_ICR_RXT0     (1u << 7)
#define E1000E_ICR_RXQ0     (1u << 20)  /* as RXT0, of queue 0; has a vector in IVAR */
#define E1000E_ICR_TXQ0     (1u << 22)  /* as TXDW, likewise */
#define E1000E_ICR_QUEUES   0x00f00000u /* of both queues */
#define E1000E_ICR_OTHER    (1u << 24)  /* one of the next has come up; has a vector in IVAR */
#define E1000E_ICR_OTHERS   0x00070244u /* LSC, RXO, MDAC, SRPD, ACK, MNG */
#define E1000E_ITR          0x000c4u    /* as EITR, where there is no MSI-X */
#define E1000E_IMS          0x000d0u
#define E1000E_IMC          0x000d8u
#define E1000E_EIAC         0x000dcu /* causes that are cleared and masked as their vector is sent */
#define E1000E_IAM          0x000e0u
#define E1000E_IVAR         0x000e4u /* four bits each for RXQ0, RXQ1, TXQ0, TXQ1, OTHER */
#define E1000E_IVAR_VALID   8u
#define E1000E_EITR(v)      (0x000e8u + 4u * (v)) /* v < 5 */
#define E1000E_EITR_UNIT_NS 256u
#define E1000E_EITR_MAX     0xffffu /* units */
/* Of MSI-X. */
#define E1000E_VECTORS 5u

/* 10.2.5 Receive */
#define E1000E_RCTL              0x00100u
#define E1000E_RCTL_EN           (1u << 1)
#define E1000E_RCTL_UPE          (1u << 3)
#define E1000E_RCTL_MPE          (1u << 4)
#define E1000E_RCTL_LPE          (1u << 5) /* frames beyond 1522 bytes */
#define E1000E_RCTL_BAM          (1u << 15)
#define E1000E_RCTL_SIZE_2K      0u
#define E1000E_RCTL_SIZE_4K      (3u << 16 | 1u << 25)
#define E1000E_RCTL_SIZE_8K      (2u << 16 | 1u << 25)
#define E1000E_RCTL_SIZE_16K     (1u << 16 | 1u << 25)
#define E1000E_RCTL_SECRC        (1u << 26)  /* take the frame checksum off */
#define E1000E_RCTL_FORMAT       0x7edfbfe4u /* every field but EN, UPE and MPE */
#define E1000E_RFCTL             0x05008u
#define E1000E_RFCTL_ACK_DIS     (1u << 12) /* TCP acknowledgments are no cause of interrupts */
#define E1000E_RFCTL_EXTEN       (1u << 15) /* extended descriptors */
#define E1000E_RDBAL             0x02800u
#define E1000E_RDBAH             0x02804u
#define E1000E_RDLEN             0x02808u
#define E1000E_RDH               0x02810u
#define E1000E_RDT               0x02818u
#define E1000E_RXDCTL            0x02828u
#define E1000E_RXDCTL_THRESHOLDS 0x013f3f3fu
#define E1000E_RXCSUM            0x05000u
#define E1000E_MRQC              0x05818u
#define E1000E_MTA(i)            (0x05200u + 4u * (i))
#define E1000E_RAL(i)            (0x05400u + 8u * (i))
#define E1000E_RAH(i)            (0x05404u + 8u * (i))
#define E1000E_RAH_ADDRESS_MASK  0xffffu
#define E1000E_RAH_AV            (1u << 31)
#define E1000E_RAR_COUNT         16u
#define E1000E_VFTA(i)           (0x05600u + 4u * (i))
#define E1000E_VFTA_COUNT        128u

/* 10.2.6 Transmit */
#define E1000E_TCTL              0x00400u
#define E1000E_TCTL_EN           (1u << 1)
#define E1000E_TCTL_PSP          (1u << 3) /* pad short frames */
#define E1000E_TCTL_CT(n)        ((n) << 4)
#define E1000E_TCTL_COLD(n)      ((n) << 12)
#define E1000E_TCTL_RTLC         (1u << 24)
#define E1000E_TCTL_COLLISIONS   0x003ffff0u /* CT and COLD */
#define E1000E_TDBAL             0x03800u
#define E1000E_TDBAH             0x03804u
#define E1000E_TDLEN             0x03808u
#define E1000E_TDH               0x03810u
#define E1000E_TDT               0x03818u
#define E1000E_TXDCTL(q)         (0x03828u + 0x100u * (q)) /* q < 2 */
#define E1000E_TXDCTL_THRESHOLDS 0x013f3f3fu
#define E1000E_TXDCTL_ONE        (1u << 22) /* must be 1 */
#define E1000E_TARC0             0x03840u
#define E1000E_TARC0_ZERO        (0xfu << 27) /* must be 0 */
#define E1000E_TARC0_ONE         (1u << 26)   /* must be 1 */

/* Of RXDCTL and TXDCTL: fetch when fewer than PTHRESH descriptors are on the chip and HTHRESH can be
 * fetched, both counted in descriptors; write back at once. */
#define E1000E_PTHRESH(n) (n)
#define E1000E_HTHRESH(n) ((n) << 8)
#define E1000E_GRAN       (1u << 24)

/* 10.2.7 Statistics: cleared by reading. A pair is read low half first. */
#define E1000E_CRCERRS  0x04000u
#define E1000E_ALGNERRC 0x04004u
#define E1000E_RXERRC   0x0400cu
#define E1000E_MPC      0x04010u
#define E1000E_GPRC     0x04074u
#define E1000E_GPTC     0x04080u
#define E1000E_GORCL    0x04088u
#define E1000E_GORCH    0x0408cu
#define E1000E_GOTCL    0x04090u
#define E1000E_GOTCH    0x04094u
#define E1000E_RUC      0x040a4u
#define E1000E_RFC      0x040a8u
#define E1000E_ROC      0x040acu
#define E1000E_RJC      0x040b0u

/* 7.1.5 Extended receive descriptors: as IXGBE_RXD_* but for the errors. CE, SE, SEQ, CXE and RXE condemn
 * a frame; TCPE and IPE are the application's business. */
#define E1000E_RXD_ERRORS 0x97000000u

/* The longest frame the chip is specified for, 9234 bytes with its checksum. */
#define E1000E_FRAME_MAX 9230u

#endif
