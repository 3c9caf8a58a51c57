# SPDX-License-Identifier: MIT
"""Instructions a forwarded packet costs, counted by callgrind; and loads, stores, branches and cache misses.

Counted is everything under forward_burst (bench/forward.c) except what the model of the card itself executes
when a register is written: on hardware that is the card.
"""
import collections
import re

from building import OUTPUT, quietly

NAME = 'report'
KEY = ('card', 'compiler', 'burst')
TOOLS = ('valgrind',)
# Arguments of bench/forward.
CARDS = {
    '82599': ('sim:82599',),
    'virtio, split': ('sim:virtio',),
    'virtio, packed': ('sim:virtio,packed=on',),
    '82599, private': ('sim:82599', 'private'),
    'virtio, split, private': ('sim:virtio', 'private'),
}
LIMITS = {('82599', 'gcc', 32): 67.0, ('82599', 'gcc', 8): 88.0,
          ('82599', 'clang', 32): 72.0, ('82599', 'clang', 8): 94.0}
# Measured in the same way on the same kind of card model, drivers that check nothing; the talk that
# published the comparison measured ixy at 127 and 139 on hardware.
PEERS = {'82599, ixy (C), no checks': {32: 132.7, 8: 145.1},
         '82599, TinyNF flexible (C), no checks': {32: 84.0, 8: 89.4}}
# Names of figures besides instructions, and the events of callgrind that they are the sum of. Its caches are a
# model, too: what misses the first level asks the next.
EVENTS = {
    'loads': ('Dr',),
    'stores': ('Dw',),
    'branches': ('Bc', 'Bi'),
    'mispredicted': ('Bcm', 'Bim'),
    'cache_references': ('I1mr', 'D1mr', 'D1mw'),
}


def is_card(file):
    return '/src/sim/' in file or '/src/softdev/' in file


def count(path):
    """(events outside the card's model, events inside it) of a callgrind profile, by name.

    The cost of a call from elsewhere into a file of src/sim includes all that is called from there, so
    that the C library's work for the model is the model's too.
    """
    total = collections.Counter()
    card = collections.Counter()
    events = ()
    file = callee_file = ''
    in_call = False
    for line in path.read_text(encoding='utf-8').splitlines():
        key, _, value = line.partition('=')
        if line.startswith('events:'):
            events = line.split()[1:]
        elif key in ('fl', 'fi', 'fe'):
            if key == 'fl':
                file = value
        elif key in ('cfi', 'cfl'):
            callee_file = value
        elif key == 'cfn':
            callee_file = callee_file or file
        elif key == 'calls':
            in_call = True
        elif line[:1].isdigit():
            cost = dict(zip(events, map(int, line.split()[1:])))  # zeros at the end are left out
            if in_call:
                if is_card(callee_file) and not is_card(file):
                    card.update(cost)
                callee_file = ''
            else:
                total.update(cost)
            in_call = False
    total.subtract(card)
    return total, card


def profile(path):
    """Instructions by function, the costliest first, for those who want to make it faster."""
    costs = collections.Counter()
    name = ''
    in_call = False
    for line in path.read_text(encoding='utf-8').splitlines():
        if line.startswith('fn='):
            name = line[3:]
        elif line.startswith('calls='):
            in_call = True
        elif line[:1].isdigit():
            if not in_call:
                costs[name] += int((line.split() + ["0"])[1])
            in_call = False
    return costs.most_common(12)


def callgrind(out, program, card, burst, packets, simulate=()):
    """Count what bench/forward executes, and keep the profile in `out`. Returns as `count`."""
    out.unlink(missing_ok=True)
    quietly('valgrind', '--tool=callgrind', '--toggle-collect=forward_burst', '--compress-strings=no',
            '--compress-pos=no', *simulate, f'--callgrind-out-file={out}', str(program), str(burst),
            str(packets), *CARDS[card])
    driver, model = count(out)
    if driver['Ir'] <= 0:
        raise SystemExit('bench/run: callgrind counted nothing; is forward_burst inlined?')
    return driver, model


def count_run(program, compiler, card, burst, options):
    out = OUTPUT / f'callgrind.{compiler}.{re.sub("[^a-z0-9]+", "-", card)}.{burst}'
    simulate = () if options.quick else ('--cache-sim=yes', '--branch-sim=yes')
    driver, model = callgrind(out, program, card, burst, options.packets, simulate)
    row = {'card': card, 'compiler': compiler, 'burst': burst, 'packets': options.packets,
           'instructions_per_packet': round(driver['Ir'] / options.packets, 2),
           'card_model_instructions_per_packet': round(model['Ir'] / options.packets, 2),
           'limit': LIMITS.get((card, compiler, burst)),
           'functions': [{'name': name, 'instructions_per_packet': round(cost / options.packets, 2)}
                         for name, cost in profile(out)]}
    if simulate:
        row.update({f'{name}_per_packet': round(sum(driver[event] for event in events) / options.packets, 2)
                    for name, events in EVENTS.items()})
    return row


def measure(program, compiler, options):
    """`program` is bench/forward as `compiler` has built it."""
    return [count_run(program, compiler, card, burst, options) for card in CARDS for burst in (32, 8)]


def label(row):
    return f'{row["card"]}, all checks, {row["compiler"]}'


def show(rows):
    print(f'\n{"instructions per packet":40} {"burst":>5} {"counted":>8} {"limit":>6}')
    for row in rows:
        print(f'{label(row):40} {row["burst"]:5} {row["instructions_per_packet"]:8.1f} '
              f'{row["limit"] if row["limit"] else "-":>6}')
    for name, figures in PEERS.items():
        for burst, figure in figures.items():
            print(f'{name:40} {burst:5} {figure:8.1f} {"-":>6}')
    if not all(f'{name}_per_packet' in row for name in EVENTS for row in rows):
        return
    print(f'\n{"besides, per packet":40} {"burst":>5}' + ''.join(f'{name:>18}' for name in EVENTS))
    for row in rows:
        print(f'{label(row):40} {row["burst"]:5}' + ''.join(f'{row[f"{name}_per_packet"]:18.2f}' for name in EVENTS))


def above_limit(rows):
    return [row for row in rows if row['limit'] and row['instructions_per_packet'] > row['limit']]
