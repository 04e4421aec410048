# SPDX-License-Identifier: Apache-2.0
"""Each lab proves itself: its starter stops at a TODO, its solution has all points, each typical mistake fails its row with the words that name it,
each forgery has no points."""

import unittest

import labs_support as support
from wslib.labs import check, lab_file


class Proofs(unittest.TestCase):
    """A test for each lab is added below."""

    maxDiff = None

    def prove(self, number: int) -> None:
        proof = check.check(lab_file.read_lab(number), "proof")
        self.assertEqual(proof.wrong, [])
        self.assertEqual((proof.starter, proof.solution), ("todo", 100))
        self.assertEqual((proof.killed, proof.zero), (proof.mutants, proof.forgeries))
        self.assertGreater(min(proof.killed, proof.zero), 0)


for _number in lab_file.lab_folders():
    setattr(Proofs, f"test_lab_{_number}", support.takes_long(lambda self, number=_number: self.prove(number)))


if __name__ == "__main__":
    unittest.main()
