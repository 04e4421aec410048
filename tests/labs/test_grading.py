# SPDX-License-Identifier: Apache-2.0
"""Submissions and results: only the editable files count, results are the same each time, and the grader's own trouble is no points at all."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tarfile
import unittest
from pathlib import Path
from unittest import mock

import labs_support as support
from wslib.labs import lab_file, lab_tree
from wslib.labs.grade import grade, grade_one, read_archive, read_marks
from wslib.labs.result_formats import classroom, gradescope
from wslib.labs.bench import Bench
from wslib.labs.questions import ANSWERS
from wslib.labs.submission import Submission, in_place
from wslib.labs.trouble import GRADER_BROKE, GraderTrouble
from wslib.problem import Problem

FILE = "hyp/world_switch/guest_entry.S"
LAB = lab_file.read_lab(1)


def archive_of(name: str, files: dict[str, str]) -> Path:
    """A submission that has these files."""
    path = support.new_folder() / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as content:
        for file, text in files.items():
            entry = tarfile.TarInfo(file)
            entry.size = len(text.encode())
            content.addfile(entry, io.BytesIO(text.encode()))
    return path


def work_of(name: str, lab: lab_file.Lab = LAB) -> dict[str, str]:
    """All of a student's files, as they are to be."""
    files = lab_tree.solution(lab, name)
    folder = support.new_folder()
    key = Bench(Submission(lab, lab_tree.make_tree(folder / "tree", files), folder), name).key()
    return files | {ANSWERS: key}


class Grading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        support.prepare()
        # A checkout whose branch is no lab's, whatever this one's is called.
        patched = mock.patch("wslib.labs.grade.on_a_labs_branch", lambda: False)
        patched.start()
        cls.addClassCleanup(patched.stop)

    def test_a_solution_has_all_points_and_the_same_result_again(self):
        archive = archive_of("ada", work_of("ada"))
        marks = support.new_folder() / "marks.toml"
        marks.write_text("[ada]\nwhy = 6\n", encoding="utf-8")
        results = [grade_one(archive, LAB, "class", marks=read_marks(marks, LAB)) for _ in range(2)]
        self.assertEqual(results[0].score, 100, [row.message for row in results[0].rows])
        self.assertEqual(json.dumps(results[0].as_json()), json.dumps(results[1].as_json()))
        self.assertEqual(results[0].status, 0)
        self.check_forms(results[0])
        unread = grade_one(archive, LAB, "class")
        self.assertEqual((unread.score, unread.for_the_teacher, unread.status), (94, 6, 0))

    def test_marks_that_cannot_be(self):
        marks = support.new_folder() / "marks.toml"
        for text, words in (("why = 6", "is to be a table"), ("[ada]\nwhy = 7", "0 to 6"), ("[ada]\nshort = 1", "why (0 to 6)"), ("[ada", "is no TOML")):
            marks.write_text(text, encoding="utf-8")
            with self.subTest(text=text), self.assertRaises(Problem) as told:
                read_marks(marks, LAB)
            self.assertIn(words, str(told.exception))

    def check_forms(self, result):
        scope = gradescope(result)
        self.assertEqual(scope["score"], sum(test["score"] for test in scope["tests"]))
        self.assertEqual(sum(test["max_score"] for test in scope["tests"]), 100)
        documented = {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility", "extra_data"}
        for test in scope["tests"]:
            self.assertLessEqual(test.keys(), documented)
            self.assertIn(test["visibility"], ("hidden", "after_due_date", "after_published", "visible"))
            self.assertIn(test["status"], ("passed", "failed"))
        room = classroom(result)
        self.assertEqual((room["version"], room["status"], room["max_score"]), (1, "pass", 100))

    def test_other_files_of_an_archive_count_for_nothing(self):
        """A table, a guest, the grader itself, a prebuilt object."""
        more = {"scripts/wslib/labs/rows.py": "raise SystemExit('mine')\n", "hyp/arch/sysregs.def": "", "hyp/CMakeLists.txt": "",
                "guests/lab_registers/main.cpp": "", "build/labs/base/hyp/off/hyp-vhe.bin": "", "guest_entry.S.obj": ""}
        archive = archive_of("bob", lab_tree.solution(LAB) | more)
        self.assertEqual(read_archive(archive, LAB), lab_tree.solution(LAB))

    def test_what_only_the_grader_may_read(self):
        """What compiles a submission runs as nobody, where the grader may say so, whatever the source hides from a search."""
        secret = support.new_folder() / "secret"
        secret.write_text("0123456789", encoding="utf-8")
        for folder in (secret, *secret.parents[:1]):
            folder.chmod(0o755 if folder.is_dir() else 0o600)
        hidden = lab_tree.solution(LAB)[FILE] + f"""
    .macro taken a, b
    .\\a\\()\\b "{secret}"
    .endm
    taken inc, bin
"""
        result = grade_one(archive_of("eve", {FILE: hidden}), LAB, "class")
        if "as nobody" not in result.tools["compiled"]:
            self.skipTest(f"here the compiler runs {result.tools['compiled']}")
        self.assertEqual((result.score, result.status), (0, 3))
        self.assertIn("secret", result.rows[0].message)

    def test_a_hidden_row_does_not_tell_its_patterns(self):
        broken = lab_tree.solution(LAB)[FILE].replace("    msr SP_EL0, x1\n", "")
        result = grade_one(archive_of("eve", {FILE: broken}), LAB, "class")
        hidden = next(row for row in result.rows if row.hidden)
        self.assertEqual((hidden.points, hidden.evidence), (0, {}))
        self.assertNotIn("0x", hidden.message)
        self.assertNotIn("class", json.dumps([row.evidence for row in result.rows]))
        self.assertEqual(result.status, 1)

    def test_another_students_archive_has_other_patterns(self):
        """The archive's name is the student's; what is hidden depends on the class's secret as well."""
        hidden = next(row for row in LAB.rows if row.hidden)
        of = [[Bench(in_place(LAB, support.new_folder()), name, secret).seeds(row) for row in (LAB.rows[0], hidden)]
              for name, secret in (("ada", "class"), ("bob", "class"), ("ada", "another class"))]
        self.assertNotEqual(of[0][0], of[1][0])
        self.assertNotEqual(of[0][1], of[1][1])
        self.assertEqual(of[0][0], of[2][0], "the public ones are those that the student saw")
        self.assertNotEqual(of[0][1], of[2][1])

    def test_answers_to_somebody_elses_questions(self):
        lab = lab_file.read_lab(0)
        adas = work_of("ada", lab)
        self.assertEqual(grade_one(archive_of("ada", adas), lab, "class").score, 84, "but for the words")
        self.assertEqual(grade_one(archive_of("bob", adas), lab, "class").score, 0)
        broken = grade_one(archive_of("ada", adas | {ANSWERS: "no = toml = at all"}), lab, "class")
        self.assertEqual([row.id for row in broken.rows if row.points], ["own-guest"])
        self.assertIn("is no TOML", broken.rows[1].message)

    def test_several_with_progress(self):
        archives = [archive_of("ada", lab_tree.starter(LAB)), archive_of("bob", {FILE: "    nonsense\n"})]
        out = support.new_folder()
        told = io.StringIO()
        with contextlib.redirect_stderr(told):
            self.assertEqual(grade(archives, LAB, "class", "gradescope", out), 3)
        self.assertIn("[grade 2/2] bob.tar.gz", told.getvalue())
        self.assertEqual([json.loads((out / f"{name}.json").read_text())["score"] for name in ("ada", "bob")], [0, 0])

    def test_a_grader_that_is_ended_leaves_what_it_came_to(self):
        out = support.new_folder()
        with mock.patch("wslib.labs.grade.judge", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            grade([archive_of("ada", lab_tree.solution(LAB))], LAB, "class", "gradescope", out)
        told = json.loads((out / "ada.json").read_text())
        self.assertEqual((told["score"], len(told["tests"])), (0, len(LAB.rows)))
        self.assertIn("not graded yet", told["tests"][0]["output"])

    def test_of_a_class_one_bad_archive_stops_nobody(self):
        bad = support.new_folder() / "eve.tar.gz"
        bad.write_bytes(b"no archive")
        out = support.new_folder()
        with contextlib.redirect_stderr(io.StringIO()) as told:
            self.assertEqual(grade([bad, archive_of("anna.m", lab_tree.starter(LAB))], LAB, "class", None, out), 2)
        self.assertIn("eve.tar.gz: ", told.getvalue())
        self.assertEqual([file.name for file in out.iterdir()], ["anna.m.json"])
        with self.assertRaises(Problem) as told:
            grade([archive_of("ada", {}), archive_of("ada", {})], LAB, "class", None, out)
        self.assertIn("more than once", str(told.exception))

    def test_instructions_spent_where_they_are_not_counted(self):
        """Whoever makes the run of few rounds long, so that the one of more looks cheap, gains nothing: it is not counted."""
        slow = lab_tree.solution(LAB)[FILE].replace("guest_enter:\n", """guest_enter:
    adrp x1, .Lcalls
    add x1, x1, :lo12:.Lcalls
    ldr w2, [x1]
    add w2, w2, #1
    str w2, [x1]
    mov w3, #900
    cmp w2, w3
    b.ne 8f
    movz w3, #7, lsl #16
7:  subs w3, w3, #1
    b.ne 7b
8:
    .pushsection .data
    .balign 8
.Lcalls:
    .quad 0
    .popsection
""", 1)
        result = grade_one(archive_of("eve", {FILE: slow}), LAB, "class")
        self.assertEqual(next(row for row in result.rows if row.id == "short").points, 0)

    def test_what_is_no_submission(self):
        nothing = support.new_folder() / "nothing.tar.gz"
        nothing.write_bytes(b"no archive")
        for archive, words in ((nothing, "is no tar archive"), (archive_of("empty", {}), f"has no {FILE}"),
                               (support.new_folder() / "missing.tar.gz", "cannot read")):
            with self.subTest(words=words), self.assertRaises(Problem) as told:
                grade_one(archive, LAB, "class")
            self.assertIn(words, str(told.exception))
            self.assertEqual(told.exception.status, 2)


class GradersTrouble(unittest.TestCase):
    """Neither 0 points nor any."""

    @classmethod
    def setUpClass(cls):
        support.prepare()

    def test_no_qemu(self):
        archive = archive_of("ada", lab_tree.solution(LAB))
        tools = support.new_folder()
        for tool in ("ninja", "cmake", "git", "aarch64-linux-gnu-g++", "aarch64-linux-gnu-nm", "aarch64-linux-gnu-objcopy"):
            path = subprocess.run(["which", tool], capture_output=True, text=True).stdout.strip()
            os.symlink(path, tools / tool)
        with mock.patch.dict(os.environ, PATH=str(tools)), self.assertRaises(GraderTrouble) as told:
            grade_one(archive, LAB, "class")
        self.assertIn("qemu-system-aarch64 is not installed", str(told.exception))
        self.assertEqual(told.exception.status, GRADER_BROKE)

    def test_a_qemu_that_is_killed(self):
        archive = archive_of("ada", lab_tree.solution(LAB))
        tools = support.new_folder()
        fake = tools / "qemu-system-aarch64"
        fake.write_text(f"#!{sys.executable}\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", encoding="utf-8")
        fake.chmod(0o755)
        with mock.patch.dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}"), self.assertRaises(GraderTrouble) as told:
            grade_one(archive, LAB, "class")
        self.assertIn("QEMU ended with ended by a signal", str(told.exception))

    def test_a_full_disk(self):
        with mock.patch("wslib.labs.lab_tree.shutil.copytree", side_effect=OSError(28, "No space left on device", "/somewhere")), \
                self.assertRaises(GraderTrouble) as told:
            grade_one(archive_of("ada", lab_tree.solution(LAB)), LAB, "class")
        self.assertIn("No space left", str(told.exception))


if __name__ == "__main__":
    unittest.main()
