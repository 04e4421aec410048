# SPDX-License-Identifier: Apache-2.0
"""A student's image is the base build's objects but for those of the changed files: the same bytes where nothing is changed."""

import unittest
from unittest import mock

import labs_support as support
from wslib.labs import lab_file, lab_tree
from wslib.labs import relink as relink_module
from wslib.labs.base_build import reference_image
from wslib.labs.relink import DoesNotBuild, relink
from wslib.labs.submission import Submission
from wslib.paths import DESIGNS, ROOT


class Relink(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_the_same_sources_are_the_same_image(self):
        for design in DESIGNS:
            for number in (1, 2, 8):
                with self.subTest(design=design, lab=number):
                    image = relink(design, "off", ROOT, lab_file.read_lab(number).editable, support.new_folder())
                    self.assertEqual(image.read_bytes(), reference_image(design).read_bytes())

    def build(self, old: str, new: str):
        """Lab 2's file with each `old` replaced."""
        lab = lab_file.read_lab(2)
        folder = support.new_folder()
        text = lab_tree.solution(lab)[lab.sources[0]]
        self.assertIn(old, text)
        tree = lab_tree.make_tree(folder / "tree", {lab.sources[0]: text.replace(old, new)})
        return Submission(lab, tree, folder).image("split")

    def test_what_does_not_compile_is_told_with_its_line(self):
        with self.assertRaises(DoesNotBuild) as told:
            self.build("using trace::kHost;", "nonsense;")
        self.assertIn("hyp/world_switch/split/enter_exit.cpp:15:", str(told.exception))

    def test_what_is_missing_is_told_by_its_name(self):
        with self.assertRaises(DoesNotBuild) as told:
            self.build("lowvisor_run_vcpu", "lowvisor_runs_vcpu")
        self.assertIn("lowvisor_run_vcpu", str(told.exception))

    def test_a_compiler_that_comes_to_no_end_is_ended(self):
        with mock.patch.object(relink_module, "SECONDS", 4), self.assertRaises(DoesNotBuild):
            self.build("using trace::kHost;", "using trace::kHost;\ntemplate <int n> struct Tree { static constexpr int size = Tree<n + 1>::size "
                       "+ Tree<n + 2>::size; };\n#pragma GCC diagnostic ignored \"-Wall\"\nconstexpr int size = Tree<0>::size;")

    def test_a_warning_stops_nothing(self):
        """A function that is not written yet leaves others that nobody calls."""
        begin = "// ---- from the guest to the host ----"
        self.build(begin, f"{begin}\nstatic void nobody_calls_it(int unused) {{}}")


class FilesOfTheGraders(unittest.TestCase):
    def test_none_is_taken_into_an_image(self):
        support.prepare()
        with self.assertRaises(DoesNotBuild) as told:
            support.image_with("split", 2, "namespace ws {\n\nnamespace {\n", "asm(\".inc\" \"bin \\\"/etc/passwd\\\"\");\nnamespace ws {\n\nnamespace {\n")
        self.assertIn(".incbin", str(told.exception))


if __name__ == "__main__":
    unittest.main()
