; SPDX-License-Identifier: MIT
; ir_in_range (src/core/range.h): the contract that the provers are given follows from the code, for all 64-bit
; words. contracts/prove asks whether there is a counterexample.
(set-logic QF_BV)
(declare-const value (_ BitVec 64))
(declare-const low (_ BitVec 64))
(declare-const high (_ BitVec 64))
(assert (bvule low high))
(assert (not (= (bvule (bvsub value low) (bvsub high low))
                (and (bvule low value) (bvule value high)))))
(check-sat)
