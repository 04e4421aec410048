# SPDX-License-Identifier: Apache-2.0
"""The options of a machine, its VMs and its trace, which `ws run` and `ws debug` have in common."""

import argparse

from ..linux.debian_kernels import DEFAULT_KERNEL, SUITES
from ..machine import qemu_machine
from ..machine.vm_options import (DEFAULT_MEMORY, LINUX_MEMORY, MAX_VCPUS, MAX_VCPUS_OF_A_VM, MAX_VMS, VM_SYNTAX, parse_offset, parse_pin,
                                  parse_vm)
from ..optimisations import ALL, SYNTAX, parse_optimisation, parse_optimisations
from ..paths import DESIGNS, LEVELS, NATIVE, PEERS
from ..sizes import show_size
from .argument_types import FileName, argument_type, file_name, memory_size


def add_machine(one: argparse.ArgumentParser, required: bool) -> None:
    one.add_argument("--design", required=required, choices=(*DESIGNS, NATIVE, *PEERS),
                     help="of the hypervisor: %(choices)s; native is the guest on the board itself, with as many CPUs as it "
                          "has vCPUs; kvm-nvhe and kvm-vhe are Debian's Linux, xen is its Xen")

    vm = one.add_argument_group("the VM")
    vm.add_argument("--guest", required=required, type=file_name, metavar="NAME|FILE",
                    help="a guest of guests/, a flat binary or an arm64 Image; or linux, which is Debian's")
    vm.add_argument("--vcpus", type=int, default=1, metavar="N", help=f"its vCPUs, 1 to {MAX_VCPUS_OF_A_VM} (%(default)s)")
    vm.add_argument("--mem", type=memory_size, metavar="SIZE",
                    help=f"its memory ({show_size(DEFAULT_MEMORY)}; {show_size(LINUX_MEMORY)} for Linux and with --initrd)")
    vm.add_argument("--pin", type=argument_type(parse_pin), default=[], metavar="LIST",
                    help="CPUs for its vCPUs, such as 0+1, and from the first again when there are more vCPUs "
                         "(any vCPU on any CPU)")
    vm.add_argument("--load", type=argument_type(parse_offset), metavar="OFFSET",
                    help="where a flat binary goes, from the start of its RAM (0x80000)")
    vm.add_argument("--append", default="", metavar="ARGS", help="arguments for the guest")
    vm.add_argument("--exec", metavar="COMMANDS",
                    help="for Linux: run them and end with their status; without it there is a shell at the terminal")
    vm.add_argument("--file", action="append", type=file_name, default=[], metavar="FILE",
                    help="for Linux: a program that goes into every guest's /bin; may be given again")
    vm.add_argument("--disk", default="", action=FileName, metavar="FILE", help="the file behind its disk, a virtio-blk device (none)")
    vm.add_argument("--initrd", default="", action=FileName, metavar="FILE",
                    help="for a guest that is a file: its ramdisk, such as the initrd of a kernel of your own (none)")
    vm.add_argument("--net", action="store_true", help="it has a virtio-net device, at the switch between the VMs")
    vm.add_argument("--vm", type=argument_type(parse_vm), action="append", default=[], metavar="KEY=VALUE,...",
                    help=f"a further VM: {VM_SYNTAX}; may be given again, {MAX_VMS} VMs and {MAX_VCPUS} vCPUs in all")

    board = one.add_argument_group("the machine and the hypervisor")
    board.add_argument("--cpus", type=int, default=1, metavar="N",
                       help=f"CPUs of the machine, 1 to {qemu_machine.MAX_CPUS} (%(default)s)")
    board.add_argument("--cpu", default=qemu_machine.DEFAULT_CPU, metavar="MODEL", help="QEMU's name of the CPU (%(default)s)")
    board.add_argument("--hypervisor", default="", action=FileName, metavar="FILE",
                       help="an image of this design from another build, with its ELF file beside it (build/hyp's)")
    board.add_argument("--kernel", default="", metavar="VERSION",
                       help=f"of KVM: the first numbers of its Linux, {', '.join(SUITES)} or of Debian's backports ({DEFAULT_KERNEL})")
    board.add_argument("--optimisations", type=argument_type(parse_optimisations), default=ALL, metavar="LIST",
                       help=f"of the vhe design: {SYNTAX} (all)")
    board.add_argument("--without", type=argument_type(parse_optimisation), action="append", default=[], metavar="NAME",
                       help="the vhe design without this optimisation; may be given again")
    board.add_argument("--mttcg", action="store_true",
                       help="a host thread for each CPU: faster with several, but counts are then no instructions, "
                            "and no run is like another")
    board.add_argument("--boot", action="append", default=[], metavar="OPTION",
                       help="for the hypervisor's command line, as it is: vmids=3, slice=1000, ...; may be given again")
    board.add_argument("--selfcheck", action="store_true",
                       help="the hypervisor checks its own registers at every world switch")


def add_trace(one: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    result = one.add_argument_group("the run")
    result.add_argument("--trace", choices=LEVELS,
                        help="what is recorded: %(choices)s (full; off for Linux and with --initrd)")
    result.add_argument("--trace-memory", type=memory_size, default=qemu_machine.DEFAULT_TRACE_MEMORY, metavar="SIZE",
                        help=f"memory of the trace's rings ({show_size(qemu_machine.DEFAULT_TRACE_MEMORY)})")
    return result
