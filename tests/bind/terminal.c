/* SPDX-License-Identifier: MIT
 *
 * Standard streams in files of the test's folder, and a terminal when somebody is to be asked.
 */
#define _GNU_SOURCE
#include "terminal.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../inject/inject.h"
#include "fixture.h"

#define WORDS_MAX 16u
#define TEXT_ROOM 8192u

/* The tool's main, renamed by the build. */
int ironring_main(int argc, char **argv);

static char out[TEXT_ROOM];
static char err[TEXT_ROOM];
static struct inject_plan failing;

const char *terminal_out(void)
{
    return out;
}

const char *terminal_err(void)
{
    return err;
}

void terminal_let_fail(const struct inject_plan *plan)
{
    failing = *plan;
}

static int open_terminal(const char *answer, int *other)
{
    struct termios quiet;
    int file;

    *other = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*other >= 0 && grantpt(*other) == 0 && unlockpt(*other) == 0);
    file = open(ptsname(*other), O_RDWR | O_NOCTTY);
    assert_true(file >= 0 && tcgetattr(file, &quiet) == 0);
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    assert_int_equal(tcsetattr(file, TCSANOW, &quiet), 0);
    assert_int_equal(write(*other, answer, strlen(answer)), strlen(answer));
    return file;
}

static void redirect(int descriptor, int file)
{
    assert_true(file >= 0);
    assert_int_equal(dup2(file, descriptor), descriptor);
    assert_int_equal(close(file), 0);
}

static int open_in_folder(const char *name, int flags)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", fixture_folder(), name);
    return open(path, flags | O_CLOEXEC, 0600);
}

static void read_back(const char *name, char text[TEXT_ROOM])
{
    int file = open_in_folder(name, O_RDONLY);
    ssize_t length = read(file, text, TEXT_ROOM - 1);

    assert_true(length >= 0);
    text[length] = '\0';
    assert_int_equal(close(file), 0);
}

int terminal_run(const char *line, const char *answer)
{
    static char words[512];
    char *arguments[WORDS_MAX + 1] = {(char *)"ironring", (char *)"bind"};
    int count = 2;
    int other = -1;
    int saved[3];
    int status;

    (void)snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < (int)WORDS_MAX);
        arguments[count++] = word;
    }
    (void)fflush(NULL);
    for (int i = 0; i < 3; i++)
        saved[i] = dup(i);
    redirect(STDIN_FILENO, answer != NULL ? open_terminal(answer, &other)
                                          : open("/dev/null", O_RDONLY | O_CLOEXEC));
    redirect(STDOUT_FILENO, open_in_folder("out", O_WRONLY | O_CREAT | O_TRUNC));
    redirect(STDERR_FILENO, open_in_folder("err", O_WRONLY | O_CREAT | O_TRUNC));
    optind = 0; /* begin anew, see getopt(3) */
    inject_stage(fixture_folder());
    inject_arm(&failing);
    status = ironring_main(count, arguments);
    (void)inject_disarm();
    inject_stage(NULL);
    (void)fflush(stdout);
    for (int i = 0; i < 3; i++)
        redirect(i, saved[i]);
    if (other >= 0)
        assert_int_equal(close(other), 0);
    read_back("out", out);
    read_back("err", err);
    return status;
}
