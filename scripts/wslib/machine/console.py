# SPDX-License-Identifier: Apache-2.0
"""The board's serial port: what comes out of it is kept in a file, and shown while it comes; what goes into it."""

import contextlib
import os
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .. import os_errors, streams
from ..problem import usage_problem


class Console:
    """Copies from QEMU's output in a thread of its own, so that QEMU never waits. `view`, if there is one, picks what is
    shown of each piece; the log and `all_on` have everything. What cannot be written any more is read all the same, and
    `problem` says what it was; a reader that has gone has had enough."""

    def __init__(self, source: BinaryIO, log: Path, shown_on: int | None, view: Callable[[bytes], bytes] | None = None,
                 all_on: int | None = None):
        self._source = source
        self._log = log
        self._shown_on = shown_on
        self._view = view
        self._all_on = all_on
        self.problem = ""
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._thread.join()

    def _copy(self) -> None:
        log = self._open_log()
        while chunk := os.read(self._source.fileno(), 65536):
            log = self._write(log, chunk)
            self._shown_on = self._write(self._shown_on, self._view(chunk) if self._view else chunk)
            self._all_on = self._write(self._all_on, chunk)
        if log is not None:
            os.close(log)

    def _open_log(self) -> int | None:
        try:
            return os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        except OSError as error:
            self.problem = os_errors.sentence(error)
            return None

    def _write(self, on: int | None, chunk: bytes) -> int | None:
        """Returns `on`, or None once it takes nothing more."""
        error = None if on is None else streams.write(on, chunk)
        if error is None:
            return on
        if not streams.is_reader_gone(error):
            error.filename = error.filename or self._log
            self.problem = self.problem or os_errors.sentence(error)
        return None


class SerialInput:
    """What QEMU is to read for the serial port: nothing, a file, or our own standard input (-)."""

    def __init__(self, source: str):
        self._source = source
        self._terminal = None

    def __enter__(self) -> "SerialInput":
        if self._source == "-":
            if streams.is_closed(0):
                raise usage_problem("standard input is closed, and the serial port is to read from it: give --stdin FILE")
            self.fd = os.dup(0)
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
            with contextlib.suppress(termios.error):  # it has been closed
                termios.tcsetattr(self.fd, termios.TCSANOW, self._terminal)
        os.close(self.fd)
