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

from wslib.paths import BUILD, DESIGNS, guest_names, host_program
from wslib.run import Options, finished_run, run

GENERATED = BUILD / "docs" / "generated"
RUNS = BUILD / "docs" / "runs"
GUEST = "hypercall"
WIDTH = 150  # of what is shown: registers' values go on and on

REFERENCES = ("registers", "exception-classes", "events", "steps", "format", "metadata")


def make() -> None:
    GENERATED.mkdir(parents=True, exist_ok=True)
    for part in REFERENCES:
        write(f"{part}.rst", wstrace("reference", "--part", part))
    write("steps-by-design.rst", steps_by_design())
    runs = {design: traced_run(design) for design in DESIGNS}
    show("compare.txt", "compare", runs["split"], runs["vhe"])
    write("compare-unhandled.txt", section(GENERATED / "compare.txt", "hypercall (HVC, unhandled)"))
    for design, folder in runs.items():
        show(f"summary-{design}.txt", "summary", folder)
        show(f"operation-{design}.txt", "dump", folder, *one_operation(folder))
    write("console.txt", (runs["split"] / "console.log").read_text(encoding="utf-8"))
    write("guests.txt", "".join(f"{name}\n" for name in guest_names()))
    ws("run-help.txt", "run", "--help")
    ws("bench.txt", "bench")


# Where the steps of each design are named. What both have in common counts for both.
STEP_SOURCES = {
    "split, every exit": ("split/enter_exit.cpp",),
    "vhe, every exit": ("vhe/enter_exit.cpp",),
    "vhe, load and put": ("vhe/load_put.cpp",),
}
SHARED_STEPS = {"handle_exit"}  # hyp/exits


def steps_by_design() -> str:
    """A table: which design takes which step, and when."""
    table = (ROOT / "hyp/trace/format/steps.def").read_text(encoding="utf-8")
    steps = re.findall(r'^STEP\((\d+), (\w+), \w+, "(.*)"\)$', table, re.MULTILINE)
    taken = {}
    for column, files in STEP_SOURCES.items():
        text = "".join((ROOT / "hyp/world_switch" / file).read_text(encoding="utf-8") for file in files)
        taken[column] = set(re.findall(r"\bStep::(\w+)", text))
        if column.endswith("every exit"):
            taken[column] |= SHARED_STEPS
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    lines += ["   * - Step", *(f"     - {column}" for column in taken), "     - What it does"]
    for number, name, meaning in steps:
        lines.append(f"   * - {number} ``{name}``")
        lines += [f"     - {'yes' if name in names else ''}".rstrip() for names in taken.values()]
        lines.append(f"     - {meaning}")
    return "\n".join(lines) + "\n"


def traced_run(design: str) -> Path:
    """A run as scripts/demo makes it."""
    options = Options(design=design, guest=GUEST, out=str(RUNS / f"{design}-{GUEST}"))
    if not finished_run(options):
        result = run(options)
        if result.status:
            raise RuntimeError(f"{GUEST} on {design}: {result.words}; the pages show this run")
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
    lines = wstrace(*command).replace(str(RUNS), "out").splitlines()
    write(name, "".join((line if len(line) <= WIDTH else line[:WIDTH - 4] + " ...") + "\n" for line in lines))


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
