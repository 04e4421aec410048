# SPDX-License-Identifier: Apache-2.0
"""Whether a lab's twist is done, by QEMU's gdbstub (twist.py)."""

from collections.abc import Callable

from . import findings
from .bench import Bench
from .gdb_stub import GdbStub, MachineEnded, NoAnswer
from .lab_file import Row
from .register_witness import stopped_machine
from .todo import TODO, todo
from .watched_run import LabRun, symbol

_EXITS = 3  # are looked at
_SYNCHRONOUS = 0x400  # from VBAR_EL2: an exception from a lower level that uses AArch64 (Arm ARM D1.4.1)


def judge(bench: Bench, row: Row) -> tuple[str, dict]:
    """Of an image on which the guest goes the reference's way."""
    seeds = bench.seeds(row)
    choices = bench.lab.twist.choices(bench.seed)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if message := todo(seen) or findings.another_way(seen, wanted):
            return f"{design}: {message}", {}
        run = bench.stopped(design, seeds, students=True)
        with stopped_machine(run, sleeps=True) as stub:
            try:
                message = _KINDS[bench.lab.twist.kind](stub, run, choices)
            except (MachineEnded, NoAnswer):
                message = "the machine did not come to the guest's first exits with the gdbstub"
        if message:
            return f"{design}: {message}. {_asked(bench)}", {}
    return "", {}


def _asked(bench: Bench) -> str:
    return f"{TODO}{bench.lab.answers_part}: your seed asks that {bench.lab.twist.text(bench.seed)}"


def _returned(stub: GdbStub, run: LabRun, choices: dict[str, str]) -> str:
    """When guest_enter returns, a register has what another one had at the vector."""
    elf = run.hypervisor.with_suffix("")
    register, source = choices["register"], choices["source"]
    vector = symbol(elf, "guest_vectors") + _SYNCHRONOUS
    for number in range(1, _EXITS + 1):
        stub.run_to(symbol(elf, "guest_enter"))
        caller = stub.registers()["X30"]
        stub.run_to(vector)
        wanted = stub.system_register(source)
        stub.run_to(caller)
        found = stub.registers()[register]
        if found != wanted:
            return f"at exit {number} {source} was {wanted:#x}, and when guest_enter returns {register} is {found:#x}"
    return ""


def _switched(stub: GdbStub, run: LabRun, choices: dict[str, str]) -> str:
    """A register of EL2's has a value while the guest runs, and its own again while the host does (split)."""
    elf = run.hypervisor.with_suffix("")
    register, value = choices["register"], int(choices["value"], 0)
    vector = symbol(elf, "guest_vectors") + _SYNCHRONOUS
    stub.run_to(symbol(elf, "lowvisor_run_vcpu"))
    hosts = stub.system_register(register)
    for number in range(1, _EXITS + 1):
        stub.run_to(vector)
        found = stub.system_register(register)
        if found != value:
            return f"while the guest runs, up to its exit {number}, {register} is {found:#x} and is to be {value:#x}"
        stub.run_to(symbol(elf, "host_return"))
        found = stub.system_register(register)
        if found != hosts:
            return f"when the host goes on after exit {number}, {register} is {found:#x} and was {hosts:#x} before"
    return ""


_KINDS: dict[str, Callable[[GdbStub, LabRun, dict[str, str]], str]] = {"returned": _returned, "switched": _switched}
