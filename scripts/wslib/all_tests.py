# SPDX-License-Identifier: Apache-2.0
"""ws test, which scripts/test calls once Python is there: builds what the tests need, runs every part, counts."""

import argparse
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from . import build
from .paths import BUILD, ROOT
from .problem import Problem
from .time_limit import end_descendants
from .unittest_suite import jobs

Needs = dict[str, list[str]]  # targets by preset; none are all


@dataclass
class Outcome:
    """Of a part: how many tests passed, failed, were skipped; how long each took; and why those that were skipped were."""

    counts: Counter = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        self.counts += other.counts
        self.seconds |= other.seconds
        self.skipped |= other.skipped


def is_long() -> bool:
    return os.environ.get("WS_LONG") == "1"


def one(good: bool, name: str, seconds: float) -> Outcome:
    """Of a part that is one test."""
    return Outcome(Counter(passed=1) if good else Counter(failed=1), {name: seconds})


def failed() -> Outcome:
    """Of a part that did not come to its tests."""
    return Outcome(Counter(failed=1))


# What the tests that run programs run: of the build with the sanitizers, all but the unit tests.
PROGRAMS = ("wstrace", "wsview", "instruction_count", "guest_witness", "outside_recorder", "synthetic_trace", "large_trace", "frame_tour")
UNIT_SECONDS = 300  # for one unit test; the slowest takes a tenth of it
DOCS_SECONDS = 1800
DRIVERS_LEAKS = ROOT / "tests/drivers_leaks.txt"
SLOWEST = 10  # so many tests are named with their times


@dataclass(frozen=True)
class Part:
    """A part of the tests, by the name that --only knows."""

    name: str
    what: str
    beside = False  # it has but one thing to do at a time, so the parts after it run meanwhile

    def run(self, wanted: list[str]) -> Outcome:
        raise NotImplementedError

    def names(self) -> list[str]:
        return []

    def wanted_names(self, wanted: list[str]) -> list[str]:
        return [name for name in self.names() if not wanted or any(part in name for part in wanted)]

    def needs(self, wanted: list[str]) -> Needs | None:
        """What has to be built for it; None if it has no test of these names."""
        raise NotImplementedError


class UnitTests(Part):
    """The C++ unit tests, in the build with the sanitizers: many test cases in each process, for such a program takes longer to start
    than most of them run. If not all is well, each by itself, by ctest: then a crash takes no other with it."""

    def run(self, wanted: list[str]) -> Outcome:
        by_target = {target: [name for name in names if not wanted or any(part in name for part in wanted)]
                     for target, names in self._by_target().items()}
        shares = [(target, names[number::jobs()]) for target, names in by_target.items() if target in self.SOURCES
                  for number in range(jobs()) if names[number::jobs()]]
        together = Outcome()
        with ThreadPoolExecutor(jobs()) as pool:
            for outcome in pool.map(lambda share: self._run_together(*share), shares):
                if outcome is None:
                    each = self._run_each(wanted)
                    if not each.counts["failed"]:
                        print("  FAILED   together with others a test case did not pass, and by itself each does")
                        each.counts["failed"] += 1
                    return each
                together.add(outcome)
        if any(names for target, names in by_target.items() if target not in self.SOURCES):
            together.add(self._run_each([name for name in self.names() if name.startswith("linux_apps.") and (not wanted or any(
                part in name for part in wanted))]))
        return together

    def _run_together(self, target: str, names: list[str]) -> Outcome | None:
        """Of these test cases of a program, in one process; None if not all of them passed."""
        program = BUILD / "debug" / self.SOURCES[target][0] / target
        with tempfile.TemporaryDirectory() as folder:
            listed, report = Path(folder) / "names", Path(folder) / "report.xml"
            listed.write_text("".join(f"{catch_pattern(name)}\n" for name in names), encoding="utf-8")
            good = succeeds([program, "-f", listed, "-r", "xml", "-d", "yes", "-o", report], UNIT_SECONDS * len(names),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if not good:
                return None
            cases = {case.get("name", ""): case.find("OverallResult") for case in xml.etree.ElementTree.parse(report).getroot().iter("TestCase")}
        if sorted(cases) != sorted(names):
            return None
        seconds = {name: float(result.get("durationInSeconds", 0)) for name, result in cases.items()}
        return Outcome(Counter(passed=len(names)), seconds)

    def _run_each(self, wanted: list[str]) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "ctest.xml"
            command = ["ctest", "--output-on-failure", "--output-junit", report, "--no-tests=ignore", "--timeout",
                       str(UNIT_SECONDS), "--parallel", str(jobs())]
            if wanted:
                command += ["-R", "|".join(map(ctest_pattern, wanted))]
            subprocess.run(command, cwd=BUILD / "debug", stdin=subprocess.DEVNULL)
            if not report.exists():
                return failed()
            suite = xml.etree.ElementTree.parse(report).getroot()
        total, bad, skipped = (int(suite.get(name, 0)) for name in ("tests", "failures", "skipped"))
        if total == 0 and not wanted:
            print("  FAILED   ctest found no tests")
            return failed()
        seconds = {case.get("name", ""): float(case.get("time", 0)) for case in suite.iter("testcase")}
        return Outcome(Counter(passed=total - bad - skipped, failed=bad, skipped=skipped), seconds)

    # Who has test cases, and where.
    SOURCES = {"unit_tests": ("tests/unit", r'^TEST_CASE\("([^"]*)"'), "window_model_test": ("tests/viewer", r'^TEST_CASE\("([^"]*)"')}
    APPS = "guests/linux_apps/CMakeLists.txt"

    def names(self) -> list[str]:
        return [name for names in self._by_target().values() for name in names]

    def _by_target(self) -> dict[str, list[str]]:
        """By the sources, for nothing need be built yet."""
        hidden = "" if is_long() else r'(?!, "\[\.)'  # long ones have such a tag
        found = {target: [name for file in sorted((ROOT / folder).glob("*.cpp"))
                          for name in re.findall(pattern + hidden, file.read_text(encoding="utf-8"), re.MULTILINE)]
                 for target, (folder, pattern) in self.SOURCES.items()}
        text = (ROOT / self.APPS).read_text(encoding="utf-8")
        apps = re.search(r"^set\(apps (.*)\)$", text, re.MULTILINE)[1].split()
        tests = [f"linux_apps.{name}" for name in re.findall(r"^test_app\((\w+)", text, re.MULTILINE)]
        return found | {f"linux_app_{app}": tests for app in apps[:1]} | {f"linux_app_{app}": [] for app in apps[1:]}

    def needs(self, wanted: list[str]) -> Needs | None:
        by_target = self._by_target()
        if not wanted:
            return {"debug": list(by_target)}
        targets = [target for target, names in by_target.items() if any(part in name for name in names for part in wanted)]
        if any(target.startswith("linux_app_") for target in targets):
            targets += [target for target in by_target if target.startswith("linux_app_") and target not in targets]
        return {"debug": targets} if targets else None


class PythonTests(Part):
    """A unittest suite: tests/NAME."""

    def _command(self, report: str, wanted: list[str]) -> list[str]:
        suite = ROOT / "scripts/wslib/unittest_suite.py"
        return [sys.executable, str(suite), str(ROOT / "tests" / self.name), report, *wanted]

    def run(self, wanted: list[str]) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            subprocess.run(self._command(str(report), wanted), stdin=subprocess.DEVNULL)
            if not report.exists():
                return failed()
            told = json.loads(report.read_text())
            return Outcome(Counter(told["counts"]), told["seconds"], told["skipped"])

    def names(self) -> list[str]:
        return list(self._listed())

    @functools.cache
    def _listed(self) -> dict[str, list[str]]:
        """By each test's name the builds that its module says that it needs."""
        listed = subprocess.run(self._command("-", []), capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        return {name: presets for name, *presets in map(str.split, listed.splitlines())}

    def needs(self, wanted: list[str]) -> Needs | None:
        names = self.wanted_names(wanted)
        presets = sorted({preset for name in names for preset in self._listed()[name]})
        return {preset: list(PROGRAMS) if preset == "debug" else [] for preset in presets} if names else None


class Fuzzers(Part):
    """All fuzzers together for about two minutes, or with --long each for an hour. What they learn is kept for the next
    time."""

    # Seconds, and the longest input that is tried.
    NAMES = {"virtio_fuzzer": (60, 1024), "trace_fuzzer": (40, 4096), "text_fuzzer": (20, 4096), "raw_log_fuzzer": (20, 4096)}

    def run(self, wanted: list[str]) -> Outcome:
        together = Outcome()
        with ThreadPoolExecutor(jobs()) as pool:
            for outcome in pool.map(self._run_one, self.wanted_names(wanted)):
                together.add(outcome)
        return together

    def _run_one(self, name: str) -> Outcome:
        folder = BUILD / "fuzz" / name
        seeds, corpus = folder / "seeds", folder / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, ROOT / f"tests/fuzz/{name.removesuffix('_fuzzer')}_seeds.py", seeds], check=True)
        seconds, longest = self.NAMES[name]
        if is_long():
            seconds = 3600
        # An input that takes a minute has found a loop that does not end. Less is what a busy machine may well take.
        command = [BUILD / "fuzz/tests/fuzz" / name, corpus, seeds, f"-max_total_time={seconds}", f"-max_len={longest}",
                   "-timeout=60", "-malloc_limit_mb=64", f"-artifact_prefix={folder}/"]
        with (folder / "log.txt").open("w") as log:
            good = succeeds(command, seconds + 300, stdout=log, stderr=subprocess.STDOUT)
        print(f"  {'ok' if good else 'FAILED':8} {seconds:6} s  {name}, log in {folder}/log.txt", flush=True)
        return one(good, name, seconds)

    def names(self) -> list[str]:
        return list(self.NAMES)

    def needs(self, wanted: list[str]) -> Needs | None:
        names = self.wanted_names(wanted)
        return {"fuzz": names} if names else None


class Docs(Part):
    """The site builds without a warning, with the programs that the other tests need anyway, or with --long with the optimised ones that
    users have."""

    beside = True

    def run(self, wanted: list[str]) -> Outcome:
        command = ["sphinx-build", "-W", "--keep-going", "-q", "-b", "html", ROOT / "docs", BUILD / "docs" / "html"]
        begin = time.monotonic()
        good = succeeds(command, DOCS_SECONDS, env={**os.environ, "WS_HOST_BUILD": self._host_build()})
        print(f"  {'ok' if good else 'FAILED':8} sphinx-build -W docs build/docs/html")
        return one(good, "docs", time.monotonic() - begin)

    def needs(self, wanted: list[str]) -> Needs | None:
        host = self._host_build()
        return None if wanted else {host: list(PROGRAMS) if host == "debug" else build.TARGETS[host], "hyp": []}

    @staticmethod
    def _host_build() -> str:
        return "release" if is_long() else "debug"


PARTS = (
    PythonTests("style", "what CONTRIBUTING.md asks of the sources"),
    UnitTests("unit", "unit tests of the tables, the model and the command line"),
    Fuzzers("fuzz", "guests that do what they like to their devices, damaged traces, raw logs and text files"),
    PythonTests("qemu", "runs in QEMU: verdicts, traces, an outside witness, counts"),
    PythonTests("gdb", "GDB on the hypervisor, forwards and backwards, against the trace of the same run"),
    PythonTests("viewer", "the viewer, in a window and without"),
    Docs("docs", "the documentation"),
    PythonTests("labs", "labs: what a grader's points rest on, a student's way, mistakes and forgeries"),
)


def succeeds(command: list, seconds: float, **more) -> bool:
    """Runs it; what takes longer than its time is ended, and said."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **more)
    try:
        return child.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        print(f"  FAILED   {Path(command[0]).name} took longer than {seconds:g} s and was ended", flush=True)
        return False
    finally:
        if child.poll() is None:
            end_descendants(child.pid)
            child.wait()


def catch_pattern(name: str) -> str:
    """This very name, as Catch2 reads it."""
    return re.sub(r"[\\,[]", r"\\\g<0>", name)


def ctest_pattern(text: str) -> str:
    """The regular expression, as CMake has them, of this text itself."""
    return re.sub(r"[][()*+?.^$|\\]", r"\\\g<0>", text)


def present(part: Part) -> bool:
    folder = ROOT / ("docs" if part.name == "docs" else f"tests/{part.name}")
    return folder.is_dir()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description="Sets up and runs every test.",
                                     allow_abbrev=False)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help=f"only this part ({', '.join(part.name for part in PARTS)}), or only tests with this in "
                             "their name; may be given again")
    parser.add_argument("--long", action="store_true", help="the long tests too")
    parser.add_argument("--list", action="store_true", help="list the parts and their tests, run nothing")
    options = parser.parse_args(arguments)

    if options.long:
        os.environ["WS_LONG"] = "1"
    os.environ["WS_HOST_BUILD"] = "debug"  # every program that a test starts has the sanitizers in
    # Nearly every test starts scripts/ws. What that imports is compiled once, whatever the environment says, and kept
    # with what else is built.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(BUILD / "pycache")
    # GCC 12's leak checker guesses where thread-local storage of a library is that is loaded late, as Mesa's drivers
    # are for each picture. It may guess wrong, and crash when it looks there. With the last option it does not guess.
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:intercept_tls_get_addr=0")
    os.environ.setdefault("LSAN_OPTIONS", f"suppressions='{DRIVERS_LEAKS}':print_suppressions=0")
    os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")

    parts = [part for part in PARTS if present(part)]
    names = [name for name in options.only if name in {part.name for part in PARTS}]
    substrings = [name for name in options.only if name not in names]
    if names and not substrings:
        parts = [part for part in parts if part.name in names]

    if options.list:
        for part in parts:
            print(f"{part.name}: {part.what}")
            for name in part.names():
                print(f"  {name}")
        return 0
    return run_parts(parts, names, substrings)


def to_build(parts: list[tuple[Part, Needs]]) -> Needs:
    """What the parts need together, in the order of the presets."""
    together: Needs = {}
    for preset in build.PRESETS:
        each = [needs[preset] for _, needs in parts if preset in needs]
        if each:
            together[preset] = [] if not all(each) else list(dict.fromkeys(target for targets in each for target in targets))
    return together


def build_all(targets: Needs, built: dict[str, bool]) -> None:
    for number, preset in enumerate(targets, 1):
        print(f"[build {number}/{len(targets)}] {build.PRESETS[preset]} (build/{preset})", flush=True)
        try:
            build.build_targets(preset, targets[preset])
            built[preset] = True
        except Problem as problem:
            print(f"  FAILED   {problem}", flush=True)
            built[preset] = False


def run_parts(all_parts: list[Part], names: list[str], substrings: list[str]) -> int:
    start = time.monotonic()
    wanted = {part.name: [] if part.name in names else substrings for part in all_parts}
    needs = [(part, part.needs(wanted[part.name])) for part in all_parts]
    needs = [(part, its) for part, its in needs if its is not None]
    built: dict[str, bool] = {}
    rows: list[tuple[str, Counter, float]] = []
    together = Outcome()

    def run(number: int, part: Part, its: Needs) -> None:
        print(f"[test {number}/{len(needs)}] {part.name}: {part.what}", flush=True)
        begin = time.monotonic()
        missing = [preset for preset in its if not built[preset]]
        if missing:
            print(f"  FAILED   not run: build/{missing[0]} did not build", flush=True)
            outcome = failed()
        else:
            outcome = part.run(wanted[part.name])
        rows.append((part.name, outcome.counts, time.monotonic() - begin))
        together.add(outcome)

    found_up_to_date = tempfile.TemporaryDirectory(prefix="worldswitch-up-to-date-")
    os.environ["WS_FOUND_UP_TO_DATE"] = found_up_to_date.name
    numbered = [(number, part, its) for number, (part, its) in enumerate(needs, 1)]
    for number, part, its in numbered:
        if not its:  # what needs nothing built tells at once what it finds
            run(number, part, its)
    begin = time.monotonic()
    build_all(to_build(needs), built)
    rows.append(("build", Counter(), time.monotonic() - begin))
    with ThreadPoolExecutor() as others:
        waiting = []
        for number, part, its in numbered:
            if its and part.beside:
                waiting.append(others.submit(run, number, part, its))
            elif its:
                run(number, part, its)
        for one in waiting:
            one.result()

    total = together.counts
    print_times(together.seconds, rows)
    print_skipped(together.skipped)
    print(f"in {time.monotonic() - start:.0f} s")
    if not total["passed"] and not total["failed"]:
        print(f"no test has {' or '.join(substrings)} in its name", file=sys.stderr)
        return 2
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] else 0


def print_skipped(skipped: dict[str, str]) -> None:
    """At the end, so that nobody takes for tested what was not."""
    if skipped:
        print("\nskipped, so not tested here:")
    for reason, number in Counter(skipped.values()).items():
        print(f"{number:4} {reason}: {', '.join(name.partition('.')[2] for name, why in skipped.items() if why == reason)}")
    if skipped:
        print()


def print_times(seconds: dict[str, float], rows: list[tuple[str, Counter, float]]) -> None:
    slowest = sorted(seconds.items(), key=lambda item: item[1], reverse=True)[:SLOWEST]
    print("\nthe slowest:" if slowest else "")
    for name, took in slowest:
        print(f"{took:8.1f} s  {name}")
    print()
    for name, counts, took in rows:
        words = " ".join(f"{counts[kind]:5} {kind}" for kind in ("passed", "failed", "skipped"))
        print(f"{name:8} {words if counts else '':42} {took:7.0f} s")
