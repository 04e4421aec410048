# SPDX-License-Identifier: Apache-2.0
"""SIGTERM, SIGHUP and SIGQUIT end a command as Ctrl-C does: in good order, with nothing left behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_ended = False


class Ended(KeyboardInterrupt):
    """By one of these signals."""

    def __init__(self, number: int):
        super().__init__()
        self.name = signal.Signals(number).name
        self.status = 128 + number


@contextmanager
def raised() -> Iterator[None]:
    """Within it they are raised, once: more of them, as a closed terminal sends, must not disturb the cleaning up. One that was
    ignored stays so: that is what nohup is for."""
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, _raise)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if _ended else handler)  # what is left is to tell our status


@contextmanager
def held() -> Iterator[None]:
    """Within it none of them comes, nor Ctrl-C; at its end they do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, *_ENDING))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _raise(number: int, _frame: object) -> None:
    global _ended
    if not _ended:
        _ended = True
        raise Ended(number)
