# SPDX-License-Identifier: Apache-2.0
"""The runs that a lab's rows look at: of the student's images, of the product's and, of a lab whose starter works, of the starter's. Each is run
once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from . import findings, lab_tree, questions
from .base_build import HOSTILE, lab_guest, reference_image
from .guest_seed import MIXES, GuestSeed, derived
from .lab_file import Lab, Row
from .questions import ANSWERS, Question, read_answers
from .register_witness import registers_at_exit
from .submission import Submission
from .watched_run import BUDGET, LabRun, Seen, watch

ROUNDS = 4
MORE_ROUNDS = 12  # what a call costs is the difference
_SPARE = 1_000_000  # instructions
HOSTILE_TRIES = "operations=400"


@dataclass(frozen=True)
class Cost:
    """Of an exit and entry in instructions, the guest's own included, in the mean of so many exits."""

    exits: int
    students: float
    products: float
    starters: float | None  # of a lab whose starter works


# Of the product's images and the starters': by design, lab and seeds. Such a run is the same each time.
_KEPT: dict[tuple, Seen] = {}


class Bench:
    """Runs the guest on the student's images and on the references', each run once."""

    def __init__(self, submission: Submission, seed: str, hidden: str = "", explains: bool = True, marks: dict[str, int] | None = None):
        """`seed` is the student's, none for practice; `hidden` what only the grader knows. `explains`: of what fails, why; that may take some more
        runs. `marks`: what a teacher gave for answers in words, by row."""
        self._submission, self.seed, self._hidden, self.explains, self.marks = submission, seed, hidden, explains, marks or {}
        self.escapes: dict[str, tuple[str, dict]] = {}  # by design, what the guest can do that it cannot on the reference
        self._starter: Submission | None = None
        self._seen: dict[tuple, Seen] = {}
        self._registers: dict[tuple[str, int], dict[str, int]] = {}

    @property
    def lab(self) -> Lab:
        return self._submission.lab

    def seeds(self, row: Row) -> tuple[GuestSeed, ...]:
        purpose = (f"hidden\0{self._hidden}" if row.hidden else "public", self.lab.number)
        return tuple(GuestSeed(derived(self.seed, *purpose, vm, "seed"), derived(self.seed, *purpose, vm, "key"), rounds=ROUNDS, mix=MIXES[row.mix])
                     for vm in range(row.vms))

    def own_seeds(self) -> tuple[GuestSeed, ...]:
        """Of the student's own guest, which the questions are about."""
        least, most = self.lab.own_rounds
        rounds = least + derived(self.seed, "rounds", self.lab.number) % (most - least + 1)
        return (GuestSeed(derived(self.seed, "public", self.lab.number, 0, "seed"), derived(self.seed, "public", self.lab.number, 0, "key"), rounds=rounds),)

    def own_run(self, question: Question) -> Seen:
        """The product's, of the student's own guest."""
        return self.reference(question.design, self.own_seeds())

    def right_answer(self, question: Question) -> int | str:
        if question.predicts:
            return round(self.cost(self.row(question.row)).students)
        return questions.right_answer(question, self.own_run(question), self.seed, lambda index: self._registers_at(question.design, index))

    def _registers_at(self, design: str, index: int) -> dict[str, int]:
        if (design, index) not in self._registers:
            self._registers[design, index] = registers_at_exit(self.stopped(design, self.own_seeds(), students=False),
                                                               self.reference(design, self.own_seeds()).exits, index)
        return self._registers[design, index]

    def row(self, row_id: str) -> Row:
        return next(row for row in self.lab.rows if row.id == row_id)

    def answers_form(self) -> str:
        """The lab's file for answers, empty."""
        seens = {question.design: self.own_run(question) for question in self.lab.questions}
        return questions.form(self.lab.questions, self.lab.written, seens, self.seed)

    def key(self) -> str:
        """The same with what is right, for a teacher and for the proof of the lab."""
        right = {question.id: self.right_answer(question) for question in self.lab.questions}
        return questions.filled(self.answers_form(), right | {one.id: one.answer.strip() for one in self.lab.written})

    def answers(self) -> dict[str, str]:
        """Raises ValueError."""
        return read_answers(self._submission.tree / ANSWERS)

    def reference(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        return self._watch("reference", design, reference_image(design), seeds, None)

    def student(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        """It may take four times as long as the reference."""
        return self._watch("student", design, self._submission.image(design), seeds, self._budget(self.reference(design, seeds)))

    @staticmethod
    def _budget(reference: Seen) -> int:
        return 4 * reference.instructions + _SPARE

    def starter(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        """Of a lab whose starter works."""
        if self._starter is None:
            folder = self._submission.work / "starter"
            self._starter = Submission(self.lab, lab_tree.make_tree(folder / "tree", lab_tree.starter(self.lab)), folder)
        return self._watch("starter", design, self._starter.image(design), seeds, None)

    def own_guest(self, guest: str) -> Seen:
        """A guest that the student has written, on the product's image."""
        image = self._submission.guest(guest)
        run = LabRun("vhe", reference_image("vhe"), guest, (GuestSeed(0, 0),), self._submission.work / "run-own-guest",
                     self._budget(self.reference("vhe", self.own_seeds())), own_image=image)
        return watch(run)

    def attacked(self, design: str, students: bool) -> Seen:
        """The guest `hostile` on an image, which checks its own registers at every exit."""
        whose, image = ("student", self.student_image(design)) if students else ("reference", reference_image(design))
        kept, key = self._seen if students else _KEPT, (whose, design, HOSTILE)
        if key not in kept:
            budget = self._budget(self.attacked(design, students=False)) if students else BUDGET
            kept[key] = watch(LabRun(design, image, HOSTILE, (GuestSeed(0, 0),), self._submission.work / f"run-{whose}-{design}-{HOSTILE}", budget,
                                     own_image=lab_guest(HOSTILE), arguments=f"seed={derived(self._hidden, HOSTILE) % 1000} {HOSTILE_TRIES}",
                                     selfcheck=True, seals=False))
        return kept[key]

    def cost(self, row: Row, design: str = "") -> Cost:
        """Over a run of few rounds and one of more. What it takes to boot is the product's, by its two runs: of a student's image one run alone
        counts, so there is no other one to spend instructions in."""
        design = design or row.designs[0]
        few = self.seeds(row)
        more = more_rounds(few)
        short, long = self.reference(design, few), self.reference(design, more)
        its = (long.instructions - short.instructions) / (long.all_exits - short.all_exits)
        boot = short.instructions - its * short.all_exits

        def an_exit(whose: Callable[[str, tuple[GuestSeed, ...]], Seen]) -> float:
            return max((whose(design, more).instructions - boot) / long.all_exits, 1)

        return Cost(long.all_exits, an_exit(self.student), an_exit(self.reference), an_exit(self.starter) if self.lab.overlay else None)

    def stopped(self, design: str, seeds: tuple[GuestSeed, ...], students: bool) -> LabRun:
        """A run to be stopped on its way, by the gdbstub."""
        image = self.student_image(design) if students else reference_image(design)
        budget = self._budget(self.reference(design, seeds))
        return LabRun(design, image, self.lab.guest, seeds, self._submission.work / f"stopped-{design}", budget)

    def student_image(self, design: str) -> Path:
        return self._submission.image(design)

    def _watch(self, whose: str, design: str, image: Path, seeds: tuple[GuestSeed, ...], budget: int | None) -> Seen:
        kept = self._seen if whose == "student" else _KEPT
        key = (whose, design, seeds) if whose == "student" else (whose, design, self.lab.number, seeds)
        if key not in kept:
            run = LabRun(design, image, self.lab.guest, seeds, self._submission.work / f"run-{whose}-{design}-{len(kept)}")
            seen = watch(run if budget is None else replace(run, budget=budget))
            kept[key] = findings.comparable(seen, self.lab.optional_exits)
        return kept[key]


def more_rounds(seeds: tuple[GuestSeed, ...]) -> tuple[GuestSeed, ...]:
    return tuple(replace(one, rounds=MORE_ROUNDS) for one in seeds)
