# SPDX-License-Identifier: Apache-2.0
"""Where a guest's image goes, how it starts, and that it can start again."""

import unittest

import qemu_support as support


class Images(unittest.TestCase):
    """The guest arm64_boot knows the boot protocol and its device tree, and nothing of the hypervisor."""

    SAYS = "arm64_boot: everything is where the device tree says"

    def expect(self, *options: str, guest: str = "arm64_boot_flat") -> None:
        for design in support.DESIGNS:
            with self.subTest(design=design, guest=guest, options=options):
                run = support.new_run(design, guest, "--trace", "off", *options)
                self.assertEqual(run.status, 0, run.stderr + run.console)
                self.assertIn(self.SAYS, run.console)

    def test_with_a_header_and_without(self):
        for guest in ("arm64_boot", "arm64_boot_2m", "arm64_boot_flat"):
            for design in support.DESIGNS:
                for cpus in (1, 2):
                    with self.subTest(guest=guest, design=design, cpus=cpus):
                        self.assertIn(self.SAYS, support.run(design, guest, "off", cpus).console)

    def test_a_flat_one_elsewhere(self):
        """It goes to 0x80000 when nothing is said, and starts elsewhere when that is said."""
        run = support.new_run("vhe", "arm64_boot_flat", "--trace", "traps", "--load", "0x200000", "--timeout", "10")
        first = support.events(run, "vcpu_reset")[0]
        self.assertEqual(first.number["entry"], 0x4020_0000)

    def test_said_and_unsaid_are_the_same(self):
        self.expect("--load", "0x80000")

    def test_memory_of_other_sizes(self):
        self.expect("--mem", "16M")
        self.expect("--mem", "300M")


class Reset(unittest.TestCase):
    def test_system_reset(self):
        """The machine starts anew with all its CPUs, and its memory is as it was: the guest sees a word that it left."""
        for design in support.DESIGNS:
            for cpus in (1, 2):
                with self.subTest(design=design, cpus=cpus):
                    run = support.new_run(design, "smp", "--trace", "traps", "--cpus", str(cpus), "--vcpus", str(cpus),
                                          append="rounds=2 reset=1")
                    self.assertEqual(run.status, 0, run.stderr + run.console)
                    self.assertEqual(support.call(support.WSTRACE, "check", run.folder).returncode, 0)
                    entries = [event.number["entry"] for event in support.events(run, "vcpu_reset")
                               if event.number["owner"] == 1]
                    self.assertGreaterEqual(entries.count(entries[0]), 2, "vCPU 1 did not start a second time")

    def test_system_off(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "smp", "--trace", "off", "--cpus", "2", "--vcpus", "2",
                                      append="rounds=2 off=1")
                self.assertEqual(run.status, 0, run.stderr + run.console)


if __name__ == "__main__":
    unittest.main()
