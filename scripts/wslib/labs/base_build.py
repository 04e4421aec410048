# SPDX-License-Identifier: Apache-2.0
"""The build that a student's image is made of and compared to: of the sources that nothing is cut out of. It is a copy, so that builds of a lab's
branch do not touch it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from .. import process
from ..build import bring_up_to_date
from ..paths import BUILD, DESIGNS, ROOT, built, guest_names, shown
from ..problem import Problem

BUILT = BUILD / "hyp"
BASE = BUILD / "labs" / "base"
SOURCES = BASE / "sources"  # the hypervisor's and the guests', as they were
HOSTILE = "hostile"  # the guest that a whole world switch has to stand
LEVELS = ("off", "full")  # what is graded records nothing; what is looked at, all
_COMMIT = BASE / "commit"  # of which the sources were


def prepare(guests: set[str]) -> None:
    """Builds what is not there yet, and copies it. On a lab's branch what was copied before is taken."""
    if on_a_labs_branch():
        if not _COMMIT.is_file():
            raise Problem(f"{shown(BASE)} is not there, and with it what a lab is compared to: check the branch out that the lab was started "
                          "from, and run scripts/ws lab prepare")
        return
    with _alone():
        _prepare(guests)


def _prepare(guests: set[str]) -> None:
    # All labs' guests at once, or another lab's would replace the copy while this one's is in use.
    guests = guests | {HOSTILE, *(name for name in guest_names() if name.startswith("lab_"))}
    bring_up_to_date(os.environ.get("WS_HOST_BUILD", "release"), ["guest_witness"])
    bring_up_to_date("hyp", [*(f"hyp-{design}-{level}" for design in DESIGNS for level in LEVELS), *(f"guest-{guest}" for guest in sorted(guests))])
    if _is_current(guests):
        return
    print("[lab] keeping the base build", file=sys.stderr, flush=True)
    part = BASE.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(BUILT, part, ignore=shutil.ignore_patterns("traps", ".ws-lock"))
    for room in ("hyp", "guests"):
        shutil.copytree(ROOT / room, part / SOURCES.name / room)
    (part / _COMMIT.name).write_text(git("rev-parse", "HEAD"), encoding="utf-8")
    shutil.rmtree(BASE, ignore_errors=True)
    part.rename(BASE)


@contextmanager
def _alone() -> Iterator[None]:
    """Of two that prepare at a time one waits."""
    BASE.parent.mkdir(parents=True, exist_ok=True)
    with (BASE.parent / ".prepare-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(guests: set[str]) -> bool:
    if not _COMMIT.is_file() or _COMMIT.read_text(encoding="utf-8") != git("rev-parse", "HEAD"):
        return False  # sources and how they are built may have changed where no image has
    files = [f"hyp/{level}/hyp-{design}.bin" for design in DESIGNS for level in LEVELS] + [f"guests/{guest}.bin" for guest in guests]
    return SOURCES.is_dir() and all((BASE / file).is_file() and (BASE / file).read_bytes() == (BUILT / file).read_bytes() for file in files)


def reference_image(design: str, level: str = "off") -> Path:
    return built(BASE / "hyp" / level / f"hyp-{design}.bin", "--hyp")


def lab_guest(name: str) -> Path:
    return built(BASE / "guests" / f"{name}.bin", "--hyp")


def on_a_labs_branch() -> bool:
    return git("rev-parse", "--abbrev-ref", "HEAD").startswith("lab/")


@cache
def _git_is_there() -> bool:
    return shutil.which("git") is not None and (ROOT / ".git").exists()


def git(*arguments: str) -> str:
    """What git prints, of the repository."""
    if not _git_is_there():
        raise Problem("a lab is a branch of a clone with git, and here is none")
    done = subprocess.run(["git", "-C", ROOT, *arguments], stdin=process.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Problem(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()
