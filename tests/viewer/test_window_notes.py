# SPDX-License-Identifier: Apache-2.0
"""Notes in a real window: written, changed and removed with keys, beside others who change the file meanwhile."""

import os
import shutil
import subprocess
import time
import unittest

import window_support
from viewer_support import BUILD, new_folder, trace

NEEDS = ("debug",)

EVENT = 985  # a trap, which is in an operation


@window_support.needed
class WindowNotes(window_support.WindowTest):
    def setUp(self):
        self.folder = new_folder()
        shutil.copytree(trace("split"), self.folder / "trace")
        self.file = self.folder / "notes"

    def start(self):
        self.open(self.folder, "--event", EVENT)
        self.wait_for_title("split")
        self.first = self.settled()

    def press(self, *keys):
        """As long as a hand does: ImGui looks at what is down once a frame."""
        for key in keys:
            self.xdotool("keydown", key, "sleep", 0.3, "keyup", key, "sleep", 0.3)

    def write(self, text, *keys):
        before = self.screenshot()
        self.xdotool("key", "n")
        self.settled(unlike=before)  # the field is there
        self.press(*keys)
        self.type(text)
        self.xdotool("sleep", 0.3)
        self.press("Return")

    def type(self, text):
        self.xdotool("type", "--delay", 120, text)

    def wait_for(self, *lines):
        """Until these are the lines of the file."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = self.file.read_text(encoding="utf-8").splitlines() if self.file.is_file() else None
            if found == list(lines):
                return
            time.sleep(0.2)
        self.assertEqual(found, list(lines))

    def wstrace(self, *arguments):
        subprocess.run([BUILD / "viewer" / "wstrace", "notes", self.folder, *map(str, arguments)], check=True, timeout=60,
                       stdout=subprocess.DEVNULL)

    def test_written_changed_removed(self):
        self.start()
        self.write("quite a trap")  # with letters that are keys
        self.wait_for(f"{EVENT} quite a trap")
        noted = self.settled(unlike=self.first)
        self.assertEqual(noted.pixel(2, 2), self.first.pixel(2, 2), "the letter t has changed the theme")
        self.write(", or two", "End")
        self.wait_for(f"{EVENT} quite a trap, or two")
        self.write("", "ctrl+a", "BackSpace")
        self.wait_for()
        self.assert_same(self.settled(unlike=noted), self.first, "nothing is left of it in the window")

    def test_escape_leaves_all_as_it_was(self):
        self.file.write_text(f"# mine\n{EVENT} one\n{EVENT} two\n", encoding="utf-8")
        self.start()
        self.xdotool("key", "n")
        field = self.settled(unlike=self.first)
        self.type("other words")
        self.settled(unlike=field)
        self.xdotool("mousemove", 300, 850, "click", 1)  # a click beside it does not close it
        self.park_mouse()
        beside = self.settled(unlike=self.first)
        self.press("Escape")
        self.assert_same(self.settled(unlike=beside), self.first)
        self.write("")  # Enter alone: what is there stays as it is, in two notes
        self.assert_same(self.settled(), self.first)
        self.wait_for("# mine", f"{EVENT} one", f"{EVENT} two")

    def test_what_others_write_meanwhile_stays(self):
        self.wstrace("--add", EVENT, "mine")
        self.start()
        self.xdotool("key", "n", "sleep", 1)
        self.wstrace("--add", EVENT, "yours")
        self.wstrace("--add", 3, "elsewhere")
        self.press("ctrl+a")
        self.type("still mine")
        self.press("Return")
        self.wait_for(f"{EVENT} still mine", f"{EVENT} yours", "3 elsewhere")

    def test_what_others_write_is_shown(self):
        self.start()
        self.wstrace("--add", EVENT, "from outside")
        self.xdotool("mousemove", 800, 990)  # the window looks when it draws
        self.park_mouse()
        noted = self.settled(unlike=self.first)
        self.wstrace("--remove", EVENT)
        self.xdotool("mousemove", 800, 990)
        self.park_mouse()
        self.assert_same(self.settled(unlike=noted), self.first)

    def test_keys_walk_from_note_to_note(self):
        for event in (EVENT, 3000, 9000):
            self.wstrace("--add", event, f"note {event}")
        self.start()
        seen = [self.first]
        for _ in range(2):
            self.xdotool("key", "shift+n")
            seen.append(self.settled(unlike=seen[-1]))
        self.xdotool("key", "p")
        self.settled(unlike=seen[2])
        self.write(", the second", "End")
        self.wait_for(f"{EVENT} note {EVENT}", "3000 note 3000, the second", "9000 note 9000")

    def test_whoever_types_faster_than_it_draws_loses_nothing(self):
        """No event follows the last letter: the window draws until all have been taken."""
        self.start()
        self.xdotool("key", "n")
        self.settled(unlike=self.first)
        text = "a sentence that is typed in much less time than its letters take frames " * 2
        self.xdotool("type", "--delay", 1, text.strip())
        self.settled(unlike=self.first, seconds=120)
        self.press("Return")
        self.wait_for(f"{EVENT} {text.strip()}")

    def test_a_broken_file_is_told_and_not_touched(self):
        broken = "7 seven\nno number\n"
        self.file.write_text(broken, encoding="utf-8")
        self.start()
        self.xdotool("key", "Escape")
        quiet = self.settled(unlike=self.first)  # the notice was there
        self.write("kept")
        self.settled(unlike=quiet)
        self.assertEqual(self.file.read_text(encoding="utf-8"), broken)
        self.file.write_text("7 seven\n", encoding="utf-8")
        self.press("Return")  # what was typed is still in the field
        self.wait_for("7 seven", f"{EVENT} kept")

    def test_where_nothing_can_be_written(self):
        """Root may write into any folder, but no one into a file that is a folder."""
        self.start()
        in_the_way = self.folder / f"notes.{self.program.pid}.new"
        in_the_way.mkdir()
        self.write("kept")
        self.settled(unlike=self.first)
        self.assertFalse(self.file.exists())
        in_the_way.rmdir()
        self.file.mkdir()
        self.press("Return")
        self.assertEqual(os.listdir(self.file), [])
        self.file.rmdir()
        self.press("Return")
        self.wait_for(f"{EVENT} kept")


if __name__ == "__main__":
    unittest.main()
