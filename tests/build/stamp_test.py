#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ci/stamp.py must say which revision was measured, and keep what other runs found; ci/count-tests must tell each
test by name."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'ci'))
import stamp  # noqa: E402


class Place(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)


class Revision(Place):

    def git(self, *arguments):
        return subprocess.run(['git', '-C', str(self.root), '-c', 'user.name=n', '-c', 'user.email=e', *arguments],
                              check=True, capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git('init', '-q')
        (self.root / 'file').write_text('one\n', encoding='utf-8')
        self.git('add', 'file')
        self.git('commit', '-q', '-m', 'one')
        return self.git('rev-parse', '--short=12', 'HEAD')

    def test_clean_tree_is_its_commit(self):
        self.assertEqual(self.commit(), stamp.revision(self.root))

    def test_changed_and_new_files_are_changes(self):
        commit = self.commit()
        (self.root / 'file').write_text('two\n', encoding='utf-8')
        self.assertEqual(stamp.revision(self.root), f'{commit}+changes')
        self.git('checkout', '-q', 'file')
        (self.root / 'new').write_text('\n', encoding='utf-8')
        self.assertEqual(stamp.revision(self.root), f'{commit}+changes')

    def test_folder_without_a_repository_of_its_own_is_unknown(self):
        self.assertEqual(stamp.revision(self.root), 'unknown')
        self.commit()
        (self.root / 'below').mkdir()
        self.assertEqual(stamp.revision(self.root / 'below'), 'unknown')


class Versions(unittest.TestCase):

    def test_version_is_what_the_program_says(self):
        self.assertEqual(stamp.version(sys.executable), sys.version.split()[0])

    def test_missing_program_has_no_version(self):
        self.assertEqual(stamp.version('/nonexistent/program'), 'unknown')


class Rows(Place):

    def row(self, *arguments, expect=0):
        done = subprocess.run([str(ROOT / 'ci' / 'stamp.py'), 'row', str(self.root / 'deep' / 'r.json'), 'abc',
                               *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stderr

    def rows(self):
        return {row['name']: row for row in json.loads((self.root / 'deep' / 'r.json').read_text('utf-8'))['results']}

    def test_row_replaces_the_one_of_its_name_and_no_other(self):
        self.row('asan', '10', '0', '5')
        self.row('tsan', '9', '1', '7', sys.executable)
        self.row('asan', '8', '2', '6')
        rows = self.rows()
        self.assertEqual([(rows[name]['passed'], rows[name]['failed']) for name in ('asan', 'tsan')],
                         [(8, 2), (9, 1)])
        self.assertEqual(rows['tsan']['tools'], {sys.executable: sys.version.split()[0]})
        self.assertEqual(rows['asan']['revision'], 'abc')
        self.assertRegex(rows['asan']['date'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertEqual(os.listdir(self.root / 'deep'), ['r.json'])

    def test_file_that_is_no_report_is_refused_and_kept(self):
        (self.root / 'deep').mkdir()
        for text in ('{', '[]', '{"results": 1}'):
            (self.root / 'deep' / 'r.json').write_text(text, encoding='utf-8')
            self.assertIn('remove it, and measure again', self.row('asan', '1', '0', '5', expect=2))
            self.assertEqual((self.root / 'deep' / 'r.json').read_text('utf-8'), text)


class Counting(Place):

    def count(self, runs, *arguments):
        log = self.root / 'testlog.json'
        log.write_text(''.join(json.dumps(run) + '\n' for run in runs), encoding='utf-8')
        return subprocess.run([str(ROOT / 'ci' / 'count-tests'), str(log), *arguments], capture_output=True, text=True,
                              check=False)

    def test_each_test_is_counted_and_written_by_name(self):
        out = self.root / 'tests.json'
        done = self.count([
            {'name': 'ironring:one+two / core pool', 'result': 'FAIL', 'stdout': 'TAP version 13\nok 1 - one\nnot ok 2 - two\n'},
            {'name': 'build stamp', 'result': 'OK', 'stderr': 'test_three (__main__.A.test_three) ... ok\n'},
            {'name': 'plain', 'result': 'OK'}], '--json', str(out), '--revision', 'abc')
        self.assertEqual((done.returncode, done.stdout.splitlines()), (1, ['failed: core pool: two', '3 1']))
        report = json.loads(out.read_text(encoding='utf-8'))
        self.assertEqual(report['revision'], 'abc')
        self.assertEqual([(row['program'], row['test'], row['passed']) for row in report['results']],
                         [('core pool', 'one', True), ('core pool', 'two', False), ('build stamp', 'test_three', True),
                          ('plain', '', True)])

    def test_what_a_program_says_of_a_failure_is_told(self):
        done = self.count([{'name': 'core pool', 'result': 'FAIL', 'stdout':
                            '# of none\nnot ok 1 - one\n# 3 != 4\n# pool.c:7\nok 2 - two\n# of none\nnot ok 3 - three\n'}])
        self.assertEqual(done.stdout.splitlines(),
                         ['failed: core pool: one; 3 != 4; pool.c:7', 'failed: core pool: three', '1 2'])

    def test_log_without_tests_fails(self):
        done = self.count([])
        self.assertEqual((done.returncode, done.stdout.splitlines()), (1, ['failed: no test was run', '0 1']))

    def test_json_without_a_revision_is_refused(self):
        self.assertEqual(self.count([], '--json', str(self.root / 'x')).returncode, 2)


if __name__ == '__main__':
    unittest.main()
