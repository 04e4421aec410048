# SPDX-License-Identifier: Apache-2.0
"""An outside reader of CTF opens what was captured, without a warning, and finds what wstrace finds."""

import itertools
import re
import subprocess
import unittest

import qemu_support as support


class Babeltrace(unittest.TestCase):
    @support.takes_long
    def test_reads_every_run(self):
        cases = [case for level in ("full", "traps") for case in support.each_run(level)]
        for case, problem in zip(cases, support.at_once(self.read, cases)):
            with self.subTest(case=case):
                if problem:
                    raise problem

    def read(self, *case: object) -> None:
        """Counts all events, which reads every byte of them, and looks at the text of the first ones."""
        run, level = support.run(*case), support.Case(*case).level
        done = support.call("babeltrace2", "convert", run.trace, "-c", "sink.utils.counter", "-p", "step=+0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        events = int(re.search(r"(\d+) Event messages?", done.stdout)[1])
        self.assertEqual(events, support.wstrace_json("summary", run.folder)["events"])
        names = set(re.findall(r"\b[A-Z]+[0-9A-Z]*_EL[012]\b", self.first_lines(run, 3000)))
        expected = {"ESR_EL2", "ELR_EL2", "SPSR_EL2"}
        if level == "full":
            expected |= {"SCTLR_EL1", "TTBR0_EL1", "VBAR_EL1"}
        self.assertLessEqual(expected, names)

    def first_lines(self, run: support.Run, count: int) -> str:
        with subprocess.Popen(["babeltrace2", run.trace], stdout=subprocess.PIPE, text=True) as reader:
            text = "".join(itertools.islice(reader.stdout, count))
            reader.kill()
        return text

    def test_times_never_run_back(self):
        for case in support.each_run():
            if case.cpus == 1 and case.guest != "hypercall":
                continue
            with self.subTest(case=case):
                told = support.call("babeltrace2", "--clock-cycles", support.run(*case).trace).stdout
                times = [int(time) for time in re.findall(r"^\[(\d+)\]", told, re.MULTILINE)]
                self.assertGreater(len(times), 1000)
                self.assertEqual(times, sorted(times))
