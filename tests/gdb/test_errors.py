# SPDX-License-Identifier: Apache-2.0
"""What goes wrong is told in one clear line, and nothing hangs."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

import gdb_support as support


class Sockets(unittest.TestCase):
    def test_one_that_is_bound_and_does_not_listen_yet_is_waited_for(self):
        """GDB was refused there, when QEMU was slow between the two."""
        from wslib.command import debug
        path = support.new_folder() / "of gdb"
        self.assertFalse(debug.listens(path))
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
            self.assertFalse(debug.listens(path))
            bound.listen()
            self.assertTrue(debug.listens(path))


class Errors(unittest.TestCase):
    def refused(self, *arguments: object, why: str, status: int = 2):
        done = support.ws("debug", *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(why, done.stderr)

    def test_wrong_usage(self):
        self.refused(why="give --design and --guest")
        self.refused("--replay", "x", "--design", "vhe", why="goes with no --design")
        self.refused("--design", "vhe", "--guest", "hypercall", "--at", 1, why="--at is for --replay")
        self.refused("--replay", support.new_folder(), why="is not the folder of a run")

    def test_a_run_that_was_not_recorded(self):
        folder = support.new_folder()
        support.ws("run", "--design", "vhe", "--guest", "hypercall", "--quiet", "--out", folder)
        self.refused("--replay", folder, why="was not recorded")

    def test_a_trace_of_another_build(self):
        folder = support.new_folder() / "copy"
        shutil.copytree(support.recording("vhe"), folder)
        description = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        description["hypervisor"]["sha256"] = "0" * 64
        (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
        self.refused("--replay", folder, why="is of another build")

    def test_a_recording_that_lacks_a_file(self):
        folder = support.new_folder() / "copy"
        shutil.copytree(support.recording("vhe"), folder)
        (folder / "recording.rr").unlink()
        self.refused("--replay", folder, why="recording.rr is missing")

    def test_a_socket_that_is_taken(self):
        taken = support.new_folder() / "socket"
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(taken))
            for option in ("--serve", "--control"):
                self.refused("--design", "vhe", "--guest", "hypercall", "--out", support.new_folder(), option, taken, why="is taken")

    def test_an_image_without_symbols(self):
        """What the tool says of an image that was stripped."""
        sys.path.insert(0, str(support.ROOT / "scripts"))
        from wslib import paths
        from wslib.problem import Problem
        build = support.new_folder()
        images = build / "hyp/hyp/full"
        images.mkdir(parents=True)
        real = support.ROOT / "build/hyp/hyp/full/hyp-vhe"
        shutil.copy(real.with_suffix(".bin"), images)
        subprocess.run(["aarch64-linux-gnu-strip", "-o", images / "hyp-vhe", real], check=True)
        before = paths.BUILD, paths.ROOT
        paths.BUILD, paths.ROOT = build, build
        try:
            with self.assertRaisesRegex(Problem, "has no symbols"):
                paths.elf_of(paths.hypervisor_image("vhe", "full"))
            (images / "hyp-vhe").unlink()
            with self.assertRaisesRegex(Problem, "is missing, and with it the symbols"):
                paths.elf_of(paths.hypervisor_image("vhe", "full"))
        finally:
            paths.BUILD, paths.ROOT = before

    def test_qemu_dies(self):
        session = support.debug("vhe", "hypercall", [
            "python", "import os, signal, subprocess", "from hypdebug import session",
            "found = subprocess.run(['pgrep', '-f', '--', 'mem-path=' + session.told['ram']], capture_output=True, text=True).stdout.split()",
            "os.kill(int(found[0]), signal.SIGKILL)", "end", "hyp next-exit"], succeeds=False)
        self.assertNotEqual(session.status, 0)
        self.assertIn("QEMU has ended", session.stderr)
        self.assertNotIn("Traceback", session.stderr)

    def test_what_never_comes(self):
        """A command that waits for what never comes stops the machine, and says so."""
        os.environ["WS_DEBUG_TIMEOUT"] = "3"
        try:
            session = support.debug("vhe", "misbehave", ["hyp next-exit", "hyp next-exit SMC64"], "--append", "how=hang", succeeds=False)
        finally:
            del os.environ["WS_DEBUG_TIMEOUT"]
        self.assertRegex(session.stderr, "did not come to that within 3|the run has ended before")

    def test_wrong_arguments_of_commands(self):
        for command, why in (("hyp next-exit nonsense", "no such exception class"), ("hyp break main", "give a symbol"),
                             ("hyp break no_such @host", "has no symbol no_such"), ("hyp s2", "give a guest-physical address"),
                             ("hyp vcpu 1", "takes no arguments"), ("hyp walk nonsense", "is no number"), ("hyp context nonsense", "no register class"),
                             ("hyp s2 0 vcpu 9", "there is no vCPU 9"), ("hyp goto 1", 'Undefined hyp command: "goto')):
            with self.subTest(command=command):
                session = support.debug("vhe", "hypercall", [command], succeeds=False)
                self.assertNotEqual(session.status, 0)
                self.assertIn(why, session.stderr)
                self.assertNotIn("Traceback", session.stderr)


class Control(unittest.TestCase):
    """Programs at a session's socket."""

    def start(self, folder: Path, event: int) -> None:
        """Standard input stays open: it is the person's at the terminal."""
        self.path = support.new_folder() / "control"
        self.child = subprocess.Popen([sys.executable, support.WS, "debug", "--replay", folder, "--at", str(event), "--control", self.path],
                                      stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.child.wait, 30)
        self.addCleanup(self.child.send_signal, signal.SIGTERM)
        self.connect()

    def connect(self) -> None:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(120)
        self.addCleanup(client.close)
        deadline = time.monotonic() + 60
        while client.connect_ex(str(self.path)):
            self.assertLess(time.monotonic(), deadline, "the control socket does not come")
            time.sleep(0.1)
        self.lines = client.makefile("rw", encoding="utf-8")

    def ask(self, request: dict) -> dict:
        self.lines.write(json.dumps(request) + "\n")
        self.lines.flush()
        while "to" not in (told := json.loads(self.lines.readline())):
            pass  # the session tells where it stands when it begins
        self.assertEqual(told["to"], request)
        return told

    def type(self, line: str) -> None:
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def test_a_program_is_told_where_the_session_stops(self):
        folder = support.recording("vhe")
        traps = [event for event in support.events(folder, "trap") if event["owner"]]
        self.start(folder, traps[3]["index"])
        told = self.ask({"where": True})["stopped"]
        self.assertEqual((told["icount"], told["world"]), (traps[3]["raw"] - 1 - traps[3]["lead"], "host"))
        self.assertIn("the requests are where and goto", self.ask({"nonsense": 1})["error"])
        self.type("hyp back")
        moved = json.loads(self.lines.readline())["stopped"]
        self.assertEqual((moved["icount"], moved["world"]), (told["icount"] - 1, "guest"))

    def test_a_program_moves_a_replay(self):
        for design in ("split", "vhe"):
            with self.subTest(design=design):
                folder = support.recording(design)
                traps = [event for event in support.events(folder, "trap") if event["owner"]]
                self.start(folder, traps[2]["index"])
                self.assertEqual(self.ask({"where": True})["stopped"]["event"], traps[2]["index"])
                for trap in (traps[5], traps[1]):
                    self.assertEqual(self.ask({"goto": trap["index"]})["moving"], trap["index"])
                    self.assertEqual(self.lines.readline(), "", "the session has not ended for the way there")
                    self.connect()
                    told = self.ask({"where": True})["stopped"]
                    self.assertEqual((told["event"], told["icount"]), (trap["index"], trap["raw"] - 1 - trap["lead"]))
                self.type("hyp back")  # the person at the terminal is still there
                self.assertEqual(json.loads(self.lines.readline())["stopped"]["icount"], told["icount"] - 1)

    def test_a_request_that_cannot_be_met_changes_nothing(self):
        folder = support.recording("vhe")
        self.start(folder, 40)
        before = self.ask({"where": True})["stopped"]
        for event in (-1, 10**9, "forty", None):
            self.assertIn("the trace has no event", self.ask({"goto": event})["error"])
        self.assertEqual(self.ask({"where": True})["stopped"], before)
