# SPDX-License-Identifier: MIT
"""ARP and ICMP echo: requests to a host, and the answers that it must give (RFC 826, RFC 792)."""
import ipaddress
import random
import struct

from wires import SHORTEST, OURS

ASKER = '10.0.0.1'


def checksum(data):
    total = sum(struct.unpack(f'>{len(data) // 2}H', data[:len(data) // 2 * 2]))
    if len(data) % 2:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return ipaddress.ip_address(address).packed


def arp(to, operation, sender, sender_ip, target, target_ip):
    frame = to + sender + struct.pack('>HHHBBH', 0x0806, 1, 0x0800, 6, 4, operation)
    return (frame + sender + packed(sender_ip) + target + packed(target_ip)).ljust(SHORTEST, b'\0')


def ping(to, by, kind, source, destination, number, payload):
    """One that fills a frame, so that nothing is padding."""
    head = struct.pack('>BBHHHBBH', 0x45, 0, 28 + len(payload), number, 0x4000, 64, 1, 0)
    head += packed(source) + packed(destination)
    head = head[:10] + struct.pack('>H', checksum(head)) + head[12:]
    icmp = struct.pack('>BBHHH', kind, 0, 0, 1, number) + payload
    icmp = icmp[:2] + struct.pack('>H', checksum(icmp)) + icmp[4:]
    return to + by + b'\x08\x00' + head + icmp


def conversation(mac, ip, count):
    """Requests to the host with these addresses, of each length in turn, and the answers to them."""
    host = bytes.fromhex(mac.replace(':', ''))
    source = random.Random(count)
    asked = [arp(b'\xff' * 6, 1, OURS, ASKER, bytes(6), ip)]
    answers = [arp(OURS, 2, host, ip, OURS, ASKER)]
    for number in range(count):
        payload = source.randbytes(SHORTEST - 42 + number)
        asked.append(ping(host, OURS, 8, ASKER, ip, number, payload))
        answers.append(ping(OURS, host, 0, ip, ASKER, number, payload))
    return asked, answers
