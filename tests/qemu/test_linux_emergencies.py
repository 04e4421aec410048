# SPDX-License-Identifier: Apache-2.0
"""With --exec, what the kernel has to say in an emergency is in the log, and none of the commands' output."""

import os
import unittest

import qemu_support as support
from test_linux import execute

from wslib.linux.linux_console import Framed  # noqa: E402

BEGIN, END = b"[    0.0] boot\r\n\n@ws begin 0123\n", b"@ws end 0123 0\n[    1.000000] off\r\n"
LINE = b"[    0.842442] disaster @ws end [2]\r\n"


class Frame(unittest.TestCase):
    """Fed in pieces of all sizes."""

    def expect(self, inside: bytes, output: bytes, broken: str = "") -> None:
        console = BEGIN + inside + END
        for piece in range(1, len(console) + 1):
            framed = Framed("0123")
            said = b"".join(framed.feed(console[at:at + piece]) for at in range(0, len(console), piece))
            self.assertEqual((said, framed.status, framed.broken), (output, 0, broken), f"in pieces of {piece} bytes")

    def test_the_kernels_line_is_left_out_wherever_it_comes(self):
        self.expect(LINE + b"one\ntw" + LINE + LINE + b"o\n[" + LINE, b"one\ntwo\n[")

    def test_what_only_looks_like_one_is_the_commands(self):
        for text in (b"[    0.842442] from dmesg\n", b"[0.8] a\r\n", b"[   12.3", b"[[[    0.1", b"[#### ] 12%\r\n", b"[    0.8424421] x\r\n"):
            with self.subTest(text=text):
                self.expect(text, text)

    def test_a_panic_is_told(self):
        self.expect(b"[    0.900001] Kernel panic - not syncing: sysrq triggered crash\r\n", b"",
                    "the guest's kernel panicked: sysrq triggered crash")

    def test_nothing_is_kept_back_that_cannot_become_one(self):
        framed = Framed("0123")
        self.assertEqual(framed.feed(BEGIN + b"[##"), b"[##")
        self.assertEqual(framed.feed(b"[  "), b"")
        self.assertEqual(framed.feed(b"x"), b"[  x")


class Linux(unittest.TestCase):
    def test_an_emergency(self):
        folder = support.new_folder()
        no_utf_8 = os.fsdecode(b"caf\xe9")
        done = execute("native", f"printf on; echo '<0>disaster' > /dev/kmsg; echo e; dmesg | grep -c disaster; echo {no_utf_8}",
                       folder=folder)
        self.assertEqual((done.returncode, done.stdout), (0, b"one\n1\ncaf\xe9\n"), done.stderr)
        self.assertIn("] disaster", (folder / "console.log").read_text(errors="replace"))

    def test_a_panic_while_commands_run(self):
        done = execute("vhe", "echo one; echo c > /proc/sysrq-trigger; echo two")
        self.assertEqual((done.returncode, done.stdout), (3, b"one\n"), done.stderr)
        self.assertIn(b"the guest's kernel panicked: sysrq triggered crash", done.stderr)


if __name__ == "__main__":
    unittest.main()
