# SPDX-License-Identifier: Apache-2.0
"""A guest's files: its image, its ramdisk if it has one, and for Debian's Linux the kernel's command line too."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..machine.vm_options import Vm
from ..paths import guest_image


@dataclass(frozen=True)
class GuestFiles:
    image: Path
    arguments: str
    ramdisk: bytes | None = None


def guest_files(vm: Vm, programs: Sequence[str] = ()) -> GuestFiles:
    if not vm.is_linux:
        return GuestFiles(guest_image(vm.guest), vm.append, Path(vm.initrd).read_bytes() if vm.initrd else None)
    from .linux_guest import linux_files  # other guests need nothing of what it loads

    return GuestFiles(*linux_files(vm, programs))
