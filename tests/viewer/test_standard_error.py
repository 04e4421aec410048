# SPDX-License-Identifier: Apache-2.0
"""What a window says on standard error: nothing, or one line that says what is wrong. Libraries below it say nothing either."""

import subprocess
import unittest

import window_support
from viewer_support import WSVIEW, environment, trace

NEEDS = ("debug",)


def without_a_place() -> dict[str, str]:
    """No XDG_RUNTIME_DIR, as for root and in a container: Wayland's library complains of that."""
    return {name: value for name, value in environment().items() if name not in ("XDG_RUNTIME_DIR", "XDG_SESSION_TYPE")}


@window_support.needed
class StandardError(window_support.WindowTest):
    def test_a_window_without_a_runtime_folder(self):
        program = subprocess.Popen([WSVIEW, trace("vhe")], env=without_a_place() | {"DISPLAY": self.display,
                                   "ASAN_OPTIONS": "detect_leaks=0"}, stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.kill)
        self.xdotool("search", "--sync", "--onlyvisible", "--name", "Worldswitch")
        self.settled()
        self.xdotool("key", "q")
        self.assertEqual(program.communicate(timeout=30)[1], "")
        self.assertEqual(program.returncode, 0)


class NoDisplay(unittest.TestCase):
    def test_one_line_says_so(self):
        done = subprocess.run([WSVIEW, trace("vhe")], env=without_a_place(), capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("cannot open a window: ", done.stderr)
        self.assertIn("--png FILE draws without a display", done.stderr)


if __name__ == "__main__":
    unittest.main()
