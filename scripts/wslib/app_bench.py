# SPDX-License-Identifier: Apache-2.0
"""`ws bench --apps`: what applications on Linux cost, on each design and with no hypervisor at all."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from . import trace_tool
from .paths import BUILD, DESIGNS, NATIVE, RUNS, built
from .problem import Problem
from .run import Result, run
from .run_options import Options
from .vm_options import LINUX

_PROGRAMS = BUILD / "hyp" / "guests" / "linux_apps"
_LOOPBACK = "ip link set lo up"

# What Linux is to run. Each prints an @app line, which has to be the same everywhere.
APPS = {
    "message-groups": "message_groups 2 40",
    "tcp-exchange": f"{_LOOPBACK}; tcp_exchange loopback 1000",
    "tcp-stream": f"{_LOOPBACK}; tcp_stream loopback 8000000",
    "fork-load": "fork_load /tmp 20",
}
BOOT = "boot"  # a whole run: from the reset to the machine switched off, with nothing done between
NAMES = (BOOT, *APPS)

# Linux reads the board's clock of the day when it boots, which is the host's: with that no run would be like another.
_SAME_TIME_OF_DAY = ["-rtc", "base=2026-01-01,clock=vm"]
_TIMEOUT = 1200  # a host's seconds: counting and tracing make runs long
_REASONS_SHOWN = 6


@dataclass(frozen=True)
class _Run:
    instructions: int
    exits: Counter  # by reason; nothing where there is no hypervisor
    told: list[dict]  # the @app lines


class _Bench:
    """Makes each run once."""

    def __init__(self, cpus: int):
        self._cpus = cpus
        self._made: dict[tuple[str, str], _Run] = {}

    def row(self, name: str, design: str) -> dict:
        """A workload is a run with it less a run that boots and ends; that one is a workload of its own."""
        whole, empty = self._run(name, design), self._run(BOOT, design)
        if name == BOOT:
            instructions, exits = whole.instructions, whole.exits
        else:
            instructions, exits = whole.instructions - empty.instructions, Counter(whole.exits)
            exits.subtract(empty.exits)  # what was by chance a little less stays, as a negative number
        return {"app": name, "design": design, "cpus": self._cpus, "instructions": instructions,
                "operations": whole.told[0]["operations"] if whole.told else None, "told": whole.told,
                "exits": {reason: count for reason, count in exits.most_common() if count}}

    def _run(self, name: str, design: str) -> _Run:
        if (name, design) not in self._made:
            counted = self._run_once(name, design, "off")
            exits: Counter = Counter()
            if design != NATIVE:
                traced = self._run_once(name, design, "traps")
                exits = Counter(trace_tool.ask("summary", traced.folder)["operations"])
            self._made[name, design] = _Run(_instructions(counted), exits, _told(counted, name))
        return self._made[name, design]

    def _run_once(self, name: str, design: str, level: str) -> Result:
        programs = [built(_PROGRAMS / command.split("; ")[-1].split()[0], "--hyp") for command in APPS.values()]
        options = Options(design=design, guest=LINUX, vcpus=self._cpus, cpus=1 if design == NATIVE else self._cpus,
                          exec=APPS.get(name, "true"), file=[str(program) for program in programs], trace=level,
                          count=level == "off", qemu=list(_SAME_TIME_OF_DAY), timeout=_TIMEOUT,
                          out=str(RUNS / "bench" / f"{design}-{LINUX}-{name}-{level}-{self._cpus}"))
        result = run(options)
        if result.status:
            raise Problem(f"{name} on {design}, trace {level}: {result.words} ({result.folder})", result.status)
        return result


def _instructions(result: Result) -> int:
    counts = result.description["instructions"]
    if counts is None:
        raise Problem(f"QEMU wrote no counts of the run in {result.folder}")
    return counts["total"]


def _told(result: Result, name: str) -> list[dict]:
    told = [json.loads(line) for line in re.findall(r"^@app (\{.*\})\r?$", result.console, re.MULTILINE)]
    if not told and name != BOOT:
        raise Problem(f"{name} printed no @app line: see {result.folder / 'console.log'}")
    return sorted(told, key=json.dumps)


def main(names: list[str] | None, designs: list[str] | None, cpus: int, *, as_json: bool) -> int:
    bench = _Bench(cpus)
    rows = []
    for name in names or NAMES:
        native = bench.row(name, NATIVE)
        rows.append(native | {"ratio": 1.0})
        for design in designs or DESIGNS:
            row = bench.row(name, design)
            if row["told"] != native["told"]:
                raise Problem(f"{name} on {design} says {row['told']}, and without a hypervisor {native['told']}")
            rows.append(row | {"ratio": row["instructions"] / native["instructions"]})
    if as_json:
        print(json.dumps({"results": rows}, indent=2))
    else:
        _print(rows)
    return 0


def _print(rows: list[dict]) -> None:
    print("Instructions of all CPUs, the hypervisor's too, counted by QEMU from outside; not cycles.")
    print("boot: from the reset to the end. Anything else: a run with it, less a run that boots and ends.")
    print("exits: of the guest to the hypervisor, from runs with a trace of their own.")
    print()
    print(f"{'app':16}{'design':8}{'CPUs':>4}{'operations':>12}{'instructions':>16}{'to native':>11}{'exits':>10}"
          "   most of them")
    for row in rows:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(row["exits"].items())[:_REASONS_SHOWN])
        exits = "-" if row["design"] == NATIVE else f"{sum(row['exits'].values()):,}"
        operations = "-" if row["operations"] is None else f"{row['operations']:,}"
        print(f"{row['app']:16}{row['design']:8}{row['cpus']:>4}{operations:>12}{row['instructions']:>16,}"
              f"{row['ratio']:>11.3f}{exits:>10}   {reasons}".rstrip())
