# SPDX-License-Identifier: Apache-2.0
"""Every captured trace keeps the trace's own laws."""

import unittest

import qemu_support as support


class Check(unittest.TestCase):
    def test_every_run_keeps_the_laws(self):
        for level in ("full", "traps"):
            for case in support.each_run(level):
                with self.subTest(case=case):
                    done = support.checked(case)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_nothing_was_dropped(self):
        for case in support.each_run():
            with self.subTest(case=case):
                self.assertEqual(support.run(*case).description["capture"]["events_discarded"], 0)

    def test_without_icount_too(self):
        """The clock is then the host's; order and nesting are laws all the same."""
        cases = [support.Case(design, guest, "full", 2, mttcg=True) for guest in support.GUESTS
                 if support.setup(guest).smp for design in support.DESIGNS]
        support.prepare(cases)
        for case in cases:
            with self.subTest(case=case):
                done = support.checked(case)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
