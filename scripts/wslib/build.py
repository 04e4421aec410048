# SPDX-License-Identifier: Apache-2.0
"""Builds the presets of CMakePresets.json, one after the other, showing the progress."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from . import process
from .optimisations import ALL, image_suffix
from .paths import BUILD, ROOT
from .problem import Problem

PRESETS = {
    "release": "host programs",
    "debug": "host programs and unit tests, with sanitizers",
    "fuzz": "fuzzers, with sanitizers",
    "hyp": "hypervisor and guests",
}
# What is built of a preset, where that is not all. The tests run in the debug build.
TARGETS = {"release": ["wstrace", "wsview", "instruction_count", "guest_witness", "outside_recorder"]}


def build(presets: list[str]) -> None:
    build_these({preset: TARGETS.get(preset, []) for preset in presets})


def build_these(targets: dict[str, list[str]]) -> None:
    """Targets by preset; none are all."""
    for number, (preset, its) in enumerate(targets.items(), 1):
        print(f"[build {number}/{len(targets)}] {PRESETS[preset]} (build/{preset})", flush=True)
        build_targets(preset, its)


def build_targets(preset: str, targets: list[str], progress: TextIO | None = None) -> None:
    """These targets, or all."""
    with _folder(preset) as folder:
        if not (folder / "build.ninja").exists():
            _cmake(preset, ["cmake", "--preset", preset, "--log-level=WARNING"], progress)
        _cmake(preset, ["cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else [])], progress)


def bring_up_to_date(preset: str, targets: list[str]) -> None:
    """Builds them, if they are not there or what they are made of has changed. Says nothing if there is nothing to do. Where nobody
    can build, what is there is taken as it is. WS_FOUND_UP_TO_DATE names a folder for what was found to be so and is not looked at again:
    while all tests run nothing changes."""
    if (found := _found_up_to_date(preset, targets)) is not None and found.exists():
        return
    try:
        with _folder(preset) as folder:
            # Only asked: ninja tells of what it does on standard output, which is the command's own.
            asked = subprocess.run(["ninja", "-C", folder, "-n", *targets], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if asked.returncode == 0 and "no work to do" in asked.stdout:
                if found is not None:
                    found.touch()
                return
    except (OSError, Problem):
        return
    print(f"[build] {', '.join(targets)} (build/{preset})", file=sys.stderr, flush=True)
    build_targets(preset, targets, sys.stderr)


def _found_up_to_date(preset: str, targets: list[str]) -> Path | None:
    folder = os.environ.get("WS_FOUND_UP_TO_DATE")
    return Path(folder) / "-".join((*BUILD.parts[1:], preset, *targets)) if folder else None


def build_ablated(images: Iterable[tuple[int, str]], progress: TextIO | None = None) -> None:
    """Images of vhe that the usual build leaves out: (optimisations, trace level) each. Those that were asked for once stay
    known to the build, so that asking again is quick."""
    build_listed({f"{number:02x}-{level}" for number, level in images if number != ALL},
                 [f"hyp-vhe{image_suffix(number)}-{level}" for number, level in sorted(images)], progress)


def build_listed(wanted: set[str], targets: list[str], progress: TextIO | None = None) -> None:
    """Targets of images, some of which WS_ABLATED_IMAGES has to list: NUMBER-LEVEL each."""
    with _folder("hyp") as folder:
        known = _known_ablated(folder)
        if known is None or not wanted <= known:
            listed = ";".join(sorted(wanted | (known or set())))
            _cmake("hyp", ["cmake", "--preset", "hyp", "--log-level=WARNING", f"-DWS_ABLATED_IMAGES={listed}"], progress)
        _cmake("hyp", ["cmake", "--build", "--preset", "hyp", "--target", *targets], progress)


def _known_ablated(folder: Path) -> set[str] | None:
    """None where the folder was never configured."""
    cache = folder / "CMakeCache.txt"
    if not cache.exists() or not (folder / "build.ninja").exists():
        return None
    found = re.search(r"^WS_ABLATED_IMAGES:\w+=(.*)$", cache.read_text(encoding="utf-8"), re.MULTILINE)
    return set(filter(None, found[1].split(";"))) if found else set()


@contextmanager
def _folder(preset: str):
    """The preset's folder, for this process alone."""
    for tool in ("cmake", "ninja"):
        if not shutil.which(tool):
            raise Problem(f"{tool} is not installed: scripts/ws doctor tells how to mend it")
    folder = BUILD / preset
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".ws-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two ninjas in one folder would undo each other's work
        yield folder


def _cmake(preset: str, command: list[str], progress: TextIO | None = None) -> None:
    sys.stdout.flush()
    if process.run_with_its_own(command, cwd=ROOT, stdin=process.DEVNULL, stdout=progress):
        raise Problem(f"building {PRESETS[preset]} failed: {' '.join(command)}")
