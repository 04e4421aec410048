#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes traces for trace_fuzzer to start from.

    trace_seeds.py FOLDER

The first byte and the packets are those of trace_fuzzer.cpp; ids and fields of events, those of events.def.
"""

import struct
import sys
from pathlib import Path

STREAM, METADATA, PACKETS = range(3)
TWO_CPUS, VHE, OWN_CLOCKS = 4, 8, 16
TRAP, ERET, BEGIN, END, CONTROL, HYPERCALL, MARK = range(7)
VIRTUAL_IRQ, SCHEDULE, KICK, CLOCK_EPOCH, PHYSICAL_IRQ = 9, 12, 13, 32, 35
HOST, GUEST, OTHER = 0, 1, 2


class Packet:
    """Events of one CPU, one every few instructions."""

    def __init__(self, cpu=0, time=14, clock=0):
        self._cpu, self._time, self._clock, self._events = cpu, time, clock, b""

    def add(self, event, layout, *fields):
        self._clock += 7
        if event < 31:
            head = struct.pack("<II", event | self._clock << 5, self._clock // 2)
        else:
            head = struct.pack("<BIQI", 31, event, self._clock, self._clock // 2)
        self._events += head + struct.pack("<" + layout, *fields)
        return self

    def operation(self, owner, inside=lambda packet: packet):
        self.add(TRAP, "5Q3B", 0x5A000000, 0x40080000, 0x3C5, 0, 0, owner, 8, 3).add(BEGIN, "B", 1)
        inside(self.add(END, "B", 1))
        return self.add(ERET, "2Q2B", 0x40080004, 0x3C5, owner, 5)

    def bytes(self, odd=0):
        return struct.pack("<BHB", self._cpu << 7 | odd, len(self._events), self._time) + self._events


def traces():
    def hypercall(packet):
        return packet.add(HYPERCALL, "3QB", 0x8600FF01, 0, 0, GUEST).add(CONTROL, "2QHB", 0, 1, 3, HOST)

    def interrupt(packet):
        for change in range(5):
            packet.add(VIRTUAL_IRQ, "I2B", 27, GUEST, change)
        return packet.add(PHYSICAL_IRQ, "IB", 27, GUEST)

    def away(packet):
        return packet.add(SCHEDULE, "3B", GUEST, OTHER, 1).operation(OTHER).add(SCHEDULE, "3B", OTHER, GUEST, 1)

    for name, inside in (("hypercall", hypercall), ("interrupt", interrupt), ("away", away)):
        for flags in (0, VHE):
            packet = Packet().operation(GUEST, inside).operation(GUEST, inside).bytes()
            yield f"{name}_{flags}", bytes([PACKETS | flags]) + packet + Packet().operation(GUEST).bytes(odd=1)
    marks = Packet().add(MARK, "2QB", 1, 0x101, GUEST).operation(GUEST).add(MARK, "2QB", 2, 0x101, GUEST)
    yield "marks", bytes([PACKETS]) + marks.bytes()
    kick = Packet(0).operation(GUEST, lambda packet: packet.add(KICK, "3B", 1, OTHER, 0)).bytes()
    for flags in (0, OWN_CLOCKS):
        yield f"two_cpus_{flags}", bytes([PACKETS | TWO_CPUS | flags]) + kick + Packet(1).operation(OTHER, interrupt).bytes()
    yield "epoch", bytes([PACKETS]) + Packet(time=40).add(CLOCK_EPOCH, "").operation(GUEST).bytes()
    header = struct.pack("<I16sI7QII", 0xC1FC1FC1, bytes(16), 0, 0, 0, 88 * 8, 88 * 8, 0, 0, 0, 0, 0)
    yield "stream", bytes([STREAM]) + header
    yield "metadata", bytes([METADATA]) + b"/* CTF 1.8 */\ntrace {\n    uuid = \"\";\n};\nenv {\n    tracer_name = \"worldswitch\";\n};\n"


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, trace in traces():
        (folder / name).write_bytes(trace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
