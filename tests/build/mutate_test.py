#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""contracts/mutate must notice descriptions that no longer fit the source, and must change code alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CONTRACTS = pathlib.Path(__file__).resolve().parents[2] / 'contracts'
sys.path[:0] = [str(CONTRACTS), str(CONTRACTS.parent / 'ci')]
sys.dont_write_bytecode = True

from mutator import jobs, mutants, proof, report, tests  # noqa: E402

SOURCE = '''
/*@ ensures \\result == at + 1; */
static int next(int at);

/*@ ensures \\result == at + 1; */
static int next(int at)
{
    mark(at) /*@ ghost (l, tag) */;
    return at + 1;
}

static int after(int at)
{
    return at + 1;
}
'''


class Descriptions(unittest.TestCase):
    """Reads descriptions and applies them to SOURCE."""

    def read(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'case.mutant'
            path.write_text(text, encoding='utf-8')
            return mutants.read_all(path.parent)

    def block(self, change, function='next', name='some_name', more=''):
        return f'mutant: {name}\nfunction: {function}\nwhy: a reason\n{more}{change}\n'

    def changed(self, change, **fields):
        [mutant] = self.read('file: case.c\n' + self.block(change, **fields))
        return mutant.apply(SOURCE)

    def refused(self, reason, change, **fields):
        with self.assertRaises(mutants.Malformed) as caught:
            self.changed(change, **fields)
        self.assertIn(reason, str(caught.exception))

    def test_change_is_made_in_its_function_alone(self):
        text = self.changed('- return at + 1;\n+ return at;')
        self.assertEqual(text, SOURCE.replace('return at + 1', 'return at', 1))
        text = self.changed('- return at + 1;\n+ return at;', function='after')
        self.assertEqual(text.count('return at + 1;'), 1)
        self.assertIn('after(int at)\n{\n    return at;', text)

    def test_lines_can_be_removed(self):
        text = self.changed('-     mark(at) /*@ ghost (l, tag) */;\n-     return at + 1;\n+     return at;')
        self.assertNotIn('mark', text)

    def test_text_that_is_gone_is_an_error(self):
        self.refused('occurs 0 times', '- return at + 2;\n+ return at;')

    def test_text_that_is_not_unique_is_an_error(self):
        self.refused('occurs 3 times in next', '- at\n+ to')

    def test_function_that_is_gone_is_an_error(self):
        self.refused('defines no function', '- return at + 1;\n+ return at;', function='before')

    def test_contract_cannot_be_changed(self):
        self.refused('changes a contract', '- /*@ ensures \\result == at + 1; */\n- static int next(int at)\n- {\n'
                                           '+ /*@ ensures \\true; */\n+ static int next(int at)\n+ {')

    def test_ghost_arguments_cannot_be_changed(self):
        self.refused('changes a contract', '- ghost (l, tag)\n+ ghost (l, tag + 1)')

    def test_call_may_go_with_its_ghost_arguments(self):
        self.assertNotIn('ghost', self.changed('-     mark(at) /*@ ghost (l, tag) */;\n+'))

    def test_two_of_one_name_are_an_error(self):
        change = '- return at + 1;\n+ return at;'
        with self.assertRaisesRegex(mutants.Malformed, 'also stands in case.mutant:2'):
            self.read('file: case.c\n' + self.block(change) + self.block(change))

    def test_description_without_a_reason_is_an_error(self):
        with self.assertRaisesRegex(mutants.Malformed, 'lacks why'):
            self.read('file: case.c\nmutant: a_b\nfunction: next\n- x\n+ y\n')

    def test_unknown_line_is_an_error(self):
        with self.assertRaisesRegex(mutants.Malformed, 'case.mutant:5: this line is out of place: unseen: x'):
            self.read('file: case.c\n' + self.block('unseen: x\n- x\n+ y'))

    def test_exception_for_one_side_is_read(self):
        [mutant] = self.read('file: case.c\n' + self.block('- a\n+ b', more='unseen-by-tests: a race\n'))
        self.assertEqual(mutant.unseen('tests'), 'a race')
        self.assertIsNone(mutant.unseen('proof'))


class Report(unittest.TestCase):
    """A run over some mutants or one side keeps what other runs found, for as long as it still holds."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name) / 'report.json'

    def run_of(self, digests, of_all=None, revision='abc', **verdicts):
        rows = [report.describe(mutants.Mutant(name, 'case.c', '', {'function': 'next', 'why': 'w'}), verdicts,
                                digest, {'revision': revision}) for name, digest in digests.items()]
        described = [{'name': name, 'file': 'case.c', 'function': 'next', 'digest': digest}
                     for name, digest in (of_all or digests).items()]
        return report.write(self.path, rows, described, {'revision': revision}, {'seconds': 1})

    def test_part_replaces_its_own_rows_alone(self):
        seen = proof.Verdict(rejected=True, goal='typed_next_assert_rte_mem_access')
        self.run_of({'a_b': '1', 'c_d': '2'}, proof=seen, tests=tests.Verdict(caught=True))
        done = self.run_of({'c_d': '2'}, {'a_b': '1', 'c_d': '2'}, 'def', proof=proof.Verdict())
        self.assertEqual([row['name'] for row in done['results']], ['a_b', 'c_d'])
        first, second = done['results']
        self.assertEqual((first['proof']['rejected'], first['proof']['kind'], first['proof']['revision']),
                         (True, 'memory', 'abc'))
        self.assertEqual((second['proof']['rejected'], second['proof']['revision']), (False, 'def'))
        self.assertEqual((second['tests']['caught'], second['tests']['revision']), (True, 'abc'))
        self.assertEqual(second['problems'], ['proof: NOT REJECTED'])
        self.assertEqual((done['ok'], done['partial'], done['mutants'], done['run']['mutants']), (False, False, 2, 1))

    def test_what_was_found_of_another_text_is_forgotten(self):
        self.run_of({'a_b': '1', 'c_d': '2'}, tests=tests.Verdict(caught=True))
        done = self.run_of({'c_d': '2'}, {'a_b': 'changed', 'c_d': '2'}, proof=proof.Verdict(rejected=True))
        self.assertEqual([row['name'] for row in done['results']], ['c_d'])
        self.assertTrue(done['partial'])
        self.assertEqual((done['mutants'], len(done['described'])), (1, 2))

    def test_mutant_that_is_described_no_more_is_forgotten(self):
        self.run_of({'a_b': '1', 'c_d': '2'}, tests=tests.Verdict(caught=True))
        done = self.run_of({'c_d': '2'}, proof=proof.Verdict(rejected=True))
        self.assertEqual([row['name'] for row in done['results']], ['c_d'])
        self.assertFalse(done['partial'])

    def test_digest_is_of_description_and_source(self):
        def mutant(**changed):
            fields = {'function': 'next', 'why': 'w'}
            return mutants.Mutant(**{'name': 'a_b', 'file': 'case.c', 'where': 'x:1', 'fields': fields,
                                     'removed': ['a'], 'added': ['b'], **changed})
        same = mutant().digest('text')
        self.assertEqual(mutant(where='x:9').digest('text'), same)
        self.assertNotEqual(mutant().digest('other text'), same)
        for changed in ({'name': 'c_d'}, {'file': 'other.c'}, {'removed': ['c']}, {'added': ['c']},
                        {'fields': {'function': 'next', 'why': 'v'}}):
            self.assertNotEqual(mutant(**changed).digest('text'), same)


class Judgement(unittest.TestCase):
    """What counts as a rejection, and what is stopped."""

    def test_failure_counts_where_the_right_version_is_proved(self):
        part = proof.Baseline(proved={'typed_f_ensures_2'})
        self.assertTrue(part.settles('typed_f_ensures_2_part3'))
        self.assertFalse(part.settles('typed_f_ensures'))
        self.assertTrue(proof.Baseline(whole=True).settles('typed_f_ensures'))

    def test_numbers_that_depend_on_the_code_do_not_count(self):
        self.assertEqual(proof.key('typed_f_assert_rte_mem_access_3'), proof.key('typed_f_assert_rte_mem_access'))
        self.assertEqual(proof.key('typed_f_ensures_2_part1'), 'typed_f_ensures_2')

    def test_function_whose_contract_is_assumed_cannot_be_rejected_and_one_that_nobody_knows_is_an_error(self):
        proofs = proof.Proofs.__new__(proof.Proofs)
        proofs.root, proofs.manifest, proofs.units = CONTRACTS.parent, [], {}
        for function, error in (('ir_in_range', None),
                                ('ir_nothing', 'ir_nothing is no function of contracts/manifest')):
            verdict = proofs.judge(mutants.Mutant('a_b', 'c.c', '', {'function': function}), None, None)
            self.assertFalse(verdict.rejected)
            self.assertEqual(verdict.error or None, error)

    def test_function_is_proved_in_its_own_file(self):
        proofs = proof.Proofs.__new__(proof.Proofs)
        proofs.manifest, proofs.units = ['a.c', 'b.c'], {'next': 'a.c'}
        for file, unit in (('b.c', 'b.c'), ('c.h', 'a.c')):
            mutant = mutants.Mutant('a_b', file, '', {'function': 'next'})
            self.assertEqual(proofs.unit_of(mutant), unit)
        self.assertIsNone(proofs.unit_of(mutants.Mutant('a_b', 'c.c', '', {'function': 'after'})))

    def test_tests_of_the_file_come_first(self):
        suites = tests.Tests.__new__(tests.Tests)
        suites.programs = [(name, '') for name in ('core ring', 'core pool', 'virtio open', 'virtio ring',
                                                   'vhost_user message')]
        for file, first in (('src/core/pool.h', ['core pool', 'core ring']),
                            ('src/virtio/ring.c', ['virtio ring', 'core ring', 'virtio open']),
                            ('src/virtio/vhost_user_message.c', ['vhost_user message', 'virtio open'])):
            self.assertEqual([name for name, _ in suites.order(file)][:len(first)], first)

    def test_program_that_does_not_end_is_stopped(self):
        with self.assertRaises(jobs.Stopped):
            jobs.run(['sh', '-c', 'sleep 60 & sleep 60'], 0.2)

    def test_mutants_of_the_tree_fit_its_source(self):
        done = subprocess.run([CONTRACTS / 'mutate', '--list'], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_unknown_mutant_is_an_error(self):
        done = subprocess.run([CONTRACTS / 'mutate', '--only', 'nonsense'], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn('nonsense', done.stderr)


if __name__ == '__main__':
    unittest.main()
