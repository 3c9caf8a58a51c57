# SPDX-License-Identifier: MIT
"""The page: one file, without anything from elsewhere."""
import pathlib

from . import pictures
from .claims import claims
from .functions import every_detail, functions
from .html import Raw, big, code, element, items, link, number, plural, span_of, table
from .marks import marked, missing, prose, stained
from .tables import appendix

HERE = pathlib.Path(__file__).resolve().parent
STATES = {'good': 'current', 'outdated': 'outdated', 'missing': 'incomplete', 'bad': 'bad'}
# What the page does not have it may not load either, whatever stands in the evidence.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
SECTIONS = (('summary', 'Summary'), ('evidence', 'Evidence'), ('properties', 'Properties'),
            ('functions', 'Functions'), ('details', 'Details'), ('hostile', 'Hostile devices'), ('unseen', 'Exceptions'),
            ('fuzzing', 'Fuzzing'), ('sanitizers', 'Checks'), ('trusted', 'Trusted base'), ('tools', 'Tools'))


def page(data):
    """The whole page as text."""
    evidence = {row['name']: row for row in data['evidence']}
    title = f'Ironring {data["version"]}: assurance report'
    head = element('head', element('meta', charset='utf-8'),
                   element('meta', http_equiv='Content-Security-Policy', content=POLICY),
                   element('meta', name='viewport', content='width=device-width, initial-scale=1'),
                   element('meta', name='color-scheme', content='light dark'),
                   element('link', rel='icon', href='data:,'),
                   element('title', title), element('style', Raw((HERE / 'style.css').read_text('utf-8'))))
    body = element(
        'body',
        element('header', element('h1', title),
                element('p', 'Revision ', code(data['revision']), f', written {data["date"]}'),
                element('nav', element('ul', [element('li', link(anchor, name)) for anchor, name in SECTIONS]),
                        aria_label='Sections')),
        element('main', summary(data, evidence), sources(data), claims(data, evidence),
                functions(data, evidence, figures(data)), every_detail(data, evidence), appendix(data, evidence)),
        element('script', Raw((HERE / 'page.js').read_text('utf-8'))))
    return f'<!DOCTYPE html>\n{element("html", head, body, lang="en")}\n'


def figures(data):
    drawn = [picture for picture in (pictures.goals(data['functions']), pictures.coverage(data['coverage']),
                                     pictures.fuzzing(data['fuzz'])) if picture]
    return element('div', drawn, class_='figures') if drawn else None


def summary(data, evidence):
    claimed = element('div', element('h3', 'Claimed'),
                      element('p', 'For every behaviour of the card, every packet and every caller:'),
                      element('ol', [element('li', link(f'property-{at}', one['name']), ': ', one['claim'])
                                     for at, one in enumerate(data['properties'], 1)]))
    denied = element('div', element('h3', 'Not claimed'),
                     element('ul', [element('li', element('strong', prose(term)), '. ', prose(sentences))
                                    for term, sentences in data['not_claimed']]))
    return element('section', element('h2', 'Summary', id='summary'), verdict(data), key_figures(data, evidence),
                   element('div', claimed, denied, class_='columns'))


def verdict(data):
    """One sentence on the evidence as a whole."""
    counts = {state: [row['title'] for row in data['evidence'] if row['state'] == state] for state in STATES}
    parts = []
    if counts['bad']:
        parts.append(stained('bad', f'Evidence against a claim: {", ".join(counts["bad"])}. '))
    if counts['missing']:
        parts.append(stained('missing', f'Incomplete: {", ".join(counts["missing"])}. '))
    if counts['outdated']:
        parts.append(stained('outdated', f'Outdated: {", ".join(counts["outdated"])}. '))
    if not parts:
        parts.append(stained('good', 'All evidence is there, of this revision, and good. '))
    unknown = f'{plural(data["not_measured"], "figure")} not measured.' if data['not_measured'] else None
    return element('p', parts, unknown, class_='verdict')


def key_figures(data, evidence):
    """The few numbers that people ask for first, each with its link."""
    entries = (('proof', 'goals proved', 'functions', proved),
               ('mutants', 'wrong versions rejected by the proof', 'details', rejected),
               ('coverage', 'branches of core and data path', 'functions', branches),
               ('coverage', 'conditions shown to decide (MC/DC)', 'functions', conditions),
               ('fuzz', 'fuzz executions', 'fuzzing', executions), ('tests', 'tests passed', 'hostile', tests),
               ('sanitizers', 'sanitizers without a finding', 'sanitizers', clean),
               ('bench', 'instructions a packet', 'bench', instructions))
    shown = []
    for name, label, anchor, value in entries:
        found = value(data)
        shown.append(element('div', element('dt', link(anchor, label)),
                             element('dd', missing(evidence[name]) if found is None else found,
                                     marked(evidence[name], *(('tests',) if name == 'coverage' else ())))))
    return element('dl', shown, class_='key-figures')


def of(good, total):
    said = f'{number(good)}\u202f/\u202f{number(total)}'
    return element('strong', said) if good == total else stained('bad', element('strong', said))


def proved(data):
    return data['proof'] and [of(data['proof']['goals_proved'], data['proof']['goals']),
                              f' in {data["proof"]["functions"]} functions']


def rejected(data):
    tried = [row['proof'] for row in data['mutants'] or () if 'proof' in row]
    if not tried:
        return None
    noticed = sum(one['rejected'] for one in tried)
    explained = sum(not one['rejected'] and bool(one['unseen_because']) for one in tried)
    every = len(data['described'])
    said = element('strong', f'{noticed}\u202f/\u202f{every}')
    return [said if noticed + explained == len(tried) else stained('bad', said),
            [', ', link('unseen', f'{explained} explained')] if explained else None,
            [', ', element('span', f'{every - len(tried)} not tried', class_='missing')] if every > len(tried) else None]


def percent_of(data, kind):
    measure = (data['coverage'] or {}).get('tests')
    if not measure:
        return None
    pair = measure['data_path'][kind]
    return element('strong', f'{pictures.share(pair):.1f} %'), f' of {number(pair["total"])}'


def branches(data):
    return percent_of(data, 'branches')


def conditions(data):
    return percent_of(data, 'mcdc')


def executions(data):
    if data['fuzz'] is None:
        return None
    hours = sum(row['totals']['cpu_seconds'] for row in data['fuzz'])
    crashes = sum(len(row['crashes']) for row in data['fuzz'])
    return [element('strong', big(sum(row['totals']['executions'] for row in data['fuzz']))),
            f' in {span_of(hours)} of CPU, ',
            stained('bad', plural(crashes, 'crash', 'crashes')) if crashes else 'no crash']


def tests(data):
    if data['tests'] is None:
        return None
    return of(data['tests']['passed'], data['tests']['total']), f', {len(data["hostile"])} with a hostile card or back end'


def clean(data):
    if not data['sanitizers']:
        return None
    good = sum(row['failed'] == 0 and row['passed'] > 0 for row in data['sanitizers'])
    every, run = len(data['sanitizer_names']), len(data['sanitizers'])
    said = element('strong', f'{good}\u202f/\u202f{every}')
    return [said if good == run else stained('bad', said),
            [', ', element('span', f'{every - run} not run', class_='missing')] if every > run else None]


def instructions(data):
    rows = [row for row in (data['bench'] or {}).get('results', ()) if row['burst'] == 32 and row['card'] == '82599']
    if not rows:
        return None
    best = min(rows, key=lambda row: row['instructions_per_packet'])
    return element('strong', f'{best["instructions_per_packet"]:.1f}'), f' ({best["card"]}, {best["compiler"]}, burst 32)'


def sources(data):
    rows = [[element('th', row['title'], scope='row'),
             element('td', stained(row['state'], STATES[row['state']]),
                     [': ', items(shorten(row['sentences']))] if row['sentences'] else None),
             row['shows'], element('td', code(row['command']), data_label='Repeat with'),
             element('td', code(', '.join(row['revisions']) or '–'), data_label='Revision'),
             element('td', days(row['dates']), data_label='Measured')]
            for row in data['evidence']]
    return element('section', element('h2', 'Evidence', id='evidence'),
                   element('p', 'What there is, and the command that makes it again. ', code('ci/report --all'),
                           ' runs each command whose evidence is missing or outdated.'),
                   table(('Evidence', 'State', 'What it shows', 'Repeat with', 'Revision', 'Measured'), rows,
                         aria_label='Evidence', class_='evidence'))


def days(dates):
    """The first and the last day."""
    if not dates:
        return '–'
    first, last = dates[0][:10], dates[-1][:10]
    return first if first == last else f'{first} to {last}'


def shorten(sentences):
    """The first few of many, and how many more there are."""
    unique = list(dict.fromkeys(sentences))
    return unique if len(unique) <= 6 else unique[:5] + [f'and {len(unique) - 5} more']
