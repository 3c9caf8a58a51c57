/* SPDX-License-Identifier: MIT
 *
 * What the tool does when a device refuses packets or breaks the protocol. The library is played by the
 * functions below, because no simulated card can be told to fail at a given moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <ironring/sim.h>

#include "cli/run.h"

#define RESETS_MAX 8u

/* What the library answers and what was asked of it. */
static struct {
    int rx;
    int tx;
    int reclaim;
    int reset;
    unsigned resets;
    unsigned failing_resets; /* `reset` is answered that often; 0 for always */
    bool interrupted;
    unsigned freed;
    uint32_t rx_max;
    uint64_t clock;
} fake;

static struct cli_settings settings;
static struct cli_run run;
static struct ir_pkt pkts[CLI_BURST_MAX];

int ir_rx(struct ir_rxq *queue, struct ir_pkt *received, uint32_t max)
{
    (void)queue;
    (void)received;
    fake.rx_max = max;
    return fake.rx;
}

int ir_tx(struct ir_txq *queue, const struct ir_pkt *sent, uint32_t count)
{
    (void)queue;
    (void)sent;
    return fake.tx > (int)count ? (int)count : fake.tx;
}

int ir_tx_reclaim(struct ir_txq *queue)
{
    (void)queue;
    return fake.reclaim;
}

int ir_reset(struct ir_dev *dev)
{
    (void)dev;
    fake.resets++;
    return fake.failing_resets != 0 && fake.resets > fake.failing_resets ? 0 : fake.reset;
}

int ir_pkt_free(struct ir_pool *pool, struct ir_pkt pkt)
{
    (void)pool;
    fake.freed++;
    return pkt.bits == 0 ? -ESTALE : 0;
}

int ir_sim_step(struct ir_dev *dev)
{
    (void)dev;
    return -ENOTSUP;
}

void cli_error(const char *format, ...)
{
    (void)format;
}

int cli_run_failed(struct cli_run *failing, const struct cli_port *port, const char *what,
                   int error)
{
    (void)port;
    (void)what;
    (void)error;
    failing->status = CLI_FAILED;
    return CLI_FAILED;
}

bool cli_run_interrupted(void)
{
    return fake.interrupted;
}

void cli_run_back_off(const struct cli_run *waiting)
{
    (void)waiting;
}

/* Nothing here is worth waiting for. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
    (void)time;
    (void)left;
    return 0;
}

/* A tenth of a second passes with each look. */
uint64_t cli_clock(void)
{
    fake.clock += CLI_NS / 10;
    return fake.clock;
}

static int start(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof(fake));
    memset(&settings, 0, sizeof(settings));
    memset(&run, 0, sizeof(run));
    settings.burst = 32;
    run.settings = &settings;
    run.ports = 1;
    run.port[0].name = "sim:82599";
    run.port[0].txq = (void *)&fake; /* only its presence matters */
    for (size_t i = 0; i < CLI_BURST_MAX; i++)
        pkts[i].bits = UINT64_C(100) << 48 | (i + 1);
    return 0;
}

static void broken_receive_queue_is_reset_and_the_run_goes_on(void **state)
{
    (void)state;
    fake.rx = -EIO;
    fake.reclaim = 5;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_int_equal(fake.resets, 1);
    assert_int_equal(run.port[0].resets, 1);
    assert_int_equal(run.port[0].unsent, 5); /* lost with the reset */
    assert_int_equal(run.status, CLI_OK);
    fake.rx = 7;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 7);
    assert_int_equal(run.in, 7);
}

static void broken_transmit_queue_is_reset_and_the_packets_are_kept(void **state)
{
    uint32_t first = 3;

    (void)state;
    fake.tx = -EIO;
    fake.reclaim = -EIO;
    assert_int_equal(cli_run_send(&run, &run.port[0], &run.flow[0], pkts, &first, 10), 0);
    assert_int_equal(first, 3);
    assert_int_equal(fake.resets, 1);
    assert_int_equal(fake.freed, 0);
    assert_int_equal(run.port[0].unsent, 0);
    assert_int_equal(run.status, CLI_OK);
}

static void device_that_breaks_again_and_again_is_given_up(void **state)
{
    (void)state;
    fake.rx = -EIO;
    for (unsigned i = 0; i < RESETS_MAX; i++) {
        assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
        assert_int_equal(run.status, CLI_OK);
    }
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_int_equal(run.status, CLI_FAILED);
    assert_int_equal(fake.resets, RESETS_MAX);
}

static void failed_reset_fails_the_run(void **state)
{
    (void)state;
    fake.rx = -EIO;
    fake.reset = -ETIMEDOUT;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_int_equal(run.status, CLI_FAILED);
}

static void back_end_that_comes_back_is_waited_for(void **state)
{
    (void)state;
    run.port[0].name = "vhost-user:/run/x.sock";
    fake.rx = -EIO;
    fake.reset = -EIO;
    fake.failing_resets = 20;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_int_equal(fake.resets, 21);
    assert_int_equal(run.port[0].resets, 1);
    assert_int_equal(run.status, CLI_OK);
}

static void back_end_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    run.port[0].name = "vhost-user:/run/x.sock";
    fake.rx = -EIO;
    fake.reset = -EIO;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_in_range(fake.resets, 290, 310); /* a tenth of a second each, for half a minute */
    assert_int_equal(run.status, CLI_FAILED);
}

static void user_need_not_wait_for_a_back_end(void **state)
{
    (void)state;
    run.port[0].name = "vhost-user:/run/x.sock";
    fake.tx = -EIO;
    fake.reset = -EIO;
    fake.interrupted = true;
    assert_int_equal(cli_run_send(&run, &run.port[0], &run.flow[0], pkts, &(uint32_t){0}, 1), 0);
    assert_int_equal(fake.resets, 1);
    assert_int_equal(run.status, CLI_FAILED);
}

static void packet_that_cannot_be_sent_is_freed_and_does_not_hold_up_others(void **state)
{
    uint32_t first = 0;

    (void)state;
    fake.tx = -EMSGSIZE;
    assert_int_equal(cli_run_send(&run, &run.port[0], &run.flow[0], pkts, &first, 10), 0);
    assert_int_equal(first, 1);
    assert_int_equal(fake.freed, 1);
    assert_int_equal(run.dropped, 1);
    fake.tx = 32;
    assert_int_equal(cli_run_send(&run, &run.port[0], &run.flow[0], pkts, &first, 10), 9);
    assert_int_equal(first, 10);
    assert_int_equal(run.flow[0].packets, 9);
    assert_int_equal(run.flow[0].bytes, 900);
    assert_int_equal(run.flow[0].wire_bytes, 9 * 124);
    assert_int_equal(run.status, CLI_OK);
}

static void short_frames_count_on_the_wire_with_their_padding(void **state)
{
    (void)state;
    cli_flow_add(&run.flow[0], 14);
    assert_int_equal(run.flow[0].bytes, 14);
    assert_int_equal(run.flow[0].wire_bytes, 84);
}

static void count_limits_what_is_received(void **state)
{
    (void)state;
    settings.count = 40;
    fake.rx = 32;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 32);
    assert_int_equal(fake.rx_max, 32);
    fake.rx = 8;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 8);
    assert_int_equal(fake.rx_max, 8);
    fake.rx_max = 0;
    assert_int_equal(cli_run_receive(&run, &run.port[0], pkts), 0);
    assert_int_equal(fake.rx_max, 0); /* not even asked */
}

static void flush_sends_what_the_device_takes(void **state)
{
    uint32_t first = 2;

    (void)state;
    fake.tx = 3;
    cli_run_flush(&run, &run.port[0], &run.flow[0], pkts, &first, 10);
    assert_int_equal(first, 10);
    assert_int_equal(run.flow[0].packets, 8);
    assert_int_equal(fake.freed, 0);
    assert_int_equal(run.dropped, 0);
}

static void flush_gives_up_after_a_time_and_frees_the_rest(void **state)
{
    uint32_t first = 2;

    (void)state;
    cli_run_flush(&run, &run.port[0], &run.flow[0], pkts, &first, 10);
    assert_int_equal(first, 10);
    assert_int_equal(fake.freed, 8);
    assert_int_equal(run.dropped, 8);
    assert_true(fake.clock >= CLI_DRAIN_NS && fake.clock < 2 * CLI_DRAIN_NS);
}

static void packet_that_cannot_be_freed_fails_the_run(void **state)
{
    const struct ir_pkt stale = {0};

    (void)state;
    cli_run_free(&run, stale);
    assert_int_equal(run.status, CLI_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(broken_receive_queue_is_reset_and_the_run_goes_on, start),
        cmocka_unit_test_setup(broken_transmit_queue_is_reset_and_the_packets_are_kept, start),
        cmocka_unit_test_setup(device_that_breaks_again_and_again_is_given_up, start),
        cmocka_unit_test_setup(failed_reset_fails_the_run, start),
        cmocka_unit_test_setup(back_end_that_comes_back_is_waited_for, start),
        cmocka_unit_test_setup(back_end_is_not_waited_for_for_ever, start),
        cmocka_unit_test_setup(user_need_not_wait_for_a_back_end, start),
        cmocka_unit_test_setup(packet_that_cannot_be_sent_is_freed_and_does_not_hold_up_others,
                               start),
        cmocka_unit_test_setup(short_frames_count_on_the_wire_with_their_padding, start),
        cmocka_unit_test_setup(count_limits_what_is_received, start),
        cmocka_unit_test_setup(flush_sends_what_the_device_takes, start),
        cmocka_unit_test_setup(flush_gives_up_after_a_time_and_frees_the_rest, start),
        cmocka_unit_test_setup(packet_that_cannot_be_freed_fails_the_run, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
