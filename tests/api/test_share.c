/* SPDX-License-Identifier: MIT
 *
 * The file that a domain's memory lies in: what another process sees of it, and what it cannot do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/memory.h"
#include "empty_domain.h"
#include "recorder.h"

#define PAGE      4096u
#define FILE_SIZE (UINT64_C(1) << 40) /* never touched, so it costs nothing */

static int make_file(void **state)
{
    static int file;

    *state = &file;
    return ir_memory_create(FILE_SIZE, &file);
}

static int drop_file(void **state)
{
    return close(*(int *)*state);
}

static int file_of(void **state)
{
    return *(int *)*state;
}

/* The same pages as another process would map them. */
static uint8_t *map_as_peer(int file, uint64_t offset, uint64_t size)
{
    uint8_t *peer =
        mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, file, (off_t)offset);

    assert_ptr_not_equal(peer, MAP_FAILED);
    return peer;
}

static void file_has_its_full_size_and_is_closed_on_exec(void **state)
{
    struct stat status = {0}; /* MemorySanitizer does not know fstat */

    assert_int_equal(fstat(file_of(state), &status), 0);
    assert_true((uint64_t)status.st_size == FILE_SIZE);
    assert_int_equal(status.st_blocks, 0);
    assert_true((fcntl(file_of(state), F_GETFD) & FD_CLOEXEC) != 0);
}

static void file_cannot_be_shrunk_or_grown_by_whoever_has_it(void **state)
{
    assert_int_equal(ftruncate(file_of(state), PAGE), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(file_of(state), (off_t)(2 * FILE_SIZE)), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(fcntl(file_of(state), F_ADD_SEALS, F_SEAL_WRITE), -1);
    assert_int_equal(errno, EPERM);
}

static void both_sides_see_what_the_other_writes(void **state)
{
    const uint64_t sizes[] = {PAGE, IR_LARGE_PAGE + PAGE};

    for (size_t i = 0; i < 2; i++) {
        uint64_t offset = (i + 1) * 4 * IR_LARGE_PAGE;
        uint8_t *mine = ir_memory_map(file_of(state), offset, sizes[i]);
        uint8_t *peer = map_as_peer(file_of(state), offset, sizes[i]);

        assert_non_null(mine);
        mine[sizes[i] - 1] = 1;
        assert_int_equal(peer[sizes[i] - 1], 1);
        peer[0] = 2;
        assert_int_equal(mine[0], 2);
        assert_int_equal(munmap(peer, (size_t)sizes[i]), 0);
        ir_memory_unmap(file_of(state), offset, sizes[i], mine);
    }
}

static void large_region_is_aligned_and_a_small_one_need_not_be(void **state)
{
    uint8_t *small = ir_memory_map(file_of(state), PAGE, IR_LARGE_PAGE - PAGE);
    uint8_t *large = ir_memory_map(file_of(state), IR_LARGE_PAGE, IR_LARGE_PAGE);

    assert_non_null(small);
    assert_non_null(large);
    assert_int_equal((uintptr_t)large % IR_LARGE_PAGE, 0);
    ir_memory_unmap(file_of(state), PAGE, IR_LARGE_PAGE - PAGE, small);
    ir_memory_unmap(file_of(state), IR_LARGE_PAGE, IR_LARGE_PAGE, large);
}

static void memory_that_was_given_back_takes_no_room(void **state)
{
    uint8_t *mine = ir_memory_map(file_of(state), 0, 4 * PAGE);
    struct stat status = {0}; /* MemorySanitizer does not know fstat */

    assert_non_null(mine);
    memset(mine, 0xff, 4 * PAGE);
    assert_int_equal(fstat(file_of(state), &status), 0);
    assert_true(status.st_blocks > 0);
    ir_memory_unmap(file_of(state), 0, 4 * PAGE, mine);
    assert_int_equal(fstat(file_of(state), &status), 0);
    assert_int_equal(status.st_blocks, 0);
}

/* A peer that goes on writing after the region was given back: the next one is zero nevertheless. */
static void memory_is_zeroed_even_when_a_peer_wrote_after_its_end(void **state)
{
    uint8_t *mine = ir_memory_map(file_of(state), 0, PAGE);
    uint8_t *peer = map_as_peer(file_of(state), 0, PAGE);

    assert_non_null(mine);
    ir_memory_unmap(file_of(state), 0, PAGE, mine);
    memset(peer, 0xff, PAGE);
    mine = ir_memory_map(file_of(state), 0, PAGE);
    assert_non_null(mine);
    for (uint32_t i = 0; i < PAGE; i++)
        assert_int_equal(mine[i], 0);
    assert_int_equal(munmap(peer, PAGE), 0);
    ir_memory_unmap(file_of(state), 0, PAGE, mine);
}

static void limit_of_file_sizes_is_an_error_and_not_a_signal(void **state)
{
    struct ir_domain *domain = NULL;
    struct rlimit old;
    struct rlimit low;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low = old;
    low.rlim_cur = 1u << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    assert_int_equal(ir_domain_create(&domain), -EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_null(domain);
}

static int shared_file;
static uint64_t shared_first;

static void remember(struct ir_transport *transport, int file, uint64_t first)
{
    (void)transport;
    shared_file = file;
    shared_first = first;
}

static void device_that_asks_gets_the_file_its_regions_lie_in(void **state)
{
    struct ir_transport_ops ops;
    struct recorder device;
    struct ir_dma regions[2];

    recorder_init(&device);
    ops = *device.transport.ops;
    ops.share = remember;
    device.transport.ops = &ops;
    shared_file = -1;
    assert_int_equal(ir_domain_alloc(*state, PAGE, &regions[0]), 0);
    assert_int_equal(ir_domain_attach(*state, &device.transport), 0);
    assert_int_equal(ir_domain_alloc(*state, IR_LARGE_PAGE, &regions[1]), 0);
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *peer = map_as_peer(shared_file, regions[i].iova - shared_first, regions[i].size);

        regions[i].memory[7] = (uint8_t)(i + 1);
        assert_int_equal(peer[7], i + 1);
        assert_int_equal(munmap(peer, (size_t)regions[i].size), 0);
        ir_domain_free(*state, &regions[i]);
    }
    ir_domain_detach(*state, &device.transport, true);
}

int main(void)
{
#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, drop_file)
    const struct CMUnitTest tests[] = {
        WITH_FILE(file_has_its_full_size_and_is_closed_on_exec),
        WITH_FILE(file_cannot_be_shrunk_or_grown_by_whoever_has_it),
        WITH_FILE(both_sides_see_what_the_other_writes),
        WITH_FILE(large_region_is_aligned_and_a_small_one_need_not_be),
        WITH_FILE(memory_that_was_given_back_takes_no_room),
        WITH_FILE(memory_is_zeroed_even_when_a_peer_wrote_after_its_end),
        cmocka_unit_test(limit_of_file_sizes_is_an_error_and_not_a_signal),
        cmocka_unit_test_setup_teardown(device_that_asks_gets_the_file_its_regions_lie_in,
                                        make_domain, drop_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
