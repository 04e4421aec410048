# SPDX-License-Identifier: Apache-2.0
"""Runs tests of Python's unittest side by side, in processes that are forked from one that has loaded them.

A unit is what must run in one process: a class or module that sets something up for its tests, else a single test. Instruction
counts do not change with load, so it does not matter what runs beside what.
"""

import multiprocessing
import sys
import time
import unittest
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

from .time_limit import TimeLimit, end_descendants, seconds_for_a_test

Unit = list[unittest.TestCase]


def takes_long(test: Callable) -> Callable:
    """A decorator for a test that takes minutes: it begins before the others, so that none of the CPUs waits for it at
    the end."""
    test.takes_long = True
    return test


def units_of(tests: list[unittest.TestCase]) -> list[Unit]:
    """First those that take long, then those of several tests."""
    units: dict[str, Unit] = {}
    for test in tests:
        units.setdefault(_unit_name(test), []).append(test)
    return sorted(units.values(), key=lambda unit: (any(map(_takes_long, unit)), len(unit)), reverse=True)


def _takes_long(test: unittest.TestCase) -> bool:
    return getattr(getattr(test, test._testMethodName, None), "takes_long", False)


def _unit_name(test: unittest.TestCase) -> str:
    kind = type(test)
    if hasattr(sys.modules.get(kind.__module__), "setUpModule"):
        return kind.__module__
    sets_up = kind.setUpClass.__func__ is not unittest.TestCase.setUpClass.__func__
    return f"{kind.__module__}.{kind.__qualname__}" if sets_up else test.id()


class Result(unittest.TestResult):
    """A worker's: tells of each test as it ends. A subtest that fails makes its test fail."""

    def __init__(self, tell: Callable[[tuple], None]):
        super().__init__()
        self._tell = tell  # ("count", kind, test's name, seconds, text to print, why it was skipped)
        self._start = time.monotonic()
        self._failed: list[str] = []  # of the test that runs: why
        self._counted = False
        self._running = "what comes before the first test"
        self._limit = TimeLimit(seconds_for_a_test(), self._give_up)
        self._limit.begin()

    def _give_up(self) -> None:
        self._count("failed", self._running, f"{self._running} does not end, so what is behind it in its class was not run")

    def startTest(self, test):
        super().startTest(test)
        self._start = time.monotonic()
        self._running = test.id()
        self._counted = False
        self._limit.begin()

    def stopTest(self, test):
        super().stopTest(test)
        if self._failed:
            self._count("failed", test.id(), "\n".join([test.id(), *self._failed]))
        elif not self._counted:
            self._count("passed", test.id(), test.id())
        self._failed = []
        self._running = f"what comes after {test.id()}"
        self._limit.begin()  # for its class's end, and the next one's beginning

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._fail(str(subtest), self.failures if issubclass(error[0], test.failureException) else self.errors)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._fail("", self.failures)

    def addError(self, test, error):
        super().addError(test, error)
        self._fail("", self.errors)
        if not isinstance(test, unittest.TestCase):  # a setUpClass that fails does so outside of any test
            self._count("failed", test.id(), "\n".join([test.id(), *self._failed]))
            self._failed = []

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._count("skipped", test.id(), test.id(), reason)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._failed.append("    it was expected to fail")

    def _fail(self, subtest: str, where: list) -> None:
        self._failed += ["    " + line for line in [subtest, *where[-1][1].splitlines()] if line.strip()]

    def _count(self, kind: str, name: str, text: str, reason: str = "") -> None:
        self._counted = True
        seconds = time.monotonic() - self._start
        word = {"passed": "ok", "failed": "FAILED", "skipped": f"skipped ({reason})"}[kind]
        self._tell(("count", kind, name, seconds, f"  {word:8} {seconds:6.1f} s  {text}", reason))


def _work(units: list[Unit], connection: Connection, not_its: list[Connection]) -> None:
    """A worker: asks for the number of a unit, runs it, until there is none, or nobody who would tell it."""
    try:
        for other in not_its:
            other.close()
        result = Result(connection.send)
        while True:
            connection.send(("next",))
            number = connection.recv()
            if number is None:
                return
            unittest.TestSuite(units[number]).run(result)
            sys.stdout.flush()
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        end_descendants()


class Workers:
    """So many processes; what they tell goes to `count`(kind, test's name, seconds, text, why it was skipped)."""

    def __init__(self, units: list[Unit], number: int, count: Callable[[str, str, float, str, str], None]):
        self._units = units
        self._left = deque(range(len(units)))
        self._count = count
        self._context = multiprocessing.get_context("fork")
        self._at_work: dict[Connection, tuple[multiprocessing.Process, int | None, bool]] = {}
        for _ in range(min(number, len(units))):
            self._start()

    def _start(self) -> None:
        ours, its = self._context.Pipe()
        process = self._context.Process(target=_work, args=(self._units, its, [ours, *self._at_work]))
        process.start()
        its.close()
        self._at_work[ours] = (process, None, False)

    def run(self) -> None:
        try:
            while self._at_work:
                for connection in wait(list(self._at_work)):
                    self._listen(connection)
        finally:
            for connection, (process, *_) in self._at_work.items():
                connection.close()
                end_descendants(process.pid)
            for process, *_ in self._at_work.values():
                process.join()

    def _listen(self, connection: Connection) -> None:
        process, number, failed = self._at_work[connection]
        try:
            what, *told = connection.recv()
        except (EOFError, ConnectionResetError):
            self._ended(connection)
            return
        if what == "count":
            self._count(*told)
            self._at_work[connection] = (process, number, told[0] == "failed")
        else:
            following = self._left.popleft() if self._left else None
            self._at_work[connection] = (process, following, False)
            connection.send(following)

    def _ended(self, connection: Connection) -> None:
        """A worker that had no more to do, or that gave up, or that died."""
        process, number, failed = self._at_work.pop(connection)
        process.join()
        if number is None:
            return
        if not failed:
            name = self._units[number][0].id()
            self._count("failed", name, 0, f"  FAILED   the process that ran {name} ended with status {process.exitcode}", "")
        if self._left:
            self._start()
