# SPDX-License-Identifier: Apache-2.0
"""The machine of one run: how its RAM is divided, and the QEMU command that makes it.

RAM, from its first byte at RAM_BASE:

    hypervisor and guest memory     HYPERVISOR_BYTES + --mem
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
    image: int
    reserved: int

    @property
    def total(self) -> int:
        return HYPERVISOR_BYTES + self.guest + self.image + self.reserved

    @property
    def reserved_offset(self) -> int:
        """Of the reserved part, from the start of RAM and so from the start of the RAM file."""
        return self.total - self.reserved

    @property
    def image_address(self) -> int:
        return RAM_BASE + self.reserved_offset - self.image


def make_layout(memory: int, image_bytes: int, reserved: int) -> Layout:
    return Layout(round_up(memory, ALIGNMENT), round_up(image_bytes, ALIGNMENT), round_up(reserved, ALIGNMENT))


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
