# SPDX-License-Identifier: Apache-2.0
"""The viewer on runs of the hypervisor itself."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from random import Random
from unittest import mock

from viewer_support import ROOT, WSTRACE, Image, environment, new_folder, picture, wsview
from test_picture import EL1, FP, HANDLER, strips

os.environ.setdefault("WS_HOST_BUILD", "debug")
sys.path.insert(0, str(ROOT / "tests" / "qemu"))
sys.path.insert(0, str(ROOT / "docs"))

import pictures  # noqa: E402  (after the path to it)
import qemu_support as support  # noqa: E402
from wslib.run.one_run import run  # noqa: E402


@unittest.skipUnless(shutil.which("qemu-system-aarch64") and "hypercall" in support.GUESTS,
                     "QEMU and the hypervisor's images are needed")
class RealRuns(unittest.TestCase):
    def test_split_takes_longer_and_switches_more(self):
        png = picture(support.run("split", "hypercall").folder, support.run("vhe", "hypercall").folder)
        split, vhe = strips(png, below=300)[:2]
        self.assertGreater(split.get(FP, 0), 20)
        self.assertEqual(vhe.get(FP, 0), 0)
        self.assertGreater(split.get(EL1, 0), 4 * vhe.get(EL1, 0))
        self.assertGreater(vhe.get(HANDLER, 0), 20)

    def test_the_pictures_in_the_repository_are_up_to_date(self):
        def finished(options):
            result = run(options)
            self.assertEqual(result.status, 0, result.words)
            return options.folder()
        drawn = new_folder()
        with mock.patch.dict(os.environ, environment()):
            pictures.draw_all(pictures.IN_THE_REPOSITORY, drawn, new_folder(), finished)
        made_with = pictures.MADE_WITH.read_text(encoding="utf-8").strip()
        if made_with != pictures.tools():
            self.skipTest(f"the pictures of docs/images are made with {made_with}, and this is {pictures.tools()}")
        for name in pictures.IN_THE_REPOSITORY:
            kept = pictures.IMAGES / f"{name}.png"
            self.assertLess(kept.stat().st_size, 120_000)
            unlike = Image.from_afar(kept).share_unlike(Image.from_afar(drawn / f"{name}.png"))
            self.assertLess(unlike, 0.02, f"{kept} is out of date: tests/regenerate pictures draws it anew")


@unittest.skipUnless(shutil.which("qemu-system-aarch64") and "hypercall" in support.GUESTS,
                     "QEMU and the hypervisor's images are needed")
class SourceTab(unittest.TestCase):
    """It says what `wstrace source` says, of events drawn at random."""

    def lines(self, run, event) -> list:
        file = new_folder() / "texts"
        done = wsview(run, "--event", event, "--tab", "source", "--size", "3000x2000", "--text", file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return file.read_text(encoding="utf-8").split("[source]\n")[1].splitlines()

    def assert_says(self, lines: list, wanted: list) -> None:
        """The texts stand one after the other."""
        length = len(wanted)
        self.assertTrue(any(lines[at:at + length] == wanted for at in range(len(lines) - length + 1)), wanted)

    def test_places_lines_instructions_and_commands(self):
        random = Random(7)
        for design in ("split", "el2", "vhe"):
            run = support.run(design, "hypercall").folder
            for event in random.sample(range(json.loads(support.call(WSTRACE, "summary", run, "--json").stdout)["events"]), 3):
                with self.subTest(f"{design}, event {event}"):
                    self.compare(run, event)

    def compare(self, run, event) -> None:
        told = json.loads(support.call(WSTRACE, "source", run, event, "--json").stdout)
        lines = self.lines(run, event)
        for place in told["places"]:
            self.assertIn(f"{place['image']}: {place['what']}", lines)
        self.assertIn(told["debug"]["shell"], lines)
        place = told["places"][0]
        if place["instructions"]:
            here = next(one for one in place["instructions"] if one["here"])
            self.assert_says(lines, [f"{here['address']:x}"])
            self.assertIn(here["text"], lines)
        shown = next(frame for frame in place["frames"] if (frame["file"], frame["line"]) == (place["file"], place["line"]))
        self.assertIn(f"{shown['function']}  {Path(shown['file']).name}:{shown['line']}", lines)
        source = [part for line in place["source"] for part in (str(line["line"]), line["text"].strip()) if part]
        self.assert_says(lines, source)


PEERS = {"kvm-nvhe", "kvm-vhe", "xen"}
FIGURE = re.compile(r"(?<![\w.])(0x[0-9a-f]+|[0-9][0-9,]*(?:\.[0-9]+)?)(?!\w)")


def figures(text: str) -> set:
    """The numbers in a text."""
    return {int(word, 16) if word.startswith("0x") else float(word.replace(",", "").rstrip("."))
            for word in FIGURE.findall(text)}


@unittest.skipUnless(shutil.which("qemu-system-aarch64") and "hypercall" in support.GUESTS,
                     "QEMU and the hypervisor's images are needed")
class Tours(unittest.TestCase):
    """The tours that the project comes with are true of its runs."""

    def wstrace(self, *arguments) -> str:
        done = subprocess.run([WSTRACE, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def head(self, tour) -> dict:
        return dict(line.split(": ", 1) for line in tour.read_text(encoding="utf-8").split("\n==")[0].splitlines()
                    if not line.startswith("#") and ": " in line)

    def folders(self, tour) -> list:
        """The runs that the tour says it is for."""
        head = self.head(tour)
        if "options" in head:
            self.assertIn(head["options"].removeprefix("--append "), support.setup(head["guest"]).append)
        return [support.run(design, head["guest"]).folder for design in head["designs"].split()]

    def told(self, folders: list) -> set:
        """The figures that wstrace tells of the operation that most traps are."""
        told = figures(self.wstrace("explain", *folders)) | figures(self.wstrace("explain", *folders, "--without", "fp,el1"))
        told |= figures(self.wstrace("compare", *folders))
        operation = json.loads(self.wstrace("steps", *folders, "--json"))
        for folder, side in zip(folders, "ab"):
            first, last = operation[side]["first_event"], operation[side]["last_event"]
            told |= figures(self.wstrace("dump", folder, "--from", first, "--count", last - first + 1).replace("=", " "))
        return told

    def test_each_step_is_there_and_each_figure_is_told(self):
        # Those through KVM and Xen, which have to be fetched, are tests/qemu/test_peers_tour.py's.
        tours = [tour for tour in sorted((ROOT / "labs" / "tours").glob("*.tour")) if not PEERS & set(self.head(tour)["designs"].split())]
        self.assertGreaterEqual(len(tours), 2)
        of_a_hypercall = self.told(self.folders(ROOT / "labs/tours/hypercall.tour"))  # which others compare with
        for tour in tours:
            with self.subTest(tour.stem):
                folders = self.folders(tour)
                self.assertEqual(self.wstrace("tour", tour.stem, *folders, "--check"), "")
                steps = json.loads(self.wstrace("tour", tour, *folders, "--json"))["steps"]
                said = " ".join(part for step in steps for key in ("text", "question", "answer") for part in step[key])
                said_figures = {figure for figure in figures(said) if figure > 9 or figure % 1}
                self.assertTrue(said_figures)
                self.assertEqual(said_figures - self.told(folders) - of_a_hypercall, set(), "no figure of these runs")
                # What a compiler may change is named, not written out. One or two digits are the architecture's.
                written = figures(re.sub(r"\{[^}]*\}", "", tour.read_text(encoding="utf-8")))
                self.assertEqual({figure for figure in written if figure > 31 or figure % 1}, set(), "a figure that is not the reader's")


if __name__ == "__main__":
    unittest.main()
