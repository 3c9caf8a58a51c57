# SPDX-License-Identifier: MIT
"""Pictures as inline SVG, about as wide as a phone so that their text is legible there. Each has a title, an axis
with its unit, and its figures as text beside the marks; colours are classes of the style sheet."""
import math

from .html import big, element, number, plural

WIDTH = 340
ROW = 34                       # height of a label and its bar
TOP = 22                       # room for the axis
KINDS = (('safety', 'memory and arithmetic', ('memory', 'arithmetic')),
         ('calls', 'calls and frames', ('call', 'frame')),
         ('promises', 'contracts and invariants', ('contract', 'invariant', 'other')),
         ('ends', 'termination', ('termination',)))


def text(x, y, content, **attributes):
    return element('text', content, x=f'{x:.1f}', y=f'{y:.1f}', **attributes)


def drawing(title, description, height, *content):
    return element('svg', element('title', title), element('desc', description), *content,
                   viewBox=f'0 0 {WIDTH} {height}', role='img', class_='picture',
                   aria_label=f'{title}. {description}')


def axis(ticks, height, unit):
    """Lines at the (x, label); the last one also says what is counted."""
    lines = [element('line', x1=f'{x:.1f}', x2=f'{x:.1f}', y1=TOP, y2=height, class_='grid') for x, _ in ticks]
    labels = []
    last = ticks[-1][0]
    room = 45 + 6.5 * len(unit)  # of the last label
    for x, label in ticks:
        if x == last or x < last - room:
            anchor = 'end' if x == last else 'start' if x < 10 else 'middle'
            labels.append(text(x, 10, f'{label} {unit}' if x == last else label, class_='tick', text_anchor=anchor))
    return [*lines, *labels]


def figure(caption, keys, picture):
    """A picture with its caption and the meaning of its colours."""
    legend = element('ul', [element('li', element('span', class_=f'key {name}'), label) for name, label in keys],
                     class_='legend')
    return element('figure', element('figcaption', caption, legend if keys else None), picture)


def nice_step(largest):
    """A round distance for about three ticks."""
    raw = max(largest, 1) / 3
    power = 10 ** math.floor(math.log10(raw))
    return max(1, next(round(factor * power) for factor in (1, 2, 5, 10) if factor * power >= raw))


def goals(functions):
    """Goals a file, by what they are about."""
    files = {}
    for row in functions:
        if row['proof']:
            counts = files.setdefault(row['file'], {})
            for kind, count in row['proof']['kinds'].items():
                counts[kind] = counts.get(kind, 0) + count
    if not files:
        return None
    order = sorted(files, key=lambda file: -sum(files[file].values()))
    largest = max(sum(counts.values()) for counts in files.values())
    step = nice_step(largest)
    scale = (WIDTH - 1) / max(step, math.ceil(largest / step) * step)
    marks = []
    for at, file in enumerate(order):
        y = TOP + at * ROW
        total = sum(files[file].values())
        marks += [text(0, y + 14, file, class_='label'),
                  text(WIDTH, y + 14, number(total), class_='value', text_anchor='end')]
        x = 0.0
        for name, label, kinds in KINDS:
            count = sum(files[file].get(kind, 0) for kind in kinds)
            if count:
                marks.append(element('rect', element('title', f'{file}: {plural(count, "goal")} about {label}'),
                                     x=f'{x:.1f}', y=y + 19, width=f'{max(count * scale, 0.5):.1f}', height=10,
                                     class_=f'mark {name}'))
                x += count * scale
    height = TOP + len(order) * ROW + 4
    ticks = [(at * step * scale, number(at * step)) for at in range(math.ceil(largest / step) + 1)]
    return figure('Goals proved, a file', [(name, label) for name, label, _ in KINDS],
                  drawing('Goals proved in each file', 'One bar a file, its length the number of goals.', height,
                          axis(ticks, height, 'goals'), marks))


def share(pair):
    return 100.0 * pair['covered'] / pair['total'] if pair['total'] else None


def coverage(summary):
    """Branches a file that tests and fuzz corpora take."""
    measures = [(name, label) for name, label in (('tests', 'tests'), ('corpora', 'fuzz corpora'))
                if summary and name in summary]
    if not measures:
        return None
    shares = {}
    for name, _ in measures:
        for entry in summary[name]['files']:
            shares.setdefault(entry['file'], {})[name] = share(entry['branches'])
    order = sorted(file for file, values in shares.items() if any(value is not None for value in values.values()))
    marks = []
    for at, file in enumerate(order):
        y = TOP + at * ROW
        said = ' / '.join(f'{shares[file][name]:.0f} %' for name, _ in measures if shares[file].get(name) is not None)
        marks += [text(0, y + 14, file, class_='label'),
                  text(WIDTH, y + 14, said, class_='value', text_anchor='end'),
                  element('line', x1=5, x2=WIDTH - 5, y1=y + 24, y2=y + 24, class_='rail')]
        for name, label in measures:  # the smaller mark comes last, so that both are seen
            if shares[file].get(name) is not None:
                marks.append(element('circle', element('title', f'{file}: {shares[file][name]:.1f} % by {label}'),
                                     cx=f'{5 + shares[file][name] / 100 * (WIDTH - 10):.1f}', cy=y + 24,
                                     r=5 if name == 'tests' else 2.5, class_=f'mark {name}'))
    height = TOP + len(order) * ROW + 4
    ticks = [(5 + at / 100 * (WIDTH - 10), f'{at} %') for at in (0, 25, 50, 75, 100)]
    return figure('Branches covered, a file', measures,
                  drawing('Branches covered in each file', 'One line a file, a mark for each way of running it.',
                          height, axis(ticks, height, 'of branches'), marks))


def fuzzing(rows):
    """Executions a target, of all runs, on a scale of powers of ten."""
    if not rows:
        return None
    executions = {}
    for row in rows:
        executions[row['target']] = executions.get(row['target'], 0) + row['totals']['executions']
    largest = max(3, math.ceil(math.log10(max(*executions.values(), 1))))
    scale = (WIDTH - 1) / largest
    marks = []
    for at, (target, count) in enumerate(sorted(executions.items(), key=lambda pair: -pair[1])):
        y = TOP + at * ROW
        marks += [text(0, y + 14, target, class_='label'),
                  text(WIDTH, y + 14, big(count), class_='value', text_anchor='end')]
        if count:
            marks.append(element('rect', element('title', f'{target}: {plural(count, "execution")}'), x=0, y=y + 19,
                                 width=f'{math.log10(count) * scale:.1f}', height=10, class_='mark safety'))
    height = TOP + len(executions) * ROW + 4
    ticks = [(at * scale, big(10 ** at)) for at in range(0, largest + 1, max(1, largest // 4))]
    return figure('Executions a fuzz target, all runs (each step is ten times as many)', [],
                  drawing('Executions of each fuzz target', 'One bar a target, on a logarithmic scale.', height,
                          axis(ticks, height, 'executions'), marks))
