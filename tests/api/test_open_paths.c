/* SPDX-License-Identifier: MIT
 *
 * What ir_open says of cards that do not work, through the whole of it. The linker puts functions
 * below in the place of the one that opens simulated cards, which makes them answer what a test
 * wants, and of the kernel's random bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include <ironring/ironring.h>

#include "core/transport.h"
#include "ixgbe/regs.h"
#include "sim/sim.h"

/* The linker's names for the function here and the one it stands for. */
int __real_ir_sim_open(const char *arguments, struct ir_transport **transport,
                       char error[IR_ERROR_LENGTH]);
int __wrap_ir_sim_open(const char *arguments, struct ir_transport **transport,
                       char error[IR_ERROR_LENGTH]);

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

enum fault { NONE, GONE, MULTICAST_ADDRESS, NO_WINDOW_AFTER_A_READ };

/* How often, and why, there are no random bytes, or only some (0). */
static struct {
    uint32_t times;
    int error;
} no_random;

static struct {
    enum fault fault;
    const struct ir_regs_sim *card;
    struct ir_transport *transport;
} forged;

static uint32_t read_forged(void *card, uint32_t offset, uint32_t width)
{
    uint32_t value = forged.card->read(card, offset, width);

    if (forged.fault == GONE)
        return IR_REG_GONE;
    if (forged.fault == NO_WINDOW_AFTER_A_READ)
        forged.transport->bars[0].size = 0;
    return forged.fault == MULTICAST_ADDRESS && offset == IXGBE_RAL(0) ? 1 : value;
}

static void write_through(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    forged.card->write(card, offset, width, value);
}

static const struct ir_regs_sim forging = {read_forged, write_through};

int __wrap_ir_sim_open(const char *arguments, struct ir_transport **transport,
                       char error[IR_ERROR_LENGTH])
{
    int result = __real_ir_sim_open(arguments, transport, error);

    if (result == 0) {
        forged.card = (*transport)->bars[0].sim;
        forged.transport = *transport;
        (*transport)->bars[0].sim = &forging;
    }
    return result;
}

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
    if (no_random.times == 0)
        return __real_getrandom(bytes, size, flags);
    no_random.times--;
    errno = no_random.error;
    return no_random.error != 0 ? -1 : (ssize_t)size / 2;
}

/* Fail unless the card is refused with a sentence that names it, what is wrong, and what to do. */
static void refused(enum fault fault, int expected, const char *wrong, const char *remedy)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_domain *domain;
    struct ir_dev *dev = NULL;

    forged.fault = fault;
    assert_int_equal(ir_domain_create(&domain), 0);
    assert_int_equal(ir_open(domain, "sim:82599,mode=step,wire=memory", &dev, error), expected);
    assert_null(dev);
    assert_non_null(strstr(error, "sim:82599"));
    assert_non_null(strstr(error, wrong));
    assert_non_null(strstr(error, remedy));
    assert_int_equal(ir_domain_destroy(domain), 0); /* nothing is left in it */
}

static void card_that_is_gone_is_to_be_plugged_in(void **state)
{
    (void)state;
    refused(GONE, -ENODEV, "does not answer", "plugged in");
}

static void card_that_answers_nonsense_is_to_be_power_cycled(void **state)
{
    (void)state;
    refused(MULTICAST_ADDRESS, -EIO, "MAC address", "power-cycle");
}

static void card_whose_registers_cannot_be_reached_is_a_matter_of_the_kernel(void **state)
{
    (void)state;
    refused(NO_WINDOW_AFTER_A_READ, -EINVAL, "a register cannot be accessed", "kernel");
}

static void kernel_without_random_bytes_is_to_be_updated(void **state)
{
    static const struct {
        int error;
        int expected;
    } rows[] = {{ENOSYS, -ENOSYS}, {EPERM, -EPERM}, {0, -EIO}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        no_random.times = 1;
        no_random.error = rows[i].error;
        refused(NONE, rows[i].expected, "no random key", "must be Linux 3.17 or later");
    }
}

static void interrupted_call_for_random_bytes_is_made_again(void **state)
{
    struct ir_domain *domain;
    struct ir_dev *dev;

    (void)state;
    forged.fault = NONE;
    no_random.times = 3;
    no_random.error = EINTR;
    assert_int_equal(ir_domain_create(&domain), 0);
    assert_int_equal(ir_open(domain, "sim:82599,mode=step,wire=memory", &dev, NULL), 0);
    assert_int_equal(no_random.times, 0);
    assert_int_equal(ir_close(dev), 0);
    assert_int_equal(ir_domain_destroy(domain), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_that_is_gone_is_to_be_plugged_in),
        cmocka_unit_test(card_that_answers_nonsense_is_to_be_power_cycled),
        cmocka_unit_test(card_whose_registers_cannot_be_reached_is_a_matter_of_the_kernel),
        cmocka_unit_test(kernel_without_random_bytes_is_to_be_updated),
        cmocka_unit_test(interrupted_call_for_random_bytes_is_made_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
