# SPDX-License-Identifier: Apache-2.0
"""What a whole world switch of a student's must stand before it scores: a guest that tries what it may not (guests/hostile), with the
kernel's check of its own registers on (hyp/run/selfcheck.cpp), which is not the student's. Both only take points away: whether the guest
came to its end is seen in QEMU's log, and the image's own words say why it did not."""

from .bench import Bench
from .lab_file import Row
from .watched_run import Seen


def judge(bench: Bench, row: Row) -> tuple[str, dict]:
    for design in row.designs:
        seen, wanted = bench.attacked(design, students=True), bench.attacked(design, students=False)
        if message := _not_its_end(seen, wanted):
            return f"{design}: {message}", {}
    return "", {}


def _not_its_end(seen: Seen, wanted: Seen) -> str:
    """The last exit is the call to power off, where the reference's is, or the machine stopped before."""
    if seen.exits and seen.exits[-1].elr == wanted.exits[-1].elr and not (seen.stopped or seen.budget_spent):
        return ""
    return f"the guest `hostile`, with selfcheck on, does not come to its end: {_why(seen.words)}"


def _why(words: str) -> str:
    """As the image says it: what selfcheck found, or the panic."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("selfcheck: the host", "panic"))]
    return "; ".join(told) or (lines[-1] if lines else "it says nothing")
