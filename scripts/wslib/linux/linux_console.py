# SPDX-License-Identifier: Apache-2.0
"""What the commands of --exec print and how they end, out of a console that the guest's kernel writes to as well.

guests/linux/init frames it. WORD is a hash of the commands, which they do not know:

    @ws begin WORD        a line of its own
    ...                   what the commands print, byte for byte; the kernel is quiet meanwhile, but for emergencies
    @ws end WORD STATUS   right behind their last byte

An emergency's line is the kernel's by its time and by its end: its console ends lines with CR LF, where that of the commands has
the LF that they print.
"""

import hashlib
import os
import re

_KERNEL_LINE = re.compile(rb"\[ {0,4}\d{1,7}\.\d{6}\] [^\r\n]{0,1100}\r\n")
_BEGUN_KERNEL_LINE = re.compile(rb"\[(?: {0,4}(?:\d{1,7}(?:\.(?:\d{1,5}|\d{6}(?:\](?: [^\r\n]{0,1100}\r?)?)?)?)?)?)?\Z")
_PANIC = re.compile(rb"Kernel panic - not syncing: ([^\r\n]*)[\r\n]")


def frame_word(commands: str) -> str:
    return hashlib.sha256(os.fsencode(commands)).hexdigest()[:16]


class Framed:
    """Fed with the console's bytes as they come."""

    def __init__(self, word: str):
        self._begin = f"@ws begin {word}\n".encode()
        self._end = re.compile(rb"@ws end %s (\d+)\r?\n" % word.encode())
        self._longest_end = len(f"@ws end {word} 255\r\n")
        self._pending = b""
        self.began = False
        self.status: int | None = None  # of the commands, once they have ended
        self.broken = ""  # why they will not end

    def feed(self, chunk: bytes) -> bytes:
        """What of it the commands have printed. The last bytes may be kept back: they could be the frame's."""
        self._pending += chunk
        if self.status is not None:
            return b""
        if not self.began and not self._find_begin():
            return b""
        return self._output()

    def _find_begin(self) -> bool:
        """Before the frame there are only messages of the kernel's."""
        before, begin, behind = self._pending.partition(self._begin)
        panic = _PANIC.search(before)
        if panic:
            self._panicked(panic)
        if not begin:
            self._pending = self._pending[-4096:]
            return False
        self.began = True
        self._pending = behind
        return True

    def _output(self) -> bytes:
        end = self._end.search(self._pending)
        if end:
            self.status = int(end[1])
            self._pending = self._pending[:end.start()]
        self._pending = _KERNEL_LINE.sub(self._hear_the_kernel, self._pending)
        if end:
            output, self._pending = self._pending, b""
            return output
        again = self._pending.find(self._begin)
        if again >= 0:
            self.broken = self.broken or "the guest's machine was reset while the commands ran"
            output, self._pending = self._pending[:again], self._pending[again + len(self._begin):]
            return output
        # Whatever may still become a mark begins with '@', at most so far from the end.
        tail = self._pending.find(b"@", max(0, len(self._pending) - self._longest_end))
        begun = _BEGUN_KERNEL_LINE.search(self._pending)
        if begun:
            tail = begun.start() if tail < 0 else min(tail, begun.start())
        output, self._pending = (self._pending, b"") if tail < 0 else (self._pending[:tail], self._pending[tail:])
        return output

    def _hear_the_kernel(self, line: re.Match) -> bytes:
        """It stays in the log, and is none of the output."""
        panic = _PANIC.search(line[0])
        if panic:
            self._panicked(panic)
        return b""

    def _panicked(self, panic: re.Match) -> None:
        self.broken = f"the guest's kernel panicked: {panic[1].decode(errors='replace')}"
