# SPDX-License-Identifier: Apache-2.0
"""What the window writes out: its picture, and the comparison as wstrace prints it."""

import subprocess
import unittest

import window_support
from viewer_support import BUILD, Image, new_folder, trace
from window_support import SIZE


@window_support.needed
class Export(window_support.WindowTest):
    def open_in(self, folder):
        self.folder = folder
        self.open(trace("split"), trace("vhe"), "--kind", "DABT", folder=folder)
        self.wait_for_title("split", "vhe")
        self.first = self.settled()

    def test_export(self):
        self.open_in(new_folder())
        self.xdotool("key", "e")
        told = self.settled(unlike=self.first)
        names = sorted(path.name for path in self.folder.iterdir())
        stem = f"worldswitch-{trace('split').parent.name}-{trace('vhe').parent.name}"
        self.assertEqual(names, sorted([f"{stem}-why.png", f"{stem}.md", f"{stem}.html", f"{stem}.json"]))
        self.assertLess(Image.of_png(self.folder / f"{stem}-why.png").differing(self.first), 400)
        for form, ending in (("--json", "json"), ("--markdown", "md"), ("--html", "html")):
            printed = subprocess.run([BUILD / "viewer" / "wstrace", "compare", trace("split"), trace("vhe"), form],
                                     capture_output=True, text=True, check=True, timeout=60).stdout
            self.assertEqual((self.folder / f"{stem}.{ending}").read_text(encoding="utf-8"), printed)
        self.xdotool("key", "Escape")
        self.assertEqual(self.settled(unlike=told).rows, self.first.rows)

    def test_export_by_the_button_of_another_tab(self):
        self.open_in(new_folder())
        self.xdotool("key", "6")
        statistics = self.settled(unlike=self.first)
        self.xdotool("mousemove", SIZE[0] - 16 - 64 - 8 - 64 - 8 - 36, 30, "click", 1)
        self.park_mouse()
        self.settled(unlike=statistics)
        self.assertEqual(len(list(self.folder.glob("*-statistics.png"))), 1)

    def test_export_into_a_folder_that_takes_no_files(self):
        self.open_in("/proc")  # where not even root can write
        self.xdotool("key", "e")
        self.settled(unlike=self.first)  # it says so
        self.xdotool("key", "q")
        self.assert_ends()


if __name__ == "__main__":
    unittest.main()
