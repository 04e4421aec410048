# SPDX-License-Identifier: Apache-2.0
"""Raw logs of real KVM and Xen that have lost a register's move here and there: the trace does not count it as moved."""

import bisect
import re
import struct
import unittest
from collections import Counter
from typing import NamedTuple

import qemu_support as support
from test_peers_trace import recording

HEADER_WORDS = 2  # of a raw log (viewer/model/peers/raw_log.hpp)
EXCEPTION, READ, STORED, WRITE = 5, 7, 8, 9  # kinds of records
HVC64 = 0x16
FIRST_TURN = 4


def encoding(name: str) -> int:
    """Of S3_0_C4_C1_0, as records have it."""
    op0, op1, crn, crm, op2 = map(int, re.fullmatch(r"S(\d)_(\d)_C(\d+)_C(\d+)_(\d)", name).groups())
    return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2


# What is no move of its own: SP_EL0 moves together with X0 to X30, DAIF is of the PSTATE, and the syndrome, the address
# and the place of an exception are told by the trap.
NO_MOVES = {encoding(name) for name in ("S3_0_C4_C1_0", "S3_3_C4_C2_1", "S3_0_C5_C2_0", "S3_4_C5_C2_0", "S3_0_C6_C0_0", "S3_4_C6_C0_0",
                                        "S3_4_C6_C0_4")}


class Record(NamedTuple):
    kind: int
    header: int
    words: tuple[int, ...]

    @property
    def of_register(self) -> tuple[int, int] | None:
        """The kind, and the encoding of the register that is read, stored or written."""
        return (self.kind, self.words[1]) if self.kind in (READ, STORED, WRITE) else None

    @property
    def is_hypercall(self) -> bool:
        """HVC64 by its syndrome, with stage 2 on: it is the guest's, not the host's below nVHE."""
        return self.kind == EXCEPTION and self.words[2] >> 26 == HVC64 and self.words[7] & 1 == 1


def read_log(data: bytes) -> list[Record]:
    words = struct.unpack(f"<{len(data) // 8}Q", data)
    records, at = [], HEADER_WORDS
    while at < len(words):
        count = words[at] >> 16 & 0xffff
        records.append(Record(words[at] & 0xff, words[at], words[at + 1:at + 1 + count]))
        at += 1 + count
    return records


def turns_of(records: list[Record]) -> list[range]:
    """From each of the guest's hypercalls to the next, numbers of records."""
    begins = [number for number, record in enumerate(records) if record.is_hypercall]
    return [range(*pair) for pair in zip(begins, [*begins[1:], len(records)])]


def moves_by_turn(folder) -> list[Counter]:
    """What a trace says that was saved, restored and written in each turn."""
    def events(query: str) -> list[dict]:
        return support.wstrace_json("find", folder, query, "--count", 1_000_000)["events"]
    begins = [event["index"] for event in events("trap class=HVC64 vcpu=0")]
    turns = [Counter() for _ in begins]
    for event in events("register_move") + events("control_write"):
        turn = bisect.bisect(begins, event["index"]) - 1
        turns[turn][event["event"], *re.findall(r"(?:sysreg|operation|owner)=\S+(?: \d+)?", event["text"])] += turn >= 0
    return turns


class LostMoves:
    """In each turn of the guest's loop another register's move is lost, and there only."""

    DESIGN = ""

    def convert(self, records: list[Record]) -> list[Counter]:
        to = support.new_folder()
        data = [*self.header, *(word for record in records for word in (record.header, *record.words))]
        (to / "outside.raw").write_bytes(struct.pack(f"<{len(data)}Q", *data))
        done = support.call(support.WSTRACE, "convert", to / "outside.raw", "--symbols", self.run.folder / "kallsyms", "-o", to / "trace")
        self.assertEqual(done.returncode, 0, done.stderr)
        return moves_by_turn(to)

    def setUp(self):
        self.run = recording(self.DESIGN, "hypercall")
        data = (self.run.folder / "outside.raw").read_bytes()
        self.header = struct.unpack_from(f"<{HEADER_WORDS}Q", data)
        self.records = read_log(data)

    def test_each_is_missed(self):
        whole = self.convert(self.records)
        turns = turns_of(self.records)
        self.assertEqual(len(turns), len(whole))
        seen = {self.records[number].of_register for number in turns[FIRST_TURN]} - {None}
        moved = sorted((kind, register) for kind, register in seen if kind != READ and register not in NO_MOVES)
        self.assertGreater(len(moved), 5)
        free = range(FIRST_TURN, len(turns) - 1)
        for begin in range(0, len(moved), len(free)):
            lost = dict(zip(free, moved[begin:]))
            for turn, (found, usual) in enumerate(zip(self.without(turns, lost), whole)):
                missing = usual - found
                if turn in lost:
                    self.assertTrue(missing, f"turn {turn} has lost {lost[turn]}, and all of its moves are there: {usual}")
                self.assertEqual(sum(missing.values()), turn in lost, (turn, lost.get(turn), missing))

    def without(self, turns: list[range], lost: dict[int, tuple[int, int]]) -> list[Counter]:
        numbers = {number for turn, which in lost.items() for number in self.numbers_of(turns[turn], *which)}
        kept, elapsed = [], 0
        for number, record in enumerate(self.records):
            if number in numbers:
                elapsed += record.header >> 32
            else:
                kept.append(record._replace(header=record.header + (elapsed << 32)))
                elapsed = 0
        return self.convert(kept)

    def numbers_of(self, turn: range, kind: int, register: int) -> list[int]:
        """The records of a register's first move in a turn: its MSR, or its MRS and the store."""
        def first(kind: int) -> int:
            return next(number for number in turn if self.records[number].of_register == (kind, register))
        return [first(WRITE)] if kind == WRITE else [first(READ), first(STORED)]


class OfKvmWithoutVhe(LostMoves, unittest.TestCase):
    DESIGN = "kvm-nvhe"


class OfKvmWithVhe(LostMoves, unittest.TestCase):
    DESIGN = "kvm-vhe"


class OfXen(LostMoves, unittest.TestCase):
    DESIGN = "xen"
