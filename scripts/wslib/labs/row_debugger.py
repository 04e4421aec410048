# SPDX-License-Identifier: Apache-2.0
"""`ws lab debug ROW`: the row's guest, with the row's patterns, on the student's hypervisor as scripts/ws run builds it, recorded and replayed."""

import subprocess
import sys

from ..paths import BUILD, ROOT
from ..problem import usage_problem
from .lab_file import Lab
from .student import own_guest, seed_of


def debug_row(lab: Lab, row_id: str) -> int:
    """Returns GDB's status, or that of a run that could not be recorded."""
    row = next((row for row in lab.rows if row.id == row_id and not row.hidden), None)
    if row is None:
        raise usage_problem(f"lab {lab.number} has no row {row_id} that could be shown: "
                            f"{', '.join(row.id for row in lab.rows if not row.hidden)}")
    work = BUILD / "labs" / f"{lab.number:02}"
    guest = own_guest(lab, work, seed_of(lab))
    folder = work / f"recorded-{row.id}"
    tool = [sys.executable, str(ROOT / "scripts/ws")]
    run = subprocess.run([*tool, "run", "--design", row.designs[0], "--guest", str(guest), "--record", "--quiet", "--out", str(folder),
                          "--timeout", "60"])
    if not (folder / "recording.rr").is_file():
        return run.returncode
    return subprocess.run([*tool, "debug", "--replay", str(folder)]).returncode
