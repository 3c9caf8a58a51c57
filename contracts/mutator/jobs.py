# SPDX-License-Identifier: MIT
"""Programs that may have to be stopped before they end, with all that they have started."""
import os
import signal
import subprocess
import threading


running = set()               # process groups
ending = threading.Event()    # the whole run is interrupted


class Stopped(Exception):
    """The program ran longer than it may."""


def start(command, **options):
    """Start a program in a process group of its own."""
    if ending.is_set():
        raise Stopped('interrupted')
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors='replace', start_new_session=True,
                               **options)
    running.add(process.pid)
    return process


def kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_all():
    """End what is still running, when the whole run is interrupted."""
    ending.set()
    for group in list(running):
        kill(group)


def stop(process):
    """End the program and what it has started, and collect it."""
    kill(process.pid)
    process.stdout.close()
    process.wait()
    running.discard(process.pid)


def lines(process, seconds):
    """What the program prints, line by line; raises Stopped when it takes longer than `seconds`."""
    late = threading.Event()

    def expire():
        late.set()
        kill(process.pid)

    clock = threading.Timer(seconds, expire)
    clock.daemon = True
    clock.start()
    try:
        yield from process.stdout
        process.wait()
    finally:
        clock.cancel()
        stop(process)
    if late.is_set():
        raise Stopped(f'longer than {seconds:.0f} s')


def run(command, seconds, **options):
    """Exit status and output of a program that has `seconds` to end."""
    process = start(command, **options)
    output = ''.join(lines(process, seconds))
    return process.returncode, output
