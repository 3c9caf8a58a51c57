/* SPDX-License-Identifier: MIT
 *
 * Words that change right after the driver has read them: what it has judged is what it uses.
 */
#include "rig.h"
#include "watch.h"

#define LENGTH 100u /* of each frame */
#define FRAMES 40u  /* more than a group that is lent at a time, and less than a lap */
#define PAGE   ((uintptr_t)4096)
#define OWNER  (UINT64_C(0x8080) << 48)

static const char *const formats[] = {"shuffle=on", "mrg_rxbuf=off,event_idx=off", "packed=on",
                                      "packed=on,shuffle=on",
                                      "transport=legacy,any_layout=off,queue_size=128"};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static uint8_t *page_of(volatile void *address)
{
    uint8_t *byte = (uint8_t *)(uintptr_t)address;

    return byte - (uintptr_t)byte % PAGE;
}

/* What is changed: ids, lengths, and in a split ring the index. */
static struct {
    const struct virtio_queue *queue;
    uint32_t id;     /* becomes this */
    uint32_t length; /* becomes this */
    uint32_t ahead;  /* is added to the index */
} lie;

static void change_packed(uint8_t *address)
{
    uint64_t *word = (uint64_t *)(void *)address;

    if ((uintptr_t)address % 16u == 8u && (*word & OWNER) == OWNER)
        *word = OWNER | (uint64_t)(lie.id % 65536u) << 32 | lie.length;
}

static void change_split(uint8_t *address)
{
    uint32_t *word = (uint32_t *)(void *)address;
    const uint8_t *used = (const uint8_t *)(uintptr_t)lie.queue->used;

    if (address < used)
        *word += lie.ahead * 65536u;
    else
        *word = (uintptr_t)(address - used) % 8u == 0 ? lie.id : lie.length;
}

static const struct {
    uint32_t id, length, ahead;
} changes[] = {{UINT32_MAX, UINT32_MAX, 1000}, {0, 0, 1}, {5, 10, 65535}, {63, 2060, 63}};

#define CHANGES (sizeof(changes) / sizeof(changes[0]))

/* From now on words of this queue change as they are read. */
static void watch_queue(const struct virtio_queue *queue, size_t change)
{
    lie.queue = queue;
    lie.id = changes[change].id;
    lie.length = changes[change].length;
    lie.ahead = changes[change].ahead;
    if (queue->packed != 0)
        watch_begin(page_of(queue->desc), change_packed);
    else
        watch_begin(page_of(queue->device), change_split);
}

static void reset(struct card *card)
{
    card_audit(card, 0);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 10), 0);
}

static void completion_is_read_once_and_only_that_is_used(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);

        for (size_t c = 0; c < CHANGES; c++) {
            struct ir_pkt pkts[FRAMES];
            uint32_t accesses;
            int received;

            for (uint32_t frame = 0; frame < FRAMES; frame++)
                card_put(card, LENGTH, frame);
            card_settle(card);
            watch_queue(&rig_driver(card)->rx[0].rxq.queue, c);
            received = ir_rx(card->rx, pkts, FRAMES);
            accesses = watch_end();
            assert_int_equal(received, FRAMES);
            assert_true(accesses >= FRAMES); /* each was seen and changed */
            for (uint32_t frame = 0; frame < FRAMES; frame++)
                card_expect(card, pkts[frame], LENGTH, frame);
            reset(card);
        }
        card_works(card);
        rig_close(card);
    }
}

static void completion_of_a_packet_sent_is_read_once(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct card *card = rig_start(formats[f]);

        for (size_t c = 0; c < CHANGES; c++) {
            int left;

            for (uint32_t frame = 0; frame < 20u; frame++) {
                struct ir_pkt pkt = card_packet(card, LENGTH, frame);

                assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
            }
            card_settle(card);
            for (uint32_t frame = 0; frame < 20u; frame++)
                card_expect_sent(card, LENGTH, frame);
            watch_queue(&rig_driver(card)->tx[0].txq.queue, c);
            left = ir_tx_reclaim(card->tx);
            assert_true(watch_end() >= 20u);
            assert_int_equal(left, 0);
            reset(card);
        }
        card_works(card);
        rig_close(card);
    }
}

static uint8_t *buffers; /* the number of buffers in a frame's header */
static uint16_t becomes;

static void change_buffers(uint8_t *address)
{
    if (address == buffers)
        *(uint16_t *)(void *)buffers = becomes;
}

/* One frame that says it has `before` buffers, and then another number; behind it an honest one. What ir_rx
 * answers first. */
static int receive_changing(struct card *card, uint16_t before, uint16_t after)
{
    const struct virtio_ring *ring = &rig_driver(card)->rx[0].rxq.queue.ring;
    struct ir_pkt pkt;
    int received;

    card_put(card, LENGTH, 1);
    card_put(card, LENGTH, 2);
    card_settle(card);
    buffers = card->pool->data + ring->window.slot[ring->window.head] * card->pool->stride - 2u;
    becomes = after;
    *(uint16_t *)(void *)buffers = before;
    watch_begin(page_of(buffers), change_buffers);
    received = ir_rx(card->rx, &pkt, 1);
    assert_true(watch_end() > 0);
    if (received == 1)
        card_expect(card, pkt, LENGTH, 1);
    card_audit(card, 0);
    return received;
}

static void number_of_buffers_that_was_1_is_that_of_the_frame(void **state)
{
    static const uint16_t numbers[] = {0, 2, 64, 65535};
    struct card *card = rig_start("");

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        assert_int_equal(receive_changing(card, 1, numbers[i]), 1);
        reset(card);
    }
    rig_close(card);
}

/* It may be looked at twice: as a frame that is delivered, and as one that is dropped. */
static void number_of_buffers_that_changes_drops_a_frame_or_breaks_the_queue(void **state)
{
    static const uint16_t numbers[] = {0, 1, 2, 3, 64, 65, 65535};
    struct card *card = rig_start("");

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++) {
            int received;

            if (numbers[i] == 1u)
                continue;
            received = receive_changing(card, numbers[i], numbers[j]);
            assert_true(received == 0 || received == -EIO);
            reset(card);
        }
    }
    card_works(card);
    rig_close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completion_is_read_once_and_only_that_is_used),
        cmocka_unit_test(completion_of_a_packet_sent_is_read_once),
        cmocka_unit_test(number_of_buffers_that_was_1_is_that_of_the_frame),
        cmocka_unit_test(number_of_buffers_that_changes_drops_a_frame_or_breaks_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
