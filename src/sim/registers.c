/* SPDX-License-Identifier: MIT
 *
 * The card's register map: name, place, reset value, and which function stands behind an access.
 * What the functions do is in control.c, enable.c, interrupt.c, eeprom.c, queue.c and stats.c.
 */
#include "sim/registers.h"

#include <pthread.h>

#include "sim/card.h"

#define RO       SIM_REG_READ_ONLY
#define TRANSMIT SIM_REG_TRANSMIT
#define STALE    (SIM_REG_STALE | SIM_REG_SURVIVES)

/* clang-format off */
#define PLAIN(name, offset, stride, count, reset) \
    {name, offset, stride, count, 0, reset, 0, 0, NULL, NULL}
#define KEPT(name, offset, count) \
    {name, offset, 4, count, 0, SIM_STALE, 0, STALE, NULL, NULL}
#define COUNTER(name, offset, stride, count) \
    {name, offset, stride, count, 0, 0, 0, RO, sim_read_counter, NULL}
#define PAIR(low, high, offset, stride, count) \
    {low, offset, stride, count, 0, 0, 0, RO, sim_read_pair_low, NULL}, \
    {high, (offset) + 4u, stride, count, 0, 0, 0, RO, sim_read_pair_high, NULL}
#define SPECIAL(name, offset, stride, count, reset, read, write) \
    {name, offset, stride, count, 0, reset, 0, 0, read, write}
#define RX_QUEUES(base, count, first) \
    {"RDBAL", (base) + Q_BAL, Q_STRIDE, count, first, 0, 0, 0, NULL, sim_write_ring}, \
    {"RDBAH", (base) + Q_BAH, Q_STRIDE, count, first, 0, 0, 0, NULL, sim_write_ring}, \
    {"RDLEN", (base) + Q_LEN, Q_STRIDE, count, first, 0, 0, 0, NULL, sim_write_ring}, \
    {"DCA_RXCTRL", (base) + Q_DCA, Q_STRIDE, count, first, DCA_RX_RESERVED, 0, 0, NULL, NULL}, \
    {"RDH", (base) + Q_HEAD, Q_STRIDE, count, first, 0, 0, 0, sim_read_head, sim_write_ring}, \
    {"SRRCTL", (base) + Q_SRRCTL, Q_STRIDE, count, first, 0x402u, 0, 0, NULL, sim_write_ring}, \
    {"RDT", (base) + Q_TAIL, Q_STRIDE, count, first, 0, 0, 0, sim_read_tail, NULL}, \
    {"RXDCTL", (base) + Q_CONTROL, Q_STRIDE, count, first, 0, 0, 0, sim_read_control, \
     sim_write_control}, \
    {"RSCCTL", (base) + 0x2cu, Q_STRIDE, count, first, 0, 0, 0, NULL, NULL}

const struct sim_register sim_registers[] = {
    /* General, reset, EEPROM, semaphores */
    SPECIAL("CTRL", R_CTRL, 4, 1, 0, sim_read_ctrl, sim_write_ctrl),
    {"STATUS", R_STATUS, 4, 1, 0, 0, 0, RO, sim_read_status, NULL},
    PLAIN("CTRL_EXT", 0x00018u, 4, 1, 0),
    PLAIN("ESDP", 0x00020u, 4, 1, 0),
    PLAIN("CORECTL", 0x14f00u, 4, 1, 0),
    {"EEC", R_EEC, 4, 1, 0, 0, EEC_PRESENT | EEC_AUTO_READ_DONE, 0, sim_read_eec, NULL},
    SPECIAL("EERD", R_EERD, 4, 1, 0, sim_read_eerd, sim_write_eerd),
    {"EEMNGCTL", R_EEMNGCTL, 4, 1, 0, 0, EEMNGCTL_DONE, 0, sim_read_eemngctl, NULL},
    SPECIAL("SWSM", R_SWSM, 4, 1, 0, sim_read_swsm, NULL),
    {"FWSM", 0x10148u, 4, 1, 0, 0, 0, RO, NULL, NULL},
    {"FACTPS", 0x10150u, 4, 1, 0, 0, 0, RO, NULL, NULL},
    PLAIN("GSSR", 0x10160u, 4, 1, 0),
    PLAIN("GCR_EXT", 0x11050u, 4, 1, 0),

    /* Interrupts */
    SPECIAL("EICR", R_EICR, 4, 1, 0, sim_read_eicr, sim_write_eicr),
    SPECIAL("EICS", R_EICS, 4, 1, 0, sim_read_zero, sim_write_eics),
    SPECIAL("EIMS", R_EIMS, 4, 1, 0, NULL, sim_write_eims),
    SPECIAL("EIMC", R_EIMC, 4, 1, 0, sim_read_zero, sim_write_eimc),
    PLAIN("EIAC", R_EIAC, 4, 1, 0),
    PLAIN("EIAM", 0x00890u, 4, 1, 0),
    SPECIAL("EICS_EX", R_EICS_EX, 4, 2, 0, sim_read_zero, sim_write_eics_ex),
    SPECIAL("EIMS_EX", R_EIMS_EX, 4, 2, 0, NULL, sim_write_eims),
    SPECIAL("EIMC_EX", R_EIMC_EX, 4, 2, 0, sim_read_zero, sim_write_eimc),
    PLAIN("EIAM_EX", R_EIAM_EX, 4, 2, 0),
    SPECIAL("EITR", R_EITR, 4, 24, 0, NULL, sim_write_eitr),
    {"EITR", R_EITR_HIGH, 4, 105, 24, 0, 0, 0, NULL, sim_write_eitr},
    PLAIN("EITRSEL", 0x00894u, 4, 1, 0),
    SPECIAL("IVAR", R_IVAR, 4, 64, 0, NULL, sim_write_ivar),
    SPECIAL("IVAR_MISC", R_IVAR_MISC, 4, 1, 0, NULL, sim_write_ivar),
    PLAIN("GPIE", R_GPIE, 4, 1, 0),

    /* Receive */
    RX_QUEUES(R_RX, 64, 0),
    RX_QUEUES(R_RX_HIGH, 64, 64),
    SPECIAL("RXCTRL", R_RXCTRL, 4, 1, 0, NULL, sim_write_rxctrl),
    {"RDRXCTL", R_RDRXCTL, 4, 1, 0, 8u << 17, RDRXCTL_DMAIDONE, 0, sim_read_rdrxctl,
     sim_write_crcstrip},
    PLAIN("RXPBSIZE", R_RXPBSIZE, 4, 1, 512u << 10),
    {"RXPBSIZE", R_RXPBSIZE + 4u, 4, 7, 1, 0, 0, 0, NULL, NULL},
    SPECIAL("SECRXCTRL", R_SECRXCTRL, 4, 1, 0, NULL, sim_write_secrxctrl),
    {"SECRXSTAT", R_SECRXSTAT, 4, 1, 0, 0, 0, RO, sim_read_secrxstat, NULL},
    PLAIN("RXCSUM", R_RXCSUM, 4, 1, 0),
    PLAIN("RFCTL", 0x05008u, 4, 1, 0),
    PLAIN("PSRTYPE", 0x0ea00u, 4, 64, 0),
    PLAIN("RSCDBU", 0x03028u, 4, 1, 0),

    /* Filters */
    SPECIAL("FCTRL", R_FCTRL, 4, 1, 0, NULL, sim_write_fctrl),
    PLAIN("VLNCTRL", R_VLNCTRL, 4, 1, 0x8100u),
    PLAIN("MCSTCTRL", R_MCSTCTRL, 4, 1, 0),
    PLAIN("MTA", R_MTA, 4, 128, 0),
    PLAIN("RAL", R_RAL, 8, RAR_COUNT, 0),
    PLAIN("RAH", R_RAL + 4u, 8, RAR_COUNT, 0),
    PLAIN("VFTA", R_VFTA, 4, 128, 0),
    PLAIN("PFVTCTL", 0x051b0u, 4, 1, 0),
    KEPT("MPSAR", 0x0a600u, 256),
    KEPT("PFVLVF", 0x0f100u, 64),
    KEPT("PFVLVFB", 0x0f200u, 128),
    KEPT("PFUTA", 0x0f400u, 128),
    KEPT("SAQF", 0x0e000u, 128),
    KEPT("DAQF", 0x0e200u, 128),
    KEPT("SDPQF", 0x0e400u, 128),
    KEPT("FTQF", 0x0e600u, 128),
    KEPT("SYNQF", 0x0ec30u, 1),
    KEPT("ETQF", 0x05128u, 8),
    KEPT("ETQS", 0x0ec00u, 8),
    SPECIAL("MRQC", R_MRQC, 4, 1, 0, NULL, sim_write_mrqc),
    SPECIAL("RETA", R_RETA, 4, 32, 0, NULL, sim_write_reta),
    PLAIN("RSSRK", R_RSSRK, 4, 10, 0),

    /* Transmit */
    {"TDBAL", R_TX + Q_BAL, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, NULL, sim_write_ring},
    {"TDBAH", R_TX + Q_BAH, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, NULL, sim_write_ring},
    {"TDLEN", R_TX + Q_LEN, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, NULL, sim_write_ring},
    {"DCA_TXCTRL", R_TX + Q_DCA, Q_STRIDE, 128, 0, DCA_TX_RELAXED, 0, TRANSMIT, NULL, NULL},
    {"TDH", R_TX + Q_HEAD, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, sim_read_head, sim_write_ring},
    {"TDT", R_TX + Q_TAIL, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, sim_read_tail, NULL},
    {"TXDCTL", R_TX + Q_CONTROL, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, sim_read_control,
     sim_write_control},
    {"TDWBAL", R_TX + Q_TDWBAL, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, NULL, sim_write_ring},
    {"TDWBAH", R_TX + Q_TDWBAH, Q_STRIDE, 128, 0, 0, 0, TRANSMIT, NULL, sim_write_ring},
    PLAIN("DMATXCTL", R_DMATXCTL, 4, 1, 0x81000000u),
    PLAIN("DTXMXSZRQ", 0x08100u, 4, 1, 0x10u),
    PLAIN("RTTDCS", R_RTTDCS, 4, 1, 0),
    PLAIN("RTTDQSEL", 0x04904u, 4, 1, 0),
    PLAIN("RTTDT1C", 0x04908u, 4, 1, 0),
    PLAIN("TXPBSIZE", 0x0cc00u, 4, 1, 160u << 10),
    {"TXPBSIZE", 0x0cc04u, 4, 7, 1, 0, 0, 0, NULL, NULL},
    PLAIN("TXPBTHRESH", 0x04950u, 4, 8, 0),
    SPECIAL("MTQC", R_MTQC, 4, 1, 0, NULL, sim_write_mtqc),
    PLAIN("SECTXCTRL", R_SECTXCTRL, 4, 1, 0),
    {"SECTXSTAT", R_SECTXSTAT, 4, 1, 0, 1u, 0, RO, NULL, NULL},

    /* MAC and link */
    SPECIAL("HLREG0", R_HLREG0, 4, 1, 0x00010403u, NULL, sim_write_crcstrip),
    PLAIN("MAXFRS", R_MAXFRS, 4, 1, 1518u << 16),
    SPECIAL("AUTOC", R_AUTOC, 4, 1, 1u << 13, NULL, sim_write_autoc),
    PLAIN("AUTOC2", 0x042a8u, 4, 1, 0),
    {"LINKS", R_LINKS, 4, 1, 0, 0, 0, RO, sim_read_links, NULL},
    {"LINKS2", 0x04324u, 4, 1, 0, 0, 0, RO, NULL, NULL},
    SPECIAL("MSCA", R_MSCA, 4, 1, 0, sim_read_msca, sim_write_msca),
    PLAIN("MSRWD", R_MSRWD, 4, 1, 0),
    PLAIN("MFLCN", 0x04294u, 4, 1, 0),
    PLAIN("FCCFG", 0x03d00u, 4, 1, 0),
    PLAIN("FCRTH", 0x03260u, 4, 8, 0),
    PLAIN("FCRTL", 0x03220u, 4, 8, 0),
    PLAIN("FCTTV", 0x03200u, 4, 4, 0),

    /* Statistics */
    COUNTER("CRCERRS", 0x04000u, 4, 1),
    COUNTER("ILLERRC", 0x04004u, 4, 1),
    COUNTER("ERRBC", 0x04008u, 4, 1),
    COUNTER("MLFC", 0x04034u, 4, 1),
    COUNTER("MRFC", 0x04038u, 4, 1),
    COUNTER("RLEC", 0x04040u, 4, 1),
    COUNTER("PRC", R_PRC64, 4, 6),
    COUNTER("GPRC", R_GPRC, 4, 1),
    COUNTER("BPRC", R_BPRC, 4, 1),
    COUNTER("MPRC", R_MPRC, 4, 1),
    COUNTER("GPTC", R_GPTC, 4, 1),
    COUNTER("MPC", R_MPC, 4, 8),
    COUNTER("RUC", R_RUC, 4, 1),
    COUNTER("RFC", 0x040a8u, 4, 1),
    COUNTER("ROC", R_ROC, 4, 1),
    COUNTER("RJC", 0x040b0u, 4, 1),
    COUNTER("TPR", R_TPR, 4, 1),
    COUNTER("TPT", R_TPT, 4, 1),
    COUNTER("PTC", R_PTC64, 4, 6),
    COUNTER("MPTC", R_MPTC, 4, 1),
    COUNTER("BPTC", R_BPTC, 4, 1),
    COUNTER("QPRC", R_QPRC, 0x40, 16),
    COUNTER("QPRDC", R_QPRDC, 0x40, 16),
    COUNTER("QPTC", R_QPTC, 4, 16),
    COUNTER("RXDGPC", R_RXDGPC, 4, 1),
    COUNTER("TXDGPC", R_TXDGPC, 4, 1),
    PAIR("GORCL", "GORCH", R_GORCL, 4, 1),
    PAIR("GOTCL", "GOTCH", R_GOTCL, 4, 1),
    PAIR("TORL", "TORH", R_TORL, 4, 1),
    PAIR("QBRC_L", "QBRC_H", R_QBRC_L, 0x40, 16),
    PAIR("QBTC_L", "QBTC_H", R_QBTC_L, 8, 16),
    PLAIN("RQSMR", R_RQSMR, 4, 32, 0),
    PLAIN("TQSM", R_TQSM, 4, 32, 0),
};
/* clang-format on */

_Static_assert(sizeof(sim_registers) / sizeof(sim_registers[0]) <= SIM_HOSTILE_REGISTERS,
               "each register needs a place among those that can lie");
const size_t sim_register_count = sizeof(sim_registers) / sizeof(sim_registers[0]);

/* Second addresses of the same registers. */
static const struct sim_alias aliases[] = {
    {0x02100u, 4, 16, R_RX + Q_SRRCTL, Q_STRIDE},
    {0x02200u, 4, 16, R_RX + Q_DCA, Q_STRIDE},
    {0x05400u, 8, 16, R_RAL, 8},
    {0x05404u, 8, 16, R_RAL + 4u, 8},
    {0x05480u, 4, 16, 0x0ea00u, 4},
    {0x05818u, 4, 1, R_MRQC, 4},
    {0x05c00u, 4, 32, R_RETA, 4},
    {0x05c80u, 4, 10, R_RSSRK, 4},
    {0x06030u, 0x40, 16, R_QPTC, 4}, /* drivers disagree which of the two addresses is QPTC */
};

static struct sim_word map[SIM_WORDS];
static pthread_once_t map_once = PTHREAD_ONCE_INIT;

static void make_map(void)
{
    sim_map_fill(map, &sim_part_82599, aliases, sizeof(aliases) / sizeof(aliases[0]));
}

const struct sim_word *sim_map(void)
{
    (void)pthread_once(&map_once, make_map);
    return map;
}
