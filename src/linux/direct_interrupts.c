/* SPDX-License-Identifier: MIT
 *
 * The interrupt of a device that is bound to uio_pci_generic: its pin (INTx). The kernel masks the pin
 * as it delivers the interrupt to /dev/uio*, which a thread waits for and reports to the caller's
 * event, since the kernel cannot do that by itself here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/pci.h"
#include "linux/direct.h"

#define LOOK_MS 100 /* how long the thread sleeps without looking whether it is to end */

static struct direct_device *device_of(struct ir_transport *transport)
{
    return (struct direct_device *)transport;
}

static void *wait_for_pin(void *context)
{
    const struct direct_device *device = context;
    struct pollfd files[] = {{.fd = device->end, .events = POLLIN},
                             {.fd = device->uio, .events = POLLIN}};
    const uint64_t one = 1;
    int32_t count; /* of interrupts since the file was opened */

    while (!device->ending) {
        int ready = poll(files, 2, LOOK_MS);

        if (ready < 0 && errno != EINTR)
            break;
        if (ready <= 0 || files[1].revents == 0)
            continue;
        if (read(device->uio, &count, sizeof(count)) != (ssize_t)sizeof(count))
            break;                                      /* the device is gone */
        (void)!write(device->event, &one, sizeof(one)); /* one that is full has been seen */
    }
    return NULL;
}

static void disconnect(struct direct_device *device)
{
    const uint64_t one = 1;

    if (!device->connected)
        return;
    device->ending = true;
    (void)!write(device->end, &one, sizeof(one)); /* without it, it takes LOOK_MS */
    (void)pthread_join(device->thread, NULL);
    close(device->end);
    device->connected = false;
}

/* Writing the command register lets the pin speak (direct_config_write). */
static int open_pin(struct ir_transport *transport)
{
    uint32_t command;
    int result = direct_config_read(transport, PCI_COMMAND, 2, &command);

    return result == 0 ? direct_config_write(transport, PCI_COMMAND, 2, command) : result;
}

static int connect_event(struct direct_device *device, int event)
{
    int result;

    device->event = event;
    device->ending = false;
    device->end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (device->end < 0)
        return -errno;
    result = -pthread_create(&device->thread, NULL, wait_for_pin, device);
    if (result != 0) {
        close(device->end);
        return result;
    }
    device->connected = true;
    return 0;
}

int direct_interrupts(struct ir_transport *transport, const int *events, uint32_t count)
{
    struct direct_device *device = device_of(transport);
    int result;

    if (count > transport->vectors)
        return -EINVAL;
    disconnect(device);
    if (count == 0)
        return 0;
    result = connect_event(device, events[0]);
    if (result == 0) {
        result = open_pin(transport);
        if (result != 0)
            disconnect(device);
    }
    return result;
}

int direct_unmask(struct ir_transport *transport)
{
    return device_of(transport)->connected ? open_pin(transport) : 0;
}
