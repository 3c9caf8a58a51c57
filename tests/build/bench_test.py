#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/run must count, take percentiles and read other programs' output right; nothing here measures."""
import io
import pathlib
import sys
import tempfile
import unittest
from contextlib import redirect_stdout

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'ci')]
from measures import counters, instructions, latency, plots, results  # noqa: E402

# 100 instructions of the driver's, 5 of the library's for it, and 50 of the card's model with 7 below it.
CALLGRIND = '''events: Ir Dr Dw
fl=/x/src/ixgbe/rx.c
fn=receive
1 100 10 4
cfl=/x/src/sim/card.c
cfn=write
calls=1 1
2 57 6
cfl=/x/libc.c
cfn=copy
calls=1 1
3 5 1
fl=/x/src/sim/card.c
fn=write
1 50 5
cfl=/x/libc.c
cfn=copy
calls=1 1
1 7 1
fl=/x/libc.c
fn=copy
1 12 2
'''
PERF = '''throughput-77,250,,cycles:u,1000,100.00,,
throughput-78,999,,cycles:u,1000,100.00,,
throughput-77,<not supported>,,branches:u,0,100.00,,
'''


class Counting(unittest.TestCase):

    def test_what_the_card_executes_is_not_the_drivers(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'callgrind.out'
            path.write_text(CALLGRIND, encoding='utf-8')
            driver, card = instructions.count(path)
        self.assertEqual((driver['Ir'], driver['Dr'], driver['Dw']), (105, 11, 4))
        self.assertEqual((card['Ir'], card['Dr']), (57, 6))

    def test_counters_are_those_of_the_thread_asked_for(self):
        self.assertEqual(counters.parse(PERF, 77), {'cycles:u': 250, 'branches:u': None})

    def test_counters_that_are_not_there_have_a_reason(self):
        text = io.StringIO()
        with redirect_stdout(text):
            counters.show([{'event': 'none', 'reason': 'perf is not installed'}])
        self.assertIn('none (perf is not installed)', text.getvalue())


class Percentiles(unittest.TestCase):

    def test_they_are_those_of_the_sorted_samples(self):
        counts = [(value, 1) for value in range(1, 1001)]
        self.assertEqual([latency.value_at(counts, 1000, percentile) for percentile in (0, 50, 90, 99, 99.9, 100)],
                         [1, 500, 900, 990, 999, 1000])

    def test_one_slow_frame_in_a_million_is_not_below_its_percentile(self):
        counts = [(10, 999999), (5000, 1)]
        self.assertEqual(latency.value_at(counts, 1000000, 99.9999), 10)
        self.assertEqual(latency.value_at(counts, 1000000, 100), 5000)

    def test_hgrm_rises_to_the_largest_value_and_total(self):
        counts = [(1000, 90), (2000, 9), (7000, 1)]
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / 'x.hgrm'
            path.write_text('\n'.join(latency.hgrm_lines(counts)) + '\n', encoding='utf-8')
            points = plots.read_hgrm(path)
            text = path.read_text(encoding='utf-8')
        self.assertEqual(points[0], (1.0, 1.0))
        self.assertEqual(points, sorted(points))
        self.assertEqual({value for x, value in points if x <= 10}, {1.0})
        self.assertEqual({value for x, value in points if 10 < x <= 100}, {2.0})
        self.assertEqual({value for x, value in points if x > 100}, {7.0})
        self.assertRegex(text, r'\n +7\.000 1\.000000000000 +100\n#\[Mean    = +1\.150, StdDeviation')
        self.assertRegex(text, r'#\[Max     = +7\.000, Total count    = +100\]')


class Spread(unittest.TestCase):

    def test_median_and_quartiles(self):
        self.assertEqual(results.spread([5, 1, 3, 2, 4]),
                         {'median': 3, 'quartile1': 2, 'quartile3': 4, 'repeats': 5})

    def test_one_figure_has_no_spread(self):
        self.assertEqual(results.spread([7.0])['quartile3'], 7.0)


if __name__ == '__main__':
    unittest.main()
