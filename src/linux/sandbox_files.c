/* SPDX-License-Identifier: MIT
 *
 * The part of the sandbox that is Landlock: files, TCP, and sockets and signals of others. The
 * interface is that of the kernel's Documentation/userspace-api/landlock.rst; each version of it knows
 * more rights, and a right that the kernel does not know may not be named to it.
 */
#define _GNU_SOURCE /* O_PATH, syscall */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/sandbox_parts.h"

/* The kernel's struct landlock_ruleset_attr as of version 6, which is longer than that of the headers
 * that this may be built with. */
struct attributes {
    uint64_t files;
    uint64_t network; /* version 4: TCP, bind and connect */
    uint64_t scoped;  /* version 6: abstract sockets and signals of processes outside */
};

struct version {
    long number;
    uint64_t files; /* rights up to it */
    uint64_t network;
    uint64_t scoped;
    size_t size; /* of the attributes */
};

/* The newest first. */
static const struct version versions[] = {
    {6, 0xffff, 3, 3, 24}, {5, 0xffff, 3, 0, 16}, {4, 0x7fff, 3, 0, 16},
    {3, 0x7fff, 0, 0, 8},  {2, 0x3fff, 0, 0, 8},  {1, 0x1fff, 0, 0, 8},
};

static const struct version *find_version(void)
{
    long number = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (number >= versions[i].number)
            return &versions[i];
    }
    return NULL;
}

/* The folder that the name is in, in its place. */
static void cut_to_folder(char name[VU_PATH_LENGTH])
{
    char *slash = strrchr(name, '/');

    if (slash == NULL)
        memcpy(name, ".", sizeof("."));
    else if (slash == name)
        memcpy(name, "/", sizeof("/"));
    else
        *slash = '\0';
}

/* A socket's name can be removed from its folder. */
static int allow_removal(int ruleset, const char *name, char error[IR_ERROR_LENGTH])
{
    char folder[VU_PATH_LENGTH] = "";
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_REMOVE_FILE};
    int result = 0;

    memcpy(folder, name, strnlen(name, sizeof(folder) - 1));
    cut_to_folder(folder);
    rule.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return ir_sandbox_fail(error, "the folder of a socket cannot be opened", -errno);
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        result = ir_sandbox_fail(error, "Landlock takes no rule", -errno);
    close(rule.parent_fd);
    return result;
}

int ir_sandbox_ruleset(const struct ir_sandbox *sandbox, int *ruleset, char error[IR_ERROR_LENGTH])
{
    const struct version *version = ir_sandbox_runtime.files ? NULL : find_version();
    struct attributes attributes;
    int result = 0;
    long new;

    *ruleset = -1;
    if (version == NULL)
        return 0;
    attributes = (struct attributes){version->files, version->network, version->scoped};
    new = syscall(SYS_landlock_create_ruleset, &attributes, version->size, 0);
    if (new < 0)
        return ir_sandbox_fail(error, "Landlock makes no ruleset", -errno);
    for (uint32_t i = 0; result == 0 && i < sandbox->names; i++)
        result = allow_removal((int)new, sandbox->name[i], error);
    if (result != 0) {
        close((int)new);
        return result;
    }
    *ruleset = (int)new;
    return 0;
}
