# SPDX-License-Identifier: Apache-2.0
"""The commands around the runs: doctor, build's and trace's ways of saying what is wrong, the list of packages."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from unittest import mock

import qemu_support as support

INSTALL = support.ROOT / "scripts" / "install"


def packages() -> list[str]:
    lines = (support.ROOT / "scripts" / "packages.txt").read_text().splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def path_without(*commands: str) -> str:
    """A PATH that has everything but some commands."""
    folder = support.new_folder()
    for place in os.environ["PATH"].split(":"):
        for name in os.listdir(place) if os.path.isdir(place) else []:
            link = folder / name
            if name not in commands and not link.is_symlink():
                link.symlink_to(os.path.join(place, name))
    return str(folder)


def ws_in(path: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, support.WS, *arguments], capture_output=True, text=True,
                          env={**os.environ, "PATH": path})


class Doctor(unittest.TestCase):
    def test_all_is_well_where_the_tests_run(self):
        done = support.ws("doctor", "--json")
        self.assertEqual(done.returncode, 0, done.stdout)
        told = json.loads(done.stdout)
        self.assertTrue(told["ok"])
        self.assertEqual([tool["name"] for tool in told["tools"] if tool["problem"]], [])
        if shutil.which("dpkg-query"):
            self.assertLessEqual(set(packages()), {tool["package"] for tool in told["tools"]})
            self.assertEqual([tool["name"] for tool in told["tools"] if not tool["version"]], [])

    def test_tells_how_to_mend_what_is_missing(self):
        done = ws_in(path_without("qemu-system-aarch64"), "doctor")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"MISSING +qemu-system-aarch64")
        self.assertIn("apt-get install --no-install-recommends qemu-system-arm", done.stdout)

    def test_what_only_the_tests_need_is_no_failure(self):
        done = ws_in(path_without("babeltrace2"), "doctor")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"missing +babeltrace2")

    def test_ccache_is_told_and_not_needed(self):
        done = ws_in(path_without("ccache"), "doctor")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"ok +ccache +not installed +\(not needed")

    def test_an_old_tool_is_told(self):
        path = support.new_folder()
        (path / "qemu-system-aarch64").write_text("#!/bin/sh\necho QEMU emulator version 6.2.0\n")
        (path / "qemu-system-aarch64").chmod(0o755)
        done = ws_in(f"{path}:{os.environ['PATH']}", "doctor")
        self.assertEqual(done.returncode, 1)
        self.assertIn("too old: 7.2 or later is needed", done.stdout)


class BuildsWhatItRuns(unittest.TestCase):
    """What `ws run` asks the build before it starts, on a build of one file."""

    def setUp(self):
        sys.path.insert(0, str(support.ROOT / "scripts"))
        from wslib import build
        self.build, self.asked = build, []
        folder = support.new_folder()
        self.made = folder / "hyp"
        self.made.mkdir()
        (self.made / "source").write_text("1")
        (self.made / "build.ninja").write_text("rule copy\n  command = cp $in $out\nbuild image: copy source\n")
        self.patch(build, "BUILD", folder)
        self.enterContext(mock.patch.dict(os.environ, {"WS_FOUND_UP_TO_DATE": ""}))
        self.patch(build, "build_targets", lambda preset, targets, progress: self.asked.append((preset, targets)))

    def patch(self, where, name: str, value) -> None:
        before = getattr(where, name)
        setattr(where, name, value)
        self.addCleanup(setattr, where, name, before)

    def asks(self) -> bool:
        self.asked.clear()
        with contextlib.redirect_stderr(io.StringIO()):
            self.build.bring_up_to_date("hyp", ["image"])
        self.assertIn(self.asked, ([], [("hyp", ["image"])]))
        return bool(self.asked)

    def make(self) -> None:
        subprocess.run(["ninja", "-C", self.made], check=True, capture_output=True)

    def test_what_is_missing_and_what_has_changed_is_built(self):
        self.assertTrue(self.asks())
        self.make()
        self.assertFalse(self.asks())
        os.utime(self.made / "source", (time.time() + 10,) * 2)
        self.assertTrue(self.asks())

    def test_a_target_that_is_new_is_built(self):
        self.make()
        self.build.bring_up_to_date("hyp", ["image"])
        self.assertEqual(self.asked, [])
        with contextlib.redirect_stderr(io.StringIO()):
            self.build.bring_up_to_date("hyp", ["unknown_yet"])
        self.assertEqual(self.asked, [("hyp", ["unknown_yet"])])

    def test_where_nobody_can_build_what_is_there_is_taken(self):
        self.patch(os, "environ", {**os.environ, "PATH": path_without("ninja")})
        self.assertFalse(self.asks())

    def test_the_guests_are_those_of_the_build(self):
        from wslib.paths import BUILD, guest_names
        for name in guest_names():
            self.assertTrue((BUILD / "hyp/guests" / f"{name}.bin").is_file(), name)


class Usage(unittest.TestCase):
    def expect(self, status: int, words: str, *arguments: str) -> None:
        done = support.ws(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_no_verb(self):
        self.expect(2, "required: VERB")

    def test_unknown_verb(self):
        self.expect(2, "invalid choice: 'fly'", "fly")

    def test_arguments_for_qemu_belong_to_run(self):
        self.expect(2, "only ws run and ws debug take arguments after --", "doctor", "--", "-d", "int")

    def test_trace_hands_on_arguments_and_exit_status(self):
        direct = support.call(support.WSTRACE, "summary", "nosuch")
        handed = support.ws("trace", "summary", "nosuch")
        self.assertEqual((handed.returncode, handed.stdout, handed.stderr),
                         (direct.returncode, direct.stdout, direct.stderr))

    def test_without_qemu(self):
        done = ws_in(path_without("qemu-system-aarch64"), "run", "--design", "split", "--guest", "hypercall",
                     "--out", str(support.new_folder()))
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("qemu-system-aarch64 is not installed: scripts/ws doctor", done.stderr)

    def test_too_little_disk(self):
        folder = support.new_folder()
        done = support.ws("run", "--design", "split", "--guest", "hypercall", "--trace-memory", "1000000G", "--out", str(folder))
        self.assertEqual(done.returncode, 6)
        self.assertRegex(done.stderr, r"takes .* of disk in .*, where .* are free")
        self.assertFalse((folder / "ram").exists())


class Install(unittest.TestCase):
    def test_says_nothing_where_all_is_there(self):
        if not shutil.which("dpkg-query"):
            self.skipTest("no dpkg")
        done = support.call(INSTALL, "--tests")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_without_apt_it_leaves_the_machine_alone(self):
        done = subprocess.run([INSTALL], capture_output=True, text=True, env={"PATH": path_without("apt-get")})
        self.assertEqual(done.returncode, 0)
        self.assertIn("nothing is installed", done.stderr)

    def test_not_root_and_no_sudo(self):
        path = support.new_folder()
        for name, text in (("id", "echo 1000"), ("dpkg-query", "exit 1")):
            (path / name).write_text(f"#!/bin/sh\n{text}\n")
            (path / name).chmod(0o755)
        done = subprocess.run([INSTALL], capture_output=True, text=True, env={"PATH": f"{path}:{path_without('sudo')}"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("As root, run:\n  apt-get update && apt-get install", done.stderr)
        self.assertIn("  qemu-system-arm          is the arm64 machine that everything runs on", done.stdout)
