/* SPDX-License-Identifier: MIT
 *
 * Devices and their queues. Life of a device: ir_open, ir_rxq_setup and ir_txq_setup, ir_start,
 * bursts, ir_close. A queue whose device breaks the protocol answers -EIO until ir_reset.
 */
#ifndef IRONRING_DEVICE_H
#define IRONRING_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ironring/packet.h>
#include <ironring/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ir_domain; /* devices and pools that share one device address space */
struct ir_dev;
struct ir_rxq;
struct ir_txq;

#define IR_QUEUES_MAX     64u   /* queues a device in each direction */
#define IR_RING_SIZE_MIN  64u   /* descriptors a ring, a power of two ... */
#define IR_RING_SIZE_MAX  4096u /* ... up to here */
#define IR_MAC_LENGTH     6u
#define IR_ERROR_LENGTH   256u
#define IR_RSS_KEY_LENGTH 40u

/* Make an empty domain. It must outlive its devices and pools, and holds one file descriptor: its
 * memory is a memfd. Errors: -EINVAL, -ENOMEM, -EFBIG the limit of file sizes (ulimit -f) is below
 * 512 GiB, or what memfd_create(2), ftruncate(2) and fcntl(2) say (-EMFILE, -ENFILE, ...). */
int ir_domain_create(struct ir_domain **domain);
/* Errors: -EBUSY a device or pool is still in it. Null is allowed. */
int ir_domain_destroy(struct ir_domain *domain);
/* Why memory could not be had, when ir_pool_create, ir_rxq_setup, ir_txq_setup or ir_start has just
 * failed for want of it: one sentence for people with the remedy, or an empty one when the error number
 * says it all. */
void ir_domain_why(struct ir_domain *domain, char error[IR_ERROR_LENGTH]);

/* Open and reset the device that the string names:
 *   0000:03:00.0                           a PCI device
 *   vhost-user:/run/x.sock                 a virtio device that another process provides
 *   sim:82599,rx=in.pcap,tx=out.pcap       a simulated card and what it is plugged into
 * Keys of the last two are described in ironring(7). On an error `error`, when not null, receives one
 * sentence for people that names the device, the value and the remedy.
 * Errors: -EINVAL bad string, -ENODEV no such device or it is gone, -ENOTSUP no driver for it,
 * -EBUSY in use, -EACCES, -EPERM, -ENOMEM, -ETIMEDOUT the device did not come out of reset, -EIO it
 * answers nonsense; -ENOSPC the domain's memory is not where the device can reach, -EXDEV it is of
 * another kind than the device needs: a PCI device without an IOMMU must be opened before packet pools
 * are made, and not together with a vhost-user device; for vhost-user -EPROTO the back end breaks the
 * protocol, -ENOTSOCK no socket has this name, -EADDRINUSE somebody else listens there, and what
 * socket(2), bind(2) and eventfd(2) say; for a simulated card -EAGAIN no thread for it, and what
 * open(2), socket(2) and ioctl(2) say of the file or interface that it is plugged into (-ENOENT,
 * -EMFILE, -EPERM, ...); for a PCI device what they and mmap(2) say of the kernel's files; and what
 * getrandom(2) says (-ENOSYS, -EPERM). */
int ir_open(struct ir_domain *domain, const char *device, struct ir_dev **dev,
            char error[IR_ERROR_LENGTH]);

/* Attach receive or transmit queue `index` (from 0, without gaps by the time of ir_start; ir_info says how many
 * there can be) to a pool of the device's domain, with `size` descriptors (64 to 4096, a power of two). Only
 * while stopped. The queue belongs to the device and lives until ir_close. A legacy virtio device has rings of
 * its own size, whatever `size` is. Errors: -EINVAL, -EBUSY started or index already set up, -ENOMEM,
 * -ENOSPC, -EIO the device is down after a reset that failed. */
int ir_rxq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                 struct ir_rxq **queue);
int ir_txq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                 struct ir_txq **queue);

/* Fill the receive rings and let the device run. Errors: -EINVAL a gap between the queues, or none,
 * -EBUSY already started, -ETIMEDOUT a queue did not start (the device is stopped again), -EIO,
 * -ENODEV, and -ENOMEM or -ENOSPC for the rings that a virtio device wants besides those set up; while
 * somebody waits for it (ironring/wait.h) what eventfd(2) and the connection of interrupts say. */
int ir_start(struct ir_dev *dev);

/* Stop all queues, reset the device, return each buffer in the rings to its pool, set the device up
 * again and, when it was started, start it. Handles the application holds stay valid. Settings (MAC
 * address, promiscuous mode, multicast addresses) are kept. Errors: as ir_open and ir_start; each
 * queue then answers -EIO until a later ir_reset succeeds. The buffers are back in their pools even
 * then, unless the device did not confirm that it stopped (-ETIMEDOUT, -ENODEV): those stay in the
 * rings, where the device may still write to them, until a later ir_reset can return them. */
int ir_reset(struct ir_dev *dev);

/* Stop the device, return all buffers to their pools and release everything. Null is allowed.
 * Always releases; a negative errno says the device did not confirm its stop. Then the memory of
 * its rings and of the buffers in them stays mapped and is leaked, rather than given to others
 * while the device may still write there; those buffers are lost to their pools. */
int ir_close(struct ir_dev *dev);

/* Receive up to `max` packets, in ring order; the caller holds what it gets and must send or free
 * it. Never blocks. A burst ends before a frame that has to be dropped (damaged, or larger than a
 * buffer), and may so be empty although more frames wait behind it. Returns the number received
 * (0 to max), or -EIO when the queue is broken or its device not started. */
int ir_rx(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max);

/* Send up to `count` packets, in order. The packets accepted are no longer the caller's; the others
 * are. Never blocks. Returns the number accepted, fewer than `count` when the ring is full or a
 * packet is refused. When the first one is refused: -ESTALE the caller does not hold it, or it is
 * of another pool; -EMSGSIZE its length is not within the device's shortest and longest frame (ir_info).
 * -EIO the queue is broken or its device not started. */
int ir_tx(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count);

/* Return the buffers of sent packets to the pool now (ir_tx does so by itself while it is called).
 * Returns the number of packets still with the device, or -EIO. */
int ir_tx_reclaim(struct ir_txq *queue);

/* Packets that a queue dropped for the caller, by reason. They went back to the pool. */
struct ir_rxq_drops {
    uint64_t errors;   /* the card marked the frame bad, or it is shorter than an Ethernet header */
    uint64_t oversize; /* the frame did not fit in one buffer */
};
void ir_rxq_drops(const struct ir_rxq *queue, struct ir_rxq_drops *drops);

struct ir_link {
    bool up;
    uint32_t speed_mbps; /* 0 while down, and when the device does not say (virtio) */
};
/* Errors: -ENODEV the device is gone. */
int ir_link(struct ir_dev *dev, struct ir_link *link);
/* Wait until the link is up, at most `timeout_ms`. Errors: -ETIMEDOUT, -ENODEV. */
int ir_link_wait(struct ir_dev *dev, uint32_t timeout_ms);

/* The device's own address. Setting it needs a unicast address that is not zero (-EINVAL), and a device
 * that can be given one (-ENOTSUP). A virtio device is told of this and of the filters below by
 * commands, which can fail in two more ways: -EIO it refuses, or answers nonsense, -ETIMEDOUT. */
int ir_mac_get(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH]);
int ir_mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH]);
/* Receive frames for every address, or for the device's own, broadcast and the multicast filter's
 * only (-ENOTSUP for a device that cannot filter). */
int ir_promiscuous(struct ir_dev *dev, bool on);
/* Replace the multicast filter; count 0 clears it. Errors: -EINVAL an address is not multicast. */
int ir_multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count);

/* How an ixgbe device spreads frames over its receive queues, when it has several: by a hash (Toeplitz, 82599
 * datasheet section 7.1.2.8) of IP addresses and, in whole packets of TCP and UDP, ports. All frames of a flow
 * come by the same queue, those without IP by the first. The hash has a key, drawn at random in ir_open, so that
 * nobody who does not know it can choose flows that all come by one queue. A key of one's own holds from the
 * next ir_start or ir_reset on; one that repeats 16 bits, such as 6d 5a 6d 5a ..., puts both directions of a flow
 * into the queue of the same number. Errors: -ENOTSUP the device has no such key: it has one receive queue
 * (e1000e), or spreads as it likes (virtio). */
int ir_rss_key_get(const struct ir_dev *dev, uint8_t key[IR_RSS_KEY_LENGTH]);
int ir_rss_key_set(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH]);

/* Since ir_open. Bytes do not include the frame checksum. A device may answer anything: figures are
 * as good as the device. */
struct ir_stats {
    uint64_t rx_packets;
    uint64_t rx_bytes;
    uint64_t rx_missed;  /* dropped by the card for want of a descriptor or buffer space */
    uint64_t rx_errors;  /* dropped by the card: checksum, length */
    uint64_t rx_dropped; /* dropped by the driver, sum of ir_rxq_drops over the queues */
    uint64_t tx_packets;
    uint64_t tx_bytes;
};
/* Must be called at least every few seconds at full rate, or the card's 32-bit counters wrap
 * unseen. */
int ir_stats(struct ir_dev *dev, struct ir_stats *stats);

struct ir_info {
    char name[64];   /* as given to ir_open */
    char driver[16]; /* ixgbe, e1000e, virtio */
    uint16_t vendor, device;
    uint32_t rx_queues_max, tx_queues_max;
    uint32_t frame_min; /* shortest frame that can be sent, bytes without checksum */
    uint32_t frame_max; /* longest */
};
void ir_info(const struct ir_dev *dev, struct ir_info *info);

#ifdef __cplusplus
}
#endif

#endif
