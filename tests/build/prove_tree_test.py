#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contracts/prove must see what the files around the proved ones say, and what they leave out."""
import unittest

from prove_case import GOOD, Case


class Tree(Case):

    def test_rule_that_no_contract_names_is_not_proved(self):
        self.rejects(GOOD, 'TAIL_RANGE is called proved, and no contract names it',
                     more={'src/sim/rules.h': 'X(TAIL_RANGE, PROVED, "a tail must lie in the ring")'})
        self.accepts('/* [TAIL_RANGE] */' + GOOD,
                     more={'src/sim/rules.h': 'X(TAIL_RANGE, PROVED, "a tail must lie in the ring")'})

    def test_rule_that_a_contract_names_must_be_listed_as_proved(self):
        self.rejects('/* [TAIL_RANGE] */' + GOOD, '[TAIL_RANGE] is not called proved in src/sim/rules.h')
        self.rejects('/* [TAIL_WRONG] */' + GOOD, '[TAIL_WRONG] is no rule of src/sim/rules.h')

    def test_file_beside_the_proved_ones_must_be_proved_or_named(self):
        more = {'src/ixgbe/more.c': 'int more(void);\nint more(void)\n{\n    return 1;\n}\n'}
        self.rejects(GOOD, 'src/ixgbe/more.c: more: no file of contracts/manifest covers it', more=more)
        self.accepts(GOOD, unproved='| `src/ixgbe/more.c` | casts |\n', more=more)
        self.rejects(GOOD, 'src/ixgbe/gone.c: not proved by TRUSTED.md, and there is no such file',
                     unproved='| `src/ixgbe/gone.c` | casts |\n')

    def test_report_has_kinds_of_goals_and_what_each_function_assumes(self):
        self.accepts(GOOD)
        rows = {row['function']: row for row in self.report['results']}
        self.assertEqual({kind for row in rows.values() for kind in row['kinds']},
                         {'arithmetic', 'call', 'contract', 'frame'})
        for row in rows.values():
            self.assertEqual(sum(row['kinds'].values()), row['goals'] - row['smoke_tests'])
            self.assertEqual(row['assumed'], [])
        self.assertEqual(self.report['revision'], 'unknown')  # the tree of the case is in no repository

    def test_assumed_function_outside_trusted_is_rejected(self):
        code = GOOD.replace('static uint32_t next(uint32_t at)\n{\n    return at + 1u;\n}',
                            'uint32_t next(uint32_t at);')
        self.rejects(code, 'next: assumed')
        self.accepts(code, primitives='| `next` | an assumption |\n')

    def test_report_has_what_each_function_assumes_itself_or_by_what_it_calls(self):
        self.accepts(GOOD.replace('static uint32_t next(uint32_t at)\n{\n    return at + 1u;\n}',
                                  'uint32_t next(uint32_t at);') + '''
/*@ assigns \\nothing;
    ensures \\result <= 8;
*/
uint32_t twice(uint32_t at)
{
    return next_in_ring(next_in_ring(at));
}

/*@ assigns \\nothing;
    ensures \\result == 1;
*/
uint32_t one(void)
{
    return 1u;
}
''', primitives='| `next` | an assumption |\n')
        self.assertEqual({row['function']: row['assumed'] for row in self.report['results']},
                         {'next_in_ring': ['next'], 'twice': ['next'], 'one': []})

    def test_called_function_without_contract_is_rejected(self):
        code = GOOD.replace('<stdint.h>\n', '<stdint.h>\nuint32_t other(void);\n')
        self.rejects(code.replace('next(at) : 0u', 'other() % 8u : 0u'), 'other: assumed')

    def test_stale_row_in_trusted_is_rejected(self):
        self.rejects(GOOD, 'gone: a primitive in TRUSTED.md, but no proof assumes it',
                     primitives='| `gone` | an assumption |\n')

    def test_core_function_outside_the_manifest_is_rejected(self):
        extra = {'src/core/extra.c': 'int extra(void);\nint extra(void)\n{\n    return 1;\n}\n'}
        self.rejects(GOOD, 'extra: no file of contracts/manifest covers it', more=extra)

    def test_inline_core_function_outside_the_manifest_is_rejected(self):
        extra = {'src/core/extra.h': 'static inline int extra(void)\n{\n    return 1;\n}\n'}
        self.rejects(GOOD, 'extra: no file of contracts/manifest covers it', more=extra)

    def test_unlisted_entry_point_is_rejected(self):
        code = GOOD.replace('static uint32_t next', 'uint32_t next')
        caller = {'src/api/caller.c': 'unsigned next(unsigned at);\nunsigned caller(void);\n'
                                      'unsigned caller(void)\n{\n    return next(3);\n}\n'}
        self.rejects(code, 'entry points in TRUSTED.md: next', more=caller)
        self.accepts(code, more=caller, entries='| `next` | caller.c |\n')

    CALLED = '/*@ requires n < %d; assigns \\nothing; ensures \\result == n + 1; */\nunsigned called(unsigned n);\n'
    CALLEE = {'src/core/callee.c': CALLED % 5 + 'unsigned called(unsigned n)\n{\n    return n + 1u;\n}\n',
              'contracts/manifest': 'src/core/case.c\nsrc/core/callee.c\n'}

    def test_contract_proved_in_another_file_is_accepted(self):
        code = GOOD.replace('/*@ requires at', self.CALLED % 5 + '/*@ requires at', 1)
        self.accepts(code.replace('next(at) :', 'called(0) :'), more=self.CALLEE)

    def test_contract_that_differs_from_the_proved_one_is_rejected(self):
        code = GOOD.replace('/*@ requires at', self.CALLED % 9 + '/*@ requires at', 1)
        self.rejects(code.replace('next(at) :', 'called(0) :'), 'another contract', more=self.CALLEE)

    def test_unknown_section_in_trusted_is_an_error(self):
        status, output = self.prove(GOOD, entries='## Wishes\n')
        self.assertEqual(status, 2, output)
        self.assertIn('Wishes', output)


if __name__ == '__main__':
    unittest.main()
