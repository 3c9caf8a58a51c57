/* SPDX-License-Identifier: MIT
 *
 * A driver that maps the registers of a simulated card finds the model behind each access, until the card is on the
 * data path; then it finds memory where doorbells are, and the thread that serves the card passes on what it rang.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <ironring/sim.h>

#include "card_mapped.h"
#include "stand.h"

#define DEVICE  "sim:82599,mode=served,wire=none"
#define STATUS  0x00008u /* read only */
#define SWSM    0x10140u /* bit 0 is taken by the first read */
#define RAL_1   0x0a208u
#define ANLP1   0x042b0u
#define UNKNOWN 0x042f0u
#define WINDOW  0x20000u

static char message[512]; /* the last that was not for a person to read here */

/* The stand's; here nobody shall read it. */
int stand_complain(const char *name, const char *what, int error)
{
    (void)snprintf(message, sizeof(message), "%s: %s%s%s", name, what, error != 0 ? ": " : "",
                   error != 0 ? strerror(-error) : "");
    return -1;
}

static volatile uint32_t *reg(const struct card *card, uint32_t offset)
{
    return (volatile uint32_t *)(void *)(card->mapped + offset);
}

static uint64_t violations(const struct card *card)
{
    uint64_t count = 0;

    assert_int_equal(ir_sim_violations(card->dev, &count), 0);
    return count;
}

static void open_card(struct card *card)
{
    assert_int_equal(card_open(card, "test", DEVICE, NULL), 0);
    assert_non_null(card->mapped);
}

static void each_access_reaches_the_model(void **state)
{
    struct card card;

    (void)state;
    open_card(&card);
    *reg(&card, RAL_1) = 0x12345678u;
    assert_int_equal(card.model.sim->read(card.model.card, RAL_1, 4u), 0x12345678u);
    assert_int_equal(*reg(&card, RAL_1), 0x12345678u);
    assert_int_equal(*reg(&card, SWSM) & 1u, 0);
    assert_int_equal(*reg(&card, SWSM) & 1u, 1u);
    assert_int_equal(violations(&card), 0);
    *reg(&card, STATUS) = 1u;
    assert_int_equal(violations(&card), 1u);
    assert_non_null(strstr(card_violation(&card), "STATUS"));
    card.excused = 1u;
    assert_null(card_violation(&card));
    card_close(&card);
}

static void registers_that_the_model_lacks_answer_as_a_peer_needs(void **state)
{
    struct card card;

    (void)state;
    open_card(&card);
    assert_int_not_equal(*reg(&card, ANLP1) & 0xf0000u, 0);
    assert_int_equal(*reg(&card, UNKNOWN), 0);
    card_close(&card);
}

static void two_cards_have_registers_of_their_own(void **state)
{
    struct card cards[CARDS_MAPPED];

    (void)state;
    for (uint32_t i = 0; i < CARDS_MAPPED; i++)
        open_card(&cards[i]);
    for (uint32_t i = 0; i < CARDS_MAPPED; i++)
        *reg(&cards[i], RAL_1) = i + 1u;
    for (uint32_t i = 0; i < CARDS_MAPPED; i++)
        assert_int_equal(*reg(&cards[i], RAL_1), i + 1u);
    for (uint32_t i = 0; i < CARDS_MAPPED; i++)
        card_close(&cards[i]);
}

/* The queue is not enabled: to set its tail breaks a rule, and that shows when the model hears of it. */
static void a_doorbell_in_memory_is_heard_when_the_card_is_served(void **state)
{
    struct card card;

    (void)state;
    open_card(&card);
    assert_false(card_runs(&card));
    card_plain(&card);
    *reg(&card, card_doorbells[0]) = 5u;
    assert_int_equal(*reg(&card, card_doorbells[0]), 5u);
    assert_int_equal(violations(&card), 0);
    assert_int_equal(card_serve(&card), 0);
    assert_int_equal(violations(&card), 1u);
    assert_non_null(strstr(card_violation(&card), "RDT(0) at 0x01018 was set to 0x5"));
    assert_int_equal(card_serve(&card), 0);
    assert_int_equal(violations(&card), 1u);
    *reg(&card, card_doorbells[1]) = 7u;
    card_model(&card);
    assert_int_equal(violations(&card), 2u);
    assert_int_equal(*reg(&card, card_doorbells[1]), 0);
    card_close(&card);
}

/* As DPDK's bus does it. */
static void the_window_takes_the_place_of_an_empty_file(void **state)
{
    char path[] = "/tmp/test_card_mapped.XXXXXX";
    int file = mkstemp(path);
    struct card card;
    uint8_t *registers;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(card_open(&card, "test", DEVICE, path), 0);
    assert_null(card.mapped);
    registers = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_ptr_not_equal(registers, MAP_FAILED);
    *(volatile uint32_t *)(void *)(registers + RAL_1) = 0x87654321u;
    atomic_signal_fence(memory_order_seq_cst); /* a handler has run */
    assert_ptr_equal(card.mapped, registers);
    assert_int_equal(card.model.sim->read(card.model.card, RAL_1, 4u), 0x87654321u);
    card_close(&card);
    assert_int_equal(munmap(registers, WINDOW), 0);
    assert_int_equal(close(file), 0);
    assert_int_equal(unlink(path), 0);
}

static void somebody_elses_fault_ends_the_program(void **state)
{
    struct card card;
    int status = 0;
    pid_t child;

    (void)state;
    open_card(&card);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        void *nothing = mmap(NULL, WINDOW, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        _exit(*(volatile uint8_t *)nothing);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    card_close(&card);
}

static void only_a_simulated_card_can_be_mapped(void **state)
{
    struct card card;

    (void)state;
    assert_int_equal(card_open(&card, "test", "0000:03:00.0", NULL), -1);
    assert_string_equal(message, "test: 0000:03:00.0: give a simulated card, such as sim:82599");
    assert_int_equal(card_open(&card, "test", "sim:82599,size=1", NULL), -1);
    assert_non_null(strstr(message, "size="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_access_reaches_the_model),
        cmocka_unit_test(registers_that_the_model_lacks_answer_as_a_peer_needs),
        cmocka_unit_test(two_cards_have_registers_of_their_own),
        cmocka_unit_test(a_doorbell_in_memory_is_heard_when_the_card_is_served),
        cmocka_unit_test(the_window_takes_the_place_of_an_empty_file),
        cmocka_unit_test(somebody_elses_fault_ends_the_program),
        cmocka_unit_test(only_a_simulated_card_can_be_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
