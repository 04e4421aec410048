# SPDX-License-Identifier: Apache-2.0
"""A student's trace beside the product's: where they differ is found by itself."""

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

    def test_what_cannot_be_looked_at(self):
        with self.assertRaises(Problem) as told:
            traced_runs.row_named(self.lab, "hidden")
        self.assertIn("has no row hidden", str(told.exception))
        with self.assertRaises(Problem) as told:
            traced_runs.run_both(lab_file.read_lab(2), None, "vhe")
        self.assertIn("lab 2 is about split", str(told.exception))


if __name__ == "__main__":
    unittest.main()
