# SPDX-License-Identifier: Apache-2.0
"""`hyp diff-context`: what the CPU has that belongs to the other world, and the step that should have moved it."""

from . import machine, objects, session, tables, vcpu, world, world_boundaries
from .command import Command, none_wanted
from .context import saved_blocks, saved_controls, show_words

# Whose step moves a class: what stands after restore_ and restore_host_ in the names of steps.def.
_STEPS = {"general": "general_purpose", "return_state": "el1", "user": "el1", "breakpoints": "debug"}
# What the designs at EL2 switch at every exit. The rest stays in the CPU while the vCPU is loaded, and what is saved of
# it is old.
_AT_EVERY_EXIT = ("general", "return_state", "debug")


def _step_for(name: str, side: str) -> str:
    if name == "trap_config":
        step = "activate_traps" if side == world.GUEST else "deactivate_traps"
    else:
        step = ("restore_" if side == world.GUEST else "restore_host_") + _STEPS.get(name, name)
    return step if step in tables.steps() else "restore_general_purpose"


def _comparable(name: str, row: tables.Register, words: list[int]) -> list[int]:
    """Without what the hardware changes by itself."""
    if row.name == "CNTV_CTL_EL0":
        status = row.field("ISTATUS")
        return [words[0] & ~(1 << status.lsb)]
    return words


class DiffContext(Command):
    """Find registers in the CPU that belong to the other world, and name the step of the switch that should have moved each.

hyp diff-context [--json]

At the ERET into a guest (hyp next-entry), and in split at the one to the host, every register must be the next world's: any other is
told. Elsewhere in a world, only those are that have the very value that is saved of the other."""

    NAME = "diff-context"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        pc, where = machine.pc(), world.here()
        at_return = machine.instruction() == world_boundaries.ERET and pc in world_boundaries.world_returns() and where["el"] == 2
        if at_return:
            side = world.GUEST if pc in world_boundaries.guest_entries() else world.HOST
        elif where["world"] == world.LOWVISOR:
            raise self.wrong("the lowvisor is in the middle of a switch, where registers of both worlds are due; "
                             "look at its end: hyp next-entry, or hyp step-world")
        else:
            side = where["world"]
        with machine.physical():
            whose = vcpu.find(self, [])
            cpu = objects.cpu()
            debug_used = bool(whose.context["debug_used"])
            guest = {**saved_blocks(whose.context), "trap_config": saved_controls(whose.context)}
            host = {**saved_blocks(cpu["host"]), "trap_config": saved_controls(cpu["host"])}
        if not debug_used:
            guest.pop("breakpoints"), host.pop("breakpoints")
        if not at_return:  # a world's own registers for its own use
            guest.pop("general"), guest.pop("return_state"), host.pop("return_state", None)
        mine, other = (guest, host) if side == world.GUEST else (host, guest)
        wrong = []
        for name, rows in mine.items():
            if session.design() != "split" and name not in (*_AT_EVERY_EXIT, "trap_config"):
                continue
            others = {row.name: saved for row, saved in other.get(name, [])}
            for row, saved in rows:
                live = machine.live(row)
                if live is None:
                    continue
                live, saved, its = (_comparable(name, row, value) if value is not None else None
                                    for value in (live, saved, others.get(row.name)))
                if live != saved and (at_return or live == its):
                    step = _step_for(name, side)
                    wrong.append({"register": row.name, "class": name, "live": show_words(live), "expected": show_words(saved),
                                  "belongs_to": "the other world" if live == its else "neither world", "step": step,
                                  "step_number": tables.steps()[step][0], "meaning": row.meaning})
        return {"world": side, "at_return": at_return, "vm": whose.vm, "vcpu": whose.index, "wrong": wrong}

    def text(self, told: dict) -> str:
        if not told["wrong"]:
            return f"all that the {told['world']} should have is in the CPU"
        lines = [f"in the CPU, but not the {told['world']}'s:"]
        for row in told["wrong"]:
            lines.append(f"  {row['register']} ({row['meaning']}): {row['live']}, should be {row['expected']}; it is "
                         f"{row['belongs_to']}'s. Step {row['step_number']}, {row['step']}, should have moved it")
        return "\n".join(lines)


DiffContext()
