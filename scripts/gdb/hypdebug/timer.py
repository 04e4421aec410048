# SPDX-License-Identifier: Apache-2.0
"""`hyp timer`: a guest's timers."""

from . import machine, objects, tables, vcpu
from .command import Command


class Timer(Command):
    """Show a vCPU's timers: its virtual one, saved and in the CPU, and its emulated physical one.

hyp timer [vcpu N] [--json]"""

    NAME = "timer"

    def answer(self, words: list[str]) -> dict:
        with machine.physical():
            whose = vcpu.find(self, words)
            saved = dict(zip((row.name for row in tables.registers_of("timer")), objects.class_words(whose.context["timer"])))
            emulated = whose.value["physical_timer"]
            physical = {"CNTP_CTL_EL0": int(emulated["control"]), "CNTP_CVAL_EL0": int(emulated["compare"])}
            line = bool(whose.value["timer_line"])
        live = {row.name: machine.live(row)[0] for row in tables.registers_of("timer")}
        control = tables.register("CNTV_CTL_EL0")
        return {"vm": whose.vm, "vcpu": whose.index, "owner": whose.owner, "saved": saved, "live": live, "physical": physical,
                "line": line, "live_control": tables.decode(control, live["CNTV_CTL_EL0"]),
                "saved_control": tables.decode(control, saved["CNTV_CTL_EL0"])}

    def text(self, told: dict) -> str:
        def fields(decoded: dict) -> str:
            return " ".join(f"{name}={value}" for name, value in decoded.items())

        lines = [f"VM {told['vm']} vCPU {told['vcpu']}: the virtual timer's interrupt line is {'high' if told['line'] else 'low'}"]
        for name in told["saved"]:
            lines.append(f"  {name:<14} saved {told['saved'][name]:#x}, in the CPU {told['live'][name]:#x}")
        lines.append(f"  saved: {fields(told['saved_control'])}; in the CPU: {fields(told['live_control'])}")
        lines.append("  emulated: " + ", ".join(f"{name} {value:#x}" for name, value in told["physical"].items()))
        return "\n".join(lines)


Timer()
