# SPDX-License-Identifier: Apache-2.0
"""Every guest ends as it should: on each design, on one CPU and on several, counted and on the host's clock."""

import unittest

import qemu_support as support
from qemu_support import Case


def ways(guest: str) -> list[tuple[str, int, bool]]:
    """(trace level, CPUs, without icount). What has use for one CPU alone is run in fewer ways."""
    counted = [("traps", 1, False), ("traps", 2, False), ("off", 4, False)]
    if support.setup(guest).smp or support.LONG:
        return [*counted, ("off", 1, True), ("off", 2, True), ("off", 4, True)]
    return [counted[0], ("off", 2, False), ("off", 4, True)]


class Guests(unittest.TestCase):
    def test_each_ends_as_it_should(self):
        cases = [Case(design, guest, *way)
                 for guest in support.GUESTS for design in support.DESIGNS for way in ways(guest)]
        self.assertGreater(len(cases), 10)
        support.prepare(cases)
        for case in cases:
            with self.subTest(case=case):
                run = support.run(*case)
                self.assertEqual(run.status, support.setup(case.guest).status)
                self.assertNotIn("panic", run.console)


class OnTheBoard(unittest.TestCase):
    """The virtual machine is QEMU's board as far as a guest can tell: there, with no hypervisor, they succeed as well."""

    def test_guests_ask_for_nothing_else(self):
        guests = [guest for guest in support.GUESTS if support.setup(guest).board]
        self.assertGreater(len(guests), 5)
        for guest in guests:
            for cpus in (1, 2) if support.setup(guest).smp else (1,):
                with self.subTest(guest=guest, cpus=cpus):
                    said = self.console(guest, cpus)
                    self.assertRegex(said, r"guest: status 0\s*$|arm64_boot: everything is where the device tree says")

    def console(self, guest: str, cpus: int) -> str:
        how = support.setup(guest)
        arguments = " ".join(word for word in [*how.append.split(), how.of_the_board] if not word.startswith("expect="))
        return support.call("qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "neoverse-n1", "-smp", cpus,
                            "-m", "64M", "-icount", "shift=0,sleep=off", "-nic", "none", "-display", "none",
                            "-monitor", "none", "-serial", "stdio", "-no-reboot", "-append", arguments,
                            "-kernel", support.ROOT / f"build/hyp/guests/{guest}.bin", timeout=60).stdout


if __name__ == "__main__":
    unittest.main()
