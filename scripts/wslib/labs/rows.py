# SPDX-License-Identifier: Apache-2.0
"""The rows of a lab's result: what each kind looks at. Points rest on what was seen from outside of the student's image: the guest's exits and what
it executed, the bytes that it sealed, EL2's registers by QEMU's gdbstub, instructions by QEMU's plugin."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from . import answer_rows, findings, hostile_gate, trap_controls, twist_witness
from .bench import Bench, Cost, more_rounds
from .guest_seed import GuestSeed
from .lab_file import Row
from .register_witness import host_changes, lost_by_the_guest, lost_by_the_host
from .relink import DoesNotBuild
from .watched_run import STORM, Seen
from .todo import TODO, todo

PASSED, FAILED, DOES_NOT_BUILD, FOR_THE_TEACHER = "passed", "failed", "does not build", "for the teacher"


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


def judge(bench: Bench, row: Row) -> Judged:
    try:
        message, evidence = _KINDS[row.kind](bench, row)
        if not message and row.kind in _OF_A_GUEST:  # a guest that can do what it likes proves nothing
            message, _ = trap_controls.judge(bench, row)
    except DoesNotBuild as error:
        return Judged(row.id, row.title, 0, row.points, DOES_NOT_BUILD, str(error), "", row.hidden)
    if row.kind == "written":
        points = min(bench.marks.get(row.id, 0), row.points)
        return Judged(row.id, row.title, points, row.points, PASSED if points == row.points else FOR_THE_TEACHER, message, "", False, evidence)
    if message:
        points = evidence.pop("points", 0)
        return Judged(row.id, row.title, points, row.points, FAILED, message, row.look, row.hidden, evidence)
    points = row.points + evidence.pop("bonus", 0)
    return Judged(row.id, row.title, points, row.points, PASSED, "", "", row.hidden, evidence)


def _enters(bench: Bench, row: Row) -> tuple[str, dict]:
    """The guest comes to its first line and says so, in each design."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if not findings.begun(seen):
            return _in(design, todo(seen) or _why_not(bench, design, seeds, seen, wanted)), _exits(seen, wanted)
        if seen.foreign:
            return _in(design, findings.another_way(seen, wanted)), _exits(seen, wanted)
    return "", {}


def _keeps(bench: Bench, row: Row, more: bool = False) -> tuple[str, dict]:
    """What the guest found in its registers after each exit, in each design."""
    seeds = more_rounds(bench.seeds(row)) if more else bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        if message := todo(seen):
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
            return _in(design, todo(seen) or _why_not(bench, design, seeds, seen, wanted)), _exits(seen, wanted)
    return "", {}


def _costs(bench: Bench, row: Row) -> tuple[str, dict]:
    """Instructions of an exit and entry, over a run of few rounds and one of more."""
    evidence = {}
    for design in row.designs:
        for seeds in (bench.seeds(row), more_rounds(bench.seeds(row))):
            seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
            if message := findings.another_way(seen, wanted):
                return _in(design, todo(seen) or message), evidence
        cost = bench.cost(row, design)
        evidence[design] = _told(cost)
        if cost.students > cost.products + row.most:
            return (f"{design}: an exit and entry take {cost.students:.1f} instructions in the mean of {cost.exits} exits, the guest's own included; "
                    f"the reference takes {cost.products:.1f}, and {row.most} more are allowed"), evidence
    return "", evidence


def _told(cost: Cost) -> dict:
    told = {"exits": cost.exits, "instructions an exit": round(cost.students, 2), "the reference's": round(cost.products, 2)}
    return told if cost.starters is None else told | {"the starter's": round(cost.starters, 2)}


def _host_keeps(bench: Bench, row: Row) -> tuple[str, dict]:
    """The host's kernel finds EL1's registers and EL2's configuration as they were when it went into the lowvisor (split)."""
    seeds = bench.seeds(row)
    for design in row.designs:
        seen, wanted = bench.student(design, seeds), bench.reference(design, seeds)
        message = todo(seen) or host_changes(bench.stopped(design, seeds, students=True), bench.lab.classes)
        if message := message or findings.another_way(seen, wanted):
            return _in(design, message), _exits(seen, wanted)
    return "", {}


def _scores(bench: Bench, row: Row) -> tuple[str, dict]:
    """Points by the logarithm of what an exit and entry take, from the starter's, 0, to the product's, all; for less than that there are some beyond.
    Only of an image on which the guests find all their registers, one VM and two, over traps of all kinds and over those that are counted; it is
    the same run that is looked at and counted, so none can be told from the other. And it stands a hostile guest."""
    counted = replace(row, checks=tuple(findings.CHECKS))
    for gate in (*(partial(_keeps, bench, replace(counted, vms=vms, mix="all", hidden=False)) for vms in (1, 2)),
                 partial(_keeps, bench, counted, more=True), partial(trap_controls.judge, bench, row), partial(hostile_gate.judge, bench, row)):
        message, _ = gate()
        if message:
            return message, {}
    cost = bench.cost(row)
    share = max(math.log(cost.starters / cost.students) / math.log(cost.starters / cost.products), 0)
    points = math.floor(row.points * min(share, 1) + 1e-9)
    evidence = {row.designs[0]: _told(cost)}
    if points == row.points:
        return "", evidence | {"bonus": _bonus(bench, cost)}
    begin = f"{TODO}{next(iter(bench.lab.parts))}: " if points == 0 else ""
    return (f"{begin}{row.designs[0]}: an exit and entry take {cost.students:.1f} instructions in the mean of {cost.exits} exits, the guest's own "
            f"included; the starter takes {cost.starters:.1f}, the product {cost.products:.1f}"), evidence | {"points": points}


def _bonus(bench: Bench, cost: Cost) -> int:
    """A point for each hundredth that it takes less than the product, up to the row's share of the lab's bonus."""
    rows = sum(row.kind == "scores" for row in bench.lab.rows)
    return min(math.floor(100 * (1 - cost.students / cost.products) + 1e-9), bench.lab.bonus // rows)


def _why_not(bench: Bench, design: str, seeds: tuple[GuestSeed, ...], seen: Seen, wanted: Seen) -> str:
    """Why the guest did not go the reference's way, as far as its registers and its host's tell."""
    if bench.explains and len(seeds) == 1:
        run = bench.stopped(design, seeds, students=True)
        if message := lost_by_the_host(run) or lost_by_the_guest(run, wanted.exits, bench.lab.classes):
            return message
    return findings.another_way(seen, wanted)


def _in(design: str, message: str) -> str:
    return f"{design}: {message}"


def _exits(seen: Seen, wanted: Seen) -> dict:
    return {"exits": len(seen.exits), "the reference's": len(wanted.exits), "instructions": None if seen.stopped == STORM else seen.instructions}


_OF_A_GUEST: dict[str, Callable[[Bench, Row], tuple[str, dict]]] = {
    "enters": _enters, "keeps": _keeps, "goes_on": _goes_on, "costs": _costs, "controls": trap_controls.judge, "host_keeps": _host_keeps,
    "twist": twist_witness.judge}
_KINDS: dict[str, Callable[[Bench, Row], tuple[str, dict]]] = _OF_A_GUEST | {
    "scores": _scores, "answer": answer_rows.judge, "predicted": answer_rows.judge_prediction, "written": answer_rows.show_written,
    "own_guest": answer_rows.judge_own_guest}
