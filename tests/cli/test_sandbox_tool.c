/* SPDX-License-Identifier: MIT
 *
 * The sandbox of the tool as built: what /proc says of each thread of a run, and what happens when the
 * program, driven by a debugger's means (ptrace), asks for a system call that its subcommand has no use
 * for. Argument: the tool.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "linux/sandbox.h"

#ifdef __has_feature
#define THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#define THREAD_SANITIZER 0
#endif

#define ARGUMENTS_MAX 8u
#define ROOM          4096u
#define WAIT_S        20u
#define SYSCALL_STOP  (SIGTRAP | 0x80)

static char *tool;
static char folder[] = "/tmp/ironring-sandbox-XXXXXX";
static char output[64], standard_error[64];

/* A long run of each subcommand. */
static const char *const runs[][ARGUMENTS_MAX] = {
    {"ironring", "fwd", "sim:82599,wire=memory", "sim:virtio,wire=memory"},
    {"ironring", "gen", "--rate", "100", "sim:82599,wire=memory"},
    {"ironring", "capture", "sim:virtio,wire=memory", "out.pcap"},
    {"ironring", "echo", "--ip", "10.0.0.2", "sim:82599,wire=memory"},
};
#define RUNS (sizeof(runs) / sizeof(runs[0]))

static void pause_a_little(void)
{
    const struct timespec pause = {0, 2000000};

    (void)nanosleep(&pause, NULL);
}

static uint64_t seconds(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec;
}

static pid_t start(const char *const arguments[], bool traced)
{
    char text[ARGUMENTS_MAX][64];
    char *pointers[ARGUMENTS_MAX + 1] = {NULL};
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        int file = open(standard_error, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        (void)dup2(file, STDERR_FILENO);
        for (unsigned i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++) {
            (void)snprintf(text[i], sizeof(text[i]), "%s", arguments[i]);
            pointers[i] = text[i];
        }
        (void)alarm(WAIT_S * 2);
        if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(126);
        if (chdir(folder) == 0)
            (void)execv(tool, pointers);
        _exit(127);
    }
    return child;
}

static const char *read_file(const char *name)
{
    static char text[ROOM];
    FILE *file = fopen(name, "re");
    size_t length = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);

    text[length] = '\0';
    if (file != NULL)
        (void)fclose(file); /* only read */
    return text;
}

/* A field of a thread's status, or "" when it is gone. */
static const char *status_field(pid_t process, const char *thread, const char *field)
{
    static char value[128];
    char name[64];
    const char *line;

    (void)snprintf(name, sizeof(name), "/proc/%d/task/%.20s/status", process, thread);
    line = strstr(read_file(name), field);
    if (line == NULL)
        return "";
    line += strlen(field);
    line += strspn(line, "\t ");
    (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"), line);
    return value;
}

static bool is_confined(pid_t process)
{
    char thread[16];

    (void)snprintf(thread, sizeof(thread), "%d", process);
    return strcmp(status_field(process, thread, "Seccomp:"), "2") == 0;
}

static void await_sandbox(pid_t process)
{
    uint64_t end = seconds() + WAIT_S;

    while (!is_confined(process)) {
        assert_true(seconds() < end);
        pause_a_little();
    }
}

static void end_with_signal(pid_t process)
{
    pid_t ended = 0;
    int status = 0;

    assert_int_equal(kill(process, SIGTERM), 0);
    /* ThreadSanitizer now and then loses a signal that comes while a thread is young. */
    while (THREAD_SANITIZER && (ended = waitpid(process, &status, WNOHANG)) == 0) {
        pause_a_little();
        (void)kill(process, SIGTERM);
    }
    if (ended == 0)
        ended = waitpid(process, &status, 0);
    assert_int_equal(ended, process);
    if (status != 0)
        fail_msg("it ends with %x: %s", status, read_file(standard_error));
}

/* The thread of ThreadSanitizer, which cannot be reached: sandbox_runtime.c. */
static bool blocks_all(pid_t process, const char *thread)
{
    return THREAD_SANITIZER && strncmp(status_field(process, thread, "SigBlk:"), "ffff", 4) == 0;
}

/* Returns the number of threads, each of which must have given everything up. */
static unsigned check_threads(pid_t process, const char *user)
{
    static const char *const capabilities[] = {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"};
    char name[32];
    unsigned threads = 0;
    const struct dirent *entry;
    DIR *tasks;

    (void)snprintf(name, sizeof(name), "/proc/%d/task", process);
    tasks = opendir(name);
    assert_non_null(tasks);
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        threads++;
        if (threads > 1 && strcmp(status_field(process, entry->d_name, "NoNewPrivs:"), "") == 0)
            continue; /* it has ended meanwhile */
        if (blocks_all(process, entry->d_name))
            continue;
        assert_string_equal(status_field(process, entry->d_name, "NoNewPrivs:"), "1");
        assert_string_equal(status_field(process, entry->d_name, "Seccomp:"), "2");
        for (unsigned i = 0; i < 4; i++)
            assert_string_equal(status_field(process, entry->d_name, capabilities[i]),
                                "0000000000000000");
        if (user != NULL)
            assert_string_equal(status_field(process, entry->d_name, "Uid:"), user);
    }
    (void)closedir(tasks);
    return threads;
}

static void each_thread_of_each_subcommand_has_given_everything_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < RUNS; i++) {
        pid_t process = start(runs[i], false);

        await_sandbox(process);
        assert_true(check_threads(process, NULL) >= 2); /* the card's own at least */
        end_with_signal(process);
    }
}

static void sudo_gives_the_run_back_to_the_user(void **state)
{
    pid_t process;

    (void)state;
    assert_int_equal(setenv("SUDO_UID", "4321", 1) | setenv("SUDO_GID", "4322", 1), 0);
    process = start(runs[0], false);
    assert_int_equal(unsetenv("SUDO_UID") | unsetenv("SUDO_GID"), 0);
    await_sandbox(process);
    (void)check_threads(process, geteuid() == 0 ? "4321\t4321\t4321\t4321" : NULL);
    end_with_signal(process);
}

static void without_the_sandbox_it_says_what_is_lost(void **state)
{
    const char *const arguments[] = {
        "ironring", "gen", "--no-sandbox", "--rate", "100", "sim:82599,wire=memory", NULL};
    uint64_t end = seconds() + WAIT_S;
    pid_t process = start(arguments, false);

    (void)state;
    while (strstr(read_file(standard_error), "no sandbox: whoever takes over this process") ==
           NULL) {
        assert_true(seconds() < end);
        pause_a_little();
    }
    assert_false(is_confined(process));
    end_with_signal(process);
}

/* ThreadSanitizer keeps SIGSYS back, and so the end of a program that it denied a call. */
#if !THREAD_SANITIZER
/* Make the first thread's next system call after the sandbox another one. Returns its end status. */
static int end_after(const char *const arguments[], long call)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    struct user_regs_struct registers;
    pid_t process = start(arguments, true);
    bool done = false;
    int deliver = 0;
    int status = 0;

    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(ptrace(PTRACE_SETOPTIONS, process, NULL, options), 0);
    for (;;) {
        assert_int_equal(ptrace(done ? PTRACE_CONT : PTRACE_SYSCALL, process, NULL, deliver), 0);
        assert_int_equal(waitpid(process, &status, 0), process);
        if (!WIFSTOPPED(status))
            return status;
        deliver = WSTOPSIG(status);
        if (deliver == SIGTRAP) /* a program that starts itself again */
            deliver = 0;
        if (deliver != SYSCALL_STOP)
            continue;
        deliver = 0;
        assert_int_equal(ptrace(PTRACE_GETREGS, process, NULL, &registers), 0);
        /* On entry the result is "no such call"; see ptrace(2). */
        if (registers.rax == (unsigned long long)-ENOSYS && is_confined(process)) {
            registers.orig_rax = (unsigned long long)call;
            assert_int_equal(ptrace(PTRACE_SETREGS, process, NULL, &registers), 0);
            done = true;
        }
    }
}

static void assert_denied(const char *const arguments[], long call, const char *name)
{
    char sentence[128];
    int status = end_after(arguments, call);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != CLI_DENIED)
        fail_msg("it ends with %x: %s", status, read_file(standard_error));
    (void)snprintf(
        sentence, sizeof(sentence),
        "ironring: the sandbox stopped the system call %s (%ld), which %s does not need; ", name,
        call, arguments[1]);
    if (strstr(read_file(standard_error), sentence) == NULL)
        fail_msg("no sentence about %s, but: %s", name, read_file(standard_error));
}

static void call_that_a_run_does_not_need_ends_it_with_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < RUNS; i++) {
        assert_denied(runs[i], SYS_socket, "socket");
        assert_denied(runs[i], SYS_execveat, "execveat");
        if (!ir_sandbox_is_instrumented()) { /* sandbox_runtime.c */
            assert_denied(runs[i], SYS_openat, "openat");
            assert_denied(runs[i], SYS_fork, "fork");
        }
    }
    assert_denied(runs[0], 511, "number");
}
#endif

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(output, sizeof(output), "%s/out.pcap", folder);
    (void)snprintf(standard_error, sizeof(standard_error), "%s/err", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return unlink(output) | unlink(standard_error) | rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_of_each_subcommand_has_given_everything_up),
        cmocka_unit_test(sudo_gives_the_run_back_to_the_user),
        cmocka_unit_test(without_the_sandbox_it_says_what_is_lost),
#if !THREAD_SANITIZER
        cmocka_unit_test(call_that_a_run_does_not_need_ends_it_with_a_sentence),
#endif
    };

    int result;

    if (argc != 2)
        return 2;
    tool = realpath(argv[1], NULL); /* runs begin in a folder of their own */
    if (tool == NULL)
        return 2;
    result = cmocka_run_group_tests(tests, make_folder, remove_folder);
    free(tool);
    return result;
}
