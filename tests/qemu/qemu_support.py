# SPDX-License-Identifier: Apache-2.0
"""What the tests that run QEMU share: runs, each made once for all tests that look at it, and the programs' answers."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.made_once import made_once  # noqa: E402
from wslib.test_workers import takes_long  # noqa: E402, F401

WS = ROOT / "scripts" / "ws"
HOST_PROGRAMS = ROOT / "build" / os.environ.get("WS_HOST_BUILD", "release") / "viewer"
WSTRACE = HOST_PROGRAMS / "wstrace"
WSVIEW = HOST_PROGRAMS / "wsview"

DESIGNS = ("split", "el2", "vhe")
GUESTS = sorted(image.stem for image in (ROOT / "build/hyp/guests").glob("*.bin"))
LONG = os.environ.get("WS_LONG") == "1"


@dataclass(frozen=True)
class Setup:
    """How a guest is meant to be run, and small enough for every register to be recorded."""

    append: str = ""
    status: int = 0  # the exit status of ws run
    smp: bool = False  # it uses as many vCPUs as it is given
    typed: str = ""  # into the serial port
    board: bool = True  # it asks for nothing that QEMU's own board has not, and succeeds there too
    of_the_board: str = ""  # what it is told there: of what QEMU does otherwise than the architecture says


# Guests that want more than to be started.
SETUPS = {
    "arm64_boot": Setup(smp=True),
    "arm64_boot_2m": Setup(smp=True),
    "arm64_boot_flat": Setup(smp=True),
    "debug": Setup("rounds=4", smp=True),
    "hostile": Setup("seed=1 operations=400", smp=True),
    "hypercall": Setup(board=False),
    "lab_hunt": Setup(board=False),
    "lab_own": Setup(board=False),
    "lab_registers": Setup(board=False),
    "micro": Setup("benchmark=io-kernel iterations=100"),
    "misbehave": Setup("how=fail", status=1, board=False),
    "mmio": Setup(of_the_board="pairs=joined"),
    "neighbours": Setup("rounds=20"),
    "preempt": Setup("rounds=20", smp=True),
    "priority": Setup("rounds=2"),
    "registers": Setup("rounds=200", board=False),
    "sgi": Setup("rounds=300", smp=True),
    "smp": Setup("rounds=4", smp=True),
    "soak": Setup("exits=100", smp=True),
    "spin": Setup("how=flags rounds=3", smp=True, board=False),
    "stage2": Setup("rounds=2000"),
    "sweep": Setup("last=4095", board=False),
    "timer": Setup("rounds=2", smp=True),
    "uart": Setup("expect=typed-beforehand", typed="typed-beforehand"),
}


def setup(guest: str) -> Setup:
    return SETUPS.get(guest, Setup())


_folders = Path(tempfile.mkdtemp(prefix="worldswitch-test-"))
atexit.register(shutil.rmtree, _folders, ignore_errors=True)
once = made_once(_folders)


@dataclass(frozen=True)
class Run:
    """A run that has ended."""

    status: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def trace(self) -> Path:
        return self.folder / "trace"

    @property
    def log(self) -> str:
        """What QEMU itself saw (-d int), where it was asked."""
        return (self.folder / "qemu.log").read_text(encoding="utf-8", errors="replace")

    @property
    def console(self) -> str:
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")

    @property
    def description(self) -> dict:
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))


def new_folder() -> Path:
    """An empty folder that lives as long as the tests."""
    return Path(tempfile.mkdtemp(dir=_folders))


def new_run(design: str, guest: str, *options: str, append: str = "", folder: Path | None = None) -> Run:
    """`ws run`, in a folder of its own: `folder`, where the caller has made it."""
    folder = folder or new_folder()
    at = options.index("--") if "--" in options else len(options)
    command = ["run", "--design", design, "--guest", guest, "--out", str(folder), "--timeout", "90", "--append",
               append, *options[:at], "--quiet", *options[at:]]
    done = ws(*command)
    return Run(done.returncode, done.stdout, done.stderr, folder)


class Case(NamedTuple):
    """One way to run a guest."""

    design: str
    guest: str
    level: str = "full"
    cpus: int = 1
    mttcg: bool = False


def run(*case: object) -> Run:
    """The run of a guest as it is meant to be run: run(design, guest, ...) as in Case. Each is made once."""
    return _run(Case(*case))


@once
def _run(case: Case) -> Run:
    """A full trace has QEMU's own log beside it."""
    how = setup(case.guest)
    options = ["--trace", case.level, "--cpus", str(case.cpus)]
    if how.smp:
        options += ["--vcpus", str(case.cpus)]
    if case.mttcg:
        options.append("--mttcg")
    if how.typed:
        typed = new_folder() / "typed"
        typed.write_text(how.typed, encoding="utf-8")
        options += ["--stdin", str(typed)]
    folder = new_folder()
    if case.level == "full" and not case.mttcg:
        options += ["--", "-d", "int", "-D", str(folder / "qemu.log")]
    made = new_run(case.design, case.guest, *options, append=how.append, folder=folder)
    if made.status != how.status:
        raise AssertionError(f"{case}: exit status {made.status}, not {how.status}: "
                             f"{made.stderr}{made.console[-2000:]}")
    return made


def at_once(make: Callable[..., Run], cases: Iterable[tuple]) -> list[Run | AssertionError]:
    """make(*case) for each case, as many at a time as the host has CPUs: what it returned, or what it did not like."""
    def attempt(case: tuple) -> Run | AssertionError:
        try:
            return make(*case)
        except AssertionError as error:
            return error
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(attempt, cases))


def prepare(cases: Iterable[Case]) -> None:
    """Makes runs beforehand. One that fails fails again where it is looked at."""
    at_once(run, cases)


def each_run(level: str = "full") -> list[Case]:
    """Every guest on every design: on one CPU, and on two where it has use for them."""
    cases = []
    for guest in GUESTS:
        how = setup(guest)
        for cpus in (1, 2) if how.smp else (1,):
            cases += [Case(design, guest, level, cpus) for design in DESIGNS]
    prepare(cases)
    return cases


def ws(*arguments: str, timeout: float = 4000) -> subprocess.CompletedProcess:
    # -S: the standard library is all that it needs, so Python need not look for more.
    return subprocess.run([sys.executable, "-S", WS, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout)


def call(program: Path | str, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess:
    """A program to its end, whatever that is."""
    return subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout)


@once
def checked(case: Case) -> subprocess.CompletedProcess:
    """`wstrace check --json` of a run."""
    return call(WSTRACE, "check", run(*case).folder, "--json")


def wstrace(*arguments: object) -> str:
    """What wstrace prints; its success is taken for granted."""
    done = call(WSTRACE, *arguments)
    if done.returncode:
        raise AssertionError(f"wstrace {' '.join(map(str, arguments))}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def wstrace_json(*arguments: object) -> dict:
    return json.loads(wstrace(*arguments, "--json"))


@dataclass(frozen=True)
class Event:
    """An event of a trace; its fields by name, as numbers (None: it has no such value) and as the words for them."""

    index: int
    cpu: int
    raw: int
    kind: str
    number: dict[str, int | None]
    text: dict[str, str]


def events(run_of: Run, kind: str) -> list[Event]:
    """All events of a kind, in the order of time."""
    return [Event(told["index"], told["cpu"], told["raw"], told["event"],
                  {field["name"]: int(field["hex"], 16) if field["hex"] else None for field in told["fields"]},
                  {field["name"]: field["text"] for field in told["fields"]})
            for told in wstrace_json("dump", run_of.folder, "--kind", kind)["events"]]


def of_guests(run_of: Run, kind: str) -> list[Event]:
    """All events of a kind that are a vCPU's, with no field but that: of traps and returns there are many, and as text they are a
    seventh of what they are as JSON."""
    found = re.findall(r"^ *(\d+) cpu(\d+) raw=(\d+) .* owner=(VM \d+ vCPU \d+)", wstrace("dump", run_of.folder, "--kind", kind),
                       re.MULTILINE)
    return [Event(int(index), int(cpu), int(raw), kind, {}, {"owner": owner}) for index, cpu, raw, owner in found]
