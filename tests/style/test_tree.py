# SPDX-License-Identifier: Apache-2.0
"""The tree itself: a test for each check of scripts/wslib/style."""

import unittest

from small_tree import CHECKS, ROOT
from wslib.style.finding import NotChecked

NEEDS = ()  # nothing is built for it
__unittest = True  # a failure is told by its findings alone, without the lines of this file


class Tree(unittest.TestCase):
    """Has one test a check; they are added below."""


def _test_of(check):
    def test(self):
        try:
            found = check(ROOT)
        except NotChecked as reason:
            self.skipTest(f"not checked: {reason}")
        if found:
            self.fail(f"{len(found)} findings\n" + "\n".join(found))

    return test


for _name, _check in CHECKS.items():
    setattr(Tree, f"test_{_name}", _test_of(_check))
