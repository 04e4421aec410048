# SPDX-License-Identifier: Apache-2.0
"""The VMM at EL0: what it does wrong ends its own VM and nothing else; what it is asked for by the guest it does."""

import re
import unittest

import qemu_support as support
from test_vms import vm

# vm.fault=N (hyp/vmm/faults.cpp): the exception class that ends it.
ABORTS = {1: "DABT_LOW", 2: "DABT_LOW", 3: "DABT_LOW", 4: "IABT_LOW", 5: "IABT_LOW", 6: "DABT_LOW"}
REFUSED_INSTRUCTIONS = {7: "UNKNOWN", 8: "FP_ASIMD", 9: "UNKNOWN", 10: "UNKNOWN"}
NONSENSE_CALLS = 11
ONE_VCPU_LESS = 13
SWITCH_ON_IN_A_RESET = 14

IO_USER = "benchmark=io-user iterations=64"


class Faults(unittest.TestCase):
    def run_beside(self, design: str, fault: int) -> support.Run:
        """The VMM of VM 1 commits the fault; VM 2 has work for long enough to see the end of it."""
        return support.new_run(design, "micro", "--trace", "traps", "--boot", f"vm1.fault={fault}",
                               *vm("preempt", "rounds=20"), append=IO_USER)

    def test_a_crash_takes_its_own_vm_alone(self):
        for design in support.DESIGNS:
            for fault, reason in (ABORTS | REFUSED_INSTRUCTIONS).items():
                with self.subTest(design=design, fault=fault):
                    run = self.run_beside(design, fault)
                    self.assertEqual(run.status, 3, run.stderr + run.console)
                    self.assertIn("the VMM of VM 1 failed: it crashed", run.stderr)
                    report = re.search(r"\*\*\* VMM crash: VM 1\s+(.*)", run.console)
                    self.assertIsNotNone(report, run.console)
                    self.assertIn(reason, report[1])
                    self.assertRegex(run.console, r"vm2\| guest: all registers kept for 20 rounds")
                    done = support.call(support.WSTRACE, "check", run.folder)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_calls_with_nonsense_harm_nobody_else(self):
        """It may well ruin its own guest, whose memory and interrupts are its own."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = self.run_beside(design, NONSENSE_CALLS)
                self.assertIn(run.status, (0, 1, 3), run.stderr)
                self.assertNotIn("VM 2", run.stderr)
                self.assertRegex(run.console, r"vm2\| guest: all registers kept for 20 rounds")

    def test_a_vcpu_that_was_never_made(self):
        """The guest is told of it and switches it on; PSCI does not know it, and nobody else notices."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "soak", "--trace", "off", "--vcpus", "2", "--boot",
                                      f"vm1.fault={ONE_VCPU_LESS}",
                                      *vm("preempt", "rounds=20"), append="exits=10")
                self.assertEqual(run.status, 1, run.stderr + run.console)
                self.assertRegex(run.console, r"vm1\| guest: FAIL .*CPU_ON")
                self.assertRegex(run.console, r"vm2\| guest: all registers kept for 20 rounds")

    def test_no_vcpu_is_switched_on_in_a_machine_that_is_to_begin_anew(self):
        """The last vCPU's thread is busy in the VMM, so that the reset waits for it; meanwhile it tries."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "smp", "--vcpus", "3", "--boot",
                                      f"vm.fault={SWITCH_ON_IN_A_RESET}", append="reset=2 rounds=1")
                self.assertEqual(run.status, 0, run.stderr + run.console)
                self.assertIn("guest: this is the life after the reset", run.console)
                done = support.call(support.WSTRACE, "check", run.folder)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_giving_up_says_why(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "hypercall", "--boot", "vm1.mem=131072", "--trace", "off")
                self.assertEqual(run.status, 3, run.stderr)
                self.assertIn("the VMM failed: the guest's memory is too small for its image; bytes needed 0x", run.stderr)


class Exits(unittest.TestCase):
    """An access to a device of the VMM's, in the trace."""

    def test_each_read_is_an_exit_to_the_vmm(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.run(design, "micro")
                before = self.count(run)
                with_io = support.new_run(design, "micro", append=IO_USER)
                self.assertEqual(with_io.status, 0, with_io.stderr)
                warm_up_and_look = 33
                self.assertEqual(self.count(with_io), before + 64 + warm_up_and_look)

    def test_every_slot_answers_and_every_driver_finds_its_device(self):
        """As U-Boot's, which does not set ACKNOWLEDGE again after its reset, and others that write each bit alone."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "mmio", "--trace", "off", append="virtio=1")
                self.assertEqual(run.status, 0, run.stderr + run.console)
                for line in ("virtio: each bit beside the former ones", "virtio: no ACKNOWLEDGE after the reset",
                             "virtio: each bit alone", "virtio: FEATURES_OK first"):
                    self.assertIn(line, run.console)
                self.assertIn("guest: all virtio-mmio slots answer, and the console takes every driver", run.console)

    def count(self, run: support.Run) -> int:
        """vmm_exit events, of which each has its access behind it."""
        text = support.call("babeltrace2", run.trace).stdout
        exits = len(re.findall(r"\bvmm_exit: ", text))
        self.assertEqual(exits, len(re.findall(r'\bmmio: .*device = \( "vmm"', text)))
        return exits


if __name__ == "__main__":
    unittest.main()
