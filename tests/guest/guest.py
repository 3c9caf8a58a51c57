#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot the guests and run the tests in them. tests/guest/run prepares what this needs, and is the command for
people."""
import argparse
import concurrent.futures
import pathlib
import sys
import time
import traceback

sys.dont_write_bytecode = True

import scenarios  # noqa: E402
from machine import Died, Failed, Machine  # noqa: E402

BOOTS = {
    'on': ('IOMMU on', 'intel_iommu=on'),
    'off': ('IOMMU off', 'intel_iommu=off'),
    'passthrough': ('IOMMU in passthrough mode', 'intel_iommu=on iommu=pt'),
}


class Report:
    """What the tests of one boot came to."""

    def __init__(self, title):
        self.title = title
        self.results = []  # (passed, name, lines)
        self.remarks = []
        self.died = None
        self.seconds = 0

    def run(self, test, machine):
        """Run a test: its name, and a function that returns lines to print."""
        name, function = test
        start = time.monotonic()
        try:
            lines, passed = list(function(machine) or []), True
        except Died:
            self.results.append((False, name, []))
            raise
        except Failed as failure:
            lines, passed = str(failure).splitlines(), False
        except Exception:  # a defect of this program fails the test, not the others
            lines, passed = traceback.format_exc().splitlines(), False
        lines.append(f'{time.monotonic() - start:.1f} s')
        self.results.append((passed, name, lines))
        machine.abandon()


def boot_once(name, options):
    title, command_line = BOOTS[name]
    report = Report(title)
    start = time.monotonic()
    log = options.files / name
    machine = None
    try:
        machine = Machine(options.files, command_line, log)
        machine.boot()
        report.remarks.append(f'booted in {time.monotonic() - start:.1f} s')
        for test in scenarios.tests(name, options.tool):
            report.run(test, machine)
    except Died as death:
        report.died = death
    except Failed as failure:
        report.results.append((False, 'the guest boots', str(failure).splitlines()))
    finally:
        if machine is not None:
            status = machine.close()
            if report.died is None and status != 0:
                report.results.append((False, 'the guest ends when told', [f'exit status {status} of QEMU']))
    report.seconds = time.monotonic() - start
    return report


def boot(name, options):
    """A guest, and once more when the emulator aborts in its model of the e1000e: a known fault of it, which strikes
    when MSI-X goes away under a live timer."""
    report = boot_once(name, options)
    if report.died and report.died.aborted and 'msix_enabled' in report.died.text:
        remark = f'QEMU aborted, and this boot was repeated: {report.died.text}'
        report = boot_once(name, options)
        report.remarks.append(remark)
    return report


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def show(self, report):
        print(f'# {report.title}: {", ".join(report.remarks)}; {report.seconds:.1f} s in all')
        if report.died:
            report.results.append((False, 'the emulator lives until it is told to end', str(report.died).splitlines()))
        for passed, name, lines in report.results:
            for line in lines:
                print(f'#   {line}')
            self.count += 1
            self.failed += not passed
            print(f'{"ok" if passed else "not ok"} {self.count} - {report.title}: {name}', flush=True)


def main():
    parser = argparse.ArgumentParser(prog='tests/guest/guest.py', description=__doc__)
    parser.add_argument('--files', type=pathlib.Path, required=True, help='where vmlinuz and initrd are, and logs go')
    parser.add_argument('--tool', type=pathlib.Path, required=True, help='the ironring tool, to compare with')
    parser.add_argument('--only', action='append', choices=BOOTS, help='this boot alone (repeatable)')
    options = parser.parse_args()
    tap = Tap()
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        jobs = [pool.submit(boot, name, options) for name in options.only or BOOTS]
        for job in jobs:
            tap.show(job.result())
    print(f'1..{tap.count}')
    print(f'# {tap.count - tap.failed} passed, {tap.failed} failed, in {time.monotonic() - start:.0f} s')
    return 1 if tap.failed or not tap.count else 0


if __name__ == '__main__':
    sys.exit(main())
