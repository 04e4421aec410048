# SPDX-License-Identifier: Apache-2.0
"""Somebody's own kernel with its own ramdisk; and, as a long test, a Debian that debootstrap has put onto a disk, up to its login."""

import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

import qemu_support as support

from wslib.linux.linux_initramfs import Archive  # noqa: E402
from wslib.linux.linux_packages import fetch_linux  # noqa: E402

INIT = b"""#!/bin/busybox sh
busybox mkdir /proc
busybox mount -t proc proc /proc
busybox cat /proc/cmdline /etc/whose
busybox poweroff -f
"""


def ramdisk(folder: Path) -> Path:
    """Nothing of guests/linux is in it."""
    archive = Archive()
    for name in ("bin", "dev", "etc"):
        archive.folder(name)
    archive.character_device("dev/console", 5, 1)
    archive.file("bin/busybox", (fetch_linux().programs / "busybox").read_bytes(), executable=True)
    archive.file("init", INIT, executable=True)
    archive.file("etc/whose", b"somebody's own ramdisk\n")
    file = folder / "initrd,of somebody.img"  # QEMU's options are separated by commas
    file.write_bytes(archive.finished())
    return file


class OwnKernel(unittest.TestCase):
    def test_boots_with_its_own_ramdisk(self):
        file = ramdisk(support.new_folder())
        for design in (*support.DESIGNS, "native") if support.LONG else ("vhe",):
            with self.subTest(design=design):
                done = support.new_run(design, str(fetch_linux().kernel), "--initrd", str(file), append="console=ttyAMA0 mine=1")
                self.assertIn("somebody's own ramdisk", done.console)
                self.assertIn("\nconsole=ttyAMA0 mine=1", done.console.replace("\r", ""))
                self.assertEqual(done.status, 0, done.stderr)
                told = done.description["vms"][0]
                self.assertEqual(Path(told["ramdisk"]["file"]).read_bytes(), file.read_bytes())

    def test_what_cannot_be_a_ramdisk_is_refused_before_qemu_starts(self):
        folder = support.new_folder()
        (folder / "empty").touch()
        (folder / "large").write_bytes(bytes(2 << 20))
        kernel = str(support.ROOT / "build/hyp/guests/hypercall.bin")
        cases = {
            ("--guest", "linux", "--initrd", str(folder / "large")): "the guest linux gets a ramdisk of its own",
            ("--guest", kernel, "--initrd", str(folder / "nowhere")): "there is no file",
            ("--guest", kernel, "--initrd", str(folder)): "there is no file",
            ("--guest", kernel, "--initrd", str(folder / "empty")): "is empty",
            ("--guest", kernel, "--mem", "1M", "--initrd", str(folder / "large")): "would not be in it; --mem gives it more",
            ("--guest", kernel, "--vm", f"guest={kernel},initrd={folder}/nowhere"): "there is no file",
        }
        for options, words in cases.items():
            with self.subTest(options=options):
                done = support.ws("run", "--design", "vhe", "--out", str(folder / "run"), *options)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertFalse((folder / "run").exists())


@unittest.skipUnless(support.LONG, "sets up a whole Debian first")
class Debian(unittest.TestCase):
    """As docs/own_system.rst tells it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = support.new_folder()
        make = support.ROOT / "guests/debian/make_disk"
        done = subprocess.run([make, cls.folder], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{make}: exit status {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def test_comes_to_its_login(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                self.log_in(design)

    def log_in(self, design: str):
        run = support.new_folder()
        command = [sys.executable, support.WS, "run", "--design", design, "--guest", self.folder / "vmlinuz", "--initrd",
                   self.folder / "initrd.img", "--disk", self.folder / "disk.img", "--mem", "512M", "--append",
                   "root=/dev/vda rw console=ttyAMA0", "--stdin", "-", "--timeout", "1800", "--quiet", "--out", run]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as started:
            try:
                at = self.wait_for(run, started, b" login: ")
                os.write(started.stdin.fileno(), b"root\n")
                self.wait_for(run, started, b"# ", at)
                os.write(started.stdin.fileno(), b"systemctl is-system-running; systemctl poweroff\n")
                _, complaint = started.communicate(timeout=1800)
            finally:
                started.kill()
        self.assertEqual(started.returncode, 0, complaint)
        self.assertIn("Power down", (run / "console.log").read_text(errors="replace"))

    def wait_for(self, run: Path, started: subprocess.Popen, words: bytes, after: int = 0) -> int:
        """The place behind the words, from `after` on, in what the guest's console says."""
        log = run / "console.log"
        while True:
            said = log.read_bytes() if log.exists() else b""
            if (found := said.find(words, after)) >= 0:
                return found + len(words)
            if started.poll() is not None:
                self.fail(f"the run ended before it said {words!r}: {said[-2000:]!r}")
            time.sleep(1)


if __name__ == "__main__":
    unittest.main()
