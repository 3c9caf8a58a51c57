# SPDX-License-Identifier: MIT
"""Where evidence comes from: for each kind its file, the command that makes it, and what is wrong with it."""
import re
from dataclasses import dataclass, field
from typing import Callable

import stamp

CODE = ('src', 'include', 'meson.build', 'meson_options.txt')
# Who lies to the driver, how the programs of such tests are named, and, in the group, what of it they test.
HOSTILE = (
    ('82599', r'hostile (?!threads)([^,]+)'),
    ('82599', r'tool (hostile), 82599'),
    ('82574', r'hostile (.+), 82574'),
    ('82574', r'tool (hostile), 82574'),
    ('virtio card', r'virtio lies (.+)'),
    ('virtio card', r'virtio (seeds|fetch)'),
    ('virtio card', r'tool (hostile), virtio'),
    ('card of either make', r'hostile (threads)'),
    ('card of either make', r'api (wait) hostile'),
    ('vhost-user back end', r'vhost_user (peers)'),
)
ANALYZERS = ('gcc -fanalyzer', 'Frama-C Eva')
ORDER = ('good', 'outdated', 'missing', 'bad')  # from the best state to the worst


class Judgement:
    """What is to be said against a piece of evidence, as sentences."""

    def __init__(self):
        self.missing = []
        self.outdated = []
        self.bad = []

    @property
    def state(self):
        if self.bad:
            return 'bad'
        return 'missing' if self.missing else 'outdated' if self.outdated else 'good'


@dataclass(frozen=True)
class Source:
    """One kind of evidence."""
    name: str
    title: str
    path: str                  # of its JSON, below the tree
    command: str               # makes it anew
    inputs: tuple              # files and folders that it depends on
    shows: str                 # one sentence
    judge: Callable            # (report, root, judgement): adds what is missing and what is bad
    parts: Callable            # report -> [(name or '', the stamped object)]


@dataclass
class Evidence:
    """What one source has."""
    source: Source
    report: dict = None
    judgement: Judgement = field(default_factory=Judgement)
    parts: list = field(default_factory=list)
    old: dict = field(default_factory=dict)  # part that is not of the present source -> its revision

    @property
    def state(self):
        return self.judgement.state

    @property
    def sentences(self):
        return self.judgement.bad + self.judgement.missing + self.judgement.outdated

    @property
    def tools(self):
        """{tool: [version, ...]} of all parts."""
        found = {}
        for _, part in self.parts:
            for tool, version in part.get('tools', {}).items():
                if version not in found.setdefault(tool, []):
                    found[tool].append(version)
        return found

    def of(self, field_name):
        """The values of a field of the stamps, each once, in order."""
        return sorted({part.get(field_name, 'unknown') for _, part in self.parts})


def whole(report):
    return [('', report)]


def rows(*names):
    return lambda report: [(' '.join(str(row[name]) for name in names), row) for row in report['results']]


def measures(report):
    return [(name, report[name]) for name in ('tests', 'corpora') if name in report]


def sides(report):
    return [(f'{row["name"]} by {side}', row[side]) for row in report['results']
            for side in ('proof', 'tests') if side in row]


def require(row, *names):
    """KeyError when a row lacks one of the fields that the page shows."""
    for name in names:
        row[name]


def judge_proof(report, _, judgement):
    for row in report['results']:
        require(row, 'kinds', 'assumed', 'goals', 'proved', 'problems', 'provers', 'smoke_tests')
    if not report['results']:
        judgement.bad.append('nothing was proved')
    if report['partial']:
        judgement.missing.append('only a part was proved')
    if report['cache']:
        judgement.outdated.append('what earlier runs proved was reused (--cache or --changed)')
    if not report['proved']:
        judgement.bad += report['failures'] or ['not proved']


def judge_coverage(report, _, judgement):
    for name, what in (('tests', 'what the tests cover'), ('corpora', 'what the fuzz corpora cover')):
        if name not in report:
            judgement.missing.append(f'{what} was not measured')
            continue
        judgement.bad += report[name]['wrong']
        for file in report[name]['files']:
            for function in file['functions']:
                require(function, 'function', 'first_line', 'entries', 'lines', 'branches', 'mcdc', 'missed')


def judge_fuzz(report, root, judgement):
    run = {row['target'] for row in report['results']}
    judgement.missing += [f'target {target} was not fuzzed' for target in targets(root) if target not in run]
    for row in report['results']:
        require(row, 'totals', 'corpus', 'executions_per_second')
        judgement.bad += [f'{row["target"]}: {crash["verdict"]}' for crash in row['crashes']]
        if row['executions'] == 0:
            judgement.bad.append(f'{row["target"]}: {row["engine"]} executed nothing')


def judge_mutants(report, _, judgement):
    if not report['results']:
        judgement.bad.append('no wrong version was tried')
    if report['partial']:
        tried = sum('proof' in row and 'tests' in row for row in report['results'])
        judgement.missing.append(f'{tried} of {len(report["described"])} wrong versions were tried by proof and tests')
    for row in report['results']:
        require(row, 'file', 'function', 'why')
        judgement.bad += [f'{row["name"]}: {problem.splitlines()[0]}' for problem in row['problems']]


def judge_sanitizers(report, root, judgement):
    run = {row['name'] for row in report['results']}
    judgement.missing += [f'{name} was not run' for name in sanitizers(root) if name not in run]
    judge_counts(report, root, judgement)


def judge_analyzers(report, root, judgement):
    run = {row['name'] for row in report['results']}
    judgement.missing += [f'{name} was not run' for name in ANALYZERS if name not in run]
    judge_counts(report, root, judgement)


def judge_counts(report, _, judgement):
    for row in report['results']:
        if row['failed']:
            judgement.bad.append(f'{row["name"]}: {row["failed"]} failed')
        elif not row['passed']:
            judgement.bad.append(f'{row["name"]}: nothing passed')


def judge_bench(report, _, judgement):
    run = {row['compiler'] for row in report['results']}
    judgement.missing += [f'{name} was not measured' for name in ('gcc', 'clang') if name not in run]
    judgement.bad += [f'{row["card"]}, {row["compiler"]}, burst {row["burst"]}: above the limit' for row in report['results']
                      if row['limit'] and row['instructions_per_packet'] > row['limit']]


def hostile(program):
    """Who lies in the tests of a program, and what they test; None when nobody does."""
    for who, pattern in HOSTILE:
        found = re.fullmatch(pattern, program)
        if found:
            return who, {'hostile': 'the tool', 'peers': 'messages'}.get(found[1], found[1])
    return None


def judge_tests(report, _, judgement):
    if not report['results']:
        judgement.bad.append('no test was run')
    else:
        met = {hostile(row['program'])[0] for row in report['results'] if hostile(row['program'])}
        judgement.missing += [f'no test with a hostile {who} was run' for who in dict(HOSTILE) if who not in met]
    judgement.bad += [f'{row["program"]}: {row["test"] or "the program"} failed' for row in report['results']
                      if not row['passed']]


def judge_checks(report, root, judgement):
    if all(row['name'] != 'all steps' for row in report['results']):
        judgement.missing.append('the run was stopped before its last step')
    judge_counts({'results': [row for row in report['results'] if row['name'] != 'all steps']}, root, judgement)


def targets(root):
    return sorted(path.name for path in (root / 'fuzz' / 'corpus').iterdir())


def sanitizers(root):
    return sorted(path.stem for path in (root / 'sanitize').glob('*.ini'))


# In the order in which missing ones are made: ci/test makes most of the others too.
SOURCES = (
    Source('checks', 'All checks', 'build/ci/report.json', 'ci/test', ('.',),
           'Two compilers without a warning, all tests, linters, demo and a first round of all the rest.',
           judge_checks, rows('name')),
    Source('tests', 'Tests', 'build/gcc/tests.json', 'ci/test', (*CODE, 'tests'),
           'Each test by name, those with a hostile card or back end among them.', judge_tests, whole),
    Source('proof', 'Proof', 'build/proof/report.json', 'contracts/prove', ('src', 'include', 'contracts'),
           'Each goal holds for all inputs, all states and everything the card may do.', judge_proof, whole),
    Source('mutants', 'Wrong versions', 'build/mutants/report.json', 'contracts/mutate',
           (*CODE, 'contracts', 'tests'),
           'Proof and tests notice when the code is wrong: neither is empty.', judge_mutants, sides),
    Source('coverage', 'Coverage', 'build/coverage/report.json', 'coverage/run --tests --corpora',
           (*CODE, 'tests', 'coverage', 'fuzz'),
           'Which lines, branches and conditions the tests and the fuzz corpora reach.', judge_coverage, measures),
    Source('fuzz', 'Fuzzing', 'build/fuzz/report.json', 'fuzz/run all', (*CODE, 'fuzz'),
           'No input found makes a target crash, with all sanitizers on.', judge_fuzz, rows('target', 'engine')),
    Source('sanitizers', 'Sanitizers', 'build/sanitize/report.json', 'sanitize/run all',
           (*CODE, 'tests', 'sanitize'), 'All tests and the demo run without a finding.', judge_sanitizers,
           rows('name')),
    Source('analyzer', 'Static analysis', 'build/analyzer/report.json', 'ci/analyze', (*CODE, 'contracts'),
           'gcc finds no path to a fault in library and tool, and Eva none in set-up, that is not explained.',
           judge_analyzers, rows('name')),
    Source('bench', 'Benchmark', 'build/bench/report.json', 'bench/run', (*CODE, 'bench'),
           'What all this costs: instructions a forwarded packet.', judge_bench, rows('card', 'compiler', 'burst')),
)


def load(source, root, tree):
    """Read what a source has and judge it. Malformed when the file is not what its command writes."""
    report = stamp.read(root / source.path)
    evidence = Evidence(source, report)
    if report is None:
        evidence.judgement.missing.append('not measured')
        return evidence
    try:
        evidence.parts = source.parts(report)
        source.judge(report, root, evidence.judgement)
        for revision in evidence.of('revision'):
            if not tree.same(revision, source.inputs):
                names = [name for name, part in evidence.parts if part.get('revision', 'unknown') == revision]
                some = '' if len(names) == len(evidence.parts) else f' ({len(names)} of {len(evidence.parts)})'
                evidence.judgement.outdated.append(f'measured on {revision}{some}')
                evidence.old.update(dict.fromkeys(names, revision))
    except (KeyError, TypeError, AttributeError) as error:
        raise stamp.Malformed(f'{root / source.path}: not as {source.command} writes it '
                              f'({type(error).__name__}: {error}); run {source.command} again') from error
    return evidence


def load_all(root, tree):
    """{name: Evidence}"""
    return {source.name: load(source, root, tree) for source in SOURCES}
