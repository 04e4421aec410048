# SPDX-License-Identifier: Apache-2.0
"""`ws bench`: each operation measured twice, by the guest itself with no recorder and from a full trace."""

import json
import platform
import re
from dataclasses import dataclass

from . import process, trace_tool
from .paths import DESIGNS, RUNS
from .problem import Problem
from .run import Options, Result, run


@dataclass(frozen=True)
class Reference:
    """What others measured. None of it is this project's."""

    kvm_instructions: int  # KVM of Linux 6.1 on this emulator, the same way of counting
    paper_cycles: int  # the ATC 2017 paper's Table 2, on an AMD Seattle board


@dataclass(frozen=True)
class Benchmark:
    guest: str
    reference: dict[str, Reference]


BENCHMARKS = {
    "hypercall": Benchmark("hypercall", {"split": Reference(1461, 6413), "vhe": Reference(988, 752)}),
}


def main(benchmarks: list[str] | None, designs: list[str] | None, cpus: int, *, recorder: bool, as_json: bool) -> int:
    designs = designs or list(DESIGNS)
    if recorder:
        _recorder(designs, as_json)
        return 0
    results = [_measure(benchmark, design, cpus) for benchmark in benchmarks or BENCHMARKS for design in designs]
    if as_json:
        print(json.dumps({"results": results, "host": _host()}, indent=2))
    else:
        _print(results)
    return 0


def _measure(benchmark: str, design: str, cpus: int) -> dict:
    bare = _bare(_run(benchmark, design, cpus, "off"), benchmark)
    traced = _traced(_run(benchmark, design, cpus, "full"), benchmark)
    return {"benchmark": benchmark, "design": design, "cpus": cpus, "bare": bare, "net": traced["net"],
            "exceptions": traced["exceptions"], "registers": traced["registers"]}


def _run(benchmark: str, design: str, cpus: int, level: str) -> Result:
    result = run(Options(design=design, guest=BENCHMARKS[benchmark].guest, cpus=cpus, trace=level,
                         out=str(RUNS / "bench" / f"{design}-{benchmark}-{level}-{cpus}")))
    if result.status:
        raise Problem(f"{benchmark} on {design}, trace {level}: {result.words}", result.status)
    return result


def _bare(result: Result, benchmark: str) -> float:
    """Instructions for one operation, from the line that the guest prints about itself."""
    for line in re.findall(r"^@bench (\{.*\})\s*$", result.console, re.MULTILINE):
        told = json.loads(line)
        if told["benchmark"] == benchmark:
            return told["total"] / told["iterations"]
    raise Problem(f"the guest printed no @bench line for {benchmark}: see {result.folder / 'console.log'}")


def _traced(result: Result, benchmark: str) -> dict:
    """What the trace says of the benchmark, between the marks that the guest put around it."""
    for measured in trace_tool.ask("measure", result.folder)["benchmarks"]:
        if measured["benchmark"] == benchmark:
            return measured
    raise Problem(f"the trace in {result.folder} has no marks around {benchmark}")


def _host() -> dict:
    return {
        "qemu": process.first_line(["qemu-system-aarch64", "--version"]),
        "compiler": process.first_line(["aarch64-none-elf-g++", "--version"])
        or process.first_line(["aarch64-linux-gnu-g++", "--version"]),
        "machine": platform.machine(),
        "system": platform.platform(),
    }


def _print(results: list[dict]) -> None:
    print("Instructions for one operation, counted by QEMU with -icount shift=0; not cycles.")
    print("bare: no recorder, as the guest measures it.   net: from a full trace, less what the recorder spent.")
    print()
    print(f"{'':24}{'measured':>10}{'':10}{'':9}{'':12}   {'reference, of others':>28}")
    print(f"{'benchmark':14}{'design':10}{'bare':>10}{'net':>10}{'net-bare':>9}{'exceptions':>12}"
          f"   {'KVM, instr.':>14}{'paper, cycles':>14}")
    for row in results:
        reference = BENCHMARKS[row["benchmark"]].reference[row["design"]]
        difference = f"{100 * (row['net'] - row['bare']) / row['bare']:+.2f}%"
        print(f"{row['benchmark']:14}{row['design']:10}{row['bare']:>10,.1f}{row['net']:>10,.1f}{difference:>9}"
              f"{row['exceptions']:>12g}   {reference.kvm_instructions:>14,}{reference.paper_cycles:>14,}")
    print()
    print("Registers moved in one operation (saved/restored):")
    classes = list(dict.fromkeys(name for row in results for name in row["registers"]))
    width = max([len(name) for name in classes] + [8]) + 2
    print(f"{'benchmark':14}{'design':10}" + "".join(f"{name:>{width}}" for name in classes))
    for row in results:
        cells = (row["registers"].get(name, {"saved": 0, "restored": 0}) for name in classes)
        print(f"{row['benchmark']:14}{row['design']:10}"
              + "".join(f"{cell['saved']:g}/{cell['restored']:g}".rjust(width) for cell in cells))
    print()
    print("KVM: Linux 6.1 on this emulator, average over 65,536 calls, loop included. "
          "paper: ATC 2017, Table 2, Arm, split mode and redesigned.")


def _recorder(designs: list[str], as_json: bool) -> None:
    """What the recorder itself costs: the difference that each of its events makes."""
    runs = {design: _run("hypercall", design, 1, "full").folder for design in designs}
    if as_json:
        print(json.dumps({design: trace_tool.ask("cost", trace) for design, trace in runs.items()}, indent=2))
        return
    for design, trace in runs.items():
        print(f"{design}:")
        print(trace_tool.text("cost", trace))
