#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contracts/prove --changed must prove whatever is not as contracts/proved has it."""
import unittest

from prove_case import GOOD, Case
from prover import record


class Record(Case):

    of_good = None  # the record of a run over GOOD

    def proved_before(self, code=GOOD, **tree):
        """The record of a run over `code`, as a file of a tree."""
        self.accepts(code, options=['--record'], **tree)
        return {'contracts/proved': self.recorded}

    def good_before(self):
        """The same of GOOD; made once."""
        Record.of_good = Record.of_good or self.proved_before()
        return Record.of_good

    def proved_now(self):
        """The functions that the run has proved itself."""
        return [row['function'] for row in self.report['results']]

    def test_what_is_as_it_was_is_not_proved_again(self):
        before = self.good_before()
        self.accepts(GOOD.replace('static', '/* another comment */ static'), more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), [])
        self.assertEqual((self.report['functions'], self.report['functions_kept']), (2, 2))
        self.assertEqual(self.report['goals'], sum(int(line.split()[3]) for line in self.recorded.splitlines()[3:]))
        self.assertTrue(self.report['cache'])

    def test_function_is_proved_again_when_it_has_changed(self):
        before = self.good_before()
        code = GOOD.replace('at < 8u ? next(at) : 0u', 'at < 7u ? next(at) : 0u')
        self.accepts(code, more=before, options=['--changed'])
        self.assertEqual(self.proved_now(), ['next_in_ring'])
        self.rejects(GOOD.replace('at < 8u ? next(at) : 0u', 'next(at)'), 'goal not proved', more=before,
                     options=['--changed'])

    def test_functions_are_proved_again_when_what_they_see_has_changed(self):
        before = self.good_before()
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
        before = self.good_before()
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


if __name__ == '__main__':
    unittest.main()
