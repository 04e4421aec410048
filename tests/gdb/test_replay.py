# SPDX-License-Identifier: Apache-2.0
"""Time travel: a recorded run is the run that it was, and an event's clock is a place in it."""

import random
import unittest

import gdb_support as support

EVENTS = 200
TO_AND_FRO = 80  # of them
CLOCK = 0xd53b_9d00  # MRS Xt, PMCCNTR_EL0
ERET = 0xd69f_03e0


class Recorded(unittest.TestCase):
    def test_recording_changes_nothing(self):
        """A recorded run has the trace that any run has, but for its date."""
        for design in support.DESIGNS:
            with self.subTest(design=design):
                plain = support.new_folder()
                self.assertEqual(support.ws("run", "--design", design, "--guest", "hypercall", *support.SHORT, "--quiet", "--out", plain).returncode, 0)
                self.assertEqual(support.wstrace("dump", plain), support.wstrace("dump", support.recording(design)))

    def test_a_replay_ends_where_the_recording_does(self):
        session = support.replay(support.recording("vhe"), ["continue", "continue"], succeeds=False)
        self.assertIn("the recording ends here", session.stderr)


class Goto(unittest.TestCase):
    def check_design(self, design: str):
        folder = support.recording(design)
        number = len(support.wstrace("dump", folder).splitlines())
        chance = random.Random(f"goto {design}")
        # Some of every kind are among them: blocks and phases are most of a trace.
        wanted = chance.sample(range(number), EVENTS - 40) + chance.sample(
            [event["index"] for event in support.events(folder)], 40)
        # First to and fro, which QEMU does with its snapshots, then on from each to the next.
        chance.shuffle(wanted)
        wanted = wanted[:TO_AND_FRO] + sorted(wanted[TO_AND_FRO:])
        told = support.replay(folder, support.inside("goto", wanted=wanted, seed=1)).answers
        self.assertEqual([answer["event"] for answer in told], wanted)
        self.assertEqual(len([answer for answer in told if "same" in answer]), EVENTS // 5)
        lines = support.wstrace("dump", folder).splitlines()
        changes = {event["index"]: event for event in support.events(folder)}
        kernel = 1 if design == "split" else 2
        for answer in told:
            line = lines[answer["event"]]
            raw = int(line.split("raw=")[1].split()[0])
            with self.subTest(event=line):
                self.assertTrue(answer.get("moved", True) and answer.get("same", True), "back and forward again is another state")
                event = changes.get(answer["event"])
                if event is None:
                    self.assertEqual(answer["instruction"] & 0xffff_ffe0, CLOCK)
                    self.assertEqual(answer["clock"], raw)
                    self.assertEqual(answer["there"]["icount"], raw - 1)
                elif event["event"] == "trap":
                    self.check_trap(answer, event, kernel)
                else:
                    self.check_return(answer, event, changes)
                self.check_world(answer, changes, kernel)

    def check_trap(self, answer: dict, trap: dict, kernel: int):
        self.assertEqual(answer["there"]["icount"], trap["raw"] - 1 - trap["lead"])
        self.assertEqual(answer["pc"], answer["VBAR_EL2"] + 0x80 * trap["vector"])
        for name in ("ESR_EL2", "ELR_EL2", "SPSR_EL2"):
            if trap[name] is not None:  # an interrupt has no syndrome
                self.assertEqual(answer[name], trap[name], name)
        # HVC returns behind itself; for all others the trapped instruction is where ELR says.
        is_call = trap["vector"] % 4 == 0 and trap["ESR_EL2"] >> 26 in (0x15, 0x16)
        self.assertEqual(answer["before"]["pc"], trap["ELR_EL2"] - (4 if is_call else 0))
        self.assertEqual((answer["before"]["world"], answer["before"]["el"]),
                         ("guest" if trap["owner"] else "host", trap["SPSR_EL2"] >> 2 & 3))

    def check_return(self, answer: dict, eret: dict, changes: dict):
        self.assertEqual(answer["instruction"], ERET)
        for name in ("ELR_EL2", "SPSR_EL2"):
            self.assertEqual(answer[name], eret[name], name)
        following = changes.get(min((index for index in changes if index > eret["index"]), default=None))
        if following is not None and answer["after"]["pc"] == answer["VBAR_EL2"] + 0x80 * following.get("vector", -1):
            # Nothing was executed there: as at a guest's start, whose first page is not there yet.
            self.assertEqual((following["event"], following["ELR_EL2"]), ("trap", eret["ELR_EL2"]))
            return
        self.assertEqual(answer["after"]["pc"], eret["ELR_EL2"])
        self.assertEqual((answer["after"]["world"], answer["after"]["el"]),
                         ("guest" if eret["owner"] else "host", eret["SPSR_EL2"] >> 2 & 3))

    def check_world(self, answer: dict, changes: dict, kernel: int):
        """The lane in which the viewer has the event: what was the last change of worlds before it?"""
        last = max((index for index in changes if index < answer["event"]), default=None)
        in_host = last is not None and changes[last]["event"] == "eret" and changes[last]["owner"] == 0
        event = changes.get(answer["event"])
        if kernel == 2:
            lane = ("host", 2)
        elif in_host and event is None:
            lane = ("host", 1)
        else:
            lane = ("lowvisor", 2)
        self.assertEqual((answer["world"]["world"], answer["world"]["el"]), lane)

    def test_in_split(self):
        self.check_design("split")

    def test_in_vhe(self):
        self.check_design("vhe")


class Back(unittest.TestCase):
    def test_back_world_goes_the_way_of_a_hypercall(self):
        way = {"split": [("host", 1), ("lowvisor", 2), ("guest", 1), ("lowvisor", 2), ("host", 1)],
               "vhe": [("guest", 1), ("host", 2), ("guest", 1), ("host", 2)], "el2": [("guest", 1), ("host", 2), ("guest", 1), ("host", 2)]}
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording(design)
                entry = [event["index"] for event in support.events(folder, "eret") if event["owner"]][50]
                session = support.replay(folder, [f"hyp goto {entry}"] + ["hyp back-world --json"] * len(way[design]))
                self.assertEqual([(told["world"], told["el"]) for told in session.answers], way[design])
                counts = [told["icount"] for told in session.answers]
                self.assertEqual(counts, sorted(counts, reverse=True))

    def test_at_stops_at_an_event(self):
        folder = support.recording("vhe")
        trap = [event for event in support.events(folder, "trap") if event["owner"]][7]
        session = support.replay(folder, ["print/x $ELR_EL2", "hyp world --json"], "--at", trap["index"])
        self.assertIn(f"$1 = {trap['ELR_EL2']:#x}", session.stdout)

    def test_reverse_stepi_crosses_a_trap(self):
        folder = support.recording("split")
        trap = [event for event in support.events(folder, "trap") if event["owner"]][7]
        session = support.replay(folder, [f"hyp goto {trap['index']}", "reverse-stepi", "hyp world --json"])
        self.assertEqual(session.answers[0]["cpus"][0]["world"], "guest")

    def test_exits_in_a_replay_are_those_of_the_trace(self):
        for design in support.DESIGNS:
            with self.subTest(design=design):
                folder = support.recording(design)
                traps = [event for event in support.events(folder, "trap") if event["owner"]]
                session = support.replay(folder, [f"hyp goto {traps[20]['index']}"] + ["hyp next-exit --json"] * 5)
                for told, trap in zip(session.answers, traps[21:26], strict=True):
                    self.assertEqual((told["icount"], told["ELR_EL2"]), (trap["raw"] - 1 - trap["lead"], trap["ELR_EL2"]))


class Refusals(unittest.TestCase):
    """What QEMU cannot do is said in a sentence."""

    def complaint(self, folder, *commands: str) -> str:
        session = support.replay(folder, list(commands), succeeds=False)
        self.assertNotEqual(session.status, 0)
        return session.stderr

    def test_in_a_replay(self):
        folder = support.recording("vhe")
        self.assertIn("use hyp back", self.complaint(folder, "reverse-continue"))
        self.assertIn("the trace has no event 99999999", self.complaint(folder, "hyp goto 99999999"))
        self.assertIn("not from 1 to 0", self.complaint(folder, "hyp back"))
        self.assertIn("interrupts come where they came", self.complaint(folder, "hyp irqs on"))
        self.assertIn("the recording ends before that", self.complaint(folder, "hyp forward 999999999"))

    def test_of_recording(self):
        for options, why in ((("--cpus", "2"), "one CPU"), (("--mttcg",), "--mttcg gives it up"), (("--design", "native"), "no trace"),
                             (("--stdin", "/dev/null"), "what is typed")):
            with self.subTest(options=options):
                done = support.ws("run", "--design", "vhe", "--guest", "hypercall", "--record", "--out", support.new_folder(), *options)
                self.assertEqual(done.returncode, 2)
                self.assertIn(why, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
