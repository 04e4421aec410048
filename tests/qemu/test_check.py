# SPDX-License-Identifier: Apache-2.0
"""Every captured trace keeps the trace's own laws."""

import unittest

import support


class Check(unittest.TestCase):
    def test_every_run_keeps_the_laws(self):
        for design, guest in support.each_run():
            for level in ("full", "traps"):
                with self.subTest(design=design, guest=guest, level=level):
                    done = support.call(support.WSTRACE, "check", support.run(design, guest, level).folder)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_nothing_was_dropped(self):
        for design, guest in support.each_run():
            with self.subTest(design=design, guest=guest):
                self.assertEqual(support.run(design, guest).description["capture"]["events_discarded"], 0)
