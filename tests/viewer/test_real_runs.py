# SPDX-License-Identifier: Apache-2.0
"""The viewer on runs of the hypervisor itself."""

import os
import shutil
import sys
import unittest
from unittest import mock

from viewer_support import ROOT, Image, environment, new_folder, picture
from test_picture import EL1, FP, HANDLER, strips

os.environ.setdefault("WS_HOST_BUILD", "debug")
sys.path.insert(0, str(ROOT / "tests" / "qemu"))
sys.path.insert(0, str(ROOT / "docs"))

import pictures  # noqa: E402  (after the path to it)
import support  # noqa: E402
from wslib.run import run  # noqa: E402


@unittest.skipUnless(shutil.which("qemu-system-aarch64") and "hypercall" in support.GUESTS,
                     "QEMU and the hypervisor's images are needed")
class RealRuns(unittest.TestCase):
    def test_split_takes_longer_and_switches_more(self):
        png = picture(support.run("split", "hypercall").folder, support.run("vhe", "hypercall").folder)
        split, vhe = strips(png, below=300)[:2]
        self.assertGreater(split.get(FP, 0), 20)
        self.assertEqual(vhe.get(FP, 0), 0)
        self.assertGreater(split.get(EL1, 0), 4 * vhe.get(EL1, 0))
        self.assertGreater(vhe.get(HANDLER, 0), 20)

    def test_the_pictures_in_the_repository_are_up_to_date(self):
        def finished(options):
            result = run(options)
            self.assertEqual(result.status, 0, result.words)
            return options.folder()
        drawn = new_folder()
        with mock.patch.dict(os.environ, environment()):
            pictures.draw_all(pictures.IN_THE_REPOSITORY, drawn, new_folder(), finished)
        for name in pictures.IN_THE_REPOSITORY:
            kept = pictures.IMAGES / f"{name}.png"
            self.assertLess(kept.stat().st_size, 120_000)
            unlike = Image.from_afar(kept).share_unlike(Image.from_afar(drawn / f"{name}.png"))
            self.assertLess(unlike, 0.02, f"{kept} is out of date: docs/pictures.py draws it anew")


if __name__ == "__main__":
    unittest.main()
