#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records anew the sessions that docs/debugging.rst shows: docs/debug_sessions/*.gdb is typed, and *.txt is what comes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gdb_support as support

SESSIONS = support.ROOT / "docs" / "debug_sessions"
MARK = "@@ here the session begins"


def names() -> list[str]:
    """Each is called as its design."""
    return sorted(file.stem for file in SESSIONS.glob("*.gdb"))


def play(design: str) -> str:
    commands = (SESSIONS / f"{design}.gdb").read_text(encoding="utf-8").splitlines()
    session = support.replay(support.recording_of(design, "hypercall"), [f"echo {MARK}\\n", *support.inside("typed_commands", commands=commands)])
    text = session.stdout.split(MARK + "\n")[1]
    return "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("[Inferior"))


if __name__ == "__main__":
    for name in names():
        (SESSIONS / f"{name}.txt").write_text(play(name), encoding="utf-8")
        print(f"recorded docs/debug_sessions/{name}.txt")
