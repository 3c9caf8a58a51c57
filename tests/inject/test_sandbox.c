/* SPDX-License-Identifier: MIT
 *
 * The sandbox while something fails: either it says what, or the rights that it does not say the kernel
 * keeps are gone. What enters it is a process of its own, which cannot do much afterwards.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine.h"
#include "linux/sandbox.h"

#define NO_USER    4321u
#define PATIENCE_S 20u

/* What the process that enters tells. */
struct told {
    uint32_t fired;
    int result;
    uint32_t lacks;
    char error[IR_ERROR_LENGTH];
    char status[4096]; /* /proc/self/status afterwards */
};

static int gate[2];

static void *wait_at_gate(void *context)
{
    char byte;

    while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
        ;
    return context;
}

static void enter(const struct ir_sandbox *sandbox, const struct inject_plan *plan,
                  struct told *told)
{
    int status = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
    pthread_t thread;

    if (status < 0 || pipe2(gate, O_CLOEXEC) != 0 ||
        pthread_create(&thread, NULL, wait_at_gate, NULL) != 0)
        _exit(2);
    (void)alarm(PATIENCE_S);
    inject_arm(plan);
    told->result = ir_sandbox_enter(sandbox, &told->lacks, told->error);
    told->fired = inject_disarm();
    if (read(status, told->status, sizeof(told->status) - 1) <= 0)
        _exit(3);
    if (write(gate[1], "", 1) != 1 || pthread_join(thread, NULL) != 0)
        _exit(4);
    _exit(0);
}

static void require_line(const struct told *told, const char *line)
{
    require(strstr(told->status, line) != NULL, "success, but not %s:\n%s", line, told->status);
}

static void run_sandbox(const void *of, const struct inject_plan *plan)
{
    const struct ir_sandbox *sandbox = of;
    struct told *told =
        mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    pid_t child;

    require(told != MAP_FAILED, "no shared memory");
    child = fork();
    if (child == 0)
        enter(sandbox, plan, told);
    require(child > 0 && waitpid(child, &status, 0) == child, "no process: %s", strerror(errno));
    inject_adopt(told->fired);
    require(status == 0, "the process ends with %x", status);
    if (told->result == 0) {
        require(plan->number != 0 || told->lacks == 0, "the kernel lacks %x", told->lacks);
        require_line(told, "NoNewPrivs:\t1\n");
        require_line(told, "CapPrm:\t0000000000000000\n");
        require_line(told, "CapEff:\t0000000000000000\n");
        /* An instrumented build does not say that it goes on without a filter. */
        if (plan->number == 0 || !ir_sandbox_is_instrumented())
            require_line(told, (told->lacks & IR_SANDBOX_LACKS_SECCOMP) != 0 ? "Seccomp:\t0\n"
                                                                             : "Seccomp:\t2\n");
        if (sandbox->change_user)
            require_line(told, "Uid:\t4321\t4321\t4321\t4321\n");
    } else {
        require(told->fired > 0, "it fails for no reason: %s", told->error);
        require(told->error[0] != '\0', "error %d without a reason", told->result);
    }
    (void)munmap(told, sizeof(*told));
}

int main(int argc, char **argv)
{
    static struct ir_sandbox plain;
    static struct ir_sandbox server;
    static struct ir_sandbox other = {
        .needs = IR_SANDBOX_PCI, .change_user = true, .user = NO_USER, .group = NO_USER};
    const struct scenario scenarios[] = {
        {"sandbox", &plain, run_sandbox},
        {"sandbox_of_a_server", &server, run_sandbox},
        {"sandbox_of_another_user", &other, run_sandbox},
    };
    size_t count = sizeof(scenarios) / sizeof(scenarios[0]);

    ir_sandbox_add_device(&server, "vhost-user:/tmp/socket,server=on");
    /* Only root can become another user. */
    return engine_run(scenarios, geteuid() == 0 ? count : count - 1, argc, argv);
}
