# SPDX-License-Identifier: Apache-2.0
"""A log in which the events of several CPUs are mixed, and that does not always say whose an event is: has it what each CPU is known to
have done, in each CPU's order?"""

from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Logged(NamedTuple):
    cpu: int | None  # None: any CPU's
    event: object


def entries_explained(log: list[Logged], of_cpus: dict[int, list[T]]) -> int | None:
    """None if the CPUs' events, all of them, make the log, each entry of which is one CPU's next event. Else how many entries can be told so.

    Before a CPU's first event and after its last one the log may have more of that CPU's. It begins with somebody's first event."""
    cpus, events = list(of_cpus), list(of_cpus.values())
    ends = tuple(map(len, events))
    # How many of its events each CPU has behind it: more than one way, where two CPUs' next events are the same.
    ways = {(0,) * len(cpus)}
    for number, entry in enumerate(log):
        following = set()
        for way in ways:
            for which, at in enumerate(way):
                if entry.cpu not in (None, cpus[which]):
                    continue
                if at < ends[which] and events[which][at] == entry.event:
                    following.add((*way[:which], at + 1, *way[which + 1:]))
                if at == ends[which] or number and at == 0:
                    following.add(way)
        if not following:
            return number
        if ends in following:
            return None
        ways = following
    return len(log)
