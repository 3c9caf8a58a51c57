# SPDX-License-Identifier: MIT
"""Runs of the programs on two cores: bench/throughput and bench/latency."""
import concurrent.futures
import json
import os
import subprocess
import sys
import time

from building import ROOT

# Linux lets real-time processes have 95 % of a second, and stops them for the rest: no piece is longer than
# this, and a pause follows.
PIECE_MS = 500
PAUSE_S = 0.5


def cores():
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


class Failed(Exception):
    """A program did not do what it should; the text is what it said of that."""


def reason(printed, program):
    """What a program, or who starts it, says in its own name among all that was printed."""
    said = [line for line in printed.splitlines() if line.startswith((f'{program}: ', 'bench/peer-run: '))]
    return (said or printed.splitlines() or [f'{program} failed without a word'])[0]


class Programs:
    """The built programs. In real time nothing else on their cores disturbs them, nor gets far."""

    def __init__(self, directory, realtime):
        self.directory = directory
        self.realtime = realtime
        self.core_share = 1.0

    def start(self, prefix, program, options, directory=None):
        """Run a program, this one's or that of another directory, to its end: its command, and what it printed."""
        command = [str((directory or self.directory) / program), *map(str, options)]
        if self.realtime:
            command = ['chrt', '--fifo', '10', *command]
            time.sleep(PAUSE_S)
        command = [*prefix, *command]
        return command, subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def taken(self, printed, options):
        """What the program has printed, as JSON."""
        printed = json.loads(printed)
        if '--wait' not in options:
            self.core_share = min(self.core_share, printed['core_share'])
        return printed

    def run(self, program, *options, directory=None, prefix=()):
        """What the program prints, as JSON; ends this one when it fails. It may be that of another directory."""
        command, done = self.start(prefix, program, options, directory)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            raise SystemExit(f'{sys.argv[0]}: failed: {" ".join(command)}')
        return self.taken(done.stdout, options)

    def together(self, *options, number):
        """What so many bench/throughput print that run at the same time, each on two cores of its own."""
        allowed = sorted(os.sched_getaffinity(0))
        places = [f'{allowed[2 * i]},{allowed[2 * i + 1]}' for i in range(number)]
        with concurrent.futures.ThreadPoolExecutor(number) as pool:
            return list(pool.map(lambda place: self.run('throughput', *options, prefix=('taskset', '--cpu-list', place)),
                                 places))

    def peer(self, program, *options):
        """The same under bench/peer-run where that can be, which is for root; raises Failed."""
        prefix = (str(ROOT / 'bench' / 'peer-run'),) if os.geteuid() == 0 else ()
        _, done = self.start(prefix, program, options)
        if done.returncode != 0:
            raise Failed(reason(done.stderr, 'throughput'))
        return self.taken(done.stdout, options)

    def disturbed(self):
        """The least share of the time in which driver and cards had their cores, in what has run since last asked;
        those who sleep do not count."""
        share, self.core_share = self.core_share, 1.0
        return share

    def throughput(self, *options, ms=PIECE_MS, directory=None):
        return self.run('throughput', '--ms', ms, *options, directory=directory)
