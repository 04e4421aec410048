# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's sources with some files changed: a starter, a mutant, a submission."""

import shutil
from pathlib import Path

from ..paths import ROOT
from ..problem import Problem
from .cut import Cut, cut_out
from .lab_file import Change, Lab


def make_tree(folder: Path, files: dict[str, str]) -> Path:
    """A copy in which these files have these contents."""
    shutil.rmtree(folder, ignore_errors=True)
    for room in ("hyp", "guests"):
        shutil.copytree(ROOT / room, folder / room)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def solution(lab: Lab, seed: str = "", sources: Path | None = None) -> dict[str, str]:
    """The editable files as the product has them (in `sources`, the checkout); with a seed, with what the seed asks for as well. Answers it has
    none."""
    files = {name: ((sources or ROOT) / name).read_text(encoding="utf-8") for name in lab.sources}
    if seed and lab.twist:
        for change in lab.twist_solution:
            _replace(lab, files, Change(change.file, change.old, _chosen(change.new, lab.twist.choices(seed))))
    return files


def _chosen(text: str, choices: dict[str, str]) -> str:
    for name, choice in choices.items():
        text = text.replace(f"{{{name}}}", choice)
    return text


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
    _replace(lab, files, change)
    return files


def _replace(lab: Lab, files: dict[str, str], change: Change) -> None:
    if files[change.file].count(change.old) != 1:
        raise Problem(f"lab {lab.number}, {change.name}: {change.file} has {change.old!r} {files[change.file].count(change.old)} times, not once")
    files[change.file] = files[change.file].replace(change.old, change.new)


def cuts_of(lab: Lab, part: str) -> list[Cut]:
    return [cut for cut in lab.cuts if cut.part == part]
