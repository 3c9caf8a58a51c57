/* SPDX-License-Identifier: MIT
 *
 * A vhost-user back end that answers as it is told to; see backend.h.
 */
#define _GNU_SOURCE
#include "backend.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define FILES_MAX 8u
#define WAIT_MS   5000
#define RETRY_MS  5
#define ANSWER    32u /* bytes that an answer has at most */

struct incoming {
    struct backend_message *message;
    int file[FILES_MAX];
};

void backend_init(struct backend *backend)
{
    char folder[] = "/tmp/ironring-vhost-XXXXXX";

    memset(backend, 0, sizeof(*backend));
    assert_non_null(mkdtemp(folder));
    (void)snprintf(backend->path, sizeof(backend->path), "%s/s", folder);
    backend->features = BACKEND_FEATURES;
    backend->protocol = BACKEND_PROTOCOL;
    backend->pairs = 4;
}

void backend_remove(struct backend *backend)
{
    char *slash = strrchr(backend->path, '/');

    (void)unlink(backend->path);
    *slash = '\0';
    assert_int_equal(rmdir(backend->path), 0);
    *slash = '/';
}

/* Whether there is something to be read; false when the thread is to end. */
static bool wait_for(struct backend *backend, int file)
{
    struct pollfd pollfds[] = {{file, POLLIN, 0}, {backend->wake[0], POLLIN, 0}};

    while (poll(pollfds, 2, -1) < 0)
        ;
    return pollfds[1].revents == 0;
}

/* Receive `length` bytes. False when the peer is gone or the thread is to end. */
static bool receive(struct backend *backend, uint8_t *bytes, size_t length,
                    struct incoming *incoming)
{
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(FILES_MAX * sizeof(int))];
    } control;

    while (length > 0) {
        struct iovec part = {bytes, length};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof(control.bytes)};
        struct cmsghdr *header;
        ssize_t count;

        memset(&control, 0, sizeof(control));
        if (!wait_for(backend, backend->peer))
            return false;
        count = recvmsg(backend->peer, &message, MSG_CMSG_CLOEXEC);
        if (count <= 0)
            return false;
        header = CMSG_FIRSTHDR(&message);
        if (header != NULL) {
            size_t files = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);

            memcpy(incoming->file, CMSG_DATA(header), files * sizeof(int));
            incoming->message->files = (uint32_t)files;
        }
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

static void send_bytes(struct backend *backend, const uint8_t *bytes, size_t length, uint32_t files)
{
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(64 * sizeof(int))];
    } control;
    struct iovec part = {(void *)(uintptr_t)bytes, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    memset(&control, 0, sizeof(control));
    if (files > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(files * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(files * sizeof(int));
        for (uint32_t i = 0; i < files; i++)
            memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &backend->wake[0], sizeof(int));
    }
    (void)sendmsg(backend->peer, &message, MSG_NOSIGNAL);
}

/* Answer with `length` bytes, in the way that is asked for. False to hang up. */
static bool answer(struct backend *backend, uint32_t request, uint8_t *bytes, uint32_t length,
                   enum backend_fault fault)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\n";
    uint32_t value = (uint32_t)backend->value;
    uint32_t files = 0;

    vhost_user_put32(bytes, request);
    vhost_user_put32(bytes + 4, VHOST_USER_VERSION | VHOST_USER_REPLY);
    vhost_user_put32(bytes + 8, length - VHOST_USER_HEADER);
    switch (fault) {
    case BACKEND_SILENT:
        return true;
    case BACKEND_HANGS_UP:
        return false;
    case BACKEND_VERSION:
        vhost_user_put32(bytes + 4, VHOST_USER_REPLY + value);
        break;
    case BACKEND_REQUEST:
        vhost_user_put32(bytes, value);
        break;
    case BACKEND_NO_REPLY:
        vhost_user_put32(bytes + 4, VHOST_USER_VERSION);
        break;
    case BACKEND_SIZE:
        vhost_user_put32(bytes + 8, value);
        break;
    case BACKEND_STOPS:
    case BACKEND_CUT:
        length = value;
        break;
    case BACKEND_FILES:
        files = value;
        break;
    case BACKEND_VALUE:
        vhost_user_put64(bytes + 12, backend->value);
        break;
    case BACKEND_OTHER_RING:
        bytes[12] ^= 1u;
        break;
    case BACKEND_TEXT:
        bytes = (uint8_t *)(uintptr_t)text;
        length = sizeof(text) - 1;
        break;
    case BACKEND_SLOWLY:
        for (; length > 1; length--, bytes++) {
            send_bytes(backend, bytes, 1, 0);
            (void)usleep(1000);
        }
        break;
    case BACKEND_FINE:
        break;
    }
    send_bytes(backend, bytes, length, files);
    return fault != BACKEND_CUT;
}

static void take_memory(struct backend *backend, const struct incoming *incoming)
{
    if (backend->memory != NULL)
        (void)munmap(backend->memory, (size_t)backend->memory_size);
    backend->memory_size = vhost_user_get64(incoming->message->payload + 16);
    backend->memory = mmap(NULL, (size_t)backend->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                           incoming->file[0], 0);
    if (backend->memory == MAP_FAILED)
        backend->memory = NULL;
}

static void keep_event(_Atomic int events[BACKEND_RINGS], struct incoming *incoming)
{
    uint64_t ring = vhost_user_get64(incoming->message->payload) & 0xff;

    if (ring >= BACKEND_RINGS || incoming->message->files != 1)
        return;
    if (events[ring] >= 0)
        (void)close(events[ring]);
    events[ring] = incoming->file[0];
    incoming->file[0] = -1;
}

/* Do what the message asks for. False to hang up. */
static bool serve(struct backend *backend, struct incoming *incoming)
{
    const struct backend_message *message = incoming->message;
    enum backend_fault fault = message->request == backend->at ? backend->fault : BACKEND_FINE;
    uint8_t bytes[ANSWER] = {0};
    uint64_t number = 0;
    bool answers = (message->flags & VHOST_USER_NEED_REPLY) != 0;

    switch (message->request) {
    case VHOST_USER_GET_FEATURES:
        number = backend->features;
        break;
    case VHOST_USER_GET_PROTOCOL_FEATURES:
        number = backend->protocol;
        break;
    case VHOST_USER_GET_QUEUE_NUM:
        number = backend->pairs;
        break;
    case VHOST_USER_GET_STATUS:
        number = backend->status;
        break;
    case VHOST_USER_GET_VRING_BASE:
        number = vhost_user_get32(message->payload);
        break;
    case VHOST_USER_SET_STATUS:
        backend->status = vhost_user_get64(message->payload);
        break;
    case VHOST_USER_SET_MEM_TABLE:
        take_memory(backend, incoming);
        number = atomic_load(&backend->refuse_memory);
        break;
    case VHOST_USER_SET_VRING_KICK:
        keep_event(backend->kick, incoming);
        break;
    case VHOST_USER_SET_VRING_CALL:
        keep_event(backend->call, incoming);
        break;
    default:
        break;
    }
    answers = answers || message->request == VHOST_USER_GET_FEATURES ||
              message->request == VHOST_USER_GET_PROTOCOL_FEATURES ||
              message->request == VHOST_USER_GET_QUEUE_NUM ||
              message->request == VHOST_USER_GET_STATUS ||
              message->request == VHOST_USER_GET_VRING_BASE;
    vhost_user_put64(bytes + 12, number);
    if (!answers)
        return fault != BACKEND_HANGS_UP;
    return answer(backend, message->request, bytes, 20, fault);
}

static bool next_message(struct backend *backend)
{
    uint32_t count = atomic_load(&backend->count);
    struct incoming incoming = {.message = &backend->message[count % BACKEND_MESSAGES]};
    struct backend_message *message = incoming.message;
    uint8_t header[VHOST_USER_HEADER];
    bool good;

    memset(message, 0, sizeof(*message));
    if (!receive(backend, header, sizeof(header), &incoming))
        return false;
    message->request = vhost_user_get32(header);
    message->flags = vhost_user_get32(header + 4);
    message->size = vhost_user_get32(header + 8);
    good = message->size <= sizeof(message->payload) &&
           receive(backend, message->payload, message->size, &incoming) &&
           serve(backend, &incoming);
    for (uint32_t i = 0; i < message->files; i++) {
        if (incoming.file[i] >= 0)
            (void)close(incoming.file[i]);
    }
    atomic_store(&backend->count, count + 1);
    return good;
}

/* Whether the thread is to end; waits a moment for that. */
static bool is_over(struct backend *backend, int milliseconds)
{
    struct pollfd pollfd = {backend->wake[0], POLLIN, 0};

    return poll(&pollfd, 1, milliseconds) > 0;
}

/* Another peer, or none. */
static void set_peer(struct backend *backend, int peer)
{
    (void)pthread_mutex_lock(&backend->lock);
    if (backend->peer >= 0)
        (void)close(backend->peer);
    backend->peer = peer;
    (void)pthread_mutex_unlock(&backend->lock);
}

static bool get_peer(struct backend *backend)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int peer;

    if (!backend->client) {
        if (!wait_for(backend, backend->listener))
            return false;
        set_peer(backend, accept4(backend->listener, NULL, NULL, SOCK_CLOEXEC));
        return true;
    }
    memcpy(address.sun_path, backend->path, sizeof(address.sun_path));
    peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while (!is_over(backend, RETRY_MS)) {
        if (connect(peer, (const struct sockaddr *)&address, sizeof(address)) == 0) {
            set_peer(backend, peer);
            return true;
        }
    }
    (void)close(peer);
    return false;
}

static void *run(void *context)
{
    struct backend *backend = context;

    while (get_peer(backend)) {
        atomic_fetch_add(&backend->connections, 1);
        while (next_message(backend))
            ;
        set_peer(backend, -1);
    }
    return NULL;
}

void backend_start(struct backend *backend)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    assert_int_equal(pipe2(backend->wake, O_CLOEXEC), 0);
    for (uint32_t i = 0; i < BACKEND_RINGS; i++) {
        backend->kick[i] = -1;
        backend->call[i] = -1;
    }
    backend->listener = -1;
    backend->peer = -1;
    assert_int_equal(pthread_mutex_init(&backend->lock, NULL), 0);
    if (!backend->client) {
        memcpy(address.sun_path, backend->path, sizeof(address.sun_path));
        (void)unlink(backend->path);
        backend->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(
            bind(backend->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(backend->listener, 4), 0);
    }
    assert_int_equal(pthread_create(&backend->thread, NULL, run, backend), 0);
}

void backend_stop(struct backend *backend)
{
    assert_int_equal(close(backend->wake[1]), 0);
    assert_int_equal(pthread_join(backend->thread, NULL), 0);
    assert_int_equal(pthread_mutex_destroy(&backend->lock), 0);
    assert_int_equal(close(backend->wake[0]), 0);
    if (backend->listener >= 0)
        assert_int_equal(close(backend->listener), 0);
    for (uint32_t i = 0; i < BACKEND_RINGS; i++) {
        if (backend->kick[i] >= 0)
            (void)close(backend->kick[i]);
        if (backend->call[i] >= 0)
            (void)close(backend->call[i]);
    }
    if (backend->memory != NULL)
        assert_int_equal(munmap(backend->memory, (size_t)backend->memory_size), 0);
    backend->memory = NULL;
}

void backend_wait(struct backend *backend, uint32_t count)
{
    for (int ms = 0; atomic_load(&backend->count) < count; ms++) {
        if (ms == WAIT_MS)
            fail_msg("%u messages instead of %u", atomic_load(&backend->count), count);
        (void)usleep(1000);
    }
}

const struct backend_message *backend_message(struct backend *backend, uint32_t number,
                                              uint32_t request)
{
    assert_true(number < BACKEND_MESSAGES);
    backend_wait(backend, number + 1);
    if (backend->message[number].request != request)
        fail_msg("message %u is request %u instead of %u", number, backend->message[number].request,
                 request);
    return &backend->message[number];
}

uint32_t backend_count(struct backend *backend, uint32_t request)
{
    uint32_t count = atomic_load(&backend->count);
    uint32_t found = 0;

    assert_true(count <= BACKEND_MESSAGES);
    for (uint32_t i = 0; i < count; i++)
        found += backend->message[i].request == request;
    return found;
}

bool backend_kicked(struct backend *backend, uint32_t ring)
{
    struct pollfd pollfd = {.events = POLLIN};
    uint64_t value;

    for (int ms = 0; atomic_load(&backend->kick[ring]) < 0 && ms < WAIT_MS; ms++)
        (void)usleep(1000);
    pollfd.fd = atomic_load(&backend->kick[ring]);
    return poll(&pollfd, 1, WAIT_MS) == 1 &&
           read(pollfd.fd, &value, sizeof(value)) == (ssize_t)sizeof(value);
}

void backend_send(struct backend *backend, const void *bytes, size_t length)
{
    (void)pthread_mutex_lock(&backend->lock);
    send_bytes(backend, bytes, length, 0);
    (void)pthread_mutex_unlock(&backend->lock);
}
