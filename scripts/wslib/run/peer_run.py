# SPDX-License-Identifier: Apache-2.0
"""Runs on designs that are not ours: real KVM, of Debian's kernels, and Xen. The guest is the same, and so is the run's folder.

What is to be recorded of such a machine is recorded from outside, for which the folder has `kallsyms`, the kernel's functions, and
run.json `window`, the guest's functions between whose calls it measures.
"""

import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..linux.debian_kernels import DEFAULT_KERNEL
from ..linux.kvm_initramfs import make_kvm_initramfs
from ..linux.peer_packages import Kernel, Qemu, Xen, fetch_kernel, fetch_qemu, fetch_xen
from ..machine.hang_report import report, take_looks
from ..machine.instruction_count import plugin_arguments
from ..machine.kvm_host import SYMBOLS_BYTES, KvmLayout, host_arguments, kvm_command
from ..machine.qemu_monitor import Monitor
from ..machine.vm_options import Vm
from ..machine.xen_host import as_arm64_image, board, tree_with_domain, xen_command
from ..paths import BUILD, NATIVE, XEN, built, guest_image
from ..problem import Problem
from .capture import NoCapture
from .peer_recording import convert, recorder_arguments, window_of
from .run_folder import RUN_BROKE, RunFolder, identify
from .run_options import Options
from .verdict import XEN_LAST_WORDS


@dataclass(frozen=True)
class KvmPeer:
    """What such a run is made of, fetched and built."""

    kernel: Kernel
    qemu: Qemu
    vmm: Path
    guest: Path


@dataclass(frozen=True)
class XenPeer:
    xen: Xen
    qemu: Qemu
    guest: Path


def peer_maker(options: Options) -> "Callable[[RunFolder], KvmMachine | XenMachine]":
    """Fetches all that the machine is made of, but for its folder."""
    guest = guest_image(options.guest)
    if options.design == XEN:
        xen = XenPeer(fetch_xen(), fetch_qemu(), guest)
        return lambda folder: XenMachine(options, xen, folder)
    vmm = built(BUILD / "hyp/guests/kvm_vmm/kvm_vmm", "--hyp")
    kvm = KvmPeer(fetch_kernel(options.kernel or DEFAULT_KERNEL), fetch_qemu(), vmm, guest)
    return lambda folder: KvmMachine(options, kvm, folder)


class _PeerMachine:
    """What QEMU is to be started with, in the place of one_run.py's Machine."""

    def __init__(self, options: Options, peer: KvmPeer | XenPeer, folder: RunFolder):
        self._options, self._peer, self._folder = options, peer, folder
        self._vm, = options.vms

    def look(self, monitor: Monitor | None) -> list:
        """At where its CPUs are: in the guest, or anywhere in the hypervisor."""
        return take_looks(monitor, None, 0, 0)

    def report(self, looks: list, console: bytes) -> dict:
        return report(looks, NATIVE, [(self._vm.vcpus, self._peer.guest)], not self._options.mttcg, console)

    def _described(self, kind: str, hypervisor: Kernel | Xen) -> dict:
        return {
            "layout": None,
            "hypervisor": {**identify(hypervisor.image), "package": hypervisor.package},
            "packages": {kind: hypervisor.package, "qemu": self._peer.qemu.package},
            "window": window_of(self._peer.guest),
            "vms": [_describe(self._vm, self._peer.guest)],
        }


class KvmMachine(_PeerMachine):
    """A Linux whose only process is the VMM."""

    last_words = None

    def __init__(self, options: Options, peer: KvmPeer, folder: RunFolder):
        super().__init__(options, peer, folder)
        self._ramdisk = folder.ramdisk(1)
        self.layout = KvmLayout(self._vm.mem)
        self.command = kvm_command(qemu=peer.qemu.program, kernel=peer.kernel.image, ramdisk=self._ramdisk, layout=self.layout,
                                   ram_file=folder.ram, cpu=options.cpu, cpus=options.cpus, mttcg=options.mttcg,
                                   arguments=host_arguments(self.layout, options.design == "kvm-nvhe"),
                                   extra=_extra(options, folder, peer.guest))

    def make_files(self) -> None:
        self._ramdisk.write_bytes(make_kvm_initramfs(self._peer.vmm, self._peer.guest, self._vm, self._options.cpus, self.layout))
        self._folder.make_ram(self.layout.total, range(self.layout.linux))

    def capture(self, environment: dict[str, str]) -> "OutsideCapture":
        kernel = self._peer.kernel
        return OutsideCapture(self._folder, f"{kernel.name}, KVM", environment | {"package": kernel.package}, self._options.trace != "off", self.layout)

    def description(self) -> dict:
        return self._described("kernel", self._peer.kernel)


class XenMachine(_PeerMachine):
    """Xen with the guest as its one domain."""

    # Nothing switches the machine off when the domain has ended.
    last_words = XEN_LAST_WORDS

    def __init__(self, options: Options, peer: XenPeer, folder: RunFolder):
        super().__init__(options, peer, folder)
        self.command = xen_command(self._board(), peer.xen.image, folder.xen_tree, folder.xen_guest, options.mttcg,
                                   _extra(options, folder, peer.guest))

    def _board(self, dump: Path | None = None) -> list[str]:
        return board(self._peer.qemu.program, self._vm, self._options.cpu, self._options.cpus, dump)

    def make_files(self) -> None:
        image = as_arm64_image(self._peer.guest.read_bytes())
        self._folder.xen_guest.write_bytes(image)
        tree = self._folder.xen_tree
        done = subprocess.run(self._board(tree), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"QEMU gives no device tree of its board: {done.stderr.strip()}", RUN_BROKE)
        tree.write_bytes(tree_with_domain(tree.read_bytes(), self._vm, len(image)))
        self._folder.kallsyms.write_bytes(self._peer.xen.symbols.read_bytes())

    def capture(self, environment: dict[str, str]) -> "OutsideCapture":
        return OutsideCapture(self._folder, self._peer.xen.name, environment | {"package": self._peer.xen.package}, self._options.trace != "off", None)

    def description(self) -> dict:
        return self._described("xen", self._peer.xen)


def _describe(vm: Vm, guest: Path) -> dict:
    return {"guest": vm.guest, "image": identify(guest), "image_address": None, "vcpus": vm.vcpus, "mem": vm.mem, "pin": vm.pin,
            "load": vm.load, "arguments": vm.append, "disk": None, "net": False}


def _extra(options: Options, folder: RunFolder, guest: Path) -> list[str]:
    """Words for QEMU that are not the machine's."""
    return [*options.qemu, *(plugin_arguments(folder.path) if options.count else []),
            *(recorder_arguments(folder, guest) if options.trace != "off" else [])]


class OutsideCapture(NoCapture):
    """When the machine has ended: takes the kernel's symbols out of its RAM, if they are there, and makes the trace."""

    def __init__(self, folder: RunFolder, hypervisor: str, environment: dict[str, str], makes_trace: bool, layout: KvmLayout | None):
        self._folder, self._hypervisor, self._environment = folder, hypervisor, environment
        self._makes_trace, self._layout = makes_trace, layout

    def finish(self) -> dict:
        if self._layout is not None:
            self._take_symbols(self._layout)
        return convert(self._folder, self._hypervisor, self._environment) if self._makes_trace else {}

    def _take_symbols(self, layout: KvmLayout) -> None:
        with self._folder.ram.open("rb") as ram:
            ram.seek(layout.linux)
            size, = struct.unpack("<Q", ram.read(8))
            if 0 < size <= SYMBOLS_BYTES - 8:  # nothing, where the machine did not come so far
                self._folder.kallsyms.write_bytes(ram.read(size))
