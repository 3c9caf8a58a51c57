/* SPDX-License-Identifier: MIT
 *
 * The register map of the 82574: name, place, value after reset, and which function stands behind
 * an access. Those that begin with sim_e1000e are in this folder, the others are the family's.
 */
#include "sim/e1000e/registers.h"

#include <pthread.h>

#include "sim/e1000e/e1000e.h"

#define RO       SIM_REG_READ_ONLY
#define TRANSMIT SIM_REG_TRANSMIT

/* clang-format off */
#define PLAIN(name, offset, stride, count, reset) \
    {name, offset, stride, count, 0, reset, 0, 0, NULL, NULL}
#define COUNTER(name, offset) \
    {name, offset, 4, 1, 0, 0, 0, RO, sim_read_counter, NULL}
#define PAIR(low, high, offset) \
    {low, offset, 4, 1, 0, 0, 0, RO, sim_read_pair_low, NULL}, \
    {high, (offset) + 4u, 4, 1, 0, 0, 0, RO, sim_read_pair_high, NULL}
#define SPECIAL(name, offset, reset, read, write) \
    {name, offset, 4, 1, 0, reset, 0, 0, read, write}
#define RX_QUEUE(name, part, reset, read, write) \
    {name, E_RX + (part), E_STRIDE, E_QUEUES, 0, reset, 0, 0, read, write}
#define TX_QUEUE(name, part, reset, read, write) \
    {name, E_TX + (part), E_STRIDE, E_QUEUES, 0, reset, 0, TRANSMIT, read, write}

const struct sim_register sim_e1000e_registers[] = {
    /* General, NVM, PHY, semaphores */
    SPECIAL("CTRL", E_CTRL, E_CTRL_FD | E_CTRL_SPEED_1000, sim_read_ctrl, sim_e1000e_write_ctrl),
    {"STATUS", E_STATUS, 4, 1, 0, 0, 0, RO, sim_read_status, NULL},
    {"EEC", E_EEC, 4, 1, 0, 0, EEC_PRESENT | EEC_AUTO_READ_DONE, 0, sim_read_eec, NULL},
    SPECIAL("EERD", E_EERD, 0, sim_read_eerd, sim_e1000e_write_eerd),
    PLAIN("CTRL_EXT", E_CTRL_EXT, 4, 1, E_CTRL_EXT_ZERO),
    PLAIN("FLA", 0x0001cu, 4, 1, 0),
    SPECIAL("MDIC", E_MDIC, E_MDIC_READY, NULL, sim_e1000e_write_mdic),
    PLAIN("FCAL", 0x00028u, 4, 1, 0),
    PLAIN("FCAH", 0x0002cu, 4, 1, 0),
    PLAIN("FCT", 0x00030u, 4, 1, 0),
    PLAIN("VET", E_VET, 4, 1, 0x8100u),
    PLAIN("FCTTV", 0x00170u, 4, 1, 0),
    PLAIN("FCRTV", 0x05f40u, 4, 1, 0),
    PLAIN("LEDCTL", 0x00e00u, 4, 1, 0),
    SPECIAL("EXTCNF_CTRL", E_EXTCNF_CTRL, 0, sim_e1000e_read_extcnf, sim_e1000e_write_extcnf),
    PLAIN("EXTCNF_SIZE", 0x00f08u, 4, 1, 0),
    PLAIN("PBA", E_PBA, 4, 1, 0x00140014u),
    PLAIN("PBS", 0x01008u, 4, 1, 40),
    {"EEMNGCTL", E_EEMNGCTL, 4, 1, 0, 0, EEMNGCTL_DONE, 0, sim_read_eemngctl, NULL},
    SPECIAL("SWSM", E_SWSM, 0, sim_read_swsm, NULL),
    {"FWSM", 0x05b54u, 4, 1, 0, 0, 0, RO, NULL, NULL},

    /* PCIe */
    PLAIN("GCR", E_GCR, 4, 1, 0),
    PLAIN("FUNCTAG", 0x05b08u, 4, 1, 0),
    PLAIN("GSCL", 0x05b10u, 4, 4, 0),
    PLAIN("GSCN", 0x05b20u, 4, 4, 0),
    {"FACTPS", 0x05b30u, 4, 1, 0, 0, 0, RO, NULL, NULL},
    PLAIN("GCR2", E_GCR2, 4, 1, 0),
    PLAIN("PBACLR", 0x05b68u, 4, 1, 0),

    /* Wake-up and management */
    PLAIN("WUC", 0x05800u, 4, 1, 0),
    PLAIN("WUFC", 0x05808u, 4, 1, 0),
    PLAIN("WUS", 0x05810u, 4, 1, 0),
    PLAIN("MANC", 0x05820u, 4, 1, 0),
    PLAIN("MFVAL", 0x05824u, 4, 1, 0),
    PLAIN("MANC2H", 0x05860u, 4, 1, 0),

    /* Interrupts */
    SPECIAL("ICR", E_ICR, 0, sim_e1000e_read_icr, sim_e1000e_write_icr),
    PLAIN("ITR", E_ITR, 4, 1, 0),
    SPECIAL("ICS", E_ICS, 0, sim_read_zero, sim_e1000e_write_ics),
    SPECIAL("IMS", E_IMS, 0, NULL, sim_e1000e_write_ims),
    SPECIAL("IMC", E_IMC, 0, sim_read_zero, sim_e1000e_write_imc),
    SPECIAL("EIAC", E_EIAC, 0, NULL, sim_e1000e_write_eiac),
    PLAIN("IAM", E_IAM, 4, 1, 0),
    SPECIAL("IVAR", E_IVAR, 0, NULL, sim_e1000e_write_ivar),
    {"EITR", E_EITR, 4, E_VECTORS, 0, 0, 0, 0, NULL, sim_e1000e_write_eitr},

    /* Receive */
    SPECIAL("RCTL", E_RCTL, 0, NULL, sim_e1000e_write_rctl),
    RX_QUEUE("RDBAL", Q_BAL, 0, NULL, sim_write_ring),
    RX_QUEUE("RDBAH", Q_BAH, 0, NULL, sim_write_ring),
    RX_QUEUE("RDLEN", Q_LEN, 0, NULL, sim_write_ring),
    RX_QUEUE("RDH", Q_HEAD, 0, sim_read_head, sim_write_ring),
    RX_QUEUE("RDT", Q_TAIL, 0, sim_read_tail, NULL),
    PLAIN("RDTR", 0x02820u, 4, 1, 0),
    RX_QUEUE("RXDCTL", Q_CONTROL, 0x00010000u, NULL, NULL),
    PLAIN("RADV", 0x0282cu, 4, 1, 0),
    PLAIN("RSRPD", 0x02c00u, 4, 1, 0),
    PLAIN("RAID", 0x02c08u, 4, 1, 0),
    PLAIN("PSRCTL", 0x02170u, 4, 1, 0x00040402u),
    PLAIN("FCRTL", 0x02160u, 4, 1, 0),
    PLAIN("FCRTH", 0x02168u, 4, 1, 0),
    PLAIN("RXCSUM", 0x05000u, 4, 1, 0),
    SPECIAL("RFCTL", E_RFCTL, 0, NULL, sim_e1000e_write_rfctl),
    PLAIN("MTA", E_MTA, 4, 128, 0),
    PLAIN("RAL", E_RAL, 8, E_RAR_COUNT, 0),
    PLAIN("RAH", E_RAL + 4u, 8, E_RAR_COUNT, 0),
    PLAIN("VFTA", E_VFTA, 4, 128, 0),
    PLAIN("MRQC", 0x05818u, 4, 1, 0),
    PLAIN("RETA", 0x05c00u, 4, 32, 0),
    PLAIN("RSSRK", 0x05c80u, 4, 10, 0),

    /* Transmit */
    SPECIAL("TCTL", E_TCTL, 0, NULL, sim_e1000e_write_tctl),
    PLAIN("TCTL_EXT", 0x00404u, 4, 1, 0),
    PLAIN("TIPG", 0x00410u, 4, 1, 0x00602008u),
    PLAIN("AIT", 0x00458u, 4, 1, 0),
    TX_QUEUE("TDBAL", Q_BAL, 0, NULL, sim_write_ring),
    TX_QUEUE("TDBAH", Q_BAH, 0, NULL, sim_write_ring),
    TX_QUEUE("TDLEN", Q_LEN, 0, NULL, sim_write_ring),
    TX_QUEUE("TDH", Q_HEAD, 0, sim_read_head, sim_write_ring),
    TX_QUEUE("TDT", Q_TAIL, 0, sim_read_tail, NULL),
    PLAIN("TIDV", 0x03820u, 4, 1, 0),
    TX_QUEUE("TXDCTL", Q_CONTROL, 0, NULL, NULL),
    PLAIN("TADV", 0x0382cu, 4, 1, 0),
    TX_QUEUE("TARC", E_Q_TARC, 0x403u, NULL, sim_e1000e_write_tarc),

    /* Statistics */
    COUNTER("CRCERRS", 0x04000u),
    COUNTER("ALGNERRC", 0x04004u),
    COUNTER("SYMERRS", 0x04008u),
    COUNTER("RXERRC", 0x0400cu),
    COUNTER("MPC", E_MPC),
    COUNTER("SCC", 0x04014u),
    COUNTER("ECOL", 0x04018u),
    COUNTER("MCC", 0x0401cu),
    COUNTER("LATECOL", 0x04020u),
    COUNTER("COLC", 0x04028u),
    COUNTER("DC", 0x04030u),
    COUNTER("TNCRS", 0x04034u),
    COUNTER("SEC", 0x04038u),
    COUNTER("CEXTERR", 0x0403cu),
    COUNTER("RLEC", 0x04040u),
    COUNTER("XONRXC", 0x04048u),
    COUNTER("XONTXC", 0x0404cu),
    COUNTER("XOFFRXC", 0x04050u),
    COUNTER("XOFFTXC", 0x04054u),
    COUNTER("FCRUC", 0x04058u),
    COUNTER("PRC64", 0x0405cu),
    COUNTER("PRC127", 0x04060u),
    COUNTER("PRC255", 0x04064u),
    COUNTER("PRC511", 0x04068u),
    COUNTER("PRC1023", 0x0406cu),
    COUNTER("PRC1522", 0x04070u),
    COUNTER("GPRC", 0x04074u),
    COUNTER("BPRC", 0x04078u),
    COUNTER("MPRC", 0x0407cu),
    COUNTER("GPTC", 0x04080u),
    PAIR("GORCL", "GORCH", 0x04088u),
    PAIR("GOTCL", "GOTCH", 0x04090u),
    COUNTER("RNBC", E_RNBC),
    COUNTER("RUC", 0x040a4u),
    COUNTER("RFC", 0x040a8u),
    COUNTER("ROC", 0x040acu),
    COUNTER("RJC", 0x040b0u),
    COUNTER("MGTPRC", 0x040b4u),
    COUNTER("MGTPDC", 0x040b8u),
    COUNTER("MGTPTC", 0x040bcu),
    PAIR("TORL", "TORH", 0x040c0u),
    PAIR("TOTL", "TOTH", 0x040c8u),
    COUNTER("TPR", 0x040d0u),
    COUNTER("TPT", 0x040d4u),
    COUNTER("PTC64", 0x040d8u),
    COUNTER("PTC127", 0x040dcu),
    COUNTER("PTC255", 0x040e0u),
    COUNTER("PTC511", 0x040e4u),
    COUNTER("PTC1023", 0x040e8u),
    COUNTER("PTC1522", 0x040ecu),
    COUNTER("MPTC", 0x040f0u),
    COUNTER("BPTC", 0x040f4u),
    COUNTER("TSCTC", 0x040f8u),
    COUNTER("TSCTFC", 0x040fcu),
    COUNTER("IAC", 0x04100u),
};
/* clang-format on */

_Static_assert(sizeof(sim_e1000e_registers) / sizeof(sim_e1000e_registers[0]) <=
                   SIM_HOSTILE_REGISTERS,
               "each register needs a place among those that can lie");
const size_t sim_e1000e_register_count =
    sizeof(sim_e1000e_registers) / sizeof(sim_e1000e_registers[0]);

/* Second addresses of the same registers. */
static const struct sim_alias aliases[] = {
    {0x00004u, 4, 1, E_CTRL, 4},
    {0x00040u, 8, E_RAR_COUNT, E_RAL, 8},
    {0x00044u, 8, E_RAR_COUNT, E_RAL + 4u, 8},
    {0x00108u, 4, 1, 0x02820u, 4},
    {0x00110u, 4, 3, E_RX + Q_BAL, 4},
    {0x00120u, 4, 1, E_RX + Q_HEAD, 4},
    {0x00128u, 4, 1, E_RX + Q_TAIL, 4},
    {0x00200u, 4, 128, E_MTA, 4},
    {0x00420u, 4, 3, E_TX + Q_BAL, 4},
    {0x00430u, 4, 1, E_TX + Q_HEAD, 4},
    {0x00438u, 4, 1, E_TX + Q_TAIL, 4},
    {0x00440u, 4, 1, 0x03820u, 4},
    {0x00600u, 4, 128, E_VFTA, 4},
};

static struct sim_word map[SIM_WORDS];
static pthread_once_t map_once = PTHREAD_ONCE_INIT;

static void make_map(void)
{
    sim_map_fill(map, &sim_part_82574, aliases, sizeof(aliases) / sizeof(aliases[0]));
}

const struct sim_word *sim_e1000e_map(void)
{
    (void)pthread_once(&map_once, make_map);
    return map;
}
