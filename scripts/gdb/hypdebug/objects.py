# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's own objects, by its debug information. All within machine.physical()."""

from dataclasses import dataclass

import gdb

from . import machine, session


@dataclass(frozen=True)
class Vcpu:
    vm: int
    index: int
    owner: int
    context: gdb.Value  # ws::VcpuContext
    value: gdb.Value  # ws::Vcpu
    vm_value: gdb.Value  # ws::Vm

    @property
    def name(self) -> str:
        return f"VM {self.vm} vCPU {self.index}"


def _at(address: int, type_name: str) -> gdb.Value:
    return gdb.Value(address).cast(gdb.lookup_type(type_name).pointer()).dereference()


def is_booted() -> bool:
    """TPIDR_EL2 is unknown before the hypervisor has written it."""
    cpus, size = session.hypervisor.raw["_ZN2ws4cpusE"]
    return cpus <= machine.system("TPIDR_EL2") < cpus + size


def cpu() -> gdb.Value | None:
    """The selected CPU's ws::Cpu."""
    return _at(machine.system("TPIDR_EL2"), "ws::Cpu") if is_booted() else None


def _vcpu(value: gdb.Value) -> Vcpu | None:
    if int(value["vm"]) == 0 or int(value["context"]) == 0:
        return None
    vm = value["vm"].dereference()
    return Vcpu(int(vm["number"]), int(value["index"]), int(value["owner"]), value["context"].dereference(), value, vm)


def current_vcpu() -> Vcpu | None:
    """Whose thread the selected CPU runs."""
    here = cpu()
    if here is None or int(here["current"]) == 0:
        return None
    vcpu = here["current"].dereference()["vcpu"]
    return _vcpu(vcpu.dereference()) if int(vcpu) else None


def vms() -> list[gdb.Value]:
    known = session.hypervisor.raw
    made = int.from_bytes(machine.memory(known["_ZN2ws12_GLOBAL__N_14madeE"][0], 4), "little")
    first = known["_ZN2ws12_GLOBAL__N_13vmsE"][0]
    return [_at(machine.word(first + 8 * number), "ws::Vm") for number in range(made)]


def vcpus() -> list[Vcpu]:
    found = []
    for vm in vms():
        for index in range(int(vm["vcpu_count"])):
            vcpu = _vcpu(vm["vcpus"][index])
            if vcpu is not None:
                found.append(vcpu)
    return found


def class_words(state: gdb.Value) -> list[int]:
    """Of a ClassState."""
    words = state["words"]
    low, high = words.type.range()
    raw = machine.memory(int(words.address), 8 * (high - low + 1))
    return [int.from_bytes(raw[at:at + 8], "little") for at in range(0, len(raw), 8)]
