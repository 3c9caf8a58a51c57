#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What contracts/eva/run reads from Frama-C's Eva, and from its list of explained alarms."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader('eva_run', str(ROOT / 'contracts' / 'eva' / 'run'))
eva = importlib.util.module_from_spec(importlib.util.spec_from_loader('eva_run', loader))
loader.exec_module(eva)

OUTPUT = r'''[eva] Analyzing a complete application starting at main
[eva:alarm] src/core/dma.h:104: Warning: 
  out of bounds write. assert \valid(word);
[eva] src/ixgbe/start.c:101: starting to merge loop iterations
[eva:alarm] src/ixgbe/start.c:34: Warning: 
  trap representation of a _Bool lvalue.
  assert dev->tx[0].set_up = 0 or
         dev->tx[0].set_up = 1;
[eva:alarm] src/core/dma.h:104: Warning: 
  out of bounds write. assert \valid(word);
[eva:alarm] src/ixgbe/init.c:9: Warning: 
  something that is not an assertion
[eva:final-states] Values at end of function ixgbe_supports:
  __retres in {0; 1}
[eva:final-states] Values at end of function ixgbe_init:
  NON TERMINATING FUNCTION
'''


class Output(unittest.TestCase):

    def test_each_alarm_counts_once_whatever_its_line(self):
        self.assertEqual(eva.alarms_in(OUTPUT), [
            ('src/core/dma.h', r'\valid(word)'),
            ('src/ixgbe/start.c', 'dev->tx[0].set_up = 0 or dev->tx[0].set_up = 1'),
            ('src/ixgbe/init.c', 'something that is not an assertion')])

    def test_function_that_is_not_reached_or_never_returns_is_a_problem(self):
        functions, problems = eva.unreached(OUTPUT)
        self.assertGreater(functions, 50)
        self.assertIn('src/ixgbe/init.c: ixgbe_init: never returns', problems)
        self.assertIn('src/ixgbe/device.c: ixgbe_start: was not reached', problems)
        self.assertFalse([problem for problem in problems if 'ixgbe_supports' in problem])


class Explained(unittest.TestCase):

    def read(self, text):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'explained'
            path.write_text(text, encoding='utf-8')
            return eva.read_explained(path)

    def test_line_has_file_claim_and_reason(self):
        self.assertEqual(self.read('# a comment\n\na.c | x || y | proved elsewhere\n'),
                         {('a.c', 'x || y'): 'proved elsewhere'})

    def test_line_without_a_reason_is_an_error(self):
        for line in ('a.c | x', 'a.c | x | ', 'a.c'):
            with self.subTest(line=line), self.assertRaisesRegex(eva.Broken, 'explained:1: a line needs'):
                self.read(line + '\n')


if __name__ == '__main__':
    unittest.main()
