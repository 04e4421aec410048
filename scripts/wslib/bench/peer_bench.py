# SPDX-License-Identifier: Apache-2.0
"""`ws bench --peers`: our designs beside the real KVM and Xen, all measured here in the same way."""

import dataclasses
import json

from ..paths import DESIGNS, PEERS, XEN
from ..run.run_options import Options
from .microbenchmarks import BENCHMARKS, host, measure

# What can be had on KVM and Xen (run/peer_checks.py).
OF_KVM = ("hypercall", "io-kernel", "io-user", "id-register", "virtual-ipi", "virtual-eoi", "timer-interrupt")
OF_XEN = ("hypercall", "id-register")
# Xen writes a line into its log for a call that it does not know, so there the guest asks for a version.
XEN_CALL = "call=version"

_CLASSES = ("general", "callee_saved", "fp", "el1", "timer", "vgic", "list_registers", "debug", "trap_config")


def main(benchmarks: list[str] | None, *, as_json: bool) -> int:
    rows = []
    for benchmark in benchmarks or OF_KVM:
        for design in (*DESIGNS, *PEERS):
            if benchmark in (OF_XEN if design == XEN else OF_KVM if design in PEERS else BENCHMARKS):
                rows.append(measure(benchmark, design, 1, _asked_of_xen if design == XEN else None))
    if as_json:
        print(json.dumps({"results": rows, "host": host()}, indent=2))
    else:
        _print(rows)
    return 0


def _asked_of_xen(options: Options) -> Options:
    return dataclasses.replace(options, append=f"{options.append} {XEN_CALL}") if options.guest == "hypercall" else options


def _print(rows: list[dict]) -> None:
    print("Instructions for one operation, counted by QEMU with -icount shift=0; not cycles.")
    print("guest: as the guest measures it, its loop included.   net: from a full trace.   Registers are saved/restored in one operation.")
    print()
    classes = [name for name in _CLASSES if any(name in row["registers"] for row in rows)]
    width = max(len(name) for name in classes) + 2
    print(f"{'benchmark':18}{'design':10}{'guest':>10}{'net':>11}{'exceptions':>12}" + "".join(f"{name:>{width}}" for name in classes))
    for row in rows:
        net = "-" if row["net"] is None else format(row["net"], ",.1f")
        moved = (row["registers"].get(name, {"saved": 0, "restored": 0}) for name in classes)
        print(f"{row['benchmark']:18}{row['design']:10}{row['bare']:>10,.1f}{net:>11}{row['exceptions']:>12.3g}"
              + "".join(f"{one['saved']:.3g}/{one['restored']:.3g}".rjust(width) for one in moved))
    print()
    print(f"kvm-nvhe and kvm-vhe: Debian's Linux, fetched; xen: Debian's Xen, where hypercall is a call that it knows ({XEN_CALL}).")
    print("With two CPUs the instructions of both; a tick of the host's may be among the guest's.")
