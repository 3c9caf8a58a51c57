/* SPDX-License-Identifier: MIT
 *
 * A vhost-user front end while something fails, in front of a right back end in a process of its own:
 * each failure is an error that is documented or a device that needs a reset, after which it works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/domain.h"
#include "backend.h"
#include "engine.h"
#include "linux/vhost_user.h"
#include "softdev/function.h"

#define RING         64u
#define PART         0x1000u /* bytes between the parts of rings */
#define STATUS_GOOD  0x0fu
#define COMMAND_BITS 6u /* memory, and reaching memory */
#define DOCUMENTED   10u
/* Longer than a busy machine keeps the back end from running. */
#define TIMEOUT_KEY ",timeout_ms=5000"

struct life {
    const struct inject_plan *plan;
    bool server;
    pid_t back_end;
    struct ir_domain *domain;
    struct ir_transport *transport;
    struct ir_dma rings;
    struct ir_dma more;
};

/* --- The back end's process --- */

static void serve(bool client, const char *path, int ready)
{
    static struct backend backend = {
        .features = BACKEND_FEATURES, .protocol = BACKEND_PROTOCOL, .pairs = 1};

    (void)prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL); /* a run that fails just ends */
    backend.client = client;
    (void)strcpy(backend.path, path);
    backend_start(&backend);
    (void)close(ready);
    for (;;)
        (void)pause();
}

static void start_back_end(struct life *life, const char *path)
{
    int ready[2];
    char byte;

    require(pipe(ready) == 0, "no pipe");
    life->back_end = fork();
    if (life->back_end == 0)
        serve(life->server, path, ready[1]);
    require(life->back_end > 0, "no process");
    (void)close(ready[1]);
    require(read(ready[0], &byte, 1) == 0, "the back end says something"); /* it listens */
    (void)close(ready[0]);
}

static void end_back_end(const struct life *life)
{
    int status;

    (void)kill(life->back_end, SIGKILL);
    (void)waitpid(life->back_end, &status, 0);
}

/* --- What a driver does --- */

static uint32_t read_register(const struct life *life, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    (void)ir_reg_read(&life->transport->bars[SOFT_MODERN_BAR], offset, width, &value);
    return value;
}

static void write_register(const struct life *life, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)ir_reg_write(&life->transport->bars[SOFT_MODERN_BAR], offset, width, value);
}

static void write_address(const struct life *life, uint32_t offset, uint64_t address)
{
    write_register(life, offset, 4, (uint32_t)(address & UINT32_MAX));
    write_register(life, offset + 4, 4, (uint32_t)(address >> 32));
}

static void set_up_ring(const struct life *life, uint32_t index)
{
    uint64_t ring = life->rings.iova + (uint64_t)index * 3 * PART;

    write_register(life, 22, 2, index);
    write_register(life, 24, 2, RING);
    write_address(life, 32, ring);
    write_address(life, 40, ring + PART);
    write_address(life, 48, ring + 2 * (uint64_t)PART);
    write_register(life, 28, 2, 1);
}

static int create_domain(struct life *life)
{
    return ir_domain_create(&life->domain);
}

static int open_device(struct life *life)
{
    char sentence[IR_ERROR_LENGTH] = "";
    char text[128];
    int result;

    (void)snprintf(text, sizeof(text), "%s/s" TIMEOUT_KEY "%s", engine_folder(),
                   life->server ? ",server=on" : "");
    result = ir_vhost_user_open(text, &life->transport, sentence);
    require(result == 0 || strstr(sentence, "; ") != NULL, "no remedy is named: %s", sentence);
    require(result == 0 || life->transport == NULL, "a failure gave a device");
    return result;
}

static int attach(struct life *life)
{
    return ir_domain_attach(life->domain, life->transport);
}

static int allocate(struct life *life)
{
    return ir_domain_alloc(life->domain, 6 * PART, &life->rings);
}

static int start(struct life *life)
{
    (void)life->transport->ops->config_write(life->transport, 4, 2, COMMAND_BITS);
    write_register(life, 20, 1, 0);
    if (read_register(life, 20, 1) != 0)
        return -ETIMEDOUT;
    write_register(life, 20, 1, SOFT_ACKNOWLEDGE);
    write_register(life, 20, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    write_register(life, 8, 4, 1);
    write_register(life, 12, 4, 1); /* VERSION_1 */
    write_register(life, 20, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    if ((read_register(life, 20, 1) & SOFT_FEATURES_OK) == 0)
        return -EIO;
    set_up_ring(life, 0);
    set_up_ring(life, 1);
    write_register(life, 20, 1, STATUS_GOOD);
    return read_register(life, 20, 1) == STATUS_GOOD ? 0 : -EIO;
}

/* The memory becomes more than the back end knows. */
static int grow(struct life *life)
{
    return life->more.size != 0 ? 0 : ir_domain_alloc(life->domain, UINT64_C(1) << 26, &life->more);
}

static int notify(struct life *life)
{
    write_register(life, SOFT_NOTIFY_OFFSET, 2, 0);
    return 0;
}

/* It may have come to need a reset; then that is what helps. */
static int see_that_it_runs(struct life *life)
{
    return read_register(life, 20, 1) == STATUS_GOOD ? 0 : start(life);
}

static const struct step {
    const char *name;
    int (*call)(struct life *life);
    int errors[DOCUMENTED];
} steps[] = {
    {"ir_domain_create", create_domain, {ENOMEM}},
    {"opening",
     open_device,
     {ENODEV, ENOTSOCK, EADDRINUSE, EACCES, ETIMEDOUT, EIO, EPROTO, ENOMEM}},
    {"ir_domain_attach", attach, {ENOMEM}},
    {"ir_domain_alloc", allocate, {ENOMEM}},
    {"starting", start, {ETIMEDOUT, EIO}},
    {"growing", grow, {ENOMEM}},
    {"a notification", notify, {0}},
    {"running on", see_that_it_runs, {ETIMEDOUT, EIO}},
};

static bool documented(const struct life *life, const struct step *step, int result)
{
    for (size_t i = 0; i < DOCUMENTED && step->errors[i] != 0; i++) {
        if (result == -step->errors[i])
            return true;
    }
    return (step->call == create_domain || step->call == open_device) &&
           result == -life->plan->error;
}

static void live(struct life *life)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        int result = steps[i].call(life);

        if (result == 0)
            continue;
        require(inject_fired() > 0, "%s fails for no reason: %d", steps[i].name, result);
        require(documented(life, &steps[i], result), "%s: %s (%d) is not documented", steps[i].name,
                strerror(-result), result);
        if (life->plan->lasting)
            return;
        result = steps[i].call(life);
        require(result == 0, "%s works no more after it failed once: %d", steps[i].name, result);
    }
}

static void end(struct life *life)
{
    if (life->transport != NULL) {
        write_register(life, 20, 1, 0);
        ir_domain_detach(life->domain, life->transport, true);
        life->transport->ops->close(life->transport);
    }
    if (life->domain != NULL) {
        ir_domain_free(life->domain, &life->rings);
        ir_domain_free(life->domain, &life->more);
    }
    require(ir_domain_destroy(life->domain) == 0, "ir_domain_destroy");
}

static void run_life(const void *subject, const struct inject_plan *plan)
{
    struct life life = {.plan = plan, .server = subject != NULL};
    char path[108];

    (void)snprintf(path, sizeof(path), "%s/s", engine_folder());
    start_back_end(&life, path);
    inject_arm(plan);
    live(&life);
    end(&life);
    (void)inject_disarm();
    end_back_end(&life);
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        {"a_front_end_that_connects", NULL, run_life},
        {"a_front_end_that_listens", "server", run_life},
    };

    return engine_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
