/* SPDX-License-Identifier: MIT
 *
 * A Linux TAP interface: what the kernel sends there, the card receives, and the other way round.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/wire.h"

#define FRAME_MAX 65536u

struct tap_wire {
    struct sim_wire base;
    int file;
    uint8_t frame[FRAME_MAX];
};

static const uint8_t *tap_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct tap_wire *tap = (struct tap_wire *)wire;
    ssize_t got = read(tap->file, tap->frame, sizeof(tap->frame));

    (void)now;
    if (got <= 0) /* nothing there, or the interface is down: both may change */
        return NULL;
    *length = (uint32_t)got;
    if (*length < SIM_WIRE_MIN) {
        memset(tap->frame + *length, 0, SIM_WIRE_MIN - *length);
        *length = SIM_WIRE_MIN;
    }
    return tap->frame;
}

/* What the kernel does not take (interface down, queue full) is lost, as on any wire. */
static void tap_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    struct tap_wire *tap = (struct tap_wire *)wire;
    ssize_t put = write(tap->file, frame, length);

    (void)now;
    (void)put;
}

static bool tap_finished(struct sim_wire *wire)
{
    (void)wire;
    return false;
}

static void tap_close(struct sim_wire *wire)
{
    struct tap_wire *tap = (struct tap_wire *)wire;

    (void)close(tap->file); /* an interface made by us goes with it */
    free(tap);
}

static const struct sim_wire_ops tap_ops = {
    .receive = tap_receive,
    .send = tap_send,
    .finished = tap_finished,
    .close = tap_close,
};

/* Returns 0 or a negative errno. */
static int set_up(const char *name)
{
    struct ifreq request = {0};
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int result = 0;

    if (control < 0)
        return -errno;
    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (ioctl(control, SIOCGIFFLAGS, &request) != 0)
        result = -errno;
    request.ifr_flags |= IFF_UP;
    if (result == 0 && ioctl(control, SIOCSIFFLAGS, &request) != 0)
        result = -errno;
    (void)close(control);
    return result;
}

static int attach(struct tap_wire *tap, const char *name)
{
    struct ifreq request = {0};

    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (ioctl(tap->file, TUNSETIFF, &request) != 0)
        return -errno;
    return set_up(name);
}

static const char *remedy(int result)
{
    switch (result) {
    case -EPERM:
    case -EACCES:
        return "run as root, or make it beforehand: ip tuntap add NAME mode tap user USER";
    case -EBUSY:
        return "another program has it; use another name";
    case -ENOENT:
    case -ENODEV:
        return "load the tun module: modprobe tun";
    default:
        return "use the name of no other kind of interface";
    }
}

int sim_wire_tap(const char *name, struct sim_wire **wire, char error[IR_ERROR_LENGTH])
{
    struct tap_wire *tap;
    int result;

    if (name[0] == '\0' || strlen(name) >= IFNAMSIZ || strchr(name, '/') != NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "tap=%.40s: the name of an interface has 1 to %u characters and no slash",
                       name, (unsigned)IFNAMSIZ - 1u);
        return -EINVAL;
    }
    tap = calloc(1, sizeof(*tap));
    if (tap == NULL) {
        result = -ENOMEM;
        goto fail;
    }
    tap->base.ops = &tap_ops;
    tap->file = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap->file < 0) {
        result = -errno;
        goto free_tap;
    }
    result = attach(tap, name);
    if (result != 0)
        goto close_file;
    /* No leak, as -fanalyzer has it: the wire is the first member of the same object. */
    *wire = &tap->base;
    return 0;

close_file:
    (void)close(tap->file);
free_tap:
    free(tap);
fail:
    (void)snprintf(error, IR_ERROR_LENGTH, "tap=%s: the interface cannot be opened (%s); %s", name,
                   strerror(-result), remedy(result));
    return result;
}
