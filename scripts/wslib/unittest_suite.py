# SPDX-License-Identifier: Apache-2.0
"""Runs the Python unittest suite of one folder: a line for each test as it ends, the counts in a file.

    unittest_suite.py FOLDER REPORT [SUBSTRING...]
    unittest_suite.py FOLDER - [SUBSTRING...]        lists the tests, each with the builds that it needs

A process of its own for each folder, so that their modules may have the same names. A test that takes longer than its time is
ended (time_limit.py).
"""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wslib.time_limit import TimeLimit, seconds_for_a_test


class Result(unittest.TestResult):
    """Counts, and prints as it goes. A subtest that fails makes its test fail."""

    def __init__(self, report: Path):
        super().__init__()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self._report = report
        self._start = time.monotonic()
        self._counted = False  # the test that runs now: a setUpClass that fails does so outside of any
        self._running = "what comes before the first test"
        self._limit = TimeLimit(seconds_for_a_test(), self._give_up)
        self._limit.begin()

    def write(self) -> None:
        self._limit.end()
        self._report.write_text(json.dumps(self.counts), encoding="utf-8")

    def _give_up(self) -> None:
        self.counts["failed"] += 1
        print(f"  FAILED   {self._running} does not end, so the tests behind it were not run", flush=True)
        self.write()

    def startTest(self, test):
        super().startTest(test)
        self._start = time.monotonic()
        self._running = test.id()
        self._limit.begin()

    def stopTest(self, test):
        super().stopTest(test)
        self._count("passed", "ok", test)
        self._counted = False
        self._running = f"what comes after {test.id()}"
        self._limit.begin()  # for its class's end, and the next one's beginning

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            kind = self.failures if issubclass(error[0], test.failureException) else self.errors
            self._fail(test, str(subtest), kind)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._fail(test, "", self.failures)

    def addError(self, test, error):
        super().addError(test, error)
        self._fail(test, "", self.errors)
        if not isinstance(test, unittest.TestCase):
            self._counted = False

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._count("skipped", f"skipped ({reason})", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._count("failed", "FAILED", test)

    def _fail(self, test, subtest, where):
        self._count("failed", "FAILED", test)
        print("\n".join("    " + line for line in [subtest, *where[-1][1].splitlines()] if line.strip()), flush=True)

    def _count(self, kind, word, test):
        if self._counted:
            return
        self._counted = True
        self.counts[kind] += 1
        print(f"  {word:8} {time.monotonic() - self._start:6.1f} s  {test.id()}", flush=True)


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def needs(test) -> tuple[str, ...]:
    """The builds, by their presets. A module whose tests run no hypervisor says so in NEEDS."""
    return getattr(sys.modules.get(type(test).__module__), "NEEDS", ("debug", "hyp"))


def main() -> int:
    folder, report, *wanted = sys.argv[1:]
    tests = list(tests_of(unittest.TestLoader().discover(folder, top_level_dir=folder)))
    if wanted:
        tests = [test for test in tests if any(name in test.id() for name in wanted)]
    if report == "-":
        print("\n".join(" ".join([test.id(), *needs(test)]) for test in tests))
        return 0
    result = Result(Path(report))
    try:
        unittest.TestSuite(tests).run(result)  # one suite of all, so that setUpClass runs once a class
    except KeyboardInterrupt:
        result.counts["failed"] += 1
    result.write()
    return 1 if result.counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
