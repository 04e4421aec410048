# SPDX-License-Identifier: Apache-2.0
"""Builds the presets of CMakePresets.json, one after the other, showing the progress."""

import fcntl
import shutil
import subprocess
import sys

from .paths import BUILD, ROOT
from .problem import Problem

PRESETS = {
    "release": "host programs",
    "debug": "host programs and unit tests, with sanitizers",
    "fuzz": "fuzzers, with sanitizers",
    "hyp": "hypervisor and guests",
}
# What is built of a preset, where that is not all. The tests run in the debug build.
TARGETS = {"release": ["wstrace", "wsview", "instruction_count"]}


def build(presets: list[str]) -> None:
    for number, preset in enumerate(presets, 1):
        print(f"[build {number}/{len(presets)}] {PRESETS[preset]} (build/{preset})", flush=True)
        build_one(preset)


def build_one(preset: str) -> None:
    for tool in ("cmake", "ninja"):
        if not shutil.which(tool):
            raise Problem(f"{tool} is not installed: scripts/ws doctor tells how to mend it")
    folder = BUILD / preset
    folder.mkdir(parents=True, exist_ok=True)
    targets = TARGETS.get(preset, [])
    with (folder / ".ws-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two ninjas in one folder would undo each other's work
        if not (folder / "build.ninja").exists():
            _cmake(preset, ["cmake", "--preset", preset, "--log-level=WARNING"])
        _cmake(preset, ["cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else [])])


def _cmake(preset: str, command: list[str]) -> None:
    sys.stdout.flush()
    if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        raise Problem(f"building {PRESETS[preset]} failed: {' '.join(command)}")
