/* SPDX-License-Identifier: MIT
 *
 * A thread for each queue of one card: each has a pool of its own, and no lock is shared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include <ironring/ironring.h>

#define THREADS  4u
#define BUFFERS  256u
#define BURST    16u
#define FRAMES   20000u
#define PATIENCE 60 /* seconds; only when something is broken */

struct worker {
    pthread_t thread;
    struct ir_pool *pool;
    struct ir_rxq *rx;
    struct ir_txq *tx;
    _Atomic uint32_t *left; /* frames that nobody has received yet; all workers' */
    uint32_t received;
    uint32_t sent;
    int error;
};

/* Receive a burst and send it on. Returns what ir_rx or ir_tx does. */
static int forward(struct worker *worker)
{
    struct ir_pkt pkts[BURST];
    int count = ir_rx(worker->rx, pkts, BURST);
    int sent;

    if (count <= 0)
        return count;
    worker->received += (uint32_t)count;
    atomic_fetch_sub(worker->left, (uint32_t)count);
    sent = ir_tx(worker->tx, pkts, (uint32_t)count);
    if (sent < 0)
        return sent;
    worker->sent += (uint32_t)sent;
    for (int i = sent; i < count; i++) /* the ring is full */
        (void)ir_pkt_free(worker->pool, pkts[i]);
    return count;
}

static void *work(void *context)
{
    struct worker *worker = context;
    time_t end = time(NULL) + PATIENCE;

    while (worker->error == 0 && atomic_load(worker->left) > 0 && time(NULL) < end) {
        int count = forward(worker);

        if (count < 0)
            worker->error = count;
        else if (count == 0)
            (void)sched_yield();
    }
    return NULL;
}

static void set_up(struct ir_domain *domain, struct ir_dev *dev, struct worker *worker,
                   uint32_t index, _Atomic uint32_t *left)
{
    worker->left = left;
    assert_int_equal(ir_pool_create(domain, BUFFERS, 2048, &worker->pool), 0);
    assert_int_equal(ir_rxq_setup(dev, index, 64, worker->pool, &worker->rx), 0);
    assert_int_equal(ir_txq_setup(dev, index, 64, worker->pool, &worker->tx), 0);
}

static void run_each_on_its_own(const char *device)
{
    struct worker workers[THREADS] = {0};
    _Atomic uint32_t left = FRAMES;
    struct ir_domain *domain;
    struct ir_dev *dev;
    struct ir_stats stats;
    uint64_t sent = 0;

    assert_int_equal(ir_domain_create(&domain), 0);
    assert_int_equal(ir_open(domain, device, &dev, NULL), 0);
    for (uint32_t i = 0; i < THREADS; i++)
        set_up(domain, dev, &workers[i], i, &left);
    assert_int_equal(ir_start(dev), 0);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(workers[i].error, 0);
        assert_true(workers[i].received > FRAMES / THREADS / 4u);
        assert_int_equal(ir_pool_audit(workers[i].pool), 0);
        sent += workers[i].sent;
    }
    assert_int_equal(left, 0);
    assert_int_equal(ir_stats(dev, &stats), 0);
    assert_int_equal(stats.rx_packets, FRAMES);
    assert_true(stats.tx_packets <= sent);
    assert_int_equal(ir_close(dev), 0);
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(ir_pool_available(workers[i].pool), BUFFERS);
        assert_int_equal(ir_pool_destroy(workers[i].pool), 0);
    }
    assert_int_equal(ir_domain_destroy(domain), 0);
}

static void queues_of_an_82599_work_each_in_its_thread(void **state)
{
    (void)state;
    run_each_on_its_own("sim:82599,wire=gen,count=20000,flows=256");
}

static void queues_of_a_virtio_device_work_each_in_its_thread(void **state)
{
    (void)state;
    run_each_on_its_own("sim:virtio,wire=gen,count=20000,flows=256,pairs=4");
    run_each_on_its_own("sim:virtio,wire=gen,count=20000,flows=256,pairs=4,packed=on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_of_an_82599_work_each_in_its_thread),
        cmocka_unit_test(queues_of_a_virtio_device_work_each_in_its_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
