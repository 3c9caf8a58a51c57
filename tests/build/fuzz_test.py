#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fuzz/run's arguments, and that targets, seeds, dictionaries and the builder files of OSS-Fuzz and
ClusterFuzzLite belong together. Nothing is built here: fuzz/run --replay-corpus and fuzz/oss-fuzz/check do."""
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUZZ = ROOT / 'fuzz'
SEEDS_MAX = 100
SEED_BYTES_MAX = 4096


def fuzz_run(*arguments):
    return subprocess.run([str(FUZZ / 'run'), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False)


def targets():
    return [line.split()[0] for line in fuzz_run('list').stdout.splitlines()]


class Arguments(unittest.TestCase):

    def refused(self, message, *arguments):
        done = fuzz_run(*arguments)
        self.assertEqual(done.returncode, 2)
        self.assertIn(message, done.stderr)

    def test_help_names_each_target(self):
        done = fuzz_run('--help')
        self.assertEqual(done.returncode, 0)
        for target in targets():
            self.assertIn(f'  {target} ', done.stdout)

    def test_unknown_target_is_refused_with_those_that_exist(self):
        self.refused('not "nosuch"', 'nosuch')
        self.refused('rx, tx,', 'nosuch')

    def test_no_target_is_refused(self):
        self.refused('give a target')

    def test_times_and_jobs_that_are_not_positive_are_refused(self):
        self.refused('must be more than 0', 'rx', '--minutes', '0')
        self.refused('must be more than 0', 'rx', '--jobs', '0')

    def test_replay_of_a_missing_file_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.refused('a file that exists', 'rx', '--replay', f'{folder}/nosuch')

    def test_replay_for_all_targets_is_refused(self):
        self.refused('one target', 'all', '--replay', __file__)

    def test_seeds_without_minimise_are_refused(self):
        self.refused('--minimise', 'rx', '--seeds')

    def test_replay_with_afl_is_refused(self):
        self.refused('leave out --engine', 'rx', '--engine', 'afl', '--replay-corpus')


class Report(unittest.TestCase):

    def test_totals_are_of_all_runs_and_the_rest_is_of_the_last(self):
        loader = importlib.machinery.SourceFileLoader('fuzz_run', str(FUZZ / 'run'))
        program = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
        loader.exec_module(program)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'report.json'
            for target, executions, crashes in (('rx', 100, ['c']), ('tx', 7, []), ('rx', 20, [])):
                program.write_report(program.result_of(target, 'libfuzzer', executions, 2.0, 1.5, 3, 1, crashes),
                                     f'revision-{executions}', path)
            rows = {row['target']: row for row in json.loads(path.read_text(encoding='utf-8'))['results']}
        self.assertEqual((rows['rx']['executions'], rows['rx']['revision'], rows['rx']['crashes']),
                         (20, 'revision-20', []))
        totals = rows['rx']['totals']
        self.assertEqual((totals['runs'], totals['executions'], totals['cpu_seconds'], totals['crashes']),
                         (2, 120, 3.0, 1))
        self.assertEqual(rows['tx']['totals']['executions'], 7)
        self.assertLessEqual(totals['since'], rows['rx']['date'])


class Files(unittest.TestCase):

    def test_targets_are_those_of_the_build_and_have_a_file_each(self):
        text = (FUZZ / 'meson.build').read_text(encoding='utf-8')
        built = re.search(r"foreach target : \[(.*?)\]", text, re.DOTALL).group(1)
        self.assertEqual(sorted(re.findall(r"'([\w-]+)'", built)), sorted(targets()))
        for target in targets():
            self.assertTrue((FUZZ / f'{target.replace("-", "_")}.c').exists(), target)

    def test_each_target_has_seeds_that_are_few_and_small(self):
        self.assertEqual(sorted(path.name for path in (FUZZ / 'corpus').iterdir()), sorted(targets()))
        for target in targets():
            seeds = list((FUZZ / 'corpus' / target).iterdir())
            self.assertTrue(0 < len(seeds) <= SEEDS_MAX, f'{target}: {len(seeds)} seeds')
            for seed in seeds:
                self.assertLessEqual(seed.stat().st_size, SEED_BYTES_MAX, seed)

    def test_each_dictionary_is_of_a_target(self):
        for path in (FUZZ / 'dictionaries').iterdir():
            self.assertEqual(path.suffix, '.dict')
            self.assertIn(path.stem, targets())

    def test_files_that_the_builder_images_copy_exist(self):
        for folder, context in ((FUZZ / 'oss-fuzz', FUZZ / 'oss-fuzz'), (ROOT / '.clusterfuzzlite', ROOT)):
            copied = re.findall(r'^COPY (\S+)', (folder / 'Dockerfile').read_text(encoding='utf-8'), re.MULTILINE)
            self.assertTrue(copied)
            for name in copied:
                self.assertTrue((context / name).exists(), f'{folder}: {name}')

    def test_builder_files_agree_on_language_and_system(self):
        for folder in (FUZZ / 'oss-fuzz', ROOT / '.clusterfuzzlite'):
            project = (folder / 'project.yaml').read_text(encoding='utf-8')
            image = (folder / 'Dockerfile').read_text(encoding='utf-8')
            system = re.search(r'^base_os_version: (\S+)$', project, re.MULTILINE).group(1)
            self.assertRegex(project, r'(?m)^language: c$')
            self.assertRegex(image, rf'(?m)^FROM \S+/base-builder:{system}$')


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
