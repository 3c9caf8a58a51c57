/* SPDX-License-Identifier: MIT
 *
 * The world of target api: what the public functions made, beside a model of it. Each function
 * calls the library once or a few times and compares the answers with the model's.
 */
#ifndef IRONRING_FUZZ_API_WORLD_H
#define IRONRING_FUZZ_API_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "input.h"

#define API_DEVICES 2u
#define API_POOLS   3u /* the last is of another domain */
#define API_QUEUES  2u
#define API_BUFFERS 96u
#define API_HANDLES 64u
#define API_BURST   64u

/* Where a buffer is, as far as the program can know: in a ring or free, or held. */
struct api_pool {
    struct ir_pool *pool; /* NULL when there is none */
    uint32_t buffers;
    uint64_t holder[API_BUFFERS]; /* the handle that holds the buffer, 0 for none */
    uint32_t held;
    uint32_t queues; /* that use it */
};

struct api_queue {
    struct ir_rxq *rx;
    struct ir_txq *tx;
    uint32_t rx_pool;
    uint32_t tx_pool;
};

struct api_device {
    struct ir_dev *dev; /* NULL while closed */
    struct api_queue queue[API_QUEUES];
    bool started;
    uint8_t mac[IR_MAC_LENGTH];
};

struct api_world {
    struct ir_domain *domain[2];
    struct api_pool pool[API_POOLS];
    struct api_device device[API_DEVICES];
    struct ir_pkt known[API_HANDLES]; /* handles seen, dead ones included */
    uint32_t known_count;             /* ever */
};

extern struct api_world api;

void api_begin(void);
void api_check(void); /* after each step */
void api_end(void);

/* A handle: seen before, changed in a bit, or forged. */
struct ir_pkt api_handle(struct input *input);
bool api_held(const struct api_pool *pool, struct ir_pkt pkt);
void api_granted(struct api_pool *pool, struct ir_pkt pkt, uint32_t length);
void api_gone(struct api_pool *pool, struct ir_pkt pkt);

/* api_packets.c */
void api_alloc(uint32_t p, uint32_t length);
void api_free(uint32_t p, struct ir_pkt pkt);
void api_set_length(uint32_t p, struct ir_pkt pkt, uint32_t length);
void api_view(uint32_t p, struct ir_pkt pkt, uint32_t offset, uint32_t length);
void api_receive(uint32_t d, uint32_t q, uint32_t max);
void api_send(uint32_t d, uint32_t q, const struct ir_pkt *pkts, uint32_t count);
void api_reclaim(uint32_t d, uint32_t q);
void api_echo(uint32_t d, uint32_t q); /* receive, and send what came */
void api_put(uint32_t d, struct input *input);
void api_step(uint32_t d);

/* api_devices.c */
void api_open(uint32_t d);
void api_close(uint32_t d);
void api_pool_create(uint32_t p, uint32_t buffers);
void api_pool_destroy(uint32_t p);
void api_domains_are_busy(void);
void api_setup(uint32_t d, uint32_t index, uint32_t size, uint32_t p, bool transmit);
void api_start(uint32_t d);
void api_reset(uint32_t d);
void api_settings(uint32_t d, struct input *input);
void api_observe(uint32_t d);
void api_nulls(void);

#endif
