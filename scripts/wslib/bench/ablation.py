# SPDX-License-Identifier: Apache-2.0
"""`ws bench --ablation`: what each optimisation of the vhe design is worth, in instructions.

Each benchmark runs, with no recorder, on vhe with all optimisations and with none, and in three ways on what lies between:
with one alone, with the first few of the table, with all but one. All figures are the guest's own totals, so that the
differences add up."""

import dataclasses
import json
import os
import sys
from itertools import accumulate

from ..build import build_ablated
from ..optimisations import ALL, BITS, NONE, show_optimisations
from ..paths import RUNS, shown
from ..problem import Problem
from ..run.one_run import run
from . import microbenchmarks

LEVEL = "off"

# Goes with `hypercall`: the same from a guest that has used a breakpoint.
BREAKPOINTS = "hypercall-breakpoints"
BENCHMARKS = {**microbenchmarks.BENCHMARKS,
              BREAKPOINTS: dataclasses.replace(microbenchmarks.BENCHMARKS["hypercall"], append="breakpoints=1")}


def numbers() -> list[int]:
    """The sets of optimisations that the figures are made of."""
    return sorted({NONE, *accumulate(BITS.values()), *BITS.values(), *(ALL - bit for bit in BITS.values())})


def main(benchmarks: list[str] | None, *, as_json: bool) -> int:
    wanted = benchmarks or list(microbenchmarks.BENCHMARKS)
    names = [name for name in BENCHMARKS if name in wanted or (name == BREAKPOINTS and "hypercall" in wanted)]
    tools = {name: version for name, version in microbenchmarks.host().items() if name in ("qemu", "compiler")}
    told = {"results": measure(names), "tools": tools}
    print(json.dumps(told, indent=2) if as_json else table(told["results"]))
    return 0


def measure(benchmarks: list[str]) -> list[dict]:
    _say(f"building {len(numbers())} images of vhe (build/hyp)")
    build_ablated({(number, LEVEL) for number in numbers()}, sys.stderr)
    totals: dict[str, dict[int, int]] = {benchmark: {} for benchmark in benchmarks}
    iterations = {}
    from concurrent.futures import ProcessPoolExecutor, as_completed  # with what it imports in turn, nothing for every ws
    with ProcessPoolExecutor(os.cpu_count()) as pool:  # a run wants a main thread, for its signals
        runs = {pool.submit(_total, benchmark, number): (benchmark, number)
                for benchmark in benchmarks for number in numbers()}
        try:
            for done, future in enumerate(as_completed(runs), 1):
                benchmark, number = runs[future]
                iterations[benchmark], totals[benchmark][number] = future.result()
                _say(f"run {done}/{len(runs)}: {benchmark}, {show_optimisations(number)}")
        finally:
            pool.shutdown(cancel_futures=True)
    return [_row(benchmark, iterations[benchmark], totals[benchmark]) for benchmark in benchmarks]


def _total(benchmark: str, number: int) -> tuple[int, int]:
    """Iterations, and the instructions of all of them."""
    options = BENCHMARKS[benchmark].options(benchmark, "vhe", 1, LEVEL)
    options.optimisations = number
    options.out = str(RUNS / "ablation" / f"{benchmark}-o{number:02x}")
    result = run(options)
    if result.status:
        raise Problem(f"{benchmark} on vhe with {show_optimisations(number)}: {result.words} ({shown(result.folder)})",
                      result.status)
    told = microbenchmarks.told_by_guest(result, "hypercall" if benchmark == BREAKPOINTS else benchmark)
    return told["iterations"], told["total"]


def _row(benchmark: str, iterations: int, total: dict[int, int]) -> dict:
    """What each optimisation saves of the total."""
    before = dict(zip(BITS, accumulate(BITS.values(), initial=NONE)))
    return {
        "benchmark": benchmark, "iterations": iterations, "none": total[NONE], "all": total[ALL],
        "cumulative": {name: total[before[name]] - total[before[name] | bit] for name, bit in BITS.items()},
        "alone": {name: total[NONE] - total[bit] for name, bit in BITS.items()},
        "removed": {name: total[ALL - bit] - total[ALL] for name, bit in BITS.items()},
    }


def table(results: list[dict]) -> str:
    """A column for each benchmark, what one operation costs and saves."""
    names = [row["benchmark"].rpartition("-") for row in results]
    lines = ["Instructions for one operation of vhe with no recorder, counted by QEMU with -icount shift=0; not cycles.", "",
             _line("", [f"{first}{hyphen}" for first, hyphen, _ in names]), _line("", [last for _, _, last in names])]

    def figures(label: str, totals: list[int]) -> None:
        # A zero has no sign: 0.04 instructions less are none.
        cells = [f"{round(total / row['iterations'], 1) or 0.0:,.1f}" for row, total in zip(results, totals)]
        lines.append(_line(label, cells))

    def savings(label: str, kind: str) -> None:
        lines.append(label)
        for name in BITS:
            figures(f"  {name}", [row[kind][name] for row in results])

    figures("with none", [row["none"] for row in results])
    savings("what each saves, put in one after the other:", "cumulative")
    figures("with all", [row["all"] for row in results])
    lines.append("")
    savings("what each saves alone, with no other:", "alone")
    lines.append("")
    savings("what each costs when it alone is taken away:", "removed")
    return "\n".join(lines)


def _line(label: str, cells: list[str]) -> str:
    return f"{label:20}" + "".join(f"{cell:>12}" for cell in cells)


def _say(words: str) -> None:
    print(f"[ablation] {words}", file=sys.stderr, flush=True)
