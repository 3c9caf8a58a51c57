/* SPDX-License-Identifier: MIT
 *
 * A kernel with huge pages, for tests on machines that have none: how many are free, and at which
 * addresses the machine has them. The linker puts its calls before those of the C library.
 */
#ifndef IRONRING_TESTS_HUGE_STAGE_H
#define IRONRING_TESTS_HUGE_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#define HUGE_2M 21u /* sizes, as powers of two */
#define HUGE_1G 30u

#define HUGE_PAGES_MAX 64u

struct huge_stage {
    uint32_t free[2];                     /* pages of 2 MiB, of 1 GiB */
    uint64_t physical[2][HUGE_PAGES_MAX]; /* of the page taken first, second, ... */
    uint32_t reserved; /* what the kernel says it has, free or not; 0 for no file */
    bool hidden;       /* it does not tell addresses */
    bool absent;       /* nor that a page is there */
    int no_pagemap;    /* that file does not open, for this reason */
    int no_file;       /* there is no file for pages, for this reason */
    int no_mapping;    /* the mapping after `mappings_left` fails for this reason */
    uint32_t mappings_left;
    uint32_t interruptions; /* so many times taking a page is interrupted */
    uint32_t given_back;    /* pages punched out of the file */
};

extern struct huge_stage huge;

/* A kernel with none; from here on it is asked, and the machine's no longer. */
void huge_begin(void);
void huge_end(void);
/* `count` free pages of 2 MiB, taken from `physical` on downwards: as Linux gives them. */
void huge_descending(uint64_t physical, uint32_t count);

#endif
