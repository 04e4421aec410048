# SPDX-License-Identifier: Apache-2.0
"""A guest that spins does not keep its other vCPUs from running; and of one that hangs all the same it is said why."""

import re
import sys
import unittest
from types import SimpleNamespace

import qemu_support as support

sys.path.insert(0, str(support.ROOT / "scripts"))
from wslib.machine.hang_report import Look, report  # noqa: E402
from wslib.machine.kernel_state import VcpuState  # noqa: E402
from wslib.paths import guest_image  # noqa: E402

WAYS = ("on", "sgi", "busy", "flags", "lock", "wfe")


class Spinning(unittest.TestCase):
    """Loops with neither YIELD nor WFE, under -icount: QEMU's CPUs take turns, and only the hypervisor can give one away."""

    def expect_ends(self, cases: list[tuple[str, str, int, int]]) -> None:
        def make(design: str, how: str, vcpus: int, cpus: int) -> support.Run:
            return support.new_run(design, "spin", "--trace", "off", "--vcpus", str(vcpus), "--cpus", str(cpus), append=f"how={how} rounds=4")
        for case, run in zip(cases, support.at_once(make, cases)):
            with self.subTest(case=case):
                self.assertEqual(run.status, 0, run.stderr)

    def test_two_vcpus_wait_for_each_other_on_each_design(self):
        self.expect_ends([("split", "flags", 2, 2), ("el2", "busy", 2, 2), ("vhe", "sgi", 2, 2)])

    @unittest.skipUnless(support.LONG, "set WS_LONG=1")
    def test_every_way_on_every_design(self):
        self.expect_ends([(design, how, vcpus, cpus) for design in support.DESIGNS for how in WAYS
                          for vcpus, cpus in ((2, 2), (3, 3), (4, 4), (4, 2))])


class TimeOut(unittest.TestCase):
    def hang(self, design: str, append: str, *options: str, words: str, seconds: int = 5) -> tuple[support.Run, dict]:
        """`words`: what is said of it. Where others keep the machine so busy that the guest has not come to its loop, it gets more time."""
        for limit in (seconds, 30 + seconds):
            run = support.new_run(design, "misbehave", "--trace", "off", "--timeout", str(limit), *options, append=append)
            self.assertEqual(run.status, 5, run.stderr)
            if re.search(words, run.stderr):
                break
        self.assertRegex(run.stderr, words)
        self.assertEqual(len(run.stderr.splitlines()), len(set(run.stderr.splitlines())))
        return run, run.description["hang"]

    def test_the_same_abort_again_and_again(self):
        _, hang = self.hang("vhe", "how=aborts", words=r"took the same exception \d{3,} times in a row: ESR_EL1 0x86000010 at PC 0x20000200")
        self.assertGreaterEqual(hang["vcpus"][0]["alike"], 100)
        self.assertEqual(hang["vcpus"][0]["far"], 0x2000_0200)

    def test_a_wait_that_nothing_ends(self):
        run, hang = self.hang("split", "how=wait", "--vcpus", "2",
                              words=r"vCPU 0 waits in WFI at PC 0x[0-9a-f]+ \(guest::main\(\) .*, and no timer of it is armed")
        self.assertTrue(hang["vcpus"][0]["waits"])
        self.assertIn("vCPU 1 is off, and was never switched on", run.stderr)

    def test_a_loop_with_interrupts_masked(self):
        for design in ("split", "el2"):
            with self.subTest(design=design):
                _, hang = self.hang(design, "how=halt", words=r"vCPU 0 runs at PC 0x[0-9a-f]+ \(guest::main\(\) \+ 0x[0-9a-f]+\) at EL1, "
                                                              "with interrupts masked")
                self.assertEqual(hang["looks"], 5)

    def test_without_icount_and_when_recorded(self):
        self.hang("vhe", "how=hang", "--mttcg", words="vCPU 0 runs at PC ")
        self.hang("vhe", "how=wait", "--record", words="vCPU 0 ", seconds=12)

    def test_on_the_board_itself(self):
        run, _ = self.hang("native", "how=halt", "--vcpus", "2", words=r"CPU 0 runs at PC 0x[0-9a-f]+ \(guest::main\(\)")
        self.assertIn("--vcpus 1 or --mttcg helps", run.stderr)


class MoreThanAskedFor(unittest.TestCase):
    def test_a_vcpu_that_only_the_hypervisor_knows_of_has_a_name(self):
        """QEMU's own -append comes behind ws run's, and may make more vCPUs."""
        states = [VcpuState(owner, False, False, False, None, "", 0, 0, 0, 0, 0, 0, 0) for owner in range(4)]
        looks = [Look([], SimpleNamespace(vcpus=states, cpus=[]))]
        image = guest_image("misbehave")
        for vms, last in (([(1, image)], (1, 3)), ([(1, image), (2, image)], (2, 2))):
            with self.subTest(vms=len(vms)):
                told = report(looks, "split", vms, True, b"")
                self.assertEqual([(vcpu["vm"], vcpu["vcpu"]) for vcpu in told["vcpus"]][-1], last)


class TwoPrograms(unittest.TestCase):
    def test_every_row_of_state_is_read(self):
        table = (support.ROOT / "hyp/trace/format/state.def").read_text()
        reader = (support.ROOT / "scripts/wslib/machine/kernel_state.py").read_text()
        for name in re.findall(r"^STATE\((\w+)", table, re.MULTILINE):
            with self.subTest(row=name):
                self.assertIn(f'"{name}"', reader, "a row of state.def that nobody reads")
