/* SPDX-License-Identifier: MIT
 *
 * Open descriptors of this process, to see that none is left behind.
 */
#ifndef IRONRING_TESTS_VHOST_USER_FILES_H
#define IRONRING_TESTS_VHOST_USER_FILES_H

#include <dirent.h>

static inline int open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = -1; /* without that of the folder */

    if (folder == NULL)
        return -1;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    (void)closedir(folder);
    return count;
}

#endif
