/* SPDX-License-Identifier: MIT
 *
 * Registers of the 82599 that the driver uses, grouped as in its datasheet (Intel 331520,
 * section 8.2.3), with the section where it is known. Offsets, fields and nothing else.
 */
#ifndef IRONRING_IXGBE_REGS_H
#define IRONRING_IXGBE_REGS_H

/* Bytes of BAR 0 that hold the registers below. */
#define IXGBE_WINDOW 0x20000u

/* 8.2.3.1 General control */
#define IXGBE_CTRL                0x00000u
#define IXGBE_CTRL_MASTER_DISABLE (1u << 2)
#define IXGBE_CTRL_RST            (1u << 26) /* clears itself */
#define IXGBE_STATUS              0x00008u   /* read only */
#define IXGBE_STATUS_MASTER       (1u << 19) /* bus master requests are enabled or pending */
#define IXGBE_CTRL_EXT            0x00018u
#define IXGBE_CTRL_EXT_NS_DIS     (1u << 16) /* no PCIe no-snoop requests */
#define IXGBE_CTRL_EXT_DRV_LOAD   (1u << 28) /* tells the firmware that a driver is in charge */

/* 8.2.3.2 EEPROM and firmware */
#define IXGBE_EEC             0x10010u
#define IXGBE_EEC_AUTO_RD     (1u << 9) /* configuration loaded, or no EEPROM to load from */
#define IXGBE_FWSM            0x10148u
#define IXGBE_FWSM_ERROR_MASK (0x3fu << 19) /* external error, 0 for none */

/* 8.2.3.5 Interrupts */
#define IXGBE_EICR          0x00800u    /* read clears, so does writing a 1 */
#define IXGBE_EICR_LINK     (1u << 20)  /* LSC; the same bit in EIMS and EIMC */
#define IXGBE_EICR_OTHER    0x3fff0000u /* all but the queues' causes */
#define IXGBE_EIAC          0x00810u /* causes that are cleared as their vector is sent (MSI-X) */
#define IXGBE_EIAC_QUEUES   0xffffu
#define IXGBE_EITR(v)       (0x00820u + 4u * (v))       /* v < 24 */
#define IXGBE_EITR_HIGH(v)  (0x12300u + 4u * ((v)-24u)) /* 24 <= v < 64 */
#define IXGBE_EITR_UNIT_US  2u
#define IXGBE_EITR_MAX      0x1ffu     /* units, in bits 11:3 */
#define IXGBE_EITR_CNT_WDIS (1u << 31) /* the running counter is not written */
#define IXGBE_EIMS          0x00880u
#define IXGBE_EIMC          0x00888u
#define IXGBE_EIMC_ALL      0x7fffffffu /* bit 31 is reserved */
#define IXGBE_GPIE          0x00898u
#define IXGBE_GPIE_MSIX     (1u << 4)  /* a vector for each IVAR entry, not one for all */
#define IXGBE_GPIE_OCD      (1u << 5)  /* a read of EICR clears no queue's cause */
#define IXGBE_GPIE_EIAME    (1u << 30) /* vectors of EIAM are masked as they are sent */
#define IXGBE_GPIE_PBA      (1u << 31) /* pending bits of MSI-X */
#define IXGBE_IVAR(i)       (0x00900u + 4u * (i)) /* queue pairs 2i and 2i + 1; i < 64 */
#define IXGBE_IVAR_COUNT    64u
#define IXGBE_IVAR_VALID    0x80u
#define IXGBE_IVAR_MISC     0x00a00u              /* bits 15:8 for the other causes */
#define IXGBE_EIMS_EX(i)    (0x00aa0u + 4u * (i)) /* vectors 32i to 32i + 31; i < 2 */
#define IXGBE_EIMC_EX(i)    (0x00ab0u + 4u * (i))
#define IXGBE_EIAM_EX(i)    (0x00ad0u + 4u * (i))
#define IXGBE_VECTORS       64u

/* 8.2.3.7 Receive */
#define IXGBE_FCTRL            0x05080u /* changes only while RXCTRL.RXEN is 0 */
#define IXGBE_FCTRL_MPE        (1u << 8)
#define IXGBE_FCTRL_UPE        (1u << 9)
#define IXGBE_FCTRL_BAM        (1u << 10)
#define IXGBE_MCSTCTRL         0x05090u
#define IXGBE_MCSTCTRL_MO_MASK 0x3u /* which 12 bits of the address: 0 for bits 47:36 */
#define IXGBE_MCSTCTRL_MFE     (1u << 2)
#define IXGBE_MTA(i)           (0x05200u + 4u * (i))
#define IXGBE_RAL(i)           (0x0a200u + 8u * (i))
#define IXGBE_RAH(i)           (0x0a204u + 8u * (i))
#define IXGBE_RAH_ADDRESS_MASK 0xffffu
#define IXGBE_RAH_AV           (1u << 31)
#define IXGBE_RAR_COUNT        128u
#define IXGBE_MPSAR(i)         (0x0a600u + 4u * (i))
#define IXGBE_MPSAR_COUNT      256u
#define IXGBE_VFTA(i)          (0x0a000u + 4u * (i))
#define IXGBE_VFTA_COUNT       128u
#define IXGBE_PFVLVF(i)        (0x0f100u + 4u * (i))
#define IXGBE_PFVLVF_COUNT     64u
#define IXGBE_PFVLVFB(i)       (0x0f200u + 4u * (i))
#define IXGBE_PFVLVFB_COUNT    128u
#define IXGBE_PFUTA(i)         (0x0f400u + 4u * (i))
#define IXGBE_PFUTA_COUNT      128u
#define IXGBE_SAQF(i)          (0x0e000u + 4u * (i))
#define IXGBE_DAQF(i)          (0x0e200u + 4u * (i))
#define IXGBE_SDPQF(i)         (0x0e400u + 4u * (i))
#define IXGBE_FTQF(i)          (0x0e600u + 4u * (i))
#define IXGBE_FIVE_TUPLE_COUNT 128u
#define IXGBE_SYNQF            0x0ec30u
#define IXGBE_ETQF(i)          (0x05128u + 4u * (i))
#define IXGBE_ETQS(i)          (0x0ec00u + 4u * (i))
#define IXGBE_ETQF_COUNT       8u

/* 8.2.3.8 Receive DMA; queue q < 64 */
#define IXGBE_RDBAL(q)              (0x01000u + 0x40u * (q))
#define IXGBE_RDBAH(q)              (0x01004u + 0x40u * (q))
#define IXGBE_RDLEN(q)              (0x01008u + 0x40u * (q))
#define IXGBE_DCA_RXCTRL(q)         (0x0100cu + 0x40u * (q))
#define IXGBE_DCA_RXCTRL_RESERVED   (1u << 12) /* 1 after reset, must become 0 */
#define IXGBE_SRRCTL(q)             (0x01014u + 0x40u * (q))
#define IXGBE_SRRCTL_BSIZEPACKET(k) (k) /* KiB */
#define IXGBE_SRRCTL_SIZE_MASK      0x1fu
#define IXGBE_SRRCTL_ONE_BUFFER     (1u << 25)
#define IXGBE_SRRCTL_DESCTYPE_MASK  (7u << 25)
#define IXGBE_SRRCTL_DROP_EN        (1u << 28)
#define IXGBE_RDT(q)                (0x01018u + 0x40u * (q)) /* 8.2.3.8.5 */
#define IXGBE_RXDCTL(q)             (0x01028u + 0x40u * (q))
/* Queues 64 to 127, of which only the enable bit is of interest: to turn it off. */
#define IXGBE_RXDCTL_HIGH(q)      (0x0d028u + 0x40u * ((q)-64u))
#define IXGBE_RXDCTL_ENABLE       (1u << 25)
#define IXGBE_RX_QUEUE_COUNT      128u
#define IXGBE_RXCTRL              0x03000u
#define IXGBE_RXCTRL_RXEN         (1u << 0)
#define IXGBE_RDRXCTL             0x02f00u
#define IXGBE_RDRXCTL_CRCSTRIP    (1u << 1)     /* equal to HLREG0.RXCRCSTRP */
#define IXGBE_RDRXCTL_DMAIDONE    (1u << 3)     /* read only */
#define IXGBE_RDRXCTL_RSCFRSTSIZE (0x1fu << 17) /* must become 0 */
#define IXGBE_RDRXCTL_RESERVED    (3u << 25)    /* RSCACKC and FCOE_WRFIX, must become 1 */
#define IXGBE_RXPBSIZE(i)         (0x03c00u + 4u * (i))
#define IXGBE_TXPBSIZE(i)         (0x0cc00u + 4u * (i))
#define IXGBE_PBSIZE_COUNT        8u
#define IXGBE_PBSIZE_KIB(k)       ((k) << 10)

/* 8.2.3.9 Transmit DMA; queue q < 64 */
#define IXGBE_DMATXCTL          0x04a80u
#define IXGBE_DMATXCTL_TE       (1u << 0)
#define IXGBE_TDBAL(q)          (0x06000u + 0x40u * (q))
#define IXGBE_TDBAH(q)          (0x06004u + 0x40u * (q))
#define IXGBE_TDLEN(q)          (0x06008u + 0x40u * (q))
#define IXGBE_DCA_TXCTRL(q)     (0x0600cu + 0x40u * (q))
#define IXGBE_DCA_TXCTRL_WB_RO  (1u << 11)               /* relaxed ordering of write-backs */
#define IXGBE_TDT(q)            (0x06018u + 0x40u * (q)) /* 8.2.3.9.8 */
#define IXGBE_TXDCTL(q)         (0x06028u + 0x40u * (q)) /* 8.2.3.9.10 */
#define IXGBE_TXDCTL_PTHRESH(n) (n)
#define IXGBE_TXDCTL_HTHRESH(n) ((n) << 8)
#define IXGBE_TXDCTL_THRESHOLDS 0x007f7f7fu /* PTHRESH, HTHRESH and WTHRESH */
#define IXGBE_TXDCTL_ENABLE     (1u << 25)
#define IXGBE_TDWBAL(q)         (0x06038u + 0x40u * (q)) /* 8.2.3.9.11 */
#define IXGBE_TDWBAL_ENABLE     (1u << 0)
#define IXGBE_TDWBAH(q)         (0x0603cu + 0x40u * (q))
#define IXGBE_TX_QUEUE_COUNT    128u
#define IXGBE_DTXMXSZRQ         0x08100u
#define IXGBE_DTXMXSZRQ_MAX     0xfffu
#define IXGBE_TXPBTHRESH(i)     (0x04950u + 4u * (i)) /* KiB */
#define IXGBE_MTQC              0x08120u
#define IXGBE_RTTDCS            0x04900u
#define IXGBE_RTTDCS_ARBDIS     (1u << 6)
#define IXGBE_RTTDCS_RESERVED   (3u << 22) /* must become 1 */
#define IXGBE_RTTDQSEL          0x04904u
#define IXGBE_RTTDT1C           0x04908u

/* 8.2.3.12 Security: here only to hold frames back while RXCTRL.RXEN changes */
#define IXGBE_SECRXCTRL        0x08d00u
#define IXGBE_SECRXCTRL_RX_DIS (1u << 1)
#define IXGBE_SECRXSTAT        0x08d04u
#define IXGBE_SECRXSTAT_READY  (1u << 0)

/* 8.2.3.7 Spreading over receive queues: RSS (7.1.2.8) */
#define IXGBE_RSS_QUEUES    16u /* that an entry of the table can name */
#define IXGBE_MRQC          0x0ec80u
#define IXGBE_MRQC_RSS      1u         /* mode, in bits 3:0 */
#define IXGBE_MRQC_TCP_IPV4 (1u << 16) /* addresses and ports; so with UDP below */
#define IXGBE_MRQC_IPV4     (1u << 17) /* addresses, where nothing else fits */
#define IXGBE_MRQC_IPV6     (1u << 20)
#define IXGBE_MRQC_TCP_IPV6 (1u << 21)
#define IXGBE_MRQC_UDP_IPV4 (1u << 22)
#define IXGBE_MRQC_UDP_IPV6 (1u << 23)
#define IXGBE_RETA(i)       (0x05c00u + 4u * (i))
#define IXGBE_RETA_COUNT    32u
#define IXGBE_RETA_ENTRIES  4u /* a register, a byte each: bits 3:0, the others are reserved */
#define IXGBE_RSSRK(i)      (0x05c80u + 4u * (i))
#define IXGBE_RSSRK_COUNT   10u
#define IXGBE_RXCSUM        0x05000u
#define IXGBE_RXCSUM_PCSD   (1u << 13)

/* 8.2.3.22 MAC and link */
#define IXGBE_HLREG0              0x04240u
#define IXGBE_HLREG0_TXCRCEN      (1u << 0)
#define IXGBE_HLREG0_RXCRCSTRP    (1u << 1)
#define IXGBE_HLREG0_JUMBOEN      (1u << 2)
#define IXGBE_HLREG0_TXPADEN      (1u << 10)
#define IXGBE_HLREG0_LPBK         (1u << 15)
#define IXGBE_MAXFRS              0x04268u /* 8.2.3.22.13 */
#define IXGBE_MAXFRS_MFS(bytes)   ((bytes)*65536u)
#define IXGBE_MAXFRS_MFS_MASK     0xffff0000u
#define IXGBE_MAXFRS_LARGEST      9728u
#define IXGBE_AUTOC               0x042a0u
#define IXGBE_AUTOC_RESTART       (1u << 12)
#define IXGBE_LINKS               0x042a4u
#define IXGBE_LINKS_UP            (1u << 30)
#define IXGBE_LINKS_SPEED(links)  ((links) >> 28 & 3u)
#define IXGBE_LINKS_SPEED_100M    1u
#define IXGBE_LINKS_SPEED_1G      2u
#define IXGBE_LINKS_SPEED_10G     3u
#define IXGBE_GCR_EXT             0x11050u
#define IXGBE_GCR_EXT_BUFFERS_CLR (1u << 30)

/* 8.2.3.23 Statistics: cleared by reading. A pair is read low half first. */
#define IXGBE_CRCERRS        0x04000u
#define IXGBE_RLEC           0x04040u
#define IXGBE_GPTC           0x04080u
#define IXGBE_GOTCL          0x04090u
#define IXGBE_GOTCH          0x04094u
#define IXGBE_MPC(i)         (0x03fa0u + 4u * (i)) /* i < 8 */
#define IXGBE_RUC            0x040a4u
#define IXGBE_RFC            0x040a8u
#define IXGBE_ROC            0x040acu
#define IXGBE_RJC            0x040b0u
#define IXGBE_QPRC(i)        (0x01030u + 0x40u * (i)) /* i < 16 */
#define IXGBE_QBRC_L(i)      (0x01034u + 0x40u * (i))
#define IXGBE_QBRC_H(i)      (0x01038u + 0x40u * (i))
#define IXGBE_QPRDC(i)       (0x01430u + 0x40u * (i))
#define IXGBE_QUEUE_COUNTERS 16u

#endif
