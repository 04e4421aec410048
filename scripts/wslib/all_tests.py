# SPDX-License-Identifier: Apache-2.0
"""scripts/test, once Python is there: builds what the tests need, runs every part, counts."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wslib import build
from wslib.paths import BUILD, ROOT
from wslib.problem import Problem

FAILED = Counter(passed=0, failed=1)


@dataclass(frozen=True)
class Part:
    """A part of the tests, by the name that --only knows."""

    name: str
    what: str
    presets: tuple[str, ...]  # what has to be built for it

    def run(self, wanted: list[str]) -> Counter:
        raise NotImplementedError

    def names(self) -> list[str]:
        return []


class UnitTests(Part):
    """The C++ unit tests, by ctest, in the build with the sanitizers."""

    def run(self, wanted: list[str]) -> Counter:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "ctest.xml"
            command = ["ctest", "--output-on-failure", "--output-junit", report, "--no-tests=ignore"]
            if wanted:
                command += ["-R", "|".join(wanted)]
            subprocess.run(command, cwd=BUILD / "debug", stdin=subprocess.DEVNULL)
            if not report.exists():
                return FAILED
            suite = xml.etree.ElementTree.parse(report).getroot()
        total, failed, skipped = (int(suite.get(name, 0)) for name in ("tests", "failures", "skipped"))
        if total == 0 and not wanted:
            print("  FAILED   ctest found no tests")
            return FAILED
        return Counter(passed=total - failed - skipped, failed=failed, skipped=skipped)

    def names(self) -> list[str]:
        if not (BUILD / "debug").is_dir():
            return ["(not built yet)"]
        listed = subprocess.run(["ctest", "-N"], cwd=BUILD / "debug", capture_output=True, text=True).stdout
        return re.findall(r"^ *Test +#\d+: (.*)$", listed, re.MULTILINE)


class PythonTests(Part):
    """A unittest suite: tests/NAME."""

    def _command(self, report: str, wanted: list[str]) -> list[str]:
        suite = ROOT / "scripts/wslib/unittest_suite.py"
        return [sys.executable, str(suite), str(ROOT / "tests" / self.name), report, *wanted]

    def run(self, wanted: list[str]) -> Counter:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "counts.json"
            subprocess.run(self._command(str(report), wanted), stdin=subprocess.DEVNULL)
            return Counter(json.loads(report.read_text())) if report.exists() else FAILED

    def names(self) -> list[str]:
        return subprocess.run(self._command("-", []), capture_output=True, text=True).stdout.split()


class Fuzzers(Part):
    """All fuzzers together for about two minutes, or with --long each for an hour. What they learn is kept for the next
    time."""

    # Seconds, and the longest input that is tried.
    NAMES = {"virtio_fuzzer": (60, 1024), "trace_fuzzer": (40, 4096), "text_fuzzer": (20, 4096)}

    def run(self, wanted: list[str]) -> Counter:
        chosen = [name for name in self.NAMES if not wanted or any(part in name for part in wanted)]
        return sum((self._run_one(name) for name in chosen), Counter())

    def _run_one(self, name: str) -> Counter:
        folder = BUILD / "fuzz" / name
        seeds, corpus = folder / "seeds", folder / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, ROOT / f"tests/fuzz/{name.removesuffix('_fuzzer')}_seeds.py", seeds], check=True)
        seconds, longest = self.NAMES[name]
        if os.environ.get("WS_LONG"):
            seconds = 3600
        # An input that takes a minute has found a loop that does not end. Less is what a busy machine may well take.
        command = [BUILD / "fuzz/tests/fuzz" / name, corpus, seeds, f"-max_total_time={seconds}", f"-max_len={longest}",
                   "-timeout=60", "-malloc_limit_mb=64", f"-artifact_prefix={folder}/"]
        with (folder / "log.txt").open("w") as log:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        print(f"  {'FAILED' if done.returncode else 'ok':8} {seconds:6} s  {name}, log in {folder}/log.txt")
        return FAILED if done.returncode else Counter(passed=1)

    def names(self) -> list[str]:
        return list(self.NAMES)


class Docs(Part):
    """The site builds without a warning."""

    def run(self, wanted: list[str]) -> Counter:
        if wanted:
            return Counter()
        command = ["sphinx-build", "-W", "--keep-going", "-q", "-b", "html", ROOT / "docs", BUILD / "docs" / "html"]
        # The pages show what users have: the optimised programs.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, env={**os.environ, "WS_HOST_BUILD": "release"})
        print(f"  {'FAILED' if done.returncode else 'ok':8} sphinx-build -W docs build/docs/html")
        return FAILED if done.returncode else Counter(passed=1)


PARTS = (
    UnitTests("unit", "unit tests of the tables, the model and the command line", ("debug",)),
    Fuzzers("fuzz", "guests that do what they like to their devices, damaged traces and text files", ("fuzz",)),
    PythonTests("qemu", "runs in QEMU: verdicts, traces, an outside witness, counts", ("debug", "hyp")),
    PythonTests("gdb", "GDB on the hypervisor, forwards and backwards, against the trace of the same run", ("debug", "hyp")),
    PythonTests("viewer", "the viewer, in a window and without", ("debug", "hyp")),
    Docs("docs", "the documentation", ("release", "hyp")),
)


def present(part: Part) -> bool:
    folder = ROOT / ("docs" if part.name == "docs" else f"tests/{part.name}")
    return folder.is_dir()


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description="Sets up and runs every test.",
                                     allow_abbrev=False)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help=f"only this part ({', '.join(part.name for part in PARTS)}), or only tests with this in "
                             "their name; may be given again")
    parser.add_argument("--long", action="store_true", help="the long tests too")
    parser.add_argument("--list", action="store_true", help="list the parts and their tests, run nothing")
    options = parser.parse_args()

    if options.long:
        os.environ["WS_LONG"] = "1"
    os.environ["WS_HOST_BUILD"] = "debug"  # every program that a test starts has the sanitizers in
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0")
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


def run_parts(parts: list[Part], names: list[str], substrings: list[str]) -> int:
    start = time.monotonic()
    built: dict[str, bool] = {}
    presets = [preset for preset in build.PRESETS if any(preset in part.presets for part in parts)]
    for number, preset in enumerate(presets, 1):
        print(f"[build {number}/{len(presets)}] {build.PRESETS[preset]} (build/{preset})", flush=True)
        try:
            build.build_one(preset)
            built[preset] = True
        except Problem as problem:
            print(f"  FAILED   {problem}", flush=True)
            built[preset] = False

    rows = []
    for number, part in enumerate(parts, 1):
        print(f"[test {number}/{len(parts)}] {part.name}: {part.what}", flush=True)
        begin = time.monotonic()
        missing = [preset for preset in part.presets if not built[preset]]
        if missing:
            print(f"  FAILED   not run: build/{missing[0]} did not build", flush=True)
            counts = FAILED
        else:
            counts = part.run([] if part.name in names else substrings)
        rows.append((part.name, counts, time.monotonic() - begin))

    total = sum((counts for _, counts, _ in rows), Counter())
    print()
    for name, counts, seconds in rows:
        print(f"{name:8} {counts['passed']:5} passed {counts['failed']:4} failed {counts['skipped']:4} skipped "
              f"{seconds:7.0f} s")
    print(f"in {time.monotonic() - start:.0f} s")
    if not total["passed"] and not total["failed"]:
        print(f"no test has {' or '.join(substrings)} in its name", file=sys.stderr)
        return 2
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        print(f"scripts/test: {problem}", file=sys.stderr)
        sys.exit(problem.status)
    except KeyboardInterrupt:
        sys.exit("scripts/test: interrupted")
