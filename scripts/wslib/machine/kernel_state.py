# SPDX-License-Identifier: Apache-2.0
"""What the hypervisor's kernel knows of its vCPUs, read in the file behind the machine's RAM: the run page says where
(hyp/trace/format/layout.hpp, StateMap), hyp/trace/format/state.def what."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from ..paths import ROOT
from .qemu_machine import RAM_BASE

_TABLE = (ROOT / "hyp/trace/format/state.def").read_text(encoding="utf-8")
_LAYOUT = (ROOT / "hyp/trace/format/layout.hpp").read_text(encoding="utf-8")
_ROWS = [(name, int(size)) for name, size in re.findall(r"^STATE\((\w+), \w+, [\w.]+, (\d)\)$", _TABLE, re.MULTILINE)]

_RUN_PAGE_MAGIC = int(re.search(r"kRunPageMagic = (0x[0-9a-f']+)", _LAYOUT)[1].replace("'", ""), 16)
_MAGIC = int(re.search(r"kStateMagic = (0x[0-9a-f']+)", _LAYOUT)[1].replace("'", ""), 16)
_OFFSET = int(re.search(r"kStateMapOffset = (\d+)", _LAYOUT)[1])
_MAX_VCPUS = int(re.search(r"kMaxVcpus = (\d+)", _LAYOUT)[1])
_THREAD_STATES = ("unused", "blocked", "ready", "running")


@dataclass(frozen=True)
class VcpuState:
    owner: int  # through all VMs, from 0, as traces count
    is_on: bool
    waits: bool  # in WFI
    timer_armed: bool  # something will end that WFI
    loaded_on: int | None  # the CPU that has its registers
    thread: str  # what its thread does; "" without one
    pc: int  # when it left its guest last
    pstate: int
    exceptions: int  # that the hypervisor gave it
    alike: int  # of those, how often the last one came in a row
    esr: int
    exception_pc: int
    far: int


@dataclass(frozen=True)
class CpuState:
    is_idle: bool
    runs: int | None  # the owner whose thread it has
    stack_pointer: int


class KernelState:
    """Raises ValueError where there is none (yet)."""

    def __init__(self, ram: Path, run_page: int, cpus: int):
        self._file = ram.open("rb")
        try:
            self._read_map(run_page)
            self.vcpus = [self._vcpu(owner, address) for owner, address in enumerate(self._addresses) if address]
            self.cpus = [self._cpu(number) for number in range(cpus)]
        finally:
            self._file.close()

    def _read_map(self, run_page: int) -> None:
        if struct.unpack("<Q", self._bytes(RAM_BASE + run_page, 8))[0] != _RUN_PAGE_MAGIC:
            raise ValueError("the hypervisor has no run page yet")
        layout = f"<Q{_MAX_VCPUS}QQII{len(_ROWS)}I"
        magic, *rest = struct.unpack(layout, self._bytes(RAM_BASE + run_page + _OFFSET, struct.calcsize(layout)))
        self._addresses, (self._cpus, self._cpu_bytes, entries, *offsets) = rest[:_MAX_VCPUS], rest[_MAX_VCPUS:]
        if magic != _MAGIC or entries != len(_ROWS):
            raise ValueError("the hypervisor is of another build than scripts/ws")
        self._offsets = {name: (offset, size) for (name, size), offset in zip(_ROWS, offsets)}

    def _bytes(self, address: int, size: int) -> bytes:
        if address < RAM_BASE:
            raise ValueError(f"{address:#x} is not in RAM")
        self._file.seek(address - RAM_BASE)
        data = self._file.read(size)
        if len(data) < size:
            raise ValueError(f"{address:#x} is not in RAM")
        return data

    def _get(self, structure: int, name: str, more: int = 0) -> int:
        offset, size = self._offsets[name]
        return int.from_bytes(self._bytes(structure + offset + more, size), "little", signed=name == "vcpu_loaded_on")

    def _vcpu(self, owner: int, at: int) -> VcpuState:
        context, thread = self._get(at, "vcpu_context"), self._get(at, "vcpu_thread")
        loaded_on = self._get(at, "vcpu_loaded_on")
        return VcpuState(
            owner=owner, is_on=bool(self._get(at, "vcpu_power")), waits=bool(self._get(at, "vcpu_waiting")),
            timer_armed=bool(self._get(at, "vcpu_wake_up_armed") or self._get(at, "vcpu_physical_timer_armed")),
            loaded_on=loaded_on if loaded_on >= 0 else None,
            thread=_THREAD_STATES[self._get(thread, "thread_state")] if thread else "",
            pc=self._get(context, "context_return_state"), pstate=self._get(context, "context_return_state", 8),
            exceptions=self._get(at, "vcpu_exceptions"), alike=self._get(at, "vcpu_exceptions_alike"),
            esr=self._get(at, "vcpu_exception_esr"), exception_pc=self._get(at, "vcpu_exception_pc"),
            far=self._get(at, "vcpu_exception_far"))

    def _cpu(self, number: int) -> CpuState:
        at = self._cpus + number * self._cpu_bytes
        current = self._get(at, "cpu_current")
        threads = {self._get(vcpu, "vcpu_thread"): owner for owner, vcpu in enumerate(self._addresses) if vcpu}
        return CpuState(is_idle=bool(self._get(at, "cpu_is_idle")), runs=threads.get(current) if current else None,
                        stack_pointer=self._get(current, "thread_stack_pointer") if current else 0)
