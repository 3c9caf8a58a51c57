#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench/run must count, take percentiles and read other programs' output right; nothing here measures."""
import io
import json
import pathlib
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / 'bench'), str(ROOT / 'ci')]
from measures import checks, counters, cycles, instructions, latency, peers, plots, programs, results  # noqa: E402
from measures import scaling  # noqa: E402

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


def printed(mpps, *repeats, line_cycles=200.0):
    """What bench/throughput prints, as far as it matters here."""
    return {'driver': 'some code', 'mpps': mpps, 'core_share': 1.0, 'line_cycles': line_cycles,
            'repeats': [{'driver_cycles': pieces, 'line_cycles': [line_cycles] * 3} for pieces in repeats]}


class Distance(unittest.TestCase):
    """What was measured while the host of the machine had the two cores far apart."""

    def runner(self, *lines):
        """One whose runs find a line to take so long, one after the other."""
        runner = programs.Programs(pathlib.Path('build'), False)
        runner.patience = 60.0
        done = [mock.Mock(returncode=0, stdout=json.dumps(printed(10.0, [20.0], line_cycles=line))) for line in lines]
        runner.start = mock.Mock(side_effect=[(['throughput'], one) for one in done])
        return runner

    def test_a_run_is_as_far_as_its_farthest_part(self):
        runner = programs.Programs(pathlib.Path('build'), False)
        run = printed(10.0, [20.0], [20.0])
        run['repeats'][1]['line_cycles'] = [900, 1000, 1100]
        self.assertEqual(runner.taken(json.dumps(run), ())['line_cycles'], 1000)
        self.assertEqual(runner.nearest, 1000)

    def test_it_is_made_again_while_there_is_patience(self):
        runner = self.runner(200.0, 1000.0, 1000.0, 210.0)
        self.assertEqual([runner.run('throughput')['line_cycles'] for _ in range(2)], [200.0, 210.0])
        self.assertEqual(runner.start.call_count, 4)

    def test_patience_ends(self):
        runner = self.runner(200.0, 1000.0, 1100.0)
        runner.patience = 1e-9
        self.assertEqual([runner.run('throughput')['line_cycles'] for _ in range(2)], [200.0, 1100.0])

    def test_it_does_not_count_beside_others_but_alone_it_does(self):
        runner = self.runner()
        runner.nearest = 200.0
        near, far = printed(10.0, [20.0]), printed(5.0, [70.0], line_cycles=1000.0)
        self.assertEqual(cycles.of_runs(runner, [near, far])['median'], 20.0)
        self.assertEqual(cycles.of_runs(runner, [far])['median'], 70.0)
        self.assertEqual(cycles.of_runs(runner, [far])['line_cycles'], 1000.0)

    def test_a_plot_says_which_of_its_figures_are_of_cores_far_apart(self):
        near, far = ({'line_cycles': cycles, 'nearest_line_cycles': 200.0} for cycles in (390.0, 410.0))
        self.assertEqual(plots.distance([near, near, {'mpps': 1.0}]), '')
        self.assertIn('1 of 2 figures', plots.distance([near, far, {'mpps': 1.0}]))

    def test_a_ratio_is_of_two_runs_that_were_near(self):
        runner = self.runner()
        runner.nearest = 200.0
        on = [printed(1.0, [22.0]), printed(1.0, [80.0], line_cycles=1000.0)]
        off = [printed(1.0, [20.0]), printed(1.0, [20.0])]
        self.assertEqual(checks.ratios(runner, on, off)['checks_take_median'], 1.1)
        self.assertEqual(checks.ratios(runner, on, off)['checks_take_quartile3'], 1.1)
        self.assertEqual(checks.ratios(runner, on, off)['rounds'], 1)


class Scaling(unittest.TestCase):

    def test_each_driver_has_two_cores_of_its_own_and_their_packets_are_added(self):
        runner = programs.Programs(pathlib.Path('build'), False)
        prefixes = []

        def start(prefix, program, options, directory):
            self.assertIsNone(directory)
            prefixes.append(prefix)
            return [program], mock.Mock(returncode=0, stdout=json.dumps(printed(2.5)))

        with mock.patch('os.sched_getaffinity', return_value={1, 2, 5, 6, 7}), redirect_stdout(io.StringIO()), \
                mock.patch.object(runner, 'start', start):
            rows = scaling.measure_drivers(runner)
        self.assertEqual([(row['value'], row['mpps']) for row in rows], [(1, 2.5), (2, 5.0)])
        self.assertEqual(sorted(set(prefixes)), [('taskset', '--cpu-list', '1,2'), ('taskset', '--cpu-list', '5,6')])

    def test_a_driver_that_fails_ends_the_run(self):
        runner = programs.Programs(pathlib.Path('build'), False)
        failed = (['throughput'], mock.Mock(returncode=1, stderr=''))
        with mock.patch.object(runner, 'start', return_value=failed), self.assertRaisesRegex(SystemExit, 'throughput'):
            runner.together('--ms', 250, number=1)

    def test_drivers_at_a_time_are_a_line_of_the_table(self):
        text = io.StringIO()
        with redirect_stdout(text):
            scaling.show([{'of': 'drivers', 'value': 2, 'mpps': 50.0}])
        self.assertIn('2 drivers at a time', text.getvalue())
        self.assertIn('50.00', text.getvalue())


class Peers(unittest.TestCase):

    DRIVERS = {'Ironring': ('throughput', ('--plain',)), 'Other': ('other', ('--path', 'fast'))}

    def run_with(self, peer, rounds=1, left_out=None):
        """The rows of a run in which peer(program, options) stands for the programs; without its printing."""
        runner = programs.Programs(pathlib.Path('build'), False)
        runner.peer = lambda program, *options: peer(program, options)
        left_out = {} if left_out is None else left_out
        with redirect_stdout(io.StringIO()):
            return peers.rows_of(runner, peers.run_all(runner, self.DRIVERS, rounds, left_out), left_out)

    def shown(self, rows):
        text = io.StringIO()
        with redirect_stdout(text):
            peers.show(rows)
        return text.getvalue()

    def test_ratios_are_to_this_library_at_the_same_burst(self):
        cost = {('throughput', 32): 20.0, ('throughput', 8): 40.0, ('other', 32): 30.0, ('other', 8): 44.0}

        def peer(program, options):
            burst = options[options.index('--burst') + 1]
            return printed(1000 / cost[program, burst], [cost[program, burst]] * 3, [cost[program, burst]] * 3)

        rows = {(row['driver'], row['burst']): row for row in self.run_with(peer, rounds=2)}
        self.assertEqual(len(rows), 4)
        self.assertEqual(rows['Other', 32]['cycles_of_ironring'], 1.5)
        self.assertEqual(rows['Other', 8]['cycles_of_ironring'], 1.1)
        self.assertAlmostEqual(rows['Other', 32]['packets_of_ironring'], 0.667, places=3)
        self.assertEqual(rows['Other', 32]['repeats'], 4)
        self.assertIn('| Other | 32 | 30.0 | 30.0 to 30.0 | 1.50 | 33.33 | 0.67 | some code |',
                      self.shown(list(rows.values())))

    def test_a_peer_that_fails_is_left_out_with_its_reason_and_the_rest_goes_on(self):
        calls = []

        def peer(program, options):
            calls.append(program)
            if program == 'other' and calls.count('other') == 2:
                raise programs.Failed('other: the cards do not fill the bursts')
            return printed(10.0, [20.0])

        rows = self.run_with(peer, rounds=3)
        self.assertEqual(calls.count('other'), 2)
        self.assertEqual(calls.count('throughput'), 6)
        self.assertEqual([row['driver'] for row in rows if 'median' in row], ['Ironring', 'Ironring'])
        self.assertEqual(self.shown(rows).count('Left out: Other: other: the cards do not fill the bursts.'), 1)

    def test_a_peer_that_cannot_run_is_not_started(self):
        rows = self.run_with(lambda program, options: self.assertEqual(program, 'throughput') or printed(9.0, [8.0]),
                             left_out={'Other': 'run bench/run as root'})
        self.assertIn('Left out: Other: run bench/run as root.', self.shown(rows))

    def test_who_is_not_root_is_told_to_be(self):
        with mock.patch('os.geteuid', return_value=1000):
            reasons = peers.missing(mock.Mock(ixy=None, tinynf=None))
        self.assertEqual(set(reasons), set(peers.DRIVERS) - {'Ironring'})
        for reason in reasons.values():
            self.assertIn('run bench/run as root', reason)

    def test_packages_that_cannot_be_installed_are_named(self):
        failed = mock.Mock(returncode=100, stdout='Installing ...\nE: Unable to locate package\n')
        with mock.patch('os.geteuid', return_value=0), mock.patch('pathlib.Path.is_dir', return_value=True), \
                mock.patch('subprocess.run', return_value=failed):
            reason = peers.no_dpdk()
        self.assertIn('librte-net-ixgbe23', reason)
        self.assertIn('E: Unable to locate package', reason)

    def test_a_peer_whose_checkout_is_not_given_is_told_how(self):
        self.assertIn('bench/run --ixy DIRECTORY', peers.no_checkout('ixy', None))

    def test_a_directory_that_is_no_checkout_is_named_with_what_it_lacks(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assertEqual(peers.no_checkout('tinynf', directory),
                             f'{directory} is no checkout of it: c/ixgbe/queues.h is not there')

    def test_a_checkout_is_built(self):
        with tempfile.TemporaryDirectory() as directory, mock.patch('measures.peers.add_peer') as add_peer:
            source = pathlib.Path(directory, peers.CHECKOUTS['ixy'])
            source.parent.mkdir(parents=True)
            source.touch()
            self.assertIsNone(peers.no_checkout('ixy', directory))
        add_peer.assert_called_once_with('gcc', 'throughput_ixy', f'-Dixy={directory}')

    def test_this_library_cannot_be_left_out(self):
        def peer(program, options):
            raise programs.Failed('throughput: a card failed')

        with self.assertRaisesRegex(SystemExit, 'a card failed'):
            self.run_with(peer)

    def test_the_reason_is_what_a_program_says_in_its_own_name(self):
        log = 'EAL: Detected CPU lcores: 2\nthroughput: DPDK does not start: No such device\nEAL: more\n'
        self.assertEqual(programs.reason(log, 'throughput'), 'throughput: DPDK does not start: No such device')
        self.assertEqual(programs.reason('bench/peer-run: no huge pages\n', 'throughput'),
                         'bench/peer-run: no huge pages')
        self.assertEqual(programs.reason('', 'throughput'), 'throughput failed without a word')


if __name__ == '__main__':
    unittest.main()
