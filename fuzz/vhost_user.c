/* SPDX-License-Identifier: MIT
 *
 * Fuzz target vhost-user: the bytes that a back end sends, whatever it was asked. A session either
 * goes on, with what was judged right, or is over, with a reason and without its socket; it never
 * waits for what does not come, and keeps no descriptor that was sent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input.h"
#include "linux/vhost_user_session.h"
#include "oracle.h"
#include "softdev/layout.h"

#define STEPS       16u
#define FILES_MOST  12u /* more than a message can bring */
#define FIRST       UINT64_C(0x100000000)
#define ALL         (SOFT_F_VERSION_1 | SOFT_F_MRG_RXBUF | SOFT_F_RING_PACKED | SOFT_F_IN_ORDER)
#define PROTOCOL    (VHOST_USER_P_MQ | VHOST_USER_P_REPLY_ACK | VHOST_USER_P_STATUS)
#define STREAM_MOST 1024u

static struct vu_options options;
static struct vu_session session;

static void put(int socket, const uint8_t *bytes, size_t size, uint32_t files)
{
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(FILES_MOST * sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (files > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(files * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(files * sizeof(int));
        for (uint32_t i = 0; i < files; i++)
            memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &socket, sizeof(socket));
    }
    if (sendmsg(socket, &message, MSG_NOSIGNAL) != (ssize_t)size)
        fuzz_fail("the back end cannot send");
}

/* Everything that the back end will ever say, in two parts, with descriptors beside the second. */
static void speak(int socket, struct input *input)
{
    uint32_t files = input_below(input, FILES_MOST + 1u);
    size_t first = input_16(input);

    if (first > input->left)
        first = input->left;
    if (first > 0)
        put(socket, input->next, first, 0);
    if (input->left > first)
        put(socket, input->next + first, input->left - first, files);
    if (shutdown(socket, SHUT_WR) != 0)
        fuzz_fail("the back end cannot hang up");
}

static void check(int result)
{
    static const int errors[] = {0, -EIO, -EPROTO, -ENOTSUP, -ENOMEM, -ENOTCONN};
    size_t i = 0;

    while (i < sizeof(errors) / sizeof(errors[0]) && errors[i] != result)
        i++;
    if (i == sizeof(errors) / sizeof(errors[0]))
        fuzz_fail("a request answers %d", result);
    if ((result == 0) != (session.socket >= 0))
        fuzz_fail("the answer is %d, and there is %s connection", result,
                  session.socket >= 0 ? "a" : "no");
    if (memchr(session.why, '\0', sizeof(session.why)) == NULL ||
        (result != 0 && strstr(session.why, "; ") == NULL))
        fuzz_fail("the reason for %d is \"%.255s\"", result, session.why);
    if ((session.protocol & ~(uint64_t)PROTOCOL) != 0)
        fuzz_fail("protocol features 0x%llx are in force", (unsigned long long)session.protocol);
}

static int request(uint8_t which, int file)
{
    const struct vu_ring ring = {
        .address = {which / 8u % 2u, FIRST, FIRST + 4096u, FIRST + 8192u},
        .size = 256,
        .kick = file,
        .call = file,
    };

    switch (which % 8u) {
    case 0:
        return vu_session_features(&session, ALL);
    case 1:
        return vu_session_memory(&session, file, FIRST, UINT64_C(1) << 30);
    case 2:
        return vu_session_start_ring(&session, &ring);
    case 3:
        return vu_session_enable_ring(&session, ring.address.index, true);
    case 4:
        return vu_session_stop_ring(&session, ring.address.index);
    case 5:
        return vu_session_status(&session, which);
    case 6:
        return vu_session_settle(&session);
    default:
        return vu_session_stands(&session) ? 0 : -ENOTCONN;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size < STREAM_MOST ? size : STREAM_MOST};
    uint8_t which[STEPS];
    int sockets[2];
    int result;

    memset(&session, 0, sizeof(session));
    options.timeout_ms = VU_TIMEOUT_MAX_MS; /* nothing is waited for */
    options.queues = 1u + input_below(&input, VHOST_USER_PAIRS_MAX);
    options.required = input_8(&input) == 1u ? SOFT_F_RING_PACKED : 0;
    session.options = &options;
    session.listener = -1;
    session.socket = -1;
    input_copy(&input, which, sizeof(which));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        fuzz_fail("there are no sockets");
    speak(sockets[1], &input);
    result = vu_session_meet(&session, sockets[0]);
    check(result);
    for (uint32_t i = 0; i < STEPS && result == 0; i++) {
        result = request(which[i], sockets[1]);
        check(result);
    }
    if (result != 0 && request(4, sockets[1]) != -ENOTCONN)
        fuzz_fail("a session that is over goes on");
    vu_session_close(&session);
    (void)close(sockets[1]);
    result = dup(STDIN_FILENO);
    if (result != sockets[0] && result != sockets[1])
        fuzz_fail("descriptor %d is still open", sockets[0]);
    (void)close(result);
    return 0;
}
