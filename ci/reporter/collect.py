# SPDX-License-Identifier: MIT
"""Put all evidence together: one row a function, the properties, the trusted base, the tools. What comes out is
report.json, and all that the page shows."""
import re
import sys

import stamp
from prover import trusted as lists

from . import properties, sources, tree

FOLDERS = ('include/ironring/', 'src/core/', 'src/e1000e/', 'src/ixgbe/', 'src/virtio/')
DOCUMENT = 'docs/assurance.md'
NOT_CLAIMED = '## What is not claimed'
MEASURES = ('proof', 'tests', 'corpora', 'mutants')  # of a function


def identity(file, function):
    """The anchor of a function: two files may have a function of the same name."""
    return re.sub(r'[^A-Za-z0-9]+', '-', f'{file}-{function}')


def not_claimed(text):
    """The points of the section of docs/assurance.md, as (term, sentences)."""
    section = text.partition(f'{NOT_CLAIMED}\n')[2].partition('\n## ')[0]
    points = re.findall(r'^- \*\*(.+?)\.?\*\*\s+(.+?)(?=\n- |\n\n|\Z)', section, re.MULTILINE | re.DOTALL)
    if not points:
        raise stamp.Malformed(f'{DOCUMENT}: no section "{NOT_CLAIMED}" with points `- **Term.** Sentence.`')
    return [(term, ' '.join(sentences.split())) for term, sentences in points]


class Functions:
    """All functions of the proved folders, each with what is known of it."""

    def __init__(self, trusted, left_out):
        self.trusted = trusted['Primitives']
        self.left_out = left_out
        self.rows = {}

    def row(self, file, function):
        return self.rows.setdefault((file, function), {
            'id': identity(file, function), 'file': file, 'function': function, 'line': None,
            'proof': None, 'tests': None, 'corpora': None, 'mutants': None, 'described': None})

    def add_proof(self, report):
        for result in report['results']:
            if result['function'] != '(lemmas)':
                self.row(result['file'], result['function'])['proof'] = {
                    name: value for name, value in result.items() if name not in ('file', 'function')}

    def add_coverage(self, name, measure):
        for entry in measure['files']:
            if not entry['file'].startswith(FOLDERS):
                continue
            for function in entry['functions']:
                row = self.row(entry['file'], function['function'])
                row['line'] = function['first_line']
                row[name] = {kind: function[kind] for kind in ('lines', 'branches', 'mcdc', 'missed', 'entries')}

    def add_mutants(self, report):
        """What is known of the wrong versions, and how many there are of each function, tried or not."""
        for one in report['described']:
            self.row(one['file'], one['function'])
        for row in self.rows.values():
            row['mutants'], row['described'] = (
                [one for one in rows if (one['file'], one['function']) == (row['file'], row['function'])]
                for rows in (report['results'], report['described']))

    def finish(self, proved):
        """The rows in order, each with its state; `proved` tells whether there is a proof report at all."""
        for row in self.rows.values():
            row['state'], row['why'] = self.state(row, proved)
        return [self.rows[key] for key in sorted(self.rows)]

    def state(self, row, proved):
        if row['proof']:
            if row['proof']['problems'] or row['proof']['proved'] != row['proof']['goals']:
                return 'failed', ''
            return 'proved', ''
        if row['function'] in self.trusted:
            return 'trusted', self.trusted[row['function']]
        if row['file'] in self.left_out:
            return 'not proved', self.left_out[row['file']]
        if not proved:
            return 'not measured', ''
        return 'not proved', 'the reason is not known: contracts/TRUSTED.md does not name the file as not proved'


def results_of(evidence):
    return None if evidence.report is None else evidence.report['results']


def functions_of(found, trusted, left_out):
    functions = Functions(trusted, left_out)
    proof, coverage, mutants = (found[name].report for name in ('proof', 'coverage', 'mutants'))
    if proof:
        functions.add_proof(proof)
    for name in ('tests', 'corpora'):
        if coverage and name in coverage:
            functions.add_coverage(name, coverage[name])
    if mutants:
        functions.add_mutants(mutants)
    return functions.finish(proof is not None)


def not_measured(found, functions):
    """How many figures are missing: each kind of evidence or part of one, and each measure of a function."""
    of_functions = sum(row[name] is None for row in functions for name in MEASURES
                       if name != 'proof' or row['state'] == 'not measured')
    return sum(len(evidence.judgement.missing) for evidence in found.values()) + of_functions


def evidence_row(evidence):
    source = evidence.source
    return {'name': source.name, 'title': source.title, 'path': source.path, 'command': source.command,
            'shows': source.shows, 'state': evidence.state, 'measured': evidence.report is not None,
            'sentences': evidence.sentences, 'revisions': evidence.of('revision'), 'dates': evidence.of('date'),
            'outdated': evidence.judgement.outdated, 'old': evidence.old}


def tools_of(found):
    """[(tool, versions, the kinds of evidence it was used for)]; of those no report names, the present one."""
    tools = {}
    for evidence in found.values():
        for tool, versions in evidence.tools.items():
            entry = tools.setdefault(tool, ([], []))
            entry[0].extend(version for version in versions if version not in entry[0])
            entry[1].append(evidence.source.title)
    tools.setdefault('python3', ([sys.version.split()[0]], ['This report']))
    return sorted((tool, *entry) for tool, entry in tools.items())


def collect(root):
    """Everything, as one object that can be written as JSON."""
    here = tree.Tree(root)
    found = sources.load_all(root, here)
    trusted = lists.read_trusted(root / 'contracts' / 'TRUSTED.md')
    functions = functions_of(found, trusted, trusted['Not proved'])
    tests, mutants, fuzz, sanitizers = (results_of(found[name])
                                        for name in ('tests', 'mutants', 'fuzz', 'sanitizers'))
    return {
        'version': here.version, 'revision': here.revision, 'date': stamp.now(),
        'evidence': [evidence_row(evidence) for evidence in found.values()],
        'not_measured': not_measured(found, functions),
        'functions': functions,
        'properties': [properties.evidence_of(rule, functions, mutants, tests, sanitizers, fuzz)
                       for rule in properties.PROPERTIES],
        'not_claimed': not_claimed(here.text(DOCUMENT)),
        'trusted': trusted,
        'tools': tools_of(found),
        'proof': summary_of_proof(found['proof'].report),
        'coverage': summary_of_coverage(found['coverage'].report),
        'mutants': mutants, 'described': (found['mutants'].report or {}).get('described'), 'fuzz': fuzz, 'sanitizers': sanitizers,
        'sanitizer_names': sources.sanitizers(root),
        'hostile': None if tests is None else hostile_tests(tests),
        'tests': None if tests is None else {'passed': sum(row['passed'] for row in tests), 'total': len(tests)},
        'checks': results_of(found['checks']), 'analyzer': results_of(found['analyzer']),
        'bench': found['bench'].report,
    }


def hostile_tests(tests):
    """The tests in which somebody lies to the driver, with who it is and what is tested."""
    found = [(sources.hostile(row['program']), row) for row in tests]
    return [dict(row, who=hostile[0], what=hostile[1]) for hostile, row in found if hostile]


def summary_of_proof(report):
    if report is None:
        return None
    return {name: report[name] for name in ('functions', 'functions_proved', 'goals', 'goals_proved', 'smoke_tests',
                                            'seconds', 'timeout', 'assumed')}


def summary_of_coverage(report):
    """What tests and corpora cover, as a whole and a file."""
    if report is None:
        return None
    return {name: {'data_path': report[name]['data_path'], 'total': report[name]['total'],
                   'seconds': report[name].get('seconds'),
                   'files': [{kind: entry[kind] for kind in ('file', 'lines', 'branches', 'mcdc')}
                             for entry in report[name]['files'] if entry['file'].startswith(FOLDERS)]}
            for name in ('tests', 'corpora') if name in report}
