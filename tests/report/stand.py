# SPDX-License-Identifier: MIT
"""A small tree with evidence in it, for the tests of ci/report. What stands in evidence/*.json was measured on one
of two commits, PAST and PRESENT, between which the source has changed. The figures are made up; some are bad, one
is outdated, some are missing, and some texts are markup, which must come out as text."""
import json
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACES = {'checks': 'ci', 'tests': 'gcc', 'proof': 'proof', 'mutants': 'mutants', 'coverage': 'coverage',
          'fuzz': 'fuzz', 'sanitizers': 'sanitize', 'analyzer': 'analyzer', 'bench': 'bench'}
COPIED = ('meson.build', 'docs/assurance.md', 'contracts/TRUSTED.md', 'contracts/manifest')
MADE = {'.gitignore': '/build*/\n', 'src/core/one.c': 'int one = 1;\n', 'fuzz/corpus/rx/seed': 'a',
        'fuzz/corpus/tx/seed': 'b', 'sanitize/asan.ini': '', 'sanitize/tsan.ini': ''}


def place(name):
    """Where ci/report looks for a kind of evidence."""
    return f'build/{PLACES[name]}/{"tests" if name == "tests" else "report"}.json'


class Stand:
    """A tree in a temporary folder, with evidence but for the kinds named in `without`. `files` are more files of
    both commits."""

    def __init__(self, case, without=(), files=(), cleanup=None):
        directory = tempfile.TemporaryDirectory()
        (cleanup or case.addCleanup)(directory.cleanup)
        self.root = pathlib.Path(directory.name) / 'tree'
        for name in COPIED:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, self.root / name)
        for name, text in {**MADE, **dict(files)}.items():
            self.write(name, text)
        self.git('init', '-q')
        self.past = self.commit()
        self.write('src/core/one.c', 'int one = 2;\n')
        self.present = self.commit()
        for name in PLACES:
            if name not in without:
                self.put(name, self.evidence(name))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        if text.startswith('#!'):
            path.chmod(0o755)
        return path

    def git(self, *arguments):
        return subprocess.run(['git', '-C', str(self.root), '-c', 'user.name=n', '-c', 'user.email=e', *arguments],
                              check=True, capture_output=True, text=True).stdout.strip()

    def commit(self):
        self.git('add', '--all')
        self.git('commit', '-q', '-m', 'a commit')
        return self.git('rev-parse', '--short=12', 'HEAD')

    def evidence(self, name):
        text = (HERE / 'evidence' / f'{name}.json').read_text(encoding='utf-8')
        return json.loads(text.replace('"PAST"', f'"{self.past}"').replace('"PRESENT"', f'"{self.present}"'))

    def put(self, name, report):
        return self.write(place(name), json.dumps(report))

    def report(self, *arguments):
        """Run ci/report on the tree."""
        return subprocess.run([str(ROOT / 'ci' / 'report'), '--root', str(self.root), *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)

    @property
    def page(self):
        return self.root / 'build' / 'report' / 'index.html'

    def data(self):
        return json.loads((self.root / 'build' / 'report' / 'report.json').read_text(encoding='utf-8'))
