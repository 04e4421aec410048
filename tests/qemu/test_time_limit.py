# SPDX-License-Identifier: Apache-2.0
"""A test that waits for ever is ended and named, whatever it waits for, and those behind it run."""

import contextlib
import io
import json
import os
import subprocess
import sys
import time
import unittest

import qemu_support as support

from wslib import all_tests  # noqa: E402

NEEDS = ()
SUITE = support.ROOT / "scripts/wslib/unittest_suite.py"

WAITS = '''
import os, subprocess, tempfile, threading, time, unittest
from concurrent.futures import ThreadPoolExecutor

class A(unittest.TestCase):
    def test_1_opens_a_fifo(self):
        name = tempfile.mkdtemp() + "/fifo"
        os.mkfifo(name)
        open(name)
    def test_2_of_a_thread(self):
        with ThreadPoolExecutor(1) as pool:
            list(pool.map(subprocess.run, [["sleep", "1000"]]))
    def test_3_in_a_subtest(self):
        for i in range(2):
            with self.subTest(i=i):
                time.sleep(1000 if i == 0 else 0)
    def test_4_is_good(self):
        pass

class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        time.sleep(1000)
    def test_5_never_begins(self):
        pass

class C(unittest.TestCase):
    def test_6_is_good(self):
        pass
'''

STUBBORN = '''
import time, unittest

class A(unittest.TestCase):
    def test_1_goes_on(self):
        while True:
            try:
                time.sleep(1000)
            except Exception:
                pass

class B(unittest.TestCase):
    def test_2_is_good(self):
        pass
'''


class TimeLimit(unittest.TestCase):
    SECONDS = "2"  # for each; what is good must end in it on a busy machine too

    def suite(self, module: str) -> tuple[str, dict, float]:
        folder = support.new_folder()
        (folder / "test_it.py").write_text(module, encoding="utf-8")
        report = folder / "report"
        begin = time.monotonic()
        done = subprocess.run([sys.executable, SUITE, folder, report], env={**os.environ, "WS_TEST_SECONDS": self.SECONDS},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stdout, json.loads(report.read_text())["counts"], time.monotonic() - begin

    def test_each_that_waits_is_ended_and_named(self):
        said, counts, _ = self.suite(WAITS)
        self.assertEqual(counts, {"passed": 2, "failed": 4, "skipped": 0}, said)
        failed = [line.split()[-1] for line in said.splitlines() if line.startswith("  FAILED")]
        self.assertEqual(sorted(name.split(".")[-1].rstrip(")") for name in failed),
                         ["B", "test_1_opens_a_fifo", "test_2_of_a_thread", "test_3_in_a_subtest"])
        self.assertGreaterEqual(said.count(f"TookTooLong: it took longer than {self.SECONDS} s"), 4, said)
        self.assertIn("open(name)", said, "what it waited for is not shown")

    def test_one_that_does_not_let_itself_be_ended_ends_its_process(self):
        said, counts, seconds = self.suite(STUBBORN)
        self.assertEqual(counts, {"passed": 1, "failed": 1, "skipped": 0}, said)
        self.assertIn("test_1_goes_on does not end, so what is behind it in its class was not run", said)
        self.assertLess(seconds, 30)

    def test_other_programs_have_a_time_too(self):
        begin = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertFalse(all_tests.succeeds(["sh", "-c", "sleep 1000 & wait"], 0.3))
        self.assertIn("sh took longer than 0.3 s and was ended", said.getvalue())
        self.assertLess(time.monotonic() - begin, 20)
        self.assertTrue(all_tests.succeeds(["true"], 20))


class Only(unittest.TestCase):
    """What `scripts/test --only NAME` builds: what the tests of that name need."""

    def needed(self, *wanted: str) -> all_tests.Needs:
        parts = [(part, part.needs(list(wanted))) for part in all_tests.PARTS]
        return all_tests.to_build([(part, needs) for part, needs in parts if needs is not None])

    def test_what_a_name_needs(self):
        self.assertEqual(self.needed("what_a_name_needs"), {}, "this one needs none")
        self.assertEqual(self.needed("text_fuzzer"), {"fuzz": ["text_fuzzer"]})
        self.assertEqual(self.needed("every system register is found by a trapped access"), {"debug": ["unit_tests"]})
        self.assertEqual(self.needed("the window walks a tour"), {"debug": ["window_model_test"]})
        self.assertEqual(set(self.needed("test_explanations_are_as_they_were")), {"debug", "hyp"})
        self.assertNotIn("unit_tests", self.needed("test_explanations_are_as_they_were")["debug"])
        self.assertEqual(set(self.needed("test_two_pictures_are_equal")), {"debug"})
        self.assertEqual(self.needed("no test has this"), {})

    def test_ctest_takes_a_name_as_it_is(self):
        for name, pattern in (("linux_apps.say", r"linux_apps\.say"), ("a (b) [c] d*", r"a \(b\) \[c\] d\*"), ("vm1+2?", r"vm1\+2\?"),
                              ("it's: 1, 2-3", "it's: 1, 2-3"), ("a\\|b", r"a\\\|b")):
            with self.subTest(name=name):
                self.assertEqual(all_tests.ctest_pattern(name), pattern)

    def test_all_is_built_for_all(self):
        needed = self.needed()
        self.assertEqual(set(needed), {"debug", "fuzz", "hyp"} | ({"release"} if support.LONG else set()))
        self.assertEqual(needed["hyp"], [])
        self.assertGreaterEqual(set(needed["debug"]), {"unit_tests", "window_model_test", *all_tests.PROGRAMS})


if __name__ == "__main__":
    unittest.main()
