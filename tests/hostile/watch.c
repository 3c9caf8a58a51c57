/* SPDX-License-Identifier: MIT
 *
 * The trap of watch.h: the page is out of reach; an access to it faults, is let through for one
 * instruction (the processor's single step), and the page is out of reach again.
 */
#define _GNU_SOURCE
#include "watch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cmocka.h>

#define PAGE        ((size_t)4096)
#define SINGLE_STEP 0x100 /* TF in the flags of an x86 processor */

static struct {
    uint8_t *page;
    watch_fn *accessed;
    uint8_t *address;
    uint32_t accesses;
    struct sigaction segv;
    struct sigaction trap;
} watch;

static void let_through(int signal, siginfo_t *info, void *context)
{
    ucontext_t *machine = context;

    (void)signal;
    watch.address = info->si_addr;
    if (watch.address < watch.page || watch.address >= watch.page + PAGE)
        abort(); /* a fault that is not ours */
    (void)mprotect(watch.page, PAGE, PROT_READ | PROT_WRITE);
    machine->uc_mcontext.gregs[REG_EFL] |= SINGLE_STEP;
}

static void close_again(int signal, siginfo_t *info, void *context)
{
    ucontext_t *machine = context;

    (void)signal;
    (void)info;
    machine->uc_mcontext.gregs[REG_EFL] &= ~SINGLE_STEP;
    watch.accesses++;
    watch.accessed(watch.address);
    (void)mprotect(watch.page, PAGE, PROT_NONE);
}

void watch_begin(uint8_t *page, watch_fn *accessed)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_flags = SA_SIGINFO;
    watch.page = page;
    watch.accessed = accessed;
    watch.accesses = 0;
    action.sa_sigaction = let_through;
    assert_int_equal(sigaction(SIGSEGV, &action, &watch.segv), 0);
    action.sa_sigaction = close_again;
    assert_int_equal(sigaction(SIGTRAP, &action, &watch.trap), 0);
    assert_int_equal(mprotect(page, PAGE, PROT_NONE), 0);
}

uint32_t watch_end(void)
{
    assert_int_equal(mprotect(watch.page, PAGE, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(sigaction(SIGSEGV, &watch.segv, NULL), 0);
    assert_int_equal(sigaction(SIGTRAP, &watch.trap, NULL), 0);
    return watch.accesses;
}
