# SPDX-License-Identifier: Apache-2.0
"""The machine of a run on real KVM: the board that our own designs have, with Debian's Linux at EL2 or, without VHE, at EL1.

RAM, from its first byte at RAM_BASE:

    Linux                           HOST_BYTES and the memory of the VM
    what Linux is told not to have  (mem=) where the VMM leaves the kernel's symbols for us, who read them from the shared file
"""

from dataclasses import dataclass
from pathlib import Path

from ..sizes import MIB, round_up
from .qemu_machine import ALIGNMENT, RAM_BASE, clock, escape, serial_port

HOST_BYTES = 256 * MIB
SYMBOLS_BYTES = 32 * MIB


@dataclass(frozen=True)
class KvmLayout:
    guest: int  # the VM's memory, in bytes

    @property
    def linux(self) -> int:
        return HOST_BYTES + round_up(self.guest, ALIGNMENT)

    @property
    def total(self) -> int:
        return self.linux + SYMBOLS_BYTES

    @property
    def symbols_address(self) -> int:
        return RAM_BASE + self.linux


def host_arguments(layout: KvmLayout, nvhe: bool) -> str:
    """The kernel's command line. Its addresses are those that it was linked for, and it takes no measures against other programs: there
    are none. VHE is what it does where the CPU has it; Linux 6.1 does not know that word of kvm-arm.mode."""
    words = ["console=ttyAMA0", "quiet", "panic=-1", "rdinit=/init", f"mem={layout.linux}", "nokaslr", "mitigations=off"]
    return " ".join([*words, "kvm-arm.mode=nvhe"] if nvhe else words)


def kvm_command(*, qemu: str, kernel: Path, ramdisk: Path, layout: KvmLayout, ram_file: Path, cpu: str, cpus: int, mttcg: bool,
                arguments: str, extra: list[str]) -> list[str]:
    """`extra` comes last, so it can replace what stands before."""
    return [
        qemu,
        "-M", "virt,virtualization=on,gic-version=3,dtb-randomness=off,memory-backend=ram",
        "-cpu", cpu,
        "-smp", str(cpus),
        "-m", f"{layout.total // MIB}M",
        "-object", f"memory-backend-file,id=ram,size={layout.total},mem-path={escape(ram_file)},share=on",
        *clock(mttcg),
        "-nic", "none",
        "-display", "none",
        # A QEMU that is unpacked beside an installed one would look at that one's modules for sound.
        "-audiodev", "none,id=silent",
        "-monitor", "none",
        *serial_port(keyboard=False),
        "-no-reboot",
        "-kernel", str(kernel),
        "-initrd", str(ramdisk),
        "-append", arguments,
        *extra,
    ]
