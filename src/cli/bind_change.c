/* SPDX-License-Identifier: MIT
 *
 * Changing a binding: what will be done, whether the user wants it, and what came of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/bind.h"

#define COMMAND_LENGTH 1024u

/* The same command for root. */
static void write_sudo(const struct cli_bind_wish *wish, char command[COMMAND_LENGTH])
{
    size_t length = (size_t)snprintf(command, COMMAND_LENGTH, "sudo ironring bind");

    for (char *const *operand = wish->operands; *operand != NULL && length < COMMAND_LENGTH;
         operand++)
        length += (size_t)snprintf(command + length, COMMAND_LENGTH - length, " %s", *operand);
    if (wish->settings->user != NULL && length < COMMAND_LENGTH)
        length += (size_t)snprintf(command + length, COMMAND_LENGTH - length, " --user %s",
                                   wish->settings->user);
    if (wish->settings->force && length < COMMAND_LENGTH)
        (void)snprintf(command + length, COMMAND_LENGTH - length, " --force");
}

/* Print the step as the command of a shell that does the same. */
static void print_step(FILE *stream, const struct cli_bind_wish *wish,
                       const struct ir_bind_plan *plan, const struct ir_bind_step *step)
{
    switch (step->kind) {
    case IR_BIND_WRITE:
    case IR_BIND_PROBE:
        (void)fprintf(stream, "echo %s%s> %s", step->text, step->text[0] != '\0' ? " " : "",
                      step->path);
        break;
    case IR_BIND_GIVE_GROUP:
    case IR_BIND_GIVE_DEVICE:
        (void)fprintf(stream, "chown %s ", wish->settings->user);
        if (step->path[0] != '\0')
            (void)fprintf(stream, "%s", step->path);
        else /* named by the kernel once the device is bound */
            (void)fprintf(stream, "%s/vfio/devices/$(ls %s/bus/pci/devices/%s/vfio-dev)",
                          plan->roots.dev, plan->roots.sysfs,
                          plan->devices[step->device].info.address);
        break;
    }
}

/* Print all steps, and what else they mean as comments of the shell. */
static void print_plan(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan)
{
    for (size_t i = 0; i < plan->device_count; i++) {
        const struct ir_bind_device *device = &plan->devices[i];

        if (ir_bind_is_bound(plan->target, device->info.driver))
            continue;
        for (uint32_t n = 0; n < device->info.interface_count; n++)
            printf("# %s: its interface %s will be gone\n", device->info.address,
                   device->info.interfaces[n].name);
        if (plan->target == IR_BIND_UIO_PCI_GENERIC && device->info.translated)
            printf("# %s: the IOMMU will keep it from all memory; vfio-pci is what it is for\n",
                   device->info.address);
    }
    for (size_t i = 0; i < plan->step_count; i++) {
        print_step(stdout, wish, plan, &plan->steps[i]);
        (void)fputc('\n', stdout);
    }
}

/* Ask whether to go on. */
static int ask(void)
{
    char answer[64];
    ssize_t length;

    cli_say("Do this? [y/N] ");
    length = read(STDIN_FILENO, answer, sizeof(answer));
    if (length > 0 && (answer[0] == 'y' || answer[0] == 'Y'))
        return CLI_OK;
    cli_error("nothing was changed%s%s", length < 0 ? ": the answer cannot be read: " : "",
              length < 0 ? strerror(errno) : "");
    return CLI_FAILED;
}

/* Say how each device is bound now. Returns whether all could be read. */
static bool say_state(FILE *stream, const struct ir_bind_plan *plan)
{
    bool known = true;

    for (size_t i = 0; i < plan->device_count; i++) {
        const char *address = plan->devices[i].info.address;
        struct ir_bind_device now;
        char name[CLI_USER_LENGTH];

        if (ir_bind_inspect(&plan->roots, address, &now) != 0) {
            (void)fprintf(stream, "%s cannot be read\n", address);
            known = false;
        } else {
            (void)fprintf(stream, "%s is bound to %s", address,
                          now.info.driver[0] != '\0' ? now.info.driver : "no driver");
            if (now.group_node.exists)
                (void)fprintf(stream, "; %s belongs to %s, mode %04o", now.group_node.path,
                              cli_bind_user_name(now.group_node.owner, name), now.group_node.mode);
            (void)fprintf(stream, "\n");
        }
        ir_bind_release(&now);
    }
    return known;
}

/* Why a step failed, and what has become of those before it. */
static void say_failure(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan,
                        const struct ir_bind_result *result)
{
    const struct ir_bind_step *step = &plan->steps[result->failed];
    const char *address = plan->devices[step->device].info.address;
    const char *after = result->unrestored > 0 ? "not all that was done before could be taken back"
                                               : "what was done before has been taken back";

    if (result->error == -ENXIO && plan->target == IR_BIND_KERNEL) {
        cli_error("no driver of the kernel took %s, and %s; load its module first: sudo modprobe "
                  "$(cat %s/bus/pci/devices/%s/modalias)",
                  address, after, plan->roots.sysfs, address);
    } else if (result->error == -ENXIO) {
        cli_error("%s did not take %s, and %s; the kernel's log says why: sudo dmesg | tail",
                  ir_bind_target_name(plan->target), address, after);
    } else {
        (void)fputs("ironring: '", stderr);
        print_step(stderr, wish, plan, step);
        cli_say("' failed: %s; %s\n", strerror(-result->error), after);
    }
    (void)say_state(stderr, plan);
}

/* Take the steps. A signal in between would leave a device without a driver. */
static int carry_out(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan)
{
    struct ir_bind_result result;
    sigset_t blocked;
    sigset_t before;
    char name[CLI_USER_LENGTH];

    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGHUP);
    (void)sigaddset(&blocked, SIGINT);
    (void)sigaddset(&blocked, SIGQUIT);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigaddset(&blocked, SIGTSTP);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    (void)ir_bind_do(plan, &result);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (result.error != 0) {
        say_failure(wish, plan, &result);
        return CLI_FAILED;
    }
    if (!say_state(stdout, plan)) {
        cli_error("%s%s: it was done, but cannot be read back; see ironring bind --status",
                  plan->devices[0].info.address, plan->device_count > 1 ? " and others" : "");
        return CLI_FAILED;
    }
    if (wish->request.give) {
        (void)cli_bind_user_name(wish->request.user, name);
        printf(
            "%s needs a memory-lock limit (ulimit -l) of %u kB for the defaults of fwd, and of "
            "more for a larger\n--pool: buffers times their size. To set it for good, and log in "
            "again:\n    echo '%s - memlock %u' | sudo tee "
            "/etc/security/limits.d/ironring.conf\n",
            name, CLI_MEMLOCK_KB, name, CLI_MEMLOCK_KB);
    }
    return CLI_OK;
}

/* Whether the user may change the binding, and can be asked. */
static int check_permission(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan)
{
    char command[COMMAND_LENGTH];
    int error = ir_bind_permitted(plan);

    if (error == -EACCES) {
        write_sudo(wish, command);
        cli_error("only root can change a binding: %s", command);
    } else if (error == -EROFS) {
        cli_error("%s cannot be written here, as in a container: run this on the host itself",
                  plan->roots.sysfs);
    } else if (error != 0) {
        cli_error("%s cannot be written: %s", plan->roots.sysfs, strerror(-error));
    }
    if (error != 0)
        return CLI_FAILED;
    if (!wish->settings->yes && !isatty(STDIN_FILENO)) {
        cli_error(
            "nobody can be asked, since standard input is no terminal; add --yes to do it, or "
            "--dry-run to see what it would do");
        return CLI_USAGE;
    }
    return CLI_OK;
}

int cli_bind_follow(const struct cli_bind_wish *wish, const struct ir_bind_plan *plan)
{
    int status = CLI_OK;

    if (plan->step_count == 0) {
        cli_say("There is nothing to do:\n");
        return say_state(stdout, plan) ? CLI_OK : CLI_FAILED;
    }
    if (!wish->settings->dry_run)
        status = check_permission(wish, plan);
    if (status != CLI_OK)
        return status;
    print_plan(wish, plan);
    if (fflush(stdout) != 0)
        return CLI_FAILED; /* main says it; nothing is done that has not been shown */
    if (wish->settings->dry_run)
        return CLI_OK;
    if (!wish->settings->yes)
        status = ask();
    return status == CLI_OK ? carry_out(wish, plan) : status;
}
