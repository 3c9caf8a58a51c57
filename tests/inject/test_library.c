/* SPDX-License-Identifier: MIT
 *
 * The whole life of a device through the public functions, of each kind of card and with each kind of
 * wire: whatever fails, the call says so with an error that its header documents, the same call succeeds
 * afterwards, what was said to work does, and nothing is lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "engine.h"
#include "frames.h"

#define PORTS_MAX   2u
#define BUFFERS     1024u /* 2 MiB: large pages are asked for */
#define RING        64u
#define FRAME       100u
#define TRIES       8u    /* for frames that a wire may lose */
#define ROUNDS      4000u /* polls until a frame has come */
#define PAUSE_US    50u
#define DOCUMENTED  12u
#define GEN_FRAMES  3
#define DEVICE_ROOM 256u

struct life;

struct wire {
    const char *keys[PORTS_MAX]; /* of each device; %s is the folder of the run */
    bool thread;
    bool wire_opens; /* the error of a file or interface is the error of ir_open */
    void (*traffic)(struct life *life, bool again);
    /* Kinds whose failure a wire may answer with lost frames: a TAP interface that is down or busy. */
    bool may_lose;
    bool private_pool;
};

struct subject {
    const char *card; /* with keys of its own, if any */
    const struct wire *wire;
};

struct life {
    const char *card;
    const struct wire *wire;
    const struct inject_plan *plan;
    struct ir_domain *domain;
    struct ir_pool *pool;
    unsigned ports;
    char name[PORTS_MAX][DEVICE_ROOM];
    struct ir_dev *dev[PORTS_MAX];
    struct ir_rxq *rx[PORTS_MAX];
    struct ir_txq *tx[PORTS_MAX];
    struct ir_waiter *waiter;
};

static bool lossy(const struct life *life)
{
    return life->wire->may_lose && inject_fired() > 0 &&
           (life->plan->kind == INJECT_READ || life->plan->kind == INJECT_WRITE);
}

static void work(const struct life *life)
{
    if (life->wire->thread) {
        (void)usleep(PAUSE_US);
        return;
    }
    for (unsigned port = 0; port < life->ports; port++)
        require(ir_sim_step(life->dev[port]) >= 0, "the card cannot be stepped");
}

/* The next packet of the port, if one comes. */
static bool next_packet(const struct life *life, unsigned port, struct ir_pkt *pkt)
{
    uint32_t rounds = life->wire->thread ? ROUNDS : TRIES;

    for (uint32_t i = 0; i < rounds; i++) {
        int got = ir_rx(life->rx[port], pkt, 1);

        require(got >= 0, "ir_rx: %d", got);
        if (got == 1)
            return true;
        work(life);
    }
    return false;
}

static void send_packet(const struct life *life, unsigned port, struct ir_pkt pkt)
{
    int sent = ir_tx(life->tx[port], &pkt, 1);

    require(sent == 1, "ir_tx: %d", sent);
    for (uint32_t i = 0; i < ROUNDS && ir_tx_reclaim(life->tx[port]) > 0; i++)
        work(life);
    require(ir_tx_reclaim(life->tx[port]) == 0, "the packet was not sent");
}

static struct ir_pkt make_packet(const struct life *life, uint8_t tag)
{
    struct ir_pkt pkt;
    uint8_t *bytes;

    require(ir_pkt_alloc(life->pool, FRAME, &pkt) == 0, "no buffer");
    bytes = ir_pkt_data(life->pool, pkt, 0, FRAME);
    require(bytes != NULL, "no bytes");
    frame_fill(bytes, FRAME, tag);
    return pkt;
}

static void check_packet(const struct life *life, struct ir_pkt pkt, uint8_t tag)
{
    const uint8_t *bytes = ir_pkt_data(life->pool, pkt, 0, FRAME);

    require(bytes != NULL && ir_pkt_length(pkt) == FRAME, "a packet of %u bytes",
            ir_pkt_length(pkt));
    require(frame_is(bytes, FRAME, tag), "a packet came out changed");
}

/* A frame in, and out again. */
static void memory_traffic(struct life *life, bool again)
{
    uint8_t tag = again ? 2 : 1;
    uint8_t frame[FRAME];
    uint8_t taken[FRAME];
    struct ir_pkt pkt;

    frame_fill(frame, FRAME, tag);
    require(ir_sim_put(life->dev[0], frame, FRAME) == 0, "the wire takes no frame");
    require(next_packet(life, 0, &pkt), "nothing was received");
    check_packet(life, pkt, tag);
    send_packet(life, 0, pkt);
    require(ir_sim_take(life->dev[0], taken, FRAME) == (int)FRAME, "nothing was sent");
    require(frame_is(taken, FRAME, tag), "a frame was sent changed");
}

static void link_traffic(struct life *life, bool again)
{
    for (unsigned port = 0; port < 2; port++) {
        struct ir_pkt pkt = make_packet(life, (uint8_t)(port + (again ? 4 : 1)));

        send_packet(life, port, pkt);
        require(next_packet(life, 1 - port, &pkt), "nothing crossed the link");
        check_packet(life, pkt, (uint8_t)(port + (again ? 4 : 1)));
        require(ir_pkt_free(life->pool, pkt) == 0, "ir_pkt_free");
    }
}

static void gen_traffic(struct life *life, bool again)
{
    struct ir_pkt pkt;

    for (int i = 0; i < GEN_FRAMES && !again; i++) {
        require(next_packet(life, 0, &pkt), "the generator gave %d frames", i);
        require(ir_pkt_free(life->pool, pkt) == 0, "ir_pkt_free");
    }
    require(!next_packet(life, 0, &pkt), "a frame too many");
    require(ir_sim_finished(life->dev[0]), "the generator has not ended");
}

/* Everything that comes out of one file goes into the other. */
static void file_traffic(struct life *life, bool again)
{
    struct ir_pkt pkt;
    int frames = 0;

    while (next_packet(life, 0, &pkt)) {
        send_packet(life, 0, pkt);
        frames++;
    }
    require(frames == (again ? 0 : FRAMES_IN_FILE), "%d frames were received", frames);
}

/* The kernel's side of the interface is the other end of a pair of sockets. */
static void tap_traffic(struct life *life, bool again)
{
    uint8_t frame[FRAME];
    uint8_t taken[FRAME];
    struct ir_pkt pkt;
    bool came = false;
    bool went = false;

    frame_fill(frame, FRAME, again ? 2 : 1);
    require(send(inject_tap_peer(), frame, FRAME, 0) == (ssize_t)FRAME, "no interface");
    came = next_packet(life, 0, &pkt);
    if (came) {
        check_packet(life, pkt, again ? 2 : 1);
        require(ir_pkt_free(life->pool, pkt) == 0, "ir_pkt_free");
    }
    for (unsigned i = 0; i < TRIES && !went; i++) {
        send_packet(life, 0, make_packet(life, again ? 4 : 3));
        /* not recv, which the plan may let fail */
        went = recvfrom(inject_tap_peer(), taken, FRAME, 0, NULL, NULL) == (ssize_t)FRAME;
        require(went || lossy(life), "a frame was lost");
    }
    require(!went || frame_is(taken, FRAME, again ? 4 : 3), "a frame was sent changed");
    require((came && went) || (lossy(life) && life->plan->lasting), "frames were lost");
}

static int create_domain(struct life *life, unsigned port)
{
    (void)port;
    return ir_domain_create(&life->domain);
}

static int create_pool(struct life *life, unsigned port)
{
    (void)port;
    if (life->wire->private_pool)
        return ir_pool_create_private(life->domain, BUFFERS, 2048, &life->pool);
    return ir_pool_create(life->domain, BUFFERS, 2048, &life->pool);
}

static int open_device(struct life *life, unsigned port)
{
    char sentence[IR_ERROR_LENGTH] = "";
    int used;
    int result;

    used = snprintf(life->name[port], DEVICE_ROOM, "sim:%s,", life->card);
    (void)snprintf(life->name[port] + used, DEVICE_ROOM - (size_t)used, life->wire->keys[port],
                   engine_folder(), engine_folder());
    result = ir_open(life->domain, life->name[port], &life->dev[port], sentence);
    require(result == 0 || strstr(sentence, "; ") != NULL, "ir_open names no remedy: %s", sentence);
    require(result == 0 || life->dev[port] == NULL, "ir_open failed and gave a device");
    return result;
}

static int setup_rx(struct life *life, unsigned port)
{
    return ir_rxq_setup(life->dev[port], 0, RING, life->pool, &life->rx[port]);
}

static int setup_tx(struct life *life, unsigned port)
{
    return ir_txq_setup(life->dev[port], 0, RING, life->pool, &life->tx[port]);
}

static int create_waiter(struct life *life, unsigned port)
{
    (void)port;
    return ir_waiter_create(&life->waiter);
}

static int add_to_waiter(struct life *life, unsigned port)
{
    return ir_waiter_rx(life->waiter, life->rx[port]);
}

/* Nothing comes, but what a generator sends; that the wait ends is what counts. */
static int wait_a_while(struct life *life, unsigned port)
{
    int result = ir_wait(life->waiter, 2000);

    (void)port;
    return result < 0 ? result : 0;
}

static int promiscuous(struct life *life, unsigned port)
{
    return ir_promiscuous(life->dev[port], true);
}

static int start(struct life *life, unsigned port)
{
    return ir_start(life->dev[port]);
}

static int wait_for_link(struct life *life, unsigned port)
{
    return ir_link_wait(life->dev[port], 1000);
}

static int first_traffic(struct life *life, unsigned port)
{
    if (port == 0)
        life->wire->traffic(life, false);
    return 0;
}

static int read_stats(struct life *life, unsigned port)
{
    struct ir_stats stats;

    return ir_stats(life->dev[port], &stats);
}

static int reset(struct life *life, unsigned port)
{
    return ir_reset(life->dev[port]);
}

static int second_traffic(struct life *life, unsigned port)
{
    if (port == 0)
        life->wire->traffic(life, true);
    return 0;
}

/* In this order, each for every port before the next; the errors are those of include/ironring. */
static const struct step {
    const char *name;
    int (*call)(struct life *life, unsigned port);
    bool once; /* not for each port */
    int errors[DOCUMENTED];
} steps[] = {
    {"ir_domain_create", create_domain, true, {ENOMEM}},
    {"ir_pool_create", create_pool, true, {ENOMEM, ENOSPC}},
    {"ir_open",
     open_device,
     false,
     {EINVAL, ENODEV, ENOTSUP, EBUSY, EACCES, ENOMEM, EAGAIN, ETIMEDOUT, EIO, ENOSYS, EPERM}},
    {"ir_rxq_setup", setup_rx, false, {ENOMEM, ENOSPC}},
    {"ir_txq_setup", setup_tx, false, {ENOMEM, ENOSPC}},
    {"ir_waiter_create", create_waiter, true, {EINVAL, ENOMEM}},
    {"ir_waiter_rx", add_to_waiter, false, {ENOMEM}},
    {"ir_promiscuous", promiscuous, false, {0}},
    {"ir_start", start, false, {ETIMEDOUT, EIO, ENODEV, ENOMEM, ENOSPC}},
    {"ir_link_wait", wait_for_link, false, {ETIMEDOUT, ENODEV}},
    {"ir_wait", wait_a_while, true, {EINTR}},
    {"traffic", first_traffic, false, {0}},
    {"ir_stats", read_stats, false, {0}},
    {"ir_reset", reset, false, {ETIMEDOUT, EIO, ENODEV, ENOMEM}},
    {"ir_wait after the reset", wait_a_while, true, {EINTR}},
    {"traffic after the reset", second_traffic, false, {0}},
};

static bool documented(const struct life *life, const struct step *step, int result)
{
    for (size_t i = 0; i < DOCUMENTED && step->errors[i] != 0; i++) {
        if (result == -step->errors[i])
            return true;
    }
    return (step->call == create_domain || step->call == create_waiter || step->call == start ||
            step->call == wait_a_while || (step->call == open_device && life->wire->wire_opens)) &&
           result == -life->plan->error;
}

/* Returns false when the step fails for good. */
static bool take_step(struct life *life, const struct step *step, unsigned port)
{
    int result = step->call(life, port);

    if (result == 0)
        return true;
    require(inject_fired() > 0, "%s fails for no reason: %d", step->name, result);
    require(documented(life, step, result), "%s: %s (%d) is not documented", step->name,
            strerror(-result), result);
    if (life->plan->lasting)
        return false;
    result = step->call(life, port);
    require(result == 0, "%s works no more after it failed once: %d", step->name, result);
    return true;
}

static bool live(struct life *life)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        for (unsigned port = 0; port < (steps[i].once ? 1 : life->ports); port++) {
            if (!take_step(life, &steps[i], port))
                return false;
        }
    }
    return true;
}

/* Whether each device's wire has kept everything. */
static bool all_kept(struct life *life)
{
    bool all = true;

    for (unsigned port = 0; port < life->ports; port++) {
        int lost = ir_sim_flush(life->dev[port]);

        require(lost == 0 || (inject_fired() > 0 && lost == -life->plan->error),
                "ir_sim_flush: %d without a reason", lost);
        all = all && lost == 0;
    }
    return all;
}

static void end(struct life *life)
{
    ir_waiter_destroy(life->waiter);
    for (unsigned port = 0; port < life->ports; port++) {
        uint64_t violations = 0;

        if (life->dev[port] != NULL) {
            require(ir_sim_violations(life->dev[port], &violations) == 0 && violations == 0, "%s",
                    ir_sim_violation(life->dev[port], 0));
        }
        require(ir_close(life->dev[port]) == 0, "ir_close");
    }
    if (life->pool != NULL) {
        require(ir_pool_audit(life->pool) == 0, "ir_pool_audit: %d", ir_pool_audit(life->pool));
        require(ir_pool_available(life->pool) == BUFFERS, "buffers were lost");
    }
    require(ir_pool_destroy(life->pool) == 0, "ir_pool_destroy");
    require(ir_domain_destroy(life->domain) == 0, "ir_domain_destroy");
}

static void run_life(const void *of, const struct inject_plan *plan)
{
    const struct subject *subject = of;
    const struct wire *wire = subject->wire;
    struct life life = {
        .card = subject->card, .wire = wire, .plan = plan, .ports = wire->keys[1] != NULL ? 2 : 1};
    char in[DEVICE_ROOM];
    char out[DEVICE_ROOM];
    bool complete;

    (void)snprintf(in, sizeof(in), "%s/in.pcap", engine_folder());
    (void)snprintf(out, sizeof(out), "%s/out.pcap", engine_folder());
    frames_write(in);
    inject_arm(plan);
    complete = live(&life) && all_kept(&life);
    end(&life);
    (void)inject_disarm();
    if (complete && wire->traffic == file_traffic)
        require(frames_match(out), "what was sent is not in the file, and nobody said so");
}

static const struct wire memory_wire = {
    .keys = {"mode=step,wire=memory"},
    .traffic = memory_traffic,
};
static const struct wire private_wire = {
    .keys = {"mode=step,wire=memory"},
    .traffic = memory_traffic,
    .private_pool = true,
};
static const struct wire running_card = {
    .keys = {"wire=memory"},
    .thread = true,
    .traffic = memory_traffic,
};
static const struct wire link_wire = {
    .keys = {"mode=step,link=l", "mode=step,link=l"},
    .traffic = link_traffic,
};
static const struct wire gen_wire = {
    .keys = {"mode=step,wire=gen,count=3,flows=8"},
    .traffic = gen_traffic,
};
static const struct wire file_wire = {
    .keys = {"mode=step,rx=%s/in.pcap,tx=%s/out.pcap"},
    .wire_opens = true,
    .traffic = file_traffic,
};
static const struct wire tap_wire = {
    .keys = {"mode=step,tap=t0"},
    .wire_opens = true,
    .traffic = tap_traffic,
    .may_lose = true,
};

int main(int argc, char **argv)
{
    const struct scenario scenarios[] = {
        {"a_device_on_a_memory_wire", &(struct subject){"82599", &memory_wire}, run_life},
        {"a_device_on_a_private_pool", &(struct subject){"82599", &private_wire}, run_life},
        {"a_device_with_a_thread", &(struct subject){"82599", &running_card}, run_life},
        {"two_devices_on_a_link", &(struct subject){"82599", &link_wire}, run_life},
        {"a_device_on_a_generator", &(struct subject){"82599", &gen_wire}, run_life},
        {"a_device_between_two_captures", &(struct subject){"82599", &file_wire}, run_life},
        {"a_device_on_a_tap_interface", &(struct subject){"82599", &tap_wire}, run_life},
        {"an_82574_on_a_memory_wire", &(struct subject){"82574", &memory_wire}, run_life},
        {"an_82574_with_a_thread", &(struct subject){"82574", &running_card}, run_life},
        {"a_virtio_device_on_a_memory_wire", &(struct subject){"virtio", &memory_wire}, run_life},
        {"a_virtio_device_on_a_private_pool", &(struct subject){"virtio", &private_wire}, run_life},
        {"a_virtio_device_with_a_thread", &(struct subject){"virtio", &running_card}, run_life},
        {"two_virtio_devices_on_a_link", &(struct subject){"virtio", &link_wire}, run_life},
        {"a_virtio_device_on_a_generator", &(struct subject){"virtio", &gen_wire}, run_life},
        {"a_virtio_device_between_two_captures", &(struct subject){"virtio", &file_wire}, run_life},
        {"a_virtio_device_on_a_tap_interface", &(struct subject){"virtio", &tap_wire}, run_life},
        {"a_virtio_device_with_packed_rings",
         &(struct subject){"virtio,packed=on,pairs=4", &memory_wire}, run_life},
        {"a_virtio_device_with_legacy_registers",
         &(struct subject){"virtio,transport=legacy,any_layout=off", &memory_wire}, run_life},
    };

    return engine_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
