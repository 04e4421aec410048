# SPDX-License-Identifier: Apache-2.0
"""`ws bench --apps`: what applications on Linux cost, on each design and with no hypervisor at all."""

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass

from .. import trace_tool
from ..machine.vm_options import LINUX, Vm
from ..paths import BUILD, DESIGNS, NATIVE, RUNS, built
from ..problem import Problem
from ..run.one_run import Result, run
from ..run.run_options import Options
from ..sizes import MIB

_PROGRAMS = BUILD / "hyp" / "guests" / "linux_apps"
_LOOPBACK = "ip link set lo up"
_DISK_BYTES = 16 * MIB


@dataclass(frozen=True)
class App:
    """What Linux is to run. It prints @app lines, which have to be the same everywhere."""

    commands: str
    # Of two VMs, the first one's and the second one's, instead of `commands`. With no hypervisor there is one machine,
    # and `commands` do the same work on it.
    vms: tuple[str, str] | None = None
    disk: bool = False

    def on(self, design: str) -> tuple[str, ...]:
        return self.vms if self.vms and design != NATIVE else (self.commands,)


def _between_vms(program: str, count: int) -> App:
    def up(host: int) -> str:
        return f"ip addr add 10.0.0.{host}/24 dev eth0; ip link set eth0 up"
    return App(f"{_LOOPBACK}; {program} loopback {count}",
               (f"{up(1)}; {program} server 5000", f"{up(2)}; {program} client 10.0.0.1 5000 {count}"))


BOOT = "boot"  # a whole run: from the reset to the machine switched off, with nothing done between
_EMPTY = {"one": App("true"), "disk": App("true", disk=True), "vms": App("true", ("true", "true"))}
APPS = {
    BOOT: _EMPTY["one"],
    "message-groups": App("message_groups 2 40"),
    "fork-load": App("fork_load /tmp 20"),
    "block-io": App("block_io /dev/vda 64", disk=True),
    "tcp-exchange": App(f"{_LOOPBACK}; tcp_exchange loopback 1000"),
    "tcp-stream": App(f"{_LOOPBACK}; tcp_stream loopback 8000000"),
    "tcp-exchange-vms": _between_vms("tcp_exchange", 1000),
    "tcp-stream-vms": _between_vms("tcp_stream", 8_000_000),
}
NAMES = tuple(APPS)

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
        """A workload is a run with it less a run of the same machines that boot and end; that one is a workload of its own."""
        app = APPS[name]
        whole = self._run(name, app, design)
        kind = "vms" if len(app.on(design)) > 1 else "disk" if app.disk else "one"
        empty = self._run(BOOT if kind == "one" else f"{BOOT}-{kind}", _EMPTY[kind], design)
        if name == BOOT:
            instructions, exits = whole.instructions, whole.exits
        else:
            instructions, exits = whole.instructions - empty.instructions, Counter(whole.exits)
            exits.subtract(empty.exits)  # what was by chance a little less stays, as a negative number
        return {"app": name, "design": design, "cpus": self._cpus, "instructions": instructions,
                "operations": whole.told[0]["operations"] if whole.told else None, "told": whole.told,
                "exits": {reason: count for reason, count in exits.most_common() if count}}

    def _run(self, name: str, app: App, design: str) -> _Run:
        if (name, design) not in self._made:
            counted = self._run_once(name, app, design, "off")
            exits: Counter = Counter()
            if design != NATIVE:
                traced = self._run_once(name, app, design, "traps")
                summary = trace_tool.ask("summary", traced.folder)
                if summary["events_discarded"]:
                    raise Problem(f"{name} on {design}: the trace in {traced.folder} has lost events, so its exits are not all "
                                  "there")
                exits = Counter(summary["operations"])
            self._made[name, design] = _Run(_instructions(counted), exits, _told(counted, app))
        return self._made[name, design]

    def _run_once(self, name: str, app: App, design: str, level: str) -> Result:
        _say(f"{name} on {design}" + (", its exits recorded" if level != "off" else ""))
        first, *others = app.on(design)
        options = Options(design=design, guest=LINUX, vcpus=self._cpus, cpus=1 if design == NATIVE else self._cpus,
                          exec=first, file=_programs(), trace=level, count=level == "off", qemu=list(_SAME_TIME_OF_DAY),
                          timeout=_TIMEOUT, net=bool(others), disk=_new_disk() if app.disk else "",
                          out=str(RUNS / "bench" / f"{design}-{LINUX}-{name}-{level}-{self._cpus}"))
        options.vm = [Vm(LINUX, self._cpus, exec=commands, net=True) for commands in others]
        result = run(options)
        if result.status:
            raise Problem(f"{name} on {design}, trace {level}: {result.words} ({result.folder})", result.status)
        return result


def _programs() -> list[str]:
    """All of them in every run, so that all boot with the same ramdisk."""
    names = sorted({commands.split("; ")[-1].split()[0] for app in APPS.values() for commands in app.on(NATIVE)} - {"true"})
    return [str(built(_PROGRAMS / name, "--hyp")) for name in names]


def _new_disk() -> str:
    disk = RUNS / "bench" / "disk"
    disk.parent.mkdir(parents=True, exist_ok=True)
    with disk.open("wb") as file:
        file.truncate(_DISK_BYTES)
    return str(disk)


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"ws bench: {what} ...", file=sys.stderr, flush=True)


def _instructions(result: Result) -> int:
    counts = result.description["instructions"]
    if counts is None:
        raise Problem(f"QEMU wrote no counts of the run in {result.folder}")
    return counts["total"]


def _told(result: Result, app: App) -> list[dict]:
    told = [json.loads(line) for line in re.findall(r"^(?:vm\d\| )?@app (\{.*\})\r?$", result.console, re.MULTILINE)]
    if not told and app not in _EMPTY.values():
        raise Problem(f"`{app.commands}` printed no @app line: see {result.folder / 'console.log'}")
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
    print("boot: from the reset to the end. Anything else: a run with it, less a run of the same machines that boot and end.")
    print("-vms: between two VMs; native is then the same work on one machine, over its loopback device.")
    print("block-io: not exact. While it waits for the host's disk, which takes the host's time, the guest's clock ticks.")
    print("exits: of the guest to the hypervisor, from runs with a trace of their own.")
    print()
    print(f"{'app':18}{'design':8}{'CPUs':>4}{'operations':>12}{'instructions':>16}{'to native':>11}{'exits':>10}"
          "   most of them")
    for row in rows:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(row["exits"].items())[:_REASONS_SHOWN])
        exits = "-" if row["design"] == NATIVE else f"{sum(row['exits'].values()):,}"
        operations = "-" if row["operations"] is None else f"{row['operations']:,}"
        print(f"{row['app']:18}{row['design']:8}{row['cpus']:>4}{operations:>12}{row['instructions']:>16,}"
              f"{row['ratio']:>11.3f}{exits:>10}   {reasons}".rstrip())
