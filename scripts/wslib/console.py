# SPDX-License-Identifier: Apache-2.0
"""The board's serial port: what comes out of it is kept in a file, and shown while it comes; what goes into it."""

import os
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .problem import usage_problem


class Console:
    """Copies from QEMU's output in a thread of its own, so that QEMU never waits. `view`, if there is one, picks what is
    shown of each piece; the log and `all_on` have everything."""

    def __init__(self, source: BinaryIO, log: Path, shown_on: int | None, view: Callable[[bytes], bytes] | None = None,
                 all_on: int | None = None):
        self._source = source
        self._log = log
        self._shown_on = shown_on
        self._view = view
        self._all_on = all_on
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._thread.join()

    def _copy(self) -> None:
        with self._log.open("wb", buffering=0) as log:
            while chunk := os.read(self._source.fileno(), 65536):
                log.write(chunk)
                self._shown_on = _show(self._shown_on, self._view(chunk) if self._view else chunk)
                self._all_on = _show(self._all_on, chunk)


def _show(on: int | None, chunk: bytes) -> int | None:
    """Returns `on`, or None once whoever looked has gone."""
    try:
        while on is not None and chunk:
            chunk = chunk[os.write(on, chunk):]
    except OSError:
        return None
    return on


class SerialInput:
    """What QEMU is to read for the serial port: nothing, a file, or our own standard input (-)."""

    def __init__(self, source: str):
        self._source = source
        self._terminal = None

    def __enter__(self) -> "SerialInput":
        if self._source == "-":
            self.fd = os.dup(sys.stdin.fileno())
            if os.isatty(self.fd):
                self._terminal = termios.tcgetattr(self.fd)
            return self
        try:
            self.fd = os.open(self._source or os.devnull, os.O_RDONLY)
        except OSError as error:
            raise usage_problem(f"--stdin: cannot read {self._source}: {error.strerror}") from None
        return self

    def __exit__(self, *_exception) -> None:
        # QEMU takes the terminal's echo and line editing away. It gives them back, unless it is killed.
        if self._terminal is not None:
            termios.tcsetattr(self.fd, termios.TCSANOW, self._terminal)
        os.close(self.fd)
