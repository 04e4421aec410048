# SPDX-License-Identifier: Apache-2.0
"""Runs the Python unittest suite of one folder: a line for each test as it ends, the counts, times and reasons in a file.

    unittest_suite.py FOLDER REPORT [SUBSTRING...]
    unittest_suite.py FOLDER - [SUBSTRING...]        lists the tests, each with the builds that it needs

A process of its own for each folder, so that their modules may have the same names. As many tests run at a time as the machine has
CPUs, or WS_TEST_JOBS says. A test that takes longer than its time is ended (time_limit.py).
"""

import json
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wslib.test_workers import Workers, units_of


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def needs(test) -> tuple[str, ...]:
    """The builds, by their presets. A module whose tests run no hypervisor says so in NEEDS."""
    return getattr(sys.modules.get(type(test).__module__), "NEEDS", ("debug", "hyp"))


def jobs() -> int:
    return int(os.environ.get("WS_TEST_JOBS", 0)) or len(os.sched_getaffinity(0))


def main() -> int:
    folder, report, *wanted = sys.argv[1:]
    tests = list(tests_of(unittest.TestLoader().discover(folder, top_level_dir=folder)))
    if wanted:
        tests = [test for test in tests if any(name in test.id() for name in wanted)]
    if report == "-":
        print("\n".join(" ".join([test.id(), *needs(test)]) for test in tests))
        return 0
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    seconds: dict[str, float] = {}
    skipped: dict[str, str] = {}

    def count(kind: str, name: str, took: float, text: str, reason: str) -> None:
        counts[kind] += 1
        if kind == "skipped":
            skipped[name] = reason
        seconds[name] = took
        print(text, flush=True)

    try:
        Workers(units_of(tests), jobs(), count).run()
    except KeyboardInterrupt:
        counts["failed"] += 1
    Path(report).write_text(json.dumps({"counts": counts, "seconds": seconds, "skipped": skipped}), encoding="utf-8")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
