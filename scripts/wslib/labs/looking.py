# SPDX-License-Identifier: Apache-2.0
"""`ws lab trace`, `diff` and `debug`: what a student's hypervisor did, beside what the product does with the same guest."""

import os
import subprocess
import sys

from ..build import bring_up_to_date
from ..paths import ROOT, shown
from .lab_file import Lab
from .traced_runs import Difference, Pair, first_difference, row_named, run_both

_TOOL = [sys.executable, str(ROOT / "scripts/ws")]
_LINES_BEFORE = 4  # of a trace, before what differs


def trace(lab: Lab, row_id: str | None, design: str | None, window: bool) -> int:
    """Both runs in the viewer, with the lab's tour."""
    pair = run_both(lab, row_named(lab, row_id), design)
    print(f"yours:         {shown(pair.student)}\nthe product's: {shown(pair.product)}", flush=True)
    if not window:
        return 0
    bring_up_to_date(os.environ.get("WS_HOST_BUILD", "release"), ["wsview"])
    tour = lab.folder / "lab.tour"
    return subprocess.run([*_TOOL, "view", str(pair.student), str(pair.product), *(["--tour", str(tour)] if tour.is_file() else [])]).returncode


def diff(lab: Lab, row_id: str | None, design: str | None, window: bool) -> int:
    """Where the student's run goes another way than the product's; like diff, 0 if nowhere and 1 if somewhere."""
    pair = run_both(lab, row_named(lab, row_id), design)
    found = first_difference(pair)
    if found is None:
        print("both traces have the same events")
        return 0
    _show(pair, found)
    if window:
        subprocess.run([*_TOOL, "view", str(pair.student), str(pair.product), "--event", str(found.number)])
    return 1


def _show(pair: Pair, found: Difference) -> None:
    where = f"event {found.number:,}" + (f", in the step {found.step}" if found.step else "")
    print(f"the first {found.number:,} events are alike. At {where}:")
    for name, ours, its in found.fields:
        print(f"  {found.students.name}: {name} is {ours}, and {its} in the product")
    if not found.fields:
        ours, its = (event.name if event else "the end of the trace" for event in (found.students, found.products))
        print(f"  yours has {ours}, and the product {its}")
    for whose, run in (("yours", pair.student), ("the product", pair.product)):
        print(f"\n{whose}, {shown(run)}:", flush=True)
        first = max(0, found.number - _LINES_BEFORE)
        subprocess.run([*_TOOL, "trace", "dump", str(run), "--from", str(first), "--count", str(found.number - first + 1)])


def debug(lab: Lab, row_id: str) -> int:
    """GDB on a recording of the row's guest, at the first event that the product does not have."""
    pair = run_both(lab, row_named(lab, row_id), None, record=True)
    found = first_difference(pair)
    at = []
    if found is None:
        print("the trace is as the product's; the replay begins at its beginning")
    else:
        _show(pair, found)
        at = ["--at", str(found.number if found.students else max(0, found.number - 1))]
    sys.stdout.flush()
    return subprocess.run([*_TOOL, "debug", "--replay", str(pair.student), *at]).returncode
