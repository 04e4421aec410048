# SPDX-License-Identifier: Apache-2.0
"""The commands that Linux VMs were given: what they print, and how they end."""

import re

from ..machine.vm_options import Vm
from .linux_console import Framed, frame_word


class Commands:
    """The commands of all VMs that were given some: what they print, out of the console of all."""

    def __init__(self, vms: list[Vm]):
        self._frames = {number: Framed(frame_word(vm.exec)) for number, vm in enumerate(vms, 1) if vm.exec is not None}
        self._several_vms = len(vms) > 1
        self._line = b""

    def feed(self, chunk: bytes) -> bytes:
        if not self._several_vms:
            return self._frames[1].feed(chunk)
        # The hypervisor shows whole lines, and says whose each is.
        *lines, self._line = (self._line + chunk).split(b"\n")
        return b"".join(map(self._feed_line, lines))

    def _feed_line(self, line: bytes) -> bytes:
        match = re.match(rb"vm(\d)\| ", line)
        frame = self._frames.get(int(match[1])) if match else None
        if frame is None:
            return b""
        output = frame.feed(line[match.end():].rstrip(b"\r") + b"\n")
        if len(self._frames) == 1 or not output:
            return output
        return b"".join(match[0] + one + b"\n" for one in output.rstrip(b"\n").split(b"\n"))

    @property
    def broken(self) -> str:
        """Why some will not end, or nothing."""
        return next((frame.broken for frame in self._frames.values() if frame.broken), "")

    @property
    def status(self) -> int | None:
        """The first that is not 0, if all have ended."""
        statuses = [frame.status for frame in self._frames.values()]
        return None if None in statuses else next((status for status in statuses if status), 0)
