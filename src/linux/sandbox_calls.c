/* SPDX-License-Identifier: MIT
 *
 * The part of the sandbox that is seccomp: which system calls are left, and for what. A call that is
 * not in the list raises SIGSYS, which the tool's handler makes a sentence of.
 */
#define _GNU_SOURCE
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/vfio.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/sandbox_parts.h"

#define ALWAYS  0u
#define SOCKETS (IR_SANDBOX_CONNECT | IR_SANDBOX_ACCEPT)
#define ANY     0u
#define INT     0xffffffffu /* the kernel looks at these bits of an int */

struct row {
    int call;
    uint32_t needs;    /* one of these, or ALWAYS */
    uint32_t argument; /* this argument ... */
    uint64_t mask;     /* ... in these bits (ANY: it is not looked at) ... */
    uint64_t value;    /* ... has this value */
};

#define PUNCH_HOLE (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static const struct row rows[] = {
    /* what is open: wires, captures, the line on standard error, events */
    {SCMP_SYS(read), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(write), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(writev), ALWAYS, 0, ANY, 0}, /* the C library's last words */
    {SCMP_SYS(lseek), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(close), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(fstat), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(newfstatat), ALWAYS, 3, AT_EMPTY_PATH, AT_EMPTY_PATH},
    {SCMP_SYS(ioctl), ALWAYS, 1, INT, TCGETS}, /* is standard output a terminal? */
    /* memory, of which none becomes code; pages of a domain go back */
    {SCMP_SYS(brk), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(mmap), ALWAYS, 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), ALWAYS, 2, PROT_EXEC, 0},
    {SCMP_SYS(mremap), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(munmap), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(madvise), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(fallocate), ALWAYS, 1, INT, PUNCH_HOLE},
    {SCMP_SYS(getrandom), ALWAYS, 0, ANY, 0},         /* a thread's first malloc, and ... */
    {SCMP_SYS(sched_getaffinity), ALWAYS, 0, ANY, 0}, /* ... how many heaps it may make */
    /* time, and threads that run: their first and last calls, locks, sleep */
    {SCMP_SYS(clock_gettime), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(clock_nanosleep), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(nanosleep), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(sched_yield), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(futex), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(set_robust_list), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(rseq), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(prctl), ALWAYS, 0, INT, PR_SET_TIMERSLACK},
    {SCMP_SYS(exit), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(exit_group), ALWAYS, 0, ANY, 0},
    /* signals, and abort() */
    {SCMP_SYS(rt_sigprocmask), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(rt_sigreturn), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(restart_syscall), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(getpid), ALWAYS, 0, ANY, 0},
    {SCMP_SYS(gettid), ALWAYS, 0, ANY, 0},
    /* a vhost-user back end: the messages, and meeting it again */
    {SCMP_SYS(poll), SOCKETS | IR_SANDBOX_PCI, 0, ANY, 0}, /* and the thread that waits for a pin */
    {SCMP_SYS(sendmsg), SOCKETS, 0, ANY, 0},
    {SCMP_SYS(recvmsg), SOCKETS, 0, ANY, 0},
    {SCMP_SYS(recvfrom), SOCKETS, 0, ANY, 0},
    {SCMP_SYS(socket), IR_SANDBOX_CONNECT, 0, INT, AF_UNIX},
    {SCMP_SYS(connect), IR_SANDBOX_CONNECT, 0, ANY, 0},
    {SCMP_SYS(newfstatat), IR_SANDBOX_CONNECT, 3, INT, 0}, /* is the name that of a socket? */
    {SCMP_SYS(accept4), IR_SANDBOX_ACCEPT, 0, ANY, 0},
    {SCMP_SYS(unlink), IR_SANDBOX_ACCEPT, 0, ANY, 0},
    /* ir_wait, which takes interrupts on and off its list */
    {SCMP_SYS(epoll_wait), IR_SANDBOX_WAIT, 0, ANY, 0},
    {SCMP_SYS(epoll_ctl), IR_SANDBOX_WAIT, 0, ANY, 0},
    {SCMP_SYS(timerfd_settime), IR_SANDBOX_WAIT, 0, ANY, 0},
    /* a PCI device: VFIO and iommufd share a letter, and act on what is open; configuration space */
    {SCMP_SYS(ioctl), IR_SANDBOX_PCI, 1, 0xffffff00u, VFIO_TYPE << 8},
    {SCMP_SYS(pread64), IR_SANDBOX_PCI, 0, ANY, 0},
    {SCMP_SYS(pwrite64), IR_SANDBOX_PCI, 0, ANY, 0},
};

static int allow(scmp_filter_ctx filter, const struct row *row)
{
    struct scmp_arg_cmp compare = {row->argument, SCMP_CMP_MASKED_EQ, row->mask, row->value};

    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, row->call, row->mask != ANY, &compare);
}

/* Rules with arguments on a call that a runtime may make with any would only be in the way. */
static bool runtime_needs(int call)
{
    for (size_t i = 0; i < ir_sandbox_runtime.count; i++) {
        if (ir_sandbox_runtime.calls[i] == call)
            return true;
    }
    return false;
}

static int add_rules(scmp_filter_ctx filter, uint32_t needs)
{
    const struct row own_abort = {SCMP_SYS(tgkill), ALWAYS, 0, INT, (uint64_t)getpid()};
    int result = runtime_needs(own_abort.call) ? 0 : allow(filter, &own_abort);

    for (size_t i = 0; result == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].needs != ALWAYS && (rows[i].needs & needs) == 0)
            continue;
        if (!runtime_needs(rows[i].call))
            result = allow(filter, &rows[i]);
    }
    for (size_t i = 0; result == 0 && i < ir_sandbox_runtime.count; i++) {
        const struct row row = {ir_sandbox_runtime.calls[i], ALWAYS, 0, ANY, 0};

        result = allow(filter, &row);
    }
    return result;
}

int ir_sandbox_filter(const struct ir_sandbox *sandbox, bool *lacking, char error[IR_ERROR_LENGTH])
{
    scmp_filter_ctx filter;
    int result;

    /* 1: the kernel has filters; 2: and they can be set for all threads at once (since 3.17). */
    *lacking = seccomp_api_get() < 2;
    if (*lacking)
        return 0;
    filter = seccomp_init(SCMP_ACT_TRAP);
    if (filter == NULL)
        return ir_sandbox_fail(error, "no filter for system calls can be made", -ENOMEM);
    result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (result == 0) /* the default would end one thread, and leave the others waiting for it */
        result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
    if (result == 0)
        result = add_rules(filter, sandbox->needs);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    return result == 0 ? 0 : ir_sandbox_fail(error, "system calls cannot be filtered", result);
}
