# SPDX-License-Identifier: Apache-2.0
"""What guest fine_print met, seen from outside: each of its aborts was one exit, and became the abort that it is."""

import unittest

import qemu_support as support

WALK = 1 << 7  # ESR_ELx.S1PTW
ABORTS = (0x20, 0x24)  # exception classes at EL2


def runs():
    cases = [support.Case(design, "fine_print", "traps") for design in support.DESIGNS]
    support.prepare(cases)
    for case in cases:
        yield case, support.run(*case)


def aborts_on_walks(run: support.Run) -> list[tuple[int, int, int]]:
    """(ELR_EL2, FAR_EL2, ESR_EL2) of each, and of the exits between them None."""
    found = []
    for trap in support.events(run, "trap"):
        if trap.number["owner"] == 0:
            continue
        syndrome = trap.number["ESR_EL2"]
        walk = syndrome is not None and syndrome >> 26 in ABORTS and syndrome & WALK
        found.append((trap.number["ELR_EL2"], trap.number["FAR_EL2"], syndrome) if walk else None)
    return found


class FinePrint(unittest.TestCase):
    def test_no_abort_on_a_walk_is_tried_again(self):
        """A walk that must write into protected memory would come back for ever, or until the bound ends it."""
        for case, run in runs():
            with self.subTest(case=case):
                self.assertNotIn("again and again", run.console)
                aborts = aborts_on_walks(run)
                self.assertGreater(len([abort for abort in aborts if abort]), 100, "walks of nothing, and of protected tables")
                twice = [this for this, following in zip(aborts, aborts[1:]) if this and this == following]
                self.assertEqual(twice, [], "aborts that came twice in a row")

    def test_an_abort_on_a_walk_has_the_walks_level(self):
        """0x14 to 0x17: external abort on a walk at level 0 to 3; permission faults are those of leaves, at level 1 to 3."""
        for case, run in runs():
            with self.subTest(case=case):
                told = {event.number["ESR_EL1"] & 0x3f for event in support.events(run, "inject")}
                self.assertLessEqual({0x14, 0x15, 0x16, 0x17}, told)
                self.assertLessEqual({0x0d, 0x0e, 0x0f}, told)

    def test_what_aarch32_code_may_not_do_is_not_taken_for_something_else(self):
        """Its loads with write-back have no syndrome, and are not instructions of A64: one refused access, with a word why."""
        for case, run in runs():
            with self.subTest(case=case):
                self.assertEqual(run.console.count("in a way that is not emulated"), 1)
                refused = [event for event in support.events(run, "mmio") if event.text["device"] == "none"]
                self.assertEqual(len(refused), 1)


if __name__ == "__main__":
    unittest.main()
