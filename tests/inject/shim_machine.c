/* SPDX-License-Identifier: MIT
 *
 * What there is on the machine that fails on demand: names of files and whose they are, users, the
 * addresses of network interfaces, and random bytes.
 */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */

#include <errno.h>
#include <grp.h>
#include <ifaddrs.h>
#include <pwd.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inject.h"

/* Users on stage. */
static const struct {
    const char *name;
    uid_t number;
} users[] = {{"root", 0}, {"alice", 1000}};
#define USERS (sizeof(users) / sizeof(users[0]))

#define WEAK __attribute__((weak))
WEAK int __interceptor_getgrgid_r(gid_t number, struct group *entry, char *record, size_t size,
                                  struct group **found);
WEAK int __interceptor_getifaddrs(struct ifaddrs **list);
WEAK int __interceptor_getpwnam_r(const char *name, struct passwd *entry, char *record, size_t size,
                                  struct passwd **found);
WEAK int __interceptor_getpwuid_r(uid_t user, struct passwd *entry, char *record, size_t size,
                                  struct passwd **found);
WEAK ssize_t __interceptor_getrandom(void *bytes, size_t size, unsigned flags);

int stat(const char *path, struct stat *status)
{
    static int (*next)(const char *, struct stat *);
    char staged[INJECT_PATH];
    const char *where = inject_path(path, staged);
    uid_t owner;
    gid_t group;
    int result;

    if (inject_fails(INJECT_STAT))
        return -1;
    if (next == NULL)
        next = (int (*)(const char *, struct stat *))inject_next(NULL, "stat");
    result = next(where, status);
    if (result == 0 && inject_owner(where, &owner, &group)) {
        status->st_uid = owner;
        status->st_gid = group;
    }
    return result;
}

/* Structures and functions are the same on machines with 64-bit offsets. */
int stat64(const char *path, struct stat64 *status)
{
    _Static_assert(sizeof(struct stat64) == sizeof(struct stat), "64-bit offsets");
    return stat(path, (struct stat *)(void *)status);
}

int chown(const char *path, uid_t owner, gid_t group)
{
    static int (*next)(const char *, uid_t, gid_t);
    char staged[INJECT_PATH];
    const char *where = inject_path(path, staged);
    struct stat status;
    uid_t old_owner;
    gid_t old_group;

    if (inject_fails(INJECT_CHOWN))
        return -1;
    if (inject_owner(where, &old_owner, &old_group)) {
        if (stat(path, &status) != 0)
            return -1;
        inject_own(where, owner == (uid_t)-1 ? old_owner : owner,
                   group == (gid_t)-1 ? old_group : group);
        return 0;
    }
    if (next == NULL)
        next = (int (*)(const char *, uid_t, gid_t))inject_next(NULL, "chown");
    return next(where, owner, group);
}

int unlink(const char *path)
{
    static int (*next)(const char *);

    if (inject_fails(INJECT_UNLINK))
        return -1;
    if (next == NULL)
        next = (int (*)(const char *))inject_next(NULL, "unlink");
    return next(path);
}

/* Fill the entry in for the user with the name, or for that with the number when the name is null. */
static int find_user(const char *name, uid_t number, struct passwd *entry, char *record,
                     size_t size, struct passwd **found)
{
    for (size_t i = 0; i < USERS; i++) {
        if (name != NULL ? strcmp(users[i].name, name) != 0 : users[i].number != number)
            continue;
        if (size <= strlen(users[i].name))
            return ERANGE;
        memcpy(record, users[i].name, strlen(users[i].name) + 1);
        memset(entry, 0, sizeof(*entry));
        entry->pw_name = record;
        entry->pw_uid = users[i].number;
        *found = entry;
    }
    return 0;
}

int getpwnam_r(const char *name, struct passwd *entry, char *record, size_t size,
               struct passwd **found)
{
    static int (*next)(const char *, struct passwd *, char *, size_t, struct passwd **);

    *found = NULL;
    if (inject_fails(INJECT_USERS))
        return errno;
    if (inject_staged())
        return find_user(name, 0, entry, record, size, found);
    if (next == NULL)
        next =
            (int (*)(const char *, struct passwd *, char *, size_t, struct passwd **))inject_next(
                (inject_fn *)__interceptor_getpwnam_r, "getpwnam_r");
    return next(name, entry, record, size, found);
}

int getpwuid_r(uid_t user, struct passwd *entry, char *record, size_t size, struct passwd **found)
{
    static int (*next)(uid_t, struct passwd *, char *, size_t, struct passwd **);

    *found = NULL;
    if (inject_fails(INJECT_USERS))
        return errno;
    if (inject_staged())
        return find_user(NULL, user, entry, record, size, found);
    if (next == NULL)
        next = (int (*)(uid_t, struct passwd *, char *, size_t, struct passwd **))inject_next(
            (inject_fn *)__interceptor_getpwuid_r, "getpwuid_r");
    return next(user, entry, record, size, found);
}

int getgrgid_r(gid_t number, struct group *entry, char *record, size_t size, struct group **found)
{
    static int (*next)(gid_t, struct group *, char *, size_t, struct group **);
    static const char name[] = "vfio";

    *found = NULL;
    if (inject_fails(INJECT_USERS))
        return errno;
    if (inject_staged()) {
        if (number != 104 || size < sizeof(name))
            return 0;
        memcpy(record, name, sizeof(name));
        memset(entry, 0, sizeof(*entry));
        entry->gr_name = record;
        *found = entry;
        return 0;
    }
    if (next == NULL)
        next = (int (*)(gid_t, struct group *, char *, size_t, struct group **))inject_next(
            (inject_fn *)__interceptor_getgrgid_r, "getgrgid_r");
    return next(number, entry, record, size, found);
}

int getifaddrs(struct ifaddrs **list)
{
    static int (*next)(struct ifaddrs **);

    if (inject_fails(INJECT_IFADDRS))
        return -1;
    if (inject_staged()) {
        *list = inject_interfaces();
        return 0;
    }
    if (next == NULL)
        next = (int (*)(struct ifaddrs **))inject_next((inject_fn *)__interceptor_getifaddrs,
                                                       "getifaddrs");
    return next(list);
}

void freeifaddrs(struct ifaddrs *list)
{
    static void (*next)(struct ifaddrs *);

    if (inject_staged())
        return;
    if (next == NULL)
        next = (void (*)(struct ifaddrs *))inject_next(NULL, "freeifaddrs");
    next(list);
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    static ssize_t (*next)(void *, size_t, unsigned);

    if (inject_fails(INJECT_RANDOM))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(void *, size_t, unsigned))inject_next(
            (inject_fn *)__interceptor_getrandom, "getrandom");
    return next(bytes, size, flags);
}
