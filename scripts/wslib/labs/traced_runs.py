# SPDX-License-Identifier: Apache-2.0
"""A lab's guest on the student's hypervisor and on the product's, each with its trace: side by side in the viewer, compared event by event, or
recorded for GDB. Both are linked as the grader links them, of the base build's objects that record all."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ..build import bring_up_to_date
from ..paths import ROOT, shown
from ..problem import Problem, usage_problem
from .base_build import prepare, reference_image
from .lab_file import Lab, Row
from .relink import relink
from .student import guest_of_row, own_guest, seed_of, work_folder
from .submission import in_place

_TOOL = [sys.executable, str(ROOT / "scripts/ws")]
_SECONDS = "60"
_LINE = re.compile(r" *(\d+) (cpu\d+) raw=\d+ +net=\d+ +(\w+) *(.*)")  # of wstrace dump
_FIELD = re.compile(r"(\w+)=(.*?)(?= \w+=|$)")
_IN_THE_HYPERVISOR = re.compile(r"0x0*40[23][0-9a-f]{5}\b")  # its image, which a student's code has another length in
# What differs between two right hypervisors: how long they take, what depends on that, how long the way to ERET is.
_NOT_COMPARED = ("tail", "CNTVOFF_EL2", "CNTV_CVAL_EL0", "deadline")


@dataclass(frozen=True)
class Pair:
    """Two runs of the same guest: the student's folder, the product's."""

    student: Path
    product: Path


def row_named(lab: Lab, row_id: str | None) -> Row | None:
    """None: the guest that the questions are about."""
    if row_id is None:
        return None
    row = next((row for row in lab.rows if row.id == row_id and not row.hidden and row.designs), None)
    if row is None:
        raise usage_problem(f"lab {lab.number} has no row {row_id} with a guest that could be shown: "
                            f"{', '.join(row.id for row in lab.rows if not row.hidden and row.designs)}")
    return row


def run_both(lab: Lab, row: Row | None, design: str | None, record: bool = False) -> Pair:
    prepare({lab.guest})
    bring_up_to_date(os.environ.get("WS_HOST_BUILD", "release"), ["wstrace"])
    design = design or (row.designs[0] if row else next((question.design for question in lab.questions), _designs(lab)[0]))
    if design not in _designs(lab):
        raise usage_problem(f"lab {lab.number} is about {', '.join(_designs(lab))}, not {design}")
    guest = guest_of_row(lab, row, seed_of(lab)) if row else own_guest(lab, seed_of(lab))
    folder = work_folder(lab) / "traced" / (row.id if row else "own")  # each row has a guest of its own
    submission = in_place(lab, work_folder(lab))
    student = relink(design, "full", submission.tree, submission.changed(), folder / f"image-{design}")
    pair = Pair(folder / f"student-{design}", folder / f"product-{design}")
    for image, out in ((student, pair.student), (reference_image(design, "full"), pair.product)):
        _run(design, image, guest, out, record)
    return pair


def _designs(lab: Lab) -> list[str]:
    return list(dict.fromkeys([*(design for row in lab.rows for design in row.designs), *(question.design for question in lab.questions)]))


def _run(design: str, image: Path, guest: Path, out: Path, record: bool) -> None:
    done = subprocess.run([*_TOOL, "run", "--design", design, "--hypervisor", str(image), "--guest", str(guest), "--quiet", "--out", str(out),
                           "--timeout", _SECONDS, *(["--record"] if record else [])])
    if not (out / "trace").is_dir():
        raise Problem(f"there is no trace of {shown(out)}, which ended with {done.returncode}")


@dataclass(frozen=True)
class Event:
    """A line of a trace."""

    number: int
    cpu: str
    name: str
    fields: str

    @property
    def compared(self) -> tuple:
        fields = [(name, _IN_THE_HYPERVISOR.sub("in the hypervisor", value)) for name, value in _FIELD.findall(self.fields)]
        return self.cpu, self.name, [(name, value) for name, value in fields if name not in _NOT_COMPARED]


@dataclass(frozen=True)
class Difference:
    """The first event that is not the same in both; None where a trace has ended."""

    number: int
    students: Event | None
    products: Event | None
    step: str = ""  # in which the student's hypervisor was

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Of an event that both have: name, the student's value, the product's."""
        if self.students is None or self.products is None or self.students.name != self.products.name:
            return []
        ours, its = self.students.compared[2], dict(self.products.compared[2])
        return [(name, value, its.get(name, "nothing")) for name, value in ours if its.get(name) != value]


def first_difference(pair: Pair) -> Difference | None:
    with closing(_events(pair.student)) as students, closing(_events(pair.product)) as products:
        steps = [""]
        for number, (ours, its) in enumerate(zip_longest(students, products)):
            if ours is None or its is None or (ours != its and ours.compared != its.compared):
                return Difference(number, ours, its, steps[-1])
            if ours.name == "phase_begin":
                steps.append(ours.fields.removeprefix("step="))
            elif ours.name == "phase_end" and len(steps) > 1:
                steps.pop()
    return None


def _events(run: Path) -> Iterator[Event]:
    """One after the other, as far as they are asked for."""
    with subprocess.Popen([*_TOOL, "trace", "dump", str(run)], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dump:
        try:
            for line in dump.stdout:
                match = _LINE.match(line)
                yield Event(int(match[1]), match[2], match[3], match[4])
        except GeneratorExit:
            dump.kill()
            raise
        if dump.wait():
            raise Problem(f"{shown(run)}: {dump.stderr.read().strip()}")
