# SPDX-License-Identifier: Apache-2.0
"""The source tab's button `debug here`: it opens a terminal with the replay, or says what to type."""

import errno
import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

import window_support
from viewer_support import ROOT, WSTRACE, new_folder, picture, recorded_run

os.environ.setdefault("WS_HOST_BUILD", "debug")
sys.path.insert(0, str(ROOT / "tests" / "qemu"))

import qemu_support as support  # noqa: E402  (after the path to it)

BUTTON = (1039, 566)  # in the source tab, with one run


@window_support.needed
class DebugHere(window_support.WindowTest):
    def press(self, design: str, **variables: str):
        """The run's folder, and how the screen has changed."""
        folder = recorded_run(design)
        self.open(folder, "--event", "30", "--tab", "source", **variables)
        self.wait_for_title(design)
        before = self.settled()
        self.xdotool("mousemove", *BUTTON, "click", 1)
        self.park_mouse()
        return folder, self.settled(unlike=before).differing(before)

    def test_it_opens_a_terminal(self):
        """A stand-in for the terminal writes down how it was started."""
        place = new_folder()
        told, terminal = place / "told", place / "terminal"
        terminal.write_text(f"#!/bin/sh\n{{ pwd; printf '%s\\n' \"$@\"; }} > {told}.new\nmv {told}.new {told}\n", encoding="utf-8")
        terminal.chmod(0o755)
        folder, _changed = self.press("split", TERMINAL=str(terminal))
        deadline = time.monotonic() + 60
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        *command, option, socket = told.read_text(encoding="utf-8").splitlines()
        self.assertEqual(command, [str(ROOT), "-e", "scripts/ws", "debug", "--replay", str(folder), "--at", "30"])
        self.assertEqual(option, "--control")
        self.assertTrue(Path(socket).parent.is_dir(), "the socket's folder is made")

    def test_without_a_terminal_it_says_so(self):
        _folder, changed = self.press("vhe", TERMINAL="", PATH="/nonexistent")
        self.assertGreater(changed, 200, "it says nothing")
        self.assertIsNone(self.program.poll())


@window_support.needed
@unittest.skipUnless(all(map(shutil.which, ("qemu-system-aarch64", "gdb-multiarch"))) and "hypercall" in support.GUESTS,
                     "QEMU, GDB and the hypervisor's images are needed")
class Together(window_support.WindowTest):
    """A real replay in a real GDB. A stand-in for the terminal lets the test type."""

    EVENT_PANEL = (1120, 600, 1580, 900)

    def setUp(self):
        self.place = new_folder()
        self.run_folder = self.place / "run"
        subprocess.run([ROOT / "scripts" / "ws", "run", "--design", "vhe", "--guest", "hypercall", "--append", "iterations=3", "--record",
                        "--quiet", "--out", self.run_folder], check=True, timeout=120)
        dump = subprocess.run([WSTRACE, "dump", self.run_folder, "--kind", "trap", "--json"], capture_output=True, check=True, timeout=60)
        self.traps = [event["index"] for event in json.loads(dump.stdout)["events"]]
        keyboard, terminal = self.place / "keyboard", self.place / "terminal"
        self.log = self.place / "log"
        os.mkfifo(keyboard)
        terminal.write_text(f'#!/bin/sh\nshift\nexec "$@" < {keyboard} > {self.log} 2>&1\n', encoding="utf-8")
        terminal.chmod(0o755)
        self.open(self.run_folder, "--event", str(self.traps[3]), "--tab", "source", TERMINAL=str(terminal))
        self.wait_for_title("vhe")
        self.settled()
        self.xdotool("mousemove", *BUTTON, "click", 1)
        self.park_mouse()
        self.keyboard = self.opened_by_a_reader(keyboard)
        self.addCleanup(self.keyboard.close)  # which is GDB's end

    def opened_by_a_reader(self, keyboard: Path):
        """The FIFO, once the terminal reads it. To open it would wait for ever, were there no terminal."""
        deadline = time.monotonic() + 60
        while True:
            try:
                file = os.open(keyboard, os.O_WRONLY | os.O_NONBLOCK)
                os.set_blocking(file, True)
                return os.fdopen(file, "w", encoding="utf-8")
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            self.assertLess(time.monotonic(), deadline, "the button opened no terminal")
            time.sleep(0.1)

    def type(self, line: str) -> None:
        self.keyboard.write(line + "\n")
        self.keyboard.flush()

    def wait_for_event(self, event: int) -> None:
        """Until the window's panel shows it, as a picture of it does."""
        wanted = picture(self.run_folder, "--event", str(event), "--tab", "source").part(*self.EVENT_PANEL)
        deadline = time.monotonic() + 60
        while (unlike := self.screenshot().part(*self.EVENT_PANEL).differing(wanted)) > 50:
            self.assertLess(time.monotonic(), deadline, f"event {event} is not what the window shows: {unlike} pixels are unlike it")
            time.sleep(0.3)

    def wait_for_log(self, words: str) -> None:
        deadline = time.monotonic() + 60
        said = ""
        while words not in said:
            self.assertLess(time.monotonic(), deadline, f"GDB does not say {words!r}: {said[-2000:]}")
            time.sleep(0.2)
            said = self.log.read_text(errors="replace") if self.log.exists() else ""

    def test_the_cursor_follows_gdb_and_gdb_the_button(self):
        at = "at or after event {} ("
        self.wait_for_log(at.format(self.traps[3]))
        self.type(f"hyp goto {self.traps[5]}")
        self.wait_for_event(self.traps[5])
        self.type(f"hyp goto {self.traps[2]}")
        self.wait_for_event(self.traps[2])
        # The other way round: the window goes to the next event and asks for it.
        self.xdotool("key", "Down")
        self.wait_for_event(self.traps[2] + 1)
        self.xdotool("mousemove", *BUTTON, "click", 1)
        self.park_mouse()
        self.wait_for_log(at.format(self.traps[2] + 1))
        self.type(f"hyp goto {self.traps[5]}")  # the new GDB is listened to as well
        self.wait_for_event(self.traps[5])


if __name__ == "__main__":
    unittest.main()
