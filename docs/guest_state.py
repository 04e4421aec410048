# SPDX-License-Identifier: Apache-2.0
"""The page's tables of what becomes of a guest's state between two VMs, from guest_state.def and sysregs.def."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# As is_switched() in guest_state.hpp has them.
SWITCHED_CLASSES = ("general", "fp", "el1", "user", "timer", "debug", "breakpoints")
FATES = {
    "switched": "Each vCPU has its own in the CPU.",
    "trapped": "EL2 answers: with the vCPU's own value, with a constant, or with an Undefined Instruction exception.",
    "hidden": "No guest is told of it, and an access is undefined.",
    "shared": "All VMs see the same.",
}
RANGE = r"(?:AT|FROM)\(([\d, ]+)\)"


def rows() -> list[tuple[str, str, str, str]]:
    """(name, encoding, fate, why) of each row."""
    sysregs = (ROOT / "hyp/arch/sysregs.def").read_text(encoding="utf-8")
    known = {name: (encoding, register_class) for name, encoding, register_class in
             re.findall(r"^SYSREG\((\w+), (\d+, \d+, \d+, \d+, \d+), (\w+),", sysregs, re.MULTILINE)}
    told = [(name, encoding.replace(", ", " "), "switched", f"class {c}") for name, (encoding, c) in known.items()
            if c in SWITCHED_CLASSES and (int(encoding.split(", ")[1]) < 4 or name == "SP_EL1")]
    table = (ROOT / "hyp/world_switch/guest_state.def").read_text(encoding="utf-8")
    for line in table.splitlines():
        if match := re.match(r'GUEST_REGISTER\((\w+), (\w+), \w+, "(.*)"\)$', line):
            told.append((match[1], known[match[1]][0].replace(", ", " "), match[2], match[3]))
        elif match := re.match(rf'GUEST_REGISTERS\("(.*)", (\d), (\d), {RANGE}, {RANGE}, {RANGE}, (\w+), "(.*)"\)$', line):
            places = [match[2], match[3], *(match[i].replace(", ", "-") for i in (4, 5, 6))]
            told.append((match[1], " ".join(places), match[7], match[8]))
        elif match := re.match(r'GUEST_STATE\("(.*)", (\w+), "(.*)"\)$', line):
            told.append((match[1], "", match[2], match[3]))
        elif line.startswith("GUEST_"):
            raise ValueError(f"guest_state.def has a row that the pages cannot read: {line}")
    return told


def reference() -> str:
    """A table for each fate."""
    lines = []
    for fate, meaning in FATES.items():
        lines += [f"{fate.capitalize()}", "-" * len(fate), "", meaning, "", ".. list-table::", "   :header-rows: 1",
                  "   :widths: 30 18 52", "", "   * - What", "     - op0 op1 CRn CRm op2", "     - How, or why"]
        for name, encoding, _, why in (row for row in rows() if row[2] == fate):
            lines += [f"   * - {escaped(name)}", f"     - {encoding}", f"     - {escaped(why)}"]
        lines.append("")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    return text.replace("*", "\\*").replace("<", "\\<")
