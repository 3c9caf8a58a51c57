/* SPDX-License-Identifier: MIT
 *
 * The ironring tool: finds the subcommand and prints help. What a subcommand does is in its own
 * file.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ironring/ironring.h>

#include "cli/cli.h"

static const struct cli_command *const commands[] = {&cli_fwd,  &cli_gen,  &cli_capture,
                                                     &cli_echo, &cli_list, &cli_bind};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

void cli_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
}

void cli_error(const char *format, ...)
{
    va_list arguments;

    (void)fputs("ironring: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

static void print_tool_help(void)
{
    puts("Usage: ironring COMMAND [OPTIONS] ARGUMENTS\n\n"
         "Forward, generate, capture and answer packets with user-space network drivers.\n\n"
         "Commands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %-19s %s\n", commands[i]->name, commands[i]->operands, commands[i]->summary);
    puts("\nDevices:\n"
         "  0000:03:00.0      a PCI network card: Intel 82599 or 82574, virtio\n"
         "  vhost-user:PATH   a virtio card that another program provides at a socket\n"
         "  sim:82599,...     a simulated card and what it is plugged into; also sim:82574, "
         "sim:virtio\n\n"
         "Examples:\n"
         "  ironring fwd sim:82599,rx=in.pcap sim:82599,tx=out.pcap\n"
         "  ironring echo sim:82599,tap=t0 --ip 10.0.0.2\n"
         "  ironring list\n"
         "  ironring bind 0000:03:00.0 vfio-pci --user $USER\n\n"
         "'ironring COMMAND --help' tells more of a command, ironring(7) of device strings.");
}

static const struct cli_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

/* Standard output may be full or gone; what was written there must not get lost in silence. */
static int close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_error("standard output cannot be written");
    return status != CLI_OK ? status : CLI_FAILED;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct cli_settings settings = {
        .burst = 32,
        .ring = 512,
        .buffer = IR_BUFFER_SIZE_MIN,
        .size = 60,
        .flows = 1,
        .seed = 1,
        .snaplen = 262144,
    };
    char *const *operands = NULL;
    int status = cli_options(command, argc, argv, &settings, &operands);

    if (status != CLI_OK)
        return status;
    if (settings.help) {
        printf("Usage: ironring %s [OPTIONS] %s\n\n%s", command->name, command->operands,
               command->help);
        return CLI_OK;
    }
    return command->run(command, &settings, operands);
}

int main(int argc, char **argv)
{
    const struct cli_command *command;

    /* A reader of standard output that went away is an error to report, not a reason to die. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        cli_error("which command? See ironring --help");
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_tool_help();
        return close_output(CLI_OK);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("ironring " IRONRING_VERSION);
        return close_output(CLI_OK);
    }
    command = find_command(argv[1]);
    if (command == NULL) {
        cli_error("there is no command '%s'; see ironring --help", argv[1]);
        return CLI_USAGE;
    }
    return close_output(run(command, argc - 1, argv + 1));
}
