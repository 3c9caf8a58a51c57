/* SPDX-License-Identifier: MIT
 *
 * A window of registers that remembers what is written to it, does the little by itself that set-up of an 82574
 * waits for, and stops doing so when a test wants; and the driver on it. It has no wire: the simulated
 * card has.
 */
#ifndef IRONRING_TESTS_E1000E_WINDOW_H
#define IRONRING_TESTS_E1000E_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>

#include "e1000e/e1000e.h"

#define WINDOW_BUFFERS 256u
#define WINDOW_RING    64u

/* What does not happen. */
enum window_fault {
    WINDOW_NONE,
    WINDOW_GONE,          /* all registers read as ones */
    WINDOW_STUCK_RESET,   /* CTRL.RST stays set */
    WINDOW_STUCK_MASTER,  /* STATUS bit 19 stays set */
    WINDOW_NO_NVM,        /* EEC.AUTO_RD stays clear */
    WINDOW_FIRMWARE_MDIO, /* EXTCNF_CTRL bit 5 stays clear */
    WINDOW_NO_PHY,        /* MDIC.READY stays clear */
};

struct window {
    struct ir_transport transport; /* first */
    uint32_t reg[E1000E_WINDOW / 4];
    uint32_t phy_control; /* register 0 of the PHY */
    uint32_t phy_writes;
    enum window_fault fault;
    uint32_t gone_after; /* register accesses until the window reads as ones, or 0: never */
    uint32_t accesses;
    uint32_t early; /* writes between CTRL.RST and the moment it is read as 0, and to what describes
                       a ring while its direction runs */
    uint32_t resets;
    uint64_t waited;  /* microseconds */
    uint32_t command; /* PCI command register */
    bool config_fails;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev; /* null before window_bring_up */
    struct ir_rxq *rx;
    struct ir_txq *tx;
};

/* A window with nothing on it: a cmocka setup function. *state is the window. */
int window_open(void **state);
/* The same, with the driver. */
int window_driven(void **state);
/* The same, with a queue in each direction, started. */
int window_started(void **state);
/* A teardown function: closes what is open, and fails when a buffer was lost. */
int window_close(void **state);

/* Open the driver; answers what it answers, with its clause in `error`. */
int window_bring_up(struct window *window, char error[IR_ERROR_LENGTH]);
/* Set up queue 0 in both directions. */
void window_queues(struct window *window);
/* The driver's record. */
struct e1000e_dev *window_record(struct window *window);
/* Value of a register. */
uint32_t *window_at(struct window *window, uint32_t offset);

#endif
