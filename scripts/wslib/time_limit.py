# SPDX-License-Identifier: Apache-2.0
"""No test waits for ever: what takes longer than its time is ended, and said by its name.

First the test is stopped where it is, as by any exception, and the next one follows. Where that does not help the programs that it
started are ended, for it may wait for a thread that waits for one. Where that does not help either, the process ends.
"""

import faulthandler
import os
import signal
import sys
from collections.abc import Callable

SECONDS = 900  # for one test, with what its class sets up for it; the longest takes a fifth of it on a free machine
LONG_SECONDS = 4 * 3600  # of the long tests, which are told apart by WS_LONG alone
AGAIN = 15  # seconds until the next, harsher attempt, or less where a test has less


class TookTooLong(Exception):
    """Stands in the report of the test that it ended."""


def seconds_for_a_test() -> float:
    """WS_TEST_SECONDS is for a machine that is slower than any, and for the test of this."""
    usual = LONG_SECONDS if os.environ.get("WS_LONG") == "1" else SECONDS
    return float(os.environ.get("WS_TEST_SECONDS", usual))


class TimeLimit:
    """One for a process; `begin` starts the time anew."""

    def __init__(self, seconds: float, give_up: Callable[[], None]):
        self._seconds = seconds
        self._give_up = give_up  # the last words, before the process ends
        self._again = min(AGAIN, seconds)
        self._attempts = 0
        signal.signal(signal.SIGALRM, self._over)

    def begin(self) -> None:
        self._attempts = 0
        signal.setitimer(signal.ITIMER_REAL, self._seconds, self._again)
        # Where Python itself no longer comes to run the handler.
        faulthandler.dump_traceback_later(self._seconds + 20 * self._again, exit=True)

    def end(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()

    def _over(self, _signal, _frame) -> None:
        self._attempts += 1
        if self._attempts > 1:
            end_descendants()
        if self._attempts > 3:
            faulthandler.dump_traceback(sys.stdout)
            self._give_up()
            sys.stdout.flush()
            os._exit(1)
        raise TookTooLong(f"it took longer than {self._seconds:g} s and was ended; above is what it waited for")


def end_descendants(pid: int | None = None) -> None:
    """Kills what this process has started, and what that has, from the leaves up."""
    root = pid is None
    pid = pid or os.getpid()
    try:
        children = [int(word) for task in os.listdir(f"/proc/{pid}/task")
                    for word in open(f"/proc/{pid}/task/{task}/children", encoding="ascii").read().split()]
    except OSError:
        children = []
    for child in children:
        end_descendants(child)
    if not root:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
