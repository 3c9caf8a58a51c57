# SPDX-License-Identifier: MIT
"""A Linux guest under plain emulation: its cards, their wires, and a shell in it that the host works."""
import json
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
import time

from wires import Wire

# It ends when the thread that started it does, however that comes about.
QEMU = ('setpriv', '--pdeathsig', 'KILL', 'qemu-system-x86_64', '-M', 'q35', '-accel', 'tcg', '-cpu', 'max', '-m',
        '1024', '-nodefaults', '-no-reboot', '-display', 'none',
        '-device', 'intel-iommu,intremap=on,caching-mode=on,device-iotlb=on')
MODERN = {'disable-legacy': 'on', 'iommu_platform': 'on', 'ats': 'on'}
# Without the check a loaded host can be too slow for the timer to tick in time.
KERNEL = 'quiet panic=-1 no_timer_check hugepages=48'
BOOT = 120  # seconds that the guest may take; without other load it takes five
ANSWER = 60  # and for each command
END = '=====status='  # as shell.sh has it


class Failed(Exception):
    """What was to be shown was not."""


class Died(Exception):
    """QEMU has ended although nobody asked it to."""

    def __init__(self, status, text):
        super().__init__(f'QEMU ended with {status}: {text}')
        self.aborted = status == -signal.SIGABRT
        self.text = text


class Card:
    """An emulated card, behind a root port of its own or at a place of the first bus."""

    def __init__(self, name, model, address, port=None, **options):
        self.name = name
        self.model = model
        self.address = address
        self.port = port
        self.mac = f'02:00:00:0{address[11]}:{address[5:7]}:{address[8:10]}'  # function, bus, slot
        self.options = options

    def arguments(self, wire):
        """QEMU's."""
        place = f'addr={self.address[8:]}'
        arguments = []
        if self.port is not None:
            arguments += ['-device', f'pcie-root-port,id=port{self.port},chassis={self.port},addr={self.port}']
            place = f'bus=port{self.port}'
        options = ''.join(f',{key}={value}' for key, value in self.options.items())
        return arguments + ['-netdev', wire.netdev(), '-device',
                            f'{self.model},netdev={wire.name},mac={self.mac},{place},romfile={options}']


def cards():
    """Those of each guest. The last two are in one IOMMU group."""
    net = 'virtio-net-pci'
    return {card.name: card for card in (
        Card('intel0', 'e1000e', '0000:01:00.0', 1),
        Card('intel1', 'e1000e', '0000:02:00.0', 2),
        Card('modern0', net, '0000:03:00.0', 3, **MODERN),
        Card('modern1', net, '0000:04:00.0', 4, **MODERN),
        Card('legacy0', net, '0000:00:10.0', **{'disable-modern': 'on', 'disable-legacy': 'off'}),
        Card('legacy1', net, '0000:00:11.0', **{'disable-modern': 'off', 'disable-legacy': 'off'}),
        Card('twin0', net, '0000:00:12.0', multifunction='on', **MODERN),
        Card('twin1', net, '0000:00:12.1', **MODERN))}


class Job:
    """A command that runs in the guest in the background."""

    def __init__(self, machine, name, command):
        self.machine = machine
        self.name = name
        self.command = command
        self.status = None
        self.output = self.errors = ''

    def signal(self, name):
        self.machine.sure(f'signal {self.name} {name}')

    def alive(self):
        """Raises an exception when it has ended."""
        if self.machine.shell(f'alive {self.name}')[0] != 0:
            status = self.finish()
            raise Failed(f'{self.command} ended with {status}\n{self.errors.strip()}')

    def has(self, path, size):
        """Wait until it has written a file of so many bytes."""
        self.machine.sure(f'has {path} {size} {self.name}')

    def finish(self, signal_name=None):
        """Wait for its end, after a signal when one is given. Returns its exit status."""
        if signal_name:
            self.signal(signal_name)
        self.status, text = self.machine.shell(f'finish {self.name}')
        self.output, _, self.errors = text.partition('-----\n')
        return self.status

    def summary(self):
        """The last line of its output, which is JSON."""
        try:
            return json.loads(self.output.splitlines()[-1])
        except (IndexError, ValueError):
            raise Failed(f'no summary, but: {self.errors.strip()} {self.output.strip()}') from None


class Machine:
    """Switched on when it is made. `files` is where vmlinuz and initrd are, `log` the path that the names of its logs
    begin with: those of the console, of what was said in the shell, and of QEMU's complaints."""

    def __init__(self, files, command_line, log):
        self.log = log.with_suffix('.shell').open('w', encoding='utf-8')
        self.folder = tempfile.TemporaryDirectory(prefix='guest')
        self.cards = cards()
        self.wires = {name: Wire(self.folder.name, name) for name in self.cards}
        self.console = log.with_suffix('.console')
        self.errors = log.with_suffix('.qemu')
        self.lines = queue.Queue()
        self.jobs = []
        self.booted = time.monotonic()
        arguments = [*QEMU, '-serial', f'file:{self.console}', '-serial', 'stdio', '-kernel', str(files / 'vmlinuz'),
                     '-initrd', str(files / 'initrd'), '-append', f'console=ttyS0 {KERNEL} {command_line}']
        for name, card in self.cards.items():
            arguments += card.arguments(self.wires[name])
        with self.errors.open('w', encoding='utf-8') as errors:
            self.qemu = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        threading.Thread(target=self._read, daemon=True).start()

    def boot(self):
        """Wait until it has."""
        self._until(lambda line: line == 'ready', BOOT, 'the guest to boot')

    def _read(self):
        for line in self.qemu.stdout:
            self.lines.put(line.decode('utf-8', 'replace').rstrip('\n'))
        self.lines.put(None)

    def alive(self):
        """Raises an exception when the machine is not."""
        if self.qemu.poll() is not None:
            said = [*self.errors.read_text(encoding='utf-8', errors='replace').splitlines(),
                    *self.console.read_text(encoding='utf-8', errors='replace').splitlines()[-20:]]
            raise Died(self.qemu.returncode, '\n'.join(said))

    def _until(self, is_last, seconds, what):
        """The lines of the shell up to the one."""
        lines = []
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise Failed(f'waited {seconds} s for {what}; so far: {" / ".join(lines[-5:])}') from None
            if line is None:
                self.qemu.wait(timeout=30)
                self.alive()
            if is_last(line):
                return lines, line
            lines.append(line)

    def shell(self, script, seconds=ANSWER):
        """Run a line in the guest, as root. Returns its exit status and what it printed."""
        self.log.write(f'# {script}\n')
        self.qemu.stdin.write(f'{script}\n'.encode())
        self.qemu.stdin.flush()
        lines, last = self._until(lambda line: line.startswith(END), seconds, script)
        self.log.write(''.join(f'{line}\n' for line in [*lines, last]))
        self.log.flush()
        return int(last[len(END):]), ''.join(f'{line}\n' for line in lines)

    def sure(self, script, seconds=ANSWER):
        """The same when it must not fail. Returns what it printed."""
        status, text = self.shell(script, seconds)
        if status != 0:
            raise Failed(f'{script}: exit status {status}: {text.strip()}')
        return text

    def start(self, who, *command, runs_on=True):
        """In the background, as 'user' or 'root'. A tool that runs on until it is told to end is in its
        sandbox afterwards, with its devices open."""
        for wire in self.wires.values():
            wire.drain()
        job = Job(self, f'job{len(self.jobs)}', shlex.join(command))
        self.jobs.append(job)
        self.sure(f'start {job.name} {who} {job.command}')
        if runs_on:
            self.sure(f'confined {job.name}')
        return job

    def abandon(self):
        """End what still runs."""
        for job in self.jobs:
            if job.status is None:
                self.shell(f'signal {job.name} KILL')
                job.finish()

    def kernel_log(self):
        return self.sure('dmesg')

    def close(self):
        """Returns QEMU's exit status, after it was asked to end."""
        try:
            if self.qemu.poll() is None:
                self.qemu.stdin.write(b'poweroff -f\n')
                self.qemu.stdin.flush()
            return self.qemu.wait(timeout=20)
        except (subprocess.TimeoutExpired, OSError):
            return None
        finally:
            self.qemu.kill()
            self.qemu.wait()
            for wire in self.wires.values():
                wire.close()
            self.folder.cleanup()
            self.log.close()

