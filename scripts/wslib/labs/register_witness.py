# SPDX-License-Identifier: Apache-2.0
"""Where did a register go? A run that went wrong is run again, stopped before each of the guest's first exits and after it, and its registers are
compared: of the guest, and of the host around guest_enter. For words; no points rest on it."""

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from ..machine.qemu_machine import escape
from .findings import show
from .gdb_stub import GdbStub, MachineEnded, NoAnswer
from .qemu_log import HVC64, Exit
from .architecture_tables import tables
from .trouble import GraderTrouble
from .watched_run import LabRun, started, symbol

_LOOKED_AT = 12  # exits; a mistake in what every exit does shows at the first
# What guest and host have each of their own in one set of registers, in the split design.
_TWO_WORLDS = [row.name for row in tables.registers().values() if row.register_class in ("el1", "user", "return_state")]
_CONTROLS = [row.name for row in tables.registers().values() if row.register_class == "trap_config"] + ["VTTBR_EL2"]
_CALLEE_SAVED = (*(f"X{n}" for n in range(19, 30)), "SP")


@contextmanager
def stopped_machine(run: LabRun, sleeps: bool = False):
    """The run's machine before its first instruction, and its gdbstub. With `sleeps`, a CPU that waits does so in real time: for a machine that goes
    its way to the end. (Without it QEMU 7.2 runs nothing any more when it was stopped where an interrupt is taken; but one that waits for ever
    spends its budget and ends.)"""
    # Not in the run's folder: a socket's name has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="ws-") as folder:
        path = Path(folder) / "gdb"
        command = run.qemu(["-S", *(["-icount", "sleep=on"] if sleeps else []), "-chardev", f"socket,path={escape(path)},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"])
        with started(run, command) as qemu:
            stub = None
            try:
                stub = _connect(path, qemu)
                yield stub
            finally:
                if stub is not None:
                    stub.close()


def _connect(path: Path, qemu: subprocess.Popen) -> GdbStub:
    for _ in range(200):
        try:
            return GdbStub(path)
        except (FileNotFoundError, ConnectionRefusedError):
            try:
                qemu.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                pass
    raise GraderTrouble("QEMU opened no gdbstub")


def lost_by_the_host(run: LabRun) -> str:
    """What guest_enter's caller does not find again, the first time that it comes back; or ""."""
    elf = run.hypervisor.with_suffix("")
    with stopped_machine(run) as stub:
        try:
            stub.run_to(symbol(elf, "guest_enter"))
            before = stub.registers()
        except (MachineEnded, NoAnswer):
            return "the hypervisor never called guest_enter"
        try:
            stub.run_to(before["X30"])
            after = stub.registers()
        except (MachineEnded, NoAnswer):
            return (f"guest_enter was called from {before['X30'] - 4:#x} and never came back there. Either the guest does not run (is a register that "
                    "is still needed as an address loaded too early?), or RET goes elsewhere: it goes where X30 says, and that must be the host's X30 "
                    "again")
    gone = [name for name in _CALLEE_SAVED if before[name] != after[name]]
    if not gone:
        return ""
    return (f"guest_enter's caller finds {', '.join(gone)} changed: {gone[0]} was {before[gone[0]]:#x} and is {after[gone[0]]:#x}; X19 to X29 "
            "and SP are the host's (AAPCS64) and must come back at the exit")


def lost_by_the_guest(run: LabRun, exits: tuple[Exit, ...], classes: dict[str, str]) -> str:
    """The first register that one of the guest's first exits does not bring back; or ""."""
    with stopped_machine(run) as stub:
        try:
            for number, one in enumerate(exits[:_LOOKED_AT], 1):
                if one.esr is None:
                    return ""
                before = _before_the_trap(stub, _trapping_address(one))
                stub.go_on_to(one.elr)
                after = _all_registers(stub)
                gone = [name for name, value in before.items() if name not in _may_change(one) and after[name] != value]
                if gone:
                    return _told(gone[0], before, after, f"exit {number}, {show(one)}", classes)
        except (MachineEnded, NoAnswer):
            return _lost_before_the_entry(run, classes) or f"the guest never came back from exit {number}, {show(one)}"
    return ""


def _lost_before_the_entry(run: LabRun, classes: dict[str, str]) -> str:
    """Of a guest that never came back from its first exit: its system registers at guest_exit, and what is in them at the next guest_enter."""
    guest_exit, guest_enter = (_student_symbol(run, name) for name in ("guest_exit", "guest_enter"))
    if guest_exit is None or guest_enter is None:
        return ""
    with stopped_machine(run) as stub:
        try:
            stub.run_to(guest_exit)
            before = stub.system_registers(_TWO_WORLDS)
            stub.go_on_to(guest_enter)
            after = stub.system_registers(_TWO_WORLDS)
        except (MachineEnded, NoAnswer):
            return ""
    gone = [name for name, value in before.items() if after[name] != value and name not in ("ELR_EL2", "SPSR_EL2")]
    return _told(gone[0], before, after, "the guest's first exit", classes, "when guest_enter is called next") if gone else ""


def host_changes(run: LabRun, classes: dict[str, str]) -> str:
    """What the lowvisor (split) does not give back to the host's kernel: its registers when it calls lowvisor_run_vcpu and when it is returned to,
    the first time that a guest has run in between; or ""."""
    elf = run.hypervisor.with_suffix("")
    with stopped_machine(run) as stub:
        try:
            stub.run_to(symbol(elf, "lowvisor_run_vcpu"))
            before = stub.system_registers(_TWO_WORLDS + _CONTROLS)
            stub.go_on_to(symbol(elf, "guest_exit"))
            stub.go_on_to(symbol(elf, "host_return"))
            after = stub.system_registers(_TWO_WORLDS + _CONTROLS)
        except (MachineEnded, NoAnswer):
            return "the lowvisor did not come back to host_return from the guest's first exit"
    gone = [name for name, value in before.items() if after[name] != value]
    if not gone:
        return ""
    more = f"; so are {', '.join(gone[1:])}" if len(gone) > 1 else ""
    return _told(gone[0], before, after, "the host called lowvisor_run_vcpu", classes, "when it is returned to") + more


def registers_at_exit(run: LabRun, exits: tuple[Exit, ...], index: int) -> dict[str, int]:
    """The guest's registers when it takes this exit, of an instruction that traps each time. The machine is to be a trusted one."""
    address = _trapping_address(exits[index])
    with stopped_machine(run, sleeps=True) as stub:
        try:
            for _ in range(1 + sum(_trapping_address(one) == address for one in exits[:index])):
                stub.run_to(address)
            return _all_registers(stub)
        except (MachineEnded, NoAnswer):
            raise GraderTrouble(f"the product's own run did not come to its exit {index + 1} at {address:#x} with the gdbstub") from None


def _trapping_address(one: Exit) -> int:
    return one.elr - 4 if one.ec == HVC64 else one.elr


def _all_registers(stub: GdbStub) -> dict[str, int]:
    return stub.registers() | stub.system_registers(_TWO_WORLDS)


def _student_symbol(run: LabRun, name: str) -> int | None:
    """In the student's image, where a label may have another name."""
    try:
        return symbol(run.hypervisor.with_suffix(""), name)
    except GraderTrouble:
        return None


def _before_the_trap(stub: GdbStub, address: int) -> dict[str, int]:
    """An instruction that traps this time may not have before. Leaves the machine at the vector."""
    while True:
        stub.run_to(address)
        before = _all_registers(stub)
        stub.step()
        if stub.exception_level() == 2:
            return before


def _may_change(one: Exit) -> tuple[str, ...]:
    """Where the hypervisor's answer goes, and what the exit itself writes."""
    fields = tables.syndrome(one.esr)["fields"]
    match tables.exception_classes()[one.ec].name if one.ec in tables.exception_classes() else "":
        case "HVC64": answer = "X0"
        case "SYS64" if fields["Direction"]: answer = f"X{fields['Rt']}"
        case "DABT_LOW" if fields["ISV"] and not fields["WnR"]: answer = f"X{fields['SRT']}"
        case _: answer = ""
    return ("PC", "CPSR", "ELR_EL2", "SPSR_EL2", answer)


def _told(name: str, before: dict[str, int], after: dict[str, int], first: str, classes: dict[str, str], then: str = "after it") -> str:
    row = tables.registers().get(name)
    its_class = f" (class {row.register_class}{_movers(row.register_class, classes)})" if row else ""
    same = next((other for other, value in before.items() if value == after[name] and other != name and value), None)
    return (f"{name}{its_class} was {before[name]:#x} before {first}, and is {after[name]:#x} {then}"
            + (f": that is what {same} was" if same and not row else ""))


def _movers(register_class: str, classes: dict[str, str]) -> str:
    return f", which {classes[register_class]} move" if register_class in classes else ""
