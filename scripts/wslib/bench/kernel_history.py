# SPDX-License-Identifier: Apache-2.0
"""`ws bench --kernels`: how what an operation costs on KVM went from Debian's oldest kernel to its newest, with VHE and without."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from .. import trace_tool
from ..linux.debian_kernels import SUITES
from ..linux.peer_packages import newest_kernel
from ..machine.qemu_machine import CPUS_WITHOUT_VHE, DEFAULT_CPU
from ..paths import KVM
from ..problem import Problem
from ..run.peer_checks import is_recorded
from ..run.run_options import Options
from .microbenchmarks import host, measure

BENCHMARK = "hypercall"  # where none is asked for
LARGEST = 3  # so many parts are named whose share of an operation is another than in the kernel before


def main(benchmarks: list[str] | None, *, as_json: bool) -> int:
    rows = [row for benchmark in benchmarks or [BENCHMARK] for row in history(benchmark, versions())]
    if as_json:
        print(json.dumps({"results": rows, "host": host()}, indent=2))
    else:
        _print(rows)
    return 0


def versions() -> list[str]:
    """Ascending; without the newest where it cannot be asked for."""
    try:
        return list(dict.fromkeys([*SUITES, newest_kernel()]))
    except Problem as problem:
        print(f"The newest is left out: {problem}")
        return list(SUITES)


def history(benchmark: str, kernels: list[str]) -> list[dict]:
    """A row for each kernel and design. One that cannot be had has `problem` alone, in words."""
    rows = []
    for design in KVM:
        before = None
        for kernel in kernels:
            row, folder = _row(benchmark, design, kernel)
            row["since"] = _differences(before, folder) if before and folder else None
            before = folder or before
            rows.append(row)
    return rows


def _row(benchmark: str, design: str, kernel: str) -> tuple[dict, Path | None]:
    """And the folder of the full trace, if there is one."""
    asked: list[Options] = []
    same = {"benchmark": benchmark, "design": design, "kernel": kernel, "package": None, "problem": None}
    change = _with_kernel(kernel, asked)
    try:
        traced = is_recorded(Options(design, "", kernel=kernel))
        measured = measure(benchmark, design, 1, change, traced=traced)
    except Problem as problem:
        return {**same, "problem": str(problem)}, None
    folder = asked[-1].folder()
    description = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return {**same, **measured, "package": description["packages"]["kernel"], "cpu": asked[-1].cpu}, folder if traced else None


def _with_kernel(kernel: str, asked: list[Options]) -> Callable[[Options], Options]:
    def change(options: Options) -> Options:
        # As old as this, it does without VHE only where the CPU has none.
        cpu = CPUS_WITHOUT_VHE[-1] if (kernel, options.design) == ("5.10", "kvm-nvhe") else DEFAULT_CPU
        asked.append(dataclasses.replace(options, kernel=kernel, cpu=cpu, out=f"{options.out}-{kernel}"))
        return asked[-1]
    return change


def _differences(before: Path, after: Path) -> list[dict]:
    """By part, the largest first: what the usual operation of the kind that most of the guest's traps are of takes there more or less."""
    kinds = trace_tool.ask("compare", before, after)["kinds"]
    kind = max(kinds, key=lambda kind: kind["paired"])
    parts = {name: kind["b"]["net_by_part"].get(name, 0) - kind["a"]["net_by_part"].get(name, 0)
             for name in {**kind["a"]["net_by_part"], **kind["b"]["net_by_part"]}}
    return [{"part": name, "instructions": change} for name, change in sorted(parts.items(), key=lambda part: -abs(part[1])) if change]


def _print(rows: list[dict]) -> None:
    print("Instructions for one operation, counted by QEMU with -icount shift=0; not cycles.")
    print("guest: as the guest measures it, its loop included.   net: from a full trace.")
    print(f"since the kernel before: the parts of the usual operation that changed most ({LARGEST} at most).")
    print()
    print(f"{'benchmark':16}{'design':10}{'Linux':8}{'guest':>10}{'net':>10}{'exceptions':>12}   since the kernel before")
    for row in rows:
        begin = f"{row['benchmark']:16}{row['design']:10}{row['kernel']:8}"
        if row["problem"]:
            print(f"{begin}  not to be had: {row['problem']}")
            continue
        net, exceptions = ("-" if row[name] is None else format(row[name], form) for name, form in (("net", ",.1f"), ("exceptions", ".3g")))
        since = ", ".join(f"{one['part']} {one['instructions']:+,}" for one in (row["since"] or [])[:LARGEST])
        print(f"{begin}{row['bare']:>10,.1f}{net:>10}{exceptions:>12}   {since or ('no other' if row['since'] == [] else '-')}")
    print()
    for package, cpu in dict.fromkeys((row["package"], row["cpu"]) for row in rows if not row["problem"]):
        print(f"{package} on {cpu}")
    if any(row["problem"] is None and row["net"] is None for row in rows):
        print("A net of - is not told: that kernel does not say what its functions at EL2 are called.")
