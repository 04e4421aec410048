# SPDX-License-Identifier: Apache-2.0
"""`ws lab check`: proves a lab. The starter stops at its first TODO, the solution has all points on each seed, each mutant fails its row with the words
that name it, each forgery has none."""

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import BUILD
from . import lab_tree
from .base_build import prepare
from .lab_file import Lab
from .bench import Bench
from .questions import ANSWERS, filled, read_answers
from .rows import DOES_NOT_BUILD, judge
from .submission import Submission
from .todo import TODO


@dataclass
class Proof:
    """What was found of a lab; `wrong` has a sentence for each thing that is not as it must be."""

    lab: Lab
    starter: str = "not tried"
    solution: int = 0
    killed: int = 0
    zero: int = 0
    seconds: float = 0
    mutants: int = 0
    forgeries: int = 0
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict:
        return {"lab": self.lab.number, "starter": self.starter, "solution": self.solution,
                "mutants": {"killed": self.killed, "of": self.mutants},
                "forgeries": {"zero": self.zero, "of": self.forgeries}, "seconds": round(self.seconds, 1), "wrong": self.wrong}


def check(lab: Lab, seed: str, seeds: int = 1) -> Proof:
    """The solution on as many seeds: this one, and others made of it."""
    prepare({lab.guest})
    proof, begin = Proof(lab), time.monotonic()
    work = BUILD / "labs" / "check" / f"{lab.number:02}"
    shutil.rmtree(work, ignore_errors=True)
    try:
        _check_starter(proof, work / "starter", seed)
        proof.solution = min(_points_of_the_solution(proof, work / f"solution{number}", one)
                             for number, one in enumerate([seed, *(f"{seed}-{number}" for number in range(2, seeds + 1))], 1))
        for number, mutant in enumerate(_mutants(lab, work, seed), 1):
            _check_mutant(proof, mutant, work / f"mutant{number}", seed)
        for number, forgery in enumerate(_forgeries(lab, work, seed), 1):
            _check_forgery(proof, forgery, work / f"forgery{number}", seed)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    proof.seconds = time.monotonic() - begin
    return proof


def _progress(proof: Proof, what: str) -> None:
    print(f"[lab {proof.lab.number}] {what}", file=sys.stderr, flush=True)


def _bench(lab: Lab, files: dict[str, str], work: Path, seed: str, explains: bool = True) -> Bench:
    """With all points for what is answered in words: it is the model answer."""
    marks = {one.id: one.points for one in lab.written}
    return Bench(Submission(lab, lab_tree.make_tree(work / "tree", files), work), seed, hidden="the grader's", explains=explains, marks=marks)


def _solution(lab: Lab, work: Path, seed: str) -> dict[str, str]:
    files = lab_tree.solution(lab, seed)
    if lab.has_answers:
        files[ANSWERS] = _bench(lab, files, work / "key", seed).key()
    return files


@dataclass(frozen=True)
class _Mutant:
    name: str
    files: dict[str, str]
    row: str  # that must fail
    words: str  # and what it must say


def _mutants(lab: Lab, work: Path, seed: str) -> Iterator[_Mutant]:
    """Those of the lab's file; the product's own files, if a seed asks for more; and a usual wrong answer of each question that has one."""
    for one in lab.mutants:
        yield _Mutant(one.name, lab_tree.changed(lab, one), one.row, one.words)
    if lab.twist:
        row = next(row.id for row in lab.rows if row.kind in ("twist", "own_guest"))
        yield _Mutant("what the seed asks for is not done", lab_tree.solution(lab), row, "your seed asks")
    if not any(question.mistake_words for question in lab.questions):
        return
    form = _bench(lab, lab_tree.solution(lab, seed), work / "key", seed).answers_form()
    files = _solution(lab, work, seed)
    (work / "key" / ANSWERS).write_text(files[ANSWERS], encoding="utf-8")
    right = read_answers(work / "key" / ANSWERS)
    for question in lab.questions:
        if question.mistake_words:
            wrong = filled(form, {question.id: int(right[question.id]) + question.mistake_offset})
            yield _Mutant(f"a usual wrong answer to {question.id}", files | {ANSWERS: wrong}, question.id, question.mistake_words)


@dataclass(frozen=True)
class _Forgery:
    name: str
    files: dict[str, str]
    all_rows: bool = True  # must have no points; or those alone that are each student's own
    builds: bool = True


def _forgeries(lab: Lab, work: Path, seed: str) -> Iterator[_Forgery]:
    """Those of the lab's file, and somebody else's work."""
    for one in lab.forgeries:
        yield _Forgery(one.name, lab_tree.changed(lab, one), builds=one.builds)
    if lab.has_answers or lab.twist:
        yield _Forgery("another student's work", _solution(lab, work, f"not {seed}"), all_rows=False)


def _check_starter(proof: Proof, work: Path, seed: str) -> None:
    lab = proof.lab
    _progress(proof, "the starter")
    files = lab_tree.starter(lab)
    if lab.has_answers:
        files[ANSWERS] = _bench(lab, files, work / "form", seed).answers_form()
    bench = _bench(lab, files, work, seed)
    for row in lab.rows:
        judged = judge(bench, row)
        if (judged.points and row.kind != "written") or judged.status == DOES_NOT_BUILD or TODO not in judged.message:
            proof.starter = "no todo"
            proof.wrong.append(f"the starter has {judged.points} points in {row.id} and says {judged.message!r}")
            return
    proof.starter = "todo"


def _points_of_the_solution(proof: Proof, work: Path, seed: str) -> int:
    _progress(proof, f"the solution, seed {seed}")
    bench = _bench(proof.lab, _solution(proof.lab, work, seed), work, seed)
    points = 0
    for judged in (judge(bench, row) for row in proof.lab.rows):
        points += judged.points
        if judged.points < judged.max:
            proof.wrong.append(f"the solution of {seed} fails {judged.id}: {judged.message}")
    return points


def _check_mutant(proof: Proof, mutant: _Mutant, work: Path, seed: str) -> None:
    _progress(proof, f"mutant: {mutant.name}")
    proof.mutants += 1
    row = next(row for row in proof.lab.rows if row.id == mutant.row)
    judged = judge(_bench(proof.lab, mutant.files, work, seed), row)
    if judged.points == judged.max:
        proof.wrong.append(f"the mutant `{mutant.name}` passes {mutant.row}")
    elif mutant.words not in judged.message:
        proof.wrong.append(f"the mutant `{mutant.name}` fails {mutant.row} with other words than `{mutant.words}`: {judged.message}")
    else:
        proof.killed += 1


def _check_forgery(proof: Proof, forgery: _Forgery, work: Path, seed: str) -> None:
    _progress(proof, f"forgery: {forgery.name}")
    proof.forgeries += 1
    bench = _bench(proof.lab, forgery.files, work, seed, explains=False)
    rows = [row for row in proof.lab.rows if row.kind != "written" and (forgery.all_rows or row.individual)]
    judged = [judge(bench, row) for row in rows]
    believed = [one for one in judged if one.points]
    if forgery.builds == any(one.status == DOES_NOT_BUILD for one in judged):
        proof.wrong.append(f"the forgery `{forgery.name}` {'does not build' if forgery.builds else 'builds'}: {judged[0].message}")
    elif believed:
        proof.wrong.append(f"the forgery `{forgery.name}` has points: {', '.join(f'{one.id} {one.points}' for one in believed)}")
    else:
        proof.zero += 1


def show(proof: Proof) -> str:
    """For people."""
    lab = proof.lab
    lines = [f"lab {lab.number}, {lab.title}: starter {proof.starter}, solution {proof.solution} of {lab.points}, "
             f"mutants {proof.killed} of {proof.mutants}, forgeries {proof.zero} of {proof.forgeries}, {proof.seconds:.0f} s"]
    return "\n".join([*lines, *(f"  WRONG: {one}" for one in proof.wrong)])
