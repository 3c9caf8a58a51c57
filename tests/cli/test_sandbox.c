/* SPDX-License-Identifier: MIT
 *
 * What is left after ir_sandbox_enter, tried from inside by processes that end with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "linux/sandbox.h"
#include "linux/sandbox_parts.h"

#define BROKEN  200 /* exit status of a child that never came to its attempt */
#define NO_USER 4321u

/* Device strings of a run, as each subcommand may have them. */
struct profile {
    const char *name;
    const char *devices[IR_SANDBOX_NAMES_MAX];
};

static const struct profile profiles[] = {
    {"two simulated cards", {"sim:82599,wire=memory", "sim:virtio,wire=memory"}},
    {"a PCI device", {"0000:03:00.0", NULL}},
    {"a back end", {"vhost-user:/tmp/a", NULL}},
    {"a server and a PCI device", {"vhost-user:/tmp/a,server=on", "0000:03:00.0"}},
};
#define PROFILES (sizeof(profiles) / sizeof(profiles[0]))

/* Each returns 0 when it is possible, else an errno. */
typedef int attempt_fn(void);

static int open_to_read(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int create_file(void)
{
    return open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) < 0 ? errno : 0;
}

static int make_internet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
}

static int make_packet_socket(void)
{
    return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
}

static int start_process(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child < 0 ? errno : 0;
}

static int run_program(void)
{
    char *const arguments[] = {NULL};

    (void)syscall(SYS_execve, "/bin/true", arguments, arguments);
    return errno;
}

static int start_thread(void)
{
    return (int)syscall(SYS_clone3, NULL, 0) < 0 ? errno : 0;
}

static int make_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? errno
               : 0;
}

static int signal_parent(void)
{
    return kill(getppid(), 0) != 0 ? errno : 0;
}

static int change_handlers(void)
{
    return signal(SIGSYS, SIG_IGN) == SIG_ERR ? errno : 0;
}

static int remove_file(void)
{
    return rename("/tmp/a", "/tmp/b") != 0 ? errno : 0;
}

static int allocate_write_and_wait(void)
{
    const struct timespec pause = {0, 1000};
    void *memory = malloc(1 << 20);

    if (memory == NULL)
        return ENOMEM;
    free(memory);
    if (write(STDERR_FILENO, "", 0) != 0 || nanosleep(&pause, NULL) != 0 || sched_yield() != 0)
        return errno;
    return 0;
}

static void enter(const struct profile *profile)
{
    struct ir_sandbox sandbox = {.needs = 0};
    char error[IR_ERROR_LENGTH];
    uint32_t lacks;

    (void)signal(SIGSYS, SIG_DFL); /* cmocka has a handler */
    for (unsigned i = 0; i < IR_SANDBOX_NAMES_MAX && profile->devices[i] != NULL; i++)
        ir_sandbox_add_device(&sandbox, profile->devices[i]);
    if (ir_sandbox_enter(&sandbox, &lacks, error) == 0 && lacks == 0)
        return;
    (void)fprintf(stderr, "no sandbox: %s, lacking %x\n", error, lacks);
    _exit(BROKEN);
}

/* Where a thread that is there before the sandbox makes its attempt. */
struct other {
    attempt_fn *attempt;
    _Atomic bool begin;
    int result;
};

/* It waits as a simulated card does, not in read(2), where ThreadSanitizer keeps signals back. */
static void *try_there(void *context)
{
    const struct timespec pause = {0, 100000};
    struct other *other = context;

    while (!atomic_load(&other->begin))
        (void)nanosleep(&pause, NULL);
    other->result = other->attempt();
    return NULL;
}

/* In a process of its own: enter, then try, here or in another thread. Returns what waitpid says. */
static int status_after(void (*confine)(const struct profile *), const struct profile *profile,
                        attempt_fn *attempt, bool there)
{
    pid_t child;
    int status = 0;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct other other = {.attempt = attempt};
        pthread_t thread;

        if (!there) {
            confine(profile);
            _exit(attempt());
        }
        if (pthread_create(&thread, NULL, try_there, &other) != 0)
            _exit(BROKEN);
        confine(profile);
        atomic_store(&other.begin, true);
        if (pthread_join(thread, NULL) != 0)
            _exit(BROKEN);
        _exit(other.result);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static bool is_stopped(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void assert_stopped(attempt_fn *attempt)
{
    for (size_t i = 0; i < PROFILES; i++) {
        for (int there = 0; there < 2; there++) {
            int status = status_after(enter, &profiles[i], attempt, there != 0);

            if (!is_stopped(status))
                fail_msg("%s%s: status %x", profiles[i].name, there != 0 ? ", thread" : "", status);
        }
    }
}

/* What the runtime of an instrumented build has to be allowed: see sandbox_runtime.c. */
static void assert_stopped_unless_instrumented(attempt_fn *attempt)
{
    if (!ir_sandbox_is_instrumented())
        assert_stopped(attempt);
    else
        assert_int_equal(status_after(enter, &profiles[0], allocate_write_and_wait, true), 0);
}

static void opening_a_file_is_stopped(void **state)
{
    (void)state;
    assert_stopped_unless_instrumented(open_to_read);
    assert_stopped_unless_instrumented(create_file);
}

static void making_a_socket_is_stopped(void **state)
{
    (void)state;
    assert_stopped(make_internet_socket);
    assert_stopped(make_packet_socket);
}

static void starting_a_process_or_thread_is_stopped(void **state)
{
    (void)state;
    assert_stopped_unless_instrumented(start_process);
    assert_stopped_unless_instrumented(run_program);
    assert_stopped(start_thread);
}

static void making_code_is_stopped(void **state)
{
    (void)state;
    assert_stopped_unless_instrumented(make_code);
}

static void touching_other_processes_signals_and_names_is_stopped(void **state)
{
    (void)state;
    assert_stopped_unless_instrumented(signal_parent);
    assert_stopped_unless_instrumented(change_handlers);
    assert_stopped(remove_file);
}

static void memory_output_and_time_stay(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROFILES; i++) {
        assert_int_equal(status_after(enter, &profiles[i], allocate_write_and_wait, false), 0);
        assert_int_equal(status_after(enter, &profiles[i], allocate_write_and_wait, true), 0);
    }
}

static int abort_itself(void)
{
    abort();
}

static void abort_ends_the_program_as_ever(void **state)
{
    int status = status_after(enter, &profiles[0], abort_itself, true);

    (void)state;
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_true(ir_sandbox_is_instrumented() || !WCOREDUMP(status));
}

/* A value of a field in /proc/self/status, which has to have been opened before. */
static FILE *own_status;

static unsigned long long field(const char *name)
{
    char line[256];

    rewind(own_status);
    while (fgets(line, sizeof(line), own_status) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0)
            return strtoull(line + strlen(name), NULL, 16);
    }
    return BROKEN;
}

static int check_privileges(void)
{
    if (field("CapPrm:") != 0 || field("CapEff:") != 0 || field("CapInh:") != 0 ||
        field("CapAmb:") != 0)
        return 1;
    if (field("NoNewPrivs:") != 1 || field("Seccomp:") != 2)
        return 2;
    return 0;
}

static void no_privilege_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < PROFILES; i++) {
        bool keeps = geteuid() == 0 && strcmp(profiles[i].name, "a back end") == 0;
        pid_t child = fork();
        int status = 0;

        assert_true(child >= 0);
        if (child == 0) {
            own_status = fopen("/proc/thread-self/status", "re");
            if (own_status == NULL)
                _exit(BROKEN);
            enter(&profiles[i]);
            /* what root needs to meet a back end of another user again */
            if (keeps)
                _exit(field("CapEff:") == 1u << CAP_DAC_OVERRIDE ? 0 : 3);
            _exit(check_privileges());
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

/* --- Landlock by itself: the filter would stop the call before --- */

static void confine_files(const struct profile *profile)
{
    struct ir_sandbox sandbox = {.needs = 0};
    struct sandbox_drop drop = {.ruleset = -1};
    char error[IR_ERROR_LENGTH];

    for (unsigned i = 0; i < IR_SANDBOX_NAMES_MAX && profile->devices[i] != NULL; i++)
        ir_sandbox_add_device(&sandbox, profile->devices[i]);
    if (ir_sandbox_ruleset(&sandbox, &drop.ruleset, error) != 0 || drop.ruleset < 0 ||
        ir_sandbox_drop(&drop, error) != 0)
        _exit(BROKEN);
}

static void files_are_out_of_reach_for_each_thread_even_without_the_filter(void **state)
{
    (void)state;
    if (ir_sandbox_is_instrumented())
        return; /* it has no rules for files: sandbox_runtime.c */
    for (int there = 0; there < 2; there++) {
        assert_int_equal(status_after(confine_files, &profiles[0], open_to_read, there != 0),
                         EACCES << 8);
        assert_int_equal(status_after(confine_files, &profiles[0], create_file, there != 0),
                         EACCES << 8);
    }
}

static char folder[] = "/tmp/ironring-sandbox-XXXXXX";
static char own_name[64], other_name[64], own_device[96];

static int remove_own_name(void)
{
    return unlink(own_name) != 0 ? errno : 0;
}

static int remove_other_name(void)
{
    return unlink(other_name) != 0 ? errno : 0;
}

static void make_name(char *name, const char *format)
{
    int file;

    (void)snprintf(name, sizeof(own_name), format, folder);
    file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0 && close(file) == 0);
}

static void server_can_remove_its_socket_and_nothing_elsewhere(void **state)
{
    struct profile server = {"a server", {own_device, NULL}};
    char inner[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(inner, sizeof(inner), "%s/run", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    make_name(own_name, "%s/run/socket");
    make_name(other_name, "%s/other");
    (void)snprintf(own_device, sizeof(own_device), "vhost-user:%s,server=on", own_name);
    if (!ir_sandbox_is_instrumented())
        assert_int_equal(status_after(enter, &server, remove_other_name, false), EACCES << 8);
    assert_int_equal(status_after(enter, &server, remove_own_name, false), 0);
    assert_int_equal(unlink(other_name) | rmdir(inner) | rmdir(folder), 0);
}

static int make_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? errno : 0;
}

static void only_who_may_have_to_connect_again_can_make_a_local_socket(void **state)
{
    (void)state;
    assert_int_equal(status_after(enter, &profiles[2], make_local_socket, false), 0);
    for (size_t i = 0; i < PROFILES; i++)
        assert_true(i == 2 ||
                    is_stopped(status_after(enter, &profiles[i], make_local_socket, true)));
}

/* --- Another user --- */

static void become_other(const struct profile *profile)
{
    struct ir_sandbox sandbox = {.change_user = true, .user = NO_USER, .group = NO_USER};
    char error[IR_ERROR_LENGTH];
    uint32_t lacks;

    (void)profile;
    if (ir_sandbox_enter(&sandbox, &lacks, error) != 0)
        _exit(BROKEN);
}

static int check_user(void)
{
    char line[256];
    unsigned found = 0;

    rewind(own_status);
    while (fgets(line, sizeof(line), own_status) != NULL) {
        found += strcmp(line, "Uid:\t4321\t4321\t4321\t4321\n") == 0;
        found += strcmp(line, "Gid:\t4321\t4321\t4321\t4321\n") == 0;
        found += strcmp(line, "Groups:\t \n") == 0;
    }
    return found == 3 ? check_privileges() : 1;
}

static void root_becomes_the_user_it_is_told_to(void **state)
{
    pid_t child;
    int status = 0;

    (void)state;
    if (geteuid() != 0) { /* nobody else may */
        assert_int_equal(status_after(become_other, &profiles[0], allocate_write_and_wait, false),
                         BROKEN << 8);
        return;
    }
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        own_status = fopen("/proc/thread-self/status", "re");
        if (own_status == NULL)
            _exit(BROKEN);
        become_other(NULL);
        _exit(check_user());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void strings_that_are_no_devices_need_nothing(void **state)
{
    struct ir_sandbox sandbox = {.needs = 0};

    (void)state;
    ir_sandbox_add_device(&sandbox, "nonsense");
    ir_sandbox_add_device(&sandbox, "vhost-user:");
    ir_sandbox_add_device(&sandbox, "vhost-user:/tmp/a,server=maybe");
    assert_int_equal(sandbox.needs, 0);
    for (int i = 0; i < 3; i++)
        ir_sandbox_add_device(&sandbox, "vhost-user:/tmp/a,server=on");
    assert_int_equal(sandbox.needs, IR_SANDBOX_ACCEPT);
    assert_int_equal(sandbox.names, IR_SANDBOX_NAMES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_a_file_is_stopped),
        cmocka_unit_test(making_a_socket_is_stopped),
        cmocka_unit_test(starting_a_process_or_thread_is_stopped),
        cmocka_unit_test(making_code_is_stopped),
        cmocka_unit_test(touching_other_processes_signals_and_names_is_stopped),
        cmocka_unit_test(memory_output_and_time_stay),
        cmocka_unit_test(abort_ends_the_program_as_ever),
        cmocka_unit_test(no_privilege_is_left),
        cmocka_unit_test(files_are_out_of_reach_for_each_thread_even_without_the_filter),
        cmocka_unit_test(server_can_remove_its_socket_and_nothing_elsewhere),
        cmocka_unit_test(only_who_may_have_to_connect_again_can_make_a_local_socket),
        cmocka_unit_test(root_becomes_the_user_it_is_told_to),
        cmocka_unit_test(strings_that_are_no_devices_need_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
