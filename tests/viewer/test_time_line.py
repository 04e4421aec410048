# SPDX-License-Identifier: Apache-2.0
"""The time line and the strips in a real window: pointing, measuring, moving, lining up, going back; what is remembered."""

import json
import operator
import subprocess
import unittest

import window_support
from viewer_support import BUILD, new_folder, picture, trace
from window_support import SIZE

NEEDS = ("debug",)

STRIPS = (140, 232)  # a row of each strip, beside the labels
TRAP_X = 226  # where the time line has its trap
HANDLER, LINK = 0x56B4E9, 0x0A5C94  # as theme.cpp has them


@window_support.needed
class TimeLine(window_support.WindowTest):
    def setUp(self):
        self.config = new_folder()
        self.start()

    def start(self, *arguments):
        if getattr(self, "program", None):
            self.end()
        self.open(trace("split"), trace("vhe"), "--kind", "DABT", *arguments, XDG_CONFIG_HOME=str(self.config))
        self.wait_for_title("split", "vhe")
        self.first = self.settled()

    def press(self, key):
        """As long as a hand does: ImGui looks at what is down once a frame."""
        self.xdotool("keydown", key, "sleep", 0.3, "keyup", key)

    def assert_nearly(self, one, other):
        """What a zoom in and out leaves of rounding is a pixel here and there."""
        self.assertLess(one.differing(other), 300)

    def test_w_a_s_d_zoom_and_move(self):
        seen = [self.first]
        for key in ("w", "a"):
            self.xdotool("key", key)
            seen.append(self.settled(unlike=seen[-1]))
        self.xdotool("key", "d")
        self.assert_nearly(self.settled(unlike=seen[2]), seen[1])
        self.xdotool("key", "s")
        self.assert_nearly(self.settled(unlike=seen[1]), self.first)

    def test_w_zooms_at_the_mouse(self):
        self.xdotool("mousemove", TRAP_X, 516, "sleep", 0.4)  # the trap: it stays where it is
        hovered = self.settled()
        self.xdotool("key", "w")
        self.settled(unlike=hovered)
        self.park_mouse()
        near = self.settled(unlike=self.first)
        self.assertEqual(near.pixel(TRAP_X, 505), self.first.pixel(TRAP_X, 505))
        self.assertNotEqual(near.pixel(TRAP_X, 505), near.pixel(TRAP_X + 2, 505))

    def test_the_wheel_with_shift_moves_along(self):
        self.xdotool("mousemove", 600, 516, "sleep", 0.3, "keydown", "shift", "sleep", 0.3, "click", 4, "sleep", 0.3, "keyup", "shift")
        self.park_mouse()
        moved = self.settled(unlike=self.first)
        self.assertEqual(moved.pixel(TRAP_X + 60, 505), self.first.pixel(TRAP_X, 505), "not by 60 pixels")
        self.xdotool("mousemove", 600, 516, "sleep", 0.3, "keydown", "shift", "sleep", 0.3, "click", 5, "sleep", 0.3, "keyup", "shift")
        self.park_mouse()
        self.assert_nearly(self.settled(unlike=moved), self.first)

    def test_a_double_click_shows_a_step_at_full_width(self):
        def widest(image):
            return max((image.row_counts(y).get(HANDLER, 0), y) for y in range(380, 480))
        width, y = widest(self.first)
        x = next(x for x in range(200, 1080) if self.first.pixel(x, y) == HANDLER == self.first.pixel(x + 40, y))
        self.double_click(x + 20, y, unlike=self.first, until=lambda image: widest(image)[0] > max(600, width + 100))

    def columns_that_differ(self, image, y):
        return {x for x in range(SIZE[0]) if image.pixel(x, y) != self.first.pixel(x, y)}

    def test_the_moment_under_the_mouse_is_shown_in_both_runs(self):
        self.xdotool("mousemove", 500, 596)  # below the lanes: a moment, and nothing that has a tooltip
        shown = self.settled(unlike=self.first)
        split, vhe = (self.columns_that_differ(shown, y) for y in STRIPS)
        self.assertTrue(split)
        self.assertLessEqual(len(split), 2, "a thin line")
        self.assertEqual(split, vhe, "the same moment on one scale")
        self.assertIn(500, self.columns_that_differ(shown, 440), "in the lanes of split")
        self.assertIn(500, self.columns_that_differ(shown, 540), "in the lanes of vhe")

    def test_the_same_step_is_brought_out_in_the_other_run(self):
        self.xdotool("mousemove", 300, STRIPS[1])  # vhe's handler
        shown = self.settled(unlike=self.first)
        changed = self.columns_that_differ(shown, STRIPS[0])
        first, last = (f(x for x in range(1300) if self.first.pixel(x, STRIPS[0]) == HANDLER) for f in (min, max))
        self.assertTrue(any(abs(x - first) < 5 for x in changed) and any(abs(x - last) < 5 for x in changed), changed)

    def test_steps_are_lined_up(self):
        def handler(image, y):
            return min(x for x in range(SIZE[0]) if image.pixel(x, y) == HANDLER)
        self.assertNotEqual(handler(self.first, STRIPS[0]), handler(self.first, STRIPS[1]))
        self.xdotool("key", "l")
        lined_up = self.settled(unlike=self.first)
        self.assertEqual(handler(lined_up, STRIPS[0]), handler(lined_up, STRIPS[1]))
        self.assertLess(lined_up.differing(picture(trace("split"), trace("vhe"), "--kind", "DABT", "--line-up")), 400)
        self.xdotool("key", "l")
        self.assert_same(self.settled(unlike=lined_up), self.first)

    def test_a_click_and_a_drag_in_the_whole_run_move_the_time_line(self):
        self.xdotool("mousemove", 900, 618, "sleep", 0.3, "click", 1)
        self.park_mouse()
        there = self.settled(unlike=self.first)
        self.xdotool("mousemove", 900, 618, "sleep", 0.5, "mousedown", 1, "sleep", 0.5, "mousemove", 960, 618, "sleep", 0.5,
                     "mouseup", 1)
        self.park_mouse()
        self.settled(unlike=there)
        self.xdotool("key", "f")
        self.assert_same(self.settled(unlike=there), self.first)

    def test_shift_and_drag_measure_until_escape(self):
        self.xdotool("mousemove", 300, 440, "sleep", 0.3, "keydown", "shift", "sleep", 0.3, "mousedown", 1, "sleep", 0.3,
                     "mousemove", 340, 440, "sleep", 0.3, "mousemove", 500, 440, "sleep", 0.3, "mouseup", 1, "sleep", 0.3,
                     "keyup", "shift")
        self.park_mouse()
        measured = self.settled(unlike=self.first)
        self.assertGreater(measured.differing(self.first), 5000, "a band and its figures")
        self.assertEqual(measured.rows[590:606], self.first.rows[590:606], "it was moved instead: the axis is another one")
        self.xdotool("key", "Escape")
        self.assert_same(self.settled(unlike=measured), self.first)

    def test_goes_to_an_event_and_back(self):
        self.xdotool("key", "g", "sleep", 0.5, "type", "--delay", "120", "99999999")
        self.press("Return")
        refused = self.settled(unlike=self.first)
        self.assertIsNone(self.program.poll())
        self.xdotool("key", "Escape")
        self.assert_same(self.settled(unlike=refused), self.first)
        self.xdotool("key", "g", "sleep", 0.5, "type", "--delay", "120", "500")
        self.press("Return")
        there = self.settled(unlike=refused)
        self.assertGreater(there.differing(self.first), 3000)
        self.xdotool("key", "BackSpace")
        self.assert_same(self.settled(unlike=there), self.first)
        self.xdotool("key", "alt+Right")
        self.assert_same(self.settled(unlike=self.first), there)

    def test_what_is_found_is_marked_and_walked_through(self):
        self.xdotool("key", "5")
        find = self.settled(unlike=self.first)
        self.xdotool("mousemove", 300, 710, "click", 1, "sleep", 0.5, "type", "--delay", "120", "eret")
        self.press("Return")
        self.park_mouse()
        found = self.settled(unlike=find)
        ticks = [x for x in range(160, 1090) if found.pixel(x, 391) == LINK]
        self.assertTrue(ticks, "no tick above the lanes")
        self.xdotool("key", "F3")
        first = self.settled(unlike=found)
        self.xdotool("key", "F3")
        second = self.settled(unlike=first)
        self.xdotool("key", "shift+F3")
        self.assert_nearly(self.settled(unlike=second), first)

    def drag(self, x, y, to_x, to_y):
        self.xdotool("mousemove", x, y, "sleep", 0.4, "mousedown", 1, "sleep", 0.4, "mousemove", (x + to_x) // 2, (y + to_y) // 2,
                     "sleep", 0.4, "mousemove", to_x, to_y, "sleep", 0.4, "mouseup", 1)
        self.park_mouse()

    def grip_below_the_time_line(self, image):
        """The middle of the short bar by which that border is held."""
        def is_grip(row):
            return len(set(row[18:42])) == 1 and row[0] == row[-1] != row[30]
        rows = [y for y in range(620, 800) if is_grip([image.pixel(x, y) for x in range(529, 589)])]
        self.assertTrue(rows, "no grip between the time line and the tabs")
        return rows[len(rows) // 2]

    def test_borders_between_panels_are_moved_and_remembered(self):
        self.drag(559, 649, 559, 760)
        higher = self.settled(unlike=self.first)
        self.assertEqual(higher.rows[:340], self.first.rows[:340], "the strips are where they were")
        def tabs(image, y):
            return [byte for row in image.rows[y:y + 22] for byte in row[48:2000]]
        # Where a tab's rounded corner lies a whole number of pixels further, a driver may round it otherwise.
        differing = {y: sum(map(operator.ne, tabs(higher, y), tabs(self.first, 658))) for y in range(760, 780)}
        moved = min(differing, key=differing.get)
        self.assertLess(differing[moved], 20, "what is below the time line did not move with it")
        self.assertAlmostEqual(moved, 658 + 111, delta=2)
        self.drag(1107, 670, 1000, 670)
        both = self.settled(unlike=higher)
        self.xdotool("key", "q")
        self.assert_ends()
        written = json.loads((self.config / "worldswitch" / "wsview.json").read_text(encoding="utf-8"))
        self.assertLess(0.5, written["lanes_part"])
        self.assertLess(0.3, written["events_part"])
        self.start()
        self.assert_same(self.first, both)

    def test_borders_are_moved_by_keys_and_put_back(self):
        self.xdotool("key", "ctrl+Down")
        higher = self.settled(unlike=self.first)
        self.xdotool("key", "ctrl+Left")
        both = self.settled(unlike=higher)
        self.xdotool("key", "ctrl+Right")
        self.assert_nearly(self.settled(unlike=both), higher)
        self.xdotool("key", "ctrl+Up")
        self.assert_nearly(self.settled(unlike=higher), self.first)
        self.xdotool("key", "ctrl+Down", "key", "ctrl+Down")
        higher = self.settled(unlike=self.first)
        self.assert_same(self.double_click(559, self.grip_below_the_time_line(higher), unlike=higher), self.first)

    def test_what_was_chosen_is_remembered(self):
        self.xdotool("key", "t", "key", "l", "key", "4")
        chosen = self.settled(unlike=self.first)
        self.xdotool("key", "q")
        self.assert_ends()
        written = json.loads((self.config / "worldswitch" / "wsview.json").read_text(encoding="utf-8"))
        self.assertEqual(written, {"theme": "dark", "scale": 1, "width": SIZE[0], "height": SIZE[1], "tab": "machine",
                                   "profile": "xgene-gicv2", "lined_up": True})
        self.start()
        self.assert_same(self.first, chosen)
        self.xdotool("key", "q")
        self.assert_ends()
        self.start("--theme", "light", "--true-scale", "--tab", "why")  # the command line wins
        self.assertLess(self.first.differing(picture(trace("split"), trace("vhe"), "--kind", "DABT")), 400)

    def test_settings_that_cannot_be_used_do_no_harm(self):
        self.end()
        as_ever = self.first
        (self.config / "worldswitch").mkdir()
        (self.config / "worldswitch" / "wsview.json").write_text('{"theme": "pur', encoding="utf-8")
        self.start()
        self.assert_same(self.first, as_ever)
        self.xdotool("key", "q")
        self.assertEqual(self.program.wait(30), 0)
        told = self.program.stderr.read().splitlines()
        self.assertEqual(len(told), 1, told)
        self.assertIn("wsview.json: is no JSON", told[0])


class CommandLine(unittest.TestCase):
    """What the time line shows is to be had from wstrace as data."""

    def wstrace(self, *arguments, fails=False):
        done = subprocess.run([BUILD / "viewer" / "wstrace", *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode != 0, fails, done.stderr)
        return done.stderr if fails else done.stdout

    def test_steps_of_two_runs_are_lined_up(self):
        told = json.loads(self.wstrace("steps", trace("split"), trace("vhe"), "--operation", "DABT", "--json"))
        place = 0
        for column in told["columns"]:
            self.assertEqual(column["place"], place)
            nets = [column[side]["net"] for side in "ab" if column[side]]
            self.assertEqual(column["width"], max(nets))
            place += column["width"]
        for side in "ab":
            steps = [column[side] for column in told["columns"] if column[side]]
            self.assertEqual(sum(step["net"] for step in steps), told[side]["net"])
            self.assertEqual([step["begin"] for step in steps], sorted(step["begin"] for step in steps))
        both = [column["step"] for column in told["columns"] if column["a"] and column["b"]]
        self.assertIn("handle_exit", both)
        gaps = [column["step"] for column in told["columns"] if not column["b"]]
        self.assertIn("save_fp", gaps, "vhe switches no FP/SIMD registers in an exit")
        self.assertIn("handle_exit", self.wstrace("steps", trace("split"), trace("vhe"), "--operation", "DABT"))

    def test_a_span_is_measured(self):
        operation = json.loads(self.wstrace("steps", trace("split"), "--operation", "DABT", "--json"))["a"]
        first, last = operation["first_event"], operation["last_event"]
        told = json.loads(self.wstrace("span", trace("split"), first, last, "--json"))
        self.assertEqual(told["instructions"], operation["net"])
        self.assertEqual(told["events"], last - first)
        self.assertEqual((told["exits"], told["traps"]), (1, 2), "split traps twice")
        by_time = json.loads(self.wstrace("span", trace("split"), f"@{told['begin']}", f"@{told['end']}", "--json"))
        self.assertEqual(by_time, told)

    def test_a_span_that_cannot_be_is_told(self):
        for arguments, words in ((("0", "x"), ('TO: "x"', "neither")), (("9999999", "9999999"), ("FROM", "no event")),
                                 (("100", "50"), ("TO", "before FROM")), (("@-1", "5"), ("FROM", "outside of the run"))):
            told = self.wstrace("span", trace("split"), *arguments, fails=True)
            self.assertEqual(len(told.splitlines()), 1, told)
            for word in words:
                self.assertIn(word, told)

    def test_an_overview_has_the_columns_that_are_asked_for(self):
        told = json.loads(self.wstrace("overview", trace("split"), "--columns", 50, "--json"))
        self.assertEqual(len(told["columns"]), 50)
        for column in told["columns"]:
            self.assertAlmostEqual(column["guest"] + column["el2"] + column["host"], 1, delta=0.02)
        self.wstrace("overview", trace("split"), "--columns", 0, fails=True)


if __name__ == "__main__":
    unittest.main()
