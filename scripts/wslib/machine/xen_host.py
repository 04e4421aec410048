# SPDX-License-Identifier: Apache-2.0
"""The machine of a run on Xen: the board that our own designs have, with Xen at EL2, and the guest as its one domain.

There is no dom0. Xen makes the domains that the device tree names ("dom0less"), of kernels that lie in RAM already (Xen:
docs/features/dom0less.pandoc). RAM, from its first byte at RAM_BASE:

    Xen, and from QEMU the device tree   IMAGE_OFFSET
    the guest's image                    the rest is Xen's to give to the domain
"""

from pathlib import Path

from ..sizes import MIB, round_up
from .flat_device_tree import Node, cells, read_tree, strings, write_tree
from .qemu_machine import ALIGNMENT, RAM_BASE, clock, escape, serial_port
from .vm_options import Vm

XEN_BYTES = 384 * MIB  # with room for the image
IMAGE_OFFSET = 256 * MIB
_IMAGE_ADDRESS = RAM_BASE + IMAGE_OFFSET
_MAGIC_AT, _MAGIC = 56, b"ARM\x64"


def board(qemu: str, vm: Vm, cpu: str, cpus: int, dump: Path | None = None) -> list[str]:
    """QEMU and its board, or for `dump` a QEMU that writes down no more than its device tree."""
    total = XEN_BYTES + round_up(vm.mem, ALIGNMENT)
    machine = "virt,virtualization=on,gic-version=3,dtb-randomness=off" + (f",dumpdtb={escape(dump)}" if dump else "")
    return [qemu, "-M", machine, "-cpu", cpu, "-smp", str(cpus), "-m", f"{total // MIB}M", "-nic", "none", "-display", "none",
            "-audiodev", "none,id=silent", "-monitor", "none"]


def xen_command(the_board: list[str], xen: Path, tree: Path, image: Path, mttcg: bool, extra: list[str]) -> list[str]:
    """`extra` comes last, so it can replace what stands before."""
    return [*the_board, *clock(mttcg), *serial_port(keyboard=False), "-no-reboot", "-kernel", str(xen), "-dtb", str(tree),
            "-device", f"loader,file={escape(image)},addr={_IMAGE_ADDRESS:#x},force-raw=on", *extra]


def tree_with_domain(board_tree: bytes, vm: Vm, image_bytes: int) -> bytes:
    """QEMU's device tree, and in /chosen what Xen is to do."""
    root = read_tree(board_tree)
    chosen = root.child("chosen")
    two_cells = {"#address-cells": cells(2), "#size-cells": cells(2)}
    chosen.properties |= {"xen,xen-bootargs": strings("console=dtuart bootscrub=0"), **two_cells}
    kib = vm.mem // 1024
    domain = Node("domU1", {"compatible": strings("xen,domain"), **two_cells, "memory": cells(kib >> 32, kib & 0xffff_ffff),
                            "cpus": cells(vm.vcpus), "vpl011": b""})
    domain.children.append(Node(f"module@{_IMAGE_ADDRESS:x}", {
        "compatible": strings("multiboot,kernel", "multiboot,module"), "reg": cells(0, _IMAGE_ADDRESS, 0, image_bytes),
        "bootargs": strings(vm.append)}))
    chosen.children.append(domain)
    return write_tree(root)


def as_arm64_image(guest: bytes) -> bytes:
    """Xen boots nothing without the header's magic number. Our flat guests have all else of the header."""
    return guest[:_MAGIC_AT] + _MAGIC + guest[_MAGIC_AT + len(_MAGIC):]
