#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What coverage/run makes of an export of llvm-cov, and of the list of exceptions."""
import importlib.machinery
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'coverage'))
import exceptions  # noqa: E402
import figures  # noqa: E402

SOURCE = '''static inline int both(int a, int b)
{
    if (a && b)
        return 1;
    return 0;
}
'''
A, B, DECISION = [3, 9, 3, 10], [3, 14, 3, 15], [3, 9, 3, 15]


def copy_of(name, file, a, b, alone):
    """One copy of `both`: how often each condition was true and false, and which ones decided alone."""
    return {'name': name, 'filenames': [file], 'count': 1, 'regions': [[2, 1, 6, 2, 1, 0, 0, 0]],
            'branches': [[*A, *a, 0, 0, 6], [*B, *b, 0, 0, 6]], 'mcdc_records': [[*DECISION, 0, 5, alone]]}


class Export(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        (self.root / 'src').mkdir()
        self.file = self.root / 'src' / 'both.h'
        self.file.write_text(SOURCE, encoding='utf-8')

    def read(self, copies, segments=()):
        export = self.root / 'export.json'
        export.write_text(json.dumps({'data': [{
            'functions': copies, 'files': [{'filename': str(self.file), 'segments': list(segments)}]}]}),
            encoding='utf-8')
        return figures.read(export, self.root, ('src',))

    def test_inline_function_counts_once_and_what_ran_in_any_copy_has_run(self):
        files = self.read([
            copy_of('one.c:_ZL4bothii.__uniq.1', str(self.file), (1, 0), (1, 0), [False, False]),
            copy_of('two.c:_ZL4bothii.__uniq.2', str(self.file), (0, 1), (0, 0), [True, False])])
        self.assertEqual(list(files), ['src/both.h'])
        self.assertEqual(list(files['src/both.h']), ['both'])
        counted = files['src/both.h']['both'].figures()
        self.assertEqual((counted['branches'], counted['mcdc']), ((3, 4), (1, 2)))
        self.assertEqual(files['src/both.h']['both'].entries, 2)

    def test_what_was_missed_is_named_by_its_text(self):
        files = self.read(
            [copy_of('one.c:_ZL4bothii.__uniq.1', str(self.file), (0, 2), (0, 0), [False, False])],
            [[2, 1, 2, True, True, False], [3, 16, 0, True, True, True], [4, 9, 0, True, True, False],
             [4, 18, 2, True, False, False], [6, 2, 0, False, False, False]])
        missed = files['src/both.h']['both'].missed(figures.Source(self.root).text)
        self.assertEqual(missed, [
            ('line', 'return 1;'), ('never true', 'a'), ('never true', 'b'), ('never false', 'b'),
            ('never alone', 'a in a && b'), ('never alone', 'b in a && b')])

    def test_file_outside_the_folders_has_no_figures(self):
        self.assertEqual(self.read([copy_of('main', '/usr/include/other.h', (1, 1), (1, 1), [True, True])]), {})

    def test_name_of_a_local_function_is_the_one_in_the_source(self):
        for name, expected in (('rx.c:_ZL7rx_lendP9ixgbe_rxqP7ir_pool.__uniq.42', 'rx_lend'),
                               ('ir_pool_take', 'ir_pool_take'),
                               ('x.c:_ZL11ir_pkt_dataPK7ir_pool6ir_pktjj.__uniq.9', 'ir_pkt_data')):
            self.assertEqual(figures.name_of(name), expected)

    def test_line_has_run_when_a_region_on_it_or_reaching_into_it_has(self):
        lines = figures.lines_of([[1, 1, 0, True, True, False], [1, 9, 3, True, True, False],
                                  [2, 5, 0, True, True, False], [4, 1, 0, False, False, False]])
        self.assertEqual(lines, {1: True, 2: True, 3: False, 4: False})


class Exceptions(unittest.TestCase):

    def read(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'exceptions'
            path.write_text(text, encoding='utf-8')
            return exceptions.read(path)

    def test_each_entry_has_the_reason_that_follows_it(self):
        listed = self.read('# a comment\nsrc/a.c f\n    line: return 1;\n    never true: a: b\n    why: hardware\n')
        self.assertEqual(listed, {('src/a.c', 'f', 'line', 'return 1;'): 'hardware',
                                  ('src/a.c', 'f', 'never true', 'a: b'): 'hardware'})

    def test_entry_without_a_reason_or_of_an_unknown_kind_is_refused(self):
        for text in ('src/a.c f\n    line: return 1;\n', 'src/a.c f\n    line: x\nsrc/b.c g\n    why: y\n',
                     'src/a.c f\n    sometimes: x\n    why: y\n', '    line: x\n    why: y\n',
                     'src/a.c f\n    why: y\n', 'src/a.c\n    line: x\n    why: y\n',
                     'src/a.c f\n    line: x\n    why:\n'):
            with self.subTest(text=text), self.assertRaises(figures.Broken):
                self.read(text)

    def test_missed_and_not_listed_is_found_and_so_is_listed_and_not_missed(self):
        listed = self.read('src/a.c f\n    line: one\n    line: two\n    why: because\n')
        missed = [('src/a.c', 'f', 'line', 'two'), ('src/a.c', 'f', 'line', 'three')]
        unlisted, stale = exceptions.compare(missed, listed)
        self.assertEqual(unlisted, ['src/a.c: f: line: three'])
        self.assertEqual(stale, ['src/a.c: f: line: one'])

    def test_list_of_this_tree_can_be_read(self):
        for file, function, _, _ in exceptions.read(ROOT / 'coverage' / 'exceptions'):
            self.assertIn(f'{function}(', (ROOT / file).read_text(encoding='utf-8'))


class Judgement(unittest.TestCase):
    """What coverage/run says of a measure of this tree, made up for the case."""

    @classmethod
    def setUpClass(cls):
        loader = importlib.machinery.SourceFileLoader('coverage_run', str(ROOT / 'coverage' / 'run'))
        cls.program = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
        loader.exec_module(cls.program)

    def judge(self, ways, left_out=(), nothing_to_cover=frozenset()):
        """Every file has run, one condition of ring.c the given ways, and what is listed has been missed."""
        measure = object.__new__(self.program.Measure)
        measure.files = {str(path.relative_to(ROOT)): {} for path in ROOT.glob('src/**/*.c')
                         if str(path.relative_to(ROOT)) not in left_out}
        function = figures.Function('src/core/ring.c', 'ir_ring_init')
        function.branches = {('src/core/ring.c', (1, 1, 1, 3)): ways}
        measure.files['src/core/ring.c'] = {function.name: function}
        listed = list(exceptions.read(ROOT / 'coverage' / 'exceptions'))
        missed = [(function.file, function.name, *what) for what in function.missed(figures.Source(ROOT).text)]
        measure.missed = lambda *patterns: listed + missed
        return self.program.judge(measure, nothing_to_cover)

    def test_all_covered_or_listed_is_enough(self):
        self.assertEqual(self.judge([True, True]), [])

    def test_less_than_the_limit_and_a_way_that_is_not_listed_are_not(self):
        self.assertEqual(self.judge([True, False]), [
            'branches of core and data path: 50.0 %, the limit is 95.0 %',
            'not covered, and not in coverage/exceptions: src/core/ring.c: ir_ring_init: never false: /*'])

    def test_source_file_that_no_program_has_is_not(self):
        self.assertEqual(self.judge([True, True], left_out=['src/api/pool.c']),
                         ['src/api/pool.c is in no program of the build, so nothing is known of it'])

    def test_file_without_a_function_needs_none_to_run(self):
        self.assertEqual(self.judge([True, True], ['src/api/pool.c'], frozenset({'src/api/pool.c'})), [])

    def test_file_without_a_function_is_told_by_its_object(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory).resolve()
            commands = []
            for name, text in (('table', 'const int table = 1;\n'),
                               ('code', 'int code(void);\nint code(void) { return 1; }\n')):
                (root / f'{name}.c').write_text(text, encoding='utf-8')
                subprocess.run(['gcc', '-c', root / f'{name}.c', '-o', root / f'{name}.o'], check=True)
                commands.append({'file': f'{name}.c', 'output': f'{name}.o'})
            (root / 'compile_commands.json').write_text(json.dumps(commands), encoding='utf-8')
            with unittest.mock.patch.object(self.program, 'ROOT', root):
                self.assertEqual(self.program.tables(root, {'table.c', 'code.c', 'not-built.c'}), {'table.c'})


class Command(unittest.TestCase):

    def run_it(self, *arguments):
        return subprocess.run([str(ROOT / 'coverage' / 'run'), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False)

    def test_help_names_each_option(self):
        done = self.run_it('--help')
        self.assertEqual(done.returncode, 0)
        for option in ('--tests', '--corpora', '--json', '--html', '--missed'):
            self.assertIn(option, done.stdout)

    def test_unknown_argument_is_refused(self):
        done = self.run_it('--everything')
        self.assertEqual(done.returncode, 2)
        self.assertIn('--everything', done.stdout)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
