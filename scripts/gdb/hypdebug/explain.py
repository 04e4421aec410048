# SPDX-License-Identifier: Apache-2.0
"""`hyp step-explain`: what the next instruction does to the machine, by the tables."""

import gdb

from . import machine, tables, world, world_boundaries
from .command import Command, none_wanted

_EL12 = 5  # op1 of the names by which EL2 reaches an EL1 register while E2H is 1


def explain() -> dict:
    word = machine.instruction()
    if word is None:
        raise gdb.GdbError("there is no memory at pc")
    pc = machine.pc()
    text = gdb.execute("x/i $pc", to_string=True).strip().split(":\t", 1)[1].replace("\t", " ")
    told = {"pc": pc, "instruction": text, "register": None, "fields": [], "words": []}
    if word & 0xffd0_0000 == 0xd510_0000 and word >> 19 & 1 | 2:
        told |= _register_move(word)
    elif word & 0xffe0_001f == 0xd400_0002:
        level = "EL2 (HVC)" if machine.el() < 2 else "EL2 itself"
        told["words"] = [f"an exception to {level}: the syndrome will be {tables.exception_classes()[0x16].meaning} with immediate "
                         f"{word >> 5 & 0xffff:#x}, the vector {machine.system('VBAR_EL2') + (0x400 if machine.el() < 2 else 0x200):#x}"]
    elif word == world_boundaries.ERET:
        level = machine.el()
        link, state = (machine.system(f"{name}_EL{level}") for name in ("ELR", "SPSR"))
        told["words"] = [f"returns to {link:#x}, EL{state >> 2 & 3}: ELR_EL{level} and SPSR_EL{level} say so"]
    return told


def _register_move(word: int) -> dict:
    is_read = word >> 21 & 1
    encoding = (2 + (word >> 19 & 1), word >> 16 & 7, word >> 12 & 15, word >> 8 & 15, word >> 5 & 7)
    e2h = machine.field("HCR_EL2", "E2H") == 1
    known = tables.by_encoding()
    row, words = known.get(encoding), []
    if row is None and encoding[1] == _EL12:
        row = next((known.get((encoding[0], op1, *encoding[2:])) for op1 in (0, 3)
                    if (encoding[0], op1, *encoding[2:]) in known), None)
        words.append("an _EL12 or _EL02 name: EL2 reaches the guest's register, which its own name would no longer do")
    if row is None:
        return {"words": ["a system register that the tables do not know"]}
    if row.redirected and e2h and machine.el() == 2 and encoding[1] != _EL12:
        words.append(f"HCR_EL2.E2H is 1: at EL2 the name {row.name} reaches EL2's own register")
    live = machine.live(row)
    told = {"register": row.name, "meaning": row.meaning, "read": bool(is_read), "words": words, "fields": []}
    target = word & 31
    if is_read or live is None:
        return told
    new = 0 if target == 31 else machine.read(f"x{target}")
    redirected = row.redirected and e2h and machine.el() == 2 and encoding[1] != _EL12
    old = None if redirected else live[0]  # GDB's name means EL1's register
    told |= {"old": old, "new": new}
    for field in row.fields:
        if field.layout not in ("", "1" if e2h else "0"):
            continue
        before = None if old is None else field.get(old)
        if before is None and field.get(new) == 0 or before == field.get(new):
            continue
        told["fields"].append({"name": field.name, "old": before, "new": field.get(new), "meaning": field.meaning})
    return told


class StepExplain(Command):
    """Step one instruction and say what it did: of a system register, which one, and what changes in it.

hyp step-explain [--json]"""

    NAME = "step-explain"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        told = explain()
        before = world.here()
        from . import running
        running.step()
        after = world.here()
        return told | {"from": before, "to": after, "pc_after": machine.pc()}

    def text(self, told: dict) -> str:
        lines = [f"{told['pc']:#x}: {told['instruction']}"]
        if told["register"]:
            lines.append(f"  {'reads' if told['read'] else 'writes'} {told['register']}: {told['meaning']}")
            if told.get("new") is not None:
                was = f"was {told['old']:#x}, " if told["old"] is not None else ""
                lines.append(f"  {was}is now {told['new']:#x}" + ("" if told["fields"] or told["old"] is None else ", as before"
                                                                  if told["old"] == told["new"] else ""))
            for field in told["fields"]:
                was = f"{field['old']:#x} -> " if field["old"] is not None else ""
                lines.append(f"    {field['name']}: {was}{field['new']:#x}  {field['meaning']}")
        lines += [f"  {words}" for words in told["words"]]
        if (told["from"]["world"], told["from"]["el"]) != (told["to"]["world"], told["to"]["el"]):
            lines.append(f"  from {world.show(told['from'])} to {world.show(told['to'])}")
        return "\n".join(lines)


StepExplain()
