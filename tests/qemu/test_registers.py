# SPDX-License-Identifier: Apache-2.0
"""Registers survive, and the tests would see it if one did not.

The guest `registers` fills every register that it may with patterns, traps, and compares; the hypervisor's `selfcheck`
does the same for the host's. Mutants show that this would be noticed: in a copy of the image one instruction of the
switch (an MRS, MSR, LDP or STP that moves a register) becomes a NOP, and the run must not succeed."""

import re
import struct
import subprocess
import unittest
from typing import NamedTuple

from qemu_support import DESIGNS, LONG, ROOT, at_once, new_folder, new_run

IMAGE_ADDRESS = 0x40200000
NOP = 0xD503201F

# The functions that move registers, by design; their names as objdump --demangle shows them.
FUNCTIONS = {
    "split": ("lowvisor_run_vcpu", "guest_enter", "guest_exit"),
}
# A kernel at EL2 has the same ones with VHE and without.
FUNCTIONS["el2"] = FUNCTIONS["vhe"] = (
    *(f"ws::ThisDesign::{name}(ws::VcpuContext&)" for name in ("run", "load", "put", "load_fp", "load_debug")),
    "guest_enter", "guest_exit")
# Classes whose registers a guest can fill and read back, or whose loss it can tell.
CLASSES = ("general", "callee_saved", "return_state", "fp", "el1", "user", "timer", "debug", "breakpoints", "vgic",
           "list_registers")
# Registers of these classes in which a loss cannot show, and why.
INVISIBLE = {
    "afsr0_el1": "QEMU's reads as zero", "afsr1_el1": "QEMU's reads as zero", "amair_el1": "QEMU's reads as zero",
    "cntvoff_el2": "a guest cannot tell which offset its count should have",
}
# The same, where only the save cannot show.
INVISIBLE_SAVES = {
    "ich_hcr_el2": "of it only EOIcount comes back, and the maintenance interrupts bring an active interrupt back into a "
                   "list register before the guest ends it",
    # A guest's accesses to debug registers all trap: what is kept of them changes there, and nothing else changes them.
    "mdscr_el1": "see above",
    **{f"dbg{kind}{n}_el1": "see above" for kind in ("bvr", "bcr", "wvr", "wcr") for n in range(16)},
}


def tables() -> dict[str, str]:
    """Register name in lower case -> class, from sysregs.def."""
    text = (ROOT / "hyp/arch/sysregs.def").read_text(encoding="utf-8")
    return {name.lower(): register_class for name, register_class in
            re.findall(r"^SYSREG\((\w+), \d+, \d+, \d+, \d+, \d+, (\w+),", text, re.MULTILINE)}


def own_name(operand: str) -> str:
    """TTBR0_EL12 and CNTV_CTL_EL02 are TTBR0_EL1 and CNTV_CTL_EL0 by another name."""
    return re.sub(r"_el([01])2$", r"_el\1", operand)


class Notices(NamedTuple):
    """A guest that fails, or never ends, if registers are lost; its last words tell that it came to its end."""

    guest: str
    append: str
    last_words: str
    vms: tuple[str, ...] = ()  # the option for a second VM on the same CPU


FILLS_ALL = Notices("registers", "rounds=120 per-filling=15", "all registers kept for 120 traps")
# These are nobody's but guests': what one VM does not find again another one must have changed.
TWO_VMS = Notices("registers", "rounds=1200 per-filling=15", "all registers kept for 1200 traps",
                  ("--vm", "guest=priority,append=rounds=10"))
# A list register has nothing in it unless there are interrupts, and the last one only if there are many.
INTERRUPTED = Notices("priority", "rounds=1", "interrupts come in the right order")
# Debug registers do something.
DEBUGGED = Notices("debug", "rounds=2", "breakpoints, watchpoints and steps on")
# Where a trapped load is that the hypervisor has to decode.
DECODED = Notices("mmio", "", "reach the devices")


def who_notices(register: str) -> tuple[Notices, ...]:
    """At least one of them does."""
    if register == "elr_el2":
        return FILLS_ALL, DECODED
    register_class = tables().get(register)
    if register_class in ("debug", "breakpoints"):
        return FILLS_ALL, DEBUGGED
    return ({"list_registers": INTERRUPTED, "vgic": TWO_VMS}.get(register_class, FILLS_ALL),)


def moves(design: str, suffix: str = "") -> list[tuple[int, str, str]]:
    """(address, text, register) of each instruction of the switch that moves a register of CLASSES. `suffix`: of an image
    without some optimisations."""
    elf = ROOT / f"build/hyp/hyp/off/hyp-{design}{suffix}"
    classes = tables()
    found = []
    for function in FUNCTIONS[design]:
        listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "-C", f"--disassemble={function}", str(elf)],
                                 capture_output=True, text=True, check=True).stdout
        for address, text in re.findall(r"^\s*([0-9a-f]+):\t[0-9a-f]{8} \t(.+)$", listing, re.MULTILINE):
            register = moved_register(text, classes, function)
            if register:
                found.append((int(address, 16), f"{function}: {' '.join(text.split())}", register))
    return found


def moved_register(text: str, classes: dict[str, str], function: str) -> str | None:
    operation, _, rest = text.partition("\t")
    operands = [operand.strip() for operand in rest.split(",")]
    if "xzr" in operands:
        return None  # a register that is switched off for the host, not restored
    if operation in ("mrs", "msr"):
        name = own_name(operands[1] if operation == "mrs" else operands[0])
        invisible = name in INVISIBLE or (operation == "mrs" and name in INVISIBLE_SAVES)
        return name if classes.get(name) in CLASSES and not invisible else None
    if operation in ("ldp", "stp") and operands[0].startswith("q"):
        return operands[0]
    # In guest_entry.S the pairs of general-purpose registers; [sp] is its own stack frame.
    if operation in ("ldp", "stp") and function in ("guest_enter", "guest_exit") and "[sp" not in rest:
        return operands[0]
    return None


class Mutant:
    """The untraced image of a design with one instruction taken out, or with none."""

    def __init__(self, design: str, address: int | None, register: str, suffix: str = ""):
        image = bytearray((ROOT / f"build/hyp/hyp/off/hyp-{design}{suffix}.bin").read_bytes())
        if address is not None:
            struct.pack_into("<I", image, address - IMAGE_ADDRESS, NOP)
        self.design = design
        self.register = register
        self.path = new_folder() / "mutant.bin"
        self.path.write_bytes(image)

    def survives(self) -> bool:
        """True if guest and hypervisor notice nothing."""
        survives = all(map(self._survives, who_notices(self.register)))
        self.path.unlink()
        return survives

    def _survives(self, notices: Notices) -> bool:
        made = new_run(self.design, notices.guest, *notices.vms, "--trace", "off", "--selfcheck",
                       "--timeout", "20", "--", "-kernel", str(self.path), append=notices.append)
        # One that cannot tell what its argument registers say may just switch the machine off.
        return made.status == 0 and notices.last_words in made.console


def sample(every: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """A few instructions of each kind; all of them in the long tests."""
    return every if LONG else every[3::12]


class RegistersSurvive(unittest.TestCase):
    def test_ten_thousand_traps(self):
        for design in DESIGNS:
            for level in ("off", "full"):
                with self.subTest(design=design, trace=level):
                    made = new_run(design, "registers", "--trace", level, "--selfcheck")
                    self.assertEqual(made.status, 0, made.console + made.stderr)
                    self.assertIn("all registers kept for 10000 traps", made.console)

    def test_each_part_of_the_switch_is_needed(self):
        for design in DESIGNS:
            every = moves(design)
            self.assertGreater(len(every), 100, f"{design}: the switch's instructions were not found")
            mutants = [(design, address, register) for address, _, register in sample(every)]
            survive = at_once(lambda *mutant: Mutant(*mutant).survives(), mutants)
            # One that does not end is not missed for want of time: the image as it is ends.
            self.assertTrue(Mutant(design, None, "x0").survives(), f"{design}: the image with nothing left out")
            for (address, text, register), survives in zip(sample(every), survive):
                with self.subTest(design=design, left_out=text):
                    self.assertFalse(survives, f"{design} without `{text}` at {address:#x}: nobody missed {register}")


if __name__ == "__main__":
    unittest.main()
