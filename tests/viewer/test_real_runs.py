# SPDX-License-Identifier: Apache-2.0
"""The viewer on runs of the hypervisor itself."""

import os
import shutil
import sys
import unittest

from viewer_support import ROOT, picture
from test_picture import EL1, FP, HANDLER, strips

os.environ.setdefault("WS_HOST_BUILD", "debug")
sys.path.insert(0, str(ROOT / "tests" / "qemu"))

import support  # noqa: E402  (after the path to it)


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


if __name__ == "__main__":
    unittest.main()
