#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The builds without checks that bench/run compares with must be the product but for what their edits say."""
import filecmp
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'ci'), str(ROOT / 'contracts')]
import unchecking  # noqa: E402
from measures import checks, programs  # noqa: E402
from mutator import mutants, trees  # noqa: E402

EVERY = checks.VERSIONS[checks.BARE]


def source(path):
    return (ROOT / path).read_text(encoding='utf-8')


def files(root):
    """Those of a tree that are copied, by path."""
    found = set()
    for name in trees.COPIED:
        top = root / name
        found |= {path.relative_to(root) for path in [top, *top.rglob('*')]
                  if path.is_file() and '__pycache__' not in path.parts}
    return found


def place(edit):
    """Where an edit's text begins and ends in the present source; only its function is looked at."""
    text, old = source(edit.file), '\n'.join(edit.removed)
    start, end = mutants.function_span(text, edit.function)
    at = text.find(old, start, end)
    return at, at + len(old)


class Edits(unittest.TestCase):

    def test_each_fits_the_present_source(self):
        for edit in unchecking.edits(EVERY):
            with self.subTest(edit=edit.name):
                self.assertNotEqual(edit.apply(source(edit.file)), source(edit.file))

    def test_each_changes_the_function_it_names(self):
        for edit in unchecking.edits(EVERY):
            with self.subTest(edit=edit.name):
                self.assertGreaterEqual(place(edit)[0], 0)

    def test_each_description_is_of_a_check_that_is_measured(self):
        described = sorted(path.stem for path in unchecking.DESCRIPTIONS.glob('*.mutant'))
        self.assertEqual(described, sorted(EVERY))

    def test_no_two_have_one_name(self):
        self.assertEqual(len(mutants.read_all(unchecking.DESCRIPTIONS)), len(unchecking.edits(EVERY)))

    def test_one_that_no_longer_fits_stops_the_run_with_its_name_and_file(self):
        with tempfile.TemporaryDirectory() as directory, \
                mock.patch.object(unchecking, 'DESCRIPTIONS', pathlib.Path(directory)):
            (pathlib.Path(directory) / 'gone.mutant').write_text(
                'file: src/api/queue.c\n\nmutant: text_is_gone\nfunction: ir_rx\nwhy: None.\n- not there\n+ nor this\n',
                encoding='utf-8')
            with self.assertRaises(SystemExit) as stopped:
                unchecking.make('gone', ('gone',), ())
        for word in ('bench/unchecked/gone.mutant:3', 'text_is_gone', 'src/api/queue.c', 'not there'):
            self.assertIn(word, str(stopped.exception))


class Tree(unittest.TestCase):

    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.tree)

    def others(self):
        """The files that are not as in the sources."""
        self.assertEqual(files(self.tree), files(ROOT))
        return {str(path) for path in files(ROOT) if not filecmp.cmp(ROOT / path, self.tree / path, shallow=False)}

    def test_it_differs_from_the_sources_by_its_edits_alone(self):
        trees.copy(ROOT, self.tree, unchecking.changed(EVERY))
        edits = unchecking.edits(EVERY)
        self.assertEqual(self.others(), {edit.file for edit in edits})
        for path in self.others():
            text, expected, done = source(path), '', 0
            for (start, end), edit in sorted((place(edit), edit) for edit in edits if edit.file == path):
                expected += text[done:start] + '\n'.join(edit.added)
                done = end
            with self.subTest(file=path):
                self.assertEqual((self.tree / path).read_text(encoding='utf-8'), expected + text[done:])

    def test_it_is_the_sources_with_all_checks(self):
        trees.copy(ROOT, self.tree, unchecking.changed(EVERY))
        trees.copy(ROOT, self.tree, unchecking.changed(checks.VERSIONS[checks.ALL]))
        self.assertEqual(self.others(), set())

    def test_it_compiles_without_any_check(self):
        trees.copy(ROOT, self.tree, unchecking.changed(EVERY))
        for path in ('src/api/queue.c', 'src/ixgbe/rx.c', 'src/ixgbe/tx.c'):
            with self.subTest(file=path):
                subprocess.run(['cc', '-std=c17', '-fsyntax-only', '-Werror=implicit-function-declaration', '-Iinclude',
                                '-Isrc', path], cwd=self.tree, check=True)


class Figures(unittest.TestCase):

    def test_ratios_are_of_the_same_round(self):
        # The machine is half as fast in the second round, and checks cost a tenth.
        on, off = ([{'line_cycles': 200.0, 'repeats': [{'driver_cycles': [median]}]} for median in medians]
                   for medians in ((11.0, 22.0, 11.0), (10.0, 20.0, 10.0)))
        found = checks.ratios(programs.Programs(pathlib.Path('build'), False), on, off)
        self.assertEqual(found, {'checks_take_median': 1.1, 'checks_take_quartile1': 1.1, 'checks_take_quartile3': 1.1,
                                 'rounds': 3})


if __name__ == '__main__':
    unittest.main()
