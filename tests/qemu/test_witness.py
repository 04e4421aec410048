# SPDX-License-Identifier: Apache-2.0
"""QEMU's own log of exceptions is the witness: the trace has the same traps and returns, in the same order.

`-d int` makes QEMU log every exception that it takes and every return. Those to and from EL2 must be the trace's trap
and eret events: the same vector, syndrome and address, one to one, in the same order. Tracing starts before the first
of them and ends after the last, so nothing may be in one list alone. With several CPUs the log has no word of which CPU
returned, and their events mix: then it is as many of each, down to syndrome and address.

A VMM's exceptions are none of a world switch's: in the trace they are steps, and its calls are system_call events, of which
there must be as many as QEMU saw SVCs at the VMM's addresses. In the el2 design they pass a page at EL1.
"""

import functools
import re
import subprocess
import unittest
from collections import Counter
from typing import NamedTuple

import qemu_support as support
from interleaving import Logged
from outside_reader import EXCEPTIONS, Reading, kind_of, numbers, read


class Event(NamedTuple):
    """A trap to EL2, or a return from it (with no vector and no syndrome)."""

    kind: str
    vector: int | None  # offset into the table
    syndrome: int | None  # ESR_EL2; an interrupt leaves it as it was
    address: int  # ELR_EL2


INTERRUPT_VECTORS = (0x080, 0x100)  # IRQ and FIQ, in each quarter of the table


def trap(vector: int, syndrome: int, address: int) -> Event:
    return Event("trap", vector, None if vector & 0x180 in INTERRUPT_VECTORS else syndrome, address)


VMM = range(0x40_0000_0000, 0x80_0000_0000)  # hyp/vmm/interface/process_layout.hpp


def vmm_calls(log: str) -> int:
    """The SVCs of VMMs, to whichever exception level their kernel is at."""
    calls = re.findall(r"^Taking exception .*\[SVC\].*\n\.\.\.from EL0 to EL[12]\n(?:\.\.\.with .*\n)*?"
                       r"\.\.\.with ELR 0x(\w+)", log, re.MULTILINE)
    return sum(int(address, 16) in VMM for address in calls)


@functools.cache
def shim() -> range:
    """The page at EL1 that forwards the exceptions of the el2 design's VMMs."""
    symbols = subprocess.run(["aarch64-linux-gnu-nm", support.ROOT / "build/hyp/hyp/full/hyp-el2"], capture_output=True,
                             text=True, check=True).stdout
    start = int(re.search(r"^(\w+) . user_shim$", symbols, re.MULTILINE)[1], 16)
    return range(start, start + 4096)


def of_a_vmm(level: str, address: str, design: str) -> bool:
    """A guest may be at the same addresses, but at EL1."""
    return int(address, 16) in VMM if level == "0" else design == "el2" and int(address, 16) in shim()


def witnessed(log: str, design: str) -> list[Logged]:
    """The exceptions to EL2 and the returns from it in QEMU's log, but for those of VMMs."""
    events = []
    entry = re.compile(r"Taking exception .* on CPU (?P<cpu>\d+)\n\.\.\.from EL(?P<from>\d) to EL2\n"
                       r"(?P<details>(?:\.\.\.with .*\n)*)\.\.\.to EL2 PC 0x(?P<pc>\w+)"
                       r"|Exception return from AArch64 EL2 to AArch(?:64|32) EL(?P<level>\d) PC 0x(?P<to>\w+)")
    for match in entry.finditer(log):
        if match["to"]:
            if not of_a_vmm(match["level"], match["to"], design):
                events.append(Logged(None, Event("eret", None, None, int(match["to"], 16))))
            continue
        esr = re.search(r"ESR 0x\w+/0x(\w+)", match["details"])
        elr = re.search(r"ELR 0x(\w+)", match["details"])
        if of_a_vmm(match["from"], elr[1], design):
            continue
        events.append(Logged(int(match["cpu"]), trap(int(match["pc"], 16) & 0x7ff, int(esr[1], 16) if esr else 0, int(elr[1], 16))))
    return events


def recorded(reading: Reading) -> tuple[list[Logged], int]:
    """The trap and eret events of a trace, as babeltrace2 prints them, and how many system calls there were."""
    events, calls = [], 0
    for line in reading.lines(*EXCEPTIONS):
        kind, fields = kind_of(line), numbers(line)
        if kind == "system_call":
            calls += 1
        elif kind == "eret":
            events.append(Logged(fields["cpu_id"], Event("eret", None, None, fields["ELR_EL2"])))
        else:
            events.append(Logged(fields["cpu_id"], trap(fields["vector"] * 0x80, fields["ESR_EL2"], fields["ELR_EL2"])))
    return events, calls


class Witness(unittest.TestCase):
    def test_traps_and_returns_are_those_that_qemu_saw(self):
        for case in support.each_run():
            with self.subTest(case=case):
                run = support.run(*case)
                traced, calls = recorded(read(case))
                seen, traced = ([entry.event for entry in entries] for entries in (witnessed(run.log, case.design), traced))
                self.assertEqual(calls, vmm_calls(run.log))
                self.assertGreater(len(traced), 1)
                if case.cpus == 1:
                    self.compare_in_order(seen, traced)
                else:
                    self.compare_counts(seen, traced)

    def compare_in_order(self, seen: list[Event], traced: list[Event]) -> None:
        for number, (ours, qemus) in enumerate(zip(traced, seen)):
            self.assertEqual(ours, qemus, f"number {number} of {len(traced)} traced, {len(seen)} seen by QEMU")
        self.assertEqual(len(traced), len(seen))

    def compare_counts(self, seen: list[Event], traced: list[Event]) -> None:
        only_seen, only_traced = Counter(seen) - Counter(traced), Counter(traced) - Counter(seen)
        self.assertEqual((only_seen, only_traced), (Counter(), Counter()),
                         "seen by QEMU alone, and traced alone")
