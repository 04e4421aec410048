# SPDX-License-Identifier: Apache-2.0
"""SIGTERM, SIGHUP and SIGQUIT end a command in good order, as Ctrl-C does: no QEMU stays behind, nor a temporary file."""

import os
import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Callable
from pathlib import Path

import qemu_support as support

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
RUN = ("run", "--design", "vhe", "--guest", "misbehave", "--append", "how=hang", "--trace", "off")
PATIENCE = 60


def until(what: Callable[[], object], words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE} s: {words}")
        time.sleep(0.02)


def processes_of(folder: Path) -> list[str]:
    """All that name it among their arguments."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words:
            found.append(words.replace(b"\0", b" ").decode(errors="replace"))
    return found


class Signals(unittest.TestCase):
    def start(self, temporary: Path, *arguments: object, handler=signal.SIG_DFL, **environment: str) -> subprocess.Popen:
        def as_from_a_terminal() -> None:
            for number in ENDING:
                signal.signal(number, handler if number == signal.SIGHUP else signal.SIG_DFL)
        child = subprocess.Popen([sys.executable, support.WS, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, start_new_session=True, preexec_fn=as_from_a_terminal,
                                 env={**os.environ, "TMPDIR": str(temporary), **environment})
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        return child

    def end(self, child: subprocess.Popen, number: int, folder: Path, temporary: Path, status: int) -> str:
        child.send_signal(number)
        try:
            said, _ = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{signal.Signals(number).name} did not end it") from None
        self.assertEqual(child.returncode, status, said)
        self.assertNotIn("wslib", said, "a traceback of ours (GDB's own Python may complain when GDB is ended)")
        until(lambda: not processes_of(folder), f"the children's end: {processes_of(folder)}")
        self.assertEqual(list(temporary.iterdir()), [], "temporary files are left over")
        return said

    def test_a_run(self):
        for number in ENDING:
            with self.subTest(signal=number.name):
                folder, temporary = support.new_folder(), support.new_folder()
                child = self.start(temporary, *RUN, "--out", folder)
                until(lambda: (folder / "console.log").exists(), "QEMU's start")
                self.assertIn("ws run: interrupted", self.end(child, number, folder, temporary, 130))
                self.assertFalse((folder / "ram").exists(), "the RAM file is left over")
                self.assertIn('"interrupted"', (folder / "run.json").read_text())

    def test_more_of_them_do_not_disturb_the_cleaning_up(self):
        folder, temporary = support.new_folder(), support.new_folder()
        child = self.start(temporary, *RUN, "--out", folder)
        until(lambda: (folder / "console.log").exists(), "QEMU's start")
        for _ in range(20):
            child.send_signal(signal.SIGHUP)
            time.sleep(0.005)
        self.end(child, signal.SIGTERM, folder, temporary, 130)
        self.assertFalse((folder / "ram").exists(), "the RAM file is left over")

    def test_what_was_ignored_stays_so(self):
        """As by nohup."""
        folder, temporary = support.new_folder(), support.new_folder()
        child = self.start(temporary, *RUN, "--timeout", "3", "--out", folder, handler=signal.SIG_IGN)
        until(lambda: (folder / "console.log").exists(), "QEMU's start")
        self.end(child, signal.SIGHUP, folder, temporary, 5)

    def test_a_debug_session(self):
        for number in ENDING[1:]:
            with self.subTest(signal=number.name):
                folder, temporary = support.new_folder(), support.new_folder()
                ready = folder / "ready"
                child = self.start(temporary, "debug", "--design", "vhe", "--guest", "misbehave", "--append", "how=hang", "--out",
                                   folder / "run", "--ex", f"shell touch {ready}", "--ex", "continue")
                until(ready.exists, "GDB's start")
                said = self.end(child, number, folder, temporary, 128 + number)
                self.assertIn(f"ws debug: ended by {number.name}", said)

    def test_a_session_that_serves(self):
        for number in ENDING:
            with self.subTest(signal=number.name):
                folder, temporary = support.new_folder(), support.new_folder()
                child = self.start(temporary, "debug", "--design", "vhe", "--guest", "hypercall", "--out", folder / "run", "--serve",
                                   folder / "gdb")
                until((folder / "gdb.json").exists, "QEMU's start")
                child.stdout.readline()
                self.end(child, number, folder, temporary, 0)
                self.assertFalse((folder / "gdb").exists(), "its socket is left over")

    def test_a_build_ends_with_all_that_it_has_started(self):
        for number in ENDING:
            with self.subTest(signal=number.name):
                tools, temporary = support.new_folder(), support.new_folder()
                ready = tools / "ready"
                # Like cmake: ended by a signal, it leaves alone what it has started.
                (tools / "cmake").write_text(f"#!/bin/sh\nsh -c 'touch {ready}; sleep 60; : {tools}' &\nwait\n")
                (tools / "cmake").chmod(0o755)
                child = self.start(temporary, "build", "--hyp", PATH=f"{tools}:{os.environ['PATH']}")
                until(ready.exists, "the build's start")
                self.assertIn("ws build: interrupted", self.end(child, number, tools, temporary, 130))


if __name__ == "__main__":
    unittest.main()
