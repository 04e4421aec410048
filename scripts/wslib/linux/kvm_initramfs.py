# SPDX-License-Identifier: Apache-2.0
"""The initial RAM disk of a host with KVM: the VMM (guests/kvm_vmm), which is its first process, the guest, and what its VM is to be."""

import os
from pathlib import Path

from ..machine.kvm_host import SYMBOLS_BYTES, KvmLayout
from ..machine.vm_options import Vm
from .linux_initramfs import Archive

FLAT_OFFSET = 0x8_0000  # where QEMU's board puts an image without an arm64 header, and ours


def make_kvm_initramfs(vmm: Path, guest: Path, vm: Vm, cpus: int, layout: KvmLayout) -> bytes:
    archive = Archive()
    for folder in ("dev", "proc"):
        archive.folder(folder)
    archive.character_device("dev/console", 5, 1)  # the kernel opens it for /init
    archive.file("init", vmm.read_bytes(), executable=True)
    archive.file("guest", guest.read_bytes())
    archive.file("vm", os.fsencode(vm_settings(vm, cpus, layout)))
    return archive.finished()


def vm_settings(vm: Vm, cpus: int, layout: KvmLayout) -> str:
    """As guests/kvm_vmm/vm_settings.cpp reads it. Every vCPU stays on one CPU: a thread that Linux moves has costs of its own."""
    pins = vm.pin or range(cpus)
    lines = {"memory": vm.mem, "vcpus": vm.vcpus, "pins": " ".join(map(str, pins)), "load": FLAT_OFFSET if vm.load is None else vm.load,
             "symbols": f"{layout.symbols_address} {SYMBOLS_BYTES}", "arguments": vm.append}
    return "".join(f"{word} {value}\n" for word, value in lines.items())
