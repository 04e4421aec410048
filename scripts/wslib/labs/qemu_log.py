# SPDX-License-Identifier: Apache-2.0
"""QEMU's own log of exceptions (-d int), read for what a guest did: its exits, and the bytes that it sealed. QEMU writes it, not the hypervisor
that is looked at."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

HVC64, SYS64 = 0x16, 0x18  # ESR_ELx.EC


class Exit(NamedTuple):
    """An exception from a guest to EL2, as QEMU logged it. An interrupt has no syndrome: `esr` is None."""

    esr: int | None
    elr: int  # ELR_EL2
    far: int | None

    @property
    def ec(self) -> int | None:
        return None if self.esr is None else self.esr >> 26

    @property
    def immediate(self) -> int | None:
        """Of an HVC."""
        return self.esr & 0xFFFF if self.ec == HVC64 else None


class Sealed(NamedTuple):
    """One message of a guest's (guests/lib/seal.hpp)."""

    check: int
    round: int
    found: int  # 0xffff: nothing wrong
    digest: int


NOTHING_WRONG = 0xFFFF
_MESSAGE = struct.Struct("<BBHQ")

_EXCEPTION = re.compile(r"^Taking exception (\d+) \[([^\]]*)\].*\n\.\.\.from EL(\d) to EL(\d)\n((?:\.\.\.with .*\n)*)", re.MULTILINE)
_ESR = re.compile(r"ESR 0x\w+/0x(\w+)")
_ELR = re.compile(r"ELR 0x(\w+)")
_FAR = re.compile(r"FAR 0x(\w+)")
_INTERRUPTS = ("IRQ", "FIQ", "SError")


def exceptions(log: str) -> Iterator[Exit]:
    """All exceptions to EL2 from below, of guests and of a host at EL1."""
    for match in _EXCEPTION.finditer(log):
        _, name, from_level, to_level, details = match.groups()
        elr = _ELR.search(details)
        if to_level != "2" or from_level == "2" or not elr:
            continue
        esr, far = (None, None) if name in _INTERRUPTS else (_ESR.search(details), _FAR.search(details))
        yield Exit(int(esr[1], 16) if esr else None, int(elr[1], 16), int(far[1], 16) if far else None)


def count_from_el1(log: str) -> int:
    """Exceptions to EL2 from a kernel's level: a guest's and, in split, the host's. (In vhe the VMM's come from EL0 to EL2 as well.)"""
    return sum(match[3] == "1" and match[4] == "2" for match in _EXCEPTION.finditer(log))


def exits(all_exceptions: list[Exit], guest: range) -> list[tuple[Exit, int]]:
    """A guest's, by its addresses; with each, how many exceptions EL2 took from it to the guest's next."""
    places = [index for index, one in enumerate(all_exceptions) if one.elr in guest]
    return [(all_exceptions[index], next_one - index) for index, next_one in zip(places, [*places[1:], len(all_exceptions)])]


@dataclass(frozen=True)
class SealTable:
    """Where in a guest's image its 512 HVCs are."""

    first: int  # address of `seal_table`

    IMMEDIATE = 0x100  # of the first
    BYTES = 8  # from one to the next
    COUNT = 512

    def byte(self, exit: Exit) -> tuple[int, int] | None:
        """The VM's number and the byte, if this exit is one; the address and the immediate must say the same."""
        place, rest = divmod(exit.elr - 4 - self.first, self.BYTES)  # ELR is behind the HVC
        if exit.immediate is None or rest or not 0 <= place < self.COUNT or exit.immediate != self.IMMEDIATE + place:
            return None
        return 1 + place // 256, place % 256


def sealed(all_exits: list[Exit], table: SealTable) -> dict[int, list[Sealed]]:
    """By VM, the messages that came whole, in their order."""
    content: dict[int, bytearray] = defaultdict(bytearray)
    for one in all_exits:
        told = table.byte(one)
        if told is not None:
            content[told[0]].append(told[1])
    size = _MESSAGE.size
    return {vm: [Sealed(*_MESSAGE.unpack_from(data, at)) for at in range(0, len(data) - size + 1, size)]
            for vm, data in content.items()}


def read_log(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
