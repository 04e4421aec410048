# SPDX-License-Identifier: Apache-2.0
"""What one VM of a run is to be: its guest, vCPUs and memory, and where they go."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ..paths import guest_image
from ..problem import reading, usage_problem
from ..sizes import MIB, parse_size, show_size
from ..values import parse_name

# The hypervisor's own limits (hyp/kernel).
MAX_VMS = 8
MAX_VCPUS_OF_A_VM = 8
MAX_VCPUS = 32

DEFAULT_MEMORY = 64 * MIB
LINUX = "linux"  # the guest that is Debian's (guest_files.py), not one of guests/
LINUX_MEMORY = 256 * MIB
OFFSET_ALIGNMENT = 4096

SECTOR_BYTES = 512

VM_SYNTAX = "guest=NAME|FILE[,vcpus=N][,mem=SIZE][,pin=LIST][,load=OFFSET][,disk=FILE][,initrd=FILE][,net=on]" \
            "[,append=ARGS|,exec=COMMANDS]"


@dataclass
class Vm:
    """Checked by `check`; until then what somebody typed."""

    guest: str
    vcpus: int = 1
    mem: int | None = None  # None: as much as such a guest needs
    pin: list[int] = field(default_factory=list)  # vCPU i runs on CPU pin[i % len(pin)] alone; empty: on any
    load: int | None = None  # of a flat binary, from the start of guest RAM; None: where the hypervisor would put it
    append: str = ""
    exec: str | None = None  # commands for Linux to run; None: a shell
    disk: str = ""  # the file behind its virtio-blk device; none: no such device
    net: bool = False  # has it a virtio-net device, at the switch between the VMs?
    initrd: str = ""  # the ramdisk of a guest that is a file; none: no ramdisk

    def __post_init__(self) -> None:
        if self.mem is None:
            self.mem = LINUX_MEMORY if self.is_system else DEFAULT_MEMORY

    @property
    def is_linux(self) -> bool:
        return self.guest == LINUX

    @property
    def is_system(self) -> bool:
        """A whole operating system: Debian's Linux, or somebody's kernel with its own ramdisk. It does too much for a full trace, asks for
        random numbers, and has somebody at its console."""
        return self.is_linux or bool(self.initrd)

    def check(self, name: str, cpus: int) -> None:
        if not 1 <= self.vcpus <= MAX_VCPUS_OF_A_VM:
            raise usage_problem(f"{name} cannot have {self.vcpus} vCPUs: from 1 to {MAX_VCPUS_OF_A_VM}")
        if len(self.pin) > MAX_VCPUS_OF_A_VM:
            raise usage_problem(f"{name} is pinned to {len(self.pin)} CPUs, more than it can have vCPUs")
        missing = [cpu for cpu in self.pin if cpu >= cpus]
        if missing:
            raise usage_problem(f"{name} is pinned to CPU {missing[0]}, and the machine's CPUs are 0 to {cpus - 1} "
                                "(--cpus)")
        if self.exec is not None and not self.is_linux:
            raise usage_problem(f"commands are for Linux to run, and {name} is {self.guest}")
        if self.disk:
            with reading(self.disk):
                _check_disk(Path(self.disk))
        if self.initrd:
            with reading(self.initrd):
                self._check_initrd(name)
        if self.is_linux and self.load is not None:
            raise usage_problem("Linux is an arm64 Image, whose header says where it goes; a load offset is for flat binaries")
        image = None if self.is_linux else guest_image(self.guest)
        if image is not None and (needed := needed_by_header(image)) > self.mem:
            raise usage_problem(f"{name} has {show_size(self.mem)} of memory, and {self.guest} says in its arm64 header that it needs "
                                f"{show_size(needed)} (image_size): give --mem, if that is meant")
        if self.load is None:
            return
        if has_image_header(image):
            raise usage_problem(f"{self.guest} is an arm64 Image, whose header says where it goes; "
                                "a load offset is for flat binaries")
        if self.load + image.stat().st_size > self.mem:
            raise usage_problem(f"{name} has {show_size(self.mem)} of memory, and {self.guest} at {self.load:#x} "
                                "would not be in it")

    def _check_initrd(self, name: str) -> None:
        if self.is_linux:
            raise usage_problem(f"the guest linux gets a ramdisk of its own; for another one give --guest the kernel's file beside --initrd "
                                f"{self.initrd}")
        file = Path(self.initrd)
        if not file.is_file() or not os.access(file, os.R_OK):
            raise usage_problem(f"there is no file {file} that could be read for the ramdisk of {name}")
        if file.stat().st_size == 0:
            raise usage_problem(f"{file} is empty, and is to be the ramdisk of {name}")
        if file.stat().st_size > self.mem:
            raise usage_problem(f"{name} has {show_size(self.mem)} of memory, and the ramdisk {file} would not be in it; --mem gives it more")

    def boot_options(self, prefix: str, memory: int, disk: int | None = None) -> list[str]:
        """For the hypervisor's command line; `prefix` says which VM, `disk` which of the board's disks is its."""
        options = [f"{prefix}.mem={memory}", f"{prefix}.cpus={self.vcpus}"]
        if self.pin:
            options.append(f"{prefix}.pin={show_pin(self.pin)}")
        if self.load is not None:
            options.append(f"{prefix}.load={self.load:#x}")
        if disk is not None:
            options.append(f"{prefix}.disk={disk}")
        if self.net:
            options.append(f"{prefix}.net")
        return options

    def label(self) -> str:
        """A short name that tells this VM from others, for the folder of a run."""
        name = Path(self.guest).stem
        if self.vcpus != 1:
            name += f"-{self.vcpus}vcpus"
        if self.pin:
            name += f"-pin{show_pin(self.pin)}"
        if self.load is not None:
            name += f"-load{self.load:#x}"
        if self.disk:
            name += "-disk"
        if self.net:
            name += "-net"
        if self.initrd:
            name += "-initrd"
        return name


def _check_disk(file: Path) -> None:
    if not file.is_file():
        raise usage_problem(f"there is no file {file} for a disk; truncate -s 64M {file} makes an empty one")
    size = file.stat().st_size
    if size == 0 or size % SECTOR_BYTES:
        raise usage_problem(f"{file} has {size} bytes; a disk has whole sectors of {SECTOR_BYTES}")
    if not os.access(file, os.R_OK | os.W_OK):
        raise usage_problem(f"{file} cannot be read and written, as a disk must be")


def has_image_header(image: Path) -> bool:
    with image.open("rb") as file:
        return file.read(60)[56:] == b"ARM\x64"


def needed_by_header(image: Path) -> int:
    """The bytes from its start on that an arm64 Image takes; 0 of a flat binary (Linux: Documentation/arm64/booting.rst)."""
    if not has_image_header(image):
        return 0
    with image.open("rb") as file:
        return int.from_bytes(file.read(24)[16:], "little")


def parse_pin(text: str) -> list[int]:
    """0+2: the first vCPU on CPU 0, the second on CPU 2, the third on CPU 0 again."""
    if not re.fullmatch(r"\d+(\+\d+)*", text, re.ASCII):
        raise ValueError(f"'{text}' is not a list of CPUs: write numbers joined by '+', such as 0+1")
    return [int(cpu) for cpu in text.split("+")]


def show_pin(pin: list[int]) -> str:
    return "+".join(map(str, pin))


def parse_offset(text: str) -> int:
    """Of a flat binary, from the start of guest RAM: 0x200000, 2M or 0."""
    if re.fullmatch(r"0x[0-9a-fA-F]+|0", text):
        offset = int(text, 16)
    else:
        offset = parse_size(text)
    if offset % OFFSET_ALIGNMENT:
        raise ValueError(f"'{text}' is not a multiple of {show_size(OFFSET_ALIGNMENT)}")
    return offset


def _parse_switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError(f"'{text}' is neither on nor off")
    return text == "on"


def _parse_count(text: str) -> int:
    if not re.fullmatch(r"\d+", text, re.ASCII):
        raise ValueError(f"'{text}' is not a number")
    return int(text)


_KEYS = {"guest": str, "vcpus": _parse_count, "mem": parse_size, "pin": parse_pin, "load": parse_offset,
         "disk": parse_name, "initrd": parse_name, "net": _parse_switch}


def parse_vm(text: str) -> Vm:
    """A further VM, as VM_SYNTAX says. All that follows append= or exec= belongs to it, commas included."""
    keys, last, rest = re.fullmatch(r"(.*?)(?:(?:^|,)(append|exec)=(.*))?", text, re.DOTALL).groups(default="")
    values = {last: rest} if last else {}
    for item in keys.split(",") if keys else []:
        key, equals, value = item.partition("=")
        if key not in _KEYS or not equals:
            raise ValueError(f"'{item}' is none of the keys of a VM: {VM_SYNTAX}")
        if key in values:
            raise ValueError(f"a VM has two values for {key}")
        try:
            values[key] = _KEYS[key](value)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None
    if not values.get("guest"):
        raise ValueError(f"a VM needs guest=: {VM_SYNTAX}")
    return Vm(**values)


def check_vms(vms: list[Vm], cpus: int) -> None:
    if len(vms) > MAX_VMS:
        raise usage_problem(f"{len(vms)} VMs, and at most {MAX_VMS} fit")
    for number, vm in enumerate(vms, 1):
        vm.check(f"VM {number}" if len(vms) > 1 else "the VM", cpus)
    vcpus = sum(vm.vcpus for vm in vms)
    if vcpus > MAX_VCPUS:
        raise usage_problem(f"the VMs have {vcpus} vCPUs together, and at most {MAX_VCPUS} fit")
