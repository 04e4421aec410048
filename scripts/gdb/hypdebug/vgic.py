# SPDX-License-Identifier: Apache-2.0
"""`hyp vgic`: a vCPU's virtual interrupts."""

import gdb

from . import machine, objects, session, tables, vcpu
from .command import Command


def _interrupts(bank: gdb.Value, first: int) -> list[dict]:
    """Those of a bank that are in some state."""
    bits = {name: int(bank[name]) for name in ("enabled", "edge", "line", "latch", "active", "listed")}
    pending = bits["latch"] | (bits["line"] & ~bits["edge"])
    found = []
    for bit in range(32):
        state = {name: bool(value >> bit & 1) for name, value in {**bits, "pending": pending}.items()}
        if state["pending"] or state["active"] or state["listed"] or state["line"]:
            found.append({"intid": first + bit, "priority": int(bank["priority"][bit]), **state})
    return found


class Vgic(Command):
    """Show a vCPU's virtual interrupts: its list registers, and what its interrupt controller holds.

hyp vgic [vcpu N] [--json]

GDB cannot read ICH_* in the CPU. While the vCPU's list registers are there, what is shown of them is what they were loaded with."""

    NAME = "vgic"

    def answer(self, words: list[str]) -> dict:
        with machine.physical():
            whose = vcpu.find(self, words)
            interrupts = whose.vm_value["interrupts"]
            rows = {name: dict(zip((row.name for row in tables.registers_of(name)), objects.class_words(whose.context[name])))
                    for name in ("vgic", "list_registers")}
            lists = [{"register": name, "value": value, **tables.decode(tables.register(name), value)}
                     for name, value in rows["list_registers"].items() if name.startswith("ICH_LR")]
            told = _interrupts(interrupts["vcpus_"][whose.index]["own"], 0)
            shared = interrupts["shared_"]
            low, high = shared.type.range()
            for number in range(low, high + 1):
                told += _interrupts(shared[number], 32 * (number + 1))
            return {"vm": whose.vm, "vcpu": whose.index, "owner": whose.owner, "list_registers": lists,
                    "ICH_HCR_EL2": rows["list_registers"]["ICH_HCR_EL2"], "ICH_VMCR_EL2": rows["vgic"]["ICH_VMCR_EL2"],
                    "in_cpu": not bool(whose.context["lists_changed"]) if session.design() != "split" else False,
                    "groups_on": [int(interrupts[name]) != 0 for name in ("group0_on_", "group1_on_")], "interrupts": told}

    def text(self, told: dict) -> str:
        lines = [f"VM {told['vm']} vCPU {told['vcpu']}: ICH_HCR_EL2 {told['ICH_HCR_EL2']:#x}, ICH_VMCR_EL2 {told['ICH_VMCR_EL2']:#x} (saved)"]
        states = ("inactive", "pending", "active", "pending and active")
        used = [row for row in told["list_registers"] if row["State"]]
        lines += [f"  {row['register']}: interrupt {row['vINTID']}, {states[row['State']]}, priority {row['Priority']:#x}"
                  + (f", linked to physical {row['pINTID']}" if row["HW"] else "") for row in used]
        if not used:
            lines.append("  no list register is in use")
        for row in told["interrupts"]:
            words = [name for name in ("enabled", "pending", "active", "listed", "line") if row[name]]
            lines.append(f"  interrupt {row['intid']}: {', '.join(words)}, priority {row['priority']:#x}")
        return "\n".join(lines)


Vgic()
