# SPDX-License-Identifier: Apache-2.0
"""What the window writes out: its picture, and the comparison as wstrace prints it."""

import json
import subprocess
import time
import unittest

import window_support
from viewer_support import BUILD, Image, new_folder, trace
from window_support import SIZE

NEEDS = ("debug",)


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
        self.assert_same(self.settled(unlike=told), self.first)

    def test_another_cost_is_typed_and_goes_into_the_report(self):
        def cycles(*arguments):
            printed = subprocess.run([BUILD / "viewer" / "wstrace", "explain", trace("split"), trace("vhe"), "--kind", "DABT", "--json",
                                      *arguments], capture_output=True, text=True, check=True, timeout=60).stdout
            return json.loads(printed)["cycles"]
        self.open_in(new_folder())
        # The button that puts the cost model in the place of the causes in words, then the first cost.
        self.xdotool("mousemove", 1046, 708, "sleep", 0.3, "click", 1, "sleep", 0.4)
        self.xdotool("mousemove", 1045, 762, "sleep", 0.4, "click", 1, "sleep", 0.4, "type", "--delay", "150", "720")
        self.xdotool("keydown", "Return", "sleep", 0.3, "keyup", "Return")
        self.park_mouse()
        typed = self.settled(unlike=self.first)
        waterfall = (30, 725, 690, 970)
        self.assertGreater(typed.part(*waterfall).differing(self.first.part(*waterfall)), 100, "the waterfall stayed as it was")
        self.xdotool("key", "e")
        self.settled(unlike=typed)
        report = json.loads(next(self.folder.glob("*.json")).read_text(encoding="utf-8"))
        kind = next(kind for kind in report["kinds"] if "DABT" in kind["kind"])
        self.assertEqual(kind["explanation"]["cycles"], cycles("--set", "exception=720"))
        self.assertNotEqual(cycles("--set", "exception=720"), cycles())

    def test_export_by_the_button_of_another_tab(self):
        self.open_in(new_folder())
        self.xdotool("key", "6")
        self.settled(unlike=self.first)
        self.xdotool("mousemove", SIZE[0] - 16 - 64 - 8 - 64 - 8 - 36, 30, "click", 1)
        self.park_mouse()
        # The button itself looks another way at once: what tells is the file.
        deadline = time.monotonic() + 60
        while not (pictures := list(self.folder.glob("*.png"))) and time.monotonic() < deadline:
            time.sleep(0.3)
        self.assertEqual([picture.name.endswith("-statistics.png") for picture in pictures], [True], "nothing was exported")

    def test_export_into_a_folder_that_takes_no_files(self):
        self.open_in("/proc")  # where not even root can write
        self.xdotool("key", "e")
        self.settled(unlike=self.first)  # it says so
        self.xdotool("key", "q")
        self.assert_ends()


if __name__ == "__main__":
    unittest.main()
