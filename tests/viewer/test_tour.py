# SPDX-License-Identifier: Apache-2.0
"""Tours: in a real window with real keys, and what `wstrace tour` tells of them."""

import json
import subprocess
import unittest

import window_support
from viewer_support import WSTRACE, new_folder, picture, trace, wsview

NEEDS = ("debug",)

LINK = 0x0A5C94  # the frame of a tour's step, as theme.cpp has it

TOUR = """title: Two steps
designs: split vhe

== An abort
kind: DABT
event: control_write
tab: machine

What there is to see.

question: Why?

answer: Because of this, and of that, and of a third thing.

== The same in vhe
side: B
tab: why

The end.
"""


def tour(text: str = TOUR):
    file = new_folder() / "small.tour"
    file.write_text(text, encoding="utf-8")
    return file


def wstrace(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([WSTRACE, "tour", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120)


@window_support.needed
class TourWindow(window_support.WindowTest):
    def test_next_answer_end(self):
        self.open(trace("split"), trace("vhe"), "--tour", tour())
        self.wait_for_title("split", "vhe")
        first = self.settled()
        self.assertLess(first.differing(picture(trace("split"), trace("vhe"), "--tour", tour())), 400)
        self.xdotool("key", "space")
        answered = self.settled(unlike=first)
        self.xdotool("key", "Next")
        second = self.settled(unlike=answered)
        self.xdotool("key", "Prior")
        self.assert_same(self.settled(unlike=second), first, "the same step looks the same, its answer hidden")
        self.assertIn(LINK, first.row_counts(700))
        self.xdotool("key", "Escape")
        ended = self.settled(unlike=first)
        self.assertNotIn(LINK, {ended.pixel(x, 700) for x in range(1100, 1120)})
        self.xdotool("key", "Next", "key", "space")
        self.xdotool("key", "h")  # another key that does something: the window lives, and is as it was but for the help
        self.settled(unlike=ended)
        self.xdotool("key", "h")
        self.assert_same(self.settled(), ended)
        self.xdotool("key", "u")
        self.assert_same(self.settled(unlike=ended), first, "it was folded away, and is at its step again")

    def test_u_begins_the_tour_that_is_for_these_runs(self):
        root = new_folder()
        (root / "labs" / "tours").mkdir(parents=True)
        (root / "labs" / "tours" / "another.tour").write_text(TOUR.replace("split vhe", "el2 vhe"), encoding="utf-8")
        ours = root / "labs" / "tours" / "ours.tour"
        ours.write_text(TOUR, encoding="utf-8")
        (root / "labs" / "tours" / "broken.tour").write_text("no tour", encoding="utf-8")
        before = self.open(trace("split"), trace("vhe"), WS_ROOT=str(root))
        self.xdotool("key", "u")
        begun = self.settled(unlike=before)
        self.assertIn(LINK, begun.row_counts(700))
        self.xdotool("key", "u")
        self.assertNotIn(LINK, {self.settled(unlike=begun).pixel(x, 700) for x in range(1100, 1120)})

    def test_without_a_tour_u_says_so(self):
        before = self.open(trace("vhe"), trace("split"), WS_ROOT=str(new_folder()))
        self.xdotool("key", "u")
        self.settled(unlike=before)

    def test_the_mouse_goes_on(self):
        self.open(trace("split"), trace("vhe"), "--tour", tour())
        self.wait_for_title("split", "vhe")
        first = self.settled()
        self.xdotool("mousemove", *self.button_below(first), "sleep", 0.3, "click", 1)
        self.park_mouse()
        second = self.settled(unlike=first)
        self.xdotool("key", "Prior")
        self.assert_same(self.settled(unlike=second), first)

    def button_below(self, image):
        """The middle of Page Down, at the lower right of the frame."""
        column = [y for y in range(300, image.height) if image.pixel(image.width - 17, y) == LINK]
        return image.width - 70, max(column) - 16


class TourText(unittest.TestCase):
    def test_the_view_says_what_the_tour_says(self):
        out = new_folder() / "texts"
        done = wsview(trace("split"), trace("vhe"), "--tour", tour(), "--text", out)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = out.read_text(encoding="utf-8")
        for words in ("Step 1 of 2", "An abort", "What there is to see.", "Why?", "show answer"):
            self.assertIn(words, said)
        self.assertNotIn("Because", said)

    def test_a_step_that_is_not_there_is_told(self):
        strange = tour(TOUR.replace("kind: DABT", "kind: NO SUCH"))
        out = new_folder() / "texts"
        self.assertEqual(wsview(trace("split"), trace("vhe"), "--tour", strange, "--text", out).returncode, 0)
        self.assertIn("This step is not in these runs.", " ".join(out.read_text(encoding="utf-8").split()))
        done = wstrace(strange, trace("split"), trace("vhe"), "--check")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        told = done.stderr.splitlines()
        self.assertEqual(len(told), 2, "both steps are of that kind")
        self.assertIn(f"{strange}:4: step 1: kind NO SUCH: no kind of operation has this name; there are:", told[0])

    def test_runs_that_it_is_not_for(self):
        done = wstrace(tour(), trace("vhe"), trace("split"), "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("this tour is for split as A, and A is vhe here; open split first and vhe second", done.stderr)

    def test_data(self):
        done = wstrace(tour(), trace("split"), trace("vhe"), "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        told = json.loads(done.stdout)
        first, second = told["steps"]
        self.assertEqual((first["event"]["event"], first["tab"], first["side"]), ("control_write", "machine", "A"))
        self.assertTrue(first["events"]["a"][0] <= first["event"]["index"] <= first["events"]["a"][1])
        self.assertEqual((second["kind"], second["operation"]), (first["kind"], first["operation"]))
        self.assertEqual(second["event"]["index"], second["events"]["b"][0])
        text = wstrace(tour(), trace("split"), trace("vhe")).stdout
        self.assertIn("1. An abort", text)
        self.assertIn(f"event {first['event']['index']} of A: control_write", text)

    def test_wrong_use(self):
        broken = tour("title: T\n== H\nevnt: trap\n\nText.\n")
        for done, words in ((wsview(trace("split"), trace("vhe"), "--tour", broken), (f"{broken}:3:", "no key evnt")),
                            (wsview(trace("split"), trace("vhe"), "--tour", "nosuch"), ("no such tour", "hypercall", "io")),
                            (wsview(trace("split"), "--tour", "hypercall"), ("--tour hypercall needs two runs",)),
                            (wsview("--tour", "hypercall"), ("needs two runs",)),
                            (wstrace(broken, trace("split"), trace("vhe")), (f"{broken}:3:",)),
                            (wstrace(new_folder(), trace("split"), trace("vhe")), ("no such tour",))):
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), done.stderr)
            for word in words:
                self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
