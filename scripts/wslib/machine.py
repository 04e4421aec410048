# SPDX-License-Identifier: Apache-2.0
"""The machine of one run: how its RAM is divided, and the QEMU command that makes it.

RAM, from its first byte at RAM_BASE:

    hypervisor and guest memory     HYPERVISOR_BYTES + --mem
    gap                             where QEMU puts its device tree, if that is here
    the guest's image               its size, the hypervisor finds it as a /chosen module
    reserved: run page and rings    what `wstrace capture` reads from the shared file

The hypervisor is told the last part's size (reserve=) and keeps out of it.
"""

from dataclasses import dataclass
from pathlib import Path

from .sizes import MIB, round_up

RAM_BASE = 0x4000_0000
ALIGNMENT = 2 * MIB  # of every part, so that the hypervisor maps each with blocks
HYPERVISOR_BYTES = 64 * MIB
RESERVED_UNTRACED = 2 * MIB  # the run page alone, for the verdict
DEVICE_TREE_MAX_OFFSET = 128 * MIB
DEVICE_TREE_BYTES = 2 * ALIGNMENT  # rounding and size
MAX_CPUS = 8  # as many as the reserved part has rings for

DEFAULT_CPU = "neoverse-n1"
DEFAULT_MEMORY = 64 * MIB
DEFAULT_TRACE_MEMORY = 256 * MIB

# Armv8.0: EL2 without VHE. Other CPUs are left to the hypervisor, which says so in its panic.
CPUS_WITHOUT_VHE = ("cortex-a35", "cortex-a53", "cortex-a57", "cortex-a72")


@dataclass(frozen=True)
class Layout:
    """How RAM is divided, in bytes."""

    guest: int
    gap: int
    image: int
    reserved: int

    @property
    def total(self) -> int:
        return HYPERVISOR_BYTES + self.guest + self.gap + self.image + self.reserved

    @property
    def reserved_offset(self) -> int:
        """Of the reserved part, from the start of RAM and so from the start of the RAM file."""
        return self.total - self.reserved

    @property
    def image_address(self) -> int:
        return RAM_BASE + self.reserved_offset - self.image

    @property
    def device_tree_overwrites_image(self) -> bool:
        """QEMU's loader puts the board's device tree at half of RAM, at most DEVICE_TREE_MAX_OFFSET, and does not mind
        what else was loaded there. (What lies in guest memory is read before that memory is used.)"""
        tree = RAM_BASE + min(self.total // 2, DEVICE_TREE_MAX_OFFSET) // ALIGNMENT * ALIGNMENT
        return tree < self.image_address + self.image and self.image_address < tree + DEVICE_TREE_BYTES


def make_layout(memory: int, image_bytes: int, reserved: int) -> Layout:
    guest, image, ring = (round_up(size, ALIGNMENT) for size in (memory, image_bytes, reserved))
    gap = 0
    while (layout := Layout(guest, gap, image, ring)).device_tree_overwrites_image:
        gap += ALIGNMENT
    return layout


def escape(value: object) -> str:
    """A value inside QEMU's comma-separated options: there a comma is written twice."""
    return str(value).replace(",", ",,")


def qemu_command(*, image: Path, guest: Path, layout: Layout, ram_file: Path, cpu: str, cpus: int,
                 append: str, boot_arguments: str, extra: list[str]) -> list[str]:
    """The command for one run. `extra` comes last, so it can replace what stands before."""
    module = f"guest-loader,addr={layout.image_address:#x},kernel={escape(guest)}"
    if append:
        module += f",bootargs={escape(append)}"
    return [
        "qemu-system-aarch64",
        # dtb-randomness=off: seeds in the device tree would make every run another one.
        "-M", "virt,virtualization=on,gic-version=3,dtb-randomness=off,memory-backend=ram",
        "-cpu", cpu,
        "-smp", str(cpus),
        "-m", f"{layout.total // MIB}M",
        "-object", f"memory-backend-file,id=ram,size={layout.total},mem-path={escape(ram_file)},share=on",
        # One nanosecond of virtual time is one instruction, and no run waits for the host's clock.
        "-icount", "shift=0,sleep=off",
        "-nic", "none",
        "-display", "none",
        "-monitor", "none",
        "-serial", "stdio",
        "-no-reboot",
        "-kernel", str(image),
        "-append", boot_arguments,
        "-device", module,
        *extra,
    ]
