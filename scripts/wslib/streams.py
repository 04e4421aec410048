# SPDX-License-Identifier: Apache-2.0
"""Standard input, output and error of a command, whatever they are: closed, full, or a pipe that nobody reads any more."""

import codecs
import errno
import io
import os
import select
import sys

_NAMES = ("standard input", "standard output", "standard error")
_closed: set[int] = set()


def prepare() -> None:
    """Before anything else: what is opened first would become a standard stream where one is closed."""
    for fd in range(len(_NAMES)):
        try:
            os.fstat(fd)
        except OSError:
            _closed.add(fd)
            # Opened the wrong way round, so that using it still fails.
            os.set_inheritable(os.open(os.devnull, os.O_WRONLY if fd == 0 else os.O_RDONLY), True)
    sys.stdout = _text(1, sys.stdout)
    sys.stderr = _text(2, sys.stderr)


def is_closed(fd: int) -> bool:
    """Was it, when this command was started?"""
    return fd in _closed


def write(fd: int, data: bytes | memoryview) -> OSError | None:
    """All of it, at whatever pace the reader takes it. A reader that has gone is no error of ours, but told like others."""
    data = memoryview(data)
    while data:
        try:
            data = data[os.write(fd, data):]
        except BlockingIOError:  # somebody who shares the stream wants it so
            select.select([], [fd], [])
        except OSError as error:
            return OSError(error.errno, error.strerror, _NAMES[fd] if fd < len(_NAMES) else None)
    return None


def is_reader_gone(error: OSError) -> bool:
    return error.errno == errno.EPIPE


class _Stream(io.RawIOBase):
    """Says once that it cannot be written to, and is silent from then on: Python writes what is left over when it ends. A reader
    that has gone has had enough, and what cannot be said on standard error cannot be said at all."""

    def __init__(self, fd: int):
        self._fd = fd
        self._failed = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, data: bytes) -> int:
        error = None if self._failed else write(self._fd, data)
        if error is not None:
            self._failed = True
            if self._fd != 2 and not is_reader_gone(error):
                raise error
        return len(data)


def _encode_any(error: UnicodeError) -> tuple:
    """A name of a file as the bytes that it is, anything else as an escape."""
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeEncodeError:
        return codecs.backslashreplace_errors(error)


codecs.register_error("ws_any", _encode_any)


def _text(fd: int, was: io.TextIOWrapper | None) -> io.TextIOWrapper:
    """What is no text in the user's encoding goes out all the same."""
    stream = _Stream(fd)
    encoding = was.encoding if was is not None else sys.getfilesystemencoding()
    return io.TextIOWrapper(io.BufferedWriter(stream), encoding=encoding, errors="ws_any",
                            line_buffering=fd == 2 or stream.isatty())
