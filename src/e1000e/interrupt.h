/* SPDX-License-Identifier: MIT
 *
 * Interrupts of the e1000e driver: vectors, by what dev->base.interrupts asks for. While it asks for none of
 * them, and after a reset, no vector interrupts.
 */
#ifndef IRONRING_E1000E_INTERRUPT_H
#define IRONRING_E1000E_INTERRUPT_H

#include "e1000e/e1000e.h"

/* Route causes to vectors, set how far apart interrupts are, and mask all causes. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
int e1000e_interrupt_route(const struct e1000e_dev *dev);
/* As the driver's operations of these names. Before a start there is nothing to change yet. Errors: -EIO the
 * device is down, or not started; -EINVAL no such vector. */
/*@ DEV_OK(requires, dev)
    assigns card;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state == E1000E_DOWN <==> \result == -5;
    ensures card_same{Pre, Post};
*/
int e1000e_interrupt_change(const struct e1000e_dev *dev);
/*@ DEV_OK(requires, dev)
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state != E1000E_STARTED ==> \result == -5;
*/
int e1000e_interrupt_arm(const struct e1000e_dev *dev, uint32_t vector);
/*@ DEV_OK(requires, dev)
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures down: dev->state != E1000E_STARTED ==> \result == -5;
*/
int e1000e_interrupt_mask(const struct e1000e_dev *dev, uint32_t vector);

#endif
