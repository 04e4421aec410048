# SPDX-License-Identifier: Apache-2.0
"""`ws lab grade`: submissions, each in a tree of the grader's own sources with the student's files in it. Whatever goes wrong that is not the
student's leaves no points at all, neither 0 nor 100."""

import json
import re
import shutil
import sys
import tarfile
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..os_errors import sentence
from ..paths import BUILD
from ..problem import Problem, usage_problem
from ..program_version import program_version
from . import lab_tree
from .base_build import BASE, git, on_a_labs_branch, prepare
from .bench import Bench
from .confinement import strongest
from .lab_file import Lab
from .result_formats import FORMATS
from .rows import DOES_NOT_BUILD, FOR_THE_TEACHER, Judged, judge
from .submission import Submission
from .trouble import GraderTrouble

SCHEMA = 1
NOT_YET = "not graded yet"
FILE_MOST = 1 << 20  # bytes of one file of a submission; the product's have a fiftieth
ALL_POINTS, FEWER, DID_NOT_BUILD = 0, 1, 3  # exit status


@dataclass(frozen=True)
class Result:
    lab: Lab
    student: str
    rows: list[Judged]
    tools: dict[str, str]

    @property
    def score(self) -> int:
        return sum(row.points for row in self.rows)

    @property
    def status(self) -> int:
        if any(row.status == DOES_NOT_BUILD for row in self.rows):
            return DID_NOT_BUILD
        return ALL_POINTS if all(row.points >= row.max or row.status == FOR_THE_TEACHER for row in self.rows) else FEWER

    @property
    def for_the_teacher(self) -> int:
        """Points of answers in words that nobody has read yet."""
        return sum(row.max for row in self.rows if row.status == FOR_THE_TEACHER)

    def as_json(self) -> dict:
        """A hidden row tells its title and what kind of failure it was, and not on which patterns."""
        return {"schema": SCHEMA, "lab": self.lab.number, "title": self.lab.title, "student": self.student, "score": self.score,
                "max": self.lab.points, "for_the_teacher": self.for_the_teacher, "rows": [row.as_json() for row in self.rows], "tools": self.tools}


Marks = dict[str, dict[str, int]]  # by student and row, what a teacher gave for an answer in words


def grade(archives: list[Path], lab: Lab, seed: str, form: str | None, out: Path | None, marks: Marks | None = None) -> int:
    """One result is printed; of several each goes into its own file of `out`."""
    if on_a_labs_branch():
        raise usage_problem("this is the branch of a lab; a grader's checkout has the sources that nothing is cut out of (git checkout main)")
    if len(archives) > 1 and out is None:
        raise usage_problem("of several submissions each result is a file: --out FOLDER")
    names = Counter(map(student_of, archives))
    if twice := [name for name, count in names.items() if count > 1]:
        raise usage_problem(f"{', '.join(twice)} has handed in more than once: give one archive for each student")
    prepare({lab.guest})
    show = FORMATS[form or "json"]
    worst, problems = ALL_POINTS, []
    for number, archive in enumerate(archives, 1):
        if len(archives) > 1:
            print(f"[grade {number}/{len(archives)}] {archive.name}", file=sys.stderr, flush=True)
        # Gradescope shows what is there when a grader is ended: then that is a result that says so, row by row.
        keep = (lambda part: _keep(part, show, out)) if form == "gradescope" and out is not None else None
        try:
            result = grade_one(archive, lab, seed, keep, marks)
        except Problem as problem:  # no submission, or the grader's trouble with it; of a class the others are graded all the same
            if len(archives) == 1:
                raise
            print(f"ws lab: {archive.name}: {problem}", file=sys.stderr)
            problems.append(problem.status)
            continue
        if out is None:
            print(json.dumps(show(result), indent=1))
        else:
            _keep(result, show, out)
        worst = max(worst, result.status)
    return max(problems, default=worst)


def _keep(result: Result, show: Callable[[Result], dict], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{result.student}.json").write_text(json.dumps(show(result), indent=1) + "\n", encoding="utf-8")


def grade_one(archive: Path, lab: Lab, seed: str, keep: Callable[[Result], None] | None = None, marks: Marks | None = None) -> Result:
    """The archive's name is the student's, of which the public rows' seeds are made; the hidden rows' are made of the class's secret as well.
    `keep` gets the result as far as it is, before each row."""
    student = student_of(archive)
    work = Path(tempfile.mkdtemp(prefix="grade-", dir=_work()))
    try:
        files = read_archive(archive, lab)
        work.chmod(0o711)  # what compiles the student's files may be somebody else
        confinement = strongest(BASE / "build.ninja")
        submission = Submission(lab, lab_tree.make_tree(work / "tree", files), work, confinement)
        bench = Bench(submission, student, hidden=seed, marks=(marks or {}).get(student))
        waiting = [Judged(row.id, row.title, 0, row.points, NOT_YET, "not graded yet: the grader was ended before it", hidden=row.hidden)
                   for row in lab.rows]
        result = Result(lab, student, waiting, tools() | {"compiled": confinement.told})
        for number, row in enumerate(lab.rows):
            if keep is not None:
                keep(result)
            result.rows[number] = _told(judge(bench, row))
        return result
    except OSError as error:
        raise GraderTrouble(sentence(error)) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def student_of(archive: Path) -> str:
    """By the archive's name."""
    return re.sub(r"(\.tar(\.\w+)?|\.tgz)$", "", archive.name)


def _work() -> Path:
    folder = BUILD / "labs" / "grading"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _told(row: Judged) -> Judged:
    if row.hidden and row.message and row.status != DOES_NOT_BUILD:
        row.message = "as a public row of this lab fails, on patterns of the grader's"
        row.evidence = {}
    return row


def read_archive(archive: Path, lab: Lab) -> dict[str, str]:
    """The editable files of a submission, a tar archive; whatever else is in it is left there."""
    found = {}
    try:
        with tarfile.open(archive) as content:
            for entry in content:
                name = entry.name.removeprefix("./")
                if name not in lab.editable or not entry.isfile():
                    continue
                if entry.size > FILE_MOST:
                    raise usage_problem(f"{archive}: {name} has {entry.size:,} bytes, and {FILE_MOST:,} are allowed")
                found[name] = content.extractfile(entry).read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise usage_problem(f"{archive}: a file in it is not UTF-8: {error}") from None
    except (tarfile.TarError, EOFError) as error:
        raise usage_problem(f"{archive} is no tar archive that could be read: {error}") from None
    except OSError as error:
        raise usage_problem(f"cannot read {archive}: {error.strerror or error}") from None
    missing = [name for name in lab.sources if name not in found]  # answers are rows of their own
    if missing:
        raise usage_problem(f"{archive} has no {', '.join(missing)}: scripts/ws lab submit makes an archive")
    return found


def read_marks(file: Path | None, lab: Lab) -> Marks:
    """A TOML file with a table for each student: ROW = POINTS."""
    if file is None:
        return {}
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise usage_problem(f"cannot read {file}: {error.strerror}") from None
    except ValueError as error:
        raise usage_problem(f"{file} is no TOML: {error}") from None
    most = {one.id: one.points for one in lab.written}
    for student, rows in told.items():
        if not isinstance(rows, dict):
            raise usage_problem(f"{file}: {student} is to be a table, [{student}], with ROW = POINTS in it")
        for row, points in rows.items():
            if row not in most or not isinstance(points, int) or not 0 <= points <= most[row]:
                known = ", ".join(f"{name} (0 to {points})" for name, points in most.items())
                raise usage_problem(f"{file}: {student} has {row} = {points}; lab {lab.number} has {known or 'no answers in words'}")
    return told


def tools() -> dict[str, str]:
    """What made the result. Counts depend on the compiler."""
    return {"worldswitch": git("rev-parse", "HEAD"), "qemu": program_version("qemu-system-aarch64"),
            "compiler": program_version("aarch64-linux-gnu-g++")}


def read_seed(text: str) -> str:
    """The seed itself, or @FILE that has it: what is on a command line others on the machine can read."""
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise usage_problem(f"cannot read {text[1:]}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Problem(f"{text[1:]} is not UTF-8") from None
