# SPDX-License-Identifier: MIT
"""The host's end of the emulated cards' wires: a Unix datagram socket for each, one frame a datagram, and the frames
that are sent. QEMU stops reading when its card has no room, and so does the kernel when a socket is full; nothing
may be lost on the way, nor come twice or out of order."""
import os
import random
import selectors
import socket
import struct
import time

SHORTEST = 60  # bytes of a frame, without its checksum
LONGEST = 1514
TYPE = 0x88b5  # IEEE 802: for local experiments
OURS = bytes.fromhex('02000000aa01')
PATIENCE = 30  # seconds without a frame until those that are missing are lost
ASK = 1  # second of waiting between questions whether there is any use in it
SETTLE = 0.15  # seconds in which a frame too many would come


def numbered(count, seed, to=b'\x02\0\0\0\0\2'):
    """So many frames, each with its number: each length there is in random order, again and again; of random bytes,
    and a few all ones or zeros."""
    source = random.Random(seed)
    lengths = []
    while len(lengths) < count:
        every = list(range(SHORTEST, LONGEST + 1))
        source.shuffle(every)
        lengths += every
    frames = []
    for number, length in enumerate(lengths[:count]):
        head = to + OURS + struct.pack('>HIQ', TYPE, seed, number)
        rest = length - len(head)
        body = (b'\0' * rest, b'\xff' * rest)[number % 2] if number % 16 < 2 else source.randbytes(rest)
        frames.append(head + body)
    return frames


class Wire:
    """A socket that a card is plugged into."""

    def __init__(self, folder, name):
        self.name = name
        self.card = os.path.join(folder, f'{name}.card')
        self.host = os.path.join(folder, f'{name}.host')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(self.host)

    def netdev(self):
        """QEMU's option for it."""
        return (f'dgram,id={self.name},local.type=unix,local.path={self.card},'
                f'remote.type=unix,remote.path={self.host}')

    def send(self, frame):
        """Returns whether there was room."""
        try:
            self.socket.sendto(frame, self.card)
        except BlockingIOError:
            return False
        return True

    def receive(self):
        """A frame, or None. Virtio has no padding; a wire would."""
        try:
            return self.socket.recv(65536).ljust(SHORTEST, b'\0')
        except BlockingIOError:
            return None

    def drain(self):
        """Throw away what has come."""
        while self.receive() is not None:
            pass

    def close(self):
        self.socket.close()


class Count:
    """What became of frames that were expected on a wire."""

    def __init__(self, sent):
        self.sent = sent
        self.received = self.compared = self.lost = self.duplicated = self.strange = self.disordered = 0

    def __iadd__(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    def good(self):
        return (self.received == self.compared == self.sent and self.sent > 0
                and self.lost == self.duplicated == self.strange == self.disordered == 0)

    def __str__(self):
        return ', '.join(f'{name} {value}' for name, value in vars(self).items()
                         if value or name in ('sent', 'received', 'compared', 'lost', 'duplicated'))


def judge(expected, got):
    """Compare what came with what was to come, byte for byte and in order."""
    count = Count(len(expected))
    count.received = len(got)
    places = {frame: place for place, frame in enumerate(expected)}
    seen = set()
    last = -1
    for frame in got:
        place = places.get(frame)
        if place is None:
            count.strange += 1
        elif place in seen:
            count.duplicated += 1
        else:
            count.compared += 1
            count.disordered += place < last
            last = place
            seen.add(place)
    count.lost = len(places) - len(seen)
    return count


class Way:
    """Frames that go into one wire and are expected from another, or from the same."""

    def __init__(self, into, out_of, frames, expected=None, stale=()):
        self.into = into
        self.out_of = out_of
        self.frames = frames
        self.expected = frames if expected is None else expected
        self.stale = set(stale)  # frames of an earlier run that may still come
        self.sent = 0
        self.got = []
        self.late = []  # those that did

    def send(self):
        """As much as there is room for. Returns whether anything was sent."""
        before = self.sent
        while self.sent < len(self.frames) and self.into.send(self.frames[self.sent]):
            self.sent += 1
        return self.sent > before

    def receive(self):
        any_came = False
        while (frame := self.out_of.receive()) is not None:
            (self.late if frame in self.stale else self.got).append(frame)
            any_came = True
        return any_came

    def done(self):
        return self.sent == len(self.frames) and len(self.got) >= len(self.expected)

    def count(self):
        return judge(self.expected, self.got)


def exchange(ways, alive, until=None):
    """Send and receive on all ways, until everything has come and a little longer, or nothing happens any more.
    `alive` is called now and then, and raises an exception when there is no use in waiting; `until`, when given,
    ends it too."""
    last = asked = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for wire in {way.out_of for way in ways}:
            selector.register(wire.socket, selectors.EVENT_READ)
        while not (until and until(ways)):
            # A full socket of QEMU's cannot be waited for without connecting to it, so this looks now and then.
            moved = [way.send() for way in ways] + [way.receive() for way in ways]
            now = time.monotonic()
            if any(moved):
                last = now
            elif now - last > (SETTLE if all(way.done() for way in ways) else PATIENCE):
                break
            else:
                if now - asked > ASK:
                    alive()
                    asked = now
                selector.select(0.002)
    total = Count(0)
    for way in ways:
        total += way.count()
    return total
