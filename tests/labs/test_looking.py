# SPDX-License-Identifier: Apache-2.0
"""A student's trace beside the product's: where they differ is found by itself."""

import subprocess
import sys
import unittest

import labs_support as support
from wslib.labs import lab_file, lab_tree, traced_runs
from wslib.problem import Problem

FILE = "hyp/world_switch/guest_entry.S"


class Looking(unittest.TestCase):
    def setUp(self):
        checkout = support.StudentsCheckout()
        self.root = checkout.__enter__()
        self.addCleanup(checkout.__exit__)
        self.lab = lab_file.read_lab(1)

    def first_difference(self, text: str, design: str) -> traced_runs.Difference | None:
        (self.root / FILE).write_text(text, encoding="utf-8")
        return traced_runs.first_difference(traced_runs.run_both(self.lab, traced_runs.row_named(self.lab, "guest-keeps"), design))

    def test_the_first_event_that_the_product_does_not_have(self):
        product = lab_tree.solution(self.lab)[FILE]
        longer = product.replace("    add sp, sp, #GUEST_FRAME_BYTES\n", "    nop\n    add sp, sp, #GUEST_FRAME_BYTES\n")
        self.assertIsNone(self.first_difference(longer, "vhe"), "instructions more, and addresses that are others, are no difference")

        found = self.first_difference(product.replace("    msr SP_EL0, x1\n", ""), "vhe")
        self.assertEqual((found.students.name, found.step), ("registers_general", "save_general_purpose"))
        self.assertEqual([field[0] for field in found.fields], ["SP_EL0"])

    def test_each_labs_tour(self):
        """Its steps and figures are there when the product stands beside itself."""
        tours = 0
        for lab in map(lab_file.read_lab, lab_file.lab_folders()):
            tour = lab.folder / "lab.tour"
            if not tour.is_file():
                continue
            tours += 1
            for name, text in lab_tree.solution(lab, sources=support.ROOT).items():
                (self.root / name).write_text(text, encoding="utf-8")
            pair = traced_runs.run_both(lab, None, None)
            done = subprocess.run([sys.executable, support.ROOT / "scripts/ws", "trace", "tour", tour, pair.student, pair.product, "--check"],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), tour)
        self.assertGreater(tours, 2)

    def test_what_cannot_be_looked_at(self):
        with self.assertRaises(Problem) as told:
            traced_runs.row_named(self.lab, "hidden")
        self.assertIn("has no row hidden", str(told.exception))
        with self.assertRaises(Problem) as told:
            traced_runs.run_both(lab_file.read_lab(2), None, "vhe")
        self.assertIn("lab 2 is about split", str(told.exception))


if __name__ == "__main__":
    unittest.main()
