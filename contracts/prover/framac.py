# SPDX-License-Identifier: MIT
"""Running Frama-C and its provers, and reading what they say.

Frama-C's exit status does not tell whether goals were proved, so each result is read twice and compared:
from the lines of the WP plug-in (goals, provers) and from the consolidated property table (statuses,
which also show what is merely assumed).
"""
import csv
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field

from . import source

PROVERS = {
    'CVC4': ('cvc4', r'version ([\d.]+)', '--stats --lang=smt2 %f', 'cvc4_17'),
    # The same with a number of steps that most goals do with, in some tenths of a second.
    'CVC4b': ('cvc4', r'version ([\d.]+)', '--rlimit=60000 --stats --lang=smt2 %f', 'cvc4_17'),
    'CVC5': ('cvc5', r'version ([\d.]+)', '--stats --lang=smt2 %f', 'cvc5'),
    'Z3': ('z3', r'version ([\d.]+)',
           '-smt2 sat.random_seed=42 nlsat.randomize=false smt.random_seed=42 -st %f', 'z3_471'),
}
# CVC4 settles most goals with few steps, and nine in ten of the others in some seconds; one in a hundred is for another
# prover, which then finds it as soon. Only what is left gets the whole time. Smoke tests get the few steps: one that
# passes takes all that it is given, and a contradiction needs no more than a goal.
# The provers have no clock of their own: Why3 limits their processor time, so that a busy machine takes
# longer and proves the same.
QUICK = 5
PASSES = ((('CVC4b',), QUICK), (('CVC4',), QUICK), (('CVC5', 'Z3'), QUICK), (('CVC4',), None), (('Z3', 'CVC5'), None))
# What is open then gets so many times the whole time from CVC4: a goal that just fits on one machine does not on a slower
# one. A limit that was shortened is meant as one.
LAST = 3
USUAL = 40
MEMORY_MB = 4000

OPTIONS = ['-c11', '-machdep', 'x86_64']
WP_OPTIONS = ['-wp', '-wp-rte', '-warn-unsigned-overflow', '-warn-unsigned-downcast',
              '-warn-signed-downcast', '-wp-smoke-timeout', '1', '-wp-split',
              '-wp-par', '1']

GOAL = re.compile(r'^\[wp\] \[([^\]]+)\] Goal (\S+)(?: : (.*))?$')
UNTRIED = re.compile(r'^\[wp\] Goal (\S+) : (not tried|trivial.*)$')
# What a goal is about, by its name without its function's. A goal is of the first kind that fits.
GOAL_KINDS = {
    'memory': re.compile(r'_assert_rte_(mem_access|index_bound|separation|dangling|initiali)'),
    'arithmetic': re.compile(r'_assert_rte_'),
    'termination': re.compile(r'_loop_variant_|_terminates'),
    'call': re.compile(r'_call_.*_requires'),
    'frame': re.compile(r'_assigns'),
    'invariant': re.compile(r'_loop_invariant'),
    'contract': re.compile(r'_ensures|_complete_|_disjoint_'),
}
SMOKE = re.compile(r'^\[wp\] \[(Passed|Failed)\] Smoke-test (\S+)')
SCHEDULED = re.compile(r'^\[wp\] (\d+) goals? scheduled')
WARNING = re.compile(r'^\[[\w:-]+\] .*?(Warning|User Error|Failure)')
# Failed smoke tests and functions without a goal are counted by other means; a second pass that finds
# nothing left to do says so too.
BENIGN = re.compile(r'Failed smoke-test|No goal generated')


class Broken(Exception):
    """Frama-C or a prover could not do its work; the text says why."""


@dataclass
class Unit:
    """One C file as Frama-C parsed it."""
    path: str
    items: list
    functions: dict = field(default_factory=dict)   # name -> Item with a body
    contracts: dict = field(default_factory=dict)   # name -> ACSL text
    files: dict = field(default_factory=dict)       # name -> file that defines it


@dataclass
class Result:
    """What became of the goals of one function (or of a file's lemmas)."""
    name: str
    file: str
    goals: dict = field(default_factory=dict)       # goal -> prover, or None while unproved
    smoke: dict = field(default_factory=dict)       # smoke test -> passed
    problems: list = field(default_factory=list)
    seconds: float = 0.0
    assumed: set = field(default_factory=set)       # functions whose contract is taken on trust

    @property
    def proved(self):
        return (sum(prover is not None for prover in self.goals.values()) +
                sum(self.smoke.values()))

    @property
    def total(self):
        return len(self.goals) + len(self.smoke)

    @property
    def kinds(self):
        """How many goals of each kind were proved."""
        counts = {}
        for goal, prover in self.goals.items():
            if prover:
                kind = kind_of(goal, self.name)
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    @property
    def provers(self):
        counts = {}
        for prover in self.goals.values():
            if prover:
                counts[prover.split()[0]] = counts.get(prover.split()[0], 0) + 1
        return counts


class FramaC:
    """Frama-C with a Why3 configuration of its own in `directory`."""

    def __init__(self, root, directory, here, timeout, cache):
        self.root = root
        self.directory = directory
        self.timeout = timeout
        self.include = [f'-I{path}' for path in ('include', 'src', 'contracts')]
        directory.mkdir(parents=True, exist_ok=True)
        # Answers of earlier runs, or, when the result is to be evidence, of this one only.
        self.answers = directory / ('cache' if cache else 'answers')
        if not cache:
            shutil.rmtree(self.answers, ignore_errors=True)
        self.versions = {}
        self._configure(here)

    def _configure(self, here):
        datadir = self._output('why3', '--print-datadir')
        drivers = self.directory / 'drivers'
        drivers.mkdir(exist_ok=True)
        for file in os.listdir(f'{datadir}/drivers'):
            link = drivers / file
            if file.endswith('.gen') and not link.exists():
                link.symlink_to(f'{datadir}/drivers/{file}')
        shutil.copy(here / 'cvc5.drv', drivers)

        lines = ['[main]', 'magic = 14', f'memlimit = {MEMORY_MB}', 'running_provers_max = 2',
                 f'timelimit = {self.timeout}', '']
        for name, (command, pattern, arguments, driver) in PROVERS.items():
            found = re.search(pattern, self._output(command, '--version'))
            if not found:
                raise Broken(f'{command} --version does not tell its version')
            self.versions[command] = found.group(1)
            if driver == 'cvc5':
                driver = str(drivers / 'cvc5.drv')
            lines += ['[prover]', f'name = "{name}"', f'version = "{found.group(1)}"',
                      f'command = "{shutil.which(command)} {arguments}"', f'driver = "{driver}"',
                      'editor = ""', 'in_place = false', 'interactive = false', '']
        config = self.directory / 'why3.conf'
        config.write_text('\n'.join(lines), encoding='utf-8')
        # Frama-C takes its working directory from PWD.
        self.environment = dict(os.environ, WHY3CONFIG=str(config), LC_ALL='C.UTF-8', PWD=str(self.root))
        self.versions['frama-c'] = self._output('frama-c', '-version').split()[0]
        self.versions['why3'] = self._output('why3', '--version').split()[-1]

    def settings(self):
        """What decides what is proved besides the code: options, provers and the versions of all."""
        return [*OPTIONS, *WP_OPTIONS, *(' '.join(prover) for prover in PROVERS.values()),
                *(f'{name} {version}' for name, version in sorted(self.versions.items()))]

    @staticmethod
    def _output(*command):
        try:
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError) as error:
            raise Broken(f'{" ".join(command)}: {error}') from error

    def _run(self, arguments, log):
        """Run Frama-C with its output going to the file `log` as it comes; returns status and output."""
        command = ['frama-c', *OPTIONS, '-cpp-extra-args=' + ' '.join(self.include), *arguments]
        with log.open('w', encoding='utf-8') as stream:
            done = subprocess.run(command, cwd=self.root, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=stream, stderr=subprocess.STDOUT)
        return done.returncode, log.read_text(encoding='utf-8')

    def parse(self, path):
        """Parse the file; raises Broken with Frama-C's message when that fails or warns."""
        printed = self.directory / (path.replace('/', '_') + '.printed.c')
        status, output = self._run([path, '-print', '-ocode', str(printed)], printed.with_suffix('.log'))
        problems = warnings_in(output)
        if status != 0 or problems:
            raise Broken(f'{path}: Frama-C does not accept the file\n' +
                         ('\n'.join(problems) if status == 0 else output))
        unit = Unit(path, source.items_of(printed.read_text(encoding='utf-8')))
        for item in unit.items:
            if item.name and item.before and is_contract(item.before[-1]):
                unit.contracts[item.name] = item.before[-1]
            if item.defined:
                unit.functions[item.name] = item
        for item in source.items_of(source.preprocess(path, ['-D__FRAMAC__', *self.include], self.root)):
            if item.defined and item.name in unit.functions:
                unit.files[item.name] = os.path.normpath(item.file)
        return unit

    def prove(self, path, name, file):
        """Prove one function, or with the name '(lemmas)' the lemmas of a file. A pass takes what the ones before it
        have left open, and costs nothing when that is nothing."""
        start = time.monotonic()
        result = Result(name, file)
        tag = re.sub(r'\W', '_', f'{path}_{name}')
        table = self.directory / f'{tag}.csv'
        table.unlink(missing_ok=True)
        select = ['-wp-prop', '@lemma'] if name == '(lemmas)' else ['-wp-fct', name]
        # -then forgets the selection, so it is repeated.
        options = [*WP_OPTIONS, *select, '-wp-cache', 'update', '-wp-cache-dir', str(self.answers)]
        command = [path]
        passes = [(provers, min(seconds or self.timeout, self.timeout)) for provers, seconds in PASSES]
        if self.timeout >= USUAL:
            passes.append((('CVC4',), LAST * self.timeout))
        for number, (provers, seconds) in enumerate(passes):
            # One prover makes the smoke tests, in the first pass.
            smoke = '-wp-smoke-tests' if number == 0 else '-wp-no-smoke-tests'
            names = ','.join(f'{prover}:{self.versions[PROVERS[prover][0]]}' for prover in provers)
            command += [*options, smoke, '-wp-prover', names, '-wp-timeout', str(seconds), '-then']
        status, output = self._run([*command, '-no-wp', '-report-untried', '-report-csv', str(table)],
                                   self.directory / f'{tag}.log')
        if status != 0:
            result.problems.append(f'Frama-C stopped: {output.strip().splitlines()[-1]}')
        read_goals(output, result)
        if not table.exists():
            result.problems.append('Frama-C wrote no table of properties')
        elif name != '(lemmas)':
            read_table(table, result)
        result.seconds = time.monotonic() - start
        return result


def kind_of(goal, function):
    """The kind of a goal of a function: one of GOAL_KINDS, or 'other' (assertions and lemmas)."""
    rest = goal.split(function, 1)[-1]
    return next((kind for kind, pattern in GOAL_KINDS.items() if pattern.search(rest)), 'other')


def is_contract(text):
    return re.match(r'\s*(requires|assigns|ensures|terminates|decreases|allocates|frees|exits|behavior|'
                    r'check|admit|complete|disjoint|assumes)\b', text) is not None


def warnings_in(output):
    """Frama-C's complaints, each with the lines that follow it."""
    lines = output.splitlines()
    found = []
    for at, line in enumerate(lines):
        if WARNING.match(line) and not BENIGN.search(line):
            text = [line]
            for more in lines[at + 1:]:
                if not more.startswith('  '):
                    break
                text.append(more)
            found.append('\n'.join(text))
    return list(dict.fromkeys(found))


def read_goals(output, result):
    """Take goals and smoke tests from the lines of WP."""
    scheduled = None
    for line in output.splitlines():
        goal = GOAL.match(line)
        smoke = SMOKE.match(line)
        untried = UNTRIED.match(line)
        if goal:
            prover, name, verdict = goal.groups()
            if verdict and verdict.startswith('Valid'):
                result.goals[name] = prover
            else:
                result.goals.setdefault(name, None)
        elif smoke:
            passed = smoke.group(1) == 'Passed'
            result.smoke[smoke.group(2)] = passed and result.smoke.get(smoke.group(2), True)
        elif untried:
            result.goals.setdefault(untried.group(1), None)
        elif SCHEDULED.match(line) and scheduled is None:
            scheduled = int(SCHEDULED.match(line).group(1))
    if scheduled is not None and scheduled != result.total:
        result.problems.append(f'{scheduled} goals were scheduled, and {result.total} reported')
    for name, prover in result.goals.items():
        if prover is None:
            result.problems.append(f'goal not proved: {name}')
    for name, passed in result.smoke.items():
        if not passed:
            result.problems.append(f'contradiction (failed smoke test): {name}')
    result.problems.extend(warnings_in(output))


def read_table(table, result):
    """Compare with the consolidated statuses, and collect what is assumed."""
    # Own preconditions and the cases of behaviours are hypotheses; they are proved at the calls.
    # What a result depends on (\\from) is neither proved nor used by WP.
    hypotheses = ('precondition', 'behavior assumption', 'from clause')
    partial = []  # proved, but under something that is not; of interest when nothing else is wrong
    with table.open(encoding='utf-8', newline='') as stream:
        next(stream)
        for row in csv.reader(stream, delimiter='\t', quoting=csv.QUOTE_NONE):
            if len(row) < 7:  # the rest of a property that has a line break
                continue
            directory, file, line, function, kind, status, text = row[:7]
            if function == result.name:
                if status != 'Valid' and not (kind in hypotheses and status == 'Ignored'):
                    if kind == 'user assertion' and text == '\\false':
                        continue  # a smoke test, judged above
                    problem = f'{directory}/{file}:{line}: {kind}: {status.lower()}: {text}'
                    (partial if status == 'Partially proven' else result.problems).append(problem)
            elif status == 'Considered valid' and not directory.startswith('FRAMAC_SHARE'):
                result.assumed.add(function)
    if not result.problems:
        result.problems.extend(partial)
