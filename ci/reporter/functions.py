# SPDX-License-Identifier: MIT
"""The table of functions, and what is known of each one."""
from .claims import join, sentence
from .html import code, element, items, link, number, plural, table
from .marks import marked, missing, stained
from .pictures import share

STATES = {'proved': 'good', 'failed': 'bad', 'trusted': 'open', 'not proved': 'open', 'not measured': 'missing'}
# What a column shows, and how it sorts. On a phone the first ones are seen.
HEADS = (('Function', 'text'), ('Proof', 'text'), ('Goals', 'number'), ('Assumes', 'number'), ('Lines', 'number'),
         ('Branches', 'number'), ('MC/DC', 'number'), ('Fuzzed', 'number'), ('Wrong versions', 'number'),
         ('File', 'text'))


def functions(data, evidence, figures):
    rows = data['functions']
    states = {state: sum(row['state'] == state for row in rows) for state in STATES}
    said = ', '.join(f'{count} {state}' for state, count in states.items() if count)
    if not rows:
        body = [missing(evidence['proof'])]
    else:
        body = [element('p', element('label', 'Filter ', element('input', type='search', id='filter',
                                                                 autocomplete='off')),
                        element('output', id='shown'), class_='tools', hidden=True),
                table([(title, {'data_sort': kind}) for title, kind in HEADS], [line(row) for row in rows],
                      id='function-table', class_='functions', aria_label='Functions')]
    notes = [[element('strong', 'Goals'), ' proved of all, smoke tests among them. ',
              element('strong', 'Assumes'), ': trusted primitives that the proof relies on. ',
              element('strong', 'Lines, branches, MC/DC'), ': percent that the tests cover. ',
              element('strong', 'Fuzzed'), ': entries by one run over the fuzz corpora. ',
              element('strong', 'Wrong versions'), ': noticed by proof or tests, of all. A figure is “none” '
              'where there is nothing to count.']]
    notes += [[evidence[name]['title'], ': ', missing(evidence[name])]
              for name in ('proof', 'coverage', 'mutants') if not evidence[name]['measured']]
    notes += [[evidence[name]['title'], ':', marked(evidence[name])]
              for name in ('proof', 'coverage', 'mutants') if evidence[name]['outdated']]
    return element('section', element('h2', 'Functions', id='functions'),
                   element('p', f'{plural(len(rows), "function")} of core, driver and public headers: {said}. A name '
                                'leads to its details.'),
                   figures, items(notes, class_='notes'), body)


def cell(value, sort, **attributes):
    return element('td', value, data_value=sort, **attributes)


def line(row):
    proof, tests, corpora = row['proof'], row['tests'], row['corpora']
    state = [element('th', link(row['id'], code(row['function'])), scope='row', data_value=row['function']),
             cell(stained(STATES[row['state']], row['state']), row['state'])]
    if proof:
        state += [cell(f'{number(proof["proved"])}/{number(proof["goals"])}' if proof['problems'] else
                       number(proof['goals']), proof['goals'], class_='n'),
                  cell(len(proof['assumed']), len(proof['assumed']), class_='n')]
    elif row['state'] == 'not measured':
        state += [empty('not measured'), empty('not measured')]
    else:
        state += [empty('none'), empty('none')]
    state += [percent(tests, kind) for kind in ('lines', 'branches', 'mcdc')]
    state.append(cell(number(corpora['entries']), corpora['entries'], class_='n') if corpora else
                 empty('not measured'))
    return element('tr', state, noticed(row), cell(row['file'], row['file']))


def empty(why):
    return cell(element('span', why, class_='none' if why == 'none' else 'missing'), -1, class_='n')


def percent(measure, kind):
    if measure is None:
        return empty('not measured')
    value = share(measure[kind])
    if value is None:
        return empty('none')
    return cell(f'{value:.0f}' if value == 100 else element('strong', f'{min(value, 99.9):.1f}'), f'{value:.2f}',
                class_='n')


def noticed(row):
    if row['mutants'] is None:
        return empty('not measured')
    every, tried = len(row['described']), len(row['mutants'])
    if not every:
        return empty('none')
    good = sum(not one['problems'] and any(seen(one, side) for side in ('proof', 'tests')) for one in row['mutants'])
    said = f'{good}/{every}'
    return cell(stained('bad', said) if good < tried else
                element('span', said, class_='missing') if tried < every else said, every, class_='n')


def seen(row, side):
    return row.get(side, {}).get('rejected' if side == 'proof' else 'caught', False)


def every_detail(data, evidence):
    return element('section', element('h2', 'Function by function', id='details'),
                   [detail(row, data, evidence) for row in data['functions']])


def detail(row, data, evidence):
    where = row['file'] + (f':{row["line"]}' if row['line'] else '')
    why = [': ', link(f'trusted-{row["function"]}', 'a primitive that is trusted')] if row['state'] == 'trusted' else \
        [': ', row['why']] if row['why'] else None
    return element('details', element('summary', code(row['function']), ' ',
                                      stained(STATES[row['state']], row['state'])),
                   element('p', code(where), why),
                   items([entry for entry in (proof_of(row, data, evidence), *coverage_of(row, evidence),
                                              *mutants_of(row, evidence)) if entry]),
                   id=row['id'], class_='function')


def proof_of(row, data, evidence):
    proof = row['proof']
    if proof is None:
        return missing(evidence['proof']) if row['state'] == 'not measured' else None
    provers = ', '.join(f'{name} {number(count)}' for name, count in sorted(proof['provers'].items()))
    kinds = ', '.join(f'{name} {number(count)}' for name, count in sorted(proof['kinds'].items()))
    assumed = [trusted_link(name, data) for name in proof['assumed']]
    return [element('strong', f'{number(proof["proved"])} of {plural(proof["goals"], "goal")} proved'),
            f' in {proof["seconds"]} s, {proof["smoke_tests"]} of them smoke tests. By prover: {provers or "none"}. '
            f'By kind: {kinds or "none"}.', marked(evidence['proof']),
            items([stained('bad', problem) for problem in proof['problems']]) if proof['problems'] else None,
            [' Relies on ', join(assumed), '.'] if assumed else ' Relies on no trusted primitive.']


def trusted_link(name, data):
    return link(f'trusted-{name}', code(name)) if name in data['trusted']['Primitives'] else code(name)


def coverage_of(row, evidence):
    for name, label in (('tests', 'Tests'), ('corpora', 'Fuzz corpora')):
        measure = row[name]
        if measure is None:
            yield [label, ': ', missing(evidence['coverage'])]
            continue
        said = ', '.join(f'{measure[kind]["covered"]} of {measure[kind]["total"]} {title}'
                         for kind, title in (('lines', 'lines'), ('branches', 'branches'), ('mcdc', 'conditions')))
        missed = [[f'{one["kind"]}: ', code(one['text'])] for one in measure['missed']]
        yield [element('strong', label), f': {said}, entered {plural(measure["entries"], "time")}. ',
               marked(evidence['coverage'], name), ['Missed:', items(missed)] if missed else None]


def mutants_of(row, evidence):
    if row['mutants'] is None:
        yield missing(evidence['mutants'])
        return
    for mutant in row['mutants']:
        yield element('div', element('strong', sentence(mutant['name'])), ': ', mutant['why'],
                      items([verdict(mutant, side, evidence) for side in ('proof', 'tests')]),
                      id=f'mutant-{mutant["name"]}')
    tried = {mutant['name'] for mutant in row['mutants']}
    for one in row['described']:
        if one['name'] not in tried:
            yield [element('strong', sentence(one['name'])), ': ', missing(evidence['mutants'])]


def verdict(mutant, side, evidence):
    return [judgement(mutant, side, evidence), marked(evidence['mutants'], f'{mutant["name"]} by {side}')]


def judgement(mutant, side, evidence):
    title, word, by = ('Proof', 'rejected', 'goal') if side == 'proof' else ('Tests', 'caught', 'test')
    one = mutant.get(side)
    if one is None:
        return [f'{title}: ', missing(evidence['mutants'])]
    if 'error' in one:
        return stained('bad', f'{title}: {one["error"]}')
    if one[word]:
        said = [f'{title}: {word} by ', code(one[by])]
        return stained('bad', *said, ', which its description says it cannot be') if one['unseen_because'] else \
            stained('good', *said)
    if one['unseen_because']:
        return f'{title} cannot see it: {one["unseen_because"]}'
    return stained('bad', f'{title}: not {word}')
