# SPDX-License-Identifier: Apache-2.0
"""What can be had on a design that is not ours, and what cannot, each in a sentence."""

import re

from ..machine.qemu_machine import CPUS_WITHOUT_VHE
from ..optimisations import ALL
from ..paths import XEN
from ..problem import usage_problem

# What these ask of a machine that KVM does not have.
UNFIT = {
    "priority": "has more interrupts active at once than there are list registers, and KVM's interrupt controller loses sight of those that fit "
                "in none",
    "stage2": "expects the aborts that this hypervisor gives where no memory is, and KVM leaves those to its VMM",
    "lab_hunt": "speaks to a lab's grader, which is in this hypervisor",
    "lab_own": "speaks to a lab's grader, which is in this hypervisor",
    "lab_registers": "speaks to a lab's grader, which is in this hypervisor",
}
UNFIT_BENCHMARKS = {
    "stage2-fault": "needs memory that the guest can give back, which is a hypercall of this hypervisor's own",
    "vm-switch": "needs two VMs, and this VMM runs one",
}


def is_recorded(options) -> bool:
    """Can a trace be made of it?"""
    return not _why_not_recorded(options)


def _why_not_recorded(options) -> str:
    if options.mttcg:
        return f"a trace of {options.design} has the count of instructions for a clock, and --mttcg gives it up"
    if options.kernel == "5.10" and options.design == "kvm-nvhe":
        return "Linux 5.10 does not tell the names of nVHE's functions (/proc/kallsyms), so no trace can be made of it"
    return ""


def check_peer(options) -> None:
    """`options`: run_options.Options."""
    design = options.design
    if options.trace == "traps":
        raise usage_problem(f"what is recorded of {design} is recorded from outside, and whole: --trace full or off")
    if options.trace == "full" and not is_recorded(options):
        raise usage_problem(f"{_why_not_recorded(options)}: --trace off runs it all the same")
    given = {"--vm": options.vm, "--disk": options.disk, "--net": options.net, "--initrd": options.initrd, "--exec": options.exec is not None,
             "--stdin": options.stdin}
    for option, wanted in given.items():
        if wanted:
            raise usage_problem(f"there is one flat guest on {design}, without files or a network: leave {option} out")
    ours = {"--boot": options.boot, "--selfcheck": options.selfcheck, "--hypervisor": options.hypervisor, "--record": options.record,
            "--optimisations": options.optimisations != ALL}
    for option, wanted in ours.items():
        if wanted:
            raise usage_problem(f"{option} is for this hypervisor's own designs, and {design} is another's")
    if any(vm.is_linux for vm in options.vms):
        raise usage_problem(f"the VMM on {design} runs flat guests (guests/), and linux needs more of a machine than it has")
    if options.guest in UNFIT:
        raise usage_problem(f"{options.guest} cannot run on {design}: it {UNFIT[options.guest]}")
    benchmark = re.search(r"(?:^| )benchmark=(\S+)", options.append)
    if options.guest == "micro" and benchmark and benchmark[1] in UNFIT_BENCHMARKS:
        raise usage_problem(f"the benchmark {benchmark[1]} cannot be had on {design}: it {UNFIT_BENCHMARKS[benchmark[1]]}")
    if design == XEN:
        _check_xen(options)
    _check_cpu(options)


def _check_xen(options) -> None:
    """Without a dom0 Xen has no devices for its domain, and its interrupt controller is at another place than the board's."""
    benchmark = re.search(r"(?:^| )benchmark=(\S+)", options.append)
    if options.guest not in ("hypercall", "micro") or benchmark and benchmark[1] != "id-register":
        raise usage_problem("on xen there are the guests hypercall and micro with benchmark=id-register: its domain has another board than "
                            "the other guests know")
    if options.cpus != 1 or options.vcpus != 1:
        raise usage_problem("a run on xen has one CPU and one vCPU")
    for option, given in {"--kernel": options.kernel, "--pin": options.pin, "--load": options.load is not None}.items():
        if given:
            raise usage_problem(f"{option} is not for xen: leave it out")


def _check_cpu(options) -> None:
    if options.design == "kvm-vhe" and options.cpu in CPUS_WITHOUT_VHE:
        raise usage_problem(f"kvm-vhe needs a CPU with VHE (Armv8.1 or later), and {options.cpu} is Armv8.0; leave --cpu out")
    if options.design == "kvm-nvhe" and options.kernel == "5.10" and options.cpu not in CPUS_WITHOUT_VHE:
        raise usage_problem("Linux 5.10 does without VHE only where the CPU has none: give --cpu cortex-a72")
