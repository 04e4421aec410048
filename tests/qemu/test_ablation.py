# SPDX-License-Identifier: Apache-2.0
"""The vhe design without some of its optimisations: it still works, moves what it then has to, and what each of them is
worth adds up."""

import json
import re
import subprocess
import unittest
from itertools import accumulate

import qemu_support as support
import test_registers

from wslib.bench import kept_counts  # noqa: E402
from wslib.bench.ablation import BENCHMARKS, BREAKPOINTS, table  # noqa: E402
from wslib.build import build_listed  # noqa: E402
from wslib.optimisations import ALL, BITS, NONE, names_of, parse_optimisations, show_optimisations  # noqa: E402

# What the documentation shows, and of which compiler it is: made by `ws bench --ablation --json`.
GOLDEN, COMPILER = kept_counts.ablation()
COMMAND = "tests/regenerate ablation"
MEASURED = tuple(BENCHMARKS) if support.LONG else ("hypercall", BREAKPOINTS, "io-kernel", "io-user", "virtual-ipi")

# The guest's counter ticks once in 16 instructions. Where in a tick a loop begins depends on all that ran before, so a
# change elsewhere moves a total by a tick, and a difference of two totals by two.
TICKS = 2 * 16

# Where QEMU's turns between two CPUs fall depends on that as well, and in the mean an operation takes up to an
# instruction more or less.
ON_TWO_CPUS = ("virtual-ipi",)

EACH_OFF = {name: ALL - bit for name, bit in BITS.items()}
ABLATED = (NONE, *EACH_OFF.values())
# Guest and CPUs: between them they use all that an optimisation could lose.
TELLING = (("registers", 1), ("soak", 2), ("debug", 1), ("timer", 1), ("preempt", 1))
TRACED = (("hypercall", 1), ("soak", 2), ("debug", 1))


def guests(some: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """In the long tests all of them, on one CPU and, where they have use for it, on two."""
    if not support.LONG:
        return some
    return tuple((guest, cpus) for guest in support.GUESTS for cpus in ((1, 2) if support.setup(guest).smp else (1,)))


def figures(row: dict) -> list[tuple[str, int]]:
    """All totals and differences of a benchmark, by name."""
    return [("none", row["none"]), ("all", row["all"]),
            *((f"{kind} {name}", row[kind][name]) for kind in ("cumulative", "alone", "removed") for name in BITS)]


def setUpModule():
    for level in ("off", "full"):
        lists = [word for number in ABLATED for word in ("--optimisations", f"{number:#04x}")]
        done = support.ws("build", *lists, "--level", level)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)


@support.once
def run(number: int, guest: str, cpus: int, level: str) -> support.Run:
    """A guest as it is meant to be run, on vhe with these optimisations; untraced, the hypervisor checks its registers."""
    how = support.setup(guest)
    options = ["--optimisations", f"{number:#04x}", "--trace", level, "--cpus", str(cpus),
               "--vcpus", str(cpus if how.smp else 1)]
    if how.typed:
        typed = support.new_folder() / "typed"
        typed.write_text(how.typed, encoding="utf-8")
        options += ["--stdin", str(typed)]
    if level == "off":
        options.append("--selfcheck")
    made = support.new_run("vhe", guest, *options, append=how.append)
    if made.status != how.status or "panic" in made.console:
        raise AssertionError(f"{guest} on vhe with {show_optimisations(number)}: exit status {made.status}, not "
                             f"{how.status}: {made.stderr}{made.console[-2000:]}")
    return made


class Works(unittest.TestCase):
    def each(self, some: tuple[tuple[str, int], ...], level: str, look) -> None:
        cases = [(number, guest, cpus, level) for number in ABLATED for guest, cpus in guests(some)]
        for case, made in zip(cases, support.at_once(run, cases)):
            with self.subTest(optimisations=show_optimisations(case[0]), guest=case[1], cpus=case[2]):
                if isinstance(made, AssertionError):
                    raise made
                look(made)

    def test_guests_end_as_they_should(self):
        self.each(TELLING, "off", lambda made: None)

    def test_traces_keep_the_laws(self):
        def look(made: support.Run) -> None:
            done = support.call(support.WSTRACE, "check", made.folder)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(made.description["capture"]["events_discarded"], 0)

        self.each(TRACED, "full", look)

    def test_each_part_of_what_every_exit_moves_is_needed(self):
        """In the image with no optimisation, a few instructions of the switch; all of them in the long tests."""
        every = [move for move in test_registers.moves("vhe", "-o00") if "ThisDesign::run(" in move[1]]
        self.assertGreater(len(every), 150)
        for address, text, register in every if support.LONG else every[11::29]:
            with self.subTest(left_out=text):
                self.assertFalse(test_registers.Mutant("vhe", address, register, "-o00").survives(),
                                 f"without `{text}` at {address:#x}: nobody missed {register}")


def instructions(image: str, function: str) -> list[str]:
    """A function of an untraced image, without the addresses that differ from image to image."""
    listing = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "-C", "--no-show-raw-insn", f"--disassemble={function}",
                              str(support.ROOT / "build/hyp/hyp/off" / image)], capture_output=True, text=True, check=True).stdout
    told = re.findall(r"^\s*[0-9a-f]+:\t(.+)$", listing, re.MULTILINE)
    addressed = re.compile(r"adrp.*|[0-9a-f]{8,} (?=<)|(?<=add\t)(x\d+), \1, #.*")   # ADRP and ADD make an address
    return [addressed.sub("", text.partition("//")[0]) for text in told]


class SameWay(unittest.TestCase):
    def test_with_all_optimisations_on_the_ablations_sources_are_the_usual_ones(self):
        build_listed({f"{ALL:02x}-off"}, [f"hyp-vhe-o{ALL:02x}-off"])
        for function in ("run", "load", "put", "load_fp", "load_debug"):
            with self.subTest(function=function):
                name = f"ws::ThisDesign::{function}(ws::VcpuContext&)"
                usual = instructions("hyp-vhe", name)
                self.assertGreater(len(usual), 3)
                self.assertEqual(instructions(f"hyp-vhe-o{ALL:02x}", name), usual)


class Moves(unittest.TestCase):
    """What a hypercall moves for want of each optimisation, as the trace has it, in registers saved and restored."""

    # Class of registers -> by how many more are saved, and restored, for each exit and entry.
    FOR_WANT_OF = {
        "deferred_state": {"el1": (20, 20), "user": (4, 4)},   # the guest's alone: the host's EL1 names reach EL2's
        "traps_left_on": {},
        "lists_when_used": {"list_registers": (5, 5), "vgic": (3, 3)},
        "timer_left_alone": {"timer": (3, 3)},
        "lazy_fp": {"fp": (2 * 34, 2 * 34)},
        "lazy_debug": {},   # the guest uses none
        "direct_state": {},
    }

    def moved(self, number: int) -> dict[str, tuple[float, float]]:
        if number == ALL:
            made = support.new_run("vhe", "hypercall")
        else:
            made = run(number, "hypercall", 1, "full")
        registers = support.wstrace_json("measure", made.folder)["benchmarks"][0]["registers"]
        return {name: (cell["saved"], cell["restored"]) for name, cell in registers.items()}

    def test_what_a_hypercall_moves(self):
        usual = self.moved(ALL)
        more = {name: self.FOR_WANT_OF[name] for name in EACH_OFF}
        everything = {moved: count for part in more.values() for moved, count in part.items()}
        for number, expected in [*((EACH_OFF[name], more[name]) for name in EACH_OFF), (NONE, everything)]:
            with self.subTest(optimisations=show_optimisations(number)):
                self.assertEqual(self.moved(number), usual | expected)

    def control_writes(self, number: int) -> set[str]:
        """The control registers that some exits in the middle of a run have written."""
        folder = run(number, "hypercall", 1, "full").folder
        half = sum(support.wstrace_json("summary", folder)["events_by_kind"].values()) // 2
        told = support.wstrace_json("dump", folder, "--from", half, "--count", 400)["events"]
        return {field["text"] for event in told if event["event"] == "control_write"
                for field in event["fields"] if field["name"] == "sysreg"}

    def test_traps_and_stage_2(self):
        self.assertEqual(self.control_writes(EACH_OFF["lazy_fp"]) & {"MDCR_EL2", "VTTBR_EL2"}, set())
        self.assertLessEqual({"HCR_EL2", "CPTR_EL2", "MDCR_EL2", "HSTR_EL2", "CNTHCTL_EL2", "PMUSERENR_EL0", "VMPIDR_EL2",
                              "VPIDR_EL2", "VTCR_EL2", "VTTBR_EL2"}, self.control_writes(EACH_OFF["traps_left_on"]))

    def test_breakpoints(self):
        """A guest that has used one pays for them at each exit, where it would not else."""
        blocks = {number: len(support.events(run(number, "debug", 1, "full"), "registers_breakpoints"))
                  for number in (EACH_OFF["lazy_fp"], EACH_OFF["lazy_debug"])}
        self.assertGreater(blocks[EACH_OFF["lazy_debug"]], 10 * blocks[EACH_OFF["lazy_fp"]])
        self.assertGreater(blocks[EACH_OFF["lazy_fp"]], 0)

    def test_the_run_tells_what_it_was(self):
        for number in (NONE, EACH_OFF["lazy_fp"]):
            made = run(number, "hypercall", 1, "full")
            self.assertEqual(made.description["optimisations"], names_of(number))
            metadata = (made.trace / "metadata").read_text(encoding="utf-8")
            self.assertIn(f'optimisations = "{show_optimisations(number)}"', metadata)


class Worth(unittest.TestCase):
    """`ws bench --ablation`."""

    @classmethod
    def setUpClass(cls):
        chosen = [word for name in MEASURED if name != BREAKPOINTS for word in ("--benchmark", name)]
        done = support.ws("bench", "--ablation", "--json", *chosen)
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.progress = done.stderr
        cls.rows = {row["benchmark"]: row for row in json.loads(done.stdout)["results"]}

    def total(self, benchmark: str, number: int) -> int:
        """What the guest itself said."""
        console = (support.ROOT / f"out/ablation/{benchmark}-o{number:02x}/console.log").read_text(encoding="utf-8")
        return next(told["total"] for told in map(json.loads, re.findall(r"@bench (\{.*\})", console))
                    if told["benchmark"] in (benchmark, "hypercall"))

    def test_the_steps_add_up_to_the_difference(self):
        for benchmark in MEASURED:
            with self.subTest(benchmark=benchmark):
                row = self.rows[benchmark]
                steps = row["cumulative"]
                self.assertEqual(list(steps), list(BITS))
                for value in (row["none"], row["all"], *steps.values()):
                    self.assertIsInstance(value, int)
                self.assertEqual(sum(steps.values()), self.total(benchmark, NONE) - self.total(benchmark, ALL))
                self.assertEqual(list(accumulate(steps.values())),
                                 [row["none"] - self.total(benchmark, number) for number in accumulate(BITS.values())])

    def test_alone_and_removed_are_of_one_alone(self):
        for benchmark in MEASURED:
            row = self.rows[benchmark]
            for name, bit in BITS.items():
                with self.subTest(benchmark=benchmark, optimisation=name):
                    self.assertEqual(row["alone"][name], self.total(benchmark, NONE) - self.total(benchmark, bit))
                    self.assertEqual(row["removed"][name], self.total(benchmark, ALL - bit) - self.total(benchmark, ALL))

    def test_each_saves_something(self):
        for kind in ("cumulative", "alone", "removed"):
            for name, saved in self.rows["hypercall"][kind].items():
                with self.subTest(kind=kind, optimisation=name):
                    self.assertGreater(saved, 0)

    def test_lazy_debug_is_for_those_who_use_breakpoints(self):
        plain, using = (self.rows[name] for name in ("hypercall", BREAKPOINTS))
        self.assertEqual(plain["all"], using["all"])
        for kind in ("cumulative", "alone", "removed"):
            self.assertGreater(using[kind]["lazy_debug"], 10 * plain[kind]["lazy_debug"])

    def test_it_is_what_the_documentation_shows(self):
        if COMPILER != kept_counts.compiler():
            self.skipTest(kept_counts.why_none("figures of the ablation", COMMAND))
        for shown in GOLDEN["results"]:
            if shown["benchmark"] not in MEASURED:
                continue
            measured = self.rows[shown["benchmark"]]
            most = shown["iterations"] if shown["benchmark"] in ON_TWO_CPUS else TICKS
            self.assertEqual(measured["iterations"], shown["iterations"])
            for (what, of_shown), (_, of_measured) in zip(figures(shown), figures(measured), strict=True):
                with self.subTest(benchmark=shown["benchmark"], what=what):
                    self.assertLessEqual(abs(of_measured - of_shown), most, f"a change of the code? {COMMAND}")

    def test_progress_is_shown(self):
        self.assertRegex(self.progress, r"\[ablation\] building \d+ images")
        self.assertRegex(self.progress, r"\[ablation\] run \d+/\d+: hypercall, none")

    def test_the_text_has_a_column_for_each_benchmark(self):
        self.assertEqual([row["benchmark"] for row in GOLDEN["results"]], list(BENCHMARKS))
        lines = table(GOLDEN["results"]).splitlines()
        figures = [line.split() for line in lines if re.search(r"\d\.\d", line)]
        self.assertEqual(len(figures), 2 + 3 * len(BITS))
        self.assertEqual({len(re.findall(r"-?[\d,]+\.\d", line)) for line in lines if re.search(r"\d\.\d", line)},
                         {len(BENCHMARKS)})


class Command(unittest.TestCase):
    def test_lists(self):
        for text, number in (("all", ALL), ("none", NONE), ("lazy_fp", BITS["lazy_fp"]), ("lazy-fp", BITS["lazy_fp"]),
                             ("lazy_fp,lazy_debug", BITS["lazy_fp"] | BITS["lazy_debug"]), ("0x05", 5), ("0x7f", ALL)):
            with self.subTest(text=text):
                self.assertEqual(parse_optimisations(text), number)
                self.assertEqual(parse_optimisations(show_optimisations(number)), number)
        for text in ("", "lazy", "0x80", "0xg", "5", "all,lazy_fp", "lazy_fp,"):
            with self.subTest(text=text), self.assertRaisesRegex(ValueError, "is no optimisation; they are deferred_state, "):
                parse_optimisations(text)

    def test_what_is_not_built_is_said(self):
        number = 0b0101010
        image = support.ROOT / f"build/hyp/hyp/traps/hyp-vhe-o{number:02x}.bin"
        self.assertFalse(image.exists())
        done = support.ws("run", "--design", "vhe", "--guest", "hypercall", "--optimisations", f"{number:#04x}",
                          "--trace", "traps")
        self.assertEqual(done.returncode, 6)
        self.assertIn("run scripts/ws build --optimisations 0x2a --level traps", done.stderr)

    def test_without_takes_one_away(self):
        folder = support.new_folder()
        done = support.ws("run", "--design", "vhe", "--guest", "hypercall", "--trace", "off", "--without", "lazy-fp", "--out",
                          str(folder), "--json", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["optimisations"], names_of(EACH_OFF["lazy_fp"]))
        self.assertTrue(told["hypervisor"]["file"].endswith("/hyp-vhe-o6f.bin"))

    def test_wrong_usage(self):
        run_of = ("run", "--guest", "hypercall", "--design")
        for words, *arguments in (("only the vhe design", *run_of, "split", "--without", "lazy_fp"),
                                  ("is no optimisation", *run_of, "vhe", "--without", "x"),
                                  ("--level is for images", "build", "--level", "off"),
                                  ("--ablation", "bench", "--ablation", "--design", "vhe"),
                                  ("--ablation", "bench", "--ablation", "--apps")):
            with self.subTest(arguments=arguments):
                done = support.ws(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
