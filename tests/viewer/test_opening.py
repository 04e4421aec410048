# SPDX-License-Identifier: Apache-2.0
"""What the window opens: the start page, runs that are made now, runs that still go on, and more than two."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import window_support
from viewer_support import ROOT, WSTRACE, new_folder, trace
from x_drop import drop_files

os.environ.setdefault("WS_HOST_BUILD", "debug")
sys.path.insert(0, str(ROOT / "tests" / "qemu"))

import qemu_support as support  # noqa: E402  (after the path to it)

has_machine = unittest.skipUnless(shutil.which("qemu-system-aarch64") and "hypercall" in support.GUESTS,
                                  "QEMU and the hypervisor's images are needed")


def checkout(*runs: str) -> Path:
    """A checkout with these runs in it and none of the others; what it builds and runs is the real one's."""
    root = new_folder()
    for part in ("scripts", "build"):
        (root / part).symlink_to(ROOT / part)
    for number, design in enumerate(runs):
        folder = root / "out" / f"{design}-hypercall"
        shutil.copytree(trace(design), folder / "trace")
        (folder / "run.json").write_text(json.dumps({
            "verdict": "success", "words": "the guest succeeded", "started": f"2026-01-0{9 - number}T10:00:00+00:00",
            "options": {"design": design, "guest": "hypercall", "cpus": 1, "trace": "full"}}))
    return root


class Runs(unittest.TestCase):
    """The start page's list, as text and as data."""

    def runs(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run([WSTRACE, "runs", *map(str, arguments)], capture_output=True, text=True, timeout=60)

    def test_the_newest_first(self):
        out = checkout("split", "vhe") / "out"
        runs = json.loads(self.runs(out, "--json").stdout)
        self.assertEqual([run["design"] for run in runs], ["split", "vhe"])
        self.assertEqual(runs[1]["bytes"], (out / "vhe-hypercall" / "trace" / "stream_0").stat().st_size)
        self.assertIn("split-hypercall", self.runs(out).stdout)

    def test_no_folder(self):
        done = self.runs("/nowhere")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("/nowhere: is not a folder", done.stderr)


@window_support.needed
class StartPage(window_support.WindowTest):
    def start(self, *runs: str) -> None:
        self.root = checkout(*runs)
        self.first = self.open(WS_ROOT=str(self.root))

    def test_two_runs_by_keys(self):
        self.start("split", "vhe")
        self.assertEqual(self.title(), "Worldswitch")
        self.xdotool("key", "space", "Down", "space")
        self.settled(unlike=self.first)
        self.xdotool("key", "Return")
        self.wait_for_title("split", "/ vhe")

    def test_the_one_that_is_marked_first_is_a(self):
        self.start("split", "vhe")
        self.xdotool("mousemove", 300, 152, "click", 1, "sleep", 0.3, "mousemove", 300, 126, "click", 1, "sleep", 0.3,
                     "key", "Return")
        self.wait_for_title(": vhe", "/ split")

    def test_the_demo_is_opened_where_it_was_run(self):
        self.start("vhe", "split")
        self.xdotool("key", "d")
        self.wait_for_title(": split", "/ vhe")

    def test_a_tour_begins_with_the_runs_that_it_is_for(self):
        self.root = checkout("vhe", "split")
        tours = self.root / "labs" / "tours"
        tours.mkdir(parents=True)
        (tours / "one.tour").write_text("title: One\ndesigns: split vhe\n\n== A step\n\nText.\n", encoding="utf-8")
        self.open(WS_ROOT=str(self.root))
        self.xdotool("mousemove", 300, 950, "sleep", 0.3, "click", 1)
        self.park_mouse()
        self.wait_for_title(": split", "/ vhe")
        self.assertIn(0x0A5C94, self.settled().row_counts(700), "there is no step of a tour")

    def test_a_tour_says_which_run_it_needs(self):
        self.root = checkout("split")
        tours = self.root / "labs" / "tours"
        tours.mkdir(parents=True)
        (tours / "one.tour").write_text("title: One\ndesigns: split vhe\nguest: hypercall\noptions: --append call=version\n\n== A step\n\nText.\n",
                                        encoding="utf-8")
        before = self.open(WS_ROOT=str(self.root))
        self.xdotool("mousemove", 300, 950, "sleep", 0.3, "click", 1)
        self.park_mouse()
        self.settled(unlike=before)
        self.assertEqual(self.title(), "Worldswitch")

    def test_a_damaged_trace_is_told_of_and_nothing_else_is_lost(self):
        self.start("split", "vhe")
        (self.root / "out" / "split-hypercall" / "trace" / "metadata").write_text("no metadata")
        self.xdotool("key", "Return")
        told = self.settled(unlike=self.first)
        self.assertEqual(self.title(), "Worldswitch")
        self.xdotool("key", "Down", "Return")  # the mark of the first is gone with the attempt
        self.wait_for_title(": vhe")
        self.xdotool("key", "o")
        self.settled(unlike=told)
        self.xdotool("key", "Escape")
        self.wait_for_title(": vhe")

    def test_no_runs_and_q(self):
        self.start()
        self.xdotool("key", "Return", "key", "space", "key", "q")
        self.assert_ends()

    @has_machine
    def test_run_now(self):
        """The guest hypercall, which is chosen at first, on the designs that are: split and vhe."""
        self.start()
        self.xdotool("key", "r")
        self.wait_for_title(": split \u00b7 hypercall", "/ vhe \u00b7 hypercall", without="live", seconds=120)
        for design in ("split", "vhe"):
            run = json.loads((self.root / "out" / f"{design}-hypercall" / "run.json").read_text())
            self.assertEqual(run["verdict"], "success")

    @has_machine
    def test_a_run_that_fails_says_why(self):
        self.start()
        self.xdotool("key", *["Right"] * (support.GUESTS.index("misbehave") - support.GUESTS.index("hypercall")))
        before = self.settled(unlike=self.first)
        self.xdotool("key", "r")
        self.settled(unlike=before)
        deadline = time.monotonic() + 60
        run = self.root / "out" / "split-misbehave" / "run.json"
        while not (run.exists() and json.loads(run.read_text())["verdict"]) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertNotEqual(json.loads(run.read_text())["verdict"], "success")
        self.assertFalse((self.root / "out" / "vhe-misbehave").exists(), "the other design was run all the same")


@window_support.needed
class SeveralRuns(window_support.WindowTest):
    def test_three_runs_and_the_next_to_compare_with(self):
        self.open(trace("split"), trace("vhe"), trace("vhe", "traps"))
        self.wait_for_title(": split", "/ vhe")
        self.xdotool("key", "b")
        self.wait_for_title(": split", "/ vhe", "trace traps")
        self.xdotool("key", "b")
        self.wait_for_title(": split", "/ vhe", without="traps")

    def test_a_menu_closes_a_run(self):
        before = self.open(trace("split"), trace("vhe"))
        self.xdotool("mousemove", 240, 28, "click", 1)
        self.settled(unlike=before)
        self.xdotool("mousemove", 260, 84, "click", 1)
        self.wait_for_title(": vhe", without="split")

    def test_what_was_chosen_stays(self):
        before = self.open(trace("split"), trace("vhe"), trace("vhe", "traps"), "--tab", "statistics")
        self.wait_for_title("/ vhe")
        self.xdotool("key", "t")  # by hand: what the command line asks for is asked for anew
        self.assertEqual(self.settled(unlike=before).pixel(2, 2), 0x15181D)
        self.xdotool("key", "b")
        self.wait_for_title("/ vhe", "trace traps")
        self.assertEqual(self.settled().pixel(2, 2), 0x15181D)

    def test_a_folder_is_dropped_on_the_window(self):
        self.open(trace("split"))
        self.wait_for_title(": split", without="vhe")
        drop_files(self.display, self.window(), trace("vhe"))
        self.wait_for_title(": split", "/ vhe")


@window_support.needed
@has_machine
class Live(window_support.WindowTest):
    def test_a_run_that_goes_on_is_followed_to_its_end(self):
        folder = new_folder() / "run"
        run = subprocess.Popen([ROOT / "scripts" / "ws", "run", "--design", "vhe", "--guest", "hypercall", "--append",
                                "iterations=20000", "--out", folder], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait)
        self.addCleanup(run.terminate)
        stream = folder / "trace" / "stream_0"
        deadline = time.monotonic() + 60
        while not (stream.exists() and stream.stat().st_size > 1 << 18) and time.monotonic() < deadline:
            time.sleep(0.02)
        machine = self.machine_of(run)
        os.kill(machine, signal.SIGSTOP)  # so that the run lasts until it was looked at
        self.open(folder)
        self.wait_for_title("vhe", "live")
        early = self.settled()
        os.kill(machine, signal.SIGCONT)
        self.settled(unlike=early)
        self.assertEqual(run.wait(120), 0)
        self.wait_for_title("vhe", without="live")

    @staticmethod
    def machine_of(run: subprocess.Popen) -> int:
        """The process of QEMU in a run."""
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        return next(int(child) for child in children if "qemu" in Path(f"/proc/{child}/comm").read_text())


if __name__ == "__main__":
    unittest.main()
