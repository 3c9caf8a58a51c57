/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs for virtio's bursts: which moves a call may make between ring, pool
 * and application, whatever order the device completes buffers in.
 */
#ifndef IRONRING_CONTRACTS_BURST_H
#define IRONRING_CONTRACTS_BURST_H

#include "ledger.h"
#include "window.h"

/*@
// Buffers of the ring may be at other positions of it, free, or with the application.
predicate vring_delivers{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || \at(l->place[b], L2) == PLACE_APP ||
          in_ring(\at(l->place[b], L2), tag)));

predicate vring_frees{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || in_ring(\at(l->place[b], L2), tag)));

// The same, and free buffers may have come into the ring.
predicate vrx_moves{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || \at(l->place[b], L2) == PLACE_APP ||
          in_ring(\at(l->place[b], L2), tag))) ||
        (\at(l->place[b], L1) == PLACE_FREE && in_ring(\at(l->place[b], L2), tag));

predicate vring_recycles{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || in_ring(\at(l->place[b], L2), tag))) ||
        (\at(l->place[b], L1) == PLACE_FREE && in_ring(\at(l->place[b], L2), tag));

predicate vpkts_stay{L1, L2}(struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==> \at(pkts[i].bits, L2) == \at(pkts[i].bits, L1);

predicate vholders_stay{L1, L2}(struct ir_pool *p) =
    \forall integer b; 0 <= b < 65536 ==> \at(p->holder[b], L2) == \at(p->holder[b], L1);

// What the application has at two moments, it had in between, and by the same handle in both steps. One
// predicate, so that the lemma has one term that provers can find it by.
predicate app_keeps_in_steps{L1, L2, L3}(struct ir_pool *p, struct ledger *l) =
    app_keeps{L1, L2}(p, l) && app_keeps{L2, L3}(p, l) &&
    (\forall integer b; 0 <= b < 65536 ==> \at(l->place[b], L1) == PLACE_APP ==>
        \at(l->place[b], L3) == PLACE_APP ==> \at(l->place[b], L2) == PLACE_APP);

lemma app_kept_in_steps{L1, L2, L3}:
    \forall struct ir_pool *p, struct ledger *l;
    app_keeps_in_steps{L1, L2, L3}(p, l) ==> app_keeps{L1, L3}(p, l);

// A reclaim, then a send.
predicate vtx_moves{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || in_ring(\at(l->place[b], L2), tag))) ||
        (\at(l->place[b], L1) == PLACE_APP && in_ring(\at(l->place[b], L2), tag));
*/

#endif
