# SPDX-License-Identifier: Apache-2.0
"""Makes what the pages show of programs: runs the built hypervisor and asks wstrace, so that no page goes stale.

Everything goes to build/docs/generated/, where the pages include it from.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import guest_state
import hypercall_path
import lab_tables
import pictures
import sql_questions
from wslib.bench import ablation, kept_counts, microbenchmarks, validation
from wslib.machine.vm_options import Vm
from wslib.paths import BUILD, DESIGNS, RUNS as USUAL_RUNS, guest_names, host_program
from wslib.run.one_run import Options, finished_run, run

GENERATED = BUILD / "docs" / "generated"
RUNS = BUILD / "docs" / "runs"
BENCH_RUNS = USUAL_RUNS / "bench"
GUEST = "hypercall"
WIDTH = 150  # of what is shown: registers' values go on and on

REFERENCES = ("registers", "exception-classes", "events", "enumerations", "steps", "format", "metadata")


def make() -> None:
    GENERATED.mkdir(parents=True, exist_ok=True)
    for part in REFERENCES:
        write(f"{part}.rst", wstrace("reference", "--part", part))
    write("steps-by-design.rst", steps_by_design())
    write("benchmarks.rst", benchmarks())
    write("optimisations.rst", optimisations())
    write("guest-state.rst", guest_state.reference())
    write("hypercall-path.rst", hypercall_path.reference())
    course()
    # The one output that is not made anew: it takes too long. A test holds it to what is measured.
    measured, compiler = kept_counts.ablation()
    write("ablation.txt", f"{ablation.table(measured['results'])}\n\nMeasured with {compiler.replace('-', ' ').upper()}.\n")
    one_vm()
    several_vms()
    interrupts()
    memory()
    processors()
    write("guests.txt", "".join(f"{name}\n" for name in guest_names()))
    ws("run-help.txt", "run", "--help")
    ws("bench-hypercall.txt", "bench", "--benchmark", "hypercall")
    ws("bench.txt", "bench")
    explanations()
    pictures.draw_all(pictures.ON_THE_PAGES, GENERATED, RUNS, finished)


def one_vm() -> None:
    """The runs that scripts/demo makes."""
    runs = {design: finished(Options(design, GUEST, out=str(RUNS / f"{design}-{GUEST}"))) for design in DESIGNS}
    show("compare.txt", "compare", runs["split"], runs["vhe"])
    write("compare-unhandled.txt", section(GENERATED / "compare.txt", "hypercall (HVC, unhandled)"))
    for design, folder in runs.items():
        show(f"summary-{design}.txt", "summary", folder)
        show(f"operation-{design}.txt", "dump", folder, *one_operation(folder))
    write("console.txt", (runs["split"] / "console.log").read_text(encoding="utf-8"))


def explanations() -> None:
    """Why a kind of operation costs what it does, from the runs of the benchmarks that were just made."""
    write("parts.rst", parts())
    for benchmark, kind in validation.KINDS.items():
        traces = [microbenchmarks.full_trace(benchmark, design) for design in ("split", "vhe")]
        text = wstrace("explain", *traces, "--kind", kind)
        write(f"explain-{benchmark}.json", "\n".join(
            wstrace("explain", *traces, "--kind", kind, "--json").replace(str(BENCH_RUNS), "out/bench").splitlines()[:80]) + "\n")
        write(f"explain-{benchmark}.txt", cut(text.replace(str(BENCH_RUNS), "out/bench").splitlines()))
    ws("validate.txt", "bench", "--validate")
    looking_closer()


def looking_closer() -> None:
    """One operation, one register, one event: from the same runs."""
    split, vhe = (microbenchmarks.full_trace("hypercall", design) for design in ("split", "vhe"))
    kind = validation.KINDS["hypercall"]

    def shown(name: str, *arguments: object, first: int = 0, last: int | None = None) -> None:
        write(name, cut(wstrace(*arguments).replace(str(BENCH_RUNS), "out/bench").splitlines()[first:last]))

    what_if = wstrace("explain", split, vhe, "--kind", kind, "--without", "fp,vgic", "--set", "exception=100").splitlines()
    table = next(at for at, line in enumerate(what_if) if "A, instr." in line)
    write("what-if.txt", cut([*what_if[table:next(at for at, line in enumerate(what_if) if line.startswith("what if"))+ 1]]))
    shown("steps.txt", "steps", split, vhe, "--operation", kind)
    operation = json.loads(wstrace("steps", split, "--operation", kind, "--json"))["a"]
    shown("span.txt", "span", split, operation["first_event"], operation["last_event"])
    shown("registers.txt", "registers", split, vhe, "--operation", kind, last=12)
    entry = json.loads(wstrace("find", split, "eret vcpu=0", "--json"))["events"][-1]["index"]
    shown("at.txt", "at", split, entry, "--register", "HCR_EL2", last=16)
    shown("find.txt", "find", split, "control_write register=HCR_EL2", "--count", 4)
    shown("aggregate.txt", "aggregate", split, "trap or eret", "--by", "owner")
    write_at = json.loads(wstrace("find", split, "control_write register=HCR_EL2", "--json"))["events"][-1]["index"]
    shown("source.txt", "source", split, write_at)
    shown("find-symbol.txt", "find", split, "control_write symbol=deactivate_traps", "--count", 4)
    database = GENERATED / "split-hypercall.db"
    wstrace("export", split, "--sqlite", database)
    write("sql-questions.rst", sql_questions.page(database))
    shown("statistics.txt", "statistics", split)
    shown("report.txt", "compare", split, vhe, "--markdown", last=44)


def parts() -> str:
    """A table of cost_parts.def."""
    table = (ROOT / "viewer/model/operations/cost_parts.def").read_text(encoding="utf-8")
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", "", "   * - Part", "     - In the text", "     - What it is"]
    for name, words, meaning in re.findall(r'^PART\((\w+), "(.*)", "(.*)"\)$', table, re.MULTILINE):
        lines += [f"   * - ``{name}``", f"     - {words}", f"     - {meaning}"]
    return "\n".join(lines) + "\n"


def course() -> None:
    """The labs, as their files have them, and what ws lab says of itself."""
    write("labs.rst", lab_tables.overview())
    write("lab-mistakes.rst", lab_tables.mistakes())
    write("lab-twists.rst", lab_tables.twists())
    for lab in lab_tables.labs():
        write(f"lab-{lab.number}-rows.rst", lab_tables.rows(lab))
    ws("lab-help.txt", "lab", "--help")


def several_vms() -> None:
    """Two VMs that see to their own memory and registers, on one CPU, and one that fails beside one that does not."""
    folder = finished(Options("vhe", "neighbours", pin=[0], append="id=1 rounds=20", cpus=2, trace="traps",
                              vm=[Vm("neighbours", pin=[0], append="id=2 rounds=20")], out=str(RUNS / "vhe-two-vms")))
    write("two-vms-console.txt", (folder / "console.log").read_text(encoding="utf-8"))
    show("two-vms-schedule.txt", "dump", folder, "--kind", "schedule", "--count", 12)
    show("two-vms-summary.txt", "summary", folder)
    failure = run(Options("vhe", "hypercall", trace="off", vm=[Vm("misbehave", append="how=fail")],
                          out=str(RUNS / "vhe-failure")))
    write("two-vms-failure.txt", f"ws run: {failure.words} (out/vhe-hypercall+misbehave-off)\n")


def interrupts() -> None:
    """All that happens to one SGI between two vCPUs on two CPUs, in each design, step by step."""
    for design in DESIGNS:
        folder = finished(Options(design, "sgi", cpus=2, vcpus=2, pin=[0, 1], append="rounds=50",
                                  out=str(RUNS / f"{design}-sgi")))
        show_events(f"sgi-{design}.txt", folder, one_sgi(folder))


def one_sgi(folder: Path) -> list[int]:
    """The events of the first SGI that had its target kicked, from the sender's trap to the end."""
    kinds = ("trap", "virtual_irq", "list_register", "kick", "physical_irq")
    told = events(folder, *kinds)
    for at, (raised, kick) in enumerate(zip(told, told[1:])):
        if (raised.get("change"), kick["kind"]) != ("raised", "kick") or int(raised["intid"]) > 15:
            continue
        target, intid = raised["owner"], int(raised["intid"])
        sent = next(event for event in reversed(told[:at]) if (event["kind"], event["cpu"]) == ("trap", raised["cpu"]))
        life = [sent["index"], raised["index"], kick["index"]]
        for event in told[at + 2:]:
            is_its = {
                "physical_irq": event["cpu"] != raised["cpu"],
                "list_register": int(event.get("ICH_LR", "0"), 16) & 0xffff_ffff == intid,
                "virtual_irq": event.get("intid") == str(intid),
            }.get(event["kind"], False)
            if not is_its or event["owner"] != target:
                continue
            life.append(event["index"])
            if event.get("change") == "ended":
                return life
    raise RuntimeError(f"no SGI in {folder} was told from its beginning to its end; the pages show one")


def memory() -> None:
    """Stage 2 faults, a block that is broken up, an access to nothing."""
    folder = finished(Options("vhe", "stage2", append="rounds=50", trace="traps", out=str(RUNS / "vhe-stage2")))
    show("memory-map.txt", "dump", folder, "--kind", "stage2_map", "--count", 3)
    told = events(folder, "trap", "tlb", "stage2_unmap", "mmio", "inject", "hypercall", "eret")

    def exit_around(kind: str) -> list[int]:
        """The first exit in which there is such an event."""
        at = next(at for at, event in enumerate(told) if event["kind"] == kind)
        first = max(before for before in range(at) if told[before]["kind"] == "trap")
        last = next(after for after in range(at, len(told)) if told[after]["kind"] == "eret")
        return [event["index"] for event in told[first:last + 1]]

    show_events("memory-break.txt", folder, exit_around("stage2_unmap"))
    show_events("memory-nothing.txt", folder, exit_around("inject"))


def processors() -> None:
    """A vCPU's first life: CPU_ON to CPU_OFF."""
    folder = finished(Options("vhe", "smp", cpus=2, vcpus=2, pin=[0, 1], append="rounds=2", trace="traps",
                              out=str(RUNS / "vhe-smp")))
    told = events(folder, "vcpu_reset", "psci", "kick", "schedule", "physical_irq")
    second = [event for event in told if event["kind"] == "vcpu_reset"][1]
    gone = next(event for event in told if event["index"] > second["index"] and event.get("previous") == second["owner"])
    show_events("cpu-on.txt", folder, [
        event["index"] for event in told if second["index"] <= event["index"] <= gone["index"]
        and (event["kind"] != "psci" or succeeds(event, "CPU_ON") or succeeds(event, "CPU_OFF"))])


def succeeds(call: dict, function: str) -> bool:
    return function in call["function"] and int(call["result"], 16) == 0


def events(folder: Path, *kinds: str) -> list[dict]:
    """What a trace has of these kinds, in its order: index, cpu, kind, and the fields as texts."""
    found = []
    for kind in kinds:
        for event in json.loads(wstrace("dump", folder, "--kind", kind, "--json"))["events"]:
            found.append({**{field["name"]: field["text"] for field in event["fields"]},
                          "index": event["index"], "cpu": event["cpu"], "kind": kind})
    return sorted(found, key=lambda event: event["index"])


def show_events(name: str, folder: Path, indices: list[int]) -> None:
    """These events, a line each."""
    text = wstrace("dump", folder, "--from", indices[0], "--count", indices[-1] - indices[0] + 1)
    wanted = set(indices)
    write(name, cut([line for line in text.splitlines() if int(line.split()[0]) in wanted]))


def benchmarks() -> str:
    """A table of benchmarks.def."""
    table = (ROOT / "hyp/trace/format/benchmarks.def").read_text(encoding="utf-8")
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", "",
             "   * - Number", "     - Name", "     - What is measured"]
    for number, name, meaning in re.findall(r'^BENCHMARK\((\d+), "([\w-]+)", "(.*)"\)$', table, re.MULTILINE):
        lines += [f"   * - {number}", f"     - ``{name}``", f"     - {meaning}"]
    return "\n".join(lines) + "\n"


def optimisations() -> str:
    """A table of optimisations.def."""
    table = (ROOT / "hyp/trace/format/optimisations.def").read_text(encoding="utf-8")
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", "", "   * - Bit", "     - Name", "     - What it is"]
    for bit, name, meaning in re.findall(r'^OPTIMISATION\((\d+), (\w+), "(.*)"\)$', table, re.MULTILINE):
        lines += [f"   * - {bit}", f"     - ``{name}``", f"     - {meaning}"]
    return "\n".join(lines) + "\n"


# Where the steps are named.
LOAD_AND_PUT = ("world_switch/kernel_at_el2/load_put.cpp", "world_switch/kernel_at_el2/deferred.hpp")
STEP_SOURCES = {
    "split, every exit": ("world_switch/split/enter_exit.cpp",),
    "el2 and vhe, every exit": ("world_switch/kernel_at_el2/enter_exit.cpp", "world_switch/kernel_at_el2/every_exit.hpp"),
    "vhe, load and put": (*LOAD_AND_PUT, "world_switch/vhe/host_el1.hpp"),
    "el2, load and put": (*LOAD_AND_PUT, "world_switch/el2/host_el1.hpp"),
    "the kernel, in all": ("exits/*.cpp", "kernel/*.cpp", "user/*.cpp", "vgic/*.cpp"),
}


def steps_by_design() -> str:
    """A table: which design takes which step, and when."""
    table = (ROOT / "hyp/trace/format/steps.def").read_text(encoding="utf-8")
    steps = re.findall(r'^STEP\((\d+), (\w+), \w+, "(.*)"\)$', table, re.MULTILINE)
    taken = {}
    for column, patterns in STEP_SOURCES.items():
        files = [file for pattern in patterns for file in sorted((ROOT / "hyp").glob(pattern))]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        taken[column] = set(re.findall(r"\bStep::(\w+)", text))
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    lines += ["   * - Step", *(f"     - {column}" for column in taken), "     - What it does"]
    for number, name, meaning in steps:
        lines.append(f"   * - {number} ``{name}``")
        lines += [f"     - {'yes' if name in names else ''}".rstrip() for names in taken.values()]
        lines.append(f"     - {meaning}")
    return "\n".join(lines) + "\n"


def finished(options: Options) -> Path:
    """The folder of a run that succeeded: a former one where nothing has changed."""
    if not finished_run(options):
        result = run(options)
        if result.status:
            raise RuntimeError(f"{options.guest} on {options.design}: {result.words}; the pages show this run")
    return options.folder()


def one_operation(folder: Path, number: int = 100) -> list[object]:
    """What makes `wstrace dump` print the events of a guest's trap, from the trap to the return to the guest."""
    def of_guests(kind: str) -> list[int]:
        events = json.loads(wstrace("dump", folder, "--kind", kind, "--json"))["events"]
        owners = [next(field["text"] for field in event["fields"] if field["name"] == "owner") for event in events]
        return [event["index"] for event, owner in zip(events, owners) if owner != "host"]

    first = of_guests("trap")[number]
    last = next(index for index in of_guests("eret") if index > first)
    return ["--from", first, "--count", last - first + 1]


def show(name: str, *command: object) -> None:
    """What wstrace prints, with the folders called as in a checkout where scripts/demo was run and long lines cut."""
    write(name, cut(wstrace(*command).replace(str(RUNS), "out").splitlines()))


def cut(lines: list[str]) -> str:
    return "".join((line if len(line) <= WIDTH else line[:WIDTH - 4] + " ...") + "\n" for line in lines)


def section(file: Path, title: str) -> str:
    """Of a comparison: the line that heads the columns, and the lines below a title."""
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index(title)
    end = next((at for at in range(start + 1, len(lines)) if not lines[at].startswith(" ")), len(lines))
    head = next(line for line in lines if line.startswith("a median operation"))
    return "\n".join([head, *lines[start:end]]) + "\n"


def wstrace(*arguments: object) -> str:
    return subprocess.run([host_program("wstrace"), *map(str, arguments)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def ws(name: str, *arguments: str) -> None:
    write(name, subprocess.run([sys.executable, ROOT / "scripts" / "ws", *arguments], check=True, text=True,
                               stdout=subprocess.PIPE).stdout)


def write(name: str, text: str) -> None:
    """Leaves a file with the same content alone, so that Sphinx reads again only what changed."""
    file = GENERATED / name
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
