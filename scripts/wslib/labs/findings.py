# SPDX-License-Identifier: Apache-2.0
"""What a student's run shows beside the reference's: of the same guest, with the same seeds, on the same design."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from .guest_seed import GuestSeed
from .qemu_log import NOTHING_WRONG, Exit, Sealed
from .architecture_tables import tables
from .watched_run import IDLE, STORM, Seen

# As guests/registers/register_patterns.hpp has them (Kept) and guests/lab_registers/main.cpp adds.
CHECKS = {"general_purpose": 0, "sp_el0": 1, "simd": 2, "system": 3, "pstate": 4, "interrupt_interface": 5}
BEGUN = 0x10
_INTERFACE = ("ICC_PMR_EL1", "ICC_BPR0_EL1", "ICC_BPR1_EL1", "ICC_IGRPEN0_EL1", "ICC_IGRPEN1_EL1", "ICC_AP0R0_EL1", "ICC_AP1R0_EL1")


def begun(seen: Seen, vm: int = 1) -> bool:
    return any(one.check == BEGUN for one in seen.sealed.get(vm, []))


def comparable(seen: Seen, optional: tuple[str, ...]) -> Seen:
    """Without what may differ between two right hypervisors: when interrupts came, and exits of these classes, after which the guest does again
    what it has tried (its path has that instruction once more)."""
    kept, path = [], int(seen.guest_path or "0", 16)
    for one, traps in zip(seen.exits, seen.traps_of_exits):
        if one.esr is None:
            continue
        if tables.syndrome(one.esr)["class"] in optional:
            path -= _mixed(one.elr)
        else:
            kept.append((one, traps))
    return replace(seen, exits=tuple(one for one, _ in kept), traps_of_exits=tuple(traps for _, traps in kept),
                   guest_path=f"{path % 2**64:#x}")


def _mixed(address: int) -> int:
    """As scripts/qemu_plugin/guest_witness.cpp makes the path's numbers of addresses."""
    address = (address ^ address >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    address = (address ^ address >> 27) * 0x94D049BB133111EB % 2**64
    return address ^ address >> 31


def another_way(seen: Seen, wanted: Seen) -> str:
    """What the guest did otherwise than on the reference, or "". Whoever does not pass this has no points for what the guest sealed: it may
    have been helped to say it. The turns of several VMs come as they come."""
    if seen.foreign:
        return f"at {seen.first_foreign} is another instruction than the guest's image has there: somebody writes over the guest's code"
    if len(wanted.sealed) == 1:
        for number, (ours, its) in enumerate(zip(seen.exits, wanted.exits), 1):
            if ours != its:
                return f"exit {number} of the guest is {show(ours)}{_far(ours, its)}, and is to be {show(its)}{_far(its, ours)}"
    if seen.stopped == STORM:
        return f"the CPU takes one exception after the other and executes nothing: its vector cannot be fetched; {_last(seen)}"
    if seen.stopped == IDLE:
        return f"all wait for an interrupt, and nothing is set that would send one: is a timer lost, or an interrupt? {_last(seen)}"
    if seen.budget_spent:
        return (f"the machine came to no end in {seen.instructions:,} instructions, and the reference does in {wanted.instructions:,}; "
                f"{_last(seen)}")
    if len(seen.exits) != len(wanted.exits):
        return f"the guest came to {len(seen.exits)} exits of {len(wanted.exits)}; {_last(seen)}"
    if other := Counter(seen.exits) - Counter(wanted.exits):
        return f"a guest has an exit that it does not have on the reference: {show(next(iter(other)))}"
    if seen.handled < seen.all_exits:
        return f"the guest has {seen.all_exits} exits, and {seen.handled} came to the kernel's handle_exit: the others went round it"
    if seen.guest_path != wanted.guest_path:
        return (f"the guest executed {seen.guest_instructions:,} instructions of its own, and not the same ones as on the reference "
                f"({wanted.guest_instructions:,})")
    return ""


def _last(seen: Seen) -> str:
    return f"its last exit was {show(seen.exits[-1])}" if seen.exits else "it never left the guest"


def lost(seen: Seen, wanted: Seen, check: str, seeds: tuple[GuestSeed, ...], classes: dict[str, str]) -> str:
    """A register that the guest itself did not find as it left it, and does on the reference; or ""."""
    for vm, one, other in _messages(seen, wanted, check, seeds):
        if one is not None and one != other and one.found != NOTHING_WRONG:
            return f"{_name(check, one, classes)}{_whose(vm, seeds)} was not kept over an exit, in round {one.round}"
    return ""


def untold(seen: Seen, wanted: Seen, check: str, seeds: tuple[GuestSeed, ...]) -> str:
    """What the guest did not come to say, or says otherwise without having found anything wrong; or ""."""
    for vm, one, other in _messages(seen, wanted, check, seeds):
        if one is None:
            return f"the guest{_whose(vm, seeds)} did not come to look at its {_KINDS[check]} in round {other.round}"
        if one != other:
            return f"the guest's digest of its {_KINDS[check]}{_whose(vm, seeds)} in round {one.round} is not the one that its patterns make"
    return ""


def _messages(seen: Seen, wanted: Seen, check: str, seeds: tuple[GuestSeed, ...]) -> Iterator[tuple[int, Sealed | None, Sealed]]:
    """Of each VM, what it sealed of a check, beside what it seals on the reference."""
    number = CHECKS[check]
    for vm in range(1, len(seeds) + 1):
        ours, its = ([one for one in told.sealed.get(vm, []) if one.check == number] for told in (seen, wanted))
        yield from ((vm, *pair) for pair in zip_longest(ours[:len(its)], its))


def _whose(vm: int, seeds: tuple[GuestSeed, ...]) -> str:
    return "" if len(seeds) == 1 else f" of VM {vm}"


_KINDS = {"general_purpose": "general-purpose registers", "sp_el0": "SP_EL0", "simd": "FP/SIMD registers", "system": "system registers",
          "pstate": "PSTATE", "interrupt_interface": "virtual interrupt controller interface"}


def _name(check: str, one: Sealed, classes: dict[str, str]) -> str:
    match check:
        case "general_purpose": return f"X{one.found}"
        case "simd": return f"V{one.found // 2} ({'upper' if one.found % 2 else 'lower'} half)"
        case "system":
            row = list(tables.registers().values())[one.found]
            steps = classes.get(row.register_class)
            return f"{row.name} (class {row.register_class}{f', which {steps} move' if steps else ''})"
        case "pstate": return "PSTATE.DAIF"
        case "interrupt_interface": return _INTERFACE[one.found]
        case _: return "SP_EL0"


def _far(one: Exit, other: Exit) -> str:
    """Where that is what the two differ in."""
    if one._replace(far=None) != other._replace(far=None):
        return ""
    return " without an address" if one.far is None else f" with FAR_EL2 {one.far:#x}"


def show(one: Exit) -> str:
    if one.esr is None:
        return f"an interrupt at {one.elr:#x}"
    told = tables.syndrome(one.esr)
    return f"{told['class']} at {one.elr:#x} (ESR_EL2 {one.esr:#x}: {told['meaning']})"
