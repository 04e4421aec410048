# SPDX-License-Identifier: Apache-2.0
"""Tests run side by side: what one process must have stays in one, and one that dies takes nothing with it."""

import contextlib
import io
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

import qemu_support as support

from wslib import all_tests  # noqa: E402

NEEDS = ()
SUITE = support.ROOT / "scripts/wslib/unittest_suite.py"

BEGINNING = """
import os, sys, tempfile, time, unittest
from pathlib import Path
sys.path.insert(0, "SCRIPTS")
from wslib.made_once import made_once
from wslib.test_workers import takes_long
here = Path(__file__).parent

def meet(name, number):
    (here / f"{name}{number}").touch()
    deadline = time.monotonic() + 20
    while len(list(here.glob(f"{name}?"))) < 2:
        assert time.monotonic() < deadline, "the other one did not come"
        time.sleep(0.01)
"""


def suite(module: str, jobs: int = 2) -> tuple[str, dict, Path]:
    """What the suite of this one module says, its counts, and the folder it is in."""
    folder = support.new_folder()
    (folder / "test_it.py").write_text(BEGINNING.replace("SCRIPTS", str(support.ROOT / "scripts")) + module, encoding="utf-8")
    done = subprocess.run([sys.executable, SUITE, folder, folder / "report"], env={**os.environ, "WS_TEST_JOBS": str(jobs)},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    told = json.loads((folder / "report").read_text())
    return done.stdout + done.stderr, told["counts"], folder


class SideBySide(unittest.TestCase):
    def test_two_tests_meet(self):
        said, counts, _ = suite("""
class A(unittest.TestCase):
    def test_1(self): meet("at", 1)
    def test_2(self): meet("at", 2)
""")
        self.assertEqual(counts, {"passed": 2, "failed": 0, "skipped": 0}, said)

    def test_a_class_that_sets_something_up_does_so_once(self):
        said, counts, _ = suite("""
class A(unittest.TestCase):
    @classmethod
    def setUpClass(cls): (here / "set up").touch(exist_ok=False)
    def test_1(self): pass
    def test_2(self): pass
""")
        self.assertEqual(counts, {"passed": 2, "failed": 0, "skipped": 0}, said)

    def test_one_that_dies_is_named_and_the_others_run(self):
        said, counts, _ = suite("""
class A(unittest.TestCase):
    def test_1(self): os._exit(3)
    def test_2(self): pass
    def test_3(self): os.kill(os.getpid(), 9)
    def test_4(self): pass
""")
        self.assertEqual(counts, {"passed": 2, "failed": 2, "skipped": 0}, said)
        self.assertIn("the process that ran test_it.A.test_1 ended with status 3", said)
        self.assertIn("the process that ran test_it.A.test_3 ended with status -9", said)

    def test_why_one_was_skipped_is_kept_and_told_at_the_end(self):
        said, counts, folder = suite("""
class A(unittest.TestCase):
    @unittest.skip("there is no network")
    def test_1(self): pass
    def test_2(self): raise unittest.SkipTest("there is no network")
    def test_3(self): pass
""")
        self.assertEqual(counts, {"passed": 1, "failed": 0, "skipped": 2}, said)
        skipped = json.loads((folder / "report").read_text())["skipped"]
        self.assertEqual(skipped, {f"test_it.A.test_{number}": "there is no network" for number in (1, 2)})
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            all_tests.print_skipped(skipped)
        self.assertRegex(told.getvalue(), r"2 there is no network: A\.test_1, A\.test_2")

    def test_what_takes_long_begins_first(self):
        said, counts, _ = suite("""
class A(unittest.TestCase):
    def test_1(self): pass
    @takes_long
    def test_2(self): pass
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): pass
    def test_3(self): pass
    def test_4(self): pass
""", jobs=1)
        self.assertEqual(counts, {"passed": 4, "failed": 0, "skipped": 0}, said)
        names = [line.split(".")[-1] for line in said.splitlines()]
        self.assertEqual(names, ["test_2", "test_3", "test_4", "test_1"], said)

    def test_what_is_made_once_is_made_by_one(self):
        said, counts, folder = suite("""
@made_once(here)
def value(name, also=0):
    with (here / "made").open("a") as log:
        log.write(f"{name} {also}\\n")
    time.sleep(0.2)
    return {"name": name, "also": also}

class A(unittest.TestCase):
    def test_1(self):
        meet("at", 1)
        self.assertEqual(value("x"), {"name": "x", "also": 0})
    def test_2(self):
        meet("at", 2)
        self.assertEqual(value("x"), {"name": "x", "also": 0})
        self.assertEqual(value("x", also=1), {"name": "x", "also": 1})
""")
        self.assertEqual(counts, {"passed": 2, "failed": 0, "skipped": 0}, said)
        self.assertEqual(sorted((folder / "made").read_text().splitlines()), ["x 0", "x 1"])


if __name__ == "__main__":
    unittest.main()
