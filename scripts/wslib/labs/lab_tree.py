# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's sources with some files changed: a starter, a mutant, a submission."""

import shutil
from pathlib import Path

from ..paths import ROOT
from ..problem import Problem
from .cut import Cut, cut_out
from .lab_file import Change, Lab
from .questions import ANSWERS


def make_tree(folder: Path, files: dict[str, str]) -> Path:
    """A copy in which these files have these contents."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "hyp", folder / "hyp")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def solution(lab: Lab) -> dict[str, str]:
    """The editable files as the product has them; answers it has none."""
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in lab.editable if name != ANSWERS}


def starter(lab: Lab) -> dict[str, str]:
    """The editable files with all parts cut out."""
    if lab.overlay:
        return {name: (lab.folder / "starter" / name).read_text(encoding="utf-8") for name in solution(lab)}
    files = solution(lab)
    for cut in lab.cuts:
        files[cut.file] = cut_out(files[cut.file], cut)
    return files


def changed(lab: Lab, change: Change) -> dict[str, str]:
    """The solution with one text replaced."""
    files = solution(lab)
    if files[change.file].count(change.old) != 1:
        raise Problem(f"lab {lab.number}, {change.name}: {change.file} has its text {files[change.file].count(change.old)} times, not once")
    files[change.file] = files[change.file].replace(change.old, change.new)
    return files


def cuts_of(lab: Lab, part: str) -> list[Cut]:
    return [cut for cut in lab.cuts if cut.part == part]
