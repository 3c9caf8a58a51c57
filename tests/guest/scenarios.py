# SPDX-License-Identifier: MIT
"""The tests: what is done in a guest, and what must come of it. Each is a function of the machine that returns lines
to print, or raises Failed."""
import functools
import pathlib
import struct
import subprocess
import tempfile
import time

import echoes
import refusals
from machine import Failed, cards
from wires import LONGEST, SHORTEST, Count, Way, exchange, judge, numbered

FRAMES = LONGEST - SHORTEST + 1  # each length once
MODES = {'polling': ('--wait', 'poll'), 'waiting': ('--wait', 'interrupt')}


class Kind:
    """Two cards of a kind, how they are reached, and as whom."""

    def __init__(self, name, pair, access):
        self.name = name
        self.cards = pair
        self.access = access
        self.who = 'user' if access == 'VFIO' else 'root'

    def __str__(self):
        return f'{self.name} over {self.access} as {"uid 1000" if self.who == "user" else "root"}'

    def of(self, machine):
        return [machine.cards[name] for name in self.cards]


E1000E = ('e1000e', ('intel0', 'intel1'))
MODERN = ('virtio modern', ('modern0', 'modern1'))
LEGACY = ('virtio legacy and transitional', ('legacy0', 'legacy1'))
MIXED = ('e1000e and virtio modern in one domain', ('intel0', 'modern1'))


def moves(job, ways):
    """Let frames go these ways through a job, then end it. All must come, and the tool must have counted them."""
    count = exchange(ways, job.alive)
    status = job.finish('TERM')
    if not count.good() or status != 0:
        raise Failed(f'{count}; exit status {status} of {job.command}\n{job.errors.strip()}')
    counted(job, count)
    return count


def counted(job, count):
    """The tool's own summary agrees."""
    summary = job.summary()
    resets = sum(device['resets'] for device in summary['devices'])
    if (summary['packets_in'], summary['packets_lost'], resets) != (count.sent, 0, 0):
        raise Failed(f'the summary of {job.command} is not {count}: {summary}')


def forwards(kind, mode, machine):
    """Frames of every length cross two cards, both ways at a time."""
    a, b = kind.of(machine)
    ways = [Way(machine.wires[a.name], machine.wires[b.name], numbered(FRAMES, 1)),
            Way(machine.wires[b.name], machine.wires[a.name], numbered(FRAMES, 2))]
    job = machine.start(kind.who, 'ironring', 'fwd', '--json', *MODES[mode], a.address, b.address)
    return [str(moves(job, ways))]


def read_capture(path):
    """The frames of a capture in pcap format."""
    data = pathlib.Path(path).read_bytes()
    frames = []
    at = 24
    while at < len(data):
        length, = struct.unpack_from('<I', data, at + 8)
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return frames


def size_of_capture(frames):
    return 24 + sum(16 + len(frame) for frame in frames)


def reference(tool, mac, *arguments):
    """What gen sends from a card with this address: what it sends from a simulated one."""
    with tempfile.NamedTemporaryFile(suffix='.pcap') as capture:
        subprocess.run([tool, 'gen', f'sim:82599,mac={mac},tx={capture.name}', *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        return read_capture(capture.name)


def generates(tool, kind, machine):
    """What the tool generates arrives, at two sizes and from both cards."""
    total = Count(0)
    for card, size in zip(kind.of(machine), (SHORTEST, LONGEST)):
        wire = machine.wires[card.name]
        what = ('--count', '500', '--size', str(size), '--flows', '16', '--seed', str(size))
        expected = reference(tool, card.mac, *what)
        job = machine.start(kind.who, 'ironring', 'gen', '--json', *what, card.address, runs_on=False)
        count = exchange([Way(wire, wire, [], expected)], machine.alive)
        count.sent = len(expected)
        status = job.finish()
        if not count.good() or status != 0:
            raise Failed(f'{count}; exit status {status} of {job.command}\n{job.errors.strip()}')
        total += count
    return [str(total)]


def captures(kind, mode, machine):
    """A capture has each frame that was sent: the tool replays it from the other card."""
    a, b = kind.of(machine)
    frames = numbered(FRAMES, 3)
    machine.sure('rm -f capture.pcap')
    job = machine.start(kind.who, 'ironring', 'capture', '--json', *MODES[mode], a.address, '/tmp/capture.pcap')
    wire = machine.wires[a.name]
    exchange([Way(wire, wire, frames, [])], job.alive)
    job.has('capture.pcap', size_of_capture(frames))
    status = job.finish('TERM')
    if status != 0:
        raise Failed(f'exit status {status} of {job.command}\n{job.errors.strip()}')
    wire = machine.wires[b.name]
    job = machine.start(kind.who, 'ironring', 'fwd', '--json', 'sim:82599,rx=/tmp/capture.pcap', b.address)
    count = moves(job, [Way(wire, wire, [], frames)])
    return [f'captured and replayed: {count}']


def echoes_back(kind, mode, machine):
    """ARP and pings of every length that has room for one are answered."""
    card = kind.of(machine)[0]
    wire = machine.wires[card.name]
    asked, answers = echoes.conversation(card.mac, '10.0.0.2', FRAMES)
    job = machine.start(kind.who, 'ironring', 'echo', '--json', *MODES[mode], '--ip', '10.0.0.2', card.address)
    return [str(moves(job, [Way(wire, wire, asked, answers)]))]


def in_mode(kind, mode):
    yield f'{kind} forwards, {mode}', functools.partial(forwards, kind, mode)
    yield f'{kind} captures, {mode}', functools.partial(captures, kind, mode)
    yield f'{kind} echoes, {mode}', functools.partial(echoes_back, kind, mode)


def addresses(names, machine):
    return [machine.cards[name].address for name in names]


def gives_devices(names, machine):
    """Root binds cards to vfio-pci and gives them to uid 1000; nothing after that is root's."""
    given = machine.sure(f'ironring bind --yes --user 1000 {" ".join(addresses(names, machine))} vfio-pci')
    return given.splitlines() + machine.sure('(user id); ls -ln /dev/vfio').splitlines()


def releases_devices(names, machine):
    """Root takes cards from their kernel drivers, so that they can be reached through sysfs."""
    for address in addresses(names, machine):
        machine.sure(f'release {address}')
    return machine.sure('id').splitlines()


def gets_pins(names, machine):
    """Root binds cards to uio_pci_generic, which has an interrupt for them."""
    return machine.sure(f'ironring bind --yes {" ".join(addresses(names, machine))} uio_pci_generic').splitlines()


def returns_devices(names, machine):
    """They go back to the kernel's drivers, and have interfaces again."""
    lines = machine.sure(f'ironring bind --yes {" ".join(addresses(names, machine))} kernel').splitlines()
    for address in addresses(names, machine):
        machine.sure(f'ls -d /sys/bus/pci/drivers/virtio-pci/{address}/virtio*/net/*')
    return lines


def is_killed(kind, mode, machine):
    """A driver that is killed amid traffic leaves a device that can be opened again, and then loses nothing."""
    a, b = kind.of(machine)
    before = numbered(FRAMES, 4)
    way = Way(machine.wires[a.name], machine.wires[b.name], before)
    command = ('ironring', 'fwd', '--json', *MODES[mode], a.address, b.address)
    job = machine.start(kind.who, *command)
    exchange([way], job.alive, until=lambda ways: len(ways[0].got) >= FRAMES // 3)
    status = job.finish('KILL')
    way.receive()
    killed = way.count()
    if status != 128 + 9 or killed.lost == 0 or killed.received == 0 or killed.duplicated or killed.disordered:
        raise Failed(f'{killed}; exit status {status} of {job.command}')
    job = machine.start(kind.who, *command)
    again = Way(way.into, way.out_of, numbered(FRAMES, 5), stale=before)
    back = Way(way.out_of, way.into, numbered(FRAMES, 6))
    count = exchange([again, back], job.alive)
    status = job.finish('TERM')
    late = judge(before, way.got + again.late)
    if not count.good() or status != 0 or late.duplicated or late.disordered:
        raise Failed(f'after the kill: {count}; exit status {status} of {job.command}\n{job.errors.strip()}')
    return [f'killed when {killed.received} of {killed.sent} frames had come; {len(again.late)} that were on their way '
            f'came afterwards', f'opened again: {count}']


def sleeps(kind, machine):
    """While nothing comes the tool sleeps until an interrupt, or until it is time to look, and uses hardly any processor
    time."""
    card = kind.of(machine)[0]
    wire = machine.wires[card.name]
    machine.sure('rm -f capture.pcap')
    job = machine.start(kind.who, 'ironring', 'capture', '--json', *MODES['waiting'], card.address,
                        '/tmp/capture.pcap')
    job.has(f'{job.name}.out', 1)  # a line a second: it runs
    used = int(machine.sure(f'ticks {job.name}; sleep 1; ticks {job.name}').split()[1])
    frames = numbered(100, 7)
    for first in range(0, 100, 10):  # some of them come while it sleeps, and not just as it looks
        exchange([Way(wire, wire, frames[first:first + 10], [])], job.alive)
        time.sleep(0.05)
    job.has('capture.pcap', size_of_capture(frames))
    interrupts = machine.sure(f"grep -F '{card.address}' /proc/interrupts || true").splitlines()
    status = job.finish('TERM')
    wait = job.summary()['wait']
    lines = [f'the waiter: {wait}']
    came = sum(int(line.split()[1]) for line in interrupts)
    if status != 0 or wait['wakes'] == 0 or (kind.access == 'VFIO' and came == 0):
        raise Failed(f'exit status {status}, {came} interrupts, {wait}\n{job.errors}')
    return interrupts + lines + [f'in a second without a frame it used {used} hundredths of a second of processor time']


def strays(who, confined, machine):
    """The device is told to read and write memory that is not mapped for it. With an IOMMU between it and the memory
    it can do neither, and the kernel says so; without one it can do both, which shows that this test could fail."""
    card = machine.cards['intel0']
    wire = machine.wires[card.name]
    machine.sure('sleep 5')  # the kernel tells of ten faults in that time, and killed drivers cause some
    job = machine.start('root', 'stray', card.address, *(['1000'] if who == 'user' else []), runs_on=False)
    job.has(f'{job.name}.out', 1)
    way = Way(wire, wire, numbered(4, 8), [])
    exchange([way], job.alive)
    status = job.finish()
    lines = job.output.splitlines()
    leaked = sum(frame.count(b'\xc5') for frame in way.got)
    lines.append(f'{len(way.got)} frames came from the card, with {leaked} bytes of the canary')
    if status != (0 if confined else 3) or bool(leaked) == confined:
        raise Failed('\n'.join([f'exit status {status} of {job.command}', job.errors.strip(), *lines]))
    if not confined:
        return lines
    target = int(lines[0].split()[-1], 16)
    faults = [line for line in machine.kernel_log().splitlines() if 'DMAR:' in line and 'fault addr' in line]
    for kind in ('Read', 'Write'):
        if not any(f'[DMA {kind}' in line and f'[{card.address[5:]}]' in line and
                   int(line.split('fault addr ')[1].split()[0], 16) == target for line in faults):
            raise Failed('\n'.join([*lines, f'no fault of a {kind} at {target:#x} in the kernel log:', *faults[-8:]]))
    return lines + faults[-2:]


def of_vfio(tool):
    """Over VFIO, as an ordinary user."""
    kinds = [Kind(*E1000E, 'VFIO'), Kind(*MODERN, 'VFIO')]
    mixed = Kind(*MIXED, 'VFIO')
    yield 'devices are given to uid 1000', functools.partial(gives_devices, [*E1000E[1], *MODERN[1]])
    for kind in kinds:
        yield f'{kind} generates', functools.partial(generates, tool, kind)
    for mode in MODES:
        for kind in kinds:
            yield from in_mode(kind, mode)
            yield f'{kind} is killed amid traffic and opened again, {mode}', functools.partial(is_killed, kind, mode)
        yield f'{mixed} forward to each other, {mode}', functools.partial(forwards, mixed, mode)
    for kind in kinds:
        yield f'{kind} sleeps while nothing comes', functools.partial(sleeps, kind)
    yield 'a device cannot reach memory that is not mapped for it', functools.partial(strays, 'user', True)


def of_sysfs(kinds, tool):
    """Over sysfs, as root: without a driver there is no interrupt."""
    names = [name for kind in kinds for name in kind.cards]
    polling, waiting = MODES
    yield 'kernel drivers let go of devices', functools.partial(releases_devices, names)
    for kind in kinds:
        yield f'{kind} generates', functools.partial(generates, tool, kind)
        yield from in_mode(kind, polling)
    yield 'devices get a driver for their interrupt', functools.partial(gets_pins, names)
    for kind in kinds:
        yield from in_mode(kind, waiting)
        yield f'{kind} is killed amid traffic and opened again, {waiting}', functools.partial(is_killed, kind, waiting)
        yield f'{kind} sleeps while nothing comes', functools.partial(sleeps, kind)


def tests(boot, tool):
    """(name, function) of each test of a boot, in order."""
    all_cards = cards()
    intel, modern, legacy = Kind(*E1000E, 'sysfs'), Kind(*MODERN, 'sysfs'), Kind(*LEGACY, 'sysfs')
    if boot == 'off':
        yield from of_sysfs([intel, modern, legacy], tool)
        yield from refusals.tests(refusals.without_iommu(all_cards))
        yield 'without an IOMMU a device that is misused reaches any memory', functools.partial(strays, 'root', False)
    else:
        yield from of_vfio(tool)
        yield from refusals.tests(refusals.of_vfio(all_cards))
        if boot == 'on':
            yield from refusals.tests(refusals.of_translated(all_cards))
        yield from of_sysfs([legacy] if boot == 'on' else [intel, legacy], tool)
    yield from refusals.tests(refusals.of_sysfs(all_cards))
    yield 'devices go back to the kernel', functools.partial(returns_devices, [*MODERN[1], *LEGACY[1]])
