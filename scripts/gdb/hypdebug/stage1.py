# SPDX-License-Identifier: Apache-2.0
"""`hyp walk VA`: how the CPU that GDB is on would translate a virtual address for a read, in both stages."""

from . import machine, stage2, tables
from .command import Command

_AP1_SHIFT = 6  # of a stage 1 descriptor: EL0 may access


class _Regime:
    """The translation regime of the selected CPU: which registers count (Arm ARM D8.1.2)."""

    def __init__(self):
        self.el, self.pstate = machine.el(), machine.pstate()
        hcr = tables.decode(tables.register("HCR_EL2"), machine.system("HCR_EL2"))
        e2h, tge = hcr["E2H"] == 1, hcr["TGE"] == 1
        by_el2 = self.el == 2 or (self.el == 0 and e2h and tge)
        self.has_stage2 = not by_el2 and hcr["VM"] == 1
        suffix = "_EL2" if by_el2 else "_EL1"
        self.name = ("EL2&0" if e2h else "EL2") if by_el2 else "EL1&0"
        # EL2's registers have EL1's layout with E2H.
        self.two_ranges = not by_el2 or e2h
        self.on = machine.field("SCTLR" + suffix, "M") == 1
        if not by_el2 and hcr["DC"]:
            self.on = False
        self.tcr = machine.system("TCR" + suffix)
        self.tables = [machine.system("TTBR0" + suffix), machine.read("TTBR1" + suffix) if self.two_ranges else 0]
        self.pan = self.el > 0 and self.two_ranges and tables.register("SPSR_EL2").field("PAN").get(self.pstate) == 1

    def field(self, name: str) -> int:
        return tables.register("TCR_EL1").field(name).get(self.tcr)


def walk(va: int) -> tuple[str, stage2.Walk, str | None]:
    """Name of the regime, the walk, and the stage 2 rights. The walk's output is physical. Within machine.physical()."""
    regime = _Regime()
    vttbr, vtcr = (machine.system("VTTBR_EL2"), machine.system("VTCR_EL2")) if regime.has_stage2 else (0, 0)
    done = _stage1(regime, va, vttbr, vtcr)
    if done.output is None or not regime.has_stage2:
        return regime.name, done, None
    second = stage2.translate(done.output, vttbr, vtcr)
    done.steps += second.steps
    done.output, done.fault = second.output, f"stage 2: {second.fault}" if second.fault else None
    may = stage2.rights(second.entry) if second.output is not None else None
    if may is not None and not may.startswith("r"):
        done.output, done.fault = None, "stage 2: permission fault"
    return regime.name, done, may


def _stage1(regime: _Regime, va: int, vttbr: int, vtcr: int) -> stage2.Walk:
    if not regime.on:
        return stage2.Walk(output=va) if va >> 48 == 0 else stage2.Walk(fault="address size fault: the MMU is off")
    upper = regime.two_ranges and va >> 55 & 1
    if regime.two_ranges:
        size, ignored, off = regime.field("T1SZ" if upper else "T0SZ"), regime.field("TBI1" if upper else "TBI0"), \
            regime.field("EPD1" if upper else "EPD0")
        granule_is_4k = regime.field("TG1") == 2 if upper else regime.field("TG0") == 0
    else:
        size, ignored, off = regime.field("T0SZ"), regime.tcr >> 20 & 1, 0  # TBI of TCR_EL2 without E2H
        granule_is_4k = regime.field("TG0") == 0
    width = 64 - size
    above = va >> width & ((1 << (56 if ignored else 64) - width) - 1)
    if above != ((1 << (56 if ignored else 64) - width) - 1 if upper else 0):
        return stage2.Walk(fault="translation fault, level 0: between the ranges of TTBR0 and TTBR1")
    if off:
        return stage2.Walk(fault="translation fault, level 0: walks are off for this range")
    if not granule_is_4k:
        return stage2.Walk(fault="only tables with a granule of 4 KiB are understood")

    def where(ipa: int) -> tuple[int, str | None]:
        if not regime.has_stage2:
            return ipa, None
        second = stage2.translate(ipa, vttbr, vtcr)
        if second.output is not None and not stage2.rights(second.entry).startswith("r"):
            return 0, "stage 2: permission fault"
        return second.output or 0, f"stage 2: {second.fault}" if second.fault else None

    level = 3 - (width - stage2.shift_of(3) - 1) // 9
    done = stage2.walk_tables(regime.tables[1 if upper else 0] & 0xffff_ffff_fffe, va & ((1 << width) - 1), width, level, "1", where)
    if done.output is not None and regime.two_ranges:
        for_el0 = done.entry >> _AP1_SHIFT & 1
        if (regime.el == 0 and not for_el0) or (regime.pan and for_el0):
            done.output, done.fault = None, "permission fault"
    return done


class WalkCommand(Command):
    """Translate a virtual address as this CPU would for a read, step by step: stage 1, and in a guest stage 2.

hyp walk VA [--json]"""

    NAME = "walk"

    def answer(self, words: list[str]) -> dict:
        if len(words) != 1:
            raise self.wrong("give one virtual address")
        va = self.number(words[0])
        with machine.physical():
            regime, done, may = walk(va)
        return {"va": va, "regime": regime, **done.told(), "stage2_rights": may}

    def text(self, told: dict) -> str:
        end = f"  {told['fault']}" if told["fault"] else f"  physical {told['output']:#x}"
        return "\n".join([f"{told['va']:#x} in the {told['regime']} regime", *stage2.show_steps(told["steps"]), end])


WalkCommand()
