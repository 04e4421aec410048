# SPDX-License-Identifier: Apache-2.0
"""A lab's guest on the student's hypervisor and on the product's, each with its trace: side by side in the viewer, compared event by event, or
recorded for GDB. Both are linked as the grader links them, of the base build's objects that record all."""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ..paths import BUILD, ROOT, shown
from ..problem import Problem, usage_problem
from .base_build import prepare, reference_image
from .lab_file import Lab, Row
from .relink import relink
from .student import guest_of_row, own_guest, seed_of, work_folder
from .submission import in_place

_TOOL = [sys.executable, str(ROOT / "scripts/ws")]
_SECONDS = "60"
_HYPERVISOR = range(0x4020_0000, 0x4040_0000)  # its image, which a student's code has another length in
# What differs between two right hypervisors: how long they take, what is counted by that, and how long the way to ERET is.
_NOT_COMPARED = {"tail", "CNTVOFF_EL2", "CNTV_CVAL_EL0", "CNTHP_CVAL_EL2", "deadline", "CNTPCT_EL0", "CNTVCT_EL0"}


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
    design = design or (row.designs[0] if row else _designs(lab)[0])
    if design not in _designs(lab):
        raise usage_problem(f"lab {lab.number} is about {', '.join(_designs(lab))}, not {design}")
    guest = guest_of_row(lab, row, seed_of(lab)) if row else own_guest(lab, seed_of(lab))
    folder = work_folder(lab) / "traced"
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
class Difference:
    """The first event that is not the same in both; None where a trace has ended."""

    number: int
    students: dict | None
    products: dict | None


def first_difference(pair: Pair) -> Difference | None:
    for number, (ours, its) in enumerate(zip_longest(_events(pair.student), _events(pair.product))):
        if ours is None or its is None or _compared(ours) != _compared(its):
            return Difference(number, ours, its)
    return None


def _compared(event: dict) -> tuple:
    return event["event"], event["cpu"], [(field["name"], _value(field)) for field in event["fields"] if field["name"] not in _NOT_COMPARED]


def _value(field: dict) -> str:
    """An address in the hypervisor's image is as good as another."""
    text = field.get("hex", field["text"])
    try:
        return "in the hypervisor" if int(text, 16) in _HYPERVISOR else text
    except ValueError:
        return text


def _events(run: Path) -> list[dict]:
    done = subprocess.run([*_TOOL, "trace", "dump", str(run), "--json"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Problem(f"{shown(run)}: {done.stderr.strip()}")
    return json.loads(done.stdout)["events"]
