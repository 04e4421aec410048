# SPDX-License-Identifier: Apache-2.0
"""At a time-out: what each vCPU was doing, from a few looks at the machine before it is ended."""

import re
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from ..paths import ROOT
from .elf_symbols import Symbols
from .kernel_state import CpuState, KernelState, VcpuState
from .qemu_monitor import CpuLook, Monitor

LOOKS = 5
BETWEEN = 0.1  # seconds
OFTEN = 100  # times the same exception in a row: no guest does that on purpose
IMAGE_AT = 0x4020_0000  # hyp/image.ld
IMAGE_BYTES = 4 << 20
STACK_BYTES = 64 << 10

_LAYOUT = (ROOT / "hyp/vmm/interface/process_layout.hpp").read_text(encoding="utf-8")
VMM_START, VMM_END = (int(re.search(rf" {name}{{(0x[0-9a-f']+)}}", _LAYOUT)[1].replace("'", ""), 16) for name in ("kStart", "kEnd"))


@dataclass(frozen=True)
class Look:
    cpus: list[CpuLook]
    kernel: KernelState | None


def take_looks(monitor: Monitor | None, ram: Path | None, run_page: int, cpus: int) -> list[Look]:
    """What could be seen; a QEMU that does not answer is not waited for."""
    looks = []
    try:
        for number in range(LOOKS if monitor else 1):
            if number:
                monitor.go_on()
                time.sleep(BETWEEN)
            if monitor:
                monitor.stop()
            looks.append(Look(monitor.registers() if monitor else [], _kernel(ram, run_page, cpus)))
    except (OSError, ValueError):
        pass
    return looks


def _kernel(ram: Path | None, run_page: int, cpus: int) -> KernelState | None:
    try:
        return KernelState(ram, run_page, cpus) if ram else None
    except (OSError, ValueError):
        return None


def report(looks: list[Look], design: str, vms: list[tuple[int, Path]], icount: bool, console: bytes) -> dict:
    """`vms`: of each its vCPUs and its image. Sentences for people, and what they were made of."""
    told = {"looks": len(looks), "vcpus": [], "remedy": "", "last_line": _last_line(console)}
    if not looks:
        return told
    symbols = [Symbols(image) for _, image in vms]
    owners = dict(enumerate((vm, index) for vm, (count, _) in enumerate(vms) for index in range(count)))
    kernel = looks[-1].kernel
    if kernel is None:
        if design == "native":
            told["vcpus"] = [_native_cpu(number, [look.cpus[number] for look in looks], symbols[0])
                             for number in range(min(len(look.cpus) for look in looks))]
    else:
        for state in kernel.vcpus:
            # One that was not asked for: the command line may be QEMU's own -append.
            vm, index = owners.get(state.owner, (len(vms) - 1, state.owner - len(owners) + vms[-1][0]))
            told["vcpus"].append(_vcpu(vm, index, len(vms) > 1, state, looks, design, symbols[vm]))
    told["remedy"] = _remedy(looks, kernel, design, icount)
    if not told["vcpus"] and design != "native":
        told["remedy"] = told["remedy"] or "no vCPU was there yet: the hypervisor was still starting"
    return told


def sentences(told: dict) -> list[str]:
    lines = [vcpu["words"] for vcpu in told["vcpus"]]
    if told["last_line"]:
        lines.append(f"the console's last line is: {told['last_line']}")
    return lines + ([told["remedy"]] if told["remedy"] else [])


def _last_line(console: bytes) -> str:
    lines = [line.strip() for line in console[-4096:].decode("utf-8", "replace").splitlines()]
    return next((line[:160] for line in reversed(lines) if line), "")


def _vcpu(vm: int, index: int, several: bool, state: VcpuState, looks: list[Look], design: str, symbols: Symbols) -> dict:
    name = f"vCPU {index} of VM {vm + 1}" if several else f"vCPU {index}"
    places = [place for look in looks if (place := _place(state.owner, look, design)) is not None]
    doing = _doing(state, places, symbols)
    if state.alike >= OFTEN:
        doing += (f"; it took the same exception {state.alike} times in a row: ESR_EL1 {state.esr:#x} at PC "
                  f"{_show(state.exception_pc, symbols)}, FAR_EL1 {state.far:#x}")
    elif state.exceptions >= OFTEN:
        doing += (f"; the hypervisor gave it {state.exceptions} exceptions, the last one ESR_EL1 {state.esr:#x} at PC "
                  f"{_show(state.exception_pc, symbols)}, FAR_EL1 {state.far:#x}")
    return {"vm": vm + 1, "vcpu": index, "words": f"{name} {doing}", "pcs": [look.pc for look in places],
            "symbol": symbols.name(places[-1].pc if places else state.pc), **asdict(state)}


def _doing(state: VcpuState, places: list[CpuLook], symbols: Symbols) -> str:
    if not state.is_on:
        return "is switched off" if state.pc else "is off, and was never switched on"
    if state.waits:
        why = "a timer of it is armed" if state.timer_armed else \
            "no timer of it is armed: only another vCPU or a device could wake it"
        return f"waits in WFI at PC {_show(state.pc, symbols)}, and {why}"
    if places:
        return _running(places, symbols)
    where = f"; it left its guest last at PC {_show(state.pc, symbols)}"
    if state.thread == "ready":
        return "is ready to run, and waits for a CPU" + where
    if state.loaded_on is not None:
        return f"was in the hypervisor on CPU {state.loaded_on}" + where
    return "is with its VMM" + where


def _running(places: list[CpuLook], symbols: Symbols) -> str:
    last = places[-1]
    masked = ", with interrupts masked" if all(place.masked for place in places) else ""
    (often, count), distinct = Counter(place.pc for place in places).most_common(1)[0], len({place.pc for place in places})
    if distinct == 1:
        moved = f"at {count} of {count} looks" if count > 1 else "when looked at"
    else:
        low, high = min(place.pc for place in places), max(place.pc for place in places)
        moved = f"{len(places)} looks found it between {low:#x} and {high:#x}"
        often = last.pc
    return f"runs at PC {_show(often, symbols)} at EL{last.el}{masked} ({moved})"


def _place(owner: int, look: Look, design: str) -> CpuLook | None:
    """The CPU's registers, if they are the guest's."""
    if look.kernel is None:
        return None
    for cpu, registers in zip(look.kernel.cpus, look.cpus):
        if cpu.runs == owner:
            return None if _in_hypervisor(cpu, registers, design) else registers
    return None


def _in_hypervisor(cpu: CpuState, registers: CpuLook, design: str) -> bool:
    if registers.el >= 2 or registers.el == 0 and VMM_START <= registers.pc < VMM_END:
        return True
    if design != "split":
        return False
    # The kernel is at EL1 as the guest is: its code, on the stack of the vCPU's thread.
    return IMAGE_AT <= registers.pc < IMAGE_AT + IMAGE_BYTES and abs(registers.sp - cpu.stack_pointer) < STACK_BYTES


def _native_cpu(number: int, looks: list[CpuLook], symbols: Symbols) -> dict:
    stood = len({(look.pc, look.sp, look.pstate) for look in looks}) == 1
    words = f"CPU {number} {_running(looks, symbols)}"
    return {"vm": 1, "vcpu": number, "words": words, "pcs": [look.pc for look in looks], "symbol": symbols.name(looks[-1].pc),
            "stood": stood}


def _show(pc: int, symbols: Symbols) -> str:
    name = symbols.name(pc)
    return f"{pc:#x} ({name})" if name else f"{pc:#x}"


def _remedy(looks: list[Look], kernel: KernelState | None, design: str, icount: bool) -> str:
    """The case that is known: with -icount QEMU has the CPUs take turns, and one that spins need not give one away."""
    if design == "native":
        several = icount and len(looks[-1].cpus) > 1
        return ("with -icount QEMU can let a CPU that spins without YIELD or WFE keep the others from their turn; if this is such a loop, "
                "--vcpus 1 or --mttcg helps") if several else ""
    cpus = [[look.cpus[number] for look in looks] for number in range(min(len(look.cpus) for look in looks))]
    stood = [len({(look.pc, look.sp, look.pstate) for look in of_one}) == 1 for of_one in cpus]
    if not icount or len(cpus) < 2 or len(looks) < 2 or not any(stood) or all(stood):
        return ""
    # An idle CPU stands too; the hypervisor knows which of them it believes to be idle.
    behind = [number for number, still in enumerate(stood) if still and (kernel is None or not kernel.cpus[number].is_idle)]
    if not behind:
        return ""
    return (f"CPU {behind[0]} stood still while another one ran: with -icount QEMU lets a CPU that spins without YIELD or WFE keep the "
            "others from their turn; try --cpus 1 or --mttcg")
