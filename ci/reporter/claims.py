# SPDX-License-Identifier: MIT
"""The section of the eight properties: what is claimed, and the evidence for each."""
from .html import big, code, element, items, link, number, plural
from .marks import marked, missing, stained


def claims(data, evidence):
    return element('section', element('h2', 'The eight properties', id='properties'),
                   element('p', 'Each holds for every behaviour of the card. Goals are chosen by their kind and '
                                'function, wrong versions by the goal that rejected them, tests by their names. A '
                                'number links to what it counts.'),
                   element('div', [claim(at, one, evidence) for at, one in enumerate(data['properties'], 1)],
                           class_='columns'))


def claim(at, one, evidence):
    parts = [proof(one, evidence), mutants(one, evidence), tests(one, evidence)]
    if one['fuzz'] != []:
        parts.append(fuzz(one, evidence))
    if one['sanitizers'] != []:
        parts.append(sanitizers(one, evidence))
    return element('article',
                   element('h3', f'{at}. {one["name"]}', id=anchor(at)),
                   element('p', one['claim'], class_='claim'),
                   items(parts),
                   element('p', 'Written down as ', join(map(code, one['predicates'])), '.', class_='fine'))


def anchor(at):
    return f'property-{at}'


def join(parts):
    parts = list(parts)
    return [piece for part in parts for piece in (', ', part)][1:]


def proof(one, evidence):
    found = one['proof']
    if found is None:
        return missing(evidence['proof'])
    if found['problems']:
        return stained('bad', f'{plural(len(found["problems"]), "goal")} not proved: ', found['problems'][0])
    functions = found['functions']
    said = [element('strong', plural(found['goals'], 'goal')), f' in {plural(len(functions), "function")} proved: ',
            one['about'], '.', marked(evidence['proof'])]
    return details(said, [link(identity, code(name)) for identity, name in functions])


def mutants(one, evidence):
    if one['mutants'] is None:
        return missing(evidence['mutants'])
    if not one['mutants']:
        return ['No wrong version was rejected by one of these goals.', marked(evidence['mutants'])]
    said = [element('strong', plural(len(one['mutants']), 'wrong version')), ' rejected by one of these goals.',
            marked(evidence['mutants'], *(f'{name} by proof' for name in one['mutants']))]
    return details(said, [link(f'mutant-{name}', sentence(name)) for name in one['mutants']])


def tests(one, evidence):
    found = one['tests']
    if found is None:
        return missing(evidence['tests'])
    if found['failed']:
        return stained('bad', f'{plural(len(found["failed"]), "test")} of {found["total"]} failed: ',
                       ', '.join(row['test'] for row in found['failed']))
    named = [link(test_anchor(row), sentence(row['test'])) for row in found['hostile']]
    said = [element('strong', plural(found['passed'], 'test')), f' passed, {len(named)} with a hostile card or back end.',
            marked(evidence['tests'])]
    return details(said, named) if named else said


def fuzz(one, evidence):
    if one['fuzz'] is None:
        return missing(evidence['fuzz'])
    runs = sum(row['totals']['executions'] for row in one['fuzz'])
    crashes = sum(len(row['crashes']) for row in one['fuzz'])
    found = stained('bad', plural(crashes, 'crash', 'crashes')) if crashes else 'no crash'
    return [link('fuzzing', element('strong', f'{big(runs)} executions')), ' of ',
            ', '.join(sorted({row['target'] for row in one['fuzz']})), ', ', found, ' in the last runs.',
            marked(evidence['fuzz'], *(f'{row["target"]} {row["engine"]}' for row in one['fuzz'])),
            absent(one, 'fuzz', 'target', evidence)]


def sanitizers(one, evidence):
    if one['sanitizers'] is None:
        return missing(evidence['sanitizers'])
    parts = [stained('bad', f'{row["name"]}: {row["failed"]} failed') if row['failed'] else
             f'{row["name"]}: {number(row["passed"])} tests' for row in one['sanitizers']]
    return ['No finding by ' if not any(row['failed'] for row in one['sanitizers']) else 'Findings: ',
            link('sanitizers', join(parts)), '.', marked(evidence['sanitizers'],
                                                         *(row['name'] for row in one['sanitizers'])),
            absent(one, 'sanitizers', 'name', evidence)]


def absent(one, part, field, evidence):
    """The targets or sanitizers that belong to a property and were not run."""
    run = {row[field] for row in one[part]}
    names = [name for name in one['wanted'][part] if name not in run]
    return [f' {", ".join(names)}: ', missing(evidence[part])] if names else None


def details(summary, entries):
    return element('details', element('summary', summary), items(entries, class_='names'))


def sentence(name):
    return name.replace('_', ' ')


def test_anchor(row):
    return f'test-{row["program"]}-{row["test"]}'.replace(' ', '-')
