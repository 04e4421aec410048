# SPDX-License-Identifier: Apache-2.0
"""`hyp context`: a vCPU's registers, as they are saved and as the CPU has them."""

import gdb

from . import machine, objects, tables, vcpu, world
from .command import Command

# The members of VcpuContext and of HostContext that are a ClassState have the classes' names.
BLOCKS = [name for name, moved, _meaning in tables.register_classes().values() if moved == "block"]


def show_words(words: list[int] | None) -> str:
    return "?" if words is None else "0x" + "".join(f"{word:016x}" for word in reversed(words))


def saved_blocks(context: gdb.Value) -> dict[str, list[tuple[tables.Register, list[int]]]]:
    """Of a VcpuContext or a HostContext: class -> its registers and their words."""
    members = {field.name for field in context.type.fields()}
    found = {}
    for name in BLOCKS:
        if name not in members:
            continue
        words, rows = objects.class_words(context[name]), []
        for row in tables.registers_of(name):
            rows.append((row, words[:row.words]))
            words = words[row.words:]
        found[name] = rows
    return found


def saved_controls(context: gdb.Value) -> list[tuple[tables.Register, list[int]]]:
    """Of its TrapConfig, whose members are the registers' names without _ELx."""
    rows = {row.name.rsplit("_", 1)[0].lower(): row for row in tables.registers_of("trap_config")}
    return [(rows[field.name], [int(context["traps"][field.name])]) for field in context["traps"].type.fields()]


class Context(Command):
    """Show a vCPU's registers: what is saved of it beside what the CPU has.

hyp context [CLASS] [vcpu N] [--json]

CLASS is a register class as in the trace: general, el1, user, fp, timer, vgic, list_registers, debug, breakpoints, return_state.
GDB cannot read the interrupt controller's registers in the CPU: those show ?."""

    NAME = "context"

    def answer(self, words: list[str]) -> dict:
        wanted = words.pop(0) if words and words[0] != "vcpu" else None
        if wanted is not None and wanted not in BLOCKS:
            raise self.wrong(f"there is no register class {wanted}; they are {', '.join(BLOCKS)}")
        with machine.physical():
            whose = vcpu.find(self, words)
            blocks = saved_blocks(whose.context)
        told = [{"class": name, "register": row.name, "saved": show_words(words), "live": show_words(machine.live(row))}
                for name, rows in blocks.items() if wanted in (None, name) for row, words in rows]
        return {"vm": whose.vm, "vcpu": whose.index, "owner": whose.owner, "world": world.here()["world"], "registers": told}

    def text(self, told: dict) -> str:
        lines = [f"VM {told['vm']} vCPU {told['vcpu']}; the CPU is in the {told['world']}'s world"]
        name = None
        for row in told["registers"]:
            if row["class"] != name:
                name = row["class"]
                lines.append(f"{name:<20} {'saved':<18} in the CPU")
            mark = "" if row["live"] in ("?", row["saved"]) else "  differs"
            lines.append(f"  {row['register']:<18} {row['saved']} {row['live']}{mark}")
        return "\n".join(lines)


Context()
