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
        moved = {row["design"]: row["registers"].get("el1", {"saved": 0, "restored": 0}) for row in self.told["results"]}
        self.assertGreater(moved["split"]["saved"], 0)
        self.assertGreater(moved["split"]["restored"], 0)
        self.assertEqual(moved["vhe"], {"saved": 0, "restored": 0})


class Recorder(unittest.TestCase):
    def test_cost_is_at_most_2_a_register_and_30_an_event(self):
        done = support.ws("bench", "--recorder", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        for design, told in json.loads(done.stdout).items():
            for row in told["costs"]:
                with self.subTest(design=design, event=row["event"]):
                    self.assertLessEqual(row["max"], 2 * row.get("registers", 0) + 30)
