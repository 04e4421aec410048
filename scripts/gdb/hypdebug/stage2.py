# SPDX-License-Identifier: Apache-2.0
"""`hyp s2 IPA`: the walk of a guest's second stage of translation, through physical memory."""

from dataclasses import dataclass, field

import gdb

from . import machine, tables, vcpu
from .command import Command

_PAGE_SHIFT, _TABLE_BITS, _LAST_LEVEL = 12, 9, 3  # granule of 4 KiB
_ADDRESS = 0x0000_ffff_ffff_f000
_VALID, _TABLE, _ACCESS_FLAG = 1, 2, 1 << 10


@dataclass
class Walk:
    """The steps of a walk and what came of it."""

    steps: list[dict] = field(default_factory=list)
    fault: str | None = None
    output: int | None = None
    entry: int = 0

    def told(self) -> dict:
        return {"steps": self.steps, "fault": self.fault, "output": self.output}


def shift_of(level: int) -> int:
    return _PAGE_SHIFT + _TABLE_BITS * (_LAST_LEVEL - level)


def walk_tables(root: int, address: int, width: int, level: int, stage: str, translate=lambda pa: (pa, None)) -> Walk:
    """`width` bits of address, from a table of `level`. `translate` says where the bus has a table: physical address and fault."""
    walk, table = Walk(), root
    while True:
        shift = shift_of(level)
        bits = width - shift
        index = address >> shift & ((1 << bits) - 1)
        at, fault = translate(table + 8 * index)
        if fault:
            walk.fault = f"the table of level {level} at {table:#x}: {fault}"
            return walk
        try:
            entry = machine.word(at)
        except gdb.MemoryError:
            walk.fault = f"the table of level {level} at {table:#x} is not memory"
            return walk
        is_table = level < _LAST_LEVEL and entry & _TABLE != 0
        kind = "invalid" if not entry & _VALID or (level == _LAST_LEVEL and not entry & _TABLE) or (level == 0 and not is_table) \
            else "table" if is_table else "page" if level == _LAST_LEVEL else "block"
        walk.steps.append({"stage": stage, "level": level, "table": table, "index": index, "entry_at": at, "entry": entry, "kind": kind})
        walk.entry = entry
        if kind == "invalid":
            walk.fault = f"translation fault, level {level}"
            return walk
        if kind != "table":
            if not entry & _ACCESS_FLAG:
                walk.fault = f"access flag fault, level {level}"
                return walk
            mask = (1 << shift) - 1
            walk.output = entry & _ADDRESS & ~mask | address & mask
            return walk
        table, width, level = entry & _ADDRESS, shift, level + 1


class TooWide(gdb.GdbError):
    pass


def translate(ipa: int, vttbr: int, vtcr: int) -> Walk:
    """Within machine.physical()."""
    config = tables.register("VTCR_EL2")
    if config.field("TG0").get(vtcr):
        raise gdb.GdbError("only stage 2 tables with a granule of 4 KiB are understood")
    width, level = 64 - config.field("T0SZ").get(vtcr), 2 - config.field("SL0").get(vtcr)
    if ipa >> width:
        return Walk(fault=f"translation fault, level 0: beyond the {width} bits of guest-physical addresses")
    return walk_tables(vttbr & _ADDRESS & ~1, ipa, width, level, "2")


def rights(entry: int) -> str:
    """Of a stage 2 page or block: S2AP and XN (Arm ARM D8.4.2)."""
    return ("r" if entry >> 6 & 1 else "-") + ("w" if entry >> 7 & 1 else "-") + ("-" if entry >> 54 & 1 else "x")


def show_steps(steps: list[dict]) -> list[str]:
    return [f"  stage {step['stage']} level {step['level']}: table {step['table']:#x}[{step['index']}] = {step['entry']:#018x}, {step['kind']}"
            for step in steps]


class S2(Command):
    """Translate a guest-physical address, step by step through the tables of stage 2.

hyp s2 IPA [vcpu N] [--json]"""

    NAME = "s2"

    def answer(self, words: list[str]) -> dict:
        if not words:
            raise self.wrong("give a guest-physical address")
        ipa = self.number(words[0])
        with machine.physical():
            whose = vcpu.find(self, words[1:])
            vttbr, vtcr = int(whose.context["vttbr"]), int(whose.context["vtcr"])
            if vttbr == 0:  # it has not been loaded yet
                vttbr = int(whose.vm_value["stage2"]["root_"])
            walk = translate(ipa, vttbr, vtcr)
        return {"vm": whose.vm, "ipa": ipa, "VMID": tables.register("VTTBR_EL2").field("VMID").get(vttbr), **walk.told(),
                "rights": rights(walk.entry) if walk.output is not None else None}

    def text(self, told: dict) -> str:
        end = f"  {told['fault']}" if told["fault"] else f"  physical {told['output']:#x}, the guest may {told['rights']}"
        return "\n".join([f"VM {told['vm']}, guest-physical {told['ipa']:#x}, VMID {told['VMID']}", *show_steps(told["steps"]), end])


S2()
