# SPDX-License-Identifier: Apache-2.0
"""What can be had on a design that is not ours, and what cannot, each in a sentence."""

from ..machine.qemu_machine import CPUS_WITHOUT_VHE
from ..optimisations import ALL
from ..problem import usage_problem


def check_peer(options) -> None:
    """`options`: run_options.Options."""
    design = options.design
    if options.trace != "off":
        raise usage_problem(f"runs on {design} are not recorded: leave --trace out")
    given = {"--vm": options.vm, "--disk": options.disk, "--net": options.net, "--initrd": options.initrd, "--exec": options.exec is not None,
             "--stdin": options.stdin}
    for option, wanted in given.items():
        if wanted:
            raise usage_problem(f"the VMM on {design} runs one flat guest without files or a network: leave {option} out")
    ours = {"--boot": options.boot, "--selfcheck": options.selfcheck, "--hypervisor": options.hypervisor, "--record": options.record,
            "--optimisations": options.optimisations != ALL}
    for option, wanted in ours.items():
        if wanted:
            raise usage_problem(f"{option} is for this hypervisor's own designs, and {design} is Linux's")
    if any(vm.is_linux for vm in options.vms):
        raise usage_problem(f"the VMM on {design} runs flat guests (guests/), and linux needs more of a machine than it has")
    _check_cpu(options)


def _check_cpu(options) -> None:
    if options.design == "kvm-vhe" and options.cpu in CPUS_WITHOUT_VHE:
        raise usage_problem(f"kvm-vhe needs a CPU with VHE (Armv8.1 or later), and {options.cpu} is Armv8.0; leave --cpu out")
    if options.design == "kvm-nvhe" and options.kernel == "5.10" and options.cpu not in CPUS_WITHOUT_VHE:
        raise usage_problem("Linux 5.10 does without VHE only where the CPU has none: give --cpu cortex-a72")
