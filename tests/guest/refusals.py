# SPDX-License-Identifier: MIT
"""What the tool must refuse, with a sentence that says why and what to do."""
import re

from machine import Failed


class Refusal:
    """What the tool must refuse: how that comes about, as whom it is tried, and what it says. The shell's commands in
    `before` and `after` make and undo the cause."""

    def __init__(self, name, who, command, sentence, before=':', after=':'):
        self.name = name
        self.who = who
        self.command = command
        self.sentence = sentence
        self.before = before
        self.after = after

    def __call__(self, machine):
        machine.sure(self.before)
        status, text = machine.shell(f'refused {self.who} {self.command}')
        machine.sure(self.after)
        text = text.strip()
        if status != 1 or not re.fullmatch(f'ironring: {self.sentence}', text):
            raise Failed(f'exit status {status} of {self.command}: {text}\nnot: {self.sentence}')
        return [f'$ {self.command}   # as {"uid 1000" if self.who == "user" else "root"}', text]


def of_vfio(cards):
    """Each thing that stands in the way of an ordinary user. The twins are the kernel's, and share an IOMMU group."""
    own, twin, other = (cards[name].address for name in ('modern0', 'twin0', 'twin1'))
    legacy = cards['legacy0'].address
    gen = 'ironring gen --count 1'
    up = f'ip link set $(interface {twin}) up'
    yield Refusal('a device that is not there', 'user', f'{gen} 0000:07:00.0',
                  "there is no PCI device 0000:07:00.0; 'ironring list' shows the network cards")
    yield Refusal("the kernel's device", 'user', f'{gen} {twin}',
                  f'{twin} is in use by the kernel driver virtio-pci; take it from there: '
                  f'sudo ironring bind {twin} vfio-pci')
    yield Refusal("a device whose interface is up", 'user', f'{gen} {twin}',
                  f'{twin} is in use by the kernel driver virtio-pci, whose interface (eth.) is up; take both down: '
                  fr'sudo ip link set \1 down && sudo ironring bind {twin} vfio-pci', up, up.replace(' up', ' down'))
    yield Refusal('a device of a group that the kernel uses', 'user', f'{gen} {twin}',
                  fr'{twin}: the kernel uses another device of its IOMMU group \d+ \({other}\); take that as well: '
                  f'sudo ironring bind {other} vfio-pci',
                  f'by_hand {twin}', f'ironring bind --yes {twin} kernel >/dev/null')
    yield Refusal("another user's device", 'user', f'{gen} {own}',
                  fr'{own} is not yours to open \(/dev/vfio/\d+\); let root give it to you: '
                  fr'sudo ironring bind --user \$\(id -un\) {own} vfio-pci',
                  f'chown 0 $(group {own})', f'chown 1000 $(group {own})')
    yield Refusal('a low limit of locked memory', 'user', f'{gen} {own}',
                  '.*the limit of locked memory, 64 KiB, is too low for packets and rings; let root raise it for this '
                  r'shell: sudo prlimit --pid \$\$ --memlock=\d+', 'memlock=64', 'memlock=8192')
    yield Refusal("another process's device", 'user', f'{gen} {own}',
                  fr'{own}: its IOMMU group is in use by another process; find that and end it: fuser -v /dev/vfio/\d+',
                  f'start holder user ironring capture --json {own} /dev/null; confined holder',
                  'signal holder TERM; finish holder >/dev/null')
    yield Refusal('a device that only root can use', 'user', f'{gen} {legacy}',
                  f'{legacy} is for root only without VFIO; let root give it to you: '
                  fr'sudo ironring bind --user \$\(id -un\) {legacy} vfio-pci', f'release {legacy}')
    yield Refusal('to take an interface with an address', 'root', f'ironring bind --yes {twin} {other} vfio-pci',
                  f'{twin} is in use: its interface (eth.) is up and has the address 192.0.2.1; when nothing needs it, '
                  r'sudo ip link set \1 down, or add --force',
                  f'ip addr add 192.0.2.1/24 dev $(interface {twin}); {up}',
                  f'ip addr flush dev $(interface {twin}); {up.replace(" up", " down")}')


def of_sysfs(cards):
    """Without a driver, as root."""
    pages = '/proc/sys/vm/nr_hugepages'
    legacy, twin = (cards[name].address for name in ('legacy0', 'twin0'))
    yield Refusal('a device without huge pages', 'root', f'ironring gen --count 1 {legacy}',
                  fr'.*a device without an IOMMU needs \d+ huge pages of 2 MiB, and 0 are free; reserve more as root: '
                  r'echo \d+ > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages',
                  f'cp {pages} pages; echo 0 >{pages}', f'cat pages >{pages}')
    yield Refusal("another process's device without VFIO", 'root', f'ironring gen --count 1 {legacy}',
                  fr'{legacy}: it is in use by another process; find that and end it: fuser -v '
                  fr'/sys/bus/pci/devices/{legacy}/resource\*',
                  f'start holder root ironring capture --json {legacy} /dev/null; confined holder',
                  'signal holder TERM; finish holder >/dev/null')


def without_iommu(cards):
    twin = cards['twin0'].address
    yield Refusal('to bind to vfio-pci', 'root', f'ironring bind --yes {twin} vfio-pci',
                  f'{twin} is in no IOMMU group, as when the IOMMU is off; .*')


def of_translated(cards):
    address = cards['intel0'].address
    yield Refusal('a device that the IOMMU keeps from memory', 'root', f'ironring gen --count 1 {address}',
                  f'{address} reaches memory through the IOMMU, which lets it reach none yet; use VFIO: '
                  f'sudo ironring bind {address} vfio-pci', f'release {address}',
                  f'ironring bind --yes --user 1000 {address} vfio-pci >/dev/null')


def tests(some):
    """(name, function) of each."""
    for refusal in some:
        yield f'refused: {refusal.name}', refusal
