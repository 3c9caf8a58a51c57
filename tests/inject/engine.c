/* SPDX-License-Identifier: MIT
 *
 * The loop over calls, errors and kinds, and the judgement on each run.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* AddressSanitizer frees memory of its own through the shims that did not come through them, so that
 * their count is off; its leak check looks when a run exits, and fails it. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_SEEN_AT_EXIT true
#endif
#endif
#ifndef LEAKS_ARE_SEEN_AT_EXIT
#define LEAKS_ARE_SEEN_AT_EXIT false
#endif

#define NUMBER_MAX    5000u /* more calls than any run makes: beyond it a retry never ends */
#define RUN_SECONDS   60u
#define WARM_THREADS  2u
#define STATUS_FAILED 99

/* What a run tells of itself, in memory that both processes see. */
struct report {
    uint32_t fired;
    char failure[1024];
};

static struct report *report;
static char folder[64];
static FILE *diagnostics; /* of the kind that is being failed, to be printed after its line */

const char *engine_folder(void)
{
    return folder;
}

void require(bool condition, const char *format, ...)
{
    va_list arguments;

    if (condition)
        return;
    report->fired = inject_disarm();
    va_start(arguments, format);
    (void)vsnprintf(report->failure, sizeof(report->failure), format, arguments);
    va_end(arguments);
    _exit(STATUS_FAILED);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void *nothing(void *context)
{
    return context;
}

/* The C library keeps what it made for the first threads and streams; let it do so before counting. */
static void warm_up(void)
{
    static char buffer[BUFSIZ];
    pthread_t threads[WARM_THREADS];

    (void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    for (unsigned i = 0; i < WARM_THREADS; i++)
        require(pthread_create(&threads[i], NULL, nothing, NULL) == 0, "no thread");
    for (unsigned i = 0; i < WARM_THREADS; i++)
        (void)pthread_join(threads[i], NULL);
}

static void run_here(const struct scenario *scenario, const struct inject_plan *plan)
{
    struct inject_held before = {0};
    struct inject_held after = {0};

    (void)alarm(RUN_SECONDS);
    inject_stage(folder);
    warm_up();
    inject_count_held(&before);
    scenario->run(scenario->subject, plan);
    report->fired = inject_disarm();
    if (inject_tap_peer() >= 0)
        (void)close(inject_tap_peer());
    inject_count_held(&after);
    require(LEAKS_ARE_SEEN_AT_EXIT || after.allocations == before.allocations,
            "%jd allocations were not given back",
            (intmax_t)(after.allocations - before.allocations));
    require(after.mapped == before.mapped, "%jd bytes are still mapped",
            (intmax_t)(after.mapped - before.mapped));
    require(after.threads == before.threads, "%jd threads still run",
            (intmax_t)(after.threads - before.threads));
    require(after.files == before.files, "%jd files are still open",
            (intmax_t)(after.files - before.files));
    exit(EXIT_SUCCESS);
}

/* In memory, where there is a file system for it: thousands of runs make and remove a tree of sysfs each. */
static bool make_folder(void)
{
    (void)snprintf(folder, sizeof(folder), "%s/ironring-inject-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) != NULL;
}

/* One run in a process of its own. Returns whether it was as it must be. */
static bool run_once(const struct scenario *scenario, const struct inject_plan *plan)
{
    int status = 0;
    pid_t child;

    memset(report, 0, sizeof(*report));
    if (!make_folder()) {
        (void)snprintf(report->failure, sizeof(report->failure), "no folder %s", folder);
        return false;
    }
    (void)fflush(NULL);
    child = fork();
    if (child == 0)
        run_here(scenario, plan);
    if (child < 0 || waitpid(child, &status, 0) != child)
        (void)snprintf(report->failure, sizeof(report->failure), "no process");
    else if (WIFSIGNALED(status))
        (void)snprintf(report->failure, sizeof(report->failure), "ended by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (status != 0 && report->failure[0] == '\0')
        (void)snprintf(report->failure, sizeof(report->failure), "exit status %d",
                       WEXITSTATUS(status));
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return report->failure[0] == '\0';
}

static void tell_failure(const struct inject_plan *plan)
{
    (void)fprintf(diagnostics, "# %s number %u%s fails with %s: %s\n",
                  inject_calls[plan->kind].name, plan->number,
                  plan->lasting ? " and all after it" : "", strerrorname_np(plan->error),
                  report->failure);
}

/* Fail call 1, 2, ... until a run passes without a failure. Returns the number of calls failed. */
static uint32_t fail_each(const struct scenario *scenario, struct inject_plan plan, bool *good)
{
    bool fired;

    plan.number = 0;
    do {
        plan.number++;
        if (!run_once(scenario, &plan)) {
            tell_failure(&plan);
            *good = false;
        }
        fired = report->fired > 0;
    } while (fired && plan.number < NUMBER_MAX);
    if (fired) {
        (void)fprintf(diagnostics, "# it goes on after %u calls\n", plan.number);
        *good = false;
    }
    return plan.number - 1;
}

/* Returns the number of calls of the kind that were failed. */
static uint32_t run_kind(const struct scenario *scenario, enum inject_kind kind, bool quick,
                         bool *good)
{
    const int *errors = inject_calls[kind].errors;
    struct inject_plan plan = {.kind = kind, .error = errors[0]};
    uint32_t points = fail_each(scenario, plan, good);

    if (points == 0 || quick)
        return points;
    plan.lasting = true;
    (void)fail_each(scenario, plan, good);
    plan.lasting = false;
    for (size_t i = 1; errors[i] != 0; i++) {
        plan.error = errors[i];
        (void)fail_each(scenario, plan, good);
    }
    return points;
}

/* A line, which `number` counts, and the reasons after it, unless there is no such call. */
static bool tell_kind(const struct scenario *scenario, enum inject_kind kind, bool quick,
                      unsigned *number)
{
    bool good = true;
    char *reasons = NULL;
    size_t length;
    uint32_t points;

    diagnostics = open_memstream(&reasons, &length);
    if (diagnostics == NULL) {
        perror("no memory for reasons");
        exit(EXIT_FAILURE);
    }
    points = run_kind(scenario, kind, quick, &good);
    (void)fclose(diagnostics);
    if (points > 0 || !good) {
        (*number)++;
        printf("%s %u - %s survives each failing %s: points %u, %s\n%s", good ? "ok" : "not ok",
               *number, scenario->name, inject_calls[kind].name, points,
               good ? "all handled" : "NOT all handled", reasons);
    }
    free(reasons);
    return good;
}

static bool run_scenario(const struct scenario *scenario, bool quick, unsigned *number)
{
    struct inject_plan none = {.number = 0};
    bool all_good = run_once(scenario, &none);

    (*number)++;
    printf("%s %u - %s works when nothing fails\n", all_good ? "ok" : "not ok", *number,
           scenario->name);
    if (!all_good) {
        printf("# %s\n", report->failure);
        return false;
    }
    for (unsigned kind = 0; kind < INJECT_KINDS; kind++)
        all_good = tell_kind(scenario, (enum inject_kind)kind, quick, number) && all_good;
    return all_good;
}

int engine_run(const struct scenario *scenarios, size_t count, int argc, char **argv)
{
    const char *quick = getenv("TESTS_QUICK");
    unsigned number = 0;
    bool good = true;

    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) {
        perror("no shared memory");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        if (argc < 2 || strcmp(argv[1], scenarios[i].name) == 0)
            good = run_scenario(&scenarios[i], quick != NULL && *quick != '\0', &number) && good;
    }
    if (number == 0) {
        (void)fprintf(stderr, "there is no scenario '%s'\n", argc < 2 ? "" : argv[1]);
        good = false;
    }
    printf("1..%u\n", number);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
