# SPDX-License-Identifier: Apache-2.0
"""What one run was asked to be."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..build import bring_up_to_date
from ..machine.boot_options import Board, check_boot_options
from ..machine.qemu_machine import CPUS_WITHOUT_VHE, DEFAULT_CPU, DEFAULT_TRACE_MEMORY, MAX_CPUS
from ..machine.vm_options import Vm, check_vms
from ..optimisations import ALL, image_suffix
from ..paths import BUILD, NATIVE, PEERS, RUNS, XEN, elf_of, guest_names, hypervisor_image
from ..problem import reading, usage_problem
from .peer_checks import check_peer, is_recorded

DEFAULT_TIMEOUT = 300


@dataclass
class Options:
    """What `ws run` was asked for. Each field is an option of that command."""

    design: str
    guest: str
    cpus: int = 1
    vcpus: int = 1
    mem: int | None = None
    pin: list[int] = field(default_factory=list)
    load: int | None = None
    append: str = ""
    exec: str | None = None
    disk: str = ""
    net: bool = False
    initrd: str = ""
    file: list[str] = field(default_factory=list)  # programs for Linux guests, beside those that each has
    vm: list[Vm] = field(default_factory=list)  # the further ones
    boot: list[str] = field(default_factory=list)
    cpu: str = DEFAULT_CPU
    mttcg: bool = False
    hypervisor: str = ""  # an image of another build
    kernel: str = ""  # of KVM: the first two numbers of its version; none: the usual one
    optimisations: int = ALL  # of the vhe design, a bit for each that is on
    stdin: str = ""
    trace: str | None = None  # None: all, but nothing where a guest does too much for that
    trace_memory: int = DEFAULT_TRACE_MEMORY
    out: str = ""
    timeout: float = DEFAULT_TIMEOUT
    selfcheck: bool = False
    keep_ram: bool = False
    count: bool = False
    record: bool = False
    qemu: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.usual_trace = "off" if self.design == NATIVE or self.is_peer and not is_recorded(self) or any(vm.is_system for vm in self.vms) else "full"
        if self.trace is None:
            self.trace = self.usual_trace

    @property
    def vms(self) -> list[Vm]:
        return [Vm(self.guest, self.vcpus, self.mem, self.pin, self.load, self.append, self.exec, self.disk,
                   self.net, self.initrd), *self.vm]

    @property
    def is_peer(self) -> bool:
        """Is the design not ours?"""
        return self.design in PEERS

    @property
    def is_interactive(self) -> bool:
        """Is there a shell, or a login, for whoever sits at the terminal?"""
        return any(vm.is_system and vm.exec is None for vm in self.vms)

    @property
    def typed(self) -> str:
        return self.stdin or ("-" if self.is_interactive else "")

    @property
    def waits_for_people(self) -> bool:
        """A system of somebody's own has time-outs, such as a login's, for those who type and for its disk: they are meant in real time."""
        return self.typed == "-" and any(vm.initrd for vm in self.vms)

    @property
    def has_keyboard(self) -> bool:
        return self.is_interactive and self.typed == "-" and sys.stdin is not None and sys.stdin.isatty()

    @property
    def targets(self) -> list[str]:
        """What the build has of it, by CMake's names. Images without some optimisations are asked for by themselves (ws build)."""
        names = guest_names()
        guests = [f"guest-{vm.guest}" for vm in self.vms if vm.guest in names]
        if self.is_peer:
            return guests if self.design == XEN else [*guests, "kvm-vmm"]
        usual = self.design != NATIVE and not self.image_suffix and not self.hypervisor
        return guests + ([f"hyp-{self.design}-{self.trace}"] if usual else [])

    def build_images(self) -> None:
        """Those that are not there, or whose sources have changed; and on a new clone what captures the trace."""
        if self.targets:
            bring_up_to_date("hyp", self.targets)
        host = os.environ.get("WS_HOST_BUILD", "release")
        if self.design != NATIVE and not (BUILD / host / "viewer/wstrace").exists():
            bring_up_to_date(host, ["wstrace"])

    @property
    def image_suffix(self) -> str:
        return image_suffix(self.optimisations)

    @property
    def hypervisor_image(self) -> Path:
        """Raises Problem if it is not there."""
        if not self.hypervisor:
            return hypervisor_image(self.design, self.trace, self.image_suffix)
        if not Path(self.hypervisor).is_file():
            raise usage_problem(f"--hypervisor {self.hypervisor}: there is no such file")
        return Path(self.hypervisor).absolute()

    @property
    def hypervisor_elf(self) -> Path:
        """The same image with its symbols, for GDB: the ELF file beside it."""
        return elf_of(self.hypervisor_image)

    def check(self) -> None:
        if not 1 <= self.cpus <= MAX_CPUS:
            raise usage_problem(f"--cpus {self.cpus}: from 1 to {MAX_CPUS}")
        if not 0 <= self.timeout < float("inf"):
            raise usage_problem(f"--timeout {self.timeout}: seconds, or 0 for ever")
        if self.design == "vhe" and self.cpu in CPUS_WITHOUT_VHE:
            raise usage_problem(f"the vhe design needs a CPU with VHE (Armv8.1 or later), and {self.cpu} is Armv8.0; "
                                f"leave --cpu out for {DEFAULT_CPU}")
        if self.hypervisor and (self.design == NATIVE or self.optimisations != ALL):
            raise usage_problem("--hypervisor is an image of a design, with what it was built with; without --optimisations")
        if self.optimisations != ALL and self.design != "vhe":
            raise usage_problem(f"only the vhe design can do without optimisations, not {self.design}")
        if self.design == NATIVE:
            self._check_native()
        if self.is_peer:
            check_peer(self)
        elif self.kernel:
            raise usage_problem(f"--kernel says which Linux is the hypervisor, and {self.design} has none")
        if self.record:
            self._check_recorded()
        if self.file and not any(vm.is_linux for vm in self.vms):
            raise usage_problem("--file is for Linux, and there is none here")
        for file in self.file:
            with reading(file), open(file, "rb"):
                pass
        check_boot_options(self.boot, Board(self.cpus, sum(bool(vm.disk) for vm in self.vms), len(self.vms)))
        check_vms(self.vms, max(self.cpus, self.vcpus) if self.design == NATIVE else self.cpus)

    def _check_native(self) -> None:
        if self.trace != "off" or self.vm or self.pin or self.load is not None or self.boot or self.selfcheck \
                or self.net:
            raise usage_problem("without a hypervisor there is one guest, no trace, no pins, no load offset, no network and "
                                "no options for the hypervisor")
        if self.cpus not in (1, self.vcpus):
            raise usage_problem(f"without a hypervisor the machine has as many CPUs as --vcpus says, {self.vcpus}")

    def _check_recorded(self) -> None:
        if self.design == NATIVE:
            raise usage_problem("--record is for runs of the hypervisor: without one there is no trace to replay by")
        if self.cpus != 1:
            raise usage_problem(f"QEMU can record and replay a machine of one CPU, not of {self.cpus}: leave --cpus out")
        if self.mttcg:
            raise usage_problem("--record needs the count of instructions, and --mttcg gives it up")
        if any(vm.is_system or vm.disk for vm in self.vms):
            raise usage_problem("--record is for guests without disks, and not for Linux: QEMU's virtio devices on the board are not "
                                "part of a recording")
        if self.typed:
            raise usage_problem("--record and --stdin do not go together: what is typed is not part of a recording")

    def folder(self) -> Path:
        """--out, or a folder under out/ named after what makes this run another one."""
        if self.out:
            return Path(self.out)
        name = f"{self.design}-{'+'.join(vm.label() for vm in self.vms)}"
        if self.trace != self.usual_trace:
            name += f"-{self.trace}"
        if self.cpus != 1 and self.design != NATIVE:
            name += f"-{self.cpus}cpus"
        name += self.image_suffix
        if self.kernel:
            name += f"-linux{self.kernel}"
        if self.mttcg:
            name += "-mttcg"
        if self.record:
            name += "-recorded"
        return RUNS / name
