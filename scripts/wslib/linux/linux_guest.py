# SPDX-License-Identifier: Apache-2.0
"""Debian's Linux as a guest: its kernel, the kernel's command line, and the ramdisk that is made for the VM."""

from collections.abc import Sequence
from pathlib import Path

from ..machine.vm_options import Vm
from .linux_console import frame_word
from .linux_initramfs import make_initramfs
from .linux_packages import fetch_linux

# A kernel that panics resets its machine at once: that is seen, where one that hangs is not.
KERNEL_ARGUMENTS = "console=ttyAMA0 panic=-1"


def linux_files(vm: Vm, programs: Sequence[str]) -> tuple[Path, str, bytes]:
    """Image, arguments and ramdisk. The programs go into its /bin."""
    linux = fetch_linux()
    word = "" if vm.exec is None else frame_word(vm.exec)
    if vm.disk:
        programs = [str(linux.programs / "e2fsck"), *programs]
    return linux.kernel, f"{KERNEL_ARGUMENTS} {vm.append}".strip(), make_initramfs(linux, vm.exec, word, programs)
