#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes programs for virtio_fuzzer to start from: drivers that do what drivers do.

    virtio_seeds.py FOLDER

The numbers are those of World::run and the functions that it calls.
"""

import struct
import sys
from pathlib import Path

ENTROPY, CONSOLE, BLOCK, NETWORK = range(4)
READ, WRITE, SET_UP, CHAIN, BLOCK_REQUEST, SERVE, RECEIVE, ACKNOWLEDGE = 0, 1, 4, 5, 7, 9, 12, 14
NEXT, WRITABLE = 1, 2
OFFERED, RINGS, NO_EVENT_INDEX = 1, 2, 4
RECEIVE_QUEUE, TRANSMIT_QUEUE, INDIRECT = 0, 1, 2


def act(device, action, *operands, racing=False, failing=False):
    return bytes([device << 6 | racing << 5 | failing << 4 | action, *operands])


def set_up(device, features=OFFERED | RINGS, size=3):
    return act(device, SET_UP, features, device + 1, size, size)


def address(offset):
    return b"\0" + struct.pack("<H", offset)


def length(count):
    return bytes([count]) if count < 0xC0 else b"\xC0" + struct.pack("<H", count)


def chain(device, queue, *descriptors, indirect=False):
    """Each descriptor: offset in RAM, bytes, flags."""
    choice = (len(descriptors) - 1) << 4 | queue | (INDIRECT if indirect else 0)
    made = act(device, CHAIN, choice) + (address(0x8000) if indirect else b"")
    return made + b"".join(bytes([flags]) + address(at) + length(count) for at, count, flags in descriptors)


def receive(device, count):
    return act(device, RECEIVE) + struct.pack("<H", count) + b"r"


def request(choice, sector, sectors, cut):
    return act(BLOCK, BLOCK_REQUEST, choice, sector, sectors - 1) + struct.pack("<H", cut - 1)


def programs():
    for features in (0, OFFERED | RINGS, OFFERED | RINGS | NO_EVENT_INDEX):
        name = f"features_{features}"
        yield f"entropy_{name}", (set_up(ENTROPY, features) + chain(ENTROPY, 0, (0x9000, 64, WRITABLE))
                                  + act(ENTROPY, SERVE) + act(ENTROPY, ACKNOWLEDGE)
                                  + chain(ENTROPY, 0, (0x9000, 8, WRITABLE | NEXT), (0x9100, 512, WRITABLE))
                                  + act(ENTROPY, SERVE, failing=True))
        yield f"console_{name}", (set_up(CONSOLE, features) + chain(CONSOLE, RECEIVE_QUEUE, (0x9000, 16, WRITABLE))
                                  + chain(CONSOLE, TRANSMIT_QUEUE, (0x9100, 20, NEXT), (0x9200, 7, 0))
                                  + act(CONSOLE, SERVE) + receive(CONSOLE, 40) + act(CONSOLE, ACKNOWLEDGE)
                                  + chain(CONSOLE, RECEIVE_QUEUE, (0x9000, 200, WRITABLE)) + act(CONSOLE, SERVE))
        yield f"network_{name}", (set_up(NETWORK, features)
                                  + chain(NETWORK, RECEIVE_QUEUE, (0x9000, 12, WRITABLE | NEXT), (0x9100, 1514, WRITABLE))
                                  + receive(NETWORK, 100) + receive(NETWORK, 60)
                                  + chain(NETWORK, TRANSMIT_QUEUE, (0xA000, 12, NEXT), (0xA100, 60, 0))
                                  + act(NETWORK, SERVE, failing=True) + act(NETWORK, SERVE))
        yield f"block_{name}", (set_up(BLOCK, features) + request(0, 3, 2, 700) + act(BLOCK, SERVE)
                                + request(1, 5, 4, 512) + request(2, 0, 1, 1) + act(BLOCK, SERVE) + act(BLOCK, ACKNOWLEDGE)
                                + request(3, 0, 1, 20) + request(0, 24, 2, 100) + act(BLOCK, SERVE, failing=True))
    yield "indirect", (set_up(NETWORK) + chain(NETWORK, TRANSMIT_QUEUE, (0xA000, 12, NEXT), (0xA100, 1514, 0), indirect=True)
                       + act(NETWORK, SERVE, racing=True) + b"\x00\x90\x02ab")
    yield "registers", b"".join(act(CONSOLE, READ, choice, 0) + act(CONSOLE, WRITE, choice, 0, choice, 0, 0, 0)
                                for choice in range(16))


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in programs():
        (folder / name).write_bytes(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
