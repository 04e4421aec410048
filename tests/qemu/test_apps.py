# SPDX-License-Identifier: Apache-2.0
"""ws bench --apps: applications on Linux, against Linux without a hypervisor."""

import json
import re
import unittest

import qemu_support as support

# Instructions, as a share of those without a hypervisor, at most.
LIMITS = {"split": 1.25, "el2": 1.10, "vhe": 1.10}


@unittest.skipUnless(support.LONG, "boots Linux ten times")
class Apps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = support.ws("bench", "--app", "boot", "--app", "message-groups", "--json")
        if done.returncode:
            raise AssertionError(done.stderr)
        cls.rows = {(row["app"], row["design"]): row for row in json.loads(done.stdout)["results"]}

    def test_every_design_beside_none(self):
        self.assertEqual(set(self.rows), {(app, design) for app in ("boot", "message-groups")
                                          for design in ("native", *support.DESIGNS)})

    def test_a_design_costs_no_more_than_its_limit(self):
        for (app, design), row in self.rows.items():
            with self.subTest(app=app, design=design):
                self.assertLessEqual(row["ratio"], LIMITS.get(design, 1))
                self.assertGreater(row["ratio"], 0.95)

    def test_the_same_work_was_done(self):
        for (app, _design), row in self.rows.items():
            self.assertEqual(row["operations"], 2000 if app == "message-groups" else None)
            self.assertGreater(row["instructions"], 10_000_000)

    def test_exits_have_their_reasons(self):
        for design in support.DESIGNS:
            exits = self.rows["boot", design]["exits"]
            self.assertGreater(exits["stage2 fault"], 10)
            self.assertTrue([reason for reason in exits if reason.startswith("IRQ")], exits)
        for app in ("boot", "message-groups"):
            self.assertEqual(self.rows[app, "native"]["exits"], {})


class Programs(unittest.TestCase):
    def test_a_program_is_in_the_guest(self):
        """Static, for arm64, and with the status and the line that it has on the host."""
        program = support.ROOT / "build/hyp/guests/linux_apps/message_groups"
        run = support.new_run("native", "linux", "--file", str(program), "--exec", "message_groups 1 2; message_groups")
        self.assertEqual(run.status, 2, run.stderr)
        self.assertRegex(run.console, re.compile(r'^@app \{"app": "message_groups", "operations": 50, "processes": 10\}',
                                                 re.MULTILINE))
        self.assertIn("usage: message_groups GROUPS", run.console)


if __name__ == "__main__":
    unittest.main()
