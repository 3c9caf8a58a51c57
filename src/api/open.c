/* SPDX-License-Identifier: MIT
 *
 * From a device string to an open device: which transport, which driver, and a sentence for people
 * when something is wrong.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "api/domain.h"
#include "api/drivers.h"
#include "api/events.h"
#include "api/private.h"
#include "linux/pci.h"
#include "linux/vhost_user.h"
#include "sim/sim.h"

static const char sim_prefix[] = "sim:";
static const char vhost_user_prefix[] = "vhost-user:";

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The transport behind the string, and a sentence in `error` when there is none. */
static int open_transport(const struct ir_domain *domain, const char *device,
                          struct ir_transport **transport, char error[IR_ERROR_LENGTH])
{
    char address[IR_PCI_ADDRESS_LENGTH];

    if (begins_with(device, sim_prefix))
        return ir_sim_open(device + strlen(sim_prefix), transport, error);
    if (begins_with(device, vhost_user_prefix))
        return ir_vhost_user_open(device + strlen(vhost_user_prefix), transport, error);
    if (ir_pci_address(device, address))
        return ir_pci_open(address, ir_domain_number(domain), transport, error);
    (void)snprintf(error, IR_ERROR_LENGTH,
                   "\"%.80s\" names no device; give a PCI address such as 0000:03:00.0, a socket "
                   "such as vhost-user:/run/x.sock, or a simulated card such as "
                   "sim:82599,rx=in.pcap",
                   device);
    return -EINVAL;
}

/* What people can do about it. */
static const char *remedy(const char *device, const struct ir_transport *transport, int result)
{
    bool back_end = begins_with(device, vhost_user_prefix);

    if (result == -ENOTSUP && transport->translated)
        return "go around the IOMMU as root: ironring bind ADDRESS uio_pci_generic";
    switch (result) {
    case -ETIMEDOUT:
    case -EIO:
        if (back_end)
            return "restart the back end";
        return "power-cycle the card, or try it in another slot or machine";
    case -ENODEV:
        if (back_end)
            return "check that the back end is still there";
        return "check that the card is still plugged in and powered";
    case -EXDEV:
        if (transport->physical)
            return "open it before packet pools are made, and apart from vhost-user devices";
        return "open it in a domain of its own";
    case -ENOSPC:
        return "open it before packet pools are made";
    case -ENOMEM:
        return "free some memory, or raise the limit of locked memory (ulimit -l)";
    default:
        return "see the log of the kernel";
    }
}

/* The key by which frames are spread over queues. Nobody outside shall know which flows meet in one. */
static int draw_key(const char *device, uint8_t key[IR_RSS_KEY_LENGTH], char error[IR_ERROR_LENGTH])
{
    ssize_t drawn;
    int error_number;

    do
        drawn = getrandom(key, IR_RSS_KEY_LENGTH, 0);
    while (drawn < 0 && errno == EINTR);
    if (drawn == (ssize_t)IR_RSS_KEY_LENGTH)
        return 0;
    error_number = drawn < 0 ? errno : EIO;
    (void)snprintf(
        error, IR_ERROR_LENGTH,
        "%.80s: the kernel gives no random key to spread frames by (%s); it must be Linux 3.17 "
        "or later, and getrandom(2) allowed",
        device, strerror(error_number));
    return -error_number;
}

/* Open the device behind the transport. On an error the transport is still open. */
static int open_driver(struct ir_domain *domain, const char *device, struct ir_transport *transport,
                       struct ir_dev **dev, char error[IR_ERROR_LENGTH])
{
    const struct ir_driver *driver = ir_driver_find(transport->vendor, transport->device);
    char clause[IR_ERROR_LENGTH] = "";
    uint8_t key[IR_RSS_KEY_LENGTH];
    int result;

    if (driver == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%.80s: there is no driver for PCI id %04x:%04x; use a card of the Intel "
                       "82599 family (such as 8086:10fb), an Intel 82574 (8086:10d3) or a virtio "
                       "network card (1af4:1041)",
                       device, transport->vendor, transport->device);
        return -ENOTSUP;
    }
    result = draw_key(device, key, error);
    if (result != 0)
        return result;
    result = ir_domain_attach(domain, transport);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%.80s: the memory of the domain cannot be mapped for it (%s); %s", device,
                       result == -EXDEV ? "it is of another kind" : strerror(-result),
                       remedy(device, transport, result));
        return result;
    }
    result = driver->open(domain, transport, dev, clause);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%.80s: %.90s; %s", device, clause,
                       remedy(device, transport, result));
        ir_domain_detach(domain, transport, true);
        return result;
    }
    if ((*dev)->ops->rss_key_set != NULL)
        (*dev)->ops->rss_key_set(*dev, key);
    (void)snprintf((*dev)->name, sizeof((*dev)->name), "%s", device);
    return 0;
}

int ir_open(struct ir_domain *domain, const char *device, struct ir_dev **dev,
            char error[IR_ERROR_LENGTH])
{
    char unread[IR_ERROR_LENGTH];
    struct ir_transport *transport = NULL;
    struct ir_dev *opened = NULL;
    int result;

    if (error == NULL)
        error = unread;
    error[0] = '\0';
    if (domain == NULL || device == NULL || dev == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "ir_open needs a domain, a device string and a place for the device");
        return -EINVAL;
    }
    result = open_transport(domain, device, &transport, error);
    if (result != 0)
        return result;
    result = open_driver(domain, device, transport, &opened, error);
    if (result != 0) {
        transport->ops->close(transport);
        return result;
    }
    *dev = opened;
    return 0;
}

int ir_close(struct ir_dev *dev)
{
    struct ir_domain *domain;
    struct ir_transport *transport;
    struct ir_events *events;
    struct ir_private *private_queues;
    int result;

    if (dev == NULL)
        return 0;
    domain = dev->domain;
    transport = dev->transport;
    events = ir_events_detach(dev);
    private_queues = dev->private_queues;
    result = dev->ops->close(dev);
    ir_private_close(private_queues);
    /* Not before: a device that is reset does not interrupt any more. */
    ir_events_release(events, transport);
    ir_domain_detach(domain, transport, result == 0);
    transport->ops->close(transport);
    return result;
}
