# SPDX-License-Identifier: Apache-2.0
"""A real window under Xvfb, with real keys and a real mouse."""

import contextlib
import os
import shutil
import subprocess
import time
import unittest
from collections.abc import Callable

from viewer_support import WSVIEW, Image, environment

SIZE = (1600, 1000)

needed = unittest.skipUnless(shutil.which("Xvfb") and shutil.which("xdotool") and shutil.which("import"),
                             "Xvfb, xdotool and ImageMagick are needed")


def busy() -> float:
    """How many times longer than on an idle machine a frame may take: by the load of its CPUs, from 1 to 4."""
    return min(max(os.getloadavg()[0] / len(os.sched_getaffinity(0)), 1), 4)


class WindowTest(unittest.TestCase):
    """A display for each class of tests; each test starts the program itself."""

    @classmethod
    def setUpClass(cls):
        read_end, write_end = os.pipe()
        cls.server = subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24",
                                       "-nolisten", "tcp", "-noreset"], pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as told:
            cls.display = f":{told.readline().strip()}"

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait(20)

    def open(self, *arguments: object, folder: object = None, **variables: str) -> Image:
        """Starts the program in a folder, waits for its window, and takes a picture of it. The variables are of its
        environment."""
        self.program = subprocess.Popen([WSVIEW, *map(str, arguments)], env=environment(self.display) | variables,
                                        stderr=subprocess.PIPE, text=True, cwd=folder)
        self.addCleanup(self.end)
        self.xdotool("search", "--sync", "--onlyvisible", "--name", "Worldswitch")
        self.park_mouse()
        return self.settled()

    def end(self):
        if self.program.poll() is None:
            self.program.kill()
        if not self.program.stderr.closed:  # a test that opens it twice comes here more than once
            self.program.communicate()

    def xdotool(self, *arguments) -> str:
        """On a busy machine frames take longer, and so does whoever waits between two keys."""
        words = [str(float(word) * busy()) if before == "sleep" else str(word) for before, word in zip(("", *arguments), arguments)]
        return subprocess.run(["xdotool", *words], env=environment(self.display), check=True, timeout=120,
                              stdout=subprocess.PIPE, text=True).stdout

    def window(self) -> int:
        """X's number of it."""
        return int(self.xdotool("search", "--onlyvisible", "--name", "Worldswitch").split()[0])

    def title(self) -> str:
        return self.xdotool("search", "--onlyvisible", "--name", "Worldswitch", "getwindowname").strip()

    def wait_for_title(self, *words: str, without: str = "\0", seconds: float = 60) -> None:
        """Until the title has all these words, and not the other one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            title = self.title()
            if all(word in title for word in words) and without not in title:
                return
            time.sleep(0.2)
        self.fail(f"the title is {title!r}, and {words} were to come")

    def park_mouse(self):
        """Where nothing is to be said, nor the pointer to be seen."""
        self.xdotool("mousemove", SIZE[0] - 1, SIZE[1] - 1)

    def screenshot(self) -> Image:
        return Image.of_display(self.display, *SIZE)

    def settled(self, unlike: Image | None = None, seconds: float = 60) -> Image:
        """The screen once it does not change any more, and is not what it was."""
        deadline = time.monotonic() + seconds
        last = self.screenshot()
        while time.monotonic() < deadline:
            time.sleep(0.3 * busy())
            now = self.screenshot()
            blank = all(len(now.row_counts(y)) < 3 for y in range(100, SIZE[1], 100))
            if now.rows == last.rows and not blank and (unlike is None or now.differing(unlike) > 20):
                return now
            last = now
        self.fail("the window did not change as it should" if unlike else "the window did not settle")

    def assert_same(self, one: Image, other: Image, words: str = "it is not what it was") -> None:
        """To the last pixel. (assertEqual would take minutes to tell how two pictures differ.)"""
        if one.rows != other.rows:
            rows = [y for y, (a, b) in enumerate(zip(one.rows, other.rows)) if a != b]
            self.fail(f"{words}: {one.differing(other)} pixels differ, in rows {rows[:1]} to {rows[-1:]}")

    def double_click(self, x: int, y: int, unlike: Image, until: Callable[[Image], bool] = lambda image: True) -> Image:
        """Returns what it led to, which is as `until` says. ImGui takes one press or release a frame and 0.3 s between two clicks: on a
        busy machine, which draws a few frames a second, two clicks may be no double click, and a person would try again."""
        for _ in range(4):
            self.xdotool("mousemove", x, y, "sleep", 0.4, "click", "--repeat", 2, "--delay", 80, 1)
            self.park_mouse()
            with contextlib.suppress(AssertionError):
                image = self.settled(unlike, seconds=15)
                if until(image):
                    return image
        self.fail(f"double clicks at {x}, {y} did not lead to what they should")

    def assert_ends(self):
        self.assertEqual(self.program.wait(30), 0, self.program.stderr.read())
