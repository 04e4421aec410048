# SPDX-License-Identifier: Apache-2.0
"""The source tab's button `debug here`: it opens a terminal with the replay, or says what to type."""

import time
import unittest

import window_support
from viewer_support import ROOT, new_folder, recorded_run

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
        self.assertEqual(told.read_text(encoding="utf-8").splitlines(),
                         [str(ROOT), "-e", "scripts/ws", "debug", "--replay", str(folder), "--at", "30"])

    def test_without_a_terminal_it_says_so(self):
        _folder, changed = self.press("vhe", TERMINAL="", PATH="/nonexistent")
        self.assertGreater(changed, 200, "it says nothing")
        self.assertIsNone(self.program.poll())


if __name__ == "__main__":
    unittest.main()
