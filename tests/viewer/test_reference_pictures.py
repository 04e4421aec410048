# SPDX-License-Identifier: Apache-2.0
"""Each tab in light and dark, and with two CPUs, looks as it did: pictures are compared from afar with those in
tests/viewer/reference, so that another version of a font makes no difference, but a panel that is elsewhere does. Versions of
ImGui differ by more than that, so each has its own folder.

`tests/regenerate references` draws them anew; look at them, and at `git diff`."""

import os
import subprocess
import unittest
from pathlib import Path

from viewer_support import SYNTHETIC_TRACE, Image, imgui, new_folder, trace, wsview

NEEDS = ("debug",)

KEPT = Path(__file__).resolve().parent / "reference"
REFERENCE = KEPT / f"imgui-{imgui()}"
COMMAND = "tests/regenerate references"
TABS = ("why", "operations", "registers", "machine", "find", "statistics")
TOLERANCE = 0.02  # of the pixels


def two_cpus(design: str) -> Path:
    folder = new_folder() / "trace"
    subprocess.run([SYNTHETIC_TRACE, folder, "--design", design, "--cpus", "2", "--operations", "9"], check=True, timeout=60)
    return folder


class ReferencePictures(unittest.TestCase):
    def setUp(self):
        if not REFERENCE.is_dir() and not os.environ.get("WS_REGENERATE"):
            kept = ", ".join(sorted(folder.name for folder in KEPT.iterdir()))
            self.skipTest(f"no pictures are kept for {REFERENCE.name}, only for {kept}: {COMMAND} keeps them")

    def check(self, name, *arguments):
        file = new_folder() / f"{name}.png"
        done = wsview(*arguments, "--png", file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        reference = REFERENCE / f"{name}.png"
        if os.environ.get("WS_REGENERATE"):
            REFERENCE.mkdir(parents=True, exist_ok=True)
            subprocess.run(["convert", file, "-resize", "25%", "+dither", "-colors", "64", f"PNG8:{reference}"], check=True)
        unlike = Image.from_afar(file).share_unlike(Image.of_png(reference))
        self.assertLess(unlike, TOLERANCE, f"{name} does not look as it did; if it should not: {COMMAND}")

    def test_each_tab_in_light_and_dark(self):
        for tab in TABS:
            for theme in ("light", "dark"):
                with self.subTest(tab=tab, theme=theme):
                    query = ("--find", "trap class=HVC64") if tab == "find" else ()
                    self.check(f"{tab}_{theme}", trace("split"), trace("vhe"), "--tab", tab, "--theme", theme, *query)

    def test_two_cpus(self):
        for theme in ("light", "dark"):
            self.check(f"two_cpus_{theme}", two_cpus("split"), two_cpus("vhe"), "--whole-run", "--theme", theme)

    def test_one_run_in_a_small_window(self):
        self.check("one_run", trace("split"), "--size", "1180x760")

    def test_another_picture_is_told(self):
        if os.environ.get("WS_REGENERATE"):
            self.skipTest("the pictures are being drawn anew")
        for one, other in (("why_light", "why_dark"), ("why_light", "operations_light"), ("registers_dark", "machine_dark"),
                           ("find_light", "statistics_light")):
            unlike = Image.of_png(REFERENCE / f"{one}.png").share_unlike(Image.of_png(REFERENCE / f"{other}.png"))
            self.assertGreater(unlike, TOLERANCE, f"{one} passes for {other}")


if __name__ == "__main__":
    unittest.main()
