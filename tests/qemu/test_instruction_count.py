# SPDX-License-Identifier: Apache-2.0
"""ws run --count: what is counted from outside is what the guest counts inside."""

import json
import re
import unittest

import qemu_support as support


def counted(design: str, benchmark: str, iterations: int, *options: str) -> tuple[int, int]:
    """All instructions of a run, and those that the guest says its loop took."""
    guest, arguments = ("hypercall", "") if benchmark == "hypercall" else ("micro", f"benchmark={benchmark} ")
    run = support.new_run(design, guest, "--trace", "off", "--count", *options,
                          append=f"{arguments}iterations={iterations}")
    if run.status:
        raise AssertionError(f"{run.stderr}{run.console}")
    line = json.loads(re.search(r"^@bench (\{.*\})\r?$", run.console, re.MULTILINE)[1])
    return run.description["instructions"]["total"], line["total"]


class InstructionCount(unittest.TestCase):
    def test_more_rounds_are_as_many_more_instructions(self):
        """In nothing else do two runs differ, while no figure that the guest prints has more digits in one of them."""
        for design in support.DESIGNS:
            for benchmark, counted_twice in (("hypercall", 0), ("virtual-eoi", 0), ("io-kernel", 1)):
                with self.subTest(design=design, benchmark=benchmark):
                    few, many = counted(design, benchmark, 3400), counted(design, benchmark, 5000)
                    self.assertEqual(len(str(few[1])), len(str(many[1])))
                    # The load that traps begins and does not end: the guest's clock has not counted it.
                    self.assertEqual(many[0] - few[0], many[1] - few[1] + 1600 * counted_twice)

    def test_each_cpu_has_its_own(self):
        run = support.new_run("vhe", "sgi", "--trace", "off", "--count", "--cpus", "2", "--vcpus", "2",
                              append=support.setup("sgi").append)
        self.assertEqual(run.status, 0, run.stderr)
        counts = run.description["instructions"]
        self.assertEqual(len(counts["cpus"]), 2)
        self.assertEqual(sum(counts["cpus"]), counts["total"])
        for count in counts["cpus"]:
            self.assertGreater(count, 100_000)
        self.assertIn(f"{counts['total']:,} instructions (CPU 0 {counts['cpus'][0]:,}, CPU 1 ", run.stderr)

    def test_counting_changes_nothing(self):
        """The guest measures the same with it and without, and a second run counts the same."""
        without = support.new_run("split", "hypercall", "--trace", "off", append="iterations=3200")
        once, again = (counted("split", "hypercall", 3200) for _ in range(2))
        self.assertEqual(once, again)
        self.assertIn(f'"total": {once[1]}', without.console)
        self.assertIsNone(without.description["instructions"])

    def test_a_run_that_is_ended_is_counted_too(self):
        run = support.new_run("vhe", "misbehave", "--trace", "off", "--count", "--timeout", "3", append="how=hang")
        self.assertEqual(run.status, 5, run.stderr)
        self.assertGreater(run.description["instructions"]["total"], 1_000_000)


if __name__ == "__main__":
    unittest.main()
