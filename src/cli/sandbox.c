/* SPDX-License-Identifier: MIT
 *
 * The sandbox as people see it: what a run goes on needing, what is lost without it, and the last
 * sentence of a program that wanted more. How things are given up is in src/linux/sandbox.c.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run.h"
#include "linux/sandbox.h"

#define CALLS_MAX   512 /* numbers of system calls that are known by name */
#define NAME_LENGTH 32u
#define LINE_LENGTH 256u

/* What the handler of SIGSYS says. Filled before, as it may not ask the C library for anything. */
static char names[CALLS_MAX][NAME_LENGTH];
static const char *command_name;

static void note_names(void)
{
    for (int i = 0; i < CALLS_MAX; i++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);

        if (name != NULL)
            (void)strncpy(names[i], name, NAME_LENGTH - 1);
        free(name);
    }
}

static void append(char line[LINE_LENGTH], const char *text)
{
    size_t used = strlen(line);
    size_t length = strnlen(text, LINE_LENGTH - 1 - used);

    memcpy(line + used, text, length);
    line[used + length] = '\0';
}

static void append_number(char line[LINE_LENGTH], unsigned number)
{
    char digits[16] = "";
    size_t at = sizeof(digits) - 1;

    do {
        digits[--at] = (char)('0' + number % 10u);
        number /= 10u;
    } while (number != 0);
    append(line, digits + at);
}

/* The call has not been made. Whatever the program was about to do, it does not go on. */
static void on_denied(int number, siginfo_t *info, void *context)
{
    char line[LINE_LENGTH] = "ironring: the sandbox stopped the system call ";
    int call = info->si_syscall;

    (void)number;
    (void)context;
    append(line, call >= 0 && call < CALLS_MAX && names[call][0] != '\0' ? names[call] : "number");
    append(line, " (");
    append_number(line, (unsigned)call);
    append(line, "), which ");
    append(line, command_name);
    append(line, " does not need; report this, and do not trust the packets of this run\n");
    (void)!write(STDERR_FILENO, line, strlen(line));
    _exit(CLI_DENIED);
}

static void catch_denied(const struct cli_run *run)
{
    struct sigaction action = {.sa_sigaction = on_denied, .sa_flags = SA_SIGINFO};

    note_names();
    command_name = run->command->name;
    (void)sigaction(SIGSYS, &action, NULL);
}

/* A user or group that is not root, by number. */
static bool parse_id(const char *text, uint32_t *id)
{
    char *end;
    unsigned long long number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    number = strtoull(text, &end, 10);
    *id = (uint32_t)number;
    return *end == '\0' && number > 0 && number < UINT32_MAX;
}

/* Who called sudo. Not while a back end may have to be met again: the socket may be root's. */
static void choose_user(struct ir_sandbox *sandbox)
{
    sandbox->change_user = geteuid() == 0 &&
                           (sandbox->needs & (IR_SANDBOX_CONNECT | IR_SANDBOX_ACCEPT)) == 0 &&
                           parse_id(getenv("SUDO_UID"), &sandbox->user) &&
                           parse_id(getenv("SUDO_GID"), &sandbox->group);
}

int cli_run_confine(struct cli_run *run)
{
    struct ir_sandbox sandbox = {.needs = run->waiter != NULL ? IR_SANDBOX_WAIT : 0};
    char error[IR_ERROR_LENGTH];
    uint32_t lacks;

    if (run->settings->no_sandbox) {
        cli_say("no sandbox: whoever takes over this process has all rights of %s, files, network "
                "and programs included\n",
                geteuid() == 0 ? "root" : "its user");
        return CLI_OK;
    }
    for (unsigned i = 0; i < run->ports; i++)
        ir_sandbox_add_device(&sandbox, run->port[i].name);
    choose_user(&sandbox);
    catch_denied(run);
    if (ir_sandbox_enter(&sandbox, &lacks, error) != 0) {
        cli_error("the sandbox cannot be set up: %s; see to that, or give --no-sandbox", error);
        run->status = CLI_FAILED;
        return run->status;
    }
    if ((lacks & IR_SANDBOX_LACKS_LANDLOCK) != 0)
        cli_say(
            "part of the sandbox is missing: this kernel has no Landlock, so only the filter of "
            "system calls keeps files out of reach\n");
    if ((lacks & IR_SANDBOX_LACKS_SECCOMP) != 0)
        cli_say("part of the sandbox is missing: this kernel cannot filter the system calls of all "
                "threads, so programs and sockets stay within reach\n");
    return CLI_OK;
}
