# SPDX-License-Identifier: Apache-2.0
"""QEMU's own log of exceptions is the witness: the trace has the same traps and returns, in the same order.

`-d int` makes QEMU log every exception that it takes and every return. Those to and from EL2 must be the trace's trap
and eret events: the same vector, syndrome and address, one to one, in the same order. Tracing starts before the first
of them and ends after the last, so nothing may be in one list alone.
"""

import re
import unittest
from typing import NamedTuple

import support


class Event(NamedTuple):
    """A trap to EL2, or a return from it (with no vector and no syndrome)."""

    kind: str
    vector: int | None  # offset into the table
    syndrome: int | None  # ESR_EL2; an interrupt leaves it as it was
    address: int  # ELR_EL2


INTERRUPT_VECTORS = (0x080, 0x100)  # IRQ and FIQ, in each quarter of the table


def trap(vector: int, syndrome: int, address: int) -> Event:
    return Event("trap", vector, None if vector & 0x180 in INTERRUPT_VECTORS else syndrome, address)


def witnessed(log: str) -> list[Event]:
    """The exceptions to EL2 and the returns from it in QEMU's log."""
    events = []
    entry = re.compile(r"Taking exception .*\n\.\.\.from EL\d to EL2\n"
                       r"(?P<details>(?:\.\.\.with .*\n)*)\.\.\.to EL2 PC 0x(?P<pc>\w+)"
                       r"|Exception return from AArch64 EL2 to AArch64 EL\d PC 0x(?P<to>\w+)")
    for match in entry.finditer(log):
        if match["to"]:
            events.append(Event("eret", None, None, int(match["to"], 16)))
            continue
        esr = re.search(r"ESR 0x\w+/0x(\w+)", match["details"])
        elr = re.search(r"ELR 0x(\w+)", match["details"])
        events.append(trap(int(match["pc"], 16) & 0x7ff, int(esr[1], 16) if esr else 0, int(elr[1], 16)))
    return events


def recorded(trace) -> list[Event]:
    """The trap and eret events of a trace, as babeltrace2 prints them."""
    events = []
    for line in support.call("babeltrace2", trace).stdout.splitlines():
        match = re.search(r"\b(trap|eret): ", line)
        if not match:
            continue
        # A number, or an enumeration's name with its number: vector = ( "lower_el_a64_sync" : container = 8 )
        fields = re.findall(r"(\w+) = (?:\( [^)]*: container = )?(0x[0-9A-Fa-f]+|\d+)", line)
        number = {name: int(value, 0) for name, value in fields}
        if match[1] == "eret":
            events.append(Event("eret", None, None, number["ELR_EL2"]))
        else:
            events.append(trap(number["vector"] * 0x80, number["ESR_EL2"], number["ELR_EL2"]))
    return events


class Witness(unittest.TestCase):
    def test_traps_and_returns_are_those_that_qemu_saw(self):
        for design, guest in support.each_run():
            with self.subTest(design=design, guest=guest):
                self.compare(design, guest)

    def compare(self, design: str, guest: str) -> None:
        append, status = support.ARGUMENTS.get(guest, ("", 0))
        log = support.new_folder() / "qemu.log"
        run = support.new_run(design, guest, "--", "-d", "int", "-D", str(log), append=append)
        self.assertEqual(run.status, status, run.stderr)
        seen, traced = witnessed(log.read_text()), recorded(run.trace)
        self.assertGreater(len(traced), 1)
        for number, (ours, qemus) in enumerate(zip(traced, seen)):
            self.assertEqual(ours, qemus, f"number {number} of {len(traced)} traced, {len(seen)} seen by QEMU")
        self.assertEqual(len(traced), len(seen))
