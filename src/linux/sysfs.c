/* SPDX-License-Identifier: MIT
 *
 * Reading sysfs: one attribute, link or folder at a time.
 */
#define _GNU_SOURCE
#include "linux/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int ir_sysfs_content(int folder, const char *name, char *text, size_t size)
{
    ssize_t length;
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return errno == ENOENT ? -ENOENT : -EIO;
    length = read(file, text, size - 1);
    close(file);
    if (length < 0)
        return -EIO;
    text[length] = '\0';
    return 0;
}

int ir_sysfs_text(int folder, const char *name, char *text, size_t size)
{
    int result = ir_sysfs_content(folder, name, text, size);

    if (result == 0)
        text[strcspn(text, "\n")] = '\0';
    return result;
}

int ir_sysfs_number(int folder, const char *name, uint32_t max, uint32_t *value)
{
    char text[32];
    char *end;
    unsigned long number;

    if (ir_sysfs_text(folder, name, text, sizeof(text)) != 0)
        return -EIO;
    errno = 0;
    number = strtoul(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || number > max)
        return -EIO;
    *value = (uint32_t)number;
    return 0;
}

int ir_sysfs_link_name(int folder, const char *name, char *target, size_t size)
{
    char path[PATH_MAX];
    const char *slash;
    ssize_t length = readlinkat(folder, name, path, sizeof(path) - 1);

    target[0] = '\0';
    if (length < 0)
        return errno == ENOENT ? 0 : -EIO;
    path[length] = '\0';
    slash = strrchr(path, '/');
    (void)snprintf(target, size, "%.*s", (int)size - 1, slash != NULL ? slash + 1 : path);
    return 0;
}

int ir_sysfs_open_folder(int parent, const char *name, DIR **folder)
{
    int file = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *folder = NULL;
    if (file < 0)
        return errno == ENOENT ? 0 : -EIO;
    *folder = fdopendir(file);
    if (*folder == NULL) {
        close(file);
        return -EIO;
    }
    return 0;
}

const struct dirent *ir_sysfs_next_entry(DIR *folder, int *status)
{
    const struct dirent *entry;

    errno = 0;
    entry = readdir(folder);
    if (entry == NULL && errno != 0)
        *status = -EIO;
    return entry;
}
