/* SPDX-License-Identifier: MIT
 *
 * The folder of each test's machine, and what is on it now and then.
 */
#define _GNU_SOURCE
#include "fixture.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../inject/inject.h"

static char folder[64];

const char *fixture_folder(void)
{
    return folder;
}

int fixture_begin(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/ironring-bind-XXXXXX");
    return mkdtemp(folder) != NULL && machine_build(folder, MACHINE_ALL) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int fixture_end(void **state)
{
    (void)state;
    inject_on_write(NULL);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct ifaddrs *fixture_interface(const char *name, const char *address)
{
    static char copy[64];
    static struct sockaddr_in in;
    static struct sockaddr_in6 in6;
    static struct sockaddr link = {.sa_family = AF_PACKET};
    static struct ifaddrs list[3];

    (void)snprintf(copy, sizeof(copy), "%s", name);
    memset(list, 0, sizeof(list));
    memset(&in, 0, sizeof(in));
    memset(&in6, 0, sizeof(in6));
    for (size_t i = 0; i < 3; i++) {
        list[i].ifa_name = copy;
        list[i].ifa_next = i < 2 ? &list[i + 1] : NULL;
    }
    list[1].ifa_addr = &link; /* and the first one has none at all, as a tunnel */
    in.sin_family = AF_INET;
    in6.sin6_family = AF_INET6;
    if (inet_pton(AF_INET, address, &in.sin_addr) == 1)
        list[2].ifa_addr = (struct sockaddr *)(void *)&in;
    else if (inet_pton(AF_INET6, address, &in6.sin6_addr) == 1)
        list[2].ifa_addr = (struct sockaddr *)(void *)&in6;
    else
        fail_msg("'%s' is no address", address);
    return list;
}

void fixture_up(const char *path)
{
    char flags[256];

    (void)snprintf(flags, sizeof(flags), "sys/bus/pci/devices/%s/flags", path);
    assert_true(machine_put(flags, "0x1003"));
}

void fixture_open(int pid, const char *name, const char *file)
{
    char path[256];
    char target[256];

    (void)snprintf(path, sizeof(path), "proc/%d/comm", pid);
    assert_true(machine_put(path, name));
    (void)snprintf(path, sizeof(path), "proc/%d/fd/7", pid);
    (void)snprintf(target, sizeof(target), "%s/%s", folder, file);
    assert_true(machine_link(path, target));
}
