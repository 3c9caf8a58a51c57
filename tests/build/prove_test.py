#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contracts/prove must reject code that is not proved. Each case is a small tree with one thing wrong in it."""
import unittest

from prove_case import GOOD, Case
from prover.framac import kind_of


class Kinds(unittest.TestCase):

    def test_kind_is_told_by_the_name_without_its_functions(self):
        for name, kind in (('assert_rte_mem_access_3', 'memory'), ('assert_rte_index_bound', 'memory'),
                           ('assert_rte_unsigned_overflow_2', 'arithmetic'),
                           ('assert_rte_unsigned_downcast', 'arithmetic'),
                           ('call_ir_pool_pop_2_requires_3_part1', 'call'), ('loop_variant_decrease', 'termination'),
                           ('loop_assigns', 'frame'), ('assigns_exit_part2', 'frame'),
                           ('loop_invariant_3_preserved', 'invariant'), ('ensures_12_part3', 'contract'),
                           ('assert', 'other')):
            self.assertEqual(kind_of(f'typed_assigns_ensures_{name}', 'assigns_ensures'), kind, name)


class Code(Case):

    def test_correct_code_is_accepted(self):
        self.accepts(GOOD)

    def test_wrong_postcondition_is_rejected(self):
        self.rejects(GOOD.replace('<= 8', '<= 7'), 'goal not proved')

    def test_dropped_bound_is_rejected(self):
        self.rejects(GOOD.replace('at < 8u ? next(at) : 0u', 'next(at)'), 'goal not proved')

    def test_wrapping_arithmetic_is_rejected(self):
        self.rejects(GOOD.replace('requires at < 8;', ''), 'unsigned_overflow')

    def test_function_without_contract_is_rejected(self):
        self.rejects(GOOD + 'int extra(void);\nint extra(void) { return 1; }\n', 'extra: has no contract')

    def test_contract_without_assigns_is_rejected(self):
        self.rejects(GOOD + '/*@ ensures \\result == 1; */\nint extra(void) { return 1; }\n',
                     'no assigns clause')

    def test_contradictory_precondition_is_rejected(self):
        self.rejects(GOOD.replace('requires at < 8;', 'requires at < 8 && at > 9;'), 'contradiction')

    def test_axiom_is_rejected(self):
        self.rejects('/*@ axiomatic a { axiom b: \\false; } */\n' + GOOD, 'uses an axiom')

    def test_admitted_property_is_rejected(self):
        self.rejects(GOOD.replace('ensures \\result <= 8;', 'admit ensures \\result <= 7;'), 'uses admit')

    def test_unproved_lemma_is_rejected(self):
        self.rejects('/*@ lemma wrong: \\forall integer x; x * x > x; */\n' + GOOD, 'goal not proved')

    def test_property_hidden_from_wp_is_rejected(self):
        self.rejects(GOOD.replace('ensures \\result <= 8;', 'ensures no_wp: \\result <= 7;'),
                     'hidden from WP')

    def test_loop_without_variant_is_rejected(self):
        code = GOOD + '''
/*@ assigns \\nothing; */
void wait(const volatile uint32_t *word);
void wait(const volatile uint32_t *word)
{
    /*@ loop assigns \\nothing; */
    while (word == 0) {
    }
}
'''
        self.rejects(code, 'without a loop variant')

    def test_recursion_is_rejected(self):
        code = GOOD + '''
/*@ assigns \\nothing; */
void deeper(int n)
{
    deeper(n);
}
'''
        self.rejects(code, 'calls itself')

    def test_second_fetch_of_a_device_word_is_rejected(self):
        code = '''
#include <stdint.h>
/*@ requires \\valid_read(word) && \\valid(table + (0 .. 7));
    assigns table[0 .. 7];
*/
void mark(const volatile uint32_t *word, uint8_t *table)
{
    %s
}
'''
        twice = 'if (*word < 8u)\n        table[*word] = 1u;'
        once = 'uint32_t at = *word;\n    if (at < 8u)\n        table[at] = 1u;'
        self.accepts(code % once)
        self.rejects(code % twice, 'goal not proved')

    def test_code_shown_to_the_provers_alone_is_rejected(self):
        code = GOOD.replace('    return at + 1u;\n',
                            '#ifdef __FRAMAC__\n    return at + 1u;\n#else\n    return at + 2u;\n#endif\n')
        self.rejects(code, 'next: assumed')

    def test_branch_hint_is_not_other_code(self):
        hint = '#ifdef __FRAMAC__\n#define likely(x) (%s(x))\n#else\n' \
               '#define likely(x) __builtin_expect(!!(x), 1)\n#endif\n'
        code = GOOD.replace('at < 8u ?', 'likely(at < 8u) ?')
        self.accepts(hint % '!!' + code)
        self.rejects(hint % '!' + code, 'next_in_ring: assumed')

    def test_compiler_may_be_told_what_is_asserted(self):
        told = '#ifdef __FRAMAC__\n#define PROVED(x) ((void)0)\n#else\n' \
               '#define PROVED(x) ((x) ? (void)0 : __builtin_unreachable())\n#endif\n'
        code = told + GOOD.replace('    return at + 1u;', '    /*@ assert at < %d; */\n    PROVED(at < 8);\n'
                                                          '    return at + 1u;')
        self.accepts(code % 8)
        self.rejects(code % 7, 'goal not proved')
        self.rejects(code % 9, 'next: assumed')

    def test_type_shown_to_the_provers_alone_is_rejected(self):
        code = '#ifdef __FRAMAC__\ntypedef int size;\n#else\ntypedef char size;\n#endif\n' + GOOD
        self.rejects(code, 'see different text')

    def test_file_that_does_not_parse_is_rejected(self):
        self.rejects(GOOD + '/*@ ensures nonsense(; */ int x(void);\n', 'does not accept the file')


if __name__ == '__main__':
    unittest.main()
