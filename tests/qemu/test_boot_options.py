# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's command line: what it would panic for is refused before QEMU starts, and an early panic has its words."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

import qemu_support as support

sys.path.insert(0, str(support.ROOT / "scripts"))
from wslib.machine.boot_options import KNOWN, check_arguments  # noqa: E402
from wslib.problem import Problem  # noqa: E402
from wslib.run.run_options import Options  # noqa: E402

LONGEST = 1023


class Refused(unittest.TestCase):
    """As `ws run` does first of all."""

    def expect(self, words: str, option: str) -> None:
        with self.assertRaises(Problem) as refused:
            Options(design="split", guest="hypercall", boot=[option]).check()
        self.assertEqual(refused.exception.status, 2)
        self.assertIn(words, str(refused.exception))
        self.assertIn(f"--boot {option.split(' ')[-1]}: ", str(refused.exception))

    def test_what_the_hypervisor_does_not_know(self):
        for option in ("nosuch=1", "vm.nosuch=1", "vm9.mem=4096", "vm0.mem=4096", "Slice=5", "slice=5 nosuch", "=", "vm."):
            with self.subTest(option=option):
                self.expect("does not know it; it knows reserve, vmids, slice, selfcheck, vm.mem", option)

    def test_what_is_no_number(self):
        for option in ("vm.mem=banana", "slice", "slice=", "slice=-1", "slice=5k", "slice=0X5", "slice=0xFF", "slice=1e3", "slice=0x",
                       "vmids=18446744073709551617"):
            with self.subTest(option=option):
                self.expect("its value must be a number", option)

    def test_numbers_out_of_their_range(self):
        for option, words in (("slice=0", "from 1 to"), ("vm.mem=0", "at least 4096"), ("vm.mem=4097", "a multiple of 4096"),
                              ("vm1.cpus=9", "from 1 to 8"), ("vm.fault=256", "from 0 to 255"), ("vmids=257", "from 0 to 256")):
            with self.subTest(option=option):
                self.expect(words, option)

    def test_what_the_machine_has_not(self):
        for option, words in (("vmids=1", "more VMIDs than CPUs"), ("vm.disk=0", "no disk of that number"), ("vm.pin=0+1", "CPUs are 0 to 0"),
                              ("vm2.mem=4096", "there is no VM 2"), ("reserve=0x200000", "--trace-memory"), ("vm1.cpus=4", "--vcpus"), ("vm.cpus=1", "--vcpus")):
            with self.subTest(option=option):
                self.expect(words, option)

    def test_other_kinds(self):
        for option, words in (("selfcheck=1", "takes no value"), ("vm.net=on", "takes no value"), ("vm.console=pl011", "is all that there is"),
                              ("vm.pin=0,1", "joined by '+'"), ("vm.pin=" + "+".join("0" * 9), "at most 8")):
            with self.subTest(option=option):
                self.expect(words, option)

    def test_arguments_that_do_not_fit(self):
        for arguments, words in ((["x" * (LONGEST + 1)], f"the guest has arguments of {LONGEST + 1} bytes, and at most {LONGEST} fit"),
                                 (["", "\u00e9" * 512], "VM 2's guest has arguments of 1024 bytes")):
            with self.subTest(words=words), self.assertRaisesRegex(Problem, words):
                check_arguments(arguments)

    def test_nothing_is_run(self):
        for options in (("--boot", "slice=0"), ("--append", "x" * (LONGEST + 1))):
            with self.subTest(options=options), tempfile.TemporaryDirectory() as folder:
                mark = Path(folder) / "run"
                done = support.ws("run", "--design", "split", "--guest", "hypercall", "--out", str(mark), "--quiet", *options)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, "a usage error is one sentence")
                self.assertFalse(mark.exists(), "something was run all the same")


class Taken(unittest.TestCase):
    def test_options_and_arguments_at_their_limits(self):
        run = support.new_run("vhe", "misbehave", "--trace", "off", "--boot", "slice=1000000000 vmids=2", "--boot", "vm1.pin=0",
                              "--boot", "vm.fault=0x0", append="how=fail".ljust(LONGEST, "x"))
        self.assertEqual(run.status, 1, run.stderr)

    def test_python_reads_every_row_of_the_table(self):
        rows = re.findall(r"^(?:BOOT|VM)_\w+\(", "".join(file.read_text() for file in (support.ROOT / "hyp/boot").glob("*_options.def")), re.MULTILINE)
        self.assertEqual(len(KNOWN.split(", ")), len(rows), "scripts/wslib/machine/boot_options.py misses a row of the tables")


class EarlyPanic(unittest.TestCase):
    """QEMU's own -append comes behind ws run's check, and the last one counts: a panic before there is a run page."""

    def expect(self, design: str, words: str, *qemu: str) -> None:
        for seconds in ("3", "30"):  # such a run ends by its time-out; 3 s are too few where others keep the machine busy
            run = support.new_run(design, "hypercall", "--timeout", seconds, "--", *qemu)
            if run.status == 4:
                break
        self.assertEqual(run.status, 4, run.stderr)
        self.assertEqual(run.description["verdict"], "panic")
        self.assertIn(f"the hypervisor panicked: {words}", run.stderr)

    def test_each_design_tells_its_words(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                self.expect(design, "the hypervisor's command line has an option that it does not know", "-append", "nosuch=1")

    def test_the_parsers_agree(self):
        for option, words in (("slice=0", "slice= must be from 1 to 1000000000"), ("vm.mem=banana", "a boot option's value is not a number"),
                              ("slice=18446744073709551617", "a boot option's number has more than 64 bits"), ("vm.cpus=9", "vm.cpus= must be from 1 to 8")):
            with self.subTest(option=option):
                self.expect("vhe", words, "-append", option)

    def test_a_board_without_el2(self):
        self.expect("split", "started at EL1", "-M", "virtualization=off")
