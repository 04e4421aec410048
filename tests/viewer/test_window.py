# SPDX-License-Identifier: Apache-2.0
"""What keys and the mouse do with two runs side by side."""

import time
import unittest

import window_support
from viewer_support import picture, trace
from window_support import SIZE

NEEDS = ("debug",)


@window_support.needed
class Window(window_support.WindowTest):
    def setUp(self):
        self.first = self.open(trace("split"), trace("vhe"), "--kind", "DABT")
        self.wait_for_title("split", "vhe")
        self.first = self.settled()

    def test_looks_like_the_picture(self):
        self.assertLess(self.first.differing(picture(trace("split"), trace("vhe"), "--kind", "DABT")), 400)
        self.xdotool("key", "q")
        self.assert_ends()

    def test_keys_walk_through_the_operations(self):
        self.xdotool("key", "Right")
        second = self.settled(unlike=self.first)
        self.xdotool("key", "Left")
        self.assert_same(self.settled(unlike=second), self.first)
        self.xdotool("key", "End")
        last = self.settled(unlike=self.first)
        self.xdotool("key", "Home")
        self.assert_same(self.settled(unlike=last), self.first)

    def test_keys_zoom_and_fit(self):
        self.xdotool("key", "plus")
        near = self.settled(unlike=self.first)
        self.xdotool("key", "z")
        whole = self.settled(unlike=near)
        self.xdotool("key", "f")
        self.assert_same(self.settled(unlike=whole), self.first)

    def test_wheel_and_drag_on_the_time_line(self):
        self.xdotool("mousemove", 600, 440, "click", 4, "click", 4)
        self.park_mouse()
        near = self.settled(unlike=self.first)
        # A hand is slower than a program: the window sees the way.
        self.xdotool("mousemove", 600, 440, "sleep", 0.5, "mousedown", 1, "sleep", 0.5, "mousemove", 640, 440, "sleep", 0.5,
                     "mousemove", 720, 440, "sleep", 0.5, "mouseup", 1)
        self.park_mouse()
        self.settled(unlike=near)

    def test_click_on_a_segment_selects_it(self):
        self.xdotool("mousemove", 900, 150)
        hovered = self.settled(unlike=self.first)  # the tooltip
        self.xdotool("click", 1)
        self.park_mouse()
        selected = self.settled(unlike=hovered)
        self.assertGreater(selected.differing(self.first), 500)

    def test_a_key_for_each_tab(self):
        self.xdotool("key", "2")
        operations = self.settled(unlike=self.first)
        self.xdotool("key", "1")
        self.assert_same(self.settled(unlike=operations), self.first)

    def test_ctrl_f_goes_to_the_field_of_find(self):
        self.xdotool("key", "ctrl+f", "sleep", 0.5, "type", "--delay", "120", "trap")
        self.xdotool("keydown", "Return", "sleep", 0.3, "keyup", "Return")
        typed = self.settled(unlike=self.first)
        self.assertEqual(typed.part(0, 0, SIZE[0], 340).rows, self.first.part(0, 0, SIZE[0], 340).rows,
                         "the letters were commands")

    def test_escape_closes_a_list(self):
        self.xdotool("mousemove", 250, 72, "sleep", 0.3, "click", 1)
        self.park_mouse()
        opened = self.settled(unlike=self.first)
        self.xdotool("key", "Escape")
        self.assert_same(self.settled(unlike=opened), self.first)

    def test_the_time_line_stays_at_the_runs(self):
        for key in ("a", "d", "s"):
            self.xdotool("key", "f", "sleep", 0.3, "key", "--repeat", 120, "--delay", 20, key)
            lanes = self.settled(unlike=self.first).part(170, 380, 1080, 605)
            # An empty lane is of one colour, the ground between them of another; a note may be written there.
            drawn = sum(lanes.width - sum(sorted(lanes.row_counts(y).values())[-2:]) for y in range(lanes.height))
            self.assertGreater(drawn, 3000, f"{key} leads to where nothing is")

    def test_letters_for_a_field_are_no_commands(self):
        self.xdotool("key", "5")
        find = self.settled(unlike=self.first)
        self.xdotool("mousemove", 300, 710, "click", 1, "sleep", 0.5, "type", "--delay", "120", "trap class=q")
        typed = self.settled(unlike=find)
        self.assertIsNone(self.program.poll(), "the letter q of a query has ended it")
        self.assertEqual(typed.pixel(2, 2), 0xEEF0F3, "the letter t of a query has changed the theme")

    def test_theme_and_help(self):
        self.xdotool("key", "t")
        dark = self.settled(unlike=self.first)
        self.assertEqual(dark.pixel(2, 2), 0x15181D)
        self.xdotool("key", "h")
        helped = self.settled(unlike=dark)
        self.xdotool("key", "Escape")
        self.assert_same(self.settled(unlike=helped), dark)

    def test_sleeps_when_nothing_moves(self):
        def ticks():
            with open(f"/proc/{self.program.pid}/stat", encoding="ascii") as stat:
                return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
        before = ticks()
        time.sleep(5)
        self.assertLessEqual(ticks() - before, 5, "under 1% of a core")

    def test_closing_the_window_ends_it(self):
        self.xdotool("search", "--name", "Worldswitch", "key", "q")
        self.assert_ends()


if __name__ == "__main__":
    unittest.main()
