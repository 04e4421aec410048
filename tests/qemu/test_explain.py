# SPDX-License-Identifier: Apache-2.0
"""`wstrace explain` and `ws bench --validate`: on real traces, exactly.

The explanations of the paper's benchmarks are kept in tests/qemu/golden, for each compiler and pair of designs. After a change
that changes counts on purpose, and with a look at what git diff then says:

    tests/regenerate explanations
"""

import itertools
import json
import os
import re
import unittest
from fractions import Fraction
from pathlib import Path

import qemu_support as support

from wslib.bench import kept_counts  # noqa: E402
from wslib.bench.microbenchmarks import BENCHMARKS  # noqa: E402
from wslib.bench.validation import AIM, KINDS, row_of  # noqa: E402

GOLDEN = kept_counts.folder()
COMMAND = "tests/regenerate explanations"
REGENERATE = os.environ.get("WS_REGENERATE") == "1"
PAIRS = tuple(itertools.combinations(support.DESIGNS, 2))
PROFILES = support.ROOT / "viewer/profiles"
DEFAULT = PROFILES / "xgene-gicv2.profile"


@support.once
def trace(benchmark: str, design: str) -> support.Run:
    """The run that `ws bench` makes of a benchmark."""
    how = BENCHMARKS[benchmark].options(benchmark, design, 1, "full")
    options = ["--cpus", str(how.cpus), "--vcpus", str(how.vcpus)]
    if how.pin:
        options += ["--pin", "+".join(map(str, how.pin))]
    made = support.new_run(design, how.guest, *options, append=how.append)
    if made.status:
        raise AssertionError(f"{benchmark} on {design}: {made.stderr}")
    return made


@support.once
def told(benchmark: str, a: str, b: str, *options: str) -> dict:
    return support.wstrace_json("explain", trace(benchmark, a).folder, trace(benchmark, b).folder, "--kind",
                                KINDS[benchmark], *options)


def refused(*arguments: object) -> str:
    """What `wstrace explain` says when it fails: one line."""
    done = support.call(support.WSTRACE, "explain", *arguments)
    if done.returncode == 0 or done.stdout or done.stderr.count("\n") != 1:
        raise AssertionError(f"not refused with one line: {done}")
    return done.stderr


def exact(cycles: float) -> Fraction:
    """Cycles have three decimals."""
    return Fraction(round(cycles * 1000), 1000)


# The files of hyp/world_switch that step_places.def means by these names.
SWITCH = {
    "kSwitch": ("split/enter_exit.cpp", "kernel_at_el2/every_exit.hpp", "kernel_at_el2/deferred.hpp"),
    "kHostEl1": ("split/enter_exit.cpp", "el2/host_el1.hpp", "vhe/host_el1.hpp"),
}


class Golden(unittest.TestCase):
    """Counts are exact: each explanation is the same to the last digit."""

    @classmethod
    def setUpClass(cls):
        support.at_once(trace, itertools.product(KINDS, support.DESIGNS))
        if REGENERATE:
            GOLDEN.mkdir(exist_ok=True)
            for former in GOLDEN.glob("explain_*.json"):
                former.unlink()

    def test_explanations_are_as_they_were(self):
        if not REGENERATE and not GOLDEN.is_dir():
            self.skipTest(kept_counts.why_none("explanations", COMMAND))
        for benchmark, (a, b) in itertools.product(KINDS, PAIRS):
            with self.subTest(benchmark=benchmark, a=a, b=b):
                explanation = {key: value for key, value in told(benchmark, a, b).items() if key != "runs"}
                file = GOLDEN / f"explain_{benchmark}_{a}_{b}.json"
                if REGENERATE:
                    file.write_text(json.dumps(explanation, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                self.assertTrue(file.exists(), f"not kept yet: {COMMAND}")
                self.assertEqual(explanation, json.loads(file.read_text(encoding="utf-8")))

    def test_nothing_is_kept_that_is_not_compared(self):
        wanted = {f"explain_{benchmark}_{a}_{b}.json" for benchmark in KINDS for a, b in PAIRS}
        self.assertTrue(kept_counts.kept_compilers())
        for compiler in kept_counts.kept_compilers():
            kept = {file.name for file in (kept_counts.KEPT / compiler).iterdir()} - {kept_counts.ABLATION}
            self.assertEqual(kept, wanted, compiler)


class Explain(unittest.TestCase):
    def test_the_causes_are_the_papers(self):
        """Two kernels share EL1, FP/SIMD is moved to be sure, and there is a second trap."""
        explanation = told("hypercall", "split", "vhe")
        self.assertRegex(explanation["headline"], r"^hypercall .* takes \d\.\d\d times as many instructions in split as in vhe: ")
        causes = {cause["part"]: cause for cause in explanation["causes"]}
        self.assertEqual(list(causes), ["el1", "fp", "transitions"])
        parts = {part["part"]: part for part in explanation["parts"]}
        for part, words in {"el1": "two kernels share EL1", "fp": "to be sure", "transitions": "a double trap"}.items():
            self.assertIn(words, causes[part]["why"])
            self.assertEqual(causes[part]["instructions"], parts[part]["instructions"]["difference"])
        moved = parts["el1"]["a"]
        self.assertIn(f"split saves {moved['saved']} and restores {moved['restored']} of them", causes["el1"]["why"])
        for designs in PAIRS:
            if "split" not in designs:
                self.assertNotIn("share EL1", " ".join(cause["why"] for cause in told("hypercall", *designs)["causes"]))

    def test_parts_sum_exactly(self):
        for benchmark, (a, b) in itertools.product(KINDS, PAIRS):
            explanation = told(benchmark, a, b)
            for side in ("a", "b", "difference"):
                with self.subTest(benchmark=benchmark, a=a, b=b, side=side):
                    parts = explanation["parts"]
                    self.assertEqual(sum(part["instructions"][side] for part in parts), explanation["instructions"][side])
                    self.assertEqual(sum(exact(part["cycles"][side]) for part in parts),
                                     exact(explanation["cycles"][side]))

    def test_the_whole_is_what_compare_says(self):
        for benchmark in ("hypercall", "io-kernel", "io-user"):
            a, b = PAIRS[0]
            rows = support.wstrace_json("compare", trace(benchmark, a).folder, trace(benchmark, b).folder)["kinds"]
            row = next(row for row in rows if row["kind"] == KINDS[benchmark])
            explanation = told(benchmark, a, b)
            for side in "ab":
                with self.subTest(benchmark=benchmark, side=side):
                    self.assertEqual(explanation["net"][side], row[side]["net"])
                    self.assertEqual(explanation["instructions"][side], row[side]["net"]["median"])

    def test_the_default_kind_is_what_the_benchmark_is_about(self):
        for benchmark, kind in KINDS.items():
            with self.subTest(benchmark=benchmark):
                a, b = (trace(benchmark, design).folder for design in PAIRS[0])
                self.assertEqual(support.wstrace_json("explain", a, b)["kind"], kind)

    def test_swapped_is_the_same_with_the_other_sign(self):
        a, b = PAIRS[0]
        there, back = told("io-user", a, b), told("io-user", b, a)
        for one, other in zip(there["parts"], back["parts"]):
            self.assertEqual(one["instructions"]["difference"], -other["instructions"]["difference"])
            self.assertEqual(exact(one["cycles"]["difference"]), -exact(other["cycles"]["difference"]))

    def test_a_run_and_itself_differ_in_nothing(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                same = told("hypercall", design, design)
                self.assertEqual({part["instructions"]["difference"] for part in same["parts"]}, {0})
                self.assertEqual(same["largest"], {"instructions": [], "cycles": []})

    def test_any_kind_of_operation(self):
        """All kinds that two runs share can be explained."""
        for guest in ("stage2", "registers", "timer"):
            a, b = (self.run_of_each_kind(design, guest).folder for design in PAIRS[0])
            kinds = support.wstrace_json("compare", a, b)["kinds"]
            for row in kinds:
                if not row["paired"]:
                    continue
                with self.subTest(guest=guest, kind=row["kind"]):
                    explanation = support.wstrace_json("explain", a, b, "--kind", row["kind"])
                    self.assertEqual(explanation["kind"], row["kind"])
                    self.assertEqual(sum(part["instructions"]["b"] for part in explanation["parts"]),
                                     explanation["instructions"]["b"])

    def run_of_each_kind(self, design: str, guest: str) -> support.Run:
        """`registers` has most kinds. It has them all in fewer rounds than it is run with elsewhere, and for each kind wstrace
        reads both runs."""
        if guest != "registers":
            return support.run(design, guest)
        made = support.new_run(design, guest, append="rounds=50")
        self.assertEqual(made.status, 0, made.stderr)
        return made

    def test_text_and_markdown(self):
        a, b = (trace("hypercall", design).folder for design in PAIRS[0])
        printed = support.wstrace("explain", a, b)
        self.assertLessEqual(max(map(len, printed.splitlines()[3:])), 120)
        text = " ".join(printed.split())
        for sentence in told("hypercall", *PAIRS[0])["sentences"]:
            self.assertIn(sentence, text)
        self.assertIn("modelled with the profile xgene-gicv2", text)
        markdown = support.wstrace("explain", a, b, "--markdown")
        rows = [line for line in markdown.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in rows}, {8})
        self.assertIn("cycles (modelled)", rows[0])

    def test_what_cannot_be_explained(self):
        a, b = (trace("hypercall", design).folder for design in PAIRS[0])
        traps = support.run(PAIRS[0][1], "hypercall", "traps").folder
        self.assertIn("it with --trace full", refused(a, traps))
        self.assertIn("no kind of operation has this name", refused(a, b, "--kind", "teleport"))
        self.assertIn("more than one kind", refused(a, b, "--kind", "hypercall"))
        other = trace("io-kernel", PAIRS[0][1]).folder
        self.assertIn("only A has it", refused(a, other, "--kind", KINDS["hypercall"]))


class Profiles(unittest.TestCase):
    def setUp(self):
        self.folders = [trace("hypercall", design).folder for design in PAIRS[0]]
        self.file = support.new_folder() / "mine.profile"

    def edited(self, line: str, key: str = "vgic.save") -> Path:
        """The default profile with a key's line replaced."""
        text = DEFAULT.read_text(encoding="utf-8")
        changed = re.sub(rf"^{re.escape(key)} .*$", line, text, flags=re.MULTILINE)
        self.assertNotEqual(changed, text)
        self.file.write_text(changed, encoding="utf-8")
        return self.file

    def test_each_that_comes_along_is_found_by_name(self):
        for file in PROFILES.glob("*.profile"):
            with self.subTest(profile=file.stem):
                explanation = support.wstrace_json("explain", *self.folders, "--profile", file.stem)
                self.assertEqual(explanation["profile"]["name"], file.stem)

    def test_one_value_changes_the_explanation_accordingly(self):
        """10 cycles more for a vGIC register that is saved: as many times 10 as there are, and nothing else."""
        before = told("hypercall", *PAIRS[0])
        after = told("hypercall", *PAIRS[0], "--profile", str(self.edited("vgic.save = 416.25 | a test")))
        self.assertEqual(after["profile"]["name"], "mine")
        for old, new in zip(before["parts"], after["parts"]):
            self.assertEqual(old["instructions"], new["instructions"])
            more = exact(new["cycles"]["a"]) - exact(old["cycles"]["a"])
            self.assertEqual(more, 30 if old["part"] == "vgic" else 0, old["part"])
        self.assertEqual(exact(after["cycles"]["a"]) - exact(before["cycles"]["a"]), 30)

    def test_a_malformed_one_is_refused_with_file_line_and_reason(self):
        line = next(number for number, text in enumerate(DEFAULT.read_text(encoding="utf-8").splitlines(), 1)
                    if text.startswith("vgic.save "))
        for wrong, reason in (("vgic.store = 1 | a test", "there is no key vgic.store"),
                              ("vgic.save = 1", "no source"), ("vgic.save = much | a test", "not a number"),
                              ("vgic.save = -1 | a test", "no cost is negative"),
                              ("vgic.save = 1000001 | a test", "too many"), ("fp.save = 1 | a test", "already"),
                              ("nothing", "a line is KEY = VALUE")):
            with self.subTest(wrong=wrong):
                said = refused(*self.folders, "--profile", self.edited(wrong))
                self.assertTrue(said.startswith(f"wstrace: {self.file}:{line}: "), said)
                self.assertIn(reason, said)
        self.assertIn("vgic.save is missing", refused(*self.folders, "--profile", self.edited("")))
        self.assertIn("there is no profile abacus; there are", refused(*self.folders, "--profile", "abacus"))


class Places(unittest.TestCase):
    """The files and the functions that explanations name are there."""

    def test_every_step_of_every_design(self):
        steps = re.findall(r'^STEP_PLACE\((\w+), \w+, \w+, ("[^"]+"|kSwitch|kHostEl1), "(\w+)"\)$',
                           (support.ROOT / "viewer/model/operations/step_places.def").read_text(encoding="utf-8"), re.MULTILINE)
        self.assertGreater(len(steps), 30)
        for step, file, function in steps:
            with self.subTest(step=step):
                self.assertTrue(self.files_of(step, file.strip('"')))
                for source in self.files_of(step, file.strip('"')):
                    self.assertRegex(source.read_text(encoding="utf-8"), self.definition(function), source)

    def definition(self, function: str) -> str:
        """What defines it: a label, or a function that begins there, at the left margin."""
        return rf"(?m)^(?:\S.* (?:ThisDesign::)?)?{function}(?:\(.*\{{$|:$)"

    def files_of(self, step: str, file: str) -> list[Path]:
        """The file in each design that has the step."""
        if file not in SWITCH:
            return list((support.ROOT / "hyp").glob(file.removeprefix("hyp/").replace("{design}", "*")))
        switch = support.ROOT / "hyp/world_switch"
        sources = [source for source in switch.glob("*/*.[ch]pp") if source.parent.name != "ablation"]
        with_step = [source for source in sources if f"Step::{step})" in source.read_text(encoding="utf-8")]
        for source in with_step:
            self.assertIn(str(source.relative_to(switch)), SWITCH[file])
        return with_step

    def test_what_explanations_name(self):
        for benchmark, (a, b) in itertools.product(KINDS, PAIRS):
            for part, side in itertools.product(told(benchmark, a, b)["parts"], "ab"):
                for place in part[side]["code"]:
                    with self.subTest(place=place["file"], function=place["function"]):
                        text = (support.ROOT / place["file"]).read_text(encoding="utf-8")
                        self.assertRegex(text, self.definition(place["function"]))


class Validation(unittest.TestCase):
    def test_it_has_the_papers_figures_and_says_what_is_calibrated(self):
        done = support.ws("bench", "--validate", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["benchmark"]: row for row in json.loads(done.stdout)["rows"]}
        self.assertEqual({name: round(row["ratio"]["paper"], 1) for name, row in rows.items()},
                         {"hypercall": 8.5, "io-kernel": 5.0, "io-user": 1.3, "virtual-ipi": 5.2})
        calibrated = [(name, figure["design"]) for name, row in rows.items() for figure in row["figures"]
                      if figure["from"] == "calibration"]
        self.assertEqual(calibrated, [("hypercall", "split")])
        for name, row in rows.items():
            with self.subTest(benchmark=name):
                before, after = row["figures"]
                self.assertAlmostEqual(before["modelled"] / after["modelled"], row["ratio"]["modelled"], 2)
                errors = [row["ratio"]["error"], before["error"], after["error"]]
                self.assertEqual(bool(row["why"]), max(map(abs, errors)) > AIM)

    def test_the_calibrated_figure_is_the_published_one(self):
        a, b = PAIRS[0]
        row = row_of("hypercall", b, told("hypercall", a, b))
        self.assertAlmostEqual(row["figures"][0]["modelled"], 6500, delta=65,
                               msg="what split moves has changed: the quotients in the profile have to be worked out again")

    def test_the_text_shows_every_error(self):
        done = support.ws("bench", "--validate")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in (*KINDS, "xgene-gicv2", "calibration", "prediction", "not measured"):
            self.assertIn(word, done.stdout)
