# SPDX-License-Identifier: Apache-2.0
"""Traces of real KVM and Xen, recorded from outside, of each operation: QEMU's own log has the same traps and returns, the guest's own
clock the same instructions, and what reads our traces reads these."""

import itertools
import json
import re
import unittest
from pathlib import Path
from typing import NamedTuple

import qemu_support as support
from interleaving import Logged, entries_explained
from outside_reader import read_trace
from test_peers_run import run, told_by_guest
from test_witness import Event, recorded, witnessed

ITERATIONS = 64


class Benchmark(NamedTuple):
    """What the guest measures, and by which operations its trace has that."""

    kinds: tuple[str, ...]
    own: int  # instructions of the guest's own in each turn of its loop, by QEMU's clock
    guest: str = "micro"
    cpus: int = 1
    latency: bool = False  # the guest times a part of each turn alone


BENCHMARKS = {
    "hypercall": Benchmark(("hypercall (HVC, unhandled)",), 4, guest="hypercall"),
    # Of three, for its load is never executed.
    "io-kernel": Benchmark(("mmio read distributor",), 2),
    "io-user": Benchmark(("mmio read vmm",), 2),
    # Two, and three more: where an access to a system register traps, QEMU's clock takes the rest of its block for
    # executed as well.
    "id-register": Benchmark(("SYS64 read ID_AA64MMFR0_EL1",), 5),
    "timer-interrupt": Benchmark(("IRQ 27",), 2, latency=True),
    # Eight of the sender's and seven of the target's, and the MSR that traps.
    "virtual-ipi": Benchmark(("SYS64 write ICC_SGI1R_EL1", "IRQ 0"), 16, cpus=2),
    # Traps nowhere.
    "virtual-eoi": Benchmark((), 3),
}
MATRIX = [*itertools.product(("kvm-nvhe", "kvm-vhe"), (name for name, benchmark in BENCHMARKS.items() if benchmark.kinds)),
          ("xen", "hypercall"), ("xen", "id-register")]
TICK = 16  # instructions: the guest's clock counts no less
CALL = 16  # the most that the call of a loop takes, from clock to clock


def recording(design: str, benchmark: str, append: str = "") -> support.Run:
    """With QEMU's own log beside the trace. Xen makes a line for its log of a call that it does not know, which is no hypercall to measure."""
    return _recording(design, benchmark, "call=version" if (design, benchmark) == ("xen", "hypercall") else append)


@support.once
def _recording(design: str, benchmark: str, append: str) -> support.Run:
    guest, cpus = BENCHMARKS[benchmark].guest, str(BENCHMARKS[benchmark].cpus)
    which = f"benchmark={benchmark} " if guest == "micro" else ""
    folder = support.new_folder()
    done = run(design, guest, "--cpus", cpus, "--vcpus", cpus, "--", "-d", "int", "-D", str(folder / "qemu.log"),
               append=f"{which}{append} iterations={ITERATIONS}", trace="full")
    if done.status:
        raise AssertionError(f"{design}, {benchmark} {append}: {done.stderr}{done.console[-2000:]}")
    (folder / "qemu.log").rename(done.folder / "qemu.log")
    return done


def traced(done: support.Run) -> list[Logged]:
    events, _ = recorded(read_trace(str(done.folder), done.trace))
    return events


def logged(done: support.Run, design: str, first: Event) -> list[Logged]:
    """From this event of the window on: its last turn is the guest's last, and a warm-up that was the same came before."""
    entries = witnessed(done.log, design)
    turns = [at for at, entry in enumerate(entries) if entry.event == first]
    return entries[turns[-sum(entry.event == first for entry in traced(done))]:]


def by_cpu(events: list[Logged]) -> dict[int, list[Event]]:
    return {cpu: [entry.event for entry in events if entry.cpu == cpu] for cpu in sorted({entry.cpu for entry in events})}


class PeerTrace:
    """Of one design's operation."""

    DESIGN, BENCHMARK = "", ""

    def setUp(self):
        self.run = recording(self.DESIGN, self.BENCHMARK)
        self.benchmark = BENCHMARKS[self.BENCHMARK]

    def test_traps_and_returns_are_those_that_qemu_logged(self):
        """QEMU says of a trap which CPU took it, and of a return nothing."""
        events = traced(self.run)
        self.assertGreaterEqual(len(events), 2 * ITERATIONS * len(self.benchmark.kinds))
        self.assertEqual(set(by_cpu(events)), set(range(self.benchmark.cpus)))
        log = logged(self.run, self.DESIGN, events[0].event)
        explained = entries_explained(log, by_cpu(events))
        self.assertIsNone(explained, f"of {len(events)} events, {explained} are as QEMU logged them; then comes {log[explained:][:1]}")

    def test_laws(self):
        done = support.call(support.WSTRACE, "check", self.run.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_guest_s_clock(self):
        """It is exact where no tick of the host's timer came between. What such a tick adds to a latency is at most the operation that it
        is told as, and with two CPUs the one may execute while an operation of the other's waits."""
        rows = {row["name"]: row for row in support.wstrace_json("statistics", self.run.folder)["by_kind"]}
        for kind in self.benchmark.kinds:
            self.assertGreater(rows[kind]["count"], ITERATIONS - 4)
        whole = sum(row["sum"] for row in rows.values())
        usual = ITERATIONS * sum(rows[kind]["median"] for kind in self.benchmark.kinds)
        least = min(usual, whole) if self.benchmark.latency or self.benchmark.cpus > 1 else whole
        told = told_by_guest(self.run)["total"] - ITERATIONS * self.benchmark.own
        self.assertTrue(least - TICK < told < whole + CALL + TICK,
                        f"{told} by its clock, without its loop; in the trace {whole}, and {least} without what came between")

    def test_where_it_comes_from(self):
        metadata = (self.run.trace / "metadata").read_text(encoding="utf-8", errors="replace")
        told = dict(re.findall(r'(\w+) = "([^"]*)";', metadata))
        self.assertEqual((told["design"], told["recorded_from"]), (self.DESIGN, "outside"))
        self.assertRegex(told["hypervisor"], r"^(Linux \d+\.\d+\S*, KVM|Xen 4\.\d+\.\d+)$")


for _design, _benchmark in MATRIX:
    _name = "".join(word.title() for word in f"of-{_design}-{_benchmark}".split("-"))
    globals()[_name] = type(_name, (PeerTrace, unittest.TestCase), {"DESIGN": _design, "BENCHMARK": _benchmark})


class Comparison(unittest.TestCase):
    """With QEMU's log: what is wrong with a trace is found."""

    def test_of_two_cpus(self):
        done = recording("kvm-vhe", "virtual-ipi")
        events = traced(done)
        log = logged(done, "kvm-vhe", events[0].event)
        right = by_cpu(events)
        middle = len(right[1]) // 2
        before, event, after = right[1][:middle], right[1][middle], right[1][middle + 1:]
        for wrong in ([*before, *after], [*before, event, event, *after], [*before, event._replace(address=event.address + 4), *after],
                      [*before, *after[:1], event, *after[1:]]):
            self.assertIsNotNone(entries_explained(log, {**right, 1: wrong}))
        self.assertIsNotNone(entries_explained(log, {0: right[1], 1: right[0]}))
        self.assertIsNone(entries_explained(log, right))


class KvmWithoutVhe(unittest.TestCase):
    def setUp(self):
        self.run = recording("kvm-nvhe", "hypercall")

    def test_the_architecture_s_share(self):
        """Two traps, and EL1's registers both ways, as in split: with VHE there are neither. Little is left that no step explains."""
        kind, = support.wstrace_json("compare", self.run.folder, recording("kvm-vhe", "hypercall").folder)["kinds"]
        nvhe, vhe = kind["a"], kind["b"]
        self.assertEqual(kind["paired"], ITERATIONS)
        self.assertEqual((nvhe["exceptions"], nvhe["els_crossed"], vhe["exceptions"], vhe["els_crossed"]), (2, 4, 1, 2))
        self.assertGreaterEqual(nvhe["registers"]["el1"]["saved"], 20)
        self.assertNotIn("el1", vhe["registers"])
        for side in (nvhe, vhe):
            self.assertLess(side["net_by_part"]["residual"], side["net"]["median"] / 10)

    def test_a_symbol_that_no_row_knows(self):
        """Is said, and no trace is left."""
        renamed = support.new_folder() / "kallsyms"
        symbols = (self.run.folder / "kallsyms").read_text(encoding="utf-8")
        renamed.write_text(symbols.replace(" __kvm_nvhe___sysreg_save_el1_state\n", " __kvm_nvhe_something_new\n")
                           .replace(" __kvm_nvhe___sysreg_restore_state_nvhe\n", " __kvm_nvhe_something_new\n")
                           .replace(" __kvm_nvhe___sysreg_save_state_nvhe\n", " __kvm_nvhe_something_new\n"), encoding="utf-8")
        to = support.new_folder() / "trace"
        done = support.call(support.WSTRACE, "convert", self.run.folder / "outside.raw", "--symbols", renamed, "-o", to)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("something_new", done.stderr)
        self.assertFalse(to.exists())


class KvmWithVhe(unittest.TestCase):
    def test_source(self):
        """There is none of the hypervisor, and that is said; the guest is ours, and its line is shown."""
        told = support.wstrace_json("source", recording("kvm-vhe", "hypercall").folder, 1)
        hypervisor, guest = told["places"]
        self.assertIn("was recorded from outside", hypervisor["problem"])
        self.assertEqual((guest["what"], Path(guest["file"]).name), ("the instruction that trapped", "main.cpp"))
        self.assertTrue(next(row for row in guest["instructions"] if row["here"])["text"].startswith("hvc"))

    def test_fp_registers(self):
        """They are put in place when the guest first uses them, and are saved when the vCPU is put; the host's are saved when one is loaded."""
        done = run("kvm-vhe", "registers", append="rounds=1 results=4", trace="full")
        self.assertEqual(done.status, 0, done.stderr)
        self.assertEqual(support.call(support.WSTRACE, "check", done.folder).returncode, 0)
        moves = {"save vCPU 0": 0, "restore vCPU 0": 0, "save host": 0}
        for event in support.wstrace(*("find", done.folder, "registers_fp", "--count", 400)).splitlines():
            if told := re.search(r"operation=(\w+) owner=(host|vCPU 0)", event):
                moves[" ".join(told.groups())] += 1
        self.assertTrue(all(moves.values()), moves)


@unittest.skipUnless(support.LONG, "takes a minute: it runs only with --long")
class Bench(unittest.TestCase):
    def test_ours_and_theirs_in_one_table(self):
        recording("kvm-vhe", "hypercall")  # or it is skipped
        done = support.ws("bench", "--peers", "--benchmark", "hypercall", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["design"]: row for row in json.loads(done.stdout)["results"]}
        self.assertEqual(list(rows), ["split", "el2", "vhe", "kvm-nvhe", "kvm-vhe", "xen"])
        for design, row in rows.items():
            self.assertLess(abs(row["bare"] - row["net"]), 0.02 * row["net"], design)
        self.assertEqual([row["exceptions"] for row in rows.values()], [2, 1, 1, 2, 1, 1])
