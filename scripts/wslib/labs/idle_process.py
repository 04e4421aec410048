# SPDX-License-Identifier: Apache-2.0
"""Whether a process waits for what never comes. Where the CPUs of a machine all wait for interrupts and no timer is set, QEMU sleeps, and
no budget of instructions ends that. A process that only waits for a CPU of a busy host is none of these: it is runnable."""

import time
from pathlib import Path

_SECONDS = 10  # so long no thread was seen runnable, and
_MOST_TICKS = 2  # of CPU time were used, of USER_HZ = 100 a second: a thread that looks around now and then
_BETWEEN = 0.25  # seconds, two looks


class IdleProcess:
    def __init__(self, pid: int):
        self._folder = Path(f"/proc/{pid}")
        self._looked = 0.0
        self._since, self._ticks = time.monotonic(), 0

    def is_idle(self) -> bool:
        """To be asked again and again."""
        now = time.monotonic()
        if now - self._looked < _BETWEEN:
            return False
        self._looked = now
        ticks, sleeps = self._state()
        if not sleeps or ticks - self._ticks > _MOST_TICKS:
            self._since, self._ticks = now, ticks
        return now - self._since >= _SECONDS

    def _state(self) -> tuple[int, bool]:
        """Its CPU time, and whether all of its threads sleep (proc(5): state, utime, stime)."""
        ticks, sleeps = 0, True
        for stat in self._folder.glob("task/*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            ticks += int(fields[11]) + int(fields[12])
            sleeps = sleeps and fields[0] == "S"
        return ticks, sleeps
