# SPDX-License-Identifier: Apache-2.0
"""labs/NN_name/lab.toml: what a lab cuts, what it grades, what it must find wrong and must not believe."""

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from ..paths import ROOT
from ..problem import Problem, usage_problem
from .cut import Cut
from .questions import ANSWERS, Question

LABS = ROOT / "labs"


@dataclass(frozen=True)
class Row:
    """Points that are all given or none. What `kind` looks at: rows.py."""

    id: str
    title: str
    points: int
    kind: str
    designs: tuple[str, ...]
    look: str  # what to type to see it
    checks: tuple[str, ...] = ()  # kinds of registers
    hidden: bool = False  # on other seeds, of which the result does not tell
    vms: int = 1
    most: int = 0  # instructions more than the reference
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One text replaced in a file of the solution."""

    name: str
    file: str
    old: str
    new: str
    row: str = ""  # of a mutant: which row must fail
    words: str = ""  # and what it must say


@dataclass(frozen=True)
class Lab:
    number: int
    folder: Path
    title: str
    about: str  # the one question that it is about
    hours: int
    guest: str
    parts: dict[str, str]  # such as 1A: what is to be written
    cuts: tuple[Cut, ...]
    questions: tuple[Question, ...]
    rows: tuple[Row, ...]  # those of the questions, too
    mutants: tuple[Change, ...]
    forgeries: tuple[Change, ...]
    classes: dict[str, str] = field(default_factory=dict)  # by register class, which steps move it
    optional_exits: tuple[str, ...] = ()  # classes of exits that a right solution may have or not
    free_controls: tuple[str, ...] = ()  # control registers in which it may differ while the guest runs
    overlay: bool = False  # the starter's files are written out, in starter/, and work

    @property
    def editable(self) -> list[str]:
        return sorted({cut.file for cut in self.cuts} | ({ANSWERS} if self.questions else set()))

    @property
    def points(self) -> int:
        return sum(row.points for row in self.rows)

    @property
    def branch(self) -> str:
        return f"lab/{self.number}"


def lab_folders() -> dict[int, Path]:
    return {int(folder.name[:2]): folder for folder in sorted(LABS.glob("[0-9][0-9]_*")) if (folder / "lab.toml").is_file()}


def read_lab(number: int) -> Lab:
    folder = lab_folders().get(number)
    if folder is None:
        known = ", ".join(map(str, lab_folders()))
        raise usage_problem(f"there is no lab {number}: the labs are {known}")
    return _read(folder)


@cache
def _read(folder: Path) -> Lab:
    file = folder / "lab.toml"
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        parts = {part["id"]: part["what"] for part in told["part"]}
        cuts = tuple(_made(Cut, {"part": part["id"], **cut}) for part in told["part"] for cut in part.get("cut", []))
        questions = tuple(_made(Question, {("exit_class" if name == "class" else name): value for name, value in one.items()})
                          for one in told.get("question", []))
        rows = [*(_made(Row, row) for row in told.get("row", [])), *map(_row_of, questions)]
        return Lab(int(folder.name[:2]), folder, told["title"], told["about"], told["hours"], told["guest"], parts, cuts, questions,
                   tuple(rows), tuple(_made(Change, one) for one in told.get("mutant", [])),
                   tuple(_made(Change, one) for one in told.get("forgery", [])), told.get("classes", {}), tuple(told.get("optional_exits", ())), tuple(told.get("free_controls", ())),
                   told.get("overlay", False))
    except (KeyError, TypeError, ValueError) as error:
        raise Problem(f"{file.relative_to(ROOT)}: {error!r}") from None


def _row_of(question: Question) -> Row:
    return Row(question.id, question.ask.replace("{k}", "k"), question.points, "answer", (question.design,), question.look)


def _made(kind: type, values: dict):
    names = {one.name for one in fields(kind)}
    if unknown := sorted(values.keys() - names):
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
