# SPDX-License-Identifier: Apache-2.0
"""Whatever wstrace and wsview are told to write to stays what it is: devices, pipes, links, and the files of the run itself."""

import os
import shutil
import stat
import subprocess
import threading
import unittest
from pathlib import Path

from viewer_support import WSTRACE, WSVIEW, environment, new_folder, trace

NEEDS = ("debug",)
NULL, FULL = os.makedev(1, 3), os.makedev(1, 7)


def writers(run: object, other: object, file: object) -> list[list]:
    """Everything that writes where the user says."""
    return [[WSTRACE, "export", run, "--csv", file], [WSTRACE, "export", run, "--perfetto", file],
            [WSTRACE, "compare", run, other, "--markdown", file], [WSTRACE, "compare", run, other, "--html", file],
            [WSVIEW, run, other, "--png", file], [WSVIEW, run, other, "--text", file]]


def call(command: list) -> subprocess.CompletedProcess:
    return subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          env=environment())


class WrittenFiles(unittest.TestCase):
    def assert_refused(self, done: subprocess.CompletedProcess, *words: str) -> None:
        self.assertGreater(done.returncode, 0, done.args)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def node(self, device: int) -> Path:
        """Skips the test where no such node can be made, or used."""
        node = new_folder() / "node"
        try:
            os.mknod(node, stat.S_IFCHR | 0o666, device)
            os.close(os.open(node, os.O_WRONLY))
        except PermissionError as error:
            self.skipTest(f"no device node of one's own here: {error.strerror}")
        return node

    def test_a_device_is_written_through(self):
        """Nodes of our own: as root, a program that is wrong would take the real ones away."""
        for device, succeeds in ((NULL, True), (FULL, False)):
            node = self.node(device)
            for command in writers(trace("split"), trace("vhe"), node):
                with self.subTest(command=[str(part) for part in command[:3]], device=device):
                    done = call(command)
                    if succeeds:
                        self.assertEqual(done.returncode, 0, done.stderr)
                    else:
                        self.assert_refused(done, str(node), "No space left on device")
                    self.assertTrue(stat.S_ISCHR(node.stat().st_mode), "the device was replaced")
                    self.assertEqual([path.name for path in node.parent.iterdir()], ["node"])

    def test_a_pipe_is_written_through(self):
        for command in writers(trace("split"), trace("vhe"), pipe := new_folder() / "pipe"):
            os.mkfifo(pipe)
            got = []
            reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
            reader.start()
            done = call(command)
            reader.join(20)
            with self.subTest(command=[str(part) for part in command[:3]]):
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(pipe.is_fifo(), "it was replaced")
                self.assertTrue(got and got[0], "nothing came out of the pipe")
            if not reader.is_alive():
                pipe.unlink()

    def test_a_reader_that_leaves_the_pipe_is_told_of(self):
        pipe = new_folder() / "pipe"
        os.mkfifo(pipe)
        with subprocess.Popen([WSTRACE, "export", trace("split"), "--csv", pipe], stderr=subprocess.PIPE, text=True) as writer:
            os.close(os.open(pipe, os.O_RDONLY))
            self.assertEqual(writer.wait(60), 1, "ended by a signal")
            self.assertIn("Broken pipe", writer.stderr.read())

    def test_a_link_is_kept(self):
        folder = new_folder()
        for number, command in enumerate(writers(trace("split"), trace("vhe"), folder / "link")):
            (folder / "link").unlink(missing_ok=True)
            (folder / "link").symlink_to(f"behind-{number}")
            self.assertEqual(call(command).returncode, 0, command)
            self.assertTrue((folder / "link").is_symlink(), "the link was replaced")
            self.assertGreater((folder / f"behind-{number}").stat().st_size, 0)

    def test_standard_output_goes_on(self):
        log = new_folder() / "log"
        log.write_text("before\n", encoding="utf-8")
        out_of_it = new_folder() / "stdout"  # as /dev/stdout is; that one itself is left alone by what may be wrong
        out_of_it.symlink_to("/proc/self/fd/1")
        with log.open("a") as out:
            subprocess.run([WSTRACE, "export", trace("split"), "--csv", out_of_it], stdout=out, check=True, timeout=60)
        self.assertTrue(log.read_text(encoding="utf-8").startswith("before\nindex,cpu,raw"), "what was there is gone")

    def test_a_file_that_may_not_grow(self):
        done = subprocess.run(["sh", "-c", 'ulimit -f 1; exec "$0" export "$1" --csv "$2"', str(WSTRACE), str(trace("split")),
                               str(new_folder() / "csv")], capture_output=True, text=True, timeout=60)
        self.assert_refused(done, "File too large")

    def test_the_runs_own_files_are_spared(self):
        run = new_folder() / "run"
        shutil.copytree(trace("split"), run / "trace")
        (run / "run.json").write_text("{}", encoding="utf-8")
        elsewhere = new_folder()
        (elsewhere / "link").symlink_to(run / "trace" / "stream_0")
        os.link(run / "trace" / "stream_0", run / "hard")
        before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
        for file in (run / "trace" / "stream_0", run / "trace" / "metadata", run / "trace" / "stream_5", run / "run.json",
                     elsewhere / "link", run / "hard"):
            for command in writers(run, trace("vhe"), file) + writers(trace("vhe"), run, file)[2:]:
                with self.subTest(file=file.name, command=[str(part) for part in command[:3]]):
                    self.assert_refused(call(command), "give another name")
        self.assertEqual(before, {path: path.read_bytes() for path in run.rglob("*") if path.is_file()})
        self.assertEqual(call([WSTRACE, "compare", run, run, "--html", run / "report.html"]).returncode, 0)
        self.assertEqual(call([WSTRACE, "compare", run, run, "--html", run / "report.html"]).returncode, 0, "a former report")


if __name__ == "__main__":
    unittest.main()
