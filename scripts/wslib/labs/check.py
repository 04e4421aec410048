# SPDX-License-Identifier: Apache-2.0
"""`ws lab check`: proves a lab. The starter stops at its first TODO, the solution has all points, each mutant fails its row with the words that name
it, each forgery has none."""

import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import BUILD
from . import lab_tree
from .base_build import prepare
from .lab_file import Lab
from .questions import ANSWERS
from .rows import TODO, Bench, Judged, judge
from .submission import Submission


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


def check(lab: Lab, seed: str) -> Proof:
    prepare({lab.guest})
    proof, begin = Proof(lab), time.monotonic()
    work = BUILD / "labs" / "check" / f"{lab.number:02}"
    shutil.rmtree(work, ignore_errors=True)
    try:
        _check_starter(proof, work / "starter", seed)
        _check_solution(proof, work / "solution", seed)
        for number, (name, files, row, words) in enumerate(_mutants(lab, work, seed), 1):
            _check_mutant(proof, (name, files, row, words), work / f"mutant{number}", seed)
        for number, (name, files) in enumerate(_forgeries(lab, work, seed), 1):
            _check_forgery(proof, name, files, work / f"forgery{number}", seed)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    proof.seconds = time.monotonic() - begin
    return proof


def _progress(proof: Proof, what: str) -> None:
    print(f"[lab {proof.lab.number}] {what}", file=sys.stderr, flush=True)


def _bench(lab: Lab, files: dict[str, str], work: Path, seed: str, explains: bool = True) -> Bench:
    return Bench(Submission(lab, lab_tree.make_tree(work / "tree", files), work), seed, hidden="the grader's", explains=explains)


def _solution(lab: Lab, work: Path, seed: str) -> dict[str, str]:
    files = lab_tree.solution(lab)
    if lab.questions:
        files[ANSWERS] = _bench(lab, files, work / "key", seed).questions_form(answered=True)
    return files


def _mutants(lab: Lab, work: Path, seed: str) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Name, files, the row that must fail and what it must say: those of the lab's file, and a usual wrong answer of each question that has one."""
    for one in lab.mutants:
        yield one.name, lab_tree.changed(lab, one), one.row, one.words
    if not any(question.mistake_words for question in lab.questions):
        return
    files = _solution(lab, work, seed)
    right = tomllib.loads(files[ANSWERS])
    for question in lab.questions:
        if question.mistake_words:
            wrong = int(right[question.id]) + question.mistake_offset
            yield (f"a usual wrong answer to {question.id}",
                   files | {ANSWERS: files[ANSWERS].replace(f'\n{question.id} = "{right[question.id]}"', f'\n{question.id} = "{wrong}"')},
                   question.id, question.mistake_words)


def _forgeries(lab: Lab, work: Path, seed: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Those of the lab's file, and somebody else's answers."""
    for one in lab.forgeries:
        yield one.name, lab_tree.changed(lab, one)
    if lab.questions:
        yield "another student's answers", _solution(lab, work, f"not {seed}")


def _check_starter(proof: Proof, work: Path, seed: str) -> None:
    lab = proof.lab
    _progress(proof, "the starter")
    files = lab_tree.starter(lab)
    if lab.questions:
        files[ANSWERS] = _bench(lab, files, work / "form", seed).questions_form()
    bench = _bench(lab, files, work, seed)
    for row in lab.rows:
        judged = judge(bench, row)
        if judged.points or TODO not in judged.message:
            proof.starter = "no todo"
            proof.wrong.append(f"the starter has {judged.points} points in {row.id} and says {judged.message!r}")
            return
    proof.starter = "todo"


def _check_solution(proof: Proof, work: Path, seed: str) -> None:
    _progress(proof, "the solution")
    bench = _bench(proof.lab, _solution(proof.lab, work, seed), work, seed)
    for judged in (judge(bench, row) for row in proof.lab.rows):
        proof.solution += judged.points
        if judged.points != judged.max:
            proof.wrong.append(f"the solution fails {judged.id}: {judged.message}")


def _check_mutant(proof: Proof, mutant: tuple[str, dict[str, str], str, str], work: Path, seed: str) -> None:
    name, files, row_id, words = mutant
    _progress(proof, f"mutant: {name}")
    proof.mutants += 1
    row = next(row for row in proof.lab.rows if row.id == row_id)
    judged = judge(_bench(proof.lab, files, work, seed), row)
    if judged.points == judged.max:
        proof.wrong.append(f"the mutant `{name}` passes {row_id}")
    elif words not in judged.message:
        proof.wrong.append(f"the mutant `{name}` fails {row_id} with other words than `{words}`: {judged.message}")
    else:
        proof.killed += 1


def _check_forgery(proof: Proof, name: str, files: dict[str, str], work: Path, seed: str) -> None:
    _progress(proof, f"forgery: {name}")
    proof.forgeries += 1
    bench = _bench(proof.lab, files, work, seed, explains=False)
    believed: list[Judged] = [judged for row in proof.lab.rows if (judged := judge(bench, row)).points]
    if believed:
        proof.wrong.append(f"the forgery `{name}` has points: {', '.join(f'{one.id} {one.points}' for one in believed)}")
    else:
        proof.zero += 1


def show(proof: Proof) -> str:
    """For people."""
    lab = proof.lab
    lines = [f"lab {lab.number}, {lab.title}: starter {proof.starter}, solution {proof.solution} of {lab.points}, "
             f"mutants {proof.killed} of {proof.mutants}, forgeries {proof.zero} of {proof.forgeries}, {proof.seconds:.0f} s"]
    return "\n".join([*lines, *(f"  WRONG: {one}" for one in proof.wrong)])
