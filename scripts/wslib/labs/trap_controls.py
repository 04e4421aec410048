# SPDX-License-Identifier: Apache-2.0
"""What a guest must not escape: EL2's trap controls while it runs, and stage 2, as QEMU's gdbstub shows them."""

from . import findings
from .bench import Bench
from .gdb_stub import MachineEnded
from .guest_seed import GuestSeed
from .lab_file import Row
from .register_witness import stopped_machine
from .todo import todo
from .trouble import GraderTrouble
from .watched_run import symbol

_CONTROLS = ("HCR_EL2", "CPTR_EL2", "MDCR_EL2", "HSTR_EL2", "CNTHCTL_EL2", "VTCR_EL2", "VMPIDR_EL2", "VPIDR_EL2", "CNTVOFF_EL2")
_TICKS_APART = 1_000_000  # CNTVOFF_EL2 is when a VM was made, and another image may boot in some more instructions
_KEPT: dict[tuple, dict[str, int]] = {}  # the product's, by lab, design and seeds


def judge(bench: Bench, row: Row) -> tuple[str, dict]:
    """EL2's trap controls while the guest runs, and stage 2, as QEMU's gdbstub shows them."""
    evidence = {}
    for design in row.designs:
        if design not in bench.escapes:
            bench.escapes[design] = _escapes(bench, design, bench.seeds(row))
        message, evidence[design] = bench.escapes[design]
        if message:
            return f"{design}: {message}", evidence
    return "", evidence


def _escapes(bench: Bench, design: str, seeds: tuple[GuestSeed, ...]) -> tuple[str, dict]:
    seen = bench.student(design, seeds[:1])  # one VM is enough
    if not findings.begun(seen):
        return todo(seen) or "the guest did not come to where EL2's registers are looked at", {}
    products = (bench.lab.number, design, seeds[:1])
    if products not in _KEPT:
        _KEPT[products] = _controls_of(bench, design, seeds[:1], students=False)
    wanted, found = _KEPT[products], _controls_of(bench, design, seeds[:1], students=True)
    evidence = {name: f"{value:#x}" for name, value in found.items()}
    for name, value in found.items():
        apart = _TICKS_APART if name == "CNTVOFF_EL2" else 0
        if abs(value - wanted[name]) > apart and name not in bench.lab.free_controls:
            return f"while the guest runs {name} is {value:#x}, and is to be {wanted[name]:#x}", evidence
    return "", evidence


def _controls_of(bench: Bench, design: str, seeds: tuple[GuestSeed, ...], students: bool) -> dict[str, int]:
    """At the guest's first sealed byte."""
    run = bench.stopped(design, seeds, students)
    with stopped_machine(run) as stub:
        try:
            stub.run_to(symbol(run.image, "seal_bytes"))
        except MachineEnded:
            raise GraderTrouble("the same run came to the guest's first sealed byte, and with the gdbstub did not") from None
        values = {name: stub.system_register(name) for name in _CONTROLS}
        values["VTTBR_EL2"] = int(stub.system_register("VTTBR_EL2") != 0)  # where its tables are is the image's own affair
        values["VBAR_EL2"] = stub.system_register("VBAR_EL2") - symbol(run.hypervisor.with_suffix(""), "guest_vectors")
        return values
