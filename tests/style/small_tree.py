# SPDX-License-Identifier: Apache-2.0
"""Trees of a few files, for checks to look at."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.style.checks import all_checks

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
CHECKS = all_checks()


class SmallTree(unittest.TestCase):
    """A test of the check that CHECK names."""

    CHECK = ""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self._trees = 0

    def found(self, texts: dict[str, str]) -> list[str]:
        """What the check finds in a tree of these files."""
        self._trees += 1
        root = self.root / str(self._trees)
        for name, text in texts.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return CHECKS[self.CHECK](root)

    def assert_one(self, found: list[str], place: str, *words: str) -> None:
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ": "), found[0])
        for word in words:
            self.assertIn(word, found[0])
