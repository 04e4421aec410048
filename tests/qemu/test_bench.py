# SPDX-License-Identifier: Apache-2.0
"""What a hypercall costs, that the trace says the same as the guest, and what the recorder costs."""

import json
import unittest

import support

LIMITS = {"split": 900, "vhe": 250}  # instructions for a hypercall, with no recorder


class Bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = support.ws("bench", "--json")
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.told = json.loads(done.stdout)

    def test_shape(self):
        self.assertEqual(set(self.told), {"results", "host"})
        self.assertEqual({(row["benchmark"], row["design"]) for row in self.told["results"]},
                         {("hypercall", design) for design in support.DESIGNS})
        for row in self.told["results"]:
            self.assertEqual(set(row), {"benchmark", "design", "cpus", "bare", "net", "exceptions", "registers"})
            for name in ("cpus", "bare", "net", "exceptions"):
                self.assertIsInstance(row[name], (int, float))
            for moved in row["registers"].values():
                self.assertEqual(set(moved), {"saved", "restored"})
                for count in moved.values():
                    self.assertIsInstance(count, (int, float))

    def test_bare_cost_is_within_its_limit(self):
        for row in self.told["results"]:
            with self.subTest(design=row["design"]):
                self.assertGreater(row["bare"], 20)
                self.assertLessEqual(row["bare"], LIMITS[row["design"]])

    def test_net_cost_of_a_traced_run_is_the_bare_one(self):
        for row in self.told["results"]:
            with self.subTest(design=row["design"], bare=row["bare"], net=row["net"]):
                self.assertLessEqual(abs(row["net"] - row["bare"]) / row["bare"], 0.01)

    def test_split_traps_twice(self):
        exceptions = {row["design"]: row["exceptions"] for row in self.told["results"]}
        self.assertEqual(exceptions, {"split": 2, "vhe": 1})

    def test_split_moves_the_el1_state_and_vhe_does_not(self):
        none = {"saved": 0, "restored": 0}
        moved = {row["design"]: row["registers"].get("el1", none) for row in self.told["results"]}
        self.assertGreater(moved["split"]["saved"], 0)
        self.assertGreater(moved["split"]["restored"], 0)
        self.assertEqual(moved["vhe"], none)


class Recorder(unittest.TestCase):
    """At most 2 instructions a register in a block and 30 an event."""

    @classmethod
    def setUpClass(cls):
        done = support.ws("bench", "--recorder", "--json")
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.told = json.loads(done.stdout)

    def test_each_event(self):
        for design, told in self.told.items():
            self.assertGreater(len(told["events"]), 5)
            for row in told["events"]:
                with self.subTest(design=design, event=row["event"]):
                    if not row["event"].startswith("("):  # the seldom path, a new packet: see the next test
                        events = row["event"].count(" + ") + 1  # some are recorded in one go
                        self.assertLessEqual(row["instructions"]["max"], 2 * row["registers"] + 30 * events)

    def test_all_events_together_with_the_seldom_path_in(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.run(design, "hypercall").folder
                summary = support.wstrace_json("summary", folder)
                allowed = sum(count * (30 + 2 * self.registers_in(folder, kind))
                              for kind, count in summary["events_by_kind"].items())
                self.assertGreater(summary["recorder"], 0)
                self.assertLessEqual(summary["recorder"], allowed)

    def registers_in(self, folder, kind: str) -> int:
        """How many registers an event of this kind has: a block has an operation and an owner before them."""
        if not kind.startswith("registers_"):
            return 0
        return len(support.wstrace_json("dump", folder, "--kind", kind, "--count", 1)["events"][0]["fields"]) - 2
