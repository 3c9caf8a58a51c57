# SPDX-License-Identifier: MIT
"""Do the unit tests catch a wrong version?

Each worker has a tree and a build of its own. Only the programs that are run are built, one after the
other: first the tests that are named after the file that is wrong, or its folder, then those of core, drivers,
public functions, simulated card and vhost-user. The first that fails settles it; a crash counts, and so does a
program that takes ten times as long as with the right version.
"""
import hashlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from . import jobs

SUITES = ('core', 'e1000e', 'ixgbe', 'virtio', 'api', 'sim', 'vhost_user')
WORD = re.compile(r'[a-z0-9]+')
BUILD_LIMIT = 600
MUTANT_LIMIT = 300             # seconds in which tests have to catch a version
checking = threading.Lock()    # of the right version, which is done once


class Broken(Exception):
    """The tests cannot be built, or fail with the right version."""


@dataclass
class Verdict:
    """What became of one wrong version."""
    caught: bool = False
    test: str = ''             # program and test that failed first
    seconds: float = 0.0
    error: str = ''


class Tests:
    """The test programs of one tree."""

    def __init__(self, tree, build):
        self.tree = tree
        self.build = build
        self.usual = {}        # program -> seconds with the right version
        if not (build / 'build.ninja').exists():
            # Not optimised, which builds fastest; a wrong version may leave something unused.
            done = subprocess.run(['meson', 'setup', build, tree, '--buildtype=plain', '-Dwerror=false',
                                   '-Dc_args=-O1 -w'], capture_output=True, text=True)
            if done.returncode != 0:
                raise Broken(f'meson setup failed:\n{done.stdout}{done.stderr}')
        status, output = jobs.run(['ninja', '-C', str(build), 'build.ninja'], BUILD_LIMIT)
        if status != 0:
            raise Broken(f'meson failed:\n{output}')
        every = json.loads(subprocess.run(['meson', 'introspect', '--tests', build], check=True,
                                          capture_output=True, text=True).stdout)
        found = [(SUITES.index(test['name'].split()[0]), test) for test in every
                 if test['name'].split()[0] in SUITES]
        self.programs = [(test['name'], test['cmd'][0]) for _, test in sorted(found, key=lambda pair: pair[0])]
        if {at for at, _ in found} != set(range(len(SUITES))):
            raise Broken(f'a suite of {", ".join(SUITES)} has no tests')

    def _make(self, program):
        target = os.path.relpath(program, self.build)
        status, output = jobs.run(['ninja', '-C', str(self.build), '-j', '1', target], BUILD_LIMIT)
        if status != 0:
            raise Broken(f'does not build:\n{output[-2000:]}')

    @staticmethod
    def _run(program, seconds):
        """'' when the program passes, else what failed."""
        environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT='TAP')
        try:
            status, output = jobs.run([program], seconds, env=environment)
        except jobs.Stopped as error:
            return f'took {error}'
        failed = re.findall(r'^not ok \d+ - (\S+)', output, re.MULTILINE)
        if status == 0 and not failed:
            return ''
        if failed:
            return failed[0]
        if status < 0:
            return f'crashed ({signal.Signals(-status).name})'
        return f'ended with {status}'

    def check_right(self, directory):
        """All programs must pass with the right version; how long they take is the measure for the others.
        This is found out once, and kept in `directory` for as long as nothing changes."""
        digest = hashlib.sha256()
        for path in sorted(path for path in self.tree.rglob('*') if path.is_file()):
            if path.relative_to(self.tree).parts[0] != 'contracts':
                digest.update(str(path.relative_to(self.tree)).encode() + b'\0' + path.read_bytes())
        kept = directory / f'{digest.hexdigest()[:16]}.json'
        with checking:
            if not kept.exists():
                usual = {name: self._time_right(name, program) for name, program in self.programs}
                directory.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(usual), encoding='utf-8')
        self.usual = json.loads(kept.read_text(encoding='utf-8'))

    def _time_right(self, name, program):
        self._make(program)
        start = time.monotonic()
        failure = self._run(program, MUTANT_LIMIT)
        if failure:
            raise Broken(f'{name}: {failure}, with the right version')
        return time.monotonic() - start

    def order(self, file):
        """The programs, those first whose names have most words in common with the file's path."""
        path = set(WORD.findall(file))
        return sorted(self.programs, key=lambda program: -len(path & set(WORD.findall(program[0]))))

    def judge(self, file):
        """Run the tests on the wrong version of a file, which stands in the tree."""
        verdict = Verdict()
        start = time.monotonic()
        try:
            for name, program in self.order(file):
                self._make(program)
                left = MUTANT_LIMIT - (time.monotonic() - start)
                if left <= 0:
                    break
                failure = self._run(program, min(left, max(10.0, 10 * self.usual[name])))
                if failure:
                    verdict.caught, verdict.test = True, f'{name}: {failure}'
                    break
        except (Broken, jobs.Stopped) as error:
            verdict.error = str(error)
        verdict.seconds = round(time.monotonic() - start, 1)
        return verdict
