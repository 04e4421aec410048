# SPDX-License-Identifier: Apache-2.0
"""What is typed reaches the guest, character by character."""

import subprocess
import sys
import unittest

import qemu_support as support

TEXT = "".join(chr(ord("!") + 7 * i % 94) for i in range(120))  # every character that can be seen


class Typed(unittest.TestCase):
    def test_while_the_guest_waits_for_it(self):
        for design in support.DESIGNS:
            for mttcg in ([], ["--mttcg"]):
                with self.subTest(design=design, mttcg=mttcg):
                    self.type(design, mttcg)

    def type(self, design: str, options: list[str]) -> None:
        command = [sys.executable, support.WS, "run", "--design", design, "--guest", "uart", "--out",
                   support.new_folder(), "--trace", "off", "--timeout", "60", "--stdin", "-", "--append",
                   f"expect={TEXT}", *options]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            said = b""
            while b"guest: ready" not in said and (line := run.stdout.readline()):
                said += line
            self.assertIn(b"guest: ready", said)
            told, complaint = run.communicate(TEXT.encode(), timeout=90)
        self.assertEqual(run.returncode, 0, said + told + complaint)
        self.assertIn(TEXT.encode(), told, "the guest echoes what it gets")

    def test_another_text_is_noticed(self):
        folder = support.new_folder()
        (folder / "typed").write_text("kettle")
        run = support.new_run("vhe", "uart", "--trace", "off", "--stdin", str(folder / "typed"), "--timeout", "30",
                              append="expect=nettle")
        self.assertNotEqual(run.status, 0)


if __name__ == "__main__":
    unittest.main()
