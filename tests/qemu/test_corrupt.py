# SPDX-License-Identifier: Apache-2.0
"""A damaged trace opens as far as it is whole and says what is missing; what has nothing whole gets one clear line and a failing
exit status. wstrace check fails for both. Never a crash."""

import random
import shutil
import unittest
from pathlib import Path

import qemu_support as support


def stream_of(trace: Path) -> Path:
    """The largest stream of a trace."""
    return max((file for file in trace.iterdir() if file.name != "metadata"), key=lambda file: file.stat().st_size)


def flip(file: Path, bit: int) -> None:
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)


class Corrupt(unittest.TestCase):
    def copy(self) -> Path:
        copy = support.new_folder() / "trace"
        shutil.copytree(support.run("split", "hypercall").trace, copy)
        return copy

    def refused(self, path: Path, what: str) -> None:
        picture = support.new_folder() / "picture.png"
        for program, arguments in ((support.WSTRACE, ["summary", path]), (support.WSTRACE, ["check", path]),
                                   (support.WSTRACE, ["compare", path, path]),
                                   (support.WSVIEW, ["--png", picture, path, path])):
            with self.subTest(what=what, program=program.name, verb=str(arguments[0])):
                done = support.call(program, *arguments)
                self.assertGreater(done.returncode, 0, f"ended by a signal or succeeded: {done.stderr}")
                self.assertNotIn("Sanitizer", done.stderr)
                self.assertNotIn("runtime error", done.stderr)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertFalse(picture.exists())

    def noticed(self, path: Path, what: str) -> None:
        """Refused in one line, or opened with a line for each thing that is missing."""
        picture = support.new_folder() / "picture.png"
        opened = support.call(support.WSTRACE, "summary", path).returncode == 0
        for program, arguments in ((support.WSTRACE, ["summary", path]), (support.WSTRACE, ["check", path]),
                                   (support.WSTRACE, ["compare", path, path]), (support.WSVIEW, ["--png", picture, path, path])):
            with self.subTest(what=what, program=program.name, verb=str(arguments[0]), opened=opened):
                done = support.call(program, *arguments)
                self.assertGreaterEqual(done.returncode, 0, f"ended by a signal: {done.stderr}")
                self.assertNotIn("Sanitizer", done.stderr)
                self.assertNotIn("runtime error", done.stderr)
                lines = done.stderr.strip().splitlines()
                self.assertTrue(lines, "nothing is said of the damage")
                if arguments[0] == "check":
                    self.assertEqual(done.returncode, 1)
                if done.returncode and not (opened and arguments[0] == "check"):
                    # A trace that opens may hold no operation any more: then the window has one line more.
                    lines = [line for line in lines if "damaged: " not in line]
                    self.assertEqual(len(lines), 1, done.stderr)
                    self.assertFalse(picture.exists())
                else:
                    self.assertTrue(all("damaged: " in line for line in lines), done.stderr)

    def test_the_copy_itself_is_well(self):
        """Else what follows would prove nothing."""
        copy = self.copy()
        self.assertEqual(support.call(support.WSTRACE, "check", copy).returncode, 0)
        picture = support.new_folder() / "picture.png"
        done = support.call(support.WSVIEW, "--png", picture, copy, copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))

    def test_truncated_stream(self):
        whole = stream_of(support.run("split", "hypercall").trace).stat().st_size
        for length in (1, 40, 88, 100, 65536 + 10, whole - 1):
            copy = self.copy()
            with stream_of(copy).open("r+b") as stream:
                stream.truncate(length)
            self.noticed(copy, f"stream cut to {length} bytes")

    def test_truncated_metadata(self):
        for share in (0.0, 0.1, 0.5, 0.99):
            copy = self.copy()
            metadata = copy / "metadata"
            with metadata.open("r+b") as file:
                file.truncate(int(metadata.stat().st_size * share))
            self.noticed(copy, f"metadata cut to {share:.0%}")

    def test_zero_filled(self):
        copy = self.copy()
        stream = stream_of(copy)
        stream.write_bytes(bytes(stream.stat().st_size))
        self.refused(copy, "stream all zeros")

        copy = self.copy()
        stream = stream_of(copy)
        content = stream.read_bytes()
        stream.write_bytes(content[:-5000] + bytes(5000))
        self.noticed(copy, "stream ends in zeros")

        copy = self.copy()
        metadata = copy / "metadata"
        metadata.write_bytes(bytes(metadata.stat().st_size))
        self.refused(copy, "metadata all zeros")

    def test_flipped_bits(self):
        chance = random.Random(1)  # the same places every time
        size = stream_of(support.run("split", "hypercall").trace).stat().st_size
        header = [8 * byte for byte in (0, 5, 20, 24, 32, 40, 48, 56, 64, 72, 80, 84)]
        anywhere = [chance.randrange(8 * size) for _ in range(100 if support.LONG else 6)]
        for bit in header + anywhere:
            copy = self.copy()
            flip(stream_of(copy), bit)
            self.noticed(copy, f"bit {bit} of the stream flipped")

    def test_flipped_bits_of_the_metadata(self):
        chance = random.Random(2)
        size = (support.run("split", "hypercall").trace / "metadata").stat().st_size
        for bit in [chance.randrange(8 * size) for _ in range(100 if support.LONG else 6)]:
            copy = self.copy()
            flip(copy / "metadata", bit)
            self.noticed(copy, f"bit {bit} of the metadata flipped")

    def test_what_is_no_trace(self):
        self.refused(support.new_folder() / "nosuch", "nothing there")
        self.refused(support.new_folder(), "an empty folder")
        self.refused(Path(__file__).parent, "a folder with other files")
        self.refused(Path(__file__), "a file")
        without_streams = self.copy()
        for file in without_streams.iterdir():
            if file.name != "metadata":
                file.unlink()
        self.refused(without_streams, "metadata alone")
        without_metadata = self.copy()
        (without_metadata / "metadata").unlink()
        self.refused(without_metadata, "streams alone")
