/* SPDX-License-Identifier: MIT
 *
 * Set-up and tear-down of tests whose state is a domain. The latter fails when a test left something
 * in it.
 */
#ifndef IRONRING_TESTS_EMPTY_DOMAIN_H
#define IRONRING_TESTS_EMPTY_DOMAIN_H

#include "api/domain.h"

static inline int make_domain(void **state)
{
    return ir_domain_create((struct ir_domain **)state);
}

static inline int drop_domain(void **state)
{
    return ir_domain_destroy(*state);
}

#endif
