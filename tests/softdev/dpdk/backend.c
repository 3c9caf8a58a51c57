/* SPDX-License-Identifier: MIT
 *
 * A vhost-user back end whose rings are those of softdev: it sends back what DPDK's virtio driver,
 * which nobody here wrote, sends. Usage: softdev_backend SOCKET FEATURES [poll] [shuffle], with the
 * features as a hexadecimal number. It ends with the front end, prints how many packets it took and
 * gave and how many rules the driver broke, and fails when that is any.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"
#include "softdev/ring.h"

#define FRAMES 256u
#define BYTES  2048u
#define BATCH  32u
#define RX     0u
#define TX     1u

static struct {
    struct session session;
    struct soft_function function; /* only what rings look at */
    struct soft_ring ring[SESSION_RINGS];
    bool poll;
    bool shuffle;
    uint8_t frame[FRAMES][BYTES]; /* taken, and not given yet */
    uint32_t length[FRAMES];
    uint64_t taken;
    uint64_t given;
    uint64_t breaches;
} backend;

static uint8_t *memory_at(void *context, uint32_t *hint, uint64_t iova, uint64_t length)
{
    (void)hint;
    return session_at(context, iova, length);
}

static void on_breach(void *context, enum soft_rule rule, const char *where)
{
    (void)context;
    backend.breaches++;
    (void)fprintf(stderr, "%s: %s\n", soft_rule_text(rule), where);
}

/* Start rings that have become ready, and stop those that are so no more. */
static void follow(void)
{
    static const struct soft_memory memory = {memory_at, on_breach, &backend.session};

    for (uint16_t i = 0; i < SESSION_RINGS; i++) {
        const struct session_ring *told = &backend.session.ring[i];
        struct soft_queue *queue = &backend.function.queue[i];

        backend.session.stopped_at[i] = backend.ring[i].next_avail;
        if (!session_ready(&backend.session, i)) {
            soft_ring_stop(&backend.ring[i]);
        } else if (backend.ring[i].size == 0) {
            backend.function.accepted = backend.session.accepted;
            queue->size = told->size;
            queue->desc = told->desc;
            queue->driver = told->driver;
            queue->device = told->device;
            soft_ring_start(&backend.ring[i], &backend.function, i, &memory);
            if (backend.poll)
                soft_ring_hush(&backend.ring[i]);
        }
    }
}

static void publish(uint32_t index)
{
    static const uint64_t one = 1;

    soft_ring_publish(&backend.ring[index]);
    if (soft_ring_interrupts(&backend.ring[index]) &&
        write(backend.session.ring[index].call, &one, sizeof(one)) != (ssize_t)sizeof(one))
        (void)fprintf(stderr, "no interrupt\n"); /* DPDK polls all the same */
}

static void put(const struct soft_done *done, uint32_t count)
{
    struct soft_done all = done[count - 1u];
    struct soft_done left[BATCH];

    if (backend.ring[TX].in_order) { /* as one */
        for (uint32_t i = 0; i + 1u < count; i++)
            all.slots = (uint16_t)(all.slots + done[i].slots);
        all.chains = (uint16_t)count;
        soft_ring_put(&backend.ring[TX], &all);
        return;
    }
    memcpy(left, done, count * sizeof(*done));
    for (; count != 0; count--) {
        uint32_t i = backend.shuffle ? (uint32_t)rand() % count : 0;

        soft_ring_put(&backend.ring[TX], &left[i]);
        memmove(&left[i], &left[i + 1u], (count - i - 1u) * sizeof(*left));
    }
}

static uint32_t take(uint32_t header)
{
    struct soft_done done[BATCH];
    struct soft_chain chain;
    uint32_t count = 0;

    while (count < BATCH && backend.taken - backend.given < FRAMES &&
           soft_ring_take(&backend.ring[TX], &chain)) {
        uint32_t i = (uint32_t)(backend.taken++ % FRAMES);

        backend.length[i] = soft_chain_read(&chain, header, backend.frame[i], BYTES);
        done[count++] = soft_ring_done(&chain, 0);
    }
    if (count != 0) {
        put(done, count);
        publish(TX);
    }
    return count;
}

static uint32_t give(uint32_t header)
{
    uint8_t head[SOFT_NET_HEADER] = {[SOFT_NET_BUFFERS] = 1};
    struct soft_chain chain;
    uint32_t count = 0;

    while (count < BATCH && backend.given != backend.taken &&
           soft_ring_take(&backend.ring[RX], &chain)) {
        uint32_t i = (uint32_t)(backend.given++ % FRAMES);
        uint32_t length = soft_chain_write(&chain, 0, head, header);
        struct soft_done done;

        length += soft_chain_write(&chain, length, backend.frame[i], backend.length[i]);
        done = soft_ring_done(&chain, length);
        soft_ring_put(&backend.ring[RX], &done);
        count++;
    }
    if (count != 0)
        publish(RX);
    return count;
}

static void work(void)
{
    uint32_t header = soft_net_header(backend.session.accepted);
    uint64_t kicks;

    if (take(header) + give(header) != 0 || backend.poll)
        return;
    for (uint32_t i = 0; i < SESSION_RINGS; i++) {
        if (backend.ring[i].size == 0)
            continue;
        (void)!read(backend.session.ring[i].kick, &kicks, sizeof(kicks)); /* none is no error */
        (void)soft_ring_listen(&backend.ring[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: softdev_backend SOCKET FEATURES [poll] [shuffle]\n");
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        backend.poll |= strcmp(argv[i], "poll") == 0;
        backend.shuffle |= strcmp(argv[i], "shuffle") == 0;
    }
    session_open(&backend.session, argv[1], strtoull(argv[2], NULL, 16));
    while (session_serve(&backend.session)) {
        follow();
        for (uint32_t i = 0; i < 64u; i++)
            work();
    }
    (void)printf("%llu %llu %llu\n", (unsigned long long)backend.taken,
                 (unsigned long long)backend.given, (unsigned long long)backend.breaches);
    return backend.breaches != 0;
}
