# SPDX-License-Identifier: MIT
"""Does the proof reject a wrong version?

It does when a goal fails that is proved for the right version by the same provers with the same effort. So
the right version of each function is proved in the same way first; what is not proved for it with the small
effort says nothing, and when nothing else fails, both versions are tried again with the great one.

Effort is counted in the provers' own steps, not in seconds, so that a goal does not fail because the machine
is busy: most goals take 20,000 to 60,000 steps, and the hardest about 400,000.

A wrong version is left as soon as one goal settles it. Goals that are the same in both versions are answered
from WP's cache, whose key is the whole goal and the prover. What became of a version is kept as well, for as
long as neither it, nor what the provers see of its file, nor the provers change.
"""
import contextlib
import dataclasses
import hashlib
import json
import re
import shutil
import threading
import time
from dataclasses import dataclass, field

from prover import framac, source, trusted

from . import jobs

SMALL, GREAT = 100000, 800000  # steps for a goal and a prover
GOAL_LIMIT = 300               # seconds for a goal, on however busy a machine
LIMIT = 3600                   # seconds for a function
PROVERS = ('CVC4', 'Z3', 'CVC5')
STEPS = {'cvc4': '--rlimit=%S', 'cvc5': '--rlimit=%S', 'z3': 'rlimit=%S0'}  # a step of Z3 is a tenth of one


@dataclass
class Verdict:
    """What became of one wrong version."""
    rejected: bool = False
    goal: str = ''             # the first goal that is not proved
    seconds: float = 0.0
    error: str = ''


@dataclass
class Baseline:
    """The goals of the right version: those that were proved, and whether all were."""
    proved: set = field(default_factory=set)
    whole: bool = False

    def settles(self, goal):
        """A failure of this goal shows that the version is wrong."""
        return self.whole or key(goal) in self.proved


def key(goal):
    """The name of a goal without the numbers that depend on the code: parts of a split goal, and the places
    of run-time checks."""
    goal = re.sub(r'_part\d+', '', goal)
    return re.sub(r'(_assert_rte_[a-z_]+?)(_\d+)?$', r'\1', goal)


def count_steps(config):
    """Let Why3 limit each prover's steps as well: without a command for it, WP's limit has no effect."""
    lines = []
    for line in config.read_text(encoding='utf-8').splitlines():
        lines.append(line)
        command = re.match(r'command = "(\S*/(\w+)) (.*)"$', line)
        if command:
            path, name, arguments = command.groups()
            lines.append(f'command_steps = "{path} {STEPS[name]} {arguments}"')
    config.write_text('\n'.join(lines) + '\n', encoding='utf-8')


def is_primitive(root, function):
    """Whether the contract of a function is assumed, as contracts/TRUSTED.md says."""
    return function in trusted.read_trusted(root / 'contracts' / 'TRUSTED.md')['Primitives']


class Proofs:
    """Runs Frama-C in trees that have been changed; baselines are kept in `directory`."""

    def __init__(self, root, here, directory):
        self.root = root
        self.here = here
        self.directory = directory
        self.cache = directory / 'cache'
        self.cache.mkdir(parents=True, exist_ok=True)
        self.framac = framac.FramaC(root, directory / 'right', here, GOAL_LIMIT, True)
        count_steps(directory / 'right' / 'why3.conf')
        self.names = ','.join(f'{name}:{self.framac.versions[framac.PROVERS[name][0]]}' for name in PROVERS)
        self.lock = threading.Lock()
        self.busy = {}         # baseline -> lock, so that each is made once
        self.manifest = []
        self.units = {}        # function -> C file to prove it in, when it is one of a header
        self._find_units()

    def _find_units(self):
        """A function of a header belongs to the smallest file of the manifest that shows it to the provers."""
        self.manifest = trusted.read_manifest(self.root / 'contracts' / 'manifest')
        sizes = {}
        for path in self.manifest:
            text = source.preprocess(path, ['-D__FRAMAC__', *self.framac.include], self.root)
            for item in source.items_of(text):
                if item.defined and len(text) < sizes.get(item.name, (len(text) + 1,))[0]:
                    sizes[item.name] = (len(text), path)
        self.units = {name: path for name, (_, path) in sizes.items()}

    def unit_of(self, mutant):
        """The C file to prove a mutant in. Two files may have functions of one name, so its own comes first."""
        return mutant.file if mutant.file in self.manifest else self.units.get(mutant.function)

    def _goals(self, tree, unit, function, steps, temporary):
        """(goal, proved) of each goal as the provers come to it."""
        environment = dict(self.framac.environment, PWD=str(tree), TMPDIR=str(temporary))
        command = ['frama-c', *framac.OPTIONS, '-cpp-extra-args=' + ' '.join(self.framac.include),
                   unit, *framac.WP_OPTIONS, '-wp-fct', function, '-wp-prover', self.names,
                   '-wp-timeout', str(GOAL_LIMIT), '-wp-steps', str(steps),
                   '-wp-cache', 'update', '-wp-cache-dir', str(self.cache / str(steps))]
        output = []
        with contextlib.closing(jobs.lines(jobs.start(command, cwd=tree, env=environment), LIMIT)) as lines:
            for line in lines:
                output.append(line)
                goal = framac.GOAL.match(line.rstrip('\n'))
                if goal:
                    yield goal.group(2), bool(goal.group(3) and goal.group(3).startswith('Valid'))
        result = framac.Result(function, unit)
        framac.read_goals(''.join(output), result)
        problems = [text for text in result.problems if not text.startswith('goal not proved')]
        if not result.goals:
            problems.append('Frama-C made no goals:\n' + ''.join(output[-5:]).strip())
        if problems:
            raise framac.Broken(f'{function}: ' + '; '.join(problems))

    def _digest(self, tree, unit, function, *more):
        """A short name for all that decides what becomes of a function."""
        digest = hashlib.sha256()
        text = source.preprocess(unit, ['-D__FRAMAC__', '-CC', *self.framac.include], tree)
        for part in (text, function, self.names, *framac.WP_OPTIONS, *map(str, more)):
            digest.update(part.encode() + b'\0')
        return f'{function}-{digest.hexdigest()[:16]}.json'

    def baseline(self, unit, function, steps, temporary):
        """The right version in the same setting; made once, and kept for as long as nothing changes."""
        kept = self.directory / 'right' / f'{steps}-{self._digest(self.root, unit, function, steps)}'
        with self.lock:
            lock = self.busy.setdefault(kept, threading.Lock())
        with lock:
            if not kept.exists():
                proved, failed = set(), set()
                for goal, valid in self._goals(self.root, unit, function, steps, temporary):
                    (proved if valid else failed).add(key(goal))
                kept.write_text(json.dumps({'whole': not failed, 'proved': sorted(proved - failed),
                                            'failed': sorted(failed)}, indent=1), encoding='utf-8')
            stored = json.loads(kept.read_text(encoding='utf-8'))
        return Baseline(set(stored['proved']), stored['whole'])

    def judge(self, mutant, tree, temporary):
        """Try to prove the wrong version, which stands in `tree`."""
        verdict = Verdict()
        unit = self.unit_of(mutant)
        if unit is None:
            if not is_primitive(self.root, mutant.function):  # whose contract is all that provers see
                verdict.error = f'{mutant.function} is no function of contracts/manifest'
            return verdict
        kept = self.directory / 'wrong' / self._digest(tree, unit, mutant.function, SMALL, GREAT,
                                                       self._digest(self.root, unit, mutant.function))
        if kept.exists():
            return Verdict(**json.loads(kept.read_text(encoding='utf-8')))
        spent = 0.0
        try:
            for steps in (SMALL, GREAT):
                right = self.baseline(unit, mutant.function, steps, temporary)
                start = time.monotonic()
                with contextlib.closing(self._goals(tree, unit, mutant.function, steps, temporary)) as goals:
                    for goal, valid in goals:
                        if not valid and right.settles(goal):
                            verdict.rejected, verdict.goal = True, goal
                            break
                spent += time.monotonic() - start
                if verdict.rejected or right.whole:
                    break
        except (framac.Broken, jobs.Stopped) as error:
            verdict.error = str(error)
        verdict.seconds = round(spent, 1)
        if not verdict.error:
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(json.dumps(dataclasses.asdict(verdict)), encoding='utf-8')
        shutil.rmtree(temporary)  # what Frama-C leaves behind when it is stopped
        temporary.mkdir()
        return verdict
