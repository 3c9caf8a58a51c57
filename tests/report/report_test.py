#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ci/report must show what is there, invent nothing, and say what is missing, of another revision, or bad."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import stand  # noqa: E402

ROOT = stand.ROOT
sys.path[:0] = [str(ROOT / 'ci'), str(ROOT / 'contracts')]
from prover import trusted  # noqa: E402
from reporter import properties, sources  # noqa: E402

BETTER = {
    'checks': lambda report: [row.update(failed=0) for row in report['results']],
    'tests': lambda report: [row.update(passed=True) for row in report['results']],
    'proof': lambda report: (report.update(proved=True, failures=[], goals_proved=report['goals']), [
        row.update(proved=row['goals'], problems=[]) for row in report['results']]),
    'coverage': lambda report: report['corpora'].update(revision=report['tests']['revision']),
    'fuzz': lambda report: [row.update(crashes=[]) for row in report['results']],
    'mutants': lambda report: (report.update(partial=False, described=report['described'][:8]), [
        row.update(problems=[], tests=dict(report['results'][0]['tests'])) for row in report['results']]),
}


class Case(unittest.TestCase):

    def stand(self, **more):
        return stand.Stand(self, **more)

    def good(self, **more):
        """A tree whose evidence is complete, current and good."""
        place = self.stand(**more)
        for name, improve in BETTER.items():
            report = place.evidence(name)
            improve(report)
            place.put(name, report)
        return place

    def states(self, place):
        return {row['name']: row['state'] for row in place.data()['evidence']}

    def ends(self, place, status, *arguments):
        done = place.report(*arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


class Judgement(Case):

    def test_complete_current_and_good_evidence_is_enough(self):
        place = self.good()
        done = self.ends(place, 0)
        self.assertEqual(set(self.states(place).values()), {'good'})
        self.assertIn('9 good, 0 outdated, 0 missing, 0 bad', done.stdout)
        self.assertIn('All evidence is there, of this revision, and good.', place.page.read_text('utf-8'))

    def test_each_kind_that_is_bad_is_bad(self):
        place = self.stand()
        self.ends(place, 1)
        self.assertEqual(self.states(place), {
            'checks': 'bad', 'tests': 'bad', 'proof': 'bad', 'mutants': 'bad', 'coverage': 'outdated', 'fuzz': 'bad',
            'sanitizers': 'good', 'analyzer': 'good', 'bench': 'good'})

    def test_each_kind_that_is_not_there_is_missing_with_its_command(self):
        for name in stand.PLACES:
            with self.subTest(name=name):
                place = self.good()
                (place.root / stand.place(name)).unlink()
                self.ends(place, 1)
                self.assertEqual([which for which, state in self.states(place).items() if state != 'good'], [name])
                [row] = [row for row in place.data()['evidence'] if row['name'] == name]
                self.assertIn(f'not measured: run <code>{row["command"]}</code>', place.page.read_text('utf-8'))

    def test_without_any_evidence_nothing_is_invented(self):
        place = self.stand(without=stand.PLACES)
        done = self.ends(place, 1)
        self.assertEqual(set(self.states(place).values()), {'missing'})
        self.assertIn('0 functions, 9 figures not measured', done.stdout)
        page = place.page.read_text('utf-8')
        self.assertEqual(page.count('<svg'), 0)
        for row in place.data()['evidence']:
            self.assertIn(f'not measured: run <code>{row["command"]}</code>', page)

    def spoiled(self, name, spoil):
        """The sentences about a kind of evidence that has been changed, all else being good."""
        place = self.good()
        report = json.loads((place.root / stand.place(name)).read_text(encoding='utf-8'))
        spoil(report)
        place.put(name, report)
        self.ends(place, 1)
        [row] = [row for row in place.data()['evidence'] if row['state'] != 'good']
        self.assertEqual(row['name'], name)
        return row['state'], row['sentences']

    def test_part_of_a_proof_is_not_the_proof(self):
        self.assertEqual(self.spoiled('proof', lambda report: report.update(partial=True)),
                         ('missing', ['only a part was proved']))

    def test_answers_of_earlier_runs_are_not_evidence(self):
        state, sentences = self.spoiled('proof', lambda report: report.update(cache=True))
        self.assertEqual(state, 'outdated')
        self.assertIn('--cache', sentences[0])

    def test_target_that_was_not_fuzzed_is_missing(self):
        self.assertEqual(self.spoiled('fuzz', lambda report: report['results'].pop()),
                         ('missing', ['target tx was not fuzzed']))

    def test_target_that_executed_nothing_is_bad(self):
        self.assertEqual(self.spoiled('fuzz', lambda report: report['results'][0].update(executions=0)),
                         ('bad', ['rx: libfuzzer executed nothing']))

    def test_sanitizer_that_was_not_run_is_missing(self):
        self.assertEqual(self.spoiled('sanitizers', lambda report: report['results'].pop(0)),
                         ('missing', ['asan was not run']))

    def test_part_that_was_not_run_is_named_where_it_belongs(self):
        place = self.good()
        rows = place.evidence('sanitizers')['results']
        place.put('sanitizers', {'results': [dict(rows[0], name='msan'), rows[1]]})
        place.put('fuzz', {'results': place.evidence('fuzz')['results'][:1]})
        self.ends(place, 1)
        page = place.page.read_text('utf-8')
        self.assertIn(' asan, valgrind: <span class="missing">not measured: run <code>sanitize/run all</code>', page)
        self.assertIn(' tx, e1000e-tx, virtio-split, virtio-packed: <span class="missing">not measured: '
                      'run <code>fuzz/run all</code>', page)

    def test_evidence_of_nothing_is_bad(self):
        self.assertEqual(self.spoiled('proof', lambda report: report['results'].clear()),
                         ('bad', ['nothing was proved']))
        self.assertEqual(self.spoiled('mutants', lambda report: report['results'].clear()),
                         ('bad', ['no wrong version was tried']))
        self.assertEqual(self.spoiled('sanitizers', lambda report: report['results'][0].update(passed=0)),
                         ('bad', ['asan: nothing passed']))

    def test_checks_that_were_stopped_are_missing(self):
        state, sentences = self.spoiled('checks', lambda report: report['results'].pop())
        self.assertEqual((state, sentences), ('missing', ['the run was stopped before its last step']))

    def test_tests_that_were_none_are_bad_and_those_without_each_hostile_device_are_not_all(self):
        self.assertEqual(self.spoiled('tests', lambda report: report['results'].clear()),
                         ('bad', ['no test was run']))
        for name, who in (('hostile (?!threads)[^,]+$', '82599'), ('hostile .*, 82574', '82574'), ('virtio|tool', 'virtio card'),
                          ('vhost', 'vhost-user back end'), ('hostile threads', 'card of either make')):
            with self.subTest(who=who):
                self.assertEqual(self.spoiled('tests', lambda report: report.update(
                    results=[row for row in report['results'] if not re.match(name, row['program'])])),
                    ('missing', [f'no test with a hostile {who} was run']))

    def test_each_hostile_suite_is_shown_by_who_lies(self):
        place = self.stand()
        self.ends(place, 1)
        self.assertEqual({(row['program'], row['who'], row['what']) for row in place.data()['hostile']}, {
            ('hostile device', '82599', 'device'), ('hostile fetch', '82599', 'fetch'),
            ('hostile receive', '82599', 'receive'), ('hostile transmit', '82599', 'transmit'),
            ('hostile sent, 82574', '82574', 'sent'),
            ('hostile threads', 'card of either make', 'threads'), ('virtio lies receive', 'virtio card', 'receive'),
            ('virtio seeds', 'virtio card', 'seeds'), ('tool hostile, virtio', 'virtio card', 'the tool'),
            ('vhost_user peers', 'vhost-user back end', 'messages')})
        page = place.page.read_text('utf-8')
        self.assertIn('13 tests in which a simulated card, or the back end behind a socket, lies: '
                      '1 with a hostile 82574, 7 with a hostile 82599, 1 with a hostile card of either make, '
                      '1 with a hostile vhost-user back end, 3 with a hostile virtio card.', page)
        for title in ('82599: device', 'virtio card: the tool', 'vhost-user back end: messages'):
            self.assertIn(f'<h3>{title}</h3>', page)
        self.assertIn('id="test-tool-hostile,-virtio-card-that-breaks-once-is-reset-and-goes-on"', page)

    def test_hostile_suites_are_those_of_the_build(self):
        build = pathlib.Path(os.environ.get('IRONRING_BUILD', ROOT / 'build' / 'gcc'))
        programs = [row['name'] for row in
                    json.loads((build / 'meson-info' / 'intro-tests.json').read_text(encoding='utf-8'))]
        for who, pattern in sources.HOSTILE:
            self.assertTrue(any(re.fullmatch(pattern, name) for name in programs), f'{who}: {pattern}')
        unknown = [name for name in programs
                   if re.search('hostile|lies|seeds|peers', name) and not sources.hostile(name)]
        # These test the simulated cards, not the drivers.
        self.assertEqual([name for name in unknown if not name.startswith('sim ')], [])

    def test_benchmark_above_its_limit_is_bad_and_one_compiler_is_not_two(self):
        self.assertEqual(self.spoiled('bench', lambda report: report['results'][0].update(
            instructions_per_packet=125.1)), ('bad', ['82599, gcc, burst 32: above the limit']))
        self.assertEqual(self.spoiled('bench', lambda report: report.update(results=report['results'][:2])),
                         ('missing', ['clang was not measured']))

    def test_coverage_that_is_not_enough_is_bad_and_one_measure_is_not_two(self):
        self.assertEqual(self.spoiled('coverage', lambda report: report['tests'].update(wrong=['mcdc: 12 %'])),
                         ('bad', ['mcdc: 12 %']))
        self.assertEqual(self.spoiled('coverage', lambda report: report.pop('corpora')),
                         ('missing', ['what the fuzz corpora cover was not measured']))


class Revisions(Case):

    def outdated(self, place):
        self.ends(place, 1)
        return {row['name']: row['sentences'] for row in place.data()['evidence'] if row['state'] == 'outdated'}

    def test_figure_of_another_revision_is_marked_with_it(self):
        place = self.stand()
        self.ends(place, 1)
        page = place.page.read_text('utf-8')
        self.assertIn(f'<span class="old">measured on {place.past}</span>', page)
        self.assertNotIn(f'measured on {place.present}', page)

    def test_change_of_what_a_figure_depends_on_makes_it_outdated_and_no_other(self):
        place = self.good()
        place.write('sanitize/asan.ini', 'changed\n')
        self.assertEqual(set(self.outdated(place)), {'checks', 'sanitizers'})
        place.commit()
        self.assertEqual(set(self.outdated(place)), {'checks', 'sanitizers'})
        place.write('fuzz/new.c', 'int new;\n')
        self.assertEqual(set(self.outdated(place)), {'checks', 'sanitizers', 'fuzz', 'coverage'})

    def test_figure_of_a_tree_with_changes_or_without_git_is_outdated(self):
        for revision in ('PRESENT+changes', 'unknown', '0123456789ab'):
            with self.subTest(revision=revision):
                place = self.good()
                revision = revision.replace('PRESENT', place.present)
                place.put('analyzer', {'results': [dict(row, revision=revision)
                                                   for row in place.evidence('analyzer')['results']]})
                self.assertEqual(self.outdated(place), {'analyzer': [f'measured on {revision}']})


class Functions(Case):

    def rows(self, place):
        return {row['function']: row for row in place.data()['functions']}

    def test_each_function_has_a_row_and_its_state(self):
        place = self.stand()
        self.ends(place, 1)
        self.assertEqual({name: row['state'] for name, row in self.rows(place).items()}, {
            'ir_pkt_data': 'proved', 'ir_dma_iova': 'proved', 'ir_dma_store64': 'trusted', 'ir_move_drain': 'proved',
            'ir_pool_return': 'proved', 'ir_ring_next': 'proved', 'ixgbe_wait_until': 'proved',
            'rx_burst': 'not proved', 'rx_lend': 'proved', 'rx_take': 'failed', 'tx_finished': 'proved'})

    def test_reason_is_the_one_of_the_trusted_base(self):
        place = self.stand()
        self.ends(place, 1)
        self.assertIn('casts from public types', self.rows(place)['rx_burst']['why'])
        text = (ROOT / 'contracts' / 'TRUSTED.md').read_text(encoding='utf-8')
        place.write('contracts/TRUSTED.md', text.replace('src/ixgbe/driver.c', 'src/ixgbe/other.c'))
        self.ends(place, 1)
        self.assertIn('the reason is not known', self.rows(place)['rx_burst']['why'])

    def test_without_a_proof_no_function_is_called_unproved(self):
        place = self.stand(without=('proof',))
        self.ends(place, 1)
        self.assertEqual({row['state'] for row in self.rows(place).values()},
                         {'not measured', 'trusted', 'not proved'})
        self.assertEqual(self.rows(place)['rx_take']['state'], 'not measured')
        # Nine functions without a proof, one without a corpus, a wrong version, and the proof itself.
        self.assertEqual(place.data()['not_measured'], 12)

    def test_wrong_version_of_a_function_that_nothing_else_knows_has_a_row(self):
        place = self.stand(without=('proof', 'coverage'))
        self.ends(place, 1)
        self.assertEqual({name: len(row['mutants']) for name, row in self.rows(place).items()}, {
            'ir_pkt_data': 1, 'ir_dma_iova': 1, 'ir_move_drain': 1, 'ir_pool_return': 1, 'ir_ring_next': 0,
            'rx_lend': 2, 'rx_take': 1, 'tx_finished': 1})

    def test_wrong_versions_that_were_not_tried_are_counted_and_named(self):
        place = self.stand()
        self.ends(place, 1)
        page = place.page.read_text('utf-8')
        self.assertIn('7\u202f/\u202f9', page)
        self.assertIn('1 not tried', page)
        self.assertIn('<strong>slot after the last is outside of the ring</strong>: <span class="missing">', page)


class Properties(Case):

    def test_open_goal_counts_against_the_properties_of_its_kind(self):
        place = self.stand()
        self.ends(place, 1)
        held = {one['name']: one['proof']['problems'] for one in place.data()['properties']}
        self.assertEqual([name for name, problems in held.items() if problems],
                         ['Single fetch', 'Ownership', 'Function'])

    def test_rules_choose_functions_that_exist(self):
        here = {}
        for folder in ('include/ironring', 'src/core', 'src/e1000e', 'src/ixgbe', 'src/virtio'):
            for path in (ROOT / folder).glob('*.[ch]'):
                # A definition begins in the first column.
                here[str(path.relative_to(ROOT))] = set(
                    re.findall(r'^[a-z][\w \n*]*?(\w+)\(', path.read_text(encoding='utf-8'), re.MULTILINE))
        for rule in properties.PROPERTIES:
            for pattern in rule.functions:
                alone = properties.Property(**{**vars(rule), 'functions': (pattern,)})
                self.assertTrue(any(alone.concerns(file, name) for file, names in here.items() for name in names),
                                f'{rule.name}: {pattern}')

    def test_rules_choose_tests_predicates_and_targets_that_exist(self):
        tests = ' '.join(path.read_text(encoding='utf-8') for path in (ROOT / 'tests').glob('*/test_*.c'))
        names = set(re.findall(r'\b[a-z0-9]+(?:_[a-z0-9]+){2,}\b', tests))
        for path in (ROOT / 'tests').glob('*/*_test.py'):
            names |= set(re.findall(r'def (test_\w+)', path.read_text(encoding='utf-8')))
        places = [*(ROOT / 'contracts').glob('*.h'), *(ROOT / 'src').rglob('*.h'), *(ROOT / 'include').rglob('*.h')]
        words = set(re.findall(r'\w+', ' '.join(path.read_text(encoding='utf-8') for path in places)))
        for rule in properties.PROPERTIES:
            with self.subTest(rule=rule.name):
                for word in rule.tests:
                    self.assertTrue(any(re.search(word, name) for name in names), f'no test is named {word}')
                self.assertEqual(set(rule.predicates) - words, set())
                for name in rule.sanitizers:
                    self.assertTrue((ROOT / 'sanitize' / f'{name}.ini').exists(), name)
                for name in rule.targets:
                    self.assertTrue((ROOT / 'fuzz' / 'corpus' / name).is_dir(), name)

    def test_document_has_the_same_claims_and_names(self):
        text = (ROOT / 'docs' / 'assurance.md').read_text(encoding='utf-8')
        sections = re.split(r'^### \d\. ', text.partition('## The eight properties\n')[2].partition('\n## ')[0],
                            flags=re.MULTILINE)[1:]
        self.assertEqual([section.splitlines()[0] for section in sections],
                         [rule.name for rule in properties.PROPERTIES])
        for rule, section in zip(properties.PROPERTIES, sections):
            self.assertIn(rule.claim, ' '.join(section.split()))
            self.assertEqual([name for name in rule.predicates if f'`{name}`' not in section], [])

    def test_each_file_of_the_proved_folders_is_proved_or_left_out_with_a_reason(self):
        proved = set(trusted.read_manifest(ROOT / 'contracts' / 'manifest'))
        left_out = set(trusted.read_trusted(ROOT / 'contracts' / 'TRUSTED.md')['Not proved'])
        files = {str(path.relative_to(ROOT)) for folder in ('core', 'e1000e', 'ixgbe', 'virtio')
                 for path in (ROOT / 'src' / folder).glob('*.c')}
        self.assertEqual(files, proved | left_out)


class Command(Case):

    def test_file_that_is_not_what_its_command_writes_is_an_error_with_the_remedy(self):
        for text, why in (('{', 'remove it'), ('{}', 'run contracts/prove again'), ('[]', 'run contracts/prove again')):
            with self.subTest(text=text):
                place = self.stand()
                path = place.write('build/proof/report.json', text)
                done = self.ends(place, 2)
                self.assertIn(str(path), done.stderr)
                self.assertIn(why, done.stderr)
                self.assertNotIn('Traceback', done.stderr)
                self.assertFalse(place.page.exists())

    def test_document_without_what_is_not_claimed_is_an_error(self):
        place = self.stand()
        place.write('docs/assurance.md', '# Assurance\n')
        self.assertIn('What is not claimed', self.ends(place, 2).stderr)

    def test_check_writes_nothing(self):
        place = self.stand()
        self.ends(place, 1, '--check')
        self.assertFalse((place.root / 'build' / 'report').exists())

    def test_all_runs_what_is_missing_or_outdated_and_only_once(self):
        # The commands are made for the case: each writes down that it ran, and makes what it should.
        makes = {'contracts/prove': ('proof',), 'ci/test': ('checks', 'tests'), 'fuzz/run': ('fuzz',),
                 'sanitize/run': ('sanitizers',)}
        script = ('#!/bin/sh\necho "$0 $*" >>build/ran\n'
                  'while read -r from to; do mkdir -p "${{to%/*}}"; cp "$from" "$to"; done <<EOF\n{}\nEOF\n')
        place = self.good(files={command: script.format('\n'.join(f'build/kept/{name} {stand.place(name)}'
                                                                  for name in names))
                                 for command, names in makes.items()})
        for name in ('proof', 'checks', 'tests', 'fuzz'):
            (place.root / 'build' / 'kept').mkdir(exist_ok=True)
            (place.root / stand.place(name)).rename(place.root / 'build' / 'kept' / name)
        old = json.loads((place.root / 'build' / 'kept' / 'fuzz').read_text(encoding='utf-8'))
        place.put('fuzz', {'results': [dict(row, revision=place.past) for row in old['results']]})
        done = self.ends(place, 0, '--all')
        self.assertEqual((place.root / 'build' / 'ran').read_text(encoding='utf-8').splitlines(),
                         ['ci/test ', 'contracts/prove ', 'fuzz/run all'])
        self.assertIn('Fuzzing is outdated: running fuzz/run all', done.stdout)
        self.assertNotIn('sanitize/run all (log', done.stdout)

    def test_help_names_each_option(self):
        done = subprocess.run([str(ROOT / 'ci' / 'report'), '--help'], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        for option in ('--all', '--check', '--root', '--output', 'examples:'):
            self.assertIn(option, done.stdout)
        done = subprocess.run([str(ROOT / 'ci' / 'report'), '--everything'], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *(sys.argv[1:] or ['-v'])])
