# SPDX-License-Identifier: Apache-2.0
"""An outside reader of CTF opens what was captured, without a warning, and finds what wstrace finds."""

import json
import unittest

import qemu_support as support
from outside_reader import read


class Babeltrace(unittest.TestCase):
    @support.takes_long
    def test_reads_every_run_of_full_level(self):
        self.compare_all("full")

    @support.takes_long
    def test_reads_every_run_of_level_traps(self):
        self.compare_all("traps")

    def compare_all(self, level: str) -> None:
        cases = support.each_run(level)
        for case, problem in zip(cases, support.at_once(self.compare, cases)):
            with self.subTest(case=case):
                if problem:
                    raise problem

    def compare(self, *fields: object) -> None:
        case = support.Case(*fields)
        reading = read(case)
        self.assertEqual(reading.events, self.events(case))
        expected = {"ESR_EL2", "ELR_EL2", "SPSR_EL2"}
        if case.level == "full":
            expected |= {"SCTLR_EL1", "TTBR0_EL1", "VBAR_EL1"}
        self.assertLessEqual(expected, reading.registers)

    def events(self, case: support.Case) -> int:
        """How many wstrace finds: where it checks the laws, as it does for every run, and in one design where it finds the operations."""
        if case.level == "full" and case.design == "vhe" and case.cpus == 1:
            return support.wstrace_json("summary", support.run(*case).folder)["events"]
        done = support.checked(case)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)["events"]

    def test_times_never_run_back(self):
        for case in support.each_run():
            if case.cpus == 1 and case.guest != "hypercall":
                continue
            with self.subTest(case=case):
                reading = read(case)
                self.assertGreater(reading.events, 1000)
                self.assertTrue(reading.in_order)
