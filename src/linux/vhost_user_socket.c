/* SPDX-License-Identifier: MIT
 *
 * The Unix socket of a vhost-user front end; see vhost_user_socket.h.
 */
#define _GNU_SOURCE /* accept4 */
#include "linux/vhost_user_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  1000000000ull
#define NS_PER_MS 1000000ull
#define RETRY_NS  5000000 /* between attempts to connect to a back end that is busy */

static uint64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

uint64_t vu_deadline(uint32_t milliseconds)
{
    return now() + milliseconds * NS_PER_MS;
}

/* Whether it is worth trying again. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* Wait for the events. A signal is no reason to wait longer. */
static int wait_for(int file, short events, uint64_t deadline)
{
    struct pollfd pollfd = {.fd = file, .events = events};
    int ready;

    do {
        uint64_t time = now();
        uint64_t left = time < deadline ? (deadline - time + NS_PER_MS - 1) / NS_PER_MS : 0;

        ready = poll(&pollfd, 1, left < INT32_MAX ? (int)left : INT32_MAX);
        if (ready == 0 || (ready < 0 && errno == EINTR && left == 0))
            return -ETIMEDOUT;
    } while (ready < 0 && errno == EINTR);
    return ready < 0 ? -errno : 0;
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, path, strnlen(path, sizeof(address.sun_path) - 1));
    return address;
}

static int new_socket(void)
{
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return file < 0 ? -errno : file;
}

/* What connect(2) calls refused may also be a file of another kind. */
static int check_name(const char *path)
{
    struct stat status = {0};

    if (stat(path, &status) != 0)
        return -errno;
    return S_ISSOCK(status.st_mode) ? 0 : -ENOTSOCK;
}

int vu_connect(const char *path, uint64_t deadline)
{
    const struct timespec pause = {0, RETRY_NS};
    struct sockaddr_un address = address_of(path);
    int result = check_name(path);
    int file;

    if (result != 0)
        return result;
    file = new_socket();
    if (file < 0)
        return file;
    while (connect(file, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        result = -errno;
        if (is_passing(errno) && now() < deadline) { /* its queue of connections is full */
            (void)nanosleep(&pause, NULL);
            continue;
        }
        close(file);
        return is_passing(-result) ? -ETIMEDOUT : result;
    }
    return file;
}

/* Make room for a name of ours where a socket is that nobody listens at. */
static int remove_stale(const char *path)
{
    int peer = vu_connect(path, now());

    if (peer >= 0) {
        close(peer);
        return -EADDRINUSE;
    }
    if (peer == -ETIMEDOUT)
        return -EADDRINUSE;
    if (peer == -ENOENT) /* it has gone meanwhile */
        return 0;
    if (peer != -ECONNREFUSED)
        return peer;
    return unlink(path) != 0 ? -errno : 0;
}

int vu_listen(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int result = 0;
    int file = new_socket();

    if (file < 0)
        return file;
    if (bind(file, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        result = errno == EADDRINUSE ? remove_stale(path) : -errno;
        if (result == 0 && bind(file, (const struct sockaddr *)&address, sizeof(address)) != 0)
            result = -errno;
    }
    if (result == 0 && listen(file, 1) != 0) {
        result = -errno;
        (void)unlink(path);
    }
    if (result != 0) {
        close(file);
        return result;
    }
    return file;
}

int vu_accept(int listener, uint64_t deadline)
{
    for (;;) {
        int result = wait_for(listener, POLLIN, deadline);
        int file;

        if (result != 0)
            return result;
        file = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (file >= 0)
            return file;
        /* One that went away again is not the one that was waited for. */
        if (!is_passing(errno) && errno != ECONNABORTED)
            return -errno;
        if (now() >= deadline)
            return -ETIMEDOUT;
    }
}

void vu_unlisten(int listener, const char *path)
{
    close(listener);
    (void)unlink(path); /* somebody may have removed it already */
}

/* Room for descriptors beside a message. */
union files {
    struct cmsghdr header; /* for its alignment */
    uint8_t bytes[CMSG_SPACE(VU_FILES_MAX * sizeof(int))];
};

/* sendmsg(2) only reads, but its type does not say so. */
static void *without_const(const uint8_t *bytes)
{
    void *same;

    memcpy(&same, &bytes, sizeof(same));
    return same;
}

int vu_send(int socket, const uint8_t *bytes, uint32_t length, int file, uint64_t deadline)
{
    union files files = {.bytes = {0}};
    uint32_t sent = 0;

    while (sent < length) {
        struct iovec part = {without_const(bytes + sent), length - sent};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t count;
        int result;

        if (file >= 0 && sent == 0) { /* it goes with the first byte */
            message.msg_control = files.bytes;
            message.msg_controllen = CMSG_SPACE(sizeof(int));
            files.header.cmsg_level = SOL_SOCKET;
            files.header.cmsg_type = SCM_RIGHTS;
            files.header.cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(&files.header), &file, sizeof(file));
        }
        result = wait_for(socket, POLLOUT, deadline);
        if (result != 0)
            return result;
        count = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0)
            sent += (uint32_t)count;
        else if (!is_passing(errno))
            return -errno;
        else if (now() >= deadline)
            return -ETIMEDOUT;
    }
    return 0;
}

/* Close the descriptors that came with a message. Returns how many there were. */
static uint32_t close_files(struct msghdr *message)
{
    uint32_t closed = 0;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < count; i++) {
            int file;

            memcpy(&file, CMSG_DATA(header) + i * sizeof(file), sizeof(file));
            close(file);
            closed++;
        }
    }
    return closed;
}

int vu_receive(int socket, uint8_t *bytes, uint32_t length, uint32_t *got, uint64_t deadline)
{
    union files files;

    *got = 0;
    while (*got < length) {
        struct iovec part = {bytes + *got, length - *got};
        struct msghdr message = {
            .msg_iov = &part,
            .msg_iovlen = 1,
            .msg_control = files.bytes,
            .msg_controllen = sizeof(files.bytes),
        };
        ssize_t count;
        int result = wait_for(socket, POLLIN, deadline);

        if (result != 0)
            return result;
        memset(&files, 0, sizeof(files));
        count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (count < 0 && is_passing(errno) && now() < deadline)
            continue;
        if (count < 0)
            return is_passing(errno) ? -ETIMEDOUT : -errno;
        if (close_files(&message) != 0 || (message.msg_flags & MSG_CTRUNC) != 0)
            return -EMFILE;
        if (count == 0)
            return -ECONNRESET;
        *got += (uint32_t)count;
    }
    return 0;
}

int vu_check(int socket)
{
    uint8_t byte;
    ssize_t count = recv(socket, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);

    if (count > 0)
        return -EPROTO;
    if (count < 0 && is_passing(errno))
        return 0;
    return -ECONNRESET;
}
