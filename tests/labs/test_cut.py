# SPDX-License-Identifier: Apache-2.0
"""A part is cut out by its function's signature, and a lab.toml that does not fit the sources is told as such."""

import unittest

import labs_support  # noqa: F401
from wslib.labs import lab_file, lab_tree
from wslib.labs.cut import Cut, body_of, cut_out
from wslib.problem import Problem

NEEDS = ()

TEXT = """\
namespace ws {

WS_INLINE void first(int a) {
    if (a) {
        call();
    }
}

struct Second {
    int third() {
        return 3;
    }
};
"""


class Cutting(unittest.TestCase):
    def cut(self, signature: str, text: str = TEXT, file: str = "a.cpp", starter: str = 'panic("TODO");') -> str:
        return cut_out(text, Cut("1A", file, signature, starter))

    def test_to_the_brace_at_the_same_indent(self):
        self.assertIn("WS_INLINE void first(int a) {\n    panic(\"TODO\");\n}\n\nstruct Second", self.cut("WS_INLINE void first("))

    def test_a_member(self):
        self.assertIn("    int third() {\n        panic(\"TODO\");\n    }\n};", self.cut("int third("))

    def test_assembly_from_its_label_to_its_size(self):
        text = "before:\n    nop\n    .size before, . - before\nhere:\n    nop\n    eret\n    .size here, . - here\n"
        self.assertEqual(self.cut("here:", text, "a.S", "    brk #0\n"),
                         "before:\n    nop\n    .size before, . - before\nhere:\n    brk #0\n    .size here, . - here\n")

    def test_a_signature_that_is_not_there_or_twice(self):
        for signature, words in (("WS_INLINE void renamed(", "0 lines"), ("}", "lines that begin")):
            with self.subTest(signature=signature), self.assertRaises(Problem) as told:
                self.cut(signature)
            self.assertIn(words, str(told.exception))


class Labs(unittest.TestCase):
    def test_a_prediction_is_judged_as_one(self):
        rows = {row.id: row.kind for row in lab_file.read_lab(8).rows}
        self.assertEqual((rows["predict-hypercall"], rows["exits"], rows["why"]), ("predicted", "answer", "written"))

    def test_every_cut_change_and_row_fits(self):
        self.assertTrue(lab_file.lab_folders())
        for number in lab_file.lab_folders():
            with self.subTest(lab=number):
                lab = lab_file.read_lab(number)
                self.assertEqual(lab.points, 100)
                files = lab_tree.solution(lab)
                for cut in () if lab.overlay else lab.cuts:
                    begin, end = body_of(files[cut.file], cut)
                    self.assertLess(begin, end)
                    self.assertIn(f"TODO {cut.part}", cut.starter)
                for change in (*lab.mutants, *lab.forgeries):
                    self.assertNotEqual(lab_tree.changed(lab, change), files)
                rows = {row.id for row in lab.rows}
                self.assertEqual(len(rows), len(lab.rows))
                self.assertLessEqual({mutant.row for mutant in lab.mutants}, rows)
                self.assertTrue((lab.folder / "handout.rst").is_file())

    def test_a_starter_has_nothing_of_what_is_cut(self):
        for number in lab_file.lab_folders():
            lab = lab_file.read_lab(number)
            for cut in () if lab.overlay else lab.cuts:
                text = lab_tree.starter(lab)[cut.file]
                begin, end = body_of(lab_tree.solution(lab)[cut.file], cut)
                self.assertNotIn(lab_tree.solution(lab)[cut.file][begin:end], text)


if __name__ == "__main__":
    unittest.main()
