# SPDX-License-Identifier: Apache-2.0
"""A figure that cannot be told says so: what the clock that all CPUs share cannot tell, and what a trace's level leaves out. And the
parts of an operation are the same, by name and by sum, wherever they are told."""

import itertools
import re
import unittest

import qemu_support as support

PARTS = dict(re.findall(r'^PART\((\w+), "([^"]*)"', (support.ROOT / "viewer/model/operations/cost_parts.def").read_text(encoding="utf-8"), re.MULTILINE))
STEPS = set(re.findall(r"^STEP\(\d+, (\w+)", (support.ROOT / "hyp/trace/format/steps.def").read_text(encoding="utf-8"), re.MULTILINE))
# Of any guest and design: an exception, what the hypervisor does at the least, and the return.
LEAST = 100


def number(text: str) -> int:
    return int(text.replace(",", ""))


class NotMeasurable(unittest.TestCase):
    """Two CPUs that compute all the time: their turns end anywhere, in recordings too."""

    @classmethod
    def setUpClass(cls):
        cls.folder = support.run("vhe", "preempt", "full", 2).folder
        cls.statistics = support.wstrace_json("statistics", cls.folder)

    def test_no_operation_of_no_instructions_is_in_a_figure(self):
        left_out = 0
        for kind in self.statistics["by_kind"] + self.statistics["by_class"]:
            with self.subTest(kind["name"]):
                left_out += kind["not_measurable"]
                self.assertEqual(sum(bucket["count"] for bucket in kind["histogram"]), kind["count"] - kind["not_measurable"])
                self.assertEqual("why_not_measurable" in kind, kind["not_measurable"] != 0)
                if kind["count"] == kind["not_measurable"]:
                    self.assertEqual({kind[name] for name in ("min", "median", "p99", "max", "sum")}, {None})
                else:
                    self.assertGreater(kind["min"], LEAST)
        self.assertGreater(left_out, 0, "no turn ended in a recording: the run is no test of it")

    def test_nor_is_it_in_a_comparison(self):
        compared = support.wstrace_json("compare", self.folder, self.folder)
        total = sum(kind["count"] for kind in self.statistics["by_kind"])
        left_out = sum(kind["not_measurable"] for kind in self.statistics["by_kind"])
        self.assertEqual((compared["operations"]["paired"], compared["operations"]["not_measurable"]), (total - left_out, left_out))
        for row in compared["kinds"]:
            with self.subTest(row["kind"]):
                self.assertEqual(row["paired"] + row["not_measurable"], row["a"]["count"])
                self.assertEqual(row["a"]["measured"], row["paired"])
                self.assertEqual("why_not_measured" in row["a"], row["not_measurable"] != 0)
                if row["a"]["measured"]:
                    self.assertGreater(row["a"]["net"]["min"], LEAST)
                else:
                    self.assertIsNone(row["a"]["net"])
        self.assertIn("not measurable here", support.wstrace("compare", self.folder, self.folder, "--markdown"))

    def test_nor_in_what_the_recorder_costs(self):
        costs = support.wstrace_json("cost", self.folder)
        self.assertGreater(sum(row["not_measurable"] for row in costs["events"]), 0)
        for row in costs["events"]:
            if row["count"]:
                self.assertLess(row["instructions"]["max"], 1000, row)

    def test_the_whole_says_at_least(self):
        summary = support.wstrace_json("summary", self.folder)
        self.assertGreater(summary["cut_recordings"], 0)
        self.assertIsNone(summary["net"])
        self.assertIn("not measurable here", summary["why_not_measurable"])
        last = summary["events"] - 1
        span = support.wstrace_json("span", self.folder, 0, last)
        self.assertIsNone(span["instructions"])
        self.assertIn("not measurable here", span["why_not_measurable"])
        self.assertIn("not measurable here, at least", support.wstrace("span", self.folder, 0, last))

    def test_one_cpu_can_tell_all(self):
        summary = support.wstrace_json("summary", support.run("vhe", "preempt").folder)
        self.assertEqual((summary["cut_recordings"], summary["not_measurable"]), (0, 0))


class NotRecorded(unittest.TestCase):
    """Level traps has no registers and no steps: they are not 0."""

    @classmethod
    def setUpClass(cls):
        cls.folder = support.run("vhe", "hypercall", "traps").folder

    def test_data(self):
        full = support.run("vhe", "hypercall").folder
        for row in support.wstrace_json("compare", self.folder, full)["kinds"]:
            with self.subTest(row["kind"]):
                if not row["a"]["count"]:
                    continue
                for name in ("registers", "control_writes", "control_changes", "net_by_part"):
                    self.assertIsNone(row["a"][name], name)
                self.assertIn("not recorded", row["a"]["why_null"])
                self.assertNotIn("why_null", row["b"])
        for measured in support.wstrace_json("measure", self.folder)["benchmarks"]:
            self.assertIsNone(measured["registers"])
            self.assertIsNone(measured["control_writes"])
            self.assertIn("not recorded", measured["why_null"])
        span = support.wstrace_json("span", self.folder, 0, 20)
        self.assertEqual((span["registers"], span["control_writes"]), (None, None))

    def test_text(self):
        for command in (("compare", self.folder, self.folder), ("compare", self.folder, self.folder, "--markdown"),
                        ("compare", self.folder, self.folder, "--html"), ("measure", self.folder), ("span", self.folder, 0, 20)):
            with self.subTest(command[0], form=command[3:]):
                self.assertIn("not recorded", support.wstrace(*command))
        for command in ("registers", "steps", "explain"):
            done = support.call(support.WSTRACE, command, self.folder) if command != "explain" else \
                support.call(support.WSTRACE, command, self.folder, self.folder)
            with self.subTest(command):
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn("record it with --trace full", done.stderr)


class OnePartition(unittest.TestCase):
    def test_the_names_and_sums_are_the_same_everywhere(self):
        for a, b in itertools.combinations(support.DESIGNS, 2):
            folders = [support.run(design, "hypercall").folder for design in (a, b)]
            report = support.wstrace_json("compare", *folders)
            text = support.wstrace("compare", *folders)
            page = support.wstrace("compare", *folders, "--html")
            for row in report["kinds"]:
                if not row["paired"]:
                    continue
                with self.subTest(a=a, b=b, kind=row["kind"]):
                    self.check_kind(row, support.wstrace_json("explain", *folders, "--kind", row["kind"]))
            self.check_text(text, report)
            for part in report["kinds"][0]["explanation"]["parts"]:
                if any(part["instructions"][side] for side in "ab"):
                    self.assertIn(part["words"], page)

    def check_kind(self, row: dict, explained: dict) -> None:
        for side in "ab":
            parts = row[side]["net_by_part"]
            self.assertEqual(list(parts), list(PARTS))
            self.assertEqual(sum(parts.values()), row[side]["net"]["median"])
            of_pair = {part["part"]: part["instructions"][side] for part in explained["parts"]}
            self.assertEqual({part["part"]: part["words"] for part in explained["parts"]}, PARTS)
            self.assertEqual(sum(of_pair.values()), explained["instructions"][side])
            if explained["instructions"][side] == row[side]["net"]["median"]:
                self.assertEqual(of_pair, parts)

    def check_text(self, text: str, report: dict) -> None:
        told = re.findall(r"^  of the median: (.*?)  +(-?[\d,]+|-)?  +(-?[\d,]+|-)?", text, re.MULTILINE)
        self.assertTrue(told)
        self.assertLessEqual({name for name, *_ in told}, set(PARTS.values()))

    def test_steps_have_these_names_too(self):
        for design in support.DESIGNS:
            folder = support.run(design, "hypercall").folder
            steps = support.wstrace_json("steps", folder)
            explained = {part["part"]: part["instructions"]["a"]
                         for part in support.wstrace_json("explain", folder, folder)["parts"]}
            sums = dict.fromkeys(PARTS, 0)
            for column in steps["columns"]:
                self.assertIn(column["step"], STEPS | set(PARTS))
                if column["step"] in PARTS:
                    sums[column["step"]] += column["a"]["net"]
            with self.subTest(design):
                self.assertEqual(steps["a"]["net"], sum(column["a"]["net"] for column in steps["columns"]))
                self.assertEqual(sums["residual"], explained["residual"])
                self.assertLessEqual(sums["transitions"], explained["transitions"])


if __name__ == "__main__":
    unittest.main()
