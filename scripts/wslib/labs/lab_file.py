# SPDX-License-Identifier: Apache-2.0
"""labs/NN_name/lab.toml: what a lab cuts and what it grades; and teacher.toml beside it, which students do not get: what it must find wrong, what it
must not believe, and answers."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from ..paths import ROOT
from ..problem import Problem, usage_problem
from .cut import Cut
from .questions import ANSWERS, Question, Written
from .twist import Twist

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
    mix: str = "all"  # which traps the guest takes (guest_seed.MIXES)
    guest: str = ""  # the student's own
    hints: tuple[str, ...] = ()

    @property
    def individual(self) -> bool:
        """It comes with a student's seed; who practises without one has the other rows."""
        return self.kind in INDIVIDUAL


INDIVIDUAL = ("twist", "answer", "written", "predicted", "own_guest")


@dataclass(frozen=True)
class Change:
    """One text replaced in a file of the solution."""

    file: str
    old: str
    new: str
    name: str = ""
    row: str = ""  # of a mutant: which row must fail
    words: str = ""  # and what it must say
    builds: bool = True  # of a forgery


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
    written: tuple[Written, ...]
    rows: tuple[Row, ...]  # those of the questions, too
    mutants: tuple[Change, ...]
    forgeries: tuple[Change, ...]
    classes: dict[str, str] = field(default_factory=dict)  # by register class, which steps move it
    optional_exits: tuple[str, ...] = ()  # classes of exits that a right solution may have or not
    free_controls: tuple[str, ...] = ()  # control registers in which it may differ while the guest runs
    overlay: bool = False  # the starter's files are written out, in starter/, and work
    twist: Twist | None = None
    twist_solution: tuple[Change, ...] = ()  # of the solution's files, with the twist's choices in braces
    bonus: int = 0  # points beyond all
    own_rounds: tuple[int, int] = (4, 4)  # of the guest that the questions are about: from, to
    answers_part: str = ""  # such as 1C

    @property
    def editable(self) -> list[str]:
        return sorted({cut.file for cut in self.cuts} | ({ANSWERS} if self.has_answers else set()))

    @property
    def sources(self) -> list[str]:
        """The editable files that are compiled."""
        return [name for name in self.editable if name != ANSWERS]

    @property
    def has_answers(self) -> bool:
        return bool(self.questions or self.written)

    def rows_for(self, seed: str) -> tuple[Row, ...]:
        """Without a seed a lab is for practice."""
        return self.rows if seed else tuple(row for row in self.rows if not row.individual)

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
    told = _toml(folder / "lab.toml")
    teachers = _toml(folder / "teacher.toml") if (folder / "teacher.toml").is_file() else {}  # students need not have it
    try:
        parts = {part["id"]: part["what"] for part in told["part"]}
        cuts = tuple(_made(Cut, {"part": part["id"], **cut}) for part in told["part"] for cut in part.get("cut", []))
        questions = tuple(_made(Question, {("exit_class" if name == "class" else name): value for name, value in one.items()})
                          for one in told.get("question", []))
        answers = teachers.get("answer", {})
        written = tuple(_made(Written, {**one, "answer": answers.get(one["id"], "")}) for one in told.get("written", []))
        rows = (*(_made(Row, row) for row in told.get("row", [])), *map(_row_of, questions), *map(_row_of_written, written))
        if twice := [name for name, count in Counter(row.id for row in rows).items() if count > 1]:
            raise ValueError(f"{', '.join(twice)}: a row's id twice")
        return Lab(int(folder.name[:2]), folder, told["title"], told["about"], told["hours"], told["guest"], parts, cuts, questions, written, rows,
                   mutants=_changes(teachers, "mutant"), forgeries=_changes(teachers, "forgery"), classes=told.get("classes", {}),
                   optional_exits=tuple(told.get("optional_exits", ())), free_controls=tuple(told.get("free_controls", ())),
                   overlay=told.get("overlay", False), twist=_made(Twist, told["twist"]) if "twist" in told else None,
                   twist_solution=_changes(teachers, "twist_solution"), bonus=told.get("bonus", 0),
                   own_rounds=tuple(told.get("own_rounds", (4, 4))), answers_part=told.get("answers_part", next(iter(parts))))
    except (KeyError, TypeError, ValueError) as error:
        raise Problem(f"{(folder / 'lab.toml').relative_to(ROOT)}: {error!r}") from None


def _toml(file: Path) -> dict:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{file.relative_to(ROOT)}: {error}") from None


def _changes(told: dict, name: str) -> tuple[Change, ...]:
    return tuple(_made(Change, one) for one in told.get(name, []))


def _row_of(question: Question) -> Row:
    title = question.ask.replace("{k}", "k").replace("{register}", "a register")
    return Row(question.id, title, question.points, "predicted" if question.predicts else "answer", (question.design,), question.look)


def _row_of_written(one: Written) -> Row:
    return Row(one.id, one.ask, one.points, "written", (), "")


def _made(kind: type, values: dict):
    names = {one.name for one in fields(kind)}
    if unknown := sorted(values.keys() - names):
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
