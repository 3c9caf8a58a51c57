/* SPDX-License-Identifier: MIT
 *
 * The tool while something fails: it ends with status 1 and one sentence that names what failed, or it did
 * all of its work.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../bind/machine.h"
#include "engine.h"
#include "frames.h"
#include "sysfs.h"

#define ARGUMENTS_MAX 16u
#define NAMES_MAX     8u
#define ROOM          512u
#define LINES_ROOM    16384u

/* The tool's main, renamed by the build. */
int ironring_main(int argc, char **argv);

struct command {
    /* One that begins with a comma is keys of a card; %s is the folder of the run. */
    const char *arguments[ARGUMENTS_MAX];
    const char *names[NAMES_MAX]; /* a sentence about a failure has one of these */
    bool (*complete)(void);       /* all the work is done */
};

struct subject {
    const char *card;
    const struct command *command;
};

static const char *path_of(const char *name)
{
    static char path[ROOM];

    (void)snprintf(path, sizeof(path), "%s/%s", engine_folder(), name);
    return path;
}

static void redirect(int descriptor, const char *name)
{
    int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    require(file >= 0 && dup2(file, descriptor) == descriptor && close(file) == 0,
            "%s cannot be redirected", name);
}

static const char *text_of(const char *name)
{
    static char text[LINES_ROOM];
    FILE *file = fopen(path_of(name), "re");
    size_t length;

    require(file != NULL, "%s cannot be read", name);
    length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    (void)fclose(file); /* only read */
    return text;
}

/* Exactly one line that begins with "ironring: ", and it names one of the things. When a kind of call keeps
 * failing, two things may fail: a capture, and standard output. */
static void check_sentence(const struct command *command, const char *lines, unsigned most)
{
    static const char begin[] = "ironring: ";
    const char *sentence = NULL;
    unsigned sentences = 0;
    bool named = false;
    size_t length = 0;

    for (const char *line = lines; *line != '\0'; line += strcspn(line, "\n") + 1) {
        if (strncmp(line, begin, sizeof(begin) - 1) != 0)
            continue;
        sentences++;
        require(sentences <= most, "%u sentences on standard error:\n%s", sentences, lines);
        sentence = line;
        length = strcspn(line, "\n");
    }
    require(sentence != NULL, "status 1 without a sentence on standard error:\n%s", lines);
    for (size_t i = 0; i < NAMES_MAX && command->names[i] != NULL; i++) {
        const char *found = strstr(sentence, command->names[i]);

        named = named || (found != NULL && found < sentence + length);
    }
    require(named, "the sentence does not name what failed:\n%s", lines);
}

static bool card_is_alices(void)
{
    return strcmp(machine_driver(MACHINE_NIC), "vfio-pci") == 0 &&
           strcmp(machine_override(MACHINE_NIC), "vfio-pci") == 0 &&
           strstr(text_of("out"), "0000:01:00.0 is bound to vfio-pci") != NULL;
}

static bool card_is_the_kernels(void)
{
    return strcmp(machine_driver(MACHINE_NIC), "e1000e") == 0 &&
           strcmp(machine_override(MACHINE_NIC), "(null)") == 0;
}

static bool all_bindings_are_shown(void)
{
    const char *lines = text_of("out");

    return strstr(lines, "0000:01:00.0") != NULL && strstr(lines, "0000:03:01.0") != NULL &&
           strstr(lines, "\n0000:03:02.0") != NULL && lines[strlen(lines) - 1] == '\n';
}

static bool binding_is_shown(void)
{
    const char *lines = text_of("out");

    return strstr(lines, "\"driver\":\"e1000e\"") != NULL &&
           strstr(lines, "\"memory_lock_limit\":") != NULL && lines[strlen(lines) - 1] == '\n';
}

/* Sentences on bindings that are not as they were. */
static bool tells_of_a_change(const char *lines)
{
    return strstr(lines, "not all that was done before could be taken back") != NULL ||
           strstr(lines, "it was done, but cannot be read back") != NULL ||
           strstr(lines, "standard output cannot be written") != NULL;
}

static void run_tool(const void *of, const struct inject_plan *plan)
{
    const struct subject *subject = of;
    const struct command *command = subject->command;
    bool binds = strcmp(command->arguments[1], "bind") == 0;
    bool lists = strcmp(command->arguments[1], "list") == 0;
    static char text[ARGUMENTS_MAX][ROOM];
    static char no_sandbox[] = "--no-sandbox";
    char *arguments[ARGUMENTS_MAX + 2] = {NULL};
    int count = 0;
    int saved[2];
    int status;

    if (binds)
        require(machine_build(engine_folder(), command->complete == all_bindings_are_shown ? 3 : 1),
                "no machine");
    else if (lists)
        sysfs_build(engine_folder());
    frames_write(path_of("in.pcap"));
    for (; command->arguments[count] != NULL; count++) {
        int used = 0;

        if (command->arguments[count][0] == ',')
            used = snprintf(text[count], ROOM, "sim:%s", subject->card);
        (void)snprintf(text[count] + used, ROOM - (size_t)used, command->arguments[count],
                       engine_folder(), engine_folder());
        arguments[count] = text[count];
    }
    /* This process goes on opening files; test_sandbox.c is about the sandbox. */
    if (!lists && !binds)
        arguments[count++] = no_sandbox;
    saved[0] = dup(STDOUT_FILENO);
    saved[1] = dup(STDERR_FILENO);
    redirect(STDOUT_FILENO, "out");
    redirect(STDERR_FILENO, "err");
    inject_arm(plan);
    status = ironring_main(count, arguments);
    (void)inject_disarm();
    (void)fflush(stdout);
    require(dup2(saved[0], STDOUT_FILENO) >= 0 && dup2(saved[1], STDERR_FILENO) >= 0 &&
                close(saved[0]) == 0 && close(saved[1]) == 0,
            "no standard output any more");

    if (status == 0) {
        /* What sysfs says is not there may have been unplugged: a shorter list is right. */
        if ((lists || command->complete == all_bindings_are_shown) && inject_fired() > 0 &&
            plan->error == ENOENT)
            return;
        require(command->complete(), "success, but the work is not done:\n%s", text_of("err"));
        return;
    }
    require(inject_fired() > 0, "it fails for no reason:\n%s", text_of("err"));
    require(status == 1, "exit status %d:\n%s", status, text_of("err"));
    require(!binds || card_is_the_kernels() || tells_of_a_change(text_of("err")),
            "it fails, and what has changed is not told:\n%s", text_of("err"));
    check_sentence(command, text_of("err"), plan->lasting ? 2 : 1);
}

static bool all_is_in_the_capture(void)
{
    return frames_match(path_of("out.pcap"));
}

static bool three_frames_are_in_the_capture(void)
{
    return frames_count(path_of("out.pcap")) == 3;
}

static bool one_answer_is_in_the_capture(void)
{
    return frames_count(path_of("out.pcap")) == 1;
}

static bool pcapng_has_all(void)
{
    /* blocks of section and interface, then each frame with 32 bytes around it, padded to 4 */
    long expected = 28 + 32;
    FILE *file = fopen(path_of("out.pcapng"), "rbe");
    bool same;

    for (long i = 0; i < FRAMES_IN_FILE; i++)
        expected += 32 + (60 + 11 * i + 3) / 4 * 4;
    if (file == NULL)
        return false;
    same = fseek(file, 0, SEEK_END) == 0 && ftell(file) == expected;
    (void)fclose(file); /* only read */
    return same;
}

static bool both_cards_are_listed(void)
{
    const char *lines = text_of("out");

    return strstr(lines, "0000:03:00.0") != NULL && strstr(lines, "0000:04:00.0") != NULL &&
           strstr(lines, "ixgbe") != NULL && strstr(lines, "virtio-pci") != NULL &&
           lines[strlen(lines) - 1] == '\n';
}

static bool summary_is_printed(void)
{
    return all_is_in_the_capture() && strstr(text_of("out"), "\"type\":\"summary\"") != NULL &&
           strstr(text_of("out"), "}}\n") != NULL;
}

#define COMMON_NAMES "a pool of", "sim:", "rx=/", "tx=/", "standard output"

static const struct command forward = {
    {"ironring", "fwd", "--ring", "64", ",mode=step,rx=%s/in.pcap", ",mode=step,tx=%s/out.pcap"},
    {COMMON_NAMES},
    all_is_in_the_capture,
};
static const struct command forward_json = {
    {"ironring", "fwd", "--json", "--ring", "64", ",rx=%s/in.pcap", ",tx=%s/out.pcap"},
    {COMMON_NAMES, "waiting for packets"},
    summary_is_printed,
};
static const struct command generate = {
    {"ironring", "gen", "--count", "3", ",mode=step,tx=%s/out.pcap"},
    {COMMON_NAMES},
    three_frames_are_in_the_capture,
};
static const struct command capture = {
    {"ironring", "capture", ",mode=step,rx=%s/in.pcap", "%s/out.pcap"},
    {COMMON_NAMES, "/out.pcap cannot be"},
    all_is_in_the_capture,
};
static const struct command capture_pcapng = {
    {"ironring", "capture", ",mode=step,rx=%s/in.pcap", "%s/out.pcapng"},
    {COMMON_NAMES, "/out.pcapng cannot be"},
    pcapng_has_all,
};
static const struct command echo = {
    {"ironring", "echo", "--ip", "10.0.0.2", ",mode=step,rx=%s/in.pcap,tx=%s/out.pcap"},
    {COMMON_NAMES},
    one_answer_is_in_the_capture,
};
static const struct command list = {
    {"ironring", "list"},
    {"PCI devices", "standard output"},
    both_cards_are_listed,
};
static const struct command list_json = {
    {"ironring", "list", "--json"},
    {"PCI devices", "standard output"},
    both_cards_are_listed,
};
static const struct command bind_to_vfio = {
    {"ironring", "bind", "01:00.0", "vfio-pci", "--user", "alice", "--yes"},
    {"01:00.0", "/dev/vfio/5", "user 'alice'", "addresses", "/sys", "loaded vfio-pci",
     "standard output"},
    card_is_alices,
};
static const struct command show_bindings = {
    {"ironring", "bind"},
    {"addresses", "PCI devices", "/sys/bus/pci/devices/0000:", "standard output"},
    all_bindings_are_shown,
};
static const struct command show_binding = {
    {"ironring", "bind", "--status", "--json", "01:00.0"},
    {"addresses", "01:00.0", "standard output"},
    binding_is_shown,
};

int main(int argc, char **argv)
{
    const struct scenario scenarios[] = {
        {"ironring_fwd", &(struct subject){"82599", &forward}, run_tool},
        {"ironring_fwd_with_threads_and_json", &(struct subject){"82599", &forward_json}, run_tool},
        {"ironring_gen", &(struct subject){"82599", &generate}, run_tool},
        {"ironring_capture", &(struct subject){"82599", &capture}, run_tool},
        {"ironring_capture_to_pcapng", &(struct subject){"82599", &capture_pcapng}, run_tool},
        {"ironring_echo", &(struct subject){"82599", &echo}, run_tool},
        {"ironring_list", &(struct subject){"", &list}, run_tool},
        {"ironring_list_in_json", &(struct subject){"", &list_json}, run_tool},
        {"ironring_bind_to_vfio", &(struct subject){"", &bind_to_vfio}, run_tool},
        {"ironring_bind_showing_all", &(struct subject){"", &show_bindings}, run_tool},
        {"ironring_bind_showing_one_in_json", &(struct subject){"", &show_binding}, run_tool},
        {"ironring_fwd_on_82574_cards", &(struct subject){"82574", &forward}, run_tool},
        {"ironring_fwd_on_virtio_cards", &(struct subject){"virtio", &forward}, run_tool},
        {"ironring_fwd_with_threads_and_json_on_virtio_cards",
         &(struct subject){"virtio", &forward_json}, run_tool},
        {"ironring_gen_on_virtio_cards", &(struct subject){"virtio", &generate}, run_tool},
        {"ironring_capture_on_virtio_cards", &(struct subject){"virtio", &capture}, run_tool},
        {"ironring_echo_on_virtio_cards", &(struct subject){"virtio", &echo}, run_tool},
    };

    return engine_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
