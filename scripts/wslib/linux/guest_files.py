# SPDX-License-Identifier: Apache-2.0
"""A guest's files: its image, its ramdisk if it has one, and for Debian's Linux the kernel's command line too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..machine.vm_options import Vm
from ..paths import guest_image
from .linux_console import Framed, frame_word
from .linux_initramfs import make_initramfs
from .linux_packages import fetch_linux

# A kernel that panics resets its machine at once: that is seen, where one that hangs is not.
KERNEL_ARGUMENTS = "console=ttyAMA0 panic=-1"


@dataclass(frozen=True)
class GuestFiles:
    image: Path
    arguments: str
    ramdisk: bytes | None = None


def guest_files(vm: Vm, programs: Sequence[str] = ()) -> GuestFiles:
    if not vm.is_linux:
        return GuestFiles(guest_image(vm.guest), vm.append, Path(vm.initrd).read_bytes() if vm.initrd else None)
    linux = fetch_linux()
    word = "" if vm.exec is None else frame_word(vm.exec)
    if vm.disk:
        programs = [str(linux.programs / "e2fsck"), *programs]
    return GuestFiles(linux.kernel, f"{KERNEL_ARGUMENTS} {vm.append}".strip(), make_initramfs(linux, vm.exec, word, programs))


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
