# SPDX-License-Identifier: MIT
"""Plots of what is in build/bench, by gnuplot, as SVG."""
import subprocess
import textwrap

import stamp
from building import OUTPUT
from measures import programs

# Colours that differ for colour-blind people, too (after Okabe and Ito).
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9')
HEADER = '''
set terminal svg size 900,540 font "sans-serif,15" background "white" linewidth 1.4
set border 3 linecolor "#444444"
set tics nomirror
set grid linecolor "#d8d8d8"
set datafile missing "-"
'''


def line(text):
    """A string for gnuplot, with nothing in it that means something else."""
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def draw(name, commands, blocks):
    """Let gnuplot draw NAME.svg; `blocks` are named lists of rows of figures."""
    data = ''
    for block, rows in blocks.items():
        data += f'${block} << EOD\n' + '\n'.join(' '.join(map(str, row)) for row in rows) + '\nEOD\n'
    path = OUTPUT / f'{name}.svg'
    done = subprocess.run(['gnuplot'], input=f'{HEADER}set output {line(str(path))}\n{data}{commands}\n',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f'bench/run: gnuplot cannot draw {path}: {done.stdout.strip()}')
    return path


def rows_of(name):
    return stamp.rows_of(OUTPUT / f'{name}.json')


def card_both_ways():
    """What the lean cards carry both ways, as a list of one row, or of none."""
    return [row for row in rows_of('card') if row['wire'] == 'flood' and row['way'] == 'both']


def distance(rows):
    """What a title has to add where the cores were far apart in some of its figures, and not in others."""
    rows = [row for row in rows if 'line_cycles' in row]
    nearest = min((row['nearest_line_cycles'] for row in rows), default=0.0)
    far = sum(programs.far(row['line_cycles'], nearest) for row in rows)
    return f'\\nFAR: {far} of {len(rows)} figures are of cores far apart, where all costs more' if far else ''


def draw_bars(name, title, label, rows):
    """Draw NAME.svg with a bar for each row: its name, median and quartiles."""
    names = ', '.join(f'{line(row[0])} {place}' for place, row in enumerate(rows))
    return draw(name, f'''
set title "{title}"
set ylabel "{label}"
set yrange [0:*]
set xrange [-0.6:{len(rows) - 0.4}]
set xtics ({names})
set bmargin 4
set offsets 0, 0, graph 0.1, 0
set style fill solid 0.85
set grid noxtics
plot $figures using 1:2:3:4:(0.5) with boxerrorbars linecolor "{COLOURS[5]}" notitle, \\
     $figures using 1:4:(sprintf("%.0f", $2)) with labels offset 0,0.8 notitle
''', {'figures': [(place, *row[1:]) for place, row in enumerate(rows)]})


def throughput():
    rows = sorted(rows_of('throughput'), key=lambda row: row['burst'])
    if not rows:
        return None
    card = card_both_ways()
    bound = '' if not card else (f', \\\n     {card[0]["million_frames_per_second"] / 2} with lines dashtype 2 '
                                 f'linecolor "#888888" title "what the cards can take in and send (at burst 32)"')
    return draw('throughput', f'''
set title "Forwarding 60-byte frames both ways between two simulated 82599\\none core for the driver, one for the cards\
{distance(rows + card)}"
set xlabel "packets a burst"
set ylabel "million packets a second, both ways together"
set logscale x 2
set xrange [0.8:320]
set yrange [0:*]
set key bottom right
plot $figures using 1:2:3:4 with yerrorbars pointtype 7 linecolor "{COLOURS[0]}" title "lowest to highest of the repeats", \\
     $figures using 1:2 with lines linecolor "{COLOURS[0]}" title "median"{bound}
''', {'figures': [(row['burst'], row['mpps'], row['mpps_low'], row['mpps_high']) for row in rows]})


def read_hgrm(path):
    """(1/(1-percentile), microseconds) of a .hgrm file, up to its last finite point."""
    points = []
    for text in path.read_text(encoding='utf-8').splitlines():
        fields = text.split()
        if len(fields) == 4 and fields[0] != 'Value':
            points.append((float(fields[3]), float(fields[0])))
    return points


def latency():
    blocks = {}
    plots = []
    rows = sorted(rows_of('latency'), key=lambda row: (row['mode'] != 'polling', row['offered_mpps']))
    colours = dict(zip(sorted({row['offered_mpps'] for row in rows}), COLOURS))
    for row in rows:
        path = OUTPUT / f'latency.{row["offered_mpps"]}.{row["mode"]}.hgrm'
        if not path.exists():
            continue
        block = f'l{len(blocks)}'
        blocks[block] = read_hgrm(path)
        carried = '' if row['received_mpps'] >= 0.99 * row['offered_mpps'] else f', {row["received_mpps"]:.1f} carried'
        dashes = '' if row['mode'] == 'polling' else ' dashtype 2'
        title = f'{row["offered_mpps"]} Mpps offered{carried}, {row["mode"]}'
        plots.append(f'${block} using 1:2 with lines linewidth 1.6 linecolor "{colours[row["offered_mpps"]]}"'
                     f'{dashes} title {line(title)}')
    if not plots:
        return None
    return draw('latency', '''
set title "Time from one card's wire to the other's, through the driver"
set xlabel "percentile\\n"
set ylabel "microseconds"
set logscale x 10
set logscale y 10
set xrange [1:1e6]
set xtics ("0" 1, "50" 2, "90" 10, "99" 100, "99.9" 1000, "99.99" 10000, "99.999" 1e5, "99.9999" 1e6)
set terminal svg size 900,620 font "sans-serif,15" background "white" linewidth 1.4
set key outside below horizontal maxcols 2 samplen 3 Left reverse
plot ''' + ', \\\n     '.join(plots), blocks)


def protections():
    """Without checks and with, and what there is besides."""
    checks = [row for row in rows_of('checks') if row['burst'] == 32 and 'median' in row]
    named = [(row['version'], row) for row in reversed(checks)]
    named += [(row['protection'], row) for row in rows_of('protections')]
    if not named:
        return None
    return draw_bars('protections', 'What each protection costs the driver\\nburst of 32, median and quartiles'
                     + distance([row for _, row in named]),
                     'cycles a packet', [(textwrap.fill(name, 14), row['median'], row['quartile1'], row['quartile3'])
                                         for name, row in named])


def scaling():
    rows = sorted(rows_of('scaling'), key=lambda row: row['value'])
    if not rows:
        return None
    blocks = {of: [(row['value'], row['mpps'], row.get('driver_cycles', row.get('gbit_per_second', '-')))
                   for row in rows if row['of'] == of]
              for of in ('queues', 'ring', 'pool', 'frame')}
    return draw('scaling', f'''
set terminal svg size 900,1150 font "sans-serif,15" background "white" linewidth 1.4
set multiplot layout 4,1 title "How throughput changes with sizes; burst of 32, both ways together{distance(rows)}"
set ylabel "Mpps"
set yrange [0:*]
set logscale x 2
set key bottom center
set xrange [0.9:18]
set y2range [0:*]
set y2tics
set border 11
set y2label "cycles"
set xlabel "queues of each card, all by one core"
plot $queues using 1:2 with linespoints pointtype 7 linecolor "{COLOURS[0]}" title "packets", \\
     $queues using 1:3 axes x1y2 with linespoints pointtype 5 linecolor "{COLOURS[1]}" \\
         title "cycles a packet costs the driver (right axis)"
unset key
unset y2tics
unset y2label
set border 3
set xrange [50:5200]
set xlabel "descriptors a ring"
plot $ring using 1:2 with linespoints pointtype 7 linecolor "{COLOURS[0]}"
set xrange [1600:82000]
set xlabel "buffers of 2 KiB in the pool"
plot $pool using 1:2 with linespoints pointtype 7 linecolor "{COLOURS[0]}"
set key bottom center
set xrange [50:11000]
set y2range [0:*]
set y2tics
set border 11
set y2label "Gbit/s on the wire"
set xlabel "bytes a frame, without checksum"
plot $frame using 1:2 with linespoints pointtype 7 linecolor "{COLOURS[0]}" title "packets", \\
     $frame using 1:3 axes x1y2 with linespoints pointtype 5 linecolor "{COLOURS[1]}" title "bits (right axis)"
unset multiplot
''', blocks)


def cycles():
    rows = sorted(rows_of('cycles'), key=lambda row: row['burst'])
    card = card_both_ways()
    if not rows or not card:
        return None
    bars = [(f'driver, burst {row["burst"]}', row['median'], row['quartile1'], row['quartile3']) for row in rows]
    bars.append(('both cards: one frame in, one out', *3 * [2 * card[0]['cycles_per_frame']]))
    return draw_bars('cycles', 'What a forwarded packet costs driver and cards, each on its core\\nmedian and quartiles'
                     + distance(rows + card), 'cycles of the time stamp counter', bars)


def draw_all():
    """Draw what there are figures for; returns the files."""
    return [path for path in (plot() for plot in (throughput, cycles, latency, protections, scaling)) if path]
