# SPDX-License-Identifier: Apache-2.0
"""The way of a student through a lab: start, the first TODO, a mistake, the solution, the archive."""

import contextlib
import io
import json
import subprocess
import tarfile
import unittest
from unittest import mock

import labs_support as support
from wslib.labs import lab_file, lab_tree, student
from wslib.labs.bench import Bench
from wslib.labs.questions import ANSWERS
from wslib.labs.submission import in_place
from wslib.problem import Problem

FILE = "hyp/world_switch/guest_entry.S"


def said(do, *arguments) -> tuple[object, str]:
    """What it returns, and what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = do(*arguments)
    return result, out.getvalue()


class Student(unittest.TestCase):
    def setUp(self):
        checkout = support.StudentsCheckout()
        self.root = checkout.__enter__()
        self.addCleanup(checkout.__exit__)
        self.lab = lab_file.read_lab(1)
        self.product = lab_tree.solution(self.lab)[FILE]
        self.solution = lab_tree.solution(self.lab, "somebody")[FILE]
        self.before = self.git("rev-parse", "HEAD")
        _, self.told = said(student.start, self.lab, "somebody")
        self.file = self.root / FILE

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", "-C", self.root, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def test_from_start_to_archive(self):
        self.assertEqual(self.git("rev-parse", "--abbrev-ref", "HEAD"), "lab/1")
        self.assertEqual(self.git("status", "--porcelain", "--untracked-files=no"), "", "the starter is committed")
        self.assertIn("guest_entry.S", self.told)
        lab = student.started()

        status, told = said(student.test, lab, None, None, False)
        self.assertEqual(status, 1)
        self.assertIn("TODO 1A: guest_enter is yours to write (hyp/world_switch/guest_entry.S)", told)
        self.assertIn("0 of 74 points; 20 more are for what is only tried when it is graded; 6 are for answers in words", told)
        self.assertIn("1A: to be written", said(student.status, lab)[1])

        self.file.write_text(self.solution.replace("    msr SP_EL0, x1\n", ""), encoding="utf-8")
        status, told = said(student.test, lab, "guest-keeps", None, False)
        self.assertEqual(status, 1)
        self.assertIn("SP_EL0 was not kept over an exit", told)

        archive = self.root / "handed-in.tar.gz"
        self.file.write_text(self.solution, encoding="utf-8")
        self.assertEqual(said(student.show_answers, lab)[0], 1, "nothing is answered yet")
        self.assertIn("note: answers.toml has no answer to ", said(student.submit, lab, archive)[1])
        self.assertIn("1A: begun", said(student.status, lab)[1])
        key = Bench(in_place(lab, support.new_folder()), "somebody").key()
        (self.root / ANSWERS).write_text(key, encoding="utf-8")
        self.assertEqual(said(student.show_answers, lab)[0], 0)
        status, told = said(student.test, lab, None, None, True)
        self.assertEqual((status, json.loads(told)["points"]), (0, 74), told)
        self.assertIn("SPSR_EL2" if "SPSR" in self.told else "when guest_enter returns", said(student.status, lab)[1])
        self.assertIn("1A: done, by the last test", said(student.status, lab)[1])

        self.assertNotIn("note: ", said(student.submit, lab, archive)[1])
        with tarfile.open(archive) as content:
            self.assertEqual(content.getnames(), [ANSWERS, FILE])

    def test_for_practice(self):
        """Without a seed: the product's own file has all points, and nothing is asked of anybody alone."""
        self.git("checkout", "-q", self.before)
        self.git("branch", "-q", "-D", "lab/1")
        _, told = said(student.start, self.lab, "")
        self.assertIn("This is for practice", told)
        self.assertFalse((self.root / ANSWERS).exists())
        self.file.write_text(self.product, encoding="utf-8")
        self.assertEqual(self.git("diff", "HEAD~1", "--stat"), "", "the diff to before the start is the student's work alone")
        status, told = said(student.test, student.started(), None, None, False)
        self.assertEqual(status, 0, told)
        self.assertIn("45 of 45 points", told)
        with self.assertRaises(Problem) as told:
            student.test(self.lab, "twist", None, False)
        self.assertIn("--seed YOURNAME", str(told.exception))

    def test_again_when_a_file_has_changed(self):
        tested = []

        def change(_) -> None:
            if len(tested) == 2:
                raise KeyboardInterrupt
            if len(tested) == 1:
                self.file.write_text(self.solution + "\n", encoding="utf-8")

        with mock.patch.object(student, "test", lambda *told: tested.append(told)), mock.patch.object(student.time, "sleep", change), \
                self.assertRaises(KeyboardInterrupt):
            said(student.watch, self.lab, "twist")
        self.assertEqual([told[1] for told in tested], ["twist", "twist"])

    def test_what_does_not_build_is_told(self):
        self.file.write_text("    no_such_instruction\n", encoding="utf-8")
        status, told = said(student.test, student.started(), None, None, False)
        self.assertEqual(status, 3)
        self.assertIn("no_such_instruction", told)

    def test_one_part_goes_back(self):
        self.file.write_text(self.solution, encoding="utf-8")
        said(student.reset, student.started(), "1B")
        text = self.file.read_text(encoding="utf-8")
        self.assertIn("TODO 1B", text)
        self.assertNotIn("TODO 1A", text)

    def test_a_part_of_a_lab_whose_starter_works_goes_back_too(self):
        lab = lab_file.read_lab(8)
        said(student.reset, lab, "8B")
        for name, text in lab_tree.starter(lab).items():
            is_back = (self.root / name).read_text(encoding="utf-8") == text
            self.assertEqual(is_back, name.endswith("stays_in_cpu.hpp"), name)
        with self.assertRaises(Problem) as told:
            student.reset(lab_file.read_lab(0), "0A")
        self.assertIn("none that was cut out", str(told.exception))

    def test_what_cannot_be_is_told(self):
        lab = student.started()
        for do, words in ((lambda: student.start(lab, "ada"), "the branch of a lab already"),
                          (lambda: student.start(lab, 'a"/b'), "is to be your name"), (lambda: student.reset(lab, "9Z"), "has no part 9Z"),
                          (lambda: student.test(lab, "nosuch", None, False), "has no row nosuch"), (lambda: student.hint(lab, "hidden", 1), "no hints")):
            with self.subTest(words=words), self.assertRaises(Problem) as told:
                do()
            self.assertIn(words, str(told.exception))
            self.assertEqual(told.exception.status, 2)
        self.git("checkout", "-q", self.before)
        with self.assertRaises(Problem) as told:
            student.started()
        self.assertIn("is no lab's", str(told.exception))
        with self.assertRaises(Problem) as told:
            student.start(lab, "ada")
        self.assertIn("lab/1 is there", str(told.exception))

    def test_a_part_is_to_be_written_while_it_says_so(self):
        """In assembly the words have a label; what nobody refers to any more is said by nobody."""
        label = '.Ltodo_1a:\n    .asciz "TODO 1A: yours"\n'
        self.assertTrue(student._panics("    adrp x0, .Ltodo_1a\n    b panic\n" + label, "1A"))
        self.assertFalse(student._panics("    eret\n" + label, "1A"))
        self.assertTrue(student._panics('    panic("TODO 2A: yours");\n', "2A"))
        self.assertFalse(student._panics("    save();\n", "2A"))

    def test_hints_come_one_by_one(self):
        first = said(student.hint, self.lab, "guest-keeps", 1)[1]
        both = said(student.hint, self.lab, "guest-keeps", 2)[1]
        self.assertIn("--level 2", first)
        self.assertIn(first.splitlines()[0], both)
        self.assertGreater(len(both), len(first))


if __name__ == "__main__":
    unittest.main()
