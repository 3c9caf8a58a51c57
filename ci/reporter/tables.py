# SPDX-License-Identifier: MIT
"""The sections after the functions: hostile suite, exceptions, fuzzing, checks, trusted base and tools."""
from .claims import sentence, test_anchor
from .html import big, code, element, items, link, number, plural, span_of, table
from .marks import marked, missing, prose, stained


def appendix(data, evidence):
    return [hostile(data, evidence), unseen(data, evidence), fuzzing(data, evidence), checks(data, evidence),
            bench(data, evidence), trusted(data), tools(data)]


def section(anchor, title, *body):
    return element('section', element('h2', title, id=anchor), *body)


def repeat(source):
    return element('p', 'Repeat with ', code(source['command']), '.', marked(source), class_='fine')


def hostile(data, evidence):
    source = evidence['tests']
    if data['hostile'] is None:
        return section('hostile', 'Hostile devices', element('p', missing(source)))
    suites, counts = {}, {}
    for row in data['hostile']:
        suites.setdefault(f'{row["who"]}: {row["what"]}', []).append(row)
        counts[row['who']] = counts.get(row['who'], 0) + 1
    parts = [element('div', element('h3', name), element('ul', map(verdict, rows), class_='names'))
             for name, rows in sorted(suites.items())]
    each = ', '.join(f'{count} with a hostile {who}' for who, count in sorted(counts.items()))
    return section('hostile', 'Hostile devices',
                   element('p', f'{plural(len(data["hostile"]), "test")} in which a simulated card, or the back end behind a '
                                f'socket, lies: {each}. Each name says what must hold.'), element('div', parts, class_='columns'), repeat(source))


def verdict(row):
    said = sentence(row['test'])
    return element('li', [stained('good', ''), said] if row['passed'] else stained('bad', said), id=test_anchor(row))


def unseen(data, evidence):
    source = evidence['mutants']
    if data['mutants'] is None:
        return section('unseen', 'Exceptions', element('p', missing(source)))
    parts = []
    for side, title in (('proof', 'The proof cannot see'), ('tests', 'The tests cannot see')):
        rows = [row for row in data['mutants'] if row.get(side, {}).get('unseen_because')]
        if rows:
            parts += [element('h3', title),
                      items([[link(f'mutant-{row["name"]}', sentence(row['name'])), ': ', row[side]['unseen_because']]
                             for row in rows])]
    return section('unseen', 'Exceptions',
                   element('p', 'Wrong versions that one side cannot notice, and why. ' if parts else
                           'Each wrong version that was tried is noticed by proof and tests.'), parts, repeat(source))


def fuzzing(data, evidence):
    source = evidence['fuzz']
    if data['fuzz'] is None:
        return section('fuzzing', 'Fuzzing', element('p', missing(source)))
    rows = [[element('th', code(row['target']), scope='row'), row['engine'],
             *map(right, (number(row['executions']), number(row['executions_per_second']), number(row['corpus']))),
             right(stained('bad', len(row['crashes'])) if row['crashes'] else '0'),
             *map(right, (row['totals']['runs'], big(row['totals']['executions']),
                          span_of(row['totals']['cpu_seconds']), row['totals']['crashes']))]
            for row in data['fuzz']]
    crashes = [stained('bad', f'{row["target"]}: {crash["verdict"]}: ', code(crash['reproduce']))
               for row in data['fuzz'] for crash in row['crashes']]
    return section('fuzzing', 'Fuzzing',
                   element('p', 'The last run of each target, and the sum of all runs on this machine.'),
                   table(('Target', 'Engine', *map(headed, ('Executions', 'A second', 'Corpus', 'Crashes', 'All runs',
                                                             'Executions', 'CPU time', 'Crashes'))),
                         rows, aria_label='Fuzzing'), items(crashes) if crashes else None, repeat(source))


def right(value):
    return element('td', value, class_='n')


def headed(title):
    return title, {'class_': 'n'}


def counts(rows, label):
    return table((label, *map(headed, ('Passed', 'Failed', 'Seconds'))),
                 [[element('th', row['name'], scope='row'), right(number(row['passed'])),
                   right(stained('bad', row['failed']) if row['failed'] else '0'), right(number(row['seconds']))]
                  for row in rows], aria_label=label)


def checks(data, evidence):
    parts = []
    for name, rows, label in (('sanitizers', data['sanitizers'], 'Sanitizer'),
                              ('analyzer', data['analyzer'], 'Static analysis'), ('checks', data['checks'], 'Step')):
        parts.append(element('div', element('h3', evidence[name]['title'], id=f'checks-{name}'),
                             missing(evidence[name]) if rows is None else counts(rows, label),
                             repeat(evidence[name])))
    return section('sanitizers', 'Checks', element('div', parts, class_='columns'))


def bench(data, evidence):
    source = evidence['bench']
    if data['bench'] is None:
        return section('bench', 'Instructions a packet', element('p', missing(source)))
    rows = [[element('th', f'{row["card"]}, all checks, {row["compiler"]}', scope='row'), right(row['burst']),
             right(f'{row["instructions_per_packet"]:.1f}'), right(row['limit'] or '–')]
            for row in data['bench']['results']]
    rows += [[element('th', name, scope='row'), right(burst), right(f'{value:.1f}'), right('–')]
             for name, figures in data['bench']['peers'].items() for burst, value in figures.items()]
    return section('bench', 'Instructions a packet',
                   table(('Driver', *map(headed, ('Burst', 'Instructions', 'Limit'))), rows,
                         aria_label='Instructions a packet'), repeat(source))


def trusted(data):
    def term(name, item):
        return element('dt', code(item), id=f'trusted-{item}' if name == 'Primitives' else None)

    parts = [element('div', element('h3', f'{name} ({len(rows)})'),
                     element('dl', [[term(name, item), element('dd', prose(why))] for item, why in rows.items()],
                             class_='trusted'))
             for name, rows in data['trusted'].items()]
    return section('trusted', 'Trusted base',
                   element('p', 'Everything the proofs assume, from ', code('contracts/TRUSTED.md'), '. ',
                           code('contracts/prove'), ' fails when a proof assumes something else, or when something '
                           'listed is not assumed.'), parts)


def tools(data):
    rows = [[element('th', code(tool), scope='row'), ', '.join(versions), ', '.join(dict.fromkeys(used))]
            for tool, versions, used in data['tools']]
    return section('tools', 'Tools',
                   element('p', 'As each said of itself when it measured.'),
                   table(('Tool', 'Version', 'Used for'), rows, aria_label='Tools'))
