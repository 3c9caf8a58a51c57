/* SPDX-License-Identifier: MIT
 *
 * Huge pages that follow each other in the machine's memory: found, mapped in their order, and why there
 * are none.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/hugepages.h"
#include "huge_stage.h"

#define MIB UINT64_C(0x100000)

static int begin(void **state)
{
    (void)state;
    huge_begin();
    return 0;
}

static int end(void **state)
{
    (void)state;
    huge_end();
    return 0;
}

static void take(uint64_t size, struct ir_hugepages *pages)
{
    char why[IR_ERROR_LENGTH] = "";

    if (ir_hugepages_take(size, pages, why) != 0)
        fail_msg("%s", why);
    assert_int_equal((uintptr_t)pages->memory % (2 * MIB), 0);
}

static void refuse(uint64_t size, int result, const char *sentence)
{
    char why[IR_ERROR_LENGTH] = "";
    struct ir_hugepages pages = {0};

    assert_int_equal(ir_hugepages_take(size, &pages, why), result);
    assert_string_equal(why, sentence);
    assert_null(pages.memory);
}

static void pages_that_come_backwards_are_mapped_in_their_order(void **state)
{
    struct ir_hugepages pages;

    (void)state;
    huge_descending(100 * MIB, 3);
    take(5 * MIB, &pages);
    assert_int_equal(pages.physical, 96 * MIB);
    assert_int_equal(pages.size, 6 * MIB);
    assert_int_equal(huge.given_back, 0);
    for (uint64_t i = 0; i < pages.size; i += 4096)
        assert_int_equal(pages.memory[i], 0);
    memset(pages.memory, 1, (size_t)pages.size);
    ir_hugepages_return(&pages);
}

static void run_is_found_among_scattered_pages_and_the_others_given_back(void **state)
{
    static const uint64_t physical[] = {10, 30, 14, 50, 32, 12, 52, 60};
    struct ir_hugepages pages;

    (void)state;
    huge.free[0] = 8;
    for (size_t i = 0; i < 8; i++)
        huge.physical[0][i] = physical[i] * MIB;
    take(6 * MIB, &pages);
    assert_int_equal(pages.physical, 10 * MIB);
    assert_int_equal(huge.given_back, 3); /* 30, 50 and 32; the run was complete at 12 */
    ir_hugepages_return(&pages);
}

static void small_size_takes_one_page(void **state)
{
    struct ir_hugepages pages;

    (void)state;
    huge_descending(100 * MIB, 3);
    take(4096, &pages);
    assert_int_equal(pages.size, 2 * MIB);
    ir_hugepages_return(&pages);
}

static void larger_pages_are_taken_when_no_run_is_free(void **state)
{
    struct ir_hugepages pages;

    (void)state;
    huge.free[0] = 2;
    huge.physical[0][0] = 100 * MIB;
    huge.physical[0][1] = 104 * MIB;
    huge.free[1] = 1;
    huge.physical[1][0] = 4096 * MIB;
    take(3 * MIB, &pages);
    assert_int_equal(pages.physical, 4096 * MIB);
    assert_int_equal(pages.size, 1024 * MIB);
    assert_int_equal((uintptr_t)pages.memory % (1024 * MIB), 0);
    ir_hugepages_return(&pages);
}

static void taking_a_page_is_tried_again_when_it_is_interrupted(void **state)
{
    struct ir_hugepages pages;

    (void)state;
    huge_descending(100 * MIB, 1);
    huge.interruptions = 7;
    take(2 * MIB, &pages);
    ir_hugepages_return(&pages);
    huge.interruptions = UINT32_MAX;
    refuse(
        2 * MIB, -EINTR,
        "huge pages for a device without an IOMMU cannot be taken (Interrupted system call); see "
        "the log of the kernel: dmesg");
}

static void too_few_pages_are_told_with_the_number_to_reserve(void **state)
{
    (void)state;
    huge_descending(100 * MIB, 3);
    huge.reserved = 10;
    refuse(9 * MIB, -ENOMEM,
           "a device without an IOMMU needs 5 huge pages of 2 MiB, and 3 are free; reserve more as "
           "root: echo 12 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    huge.free[0] = 0;
    huge.reserved = 0;
    refuse(2 * MIB, -ENOMEM,
           "a device without an IOMMU needs 1 huge pages of 2 MiB, and 0 are free; reserve more as "
           "root: echo 1 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
}

static void kernel_without_huge_pages_has_none_free(void **state)
{
    (void)state;
    huge.no_file = ENODEV;
    refuse(2 * MIB, -ENOMEM,
           "a device without an IOMMU needs 1 huge pages of 2 MiB, and 0 are free; reserve more as "
           "root: echo 1 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    huge.no_file = EMFILE;
    refuse(
        2 * MIB, -EMFILE,
        "huge pages for a device without an IOMMU cannot be taken (Too many open files); see the "
        "log of the kernel: dmesg");
}

static void pages_that_are_not_in_a_row_are_told(void **state)
{
    (void)state;
    huge.free[0] = HUGE_PAGES_MAX;
    for (uint32_t i = 0; i < HUGE_PAGES_MAX; i++)
        huge.physical[0][i] = (100 + 4 * (uint64_t)i) * MIB;
    refuse(4 * MIB, -ENOMEM,
           "a device without an IOMMU needs 2 huge pages in a row, which 64 free ones are not; "
           "reserve a larger one as root: echo 1 > "
           "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages");
}

static void addresses_that_are_not_told_are_told(void **state)
{
    static const char sentence[] =
        "a device without an IOMMU needs the machine's own addresses, which the kernel tells root "
        "only; run this as root, or use an IOMMU: ironring bind ADDRESS vfio-pci";

    (void)state;
    huge_descending(100 * MIB, 1);
    huge.hidden = true;
    refuse(2 * MIB, -EPERM, sentence);
    huge.hidden = false;
    huge.no_pagemap = EACCES;
    refuse(2 * MIB, -EPERM, sentence);
    huge.no_pagemap = ENOENT;
    refuse(2 * MIB, -ENOENT,
           "huge pages for a device without an IOMMU cannot be taken (No such file or directory); "
           "see the log of the kernel: dmesg");
    huge.no_pagemap = 0;
    huge.absent = true;
    refuse(2 * MIB, -EIO,
           "huge pages for a device without an IOMMU cannot be taken (Input/output error); see the "
           "log of the kernel: dmesg");
}

static void mapping_that_fails_is_an_error(void **state)
{
    (void)state;
    huge.no_mapping = EPERM;
    for (huge.mappings_left = 0; huge.mappings_left < 5;) {
        uint32_t left = huge.mappings_left;
        char why[IR_ERROR_LENGTH] = "";
        struct ir_hugepages pages = {0};
        int result;

        huge_descending(100 * MIB, 2);
        result = ir_hugepages_take(4 * MIB, &pages, why);
        /* each page once to look at, the place for both, then each page */
        assert_true(left == 2 ? result == -ENOMEM : result == -EPERM);
        assert_int_not_equal(why[0], '\0');
        assert_null(pages.memory);
        huge.mappings_left = left + 1;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(pages_that_come_backwards_are_mapped_in_their_order),
        TEST(run_is_found_among_scattered_pages_and_the_others_given_back),
        TEST(small_size_takes_one_page),
        TEST(larger_pages_are_taken_when_no_run_is_free),
        TEST(taking_a_page_is_tried_again_when_it_is_interrupted),
        TEST(too_few_pages_are_told_with_the_number_to_reserve),
        TEST(kernel_without_huge_pages_has_none_free),
        TEST(pages_that_are_not_in_a_row_are_told),
        TEST(addresses_that_are_not_told_are_told),
        TEST(mapping_that_fails_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
