# SPDX-License-Identifier: Apache-2.0
"""Time travel in a recorded run: `hyp goto`, `hyp back`, `hyp back-world`.

The trace's raw clock and QEMU's count of instructions are the same count: the instruction that read the clock for an event ran when
the count was one less than what it read.
"""

import re
import subprocess
from dataclasses import dataclass
from functools import cache

import gdb

from . import machine, position, running, session, world, world_boundaries
from .command import Command, none_wanted

# Instructions between the snapshots that are made on the way: what QEMU replays in about as much time as it takes to
# load one.
_SHORTEST_STRIDE = 2_000_000
_MOST_SNAPSHOTS = 32
_STARTING_POINT = "init"  # QEMU's snapshot before the first instruction

_snapshots: dict[int, str] = {0: _STARTING_POINT}


@dataclass(frozen=True)
class Event:
    index: int
    raw: int
    kind: str
    lead: int = 0  # of a trap: instructions from the vector to the reading of the clock
    is_interrupt: bool = False


@cache
def events() -> list[Event]:
    """The trace of this very run. Its text is read: of a whole trace that is a tenth of what its JSON would be."""
    trace = session.told["trace"]
    if trace is None:
        raise gdb.GdbError("the recorded run has no trace: record it with --trace full")
    from wslib.paths import host_program
    done = subprocess.run([str(host_program("wstrace")), "dump", trace], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise gdb.GdbError(done.stderr.strip().splitlines()[-1])
    found = []
    for line in done.stdout.splitlines():
        index, _cpu, raw, _net, kind, *rest = line.split(None, 5)
        fields = rest[0] if rest else ""
        lead = re.search(r"\blead=(\d+)", fields) if kind == "trap" else None
        found.append(Event(int(index), int(raw.removeprefix("raw=")), kind, int(lead[1]) if lead else 0,
                           kind == "trap" and re.search(r"\bvector=\w+_sync\b", fields) is None))
    return found


def end() -> int | None:
    """Nothing is replayed beyond the last event: behind it the machine goes off, and QEMU brings none back from that."""
    return events()[-1].raw - 1 if session.told["trace"] and events() else None


@cache
def _stride() -> int:
    return max(_SHORTEST_STRIDE, (end() or 0) // _MOST_SNAPSHOTS)


def guard() -> None:
    if end() is not None:
        session.monitor(f"replay_break {end()}")


def seek(count: int) -> None:
    """Puts the machine before its instruction number `count`."""
    now = position.icount()
    nearest = max(known for known in _snapshots if known <= count)
    if not nearest <= now <= count:
        complaint = session.monitor(f"loadvm {_snapshots[nearest]}")
        if "rror" in complaint:
            raise gdb.GdbError(f"QEMU cannot go back: {complaint}")
        machine.flush()
        position.forget_the_end()
        now = position.icount()
    while now < count:
        goal = min(count, max(known for known in _snapshots if known <= now) + _stride())
        if goal > now:
            _run_to(goal)
        now = goal
        if now < count and now not in _snapshots:
            session.monitor(f"savevm at{now}")
            _snapshots[now] = f"at{now}"
    machine.flush()
    if count in _interrupts() and machine.pc() not in world_boundaries.guest_exits():
        position.without_guard(running.step)  # the count is the same before it is taken and after; the step takes it


@cache
def _interrupts() -> frozenset[int]:
    """Where guests are interrupted."""
    return frozenset(place_of(event) for event in events() if event.is_interrupt) if session.told["trace"] else frozenset()


def _run_to(count: int) -> None:
    session.monitor(f"replay_break {count}")
    breakpoints = [b for b in gdb.breakpoints() if b.enabled]
    for breakpoint in breakpoints:  # the user's do not stop a journey
        breakpoint.enabled = False
    try:
        with session.watched(session.TIMEOUT) as late:
            position.without_guard(running.resume)
    finally:
        for breakpoint in breakpoints:
            breakpoint.enabled = True
    if position.icount() != count:
        why = f"it took longer than {session.TIMEOUT} s" if late() else "the recording ends before it"
        raise gdb.GdbError(f"instruction {count} was not reached: {why}")


def place_of(event: Event) -> int:
    """The count before the instruction at which GDB is to stop."""
    return event.raw - 1 - event.lead


def go_to(event: Event) -> None:
    seek(place_of(event))
    if event.kind == "eret":
        # The event comes before the return: on to that, which nothing interrupts.
        running.until(world_boundaries.world_returns(), lambda: machine.el() == 2)


def here() -> dict:
    now = position.icount()
    last = _last_at(now)
    return {"icount": now, "event": last.index if last else None, "kind": last.kind if last else None, **world.here()}


def _last_at(count: int) -> Event | None:
    """A trap is there from the vector's first instruction on, before the clock is read for it."""
    from bisect import bisect_left
    known = events()
    at = bisect_left(known, count + 2, key=lambda event: event.raw)
    if at < len(known) and place_of(known[at]) <= count:
        at += 1
    return known[at - 1] if at else None


def show(told: dict) -> str:
    event = f", at or after event {told['event']} ({told['kind']})" if told["event"] is not None else ""
    return f"instruction {told['icount']}{event}: {world.show(told)}, pc {told['pc']:#x}"


class _Move(Command):
    def text(self, told: dict) -> str:
        line = gdb.execute("x/i $pc", to_string=True).strip()
        return f"{show(told)}\n{line}"


class Goto(_Move):
    """Go to the instruction of a trace's event, wherever it is from here.

hyp goto EVENT [--json]

EVENT is the number that wstrace dump and the viewer give it. A trap's instruction is the first of EL2's vector, a return's is the ERET;
of all others it is the one that read the trace's clock."""

    NAME = "goto"

    def answer(self, words: list[str]) -> dict:
        if len(words) != 1:
            raise self.wrong("give the number of one event")
        number, known = self.number(words[0]), events()
        if not 0 <= number < len(known):
            raise self.wrong(f"the trace has no event {number}: they are 0 to {len(known) - 1}")
        go_to(known[number])
        return {**here(), "event": number, "kind": known[number].kind}


class Back(_Move):
    """Go back by instructions, over HVC and ERET and interrupts.

hyp back [N] [--json]"""

    NAME = "back"

    def answer(self, words: list[str]) -> dict:
        if len(words) > 1:
            raise self.wrong("give the number of instructions, or nothing for one")
        count = self.number(words[0]) if words else 1
        now = position.icount()
        if not 1 <= count <= now:
            raise self.wrong(f"{count} is not from 1 to {now}, the instructions that the machine has run")
        seek(now - count)
        return here()


class Forward(_Move):
    """Go forward by instructions, as they were recorded.

hyp forward [N] [--json]"""

    NAME = "forward"

    def answer(self, words: list[str]) -> dict:
        if len(words) > 1:
            raise self.wrong("give the number of instructions, or nothing for one")
        goal = position.icount() + (self.number(words[0]) if words else 1)
        if end() is not None and goal > end():
            raise self.wrong("the recording ends before that")
        seek(goal)
        return here()


class BackWorld(_Move):
    """Go back to the last instruction before this world: the one that trapped, or the ERET.

hyp back-world [--json]"""

    NAME = "back-world"

    def answer(self, words: list[str]) -> dict:
        none_wanted(self, words)
        now = position.icount()
        for event in reversed(events()):
            if event.kind == "trap" and place_of(event) <= now:
                seek(place_of(event) - 1)  # the instruction that trapped, or before which the interrupt came
                return here()
            if event.kind == "eret" and event.raw - 1 < now:
                seek(event.raw - 1)
                running.until(world_boundaries.world_returns(), lambda: machine.el() == 2)
                if position.icount() < now:
                    return here()
        raise self.wrong("there is no other world before this one in the trace")


def install() -> None:
    position.register_replay(end, guard)
    for command in (Goto, Back, Forward, BackWorld):
        command()
    gdb.execute("define hook-reverse-continue\nhyp-explain-reverse\nend")
    position._Internal("hyp-explain-reverse", _explain_reverse)


def _explain_reverse() -> None:
    raise gdb.GdbError("QEMU does not reliably find breakpoints backwards: use hyp back, hyp back-world or hyp goto; reverse-stepi works")
