# SPDX-License-Identifier: Apache-2.0
"""What the commands of --exec print and how they end, out of a console that the guest's kernel writes to as well.

guests/linux/init frames it. WORD is a hash of the commands, which they do not know:

    @ws begin WORD        a line of its own
    ...                   what the commands print, byte for byte; the kernel is quiet meanwhile
    @ws end WORD STATUS   right behind their last byte
"""

import hashlib
import re

_PANIC = re.compile(rb"Kernel panic - not syncing: ([^\r\n]*)[\r\n]")


def frame_word(commands: str) -> str:
    return hashlib.sha256(commands.encode()).hexdigest()[:16]


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
            self.broken = f"the guest's kernel panicked: {panic[1].decode(errors='replace')}"
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
            output, self._pending = self._pending[:end.start()], b""
            return output
        again = self._pending.find(self._begin)
        if again >= 0:
            self.broken = "the guest's machine was reset while the commands ran"
            output, self._pending = self._pending[:again], self._pending[again + len(self._begin):]
            return output
        # Whatever may still become a mark begins with '@', at most so far from the end.
        tail = self._pending.find(b"@", max(0, len(self._pending) - self._longest_end))
        output, self._pending = (self._pending, b"") if tail < 0 else (self._pending[:tail], self._pending[tail:])
        return output
