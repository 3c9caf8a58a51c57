/* SPDX-License-Identifier: MIT
 *
 * ironring bind: understanding what shall be bound to which driver.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ifaddrs.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bind.h"

#define RECORD_LENGTH 4096u /* of a user in the database */

const struct ir_bind_roots cli_bind_roots = {IR_SYSFS, IR_DEV, IR_PROC};

static size_t count_operands(char *const *operands)
{
    size_t count = 0;

    while (operands[count] != NULL)
        count++;
    return count;
}

/* Find the target that `word` names. */
static bool find_target(const char *word, enum ir_bind_target *target)
{
    static const enum ir_bind_target targets[] = {IR_BIND_VFIO_PCI, IR_BIND_UIO_PCI_GENERIC,
                                                  IR_BIND_KERNEL};

    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (strcmp(word, ir_bind_target_name(targets[i])) != 0)
            continue;
        *target = targets[i];
        return true;
    }
    return false;
}

/* The operands before the driver are addresses. wish->addresses has room for all operands. */
static int take_addresses(struct cli_bind_wish *wish, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!ir_pci_address(wish->operands[i], wish->addresses[i])) {
            cli_error("'%s' is not a PCI address; give one such as 0000:03:00.0, which 'ironring "
                      "list' shows",
                      wish->operands[i]);
            return CLI_USAGE;
        }
    }
    wish->count = count;
    return CLI_OK;
}

/* A user's name, or a number from 0 on: (uid_t)-1 is none, see chown(2). */
static int take_user(struct cli_bind_wish *wish)
{
    const char *text = wish->settings->user;
    char record[RECORD_LENGTH];
    struct passwd entry;
    struct passwd *found = NULL;
    char *end;
    unsigned long number;
    int error;

    wish->request.give = true;
    if (text[0] >= '0' && text[0] <= '9') {
        errno = 0;
        number = strtoul(text, &end, 10);
        if (errno == 0 && *end == '\0' && number < (uid_t)-1) {
            wish->request.user = (uid_t)number;
            return CLI_OK;
        }
    }
    error = getpwnam_r(text, &entry, record, sizeof(record), &found);
    if (found != NULL) {
        wish->request.user = entry.pw_uid;
        return CLI_OK;
    }
    if (error == 0) {
        cli_error("there is no user '%s'; give a name or a number that 'id NAME' knows", text);
        return CLI_USAGE;
    }
    cli_error(
        "whether there is a user '%s' cannot be found out: %s; give the number, which 'id -u' "
        "shows",
        text, strerror(error));
    return CLI_FAILED;
}

/* Understand options and operands, of which there is one at least. */
static int understand(struct cli_bind_wish *wish, size_t count)
{
    const struct cli_settings *settings = wish->settings;
    const char *last = wish->operands[count - 1];
    char address[IR_PCI_ADDRESS_LENGTH];
    int status;

    if (settings->json) {
        cli_error("--json goes with --status only");
        return CLI_USAGE;
    }
    if (ir_pci_address(last, address)) {
        cli_error("which driver? Give vfio-pci, uio_pci_generic or kernel after %s", last);
        return CLI_USAGE;
    }
    if (!find_target(last, &wish->request.target)) {
        cli_error(
            "'%s' is neither a PCI address nor a driver to bind to: give addresses, and after "
            "them vfio-pci, uio_pci_generic or kernel",
            last);
        return CLI_USAGE;
    }
    if (count == 1) {
        cli_error("which device? Give an address such as 0000:03:00.0 before %s; 'ironring list' "
                  "shows them",
                  last);
        return CLI_USAGE;
    }
    if (settings->user != NULL && wish->request.target != IR_BIND_VFIO_PCI) {
        cli_error("--user goes with vfio-pci only: without an IOMMU between, only root may drive a "
                  "card");
        return CLI_USAGE;
    }
    status = take_addresses(wish, count - 1);
    if (status == CLI_OK && settings->user != NULL)
        status = take_user(wish);
    wish->request.addresses = wish->addresses;
    wish->request.count = wish->count;
    wish->request.force = settings->force;
    return status;
}

static int change(struct cli_bind_wish *wish, size_t count)
{
    struct ifaddrs *interfaces = NULL;
    struct ir_bind_plan plan;
    int status = understand(wish, count);
    int error;

    if (status != CLI_OK)
        return status;
    if (!wish->request.force && getifaddrs(&interfaces) != 0) {
        cli_error("which addresses are in use cannot be found out: %s; when no interface of the "
                  "devices is, add --force",
                  strerror(errno));
        return CLI_FAILED;
    }
    wish->request.interfaces = interfaces;
    error = ir_bind_plan(&cli_bind_roots, &wish->request, &plan);
    if (error == 0)
        status = cli_bind_follow(wish, &plan);
    else if (error == -EPERM)
        cli_bind_say_refusal(&plan);
    else
        cli_error("%s cannot be bound: %s", wish->addresses[0], strerror(-error));
    if (error != 0)
        status = CLI_FAILED;
    ir_bind_plan_release(&plan);
    freeifaddrs(interfaces);
    return status;
}

static int run_bind(const struct cli_command *command, const struct cli_settings *settings,
                    char *const *operands)
{
    struct cli_bind_wish wish = {.settings = settings, .operands = operands};
    size_t count = count_operands(operands);
    int status;

    (void)command;
    if (count == 0 &&
        (settings->user != NULL || settings->yes || settings->dry_run || settings->force)) {
        cli_error("which device, and which driver? See ironring bind --help");
        return CLI_USAGE;
    }
    wish.addresses = calloc(count + 1, sizeof(*wish.addresses));
    if (wish.addresses == NULL) {
        cli_error("the addresses cannot be kept: %s", strerror(ENOMEM));
        return CLI_FAILED;
    }
    if (count == 0 || settings->status) {
        status = take_addresses(&wish, count);
        if (status == CLI_OK)
            status = cli_bind_status(settings, wish.addresses, count);
    } else {
        status = change(&wish, count);
    }
    free(wish.addresses);
    return status;
}

const struct cli_command cli_bind = {
    .name = "bind",
    .bit = CLI_BIND,
    .operands = "[ADDRESS... DRIVER]",
    .summary = "show and change which driver a network card is bound to",
    .help =
        "Bind PCI network cards to another driver, and let a user open them:\n"
        "  vfio-pci         for Ironring and other programs, which need no root with --user\n"
        "  uio_pci_generic  for programs that run as root, where there is no IOMMU\n"
        "  kernel           back to the driver that the kernel has for the card\n"
        "Without operands, show how the network cards are bound and what is missing to open them "
        "without\n"
        "root. What will be done is printed as commands of the shell before it is. When a step "
        "fails,\n"
        "those before it are taken back. A card is left alone while its interface is up and has "
        "an\n"
        "address, while a program has it open, and while its IOMMU group cannot be used.\n\n"
        "Options:\n"
        "  -u, --user USER     give the card's file in /dev/vfio to the user, a name or a number\n"
        "  -y, --yes           do not ask\n"
        "  -n, --dry-run       print what would be done, and do nothing\n"
        "      --force         take cards whose interfaces are in use, and a part of an IOMMU "
        "group\n"
        "      --status        show how the cards are bound, or those at the addresses given\n"
        "  -j, --json          print one JSON object (with --status)\n"
        "  -h, --help          print this help\n"
        "\nA user needs a memory-lock limit (ulimit -l) of 8192 kB for the defaults of fwd, more "
        "for a\n"
        "larger --pool. Bindings and limits of a shell last until the machine is started again.\n"
        "\nExamples:\n"
        "    ironring bind\n"
        "    sudo ironring bind 0000:03:00.0 vfio-pci --user $USER\n"
        "    sudo ironring bind 0000:03:00.0 0000:03:00.1 vfio-pci --user $USER --yes\n"
        "    ironring bind 0000:03:00.0 vfio-pci --dry-run\n"
        "    sudo ironring bind 0000:03:00.0 kernel\n",
    .run = run_bind,
};
