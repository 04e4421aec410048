# SPDX-License-Identifier: Apache-2.0
"""`ws lab export`: the checkout as a repository for a class to clone: one commit, without history and without teachers' files. Labs are started in it as in
any clone."""

import io
import subprocess
import tarfile
from pathlib import Path

from .. import process
from ..paths import ROOT, shown
from ..problem import Problem, usage_problem
from .base_build import on_a_labs_branch
from .lab_file import LABS

_NOT_FOR_STUDENTS = "teacher.toml"


def export(folder: Path) -> None:
    if on_a_labs_branch():
        raise usage_problem("this is the branch of a lab; the sources that nothing is cut out of are on the one that it was started from")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise usage_problem(f"{folder} is there and is no empty folder")
    content = _git("-C", str(ROOT), "archive", "--format=tar", "HEAD")
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        files.extractall(folder)
    for file in (folder / LABS.name).glob(f"*/{_NOT_FOR_STUDENTS}"):
        file.unlink()
    at = ("-C", str(folder))
    _git(*at, "init", "-q", "-b", "main")
    _git(*at, "add", "--all")
    _git(*at, "-c", "user.name=Worldswitch", "-c", "user.email=lab@localhost", "commit", "-q", "-m", "Worldswitch, for a class")
    print(f"{shown(folder)}: one commit on main; students clone it and say scripts/ws lab start")


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], stdin=process.DEVNULL, capture_output=True)
    if done.returncode:
        raise Problem(f"git {arguments[2]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
