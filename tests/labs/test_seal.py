# SPDX-License-Identifier: Apache-2.0
"""What points rest on: a guest's sealed bytes in QEMU's log, the witness of what it executes, a budget that ends a machine. No word of the
hypervisor's is among it."""

import unittest
from dataclasses import replace

import labs_support as support
from wslib.labs import findings
from wslib.labs.watched_run import IDLE, STORM
from wslib.paths import DESIGNS

GUEST_ENTER = "    ldp x30, x1, [x0, #VCPU_X0 + 240]\n    msr SP_EL0, x1\n"


class Seal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_every_design_carries_it(self):
        """The same seeds are the same messages, whatever is below the guest."""
        told = {design: support.seen(design).sealed for design in DESIGNS}
        self.assertEqual(told["split"], told["el2"])
        self.assertEqual(told["split"], told["vhe"])
        messages = told["split"][1]
        self.assertEqual([messages[0].check, messages[-1].check], [findings.BEGUN, findings.BEGUN + 1])
        self.assertEqual({one.check for one in messages[1:-1]}, set(findings.CHECKS.values()))
        self.assertTrue(all(one.found == 0xFFFF for one in messages))

    def test_another_seed_is_other_messages(self):
        one, other = (support.seen("vhe", seed=seed) for seed in (1, 2))
        self.assertEqual(len(one.sealed[1]), len(other.sealed[1]))
        self.assertFalse({message.digest for message in one.sealed[1]} & {message.digest for message in other.sealed[1]})

    def test_a_run_is_the_same_each_time(self):
        self.assertEqual(support.seen("split"), support.seen("split"))

    def test_two_vms_are_told_apart(self):
        for design in DESIGNS:
            with self.subTest(design=design):
                both = support.seen(design, seed=5, vms=2).sealed
                self.assertEqual([both[1], both[2]],
                                 [support.watch(support.lab_run(design, seed=seed)).sealed[1] if seed == 5 else both[2] for seed in (5, 6)])
                self.assertNotEqual(both[1], both[2])


class Witness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_a_guest_that_is_written_over_is_seen(self):
        """EL2 writes a NOP over the guest's instruction behind each exit."""
        forgery = next(one for one in support.lab_file.read_lab(1).forgeries if "written over" in one.name)
        found = support.seen("vhe", support.image_with("vhe", 1, forgery.old, forgery.new))
        self.assertGreater(found.foreign, 0)
        self.assertIsNotNone(found.first_foreign)

    def test_exits_that_differ_in_an_address_alone_are_told_apart(self):
        wanted = support.seen("vhe")
        number = next(at for at, one in enumerate(wanted.exits) if one.far is not None)
        exits = list(wanted.exits)
        exits[number] = exits[number]._replace(far=exits[number].far + 8)
        told = findings.another_way(replace(wanted, exits=tuple(exits)), wanted)
        self.assertIn(f"with FAR_EL2 {exits[number].far:#x}, and is to be", told)
        self.assertIn(f"with FAR_EL2 {wanted.exits[number].far:#x}", told)

    def test_a_guest_that_is_sent_elsewhere_takes_another_way(self):
        image = support.image_with("vhe", 1, GUEST_ENTER, "    mrs x1, ELR_EL2\n    add x1, x1, #4\n    msr ELR_EL2, x1\n" + GUEST_ENTER)
        found, wanted = support.seen("vhe", image), support.seen("vhe")
        self.assertNotEqual((found.guest_path, found.exits), (wanted.guest_path, wanted.exits))
        self.assertTrue(findings.another_way(found, wanted))

    def test_the_way_does_not_depend_on_what_the_guest_finds(self):
        """Else whoever loses one register would fail every row."""
        image = support.image_with("split", 1, "    msr SP_EL0, x1\n", "")
        found, wanted = support.seen("split", image), support.seen("split")
        self.assertEqual(findings.another_way(found, wanted), "")
        lost = findings.lost(found, wanted, "sp_el0", (support.GuestSeed(1, 78),), {})
        self.assertIn("SP_EL0 was not kept", lost)
        for check in findings.CHECKS.keys() - {"sp_el0"}:
            self.assertEqual(findings.lost(found, wanted, check, (support.GuestSeed(1, 78),), {}), "")


class OtherTimes(unittest.TestCase):
    """What takes longer has its interrupts and its VMs' turns elsewhere, and is as right."""

    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_a_slower_hypervisor_takes_the_same_way(self):
        slow = "    .rept 97\n    nop\n    .endr\n"
        image = support.image_with("split", 1, GUEST_ENTER, slow + GUEST_ENTER)
        for vms in (1, 2):
            with self.subTest(vms=vms):
                found, wanted = (findings.comparable(support.seen("split", one, vms=vms), ()) for one in (image, None))
                self.assertGreater(found.instructions, wanted.instructions + 97 * len(wanted.exits))
                self.assertEqual(findings.another_way(found, wanted), "")
                self.assertEqual(found.sealed, wanted.sealed)


class Budget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_it_ends_the_machine_at_an_instruction(self):
        ends = [support.seen("vhe", budget=500_000) for _ in range(2)]
        self.assertTrue(ends[0].budget_spent)
        self.assertEqual(ends[0], ends[1])
        # It ends with the block that spends it.
        self.assertLess(ends[0].instructions - 500_000, 1000)

    def test_a_cpu_that_executes_nothing_is_ended(self):
        """It spends no budget: its vector cannot be fetched, and each try is an exception."""
        image = support.image_with("vhe", 1, GUEST_ENTER, "    mov x1, #0xffff0000\n    msr VBAR_EL2, x1\n    isb\n" + GUEST_ENTER)
        found = support.seen("vhe", image)
        self.assertTrue(found.stopped == STORM or found.budget_spent)
        self.assertIn("no end" if found.budget_spent else "executes nothing", findings.another_way(found, support.seen("vhe")))

    def test_a_machine_that_waits_for_ever_is_ended(self):
        """It spends none either: no timer is set, and QEMU sleeps."""
        timers = "".join(f"    msr {name}, xzr\n" for name in ("CNTHP_CTL_EL2", "S3_4_C14_C3_1", "CNTP_CTL_EL0", "CNTV_CTL_EL0"))
        image = support.image_with("vhe", 1, GUEST_ENTER, f"    msr DAIFSet, #15\n{timers}9:\n    wfi\n    b 9b\n" + GUEST_ENTER)
        found = support.seen("vhe", image)
        self.assertEqual(found.stopped, IDLE)
        self.assertIn("all wait for an interrupt", findings.another_way(found, support.seen("vhe")))


if __name__ == "__main__":
    unittest.main()
