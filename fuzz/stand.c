/* SPDX-License-Identifier: MIT
 *
 * The stand itself: its reset, its audit, and the operations on single packets.
 */
#include "stand.h"

#include <errno.h>

#include <ironring/packet.h>

#include "oracle.h"

struct stand stand;

#define FRAME_MIN 14u

static uint8_t memory[STAND_BUFFERS_MAX * STAND_STRIDE];

/* Nothing reads a register on the data path. */
static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    fuzz_fail("the data path reads the register at 0x%x (%u bytes)", offset, width);
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    if (width != 4u)
        fuzz_fail("the data path writes %u bytes to the register at 0x%x", width, offset);
    stand.tail_writes++;
    stand.tail_offset = offset;
    stand.tail_value = value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

/* What stays the same for all inputs. */
static void set_up_once(void)
{
    static bool done;

    if (done)
        return;
    done = true;
    fuzz_equal("the answer of ir_pool_init",
               ir_pool_init(&stand.pool, memory, STAND_IOVA, STAND_BUFFERS_MAX, STAND_BUFFER, 5u),
               0);
    stand.regs.kind = IR_REGS_SIM;
    stand.regs.size = 0x20000u;
    stand.regs.sim = &registers;
    stand.rx.regs = &stand.regs;
    stand.rx.pool = &stand.pool;
    stand.rx.desc = stand.rx_desc;
    stand.rx.errors = IXGBE_RXD_ERRORS;
    stand.rx.tail_register = STAND_RX_TAIL;
    stand.tx.regs = &stand.regs;
    stand.tx.pool = &stand.pool;
    stand.tx.desc = stand.tx_desc;
    stand.tx.tail_register = STAND_TX_TAIL;
    stand.tx.frame_max = STAND_BUFFER;
}

static void fresh_rx(void)
{
    fuzz_equal("the answer of ixgbe_rxq_init", ixgbe_rxq_init(&stand.rx, STAND_RING), 0);
    for (uint32_t i = 0; i < STAND_RING; i++) {
        stand.rx_desc[i].lo = 0;
        stand.rx_desc[i].hi = 0;
    }
    stand.rx_model.head = 0;
    stand.rx_model.used = 0;
    stand.rx_broken = false;
    stand.parts = 0;
}

static void fresh_tx(void)
{
    fuzz_equal("the answer of ixgbe_txq_init", ixgbe_txq_init(&stand.tx, STAND_RING), 0);
    stand.tx.head = stand.tx_kind == IXGBE_TX_ADVANCED ? &stand.tx_head : NULL;
    for (uint32_t i = 0; i < STAND_RING; i++) {
        stand.tx_desc[i].lo = 0;
        stand.tx_desc[i].hi = 0;
    }
    stand.tx_head = 0;
    stand.tx_model.head = 0;
    stand.tx_model.used = 0;
    stand.tx_broken = false;
}

void stand_reset(uint8_t start)
{
    static const uint8_t pools[] = {160, 64, 128, 1, 3, 33, 63, 96};
    uint32_t buffers = pools[start & 7u];
    /* A few grants left makes their numbers start again soon. */
    uint32_t grants = (start & 8u) != 0 ? start >> 4 : 1000000u;

    set_up_once();
    stand.pool.count = buffers;
    stand.pool.free_count = buffers;
    stand.pool.grant_next = stand.pool.grant_last + 1u - grants;
    for (uint32_t b = 0; b < STAND_BUFFERS_MAX; b++) {
        stand.pool.holder[b] = IR_POOL_NOBODY;
        stand.pool.stack[b] = (uint16_t)b;
        stand.place[b] = STAND_FREE;
        stand.handle[b] = 0;
    }
    stand.buffers = buffers;
    stand.known_count = 0;
    stand.tail_writes = 0;
    stand.drops = (struct ir_rxq_drops){0, 0};
    stand.rx.dropped = stand.drops;
    fresh_rx();
    fresh_tx();
}

struct ir_pkt stand_handle(struct input *input)
{
    uint8_t kind = input_8(input);
    uint32_t kept = stand.known_count < STAND_KNOWN ? stand.known_count : STAND_KNOWN;
    struct ir_pkt pkt = {0};

    if (kind >= 0xf8u) {
        pkt.bits = input_64(input);
        return pkt;
    }
    if (kept == 0)
        return pkt;
    pkt = stand.known[(stand.known_count - 1u - (kind & 0x3fu) % kept) % STAND_KNOWN];
    if (kind >= 0xc0u)
        pkt.bits ^= UINT64_C(1) << (input_8(input) % 64u);
    return pkt;
}

uint32_t stand_draw_fresh(struct input *input, struct ir_pkt pkts[STAND_BURST])
{
    uint32_t wanted = input_below(input, STAND_BURST + 1u);
    uint32_t length = input_16(input) & 0xfffu;
    uint32_t count = 0;

    while (count < wanted) {
        uint32_t before = stand.known_count;

        stand_alloc(length);
        if (stand.known_count == before)
            break;
        pkts[count++] = stand.known[before % STAND_KNOWN];
    }
    return count;
}

uint32_t stand_draw_any(struct input *input, struct ir_pkt *pkts, uint32_t max)
{
    uint32_t count = input_below(input, max + 1u);

    for (uint32_t i = 0; i < count; i++)
        pkts[i] = stand_handle(input);
    return count;
}

void stand_free_many(struct input *input)
{
    uint32_t count = input_below(input, STAND_KNOWN + 1u);
    uint32_t newest = stand.known_count;

    for (uint32_t i = 0; i < count && i < newest; i++)
        stand_free(stand.known[(newest - 1u - i) % STAND_KNOWN]);
}

void stand_granted(struct ir_pkt pkt, enum stand_place from, uint32_t length)
{
    uint32_t index = stand_index(pkt);
    uint32_t grant = stand_grant(pkt);

    if (index >= stand.buffers || stand.place[index] != (uint8_t)from)
        fuzz_fail("the handle 0x%llx is of buffer %u, which is in place %d and not in %d",
                  (unsigned long long)pkt.bits, index,
                  index < stand.buffers ? stand.place[index] : -1, from);
    if (grant < stand.pool.grant_first || grant > stand.pool.grant_last)
        fuzz_fail("the handle 0x%llx has a grant that is not the pool's",
                  (unsigned long long)pkt.bits);
    for (uint32_t b = 0; b < stand.buffers; b++) {
        if (stand.place[b] == STAND_APP && stand_grant((struct ir_pkt){stand.handle[b]}) == grant)
            fuzz_fail("the handle 0x%llx has the grant of buffer %u, which is held too",
                      (unsigned long long)pkt.bits, b);
    }
    fuzz_equal("the length of a packet", stand_length(pkt), length);
    stand.place[index] = STAND_APP;
    stand.handle[index] = pkt.bits;
    stand.known[stand.known_count % STAND_KNOWN] = pkt;
    stand.known_count++;
}

uint32_t stand_free_count(void)
{
    uint32_t count = 0;

    for (uint32_t b = 0; b < stand.buffers; b++)
        count += stand.place[b] == STAND_FREE ? 1u : 0u;
    return count;
}

void stand_ring_pop(struct stand_ring *ring)
{
    stand.place[ring->buffer[ring->head]] = STAND_FREE;
    ring->head = (ring->head + 1u) % STAND_RING;
    ring->used--;
}

void stand_tail(bool written, uint32_t offset, uint32_t value)
{
    fuzz_equal("the number of tail writes", stand.tail_writes, written ? 1 : 0);
    if (written) {
        fuzz_equal("the register written", stand.tail_offset, offset);
        fuzz_equal("the tail", stand.tail_value, value);
    }
    stand.tail_writes = 0;
}

bool stand_is_frame(uint32_t length)
{
    return length >= FRAME_MIN && length <= STAND_BUFFER;
}

void stand_alloc(uint32_t length)
{
    struct ir_pkt pkt = {UINT64_C(0x1122334455667788)};
    int result = ir_pkt_alloc(&stand.pool, length, &pkt);

    if (!stand_is_frame(length))
        fuzz_equal("ir_pkt_alloc of a length that no frame has", result, -EMSGSIZE);
    else if (stand_free_count() == 0)
        fuzz_equal("ir_pkt_alloc of an empty pool", result, -ENOBUFS);
    else
        fuzz_equal("ir_pkt_alloc", result, 0);
    if (result == 0)
        stand_granted(pkt, STAND_FREE, length);
    else if (pkt.bits != UINT64_C(0x1122334455667788))
        fuzz_fail("ir_pkt_alloc failed and changed the handle to 0x%llx",
                  (unsigned long long)pkt.bits);
}

void stand_free(struct ir_pkt pkt)
{
    bool held = stand_held(pkt);

    fuzz_equal("ir_pkt_free", ir_pkt_free(&stand.pool, pkt), held ? 0 : -ESTALE);
    if (held)
        stand.place[stand_index(pkt)] = STAND_FREE;
}

void stand_set_length(struct ir_pkt pkt, uint32_t length)
{
    struct ir_pkt changed = pkt;
    int result = ir_pkt_set_length(&stand.pool, &changed, length);
    uint64_t expected = pkt.bits;

    if (!stand_held(pkt)) {
        fuzz_equal("ir_pkt_set_length of a dead handle", result, -ESTALE);
    } else if (!stand_is_frame(length)) {
        fuzz_equal("ir_pkt_set_length to what no frame has", result, -EMSGSIZE);
    } else {
        fuzz_equal("ir_pkt_set_length", result, 0);
        expected = (pkt.bits & UINT64_C(0xffffffffffff)) | (uint64_t)length << 48;
        stand.handle[stand_index(pkt)] = expected;
        stand.known[stand.known_count % STAND_KNOWN] = changed;
        stand.known_count++;
    }
    if (changed.bits != expected)
        fuzz_fail("ir_pkt_set_length made 0x%llx of 0x%llx", (unsigned long long)changed.bits,
                  (unsigned long long)pkt.bits);
}

/* Whether the handle gives access to `length` bytes at `offset`. */
static bool viewable(struct ir_pkt pkt, uint32_t offset, uint32_t length)
{
    return stand_held(pkt) && (uint64_t)offset + length <= stand_length(pkt);
}

void stand_view(struct ir_pkt pkt, uint32_t offset, uint32_t length)
{
    uint8_t *view = ir_pkt_data(&stand.pool, pkt, offset, length);
    uint8_t *expected = NULL;

    if (viewable(pkt, offset, length))
        expected = memory + IR_POOL_HEADROOM + (size_t)stand_index(pkt) * STAND_STRIDE + offset;
    if (view != expected)
        fuzz_fail("the view of %u bytes at %u of 0x%llx is %s", length, offset,
                  (unsigned long long)pkt.bits,
                  view == NULL       ? "refused"
                  : expected == NULL ? "given and should be refused"
                                     : "elsewhere");
    if (view != NULL && length > 0)
        view[length - 1u] = (uint8_t)(view[0] + 1u);
}

void stand_field(struct ir_pkt pkt, uint32_t offset, uint32_t width, uint32_t value)
{
    int expected = !stand_held(pkt) ? -ESTALE : viewable(pkt, offset, width) ? 0 : -EINVAL;
    uint32_t back = value;
    uint16_t back16 = (uint16_t)(value & 0xffffu);
    uint8_t back8 = (uint8_t)(value & 0xffu);

    if (width == 1u) {
        fuzz_equal("ir_pkt_write8", ir_pkt_write8(&stand.pool, pkt, offset, back8), expected);
        fuzz_equal("ir_pkt_read8", ir_pkt_read8(&stand.pool, pkt, offset, &back8), expected);
        fuzz_equal("a byte written and read", back8, value & 0xffu);
    } else if (width == 2u) {
        fuzz_equal("ir_pkt_write16", ir_pkt_write16(&stand.pool, pkt, offset, back16), expected);
        fuzz_equal("ir_pkt_read16", ir_pkt_read16(&stand.pool, pkt, offset, &back16), expected);
        fuzz_equal("a field of 16 bits written and read", back16, value & 0xffffu);
    } else {
        fuzz_equal("ir_pkt_write32", ir_pkt_write32(&stand.pool, pkt, offset, value), expected);
        fuzz_equal("ir_pkt_read32", ir_pkt_read32(&stand.pool, pkt, offset, &back), expected);
        fuzz_equal("a field of 32 bits written and read", back, value);
    }
    if (expected == 0) { /* big-endian, as on the wire */
        const uint8_t *bytes =
            memory + IR_POOL_HEADROOM + (size_t)stand_index(pkt) * STAND_STRIDE + offset;

        for (uint32_t i = 0; i < width; i++)
            fuzz_equal("a byte of a field", bytes[i], value >> (8u * (width - 1u - i)) & 0xffu);
    }
}

void stand_restart_rx(void)
{
    ixgbe_rx_drain(&stand.rx);
    while (stand.rx_model.used > 0)
        stand_ring_pop(&stand.rx_model);
    fresh_rx();
}

void stand_restart_tx(void)
{
    ixgbe_tx_drain(&stand.tx);
    while (stand.tx_model.used > 0)
        stand_ring_pop(&stand.tx_model);
    fresh_tx();
}
