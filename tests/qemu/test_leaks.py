# SPDX-License-Identifier: Apache-2.0
"""Nothing leaks between VMs: two of them go over all encodings of MRS and MSR on one CPU, and keep patterns of their own in every
register that is there. The guest `sweep` says which one another VM or the hypervisor changed, and which one the table of a
guest's state (hyp/world_switch/guest_state.def) does not know; the hypervisor checks its own registers meanwhile."""

import re
import unittest

import qemu_support as support
from test_vms import vm

CPUS = ("neoverse-n1", "cortex-a76", "max")
COMBINATIONS = [(design, cpu) for design in support.DESIGNS for cpu in CPUS]
COMBINATIONS += [("split", "cortex-a72"), ("el2", "cortex-a72")]  # no VHE

# Milliseconds since reset: VM 1 has filled its registers by FROM, when VM 2 begins to look.
FROM, UNTIL = 130, 210


def sweep(design: str, cpu: str) -> support.Run:
    return support.new_run(design, "sweep", "--cpu", cpu, "--trace", "off", "--selfcheck", "--timeout", "300",
                           *vm("sweep", f"seed=2 from={FROM} until={UNTIL}"), append=f"seed=1 until={UNTIL}")


def found(run: support.Run, number: int) -> dict[str, str]:
    """By encoding, as VM `number` told: whether it can be read and written, and what was in it before this VM wrote it. Of one that
    changes by itself only the former."""
    rows = re.findall(rf"^vm{number}\| guest: found (\S+) (\S\S) (changing )?(\S+)$", run.console, re.MULTILINE)
    return {encoding: how if changing else f"{how} {value}" for encoding, how, changing, value in rows}


class NothingLeaks(unittest.TestCase):
    def test_what_one_vm_writes_the_other_never_reads(self):
        runs = support.at_once(sweep, COMBINATIONS)
        for (design, cpu), run in zip(COMBINATIONS, runs):
            with self.subTest(design=design, cpu=cpu):
                complaints = [line for line in run.console.splitlines() if "FAIL" in line or "selfcheck" in line]
                self.assertEqual(run.status, 0, "\n".join([*complaints, run.stderr]))
                self.they_were_beside_each_other(run)
                first, second = found(run, 1), found(run, 2)
                self.assertGreater(len(first), 120, "the sweep found too few registers")
                self.assertEqual(first, second, "what VM 2 finds is not what VM 1 found before anybody wrote")

    def they_were_beside_each_other(self, run: support.Run) -> None:
        """VM 2 looked at registers that VM 1 had filled, and each kept patterns while the other one did."""
        console = run.console
        order = [console.find(words) for words in ("vm1| guest: filled", "vm2| guest: looked", "vm2| guest: filled",
                                                   "guest: kept")]
        self.assertNotIn(-1, order, console[-2000:])
        self.assertEqual(order, sorted(order), "the VMs did not work beside each other: choose FROM and UNTIL anew")
        for number in (1, 2):
            rounds = int(re.search(rf"^vm{number}\| guest: kept \d+ registers for (\d+) rounds$", console, re.MULTILINE)[1])
            self.assertGreater(rounds, 4, f"VM {number}")


if __name__ == "__main__":
    unittest.main()
