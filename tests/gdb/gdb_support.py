# SPDX-License-Identifier: Apache-2.0
"""What the tests of the debugger share: real sessions of `ws debug`, and runs that were recorded for them."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from wslib.made_once import made_once  # noqa: E402

WS = ROOT / "scripts" / "ws"
WSTRACE = ROOT / "build" / os.environ.get("WS_HOST_BUILD", "release") / "viewer" / "wstrace"
INSIDE = Path(__file__).resolve().parent / "inside"  # scripts that GDB's own Python runs

DESIGNS = ("split", "el2", "vhe")
LONGEST = 900  # seconds that a session may take before it counts as hung

_folders = Path(tempfile.mkdtemp(prefix="worldswitch-test-gdb-"))
atexit.register(shutil.rmtree, _folders, ignore_errors=True)


def new_folder() -> Path:
    """An empty folder that lives as long as the tests."""
    return Path(tempfile.mkdtemp(dir=_folders))


@dataclass(frozen=True)
class Session:
    """A session that has ended."""

    status: int
    stdout: str
    stderr: str
    folder: Path

    @property
    def answers(self) -> list[dict]:
        """What the commands with --json said, in their order."""
        return [json.loads(line) for line in self.stdout.splitlines() if line.startswith("{")]

    @property
    def events(self) -> list[dict]:
        """The trace that the session has left."""
        return events(self.folder)


def ws(*arguments: object, timeout: float = LONGEST) -> subprocess.CompletedProcess:
    # With this variable GDB's Python takes the buffer from the C library's standard output, and hides what is left in
    # it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run([sys.executable, "-S", WS, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, env=environment)


def _script(commands: list[str]) -> Path:
    file = new_folder() / "commands.gdb"
    file.write_text("\n".join(commands) + "\n", encoding="utf-8")
    return file


def debug(design: str, guest: str, commands: list[str], *options: object, succeeds: bool = True) -> Session:
    """A new machine, and these commands of GDB's."""
    folder = new_folder()
    done = ws("debug", "--design", design, "--guest", guest, "--batch", "-x", _script(commands), "--out", folder, *options)
    return _checked(Session(done.returncode, done.stdout, done.stderr, folder), succeeds)


def replay(folder: Path, commands: list[str], *options: object, succeeds: bool = True) -> Session:
    done = ws("debug", "--replay", folder, "--batch", "-x", _script(commands), *options)
    return _checked(Session(done.returncode, done.stdout, done.stderr, folder), succeeds)


def _checked(session: Session, succeeds: bool) -> Session:
    if succeeds and session.status:
        raise AssertionError(f"ws debug: exit status {session.status}: {session.stdout[-2000:]}{session.stderr[-2000:]}")
    return session


# A replay goes to most places from its beginning, so it should not be long.
SHORT = ("--append", "iterations=150")


def recording(design: str) -> Path:
    """The folder of a recorded run of the guest hypercall."""
    return recording_of(design, "hypercall", *SHORT)


@made_once(_folders)
def recording_of(design: str, guest: str, *options: str) -> Path:
    """The folder of a recorded run. Each is made once."""
    folder = new_folder()
    done = ws("run", "--design", design, "--guest", guest, "--record", "--quiet", "--out", folder, *options)
    if done.returncode:
        raise AssertionError(f"ws run --record: exit status {done.returncode}: {done.stderr}")
    return folder


def inside(name: str, **what: object) -> list[str]:
    """Commands that run a script of inside/ in GDB, with these names set."""
    lines = [f"python {name} = {value!r}" for name, value in what.items()]
    return [*lines, f"source {INSIDE / name}.py"]


def wstrace(*arguments: object) -> str:
    done = subprocess.run([str(WSTRACE), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONGEST)
    if done.returncode:
        raise AssertionError(f"wstrace {' '.join(map(str, arguments))}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def events(folder: Path, *kinds: str) -> list[dict]:
    """Events of a trace: index, raw, event, and their fields as numbers."""
    found = []
    for kind in kinds or ("trap", "eret"):
        for told in json.loads(wstrace("dump", folder, "--kind", kind, "--json"))["events"]:
            numbers = {field["name"]: int(field["hex"], 16) if field["hex"] else None for field in told["fields"]}
            found.append({"index": told["index"], "raw": told["raw"], "event": told["event"], **numbers})
    return sorted(found, key=lambda event: event["index"])
