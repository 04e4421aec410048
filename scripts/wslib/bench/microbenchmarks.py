# SPDX-License-Identifier: Apache-2.0
"""`ws bench`: each operation measured twice, by the guest itself with no recorder and from a full trace."""

import json
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .. import process, trace_tool
from ..machine.vm_options import Vm
from ..paths import DESIGNS, RUNS
from ..problem import Problem
from ..program_version import program_version
from ..run.one_run import Options, Result, finished_run, run


def _paper(split: int, redesigned: int) -> dict[str, int]:
    """Cycles: the ATC 2017 paper's Table 2, on an AMD Seattle board, by the design that they stand beside. That board has no VHE; what
    is said of the redesign stands beside both of its forms."""
    return {"split": split, "el2": redesigned, "vhe": redesigned}


@dataclass(frozen=True)
class Benchmark:
    """What runs, and where: `micro` takes its benchmark by name."""

    paper: dict[str, int] = field(default_factory=dict)
    guest: str = "micro"
    cpus: int = 1
    vcpus: int = 1
    pin: tuple[int, ...] = ()
    iterations: int = 1024  # a multiple of 16: the clock ticks once in 16 instructions, and each phase is averaged
    latency: bool = False  # the guest times a part of each round alone: see _traced
    append: str = ""  # for the guest
    role: str = ""
    partner: str = ""  # the role of a second VM, pinned as the first

    def options(self, name: str, design: str, cpus: int, level: str) -> Options:
        cpus = max(cpus, self.cpus)
        made = Options(design=design, guest=self.guest, cpus=cpus, vcpus=self.vcpus, pin=list(self.pin),
                       append=self._arguments(name, self.role), trace=level,
                       out=str(RUNS / "bench" / f"{design}-{name}-{level}-{cpus}"))
        if self.partner:
            made.vm = [Vm(self.guest, self.vcpus, pin=list(self.pin), append=self._arguments(name, self.partner))]
        return made

    def _arguments(self, name: str, role: str) -> str:
        arguments = f"iterations={self.iterations}"
        if self.guest == "micro":
            arguments = f"benchmark={name} {arguments}"
        return " ".join(filter(None, [arguments, self.append, f"role={role}" if role else ""]))


# Of hyp/trace/format/benchmarks.def, those that there is a guest for.
BENCHMARKS = {
    "hypercall": Benchmark(_paper(6413, 752), guest="hypercall"),
    "io-kernel": Benchmark(_paper(8034, 1604)),
    "io-user": Benchmark(_paper(10012, 7630)),
    "virtual-ipi": Benchmark(_paper(13121, 2526),
                             cpus=2, vcpus=2, pin=(0, 1)),
    # So short that the marks around it would show.
    "virtual-eoi": Benchmark(_paper(71, 71), iterations=65536),
    "vm-switch": Benchmark(latency=True, pin=(0,), role="measure", partner="partner"),
    "timer-interrupt": Benchmark(latency=True),
    "stage2-fault": Benchmark(),
    "id-register": Benchmark(),
}


def main(benchmarks: list[str] | None, designs: list[str] | None, cpus: int, *, recorder: bool, as_json: bool) -> int:
    designs = designs or list(DESIGNS)
    if recorder:
        _recorder(designs, as_json)
        return 0
    results = [measure(benchmark, design, cpus) for benchmark in benchmarks or BENCHMARKS for design in designs]
    if as_json:
        print(json.dumps({"results": results, "host": host()}, indent=2))
    else:
        _print(results)
    return 0


def measure(benchmark: str, design: str, cpus: int, changed: Callable[[Options], Options] | None = None, *, traced: bool = True) -> dict:
    """A row; `changed` says what is to be asked for otherwise. Of what cannot be traced it has the guest's own figure alone."""
    untraced = _run(benchmark, design, cpus, "off", changed)
    told = _traced(_run(benchmark, design, cpus, "full", changed), benchmark) if traced else {}
    return {"benchmark": benchmark, "design": design, "cpus": untraced.description["options"]["cpus"],
            "bare": _bare(untraced, benchmark), "net": told.get("net"), "exceptions": told.get("exceptions"),
            "registers": told.get("registers", {})}


def full_trace(benchmark: str, design: str, cpus: int = 1, changed: Callable[[Options], Options] | None = None) -> Path:
    """The folder of a run with a full trace: a former one where nothing has changed, since it would be the same."""
    options = BENCHMARKS[benchmark].options(benchmark, design, cpus, "full")
    return options.folder() if not changed and finished_run(options) else _run(benchmark, design, cpus, "full", changed).folder


def _run(benchmark: str, design: str, cpus: int, level: str, changed: Callable[[Options], Options] | None = None) -> Result:
    options = BENCHMARKS[benchmark].options(benchmark, design, cpus, level)
    result = run(changed(options) if changed else options)
    if result.status:
        raise Problem(f"{benchmark} on {design}, trace {level}: {result.words}", result.status)
    return result


def _bare(result: Result, benchmark: str) -> float:
    """Instructions for one operation."""
    told = told_by_guest(result, benchmark)
    return told["total"] / told["iterations"]


def told_by_guest(result: Result, benchmark: str) -> dict:
    """The line that the guest prints about itself: how many iterations, and the instructions of all of them."""
    for line in re.findall(r"^(?:vm\d+\| |\(XEN\) DOM\d+: )?@bench (\{.*\})\s*$", result.console, re.MULTILINE):
        told = json.loads(line)
        if told["benchmark"] == benchmark:
            return told
    raise Problem(f"the guest printed no @bench line for {benchmark}: see {result.folder / 'console.log'}")


def _traced(result: Result, benchmark: str) -> dict:
    """What the trace says of the benchmark, between the marks that the guest put around it.

    Where the guest times a latency, a round has more in it than that: then net is that of the exit alone."""
    for measured in trace_tool.ask("measure", result.folder)["benchmarks"]:
        if measured["benchmark"] == benchmark:
            if BENCHMARKS[benchmark].latency:
                exit_alone = measured["operation_net"]
                measured["net"] = exit_alone and exit_alone["median"]
            return measured
    raise Problem(f"the trace in {result.folder} has no marks around {benchmark}")


def host() -> dict:
    return {
        "qemu": program_version("qemu-system-aarch64"),
        "compiler": process.first_line(["aarch64-none-elf-g++", "--version"])
        or process.first_line(["aarch64-linux-gnu-g++", "--version"]),
        "machine": platform.machine(),
        "system": platform.platform(),
    }


def _print(results: list[dict]) -> None:
    print("Instructions for one operation, counted by QEMU with -icount shift=0; not cycles.")
    print("bare: no recorder, as the guest measures it.   net: from a full trace, less what the recorder spent.")
    print("With several CPUs, the instructions of all of them. Of a latency (*) net is the exit alone.")
    print()
    print(f"{'':33}{'measured':>8}{'':32}   {'of others':>14}")
    print(f"{'benchmark':18}{'design':7}{'CPUs':>4}{'bare':>11}{'net':>11}{'net-bare':>10}{'exceptions':>12}   {'paper, cycles':>14}")
    for row in results:
        paper = BENCHMARKS[row["benchmark"]].paper.get(row["design"])
        latency = BENCHMARKS[row["benchmark"]].latency
        # The two figures of a latency begin and end at different moments.
        told = row["net"] is not None
        difference = f"{100 * (row['net'] - row['bare']) / row['bare']:+.2f}%" if told and not latency else "-"
        name = row["benchmark"] + (" *" if latency else "")
        print(f"{name:18}{row['design']:7}{row['cpus']:>4}{row['bare']:>11,.1f}{format(row['net'], ',.1f') if told else '-':>11}"
              f"{difference:>10}{row['exceptions']:>12.3g}   {'-' if paper is None else format(paper, ','):>14}")
    if any(row["net"] is None for row in results):
        print("A net of - is not measurable here: another CPU's turn cut a recording in two, and the clock that all CPUs share "
              "cannot tell which of them the instructions were.")
    print()
    print("Registers moved in one operation (saved/restored):")
    classes = list(dict.fromkeys(name for row in results for name in row["registers"]))
    width = max([len(name) for name in classes] + [8]) + 2
    print(f"{'benchmark':18}{'design':7}" + "".join(f"{name:>{width}}" for name in classes))
    for row in results:
        cells = (row["registers"].get(name, {"saved": 0, "restored": 0}) for name in classes)
        print(f"{row['benchmark']:18}{row['design']:7}"
              + "".join(f"{cell['saved']:.3g}/{cell['restored']:.3g}".rjust(width) for cell in cells))
    print()
    print("paper: ATC 2017, Table 2, Arm, split mode and redesigned. The real KVM and Xen, measured as these are: ws bench --peers.")


def _recorder(designs: list[str], as_json: bool) -> None:
    """What the recorder itself costs: the difference that each of its events makes."""
    runs = {design: full_trace("hypercall", design) for design in designs}
    if as_json:
        print(json.dumps({design: trace_tool.ask("cost", trace) for design, trace in runs.items()}, indent=2))
        return
    for design, trace in runs.items():
        print(f"{design}:")
        print(trace_tool.text("cost", trace))
