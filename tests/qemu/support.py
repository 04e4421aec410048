# SPDX-License-Identifier: Apache-2.0
"""What the tests that run QEMU share: runs, each made once for all tests that look at it, and the programs' answers."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WS = ROOT / "scripts" / "ws"
HOST_PROGRAMS = ROOT / "build" / os.environ.get("WS_HOST_BUILD", "release") / "viewer"
WSTRACE = HOST_PROGRAMS / "wstrace"
WSVIEW = HOST_PROGRAMS / "wsview"

DESIGNS = ("split", "vhe")
GUESTS = sorted(image.stem for image in (ROOT / "build/hyp/guests").glob("*.bin"))
# Guests that do not succeed when they are left alone: what to tell them, and the exit status of ws run.
ARGUMENTS = {"misbehave": ("how=fail", 1)}
LONG = os.environ.get("WS_LONG") == "1"

_folders = Path(tempfile.mkdtemp(prefix="worldswitch-test-"))
atexit.register(shutil.rmtree, _folders, ignore_errors=True)


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
    def console(self) -> str:
        return (self.folder / "console.log").read_text(encoding="utf-8", errors="replace")

    @property
    def description(self) -> dict:
        return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))


def new_folder() -> Path:
    """An empty folder that lives as long as the tests."""
    return Path(tempfile.mkdtemp(dir=_folders))


def new_run(design: str, guest: str, *options: str, append: str = "") -> Run:
    """`ws run`, in a folder of its own."""
    folder = new_folder()
    at = options.index("--") if "--" in options else len(options)
    command = ["run", "--design", design, "--guest", guest, "--out", str(folder), "--timeout", "200", "--append",
               append, *options[:at], "--quiet", *options[at:]]
    done = ws(*command)
    return Run(done.returncode, done.stdout, done.stderr, folder)


@functools.cache
def run(design: str, guest: str, level: str = "full") -> Run:
    """The run of a guest as it is meant to be run; made once."""
    append, status = ARGUMENTS.get(guest, ("", 0))
    made = new_run(design, guest, "--trace", level, append=append)
    if made.status != status:
        raise AssertionError(f"{guest} on {design}: exit status {made.status}, not {status}: {made.stderr}")
    return made


def ws(*arguments: str, timeout: float = 400) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, WS, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout)


def call(program: Path | str, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess:
    """A program to its end, whatever that is."""
    return subprocess.run([str(program), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout)


def wstrace(*arguments: object) -> str:
    """What wstrace prints; its success is taken for granted."""
    done = call(WSTRACE, *arguments)
    if done.returncode:
        raise AssertionError(f"wstrace {' '.join(map(str, arguments))}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def wstrace_json(*arguments: object) -> dict:
    return json.loads(wstrace(*arguments, "--json"))


def each_run():
    """(design, guest) of all that there is."""
    return [(design, guest) for guest in GUESTS for design in DESIGNS]
