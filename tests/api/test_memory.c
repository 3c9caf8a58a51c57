/* SPDX-License-Identifier: MIT
 *
 * Each allocation of the library fails once: the call says so, and nothing is left behind. The linker
 * puts the functions below in the place of the C library's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <cmocka.h>

#include "card.h"

/* The linker's names for the functions here and those they stand for. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__real_mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset);

static uint32_t until_failure; /* allocations that still succeed; 0 for no failure */
static uint32_t failures;
static uint32_t mappings_refused;

static int fails_now(void)
{
    if (until_failure == 0)
        return 0;
    until_failure--;
    if (until_failure > 0)
        return 0;
    failures++;
    return 1;
}

static int mapping_fails(void)
{
    if (!fails_now())
        return 0;
    mappings_refused++;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return mapping_fails() ? MAP_FAILED
                           : __real_mmap(address, length, protection, flags, fd, offset);
}

/* What mmap is called where offsets have 64 bits by a definition (_FILE_OFFSET_BITS). */
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return mapping_fails() ? MAP_FAILED
                           : __real_mmap64(address, length, protection, flags, fd, offset);
}

/* A device's whole life. Returns the first failure. */
static int live(struct card *card)
{
    char error[IR_ERROR_LENGTH];
    int result = ir_domain_create(&card->domain);

    if (result == 0)
        result = ir_pool_create(card->domain, CARD_BUFFERS, 2048, &card->pool);
    if (result == 0) {
        result = ir_open(card->domain, CARD_DEVICE, &card->dev, error);
        if (result != 0 && error[0] == '\0')
            return -EPROTO; /* it must say why */
    }
    if (result == 0)
        result = ir_rxq_setup(card->dev, 0, 64, card->pool, &card->rx);
    if (result == 0)
        result = ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx);
    if (result == 0)
        result = ir_start(card->dev);
    if (result == 0)
        result = ir_reset(card->dev);
    return result;
}

/* Memory that is not given back is for the leak checkers; what can be seen from here is a domain or pool
 * that is still in use. */
static void each_allocation_that_fails_is_reported_and_leaves_nothing(void **state)
{
    uint32_t number = 0;
    int result;

    (void)state;
    do {
        struct card card = {0};

        number++;
        failures = 0;
        until_failure = number;
        result = live(&card);
        until_failure = 0;
        assert_int_equal(result, failures > 0 ? -ENOMEM : 0);
        assert_int_equal(ir_close(card.dev), 0);
        if (card.pool != NULL)
            assert_int_equal(ir_pool_audit(card.pool), 0);
        assert_int_equal(ir_pool_destroy(card.pool), 0);
        assert_int_equal(ir_domain_destroy(card.domain), 0);
    } while (failures > 0);
    /* Domain; pool and its memory; card; device; two queues with their memory: at least these. */
    assert_true(number > 12);
    assert_int_equal(mappings_refused, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_that_fails_is_reported_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
