# SPDX-License-Identifier: Apache-2.0
"""The exit status of `ws run` is the guest's verdict, and words say the same."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import qemu_support as support


class Verdicts(unittest.TestCase):
    def expect(self, run: support.Run, status: int, verdict: str, words: str) -> None:
        self.assertEqual(run.status, status, run.stderr)
        self.assertIn(words, run.stderr)
        self.assertEqual(run.description["exit_status"], status)
        self.assertEqual(run.description["verdict"], verdict)
        self.assertFalse((run.folder / "ram").exists(), "the RAM file is left over")

    def test_success(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                self.expect(support.run(design, "hypercall"), 0, "success", "")

    def test_failure_tells_the_guests_status(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.run(design, "misbehave")
                self.expect(run, 1, "failure", "the guest reported failure: exit status ")
                self.assertNotEqual(run.description["guest_status"], 0)

    def test_crash(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                self.expect(support.new_run(design, "misbehave", append="how=crash"), 3, "crash", "the guest crashed: ")

    def test_an_exception_in_the_guest_is_the_guests_own(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "misbehave", append="how=undefined")
                self.expect(run, 1, "failure", "the guest reported failure: exit status ")
                self.assertIn("unexpected exception", run.console)

    def test_time_out_keeps_the_trace_so_far(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.new_run(design, "misbehave", "--timeout", "4", append="how=hang")
                self.expect(run, 5, "time_out", "time-out: no verdict after 4 s")
                self.assertGreater(support.wstrace_json("summary", run.folder)["events"], 0)

    def test_panic_on_a_cpu_without_vhe(self):
        run = support.new_run("vhe", "hypercall", "--", "-cpu", "cortex-a72")
        self.expect(run, 4, "panic", "the hypervisor panicked: ")

    def test_without_a_trace_there_is_a_verdict_all_the_same(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                run = support.run(design, "misbehave", "off")
                self.expect(run, 1, "failure", "the guest reported failure")
                self.assertFalse(run.trace.exists())

    def test_qemu_that_does_not_start(self):
        run = support.new_run("split", "hypercall", "--", "-no-such-option")
        self.expect(run, 6, "broken", "invalid option")

    def test_console_is_kept_and_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            done = support.ws("run", "--design", "split", "--guest", "hypercall", "--trace", "off", "--out", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout, (Path(folder) / "console.log").read_text())
            self.assertIn("@bench ", done.stdout)

    def test_json_is_all_of_standard_output(self):
        with tempfile.TemporaryDirectory() as folder:
            done = support.ws("run", "--design", "vhe", "--guest", "hypercall", "--trace", "off", "--out", folder,
                              "--json")
            self.assertEqual(json.loads(done.stdout), json.loads((Path(folder) / "run.json").read_text()))
            self.assertIn("@bench ", done.stderr)

    def test_several_runs_at_once(self):
        runs = [(design, support.new_folder()) for design in support.DESIGNS]
        children = [subprocess.Popen([sys.executable, support.WS, "run", "--design", design, "--guest", "hypercall",
                                      "--out", folder, "--quiet"]) for design, folder in runs]
        self.assertEqual([child.wait() for child in children], [0] * len(runs))
        for design, folder in runs:
            self.assertEqual(support.wstrace_json("summary", folder)["run"]["design"], design)


class BadUsage(unittest.TestCase):
    """Each gets one clear line (argparse adds the usage) and exit status 2; nothing is run."""

    def expect(self, words: str, *options: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # Later options win.
            done = support.ws("run", "--design", "split", "--guest", "hypercall", "--out", folder, *options)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr.splitlines()[-1])
            self.assertNotIn("Traceback", done.stderr)

    def test_unknown_guest_lists_the_known_ones(self):
        self.expect("unknown guest nosuch; the guests are " + ", ".join(support.GUESTS), "--guest", "nosuch")

    def test_missing_file(self):
        self.expect("there is no file ./nosuch.bin", "--guest", "./nosuch.bin")

    def test_folder_for_a_guest(self):
        self.expect("is a folder", "--guest", str(support.ROOT))

    def test_elf_for_a_guest(self):
        self.expect("is an ELF file", "--guest", str(support.ROOT / "build/hyp/guests/hypercall"))

    def test_bad_sizes(self):
        for size in ("", "0", "-1", "12Q", "M", "1.5G", "lots"):
            with self.subTest(size=size):
                self.expect("is not a size", f"--mem={size}")

    def test_bad_numbers_of_cpus(self):
        for cpus in ("0", "9", "-3"):
            with self.subTest(cpus=cpus):
                self.expect("from 1 to 8", f"--cpus={cpus}")
        self.expect("invalid int value", "--cpus=many")

    def test_bad_numbers_of_vcpus(self):
        for vcpus in ("0", "9", "-3"):
            with self.subTest(vcpus=vcpus):
                self.expect("from 1 to 8", f"--vcpus={vcpus}")
        self.expect("VM 2 cannot have 9 vCPUs", "--vm", "guest=hypercall,vcpus=9")
        four = [word for _ in range(4) for word in ("--vm", "guest=hypercall,vcpus=8")]
        self.expect("40 vCPUs together, and at most 32 fit", "--vcpus=8", *four)

    def test_too_many_vms(self):
        self.expect("9 VMs, and at most 8 fit", *[word for _ in range(8) for word in ("--vm", "guest=hypercall")])

    def test_bad_pins(self):
        self.expect("'0,1' is not a list of CPUs", "--pin=0,1")
        self.expect("pinned to CPU 2, and the machine's CPUs are 0 to 1", "--cpus=2", "--pin=0+2")
        self.expect("VM 2 is pinned to CPU 1", "--vm", "guest=hypercall,pin=1")

    def test_bad_offsets(self):
        self.expect("'0x201' is not a multiple of 4 KiB", "--load=0x201")
        self.expect("hypercall at 0x4000000 would not be in it", "--load=0x4000000")
        self.expect("a load offset is for flat binaries", "--guest=registers", "--load=0x200000")

    def test_bad_vms(self):
        self.expect("'cpus=1' is none of the keys of a VM: guest=", "--vm", "guest=hypercall,cpus=1")
        self.expect("unknown guest nosuch", "--vm", "guest=nosuch")

    def test_nothing_to_type(self):
        self.expect("cannot read ./nosuch: No such file", "--stdin=./nosuch")

    def test_unknown_design(self):
        self.expect("invalid choice: 'nosuch'", "--design", "nosuch")

    def test_vhe_on_a_cpu_without_it(self):
        self.expect("needs a CPU with VHE", "--design", "vhe", "--cpu", "cortex-a72")

    def test_a_folder_that_is_no_runs_is_left_alone(self):
        folder = support.new_folder()
        (folder / "mine").write_text("precious")
        self.expect("not the folder of a former run", "--out", str(folder))
        self.assertEqual([file.name for file in folder.iterdir()], ["mine"])

    def test_a_former_runs_folder_is_replaced(self):
        folder = support.new_folder()
        for _ in range(2):
            done = support.ws("run", "--design", "split", "--guest", "hypercall", "--trace", "off",
                              "--out", str(folder))
            self.assertEqual(done.returncode, 0, done.stderr)
