# SPDX-License-Identifier: Apache-2.0
"""A repository for a class: everything but history and what teachers alone have."""

import contextlib
import io
import subprocess
import unittest
from unittest import mock

import labs_support as support
from wslib.labs import export, lab_file
from wslib.problem import Problem


class Export(unittest.TestCase):
    def setUp(self):
        patched = mock.patch.object(export, "on_a_labs_branch", lambda: False)
        patched.start()
        self.addCleanup(patched.stop)

    def test_a_repository(self):
        folder = support.new_folder() / "class"
        with contextlib.redirect_stdout(io.StringIO()):
            export.export(folder)

        def git(*arguments: str) -> str:
            return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout

        names = git("ls-files").splitlines()
        self.assertEqual(len(git("log", "--format=%h").splitlines()), 1)
        self.assertEqual([name for name in names if "teacher" in name.split("/")[-1] and name.endswith(".toml")], [])
        self.assertIn("labs/01_out_and_in/lab.toml", names)
        self.assertEqual(git("status", "--porcelain"), "")
        # A lab can be read without them.
        with mock.patch.object(lab_file, "LABS", folder / "labs"):
            lab = lab_file.read_lab(1)
        self.assertEqual((lab.points, lab.mutants, lab.written[0].answer), (100, (), ""))

    def test_nothing_is_written_over(self):
        folder = support.new_folder()
        (folder / "mine").write_text("mine", encoding="utf-8")
        with self.assertRaises(Problem) as told:
            export.export(folder)
        self.assertIn("is no empty folder", str(told.exception))


if __name__ == "__main__":
    unittest.main()
