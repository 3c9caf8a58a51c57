/* SPDX-License-Identifier: MIT
 *
 * A machine for each test of cmocka, and interfaces with addresses for it.
 */
#ifndef IRONRING_TESTS_BIND_FIXTURE_H
#define IRONRING_TESTS_BIND_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

/* Build the machine in a folder of its own, and remove it. */
int fixture_begin(void **state);
int fixture_end(void **state);
const char *fixture_folder(void);

/* The list of getifaddrs: the interface has this address, IPv4 or IPv6, and one without an address of
 * either kind. Valid until the next call. */
struct ifaddrs *fixture_interface(const char *name, const char *address);

/* Let the interface in `path` of sysfs be up. */
void fixture_up(const char *path);

/* Let process `pid`, called `name`, have the file open. */
void fixture_open(int pid, const char *name, const char *file);

#endif
