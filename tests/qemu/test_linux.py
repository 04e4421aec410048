# SPDX-License-Identifier: Apache-2.0
"""Debian's Linux as guest: it boots on every design, runs commands, and finds nothing wrong with its machine."""

import gzip
import hashlib
import os
import pty
import random
import re
import select
import subprocess
import sys
import time
import unittest

import qemu_support as support

from wslib.linux.linux_console import Framed, frame_word  # noqa: E402
from wslib.linux.linux_packages import module_dependencies, unpacked_kernel  # noqa: E402
from wslib.problem import Problem  # noqa: E402
from wslib.run.verdict import End, judge_commands, judge_native  # noqa: E402

EVERYWHERE = (*support.DESIGNS, "native")


def execute(design: str, commands: str, cpus: int = 1, folder=None, more: tuple = ()) -> subprocess.CompletedProcess:
    """What the commands print is bytes here."""
    command = [sys.executable, support.WS, "run", "--design", design, "--guest", "linux", "--cpus", str(cpus), "--vcpus",
               str(cpus), "--timeout", "200", "--out", str(folder or support.new_folder()), "--exec", commands, *more]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=400)


class Boots(unittest.TestCase):
    """To user space and off again, with as many CPUs as it should have and no complaint that the bare board's Linux has not."""

    # Messages of level warning and worse, as the kernel keeps them.
    COMMANDS = "nproc; dmesg -r | grep '^<[0-4]>'; true"

    def boot(self, design: str, cpus: int) -> set[str]:
        folder = support.new_folder()
        done = execute(design, self.COMMANDS, cpus, folder)
        if done.returncode:
            raise AssertionError(f"{design}, {cpus} CPUs: exit status {done.returncode}: {done.stderr.decode()}")
        count, *messages = done.stdout.decode().splitlines()
        self.assertEqual(count, str(cpus))
        log = (folder / "console.log").read_text(errors="replace")
        self.assertIn("Booting Linux on physical CPU", log)
        self.assertIn("reboot: Power down", log)
        return {re.sub(r"\[ *[0-9.]+\] ", "", message) for message in messages}

    def test_boots_without_complaints(self):
        cases = [("native", 2), *((design, cpus) for design in support.DESIGNS for cpus in (1, 2, 4))]
        (_, native), *others = results = list(zip(cases, support.at_once(self.boot, cases)))
        for case, messages in results:
            with self.subTest(case=case):
                if isinstance(messages, AssertionError):
                    raise messages
        for case, messages in others:
            with self.subTest(case=case):
                self.assertEqual(messages - native, set())


class Commands(unittest.TestCase):
    def test_output_comes_byte_for_byte(self):
        done = execute("vhe", r"printf 'a\r\n\0\377\n\n@ws end 0\n@ws begin'; printf ' error' >&2; exit 3")
        self.assertEqual(done.stdout, b"a\r\n\0\xff\n\n@ws end 0\n@ws begin error")
        self.assertEqual((done.returncode, done.stderr), (3, b""))

    def test_unknown_command(self):
        done = execute("split", "no-such-command")
        self.assertEqual(done.returncode, 127)
        self.assertIn(b"no-such-command: not found", done.stdout)

    def test_on_the_board_itself(self):
        done = execute("native", "echo $((6 * 7)) \"two  spaces\"; cat")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"42 two  spaces\n", b""))

    def test_a_kernel_that_panics(self):
        """Its machine is reset; it does not boot for ever."""
        # What is still on its way to the terminal when it panics, Linux 6.12 loses, on the board itself too.
        done = execute("vhe", "echo before; sleep 1; echo c > /proc/sysrq-trigger; echo behind")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertTrue(done.stdout.startswith(b"before\n"))
        self.assertNotIn(b"behind", done.stdout)
        self.assertIn(b"the guest's kernel panicked: sysrq triggered crash", done.stderr)


class Disk(unittest.TestCase):
    def test_read_and_written(self):
        """What the file held is what the guest reads, what the guest writes is what the file holds."""
        for design in EVERYWHERE:
            with self.subTest(design=design):
                content = random.Random(design).randbytes(4 << 20)
                disk = support.new_folder() / "disk, one"
                disk.write_bytes(content)
                done = execute(design, "md5sum < /dev/vda; yes written | head -c 1000000 | "
                               "dd of=/dev/vda bs=64k seek=1 conv=fsync 2> /dev/null", more=("--disk", str(disk)))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout.split()[0].decode(), hashlib.md5(content).hexdigest())
                written = (b"written\n" * 125_000)
                self.assertEqual(disk.read_bytes() == content[:65536] + written + content[65536 + len(written):], True)


class Shell(unittest.TestCase):
    def test_somebody_at_the_terminal(self):
        terminal, ours = pty.openpty()
        command = [sys.executable, support.WS, "run", "--design", "vhe", "--guest", "linux", "--timeout", "200", "--out",
                   str(support.new_folder())]
        with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, start_new_session=True) as process:
            os.close(ours)
            said = self.read_until(terminal, b"/ # ")
            self.assertIn(b"Run /init as init process", said)
            self.assertNotIn(b"can't access tty", said)
            os.write(terminal, b"sleep 1000000\r")
            self.read_until(terminal, b"sleep 1000000\r")
            time.sleep(1)  # it has to be there to be interrupted
            os.write(terminal, b"\x03")
            self.read_until(terminal, b"/ # ")
            os.write(terminal, b"echo status=$?\r")
            self.read_until(terminal, b"status=130")
            os.write(terminal, b"exit\r")
            self.read_until(terminal, b"the guest succeeded")
            self.assertEqual(process.wait(60), 0)
        os.close(terminal)

    # BusyBox from 1.37 on asks the terminal where the cursor is; a terminal tells it, as if it were typed.
    ASKED, ANSWER = b"\x1b[6n", b"\x1b[24;5R"

    def read_until(self, terminal: int, text: bytes) -> bytes:
        said, deadline, answered = b"", time.monotonic() + 150, 0
        while text not in said:
            if time.monotonic() > deadline:
                self.fail(f"no {text!r} came; the last that came is {said[-100:]!r}, behind {said[-1000:-100]!r}")
            if select.select([terminal], [], [], 1)[0]:
                said += os.read(terminal, 65536)
            while said.count(self.ASKED) > answered:
                answered += 1
                os.write(terminal, self.ANSWER)
        return said


class Refusals(unittest.TestCase):
    def refuse(self, *options: str) -> str:
        done = support.ws("run", *options)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_commands_are_for_linux(self):
        self.assertIn("commands are for Linux", self.refuse("--design", "vhe", "--guest", "soak", "--exec", "true"))

    def test_disks(self):
        odd = support.new_folder() / "odd"
        odd.write_bytes(bytes(513))
        for disk, words in ((odd.with_name("none"), "there is no file"), (odd, "whole sectors")):
            with self.subTest(words=words):
                self.assertIn(words, self.refuse("--design", "vhe", "--guest", "soak", "--disk", str(disk)))

    def test_what_there_is_not_without_a_hypervisor(self):
        for options in (["--trace", "full"], ["--vm", "guest=soak"], ["--pin", "0"], ["--selfcheck"], ["--net"]):
            with self.subTest(options=options):
                self.assertIn("without a hypervisor", self.refuse("--design", "native", "--guest", "soak", *options))


class NativeGuests(unittest.TestCase):
    """The guests of guests/ on the board itself."""

    def test_verdicts(self):
        typed = support.new_folder() / "typed"
        typed.write_text("as-expected", encoding="utf-8")
        for expected, status in (("as-expected", 0), ("an-expected", 1)):
            with self.subTest(expected=expected):
                run = support.new_run("native", "uart", "--stdin", str(typed), append=f"expect={expected}")
                self.assertEqual(run.status, status, run.stderr + run.console)

    def test_a_reset_is_one(self):
        run = support.new_run("native", "smp", "--vcpus", "2", append="rounds=1 reset=1")
        self.assertEqual(run.status, 0, run.stderr + run.console)
        self.assertIn("the life after the reset", run.console)


class Frame(unittest.TestCase):
    """The marks around what commands print."""

    def feed(self, console: bytes, piece: int) -> tuple[bytes, Framed]:
        framed = Framed("0123")
        output = b"".join(framed.feed(console[at:at + piece]) for at in range(0, len(console), piece))
        return output, framed

    def test_however_it_is_cut(self):
        inside = b"@\n@ws end 0124 0\n@ws end 0123\n\r\n@@ws end 0123 x\n\0last"
        console = b"[    0.0] boot\r\n\n@ws begin 0123\n" + inside + b"@ws end 0123 254\n[ 1.0] off\r\n"
        for piece in (1, 2, 3, 7, 20, 1000):
            with self.subTest(piece=piece):
                output, framed = self.feed(console, piece)
                self.assertEqual((output, framed.status, framed.broken), (inside, 254, ""))

    def test_without_an_end(self):
        for piece in (1, 1000):
            output, framed = self.feed(b"@ws begin 0123\nabc", piece)
            self.assertEqual((output, framed.status, framed.broken), (b"abc", None, ""))

    def test_a_panic_while_it_boots(self):
        for piece in (1, 1000):
            output, framed = self.feed(b"[ 0.1] Kernel panic - not syncing: no root\r\n", piece)
            self.assertEqual((output, framed.broken), (b"", "the guest's kernel panicked: no root"))

    def test_a_reset(self):
        for piece in (1, 1000):
            output, framed = self.feed(b"@ws begin 0123\nabc\n[0] boot\r\n\n@ws begin 0123\n", piece)
            self.assertIn("reset", framed.broken)

    def test_other_commands_have_another_word(self):
        self.assertNotEqual(frame_word("true"), frame_word("true "))
        self.assertRegex(frame_word("true"), "^[0-9a-f]{16}$")


class Verdicts(unittest.TestCase):
    END = End("ended", 0, "", {})

    def native(self, console: bytes, is_reset_an_end: bool, end: End = END) -> str:
        return judge_native(end, console, is_reset_an_end, 1).name

    def test_on_the_board_itself(self):
        off = b"[    0.8] reboot: Power down\r\n"
        self.assertEqual(self.native(off, True), "success")
        self.assertEqual(self.native(b"[    0.8] reboot: Restarting system\r\n", True), "broken")
        self.assertEqual(self.native(b"", True), "broken")
        self.assertEqual(judge_native(self.END, b"# QEMU: Terminated\n\r", False, 1, True).name, "interrupted")
        self.assertEqual(self.native(b"", False), "success")  # what else ends QEMU with status 0?
        self.assertEqual(self.native(b"", False, End("ended", 0, "qemu: terminating on signal 15 from pid 1", {})), "broken")
        self.assertEqual(self.native(b"guest: status 0\r\n", False), "success")
        self.assertEqual(self.native(b"guest: status 0\nguest: status 2\n", False), "failure")
        self.assertEqual(self.native(off, True, End("time_out", None, "", {})), "time_out")
        self.assertEqual(self.native(off, True, End("ended", 1, "no such file", {})), "broken")

    def test_commands(self):
        good = judge_native(self.END, b"reboot: Power down\n", True, 1)
        late = judge_native(End("time_out", None, "", {}), b"", True, 1)
        for machine, broken, status, expected in ((good, "", 0, ("success", 0)), (good, "", 77, ("failure", 77)),
                                                  (good, "", None, ("crash", 3)), (good, "reset", None, ("crash", 3)),
                                                  (late, "", None, ("time_out", 5)), (late, "reset", None, ("crash", 3))):
            with self.subTest(machine=machine.name, broken=broken, status=status):
                verdict = judge_commands(machine, broken, status)
                self.assertEqual((verdict.name, verdict.status), expected)


class Kernels(unittest.TestCase):
    """Debian's kernel in the forms that it comes in."""

    IMAGE = bytes(56) + b"ARM\x64" + bytes(1000)

    def zboot(self, method: bytes) -> bytes:
        packed = gzip.compress(self.IMAGE) + len(self.IMAGE).to_bytes(4, "little")
        header = b"MZ\0\0zimg" + (64).to_bytes(4, "little") + len(packed).to_bytes(4, "little") + bytes(8) + method
        return header.ljust(64, b"\0") + packed + bytes(512)

    def test_every_form(self):
        for kernel in (self.IMAGE, gzip.compress(self.IMAGE), self.zboot(b"gzip")):
            self.assertEqual(unpacked_kernel(kernel), self.IMAGE)

    def test_what_is_none(self):
        for kernel in (b"", bytes(4096), b"MZ" + bytes(1000), self.zboot(b"zstd"), gzip.compress(bytes(100))):
            with self.assertRaises(Problem):
                unpacked_kernel(kernel)

    def test_module_dependencies(self):
        self.assertEqual(module_dependencies(b"\x7fELF..\0license=GPL\0depends=jbd2,crc16\0name=ext4\0"),
                         ["jbd2", "crc16"])
        self.assertEqual(module_dependencies(b"\x7fELF..\0depends=\0"), [])
        self.assertEqual(module_dependencies(b"\x7fELF.."), [])


if __name__ == "__main__":
    unittest.main()
