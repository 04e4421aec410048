# SPDX-License-Identifier: Apache-2.0
"""The registers that GDB shows are those of the trace, and one that the switch leaves out is found."""

import unittest

import gdb_support as support

# MSR (register): op0 3, then op1, CRn, CRm, op2 as sysregs.def has them.
TPIDR_EL1 = 0xd518_d080
CONTEXTIDR_EL1 = 0xd518_d020
NOP = 0xd503_201f


def leave_out(instruction: int) -> list[str]:
    """Commands that take the step's write out of the lowvisor's code: the first of them is the guest's entry or the host's return."""
    return ["python", "from hypdebug import machine, session",
            "raw = session.hypervisor.raw['lowvisor_run_vcpu']",
            "with machine.physical():",
            "    code = machine.memory(*raw)",
            f"    places = [raw[0] + at for at in range(0, raw[1], 4) if int.from_bytes(code[at:at + 4], 'little') & 0xffffffe0 == {instruction:#x}]",
            "    gdb.selected_inferior().write_memory(places[WHICH], (0xd503201f).to_bytes(4, 'little'))", "end"]


class LeftOut(unittest.TestCase):
    def find(self, which: int, commands: list[str]) -> tuple[dict, list[dict]]:
        lines = [line.replace("WHICH", str(which)) for line in leave_out(TPIDR_EL1)]
        session = support.debug("split", "registers", [*lines, *commands], "--append", "rounds=20")
        *_others, told = session.answers
        return told, told["wrong"]

    def test_of_a_guests_entry(self):
        """The guest is entered with the host's TPIDR_EL1."""
        told, wrong = self.find(0, ["hyp next-entry", "hyp diff-context --json"])
        self.assertEqual((told["world"], told["at_return"]), ("guest", True))
        self.assertEqual([(row["register"], row["class"], row["step"], row["belongs_to"]) for row in wrong],
                         [("TPIDR_EL1", "el1", "restore_el1", "the other world")])

    def test_nothing_is_wrong_where_nothing_is_left_out(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, "registers", ["hyp next-entry", "hyp diff-context --json"] * 8, "--append", "rounds=20")
                self.assertEqual([told["wrong"] for told in session.answers if "wrong" in told], [[]] * 8)

    def test_the_middle_of_a_switch_is_refused(self):
        session = support.debug("split", "hypercall", ["hyp next-exit", "hyp diff-context"], succeeds=False)
        self.assertIn("in the middle of a switch", session.stderr)


class Registers(unittest.TestCase):
    def test_what_is_live_is_what_the_trace_saves(self):
        """Where the trace has just recorded a block, the CPU and the vCPU hold its values."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording_of(design, "registers", "--append", "rounds=30")
                blocks = []
                for name in ("el1", "user", "return_state", "debug", "fp", "timer"):
                    restored = [event for event in support.events(folder, f"registers_{name}") if event["owner"] and event["operation"] == 0]
                    blocks += [(name, event) for event in restored[3:60:20] or restored[:1]]
                blocks.sort(key=lambda block: block[1]["index"])  # on to the next one is a short way for QEMU
                commands = [command for name, event in blocks
                            for command in (f"hyp goto {event['index']}", f"hyp context {name} vcpu {event['owner']} --json")]
                told = support.replay(folder, commands).answers
                self.assertEqual(len(told), len(blocks))
                self.assertGreater(len(blocks), 4)
                for answer, (name, event) in zip(told, blocks):
                    for row in answer["registers"]:
                        where = f"{row['register']} at event {event['index']}"
                        self.assertEqual(int(row["saved"], 16), event[row["register"]], where)
                        # While its timer is saved, the CPU's own state of it may change.
                        self.assertEqual(int(row["live"], 16) & ~(4 if row["register"] == "CNTV_CTL_EL0" else 0),
                                         event[row["register"]] & ~(4 if row["register"] == "CNTV_CTL_EL0" else 0), where)
