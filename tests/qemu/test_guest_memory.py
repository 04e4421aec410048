# SPDX-License-Identifier: Apache-2.0
"""A VM's memory is given out as it is touched: much of it costs nothing, and none of it holds what was there before."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import qemu_support as support

sys.path.insert(0, str(support.ROOT / "scripts"))
from wslib.problem import Problem  # noqa: E402
from wslib.run.run_folder import RunFolder  # noqa: E402
from wslib.run.verdict import End, judge  # noqa: E402

MIB = 1 << 20
GUEST = ("--trace", "off", "--keep-ram")
SMALL, LARGE = "64M", "8G"


def taken(ram: Path) -> int:
    """Bytes of disk that the file has."""
    return ram.stat().st_blocks * 512


@unittest.skipIf(shutil.disk_usage(tempfile.gettempdir()).free < 512 * MIB, "two RAM files take up to 512 MiB of disk")
class Size(unittest.TestCase):
    def start(self, design: str, memory: str) -> support.Run:
        run = support.new_run(design, "hypercall", *GUEST, "--count", "--mem", memory, append="iterations=1")
        self.assertEqual(run.status, 0, run.stderr + run.console)
        return run

    def test_eight_gib_start_like_64_mib(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                small, large = self.start(design, SMALL), self.start(design, LARGE)
                counts = [run.description["instructions"]["total"] for run in (small, large)]
                # Tables that are not empty, and loops over GiB.
                self.assertLess(counts[1], counts[0] + 100_000, "a guest with more memory starts later")
                more = taken(large.folder / "ram") - taken(small.folder / "ram")
                self.assertLess(more, 8 * MIB, "memory that no guest touches takes blocks of the host's disk")
                self.assertLess(taken(large.folder / "ram"), 256 * MIB)

    def test_memory_that_may_never_be_touched_needs_no_disk(self):
        with RunFolder(support.new_folder() / "run") as folder:
            free = mock.Mock(free=65 * MIB)
            with mock.patch("wslib.run.run_folder.shutil.disk_usage", return_value=free):
                folder.make_ram(8258 * MIB, range(64 * MIB, 8256 * MIB + MIB))
                self.assertEqual(folder.ram.stat().st_size, 8258 * MIB)
                folder.ram.unlink()
                with self.assertRaisesRegex(Problem, "takes 66 MiB of disk in .*, where 65 MiB are free"):
                    folder.make_ram(8258 * MIB, range(64 * MIB, 8256 * MIB))
                self.assertFalse(folder.ram.exists())

    def test_a_disk_that_is_full_in_the_middle_of_a_run_is_said(self):
        """The file's blocks are taken as guests touch their memory. Without a block QEMU is ended by SIGBUS."""
        verdict = judge(End("ended", -signal.SIGBUS, "", {}), 1, 90)
        self.assertEqual(verdict.status, 6)
        self.assertIn("look whether the disk is full", verdict.words)


class Content(unittest.TestCase):
    """The board's RAM is full of what somebody left there; no guest and no VMM sees any of it."""

    LEFT = b"SECRET! "

    # Not a multiple of 2 MiB: the last part is given out by itself.
    MEMORY = ("--mem", "20M", "--boot", f"vm1.mem={20 * MIB - 3 * 4096}")

    def run_on_used_ram(self, design: str, guest: str, append: str) -> str:
        """The console. A run tells the machine's command; then the same machine is started with other RAM."""
        run = support.new_run(design, guest, *GUEST, *self.MEMORY, append=append)
        self.assertEqual(run.status, 0, run.stderr + run.console)
        ram = run.folder / "ram"
        size = ram.stat().st_size
        with ram.open("wb") as file:
            for _ in range(size // MIB):
                file.write(self.LEFT * (MIB // len(self.LEFT)))
        self.assertEqual(ram.stat().st_size, size)
        done = subprocess.run(run.description["qemu"]["command"], capture_output=True, text=True, errors="replace", timeout=90,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(self.LEFT, ram.read_bytes(), "QEMU has cleared the RAM itself: this shows nothing")
        return done.stdout

    def see_zeros(self, console: str) -> None:
        text = re.search(r"untouched memory as text: \[([^]]*)\]", console)
        self.assertIsNotNone(text, console)
        self.assertEqual(text[1].strip("\0"), "", "untouched memory reached the console")

    def test_a_guest_finds_zeros_before_a_reset_and_after_it(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                console = self.run_on_used_ram(design, "stage2", "fresh=1")
                self.assertIn("guest: memory that nobody has touched is zeros, before a reset and after it", console)
                self.see_zeros(console)

    def test_a_vmm_finds_zeros(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                console = self.run_on_used_ram(design, "mmio", "virtio=1")
                self.assertIn("guest: all virtio-mmio slots answer", console)
                self.see_zeros(console)


if __name__ == "__main__":
    unittest.main()
