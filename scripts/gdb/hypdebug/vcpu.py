# SPDX-License-Identifier: Apache-2.0
"""`hyp vcpu`: every vCPU of every VM."""

from . import machine, objects, tables
from .command import Command


def find(command: Command, words: list[str]) -> objects.Vcpu:
    """The vCPU that `vcpu N` among the words names, or else the one that the CPU has. Within machine.physical()."""
    if words and (words[0] != "vcpu" or len(words) != 2):
        raise command.wrong("it takes vcpu N, the vCPU's owner number in the trace, or nothing for the vCPU that this CPU has")
    known = objects.vcpus() if objects.is_booted() else []
    if not words:
        vcpu = objects.current_vcpu()
        if vcpu is None:
            raise command.wrong("this CPU has no vCPU at the moment; give vcpu N" if known else "there is no vCPU yet")
        return vcpu
    owner = command.number(words[1])
    for vcpu in known:
        if vcpu.owner == owner:
            return vcpu
    raise command.wrong(f"there is no vCPU {owner}; they are {', '.join(str(vcpu.owner) for vcpu in known) or 'not made yet'}")


def describe(vcpu: objects.Vcpu) -> dict:
    context, value = vcpu.context, vcpu.value
    return_state = dict(zip((row.name for row in tables.registers_of("return_state")), objects.class_words(context["return_state"])))
    loaded = int(value["loaded_on"])
    return {"owner": vcpu.owner, "vm": vcpu.vm, "vcpu": vcpu.index, "power": str(value["power"]).rsplit("::", 1)[-1],
            "waiting": bool(value["waiting"]), "loaded_on": loaded if loaded >= 0 else None, "requests": int(value["requests"]),
            "saved": return_state, "last_exit": {"vector": int(context["exit"]["vector"]), **tables.syndrome(int(context["exit"]["esr"]))},
            "fp_loaded": bool(context["fp_loaded"]), "debug_used": bool(context["debug_used"]),
            "lists_in_use": bool(context["lists_in_use"])}


class VcpuCommand(Command):
    """List the vCPUs of all VMs: where each is, and what it left its guest for the last time.

hyp vcpu [--json]"""

    NAME = "vcpu"

    def answer(self, words: list[str]) -> dict:
        if words:
            raise self.wrong("it takes no arguments")
        with machine.physical():
            return {"vcpus": [describe(vcpu) for vcpu in objects.vcpus()] if objects.is_booted() else []}

    def text(self, told: dict) -> str:
        lines = []
        for vcpu in told["vcpus"]:
            where = f"loaded on CPU {vcpu['loaded_on']}" if vcpu["loaded_on"] is not None else "not loaded"
            waits = ", waits for an interrupt" if vcpu["waiting"] else ""
            lines.append(f"vCPU {vcpu['owner']}: VM {vcpu['vm']} vCPU {vcpu['vcpu']}, {vcpu['power']}, {where}{waits}; saved "
                         + ", ".join(f"{name} {value:#x}" for name, value in vcpu["saved"].items()))
            lines.append(f"  last exit: vector {vcpu['last_exit']['vector']}, {tables.show_syndrome(vcpu['last_exit'])}")
        return "\n".join(lines) or "there is no vCPU yet"


VcpuCommand()
