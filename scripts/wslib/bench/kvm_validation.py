# SPDX-License-Identifier: Apache-2.0
"""The second table of `ws bench --validate`: the paper's ratios, predicted from KVM's own code of today."""

import dataclasses
import textwrap

from .. import trace_tool
from ..linux.debian_kernels import DEFAULT_KERNEL
from ..linux.peer_packages import newest_kernel
from ..paths import KVM
from ..problem import Problem
from ..run.run_options import Options
from . import microbenchmarks

PROFILE = "xgene-gicv2-kvm"
# Moved by the KVM of 2017 for every exit in split mode, by the ledger's parts (ISCA 2016, Table III).
MOVED_IN_2017 = {"fp": "FP/SIMD registers", "timer": "Registers of the timer", "vgic": "Registers of the vGIC"}


def table(kinds: dict[str, str]) -> dict:
    """Rows by benchmark and kernel, for these kinds of operations, and in words what cannot be had."""
    rows, problems = [], []
    try:
        kernels = list(dict.fromkeys([DEFAULT_KERNEL, newest_kernel()]))
    except Problem as problem:
        kernels, problems = [DEFAULT_KERNEL], [f"the newest kernel: {problem}"]
    for kernel in kernels:
        for benchmark, kind in kinds.items():
            try:
                rows.append(_row(benchmark, kernel, kind))
            except Problem as problem:
                problems.append(f"{benchmark} on Linux {kernel}: {problem}")
    return {"profile": PROFILE, "rows": rows, "problems": problems}


def _row(benchmark: str, kernel: str, kind: str) -> dict:
    def with_kernel(options: Options) -> Options:
        return dataclasses.replace(options, kernel=kernel, out=f"{options.out}-{kernel}")

    traces = [microbenchmarks.full_trace(benchmark, design, changed=with_kernel) for design in KVM]
    return row_of(benchmark, kernel, trace_tool.ask("explain", *traces, "--kind", kind, "--profile", PROFILE))


def row_of(benchmark: str, kernel: str, told: dict) -> dict:
    """From an explanation of KVM without VHE beside KVM with it."""
    paper = microbenchmarks.BENCHMARKS[benchmark].paper
    moved = {part["part"]: {side: part[side]["saved"] + part[side]["restored"] for side in "ab"} for part in told["parts"]}
    return {"benchmark": benchmark, "kernel": kernel, "package": told["runs"]["a"]["package"], "kind": told["kind"],
            "instructions": {side: told["instructions"][side] for side in "ab"},
            "cycles": {side: told["cycles"][side] for side in "ab"},
            "ratio": {"instructions": round(told["instructions"]["a"] / told["instructions"]["b"], 3),
                      "modelled": round(told["cycles"]["a"] / told["cycles"]["b"], 3),
                      "paper": round(paper["split"] / paper["vhe"], 3)},
            "moved": {name: moved[name] for name in MOVED_IN_2017}}


def show(told: dict) -> None:
    print()
    for problem in told["problems"]:
        print(textwrap.fill(f"Not in the second table, of KVM itself: {problem}", 110, subsequent_indent="  "))
    if not told["rows"]:
        return
    print(f"KVM itself, without VHE and with it: cycles modelled with the profile {told['profile']}, from its own recordings.")
    print()
    print(f"{'benchmark':14}{'Linux':8}{'kvm-nvhe':>10}{'kvm-vhe':>10}{'ratio':>8}{'of instructions':>17}{'the paper':>11}")
    for row in told["rows"]:
        cycles, ratio = row["cycles"], row["ratio"]
        print(f"{row['benchmark']:14}{row['kernel']:8}{cycles['a']:>10,.0f}{cycles['b']:>10,.0f}{ratio['modelled']:>8.2f}"
              f"{ratio['instructions']:>17.2f}{ratio['paper']:>11.2f}")
    print()
    for sentence in differences(told["rows"]):
        print(textwrap.fill(sentence, 110, subsequent_indent="  "))


def differences(rows: list[dict]) -> list[str]:
    """What this KVM does otherwise than that of 2017, from what its recordings moved."""
    sentences = []
    for name, words in MOVED_IN_2017.items():
        still = [f"{row['benchmark']} on {row['kernel']}" for row in rows if any(row["moved"][name].values())]
        where = f"at {', '.join(still)}, and at none of the others" if still else "at none of these"
        sentences.append(f"{words}: the KVM of 2017 moved them at every exit without VHE; here they are moved {where}.")
    sentences.append("The paper's redesign was one of a KVM that moved all this, and so had all this to gain.")
    return sentences
