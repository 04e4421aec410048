# SPDX-License-Identifier: Apache-2.0
"""What babeltrace2, a reader of CTF that is not ours, prints of a run's trace. It prints each trace once for all tests that look
at it."""

import re
from pathlib import Path
from typing import NamedTuple

import qemu_support as support

BEGINNING = 3000  # events, among which each kind of register is
EXCEPTIONS = ("trap", "eret", "system_call")


class Reading(NamedTuple):
    events: int
    in_order: bool  # no event's time is before the former one's
    registers: set[str]  # that the first events have among their fields
    exceptions: Path  # a file with the lines of all traps, returns and system calls

    def lines(self, *kinds: str) -> list[str]:
        with self.exceptions.open(encoding="utf-8") as lines:
            return [line for line in lines if kind_of(line) in kinds]


@support.once
def read(case: support.Case) -> Reading:
    """All events of a run's trace."""
    return read_trace(str(case), support.run(*case).trace)


def read_trace(name: str, trace: Path) -> Reading:
    """If babeltrace2 complains that is a failure."""
    folder = support.new_folder()
    text, exceptions = folder / "text", folder / "exceptions"
    done = support.call("babeltrace2", "--clock-cycles", "--output", text, trace)
    if done.returncode or done.stdout or done.stderr:
        raise AssertionError(f"babeltrace2, {name}: exit status {done.returncode}: {done.stdout[:1000]}{done.stderr}")
    events, in_order, last, registers = 0, True, 0, set()
    with text.open(encoding="utf-8") as lines, exceptions.open("w", encoding="utf-8") as kept:
        for line in lines:
            now, kind, fields = parts(line)
            in_order = in_order and last <= now
            last = now
            events += 1
            if events <= BEGINNING:
                registers.update(word for word in fields.split() if word[0].isupper())
            if kind in EXCEPTIONS:
                kept.write(line)
    text.unlink()
    return Reading(events, in_order, registers, exceptions)


def parts(line: str) -> tuple[int, str, str]:
    """[TIME] (+DIFFERENCE) KIND: { ... }, { ... }, { FIELD = VALUE, ... }"""
    time, _difference, kind, fields = line.split(" ", 3)
    return int(time[1:-1]), kind[:-1], fields


def kind_of(line: str) -> str:
    return parts(line)[1]


def numbers(line: str) -> dict[str, int]:
    """An event's fields that are numbers, and of an enumeration its number: vector = ( "lower_el_a64_sync" : container = 8 )."""
    fields = re.findall(r"(\w+) = (?:\( [^)]*: container = )?(0x[0-9A-Fa-f]+|\d+)", line)
    return {name: int(value, 0) for name, value in fields}
