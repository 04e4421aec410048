# SPDX-License-Identifier: Apache-2.0
"""What one has to read to know all of a hypercall stays short: docs/hypercall_path.py counts it in the sources."""

import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs"))

import hypercall_path  # noqa: E402
from hypercall_path import Station  # noqa: E402


class Short(unittest.TestCase):
    def test_each_path_is_under_900_lines(self):
        for design in hypercall_path.DESIGNS:
            with self.subTest(design=design):
                self.assertLess(hypercall_path.length(design), hypercall_path.MOST)
                self.assertGreater(hypercall_path.length(design), 300)

    def test_a_part_is_a_function_with_its_comment(self):
        """Known by their first and last lines."""
        for file, start, first, last in (
                ("hyp/world_switch/guest_entry.S", "guest_exit:", "// Where a guest's trap", "    .size guest_exit"),
                ("hyp/world_switch/guest_entry.S", ".macro guest_vector ", "    .macro guest_vector", "    .endm"),
                ("hyp/world_switch/guest_entry.hpp", "void save_exit_info(", "/// Keeps the syndrome", "}"),
                ("hyp/trace/points.hpp", "class StepScope ", "/// A numbered step", "};"),
                ("hyp/trace/points.hpp", "void restore(", "/// Records the registers", "}"),
                ("hyp/exits/hypercall.cpp", "u64 call(", "u64 call(", "}")):
            with self.subTest(start=start):
                part = hypercall_path.part(file, start)
                lines = (hypercall_path.ROOT / file).read_text(encoding="utf-8").splitlines()[part.first - 1:part.last]
                self.assertTrue(lines[0].startswith(first), lines[0])
                self.assertTrue(lines[-1].startswith(last), lines[-1])

    def test_what_is_not_there_is_refused(self):
        with self.assertRaisesRegex(ValueError, "has 0 lines with"):
            hypercall_path.part("hyp/trace/points.hpp", "void no_such_function(")

    def test_nothing_is_counted_twice(self):
        twice = Station("", "hyp/trace/points.hpp", ("void save(", "/// Saves the registers"))
        with mock.patch.object(hypercall_path, "PATH", (twice,)), self.assertRaisesRegex(ValueError, "twice"):
            hypercall_path.path("vhe")


if __name__ == "__main__":
    unittest.main()
