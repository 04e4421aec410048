# SPDX-License-Identifier: Apache-2.0
"""Running from world to world names what the trace of the same run names, in the same order."""

import unittest

import gdb_support as support

COUNT = 100
# On one CPU, with two vCPUs: interrupts, accesses to devices, system registers, of both vCPUs.
MACHINE = ("--vcpus", 2, "--append", "rounds=30")


class Exits(unittest.TestCase):
    def test_a_hundred_exits_are_those_of_the_trace(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                # The last entry is there so that the last exit has been recorded.
                session = support.debug(design, "sgi", ["hyp next-exit irq --json"] + ["hyp next-exit --json"] * (COUNT - 1)
                                        + ["hyp next-entry --json"], *MACHINE)
                *exits, _entry = session.answers
                traps = [event for event in session.events if event["event"] == "trap" and event["owner"]]
                first = next(at for at, trap in enumerate(traps) if trap["vector"] % 4 == 1)
                names = ("ELR_EL2", "ESR_EL2", "SPSR_EL2", "FAR_EL2", "HPFAR_EL2", "owner", "vector")
                self.assertEqual([{name: told[name] for name in names} for told in exits],
                                 [{name: trap[name] for name in names} for trap in traps[first:first + COUNT]])
                self.assertEqual(len(exits), COUNT)
                self.assertGreater(len({(told["class"], told["owner"]) for told in exits}), 3, "a poor choice of exits")

    def test_exits_of_a_class_and_of_a_vcpu(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, "sgi", ["hyp next-exit irq --json", "hyp next-exit SYS64 --json", "hyp next-exit vcpu 2 --json",
                                                        "hyp next-exit sys64 vcpu 1 --json", "hyp next-entry --json"], *MACHINE)
                _first, of_class, of_vcpu, of_both, _entry = session.answers
                traps = [trap for trap in session.events if trap["event"] == "trap" and trap["owner"]]
                first = next(at for at, trap in enumerate(traps) if trap["vector"] % 4 == 1)
                at = next(at for at in range(first, len(traps)) if traps[at]["vector"] % 4 == 0 and traps[at]["ESR_EL2"] >> 26 == 0x18)
                self.assertEqual(traps[at]["ELR_EL2"], of_class["ELR_EL2"])
                at = next(after for after in range(at + 1, len(traps)) if traps[after]["owner"] == 2)
                self.assertEqual((traps[at]["ELR_EL2"], 2), (of_vcpu["ELR_EL2"], of_vcpu["owner"]))
                at = next(after for after in range(at + 1, len(traps)) if traps[after]["owner"] == 1
                          and traps[after]["vector"] % 4 == 0 and traps[after]["ESR_EL2"] >> 26 == 0x18)
                self.assertEqual((traps[at]["ELR_EL2"], 1), (of_both["ELR_EL2"], of_both["owner"]))

    def test_entries_are_those_of_the_trace(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                session = support.debug(design, "hypercall", ["hyp next-entry --json"] * 20)
                erets = [event for event in session.events if event["event"] == "eret" and event["owner"]]
                names = ("ELR_EL2", "SPSR_EL2", "owner")
                self.assertEqual([[told[name] for name in names] for told in session.answers],
                                 [[eret[name] for name in names] for eret in erets[:20]])

    def test_from_world_to_world(self):
        """The worlds on the way of a hypercall, by the design."""
        way = {"split": [("lowvisor", 2), ("host", 1), ("lowvisor", 2), ("guest", 1)] * 2, "vhe": [("host", 2), ("guest", 1)] * 2,
               "el2": [("host", 2), ("guest", 1)] * 2}
        for design in support.DESIGNS:
            with self.subTest(design=design):
                steps = way[design]
                session = support.debug(design, "hypercall", ["hyp next-exit hvc64", "hyp next-entry --json"]
                                        + ["hyp step-world --json"] * (len(steps) + 1))
                _entry, entered, *told = session.answers
                self.assertEqual((entered["to"]["world"], entered["to"]["el"]), ("guest", 1))
                self.assertEqual([(step["to"]["world"], step["to"]["el"]) for step in told], steps)
                for before, after in zip([entered, *told], told):
                    self.assertEqual(before["to"], after["from"])

    def test_a_vmm_is_a_part_of_the_host(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                kernel = 1 if design == "split" else 2
                session = support.debug(design, "hypercall", ["hyp break run_user @host", "continue", "hyp step-world --json"])
                (step,) = session.answers
                self.assertEqual([(step[side]["world"], step[side]["el"]) for side in ("from", "to")], [("host", kernel), ("host", 0)])


class Breakpoints(unittest.TestCase):
    def test_count_in_their_own_world(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                kernel = 1 if design == "split" else 2
                session = support.debug(design, "hypercall", [
                    "hyp break handle_hvc @host --json", "continue", "hyp world --json", "delete",
                    "hyp break guest_enter @el2 --json", "continue", "hyp world --json", "delete",
                    "hyp break main @guest --json", "monitor info status"])
                host, where, el2, there, guest = session.answers
                (where,), (there,) = where["cpus"], there["cpus"]
                self.assertEqual((where["world"], where["el"], where["pc"]), ("host", kernel, host["address"]))
                self.assertEqual((there["el"], there["pc"]), (2, el2["address"]))
                self.assertGreater(guest["number"], el2["number"])

    def test_an_address_of_another_world_does_not_stop(self):
        """guest_exit is EL2's: a breakpoint there for the guest never stops, and the run ends."""
        session = support.debug("vhe", "hypercall", ["hyp break *((long)&guest_exit) @guest", "continue",
                                                    "hyp next-exit"], "--append", "iterations=20", succeeds=False)
        self.assertIn("SIGQUIT", session.stdout)
        self.assertIn("the machine is off", session.stderr)
