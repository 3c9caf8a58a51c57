# SPDX-License-Identifier: MIT
"""The eight properties, and which evidence is evidence of which.

What a property rests on is chosen by rules, not listed: kinds of goals in functions, tests by words in their
names, wrong versions by the goal that rejected them. tests/report sees to it that each rule chooses something.
"""
import fnmatch
import re
from dataclasses import dataclass

from prover import framac

from .sources import hostile

ANY = ('*',)
MOVES = ('src/core/moves.*', 'src/core/pool.*', 'src/core/ring.*', 'src/core/run.h', 'src/ixgbe/queue.c',
         'src/ixgbe/rx.c', 'src/ixgbe/send.h', 'src/ixgbe/tx.c', 'src/e1000e/tx.c', 'src/virtio/ring.*', 'src/virtio/queue.*',
         'src/virtio/rx*', 'src/virtio/tx.c')
ADDRESSES = ('src/core/dma.c:ir_dma_iova', 'src/core/pool.h:ir_pool_iova', 'src/ixgbe/rx.c:rx_lend',
             'src/ixgbe/send.h:ixgbe_tx_lend', 'src/ixgbe/send.h:ixgbe_tx_announce',
             'src/ixgbe/start.c:describe_*_ring', 'src/e1000e/start.c:describe_ring',
             'src/virtio/queue.*:virtio_post*', 'src/virtio/queue.h:virtio_header_iova', 'src/virtio/control.c:write_command')
HANDLES = ('include/ironring/*', 'src/core/packet.c', 'src/core/handle.h', 'src/core/pool.h:ir_pool_holds',
           'src/core/pool.h:ir_pool_grant', 'src/core/pool.h:ir_pool_revoke', 'src/core/pool.c:ir_pool_return',
           'src/core/pool.c:ir_pool_take', 'src/core/regs.*', 'src/ixgbe/send.h:ixgbe_tx_refusal',
           'src/virtio/tx.c:tx_check')
FETCHES = ('src/core/dma.h:ir_dma_load*', 'src/ixgbe/rx.c:rx_take', 'src/ixgbe/rx.c:rx_run',
           'src/ixgbe/rx.c:rx_deliver*', 'src/ixgbe/rx.c:rx_drop', 'src/ixgbe/rx.c:rx_breach', 'src/ixgbe/descriptor.h',
           'src/ixgbe/tx.c:tx_finished', 'src/ixgbe/tx.c:ixgbe_tx_reclaim', 'src/e1000e/tx.c:tx_finished',
           'src/virtio/queue.h:virtio_completed',
           'src/virtio/queue.h:virtio_waiting', 'src/virtio/rx.h:virtio_deliverable', 'src/virtio/rx_skip.c')
BURSTS = ('src/core/ring.*', 'src/core/moves.*', 'src/core/run.h', 'src/ixgbe/rx.c', 'src/ixgbe/send.h',
          'src/ixgbe/tx.c', 'src/ixgbe/descriptor.h', 'src/e1000e/tx.c', 'src/virtio/ring.*', 'src/virtio/rx*', 'src/virtio/tx.c')
RINGS = ('rx', 'tx', 'e1000e-tx', 'virtio-split', 'virtio-packed')
INTEL = ('init', 'e1000e-init')
VIRTIO = ('virtio-ctrl', 'virtio-config', 'virtio-caps')
PROMISES = ('contract', 'invariant', 'call')
EVERYTHING = ('memory', 'arithmetic', 'call', 'frame', 'invariant', 'contract', 'other')


@dataclass(frozen=True)
class Property:
    """What is promised, and the rules that choose its evidence."""
    name: str
    claim: str
    functions: tuple           # patterns of FILE:FUNCTION or FILE
    kinds: tuple               # of goals, as prover/framac.py names them
    about: str                 # what these goals say
    predicates: tuple          # where it is written down, in contracts/*.h or the sources' contracts
    tests: tuple               # regular expressions on names of tests
    sanitizers: tuple = ()
    targets: tuple = ()        # of fuzzing

    def concerns(self, file, function):
        return any(fnmatch.fnmatchcase(f'{file}:{function}' if ':' in pattern else file, pattern)
                   for pattern in self.functions)


PROPERTIES = (
    Property(
        'Memory',
        'No access outside an object, none to freed memory, none uninitialised.',
        ANY, ('memory',), 'each access lies within a valid object',
        ('pool_memory', 'rxq_memory', 'txq_memory'),
        ('outside', 'beyond', 'forged_length', 'across', 'longer_than', 'leaves_the_packet', 'never_written',
         'freed_packet', 'allocation_that_fails'),
        ('asan', 'msan', 'valgrind'), (*RINGS, *VIRTIO, *INTEL, 'api', 'mmio', 'sim', 'sim-82574', 'sim-virtio',
                                       'cli-device-string', 'wire-pcap', 'vhost-user')),
    Property(
        'Arithmetic',
        'No signed overflow, no unintended unsigned wrap, no lossy conversion.',
        ANY, ('arithmetic',), 'no operation overflows, wraps or loses bits',
        ('pool_span', 'ring_shape'),
        ('_wraps?_', 'largest_value', 'last_device_address', 'all_ones', 'that_jump', '65535'),
        ('asan', 'ubsan'), (*RINGS, *VIRTIO, *INTEL, 'api', 'mmio', 'sim', 'sim-82574', 'sim-virtio',
                            'cli-device-string', 'wire-pcap', 'vhost-user')),
    Property(
        'Single fetch',
        'A device-writable word is read once into a local, and only the local is judged and used.',
        FETCHES, EVERYTHING, 'what is concluded from a word holds for the value that was read, whatever is read next',
        ('ir_dma_load64', 'ir_dma_load32'),
        ('read_once', 'after_it_was_read', 'while_it_is_read', 'repaired', 'second_fetch', 'report_that_changes'),
        ('tsan',), RINGS),
    Property(
        'Ownership',
        'Each buffer is in exactly one place; none is lost, duplicated or lent twice, whatever the device reports '
        'and in whatever order.',
        MOVES, PROMISES, 'ledger and run-time state agree before and after each move',
        ('free_ok', 'holder_ok', 'order_ok', 'position_ok', 'slot_to_buffer', 'buffer_to_slot', 'others_stay',
         'hand_empty'),
        ('lose', 'no_buffer', 'handed_out_once', 'freed_once', 'audit_finds', 'audit_sees', 'drained', 'lost_but',
         'returns_the_buffers', 'buffers_in_the_rings', 'gives_its_buffers', 'its_buffers_up', 'keeps_its_buffers'),
        (), (*RINGS, *INTEL, 'api', 'virtio-config')),
    Property(
        'Confinement',
        'Each address given to the device lies, with its length, inside memory mapped for it, and is owned by the '
        'driver for that purpose at that moment.',
        ADDRESSES, EVERYTHING, 'an address stored for the card is that of the buffer lent in that slot',
        ('confined', 'lent', 'in_its_slot', 'write_legal', 'ring_described'),
        ('device_address', 'iommu', 'mapping', 'mapped', 'stays_in_its_buffer', 'programmed_as_documented'),
        (), (*RINGS, *VIRTIO, *INTEL)),
    Property(
        'Bounded waits',
        'Each wait has a time limit and an error return. Nothing loops on a device\'s word.',
        ANY, ('termination',), 'each loop has a measure that falls, and ends',
        ('wait_answer', 'presence_answer'),
        ('late', 'never_comes', 'never_gets', 'never_end', 'waited', 'not_stop', 'is_gone', 'may_go', 'little_time',
         'stops_sending', 'slow_to'),
        (), (*VIRTIO, *INTEL, 'sim', 'sim-82574', 'sim-virtio')),
    Property(
        'Misuse is an error',
        'A stale, forged, foreign or twice-used handle gets an error code, never corruption.',
        HANDLES, PROMISES, 'a handle works exactly while it is what holds the buffer',
        ('holder_ok', 'app_keeps', 'pkts_stay'),
        ('stale', 'forged', 'freed_packet', 'freed_once', 'of_another', 'packet_(given_)?twice', 'is_dead', 'not_held',
         'holds_nothing', 'through_a_handle'),
        (), ('api', 'mmio', 'tx', 'e1000e-tx', 'virtio-split', 'virtio-packed')),
    Property(
        'Function',
        'Packets come out in ring order, complete, once each.',
        BURSTS, PROMISES, 'what was received or sent is the window\'s next slots, in order',
        ('received_in_order', 'sent_in_order', 'rx_moves', 'tx_moves', 'rx_whole', 'tx_whole', 'window_stays'),
        ('in_order', 'in_ring_order', 'sent_once', 'dropped_whole', 'as_a_whole', 'forwarded', 'each_packet_fills'),
        (), (*RINGS, 'sim', 'sim-82574', 'sim-virtio')),
)


def evidence_of(rule, functions, mutants, tests, sanitizers, fuzz):
    """What there is for a property: {part: ...}, a part that was not measured being None."""
    chosen = [row for row in functions if row['proof'] and rule.concerns(row['file'], row['function'])]
    goals = sum(row['proof']['kinds'].get(kind, 0) for row in chosen for kind in rule.kinds)
    return {
        'name': rule.name, 'claim': rule.claim, 'about': rule.about, 'kinds': list(rule.kinds),
        'predicates': list(rule.predicates),
        'proof': proof_part(goals, chosen, rule),
        'mutants': None if mutants is None else mutant_part(rule, mutants),
        'tests': None if tests is None else test_part(rule, tests),
        'wanted': {'sanitizers': list(rule.sanitizers), 'fuzz': list(rule.targets)},
        'sanitizers': part_of(sanitizers, 'name', rule.sanitizers),
        'fuzz': part_of(fuzz, 'target', rule.targets),
    }


def part_of(rows, name, wanted):
    """The rows of some names; None when they are wanted and there is none of them, [] when none is wanted."""
    chosen = [row for row in rows or () if row[name] in wanted]
    return chosen if chosen or not wanted else None


def proof_part(goals, chosen, rule):
    if not chosen:
        return None
    holding = [row for row in chosen if any(kind in row['proof']['kinds'] for kind in rule.kinds)]
    open_goals = [problem for row in chosen for problem in row['proof']['problems']
                  if concerned(problem, row['function'], rule.kinds)]
    return {'goals': goals, 'functions': [(row['id'], row['function']) for row in holding], 'problems': open_goals}


def concerned(problem, function, kinds):
    """False for a goal of another kind; what is no goal, such as a contradiction, concerns each property."""
    goal = re.match(r'goal not proved: (\S+)', problem)
    return goal is None or framac.kind_of(goal.group(1), function) in kinds


def mutant_part(rule, mutants):
    """The wrong versions that were rejected because of this property."""
    return [row['name'] for row in mutants
            if row.get('proof', {}).get('kind') in rule.kinds and rule.concerns(row['file'], row['function'])]


def test_part(rule, tests):
    chosen = [row for row in tests if any(re.search(pattern, row['test']) for pattern in rule.tests)]
    return {'passed': sum(row['passed'] for row in chosen), 'total': len(chosen),
            'hostile': [row for row in chosen if hostile(row['program'])],
            'failed': [row for row in chosen if not row['passed']]}
