/* SPDX-License-Identifier: MIT
 *
 * For the tests that break the rules of the 82574.
 */
#ifndef IRONRING_TESTS_SIM_E1000E_BROKEN_82574_H
#define IRONRING_TESTS_SIM_E1000E_BROKEN_82574_H

#include "broken.h"

/* As broken_all, for the 82574. */
void broken_all_82574(enum broken_by by);

#endif
