# SPDX-License-Identifier: Apache-2.0
"""The machine of one run: how its RAM is divided, and the QEMU command that makes it.

RAM, from its first byte at RAM_BASE:

    hypervisor and guest memory     HYPERVISOR_BYTES and the memory of all VMs
    gap                             where QEMU puts its device tree, if that is here
    the guests' images              each finds its way to the hypervisor as a /chosen module, VM 1's first
    reserved: run page and rings    what `wstrace capture` reads from the shared file

The hypervisor is told the last part's size (reserve=) and keeps out of it.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path

from ..sizes import MIB, round_up
from .vm_options import Vm

RAM_BASE = 0x4000_0000
ALIGNMENT = 2 * MIB  # of every part, so that the hypervisor maps each with blocks
HYPERVISOR_BYTES = 64 * MIB
RESERVED_UNTRACED = 2 * MIB  # the run page alone, for the verdict
DEVICE_TREE_MAX_OFFSET = 128 * MIB
DEVICE_TREE_BYTES = 2 * ALIGNMENT  # rounding and size
MAX_CPUS = 8  # as many as the reserved part has rings for

DEFAULT_CPU = "neoverse-n1"
DEFAULT_TRACE_MEMORY = 256 * MIB

# Armv8.0: EL2 without VHE. Other CPUs are left to the hypervisor, which says so in its panic.
CPUS_WITHOUT_VHE = ("cortex-a35", "cortex-a53", "cortex-a57", "cortex-a72")


@dataclass(frozen=True)
class Layout:
    """How RAM is divided, in bytes."""

    guests: tuple[int, ...]  # the memory of each VM
    gap: int
    images: tuple[int, ...]  # room for the image of each VM, and for its ramdisk
    reserved: int

    @property
    def total(self) -> int:
        return HYPERVISOR_BYTES + sum(self.guests) + self.gap + sum(self.images) + self.reserved

    @property
    def guest_memory(self) -> range:
        """From the start of RAM: where the hypervisor finds the VMs' memory, but for what it rounds."""
        return range(HYPERVISOR_BYTES, HYPERVISOR_BYTES + sum(self.guests))

    @property
    def reserved_offset(self) -> int:
        """Of the reserved part, from the start of RAM and so from the start of the RAM file."""
        return self.total - self.reserved

    @property
    def image_addresses(self) -> list[int]:
        """Ascending: the hypervisor numbers the VMs in this order."""
        start = RAM_BASE + self.reserved_offset - sum(self.images)
        return [start + sum(self.images[:number]) for number in range(len(self.images))]

    @property
    def device_tree_overwrites_images(self) -> bool:
        """QEMU's loader puts the board's device tree at half of RAM, at most DEVICE_TREE_MAX_OFFSET, and does not mind
        what else was loaded there. (What lies in guest memory is read before that memory is used.)"""
        tree = RAM_BASE + min(self.total // 2, DEVICE_TREE_MAX_OFFSET) // ALIGNMENT * ALIGNMENT
        first = self.image_addresses[0]
        return tree < first + sum(self.images) and first < tree + DEVICE_TREE_BYTES


def module_bytes(image_bytes: int, ramdisk_bytes: int) -> int:
    """An image and its ramdisk, which lies behind it."""
    return round_up(image_bytes, ALIGNMENT) + ramdisk_bytes


def make_layout(memories: list[int], image_bytes: list[int], reserved: int) -> Layout:
    """`memories` and `image_bytes`: of each VM, its ramdisk included (module_bytes)."""
    guests, images = (tuple(round_up(size, ALIGNMENT) for size in sizes) for sizes in (memories, image_bytes))
    gap = 0
    while (layout := Layout(guests, gap, images, round_up(reserved, ALIGNMENT))).device_tree_overwrites_images:
        gap += ALIGNMENT
    return layout


def boot_arguments(layout: Layout, vms: list[Vm], selfcheck: bool, more: list[str]) -> str:
    """The hypervisor's command line; `more` is handed on as it is."""
    words = [f"reserve={layout.reserved}"]
    disks = itertools.count()
    for number, (vm, memory) in enumerate(zip(vms, layout.guests), 1):
        words += vm.boot_options(f"vm{number}" if len(vms) > 1 else "vm", memory, next(disks) if vm.disk else None)
    if selfcheck:
        words.append("selfcheck")
    return " ".join(words + more)


def escape(value: object) -> str:
    """A value inside QEMU's comma-separated options: there a comma is written twice."""
    return str(value).replace(",", ",,")


def guest_loader(image: Path, address: int, arguments: str) -> list[str]:
    """Puts a guest's image into RAM and tells of it in the board's device tree."""
    module = f"guest-loader,addr={address:#x},kernel={escape(image)}"
    if arguments:
        module += f",bootargs={escape(arguments)}"
    return ["-device", module]


def ramdisk_loader(ramdisk: Path, address: int) -> list[str]:
    """The same for a guest's ramdisk. It is the guest's whose image lies last before it."""
    return ["-device", f"guest-loader,addr={address:#x},initrd={escape(ramdisk)}"]


def virtio_devices(vms: list[Vm]) -> list[str]:
    """The board's disks, one for each VM that has one, in their order; for Linux, which asks for random numbers when it boots, a
    source of them that says the same in every run. The slots are named, for QEMU would fill them from the last one on."""
    disks = [vm.disk for vm in vms if vm.disk]
    entropy = any(vm.is_system for vm in vms)
    words = ["-global", "virtio-mmio.force-legacy=false"] if disks or entropy else []
    for number, disk in enumerate(disks):
        words += ["-drive", f"file={escape(disk)},format=raw,if=none,id=disk{number}",
                  "-device", f"virtio-blk-device,drive=disk{number},bus=virtio-mmio-bus.{number}"]
    if entropy:
        words += ["-object", "rng-builtin,id=entropy", "-seed", "1",
                  "-device", f"virtio-rng-device,rng=entropy,bus=virtio-mmio-bus.{len(disks)}"]
    return words


def serial_port(keyboard: bool) -> list[str]:
    """With a keyboard, Ctrl-C and the like are the guest's, and Ctrl-A x ends QEMU."""
    return ["-chardev", "stdio,id=console,mux=on,signal=off", "-serial", "chardev:console"] if keyboard else \
        ["-serial", "stdio"]


def clock(mttcg: bool, waits: bool = False) -> list[str]:
    """`waits`: while the machine is idle its time is the host's. Else it leaps to the next timer, and who waits for a disk or for somebody to
    type finds that hours have gone by."""
    if mttcg:
        return ["-accel", "tcg,thread=multi"]
    # One nanosecond of virtual time is one instruction.
    return ["-icount", f"shift=0,sleep={'on' if waits else 'off'}"]


def qemu_command(*, hypervisor: Path, images: list[Path], vms: list[Vm], layout: Layout, ram_file: Path, cpu: str,
                 cpus: int, mttcg: bool, arguments: str, extra: list[str], ramdisks: list[Path | None] | None = None,
                 keyboard: bool = False, waits: bool = False) -> list[str]:
    """The command for one run. `extra` comes last, so it can replace what stands before."""
    modules = []
    for image, address, vm, ramdisk in zip(images, layout.image_addresses, vms, ramdisks or [None] * len(vms)):
        modules.append(guest_loader(image, address, vm.append))
        if ramdisk is not None:
            modules.append(ramdisk_loader(ramdisk, address + round_up(image.stat().st_size, ALIGNMENT)))
    return [
        "qemu-system-aarch64",
        # dtb-randomness=off: seeds in the device tree would make every run another one.
        "-M", "virt,virtualization=on,gic-version=3,dtb-randomness=off,memory-backend=ram",
        "-cpu", cpu,
        "-smp", str(cpus),
        "-m", f"{layout.total // MIB}M",
        "-object", f"memory-backend-file,id=ram,size={layout.total},mem-path={escape(ram_file)},share=on",
        *clock(mttcg, waits),
        "-nic", "none",
        "-display", "none",
        "-monitor", "none",
        *serial_port(keyboard),
        "-no-reboot",
        "-kernel", str(hypervisor),
        "-append", arguments,
        *itertools.chain.from_iterable(modules),
        *virtio_devices(vms),
        *extra,
    ]


def native_command(*, image: Path, ramdisk: Path | None, vm: Vm, cpu: str, mttcg: bool, extra: list[str],
                   keyboard: bool = False, waits: bool = False) -> list[str]:
    """The same guest on the board itself: with as many CPUs as it would have vCPUs, and no EL2."""
    return [
        "qemu-system-aarch64",
        "-M", "virt,gic-version=3,dtb-randomness=off",
        "-cpu", cpu,
        "-smp", str(vm.vcpus),
        "-m", f"{round_up(vm.mem, ALIGNMENT) // MIB}M",
        *clock(mttcg, waits),
        "-nic", "none",
        "-display", "none",
        "-monitor", "none",
        *serial_port(keyboard),
        *(["-no-reboot"] if vm.is_linux else []),  # ours resets when it panics (guest_files.py)
        "-kernel", str(image),
        *(["-initrd", str(ramdisk)] if ramdisk is not None else []),
        "-append", vm.append,
        *virtio_devices([vm]),
        *extra,
    ]
