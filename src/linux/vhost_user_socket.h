/* SPDX-License-Identifier: MIT
 *
 * The Unix socket of a vhost-user front end: both roles, and bytes and descriptors over it. Nothing
 * here waits beyond its deadline, and the meaning of the bytes is not known.
 */
#ifndef IRONRING_LINUX_VHOST_USER_SOCKET_H
#define IRONRING_LINUX_VHOST_USER_SOCKET_H

#include <stdint.h>

#define VU_PATH_LENGTH 108u /* with its end, as in struct sockaddr_un */
#define VU_FILES_MAX   8u   /* descriptors that one message can bring */

/* The time `milliseconds` from now, in nanoseconds; what a deadline is given as. */
uint64_t vu_deadline(uint32_t milliseconds);

/* Connect to the back end that listens at `path`. Returns a descriptor. Errors: -ENOENT,
 * -ECONNREFUSED nobody listens, -ENOTSOCK something else has this name, -ETIMEDOUT it accepts
 * nobody, or what socket(2) and connect(2) say. */
int vu_connect(const char *path, uint64_t deadline);

/* Listen at `path`; a socket there that nobody listens at any more is replaced. Returns a
 * descriptor. Errors: -EADDRINUSE somebody listens, -ENOTSOCK something else has this name, or what
 * socket(2), bind(2) and listen(2) say. */
int vu_listen(const char *path);
/* Wait for the back end. Returns a descriptor. Errors: -ETIMEDOUT, or what accept(2) says. */
int vu_accept(int listener, uint64_t deadline);
/* Stop listening, and remove the name. */
void vu_unlisten(int listener, const char *path);

/* Send all bytes, and with them a descriptor unless it is -1. Errors: -ETIMEDOUT, -EPIPE the peer
 * is gone, or what sendmsg(2) says. */
int vu_send(int socket, const uint8_t *bytes, uint32_t length, int file, uint64_t deadline);

/* Receive exactly `length` bytes; *got says how many came. Descriptors that come with them are
 * closed. Errors: -ETIMEDOUT, -ECONNRESET the peer is gone, -EMFILE descriptors came, or what
 * recvmsg(2) says. */
int vu_receive(int socket, uint8_t *bytes, uint32_t length, uint32_t *got, uint64_t deadline);

/* What is new on a socket on which nothing should come. Returns 0 when that is so. Errors:
 * -ECONNRESET the peer is gone, -EPROTO it has sent something. Never waits. */
int vu_check(int socket);

#endif
