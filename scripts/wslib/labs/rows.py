# SPDX-License-Identifier: Apache-2.0
"""The rows of a lab's result: what each kind looks at. Points rest on what was seen from outside of the student's image: the guest's exits and what
it executed, the bytes that it sealed, EL2's registers by QEMU's gdbstub, instructions by QEMU's plugin."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from . import findings, lab_tree, questions
from .guest_seed import GuestSeed, derived
from .lab_file import Lab, Row
from .questions import ANSWERS, read_answers
from .register_witness import host_changes, lost_by_the_guest, lost_by_the_host, stopped_machine
from .gdb_stub import MachineEnded
from .relink import DoesNotBuild
from .base_build import reference_image
from .submission import Submission
from .trouble import GraderTrouble
from .watched_run import LabRun, Seen, symbol, watch

PASSED, FAILED, DOES_NOT_BUILD = "passed", "failed", "does not build"
ROUNDS = 4
MORE_ROUNDS = 12  # what a call costs is the difference
TODO = "TODO "  # what a starter's panic begins with
_SPARE = 1_000_000  # instructions


@dataclass
class Judged:
    """A row's result."""

    id: str
    title: str
    points: int
    max: int
    status: str
    message: str = ""
    look: str = ""  # what to type to see it
    hidden: bool = False
    evidence: dict = field(default_factory=dict)

    def as_json(self) -> dict:
        return asdict(self)


class Bench:
    """Runs the guest on the student's images and on the references', each run once."""

    def __init__(self, submission: Submission, seed: str, hidden: str = "", explains: bool = True):
        """`seed` is the student's, `hidden` what only the grader knows. `explains`: of what fails, why; that may take some more runs."""
        self._submission, self.seed, self._hidden, self.explains = submission, seed, hidden, explains
        self._escapes: dict[str, tuple[str, dict]] = {}
        self._eager: Submission | None = None
        self._seen: dict[tuple, Seen] = {}

    @property
    def lab(self) -> Lab:
        return self._submission.lab

    def seeds(self, row: Row) -> tuple[GuestSeed, ...]:
        purpose = (f"hidden\0{self._hidden}" if row.hidden else "public", self.lab.number)
        return tuple(GuestSeed(derived(self.seed, *purpose, vm, "seed"), derived(self.seed, *purpose, vm, "key"), rounds=ROUNDS)
                     for vm in range(row.vms))

    def questions_form(self, answered: bool = False) -> str:
        """The lab's file for answers, empty; or with what the product's run has (for a teacher's key and the proof of the lab)."""
        seens = {question.design: self.reference(question.design, self.seeds(row))
                 for question, row in zip(self.lab.questions, (row for row in self.lab.rows if row.kind == "answer"))}
        text = questions.form(self.lab.questions, seens, self.seed)
        for question in self.lab.questions if answered else ():
            right = questions.right_answer(question, seens[question.design], self.seed)
            text = text.replace(f'\n{question.id} = ""\n', f'\n{question.id} = "{right}"\n')
        return text

    def answers(self) -> dict[str, str]:
        """Raises ValueError."""
        return read_answers(self._submission.tree / ANSWERS)

    def reference(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        return self._watch("reference", design, reference_image(design), seeds, None)

    def student(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        """It may take four times as long as the reference."""
        budget = 4 * self.reference(design, seeds).instructions + _SPARE
        return self._watch("student", design, self._submission.image(design), seeds, budget)

    def eager(self, design: str, seeds: tuple[GuestSeed, ...]) -> Seen:
        """The starter, of a lab whose starter works."""
        if self._eager is None:
            folder = self._submission.work / "eager"
            self._eager = Submission(self.lab, lab_tree.make_tree(folder / "tree", lab_tree.starter(self.lab)), folder)
        return self._watch("starter", design, self._eager.image(design), seeds, None)

    def run(self, whose: str, design: str, image: Path, seeds: tuple[GuestSeed, ...]) -> LabRun:
        return LabRun(design, image, self.lab.guest, seeds, self._submission.work / f"run-{whose}-{design}-{len(self._seen)}")

    def stopped(self, design: str, seeds: tuple[GuestSeed, ...], students: bool) -> LabRun:
        """A run to be stopped on its way, by the gdbstub."""
        image = self._submission.image(design) if students else reference_image(design)
        return LabRun(design, image, self.lab.guest, seeds, self._submission.work / f"stopped-{design}", 20_000_000)

    def escapes(self, design: str, row: Row) -> tuple[str, dict]:
        """What the guest could do that it cannot on the reference; looked at once for each design."""
        if design not in self._escapes:
            self._escapes[design] = _escapes(self, design, self.seeds(row))
        return self._escapes[design]

    def _watch(self, whose: str, design: str, image: Path, seeds: tuple[GuestSeed, ...], budget: int | None) -> Seen:
        key = (whose, design, seeds)
        if key not in self._seen:
            run = self.run(whose, design, image, seeds)
            seen = watch(run if budget is None else replace(run, budget=budget))
            self._seen[key] = findings.comparable(seen, self.lab.optional_exits)
        return self._seen[key]


def judge(bench: Bench, row: Row) -> Judged:
    try:
        message, evidence = _KINDS[row.kind](bench, row)
        if not message and row.kind not in ("answer", "scores"):  # a guest that can do what it likes proves nothing
            message, _ = _controls(bench, row)
    except DoesNotBuild as error:
        return Judged(row.id, row.title, 0, row.points, DOES_NOT_BUILD, str(error), "", row.hidden)
    if message:
        points = evidence.pop("points", 0)
        return Judged(row.id, row.title, points, row.points, FAILED, message, row.look, row.hidden, evidence)
    return Judged(row.id, row.title, row.points, row.points, PASSED, "", "", row.hidden, evidence)


def _enters(bench: Bench, row: Row) -> tuple[str, dict]:
    """The guest comes to its first line and says so, in each design."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if not findings.begun(seen):
            return _in(design, _todo(seen) or _why_not(bench, design, seeds, seen, wanted)), _exits(seen, wanted)
        if seen.foreign:
            return _in(design, findings.another_way(seen, wanted)), _exits(seen, wanted)
    return "", {}


def _keeps(bench: Bench, row: Row) -> tuple[str, dict]:
    """What the guest found in its registers after each exit, in each design."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if message := _todo(seen):
            return _in(design, message), {}
        gone = next(filter(None, (findings.lost(seen, wanted, check, seeds, bench.lab.classes) for check in row.checks)), "")
        if not gone and any(findings.untold(seen, wanted, check, seeds) for check in row.checks):
            gone = _why_not(bench, design, seeds, seen, wanted) or findings.untold(seen, wanted, row.checks[0], seeds)
        if message := gone or findings.another_way(seen, wanted):
            return _in(design, message), _exits(seen, wanted)
    return "", {}


def _goes_on(bench: Bench, row: Row) -> tuple[str, dict]:
    """The hypervisor goes on after each exit as the reference does, to the guest's end."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if message := findings.another_way(seen, wanted):
            return _in(design, _todo(seen) or _why_not(bench, design, seeds, seen, wanted)), _exits(seen, wanted)
    return "", {}


def _costs(bench: Bench, row: Row) -> tuple[str, dict]:
    """Instructions of an exit and entry, over a run of few rounds and one of more."""
    evidence = {}
    few = bench.seeds(row)
    more = tuple(replace(one, rounds=MORE_ROUNDS) for one in few)
    for design in row.designs:
        for seeds in (few, more):
            seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
            if message := findings.another_way(seen, wanted):
                return _in(design, _todo(seen) or message), evidence
        exits, ours, its = _an_exit(bench, design, few, more, bench.student, bench.reference)
        evidence[design] = {"exits": exits, "instructions an exit": round(ours, 2), "the reference's": round(its, 2)}
        if ours > its + row.most:
            return (f"{design}: an exit and entry take {ours:.1f} instructions in the mean of {exits} exits, the guest's own included; the "
                    f"reference takes {its:.1f}, and {row.most} more are allowed"), evidence
    return "", evidence


def _an_exit(bench: Bench, design: str, few: tuple[GuestSeed, ...], more: tuple[GuestSeed, ...],
             *whose: Callable[[str, tuple[GuestSeed, ...]], Seen]) -> tuple[float, ...]:
    """How many exits the run of more rounds has, and what one takes on each image in the mean. What it takes to boot is the reference's, by its two
    runs: of a student's image only one run counts, so there is no other one to spend instructions in."""
    short, long = bench.reference(design, few), bench.reference(design, more)
    its = (long.instructions - short.instructions) / (long.all_exits - short.all_exits)
    boot = short.instructions - its * short.all_exits
    return long.all_exits, *(max((of(design, more).instructions - boot) / long.all_exits, 1) for of in whose)


def _host_keeps(bench: Bench, row: Row) -> tuple[str, dict]:
    """The host's kernel finds EL1's registers and EL2's configuration as they were when it went into the lowvisor (split)."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        message = _todo(seen) or host_changes(bench.stopped(design, seeds, students=True), bench.lab.classes)
        if message := message or findings.another_way(seen, wanted):
            return _in(design, message), _exits(seen, wanted)
    return "", {}


def _answer(bench: Bench, row: Row) -> tuple[str, dict]:
    """An answer of the student's, beside the one that the product's run of the student's own guest has."""
    question = next(one for one in bench.lab.questions if one.id == row.id)
    seen = bench.reference(question.design, bench.seeds(row))
    ask = questions.asked(question, seen, bench.seed)
    try:
        answers = bench.answers()
    except ValueError as error:
        return str(error), {}
    if answers.get("seed") != bench.seed:
        return f"these are answers to the questions of {answers.get('seed', 'nobody')!r}, and not of {bench.seed!r}", {}
    given = answers.get(row.id, "")
    if not given:
        return f"{TODO}{next(iter(bench.lab.parts))}: no answer yet. {ask}", {}
    right = questions.right_answer(question, seen, bench.seed)
    if questions.same(given, right):
        return "", {}
    wrong_as_told = question.mistake_words and questions.as_number(given) == right + question.mistake_offset
    return f"{given} is not right. {ask}" + (f" ({question.mistake_words})" if wrong_as_told else ""), {}


def _scores(bench: Bench, row: Row) -> tuple[str, dict]:
    """Points by the logarithm of what an exit and entry take, from the starter's, 0, to the product's, all. Only of an image on which the guests
    find all their registers; it is the same run that is looked at and counted, so none can be told from the other."""
    for looked in (_keeps(bench, replace(row, checks=tuple(findings.CHECKS))), _controls(bench, row)):
        if looked[0]:
            return looked[0], {}
    design = row.designs[0]
    few = bench.seeds(row)
    more = tuple(replace(one, rounds=MORE_ROUNDS) for one in few)
    if message := findings.another_way(bench.student(design, more), bench.reference(design, more)):
        return _in(design, message), {}
    exits, ours, best, eager = _an_exit(bench, design, few, more, bench.student, bench.reference, bench.eager)
    share = min(max(math.log(eager / ours) / math.log(eager / best), 0), 1)
    points = math.floor(row.points * share + 1e-9)
    told = {"exits": exits, "instructions an exit": round(ours, 2), "the reference's": round(best, 2), "the starter's": round(eager, 2)}
    if points == row.points:
        return "", {design: told}
    todo = f"{TODO}{next(iter(bench.lab.parts))}: " if points == 0 else ""
    return (f"{todo}{design}: an exit and entry take {ours:.1f} instructions in the mean of {exits} exits, the guest's own included; the starter "
            f"takes {eager:.1f}, the product {best:.1f}"), {design: told, "points": points}


# What the guest must not escape: as EL2 has them while it runs.
_CONTROLS = ("HCR_EL2", "CPTR_EL2", "MDCR_EL2", "HSTR_EL2", "CNTHCTL_EL2", "VTCR_EL2", "VMPIDR_EL2", "VPIDR_EL2")


def _controls(bench: Bench, row: Row) -> tuple[str, dict]:
    """EL2's trap controls while the guest runs, and stage 2, as QEMU's gdbstub shows them."""
    evidence = {}
    for design in row.designs:
        message, evidence[design] = bench.escapes(design, row)
        if message:
            return _in(design, message), evidence
    return "", evidence


def _escapes(bench: Bench, design: str, seeds: tuple[GuestSeed, ...]) -> tuple[str, dict]:
    seen = bench.student(design, seeds[:1])  # one VM is enough
    if not findings.begun(seen):
        return _todo(seen) or "the guest did not come to where EL2's registers are looked at", {}
    wanted, found = (_controls_of(bench, design, seeds[:1], students) for students in (False, True))
    evidence = {name: f"{value:#x}" for name, value in found.items()}
    for name, value in found.items():
        if value != wanted[name] and name not in bench.lab.free_controls:
            return f"while the guest runs {name} is {value:#x}, and is to be {wanted[name]:#x}", evidence
    return "", evidence


def _controls_of(bench: Bench, design: str, seeds: tuple[GuestSeed, ...], students: bool) -> dict[str, int]:
    """At the guest's first sealed byte."""
    run = bench.stopped(design, seeds, students)
    with stopped_machine(run) as stub:
        try:
            stub.run_to(symbol(run.image, "seal_bytes"))
        except MachineEnded:
            raise GraderTrouble("the same run came to the guest's first sealed byte, and with the gdbstub did not") from None
        values = {name: stub.system_register(name) for name in _CONTROLS}
        values["VTTBR_EL2"] = int(stub.system_register("VTTBR_EL2") != 0)  # where its tables are is the image's own affair
        values["VBAR_EL2"] = stub.system_register("VBAR_EL2") - symbol(run.hypervisor.with_suffix(""), "guest_vectors")
        return values


def _why_not(bench: Bench, design: str, seeds: tuple[GuestSeed, ...], seen: Seen, wanted: Seen) -> str:
    """Why the guest did not go the reference's way, as far as its registers and its host's tell."""
    if bench.explains and len(seeds) == 1:
        run = bench.stopped(design, seeds, students=True)
        if message := lost_by_the_host(run) or lost_by_the_guest(run, wanted.exits, bench.lab.classes):
            return message
    return findings.another_way(seen, wanted)


def _todo(seen: Seen) -> str:
    """A starter's panic, as the image itself tells it: words for the student."""
    at = seen.words.find(TODO)
    return seen.words[at:].splitlines()[0] if at >= 0 else ""


def _in(design: str, message: str) -> str:
    return f"{design}: {message}"


def _exits(seen: Seen, wanted: Seen) -> dict:
    return {"exits": len(seen.exits), "the reference's": len(wanted.exits), "instructions": None if seen.storm else seen.instructions}


_KINDS: dict[str, Callable[[Bench, Row], tuple[str, dict]]] = {
    "enters": _enters, "keeps": _keeps, "goes_on": _goes_on, "costs": _costs, "controls": _controls,
    "host_keeps": _host_keeps, "scores": _scores, "answer": _answer}
