/* SPDX-License-Identifier: MIT
 *
 * The simulated IOMMU: what can be mapped, and which addresses lead to memory. Also the frame
 * queue that wires are made of.
 */
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static _Alignas(4096) uint8_t pages[8 * SOFT_PAGE];

static struct ir_dma region(uint64_t iova, uint64_t page, uint64_t count)
{
    struct ir_dma dma = {pages + page * SOFT_PAGE, iova, count * SOFT_PAGE};

    return dma;
}

static int map(struct soft_iommu *iommu, struct ir_dma dma)
{
    return soft_iommu_map(iommu, &dma);
}

static void an_address_in_a_mapping_leads_to_its_memory(void **state)
{
    struct soft_iommu iommu = {0};
    uint32_t hint = 0;

    (void)state;
    assert_int_equal(map(&iommu, region(0x10000, 1, 2)), 0);
    assert_ptr_equal(soft_iommu_at(&iommu, &hint, 0x10000, 1), pages + SOFT_PAGE);
    assert_ptr_equal(soft_iommu_at(&iommu, &hint, 0x11fff, 1), pages + 3 * SOFT_PAGE - 1);
    assert_ptr_equal(soft_iommu_at(&iommu, &hint, 0x10000, 2 * SOFT_PAGE), pages + SOFT_PAGE);
    soft_iommu_release(&iommu);
}

static void an_address_outside_leads_nowhere(void **state)
{
    struct soft_iommu iommu = {0};
    uint32_t hint = 0;

    (void)state;
    assert_null(soft_iommu_at(&iommu, &hint, 0, 1));
    assert_int_equal(map(&iommu, region(0x10000, 0, 1)), 0);
    assert_null(soft_iommu_at(&iommu, &hint, 0xffff, 1));
    assert_null(soft_iommu_at(&iommu, &hint, 0x11000, 1));
    assert_null(soft_iommu_at(&iommu, &hint, 0x10fff, 2));
    assert_null(soft_iommu_at(&iommu, &hint, 0x10000, UINT64_MAX));
    assert_null(soft_iommu_at(&iommu, &hint, UINT64_MAX, 2));
    soft_iommu_release(&iommu);
}

static void a_range_over_two_mappings_leads_nowhere(void **state)
{
    struct soft_iommu iommu = {0};
    uint32_t hint = 0;

    (void)state;
    assert_int_equal(map(&iommu, region(0x11000, 1, 1)), 0);
    assert_int_equal(map(&iommu, region(0x10000, 0, 1)), 0);
    assert_non_null(soft_iommu_at(&iommu, &hint, 0x10ff8, 8));
    assert_null(soft_iommu_at(&iommu, &hint, 0x10ff8, 9));
    soft_iommu_release(&iommu);
}

static void mappings_are_found_whatever_the_hint(void **state)
{
    struct soft_iommu iommu = {0};

    (void)state;
    for (uint64_t i = 0; i < 40; i++) /* more than the first allocation */
        assert_int_equal(map(&iommu, region((i * 7 % 40) * 0x10000, i % 8, 1)), 0);
    for (uint64_t i = 0; i < 40; i++) {
        for (uint32_t start = 0; start < 45; start += 5) {
            uint32_t hint = start;

            assert_ptr_equal(soft_iommu_at(&iommu, &hint, (i * 7 % 40) * 0x10000 + 5, 10),
                             pages + i % 8 * SOFT_PAGE + 5);
        }
    }
    soft_iommu_release(&iommu);
}

static void mappings_may_not_overlap(void **state)
{
    struct soft_iommu iommu = {0};

    (void)state;
    assert_int_equal(map(&iommu, region(0x10000, 0, 4)), 0);
    assert_int_equal(map(&iommu, region(0x10000, 0, 1)), -EBUSY);
    assert_int_equal(map(&iommu, region(0x13000, 0, 4)), -EBUSY);
    assert_int_equal(map(&iommu, region(0x0f000, 0, 2)), -EBUSY);
    assert_int_equal(map(&iommu, region(0x0e000, 0, 8)), -EBUSY);
    assert_int_equal(map(&iommu, region(0x14000, 0, 1)), 0);
    assert_int_equal(map(&iommu, region(0x0f000, 0, 1)), 0);
    soft_iommu_release(&iommu);
}

static void mappings_are_whole_pages_that_do_not_wrap(void **state)
{
    struct soft_iommu iommu = {0};
    struct ir_dma dma = region(0x10000, 0, 1);

    (void)state;
    dma.size = 0;
    assert_int_equal(map(&iommu, dma), -EINVAL);
    dma.size = 100;
    assert_int_equal(map(&iommu, dma), -EINVAL);
    dma = region(0x10080, 0, 1);
    assert_int_equal(map(&iommu, dma), -EINVAL);
    dma = region(0x10000, 0, 1);
    dma.memory += 128;
    assert_int_equal(map(&iommu, dma), -EINVAL);
    dma.memory = NULL;
    assert_int_equal(map(&iommu, dma), -EINVAL);
    assert_int_equal(map(&iommu, region(UINT64_MAX - SOFT_PAGE + 1, 0, 1)), -EINVAL);
    assert_int_equal(iommu.count, 0);
    soft_iommu_release(&iommu);
}

static void what_was_unmapped_leads_nowhere(void **state)
{
    struct soft_iommu iommu = {0};
    struct ir_dma first = region(0x10000, 0, 1);
    struct ir_dma second = region(0x20000, 1, 1);
    uint32_t hint = 0;

    (void)state;
    assert_int_equal(map(&iommu, first), 0);
    assert_int_equal(map(&iommu, second), 0);
    assert_non_null(soft_iommu_at(&iommu, &hint, 0x20000, 1));
    assert_int_equal(soft_iommu_unmap(&iommu, &second), 0);
    assert_null(soft_iommu_at(&iommu, &hint, 0x20000, 1));
    assert_int_equal(soft_iommu_unmap(&iommu, &first), 0);
    assert_null(soft_iommu_at(&iommu, &hint, 0x10000, 1));
    soft_iommu_release(&iommu);
}

static void only_whole_mappings_can_be_unmapped(void **state)
{
    struct soft_iommu iommu = {0};
    struct ir_dma part = region(0x10000, 0, 1);
    struct ir_dma inner = region(0x11000, 1, 1);

    (void)state;
    assert_int_equal(soft_iommu_unmap(&iommu, &part), -ENOENT);
    assert_int_equal(map(&iommu, region(0x10000, 0, 2)), 0);
    assert_int_equal(soft_iommu_unmap(&iommu, &part), -ENOENT);
    assert_int_equal(soft_iommu_unmap(&iommu, &inner), -ENOENT);
    assert_int_equal(iommu.count, 1);
    soft_iommu_release(&iommu);
}

static void a_queue_gives_frames_back_in_order_around_its_end(void **state)
{
    struct sim_fifo fifo;
    uint8_t frame[9000];
    uint32_t put = 0;
    uint32_t got = 0;

    (void)state;
    assert_int_equal(sim_fifo_init(&fifo), 0);
    while (got < 2000) {
        uint32_t length;
        const uint8_t *oldest;

        for (;;) {
            memset(frame, (int)(put & 0xff), sizeof(frame));
            if (!sim_fifo_put(&fifo, frame, 1 + put * 37 % 9000))
                break;
            put++;
        }
        for (uint32_t i = 0; i < 50; i++) {
            oldest = sim_fifo_peek(&fifo, &length);
            assert_non_null(oldest);
            assert_int_equal(length, 1 + got * 37 % 9000);
            assert_int_equal(oldest[0], got & 0xff);
            assert_int_equal(oldest[length - 1], got & 0xff);
            sim_fifo_drop(&fifo);
            got++;
        }
    }
    sim_fifo_release(&fifo);
}

static void a_queue_refuses_what_does_not_fit(void **state)
{
    struct sim_fifo fifo;
    uint8_t *frame = calloc(1, SIM_FIFO_BYTES);
    uint32_t length;

    (void)state;
    assert_non_null(frame);
    assert_int_equal(sim_fifo_init(&fifo), 0);
    assert_false(sim_fifo_put(&fifo, frame, UINT32_MAX));
    assert_false(sim_fifo_put(&fifo, frame, SIM_FIFO_BYTES));
    assert_true(sim_fifo_put(&fifo, frame, SIM_FIFO_BYTES - 8u));
    assert_false(sim_fifo_put(&fifo, frame, 1));
    assert_non_null(sim_fifo_peek(&fifo, &length));
    sim_fifo_drop(&fifo);
    assert_null(sim_fifo_peek(&fifo, &length));
    sim_fifo_release(&fifo);
    free(frame);
}

static void a_queue_refuses_a_frame_that_fits_only_in_two_pieces(void **state)
{
    struct sim_fifo fifo;
    uint8_t *frame = calloc(1, SIM_FIFO_BYTES);
    const uint8_t *oldest;
    uint32_t length;

    (void)state;
    assert_non_null(frame);
    assert_int_equal(sim_fifo_init(&fifo), 0);
    assert_true(sim_fifo_put(&fifo, frame, 400000));
    assert_non_null(sim_fifo_peek(&fifo, &length));
    sim_fifo_drop(&fifo);
    memset(frame, 1, 600000);
    assert_true(sim_fifo_put(&fifo, frame, 600000));
    memset(frame, 2, 430000);
    assert_false(sim_fifo_put(&fifo, frame, 430000));
    assert_true(sim_fifo_put(&fifo, frame, 390000)); /* as a whole, at the beginning */
    oldest = sim_fifo_peek(&fifo, &length);
    assert_non_null(oldest);
    assert_int_equal(length, 600000);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(oldest[i], 1);
    sim_fifo_drop(&fifo);
    oldest = sim_fifo_peek(&fifo, &length);
    assert_non_null(oldest);
    assert_int_equal(length, 390000);
    assert_int_equal(oldest[0], 2);
    sim_fifo_release(&fifo);
    free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_in_a_mapping_leads_to_its_memory),
        cmocka_unit_test(an_address_outside_leads_nowhere),
        cmocka_unit_test(a_range_over_two_mappings_leads_nowhere),
        cmocka_unit_test(mappings_are_found_whatever_the_hint),
        cmocka_unit_test(mappings_may_not_overlap),
        cmocka_unit_test(mappings_are_whole_pages_that_do_not_wrap),
        cmocka_unit_test(what_was_unmapped_leads_nowhere),
        cmocka_unit_test(only_whole_mappings_can_be_unmapped),
        cmocka_unit_test(a_queue_gives_frames_back_in_order_around_its_end),
        cmocka_unit_test(a_queue_refuses_what_does_not_fit),
        cmocka_unit_test(a_queue_refuses_a_frame_that_fits_only_in_two_pieces),
    };

    return RIG_MAIN(tests);
}
