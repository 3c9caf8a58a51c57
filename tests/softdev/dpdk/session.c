/* SPDX-License-Identifier: MIT
 *
 * The session of session.h: messages of the vhost-user protocol.
 */
#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FILES_MAX  8u
#define BYTES_MAX  1024u
#define REPLY      4u /* flags; the version is 1 */
#define NEED_REPLY 8u

#define F_PROTOCOL (UINT64_C(1) << 30)
#define P_MQ       (UINT64_C(1) << 0)
#define P_ACK      (UINT64_C(1) << 3)

enum request {
    GET_FEATURES = 1,
    SET_FEATURES = 2,
    SET_MEM_TABLE = 5,
    SET_VRING_NUM = 8,
    SET_VRING_ADDR = 9,
    GET_VRING_BASE = 11,
    SET_VRING_KICK = 12,
    SET_VRING_CALL = 13,
    GET_PROTOCOL_FEATURES = 15,
    GET_QUEUE_NUM = 17,
    SET_VRING_ENABLE = 18
};

struct message {
    uint32_t request;
    uint32_t flags;
    uint32_t size;
    uint8_t payload[BYTES_MAX];
    int file[FILES_MAX];
    uint32_t files;
};

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

void session_open(struct session *session, const char *path, uint64_t features)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    memset(session, 0, sizeof(*session));
    session->offered = features;
    for (uint32_t i = 0; i < SESSION_RINGS; i++)
        session->ring[i] = (struct session_ring){.kick = -1, .call = -1};
    must(listener >= 0 && strlen(path) < sizeof(address.sun_path), path);
    memcpy(address.sun_path, path, strlen(path));
    (void)unlink(path);
    must(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0, path);
    must(listen(listener, 1) == 0, path);
    session->socket = accept(listener, NULL, NULL);
    must(session->socket >= 0, path);
    (void)close(listener);
}

static uint64_t number(const struct message *message, uint32_t offset, uint32_t width)
{
    uint64_t value = 0;

    memcpy(&value, message->payload + offset, width);
    return value;
}

/* 1 when there was a message, 0 for none, -1 when the front end has gone. */
static int receive(int socket, struct message *message)
{
    union {
        char bytes[CMSG_SPACE(FILES_MAX * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec head = {message, 12};
    struct msghdr header = {.msg_iov = &head,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof(control.bytes)};
    ssize_t got = recvmsg(socket, &header, MSG_DONTWAIT);
    struct cmsghdr *part;

    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got != 12 || message->size > BYTES_MAX)
        return -1;
    message->files = 0;
    part = CMSG_FIRSTHDR(&header);
    if (part != NULL && part->cmsg_type == SCM_RIGHTS) {
        message->files = (uint32_t)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(message->file, CMSG_DATA(part), message->files * sizeof(int));
    }
    if (message->size != 0 &&
        recv(socket, message->payload, message->size, MSG_WAITALL) != (ssize_t)message->size)
        return -1;
    return 1;
}

static void answer(const struct session *session, uint32_t request, uint64_t value)
{
    uint32_t words[5] = {request, REPLY | 1u, sizeof(value), (uint32_t)(value & UINT32_MAX),
                         (uint32_t)(value >> 32)};

    must(send(session->socket, words, sizeof(words), MSG_NOSIGNAL) == (ssize_t)sizeof(words),
         "an answer");
}

/* Map what the front end shares. What was mapped before stays: rings may still lie there. */
static void take_memory(struct session *session, const struct message *message)
{
    session->regions = (uint32_t)number(message, 0, 4);
    must(session->regions <= SESSION_REGIONS && session->regions == message->files, "regions");
    for (uint32_t i = 0; i < session->regions; i++) {
        struct session_region *region = &session->region[i];
        uint32_t at = 8u + 32u * i;
        uint64_t offset = number(message, at + 24u, 8);
        uint8_t *memory;

        region->device = number(message, at, 8);
        region->size = number(message, at + 8u, 8);
        region->user = number(message, at + 16u, 8);
        memory = mmap(NULL, region->size + offset, PROT_READ | PROT_WRITE, MAP_SHARED,
                      message->file[i], 0);
        must(memory != MAP_FAILED, "the memory of the front end");
        region->memory = memory + offset;
        (void)close(message->file[i]);
    }
}

static uint64_t device_address(const struct session *session, uint64_t user)
{
    for (uint32_t i = 0; i < session->regions; i++)
        if (user >= session->region[i].user &&
            user - session->region[i].user < session->region[i].size)
            return session->region[i].device + (user - session->region[i].user);
    return 0;
}

static void place(const struct session *session, struct session_ring *ring,
                  const struct message *message)
{
    ring->desc = device_address(session, number(message, 8, 8));
    ring->device = device_address(session, number(message, 16, 8));
    ring->driver = device_address(session, number(message, 24, 8));
}

static void take_file(int *file, const struct message *message)
{
    if (*file >= 0)
        (void)close(*file);
    *file = message->files == 1u ? message->file[0] : -1;
}

static void stop(struct session *session, uint32_t index)
{
    struct session_ring *ring = &session->ring[index];

    ring->enabled = false;
    ring->desc = 0;
    answer(session, GET_VRING_BASE, index | (uint64_t)session->stopped_at[index] << 32);
}

/* Requests about one ring. */
static void serve_ring(struct session *session, const struct message *message)
{
    uint32_t index = (uint32_t)number(message, 0, 1) % SESSION_RINGS;
    struct session_ring *ring = &session->ring[index];

    switch (message->request) {
    case SET_VRING_NUM:
        ring->size = (uint16_t)number(message, 4, 2);
        break;
    case SET_VRING_ADDR:
        place(session, ring, message);
        break;
    case GET_VRING_BASE:
        stop(session, index);
        break;
    case SET_VRING_KICK:
        take_file(&ring->kick, message);
        must(ring->kick < 0 || fcntl(ring->kick, F_SETFL, O_NONBLOCK) == 0, "an eventfd");
        break;
    case SET_VRING_CALL:
        take_file(&ring->call, message);
        break;
    case SET_VRING_ENABLE:
        ring->enabled = number(message, 4, 4) != 0;
        break;
    default:
        break;
    }
}

bool session_serve(struct session *session)
{
    struct message message = {0};
    int got = receive(session->socket, &message);

    if (got <= 0)
        return got == 0;
    switch (message.request) {
    case GET_FEATURES:
        answer(session, GET_FEATURES, session->offered | F_PROTOCOL);
        return true;
    case GET_PROTOCOL_FEATURES:
        answer(session, GET_PROTOCOL_FEATURES, P_MQ | P_ACK);
        return true;
    case GET_QUEUE_NUM:
        answer(session, GET_QUEUE_NUM, 1);
        return true;
    case SET_FEATURES:
        session->accepted = number(&message, 0, 8) & ~F_PROTOCOL;
        break;
    case SET_MEM_TABLE:
        take_memory(session, &message);
        break;
    default:
        serve_ring(session, &message);
        break;
    }
    if ((message.flags & NEED_REPLY) != 0 && message.request != GET_VRING_BASE)
        answer(session, message.request, 0);
    return true;
}

bool session_ready(const struct session *session, uint32_t ring)
{
    return session->ring[ring].enabled && session->ring[ring].desc != 0 &&
           session->ring[ring].kick >= 0;
}

uint8_t *session_at(const struct session *session, uint64_t address, uint64_t length)
{
    for (uint32_t i = 0; i < session->regions; i++) {
        const struct session_region *region = &session->region[i];

        if (address >= region->device && length <= region->size &&
            address - region->device <= region->size - length)
            return region->memory + (address - region->device);
    }
    return NULL;
}
