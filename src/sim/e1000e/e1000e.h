/* SPDX-License-Identifier: MIT
 *
 * The simulated 82574, for the files that make it up: what it does that the family has not in
 * common. All are called with the card locked.
 */
#ifndef IRONRING_SIM_E1000E_E1000E_H
#define IRONRING_SIM_E1000E_E1000E_H

#include "sim/card.h"
#include "sim/e1000e/registers.h"

/* Fields that change some time after what causes it: identifier, name in a device string,
 * microseconds. */
#define SIM_E1000E_FIELDS(X)                                                                       \
    X(SIM_FIELD_CTRL_RST, "ctrl.rst", 5)                                                           \
    X(SIM_FIELD_STATUS_MASTER, "status.master", 50)                                                \
    X(SIM_FIELD_EEC_ARD, "eec.auto_rd", 2000)                                                      \
    X(SIM_FIELD_EEMNGCTL_DONE, "eemngctl.cfg_done", 2000)                                          \
    X(SIM_FIELD_RXDCTL_DISABLE, "rctl.en", 20)                                                     \
    X(SIM_FIELD_TXDCTL_DISABLE, "tctl.en", 20)                                                     \
    X(SIM_FIELD_LINKS_UP, "status.lu", 10)                                                         \
    X(SIM_FIELD_EERD_DONE, "eerd.done", 5)                                                         \
    X(SIM_FIELD_MSCA_COMMAND, "mdic.ready", 5)                                                     \
    X(SIM_FIELD_SWSM_SMBI, "swsm.smbi", 0)                                                         \
    X(SIM_FIELD_MDIO_OWNER, "extcnf_ctrl.mdio", 5)

/* --- unit.c: receiver and transmitter as a whole --- */
/* Units that were turned off have stopped by now. */
void sim_e1000e_settle_units(struct sim_card *card);
void sim_e1000e_tail_stopped(struct sim_card *card, uint32_t queue, uint32_t value);
/* Bytes of a receive buffer; 0 for a size that does not exist. */
uint32_t sim_e1000e_room(const struct sim_card *card);
sim_write_fn sim_e1000e_write_rctl, sim_e1000e_write_rfctl, sim_e1000e_write_tctl;
sim_write_fn sim_e1000e_write_tarc;

/* --- interrupt.c --- */
/* Causes of ICR have come up. */
void sim_e1000e_raise(struct sim_card *card, uint32_t causes);
/* Interrupt for the causes that are due. */
void sim_e1000e_deliver(struct sim_card *card);
bool sim_e1000e_armed(const struct sim_card *card, uint32_t vector);
void sim_e1000e_interrupt(struct sim_card *card, uint32_t queue);
void sim_e1000e_event(struct sim_card *card, enum sim_event event);
sim_read_fn sim_e1000e_read_icr;
sim_write_fn sim_e1000e_write_icr, sim_e1000e_write_ics, sim_e1000e_write_ims;
sim_write_fn sim_e1000e_write_imc, sim_e1000e_write_eiac, sim_e1000e_write_ivar;
sim_write_fn sim_e1000e_write_eitr;

/* --- phy.c --- */
/* A reset of the card, which leaves the PHY as it is but for power-on. */
void sim_e1000e_reset(struct sim_card *card, bool power_on);
/* A command of MDIC is done by now. */
void sim_e1000e_settle_phy(struct sim_card *card);
sim_read_fn sim_e1000e_read_extcnf;
sim_write_fn sim_e1000e_write_mdic, sim_e1000e_write_extcnf, sim_e1000e_write_eerd;
sim_write_fn sim_e1000e_write_ctrl;

#endif
