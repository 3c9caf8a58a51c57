/* SPDX-License-Identifier: MIT
 *
 * Asking for a plan on the machine of a test.
 */
#ifndef IRONRING_TESTS_BIND_PLANNING_H
#define IRONRING_TESTS_BIND_PLANNING_H

#include "fixture.h"

#define PLANNING_DEVICES_MAX 4u

extern struct planning {
    struct ir_bind_request request;
    struct ir_bind_plan plan;
    char addresses[PLANNING_DEVICES_MAX][IR_PCI_ADDRESS_LENGTH];
} planning;

/* Ask anew for one device, or for two when the second is not null. */
void planning_ask(enum ir_bind_target target, const char *first, const char *second);
/* And that the user gets them. */
void planning_give(uid_t user);
/* Make the plan, which the caller releases; it must be of this status, and write nothing. */
void planning_make(int expected);

/* Let the device have vfio-pci already. */
void planning_bind_to_vfio(const char *address);

#endif
