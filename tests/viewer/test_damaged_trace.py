# SPDX-License-Identifier: Apache-2.0
"""A damaged trace opens as far as it is whole, and everything that shows it says what is missing; one that another program has
rewritten is told as that. And what a run came to stands beside its name."""

import json
import shutil
import subprocess
import unittest
from pathlib import Path

from viewer_support import ROOT, WSTRACE, new_folder, trace, wsview

NEEDS = ("debug",)
MISSING = "packet 1 is missing"


def wstrace(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([WSTRACE, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def copy_of(design: str, folder: Path, description: dict | None = None) -> Path:
    """A run's folder."""
    shutil.copytree(trace(design), folder / "trace")
    if description is not None:
        (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def said_by_the_window(*arguments: object) -> str:
    file = new_folder() / "texts"
    done = wsview(*arguments, "--size", "2400x1200", "--text", file)
    assert done.returncode == 0, done.stderr
    return file.read_text(encoding="utf-8")


class DamagedTrace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_folder = copy_of("split", new_folder())
        stream = cls.run_folder / "trace" / "stream_0"
        content = bytearray(stream.read_bytes())
        content[70_000] ^= 16  # in the second packet
        stream.write_bytes(content)
        cls.other = trace("vhe")

    def assert_told(self, done: subprocess.CompletedProcess, status: int = 0) -> None:
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(MISSING, done.stderr)
        for line in done.stderr.strip().splitlines():
            self.assertIn("damaged: ", line)

    def test_every_verb_says_it(self):
        run = self.run_folder
        verbs = [("summary", run), ("compare", run, self.other), ("explain", self.other, run), ("registers", run), ("steps", run),
                 ("span", run, "10", "20"), ("overview", run), ("at", run, "20"), ("find", run, "trap"), ("statistics", run),
                 ("measure", run), ("cost", run), ("notes", run), ("dump", run, "--count", "3")]
        for verb in verbs:
            with self.subTest(verb[0]):
                self.assert_told(wstrace(*verb))
                done = wstrace(*verb, "--json")
                self.assert_told(done)
                self.assertIn(MISSING, " ".join(json.loads(done.stdout)["damage"]), "the data does not say it")

    def test_check_fails_and_says_why(self):
        done = wstrace("check", self.run_folder)
        self.assert_told(done, status=1)
        self.assertIn("packets_are_whole", done.stdout)
        self.assertIn(MISSING, done.stdout)
        def broken(run: Path) -> set:
            return {law["law"] for law in json.loads(wstrace("check", run, "--json").stdout)["laws"] if law["offences"]}
        # The values of a made-up trace break some laws, damaged or not.
        self.assertEqual(broken(self.run_folder) - broken(trace("split")), {"packets_are_whole"})

    def test_reports_exports_and_the_window_say_it(self):
        for form in ("--markdown", "--html"):
            self.assertIn("Warning: A is damaged: stream", wstrace("compare", self.run_folder, self.other, form).stdout.replace("\\", ""))
        folder = new_folder()
        self.assert_told(wstrace("export", self.run_folder, "--csv", folder / "csv", "--perfetto", folder / "json"))
        self.assertEqual(sum(",missing," in line for line in (folder / "csv").read_text(encoding="utf-8").splitlines()), 1)
        self.assertIn(MISSING, json.loads((folder / "json").read_text(encoding="utf-8"))["otherData"]["damaged"])
        self.assertIn("\u00b7 damaged", said_by_the_window(self.run_folder, self.other))

    def test_fewer_operations_and_none_over_the_hole(self):
        whole = json.loads(wstrace("summary", trace("split"), "--json").stdout)
        rest = json.loads(wstrace("summary", self.run_folder, "--json").stdout)
        self.assertLess(rest["events"], whole["events"])
        self.assertLess(sum(rest["operations"].values()), sum(whole["operations"].values()))
        self.assertGreater(sum(rest["operations"].values()), 0)
        slowest = {kind["kind"]: kind["a"]["net"]["max"]
                   for kind in json.loads(wstrace("compare", trace("split"), trace("split"), "--json").stdout)["kinds"]}
        for kind in json.loads(wstrace("compare", self.run_folder, self.run_folder, "--json").stdout)["kinds"]:
            self.assertLessEqual(kind["a"]["net"]["max"], slowest[kind["kind"]], "an operation spans what is missing")

    def test_what_babeltrace2_wrote_anew(self):
        folder = new_folder() / "theirs"
        subprocess.run(["babeltrace2", "convert", trace("vhe"), "--component=sink.ctf.fs", "--params", f'path="{folder}"'],
                       check=True, capture_output=True, timeout=120)
        (written,) = folder.rglob("metadata")
        done = wstrace("summary", written.parent)
        self.assertEqual(done.returncode, 1)
        self.assertIn("rewritten by babeltrace2", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertNotIn("record it again", done.stderr)


class NamesAndVerdicts(unittest.TestCase):
    def test_the_verdict_stands_beside_the_name(self):
        root = new_folder()
        crashed = copy_of("split", root / "crashed", {"verdict": "crash", "words": "the guest crashed: it jumped"})
        killed = copy_of("vhe", root / "killed", {"verdict": None})
        for verb in (("summary", crashed), ("compare", crashed, killed), ("explain", crashed, killed),
                     ("explain", crashed, killed, "--markdown"), ("compare", crashed, killed, "--markdown"),
                     ("compare", crashed, killed, "--html"), ("compare", crashed, killed, "--json")):
            with self.subTest(verb):
                said = wstrace(*verb).stdout
                self.assertIn("the guest crashed: it jumped", said)
                if len(verb) > 2:
                    self.assertIn("ws run was killed", said)
        self.assertIn("killed", next(line for line in wstrace("runs", root).stdout.splitlines() if line.startswith("killed"))[20:])
        said = said_by_the_window(crashed, killed)
        self.assertIn("\u00b7 guest crashed", said)
        self.assertIn("\u00b7 no verdict", said)

    def test_two_runs_of_the_same_name(self):
        root = new_folder()
        first, second = (copy_of("vhe", root / name) for name in ("first", "second"))
        for form in ("--markdown", "--html"):
            said = wstrace("compare", first, second, form).stdout
            self.assertIn("vhe (first) and vhe (second)", said.replace("\\", ""))
        said = said_by_the_window(first, second)
        self.assertIn("(first)", said)
        self.assertIn("(second)", said)

    def test_a_changed_profile_is_not_called_as_the_published_one(self):
        told = "xgene-gicv2, 1 cost changed: exception 72 -> 200"
        two = (trace("split"), trace("vhe"))
        for form in ((), ("--markdown",), ("--json",)):
            self.assertIn(told, wstrace("explain", *two, "--set", "exception=200", *form).stdout.replace("\n  ", " "))
        published = ROOT / "viewer/profiles/xgene-gicv2.profile"
        mine = new_folder() / "xgene-gicv2.profile"
        text = published.read_text(encoding="utf-8")
        (old,) = (line for line in text.splitlines() if line.startswith("exception ") or line.startswith("exception="))
        mine.write_text(text.replace(old, "exception = 200 | assumed"), encoding="utf-8")
        for form in ("--json", "--markdown", "--html"):
            said = wstrace("compare", *two, "--profile", mine, form).stdout
            self.assertIn("xgene-gicv2, 1 cost changed: exception", said.replace("\\", ""))
        self.assertIn("1 cost changed", said_by_the_window(*two, "--profile", mine))


if __name__ == "__main__":
    unittest.main()
