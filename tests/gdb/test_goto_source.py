# SPDX-License-Identifier: Apache-2.0
"""`wstrace source` tells of an event the instruction to which `hyp goto` goes, without the machine."""

import json
import random
import unittest

import gdb_support as support

EVENTS = 16  # of each design


class Source(unittest.TestCase):
    def check_design(self, design: str):
        folder = support.recording(design)
        number = len(support.wstrace("dump", folder).splitlines())
        chance = random.Random(f"source {design}")
        changes = support.events(folder)
        # In their order: on to the next one is a short way for QEMU.
        wanted = sorted(chance.sample(range(number), EVENTS - 4) + [event["index"] for event in chance.sample(changes, 4)])
        session = support.replay(folder, [f"hyp goto {event} --json" for event in wanted])
        told = [answer["pc"] for answer in session.answers]
        self.assertEqual(len(told), len(wanted))
        known = 0
        for event, pc in zip(wanted, told):
            answer = json.loads(support.wstrace("source", folder, event, "--json"))
            with self.subTest(event=event, kind=answer["kind"]):
                place = answer["places"][0]
                if place["problem"] is None:
                    known += 1
                    self.assertEqual(place["address"], pc)
                else:
                    self.assertIn(pc, [one["address"] for one in place["either"]], place["problem"])
        self.assertGreater(known, EVENTS * 3 // 4)

    def test_in_split(self):
        self.check_design("split")

    def test_in_el2(self):
        self.check_design("el2")

    def test_in_vhe(self):
        self.check_design("vhe")


if __name__ == "__main__":
    unittest.main()
