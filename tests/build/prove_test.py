#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contracts/prove must reject what is not proved. Each case is a small tree with one thing wrong in it."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROVE = pathlib.Path(__file__).resolve().parents[2] / 'contracts' / 'prove'
sys.path.insert(0, str(PROVE.parent))
sys.dont_write_bytecode = True
from prover import record  # noqa: E402
from prover.framac import kind_of  # noqa: E402

TOOLS = ''.join(f'| `{name}` | used |\n' for name in ('frama-c', 'why3', 'z3', 'cvc4', 'cvc5'))

GOOD = '''
#include <stdint.h>

/*@ requires at < 8;
    assigns \\nothing;
    ensures \\result == at + 1;
*/
static uint32_t next(uint32_t at)
{
    return at + 1u;
}

/*@ assigns \\nothing;
    ensures \\result <= 8;
*/
uint32_t next_in_ring(uint32_t at)
{
    return at < 8u ? next(at) : 0u;
}
'''


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


class Prove(unittest.TestCase):
    """Runs contracts/prove on a tree made for the case."""

    def prove(self, code, primitives='', entries='', unproved='', more=(), options=()):
        """Exit status and output for a tree with `code` as its only proved file; `more` adds files."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            files = {
                'contracts/manifest': 'src/core/case.c\n',
                'contracts/TRUSTED.md': f'## Primitives\n\n{primitives}\n## Entry points\n\n{entries}\n'
                                        f'## Not proved\n\n{unproved}\n'
                                        f'## Tools\n\n{TOOLS}\n',
                'src/core/case.c': code,
                'src/sim/rules.h': '    X(TAIL_RANGE, WATCHED, "a tail must lie in the ring")\n',
                'include/ironring/empty.h': '',
            }
            files.update(more)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding='utf-8')
            done = subprocess.run([PROVE, '--root', root, '--output', root / 'out', '--timeout', '2', *options],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            report = root / 'out' / ('changed.json' if '--changed' in options else 'report.json')
            self.report = json.loads(report.read_text(encoding='utf-8')) if report.exists() else None
            recorded = root / 'contracts' / 'proved'
            self.recorded = recorded.read_text(encoding='utf-8') if recorded.exists() else None
            return done.returncode, done.stdout

    def accepts(self, code, **tree):
        status, output = self.prove(code, **tree)
        self.assertEqual(status, 0, output)
        self.assertIn('all proved', output)
        self.assertTrue(self.report['proved'])
        self.assertEqual(self.report['goals'], self.report['goals_proved'])

    def rejects(self, code, reason, **tree):
        status, output = self.prove(code, **tree)
        self.assertEqual(status, 1, output)
        self.assertIn(reason, output)
        self.assertIn('NOT PROVED', output)
        self.assertFalse(self.report['proved'])

    def test_correct_code_is_accepted(self):
        self.accepts(GOOD)

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

    def test_file_that_does_not_parse_is_rejected(self):
        self.rejects(GOOD + '/*@ ensures nonsense(; */ int x(void);\n', 'does not accept the file')

    def proved_before(self, code=GOOD, **tree):
        """The record of a run over `code`, as a file of a tree."""
        self.accepts(code, options=['--record'], **tree)
        return {'contracts/proved': self.recorded}

    def proved_now(self):
        """The functions that the run has proved itself."""
        return [row['function'] for row in self.report['results']]

    def test_what_is_as_it_was_is_not_proved_again(self):
        before = self.proved_before()
        goals = self.report['goals']
        self.accepts(GOOD.replace('static', '/* another comment */ static'), more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), [])
        self.assertEqual((self.report['functions'], self.report['functions_kept'], self.report['goals']), (2, 2, goals))
        self.assertTrue(self.report['cache'])

    def test_function_is_proved_again_when_it_has_changed(self):
        before = self.proved_before()
        code = GOOD.replace('at < 8u ? next(at) : 0u', 'at < 7u ? next(at) : 0u')
        self.accepts(code, more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), ['next_in_ring'])
        self.rejects(GOOD.replace('at < 8u ? next(at) : 0u', 'next(at)'), 'goal not proved', more=before,
                     options=['--changed'])

    def test_functions_are_proved_again_when_what_they_see_has_changed(self):
        before = self.proved_before()
        self.rejects(GOOD.replace('== at + 1;', '<= at + 2;'), 'goal not proved', more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), ['next', 'next_in_ring'])
        self.accepts('/*@ predicate small(integer x) = x < 8; */\n' + GOOD, more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), ['next', 'next_in_ring'])

    def test_record_keeps_what_is_taken_on_trust(self):
        code = GOOD.replace('static uint32_t next(uint32_t at)\n{\n    return at + 1u;\n}', 'uint32_t next(uint32_t at);')
        before = self.proved_before(code, primitives='| `next` | an assumption |\n')
        self.assertTrue(self.recorded.endswith(' next\n'), self.recorded)
        self.accepts(code, primitives='| `next` | an assumption |\n', more=before, options=['--changed'])
        self.rejects(code, 'next: assumed', more=before, options=['--changed'])

    def test_record_is_brought_up_to_date_by_what_has_changed(self):
        before = self.proved_before()
        code = GOOD.replace('at < 8u ? next(at) : 0u', 'at < 7u ? next(at) : 0u')
        self.accepts(code, more=before, options=['--changed', '--record'])
        self.assertEqual([new == old for new, old in zip(self.recorded.splitlines(), before['contracts/proved'].splitlines())],
                         [True, True, True, True, False])
        self.accepts(code, more={'contracts/proved': self.recorded}, options=['--changed'])
        self.assertEqual(self.proved_now(), [])

    def test_nothing_is_recorded_when_something_is_not_proved(self):
        self.rejects(GOOD.replace('<= 8', '<= 7'), 'goal not proved', options=['--record'])
        self.assertIsNone(self.recorded)

    def test_some_functions_are_proved_although_nothing_has_changed(self):
        turn = next(name for name in map('ring_{}'.format, range(1000)) if record.has_turn('unknown', name))
        code = GOOD.replace('next_in_ring(', f'{turn}(')
        self.accepts(code, more=self.proved_before(code), options=['--changed'])
        self.assertEqual(self.proved_now(), [turn])

    def test_turns_come_to_all_functions(self):
        turns = sum(record.has_turn(f'{revision:012x}', 'rx_run') for revision in range(1600))
        self.assertTrue(50 < turns < 150, turns)

    def test_record_that_is_missing_or_spoiled_is_an_error(self):
        for more, reason in (({}, 'contracts/proved: there is none; contracts/prove --record makes it'),
                             ({'contracts/proved': '# header\nnonsense\n'}, 'contracts/proved:2: not FILE FUNCTION')):
            status, output = self.prove(GOOD, more=more, options=['--changed'])
            self.assertEqual(status, 2, output)
            self.assertIn(reason, output)

    def test_part_is_not_recorded(self):
        status, output = self.prove(GOOD, options=['--record', '--only', 'next'])
        self.assertEqual(status, 2, output)
        self.assertIn('are about the whole tree', output)

    def test_unknown_section_in_trusted_is_an_error(self):
        status, output = self.prove(GOOD, entries='## Wishes\n')
        self.assertEqual(status, 2, output)
        self.assertIn('Wishes', output)


if __name__ == '__main__':
    unittest.main()
